"""Released projects: which files of theirs are looked at, and how those get onto this machine.

uv tells where the files are, so the index is the one configured on this machine; the bytes must have the SHA-256
that the list in `inspection_projects.toml` gives them.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import cached_environments
from packaging.version import Version
from slipway.building.unpack import unpack
from slipway.environments import uv_program
from slipway.index import addresses
from slipway.index.client import Client
from slipway.index.listing import ServedFile
from slipway.manifest import sha256

PYTHONS = ("3.12", "3.14")
"""For the second, where a release wants one newer than the first."""

LARGEST = 60 * 1000**2
"""Bytes; the wheels of one project for several platforms tell the same, so that a larger one is left out."""

PLATFORMS = (
    r"any",
    r"manylinux[^-]*x86_64",
    r"musllinux[^-]*x86_64",
    r"macosx[^-]*(arm64|universal2)",
    r"win_amd64",
)
ABIS = ("none", "abi3", *(f"cp{python.replace('.', '')}" for python in PYTHONS))


@dataclass(frozen=True, kw_only=True)
class Project:
    """A release that is looked at.

    Attributes:
        files: SHA-256 by filename.
        warnings: rules whose warnings there were looked at and are true.
        refused: rules whose errors are right, with the reason: what the index took when it was released, it refuses now.
    """

    name: str
    version: str
    files: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Found:
    name: str
    version: str
    addresses: dict[str, str] = field(default_factory=dict)


def listed(path: Path) -> dict[str, Project]:
    """Return the projects of a list, by name."""
    table = tomllib.loads(path.read_text("utf-8"))
    return {name: _project(name, entry) for name, entry in table.items()}


def _project(name: str, entry: dict[str, Any]) -> Project:
    return Project(
        name=name,
        version=entry["version"],
        files=entry["files"],
        warnings=tuple(entry.get("warnings", ())),
        refused=entry.get("refused", {}),
    )


def write(projects: Mapping[str, Project], path: Path) -> None:
    """Write a list of projects, sorted by name."""
    lines = ["# Released projects. A warning that is named here was looked at, and is true of that release."]
    for name, project in sorted(projects.items()):
        lines += ["", f'["{name}"]', f'version = "{project.version}"']
        if project.warnings:
            lines.append(f"warnings = {json.dumps(sorted(project.warnings))}")
        for table in ("files", "refused"):
            entries = getattr(project, table)
            lines += (
                [
                    f'["{name}".{table}]',
                    *(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in sorted(entries.items())),
                ]
                if entries
                else []
            )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def fetch(projects: Iterable[Project], cache: Path) -> None:
    """Download what is not in the cache yet.

    Raises:
        SystemExit: a file is not there, or has other bytes than the list says.
    """
    for project in projects:
        absent = [name for name in project.files if not (cache / name).is_file()]
        found = _ask(f"{project.name}=={project.version}", cache) if absent else None
        for name in absent:
            if found is None or name not in found.addresses:
                raise SystemExit(f"The index has no {name}.")
            _download(name, found.addresses[name], cache)
        for name, digest in project.files.items():
            if sha256(cache / name) != digest:
                raise SystemExit(f"{cache / name} is not the file that the list names.")


def unpacked(release: Project, folder: Path) -> Path:
    """Fetch an sdist, once for ever, from the index configured on this machine, and unpack it."""
    cache = cached_environments.cache_folder() / "field" / release.name
    cache.mkdir(parents=True, exist_ok=True)
    fetch([release], cache)
    (filename,) = release.files
    return unpack(cache / filename, folder)


def newest(names: Iterable[str], cache: Path) -> Iterator[Project]:
    """Yield the newest release of each project, with its sdist and a wheel for each kind of platform."""
    for name in names:
        found = _ask(name, cache)
        if found is None:
            raise SystemExit(f"The index has no {name}.")
        chosen = {file: _download(file, found.addresses[file], cache) for file in _chosen(found.addresses)}
        files = {file: sha256(path) for file, path in chosen.items() if path.stat().st_size <= LARGEST}
        yield Project(name=found.name, version=found.version, files=files)


def _ask(requirement: str, cache: Path) -> _Found | None:
    """Return what uv finds for a requirement: the newest that fits, for the oldest Python that it fits."""
    asked = cache / "requirements.txt"
    asked.write_text(requirement, encoding="utf-8")
    argv = ["pip", "compile", "--no-deps", "--universal", "--format=pylock.toml", "--no-header"]
    for python in PYTHONS:
        done = uv_program.run([*argv, f"--python-version={python}", asked], cwd=cache, timeout=600)
        if done.returncode == 0:
            packages = [_found(package) for package in tomllib.loads(done.output)["packages"]]
            return max(packages, key=lambda one: Version(one.version))
    return None


def _found(package: dict[str, Any]) -> _Found:
    files = [*([package["sdist"]] if "sdist" in package else []), *package.get("wheels", ())]
    return _Found(
        package["name"],
        package["version"],
        {unquote(urlsplit(f["url"]).path.rpartition("/")[2]): f["url"] for f in files},
    )


def _chosen(files: Iterable[str]) -> list[str]:
    names = list(files)
    chosen = [name for name in names if not name.endswith(".whl")]
    for platform in PLATFORMS:
        fitting = [n for n in names if re.search(rf"-({'|'.join(ABIS)})-({platform})\.whl$", n)]
        chosen += fitting[:1]
    return list(dict.fromkeys(chosen))


def _download(name: str, url: str, cache: Path) -> Path:
    target = cache / name
    if not target.is_file():
        client = Client(addresses.resolve("pypi"))
        arriving = target.with_suffix(".part")
        client.download(ServedFile(filename=name, url=url), arriving)
        client.close()
        arriving.rename(target)
    return target
