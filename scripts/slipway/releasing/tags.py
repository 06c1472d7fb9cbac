"""The tag of a release, in this clone and on the remote."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from slipway import git
from slipway.errors import SlipwayError
from slipway.releasing import journal, position
from slipway.releasing.position import Position
from slipway.releasing.preflight import naming
from slipway.releasing.subject import Subject
from slipway.standing import Sight, State


class Tags(Struct, frozen=True, kw_only=True):
    """What was seen of the tag.

    Attributes:
        name: as it is written here, else on the remote, else as Slipway would write it.
        here: in this clone.
        there: on the remote.
        remote: its name.
        trouble: why one of them is not known, or was not asked for.
        is_under_way: whether `slipway release` was begun for this version and did not come to its end.
        push: the branch and the tag, as git pushes them.
    """

    name: str
    here: State
    there: State
    remote: str = "the remote"
    trouble: str = ""
    is_under_way: bool = False
    push: tuple[str, ...] = ()

    def sights(self) -> Iterator[Sight]:
        """Yield what was seen, place by place."""
        what = f"tag {self.name}"
        if self.here == "not asked":
            yield Sight(what=what, where="git", state=self.here, detail=self.trouble)
            return
        yield Sight(what=what, where="this clone", state=self.here)
        yield Sight(what=what, where=self.remote, state=self.there, detail=self.trouble)


def read(asked: Subject) -> Tags:
    """Look for the tag of a release here and on the remote.

    Raises:
        InputError: the journal of a release cannot be read.
    """
    place = asked.place
    if place is None:
        return Tags(
            name=asked.tag, here="not asked", there="not asked", trouble="there is no repository here"
        )
    here = _here(place, asked.prefix)
    there, trouble = _there(place, asked.prefix)
    own, theirs = (naming(refs, asked.prefix, asked.version) for refs in (here, there or {}))
    name = own or theirs or asked.tag
    state: State = "not asked" if place.remote is None else "unknown"
    if there is not None:
        is_other = bool(own and own == theirs and here[f"refs/tags/{own}"] != there[f"refs/tags/{own}"])
        state = "other" if is_other else "there" if theirs else "missing"
        trouble = "not the one of this clone" if is_other else ""
    entry = journal.read(place.top)
    return Tags(
        name=name,
        here="there" if own else "missing",
        there=state,
        remote=place.remote or "the remote",
        trouble=trouble,
        is_under_way=entry is not None and entry.stage != "finished" and entry.version == str(asked.version),
        push=_pushed(place, name),
    )


def _here(place: Position, prefix: str) -> dict[str, str]:
    """Return the release tags of this clone, each with the hash of its object."""
    listed = git.output(
        place.top, "for-each-ref", "--format=%(refname) %(objectname)", f"refs/tags/{prefix}*"
    )
    pairs = (line.partition(" ") for line in listed.splitlines())
    return {name: digest for name, _, digest in pairs}


def _there(place: Position, prefix: str) -> tuple[dict[str, str] | None, str]:
    """Return those of the remote, or None and why they are not known."""
    if place.remote is None:
        return None, "this clone has no remote"
    try:
        return position.ask(place.top, place.remote, f"refs/tags/{prefix}*"), ""
    except SlipwayError as error:
        return None, error.happened[0].lower() + error.happened[1:].rstrip(".")


def _pushed(place: Position, name: str) -> tuple[str, ...]:
    """Return what is pushed: the tag, and with it the branch that it is on."""
    commit = position.commit_of(place.top, f"refs/tags/{name}")
    if not (place.branch and commit and position.is_ancestor(place.top, commit, place.head)):
        return (name,)
    branch = place.branch if place.upstream == place.branch else f"{place.branch}:{place.upstream}"
    return branch, name
