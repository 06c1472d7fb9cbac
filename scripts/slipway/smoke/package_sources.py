"""Where smoke tests install packages from."""

from pathlib import Path

from msgspec import Struct

from slipway.errors import InputError
from slipway.options import Inputs


class PackageSources(Struct, frozen=True, kw_only=True):
    """Where packages come from.

    Attributes:
        constraints: constraint files.
        wheelhouse: a folder of wheels that replaces the index.
        find_links: folders to install from beside the index.
    """

    constraints: tuple[Path, ...] = ()
    wheelhouse: Path | None = None
    find_links: tuple[Path, ...] = ()

    def arguments(self) -> list[str]:
        """Return the command-line arguments for them, the same for uv and pip."""
        arguments = [f"--constraint={path}" for path in self.constraints]
        arguments += [f"--find-links={folder}" for folder in self.find_links]
        if self.wheelhouse is not None:
            arguments += ["--no-index", f"--find-links={self.wheelhouse}"]
        return arguments


def package_sources(inputs: Inputs) -> PackageSources:
    """Return the sources that the inputs name.

    Raises:
        InputError: one of the files or folders does not exist.
    """
    return PackageSources(
        constraints=tuple(_existing(inputs, "constraint", name) for name in inputs.constraint),
        wheelhouse=_existing(inputs, "wheelhouse", inputs.wheelhouse) if inputs.wheelhouse else None,
        find_links=tuple(_existing(inputs, "find-links", name) for name in inputs.find_links),
    )


def _existing(inputs: Inputs, option: str, name: str | Path) -> Path:
    for path in (Path(name).absolute(), inputs.path / name):
        if path.exists():
            return path
    raise InputError(
        f"There is no {name}, which --{option} names.",
        cause="The name is misspelt, or relative to another folder.",
        remedy="Name it relative to the project or to the current folder.",
    )
