"""Several projects of one repository, one after the other: what others depend on comes first."""

from collections.abc import Iterator
from dataclasses import replace

from slipway.errors import InputError
from slipway.options import Inputs
from slipway.project import repository, tag_prefix
from slipway.project.repository import Member


def projects(inputs: Inputs) -> Iterator[tuple[Member, Inputs]]:
    """Yield every project below a folder with the inputs to run a command for it.

    A project is tried with the artifacts of those that it needs, so that they are released together or not at all;
    run the command for one before asking for the next.

    Args:
        inputs: what was asked for; each project gets its own path, work folder and tag prefix.

    Raises:
        InputError: there is no project, or one of them cannot be read.
    """
    members = repository.read(inputs.path)
    if not members:
        raise InputError(
            f"There are no projects below {inputs.path}.",
            cause="--all-projects looks into folders, three levels deep, and not into tests, docs or examples.",
            remedy="Name the folder that holds the projects, or one project's folder without --all-projects.",
        )
    own = {member.folder: _own(inputs, member) for member in members}
    for member in members:
        beside = [
            str(own[needed].dist) for needed in _all_needed(member, members) if own[needed].dist.is_dir()
        ]
        yield member, replace(own[member.folder], find_links=(*inputs.find_links, *beside))


def _own(inputs: Inputs, member: Member) -> Inputs:
    return replace(
        inputs,
        path=member.path,
        work=member.path / inputs.work.relative_to(inputs.path)
        if inputs.work.is_relative_to(inputs.path)
        else inputs.work / member.folder,
        tag_prefix=member.tag_prefix,
        given=inputs.given | {tag_prefix.OPTION},
        all_projects=False,
    )


def _all_needed(member: Member, members: tuple[Member, ...]) -> list[str]:
    """Return the folders of all that a project needs, directly or through others."""
    by_folder = {other.folder: other for other in members}
    found: list[str] = []
    waiting = list(member.needs)
    while waiting:
        folder = waiting.pop()
        if folder not in found:
            found.append(folder)
            waiting += by_folder[folder].needs
    return found
