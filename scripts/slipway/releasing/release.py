"""`slipway release`: from the version to the push. What was begun is gone on with, from wherever it was left."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from slipway import versions
from slipway.errors import InputError, Interrupted
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.releasing import (
    checking,
    continuing,
    goal,
    journal,
    overview,
    position,
    preflight,
    preparation,
    screen,
    undo,
)
from slipway.releasing.checking import Run
from slipway.releasing.goal import Goal
from slipway.releasing.journal import Journal
from slipway.releasing.preparation import Check
from slipway.runner import Runner

APART = (
    {"VERSION", "--bump"},
    {"--bump", "--continue"},
    {"--dry-run", "--continue"},
    *({name, "--undo"} for name in ("VERSION", "--bump", "--dry-run", "--pr", "--continue")),
)
"""What cannot be asked for at once."""


def run(inputs: Inputs, runner: Runner, check: Check) -> Manifest | None:
    """Release, or say what can be released; return the manifest of a check that found something that blocks.

    Args:
        inputs: what was asked for.
        runner: what the run reports to.
        check: runs `check` with the inputs it is given.

    Raises:
        InputError: something has to be put right first; nothing was changed, or what was is said.
        ToolError: git or the remote fails; running again may help.
        Interrupted: the user stopped it after the first change.
    """
    if inputs.version:
        goal.named(inputs.version)
    here = goal.read(inputs)
    begun = position.git_path(here.position.top, journal.FILE)
    try:
        return _dispatch(Run(here=here, runner=runner, check=check))
    except KeyboardInterrupt:
        entry = journal.load(begun)
        if entry is None or entry.stage == "finished" or inputs.command == "rehearse":
            raise
        raise Interrupted(
            f"Stopped in the middle of the release of {entry.version}.",
            cause="You, or the runner on your behalf, stopped it.",
            remedy=f"Go on with `{screen.command(inputs, '--continue')}`, or take it back with "
            f"`{screen.command(inputs, '--undo')}`.",
        ) from None


def _dispatch(run: Run) -> Manifest | None:
    inputs, entry = run.inputs, journal.read(run.top)
    _demand_one_way(inputs)
    if inputs.undo:
        undo.run(run.top, entry, inputs)
        return None
    under_way = entry if entry and entry.stage != "finished" else None
    if not (inputs.version or inputs.bump or inputs.continue_):
        overview.show(run.here, under_way)
        return None
    if under_way and _is_meant(run, under_way):
        return continuing.go_on(run, under_way)
    if under_way:
        raise _another_under_way(under_way, run)
    if entry and _is_repeated(run, entry) and continuing.is_public(run, entry):
        continuing.say_finished(run, entry)
        return None
    if inputs.continue_:
        return _tag_what_is_there(run)
    return _begin(run, goal.wanted(run.here))


def _demand_one_way(inputs: Inputs) -> None:
    ways = {
        "VERSION": bool(inputs.version),
        "--bump": inputs.bump is not None,
        "--dry-run": inputs.dry_run,
        "--pr": inputs.pr,
        "--continue": inputs.continue_,
        "--undo": inputs.undo,
    }
    given = [name for name, is_given in ways.items() if is_given]
    if any({*given} >= pair for pair in APART):
        raise InputError(
            f"{' and '.join(given)} cannot be given together.",
            cause="Each of them says in its own way what is to be done, and a dry run shows a release before it begins.",
            remedy="Choose one.",
        )


def _is_meant(run: Run, entry: Journal) -> bool:
    """Return whether the release that is under way is the one that is asked for now."""
    inputs = run.inputs
    if inputs.dry_run or entry.folder != run.here.position.inside:
        return False
    if inputs.pr and not entry.pull_request:
        return False
    if inputs.version:
        return versions.parsed(inputs.version) == versions.parsed(entry.version)
    return inputs.continue_ or (inputs.bump is not None and inputs.bump == entry.bump)


def _is_repeated(run: Run, entry: Journal) -> bool:
    """Return whether a release that is done is asked for once more."""
    if entry.folder != run.here.position.inside or run.inputs.dry_run:
        return False
    asked = versions.parsed(run.inputs.version) if run.inputs.version else run.here.version
    is_asked = bool(run.inputs.version) or run.inputs.continue_
    return is_asked and asked == versions.parsed(entry.version)


def _another_under_way(entry: Journal, run: Run) -> InputError:
    inputs = replace(run.inputs, path=run.top / entry.folder)
    name = f"{entry.folder} " if entry.folder else ""
    return InputError(
        f"The release of {name}{entry.version} is under way in this checkout.",
        cause="It was interrupted, or its pull request waits for the merge.",
        remedy=f"Go on with `{screen.command(inputs, '--continue')}`, or take it back with "
        f"`{screen.command(inputs, '--undo')}`; then the next one.",
    )


def _begin(run: Run, aim: Goal) -> Manifest | None:
    preflight.demand(aim)
    today = datetime.now(tz=UTC).astimezone().date()
    with preparation.copied(run.inputs) as copy:
        prepared = preparation.prepare(copy, aim, today=today)
        if run.inputs.pr and not prepared.changes:
            raise InputError(
                f"There is nothing to commit for {aim.version}, so there is nothing for a pull request.",
                cause="The version comes from the tag, and the changelog is right already.",
                remedy=f"`{screen.command(run.inputs, str(aim.version))}` makes the tag and pushes it.",
            )
        if run.inputs.dry_run:
            overview.show_changes(aim, prepared)
            return None
        manifest = preparation.check(copy, run.here, aim.tag, run.check)
        if manifest.exit_code:
            screen.say(f"{screen.WRONG} the check stops the release; nothing was written")
            return manifest
    checking.say_checked(manifest, aim.tag)
    return continuing.go_on(run, journal.begin(run.top, _entry(run, aim, prepared)))


def _tag_what_is_there(run: Run) -> Manifest | None:
    """Tag the commit that brought a version to this branch, where no journal knows of it: another clone made it."""
    here = run.here
    version = versions.parsed(run.inputs.version) if run.inputs.version else here.version
    if version is None or (here.project.vcs_versioned and not run.inputs.version):
        raise InputError(
            "There is no release to go on with, and no file says which version is to be tagged.",
            cause="None was begun in this checkout, and this project's version comes from its tags.",
            remedy=f"Name it: `{screen.command(run.inputs, 'VERSION', '--continue')}`.",
        )
    aim = Goal(here=here, version=version)
    preflight.demand(aim)
    notes = preparation.notes(run.inputs.path, version) or ""
    entry = _entry(run, aim, preparation.Prepared(changes=(), tree="", notes=notes))
    return continuing.go_on(run, journal.begin(run.top, msgspec.structs.replace(entry, merged=True)))


def _entry(run: Run, aim: Goal, prepared: preparation.Prepared) -> Journal:
    place = run.here.position
    return Journal(
        version=str(aim.version),
        tag=aim.tag,
        folder=place.inside,
        branch=place.branch or "",
        upstream=place.upstream,
        remote=place.remote or "",
        head=place.head,
        tree=prepared.tree,
        checked=prepared.commit,
        message=aim.message,
        title=f"{run.here.name} {aim.version}",
        notes=prepared.notes,
        changes=prepared.changes,
        bump=run.inputs.bump,
        pull_request=aim.branch if run.inputs.pr else "",
    )
