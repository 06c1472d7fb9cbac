"""What `init` says before it writes: what else publishes here, and what the file that is replaced does."""

from collections.abc import Iterator
from contextlib import suppress

from slipway.errors import InputError
from slipway.project import publishing_workflow, workflow
from slipway.project.hosting import Hosting
from slipway.project.workflow import Workflow
from slipway.workflows.caller_file import Caller


def lines(caller: Caller, home: Hosting) -> Iterator[str]:
    """Yield, line by line, what to know about the workflows that are there; nothing where there is nothing to know."""
    files: tuple[Workflow, ...] = ()
    with suppress(InputError):
        files = workflow.read_all(home.top)
    own = next((file for file in files if file.file == caller.file), None)
    others = [file for file in files if file is not own and _publishes_too(file, caller)]
    found = [line for file in others for line in _beside(file, caller)]
    found += _replaced(own, caller) if own else ()
    found += _secrets([*others, *([own] if own else ())], home)
    yield from (*found, *([""] if found else ()))


def _publishes_too(file: Workflow, caller: Caller) -> bool:
    is_started = publishing_workflow.starts_with_release(file, caller.tag_prefix)
    return is_started is not None and any(map(publishing_workflow.uploads, file.jobs))


def _beside(file: Workflow, caller: Caller) -> Iterator[str]:
    names = ", ".join(job.name for job in file.jobs if publishing_workflow.uploads(job))
    how = publishing_workflow.starts_with_release(file, caller.tag_prefix)
    yield f"{file.file} publishes too (job {names}), and {how} starts it: two uploads of one release would race."
    yield "  Delete it, or take that job out, before the next release; what else it does can stay."


def _replaced(own: Workflow, caller: Caller) -> Iterator[str]:
    new = workflow.read(caller.render().encode(), file=caller.file)
    before, after = (publishing_workflow.spoken(file) for file in (own, new))
    if before != after:
        yield f"{own.file} as it is is started by {before}."
        yield f"  The new one is started by {after}."
    kept = {job.name for job in new.jobs}
    if gone := [job.name for job in own.jobs if job.name not in kept]:
        yield f"  Its jobs {', '.join(gone)} are not in the new one: move what you still need to a file of its own."


def _secrets(files: list[Workflow], home: Hosting) -> Iterator[str]:
    found = (found[0] for file in files for job in file.jobs for found in publishing_workflow.stored(job))
    where = (
        f"https://github.com/{home.repository}/settings/secrets/actions"
        if home.repository
        else "its settings"
    )
    for name in dict.fromkeys(found):
        yield f"The secret {name} is not needed any more: once a release went out without it, revoke the token"
        yield f"  at the index and delete the secret on GitHub ({where})."
