"""Plan: everything is decided here, from the project, git, the event and the inputs, before anything runs.

What few plans need is imported where it is used: every command that starts from a project begins here.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import msgspec
from packaging.utils import canonicalize_name

from slipway import versions
from slipway.artifacts import wheel_targets
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.planning import destination, matrix, pythons, staging
from slipway.project import changelog_sections
from slipway.project import git as git_facts
from slipway.project import project as project_facts
from slipway.project.git import GitFacts
from slipway.project.project import ProjectFacts
from slipway.records import BUILD, ExpectedFile, Git, Job, Notes, Plan
from slipway.rules import catalogue
from slipway.runner import Event, Runner
from slipway.runner import event as event_facts
from slipway.runner.event import EventFacts

NOTES_KEPT = 100 * 1024
"""Characters of the notes in the plan; GitHub takes 125 000 for a release, and adds its own list of changes."""


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Read the project, git and the event, and return the plan.

    Raises:
        InputError: there is no project, or it cannot be read.
    """
    del manifest
    project = project_facts.read(inputs.path)
    catalogue.check_names(project.ignored)
    git = git_facts.read(inputs.path)
    event = event_facts.read(runner.event())
    plan = make(project, git, event, inputs, today=datetime.now(tz=UTC).date())
    if staging.is_meant(inputs, event, plan.destination):
        plan = _staged(plan, project, inputs, runner.event())
    # The project is in a folder of its repository; the workflow that was started is below its top.
    top = inputs.path.parents[git.prefix.count("/")] if git and git.prefix else inputs.path
    if event.kind != "local":
        from slipway.workflows import called

        called.demand_match(plan, runner.event(), top)
    plan = msgspec.structs.replace(plan, notes=release_notes(plan, project.root))
    return Addition(plan=_with_wheels(plan, project, event, inputs))


def release_notes(plan: Plan, root: Path) -> Notes | None:
    """Return what the changelog says about the version that a tag releases; None where it says nothing.

    The job that announces the release has no checkout, so the notes travel in the plan.

    Args:
        plan: names the version.
        root: the project's folder.
    """
    version = versions.parsed(plan.tag_version)
    section = changelog_sections.section(root, version) if version else None
    if section is None or not changelog_sections.has_notes(section.body):
        return None
    text = section.body
    if len(text) > NOTES_KEPT:
        kept, _, _ = text[:NOTES_KEPT].rpartition("\n")
        text = f"{kept}\n\nThe rest is in {section.file}."
    return Notes(file=section.file, line=section.line, text=text)


def _staged(plan: Plan, project: ProjectFacts, inputs: Inputs, event: Event) -> Plan:
    """Return the plan with a staging version, which no tag names, so that the plan is judged by none.

    Raises:
        InputError: no staging version can be made.
    """
    from slipway.building import staged

    chosen = staging.choose(
        project,
        tags=git_facts.tags(inputs.path) if plan.git else (),
        of_commit=git_facts.tags(inputs.path, of_commit=True) if plan.git else (),
        prefix=inputs.tag_prefix,
        number=staging.number(event, attempt=_attempt_of_build(inputs, event)),
    )
    staged.demand_possible(project.root, chosen, has_repository=plan.git is not None)
    return msgspec.structs.replace(
        plan,
        version=chosen.version,
        staging=chosen,
        tag=None,
        tag_version=None,
        expected=expected_files(project.name, chosen.version, kind=plan.kind),
    )


def _attempt_of_build(inputs: Inputs, event: Event) -> int:
    """Return the attempt whose version is planned: the building job's, where its output says one that can be.

    A job that decides may run in a later attempt than the one that built.
    """
    from slipway.artifacts import handover

    built = handover.parse_built(inputs.built) if inputs.built else ()
    attempts = (one.attempt for one in built if one.job == BUILD and 1 <= one.attempt <= event.attempt)
    return next(attempts, event.attempt)


def _with_wheels(plan: Plan, project: ProjectFacts, event: EventFacts, inputs: Inputs) -> Plan:
    """Return the plan with every wheel that its matrix builds, as cibuildwheel lists them.

    On a laptop they are listed where they were asked for: cibuildwheel takes a second to think.
    """
    platforms = [job.platform for job in plan.jobs if job.kind == "wheels"]
    is_asked = event.kind != "local" or inputs.command == "plan" or bool(inputs.platforms)
    if not (platforms and is_asked):
        return plan
    from slipway.building import cibuildwheel

    identifiers = cibuildwheel.read(inputs.path, project.pyproject, platforms)
    wheels = expected_wheels(plan.name, plan.version, identifiers, here=event.kind == "local")
    sdist = tuple(file for file in plan.expected if file.kind == "sdist")
    return msgspec.structs.replace(plan, expected=(*sdist, *wheels)) if wheels else plan


