"""`slipway init`: writes the caller's workflow for a project, or checks the one that is there."""

import difflib
import shutil
import sys
from dataclasses import replace as changed
from pathlib import Path
from typing import TextIO

from msgspec.structs import replace

from slipway import __version__
from slipway.errors import InputError, ToolError
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.project import hosting, workflow, written_workflow
from slipway.project import project as project_facts
from slipway.project.hosting import Hosting
from slipway.project.workflow import CallerFacts
from slipway.records import Severity, StageResult
from slipway.rules.rule import judge
from slipway.rules.workflow import RULES as WORKFLOW_RULES
from slipway.workflows import beside, caller_file, slipway_source
from slipway.workflows.caller_file import Caller
from slipway.workflows.canary_file import Canary


def run(inputs: Inputs) -> Manifest:
    """Write or check the workflow and return what was found.

    Raises:
        InputError: there is no project or no repository, it is not on GitHub, or a file that is there may not be replaced.
        ToolError: git is not installed, or GitHub could not be asked.
    """
    if inputs.canary and inputs.check:
        raise InputError(
            "--canary and --check cannot be given together.",
            cause="--canary writes a workflow, and --check judges all that are there, this one too.",
            remedy="Choose one; `slipway init --canary` says whether the file differs, and replaces nothing unasked.",
        )
    project = project_facts.read(inputs.path)
    home = _home(inputs.path)
    out = sys.stderr if inputs.json else sys.stdout
    caller, remark = _expected(inputs, home, project.name)
    _tell(home, remark, out)
    if inputs.check:
        out.write(
            "`zizmor .github/workflows` checks what this does not: pinned actions, triggers, caches, templates.\n"
        )
        return _manifest(_judged(caller, home), "init")
    if inputs.canary:
        canary = Canary(caller=caller, project=project.name or caller.folder)
        _write(home.top / canary.file, canary, out, overwrite=inputs.overwrite)
        out.write(f"\n{_next(canary)}")
        return _manifest(Manifest(), "write")
    out.writelines(f"{line}\n" for line in beside.lines(caller, home))
    _write(home.top / caller.file, caller, out, overwrite=inputs.overwrite)
    out.write("\n" + "\n".join(caller_file.to_enter(caller, home, project.name)) + "\n\n")
    out.write(f"Then commit {caller.file} and push; a tag such as {caller.tag_prefix}1.0.0 releases.\n")
    return _manifest(Manifest(), "write")


def _tell(home: Hosting, remark: str, out: TextIO) -> None:
    """Say what is not known of the repository or of the Slipway that the workflow uses."""
    if home.elsewhere is not None:
        out.write(
            f"The remote origin is at {home.elsewhere}. The workflow works on github.com only; if your SSH settings\n"
            f"use {home.elsewhere} as another name for it, all is well.\n\n"
        )
    elif home.owner is None:
        out.write(
            "There is no remote on GitHub called origin, so that the names of account and repository are not known.\n"
            "Run `slipway init` again after `git remote add origin ADDRESS`; the file stays the same.\n\n"
        )
    if not home.is_branch_known:
        out.write(
            f"git does not know here which branch is the default one on GitHub; {home.branch or 'main'} is taken.\n"
            "If it is another: `git remote set-head origin --auto`, and run it again.\n\n"
        )
    if remark:
        out.write(f"{remark}\n\n")


def _next(canary: Canary) -> str:
    """Return what to do with the canary's workflow, and when it runs."""
    minute, hour, _, _, day = canary.cron.split()
    when = f"every {DAYS[int(day)]} at {int(hour):02}:{int(minute):02} UTC"
    return (
        f"Then commit {canary.file} and push it to {canary.caller.branch}. It runs {when}, and by hand with\n"
        f"`gh workflow run {canary.file.rpartition('/')[2]}`. While it fails, it keeps one issue open.\n"
        "In a public repository, GitHub disables the schedule after 60 days without any activity.\n"
    )


DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
"""As cron counts them."""


