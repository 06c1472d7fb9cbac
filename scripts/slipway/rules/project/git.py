"""Rules on the commit: a dirty or shallow checkout, submodules, and versions that come from git."""

from collections.abc import Iterator, Sequence

from slipway.project.git import GitFacts
from slipway.project.source import SourceFacts
from slipway.rules.families import project
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import CHECKOUT_ACTION

PATHS_SHOWN = 5
_BUILT = ("build/", "dist/")


def _git(facts: SourceFacts) -> GitFacts:
    if facts.git is None:
        raise Skipped("the project is not in a git repository, or git is not installed")
    return facts.git


def _vcs(facts: SourceFacts) -> GitFacts:
    if facts.project.vcs_versioned is None:
        raise Skipped("the version does not come from git")
    if facts.version_override is not None:
        raise Skipped(f"{facts.version_override} sets the version")
    return _git(facts)


def _below(paths: Sequence[str], prefix: str) -> list[str]:
    return [path for path in paths if not prefix or path.startswith(f"{prefix}/")]


def _shown(paths: Sequence[str]) -> str:
    rest = len(paths) - PATHS_SHOWN
    tail = f" and {rest} more" if rest > 0 else ""
    return ", ".join(paths[:PATHS_SHOWN]) + tail


@project.warning(
    "checkout-dirty",
    title="Tracked files differ from the commit that is released",
    why="What is published is then not what is tagged, and cannot be rebuilt.",
    fix="Commit or undo the changes. If an earlier step of the workflow makes them, do it before the commit "
    "is tagged.",
    example="git status: M src/package/__init__.py",
)
def checkout_dirty(facts: SourceFacts) -> Iterator[Evidence]:
    if facts.release and not facts.staging:
        raise Skipped("the files are published, which is judged more strictly")
    if not facts.release and facts.tag is None:
        raise Skipped("nothing is released")
    yield from _differing(facts)


@project.error(
    "released-checkout-dirty",
    title="What is published differs from its commit",
    why="The files on the index are then not what the tag stands for, nobody reviewed them, and they cannot be rebuilt.",
    fix="Commit or undo the changes. If an earlier step of the workflow makes them, do it before the commit is tagged.",
    example="a step that runs `sed -i` on pyproject.toml, before the files are built and published",
)
def released_checkout_dirty(facts: SourceFacts) -> Iterator[Evidence]:
    if not facts.release or facts.staging:
        raise Skipped("nothing is published, or to TestPyPI only")
    yield from _differing(facts)


def _differing(facts: SourceFacts) -> Iterator[Evidence]:
    git = _git(facts)
    changed = git.changed if facts.project.vcs_versioned else _below(git.changed, git.prefix)
    if changed:
        yield Evidence(
            message=f"Files differ from the commit: {_shown(changed)}.",
            file=changed[0] if not git.prefix else None,
            seen=", ".join(changed[:PATHS_SHOWN]),
        )


@project.note(
    "untracked-files",
    title="Files that are not in git may get into the release",
    why="Most build backends include what they find in the folder, tracked or not.",
    fix="Add the files to git or to .gitignore, or remove them before the build.",
    example="git status: ?? src/package/notes.py",
)
def untracked_files(facts: SourceFacts) -> Iterator[Evidence]:
    git = _git(facts)
    if not facts.release:
        raise Skipped("nothing is released")
    paths = [
        path
        for path in _below(git.untracked, git.prefix)
        if not path.removeprefix(f"{git.prefix}/").startswith(_BUILT) and not path.endswith(".egg-info/")
    ]
    if paths:
        yield Evidence(message=f"Files are neither in git nor ignored: {_shown(paths)}.")


@project.warning(
    "pypirc-tracked",
    title="A .pypirc with a password is in git",
    why="Everybody who can read the repository can publish with it, and its history keeps it.",
    fix="Revoke the token or change the password at the index first. Then take the file out with `git rm --cached`, and "
    "list it in .gitignore.",
    example=".pypirc with `password = pypi-…`, committed",
    read="https://packaging.python.org/en/latest/specifications/pypirc/",
)
def pypirc_tracked(facts: SourceFacts) -> Iterator[Evidence]:
    for found in facts.tracked_passwords:
        yield Evidence(
            message=f"{found.path} holds a {found.kind.value}, and git tracks it.",
            file=found.path,
            line=found.line,
        )


@project.warning(
    "submodule-missing",
    title="A submodule is not checked out",
    why="Its folder is empty, so the build fails or leaves out what is in it.",
    fix="Check it out: `submodules: recursive` in actions/checkout, or `git submodule update --init "
    "--recursive`.",
    example=".gitmodules names vendor/library, and that folder is empty",
    read=CHECKOUT_ACTION,
)
def submodule_missing(facts: SourceFacts) -> Iterator[Evidence]:
    git = _git(facts)
    for path in _below(git.missing_submodules, git.prefix):
        yield Evidence(message=f"The submodule {path} is not checked out.", file=".gitmodules", seen=path)


@project.warning(
    "vcs-history-shallow",
    title="The version comes from tags, and the clone is shallow",
    why="Without the history the tool cannot find the last tag and makes up a version such as 0.1.dev1, or "
    "the build fails.",
    fix="Fetch everything: `fetch-depth: 0` in actions/checkout, or `git fetch --unshallow --tags`.",
    example="dynamic version by setuptools-scm in a clone made with --depth 1",
    read=CHECKOUT_ACTION,
)
def vcs_history_shallow(facts: SourceFacts) -> Iterator[Evidence]:
    git = _vcs(facts)
    if git.shallow and not git.tags:
        yield Evidence(
            message=f"{facts.project.vcs_versioned} needs the tags, and this clone has no history.",
            seen="a shallow clone",
            expected="the whole history",
        )


@project.warning(
    "vcs-tags-missing",
    title="The version comes from tags, and there are none",
    why="The tool makes up a version such as 0.1.dev1, or the build fails.",
    fix="Tag the commit to release (`git tag v0.1.0`); in a fork or a fresh clone fetch the tags (`git fetch "
    "--tags`).",
    example="dynamic version by hatch-vcs in a repository without a tag",
)
def vcs_tags_missing(facts: SourceFacts) -> Iterator[Evidence]:
    git = _vcs(facts)
    if facts.staging_version:
        raise Skipped(f"the staging version {facts.staging_version} has a tag in the private copy")
    if not git.has_tags and not git.shallow:
        message = f"{facts.project.vcs_versioned} derives the version from tags, and there is none."
        yield Evidence(message=message)


@project.warning(
    "vcs-repository-missing",
    title="The version comes from git, and there is no repository",
    why="The tool has nothing to read the version from; most builds fail with that.",
    fix="Build from a git checkout or from an sdist, not from a copy of the files or an archive of the "
    "hosting site.",
    example="dynamic version by setuptools-scm in a folder without .git and without PKG-INFO",
)
def vcs_repository_missing(facts: SourceFacts) -> Iterator[Evidence]:
    kind = facts.project.vcs_versioned
    if kind is None or facts.git is not None or facts.version_override or facts.archived:
        return
    yield Evidence(message=f"{kind} derives the version from git, and this folder is not in a repository.")
