"""`slipway init`: the file it writes, what it says, and what `--check` finds in the workflows that are there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import command_line
import pytest
import tiny_project
import yaml
from workflows import act, consumer

USES = f"{act.SLIPWAY}@{act.COMMIT}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "demo"
    tiny_project.make(folder, name="demo")
    act.repository(folder, remote=consumer.REMOTE)
    return folder


def init(project: Path, *options: str) -> command_line.Ended:
    return consumer.run("init", project, "--uses", USES, *options)


def workflow(project: Path) -> Path:
    return project / ".github" / "workflows" / "release.yml"


def test_writes_the_file_and_says_what_to_enter(project: Path) -> None:
    ended = init(project)
    assert ended.exit_code == 0, ended
    text = workflow(project).read_text()
    assert f"uses: {act.SLIPWAY}/.github/workflows/python-package.yml@{act.COMMIT} # v" in text
    assert 'tags: ["v*"]' in text
    assert len(text.splitlines()) < 60
    query = "provider=github&owner=acme&repository=demo&workflow_filename=release.yml&environment=pypi"
    assert f"/manage/project/demo/settings/publishing/?{query}" in ended.stdout
    assert "/manage/account/publishing/" in ended.stdout
    assert "Environment name:   testpypi" in ended.stdout
    assert "https://github.com/acme/demo/settings/environments" in ended.stdout
    assert "Make testpypi and pypi with required reviewers" in ended.stdout
    assert "allow\nthe tag v* and nothing else. For testpypi, allow the branch main too" in ended.stdout
    assert init(project, "--check").exit_code == 0


def test_a_host_where_the_workflow_cannot_run_is_refused(tmp_path: Path) -> None:
    tiny_project.make(folder := tmp_path / "demo", name="demo")
    act.repository(folder, remote="https://git.example.com/acme/demo.git")
    ended = init(folder)
    assert ended.exit_code == 2
    assert "hosted at git.example.com, and the workflow works on github.com only" in ended.stdout
    assert "slipway publish" in ended.stdout
    assert not workflow(folder).exists()


@pytest.mark.parametrize(
    ("remote", "said"),
    [
        ("git@work-account:acme/demo.git", True),
        ("git@github.com:acme/demo.git", False),
        ("ssh://git@ssh.github.com:443/acme/demo.git", False),
    ],
)
def test_another_name_for_github_in_the_ssh_settings_is_possible(
    remote: str,
    said: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    tiny_project.make(folder := tmp_path / "demo", name="demo")
    act.repository(folder, remote=remote)
    ended = init(folder)
    assert ended.exit_code == 0, ended
    assert ("if your SSH settings" in ended.stdout) is said


def test_leaves_a_file_that_differs_and_shows_how(project: Path) -> None:
    init(project)
    text = workflow(project).read_text()
    workflow(project).write_text(text.replace("  workflow_dispatch:\n", ""))
    ended = init(project)
    assert ended.exit_code == 2
    assert "+  workflow_dispatch:" in ended.stdout
    assert "--overwrite" in ended.stderr + ended.stdout
    assert "workflow_dispatch" not in workflow(project).read_text()
    assert init(project, "--overwrite").exit_code == 0
    assert workflow(project).read_text() == text


def test_a_project_in_a_folder_has_a_file_and_a_tag_of_its_own(tmp_path: Path) -> None:
    top = tmp_path / "both"
    tiny_project.make(top / "core", name="core")
    act.repository(top, remote="git@github.com:acme/both.git")
    ended = init(top / "core")
    text = (top / ".github" / "workflows" / "release-core.yml").read_text()
    assert "with: { path: core, tag-prefix: core-v }" in text
    assert 'tags: ["core-v*"]' in text
    assert "repository=both&workflow_filename=release-core.yml" in ended.stdout
    assert "Make testpypi-core and pypi-core with required reviewers" in ended.stdout
    assert "the tag core-v* and nothing else" in ended.stdout


def test_an_environment_that_is_started_by_a_tag_alone_takes_no_branch(project: Path) -> None:
    ended = init(project, "--index", "pypi")
    assert "Make pypi with required reviewers" in ended.stdout
    assert "the tag v* and nothing else.\n" in ended.stdout


def test_says_so_where_it_does_not_know_which_slipway_it_is(project: Path) -> None:
    ended = consumer.run("init", project, "--uses", "acme/slipway@main")
    assert ended.exit_code == 2
    assert "does not name a commit" in ended.stderr + ended.stdout
    assert not workflow(project).exists()


def test_names_the_repository_and_commit_it_runs_from(project: Path, tmp_path: Path) -> None:
    clone = act.export(tmp_path / "clone")
    act.git(clone, "remote", "add", "origin", "git@github.com:someone/slipway.git")
    act.git(clone, "update-ref", "refs/remotes/origin/main", "HEAD")
    start = [sys.executable, "-I", str(command_line.START), str(clone / "scripts"), "init", str(project)]
    done = subprocess.run(start, env=command_line.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    commit = act.git(clone, "rev-parse", "HEAD")
    assert workflow(project).read_text().count(f"uses: someone/slipway@{commit}") == 3


PUBLISHING = """\
name: Publish
on: push
permissions: {{}}
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions:
      id-token: write
    steps:
      - uses: {action}
{step}
"""
PINNED = f"actions/download-artifact@{'a' * 40}"


TWO_COMMITS = f"""\
      - uses: {USES}
        with: {{ command: publish }}
      - uses: {act.SLIPWAY}@{"c" * 40}
        with: {{ command: publish }}
