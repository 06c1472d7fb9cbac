"""What a wheel installs, as data: it and its dependencies in a folder that no Python ever starts from.

uv resolves the requirements, takes wheels only (`--no-build`), and unpacks them; no code of them runs. What cyclonedx-py
reads is a second folder that holds nothing but their metadata, so that nothing in it can be imported.
"""

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from packaging.utils import canonicalize_name

from slipway import processes
from slipway.artifacts import metadata
from slipway.environments import disposable
from slipway.environments.disposable import InstallFailed
from slipway.environments.interpreters import Interpreter
from slipway.errors import InputError, ToolError
from slipway.smoke.run import UNREACHABLE

SECONDS = 600.0
"""That resolving and downloading may take."""

MOST = 2_000
"""Distributions that are listed; an environment has some hundreds at most."""

MOST_ORIGIN_BYTES = 64 * 1024
"""Of `direct_url.json`, which holds an address and a commit (PEP 610)."""

NO_WHEEL = ("no usable wheels", "building from source is disabled")
"""What uv says where a requirement can only be built from source."""


class Resolving(Struct, frozen=True):
    """How the requirements are resolved.

    Attributes:
        interpreter: the Python that they are resolved for.
        sources: arguments that say where packages come from.
    """

    interpreter: Interpreter
    sources: Sequence[str] = ()


def metadata_of(wheel: Path, resolving: Resolving, folder: Path) -> Path:
    """Install a wheel with its dependencies, and return a new folder that holds only the metadata of each of them.

    Args:
        wheel: the wheel.
        resolving: how its requirements are resolved.
        folder: an empty folder.

    Raises:
        InputError: it cannot be installed from wheels alone.
        ToolError: the index cannot be reached, or what was installed cannot be read.
    """
    target = folder / "installed"
    _install(wheel, resolving, folder, target)
    view = folder / "metadata"
    view.mkdir()
    own = wheel.name.split("-", 1)[0]
    for source in _folders(target):
        copy = view / source.name
        copy.mkdir()
        (copy / "METADATA").write_bytes(_content(source / "METADATA", metadata.MAX_BYTES))
        is_own = canonicalize_name(source.name.split("-", 1)[0]) == canonicalize_name(own)
        # It says for the wheel itself where it lay on this machine, which is of no use to anybody.
        if not is_own and (origin := source / "direct_url.json").exists():
            (copy / origin.name).write_bytes(_content(origin, MOST_ORIGIN_BYTES))
    return view


def _install(wheel: Path, resolving: Resolving, folder: Path, target: Path) -> None:
    environment = disposable.create(folder / "environment", resolving.interpreter)
    options = [*resolving.sources, "--no-build", f"--target={target}"]
    try:
        environment.install([str(wheel)], timeout=SECONDS, options=options)
    except processes.TimedOut as error:
        raise ToolError(
            f"No SBOM could be made: uv had not installed {wheel.name} after {error.seconds:.0f} s.",
            cause="The index or the network is slow.",
            remedy="Run it again.",
            log=tuple(error.output.splitlines()[-15:]),
        ) from error
    except InstallFailed as error:
        raise _not_installed(wheel, error.output) from error


def _not_installed(wheel: Path, output: str) -> InputError | ToolError:
    log = tuple(output.splitlines()[-15:])
    happened = f"No SBOM could be made: {wheel.name} could not be installed from wheels alone."
    if UNREACHABLE.search(output):
        return ToolError(
            happened,
            cause="The network, the proxy or the index configured on this machine does not answer.",
            remedy="Check the connection and run it again.",
            log=log,
        )
    cause = "Its requirements cannot be resolved for this Python."
    if any(words in output for words in NO_WHEEL):
        cause = "A requirement has no wheel, and no code of a dependency is run to write an SBOM."
    return InputError(
        happened,
        cause=cause,
        remedy="Name a folder that has a wheel of it with --find-links, or do without: leave out --sbom, and "
        "`sbom` in [tool.slipway].",
        log=log,
    )


def _folders(target: Path) -> Iterator[Path]:
    found = sorted(path for path in target.glob("*.dist-info") if stat.S_ISDIR(path.lstat().st_mode))
    if len(found) > MOST:
        raise _unreadable(f"it installs more than {MOST} distributions")
    yield from found


def _content(path: Path, limit: int) -> bytes:
    """Return a file that a wheel brought.

    Raises:
        ToolError: it is no file, or a larger one than is read.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        status = path.lstat()
    except OSError as error:
        raise _unreadable(f"{name} is missing") from error
    if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
        raise _unreadable(f"{name} is no file of at most {limit // 1024} KiB")
    return path.read_bytes()


def _unreadable(reason: str) -> ToolError:
    return ToolError(
        f"No SBOM could be made: {reason}.",
        cause="A distribution that the wheel installs is damaged, or is not what its name says.",
        remedy="Install the wheel yourself and look at it, or do without: leave out --sbom, and `sbom` in [tool.slipway].",
    )


def names(view: Path) -> set[tuple[str, str]]:
    """Return normalized name and version of each distribution in a folder of metadata."""
    found = set()
    for folder in view.iterdir():
        name, _, version = folder.name.removesuffix(".dist-info").partition("-")
        found.add((str(canonicalize_name(name)), version))
    return found
