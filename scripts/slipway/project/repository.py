"""The projects of one repository: which there are, which need which, and which changed since their last release."""

from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from msgspec import Struct
from packaging.utils import canonicalize_name

from slipway import versions
from slipway.errors import InputError
from slipway.project import git, hosting, project_files, tag_prefix
from slipway.project import project as project_facts
from slipway.project.declared import requirements
from slipway.project.project import ProjectFacts

DEPTH = 3
"""Folders below the top in which projects are looked for."""


class Member(Struct, frozen=True, kw_only=True):
    """One project of a repository.

    Attributes:
        path: its folder.
        folder: the same, relative to the top, with forward slashes.
        name: the project's name in its normal form; the folder's where only the build decides it.
        tag_prefix: the part before the version in its release tags.
        needs: folders of the other projects that it depends on.
        last_tag: its newest release tag.
        changed: whether it differs from that tag, or a project it needs does.
    """

    path: Path
    folder: str
    name: str
    tag_prefix: str
    needs: tuple[str, ...]
    last_tag: str | None
    changed: bool


def read(top: Path) -> tuple[Member, ...]:
    """Return the projects below a folder, each after those that it needs.

    A project's release tags begin with the `tag-prefix` of its own settings, else with what `tag_prefix` finds.

    Raises:
        InputError: a project cannot be read, or some need each other in a circle.
    """
    folders = project_files.below(top, DEPTH)
    facts = {path.relative_to(top).as_posix(): project_facts.read(path) for path in folders}
    names = {_name(folder, project): folder for folder, project in facts.items()}
    needs = {folder: _needs(project, names) - {folder} for folder, project in facts.items()}
    members: dict[str, Member] = {}
    for folder in _in_order(needs):
        path, project = top / folder, facts[folder]
        prefix = _tag_prefix(path, project)
        tag = git.last_tag(path, prefix)
        is_below_changed = any(members[needed].changed for needed in needs[folder])
        members[folder] = Member(
            path=path,
            folder=folder,
            name=_name(folder, project),
            tag_prefix=prefix,
            needs=tuple(sorted(needs[folder])),
            last_tag=tag,
            changed=is_below_changed or tag is None or git.differs(path, tag),
        )
    return tuple(members.values())


def _tag_prefix(path: Path, project: ProjectFacts) -> str:
    own = project.settings.options.get(tag_prefix.OPTION)
    return tag_prefix.chosen(path, name=project.name) if own is None else versions.prefix_meant(own)


def _name(folder: str, project: ProjectFacts) -> str:
    return canonicalize_name(project.name or folder.rpartition("/")[2])


def _needs(project: ProjectFacts, names: dict[str, str]) -> set[str]:
    """Return the folders of the projects that one depends on, to run or to be built."""
    extras = [text for texts in (project.optional_dependencies or {}).values() for text in texts]
    texts = (*(project.dependencies or ()), *extras, *project.build_requires)
    found = (canonicalize_name(requirement.name) for _, requirement in requirements(texts))
    return {names[name] for name in found if name in names}


def _in_order(needs: dict[str, set[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise InputError(
            f"Projects of this repository need each other in a circle: {circle}.",
            cause="Each of them names the next one among its dependencies, extras or build requirements.",
            remedy="Move what they share into a project of its own; until then, pass one project's folder as PATH.",
        ) from error


def names_beside(folder: Path) -> frozenset[str]:
    """Return the names of the other projects of a repository, in their normal form; those that can be read."""
    home = hosting.read(folder)
    found: set[str] = set()
    for path in project_files.below(home.top, DEPTH) if home else ():
        if path.resolve() != folder.resolve():
            with suppress(InputError):
                found.add(_name(path.name, project_facts.read(path)))
    return frozenset(found)
