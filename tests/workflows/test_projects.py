"""Other kinds of projects: compiled code, and two projects in one repository."""

from __future__ import annotations

import json
import shutil
import sys
import tomllib
from pathlib import Path

from workflows import act, consumer

IDENTIFIER = "cp3{minor}-manylinux_x86_64"


def test_a_compiled_project_is_built_wheel_by_wheel_from_one_sdist(
    program: Path, tree: Path, tmp_path: Path
) -> None:
    """The stand-in for cibuildwheel builds the one wheel that this machine can build."""
    project = consumer.example(tmp_path / "compiled", "compiled")
    declared = project / "pyproject.toml"
    wanted = f'\n[tool.cibuildwheel]\nbuild = "{IDENTIFIER.format(minor=sys.version_info.minor)}"\n'
    declared.write_text(declared.read_text() + wanted)
    act.commit(project)
    artifacts = tmp_path / "artifacts"
    run = act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event="push",
        payload={"ref": "refs/heads/main"},
        artifacts=artifacts,
        variables={
            "SLIPWAY_CACHE": str(act.cache_with_cibuildwheel(tmp_path / "cache")),
            # Each job runs in an environment of its own, not in that of the tests.
            "ACT_PYTHON": str(getattr(sys, "_base_executable", sys.executable)),
        },
    )
    assert run.exit_code == 0, run.log
    assert run.jobs == {
        "Build": "success",
        "Wheels (linux-x86_64)": "success",
        "Smoke (linux-x86_64)": "success",
        "Gate": "success",
    }
    manifest = json.loads((artifacts / run.outputs["artifact-name"] / "manifest.json").read_bytes())
    kinds = [(artifact["kind"], "manylinux" in artifact["filename"]) for artifact in manifest["artifacts"]]
    assert sorted(kinds) == [("sdist", False), ("wheel", True)]
    sdists = {path.read_bytes() for path in artifacts.rglob("*.tar.gz")}
    assert len(sdists) == 1, "every job goes on from the same sdist"


def test_of_two_projects_only_the_tagged_one_is_to_be_published(
    program: Path, tree: Path, tmp_path: Path
) -> None:
    """The example file for several projects, up to the jobs that publish."""
    project = tmp_path / "monorepo"
    shutil.copytree(act.ROOT / "examples" / "projects" / "monorepo", project)
    text = (act.ROOT / "examples" / "workflows" / "monorepo.yml").read_text("utf-8")
    text = text.replace("OWNER/slipway", act.SLIPWAY).replace(
        "with: { path", f"with: {{ {consumer.ONE_JOB}, path"
    )
    head = text.partition("  publish-core:")[0]
    ends = """\
  ends:
    name: Ends
    needs: [core, cli]
    if: always()
    runs-on: ubuntu-latest
    steps:
      - run: echo "core=$CORE cli=$CLI"
        env:
          CORE: ${{ needs.core.outputs.publish }} ${{ needs.core.outputs.index }} ${{ needs.core.outputs.artifact-name }}
          CLI: ${{ needs.cli.outputs.publish }} ${{ needs.cli.outputs.index }} ${{ needs.cli.outputs.artifact-name }}
"""
    workflows = project / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "release.yml").write_text(head + ends)
    act.repository(project, remote=consumer.REMOTE)
    declared = tomllib.loads((project / "core" / "pyproject.toml").read_text())
    version = declared["project"]["version"]
    run = act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event="push",
        payload={"ref": f"refs/tags/core-v{version}"},
        artifacts=tmp_path / "artifacts",
    )
    assert run.exit_code == 0, run.log
    jobs = ("Build", "Smoke (linux-x86_64)", "Gate")
    assert run.jobs == {f"Core / {job}": "success" for job in jobs} | {"Ends": "success"}
    told = next(line for line in run.log.splitlines() if line.startswith("core="))
    assert told.strip() == ("core=true pypi slipway.slipway-example-core.gate.1 cli=")
