"""Which smoke tests run, by the artifacts, the Pythons of this machine and the inputs."""

import functools
import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from packaging.tags import Tag, compatible_tags, cpython_tags, platform_tags
from packaging.utils import parse_wheel_filename

from slipway.artifacts import artifact as artifact_facts
from slipway.artifacts.metadata import MetadataFacts
from slipway.environments import interpreters
from slipway.environments.interpreters import ALL, Interpreter
from slipway.errors import InputError
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.planning import pythons
from slipway.records import Artifact, Untried
from slipway.smoke.smoke_test import Candidate, InstallOptions, SmokeTest

BUILDING = ("check", "rehearse")
"""The commands that build and test in one run."""

UV_REFUSES = frozenset({"extras-equal"})
"""Rules on what uv does not build from an sdist, though the backend takes it: uv reads pyproject.toml more strictly."""

_PROVEN = "its wheel was built from it there, as installers do, and is tried itself; --thorough installs the sdist as well"


class Choice(Struct, frozen=True, kw_only=True):
    """The smoke tests to run, and those that the project's claims ask for and that cannot run here."""

    tests: tuple[SmokeTest, ...]
    untried: tuple[Untried, ...]


def choose(manifest: Manifest, inputs: Inputs) -> Choice:
    """Return the smoke tests for the artifacts of a manifest.

    By default each artifact is tried once, on the interpreter that builds; `--thorough` tries every Python,
    installer, resolution and extra, and an option that names values takes those. An sdist is not tried on the Python
    on which this run built a pure wheel from it, unless uv may refuse the sdist.

    Raises:
        InputError: an interpreter or an extra that was asked for does not exist.
    """
    read = functools.cache(lambda name: artifact_facts.read_metadata(inputs.locate(name)))
    claims = _claims(manifest, read)
    requires_python = claims.one("requires-python") if claims else None
    classifiers = claims.every("classifier") if claims else ()
    job = manifest.plan.job(inputs.job) if manifest.plan else None
    wanted = inputs.python or (job.pythons if job else ()) or ((ALL,) if inputs.thorough else ())
    here = interpreters.choose_all(requires_python, wanted)
    has_wheel = any(artifact.kind == "wheel" for artifact in manifest.artifacts)
    builder = _builder(manifest, inputs)
    tests: list[SmokeTest] = []
    untried: list[Untried] = []
    for artifact in manifest.artifacts:
        fitting = [one for one in here if artifact.kind == "sdist" or fits(artifact.filename, one)]
        if artifact.kind == "sdist" and builder and builder.minor in {one.minor for one in fitting}:
            untried.append(
                Untried(
                    smoke_test=f"to install {artifact.filename} on Python {builder.minor}",
                    reason=_PROVEN,
                    artifact=artifact.filename,
                    python=builder.label,
                )
            )
            fitting = [one for one in fitting if one.minor != builder.minor]
        elif not fitting:
            why = "the wheel is for another platform or another Python than those that are tried here"
            untried.append(Untried(smoke_test=artifact.filename, reason=why))
        candidate = Candidate(artifact=artifact.filename, requirement=str(inputs.locate(artifact.filename)))
        in_depth = artifact.kind == "wheel" or not has_wheel
        metadata = read(artifact.filename) if in_depth else None
        choices = list(_install_options(artifact, metadata, inputs, in_depth=in_depth))
        tests += _tests(candidate, fitting, choices, classifiers=classifiers, in_depth=in_depth)
    if not inputs.job:
        reason = "one Python is tried unless --python or --thorough asks for more"
        if inputs.thorough or ALL in inputs.python:
            reason = "not on this machine"
        untried += _untried_pythons(claims, {one.feature_version for one in here}, reason)
    return Choice(tests=tuple(tests), untried=(*untried, *_untried_wheels(manifest, inputs)))


