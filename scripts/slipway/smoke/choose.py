"""Which tests are run: a pure choice from the artifacts, the Pythons of this machine and what was asked for."""

from __future__ import annotations

import functools
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from packaging.tags import Tag, platform_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from slipway.artifacts import artifact as artifact_facts
from slipway.artifacts import metadata as metadata_facts
from slipway.artifacts.archive import MAX_TEXT_BYTES
from slipway.artifacts.metadata import MetadataFacts
from slipway.environments import interpreters
from slipway.environments.interpreters import ALL, Interpreter
from slipway.errors import InputError
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.planning import pythons
from slipway.records import Artifact, Untried
from slipway.smoke.smoke_test import Candidate, InstallOptions, SmokeTest

METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_ABIS = {"cpython": "cp", "pypy": "pp", "graalpy": "graalpy"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The tests to run, and those that the project's claims ask for and that cannot be run here."""

    tests: tuple[SmokeTest, ...]
    untried: tuple[Untried, ...]


def choose(manifest: Manifest, inputs: Inputs) -> Choice:
    """Return the tests for the artifacts of a manifest.

    By default each artifact is tried once, on the interpreter that builds; `--thorough` takes every dimension as
    far as it goes, and an option that names values takes those.

    Raises:
        InputError: an interpreter or an extra that was asked for is not there.
    """
    requires, classifiers = _claims(manifest, inputs)
    wanted = inputs.python or ((ALL,) if inputs.thorough else ())
    here = interpreters.chosen(requires, wanted)
    tests: list[SmokeTest] = []
    untried: list[Untried] = []
    has_wheel = any(artifact.kind == "wheel" for artifact in manifest.artifacts)
    for artifact in manifest.artifacts:
        candidate = Candidate(artifact=artifact.filename, requirement=str(inputs.locate(artifact.filename)))
        fitting = [one for one in here if artifact.kind == "sdist" or _fits(artifact, one)]
        if not fitting:
            why = "the wheel is for another platform or another Python than those that are tried here"
            untried.append(Untried(smoke_test=artifact.filename, reason=why))
        choices = list(_manners(artifact, inputs, deep=artifact.kind == "wheel" or not has_wheel))
        tests += _planned(candidate, fitting, choices, classifiers=classifiers)
    supported = pythons.supported(requires, classifiers, today=datetime.now(tz=UTC).date())
    absent = [*_absent(supported, here, inputs), *_elsewhere(manifest, inputs)]
    return Choice(tests=tuple(tests), untried=(*untried, *absent))


def _planned(
    candidate: Candidate,
    here: Sequence[Interpreter],
    choices: Sequence[InstallOptions],
    *,
    classifiers: Sequence[str],
) -> Iterator[SmokeTest]:
    """Yield the first options for every interpreter, and the others, which tell nothing new there, for one."""
    ordinary = [one for one in here if one.implementation == "cpython" and not one.free_threaded]
    for interpreter in here:
        is_main = interpreter == (ordinary or list(here))[-1]
        for options in choices if is_main else choices[:1]:
            yield SmokeTest(
                candidate=candidate,
                interpreter=interpreter,
                options=options,
                claimed=pythons.claims(_number(interpreter), classifiers),
            )


def _number(interpreter: Interpreter) -> str:
    return ".".join(interpreter.version.split(".")[:2])


def _manners(artifact: Artifact, inputs: Inputs, *, deep: bool) -> Iterator[InstallOptions]:
    installers = inputs.installer or (("uv", "pip") if inputs.thorough else ("uv",))
    resolutions = inputs.resolution or (("highest", "lowest-direct") if inputs.thorough else ("highest",))
    for number, (resolution, installer) in enumerate(itertools.product(resolutions, installers)):
        lowest = resolution == "lowest-direct"
        direct = _requirements(artifact, inputs) if lowest and installer == "uv" and deep else ()
        # pip cannot resolve downwards, and an sdist has the same dependencies as its wheel.
        if not lowest or direct or inputs.resolution == ("lowest-direct",):
            yield InstallOptions(
                installer="uv" if lowest else installer,
                resolution=resolution,
                thorough=deep and number == 0,
                direct=direct,
            )
    for extra in _extras(artifact, inputs) if deep else ():
        yield InstallOptions(extra=extra, installer=installers[0], thorough=False)


def _requirements(artifact: Artifact, inputs: Inputs) -> tuple[str, ...]:
    """Return what an artifact requires without any extra."""
    metadata = _metadata(inputs.locate(artifact.filename))
    listed = metadata.every("requires-dist") if metadata else ()
    return tuple(text for text in listed if not re.search(r"\bextra\s*==", text))


def _extras(artifact: Artifact, inputs: Inputs) -> tuple[str, ...]:
    """Return the extras to try.

    Raises:
        InputError: one that was named is not an extra of the artifact.
    """
    wanted = inputs.extras or ((ALL,) if inputs.thorough else ())
    if not wanted:
        return ()
    metadata = _metadata(inputs.locate(artifact.filename))
    there = tuple(metadata.every("provides-extra")) if metadata else ()
    for name in wanted:
        if name != ALL and name not in there:
            raise InputError(
                f"{artifact.filename} has no extra {name!r}.",
                cause="The name is misspelt, or the extra is declared in another way than under "
                "[project.optional-dependencies].",
                remedy=f"Choose from: {', '.join(there) or 'none, for it has no extras'}.",
            )
    return there if ALL in wanted else tuple(wanted)


def _fits(wheel: Artifact, interpreter: Interpreter) -> bool:
    """Return whether an interpreter of this machine takes a wheel, by the tags in its name."""
    try:
        tags = parse_wheel_filename(wheel.filename)[3]
    except InvalidWheelFilename:
        return True  # the installer says what is wrong with it
    platforms = _platforms()
    return any(_takes(interpreter, tag) for tag in tags if tag.platform in platforms)


@functools.cache
def _platforms() -> frozenset[str]:
    return frozenset(("any", *platform_tags()))


def _takes(interpreter: Interpreter, tag: Tag) -> bool:
    major, minor = interpreter.version.split(".")[:2]
    number = f"{major}{minor}"
    if tag.abi == "none":
        if tag.interpreter.startswith("py"):
            digits = tag.interpreter[2:]
            return digits[:1] == major and int(digits[1:] or 0) <= int(minor)
        return tag.interpreter in {f"cp{number}", f"{_ABIS.get(interpreter.implementation, '')}{number}"}
    if tag.abi == "abi3":
        floor = int(tag.interpreter[3:] or 0)
        return (
            interpreter.implementation == "cpython" and not interpreter.free_threaded and floor <= int(minor)
        )
    if interpreter.implementation == "cpython":
        return tag.abi == f"cp{number}{'t' if interpreter.free_threaded else ''}"
    return tag.interpreter == f"{_ABIS.get(interpreter.implementation, '?')}{number}"


def _claims(manifest: Manifest, inputs: Inputs) -> tuple[str | None, tuple[str, ...]]:
    """Return what the artifacts say about the versions of Python they support: specifiers and classifiers."""
    for artifact in sorted(manifest.artifacts, key=lambda one: one.kind == "sdist"):
        metadata = _metadata(inputs.locate(artifact.filename))
        if metadata is not None:
            return metadata.one("requires-python"), metadata.every("classifier")
    return None, ()


def _metadata(path: Path) -> MetadataFacts | None:
    """Return an artifact's metadata, from a wheel without reading the rest of it."""
    if path.suffix != ".whl":
        return artifact_facts.read(path).metadata
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(n for n in archive.namelist() if METADATA.fullmatch(n))
            with archive.open(name) as stream:
                return metadata_facts.parse(stream.read(MAX_TEXT_BYTES), file=name)
    except (OSError, zipfile.BadZipFile, StopIteration, NotImplementedError, zlib.error):
        return None  # the installer says what is wrong with it


def _absent(supported: Iterable[str], here: Sequence[Interpreter], inputs: Inputs) -> Iterator[Untried]:
    """Yield the Pythons that are supported and not tried; in a matrix the other jobs have them."""
    tried = {_number(one) for one in here}
    missing = [version for version in supported if version not in tried]
    if missing and not inputs.job:
        asked = inputs.thorough or ALL in inputs.python
        reason = (
            "not on this machine"
            if asked
            else "one Python is tried unless --python or --thorough asks for more"
        )
        yield Untried(smoke_test=f"Python {', '.join(missing)}", reason=reason)


def _elsewhere(manifest: Manifest, inputs: Inputs) -> Iterator[Untried]:
    """Yield what of a compiled project only other machines can build."""
    tests = manifest.plan.jobs if manifest.plan and not inputs.job and not inputs.from_ else ()
    if names := [test.platform for test in tests if test.kind == "wheels"]:
        reason = "only the build matrix makes them; here the one wheel for this Python and platform was tried"
        yield Untried(smoke_test=f"the wheels for {', '.join(names)}", reason=reason)
