"""Rules on the names and kinds of the members of an archive: unsafe, or unusable on some systems."""

import functools
import posixpath
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator

from slipway.artifacts.archive import Member, all_parents
from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.wheel import WheelFacts
from slipway.records import Severity
from slipway.rules.families import artifact, sdist, wheel
from slipway.rules.rule import Evidence
from slipway.rules.wording import named, quoted, together

WINDOWS_PATH = 260
"""Characters of a path, its end included, that Windows takes unless long paths are switched on."""
WINDOWS_PREFIX = 80
r"""What is before it: `C:\Users\somebody\projects\something\.venv\Lib\site-packages\`, and a reserve."""
LONGEST_PATH = WINDOWS_PATH - 1 - WINDOWS_PREFIX
WINDOWS_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)
_WINDOWS_ILLEGAL = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
WINDOWS = ("any", "win")
CASE_INSENSITIVE = (*WINDOWS, "macosx")
"""What platform tags start with where file names that differ only in case are one."""


def _is_unsafe(path: str) -> bool:
    climbs = ".." in path and ".." in path.split("/")
    return climbs or path.startswith("/") or (path[1:2] == ":" and _DRIVE.match(path) is not None)


def _leaves(member: Member) -> bool:
    """Whether a link points out of the archive's top directory."""
    target = member.linkname or ""
    if member.kind == "hardlink":
        return _is_unsafe(target)
    resolved = posixpath.normpath(posixpath.join(posixpath.dirname(member.path), target))
    top = member.path.partition("/")[0]
    return target.startswith("/") or not (resolved == top or resolved.startswith(top + "/"))


@artifact.error(
    for_sdist="sdist-path-unsafe",
    for_wheel="wheel-path-unsafe",
    title="The {kind} has a member that would be written outside the target folder",
    why="An absolute path or one with `..` would overwrite files outside the environment; pip and uv "
    "refuse the whole archive.",
    fix="Find how the path got in: usually a file list in the build settings reaches above the project "
    "with `..`. Copy the file into the project instead.",
    example="a member called `{top}../../other.py`",
)
def path_unsafe(facts: SdistFacts | WheelFacts) -> Iterable[Evidence]:
    paths = [member.path for member in facts.members if _is_unsafe(member.path)]
    return together(paths, "{} would be written outside the target folder.")


@artifact.error(
    for_sdist="sdist-has-special-file",
    for_wheel="wheel-has-special-file",
    title="The {kind} contains a device, a pipe or something unknown",
    why="Such files cannot be part of a package; pip refuses to unpack them.",
    fix="Exclude the file from the build; usually a socket or a pipe of a running program is in the "
    "project folder.",
    example="`mkfifo {top}queue` before the build",
)
def has_special_file(facts: SdistFacts | WheelFacts) -> Iterator[Evidence]:
    for member in facts.members:
        if member.kind in ("device", "fifo", "other"):
            what = {"device": "a device", "fifo": "a named pipe"}.get(member.kind, "of an unknown type")
            yield Evidence(f"{quoted(member.path)} is {what}.", file=member.path)


@sdist.error(
    "sdist-link-leaves-it",
    title="The sdist contains a link to something outside it",
    why="The target is on your machine, not on the one where the sdist is unpacked. pip refuses such an archive, so "
    "nobody can build from it.",
    fix="Replace the link by a copy of the file, or exclude it from the sdist.",
    example="`demo-1.0/LICENSE` is a link to `../../LICENSE`",
)
def sdist_link_leaves_it(facts: SdistFacts | WheelFacts) -> Iterator[Evidence]:
    for member in facts.members:
        if member.kind in ("symlink", "hardlink") and _leaves(member):
            message = (
                f"{quoted(member.path)} is a link to {quoted(member.linkname or '')}, outside the sdist."
            )
            yield Evidence(message, file=member.path, seen=member.linkname)


@sdist.note(
    "sdist-has-link",
    title="The sdist contains links",
    why="On Windows creating a link needs a privilege, and some programs unpack the target's path as text.",
    fix="Replace links by copies where the build needs the file.",
    example="`demo-1.0/docs/README.md` is a link to `../README.md`",
)
def sdist_has_link(facts: SdistFacts | WheelFacts) -> Iterable[Evidence]:
    paths = [
        member.path
        for member in facts.members
        if member.kind in ("symlink", "hardlink") and not _leaves(member)
    ]
    return together(paths, "{} is a link.", "{} are links.")


@wheel.warning(
    "wheel-has-symlink",
    title="The wheel contains a symbolic link",
    why="Wheels have no links: installers write a small text file that holds the target's path, so reading "
    "it gives the path instead of the content.",
    fix="Put a copy of the file in its place, or leave it out.",
    example="`demo/data.json` is a link to `../shared/data.json`",
)
def wheel_has_symlink(facts: SdistFacts | WheelFacts) -> Iterable[Evidence]:
    paths = [member.path for member in facts.members if member.kind == "symlink"]
    return together(paths, "{} is a symbolic link.", "{} are symbolic links.")


