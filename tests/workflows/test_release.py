"""The whole way from a pushed tag to a release that is announced: an index, an issuer and GitHub's API on loopback."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from index.bench import issuer, server
from index.bench.server import Bench
from index.bench.warehouse import File, TrustedPublisher, Warehouse
from slipway.index import loopback
from slipway.index.clock import Clock
from slipway.repository import stand_in
from slipway.repository.stand_in_repository import Repository
from workflows import act, consumer

TAG = "refs/tags/v1.2.0"
PROJECT = "slipway-example-pure"


@pytest.fixture
def bench() -> Iterator[Bench]:
    """An index that trusts release.yml of acme/demo, and an issuer that gives its jobs ID tokens."""
    # The workflows run in processes of their own, so this is the clock on the wall.
    warehouse = Warehouse(Clock())
    warehouse.project(PROJECT, TrustedPublisher())
    job = issuer.Job(environment=None, ref=TAG)
    with server.serve(warehouse, job) as bench:
        yield bench


@pytest.fixture
def github() -> Iterator[Repository]:
    """The REST API for acme/demo, with the token that the jobs get."""
    with stand_in.serve("acme/demo") as github:
        github.token = act.TOKEN
        yield github


def pushed(github: Repository, project: Path) -> dict[str, str]:
    """Push the tag, and return what leads the jobs to the stand-in."""
    github.push("v1.2.0", act.git(project, "rev-parse", "HEAD"))
    return {"GITHUB_API_URL": github.address}


def attached(github: Repository) -> dict[str, bytes]:
    """Return what is attached to the one release there is, which is public."""
    [release] = github.releases
    assert release["draft"] is False
    assert release["body"]
    return {asset["name"]: github.contents[asset["id"]] for asset in release["assets"]}


def variables(bench: Bench) -> dict[str, str]:
    """Return what GitHub gives to a job with `id-token: write`."""
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": bench.token_url,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": issuer.BEARER,
        "GITHUB_WORKFLOW_REF": f"acme/demo/.github/workflows/release.yml@{TAG}",
    }


def public(bench: Bench) -> dict[str, str]:
    """Return filename to digest of what the index has."""
    files = bench.warehouse.projects[PROJECT].files
    return {name: hashlib.sha256(file.content).hexdigest() for name, file in files.items()}


def manifest(run: act.Run, artifacts: Path) -> dict[str, Any]:
    """Return the manifest that the gate handed on."""
    names = sorted(path.name for path in artifacts.iterdir() if ".gate." in path.name)
    manifest: dict[str, Any] = json.loads((artifacts / names[-1] / "manifest.json").read_bytes())
    return manifest


def test_a_tag_is_published_verified_and_announced_also_after_a_failure(
    bench: Bench, github: Repository, program: Path, tree: Path, tmp_path: Path
) -> None:
    """The index fails in the middle of the first run; the run started again completes the same release."""
    project = consumer.example(tmp_path / "pure", "pure", index=bench.upload_url)
    with (project / "pyproject.toml").open("a", encoding="utf-8") as stream:
        stream.write("\n[tool.slipway]\nsbom = true\n")
    # Signing needs the network, and has tests of its own.
    consumer.edit(
        project,
        "        with: { command: publish,",
        '        env: { SLIPWAY_PUBLISH_TIMEOUT: "1" }\n        with: { command: publish, attestations: "off",',
    )
    artifacts = tmp_path / "artifacts"
    settings: dict[str, Any] = {
        "workflow": "release.yml",
        "event": "push",
        "payload": {"ref": TAG},
        "artifacts": artifacts,
        "variables": variables(bench) | pushed(github, project),
        "repository": "acme/demo",
    }
    before = {
        "Build": "success",
        "Smoke (linux-x86_64)": "success",
        "Gate": "success",
    }

    bench.faults.order("sdist-upload", "503", times=10**6)
    first = act.run(program, project, tree, **settings)
    assert first.exit_code == 1
    assert first.jobs == before | {"Publish": "failure"}
    wheel = f"{PROJECT.replace('-', '_')}-1.2.0-py3-none-any.whl"
    assert list(public(bench)) == [wheel]
    assert "Still to come" in first.summaries
    assert github.releases == []
    assert "tar.gz" in first.summaries

    bench.faults.clear()
    second = act.run(program, project, tree, attempt=2, **settings)
    assert second.exit_code == 0, second.log
    assert second.jobs == before | {"Publish": "success", "Verify": "success", "Announce": "success"}
    built = {
        artifact["filename"]: artifact["sha256"] for artifact in manifest(second, artifacts)["artifacts"]
    }
    assert public(bench) == built
    assert len(bench.warehouse.archive) == len(built)
    files = attached(github)
    assert {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name in built} == built
    sbom = manifest(second, artifacts)["sbom"]
    assert set(files) == {*built, sbom["filename"], "SHA256SUMS", "manifest.json"}
    assert hashlib.sha256(files[sbom["filename"]]).hexdigest() == sbom["sha256"]
    assert json.loads(files["manifest.json"]) == manifest(second, artifacts)
    assert github.releases[0]["html_url"] in second.summaries
    assert "serves exactly these files, and from there it installs and imports with uv" in second.summaries
    told = [
        second.summaries.index(w)
        for w in ("builds, passes inspection", "is published", "is released", "is announced")
    ]
    assert told == sorted(told)
    assert not any(token in second.log for token in bench.warehouse.tokens)


def test_a_version_that_the_index_has_with_other_bytes_ends_before_it_is_tried(
    bench: Bench, program: Path, tree: Path, tmp_path: Path
) -> None:
    project = consumer.example(tmp_path / "pure", "pure", index=bench.upload_url)
    wheel = f"{PROJECT.replace('-', '_')}-1.2.0-py3-none-any.whl"
    taken = File(wheel, b"another build", "1.2.0", bench.warehouse.clock.now())
    bench.warehouse.projects[PROJECT].files[wheel] = taken
    run = act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event="push",
        payload={"ref": TAG},
        artifacts=tmp_path / "artifacts",
        variables=variables(bench),
        repository="acme/demo",
    )
    assert run.exit_code == 1
    assert run.jobs == {"Build": "failure", "Gate": "failure"}
    assert [p.get("title") for level, _, p in run.annotations if level == "error"] == ["filename-taken"]
    assert bench.warehouse.projects[PROJECT].files == {wheel: taken}


def with_a_private_index(
    program: Path, tree: Path, folder: Path, index: str, credential: tuple[str, str], *, github: Repository
) -> act.Run:
    """Push a tag to a project that uses private-index.yml."""
    project = consumer.example(folder / "pure", "pure")
    text = (act.ROOT / "examples" / "workflows" / "private-index.yml").read_text("utf-8")
    text = text.replace("OWNER/slipway", act.SLIPWAY).replace("https://packages.example.com/legacy/", index)
    for name, value in zip(("INDEX_USERNAME", "INDEX_TOKEN"), credential, strict=True):
        text = text.replace(f"${{{{ secrets.{name} }}}}", value)
    text = text.replace(
        "    with:\n", f"    with:\n      platforms: linux\n      python-versions: '{consumer.PYTHON}'\n"
    )
    (project / ".github" / "workflows" / "release.yml").write_text(text)
    act.commit(project)
    return act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event="push",
        payload={"ref": TAG},
        artifacts=folder / "artifacts",
        variables=pushed(github, project),
        repository="acme/demo",
    )


@pytest.mark.parametrize("given", [True, False])
def test_an_index_that_wants_the_password_for_reading(
    program: Path,
    tree: Path,
    tmp_path: Path,
    github: Repository,
    given: bool,  # noqa: FBT001
) -> None:
    """python-release.yml as a caller with a private index uses it; without the credential its first job says so."""
    (packages := tmp_path / "packages").mkdir()
    with loopback.serve(packages, authenticate=("update", "list", "download")) as index:
        credential = index.credential.pair if given else ("''", "''")
        run = with_a_private_index(program, tree, tmp_path, index.address, credential, github=github)
    published = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in packages.iterdir()}
    assert (run.exit_code == 0) is given, run.log
    assert run.jobs["Release / Credential"] == ("success" if given else "failure")
    if given:
        assert set(run.jobs.values()) == {"success"}
        assert {"Release / Publish", "Release / Verify", "Release / Announce"} <= set(run.jobs)
        built = manifest(run, tmp_path / "artifacts")["artifacts"]
        assert published == {artifact["filename"]: artifact["sha256"] for artifact in built}
        assert set(attached(github)) == {*published, "SHA256SUMS", "manifest.json"}
        return
    assert published == {}
    assert github.releases == []
    assert "Release / Publish" not in run.jobs
    assert "The secret `token` is empty." in run.log


OTHER_WAYS = {
    "release.yml": act.ROOT / ".github" / "workflows" / "release.yml",
    **{name: act.ROOT / "examples" / "workflows" / name for name in ("pypa.yml", "one-job.yml")},
}


def in_one_job(path: Path) -> str:
    """Return a workflow of the examples that builds and tests in one job, as act takes it."""
    text = act.understood(path.read_text("utf-8")).replace("OWNER/slipway", act.SLIPWAY)
    return re.sub(
        r"(    uses: \S+/python-package\.yml@\S+).*\n(?:    with: { (.+) }\n)?",
        lambda found: (
            f"{found[1]}\n    with: {{ {', '.join(filter(None, (consumer.ONE_JOB, found[2])))} }}\n"
        ),
        text,
    )


def tagged(
    project: Path, text: str, bench: Bench, github: Repository, *, program: Path, tree: Path, artifacts: Path
) -> act.Run:
    """Run a workflow of a project as the push of its tag does."""
    (project / ".github" / "workflows" / "release.yml").write_text(text)
    act.commit(project)
    own = {"SLIPWAY_INDEX": bench.upload_url, "SLIPWAY_ATTESTATIONS": "off"}
    return act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event="push",
        payload={"ref": TAG},
        artifacts=artifacts,
        variables=variables(bench) | own | pushed(github, project),
        repository="acme/demo",
    )


@pytest.mark.parametrize("name", OTHER_WAYS)
def test_the_other_ways_to_release_end_verified(
    name: str, bench: Bench, *, github: Repository, program: Path, tree: Path, tmp_path: Path
) -> None:
    """Slipway's own release, the upload by the action of PyPA, and everything in one job."""
    project = consumer.example(tmp_path / "pure", "pure")
    text = in_one_job(OTHER_WAYS[name])
    # The stand-in for the action of PyPA uploads with a token, as the real one does once it has got its own.
    token = bench.warehouse.api_token(PROJECT)
    text = text.replace(
        "          repository-url:", f"          password: {token}\n          repository-url:"
    )
    run = tagged(project, text, bench, github, program=program, tree=tree, artifacts=tmp_path / "artifacts")
    assert run.exit_code == 0, run.log
    assert set(run.jobs.values()) == {"success"}
    assert ({"Publish", "Verify", "Announce"} <= set(run.jobs)) is (name != "one-job.yml")
    assert len(github.releases) == (0 if name == "one-job.yml" else 1)
    assert len(public(bench)) == len(("the sdist", "the wheel"))
    assert "serves exactly these files, and from there it installs and imports" in run.summaries
    if name == "release.yml":
        told = (tmp_path / "artifacts" / "attested").read_text().split()
        assert dict(zip(told[1::2], told[::2], strict=True)) == public(bench)
        assert (
            "lists the provenance of the build of all 2 files is not known: GitHub answers 401"
            in run.summaries
        )


