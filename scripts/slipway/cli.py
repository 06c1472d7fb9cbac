"""The command line: commands, their options, and how a run ends."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from slipway import __version__, processes
from slipway.errors import ExitCode, InputError, SlipwayError
from slipway.inputs import OPTIONS, Inputs, Option
from slipway.records import Severity
from slipway.runner.base import printable
from slipway.runner.github import unobeyed

WORK = ".slipway"

HELP: dict[str, str] = {
    "plan": "Print what would be built, what is expected, and whether and where it is published.",
    "check": "Plan, validate, build, inspect and smoke-test: the gate of a pull request. The default command.",
    "validate": "Judge the source, before anything is built.",
    "build": "Build the sdist, and the wheel from the sdist.",
    "inspect": "Judge artifacts built by anyone.",
    "smoke": "Install, import and uninstall artifacts built by anyone.",
    "publish": "Upload what the manifest names, exactly those bytes.",
    "verify": "Wait until the index serves exactly the manifest, then install from it.",
    "init": "Write the workflow for this project and say what to enter at PyPI; with --check, judge what is there.",
    "rehearse": "The whole release against an index of its own; nothing leaves the machine.",
}

LINE_SHOWN = 500
"""Characters of one line of an error; a value can be longer than anybody reads."""

TAKES_FILES = frozenset({"inspect", "smoke"})

PROJECT = Option(
    name="path",
    help="The project's folder, where the artifacts have one.",
    kind="path",
    commands=TAKES_FILES,
    default=Path(),
)


class Lines(click.Path):
    """Paths that a variable holds one a line."""

    envvar_list_splitter = "\n"


class DefaultToCheck(click.Group):
    """A group whose default command is `check`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `check` in front where no command is named."""
        known = args and (args[0] in self.commands or args[0] in {"--help", "--version", "-h"})
        return super().parse_args(ctx, args if known else self._with_default(args))

    def _with_default(self, args: list[str]) -> list[str]:
        # A first word that is no command is meant as one, unless it is an option or a folder.
        if args and not args[0].startswith("-") and not os.path.lexists(args[0]):
            return args
        return ["check", *args]


@click.group(
    cls=DefaultToCheck,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "SLIPWAY",
        "max_content_width": 110,
    },
)
@click.version_option(__version__, prog_name="slipway")
def slipway() -> None:
    """Validate, build, inspect, smoke-install, publish and verify a release of a Python package."""


def _parameter(option: Option) -> click.Option:
    flags = [f"--{option.name}", option.attribute]
    common: dict[str, Any] = {"help": option.help, "envvar": option.variable}
    if option.kind == "flag":
        return click.Option(flags, is_flag=True, default=option.default, **common)
    if option.kind == "list":
        one: click.ParamType[Any] = click.Choice(option.choices) if option.choices else click.STRING
        return click.Option(flags, type=one, multiple=True, default=option.default or (), **common)
    kinds: dict[str, click.ParamType[Any]] = {
        "text": click.STRING,
        "path": click.Path(path_type=Path),
        "seconds": click.FloatRange(min=0, min_open=True),
        "count": click.IntRange(min=1),
        "choice": click.Choice(option.choices),
    }
    return click.Option(flags, type=kinds[option.kind], default=option.default, show_default=True, **common)


def _command(name: str) -> click.Command:
    target: click.Parameter
    if name in TAKES_FILES:
        target = click.Argument(["files"], nargs=-1, envvar="SLIPWAY_FILES", type=Lines(path_type=Path))
    else:
        target = click.Argument(["path"], default=".", envvar="SLIPWAY_PATH", type=click.Path(path_type=Path))
    options = [_parameter(option) for option in OPTIONS if name in option.commands]
    if name in TAKES_FILES:
        options.append(_parameter(PROJECT))
    return click.Command(name, callback=_runs(name), params=[target, *options], help=HELP[name])


def _runs(name: str) -> Callable[..., None]:
    def run(*, files: tuple[Path, ...] = (), path: Path = Path(), **values: Any) -> None:  # noqa: ANN401 - click gives each option its own type
        inputs = _inputs(name, path, files, values)
        from slipway import commands

        sys.exit(commands.execute(inputs))

    return run


def _inputs(name: str, path: Path, files: tuple[Path, ...], values: dict[str, Any]) -> Inputs:
    project = _absolute(path)
    values |= _set_by_project(project, values)
    work = values.pop("work", None)
    given = {key: value for key, value in values.items() if value is not None}
    if "fail_on" in given:
        given["fail_on"] = Severity(given["fail_on"])
    return Inputs(
        command=name,
        path=project,
        work=_absolute(work or project / WORK),
        files=tuple(_absolute(file) for file in files),
        # Artifacts built by anyone have no project, so nothing is written unless a folder is named.
        keeps=name != "init" and (work is not None or not files),
        **given,
    )


def _set_by_project(project: Path, values: dict[str, Any]) -> dict[str, Any]:
    """Return what [tool.slipway] sets of the options that were given neither as a word nor as a variable."""
    from slipway.project import settings

    context = click.get_current_context()
    return {
        attribute: value
        for name, value in settings.options_of(project).items()
        if (attribute := name.replace("-", "_")) in values
        and context.get_parameter_source(attribute) == click.core.ParameterSource.DEFAULT
    }


def _absolute(path: Path) -> Path:
    text = str(path)
    if any(not character.isprintable() for character in text) or not _can_be_asked_for(text):
        raise InputError(
            f"{text[:100]!r} is not a path.",
            cause="It holds a control character, or is longer than the system allows.",
            remedy="Name a file or a folder; in a workflow, look what the input was made from.",
        )
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute() keeps `..`


def _can_be_asked_for(text: str) -> bool:
    try:
        os.lstat(text)
    except OSError as error:
        return error.errno != errno.ENAMETOOLONG
    except ValueError:
        return False
    return True


for _name in HELP:
    slipway.add_command(_command(_name))


@slipway.command("rules")
@click.option("--markdown", is_flag=True, help="Print the whole catalogue as the page docs/rules.md.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout and nothing else.")
def _rules(*, markdown: bool, as_json: bool) -> None:
    """List every rule: its name, its severity, what it finds."""
    from slipway.rules import pages

    if markdown:
        click.echo(pages.catalogue_page(), nl=False)
    elif as_json:
        click.echo(pages.as_json())
    else:
        listed = list(pages.rows())
        width = max(len(name) for name, _, _ in listed)
        for name, severity, title in listed:
            click.echo(f"{name:<{width}}  {severity:<7}  {title}")


@slipway.command("explain")
@click.argument("name")
def _explain(name: str) -> None:
    """Say what a rule finds, why it matters and what to do."""
    from slipway.rules import catalogue, pages

    click.echo(pages.explain(catalogue.named(name, where="the command line")), nl=False)


def main() -> NoReturn:
    """Run the command line and end the process with one of the exit codes of `errors.ExitCode`."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    processes.protect(next(iter(sys.argv[1:]), ""))
    try:
        slipway(standalone_mode=False)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except (KeyboardInterrupt, click.Abort):
        print("Stopped. Nothing is left running, and your project is as it was.", file=sys.stderr)
        sys.exit(ExitCode.TOOL)
    except click.ClickException as error:
        usage = io.StringIO()
        error.show(file=usage)
        _say(usage.getvalue().rstrip("\n"))
        sys.exit(ExitCode.INPUT)
    except SlipwayError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except Exception:  # noqa: BLE001 - whatever comes this far is our own bug and is shown as one
        _say(traceback.format_exc())
        _say("This is a bug of Slipway, not of your project. Please report it with the lines above.")
        sys.exit(ExitCode.BUG)
    sys.exit(ExitCode.CLEAN)


def _stop(number: int, frame: FrameType | None) -> None:
    # A runner that cancels a job sends SIGINT, then SIGTERM; both end a run in the same way as Ctrl-C.
    del number, frame
    # An impatient second Ctrl-C must not stop the cleaning up that the first one began.
    if not processes.stopping():
        processes.stop()


def _tell(error: SlipwayError) -> None:
    _say(error.happened)
    _say(f"  likely cause: {error.cause}")
    _say(f"  what to do: {error.remedy}")
    if error.read:
        _say(f"  read: {error.read}")


def _say(text: str) -> None:
    # The text may quote a value that came from outside, and a runner reads what is written here.
    lines = printable(unobeyed(text)).split("\n")
    shown = (line if len(line) <= LINE_SHOWN else f"{line[:LINE_SHOWN]} …" for line in lines)
    print("\n".join(shown), file=sys.stderr)