@wheel.warning(
    "wheel-has-unreadable-file",
    title="A file of the wheel has permissions that forbid to read it",
    why="pip and uv give files permissions of their own, but `unzip`, pex and the packagers of distributions keep "
    "these, and then nobody can open the file.",
    fix="Build the wheel with another version of the build backend; usually an error in it writes such permissions.",
    example="`--w--wx---` for `demo/__init__.py` in what `zipinfo` lists",
)
def wheel_has_unreadable_file(facts: WheelFacts) -> Iterable[Evidence]:
    # Archives made on Windows or without permissions have none at all.
    paths = [m.path for m in facts.members if m.kind == "file" and m.mode and not m.mode & stat.S_IRUSR]
    return together(paths, "{} may not be read by its owner.")


@artifact.warning(
    for_sdist="sdist-has-duplicate-member",
    for_wheel="wheel-has-duplicate-member",
    title="The {kind} holds a path twice",
    why="Which of the two is kept depends on the program that unpacks it.",
    fix="Include the file once; usually two settings of the build name it, or a hook adds it again.",
    example="`{top}data.json` written by the backend and by a build hook",
)
def has_duplicate_member(facts: SdistFacts | WheelFacts) -> Iterable[Evidence]:
    times = Counter(member.path for member in facts.members if member.kind != "dir")
    paths = [path for path, count in times.items() if count > 1]
    return together(paths, "{} is in the archive twice.", "{} are in the archive twice.")


@artifact.error(
    for_sdist="sdist-path-is-file-and-folder",
    for_wheel="wheel-path-is-file-and-folder",
    title="The {kind} holds a file and, under the same path, a folder",
    why="No file system can hold both, so unpacking fails and nobody can install it.",
    fix="Rename one of them, or include only one; usually a built file lies where a folder belongs.",
    example="`{top}data` beside `{top}data/values.json`",
)
def path_is_file_and_folder(facts: SdistFacts | WheelFacts) -> Iterable[Evidence]:
    files = {member.path for member in facts.members if member.kind != "dir"}
    return together(
        sorted(files & all_parents(files, "/")), "{} is a file and a folder.", "{} are files and folders."
    )


def _is_installed_on(facts: SdistFacts | WheelFacts, systems: tuple[str, ...]) -> bool:
    """Whether one of the platform tags starts with one of `systems`; an sdist is for any platform."""
    platforms = facts.parts.platforms if facts.kind == "wheel" and facts.parts else ("any",)
    return any(platform.startswith(systems) for platform in platforms)


@artifact.rule(
    for_sdist="sdist-paths-differ-in-case",
    for_wheel="wheel-paths-differ-in-case",
    title="The {kind} holds paths that differ only in case",
    severity={"sdist": Severity.NOTE, "wheel": Severity.WARNING},
    why="On Windows and macOS they are one file: the second overwrites the first.",
    fix="Rename one of them.",
    example="`{top}Config.py` beside `{top}config.py`",
)
def paths_differ_in_case(facts: SdistFacts | WheelFacts) -> Iterator[Evidence]:
    if not _is_installed_on(facts, CASE_INSENSITIVE):
        return
    spellings: dict[str, set[str]] = {}
    for path in facts.paths:
        spellings.setdefault(path.casefold(), set()).add(path)
    for same in sorted(sorted(paths) for paths in spellings.values() if len(paths) > 1):
        yield Evidence(f"{named(same)} differ only in case.", file=same[0])


@artifact.rule(
    for_sdist="sdist-path-illegal-on-windows",
    for_wheel="wheel-path-illegal-on-windows",
    title="The {kind} holds a path that Windows cannot create",
    severity={"sdist": Severity.NOTE, "wheel": Severity.WARNING},
    why='Windows knows no file names with `< > : " | ? *`, none that end in a dot or a space, and none '
    "called aux, con, nul, prn, com1 or lpt1, whatever the extension: unpacking fails there.",
    fix="Rename the file, or leave it out.",
    example="`{top}aux.py`",
)
def path_illegal_on_windows(facts: SdistFacts | WheelFacts) -> Iterable[Evidence]:
    if not _is_installed_on(facts, WINDOWS):
        return []
    paths = sorted(path for path in facts.paths if any(map(_is_illegal_on_windows, path.split("/"))))
    return together(paths, "{} cannot be created on Windows.")


@functools.lru_cache(maxsize=4096)
def _is_illegal_on_windows(part: str) -> bool:
    if part in ("", ".", ".."):
        return False
    return _WINDOWS_ILLEGAL.search(part) is not None or part.partition(".")[0].lower() in WINDOWS_DEVICES


@wheel.warning(
    "wheel-path-too-long",
    title="The wheel holds a path too long for Windows",
    why="Windows takes paths of 259 characters unless long paths were switched on; with an environment in a "
    "user's folder before it, installing this one fails.",
    fix="Shorten the names, or flatten the folders.",
    example=f"a path of {LONGEST_PATH + 1} characters",
)
def wheel_path_too_long(facts: WheelFacts) -> Iterator[Evidence]:
    if not _is_installed_on(facts, WINDOWS):
        return
    paths = sorted((path for path in facts.paths if len(path) > LONGEST_PATH), key=len, reverse=True)
    if paths:
        yield Evidence(
            f"{named(paths[:1])} and {len(paths) - 1} more paths are too long for Windows."
            if len(paths) > 1
            else f"{named(paths)} is too long for Windows.",
            file=paths[0],
            seen=f"{len(paths[0])} characters",
            expected=f"at most {LONGEST_PATH}",
        )
