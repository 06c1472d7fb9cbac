"""Nothing that a repository names is run: each trap leaves a file where it is sprung, and none may be there."""

import ast
import os
import subprocess
from pathlib import Path

import only_on
import pytest
import tiny_project
from command_line import forked
from slipway import git as door
from slipway.errors import InputError
from slipway.project import git as git_facts
from slipway.project import hosting

PACKAGE = Path(door.__file__).parent
HOOKS = ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc")
PROGRAMS = (
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "credential.helper",
    "diff.external",
    "diff.trap.textconv",
    "diff.trap.command",
    "filter.trap.clean",
    "filter.trap.smudge",
    "filter.trap.process",
    "gpg.program",
    "gpg.ssh.program",
    "interactive.diffFilter",
    "merge.trap.driver",
    "pager.log",
    "pager.status",
    "sequence.editor",
    "uploadpack.packObjectsHook",
)
IDENTITY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
}
SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(folder: Path, *arguments: str) -> None:
    argv = ["git", "-c", "protocol.file.allow=always", *arguments]
    environ = {**os.environ, **IDENTITY, **SETTINGS}
    subprocess.run(argv, cwd=folder, check=True, capture_output=True, env=environ)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "All of it")


with_traps = only_on.posix("the traps are scripts of a shell")


def set_traps(folder: Path, configuration: Path, sprung: Path) -> None:
    """Name a program that leaves a file at every place where git takes one from a repository."""
    hooks = configuration.parent / "hooks"
    hooks.mkdir(exist_ok=True)
    names = [*PROGRAMS, *(f"alias.{name}" for name in ("status", "log", "ls-files"))]
    for name in (*names, *HOOKS):
        script = sprung.parent / "traps" / name.replace(" ", "-")
        script.parent.mkdir(exist_ok=True)
        script.write_text(f"#!/bin/sh\ntouch '{sprung}/{name}'\ncat\n")
        script.chmod(0o755)
        if name in HOOKS:
            (hooks / name).unlink(missing_ok=True)
            (hooks / name).symlink_to(script)
        else:
            value = f"!{script}" if name.startswith(("alias.", "credential.")) else str(script)
            git(folder, "config", "--file", str(configuration), name, value)
    for name, value in (
        ("filter.trap.required", "true"),
        ("log.showSignature", "true"),
        ("core.hooksPath", str(hooks)),
        ("protocol.ext.allow", "always"),
        ("remote.origin.url", f"ext::{sprung.parent}/traps/core.sshCommand"),
        ("remote.origin.promisor", "true"),
        ("diff.ignoreSubmodules", "none"),
        ("status.submoduleSummary", "true"),
    ):
        git(folder, "config", "--file", str(configuration), name, value)


@pytest.fixture
def sprung(tmp_path: Path) -> Path:
    (tmp_path / "sprung").mkdir()
    return tmp_path / "sprung"


@pytest.fixture
def trapped(tmp_path: Path, sprung: Path) -> Path:
    """A project with a submodule, both with traps, and every file touched so that git has to look at its contents."""
    library = tmp_path / "library"
    library.mkdir()
    git(library, "init", "-q")
    (library / "a.txt").write_text("1\n")
    (library / ".gitattributes").write_text("* filter=trap diff=trap\n")
    commit(library)
    project = tiny_project.make(tmp_path / "project")
    git(project, "init", "-q")
    attributes = "*.py filter=trap diff=trap merge=trap\n*.md filter=only\n"
    (project / ".gitattributes").write_text(attributes)
    git(project, "submodule", "add", "-q", str(library), "vendor")
    commit(project)
    git(project, "tag", "v1.0.0")
    git(project, "config", "filter.only.clean", f"touch '{sprung}/only'; cat")
    (project / ".git" / "included").touch()
    set_traps(project, project / ".git" / "included", sprung)
    git(project, "config", "include.path", "included")
    set_traps(project, project / ".git" / "modules" / "vendor" / "config", sprung)
    for path in sprung.iterdir():
        path.unlink()
    for path in project.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            os.utime(path, (1, 1))
    return project


@with_traps
def test_the_traps_would_be_sprung(trapped: Path, sprung: Path) -> None:
    subprocess.run(["git", "status"], cwd=trapped, capture_output=True, check=False)
    assert {path.name for path in sprung.iterdir()} >= {"core.fsmonitor", "filter.trap.process", "only"}


@with_traps
@pytest.mark.parametrize("command", ["plan", "validate", "check"])
def test_no_command_runs_a_program_the_repository_names(trapped: Path, sprung: Path, command: str) -> None:
    done = forked(command, trapped, "--json", environ=SETTINGS)
    assert done.manifest["plan"]["git"]["commit"], str(done)
    assert list(sprung.iterdir()) == []


