import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "scripts" / "requirements"
EVERYTHING = ROOT / "tests" / "requirements" / "tests.txt"
LOCKS = (*sorted(REQUIREMENTS.glob("*.txt")), EVERYTHING)

A_LIMIT_ALONE = {"comrak"}
"""What is asked for because of its releases and imported by another distribution."""


def lines(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    stripped = (line.partition("  #")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def asked(path: Path) -> dict[str, list[Requirement]]:
    """The requirements in a file by name, hashes left out."""
    found: dict[str, list[Requirement]] = {}
    for line in lines(path):
        if not line.startswith("-r"):
            requirement = Requirement(line.partition(" --hash")[0])
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def releases(path: Path) -> dict[str, set[str]]:
    return {
        name: {str(one.specifier).removeprefix("==") for one in requirements}
        for name, requirements in asked(path).items()
    }


def test_there_is_one_for_everything_for_publishing_and_for_the_installer():
    assert {path.name for path in LOCKS} == {"slipway.txt", "publish.txt", "uv.txt", "tests.txt"}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_distribution_is_pinned_with_hashes(path):
    for line in lines(path):
        assert re.search(r"==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_it_names_no_index_and_no_place_of_a_machine(path):
    text = path.read_text(encoding="utf-8")

    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--\w*(index|links))", text, re.MULTILINE)
    assert str(Path.home()) not in text


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_it_holds_what_the_file_beside_it_asks_for(path):
    locked = releases(path)

    for name, requirements in asked(path.with_suffix(".in")).items():
        for requirement in requirements:
            assert any(requirement.specifier.contains(one, prereleases=True) for one in locked[name]), (
                requirement
            )


@pytest.mark.parametrize("path", LOCKS[:-1], ids=lambda path: path.stem)
def test_all_have_the_same_releases(path):
    everything = releases(EVERYTHING)

    for name, versions in releases(path).items():
        assert versions <= everything[name], name


def test_the_metadata_asks_for_what_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {canonicalize_name(one.name): one for one in map(Requirement, project["dependencies"])}
    locked = releases(REQUIREMENTS / "slipway.txt")

    assert asked(REQUIREMENTS / "slipway.in").keys() == declared.keys() | A_LIMIT_ALONE
    for name, requirement in declared.items():
        assert all(requirement.specifier.contains(one) for one in locked[name]), name


def test_signing_is_for_publishing_alone():
    signing = {"pypi-attestations", "sigstore", "tuf"}

    assert signing <= releases(REQUIREMENTS / "publish.txt").keys()
    assert not signing & releases(REQUIREMENTS / "slipway.txt").keys()
    assert not {"build", "uv", "pypiserver"} & releases(REQUIREMENTS / "publish.txt").keys()


@pytest.mark.parametrize("name", ["slipway", "publish"])
def test_metadata_is_judged_by_the_release_of_packaging_that_the_index_runs(name):
    assert releases(REQUIREMENTS / f"{name}.txt")["packaging"] == {"26.2"}
