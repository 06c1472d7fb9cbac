"""The jobs of a workflow's matrices: decided with the plan, a pure function like it."""

import re
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Literal

from slipway.errors import InputError
from slipway.options import Inputs
from slipway.records import Job

RUNNERS = {
    "linux-x86_64": "ubuntu-latest",
    "linux-aarch64": "ubuntu-24.04-arm",
    "macos-arm64": "macos-latest",
    "macos-x86_64": "macos-15-intel",
    "windows-AMD64": "windows-latest",
    "windows-ARM64": "windows-11-arm",
}
"""Platform, spelled as cibuildwheel spells it, to the label of GitHub's own runner, as listed in its "GitHub-hosted
runners reference"."""

SHORT = {"linux": "linux-x86_64", "macos": "macos-arm64", "windows": "windows-AMD64"}
"""A system's name alone stands for its common architecture."""

FREE_THREADING = "Programming Language :: Python :: Free Threading ::"
FIRST_FREE_THREADED = (3, 14)
"""The first version whose free-threaded build is officially supported (PEP 779)."""

_LABEL = re.compile(r"[\w.-]{1,100}")
_VERSION = re.compile(r"(pypy|graalpy)?-?\d{1,9}\.\d{1,9}(\.\d{1,9})?(a|b|rc)?\d{0,9}t?")


def jobs(
    kind: Literal["pure", "compiled"], pythons: Sequence[str], classifiers: Iterable[str], inputs: Inputs
) -> tuple[Job, ...]:
    """Return the jobs that build and test, in the order in which they matter.

    Args:
        kind: a compiled project builds its wheels on every platform, a pure one builds all with its sdist.
        pythons: the living versions that the project supports.
        classifiers: the project's trove classifiers; they say whether it is made for free threading.
        inputs: `platforms`, `python-versions`, `smoke-jobs` and `runners`.

    Raises:
        InputError: a platform, a version or a runner label is not one.
    """
    platforms = _platforms(inputs.platforms)
    labels = RUNNERS | _runners(inputs.runners)
    versions = _versions(inputs.python_versions) or _with_free_threading(pythons, classifiers)
    build = Job(name="build", kind="build", platform=platforms[0], runner=labels[platforms[0]])
    wheels = [
        Job(name=f"wheels-{name}", kind="wheels", platform=name, runner=labels[name]) for name in platforms
    ]
    kept = _ranked(platforms, versions)[: inputs.smoke_jobs]
    smokes = [
        Job(
            name=f"smoke-{platform}-{version}",
            kind="smoke",
            platform=platform,
            runner=labels[platform],
            python=version,
        )
        for platform, version in product(platforms, versions)
        if (platform, version) in kept
    ]
    return (build, *(wheels if kind == "compiled" else ()), *smokes)


def _ranked(platforms: Sequence[str], versions: Sequence[str]) -> list[tuple[str, str]]:
    """Return the whole grid, the most informative cells first.

    The ends of the range on every platform come first, then every version on the first platform, then the rest
    from the newest down: a break shows at an end, or where a version does, rarely in one cell alone.
    """
    ends = {versions[0], versions[-1]} if versions else set()
    grid = [(platform, version) for version in reversed(versions) for platform in platforms]
    return sorted(grid, key=lambda job: (job[1] not in ends, job[0] != platforms[0]))


def _with_free_threading(pythons: Sequence[str], classifiers: Iterable[str]) -> tuple[str, ...]:
    claimed = any(c.startswith(FREE_THREADING) and "1 - Unstable" not in c for c in classifiers)
    newest = pythons[-1] if pythons else None
    if newest and claimed and tuple(map(int, newest.split("."))) >= FIRST_FREE_THREADED:
        return (*pythons, f"{newest}t")
    return tuple(pythons)


def _platforms(asked: Sequence[str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(SHORT.get(name, name) for name in asked)) or tuple(SHORT.values())
    for name in names:
        if name not in RUNNERS:
            raise InputError(
                f"There is no platform called {name[:100]!r}.",
                cause="The option `platforms` takes the names that Slipway knows.",
                remedy=f"Choose from: {', '.join([*SHORT, *RUNNERS])}.",
            )
    return names


def _versions(asked: Sequence[str]) -> tuple[str, ...]:
    for name in asked:
        if not _VERSION.fullmatch(name):
            raise InputError(
                f"{name[:100]!r} is not a version of Python.",
                cause="The option `python-versions` takes versions such as 3.13, 3.14t or pypy3.11.",
                remedy="Write for example `3.12 3.13 3.14t`, or leave it out to test what the project supports.",
            )
    return tuple(dict.fromkeys(asked))


def _runners(pairs: Iterable[str]) -> dict[str, str]:
    """Return the runner labels of the caller's own, by platform, from pairs such as `linux-x86_64=big-linux`."""
    labels: dict[str, str] = {}
    for pair in pairs:
        short, _, label = pair.partition("=")
        name = SHORT.get(short, short)
        if name not in RUNNERS or not _LABEL.fullmatch(label):
            raise InputError(
                f"{pair[:100]!r} does not give a platform its runner.",
                cause="The option `runners` takes pairs such as `linux=my-linux`, separated by spaces.",
                remedy=f"Write one pair for each platform with runners of its own: {', '.join([*SHORT, *RUNNERS])}.",
            )
        labels[name] = label
    return labels
