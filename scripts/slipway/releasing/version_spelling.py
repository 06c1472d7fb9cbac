"""How a version is spelled in the place where it is written."""

import re

from packaging.version import Version

from slipway.errors import InputError

_RELEASE = re.compile(r"v?(?:\d+!)?(?P<release>\d+(?:\.\d+)*)")
_CARGO_PARTS = 3


def spelled(old: str, version: Version, file: str) -> str:
    """Return a version in the style of the one whose place it takes: with its `v`, with zeros before its numbers.

    Args:
        old: the version that is written there.
        version: the new one.
        file: where it is written; Cargo's files have the form of Semantic Versioning.

    Raises:
        InputError: the version has no such form.
    """
    if file.rpartition("/")[2] in {"Cargo.toml", "Cargo.lock"}:
        return _for_cargo(version)
    text = str(version)
    found = _RELEASE.match(old)
    shown = found["release"].split(".") if found else []
    if any(len(number) > 1 and number.startswith("0") for number in shown):
        numbers = [str(number) for number in version.release]
        padded = [new.zfill(len(number)) for number, new in zip(shown, numbers, strict=False)]
        text = text.replace(".".join(numbers), ".".join((*padded, *numbers[len(padded) :])), 1)
    return f"v{text}" if old.startswith("v") else text


def _for_cargo(version: Version) -> str:
    """Return a version as Cargo takes it, so that maturin reads the same from it.

    https://doc.rust-lang.org/cargo/reference/manifest.html#the-version-field; maturin hands the text to a parser of PEP 440.
    """
    if version.epoch or version.local or len(version.release) > _CARGO_PARTS:
        raise InputError(
            f"{version} has no form that Cargo takes, so it cannot be written into Cargo.toml.",
            cause="There a version is MAJOR.MINOR.PATCH with a pre-release behind it, without epoch or local part.",
            remedy="Name such a version, or write `version` in [project] of pyproject.toml, which maturin prefers.",
            read="https://doc.rust-lang.org/cargo/reference/manifest.html#the-version-field",
        )
    number = ".".join(map(str, (*version.release, 0, 0)[:_CARGO_PARTS]))
    parts = [*(version.pre or ()), *(("post", version.post) if version.post is not None else ())]
    parts += ["dev", version.dev] if version.dev is not None else []
    return f"{number}-{'.'.join(map(str, parts))}" if parts else number
