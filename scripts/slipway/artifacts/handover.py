"""What the jobs of a workflow hand over to the job that decides, and how much of it is believed.

A job that runs code of the project or of its dependencies can write anything into the files it hands over, so files
alone decide nothing. The plan is made again from the checkout, the event and the inputs. Which files were built, and
with which digests, comes from the outputs of the jobs that build; `built` is one such output. A smoke job hands over
its result and nothing else. What a second build made is kept apart: it is compared, and taken for nothing. Everything
has the one place that the plan gives it; what is anywhere else is a `Stray`.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct, field

from slipway.artifacts import handover_name
from slipway.errors import InputError
from slipway.manifest import FILENAME, Manifest, read_manifest, sha256
from slipway.records import SECOND_BUILD, Built, Job, Plan

DIST = "dist"
MANIFEST_LIMIT = 16 * 1024 * 1024
"""Bytes of a manifest; that of a release with a thousand files has two million."""

MOST_ENTRIES = 20_000
"""Files and folders looked at; a release has far fewer."""

SUFFIXES = (".whl", ".tar.gz")
BUILDERS = ("build", "wheels")
"""The kinds of jobs whose files are taken."""
HAVING_FILES = (*BUILDERS, SECOND_BUILD)
"""The kinds of jobs that hand over files at all."""

BESIDE = frozenset({FILENAME, "report.md"})
"""What a job may hand over beside `dist/`."""


class Stray(Struct, frozen=True, kw_only=True):
    """Something that the plan does not name, or not like this: its path below the folder, and what is wrong."""

    path: str
    problem: str


class Handover(Struct, frozen=True, kw_only=True):
    """What the jobs of one workflow run handed over.

    Attributes:
        plan: made by the job that decides.
        manifests: those of the planned jobs, by the job's name.
        built: what the building jobs put out, by filename: the job and the digest.
        files: where each of these files is; its digest was checked.
        built_again, files_again: the same of the job that builds the commit once more.
        strays: everything else.
    """

    plan: Plan
    manifests: Mapping[str, Manifest]
    built: Mapping[str, tuple[str, str]]
    files: Mapping[str, Path] = field(default_factory=dict)
    built_again: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    files_again: Mapping[str, Path] = field(default_factory=dict)
    strays: tuple[Stray, ...] = ()

    @property
    def builders(self) -> frozenset[str]:
        """The jobs that put out files."""
        return frozenset(job for job, _ in (*self.built.values(), *self.built_again.values()))


def parse_built(lines: Sequence[str]) -> tuple[Built, ...]:
    """Return what building jobs put out as their output `built`, one JSON document each; `-` stands for nothing.

    Raises:
        InputError: one is not such a document, or two name the same job.
    """
    try:
        found = tuple(msgspec.json.decode(line, type=Built) for line in lines if line.strip("- "))
    except msgspec.MsgspecError as error:
        raise InputError(
            f"The option `built` cannot be read: {error}.",
            cause="It does not hold the outputs `built` of the jobs that build, one a line.",
            remedy="Hand it on as python-package.yml does: `built: ${{ needs.build.outputs.built }}`.",
        ) from error
    if len({one.job for one in found}) < len(found):
        raise InputError(
            "The option `built` names a job twice.",
            cause="The outputs of two attempts, or of two projects, were put together.",
            remedy="Hand on the output of each building job once.",
        )
    return found


def read(folder: Path, plan: Plan, built: Sequence[Built], *, attempt: int, own: str) -> Handover:
    """Return what lies below a folder of downloaded workflow artifacts.

    Args:
        folder: holds a folder for each artifact, called like it.
        plan: names the jobs.
        built: the outputs of the jobs that build.
        attempt: how often the run was started; nothing can come from a later one.
        own: name of the job that decides; what it uploaded in an earlier attempt is not looked at.

    Raises:
        InputError: the folder is not there, or holds too much.
    """
    reader = _Reader(folder, plan, {one.job: one for one in built}, attempt, own)
    chosen = reader.choose()
    manifests = {name: manifest for name, path in chosen.items() if (manifest := reader.manifest(name, path))}
    first = [one for one in built if one.job != SECOND_BUILD]
    again = [one for one in built if one.job == SECOND_BUILD]
    return Handover(
        plan=plan,
        manifests=manifests,
        built=_digests(first),
        files=dict(reader.files(chosen, first)),
        built_again=_digests(again),
        files_again=dict(reader.files(chosen, again)),
        strays=tuple(reader.strays),
    )


def _digests(built: Sequence[Built]) -> dict[str, tuple[str, str]]:
    return {file: (one.job, digest) for one in built for file, digest in one.files.items()}


class _Reader:
    """Reads the folder of one hand-over and collects what does not belong there."""

    def __init__(self, folder: Path, plan: Plan, built: Mapping[str, Built], attempt: int, own: str) -> None:
        self._folder = folder
        self._jobs = {job.name: job for job in plan.jobs}
        self._built = built
        self._own = {handover_name.of_job(plan.name, own, number) for number in range(1, attempt)}
        self._names = {
            handover_name.of_job(plan.name, job.name, number): (job, number)
            for job in plan.jobs
            for number in range(1, attempt + 1)
        }
        self.strays: list[Stray] = [
            Stray(path=name, problem="no job that builds has this name")
            for name in built
            if name not in self._jobs or self._jobs[name].kind not in HAVING_FILES
        ]

    def choose(self) -> dict[str, Path]:
        """Return the folder that counts for each job: the attempt a building job put out, else the last one."""
        found: dict[str, dict[int, Path]] = {}
        for entry in self._entries():
            if entry.name in self._own:
                continue
            known = self._names.get(entry.name)
            if known is None or not entry.is_dir(follow_symlinks=False):
                self._stray(Path(entry.path), "it is not what a job of the plan hands over")
            else:
                job, number = known
                found.setdefault(job.name, {})[number] = Path(entry.path)
        chosen = {}
        for name, attempts in found.items():
            wanted = self._wanted(self._jobs[name], attempts)
            if wanted in attempts:
                chosen[name] = attempts[wanted]
        return chosen

    def _wanted(self, job: Job, attempts: Mapping[int, Path]) -> int:
        # A building job that failed puts nothing out; its last word is its manifest.
        if job.kind in HAVING_FILES and job.name in self._built:
            return self._built[job.name].attempt
        return max(attempts)

    def manifest(self, name: str, folder: Path) -> Manifest | None:
        """Return the manifest of a job, if it is one and says that it is this job's."""
        self._sweep(name, folder)
        path = folder / FILENAME
        if not _is_file(path) or path.stat().st_size > MANIFEST_LIMIT:
            self._stray(path, f"it is no file of at most {MANIFEST_LIMIT // 2**20} MiB")
            return None
        try:
            manifest = read_manifest(path)
        except InputError as error:
            self._stray(path, error.happened)
            return None
        number = self._names[folder.name][1]
        if (manifest.job, manifest.attempt) != (name, number):
            self._stray(path, f"it says that it is of {manifest.job!r:.80}, attempt {manifest.attempt}")
            return None
        return manifest

    def _sweep(self, name: str, folder: Path) -> None:
        """Report everything in the folder of a job that it does not hand over."""
        builds = self._jobs[name].kind in HAVING_FILES
        named = self._built[name].files if builds and name in self._built else {}
        for path in _below(folder):
            inside = path.relative_to(folder).as_posix()
            if inside == DIST and builds and path.is_dir() and not path.is_symlink():
                continue
            expected = inside in BESIDE or inside.removeprefix(f"{DIST}/") in named
            # A building job that failed may have built something before; nothing of it is taken.
            if builds and name not in self._built and inside.startswith(f"{DIST}/"):
                continue
            if not expected or not _is_file(path):
                self._stray(
                    path, "a smoke job hands over its result only" if not builds else "no job built it"
                )

    def files(self, chosen: Mapping[str, Path], built: Sequence[Built]) -> Iterator[tuple[str, Path]]:
        """Yield filename and path of every file that one of these building jobs put out and handed over."""
        taken: dict[str, str] = {}
        for one in built:
            job = one.job
            for filename, digest in one.files.items():
                if Path(filename).name != filename:
                    # Joined to a folder, an absolute path would leave it.
                    self._stray(self._folder / job, f"it put out {filename!r:.80}, which is no filename")
                    continue
                path = chosen.get(job, self._folder / job) / DIST / filename
                if filename in taken:
                    self._stray(path, f"{taken[filename]} built a file of this name")
                elif not _is_file(path):
                    self._stray(path, f"the job {job} built it, and it is not here")
                elif sha256(path) != digest:
                    self._stray(path, f"its SHA-256 is not the one that the job {job} put out")
                else:
                    taken[filename] = job
                    yield filename, path

    def _entries(self) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._folder) as found:
                return sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            raise InputError(
                f"{self._folder} holds nothing that other jobs handed over: {error.strerror}.",
                cause="No job before this one handed anything over, or it was downloaded to another folder.",
                remedy="Look at the jobs that build; `from` names the folder that their artifacts are downloaded to.",
            ) from error

    def _stray(self, path: Path, problem: str) -> None:
        self.strays.append(Stray(path=path.relative_to(self._folder).as_posix(), problem=problem))


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _below(folder: Path) -> Iterator[Path]:
    seen = 0
    for parent, folders, names in os.walk(folder):
        for name in sorted((*folders, *names)):
            seen += 1
            if seen > MOST_ENTRIES:
                raise InputError(
                    f"{folder} holds more than {MOST_ENTRIES} files.",
                    cause="It is not what a job of the workflow handed over.",
                    remedy="Name the folder that the artifacts of the other jobs were downloaded to.",
                )
            yield Path(parent, name)