def make(
    project: ProjectFacts, git: GitFacts | None, event: EventFacts, inputs: Inputs, *, today: date
) -> Plan:
    """Return the plan for a project: a pure function of what was read.

    Raises:
        InputError: the index asked for is neither a known name nor a URL.
    """
    tag = release_tag(inputs, event, git, version=project.version)
    version = project.version
    kind: Literal["pure", "compiled"] = "compiled" if project.compiled else "pure"
    classifiers = project.classifiers or ()
    supported = pythons.supported(project.requires_python, classifiers, today=today)
    goal = destination.decide(inputs, event, tag=tag)
    return Plan(
        name=project.name,
        version=version,
        version_from="static" if version else "dynamic",
        backend=project.backend_name,
        kind=kind,
        layout=project.layout,
        requires_python=project.requires_python,
        pythons=supported,
        event=event.name,
        ref=event.ref,
        tag=tag,
        tag_version=tag_version(tag, inputs.tag_prefix),
        git=msgspec.convert(git, Git, from_attributes=True) if git else None,
        expected=expected_files(project.name, version, kind=kind),
        destination=goal,
        declared_in=project.declared_in,
        ignored=dict(project.ignored),
        jobs=tuple(
            _with_architectures(job, project)
            for job in matrix.jobs(kind, supported, classifiers, inputs, publish=goal.publish)
        ),
    )


def _with_architectures(job: Job, project: ProjectFacts) -> Job:
    if job.kind != "wheels":
        return job
    from slipway.building import cibuildwheel

    archs = cibuildwheel.architectures(project.pyproject, job.platform)
    return msgspec.structs.replace(job, archs=archs)


def release_tag(
    inputs: Inputs, event: EventFacts, git: GitFacts | None, *, version: str | None
) -> str | None:
    """Return the tag this run is judged by: the one asked for, the event's, or on a laptop the one at HEAD.

    Of several release tags at HEAD the one that names the project's version counts, else the highest.
    """
    if inputs.tag is not None:
        return inputs.tag
    if event.kind != "local" or git is None:
        return event.tag
    named = {tag: found for tag in git.tags if (found := versions.of_tag(tag, inputs.tag_prefix))}
    if not named:
        return None
    wanted = versions.parsed(version)
    return max(named, key=lambda tag: (named[tag] == wanted, named[tag], tag))


def tag_version(tag: str | None, prefix: str) -> str | None:
    """Return the version a tag names in its normal form (PEP 440), or None if it names none."""
    parsed = versions.of_tag(tag, prefix) if tag else None
    return str(parsed) if parsed else None


def expected_wheels(
    name: str | None, version: str | None, identifiers: Iterable[str], *, here: bool
) -> tuple[ExpectedFile, ...]:
    """Return the wheel for each build identifier of cibuildwheel.

    Args:
        name: the project's name.
        version: the project's version.
        identifiers: as cibuildwheel prints them.
        here: whether they are listed on a machine that makes one of them at most.
    """
    return tuple(
        ExpectedFile(
            kind="wheel",
            pattern=f"{_stem(name, version)}-{wheel_targets.pattern(target)}.whl",
            required=not here,
            identifier=target.identifier,
        )
        for target in map(wheel_targets.parse, identifiers)
        if target
    )


def expected_files(name: str | None, version: str | None, *, kind: str) -> tuple[ExpectedFile, ...]:
    """Return the files a release must contain, in the spelling the index asks for (PEP 625, PEP 427)."""
    stem = _stem(name, version)
    tags = "py*-none-any" if kind == "pure" else "*"
    return (
        ExpectedFile(kind="sdist", pattern=f"{stem}.tar.gz"),
        ExpectedFile(kind="wheel", pattern=f"{stem}-{tags}.whl"),
    )


def _stem(name: str | None, version: str | None) -> str:
    normal = versions.parsed(version)
    return f"{canonicalize_name(name).replace('-', '_') if name else '*'}-{normal or '*'}"
