"""Dispatches to TestPyPI, again and again: each is checked, published and verified under a version of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import tiny_project
import twine.utils
from artifacts.wheels import wheel
from command_line import fingerprint
from dispatched import BRANCH, committed, environ, git
from index.bench import issuer, server
from index.bench.fake_clock import FakeClock
from index.bench.server import Bench
from index.bench.warehouse import File, TrustedPublisher, Warehouse
from packaging.version import Version
from slipway import pipeline
from slipway.commands import CHECKS
from slipway.index import loopback
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.report import markdown
from slipway.runner.github import GitHubRunner

NAME = "tiny-project"
SCM = """\
[build-system]
requires = ["hatchling>=1.27", "hatch-vcs"]
build-backend = "hatchling.build"

[project]
name = "tiny-project"
dynamic = ["version"]
description = "A project whose version comes from git."
readme = "README.md"
requires-python = ">=3.9"
license = "MIT"
license-files = ["LICENSE"]

[project.urls]
Source = "https://example.org/source"

[tool.hatch.version]
source = "vcs"
"""


@contextmanager
def in_place_of_testpypi(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Iterator[Bench]:
    """Serve a bench in the place of TestPyPI, with the project and its publisher."""
    warehouse = Warehouse(clock, audience="testpypi")
    warehouse.project(NAME, TrustedPublisher(environment="testpypi"))
    job = issuer.Job(environment="testpypi", event="workflow_dispatch", ref=BRANCH)
    with server.serve(warehouse, job) as bench:
        monkeypatch.setattr(twine.utils, "TEST_REPOSITORY", bench.upload_url)
        yield bench


def dispatch(folder: Path, work: Path, bench: Bench, *, run: int, attempt: int = 1) -> Manifest:
    """Do what the jobs of a manual dispatch do, one after the other, and return the last manifest."""
    assert bench.job is not None
    runner = GitHubRunner(
        {
            **environ(run=run, attempt=attempt),
            "GITHUB_WORKFLOW_REF": bench.job.workflow_ref,
            "ACTIONS_ID_TOKEN_REQUEST_URL": bench.token_url,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": issuer.BEARER,
        }
    )
    manifest = Manifest()
    for command, stages in (("check", CHECKS), ("publish", ("publish",)), ("verify", ("verify",))):
        # The start of a command compares the digest with the file; here the stages are run by themselves.
        inputs = Inputs(
            command=command,
            path=folder,
            work=work,
            attestations="best-effort",
            manifest_digest="" if command == "check" else "0" * 64,
        )
        manifest = pipeline.run(stages, manifest, inputs, runner)
        assert manifest.failure is None, manifest.failure
        assert not manifest.blocking, manifest.blocking
        assert not manifest.broken_rules, manifest.broken_rules
        report = markdown.render(manifest)
        assert f"{manifest.version} is a staging version for TestPyPI" in report, report
    return manifest


def released(bench: Bench) -> list[Version]:
    """Return the versions that the bench has, in the order in which they came."""
    files = bench.warehouse.projects[NAME].files.values()
    return list(dict.fromkeys(Version(file.version) for file in files))


# pypiserver leaves the file open where uv has read enough of it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_written_version_is_published_again_and_again(
    tmp_path: Path, quick: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It needs another package, of which TestPyPI has a false one: that comes from the index of this machine alone."""
    folder = tiny_project.make(
        tmp_path / "project", requires=("benchdep",), in_import="from benchdep import HONEST"
    )
    (folder / "CHANGELOG.md").write_text("# Changes\n\n## 0.9.0\n\nAll of it.\n")
    committed(folder, "v0.9.0")
    before = fingerprint(folder)
    packages = tmp_path / "packages"
    packages.mkdir()
    wheel(name="benchdep", files={"benchdep.py": "HONEST = True\n"}).at(packages)
    junk = wheel(name="benchdep", version="9.9", files={"benchdep.py": "raise SystemExit('junk')\n"})
    with loopback.serve(packages) as own, in_place_of_testpypi(monkeypatch, quick) as bench:
        monkeypatch.setenv("PIP_INDEX_URL", f"{own.address}simple/")
        file = File(junk.filename, junk.data, "9.9", quick.now())
        bench.warehouse.project("benchdep").files[junk.filename] = file
        for number, (run, attempt) in enumerate(((7, 1), (8, 1), (8, 2))):
            manifest = dispatch(folder, tmp_path / f"work-{number}", bench, run=run, attempt=attempt)
            assert [one.verdict for one in manifest.served] == ["same", "same"]
            assert {(one.origin, one.imported) for one in manifest.smoke_results} == {
                ("file", ("tiny_project",)),
                ("index", ("tiny_project",)),
            }
        assert fingerprint(folder) == before
        (folder / "later").touch()
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "Later")
        dispatch(folder, tmp_path / "work-later", bench, run=9)
        assert [str(one) for one in released(bench)] == [f"1.0.0.dev{n}" for n in (701, 801, 802, 901)]
        assert all(one < Version("1.0.0") for one in released(bench))
        assert not [request for request in bench.requests if "benchdep" in request]


def test_a_version_from_git_is_published_again_and_again(
    tmp_path: Path, quick: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first two for the commit that has the tag, the third for the one after it."""
    folder = tiny_project.make(tmp_path / "project")
    (folder / "pyproject.toml").write_text(SCM)
    committed(folder, "v1.2.0")
    before = fingerprint(folder)
    with in_place_of_testpypi(monkeypatch, quick) as bench:
        for run in (16000000001, 16000000002):
            manifest = dispatch(folder, tmp_path / f"work-{run}", bench, run=run)
            assert [one.verdict for one in manifest.served] == ["same", "same"]
        assert fingerprint(folder) == before
        (folder / "README.md").write_text(
            "A project whose readme is longer now, as it should be at length.\n"
        )
        git(folder, "commit", "-q", "-a", "-m", "Later")
        dispatch(folder, tmp_path / "work-later", bench, run=16000000003)
        versions = [f"1.2.1.dev1600000000{n}01" for n in (1, 2, 3)]
        assert [str(one) for one in released(bench)] == versions
        assert all(Version("1.2.0") < one < Version("1.2.1") for one in released(bench))
