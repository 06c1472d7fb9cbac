"""Running the hooks of a build backend (PEP 517), each in a process of its own."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from slipway import processes, system
from slipway.conversation import Conversation
from slipway.processes import Completed

SERVER = Path(__file__).with_name("hook_server.py")

IN_PROJECT = "_PYPROJECT_HOOKS_BACKEND_PATH_JSON"
"""The variable with which pyproject-hooks says that the backend is in the project, so that each source has its own."""


class Hooks(AbstractContextManager["Hooks"]):
    """The hooks of the backend in one environment; what they left running ends with it.

    On Linux a backend that is installed is imported once, and each hook runs in a fork of that process. Otherwise each
    hook is a new process.
    """

    def __init__(self) -> None:
        """Start nothing yet."""
        self._server: Conversation | None = None

    def __exit__(self, *_: object) -> None:
        """End the process that holds the backend."""
        self.restart()

    def restart(self) -> None:
        """Let the next hook import the backend again: the environment has changed."""
        if self._server is not None:
            self._server.end()
            self._server = None

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        environ: Mapping[str, str],
        timeout: float,
        sink: Callable[[str], None],
    ) -> Completed:
        """Run a hook and return how it ended.

        Args:
            argv: the Python of the environment, the script of pyproject-hooks, and its arguments.
            cwd: the folder that is built.
            environ: the whole environment of the hook.
            timeout: seconds it may take.
            sink: called with every line as it comes.

        Raises:
            TimedOut: the time is up; the hook and everything it started are gone.
            OSError: the Python cannot be started.
        """
        python, *script = argv
        if not system.FORKS or IN_PROJECT in environ:
            return processes.run(
                [python, "-I", *script], cwd=cwd, environ=environ, timeout=timeout, sink=sink
            )
        if self._server is None:
            self._server = Conversation([python, "-I", SERVER], cwd=cwd, environ=environ)
        request = {"argv": script, "cwd": str(cwd), "environ": dict(environ)}
        return self._server.ask(request, timeout=timeout, sink=sink)
