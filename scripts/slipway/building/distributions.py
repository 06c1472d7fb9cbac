"""The sdist from a private copy of the checkout, then the wheel from that sdist."""

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from build import BuildBackendException, BuildException, ProjectBuilder
from msgspec import Struct, field
from msgspec.structs import replace

from slipway import processes
from slipway.artifacts.filename import Kind
from slipway.building import failures, wheel_repair
from slipway.building.hooks import Hooks
from slipway.building.known_failures import Place
from slipway.building.unpack import unpack
from slipway.environments import disposable
from slipway.environments.disposable import Environment, InstallFailed, Interpreter


class Prepared(Struct, frozen=True):
    """An environment in which nothing was built yet.

    Attributes:
        installed: the build requirements that are in it.
        printed: what the installer printed about them.
        hooks: of the backend in it.
    """

    environment: Environment
    installed: frozenset[str] = frozenset()
    printed: tuple[str, ...] = ()
    hooks: Hooks = field(default_factory=Hooks)


class Workspace(Struct, frozen=True):
    """Where one distribution is built.

    Attributes:
        project: the copy of the project's folder.
        source: what is built: that folder, or the unpacked sdist.
        prepared: the isolated environment for the build requirements.
        variables: for the backend, beside those of the environment.
        timeout: seconds that each step may take.
        log: where every line of the backend goes.
    """

    project: Path
    source: Path
    prepared: Prepared
    variables: Mapping[str, str]
    timeout: float
    log: Callable[[str], None]

    @property
    def environment(self) -> Environment:
        """The isolated environment."""
        return self.prepared.environment


def prepare(project: Path, path: Path, interpreter: Interpreter, *, timeout: float) -> Prepared:
    """Make a build environment with the requirements that pyproject.toml names, as far as no code of theirs runs for it.

    What cannot be installed is left out: the build tries again and reports why it fails.

    Args:
        project: the project's folder; nothing is written to it.
        path: of the environment.
        interpreter: the Python to build with.
        timeout: seconds it may take.

    Raises:
        ToolError: the environment cannot be made.
    """
    environment = disposable.create(path, interpreter)
    printed: list[str] = []
    requirements = _static_requirements(project)
    try:
        # A requirement that is there as an sdist only is built to be installed, and that runs its code.
        environment.install(
            sorted(requirements), timeout=timeout, sink=printed.append, options=["--no-build"]
        )
    except (InstallFailed, processes.TimedOut):
        return Prepared(environment)
    return Prepared(environment, requirements, tuple(printed))


def build(
    project: Path,
    scratch: Path,
    prepared: Prepared,
    *,
    variables: Mapping[str, str],
    timeout: float,
    log: Callable[[str], None],
) -> tuple[Path, Path]:
    """Build the sdist and, from it, the wheel, and return their paths.

    Args:
        project: a copy of the project's folder; the backend may write to it.
        scratch: a folder for environments and results.
        prepared: the environment for the sdist; also for the wheel, if building the sdist leaves it as it was and the
            sdist asks for the same.
        variables: environment variables for the backend.
        timeout: seconds that each step may take.
        log: called with every line that is printed.

    Raises:
        InputError: the project's build system is not valid.
        ToolError: a requirement cannot be installed, a hook fails or takes too long.
    """
    with ExitStack() as stack:
        stack.enter_context(prepared.hooks)
        workspace = Workspace(project, project, prepared, variables, timeout, log)
        before = _files(prepared.environment)
        sdist = _build(workspace, "sdist", scratch / "out")
        source = unpack(sdist, scratch / "unpacked")
        if not _is_as_new(prepared, before, source):
            environment = disposable.create(scratch / "for-wheel", prepared.environment.interpreter)
            workspace = replace(workspace, prepared=Prepared(environment))
            stack.enter_context(workspace.prepared.hooks)
        wheel = _build(replace(workspace, source=source), "wheel", scratch / "out")
    return sdist, wheel_repair.repaired(wheel, scratch / "repaired", log, variables)


def _is_as_new(prepared: Prepared, before: Mapping[str, tuple[int, int]], source: Path) -> bool:
    """Return whether an environment is what a new one for another source would be."""
    return prepared.installed == _static_requirements(source) and before == _files(prepared.environment)


def _files(environment: Environment) -> dict[str, tuple[int, int]]:
    """Return size and time of change of every file of an environment, compiled modules left out."""
    found = {}
    for folder, folders, names in os.walk(environment.path):
        if "__pycache__" in folders:
            folders.remove("__pycache__")
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118 - some environments hold ten thousand files
            status = os.lstat(path)
            found[path] = (status.st_size, status.st_mtime_ns)
    return found


def _static_requirements(source: Path) -> frozenset[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return frozenset(ProjectBuilder(source).build_system_requires)
    except BuildException:
        return frozenset()


def _build(workspace: Workspace, distribution: Kind, out: Path) -> Path:
    """Build one distribution and return its path.

    Raises:
        InputError, ToolError: with the cause, as far as it is known.
    """
    printed: list[str] = []

    def record(line: str) -> None:
        printed.append(line)
        workspace.log(line)

    def call(
        cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
    ) -> None:
        variables = {**workspace.environment.environ(), **workspace.variables, **(extra_environ or {})}
        done = workspace.prepared.hooks.run(
            cmd,
            cwd=Path(cwd or workspace.source),
            timeout=workspace.timeout,
            environ=processes.scrubbed_environment(variables),
            sink=record,
        )
        if done.returncode:
            raise failures.HookFailed(done.returncode)

    step = "reading the build system"
    try:
        with _warnings_recorded(record):
            builder = ProjectBuilder(
                workspace.source, python_executable=str(workspace.environment.python), runner=call
            )
            step = "installing the build requirements"
            _install(workspace, sorted(builder.build_system_requires), record)
            step = f"get_requires_for_build_{distribution}"
            _install(workspace, sorted(builder.get_requires_for_build(distribution)), record)
            step = f"build_{distribution}"
            workspace.log(f"building the {distribution}")
            return Path(builder.build(distribution, out))
    except (BuildBackendException, BuildException, InstallFailed, processes.TimedOut) as error:
        place = Place(project=workspace.project, source=workspace.source)
        raise failures.explain(
            error, step=step, distribution=distribution, printed=printed, place=place
        ) from error


@contextmanager
def _warnings_recorded(record: Callable[[str], None]) -> Iterator[None]:
    # `build` repeats a backend's warnings as warnings of this process; they belong in the log.
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        record(f"{warning.category.__name__}: {warning.message}")


def _install(workspace: Workspace, requirements: Sequence[str], record: Callable[[str], None]) -> None:
    if requirements:
        workspace.log(f"installing {', '.join(requirements)}")
        prepared = workspace.prepared
        if prepared.installed.issuperset(requirements):
            for line in prepared.printed:
                record(line)
            return
        prepared.environment.install(requirements, timeout=workspace.timeout, sink=record)
        prepared.hooks.restart()
