"""Runs `publish` and then `verify` in a process of its own, as a test wants it; started with `python -I`.

Arguments: a JSON object with
    arguments: what stands on the command line after the command.
    commands: the commands, one after the other; a failing one ends the run.
    die: `module:function:number:before|after`, a call at which this process kills itself.
    children: a file to which the command line and the environment of every child are written.
    installs: whether verify really installs.
    withheld: packages that cannot be imported.
"""

import functools
import hashlib
import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2] / "scripts"), str(HERE.parents[1])]


KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
"""On Windows every signal ends a process at once."""


class Withheld:
    """An importer that knows some packages only to refuse them."""

    def __init__(self, names: list[str]) -> None:
        self.names = frozenset(names)

    def find_spec(self, name: str, *_rest: object) -> None:
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"{name} is not installed where publishing runs")


def die_at(point: str) -> None:
    """Kill this process at one call of a function."""
    module, path, number, when = point.split(":")
    owner = importlib.import_module(module)
    *classes, name = path.split(".")
    for part in classes:
        owner = getattr(owner, part)
    original = getattr(owner, name)
    calls = 0

    @functools.wraps(original)
    def wrapped(*args: object, **settings: object) -> object:
        nonlocal calls
        calls += 1
        if calls == int(number) and when == "before":
            os.kill(os.getpid(), KILL)
        result = original(*args, **settings)
        if calls == int(number) and when == "after":
            os.kill(os.getpid(), KILL)
        return result

    setattr(owner, name, wrapped)


def record_children(path: str) -> None:
    """Write down what every child is started with."""
    original = subprocess.Popen.__init__

    def wrapped(self: object, argv: object, *args: object, **settings: object) -> None:
        with Path(path).open("a") as stream:
            environ = settings.get("env") or dict(os.environ)
            stream.write(json.dumps([[str(part) for part in argv], environ]) + "\n")
        original(self, argv, *args, **settings)

    subprocess.Popen.__init__ = wrapped


def digest_for(command: str, project: str) -> list[str]:
    """The option that a job gets from the one that wrote the manifest."""
    manifest = Path(project, ".slipway", "manifest.json")
    if command not in {"publish", "verify"} or not manifest.is_file():
        return []
    return ["--manifest-digest", hashlib.sha256(manifest.read_bytes()).hexdigest()]


def main() -> None:
    told = json.loads(sys.argv[1])
    sys.meta_path.insert(0, Withheld(told.get("withheld", [])))
    from index.bench.signer import LocalSigner
    from slipway.publishing import signing

    signing.new_signer = LocalSigner
    if not told.get("installs"):
        from slipway.smoke import run

        run.exercise = lambda *_args, **_settings: ()
    if told.get("children"):
        record_children(told["children"])
    if told.get("die"):
        die_at(told["die"])
    from slipway import cli, variables

    for command in told["commands"]:
        # Each command is a process of its own in a workflow; here the second one must not start this file again.
        variables.drop_credentials(os.environ, command)
        sys.argv = ["slipway", command, *told["arguments"], *digest_for(command, told["arguments"][0])]
        if code := cli.run():
            sys.exit(code)


main()
