"""What has to be right before a release: everything is looked at, nothing is written, and then all is said at once."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace

from msgspec import Struct
from packaging.version import Version

from slipway import git, versions
from slipway.errors import InputError, SlipwayError
from slipway.index import addresses
from slipway.index.client import Client
from slipway.index.listing import Listing
from slipway.project import changelog
from slipway.project import git as git_facts
from slipway.records import Severity
from slipway.releasing import changelog_entry, position, screen
from slipway.releasing.goal import Goal, index_of_workflow
from slipway.releasing.position import Position
from slipway.releasing.screen import DONE, NOT_ASKED, UNSURE, WRONG
from slipway.workflows import init

PATIENCE = 2.0
"""Seconds to go on trying one request to the index."""


class Seen(Struct, frozen=True):
    """One line of the preflight.

    Attributes:
        sign: of `screen`: in order, wrong, worth knowing, or not asked.
        text: what was seen.
        remedy: what to do about it.
    """

    sign: str
    text: str
    remedy: str = ""


def demand(aim: Goal) -> None:
    """Look at everything and say it, line by line.

    Raises:
        InputError: something is wrong.
    """
    wrong = 0
    for seen in look(aim):
        screen.say(f"{seen.sign} {seen.text}")
        if seen.remedy:
            screen.say("".join(f"    {line}\n" for line in seen.remedy.splitlines()).rstrip("\n"))
        wrong += seen.sign == WRONG
    if wrong:
        raise InputError(
            f"{aim.version} cannot be released yet: {wrong} thing{'s' if wrong > 1 else ''} above marked {WRONG}.",
            cause="The preflight looks at everything before the first change; nothing was written.",
            remedy="Do what is said below each of them, and run the same command again.",
        )


def look(aim: Goal) -> Iterator[Seen]:
    """Yield what is seen, in the order in which it is said."""
    place = aim.here.position
    yield _clean(place)
    yield _branch(aim)
    try:
        refs = _remote_refs(aim)
    except SlipwayError as error:
        yield Seen(WRONG, error.happened, "\n".join((error.remedy, *error.log)))
        refs = None
    if refs is not None and place.upstream:
        yield _not_behind(place, refs)
    yield _tag_free(aim, refs)
    if aim.here.inputs.pr:
        yield _branch_free(aim, refs)
    yield _rises(aim)
    yield from _index(aim)
    yield from _workflow(aim)
    yield _notes(aim)
    yield _identity(place)


def _clean(place: Position) -> Seen:
    facts = git_facts.read(place.top)
    dirty = facts.dirty if facts else ()
    if not dirty:
        return Seen(DONE, "nothing is uncommitted")
    number = f"{len(dirty)} file{'s' if len(dirty) > 1 else ''}"
    remedy = "Commit them, or put them aside: `git stash -u`."
    return Seen(WRONG, f"{number} not committed: {screen.listed(dirty)}", remedy)


def _branch(aim: Goal) -> Seen:
    place, named = aim.here.position, aim.here.inputs.release_branch
    if busy := position.under_way(place.top):
        return Seen(WRONG, f"git is in the middle of something ({busy})", "End it first: see `git status`.")
    # A clone knows it; a repository that was made with `git init` does not.
    asked = place.remote if not (named or place.default) else None
    wanted = named or place.default or (position.default_of(place.top, asked) if asked else None)
    if place.branch is None:
        return Seen(WRONG, "HEAD is on no branch", f"`git switch {wanted or 'BRANCH'}`")
    if wanted and place.branch != wanted:
        why = "the branch that `release-branch` names" if named else f"the default branch of {place.remote}"
        remedy = f"`git switch {wanted}`, or name this one: `--release-branch {place.branch}`."
        return Seen(WRONG, f"on {place.branch}, and releases are made on {wanted}, {why}", remedy)
    unsure = "" if wanted else "; which branch releases are made on is not known"
    return Seen(DONE, f"on {place.branch}{unsure}")


def _remote_refs(aim: Goal) -> Mapping[str, str]:
    place = aim.here.position
    if place.remote is None:
        raise InputError(
            "There is no remote to push to.",
            cause="The repository has none, or several and none is called origin.",
            remedy="`git remote add origin URL`, or let the branch follow one: `git branch -u REMOTE/BRANCH`.",
        )
    patterns = (f"refs/heads/{place.upstream}", f"refs/heads/{aim.branch}")
    return position.ask(place.top, place.remote, *patterns, f"refs/tags/{aim.here.inputs.tag_prefix}*")


def _not_behind(place: Position, refs: Mapping[str, str]) -> Seen:
    there = refs.get(f"refs/heads/{place.upstream}")
    if there is None:
        return Seen(UNSURE, f"{place.remote} has no branch {place.upstream} yet; it will be made")
    if position.is_ancestor(place.top, there, place.head):
        more = position.ahead(place.top, there, place.head)
        along = (
            f"; {more} commit{'s' if more > 1 else ''} that it does not have yet will be pushed as well"
            if more
            else ""
        )
        return Seen(DONE, f"not behind {place.remote}{along}")
    return Seen(
        WRONG, f"{place.remote} has commits of {place.upstream} that are not here", "`git pull --rebase`"
    )


def _tag_free(aim: Goal, refs: Mapping[str, str] | None) -> Seen:
    prefix, top = aim.here.inputs.tag_prefix, aim.here.position.top
    here = naming(
        git.output(top, "for-each-ref", "--format=%(refname)", "refs/tags").split(), prefix, aim.version
    )
    there = naming(refs or (), prefix, aim.version)
    status = screen.status(aim.here.inputs, str(aim.version))
    taken = f"Take the next version; if {aim.version} failed half way, `{status}` says what is missing."
    if there:
        return Seen(WRONG, f"the tag {there} is on {aim.here.position.remote} already", taken)
    if here:
        remedy = f"If it was never pushed: `git tag -d {here}`. {taken}"
        return Seen(WRONG, f"the tag {here} is here already", remedy)
    where = f"here and on {aim.here.position.remote}" if refs is not None else "here"
    return Seen(DONE, f"{aim.tag} is free {where}")


def naming(refs: Mapping[str, str] | list[str] | tuple[()], prefix: str, version: Version) -> str | None:
    """Return the tag among some refs that names a version, however it is written."""
    tags = (ref.removeprefix("refs/tags/") for ref in refs if ref.startswith("refs/tags/"))
    return next((tag for tag in tags if versions.of_tag(tag, prefix) == version), None)


def _branch_free(aim: Goal, refs: Mapping[str, str] | None) -> Seen:
    ref, top = f"refs/heads/{aim.branch}", aim.here.position.top
    is_there, is_here = bool(refs and ref in refs), position.object_of(top, ref) is not None
    if not (is_there or is_here):
        return Seen(DONE, f"the branch {aim.branch} is free")
    remedies = [f"`git branch -D {aim.branch}`"] if is_here else []
    remedies += [f"`git push {aim.here.position.remote} --delete {aim.branch}`"] if is_there else []
    where = f"on {aim.here.position.remote}" if is_there else "here"
    return Seen(
        WRONG, f"the branch {aim.branch} is {where} already", f"If nobody needs it: {' and '.join(remedies)}"
    )


def _rises(aim: Goal) -> Seen:
    before = aim.here.version
    if before is None:
        return Seen(UNSURE, f"{aim.version} is compared with nothing: the version now is not known")
    if aim.version < before or (aim.here.project.vcs_versioned and aim.version == before):
        return Seen(WRONG, f"{aim.version} is not above {before}, the version now", "Name a higher one.")
    return Seen(
        DONE, f"{before} → {aim.version}" if before != aim.version else f"{aim.version} is written already"
    )


def _index(aim: Goal) -> Iterator[Seen]:
    name = aim.here.index
    if name == "none":
        yield Seen(NOT_ASKED, "no index was asked: `index` says none")
        return
    if aim.here.project.name is None:
        yield Seen(NOT_ASKED, "no index was asked: only the build knows the project's name")
        return
    try:
        index = addresses.resolve(name, simple=aim.here.inputs.simple_index)
        with closing(Client(index, patience=PATIENCE)) as client:
            listing = client.listing(aim.here.project.name)
    except SlipwayError as error:
        yield Seen(NOT_ASKED, f"the index was not asked: {error.happened}")
        return
    yield _above(aim, listing, index.title)


def _above(aim: Goal, listing: Listing, title: str) -> Seen:
    if listing.of_version(str(aim.version)):
        return Seen(
            WRONG, f"{title} has {aim.version} already", "A version is used up for ever: take the next one."
        )
    newest = max((file.version for file in listing.files if file.version), default=None)
    if newest is None:
        return Seen(DONE, f"the first release on {title}")
    if aim.version > newest:
        return Seen(DONE, f"above {newest}, the newest on {title}")
    place = aim.here.position
    is_older_line = place.branch == aim.here.inputs.release_branch and place.branch != place.default
    text = f"{title} has {newest}, which is above {aim.version}"
    if is_older_line:
        return Seen(UNSURE, f"{text}: {place.branch} is an older line")
    return Seen(
        WRONG,
        text,
        f"Take a version above {newest}; for an older line name its branch with --release-branch.",
    )


def _workflow(aim: Goal) -> Iterator[Seen]:
    try:
        # Which index it is to name is not for a release to say.
        inputs = replace(aim.here.inputs, index=index_of_workflow(aim.here.position))
        judged = init.check(inputs)
    except SlipwayError as error:
        yield Seen(NOT_ASKED, f"the workflow was not judged: {error.happened}")
        return
    for finding in judged.findings:
        sign = WRONG if finding.severity is Severity.ERROR else UNSURE
        yield Seen(sign, f"workflow: {finding.message} ({finding.rule})", finding.fix)
    if not judged.findings:
        yield Seen(DONE, "the workflow is in order")


def _notes(aim: Goal) -> Seen:
    root, found = aim.here.inputs.path, changelog.find(aim.here.inputs.path)
    if found is not None:
        real, top = (path.resolve() for path in (root / found.file, aim.here.position.top))
        if not real.is_relative_to(top):
            return Seen(
                WRONG,
                f"{found.file} leads out of the repository, to {real}",
                f"Put the file itself at {found.file}.",
            )
    if command := aim.here.project.settings.changelog_command:
        return Seen(DONE, f"the changelog is written by `{command}`")
    if section := changelog_entry.notes(root, aim.version):
        return Seen(DONE, f"notes: {section.heading}, line {section.line} of {section.file}")
    if found is None:
        return Seen(UNSURE, "there is no changelog; the release on GitHub gets the notes that GitHub makes")
    remedy = f"Write in {found.file}, under a heading `Unreleased`, what changed."
    return Seen(WRONG, f"{found.file} says nothing of {aim.version}", remedy)


def _identity(place: Position) -> Seen:
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        found = git.as_user(place.top, "var", who)
        if found.returncode != 0:
            remedy = (
                'git config --global user.name "Your Name"\ngit config --global user.email you@example.com'
            )
            return Seen(WRONG, "git does not know who you are", remedy)
    return Seen(DONE, f"in the name of {found.output.partition('>')[0].strip()}>")
