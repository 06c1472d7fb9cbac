"""Packages that do not work for their users, one fault each, and healthy ones that look odd.

Each case is a folder of `tests/gallery/smoke`: what its wheel and its sdist hold, what can be installed beside them
(`wheelhouse`), the checkout where it matters (`project`), and `expect.toml`: the rule that must find it, its severity,
and a part of the message. A file that ends in `.extension` is a compiled module of the system that the tests run on.
"""

import tomllib
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import artifacts
import only_on
import pytest
from slipway.artifacts import artifact
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.records import Severity
from slipway.runner import detect
from slipway.smoke import sandbox
from slipway.stages import smoke

GALLERY = Path(__file__).parents[1] / "gallery" / "smoke"
CASES = sorted(path.name for path in GALLERY.iterdir())
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
BACKEND = """import glob, shutil
def build_wheel(folder, settings=None, metadata=None):
    name = glob.glob("*.whl")[0]
    shutil.copy(name, folder)
    return name
"""
SLOWER = 5 if only_on.WINDOWS else 1
"""How much longer a new process takes to begin."""
BROKEN = [name for name in CASES if not name.startswith("healthy-")]


def expectation(name: str) -> dict[str, Any]:
    return tomllib.loads(GALLERY.joinpath(name, "expect.toml").read_text("utf-8"))


def files_in(folder: Path) -> dict[str, str | bytes]:
    return {
        path.relative_to(folder).as_posix().replace(".extension", EXTENSION_SUFFIXES[-1]): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def fields(about: dict[str, Any]) -> dict[str, str | list[str] | None]:
    extras = about.get("extras", {})
    optional = [f'{name}; extra == "{extra}"' for extra, names in extras.items() for name in names]
    return {
        "Metadata-Version": about.get("metadata-version", "2.4"),
        "Requires-Dist": [*about.get("requires", []), *optional],
        "Provides-Extra": list(extras),
        "Classifier": about.get("classifiers", []),
        "Import-Name": about.get("import-names", []),
    }


def entry_points(about: dict[str, Any]) -> str | None:
    groups = about.get("entry-points", {})
    lines = [
        line
        for group, points in groups.items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
    ]
    return "\n".join([*lines, ""]) if lines else None


def made(name: str, dist: Path) -> list[Path]:
    """Write the artifacts of a case and return their paths."""
    case, about = GALLERY / name, expectation(name).get("wheel", {})
    project = about.get("name", "demo")
    paths = []
    if (case / "wheel").is_dir() or about:
        built = artifacts.wheel(
            files_in(case / "wheel"), name=project, fields=fields(about), entry_points=entry_points(about)
        )
        paths.append(built.at(dist))
    if (case / "sdist").is_dir():
        held = files_in(case / "sdist")
        if paths:
            # Building it gives the wheel of the case, without a backend from an index.
            held |= {"pyproject.toml": PYPROJECT, "backend.py": BACKEND, paths[0].name: paths[0].read_bytes()}
        paths.append(artifacts.sdist(held, name=project, fields=fields(about)).at(dist))
    return paths


def wheelhouse(name: str, house: Path) -> Path:
    """Write the wheels that can be installed beside those of a case, and return their folder."""
    house.mkdir()
    for folder in sorted(GALLERY.joinpath(name).glob("wheelhouse/*")):
        project, _, version = folder.name.partition("-")
        held = files_in(folder)
        requires = held.pop("REQUIRES", b"")
        tag = bytes(held.pop("TAG", b"py3-none-any")).decode()
        about = {"Requires-Dist": bytes(requires).decode().split("\n")[:-1]}
        artifacts.wheel(held, name=project, version=version, tag=tag, tags=[tag], fields=about).at(house)
    return house


def smoked(name: str, tmp_path: Path) -> Addition:
    """Run the smoke stage over a case, with its own wheelhouse for an index."""
    asked = {key.replace("-", "_"): value for key, value in expectation(name).get("run", {}).items()}
    if "smoke_timeout" in asked:
        asked["smoke_timeout"] *= SLOWER
    lists = {key: tuple(value) if isinstance(value, list) else value for key, value in asked.items()}
    dist = tmp_path / "dist"
    dist.mkdir()
    files = tuple(made(name, dist))
    inputs = Inputs(
        command="smoke",
        path=GALLERY / name / "project",
        work=tmp_path / "work",
        files=files,
        wheelhouse=wheelhouse(name, tmp_path / "house"),
        **lists,
    )
    manifest = Manifest(artifacts=tuple(artifact.record(artifact.read(path)) for path in files))
    return smoke.run(manifest, inputs, detect({}))


@pytest.fixture(autouse=True)
def headless(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sandbox, "SCRIPT_SECONDS", 1.0 * SLOWER)


def listed(addition: Addition) -> str:
    return "\n".join(f"{f.severity} {f.rule}: {f.message}\n{f.seen}" for f in addition.findings)


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_for_the_user_gets_its_verdict_and_its_cause(name: str, tmp_path: Path) -> None:
    expected = expectation(name)
    addition = smoked(name, tmp_path)
    found = [finding for finding in addition.findings if finding.rule == expected["rule"]]
    assert found, listed(addition)
    assert found[0].severity == expected["severity"]
    assert expected.get("says", "") in found[0].message, listed(addition)
    assert expected.get("fix", "") in found[0].fix
    others = {f.rule for f in addition.findings if f.severity != Severity.NOTE} - {expected["rule"]}
    assert others == set(), listed(addition)
    assert addition.broken_rules == ()


@pytest.mark.parametrize("name", [name for name in CASES if name not in BROKEN])
def test_what_works_raises_no_alarm(name: str, tmp_path: Path) -> None:
    addition = smoked(name, tmp_path)
    assert [f.rule for f in addition.findings if f.severity != Severity.NOTE] == [], listed(addition)
    assert all(result.passed for result in addition.smoke_results)
    assert addition.smoke_results
    assert addition.broken_rules == ()


def test_the_gallery_is_as_large_as_promised() -> None:
    assert len(BROKEN) >= 30
