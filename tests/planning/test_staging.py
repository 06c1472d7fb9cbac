"""The version of a manual dispatch to TestPyPI: which base it has, how it sorts, when there is none."""

from pathlib import Path
from typing import Any

import pytest
import tiny_project
from command_line import Ended, forked
from dispatched import committed, environ
from packaging.version import Version
from slipway.errors import InputError
from slipway.planning import staging
from slipway.project import project
from slipway.project.project import ProjectFacts
from slipway.runner import Event

NUMBER = "1600000000101"
SCM = """\
[build-system]
requires = ["hatchling", "hatch-vcs"]
build-backend = "hatchling.build"

[project]
name = "demo"
dynamic = ["version"]

[tool.hatch.version]
source = "vcs"
"""
COMPUTED = """\
import subprocess
from setuptools import setup

setup(name="demo", version=subprocess.check_output(["cat", "VERSION.in"]).decode())
"""


def declared(folder: Path, version: str) -> ProjectFacts:
    text = f'[project]\nname = "demo"\nversion = "{version}"\n'
    (folder / "pyproject.toml").write_text(text)
    return project.read(folder)


def planned(folder: Path, *options: str, **changes: str) -> Ended:
    return forked("plan", "--json", folder, *options, environ=environ() | changes)


@pytest.mark.parametrize(
    ("version", "tags", "base"),
    [
        pytest.param("1.3.0", ["v1.2.0"], "1.3.0", id="not released"),
        pytest.param("1.3.0", [], "1.3.0", id="no tags"),
        pytest.param("1.2.0", ["v1.2.0"], "1.2.1", id="released"),
        pytest.param("1.2.0", ["v1.2"], "1.2.1", id="released in a shorter form"),
        pytest.param("1.2.0", ["v1.2.0", "v1.2.1"], "1.2.2", id="the next one is released too"),
        pytest.param("1.2", ["v1.2"], "1.2.1", id="two numbers"),
        pytest.param("1.0a1", ["v0.9"], "1.0a1", id="pre-release"),
        pytest.param("1.0rc2", ["v1.0rc2"], "1.0rc3", id="pre-release, released"),
        pytest.param("1.3.0.dev0", ["v1.2.0"], "1.3.0", id="development version"),
        pytest.param("2.0b1.dev3", [], "2.0b1", id="development version of a pre-release"),
        pytest.param("1.2.0.post1", ["v1.2.0"], "1.2.0.post1", id="post-release"),
        pytest.param("1.2.0.post1", ["v1.2.0", "v1.2.0.post1"], "1.2.1", id="post-release, released"),
        pytest.param("1.2.0+abc", ["v1.1"], "1.2.0", id="local part"),
        pytest.param("2!1.0", ["v2!1.0"], "2!1.0.1", id="epoch"),
        pytest.param("2026.10", ["v2026.10"], "2026.10.1", id="by the calendar"),
        pytest.param("1.2.0", ["1.2.0"], "1.2.1", id="tags without a prefix"),
        pytest.param("1.2.0", ["v1.1.0", "1.2.0"], "1.2.0", id="a tag of another kind"),
        pytest.param("1.2.0", ["next", "v-2", "vnext"], "1.2.0", id="tags that name no version"),
    ],
)
def test_it_sorts_below_the_version_that_will_be_released(
    version: str, tags: list[str], base: str, tmp_path: Path
) -> None:
    facts = declared(tmp_path, version)
    chosen = staging.choose(facts, tags=tags, of_commit=(), prefix="v", number=NUMBER)
    assert (chosen.base, chosen.version, chosen.tag) == (base, f"{base}.dev{NUMBER}", None)
    made = Version(chosen.version)
    assert made < Version(base)
    assert made > max(
        (one for tag in tags if (one := parsed(tag)) and one < Version(base)), default=Version("0")
    )
    again = staging.choose(facts, tags=tags, of_commit=(), prefix="v", number="1600000000102")
    assert made < Version(again.version)


