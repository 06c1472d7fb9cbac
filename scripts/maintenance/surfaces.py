"""The generated blocks of action.yml, the workflows and the documentation, from the options, inputs and outputs.

A block is what stands between `begin NAME` and `end NAME` in a comment.
"""

import json
import re
from collections.abc import Iterable, Iterator

from slipway import cli
from slipway.option import Option
from slipway.options import OPTIONS
from slipway.planning.matrix import RUNNERS
from slipway.project.settings import SETTINGS
from slipway.report.outputs import OUTPUTS
from slipway.surfaces import ACTION_ONLY, ACTION_OPTIONS, WORKFLOW_JOBS, WORKFLOW_ONLY

from maintenance import ROOT
from maintenance.tables import table

PACKAGE = ".github/workflows/python-package.yml"
RELEASE = ".github/workflows/python-release.yml"
FIRST_RELEASE = "docs/first-release.md"
REFERENCE = "docs/reference.md"

_OPTIONS = {option.name: option for option in OPTIONS}
_PATH = Option(kind="path", name="path", help="The project's folder.", default=".")


def generated() -> dict[str, str]:
    """Return the text of every file with generated blocks by its path in the repository."""
    made: dict[str, str] = {}
    for (file, block), lines in _blocks().items():
        text = made.get(file) or (ROOT / file).read_text(encoding="utf-8")
        made[file] = _replaced(text, block, lines)
    return made


def action_inputs() -> list[Option]:
    """Return the inputs of the action, in the order of action.yml."""
    return [*ACTION_ONLY, *(_OPTIONS[name] for name in ACTION_OPTIONS)]


def workflow_inputs() -> list[Option]:
    """Return the inputs of the reusable workflows, in the order of their files."""
    named = dict.fromkeys(name for names in WORKFLOW_JOBS.values() for name in names)
    return [*(_PATH if name == "path" else _OPTIONS[name] for name in named), *WORKFLOW_ONLY]


def _blocks() -> dict[tuple[str, str], list[str]]:
    """Return the lines of every generated block by its file and its name."""
    made = {
        ("action.yml", "inputs"): [*_declared(action_inputs(), indent=2)],
        ("action.yml", "outputs"): [*_action_outputs()],
        ("action.yml", "env"): [*_action_env()],
        (PACKAGE, "inputs"): [*_declared(workflow_inputs(), indent=6, typed=True)],
        (PACKAGE, "wheels outputs"): [*_wheels_outputs()],
        (PACKAGE, "built smoke"): [*_built()],
        (PACKAGE, "built gate"): [*_built("second-build")],
        (RELEASE, "inputs"): [*_declared(workflow_inputs(), indent=6, typed=True)],
        (RELEASE, "with"): [*_handed((each.name for each in workflow_inputs()), indent=6)],
        (REFERENCE, "commands"): [*_commands_table()],
        (REFERENCE, "options"): [*_options_table()],
        (REFERENCE, "settings"): [*_settings_table()],
        (REFERENCE, "action inputs"): [*_inputs_table(action_inputs())],
        (REFERENCE, "workflow inputs"): [*_inputs_table(workflow_inputs())],
        (REFERENCE, "outputs"): [*_outputs_table()],
    }
    known = {each.name for each in action_inputs()}
    for job, names in WORKFLOW_JOBS.items():
        file = RELEASE if job in {"publish", "verify"} else PACKAGE
        made[file, f"with {job}"] = [*_handed((name for name in names if name in known), indent=10)]
        if others := [name for name in names if name not in known]:
            made[file, f"env {job}"] = [f"          {_variable(name)}: {_input(name)}" for name in others]
    page = (ROOT / FIRST_RELEASE).read_text(encoding="utf-8")
    for name in re.findall(r"<!-- begin example (\S+) -->", page):
        text = (ROOT / "examples" / "workflows" / name).read_text(encoding="utf-8")
        made[FIRST_RELEASE, f"example {name}"] = ["```yaml", *text.splitlines(), "```"]
    return made


def _wheels_outputs() -> Iterator[str]:
    # An output that several jobs of a matrix set is that of the last one, so each platform has its own.
    for name in RUNNERS:
        yield f"      built-{name}: ${{{{ matrix.platform == '{name}' && steps.slipway.outputs.built || '' }}}}"


def _built(*jobs: str) -> Iterator[str]:
    """Yield the variable that holds what every building job put out; `-` stands for a job that put out nothing."""
    yield "          SLIPWAY_BUILT: >-"
    yield "            - ${{ needs.build.outputs.built }}"
    yield from (f"            ${{{{ needs.{job}.outputs.built }}}}" for job in jobs)
    yield from (f"            ${{{{ needs.wheels.outputs.built-{name} }}}}" for name in RUNNERS)