WRITES_THE_TIME = """\
import time
from pathlib import Path
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class CustomBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        path = Path(self.root, "src", "slipway_example_pure", "_built.py")
        if not path.exists():
            path.write_text(f"AT = {time.time()}\\n")
"""


def test_a_second_build_that_differs_ends_the_release(
    bench: Bench, github: Repository, program: Path, tree: Path, tmp_path: Path
) -> None:
    """The job that builds again hands over another file: that stops the release, and nothing of it is taken."""
    project = consumer.example(tmp_path / "pure", "pure")
    (project / "hatch_build.py").write_text(WRITES_THE_TIME)
    with (project / "pyproject.toml").open("a") as declared:
        declared.write("\n[tool.hatch.build.hooks.custom]\n")
    text = in_one_job(act.ROOT / "examples" / "workflows" / "second-build.yml")
    artifacts = tmp_path / "artifacts"
    run = tagged(project, text, bench, github, program=program, tree=tree, artifacts=artifacts)

    assert (run.jobs["Build"], run.jobs["Build again"], run.jobs["Gate"]) == (
        "success",
        "success",
        "failure",
    ), run.log
    assert "Publish" not in run.jobs
    assert public(bench) == {}
    assert "second-build-differs" in run.summaries
    assert "_built.py holds the time of the build" in run.summaries
    assert "A second build made other content: all 2 files." in run.summaries
    assert {one["verdict"] for one in manifest(run, artifacts)["built_twice"]} == {"different"}
