"""The sdist from a private copy of the checkout, then the wheel from that sdist."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from build import BuildBackendException, BuildException, ProjectBuilder

from slipway import processes
from slipway.artifacts.filename import Kind
from slipway.building import failures, wheel_repair
from slipway.building.known_failures import Place
from slipway.building.unpack import unpack
from slipway.environments import disposable
from slipway.environments.disposable import Environment, InstallFailed, Interpreter


@dataclass(frozen=True)
class Workspace:
    """Where one distribution is built.

    Attributes:
        project: the copy of the project's folder.
        source: what is built: that folder, or the unpacked sdist.
        environment: the isolated environment for the build requirements.
        variables: for the backend, beside those of the environment.
        timeout: seconds that each step may take.
        log: where every line of the backend goes.
        installed: the build requirements that are in the environment already.
        printed: what the installer printed about them.
    """

    project: Path
    source: Path
    environment: Environment
    variables: Mapping[str, str]
    timeout: float
    log: Callable[[str], None]
    installed: frozenset[str] = frozenset()
    printed: tuple[str, ...] = ()


def build(
    project: Path,
    scratch: Path,
    interpreter: Interpreter,
    *,
    variables: Mapping[str, str],
    timeout: float,
    log: Callable[[str], None],
) -> tuple[Path, Path]:
    """Build the sdist and, from it, the wheel, and return their paths.

    Args:
        project: a copy of the project's folder; the backend may write to it.
        scratch: an empty folder for environments and results.
        interpreter: the Python to build with.
        variables: environment variables for the backend.
        timeout: seconds that each step may take.
        log: called with every line that is printed.

    Raises:
        InputError: the project's build system is not valid.
        ToolError: a requirement cannot be installed, a hook fails or takes too long.
    """

    def workspace(source: Path, name: str) -> Workspace:
        return Workspace(
            project, source, disposable.create(scratch / name, interpreter), variables, timeout, log
        )

    with ThreadPoolExecutor(max_workers=1) as ahead:
        # The wheel's environment is made while the sdist is being built.
        later = ahead.submit(lambda: _prepared(workspace(project, "for-wheel")))
        sdist = _build(workspace(project, "for-sdist"), "sdist", scratch / "out")
        source = unpack(sdist, scratch / "unpacked")
        prepared = replace(processes.result(later), source=source)
    if prepared.installed != _static_requirements(source):
        prepared = workspace(source, "for-wheel-alone")
    wheel = _build(prepared, "wheel", scratch / "out")
    return sdist, wheel_repair.repaired(wheel, scratch / "repaired", log, variables)


def _prepared(workspace: Workspace) -> Workspace:
    """Install the build requirements that pyproject.toml names.

    What cannot be installed is left out: the build tries again and reports why it fails.
    """
    printed: list[str] = []
    requirements = _static_requirements(workspace.source)
    try:
        workspace.environment.install(sorted(requirements), timeout=workspace.timeout, sink=printed.append)
    except (InstallFailed, processes.TimedOut):
        return workspace
    return replace(workspace, installed=requirements, printed=tuple(printed))


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
        done = processes.run(
            [cmd[0], "-I", *cmd[1:]],
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
        if workspace.installed.issuperset(requirements):
            for line in workspace.printed:
                record(line)
            return
        workspace.environment.install(requirements, timeout=workspace.timeout, sink=record)
