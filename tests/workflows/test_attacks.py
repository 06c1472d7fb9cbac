"""A dependency that is imported in one smoke test tries to choose what is published, through the real workflows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from index.bench import issuer, server
from index.bench.server import Bench
from index.bench.warehouse import TrustedPublisher, Warehouse
from slipway.index.clock import Clock
from workflows import act, consumer

EVIL = "demo-1.0.0-py311-none-any.whl"

FIND = f"""
import json, os, pathlib, re
number, job = os.getpid(), None
while number and not job:
    process = pathlib.Path("/proc", str(number))
    job = re.search({f"{tempfile.gettempdir()}/act-[^/]+/act/[0-9a-f]+/"!r}, (process / "cmdline").read_text())
    number = int((process / "stat").read_text().rpartition(")")[2].split()[1])
dist = pathlib.Path(job[0] if job else "/nowhere", "hostexecutor", ".slipway", "dist")
if (dist.parent / "manifest.json").exists():
"""
"""Finds the work folder of the job that the smoke test belongs to: other runs go on beside this one."""

EXTRA_WHEEL = (
    FIND
    + f"""\
    (dist / {EVIL!r}).write_bytes(b"another wheel")
"""
)

FORGED_PLAN = (
    FIND
    + f"""\
    plan = json.loads((dist.parent / "manifest.json").read_bytes())["plan"]
    plan["destination"] = {{"index": "@INDEX@", "publish": True, "reason": "-", "environment": None}}
    plan["ignored"] = {{"handover-not-planned": "-", "job-missing": "-", "plans-differ": "-"}}
    for place in ("a", "b"):
        folder = dist / "zz" / place
        folder.mkdir(parents=True, exist_ok=True)
        folder.joinpath("manifest.json").write_text(json.dumps({{"job": "plan", "attempt": 1000, "plan": plan}}))
    (dist / {EVIL!r}).write_bytes(b"another wheel")
"""
)


@pytest.fixture
def bench() -> Any:
    """An index that trusts release.yml of acme/demo."""
    warehouse = Warehouse(Clock())
    warehouse.project("demo", TrustedPublisher())
    with server.serve(warehouse, issuer.Job(environment=None, ref="refs/tags/v1.0.0")) as bench:
        yield bench


@pytest.mark.parametrize(
    ("attack", "ref"),
    [
        pytest.param(EXTRA_WHEEL, "refs/tags/v1.0.0", id="a-wheel-that-nobody-built"),
        pytest.param(FORGED_PLAN, "refs/heads/main", id="a-forged-plan-on-a-branch"),
    ],
)
def test_a_smoke_test_that_writes_beside_the_files_ends_the_run(
    attack: str, ref: str, *, bench: Bench, program: Path, tree: Path, tmp_path: Path
) -> None:
    project = consumer.tiny(
        tmp_path / "demo", in_import=attack.replace("@INDEX@", bench.upload_url), index=bench.upload_url
    )
    run = act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event="push",
        payload={"ref": ref},
        artifacts=tmp_path / "artifacts",
        variables={
            "ACTIONS_ID_TOKEN_REQUEST_URL": bench.token_url,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": issuer.BEARER,
            "GITHUB_WORKFLOW_REF": f"acme/demo/.github/workflows/release.yml@{ref}",
        },
        repository="acme/demo",
    )
    assert run.exit_code == 1, run.log
    # Where nothing is to be published, the job that builds tests as well.
    assert run.jobs["Smoke (linux-x86_64)" if "tags" in ref else "Build"] == "failure"
    assert run.jobs["Gate"] == "failure"
    assert "Publish" not in run.jobs
    assert "appeared in" in run.summaries
    assert bench.warehouse.projects["demo"].files == {}
    taken = [path.name for path in (tmp_path / "artifacts").glob("*.gate.1/dist/*")]
    assert EVIL not in taken
