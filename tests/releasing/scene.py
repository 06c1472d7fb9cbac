"""A project with a remote: a bare repository beside it, and whoever else pushes there."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import command_line
import left_running
import tiny_project
from command_line import Ended

IDENTITY = """\
[user]
    name = Ada
    email = ada@example.org
[protocol "file"]
    allow = always
"""
CHANGELOG = "# Changelog\n\n## Unreleased\n\n- A thing that people asked for.\n\n## 1.0.0 (2026-01-01)\n\n- The first one.\n"
PATIENCE = 60
GIT = shutil.which("git") or "git"


@dataclass
class Scene:
    """A checkout called `project` and its bare remote `origin`."""

    folder: Path
    environ: dict[str, str | None] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def origin(self) -> Path:
        return self.folder / "origin.git"

    @property
    def notes(self) -> Path:
        return self.folder / "notes"

    def release(self, *arguments: str, path: str = ".", checked: bool = False) -> Ended:
        """Run the command; the check is replaced but where it is what matters."""
        place = ("--path", self.project / path)
        environ = self.environ
        if checked:
            return command_line.slipway("release", *arguments, *place, environ=environ)
        ended = command_line.forked(
            *("release", *arguments, *place),
            cwd=self.project,
            environ=environ,
            program=Path(__file__).with_name("unchecked.py"),
        )
        self.settle()
        return ended

    def settle(self) -> None:
        """Wait until nothing runs in the scene: a killed command may have left git to itself."""
        deadline = time.monotonic() + PATIENCE
        while left_running.in_folder(self.folder):
            assert time.monotonic() < deadline, "something still runs"
            time.sleep(0.01)

    def git(self, *arguments: str, where: Path | None = None) -> str:
        done = subprocess.run(
            [GIT, *arguments],
            cwd=where or self.project,
            env=command_line.environment(self.environ),
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, message: str = "Change") -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    def public(self) -> dict[str, str]:
        """Everything the remote has: ref to what it leads to."""
        listed = self.git(
            "for-each-ref", "--format=%(refname) %(objectname) %(*objectname)", where=self.origin
        )
        return {line.split()[0]: line.split()[-1] for line in listed.splitlines()}

    def log(self, ref: str = "main", *, where: Path | None = None) -> list[str]:
        return self.git(
            "log", "--first-parent", "--format=%s", ref, "--", where=where or self.origin
        ).splitlines()

    def state(self) -> dict[str, str | bytes]:
        """HEAD, all refs, the bytes of the index, and each file of the checkout with mode and bytes."""
        found: dict[str, str | bytes] = {
            "HEAD": (self.project / ".git" / "HEAD").read_text(),
            "refs": self.git("for-each-ref"),
            "index": (self.project / ".git" / "index").read_bytes(),
        }
        for path in sorted(self.project.rglob("*")):
            if path.is_file() and not {".git", ".slipway"} & {*path.relative_to(self.project).parts}:
                found[f"{path.relative_to(self.project)} {path.stat().st_mode:o}"] = path.read_bytes()
        return found

    def checked(self) -> list[list[str]]:
        path = self.notes / "checked"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def hook(self, name: str, body: str, *, at: Path | None = None) -> Path:
        path = (at or self.project / ".git") / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    @property
    def kill(self) -> str:
        """A line for a hook that kills the command without a chance to clean up."""
        return f"kill -9 $(cat '{self.notes}/pid')"

    def kill_at(self, step: str, *, as_user: bool = True) -> None:
        """Put a git first on PATH that kills the command before or after git gets some words: `after commit`.

        Args:
            step: when, and the words.
            as_user: only where git acts as the user; the words are then the name of the command.
        """
        when, words = step.split(maxsplit=1)
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        before, behind = ("", self.kill) if when == "after" else (f"{self.kill}; exit 1", "")
        other = '[ "$2" = "-c" ]' if as_user else f"case \"$*\" in *'{words}'*) false;; esac"
        program = folder / "git"
        program.write_text(
            f"""#!/bin/sh
{other} && exec '{GIT}' "$@"
for word in "$@"; do case "$word" in --*) ;; *) break;; esac; done
[ "$word" = '{words}' ] || {str(not as_user).lower()} || exec '{GIT}' "$@"
{before}
'{GIT}' "$@"
code=$?
{behind}
exit $code
"""
        )
        program.chmod(0o755)
        self.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"

    def live(self) -> None:
        """Let nothing kill the command any more."""
        self.environ.pop("PATH", None)
        shutil.rmtree(self.project / ".git" / "hooks", ignore_errors=True)
        shutil.rmtree(self.origin / "hooks", ignore_errors=True)

    def somebody_pushes(self, file: str = "other.txt", *, ref: str = "main") -> str:
        """Push a commit from another clone and return its hash."""
        other = self.folder / f"other-{len(list(self.folder.iterdir()))}"
        self.git("clone", "-q", str(self.origin), str(other), where=self.folder)
        self.git("switch", "-q", ref, where=other)
        (other / file).write_text("Something else.\n")
        self.git("add", "-A", where=other)
        self.git("commit", "-qm", "Somebody else's", where=other)
        self.git("push", "-q", "origin", ref, where=other)
        return self.git("rev-parse", "HEAD", where=other)


def make(folder: Path) -> Scene:
    """Make the project at 1.0.0, with its tag, and push it."""
    (folder / "notes").mkdir()
    settings = folder / "gitconfig"
    settings.write_text(IDENTITY)
    scene = Scene(
        folder,
        {
            "GIT_CONFIG_GLOBAL": str(settings),
            "GIT_CONFIG_NOSYSTEM": "1",
            "RELEASING_NOTES": str(folder / "notes"),
            "SLIPWAY_INDEX": "none",
        },
    )
    project(scene.project)
    scene.git("init", "-q", "--bare", "-b", "main", str(scene.origin), where=folder)
    scene.git("init", "-q", "-b", "main")
    scene.git("remote", "add", "origin", str(scene.origin))
    scene.commit("Begin")
    scene.git("tag", "-a", "v1.0.0", "-m", "1.0.0")
    scene.git("push", "-q", "-u", "origin", "main", "v1.0.0")
    scene.git("remote", "set-head", "origin", "-a")
    return scene


def project(folder: Path, *, name: str = "tiny-project") -> Path:
    """Write a project that builds in a moment, with a changelog."""
    tiny_project.make(folder, name=name)
    (folder / "CHANGELOG.md").write_text(CHANGELOG)
    return folder
