"""Build: the sdist from a private copy of the checkout, then the wheel from that sdist."""

from __future__ import annotations

import os
import shutil
import tarfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from slipway import processes
from slipway.building import checkout, failures, wheel_repair
from slipway.environments import disposable
from slipway.environments.disposable import Environment, InstallFailed, Interpreter
from slipway.errors import SlipwayError, ToolError
from slipway.inputs import Inputs
from slipway.manifest import Addition, Manifest, sha256
from slipway.records import Artifact, Plan
from slipway.runner import Runner

Distribution = Literal["sdist", "wheel"]


@dataclass(frozen=True)
class Prepared:
    """An environment made ahead of its use.

    Attributes:
        requirements: the build requirements that are installed in it.
        printed: what the installer printed.
    """

    environment: Environment
    requirements: frozenset[str] = frozenset()
    printed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bench:
    """Where one distribution is built.

    Attributes:
        source: the folder that holds the project, or the unpacked sdist.
        environment: the isolated environment with the build requirements.
        deadline: seconds that each step may take.
        log: where every line of the backend goes.
        prepared: what was installed ahead.
    """

    source: Path
    environment: Environment
    environ: Mapping[str, str]
    timeout: float
    log: Callable[[str], None]
    prepared: Prepared | None = None


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Build the sdist and the wheel into the work folder's `dist` and return them.

    Raises:
        InputError: the project cannot be copied or its build system is not valid.
        ToolError: a requirement cannot be installed, a hook fails or takes too long.
    """
    plan = manifest.planned()
    interpreter = disposable.choose_interpreter(plan.requires_python, inputs.python)
    _empty(inputs.dist)
    inputs.logs.mkdir(parents=True, exist_ok=True)
    with disposable.scratch() as scratch, runner.untrusted("build") as show:
        copied = checkout.copy(inputs.path, scratch / "checkout", leave_out=[inputs.work])
        environ = _environ(plan)
        with (inputs.logs / "build.log").open("w", encoding="utf-8") as stream:

            def log(line: str) -> None:
                stream.write(line + "\n")
                show(line)

            with ThreadPoolExecutor(max_workers=1) as ahead:
                # The wheel's environment is made while the sdist is being built.
                requirements = _static_requirements(copied.project)
                later = ahead.submit(
                    _prepare, scratch / "for-wheel", interpreter, requirements, inputs.build_timeout
                )
                environment = disposable.create(scratch / "for-sdist", interpreter)
                bench = Bench(copied.project, environment, environ, inputs.build_timeout, log)
                sdist = _build(bench, "sdist", scratch / "out")
                source = _unpack(sdist, scratch / "unpacked")
                prepared = later.result()
            if prepared.requirements != _static_requirements(source):
                prepared = Prepared(disposable.create(scratch / "for-wheel-alone", interpreter))
            bench = Bench(source, prepared.environment, environ, inputs.build_timeout, log, prepared)
            wheel = wheel_repair.repaired(_build(bench, "wheel", scratch / "out"), scratch / "repaired", log)
        # Where a matrix makes the wheels, this one only proves that the sdist can be built.
        jobs = {job.kind for job in plan.jobs} if inputs.job in {job.name for job in plan.jobs} else set()
        is_ours = "wheels" not in jobs
        built = [_keep(path, inputs.dist) for path in ((sdist, wheel) if is_ours else (sdist,))]
    return Addition(artifacts=tuple(built))


def _environ(plan: Plan) -> Mapping[str, str]:
    """Return the variables for a build: the time stamps of the artifacts are those of the commit.

    Source: https://reproducible-builds.org/specs/source-date-epoch/
    """
    if "SOURCE_DATE_EPOCH" in os.environ or plan.git is None or plan.git.committed_at is None:
        return {}
    return {"SOURCE_DATE_EPOCH": str(plan.git.committed_at)}


def _prepare(
    folder: Path, interpreter: Interpreter, requirements: frozenset[str], timeout: float
) -> Prepared:
    """Make an environment with some build requirements in it.

    What cannot be installed is left out: whoever builds in it tries again and tells why it failed.
    """
    printed: list[str] = []
    environment = disposable.create(folder, interpreter)
    try:
        environment.install(sorted(requirements), timeout=timeout, sink=printed.append)
    except (InstallFailed, processes.TimedOut):
        return Prepared(environment)
    return Prepared(environment, requirements, tuple(printed))


def _static_requirements(source: Path) -> frozenset[str]:
    from build import BuildException, ProjectBuilder

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return frozenset(ProjectBuilder(source).build_system_requires)
    except BuildException:
        return frozenset()


def _empty(dist: Path) -> None:
    if dist.exists():
        shutil.rmtree(dist)
    dist.mkdir(parents=True)


def _build(bench: Bench, distribution: Distribution, out: Path) -> Path:
    """Build one distribution and return its path.

    Raises:
        InputError, ToolError: with the cause, as far as it is known.
    """
    from build import BuildBackendException, BuildException, ProjectBuilder

    printed: list[str] = []

    def record(line: str) -> None:
        printed.append(line)
        bench.log(line)

    def call(
        cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
    ) -> None:
        variables = {**bench.environment.environ(), **bench.environ, **(extra_environ or {})}
        done = processes.run(
            [cmd[0], "-I", *cmd[1:]],
            cwd=Path(cwd or bench.source),
            timeout=bench.timeout,
            environ=processes.scrubbed_environment(variables),
            sink=record,
        )
        if done.returncode:
            raise failures.HookFailed(done.returncode)

    step = "reading the build system"
    try:
        with _warnings_told(record):
            builder = ProjectBuilder(
                bench.source, python_executable=str(bench.environment.python), runner=call
            )
            step = "installing the build requirements"
            _install(bench, sorted(builder.build_system_requires), record)
            step = f"get_requires_for_build_{distribution}"
            _install(bench, sorted(builder.get_requires_for_build(distribution)), record)
            step = f"build_{distribution}"
            bench.log(f"building the {distribution}")
            return Path(builder.build(distribution, out))
    except SlipwayError:
        raise
    except (BuildBackendException, BuildException, InstallFailed, processes.TimedOut) as error:
        raise failures.explain(error, step=step, distribution=distribution, printed=printed) from error


@contextmanager
def _warnings_told(record: Callable[[str], None]) -> Iterator[None]:
    # `build` repeats a backend's warnings as warnings of this process; they belong into the log.
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        yield
    for warning in told:
        record(f"{warning.category.__name__}: {warning.message}")


def _install(bench: Bench, requirements: Sequence[str], record: Callable[[str], None]) -> None:
    if requirements:
        bench.log(f"installing {', '.join(requirements)}")
        if bench.prepared is not None and bench.prepared.requirements.issuperset(requirements):
            for line in bench.prepared.printed:
                record(line)
            return
        bench.environment.install(requirements, timeout=bench.timeout, sink=record)


def _unpack(sdist: Path, target: Path) -> Path:
    """Unpack an sdist as an installer would and return its top folder.

    Raises:
        ToolError: the backend made something that is not a safe archive.
    """
    try:
        with tarfile.open(sdist, "r:gz") as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extractall(target, filter="data")
            else:  # Python 3.11 before 3.11.4, which Debian 12 has
                archive.extractall(target, members=_harmless(archive))  # noqa: S202 - each member was looked at
        return next(path for path in target.iterdir() if path.is_dir())
    except (tarfile.TarError, OSError, EOFError, StopIteration) as error:
        raise ToolError(
            f"The sdist {sdist.name} that the backend made cannot be unpacked: {error}.",
            cause="It holds a path or a link that leads outside, or it is not a tar archive with one top folder.",
            remedy="Look at what the project puts into its sdist; installers refuse this one as well.",
            read="https://packaging.python.org/en/latest/specifications/source-distribution-format/",
        ) from error


def _harmless(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the members of an archive.

    Raises:
        tarfile.TarError: one of them, or what it links to, is outside of the archive or behind another link, or is no
            file at all.
    """
    links = {os.path.normpath(member.name) for member in archive if member.issym() or member.islnk()}
    for member in archive:
        place = PurePosixPath(member.name)
        goal = place.parent / member.linkname if member.issym() else PurePosixPath(member.linkname)
        for path in (place, goal):
            if path.is_absolute() or os.path.normpath(path).startswith(".."):
                raise tarfile.TarError(f"{member.name!r} leads outside")
            # Links that each stay inside can lead outside when they are followed one after the other.
            ways = (*path.parents, path) if path is goal and member.islnk() else path.parents
            if not links.isdisjoint(map(os.path.normpath, ways)):
                raise tarfile.TarError(f"{member.name!r} leads through another link")
        if member.isdev():
            raise tarfile.TarError(f"{member.name!r} is a device")
        yield member


def _keep(path: Path, dist: Path) -> Artifact:
    target = Path(shutil.move(path, dist / path.name))
    kind: Distribution = "wheel" if target.suffix == ".whl" else "sdist"
    return Artifact(filename=target.name, kind=kind, size=target.stat().st_size, sha256=sha256(target))