def take(folder: Path, built: Sequence[Built]) -> tuple[Plan | None, dict[str, Path]]:
    """Return the plan of the job that built first, and exactly the files that building jobs put out.

    This is for jobs that test: what they learn from the plan decides about their own result only.

    Args:
        folder: holds a folder for each workflow artifact, called like it.
        built: the outputs of the jobs that build.

    Raises:
        InputError: a file is missing or has other bytes, or its place is not unique.
    """
    files: dict[str, Path] = {}
    plan = None
    for one in built:
        places = sorted(folder.glob(f"slipway.*.{handover_name.clean(one.job)}.{one.attempt}"))
        if len(places) != 1:
            raise _not_as_built(f"{len(places)} folders in {folder} could be of the job {one.job}")
        for filename, digest in one.files.items():
            path = places[0] / DIST / filename
            if Path(filename).name != filename or not _is_file(path) or sha256(path) != digest:
                raise _not_as_built(f"{filename} is not the file that the job {one.job} put out")
            files[filename] = path
        plan = plan or read_manifest(places[0] / FILENAME).plan
    return plan, files


def wheels(folder: Path) -> tuple[Plan | None, dict[str, Path]]:
    """Return the wheels that another tool built into the `wheels/` of a folder, or into the folder itself.

    The plan is that of the manifest beside them; the sdist they were built from is not handed on a second time.

    Raises:
        InputError: there are none.
    """
    place = folder / "wheels" if (folder / "wheels").is_dir() else folder
    files = {path.name: path for path in sorted(place.iterdir()) if path.suffix == ".whl" and _is_file(path)}
    if not files:
        raise _holds_nothing(place, "no wheel")
    return _plan_beside(folder), files