def parsed(tag: str) -> Version | None:
    try:
        return Version(tag.removeprefix("v"))
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("of_commit", "elsewhere", "prefix", "tag"),
    [
        pytest.param(["v1.1.0", "v1.2.0"], [], "v", "v1.2.1", id="after the last tag"),
        pytest.param(["v1.2.0rc1", "v1.2.0"], [], "v", "v1.2.1", id="the final release counts"),
        pytest.param(["v1.2.0", "v1.3.0rc1"], [], "v", "v1.3.0rc2", id="after a pre-release"),
        pytest.param(["v1.2.0"], ["v1.2.1"], "v", "v1.2.2", id="the next one has a tag elsewhere"),
        pytest.param(["v1.2.0"], ["v2.0.0"], "v", "v1.2.1", id="an older line"),
        pytest.param(["1.2.0"], [], "v", "1.2.1", id="tags without a prefix"),
        pytest.param(["20261126", "v1.2.0"], [], "v", "v1.2.1", id="a date beside the releases"),
        pytest.param(["core-v1.2.0", "v9.0"], [], "core-v", "core-v1.2.1", id="one of several projects"),
        pytest.param([], [], "v", "v0.1.0", id="no tags"),
        pytest.param(["v9.0"], [], "core-v", "core-v0.1.0", id="no tags of this project"),
    ],
)
def test_a_version_from_git_follows_the_last_tag(
    of_commit: list[str], elsewhere: list[str], prefix: str, tag: str, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(SCM)
    tags = [*of_commit, *elsewhere]
    facts = project.read(tmp_path)
    chosen = staging.choose(facts, tags=tags, of_commit=of_commit, prefix=prefix, number=NUMBER)
    assert chosen.tag == f"{tag}.dev{NUMBER}"
    assert chosen.version == chosen.tag.removeprefix(prefix)
    assert Version(chosen.version) < Version(chosen.base)


def test_every_run_and_attempt_has_a_number_of_its_own() -> None:
    numbers = [
        staging.number(Event(name="workflow_dispatch", run_id=run), attempt=attempt)
        for run in ("16000000001", "16000000002")
        for attempt in (1, 2, 99)
    ]
    assert numbers == sorted(set(numbers), key=int)
    assert numbers[0] == NUMBER


@pytest.mark.parametrize(
    ("run_id", "attempt"), [("", 1), ("٣", 1), ("1 2", 1), ("9" * 17, 1), ("5", 0), ("5", 100)]
)
def test_what_cannot_be_numbered_is_refused(run_id: str, attempt: int) -> None:
    with pytest.raises(InputError):
        staging.number(Event(name="workflow_dispatch", run_id=run_id), attempt=attempt)


def test_a_dispatch_plans_it_and_says_why(tmp_path: Path) -> None:
    folder = committed(tiny_project.make(tmp_path / "project"), "v1.0.0")
    plan = planned(folder).manifest["plan"]
    version = f"1.0.1.dev{NUMBER}"
    assert (plan["version"], plan["tag"], plan["tag_version"]) == (version, None, None)
    assert plan["staging"]["base"] == "1.0.1"
    assert {file["pattern"] for file in plan["expected"]} == {
        f"tiny_project-{version}.tar.gz",
        f"tiny_project-{version}-py*-none-any.whl",
    }
    shown = " ".join(forked("plan", folder, environ=environ()).stdout.split())
    assert f"{version} is a staging version for TestPyPI" in shown
    assert (
        "it sorts below 1.0.1, the next version that is free, for 1.0.0 has the tag v1.0.0 already." in shown
    )


def test_a_dispatch_on_a_tag_is_one_too(tmp_path: Path) -> None:
    folder = committed(tiny_project.make(tmp_path / "project"), "v0.9")
    run = forked(
        "validate", "--json", folder, environ=environ() | {"GITHUB_REF": "refs/tags/v0.9", **OFFLINE}
    )
    assert run.manifest["plan"]["version"] == f"1.0.0.dev{NUMBER}"
    assert "tag-version-mismatch" not in {one["rule"] for one in run.manifest["findings"]}
    reasons = {one["rule"]: one["reason"] for one in run.manifest["skipped_rules"]}
    assert "is a staging version, which no tag names" in reasons["tag-version-mismatch"]


OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        pytest.param((), {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/tags/v1.0.0"}, id="tag"),
        pytest.param((), {"GITHUB_EVENT_NAME": "pull_request"}, id="pull-request"),
        pytest.param(("--tag", "v1.0.0"), {}, id="a tag of its own choice"),
        pytest.param(("--index", "pypi"), {}, id="PyPI"),
        pytest.param(("--index", "none"), {}, id="nowhere"),
        pytest.param(("--index", "https://index.example/"), {}, id="an index of one's own"),
    ],
)
def test_every_other_run_keeps_the_version_of_the_project(
    options: tuple[str, ...], changes: dict[str, str], tmp_path: Path
) -> None:
    folder = committed(tiny_project.make(tmp_path / "project"))
    plan = planned(folder, *options, **changes).manifest["plan"]
    assert (plan["version"], plan["staging"]) == ("1.0.0", None)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            {"setup.py": COMPUTED}, "computed by code when the project is built", id="computed by code"
        ),
        pytest.param({"pyproject.toml": SCM}, "there is no repository", id="git without a repository"),
        pytest.param(
            {"pyproject.toml": '[project]\nname = "demo"\nversion = "soon"\n'},
            "says 'soon'",
            id="not a version",
        ),
        pytest.param(
            {
                "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
                '[project]\nname = "demo"\ndynamic = ["version"]\n'
                '[tool.setuptools.dynamic]\nversion = { attr = "demo.__version__" }\n',
                "demo.py": '__version__ = "1." "0"\n',
            },
            "one plain string",
            id="not in one piece",
        ),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_built(
    files: dict[str, str], told: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    run = forked("build", "--json", tmp_path, environ=environ())
    failure: dict[str, Any] = run.manifest["failure"]
    assert (run.exit_code, failure["stage"]) == (2, "plan"), str(run)
    assert told in " ".join((failure["happened"], failure["cause"], failure["remedy"]))
    assert not (tmp_path / ".slipway" / "dist").exists()


def test_with_a_tag_of_its_own_choice_a_computed_version_is_published(tmp_path: Path) -> None:
    """What the error above advises."""
    (tmp_path / "setup.py").write_text(COMPUTED)
    run = planned(tmp_path, "--tag", "v1.0.0")
    assert run.exit_code == 0, str(run)
    goal = run.manifest["plan"]["destination"]
    assert (goal["index"], goal["publish"], run.manifest["plan"]["staging"]) == ("testpypi", True, None)