@with_traps
@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "--porcelain=v2"),
        ("diff", "v1.0.0"),
        ("log", "-1", "-p", "--format=%H %D"),
        ("describe", "--tags"),
        ("ls-files", "-z"),
        ("config", "--get", "remote.origin.url"),
        ("ls-remote", "origin"),
        ("fetch", "origin"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_no_call_runs_a_program_the_repository_names(
    trapped: Path, sprung: Path, arguments: tuple[str, ...]
) -> None:
    (trapped / "src" / "tiny_project" / "__init__.py").write_text("changed = True\n")
    door.run(trapped, *arguments)
    assert list(sprung.iterdir()) == []


@with_traps
def test_every_fact_is_read_without_them(trapped: Path, sprung: Path) -> None:
    facts = git_facts.read(trapped)
    assert facts is not None
    assert facts.tags == ("v1.0.0",)
    assert facts.changed == ()
    assert git_facts.last_tag(trapped, "v") == "v1.0.0"
    assert not git_facts.differs(trapped, "v1.0.0")
    assert "pyproject.toml" in git_facts.tracked(trapped)
    assert hosting.read(trapped) is not None
    assert list(sprung.iterdir()) == []


@with_traps
def test_what_a_filter_hides_is_no_change_and_the_rest_is(trapped: Path) -> None:
    (trapped / "src" / "tiny_project" / "__init__.py").write_text("changed = True\n")
    (trapped / "LICENSE").write_text("Changed.\n")
    facts = git_facts.read(trapped)
    assert facts is not None
    assert facts.changed == ("LICENSE",)
    assert git_facts.differs(trapped, "v1.0.0")


@with_traps
@pytest.mark.parametrize(("ignore", "seen"), [(None, True), ("untracked", False), ("all", False)])
def test_a_change_inside_a_submodule_is_seen(trapped: Path, ignore: str | None, *, seen: bool) -> None:
    if ignore:
        git(trapped, "config", "--file", ".gitmodules", "submodule.vendor.ignore", ignore)
    (trapped / "vendor" / "new.txt").touch()
    facts = git_facts.read(trapped)
    assert facts is not None
    assert ("vendor" in facts.changed) is seen


def test_a_filter_that_cannot_be_turned_off_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "filter.a=b.clean", "false")
    with pytest.raises(InputError, match="filter"):
        door.run(tmp_path, "status")


def test_variables_that_name_programs_or_other_repositories_do_not_count(
    tmp_path: Path, sprung: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.txt").write_text("1\n")
    commit(tmp_path)
    (tmp_path / "a.txt").write_text("2\n")
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR"):
        monkeypatch.setenv(name, f"touch {sprung}/{name}")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    assert "a.txt" in door.output(tmp_path, "diff", "--stat")
    assert list(sprung.iterdir()) == []


def test_no_other_module_starts_git() -> None:
    starting = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.List | ast.Tuple)
        and node.elts
        and isinstance(node.elts[0], ast.Constant)
        and node.elts[0].value == "git"
    }
    assert starting == {"git.py"}


def test_only_a_release_acts_as_the_user() -> None:
    """To run hooks, helpers and transports is right where the user asked for a commit or a push by name, nowhere else.

    A rehearsal of a release does so in its own copies; `init` asks GitHub where a commit of Slipway is, from outside of the
    project.
    """
    acting = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr == "as_user")
        or (isinstance(node, ast.ImportFrom) and any(alias.name == "as_user" for alias in node.names))
    }
    assert acting == {"releasing", "release_rehearsal.py", "workflows"}


@only_on.posix("the hook is a script of a shell")
def test_as_the_user_hooks_and_helpers_run_with_what_they_need_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "core.hooksPath", str(tmp_path / "hooks"))
    (tmp_path / "hooks").mkdir()
    hook = tmp_path / "hooks" / "pre-commit"
    hook.write_text(f"#!/bin/sh\nenv > '{tmp_path}/seen'\n")
    hook.chmod(0o755)
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    passed = ("SSH_AUTH_SOCK", "GPG_TTY", "GNUPGHOME", "GIT_SSH_COMMAND", "GIT_ASKPASS", "HTTPS_PROXY")
    withheld = ("SLIPWAY_TOKEN", "TWINE_PASSWORD", "GIT_DIR_ELSEWHERE", "AWS_SECRET_ACCESS_KEY")
    for name in (*passed, *withheld):
        monkeypatch.setenv(name, "value")
    assert door.as_user(tmp_path, "commit", "-q", "--allow-empty", "-m", "One").returncode == 0
    seen = {line.partition("=")[0] for line in (tmp_path / "seen").read_text().splitlines()}
    assert seen.issuperset(passed)
    assert seen.isdisjoint(withheld)
