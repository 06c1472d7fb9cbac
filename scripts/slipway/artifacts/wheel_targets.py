"""The wheels of a build matrix, by cibuildwheel's build identifiers, and which wheel is for which of them.

https://cibuildwheel.pypa.io/en/stable/options/#build-skip
"""

import re
from collections.abc import Iterable

from msgspec import Struct
from packaging.tags import Tag

_IDENTIFIER = re.compile(
    r"(?P<python>cp|pp|gp)(?P<version>\d+)(?:_\w+?)?(?P<threads>t?)-"
    r"(?P<platform>(?:manylinux|musllinux|macosx|win)_?\w+)"
)


class Target(Struct, frozen=True, kw_only=True):
    """One wheel that is to be built.

    Attributes:
        identifier: such as `cp313t-musllinux_x86_64`.
        python: what the tag of its interpreter begins with: cp, pp or graalpy.
        minor: its minor version.
        free_threaded: whether it is for the build without the global interpreter lock.
        platform: such as `manylinux_x86_64`, `macosx_arm64`, `win_amd64`.
    """

    identifier: str
    python: str
    minor: int
    free_threaded: bool
    platform: str


def parse(identifier: str) -> Target | None:
    """Return what an identifier means; None for one of a kind that goes to no desktop or server."""
    found = _IDENTIFIER.fullmatch(identifier)
    if found is None:
        return None
    return Target(
        identifier=identifier,
        python=found["python"].replace("gp", "graalpy"),
        minor=int(found["version"][1:]),
        free_threaded=bool(found["threads"]),
        platform=found["platform"],
    )


def pattern(target: Target) -> str:
    """Return the tags that a wheel for a target has in its filename, with `*` for what the build decides."""
    system, _, machine = target.platform.partition("_")
    platform = target.platform if system.startswith("win") else f"*{system}*_{machine}"
    abi = f"cp3{target.minor}{'t' if target.free_threaded else ''}" if target.python == "cp" else "*"
    return f"{target.python}3{target.minor}-{abi}-{platform}"


def covers(tags: Iterable[Tag], target: Target) -> bool:
    """Return whether a wheel with these tags is the one for a target, or serves in its place.

    A wheel for the stable ABI serves for every later Python, one without ABI for all, and a universal2 wheel for both
    architectures.
    """
    return any(_fits_platform(tag.platform, target) and _fits_python(tag, target) for tag in tags)


def _fits_platform(platform: str, target: Target) -> bool:
    system, _, machine = target.platform.partition("_")
    if system in {"manylinux", "musllinux"}:
        return platform.startswith(system) and platform.endswith(f"_{machine}")
    if system == "macosx":
        wide = {"arm64": ("arm64", "universal2"), "x86_64": ("x86_64", "universal2", "intel")}
        return platform.startswith("macosx_") and platform.endswith(wide.get(machine, (machine,)))
    return platform == target.platform


def _fits_python(tag: Tag, target: Target) -> bool:
    if tag.abi == "none" and tag.interpreter.startswith("py"):
        return tag.interpreter.startswith("py3") and int(tag.interpreter[3:] or 0) <= target.minor
    if target.python == "cp":
        suffix = "t" if target.free_threaded else ""
        if tag.abi in {"abi3", "abi3t"} and tag.interpreter.startswith("cp3"):
            right = tag.abi == f"abi3{suffix}"
            return right and int(tag.interpreter[3:] or 0) <= target.minor
        return tag.interpreter == f"cp3{target.minor}" and tag.abi in {f"cp3{target.minor}{suffix}", "none"}
    return tag.interpreter == f"{target.python}3{target.minor}"
