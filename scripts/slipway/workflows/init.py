"""`slipway init`: writes the caller's workflow for a project, or checks the one that is there."""

import difflib
import sys
from pathlib import Path
from typing import TextIO

from msgspec.structs import replace

from slipway import __version__
from slipway.errors import InputError
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.project import git as git_facts
from slipway.project import hosting, workflow
from slipway.project import project as project_facts
from slipway.project.hosting import Hosting
from slipway.project.workflow import CallerFacts
from slipway.records import Severity, StageResult
from slipway.rules.rule import judge
from slipway.rules.workflow import RULES as WORKFLOW_RULES
from slipway.workflows import caller_file
from slipway.workflows.caller_file import Caller


def run(inputs: Inputs) -> Manifest:
    """Write or check the workflow and return what was found.

    Raises:
        InputError: there is no project or no repository, or a file that is there may not be replaced.
    """
    project = project_facts.read(inputs.path)
    caller, home = _expected(inputs)
    out = sys.stderr if inputs.json else sys.stdout
    if home.elsewhere is not None:
        out.write(
            f"The remote origin is at {home.elsewhere}. The workflow works on github.com only; if your SSH settings\n"
        )
        out.write(f"use {home.elsewhere} as another name for it, all is well.\n\n")
    if inputs.check:
        out.write(
            "`zizmor .github/workflows` checks what this does not: pinned actions, triggers, caches, templates.\n"
        )
        return _manifest(_judged(caller, home))
    _write(home.top / caller.file, caller, out, overwrite=inputs.overwrite)
    out.write("\n" + "\n".join(caller_file.to_enter(caller, home, project.name)) + "\n\n")
    out.write(f"Then commit {caller.file} and push; a tag such as {caller.tag_prefix}1.0.0 releases.\n")
    prefix = caller.tag_prefix
    if not git_facts.last_tag(inputs.path, prefix) and (bare := git_facts.last_tag(inputs.path, "")):
        out.write(
            f"A tag without that prefix, such as {bare}, does not start it: write {prefix}{bare} from now on.\n"
        )
    return _manifest(Manifest())


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
    """
    return _judged(*_expected(inputs))


def _expected(inputs: Inputs) -> tuple[Caller, Hosting]:
    home = hosting.read(inputs.path)
    if home is None:
        raise InputError(
            f"{inputs.path} is not in a git repository.",
            cause="A workflow belongs to a repository, and there is none here.",
            remedy="Run `git init` in the project, or go to its checkout.",
        )
    if home.elsewhere is not None and not home.is_alias_possible:
        raise _not_on_github(home.elsewhere)
    uses = caller_file.slipway_in_use(inputs.uses)
    caller = caller_file.for_project(
        inputs.path, home, uses=uses, tag_prefix=inputs.tag_prefix, index=inputs.index
    )
    return caller, home


def _judged(caller: Caller, home: Hosting) -> Manifest:
    facts = CallerFacts(
        slipway=caller.repository,
        expected=workflow.read(caller.render().encode(), file=caller.file),
        workflows=workflow.read_all(home.top),
    )
    found = judge(WORKFLOW_RULES, facts, ignored={})
    return Manifest(fail_on=Severity.WARNING).with_addition(found, stage="init")


def _manifest(manifest: Manifest) -> Manifest:
    done = StageResult(name="init", outcome="done", seconds=0.0)
    return replace(manifest, slipway=__version__, command="init", stages=(done,))


def _write(path: Path, caller: Caller, out: TextIO, *, overwrite: bool) -> None:
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