def _not_on_github(host: str) -> InputError:
    return InputError(
        f"The repository is hosted at {host}, and the workflow works on github.com only.",
        cause="It refers to Slipway's own files in a way that GitHub Enterprise Server and other hosts do not know, and "
        "PyPI trusts publishers of other hosts in other ways.",
        remedy="Run `slipway check` in a job there, and publish what it made with `slipway publish` and a token in "
        "SLIPWAY_TOKEN.",
        read="docs/reference.md, under Runners and hosts",
    )


def check(inputs: Inputs) -> Manifest:
    """Return what `init --check` finds; nothing is printed.

    Raises:
        InputError: there is no repository, it is elsewhere than on GitHub, or a workflow cannot be read.
        ToolError: git is not installed, or GitHub could not be asked.
    """
    home = _home(inputs.path)
    caller, _ = _expected(inputs, home, project_facts.read(inputs.path).name)
    return _judged(caller, home)


def _home(folder: Path) -> Hosting:
    home = hosting.read(folder)
    if home is None and shutil.which("git") is None:
        raise ToolError(
            "git is not installed.",
            cause="The program was not found; it knows the repository, its remote and its tags.",
            remedy="Install git and run again.",
        )
    if home is None:
        raise InputError(
            f"{folder} is not in a git repository.",
            cause="A workflow belongs to a repository, and there is none here.",
            remedy="Run `git init` in the project, or go to its checkout.",
        )
    if home.elsewhere is not None and not home.is_alias_possible:
        raise _not_on_github(home.elsewhere)
    return home


def _expected(inputs: Inputs, home: Hosting, name: str | None) -> tuple[Caller, str]:
    """Return the caller as it would be written, and what is to be known about the Slipway in it.

    What --index and --uploader do not say stays as it is in the file that is there.
    """
    inside = inputs.path.resolve().relative_to(home.top.resolve()).as_posix()
    if there := written_workflow.read(home.top, inside):
        uploader = inputs.uploader if "uploader" in inputs.given else there.uploader
        inputs = changed(inputs, index=inputs.index or there.index, uploader=uploader)
    source = slipway_source.find(inputs.uses)
    return caller_file.for_project(inputs.path, home, inputs, source=source, name=name), source.remark


def _judged(caller: Caller, home: Hosting) -> Manifest:
    facts = CallerFacts(
        slipway=caller.repository,
        expected=workflow.read(caller.render().encode(), file=caller.file),
        workflows=workflow.read_all(home.top),
        tag_prefix=caller.tag_prefix,
    )
    found = judge(WORKFLOW_RULES, facts, ignored={})
    return Manifest(fail_on=Severity.WARNING).with_addition(found, stage="init")


def _manifest(manifest: Manifest, stage: str) -> Manifest:
    """Return the manifest of what was done: `write`, or `init` where the workflows were judged."""
    done = StageResult(name=stage, outcome="done", seconds=0.0)
    return replace(manifest, slipway=__version__, command="init", stages=(done,))


def _write(path: Path, caller: Caller | Canary, out: TextIO, *, overwrite: bool) -> None:
    text = caller.render()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
        out.write(f"Written: {path}\n")
        return
    present = path.read_text("utf-8", errors="replace")
    if present == text:
        out.write(f"{path} is already as it would be written.\n")
        return
    lines = difflib.unified_diff(
        present.splitlines(),
        text.splitlines(),
        f"{caller.file} as it is",
        f"{caller.file} as it would be",
        lineterm="",
    )
    out.write("\n".join(lines) + "\n")
    if not (overwrite or _agreed(path)):
        raise InputError(
            f"{path} is there and differs; it was left as it is.",
            cause="It was changed by hand, or written for another version of Slipway.",
            remedy="Look at the difference above; run again with --overwrite to replace the file.",
        )
    path.write_text(text, "utf-8", newline="\n")
    out.write(f"Replaced: {path}\n")


def _agreed(path: Path) -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return input(f"Replace {path}? [y/N] ").strip().lower() in {"y", "yes"}