def _replaced(text: str, block: str, lines: Iterable[str]) -> str:
    begin, end = (rf"[ ]*(?:#|<!--) {word} {re.escape(block)}(?: -->)?" for word in ("begin", "end"))
    body = "".join(f"{line}\n" for line in lines)
    marked = rf"(?m)^(?P<begin>{begin}\n)(?:.*\n)*?(?P<end>{end}$)"
    text, count = re.subn(marked, lambda match: f"{match['begin']}{body}{match['end']}", text)
    if count != 1:
        raise ValueError(f"There are {count} blocks named {block!r}; there should be one.")
    return text


def _variable(name: str) -> str:
    return f"SLIPWAY_{name.replace('-', '_').upper()}"


def _input(name: str) -> str:
    return f"${{{{ inputs.{name} }}}}"


def _default(taken: Option) -> str:
    """Return a default as a user would write it; empty where Slipway decides."""
    value = taken.default
    if isinstance(value, bool):
        return json.dumps(value)
    return f"{value:g}" if isinstance(value, float) else str(value or "")


def _preset(taken: Option) -> str:
    # An option that is not given leaves the decision to pyproject.toml and then to Slipway's own default.
    return "" if taken.attribute else _default(taken)


def _described(taken: Option) -> str:
    unnamed = any(choice not in taken.help for choice in taken.choices)
    choices = f" One of {', '.join(taken.choices)}." if unnamed else ""
    default = f" Default: {_default(taken)}." if _default(taken) and not _preset(taken) else ""
    return f"{taken.help}{choices}{default}"


def _declared(inputs: Iterable[Option], *, indent: int, typed: bool = False) -> Iterator[str]:
    for taken in inputs:
        number = typed and taken.name == "timeout-minutes"
        yield f"{'':{indent}}{taken.name}:"
        yield f"{'':{indent}}  description: {json.dumps(_described(taken))}"
        if typed:
            yield f"{'':{indent}}  type: {'number' if number else 'string'}"
        yield f"{'':{indent}}  default: {_preset(taken) if number else json.dumps(_preset(taken))}"


def _handed(names: Iterable[str], *, indent: int) -> Iterator[str]:
    yield from (f"{'':{indent}}{name}: {_input(name)}" for name in names)


def _action_outputs() -> Iterator[str]:
    for output in OUTPUTS:
        value = f"steps.slipway.outputs.{output.name}"
        if output.name == "artifact-name":
            value = f"inputs.artifact-name || {value}"
        yield f"  {output.name}:"
        yield f"    description: {json.dumps(output.help)}"
        yield f"    value: ${{{{ {value} }}}}"


def _action_env() -> Iterator[str]:
    """Yield the variables of the action's own step; an input that is empty leaves the caller's variable as it is."""
    for name in (each.name for each in action_inputs()):
        if name not in {"command", "artifact-name", "job"}:
            yield f"        {_variable(name)}: ${{{{ inputs.{name} || env.{_variable(name)} }}}}"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _commands_table() -> Iterator[str]:
    rows = [(_code(name), command.get_short_help_str(200)) for name, command in cli.slipway.commands.items()]
    return table(("command", "what it does"), *rows)


def _options_table() -> Iterator[str]:
    head = ("option", "variable", "default", "commands", "meaning")
    rows = (
        (
            _code(f"--{option.name}"),
            _code(option.variable),
            _code(_default(option)),
            ", ".join(_commands_with(option)),
            _with_choices(option),
        )
        for option in OPTIONS
    )
    return table(head, *rows)


def _commands_with(option: Option) -> Iterator[str]:
    for name, command in cli.slipway.commands.items():
        if any(parameter.name == option.attribute for parameter in command.params):
            yield name


def _settings_table() -> Iterator[str]:
    rows = (
        (_code(setting.name), _code(_default(setting)), _with_choices(setting))
        for setting in SETTINGS.values()
    )
    return table(("setting", "default", "meaning"), *rows)


def _inputs_table(inputs: Iterable[Option]) -> Iterator[str]:
    rows = ((_code(taken.name), _code(_default(taken)), _with_choices(taken)) for taken in inputs)
    return table(("input", "default", "meaning"), *rows)


def _with_choices(taken: Option) -> str:
    return _described(taken).partition(" Default: ")[0]


def _outputs_table() -> Iterator[str]:
    rows = ((_code(output.name), output.help, output.stage) for output in OUTPUTS)
    return table(("output", "meaning", "decided by"), *rows)
