"""Runs in a build environment: imports the build backend once, and runs each hook in a fork of this process.

Called as `python -I hook_server.py MARK`. A line on stdin asks for a hook, in JSON: `argv` is the script of
pyproject-hooks with its arguments, `cwd` and `environ` are what it starts with. When the hook has ended, a line on
stdout has the mark and the exit code. A hook is a process of its own, in which nothing of the other hooks is left; what
they share are modules of the backend that were imported before it began. Standard library only, and it must run on
every Python that builds.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from types import ModuleType
from typing import Any

NAMES_LIMIT = 32 * 1024
"""Bytes of the names of modules that a hook hands back; a pipe takes them without a reader (pipe(7))."""


def serve(mark: str) -> tuple[dict[str, Any], str, int] | None:
    """Run the hooks that are asked for; return None at the end, and in the process of a hook what it has to run."""
    # The number of a file that is not handed on to programs; hooks read nothing from stdin.
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    backend, is_ready = "", False
    for line in requests:
        request = json.loads(line)
        if not backend:
            backend = request["environ"]["_PYPROJECT_HOOKS_BUILD_BACKEND"].partition(":")[0]
            is_ready = load([backend])
        names, names_end = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if not child:
            requests.close()
            os.close(names)
            os.chdir(request["cwd"])
            if is_ready:
                return request, backend, names_end
            os.execve(sys.executable, [sys.executable, "-I", *request["argv"]], request["environ"])  # noqa: S606
        os.close(names_end)
        status = os.waitpid(child, 0)[1]
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        os.write(1, f"\n{mark} {code}\n".encode())
        if is_ready and not code:
            is_ready = load(received(names))
        os.close(names)
    return None


def load(modules: Iterable[str]) -> bool:
    """Import modules; return whether a fork of this process is as good as a new one that imports them."""
    try:
        for name in modules:
            importlib.import_module(name)
    except BaseException:  # noqa: BLE001 - whatever it is, the hook meets it again and reports it
        return False
    # Only the thread that forks goes on in the other process; a lock that another one holds stays locked there.
    return len(os.listdir("/proc/self/task")) == 1


def received(pipe: int) -> list[str]:
    """Return the names that a hook handed back; something that it left running may keep the other end open."""
    os.set_blocking(pipe, False)
    try:
        names: list[str] = json.loads(os.read(pipe, NAMES_LIMIT) or "[]")
    except (OSError, ValueError):
        return []
    return names


def run(request: dict[str, Any], backend: str, names_end: int) -> None:
    """Run the script of a hook as if it had been started, then hand back which modules of the backend it imported."""
    os.environ.clear()
    os.environ.update(request["environ"])
    importlib.invalidate_caches()
    sys.argv = request["argv"]
    known = set(sys.modules)
    script = sys.argv[0]
    sys.modules["__main__"] = main = ModuleType("__main__")
    main.__file__ = script
    with open(script, "rb") as stream:
        exec(compile(stream.read(), script, "exec"), vars(main))  # noqa: S102 - as the interpreter does
    package = backend.partition(".")[0]
    found = [name for name in sys.modules if name not in known and name.partition(".")[0] == package]
    written = json.dumps(found).encode()
    if len(written) <= NAMES_LIMIT:
        with suppress(OSError):  # the hook may have closed all files that it did not open itself
            os.write(names_end, written)


if __name__ == "__main__":
    asked_for = serve(sys.argv[1])
    if asked_for is not None:
        run(*asked_for)