"""


@pytest.mark.parametrize(
    ("rule", "step"),
    [
        ("build-and-publish-in-one-job", "      - run: python -m build"),
        ("index-token-stored", "        env: {TWINE_PASSWORD: '${{ secrets.PYPI_TOKEN }}'}"),
        ("commits-of-slipway-differ", TWO_COMMITS),
    ],
)
def test_check_finds_what_is_unsafe(rule: str, step: str, project: Path) -> None:
    init(project)
    other = workflow(project).with_name("other.yml")
    other.write_text(PUBLISHING.format(action=PINNED, step=step).replace("on: push", "on: workflow_dispatch"))
    ended = init(project, "--check", "--json")
    assert ended.exit_code == 1, ended
    assert "zizmor" in ended.stderr
    found = [
        finding for finding in ended.manifest["findings"] if finding["where"]["file"].endswith("other.yml")
    ]
    assert [finding["rule"] for finding in found] == [rule], ended
    assert found[0]["fix"]
    assert found[0]["where"]["line"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("    permissions:\n      contents: read # check out the project\n", "", "caller-grants-too-little"),
        (
            "cancel-in-progress: ${{ github.event_name == 'pull_request' }}",
            "cancel-in-progress: true",
            "workflow-drifted",
        ),
        ("python-package.yml", "python-release.yml", "publisher-cannot-match"),
    ],
)
def test_check_finds_what_has_drifted(old: str, new: str, rule: str, project: Path) -> None:
    init(project)
    path = workflow(project)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    ended = init(project, "--check", "--json")
    assert rule in {finding["rule"] for finding in ended.manifest["findings"]}, ended


def test_the_canary_is_written_beside_the_release(project: Path) -> None:
    ended = init(project, "--canary")
    assert ended.exit_code == 0, ended
    assert "keeps one issue open" in ended.stdout
    assert not workflow(project).exists()
    written = workflow(project).with_name("canary.yml")
    text = written.read_text()
    look, issue = yaml.safe_load(text)["jobs"].values()
    assert (look["permissions"], issue["permissions"]) == ({"contents": "read"}, {"issues": "write"})
    # What may write runs one step, which takes what the other job said as a value of its environment.
    [step] = issue["steps"]
    assert step["uses"] == USES
    assert step["with"] == {"command": "keep-issue"}
    assert step["env"]["SLIPWAY_RESULT"] == "${{ needs.look.result }}"
    assert not any("run" in one for one in (*look["steps"], step))

    assert init(project, "--canary").stdout.count("already as it would be written") == 1
    written.write_text(text.replace("issues: write", "contents: write"))
    assert init(project, "--canary").exit_code == 2
    assert init(project, "--canary", "--overwrite").exit_code == 0
    assert written.read_text() == text
    init(project)
    assert init(project, "--check").exit_code == 0
    assert init(project, "--check", "--canary").exit_code == 2


def test_each_project_has_a_canary_at_a_time_of_its_own(tmp_path: Path) -> None:
    top = tmp_path / "both"
    for name in ("core", "more"):
        tiny_project.make(top / name, name=name)
    act.repository(top, remote="git@github.com:acme/both.git")
    for name in ("core", "more"):
        assert init(top / name, "--canary", "--index", "testpypi").exit_code == 0
    texts = [(top / ".github" / "workflows" / f"canary-{name}.yml").read_text() for name in ("core", "more")]
    assert "with: { command: verify, path: core, index: testpypi }" in texts[0]
    assert "name: Canary core" in texts[0]
    crons = [re.search(r'cron: "(\d+) (\d+) \* \* (\d)"', text) for text in texts]
    times = [tuple(map(int, found.groups())) for found in crons if found]
    assert len({*times}) == 2
    assert all(0 < minute < 60 and hour < 24 and 1 <= day <= 5 for minute, hour, day in times)


EXAMPLES = sorted((act.ROOT / "examples" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_no_example_has_drifted(example: Path, project: Path) -> None:
    """Neither what init writes nor a file that somebody wrote from another example."""
    init(project)
    text = example.read_text("utf-8").replace("OWNER/slipway", act.SLIPWAY)
    text = re.sub("(?<=@)0123456789[0-9a-f]{30}", act.COMMIT, text)
    # The canary stands beside the workflow that releases.
    is_beside = example.name == "canary.yml"
    (workflow(project).with_name(example.name) if is_beside else workflow(project)).write_text(text)
    found = {finding["rule"] for finding in init(project, "--check", "--json").manifest["findings"]}
    assert found == ({"build-and-publish-in-one-job"} if example.name == "one-job.yml" else set())


def test_check_leaves_what_a_caller_may_choose(project: Path) -> None:
    init(project)
    path = workflow(project)
    text = (
        path.read_text().replace(act.COMMIT, "d" * 40).replace("branches: [main]", "branches: [main, stable]")
    )
    path.write_text(
        text.replace("  publish:\n", "    with: { matrix: short }\n  publish:\n").replace(
            "Publish exactly", "Send"
        )
    )
    ended = init(project, "--check")
    assert ended.exit_code == 0, ended


def test_check_leaves_a_caller_without_a_release_on_github(project: Path) -> None:
    init(project)
    path = workflow(project)
    kept, job, announce = path.read_text().partition("  announce:\n")
    assert job
    path.write_text(kept)
    assert init(project, "--check").exit_code == 0
    # What is there has to be right.
    path.write_text(kept + job + announce.replace("contents: write", "contents: read"))
    assert "workflow-drifted" in init(project, "--check").stdout


@pytest.mark.parametrize(
    "text",
    ["a: [", "- 1", "&a [*a]", "x: &x [y, y]\n" + "\n".join(f"k{n}: &k{n} [{'*x,' * 9}]" for n in range(9))],
)
def test_check_reads_broken_files(text: str, project: Path) -> None:
    init(project)
    workflow(project).with_name("broken.yml").write_text(text)
    ended = init(project, "--check")
    assert ended.exit_code in {0, 2}, ended
    assert "Traceback" not in ended.stderr
