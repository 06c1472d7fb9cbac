"""The next version after one, by the part that rises.

A part counts what is published (https://packaging.python.org/en/latest/specifications/version-specifiers/): a release
candidate after a final release is one of the next patch, and development releases come before what they lead to. Versions by
the calendar are counted as all others; a new date is given as a whole version.
"""

from typing import Literal, get_args

from packaging.version import Version

from slipway.errors import InputError

Part = Literal["major", "minor", "patch", "rc", "final", "post", "dev"]
PARTS: tuple[Part, ...] = get_args(Part)

FIRST = Version("0.1.0")
"""The first version of a project whose version comes from its tags."""

_RELEASE: dict[Part, int] = {"major": 0, "minor": 1, "patch": 2}
"""Parts of the release number and where they stand in it."""


def candidates(current: Version) -> dict[Part, Version]:
    """Return each part that can rise, with the version it leads to, all higher than the current one.

    The release number keeps its length where that is possible, and the epoch stays. After a version with a local part, which
    no index takes, there is none.
    """
    if current.local is not None:
        return {}
    found = {part: _next(current, part) for part in PARTS}
    return {part: version for part, version in found.items() if version is not None and version > current}


def bumped(current: Version, part: Part) -> Version:
    """Return the version that follows when a part rises.

    Raises:
        InputError: that part cannot rise here; the candidates are named.
    """
    allowed = candidates(current)
    if part in allowed:
        return allowed[part]
    if current.local is not None:
        raise InputError(
            f"No part of {current} can rise: it has the local part +{current.local}.",
            cause="Versions with a local part are for builds that are not published, and no index takes them.",
            remedy=f"Write the version without it, {current.public}, or name the version to release.",
            read="https://packaging.python.org/en/latest/specifications/version-specifiers/#local-version-identifiers",
        )
    listed = ", ".join(f"{name} ({version})" for name, version in allowed.items())
    raise InputError(
        f"{part} cannot rise after {current}.",
        cause=_why_not(current, part),
        remedy=f"Take one of these: {listed}. Or name the version to release.",
    )


def next_patch(current: Version) -> Version:
    """Return the final release that comes next: what a pre-release or development release leads to, else the next patch."""
    if current.is_prerelease and current.post is None:
        return _final(current)
    return _risen(current, "patch")


def _next(current: Version, part: Part) -> Version | None:
    """Return where a part leads, or None where it makes no sense; the result may be lower than the current version."""
    if part in _RELEASE:
        return None if current.is_prerelease else _risen(current, part)
    if part == "final":
        return _final(current) if current.is_prerelease and current.post is None else None
    if part == "post":
        return _post(current)
    return _rc(current) if part == "rc" else _dev(current)


def _risen(current: Version, part: Part) -> Version:
    at = _RELEASE[part]
    number = (*current.release, *(0,) * (at + 1 - len(current.release)))
    number = (*number[:at], number[at] + 1, *(0,) * (len(number) - at - 1))
    return _final(current).__replace__(release=number)


def _final(current: Version) -> Version:
    return current.__replace__(pre=None, post=None, dev=None, local=None)


def _rc(current: Version) -> Version | None:
    if current.post is not None and current.dev is not None:
        return None
    if not current.is_prerelease:
        return _risen(current, "patch").__replace__(pre=("rc", 1))
    letter, number = current.pre or ("", 0)
    if letter != "rc":
        return _final(current).__replace__(pre=("rc", 1))
    is_on_the_way = current.dev is not None
    return _final(current).__replace__(pre=("rc", number if is_on_the_way else number + 1))


def _post(current: Version) -> Version | None:
    if current.post is not None and current.dev is not None:
        return current.__replace__(dev=None)
    if current.is_prerelease:
        return None  # PEP 440: strongly discouraged; the next pre-release says the same
    return current.__replace__(post=(current.post or 0) + 1)


def _dev(current: Version) -> Version:
    if current.dev is not None:
        return current.__replace__(dev=current.dev + 1)
    if current.pre is not None:
        letter, number = current.pre
        return current.__replace__(pre=(letter, number + 1), post=None, dev=1)
    return _risen(current, "patch").__replace__(dev=1)


def _why_not(current: Version, part: Part) -> str:
    if part == "final":
        return f"{current} is final already."
    if part == "post":
        return "A post-release follows a final release; here the next pre-release or the final release says the same."
    if part in _RELEASE:
        return (
            f"{current} is on the way to {_final(current)}: what rises is the candidate, or it becomes final."
        )
    return f"{current} is a development release of a post-release."
