"""The command line: commands, their options, and how a run ends."""

import errno
import io
import os
import re
import signal
import sys
import traceback
from collections import UserDict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from slipway import __version__, processes, system
from slipway.commands import COMMANDS, Command
from slipway.errors import ExitCode, InputError, SlipwayError
from slipway.option import Option
from slipway.options import Inputs
from slipway.records import Severity
from slipway.runner.base import printable
from slipway.runner.github import without_commands

WORK = ".slipway"

LINE_SHOWN = 500
"""Characters shown of one line of an error; a value in it can be of any length."""

PROJECT = Option(
    name="path",
    help="The project's folder.",
    kind="path",
    default=Path(),
    attribute="path",
)
"""What a command on artifacts or on a version takes beside them."""


class Lines(click.Path):
    """Paths that a variable holds one a line."""

    envvar_list_splitter = "\n"


class Words(click.types.StringParamType):
    """Values that a variable holds: one a line, or between blanks where it is one line that is no path."""

    def split_envvar_value(self, rv: str) -> list[str]:
        """Split the value of a variable, so that a path with a blank in it stays whole."""
        text = (rv or "").strip()
        if "\n" in text or os.path.lexists(text):
            return [line.strip() for line in text.splitlines() if line.strip()]
        return text.split()


class Commands(UserDict[str, Any]):
    """The commands by name, each made from its row of the table when it is asked for."""

    def __getitem__(self, name: str) -> click.Command:
        """Return a command."""
        if isinstance(row := self.data[name], Command):
            self.data[name] = _command(row)
        made: click.Command = self.data[name]
        return made


