import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "scripts" / "requirements"
EVERYTHING = ROOT / "tests" / "requirements" / "tests.txt"
SITE = ROOT / "tests" / "requirements" / "site.txt"
LOCKS = (*sorted(REQUIREMENTS.glob("*.txt")), SITE, EVERYTHING)

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


def test_there_is_one_for_everything_for_each_kind_of_job_and_for_the_installer():
    assert {path.stem for path in LOCKS} == {
        "slipway",
        "check",
        "compiled",
        "interface",
        "verify",
        "publish",
        "sbom",
        "uv",
        "site",
        "tests",
    }


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


@pytest.mark.parametrize("path", LOCKS[:-2], ids=lambda path: path.stem)
def test_all_have_the_same_releases(path):
    everything = releases(EVERYTHING)

    for name, versions in releases(path).items():
        assert versions <= everything[name], name


def test_the_metadata_asks_for_what_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {canonicalize_name(one.name): one for one in map(Requirement, project["dependencies"])}
    locked = releases(REQUIREMENTS / "slipway.txt")

    requested = {
        name
        for part in ("slipway", "check", "compiled", "interface", "uv")
        for name in asked(REQUIREMENTS / f"{part}.in")
    }
    assert requested == declared.keys() | A_LIMIT_ALONE
    for name, requirement in declared.items():
        locked_in = releases(REQUIREMENTS / "uv.txt") if name == "uv" else locked
        assert all(requirement.specifier.contains(one) for one in locked_in[name]), name


def test_no_kind_of_job_sets_up_what_it_does_not_run():
    check, verify = (releases(REQUIREMENTS / f"{name}.txt").keys() for name in ("check", "verify"))

    assert verify < check < releases(REQUIREMENTS / "slipway.txt").keys()
    assert not {"keyring", "cryptography", "pypiserver", "pip", "uv"} & check
    assert not {"cibuildwheel", "abi3audit", "auditwheel", "griffelib"} & check
    assert not {"readme-renderer", "validate-pyproject", "build"} & verify


def test_signing_is_for_publishing_alone():
    signing = {"pypi-attestations", "sigstore", "tuf"}

    assert signing <= releases(REQUIREMENTS / "publish.txt").keys()
    assert not signing & releases(REQUIREMENTS / "slipway.txt").keys()
    assert not {"build", "uv", "pypiserver"} & releases(REQUIREMENTS / "publish.txt").keys()


@pytest.mark.parametrize("name", ["slipway", "publish"])
def test_metadata_is_judged_by_the_release_of_packaging_that_the_index_runs(name):
    assert releases(REQUIREMENTS / f"{name}.txt")["packaging"] == {"26.2"}


PROVIDERS = packages_distributions()


def imported(path: Path) -> set[str]:
    """The distributions whose modules a file imports; those of the standard library and our own left out."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module.partition(".")[0])
    foreign = modules - {*sys.stdlib_module_names, "slipway"}
    return {canonicalize_name(provider) for module in foreign for provider in PROVIDERS[module]}


def test_what_the_code_imports_is_asked_for_by_name():
    requested = {name for path in REQUIREMENTS.glob("*.in") for name in asked(path)}

    for path in sorted((ROOT / "scripts" / "slipway").rglob("*.py")):
        assert imported(path) <= requested, path


REFUSING_THE_REST = """
import importlib, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

refused = set(sys.argv[1].split())
sys.meta_path.insert(0, Missing())
sys.path.insert(0, sys.argv[2])
import slipway.cli, slipway.commands, slipway.pipeline, slipway.stages
for module in sys.argv[3:]:
    importlib.import_module(f"slipway.{module}")
"""


@pytest.mark.parametrize(
    ("lock", "modules"),
    [
        ("publish", ["publishing.signing", "stages.publish", "stages.announce", "repository.kept_issue"]),
        ("verify", ["stages.gather", "stages.smoke", "stages.verify", "stages.compare", "stages.agree"]),
        (
            "check",
            [
                f"stages.{name}"
                for name in (
                    *("plan", "validate", "build", "gather", "inspect", "compare", "smoke", "ignores"),
                    *("released", "rebuild", "sbom"),
                )
            ],
        ),
    ],
)
def test_a_job_imports_nothing_that_its_environment_lacks(lock, modules):
    there = releases(REQUIREMENTS / f"{lock}.txt").keys() | ({"uv"} if lock != "publish" else set())
    refused = {
        module
        for module, providers in PROVIDERS.items()
        if not any(canonicalize_name(provider) in there for provider in providers)
    }

    argv = [sys.executable, "-I", "-c", REFUSING_THE_REST, " ".join(refused), str(ROOT / "scripts"), *modules]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)

    assert ("build" in refused) == (lock != "check")
    assert done.returncode == 0, done.stderr