def plain(folder: Path) -> tuple[Plan | None, dict[str, Path]]:
    """Return the artifacts in a folder or in its `dist/`, with the plan of the manifest beside them if there is one.

    Raises:
        InputError: there are none, or two of one name.
    """
    places = [folder, folder / DIST]
    found = [path for place in places if place.is_dir() for path in sorted(place.iterdir())]
    files: dict[str, Path] = {}
    for path in found:
        if path.name.endswith(SUFFIXES) and _is_file(path):
            if path.name in files:
                raise _not_as_built(f"{path.name} is in {folder} and in its {DIST}/")
            files[path.name] = path
    if not files:
        raise _holds_nothing(folder, "no sdist and no wheel")
    return _plan_beside(folder), files


def _plan_beside(folder: Path) -> Plan | None:
    manifest = folder / FILENAME
    return read_manifest(manifest).plan if _is_file(manifest) else None


def _holds_nothing(folder: Path, lacks: str) -> InputError:
    return InputError(
        f"{folder} holds {lacks}.",
        cause="It is another folder, or nothing was built or downloaded to it.",
        remedy="Name the folder that holds the files themselves, such as dist/; in a workflow hand on `built` too.",
    )


def _not_as_built(happened: str) -> InputError:
    return InputError(
        f"{happened}.",
        cause="Another job uploaded something under this name, or jobs of two attempts were put together.",
        remedy="Start all jobs of the run again.",
    )