class WithDefault(click.Group):
    """A group whose default command is the first of the table; without any word it shows its help."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front where an option or a folder comes first."""
        args = args or ["--help"]
        known = args[0] in self.commands or args[0] in {"--help", "--version", "-h"}
        # An unknown first word is a misspelt command, unless it is an option or a folder.
        is_misspelt = not args[0].startswith("-") and not os.path.lexists(args[0])
        return super().parse_args(ctx, args if known or is_misspelt else [COMMANDS[0].name, *args])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Say what to type, where the program has another name than it calls itself."""
        paragraphs = [
            "`slipway PATH` without a command checks the project there. `slipway help COMMAND` says more."
        ]
        if (program := Path(sys.argv[0])).is_dir():
            paragraphs.append(f"Here `slipway` stands for: python3 {system.typed(str(program.resolve()))}")
        for paragraph in paragraphs:
            formatter.write(f"\n{click.wrap_text(paragraph, formatter.width)}\n")


@click.group(
    cls=WithDefault,
    commands=Commands({row.name: row for row in COMMANDS}),
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
        one: click.ParamType[Any] = click.Choice(option.choices) if option.choices else Words()
        return click.Option(flags, type=one, multiple=True, default=option.default or (), **common)
    kinds: dict[str, click.ParamType[Any]] = {
        "text": click.STRING,
        "path": click.Path(path_type=Path),
        "seconds": click.FloatRange(min=0, min_open=True),
        "count": click.IntRange(min=1),
        "choice": click.Choice(option.choices),
    }
    return click.Option(flags, type=kinds[option.kind], default=option.default, show_default=True, **common)


def _argument(command: Command) -> Iterator[click.Parameter]:
    if command.argument == "files":
        yield click.Argument(["files"], nargs=-1, envvar="SLIPWAY_FILES", type=Lines(path_type=Path))
        yield _parameter(PROJECT)
    elif command.argument == "path":
        yield click.Argument(["path"], default=".", envvar="SLIPWAY_PATH", type=click.Path(path_type=Path))
    elif command.argument == "version":
        yield click.Argument(["version"], default="", envvar="SLIPWAY_VERSION")
        yield _parameter(PROJECT)
    elif command.argument == "rule":
        yield click.Argument(["rule"], metavar="NAME", shell_complete=_rule_names)


def _rule_names(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    from slipway.rules import catalogue

    return [rule.name for rule in catalogue.every() if rule.name.startswith(begun)]


def _command(command: Command) -> click.Command:
    def run(**values: Any) -> int:  # noqa: ANN401 - click gives each option its own type
        from slipway import execution

        return execution.execute(command, _inputs(command, **values))

    parameters = [*_argument(command), *map(_parameter, command.takes())]
    return click.Command(command.name, callback=run, params=parameters, help=command.help)


def _inputs(
    command: Command,
    *,
    path: Path = Path(),
    files: tuple[Path, ...] = (),
    work: Path | None = None,
    **values: Any,  # noqa: ANN401 - click gives each option its own type
) -> Inputs:
    project = _absolute(path)
    given = {key: value for key, value in values.items() if value is not None}
    if "tag_prefix" in given:
        from slipway import versions

        given["tag_prefix"] = versions.prefix_meant(given["tag_prefix"])
    if "fail_on" in given:
        given["fail_on"] = Severity(given["fail_on"])
    # What an index serves is kept apart from what was built here, which a later command may publish.
    kept = f"{WORK}/released" if given.get("released") else WORK
    return Inputs(
        command=command.name,
        path=project,
        work=_absolute(work or project / kept),
        files=tuple(found for file in files for found in _distributions(_absolute(file))),
        # Artifacts built by anyone have no project, so nothing is written unless a folder is named.
        keeps=bool(command.stages) and (work is not None or not files),
        # The bootstrap leaves it; of several runs in one process, the first one has set Slipway up.
        set_up=_set_up(os.environ.pop("SLIPWAY_SET_UP", "")),
        given=frozenset(key.rstrip("_").replace("_", "-") for key in filter(_is_given, values)),
        **given,
    )


def _distributions(path: Path) -> list[Path]:
    """Return a file, or the sdists and wheels in a folder.

    Raises:
        InputError: there are none in the folder.
    """
    if not path.is_dir():
        return [path]
    if found := [file for file in sorted(path.iterdir()) if file.name.endswith((".whl", ".tar.gz"))]:
        return found
    raise InputError(
        f"There is no sdist and no wheel in {path}.",
        cause="Nothing was built yet, or it was built into another folder.",
        remedy="Build first (`slipway build`, or `python -m build`), or name the files.",
    )


def _set_up(text: str) -> tuple[float, ...]:
    return tuple(map(float, text.split())) if re.fullmatch(r"\d{1,12}\.\d{3} \d{1,6}\.\d{3}", text) else ()


def _is_given(attribute: str) -> bool:
    source = click.get_current_context().get_parameter_source(attribute)
    return source != click.core.ParameterSource.DEFAULT


def _absolute(path: Path) -> Path:
    text = str(path)
    if any(not character.isprintable() for character in text) or not _is_possible_path(text):
        raise InputError(
            f"{text[:100]!r} is not a path.",
            cause="It holds a control character, or is longer than the system allows.",
            remedy="Name a file or a folder; in a workflow, look at what the input is made from.",
        )
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute() keeps `..`


def _is_possible_path(text: str) -> bool:
    try:
        os.lstat(text)
    except OSError as error:
        return error.errno != errno.ENAMETOOLONG
    except ValueError:
        return False
    return True


@slipway.command("help")
@click.argument("command", default="")
@click.pass_context
def show_help(ctx: click.Context, command: str) -> None:
    """Show what a command does and takes; without one, list the commands."""
    root = ctx.find_root()
    # An unknown name is answered as it is where a command stands.
    name, found, _ = slipway.resolve_command(root, [command]) if command else (None, None, [])
    click.echo(
        (found or slipway).get_help(click.Context(found, info_name=name, parent=root) if found else root)
    )


@slipway.command("version")
def show_version() -> None:
    """Show the version."""
    click.echo(f"slipway, version {__version__}")


def main() -> NoReturn:
    """Run the command line and end the process with one of the exit codes of `errors.ExitCode`."""
    system.end(run())


def run() -> int:
    """Run the command line and return how it ended, as one of `errors.ExitCode`; an error is printed."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    processes.protect(next(iter(sys.argv[1:]), ""))
    try:
        # What prints and nothing else, such as the help, returns nothing.
        return slipway(prog_name="slipway", standalone_mode=False) or ExitCode.CLEAN
    except (KeyboardInterrupt, click.Abort):
        print("Stopped. Nothing is left running, and your project is as it was.", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        usage = io.StringIO()
        error.show(file=usage)
        _print(usage.getvalue().rstrip("\n"))
        return ExitCode.INPUT
    except SlipwayError as error:
        _print_error(error)
        return error.exit_code
    except Exception:  # noqa: BLE001 - whatever comes this far is our own bug and is shown as one
        _print(traceback.format_exc())
        _print("This is a bug of Slipway, not of your project. Please report it with the lines above.")
        return ExitCode.BUG


def _stop(_number: int, _frame: FrameType | None) -> None:
    # A runner that cancels a job sends SIGINT, then SIGTERM, on Windows SIGBREAK; each ends a run in the way of Ctrl-C.
    # A second Ctrl-C must not stop the cleanup that the first one began.
    if not processes.stopping():
        processes.stop()


def _print_error(error: SlipwayError) -> None:
    _print(error.happened)
    _print(f"  likely cause: {error.cause}")
    _print(f"  what to do: {error.remedy}")
    if error.read:
        _print(f"  read: {error.read}")


def _print(text: str) -> None:
    # The text may quote a value from outside, and a runner looks for commands in what is written here.
    lines = printable(without_commands(text)).split("\n")
    shown = (line if len(line) <= LINE_SHOWN else f"{line[:LINE_SHOWN]} …" for line in lines)
    print("\n".join(shown), file=sys.stderr)
