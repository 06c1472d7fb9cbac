"""The Pythons of this machine: finding them and choosing among them."""

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from slipway import processes
from slipway.environments import uv_program
from slipway.errors import InputError

ALL = "all"
"""In `--python`: every interpreter of this machine that the project supports."""

_PROBE = (
    "import json,platform,sys,sysconfig;print(json.dumps([sys.executable,platform.python_version(),"
    "sys.implementation.name,bool(sysconfig.get_config_var('Py_GIL_DISABLED'))]))"
)

_TOOL_CACHES = ("RUNNER_TOOL_CACHE", "AGENT_TOOLSDIRECTORY")
"""Where setup-python keeps the interpreters it installed (actions/toolkit, `tool-cache`)."""

_OLDEST = Version("3.8")
"""The probe runs on nothing older."""
_NO_VERSION = Version("0")


class Interpreter(Struct, frozen=True):
    """A Python on this machine.

    Attributes:
        path: its executable.
        version: its full version, such as `3.12.1`.
        implementation: `cpython`, `pypy`, …
        free_threaded: whether it runs without the global interpreter lock (PEP 703).
    """

    path: Path
    version: str
    implementation: str
    free_threaded: bool = False

    @property
    def is_prerelease(self) -> bool:
        """Whether it is an alpha, a beta or a candidate of its version."""
        # A build between two of them has a plus sign behind its version.
        return _version(self.version.rstrip("+")).is_prerelease

    @property
    def feature_version(self) -> str:
        """Its major and minor version: `3.12`."""
        return ".".join(self.version.split(".")[:2])

    @property
    def minor(self) -> str:
        """Its minor version as people write it: `3.12`, `3.13t`, `pypy 3.10`."""
        return self._written(self.feature_version)

    @property
    def label(self) -> str:
        """Its full version as people write it: `3.12.1`, `3.13.0t`, `pypy 3.10.14`."""
        return self._written(self.version)

    def _written(self, version: str) -> str:
        prefix = "" if self.implementation == "cpython" else f"{self.implementation} "
        return f"{prefix}{version}{'t' if self.free_threaded else ''}"


def own() -> Interpreter:
    """Return the interpreter that Slipway's private environment was made from."""
    base: str = getattr(sys, "_base_executable", None) or sys.executable
    version = ".".join(map(str, sys.version_info[:3]))
    return Interpreter(Path(base), version, sys.implementation.name, "free-threading" in sys.version)


def supports(requires_python: str | None, version: str) -> bool:
    """Return whether a project supports a version; an invalid specifier set excludes nothing."""
    try:
        return requires_python is None or SpecifierSet(requires_python).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True


def choose(requires_python: str | None, wanted: Sequence[str]) -> Interpreter:
    """Return the interpreter to build and test with.

    Args:
        requires_python: the versions the project supports, as a PEP 440 specifier set.
        wanted: the versions and paths that the user asked for; the first counts.

    Raises:
        InputError: what was asked for is not installed, or nothing installed is supported by the project.
    """
    if named := [one for one in wanted if one != ALL]:
        return find(named[0])
    here = own()
    if supports(requires_python, here.version):
        return here
    remedy = "Install a Python that the project supports, or name one with --python."
    return find(requires_python or "", remedy=remedy)


def choose_all(requires_python: str | None, wanted: Sequence[str]) -> tuple[Interpreter, ...]:
    """Return every interpreter asked for, each once, in that order; where none was, the one that `choose` returns.

    Raises:
        InputError: one of them is not installed.
    """
    found: list[Interpreter] = []
    for one in wanted:
        if one == ALL:
            found += [here for here in installed() if supports(requires_python, here.version)]
        else:
            found.append(find(one))
    unique = {(one.label, one.implementation): one for one in found}
    return tuple(unique.values()) or (choose(requires_python, ()),)


