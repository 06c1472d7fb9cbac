"""The action's own step, executed as a runner executes it, but without a runner."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cached_environments
import command_line
import yaml
from workflows import act

ACTION = yaml.safe_load((act.ROOT / "action.yml").read_text("utf-8"))
STEP = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "slipway")
INPUT = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")

COMMANDS = frozenset({"group", "endgroup", "error", "warning", "notice", "stop-commands", "add-mask"})
"""What Slipway says to a runner."""


@dataclass(frozen=True)
class Step:
    """How the step ended: its exit code, what it printed, the outputs it set, and its summary."""

    exit_code: int
    printed: str
    outputs: dict[str, str]
    summary: str

    def obeyed(self) -> set[str]:
        """Return the commands that a runner obeys in what was printed (actions/runner, ActionCommand.cs)."""
        found, stopped = set(), None
        for line in re.split(r"\r\n|\r|\n", self.printed):
            matched = re.match(r"\s*::([\w-]+)[^:]*::(.*)", line)
            if stopped is not None:
                stopped = None if matched and matched[1] == stopped else stopped
            elif matched:
                found.add(matched[1])
                stopped = matched[2] if matched[1] == "stop-commands" else None
            elif "##[" in line:
                found.add(line[line.index("##[") :][:40])
        return found


def run(workspace: Path, inputs: Mapping[str, str], *, event: Mapping[str, str] | None = None) -> Step:
    """Execute the step in a workspace.

    Args:
        inputs: inputs of the action; the others have their defaults.
        event: further variables of the runner, such as GITHUB_REF.
    """
    given = {name: declared["default"] for name, declared in ACTION["inputs"].items()} | dict(inputs)
    files = {name: workspace.parent / f"runner-{name}" for name in ("output", "step_summary", "env", "path")}
    for file in files.values():
        file.write_text("")
    variables = {
        name: given[matched[1]] for name, text in STEP["env"].items() if (matched := INPUT.fullmatch(text))
    }
    environ = command_line.environment(
        {
            **variables,
            **{f"GITHUB_{name.upper()}": str(file) for name, file in files.items()},
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_REPOSITORY": "acme/demo",
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_REF": "refs/heads/main",
            "SLIPWAY_INTERPRETER": sys.executable,
            "SLIPWAY_ACTION": str(act.ROOT),
            "SLIPWAY_JOB": given["job"] or "check",
            "SLIPWAY_CACHE": str(cached_environments.cache_folder()),
            **(event or {}),
        }
    )
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEP["run"]]
    done = subprocess.run(
        shell,
        cwd=workspace,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return Step(
        done.returncode,
        done.stdout.decode("utf-8", "replace"),
        _outputs(files["output"].read_text("utf-8")),
        files["step_summary"].read_text("utf-8"),
    )


def _outputs(text: str) -> dict[str, str]:
    """Read the file of outputs as a runner does (actions/runner, FileCommandManager.cs)."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, mark, delimiter = line.partition("<<")
        assert mark, f"not an output: {line[:80]!r}"
        assert name not in found, f"{name} is set twice"
        value: list[str] = []
        for part in lines:
            if part == delimiter:
                break
            value.append(part)
        found[name] = os.linesep.join(value)
    return found