def _builder(manifest: Manifest, inputs: Inputs) -> Interpreter | None:
    """Return the Python on which this run built a pure wheel from the sdist; None where it did not.

    To install an sdist is to build its wheel in an environment of what it requires, and to install that:
    https://packaging.python.org/en/latest/specifications/source-distribution-format/ and PEP 517.
    """
    plan = manifest.plan
    is_built = any(stage.name == "build" and stage.outcome == "done" for stage in manifest.stages)
    wheels = [one.filename for one in manifest.artifacts if one.kind == "wheel"]
    is_pure = wheels != [] and all(name.endswith("-none-any.whl") for name in wheels)
    if inputs.thorough or inputs.command not in BUILDING or not (is_built and is_pure):
        return None
    # A staging version may have come to the build by a variable, which nobody else sets.
    if plan is None or plan.staging:
        return None
    if any(finding.rule in UV_REFUSES for finding in manifest.findings):
        return None
    return interpreters.choose(plan.requires_python, inputs.python)


def untried_by_jobs(manifest: Manifest, inputs: Inputs) -> tuple[Untried, ...]:
    """Return the Pythons that the metadata allows and that no smoke job tried."""
    claims = _claims(manifest, lambda name: artifact_facts.read_metadata(inputs.locate(name)))
    labels = [re.match(r"\d+\.\d+", result.python) for result in manifest.smoke_results]
    reason = "no smoke job has it; the options matrix and python-versions decide"
    return tuple(_untried_pythons(claims, {label[0] for label in labels if label}, reason))


def _claims(manifest: Manifest, read: Callable[[str], MetadataFacts | None]) -> MetadataFacts | None:
    # Wheels come first: an sdist has the metadata of its wheel, and a wheel's is read without the rest of it.
    wheels_first = sorted(manifest.artifacts, key=lambda one: one.kind == "sdist")
    return next(filter(None, (read(one.filename) for one in wheels_first)), None)


def _tests(
    candidate: Candidate,
    here: Sequence[Interpreter],
    choices: Sequence[InstallOptions],
    *,
    classifiers: Sequence[str],
    in_depth: bool,
) -> Iterator[SmokeTest]:
    """Yield the first options for every interpreter, and all of them for the newest ordinary one that is released."""
    ordinary = [one for one in here if one.implementation == "cpython" and not one.free_threaded]
    released = [one for one in ordinary if not one.is_prerelease]
    for interpreter in here:
        is_main = interpreter == (released or ordinary or list(here))[-1]
        for number, options in enumerate(choices if is_main else choices[:1]):
            yield SmokeTest(
                candidate=candidate,
                interpreter=interpreter,
                options=options,
                thorough=in_depth and number == 0,
                claimed=_claims_to_support(interpreter, classifiers),
            )


def _claims_to_support(interpreter: Interpreter, classifiers: Sequence[str]) -> bool:
    """Return whether the project says that it supports an interpreter; of a pre-release, only a classifier does."""
    if interpreter.is_prerelease:
        return f"{pythons.CLASSIFIER}{interpreter.feature_version}" in classifiers
    return pythons.claims(interpreter.feature_version, classifiers)


def _install_options(
    artifact: Artifact, metadata: MetadataFacts | None, inputs: Inputs, *, in_depth: bool
) -> Iterator[InstallOptions]:
    """Yield the combinations of installer and resolution, then the extras.

    Raises:
        InputError: an extra that was asked for does not exist.
    """
    installers = inputs.installer or (("uv", "pip") if inputs.thorough else ("uv",))
    resolutions = inputs.resolution or (("highest", "lowest-direct") if inputs.thorough else ("highest",))
    requires = metadata.every("requires-dist") if metadata else ()
    unconditional = tuple(text for text in requires if not re.search(r"\bextra\s*==", text))
    for resolution, installer in itertools.product(resolutions, installers):
        lowest = resolution == "lowest-direct"
        # pip cannot resolve downwards, and an sdist has the same dependencies as its wheel.
        direct = unconditional if lowest and installer == "uv" else ()
        if not lowest or direct or inputs.resolution == ("lowest-direct",):
            yield InstallOptions(
                installer="uv" if lowest else installer, resolution=resolution, direct=direct
            )
    if in_depth:
        for extra in _extras(artifact, metadata, inputs):
            yield InstallOptions(extra=extra, installer=installers[0])