def installed() -> tuple[Interpreter, ...]:
    """Return the interpreters of this machine, oldest first: the newest patch release of each minor version.

    They are searched for where uv, setup-python and pyenv install them, and on PATH.
    """
    best: dict[str, Interpreter] = {}
    for found in [own(), *_listed_by_uv()]:
        known = best.get(found.minor)
        if known is None or (known.path != own().path and Version(known.version) < Version(found.version)):
            best[found.minor] = found
    return tuple(
        sorted(
            best.values(),
            key=lambda one: (one.implementation != "cpython", Version(one.version), one.free_threaded),
        )
    )


def find(wanted: str, *, remedy: str = "Name one that is installed, by version or by path.") -> Interpreter:
    """Return the interpreter that fits a version, a specifier set or a path.

    Raises:
        InputError: there is none.
    """
    # setup-python writes `pypy-3.11` as well, and counts GraalPy by a version of its own.
    spelled = (
        re.sub(r"(graalpy)-?[\d.]+", r"\1", wanted)
        if wanted.startswith("graalpy")
        else wanted.replace("pypy-", "pypy")
    )
    done = _uv_python("find", "--no-project", "--", spelled)
    if done.returncode == 0 and (found := _probe(Path(tempfile.gettempdir(), done.output.strip()))):
        return found
    raise InputError(
        f"No Python that satisfies `{wanted}` was found on this machine.",
        cause="It is not installed, or not where uv, setup-python, pyenv and PATH keep it.",
        remedy=remedy,
        read="`uv python list` shows what is there.",
    )


def _uv_python(*arguments: str) -> processes.Completed:
    """Run `uv python`; it shortens paths below the folder it runs in, the one for temporary files."""
    argv = ["python", *arguments]
    return uv_program.run(argv, cwd=Path(tempfile.gettempdir()), timeout=60, environ={"PATH": _search_path()})


def _listed_by_uv() -> Iterator[Interpreter]:
    done = _uv_python("list", "--only-installed", "--all-versions", "--output-format", "json")
    try:
        rows = json.loads(done.output)
    except ValueError:
        return
    for row in rows:
        if row.get("path") and _version(row["version"]) >= _OLDEST:
            free = "freethreaded" in row.get("variant", "")
            path = Path(tempfile.gettempdir(), row["path"])
            yield Interpreter(path, row["version"], row["implementation"], free)


def _version(text: str) -> Version:
    try:
        return Version(text)
    except ValueError:
        return _NO_VERSION


def _search_path() -> str:
    """Return PATH with the folders in which pyenv and setup-python keep interpreters, newest versions first.

    A pyenv shim starts only the selected versions, so the folders of the versions themselves replace it.
    """
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    caches = {Path(os.environ[name]) for name in _TOOL_CACHES if os.environ.get(name)}
    folders = [*(root / "versions").glob("*/bin")]
    for cache in caches:
        for kind in ("Python", "PyPy", "GraalPy"):
            folders += [*cache.glob(f"{kind}/*/*/bin"), *cache.glob(f"{kind}/*/*")]
    newest = sorted((f for f in folders if _holds_python(f)), key=_version_in, reverse=True)
    path = [p for p in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(p) != root / "shims"]
    # Of several versions, setup-python puts one on PATH; the system's own Python is not what a workflow asks for.
    set_up = [p for p in (*path, *map(str, newest)) if any(Path(p).is_relative_to(cache) for cache in caches)]
    return os.pathsep.join(dict.fromkeys((*set_up, *path, *map(str, newest))))


def _holds_python(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("python", "python3", "python.exe"))


def _version_in(folder: Path) -> Version:
    found = map(_version, (folder.name, folder.parent.name, folder.parent.parent.name))
    return next((version for version in found if version != _NO_VERSION), _NO_VERSION)


def _probe(executable: Path) -> Interpreter | None:
    try:
        done = processes.run([executable, "-I", "-c", _PROBE], cwd=Path(tempfile.gettempdir()), timeout=30)
        path, version, implementation, free = json.loads(done.output)
    except (OSError, ValueError, processes.TimedOut):
        return None
    return Interpreter(Path(path), version, implementation, free)
