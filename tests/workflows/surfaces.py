"""The parts of action.yml and of the workflows that are generated from the tables of inputs and outputs.

`python3 tests/workflows/surfaces.py` writes them; a test says when they are stale.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from slipway.commands import ACTION_INPUTS  # noqa: E402 - the package stands in scripts/
from slipway.options import OPTIONS, Option  # noqa: E402
from slipway.report.outputs import OUTPUTS  # noqa: E402

NOT_IN_ACTION = frozenset({"json", "markdown"})
"""Options for a caller that reads stdout; a step of a workflow reads outputs."""

EXTRA = (
    Option(
        name="submodules",
        help="Check out submodules: false, true or recursive.",
        kind="text",
        default="false",
    ),
    Option(
        name="runner",
        help="Runner label of the jobs that plan and decide.",
        kind="text",
        default="ubuntu-latest",
    ),
    Option(
        name="timeout-minutes",
        help="Minutes that one job may take.",
        kind="count",
        default=60,
    ),
)
"""Inputs of the workflows alone: they concern the runner, not Slipway."""

PLAN = (
    "path",
    "tag",
    "tag-prefix",
    "index",
    "fail-on",
    "platforms",
    "python-versions",
    "smoke-jobs",
    "runners",
)
BUILD = (*PLAN, "build-timeout")
SMOKE = (
    "path",
    "fail-on",
    "thorough",
    "installer",
    "resolution",
    "extras",
    "constraint",
    "smoke-command",
    "test-command",
    "test-requires",
    "test-sources",
    "smoke-timeout",
)
PUBLISHER = ("path", "tag", "tag-prefix", "index")
JOBS = {"plan": PLAN, "build": BUILD, "smoke": SMOKE, "gate": ("path", "fail-on")}
"""The inputs that python-package.yml hands to the action, job by job."""


def action_options() -> list[Option]:
    """Return the inputs of the action, its own first."""
    return [*ACTION_INPUTS, *(option for option in OPTIONS if option.name not in NOT_IN_ACTION)]


def workflow_options() -> list[Option]:
    """Return the inputs of the workflow that builds and tests."""
    named = dict.fromkeys(name for names in JOBS.values() for name in names)
    known = {option.name: option for option in action_options()}
    return [*(known[name] for name in named), *EXTRA]


def _default(option: Option) -> str:
    if option.default in (None, (), ""):
        return ""
    if isinstance(option.default, bool):
        return json.dumps(option.default)
    if isinstance(option.default, float) and option.default.is_integer():
        return str(int(option.default))
    return str(option.default)


def _described(option: Option) -> str:
    choices = f" One of {', '.join(option.choices)}." if option.choices else ""
    default = f" Default: {_default(option)}." if _default(option) and not _given(option) else ""
    return f"{option.help}{choices}{default}"


def _given(option: Option) -> str:
    # An empty input leaves the decision to pyproject.toml and then to Slipway's own default.
    return _default(option) if option in (*ACTION_INPUTS, *EXTRA) else ""


def action_inputs() -> Iterator[str]:
    for option in action_options():
        yield f"  {option.name}:"
        yield f"    description: {json.dumps(_described(option))}"
        yield f"    default: {json.dumps(_given(option))}"


def action_outputs() -> Iterator[str]:
    for output in OUTPUTS:
        value = f"steps.slipway.outputs.{output.name}"
        if output.name == "artifact-name":
            value = f"inputs.artifact-name || {value}"
        yield f"  {output.name}:"
        yield f"    description: {json.dumps(output.help)}"
        yield f"    value: ${{{{ {value} }}}}"


def action_env() -> Iterator[str]:
    for option in action_options():
        if option.name in {"artifact-name", "job"}:
            continue
        yield f"        {option.variable}: ${{{{ inputs.{option.name} }}}}"


def workflow_inputs() -> Iterator[str]:
    for option in workflow_options():
        number = option.name == "timeout-minutes"
        yield f"      {option.name}:"
        yield f"        description: {json.dumps(_described(option))}"
        yield f"        type: {'number' if number else 'string'}"
        yield f"        default: {_given(option) if number else json.dumps(_given(option))}"


def workflow_with(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield f"          {name}: ${{{{ inputs.{name} }}}}"


def release_with() -> Iterator[str]:
    for option in workflow_options():
        yield f"      {option.name}: ${{{{ inputs.{option.name} }}}}"


def inputs_table(options: Iterable[Option]) -> Iterator[str]:
    yield "| input | default | meaning |"
    yield "|---|---|---|"
    for option in options:
        default = _default(option)
        yield f"| `{option.name}` | {f'`{default}`' if default else ''} | {option.help} |"


def outputs_table() -> Iterator[str]:
    yield "| output | meaning | decided by |"
    yield "|---|---|---|"
    for output in OUTPUTS:
        yield f"| `{output.name}` | {output.help} | {output.stage} |"


def quoted(example: str) -> Iterator[str]:
    yield "```yaml"
    yield from (ROOT / "examples" / "workflows" / example).read_text("utf-8").splitlines()
    yield "```"


PACKAGE = ".github/workflows/python-package.yml"
RELEASE = ".github/workflows/python-release.yml"


def blocks() -> dict[tuple[str, str], list[str]]:
    """Return every generated block by the file it stands in and its name."""
    made = {
        ("action.yml", "inputs"): [*action_inputs()],
        ("action.yml", "outputs"): [*action_outputs()],
        ("action.yml", "env"): [*action_env()],
        (PACKAGE, "inputs"): [*workflow_inputs()],
        (RELEASE, "inputs"): [*workflow_inputs()],
        (RELEASE, "with"): [*release_with()],
        (RELEASE, "with publisher"): [*workflow_with(PUBLISHER)],
        ("README.md", "action inputs"): [*inputs_table(action_options())],
        ("README.md", "workflow inputs"): [*inputs_table(workflow_options())],
        ("README.md", "outputs"): [*outputs_table()],
    }
    made |= {(PACKAGE, f"with {job}"): [*workflow_with(names)] for job, names in JOBS.items()}
    examples = sorted((ROOT / "examples" / "workflows").glob("*.yml"))
    return made | {("README.md", f"example {path.name}"): [*quoted(path.name)] for path in examples}


def fresh(path: Path, text: str) -> str:
    """Return a file's text with every generated block in it as it should be."""
    name = path.relative_to(ROOT).as_posix()
    for (file, block), lines in blocks().items():
        if file == name:
            begin, end = (rf"[ ]*(?:#|<!--) {word} {re.escape(block)}(?: -->)?" for word in ("begin", "end"))
            marked = rf"(?m)^(?P<begin>{begin}\n)(?:.*\n)*?(?P<end>{end}$)"
            body = "".join(f"{line}\n" for line in lines)
            text = re.sub(marked, lambda m, body=body: f"{m['begin']}{body}{m['end']}", text)
    return text


def main() -> None:
    for file in dict.fromkeys(file for file, _ in blocks()):
        path = ROOT / file
        if path.exists():
            path.write_text(fresh(path, path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