def _extras(artifact: Artifact, metadata: MetadataFacts | None, inputs: Inputs) -> tuple[str, ...]:
    wanted = inputs.extras or ((ALL,) if inputs.thorough else ())
    there = metadata.every("provides-extra") if metadata else ()
    for name in wanted:
        if name != ALL and name not in there:
            raise InputError(
                f"{artifact.filename} has no extra {name!r}.",
                cause="The name is misspelt, or the extra is declared in another way than under "
                "[project.optional-dependencies].",
                remedy=f"Choose from: {', '.join(there) or 'none, for it has no extras'}.",
            )
    return there if ALL in wanted else wanted


def fits(wheel: str, interpreter: Interpreter) -> bool:
    """Return whether an interpreter of this machine accepts a wheel, by the tags in its filename."""
    try:
        tags = parse_wheel_filename(wheel)[3]
    except ValueError:
        return True  # the installer says what is wrong with it
    if interpreter.implementation != "cpython":
        # Which ABIs it has cannot be seen from outside; its name and version say enough.
        name = _tag_of(interpreter)
        platforms = _platforms()
        if any(tag.interpreter == name and tag.platform in platforms for tag in tags):
            return True
    return not tags.isdisjoint(accepted(interpreter))


@functools.cache
def accepted(interpreter: Interpreter) -> tuple[Tag, ...]:
    """Return the tags of wheels that an interpreter of this machine accepts, the best first."""
    major, minor = interpreter.feature_version.split(".")
    version, name = (int(major), int(minor)), _tag_of(interpreter)
    general = compatible_tags(version, name, _platforms())
    if interpreter.implementation != "cpython":
        return tuple(general)
    abi = f"{name}t" if interpreter.free_threaded else name
    return (*cpython_tags(version, [abi], _platforms()), *general)


def _tag_of(interpreter: Interpreter) -> str:
    prefix = {"cpython": "cp", "pypy": "pp"}.get(interpreter.implementation, interpreter.implementation)
    return prefix + interpreter.feature_version.replace(".", "")


@functools.cache
def _platforms() -> tuple[str, ...]:
    return (*platform_tags(), "any")


def _untried_pythons(claims: MetadataFacts | None, tried: Collection[str], reason: str) -> Iterator[Untried]:
    """Yield the Pythons that the metadata allows and that were not tried.

    Args:
        claims: the metadata.
        tried: minor versions.
        reason: why a version that is supported was not tried.
    """
    if claims is None:
        return
    requires_python, classifiers = claims.one("requires-python"), claims.every("classifier")
    supported = pythons.supported(requires_python, classifiers, today=datetime.now(tz=UTC).date())
    promised = [
        version for version in pythons.promised(requires_python, classifiers) if version not in supported
    ]
    others = [
        version for version in pythons.allowed(requires_python) if version not in (*supported, *promised)
    ]
    why_promised = "a classifier promises it, and it is no longer maintained: only --python tries it"
    why = "Requires-Python allows it; it is no longer maintained, or no classifier names it"
    for versions, text in ((supported, reason), (promised, why_promised), (others, why)):
        if missing := [version for version in versions if version not in tried]:
            yield Untried(smoke_test=f"Python {', '.join(missing)}", reason=text)


def _untried_wheels(manifest: Manifest, inputs: Inputs) -> Iterator[Untried]:
    """Yield the wheels of a compiled project that only other machines can build."""
    jobs = manifest.plan.jobs if manifest.plan and not inputs.job and not inputs.from_ else ()
    if names := [job.platform for job in jobs if job.kind == "wheels"]:
        reason = "only the build matrix makes them; here the one wheel for this Python and platform was tried"
        yield Untried(smoke_test=f"the wheels for {', '.join(names)}", reason=reason)
