"""What docs/releasing.md tells to write into a workflow: it is in order, and does what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import command_line
import dispatched
import pytest
import tiny_project
from workflows import act, consumer

PAGE = act.ROOT / "docs" / "releasing.md"
BLOCK = re.compile(r"<!-- begin dispatch -->\n```yaml\n(.*?)```", re.DOTALL)
USES = f"{act.SLIPWAY}@{act.COMMIT}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the workflow for bots that tag."""
    tiny_project.make(folder := tmp_path / "demo", name="demo")
    act.repository(folder, remote=consumer.REMOTE)
    command_line.forked("init", folder, "--uses", USES)
    found = BLOCK.search(PAGE.read_text("utf-8"))
    assert found
    consumer.edit(folder, "  workflow_dispatch:\n", found[1])
    # As the page says: "Give the job `package` and the step that publishes the input".
    given = 'index: "${{ inputs.index }}"'
    consumer.edit(folder, "\n  publish:\n", f"\n    with: {{ {given} }}\n  publish:\n")
    consumer.edit(folder, "command: publish,", f"command: publish, {given},")
    # And "remove its first line".
    text = (folder / ".github" / "workflows" / "release.yml").read_text()
    consumer.edit(folder, text.partition("\n")[0] + "\n", "")
    act.git(folder, "tag", "v1.0.0")
    return folder


def test_the_workflow_for_bots_that_tag_is_in_order(project: Path) -> None:
    ended = command_line.forked("init", "--check", project, "--uses", USES, "--json")
    assert ended.exit_code == 0, ended
    assert json.loads(ended.stdout)["findings"] == []


@pytest.mark.parametrize(
    ("index", "version", "tag"), [("pypi", "1.0.0", "v1.0.0"), ("testpypi", "1.0.1.dev1600000000101", None)]
)
def test_a_dispatch_on_the_tag_goes_where_it_says(
    index: str, version: str, tag: str | None, project: Path
) -> None:
    environ = dispatched.environ() | {"GITHUB_REF": "refs/tags/v1.0.0", "SLIPWAY_INDEX": index}
    ended = command_line.forked("plan", project, "--json", environ=environ)
    plan = json.loads(ended.stdout)["plan"]
    assert (plan["destination"]["index"], plan["version"], plan["tag"]) == (index, version, tag)
    assert plan["destination"]["publish"]
