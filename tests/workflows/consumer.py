"""A repository of somebody who uses Slipway, with the workflow that `slipway init` writes for it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import command_line
import tiny_project
from workflows import act

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The one version of Python that these projects are tried with: that of the tests."""

ONE_PYTHON = f'license-files = ["LICENSE"]\nclassifiers = ["Programming Language :: Python :: {PYTHON}"]'

ONE_JOB = f'platforms: linux, python-versions: "{PYTHON}"'

REMOTE = "https://github.com/acme/demo.git"


def run(
    *arguments: str | Path, cwd: Path | None = None, environ: Mapping[str, str | None] | None = None
) -> command_line.Ended:
    """Run a command that builds nothing, in a fork."""
    return command_line.forked(*arguments, cwd=cwd or act.ROOT, environ=environ)


def tiny(
    folder: Path,
    *,
    name: str = "demo",
    in_build: str = "",
    in_import: str = "",
    index: str | None = None,
    everywhere: bool = False,
) -> Path:
    """Make a repository whose project builds in a moment; it is tried out on Linux, or on every platform."""
    tiny_project.make(folder, name=name, in_build=in_build, in_import=in_import)
    declared = folder / "pyproject.toml"
    declared.write_text(declared.read_text().replace('license-files = ["LICENSE"]', ONE_PYTHON))
    published(folder, index=index)
    if not everywhere:
        on_linux(folder)
    return folder


def example(folder: Path, name: str, *, index: str | None = None) -> Path:
    """Make a repository of one of the example projects."""
    shutil.copytree(act.ROOT / "examples" / "projects" / name, folder)
    return on_linux(published(folder, index=index))


def on_linux(folder: Path) -> Path:
    """Let the workflow try the project out on one platform."""
    path = folder / ".github" / "workflows" / "release.yml"
    if "\n    with: { index" in path.read_text():
        edit(folder, "\n    with: { ", f"\n    with: {{ {ONE_JOB}, ")
    else:
        edit(folder, "  publish:\n", f"    with: {{ {ONE_JOB} }}\n  publish:\n")
    return folder


def published(folder: Path, *, project: Path | None = None, index: str | None = None) -> Path:
    """Make a folder a repository with a remote, and let `slipway init` write the workflow of the project in it."""
    act.repository(folder, remote=REMOTE)
    uses = f"{act.SLIPWAY}@{act.COMMIT}"
    ended = run("init", project or folder, "--uses", uses, *(("--index", index) if index else ()))
    assert ended.exit_code == 0, ended
    act.commit(folder, "Add the workflow")
    return folder


def edit(consumer: Path, old: str, new: str, *, file: str = "release.yml") -> None:
    """Change the workflow as its owner might."""
    path = consumer / ".github" / "workflows" / file
    text = path.read_text()
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new))
    act.commit(consumer, "Change the workflow")
