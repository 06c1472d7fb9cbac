"""What is left of a release, from wherever it was left: each step is looked for before it is done."""

from collections.abc import Iterator

from slipway.errors import InputError
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.project import workflow
from slipway.releasing import checking, journal, position, pull_request, screen, steps
from slipway.releasing.checking import Run
from slipway.releasing.journal import Journal


def go_on(run: Run, entry: Journal) -> Manifest | None:
    """Do what is left of a release; return the manifest of a check that found something that blocks.

    Raises:
        InputError: something has to be put right first.
        ToolError: git or the remote fails; running again may help.
    """
    ref = f"refs/tags/{entry.tag}"
    wanted = (ref, f"refs/heads/{entry.upstream}", f"refs/heads/{entry.pull_request or entry.upstream}")
    refs = position.ask(run.top, entry.remote, *wanted)
    if ref in refs:
        if refs[ref] != position.object_of(run.top, ref):
            raise _tag_of_another(entry, run.inputs)
        finish(run, entry)
        return None
    if entry.pull_request or entry.merged:
        entry, blocked = pull_request.go_on(run, entry, refs)
    else:
        entry, blocked = _push(run, entry)
    if entry.stage == "pushing" and blocked is None:
        finish(run, entry)
    return blocked


def _push(run: Run, entry: Journal) -> tuple[Journal, Manifest | None]:
    steps.demand_branch(run.top, entry, run.inputs)
    entry = steps.commit(run.top, entry, run.inputs)
    steps.demand_clean(run.top, run.inputs)
    commit = position.commit_of(run.top, "HEAD") or ""
    steps.demand_up_to_date(run.top, entry, commit, run.inputs)
    entry, blocked = checking.checked(run, entry, commit)
    if blocked:
        return entry, blocked
    steps.tag(run.top, entry, commit, run.inputs)
    checking.name_commit(run, entry, commit)
    entry = journal.note(run.top, entry, stage="pushing")
    steps.push(run.top, entry, commit, run.inputs)
    return entry, None


def finish(run: Run, entry: Journal) -> None:
    """Note that the release is pushed, and say what happens next."""
    journal.finish(run.top, entry)
    if run.inputs.command != "rehearse":
        say_finished(run, entry)


def is_public(run: Run, entry: Journal) -> bool:
    """Return whether the remote has the release's tag.

    Raises:
        ToolError: it cannot be asked.
    """
    ref = f"refs/tags/{entry.tag}"
    return ref in position.ask(run.top, entry.remote, ref)


def say_finished(run: Run, entry: Journal) -> None:
    """Say that a release is pushed, and what happens next."""
    screen.say(f"\nDone: {run.here.name} {entry.version} is on {entry.remote} as {entry.tag}.")
    screen.say("\n".join(_next(run, entry)))


def _next(run: Run, entry: Journal) -> Iterator[str]:
    page = steps.page(run.top, entry)
    if run.runner.event().name != "local":
        yield "A tag that the token of a workflow pushed starts no workflow. If none starts, start it by hand:"
        yield f"  gh workflow run {_workflow(run)} --ref {entry.tag}"
        yield "A run by hand publishes to TestPyPI, unless the workflow names another index."
    if page:
        yield f"What {entry.tag} starts: {page}/actions"
    yield f"What is public then: {screen.status(run.inputs, entry.version)}"


def _workflow(run: Run) -> str:
    """Return the name of the file that `slipway init` wrote, or would write."""
    try:
        written = [one.file for one in workflow.read_all(run.top) if one.written]
    except InputError:
        written = []
    return (written or [".github/workflows/release.yml"])[0].rpartition("/")[2]


def _tag_of_another(entry: Journal, inputs: Inputs) -> InputError:
    return InputError(
        f"{entry.remote} has a tag {entry.tag} that was not made here.",
        cause="Somebody released the same version in the meantime; their tag stays.",
        remedy=f"`{screen.command(inputs, '--undo')}`, `git pull --rebase`, then release the next version.",
    )
