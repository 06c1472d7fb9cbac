"""The project's own checks: each runs in a copy of the checkout of its own, beside the installed wheel."""

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from slipway import processes
from slipway.building import checkout
from slipway.environments import disposable
from slipway.environments.disposable import Environment, InstallFailed
from slipway.environments.interpreters import Interpreter
from slipway.errors import InputError
from slipway.rules.checks.facts import CheckFacts
from slipway.rules.smoke.facts import Started
from slipway.smoke.package_sources import PackageSources
from slipway.smoke.sandbox import Sandbox


class OwnChecks(Struct, frozen=True, kw_only=True):
    """What is run, and with what.

    Attributes:
        commands: name and command line of each.
        requires: what they need beside the package.
        project: the project's folder, and `leave_out` the folders in it that are not copied.
        wheel: what is installed, and `name` the name of its distribution.
        timeout: seconds for the installation, and for each of them.
    """

    commands: tuple[tuple[str, str], ...]
    requires: tuple[str, ...]
    project: Path
    leave_out: tuple[Path, ...]
    wheel: Path
    name: str
    sources: PackageSources
    timeout: float


def run(own: OwnChecks, interpreter: Interpreter, scratch: Path, say: Callable[[str], None]) -> CheckFacts:
    """Run the checks one after the other and return how they ended.

    Args:
        own: the checks.
        interpreter: whose Python they run on.
        scratch: an empty folder.
        say: called with a line for each check.

    Raises:
        InputError: a command cannot be split into words, or the checkout cannot be copied.
        ToolError: no environment can be made.
    """
    words = {name: _words(name, command) for name, command in own.commands}
    environment = disposable.create(scratch / "environment", interpreter)
    try:
        requirements = [str(own.wheel), *own.requires]
        environment.install(requirements, timeout=own.timeout, options=own.sources.arguments())
    except InstallFailed as error:
        return CheckFacts(python=interpreter.label, install_error=error.output.strip())
    except processes.TimedOut as error:
        late = f"not done after {error.seconds:.0f} s\n{error.output}".strip()
        return CheckFacts(python=interpreter.label, install_error=late)
    ended = []
    for number, (name, command) in enumerate(words.items()):
        started = _run_one(own, environment, scratch / str(number), command)
        say(f"check {name}: {'passed' if started.returncode == 0 else 'failed'}")
        ended.append((name, started))
    return CheckFacts(python=interpreter.label, ended=tuple(ended))


def _run_one(own: OwnChecks, environment: Environment, folder: Path, words: Sequence[str]) -> Started:
    folder.mkdir()
    # What one of them writes must not change what the next one sees.
    project = checkout.copy(own.project, folder / "checkout", leave_out=own.leave_out)
    log: list[str] = []
    sandbox = Sandbox(environment, own.name, folder, log.append)
    filled = [word.replace("{project}", str(project)) for word in words]
    started = sandbox.start_command(filled, cwd=project, timeout=own.timeout)
    disposable.remove(folder)
    return replace(started, name=" ".join(words))


def _words(name: str, command: str) -> list[str]:
    try:
        return processes.split(command)
    except ValueError as error:
        raise InputError(
            f"The check {name} in [tool.slipway.checks] cannot be read: {error}.",
            cause="A quotation mark is not closed.",
            remedy="Quote it as a shell would; for more than one command write a script and name that.",
        ) from error
