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

from slipway import uv_process
from slipway.index import addresses
from slipway.index.client import Client
from slipway.index.listing import ServedFile
from slipway.manifest import sha256

PYTHON = "3.12"
LARGEST = 60 * 1000**2
"""Bytes; the wheels of one project for several platforms tell the same, so that a larger one is left out."""

PLATFORMS = (r"any", r"manylinux[^-]*x86_64", r"musllinux[^-]*x86_64", r"macosx[^-]*(arm64|universal2)", r"win_amd64")
ABIS = ("none", "abi3", f"cp{PYTHON.replace('.', '')}")


@dataclass(frozen=True, kw_only=True)
class Project:
    """A release that is looked at.

    Attributes:
        files: SHA-256 by filename.
        warnings: rules whose warnings there were looked at and are true.
    """

    name: str
    version: str
    files: Mapping[str, str]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
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
    )


def write(projects: Mapping[str, Project], path: Path) -> None:
    """Write a list of projects, sorted by name."""
    lines = ["# Released projects. A warning that is named here was looked at, and is true of that release."]
    for name, project in sorted(projects.items()):
        lines += ["", f'["{name}"]', f'version = "{project.version}"']
        if project.warnings:
            lines.append(f"warnings = {json.dumps(sorted(project.warnings))}")
        lines.append(f'["{name}".files]')
        lines += [f'"{filename}" = "{digest}"' for filename, digest in sorted(project.files.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def fetch(projects: Iterable[Project], cache: Path) -> None:
    """Download what is not in the cache yet.

    Raises:
        SystemExit: a file has other bytes than the list says.
    """
    wanted = list(projects)
    absent = [p for p in wanted if any(not (cache / name).is_file() for name in p.files)]
    found = _ask([f"{p.name}=={p.version}" for p in absent], cache) if absent else {}
    for project in absent:
        for name in project.files:
            _download(name, found[project.name].addresses[name], cache)
    for project in wanted:
        for name, digest in project.files.items():
            if sha256(cache / name) != digest:
                raise SystemExit(f"{cache / name} is not the file that the list names.")


def newest(names: Iterable[str], cache: Path) -> Iterator[Project]:
    """Yield the newest release of each project, with its sdist and a wheel for each kind of platform."""
    for name, found in _ask(names, cache).items():
        files = {file: sha256(_download(file, found.addresses[file], cache)) for file in _chosen(found.addresses)}
        small = {file: digest for file, digest in files.items() if (cache / file).stat().st_size <= LARGEST}
        yield Project(name=name, version=found.version, files=small or files)


def _ask(requirements: Iterable[str], cache: Path) -> dict[str, _Found]:
    asked = cache / "requirements.txt"
    asked.write_text("\n".join(requirements), encoding="utf-8")
    argv = ["pip", "compile", "--no-deps", "--universal", "--format=pylock.toml", "--no-header"]
    done = uv_process.run([*argv, f"--python-version={PYTHON}", asked], cwd=cache, timeout=600)
    if done.returncode:
        raise SystemExit(f"uv cannot tell where the files are:\n{done.output}{done.errors}")
    return {p["name"]: _found(p) for p in tomllib.loads(done.output)["packages"]}


def _found(package: dict[str, Any]) -> _Found:
    files = [*([package["sdist"]] if "sdist" in package else []), *package.get("wheels", ())]
    return _Found(
        package["version"], {unquote(urlsplit(f["url"]).path.rpartition("/")[2]): f["url"] for f in files}
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
