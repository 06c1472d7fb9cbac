"""What can be released, and what a release would change."""

import difflib
import shlex
from collections.abc import Iterator, Mapping

from packaging.version import Version

from slipway import versions
from slipway.project import changelog, changelog_sections
from slipway.project import git as git_facts
from slipway.releasing import bump, screen
from slipway.releasing.changes import Change
from slipway.releasing.goal import Goal, Here
from slipway.releasing.journal import Journal
from slipway.releasing.preparation import Prepared

NOTES_SHOWN = 40
"""Lines of the unreleased notes."""


def show(here: Here, under_way: Journal | None) -> None:
    """Print the version now, the ones that may follow, the unreleased notes, and what to type."""
    tag = f"last tag {here.last_tag}" if here.last_tag else "no release tag seen before HEAD"
    version = here.version or "(its version is not known before the build)"
    screen.say(f"{here.name} {version} on {here.position.branch or 'no branch'}, {tag}")
    if under_way:
        screen.say(f"\nThe release of {under_way.version} is under way:")
        screen.say(f"  {screen.command(here.inputs, '--continue')}")
        screen.say(f"  {screen.command(here.inputs, '--undo')}")
        return
    candidates = bump.candidates(here.version) if here.version else {}
    rows: dict[tuple[str, ...], Version] = {}
    if here.version and _is_to_come(here, here.version):
        rows[(str(here.version),)] = here.version
    rows |= {("--bump", part): following for part, following in candidates.items()}
    if rows:
        width = max(len(str(version)) for version in rows.values())
        screen.say()
        for words, following in rows.items():
            screen.say(f"  {following!s:<{width}}  {screen.command(here.inputs, *words)}")
    screen.say("\n".join(("", *_unreleased(here))))
    screen.say(f"\nTo look first: {screen.command(here.inputs, *_first(rows), '--dry-run')}")


def _is_to_come(here: Here, version: Version) -> bool:
    """Return whether the version that is written may be the next release: no tag seen here names it."""
    prefix = here.inputs.tag_prefix
    tags = (versions.of_tag(tag, prefix) for tag in git_facts.tags(here.position.top))
    is_written = not here.project.vcs_versioned and not version.is_devrelease and version.local is None
    return is_written and version not in tags


def _first(rows: Mapping[tuple[str, ...], Version]) -> tuple[str, ...]:
    usual = (("--bump", "minor"), ("--bump", "final"))
    written = next((words for words in rows if len(words) == 1), None)
    return written or next((words for words in (*usual, *rows) if words in rows), ("VERSION",))


def _unreleased(here: Here) -> Iterator[str]:
    section = changelog_sections.unreleased(here.inputs.path)
    if section and changelog_sections.has_notes(section.body):
        yield f"Unreleased, {section.file} line {section.line}:"
        lines = section.body.splitlines()
        yield from (f"  {line}" for line in lines[:NOTES_SHOWN])
        if len(lines) > NOTES_SHOWN:
            yield f"  … and {len(lines) - NOTES_SHOWN} lines more"
    elif command := here.project.settings.changelog_command:
        yield f"The changelog is written by `{command}`."
    elif found := changelog.find(here.inputs.path):
        yield f"{found.file} has no notes under `Unreleased`."
    else:
        yield "There is no changelog."


def show_changes(aim: Goal, prepared: Prepared) -> None:
    """Print the difference that a release makes, and the commands it runs."""
    inputs, place = aim.here.inputs, aim.here.position
    for change in prepared.changes:
        screen.say("\n" + "\n".join(_difference(change)))
    message = shlex.quote(aim.message)
    commands = [f"git commit --message={message}"] if prepared.changes else []
    if inputs.pr:
        commands = [f"git switch -c {aim.branch}", *commands, f"git push {place.remote} {aim.branch}"]
    else:
        branch = place.upstream if place.branch == place.upstream else f"{place.branch}:{place.upstream}"
        tag = [
            "git tag --annotate " + aim.tag,
            f"git push --atomic {place.remote} {branch} {aim.tag}",
        ]
        commands += tag
    screen.say("\nAfter the check as of that tag it runs:")
    screen.say("\n".join(f"  {command}" for command in commands))
    screen.say("\nNothing was written. Without --dry-run it is done.")


def _difference(change: Change) -> Iterator[str]:
    before, after = (_lines(data) for data in (change.before, change.after))
    old = f"a/{change.file}" if change.before is not None else "/dev/null"
    new = f"b/{change.file}" if change.after is not None else "/dev/null"
    return difflib.unified_diff(before, after, old, new, lineterm="")


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode("utf-8", "replace").splitlines()
