"""Processes of their own that publish to a bench."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from index.bench import issuer
from index.scene import Scene
from slipway.manifest import write_manifest

DRIVER = Path(__file__).with_name("driver.py")


def start(
    scene: Scene, *commands: str, environ: dict[str, str] | None = None, **told: Any
) -> subprocess.Popen[str]:
    """Start a process that publishes a scene as a job on a runner would."""
    write_manifest(scene.fresh(), scene.work)
    job = scene.bench.job
    given = {
        name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "SLIPWAY_"))
    }
    if job is not None:
        given |= {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": job.event,
            "GITHUB_REPOSITORY": job.repository,
            "GITHUB_REF": job.ref,
            "GITHUB_WORKFLOW_REF": job.workflow_ref,
            "GITHUB_RUN_ID": "77",
            "GITHUB_STEP_SUMMARY": str(scene.work.parent / "summary.md"),
            "GITHUB_OUTPUT": str(scene.work.parent / "output"),
            "ACTIONS_ID_TOKEN_REQUEST_URL": scene.bench.token_url,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": issuer.BEARER,
        }
    arguments = [str(scene.work.parent), "--index", scene.bench.upload_url]
    told = {"commands": commands or ("publish", "verify"), "arguments": arguments, **told}
    return subprocess.Popen(
        [sys.executable, "-I", DRIVER, json.dumps(told)],
        env=given | (environ or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
