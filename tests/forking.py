"""Runs scripts that start the command line in forks of a process that has all of it loaded: most of a start is loading.

    python -I forking.py SCRIPTS

Each line of stdin is a request in JSON: the script with its arguments, environment, folder, files for stdout and stderr.
Each line of stdout is the exit code of one, negative for the signal that ended it. A fork begins with nothing but what is
loaded; environment, folder and streams are its own.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from typing import Any

MODULES = (
    *(
        "slipway.releasing.release",
        "slipway.releasing.status",
        "slipway.release_rehearsal",
        "slipway.rehearsal",
    ),
    *("slipway.workflows.init", "slipway.rules.pages", "slipway.report.standing"),
)
"""What commands load beside the stages."""


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    from slipway import pipeline, preload

    stages = (stage.module for stage in pipeline.STAGES)
    preload.read([*stages, *preload.REPORT, *MODULES, "slipway.cli"])
    preload.load(preload.everything())
    # What a fork prints goes to its own files.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for line in sys.stdin.buffer:
        child = os.fork()
        if child == 0:
            answers.close()
            _run(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _run(request: dict[str, Any]) -> None:
    for number, name in enumerate((os.devnull, request["stdout"], request["stderr"])):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY
        opened = os.open(name, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(request["environ"])
    os.chdir(request["cwd"])
    sys.argv = request["argv"]
    # A command that finds a credential begins once more without it, by these words.
    sys.orig_argv = [sys.executable, "-I", *sys.argv]
    code: object = 0
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - as the interpreter does at its end
        sys.excepthook(*sys.exc_info())
        code = 1
    from slipway import system

    system.end(code if isinstance(code, int) else code is not None)


if __name__ == "__main__":
    main()
