"""The jobs of a workflow's matrices: decided with the plan, a pure function like it."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from slipway.errors import InputError
from slipway.options import Inputs
from slipway.records import BUILD, SECOND_BUILD, Job

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
    kind: Literal["pure", "compiled"],
    pythons: Sequence[str],
    classifiers: Iterable[str],
    inputs: Inputs,
    *,
    publish: bool,
) -> tuple[Job, ...]:
    """Return the jobs that build and test, in the order in which they matter.

    What is only checked needs no job of its own for the first platform: the job that builds a pure project tests it
    as well. Where something is to be published it does not, for then dependencies would run beside the build.

    Args:
        kind: a compiled project builds its wheels on every platform, a pure one builds all with its sdist.
        pythons: the living versions that the project supports.
        classifiers: the project's trove classifiers; they say whether it is made for free threading.
        inputs: `platforms`, `python-versions`, `matrix`, `runner`, `runners` and
            `second-build`.
        publish: whether this run is to publish.

    Raises:
        InputError: a platform, a version or a runner label is not one.
    """
    platforms = _platforms(inputs.platforms)
    labels = RUNNERS | _runners(inputs.runners)
    versions = _versions(inputs.python_versions) or _with_free_threading(pythons, classifiers)
    wheels = [
        Job(name=f"wheels-{name}", kind="wheels", platform=name, runner=labels[name]) for name in platforms
    ]
    is_full = inputs.matrix == "full" or (inputs.matrix == "auto" and publish)
    smokes = [
        Job(
            name=f"smoke-{name}",
            kind="smoke",
            platform=name,
            runner=labels[name],
            pythons=versions if is_full or name == platforms[0] else _newest(versions),
        )
        for name in platforms
        if versions
    ]
    build = Job(name=BUILD, kind="build", platform=platforms[0], runner=inputs.runner)
    second = Job(name=SECOND_BUILD, kind="second-build", platform=platforms[0], runner=inputs.runner)
    again = [second] if inputs.second_build else []
    if kind == "compiled":
        return (build, *again, *wheels, *smokes)
    if smokes and not publish and smokes[0].runner == inputs.runner:
        return (msgspec.structs.replace(build, pythons=smokes[0].pythons), *again, *smokes[1:])
    return (build, *again, *smokes)


def _newest(versions: Sequence[str]) -> tuple[str, ...]:
    """Return the newest version with a GIL of CPython, or the last one where there is none."""
    return tuple([*versions[-1:], *(one for one in versions if re.fullmatch(r"[\d.]+", one))][-1:])


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
