"""`slipway init` in the kinds of repositories that there are: the right file or the right refusal, today and tomorrow."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import command_line
import pytest
import tiny_project
from slipway import __version__
from slipway.options import Inputs
from slipway.project import publishing_workflow, tag_prefix, workflow
from workflows import act, consumer

USES = ("--uses", f"{act.SLIPWAY}@{act.COMMIT}")
WORKFLOW = """\
name: Release
on:
  release: { types: [published] }
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: python -m build && twine upload dist/*
        env: { TWINE_USERNAME: __token__, TWINE_PASSWORD: "${{ secrets.PYPI_API_TOKEN }}" }
"""
ON_TAGS = WORKFLOW.replace("release: { types: [published] }", 'push: { tags: ["v[0-9]+.*", "!v0.*"] }')


def repository(folder: Path, *, remote: str = consumer.REMOTE, project: str | None = None) -> Path:
    if project is None:
        tiny_project.make(folder, name="demo")
    else:
        folder.mkdir()
        (folder / "pyproject.toml").write_text(project)
    act.repository(folder, remote=remote)
    return folder


def init(folder: Path, *options: str, uses: tuple[str, ...] = USES, **environ: str) -> command_line.Ended:
    return consumer.run("init", folder, *uses, *options, environ=environ)


def release(folder: Path, name: str = "release.yml") -> Path:
    return folder / ".github" / "workflows" / name


def content(path: Path) -> Any:
    return workflow.read(path.read_bytes(), file=path.name).content


def test_what_replaces_a_workflow_with_a_token_says_what_changes(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    release(folder).parent.mkdir(parents=True)
    release(folder).write_text(WORKFLOW)
    release(folder, "publish.yml").write_text(ON_TAGS)
    ended = init(folder)
    assert ended.exit_code == 2, ended
    assert (
        ".github/workflows/publish.yml publishes too (job publish), and a pushed tag starts it"
        in ended.stdout
    )
    assert "release.yml as it is is started by `release` (types published)." in ended.stdout
    assert (
        "The new one is started by `pull_request`, `push` (branches main, tags v*), `workflow_dispatch`"
        in ended.stdout
    )
    assert "Its jobs test are not in the new one" in ended.stdout
    assert ended.stdout.count("The secret PYPI_API_TOKEN is not needed any more") == 1
    assert "https://github.com/acme/demo/settings/secrets/actions" in ended.stdout
    # All of it is said before the difference.
    assert ended.stdout.index("PYPI_API_TOKEN is not") < ended.stdout.index("+++")
    assert release(folder).read_text() == WORKFLOW
    assert init(folder, "--overwrite").exit_code == 0
    found = {one["rule"] for one in init(folder, "--check", "--json").manifest["findings"]}
    assert found == {"another-workflow-publishes", "index-token-stored", "build-and-publish-in-one-job"}
    release(folder, "publish.yml").unlink()
    assert init(folder, "--check").exit_code == 0


@pytest.mark.parametrize(
    ("triggers", "is_found"),
    [
        ("on: push", True),
        ("on: [release]", True),
        ("on: {push: {tags: ['*']}}", True),
        ("on: {push: {tags-ignore: ['nightly*']}}", True),
        ("on: {push: {branches: [main]}}", False),
        ("on: {push: {tags: ['docs-*']}}", False),
        ("on: {push: {tags: ['v*', '!v*']}}", False),
        ("on: workflow_dispatch", False),
        ("on: pull_request", False),
    ],
)
def test_only_what_a_release_starts_is_named(triggers: str, is_found: bool) -> None:  # noqa: FBT001
    text = WORKFLOW.replace("on:\n  release: { types: [published] }", triggers)
    read = workflow.read(text.encode(), file="other.yml")
    assert (publishing_workflow.starts_with_release(read, "v") is not None) is is_found


TAGS = {
    "none": ((), "v"),
    "with v": (("v1.0.0", "nightly-2026.1.1"), "v"),
    "without v": (("1.0.0", "1.1.0"), ""),
    "v, and later without": (("v1.0.0", "2.0.0"), ""),
    "without v, and later with it": (("1.0.0", "v2.0.0"), "v"),
    "the name before it": (("demo-1.0.0", "demo-1.1.0"), "demo-"),
    "a word before it": (("release-1.0",), "release-"),
    "no release at all": (("latest", "backup-3"), "v"),
}


@pytest.mark.parametrize("kind", TAGS)
def test_the_tags_that_are_there_decide_the_prefix(kind: str, tmp_path: Path) -> None:
    tags, prefix = TAGS[kind]
    folder = repository(tmp_path / "demo")
    for tag in tags:
        act.git(folder, "tag", tag)
    assert tag_prefix.chosen(folder, name="demo") == prefix


def test_a_project_whose_tags_have_no_prefix(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    act.git(folder, "tag", "1.0.0")
    ended = init(folder)
    assert ended.exit_code == 0, ended
    assert "a tag such as 1.0.0 releases" in ended.stdout
    assert "the tag [0-9]* and nothing else" in ended.stdout
    tree = content(release(folder))
    assert tree["on"]["push"]["tags"] == ["[0-9]*"]
    assert tree["jobs"]["package"]["with"]["tag-prefix"] == "none"
    assert "tag-prefix: none" in release(folder).read_text().partition("  publish:\n")[2]
    # What is written counts from now on, whatever is tagged afterwards; `release` and `status` go by it too.
    act.git(folder, "tag", "v9.0.0")
    assert init(folder, "--check").exit_code == 0
    assert tag_prefix.of_project(Inputs(command="release", path=folder, work=folder), name="demo") == ""


def test_a_tag_without_a_prefix_is_a_release_and_another_word_is_none(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "SLIPWAY_TAG_PREFIX": "none"}
    for tag, index in (("1.0.0", "pypi"), ("nightly", "none")):
        event = {**environ, "GITHUB_REF": f"refs/tags/{tag}"}
        planned = consumer.run("plan", folder, "--json", environ=event)
        assert planned.manifest["plan"]["destination"]["index"] == index, planned


HOSTS = {
    "https://gitlab.com/acme/demo.git": "gitlab.com",
    "https://gitlab.com/acme/group/demo.git": "gitlab.com",
    "git@gitlab.com:acme/demo.git": "gitlab.com",
    "ssh://git@gitlab.example.org:2222/acme/demo.git": "gitlab.example.org",
    "git@bitbucket.org:acme/demo.git": "bitbucket.org",
}


@pytest.mark.parametrize("remote", HOSTS)
def test_another_host_is_named_and_nothing_is_written(remote: str, tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", remote=remote)
    ended = init(folder)
    assert ended.exit_code == 2, ended
    assert f"hosted at {HOSTS[remote]}, and the workflow works on github.com only" in ended.stdout
    assert not release(folder).exists()


def test_without_a_remote_it_says_what_it_does_not_know(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", remote="")
    ended = init(folder)
    assert ended.exit_code == 0, ended
    assert "There is no remote on GitHub called origin" in ended.stdout
    assert "owner=" not in ended.stdout
    assert "(the account or organisation on GitHub)" in ended.stdout
    before = release(folder).read_text()
    act.git(folder, "remote", "add", "origin", consumer.REMOTE)
    again = init(folder)
    assert "already as it would be written" in again.stdout
    assert "owner=acme&repository=demo" in again.stdout
    assert release(folder).read_text() == before


def test_the_default_branch_is_not_the_one_that_is_checked_out(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    act.git(folder, "checkout", "-qb", "add-the-workflow")
    assert "branches: [main]" in (init(folder), release(folder).read_text())[1]
    act.git(folder, "checkout", "-q", "--detach")
    act.git(folder, "branch", "-D", "main", "add-the-workflow")
    ended = init(folder)
    assert "git does not know here which branch is the default one on GitHub; main is taken" in ended.stdout
    act.git(folder, "update-ref", "refs/remotes/origin/stable", "HEAD")
    act.git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/stable")
    ended = init(folder, "--overwrite")
    assert "does not know here" not in ended.stdout
    assert "branches: [stable]" in release(folder).read_text()


POETRY = '[tool.poetry]\nname = "demo"\nversion = "1.0.0"\n[build-system]\nrequires = ["poetry-core"]\n'


@pytest.mark.parametrize("kind", ["poetry", "setup-py", "compiled"])
def test_the_backend_makes_no_difference_to_the_file(kind: str, tmp_path: Path) -> None:
    if kind == "poetry":
        folder = repository(tmp_path / kind, project=f'{POETRY}build-backend = "poetry.core.masonry.api"\n')
    else:
        example = {"setup-py": "setup-py-only"}.get(kind, kind)
        folder = tmp_path / kind
        shutil.copytree(act.ROOT / "examples" / "projects" / example, folder)
        act.repository(folder, remote=consumer.REMOTE)
    plain = repository(tmp_path / "demo")
    assert init(folder).exit_code == init(plain).exit_code == 0
    assert release(folder).read_text() == release(plain).read_text()
    assert init(folder, "--check").exit_code == 0


def test_several_projects_get_their_files_at_once_and_agree_with_each_alone(tmp_path: Path) -> None:
    top = tmp_path / "both"
    for name in ("core", "packages/wire", "packages/app"):
        tiny_project.make(top / name, name=name.rpartition("/")[2])
    act.repository(top, remote=consumer.REMOTE)
    act.git(top, "tag", "wire-v1.0.0")
    ended = init(top, "--all-projects")
    assert ended.exit_code == 0, ended
    found = {path.name: content(path) for path in release(top).parent.iterdir()}
    prefixes = {name: tree["jobs"]["package"]["with"]["tag-prefix"] for name, tree in found.items()}
    assert prefixes == {
        "release-core.yml": "core-v",
        "release-packages-wire.yml": "wire-v",
        "release-packages-app.yml": "packages-app-v",
    }
    assert "publishes too" not in ended.stdout
    # What was not judged is not praised.
    assert "lets nobody else in" not in ended.stdout
    assert init(top, "--all-projects", "--check").exit_code == 0
    for project in ("core", "packages/wire", "packages/app"):
        assert init(top / project, "--check").exit_code == 0
        assert "already as it would be written" in init(top / project).stdout


def test_the_variant_with_the_action_of_pypa(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    assert init(folder, "--uploader", "pypa").exit_code == 0
    steps = content(release(folder))["jobs"]["publish"]["steps"]
    example = act.ROOT / "examples" / "workflows" / "pypa.yml"
    wanted = content(example)["jobs"]["publish"]["steps"]
    for step in wanted:
        step.pop("name")
        step["uses"] = step["uses"].replace("OWNER/slipway", act.SLIPWAY).partition("@")[0]
    for step in steps:
        step.pop("name")
        step["uses"] = step["uses"].partition("@")[0]
    assert steps == wanted
    ours = (act.ROOT / ".github" / "workflows" / "python-release.yml").read_text()
    pin = next(line.strip() for line in release(folder).read_text().splitlines() if "pypi-publish@" in line)
    assert pin in ours
    # It stays what it is: --check and a second init need no --uploader.
    assert init(folder, "--check").exit_code == 0
    assert "already as it would be written" in init(folder).stdout
    assert init(folder, "--uploader", "slipway").exit_code == 2


def test_the_index_that_is_written_stays(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    assert init(folder, "--index", "testpypi").exit_code == 0
    assert init(folder, "--check").exit_code == 0
    assert "already as it would be written" in init(folder).stdout


@pytest.mark.parametrize(
    "uses", ["OWNER/slipway@0123456789abcdef0123456789abcdef01234567", f"{act.SLIPWAY}@{'0' * 40}"]
)
def test_a_place_that_stands_in_examples_only_is_refused_and_found(uses: str, tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    ended = init(folder, uses=("--uses", uses))
    assert ended.exit_code == 2
    assert "stands for a commit in the examples" in ended.stdout
    init(folder)
    text = release(folder).read_text().replace(f"{act.SLIPWAY}@{act.COMMIT}", uses, 1)
    release(folder).write_text(text)
    found = {one["rule"] for one in init(folder, "--check", "--json").manifest["findings"]}
    assert "workflow-names-placeholder" in found


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of Slipway whose commit is not on its remote, which is one on this machine."""
    folder = tmp_path_factory.mktemp("own")
    act.export(folder / "clone")
    subprocess.run(["git", "init", "-q", "--bare", folder / "slipway.git"], check=True)
    (folder / "gitconfig").write_text(
        f'[url "{folder}/"]\n\tinsteadOf = https://github.com/someone/\n\tinsteadOf = git@github.com:someone/\n'
    )
    act.git(folder / "clone", "remote", "add", "origin", "git@github.com:someone/slipway.git")
    return folder / "clone"


def run_from(
    scripts: Path, folder: Path, *options: str, environ: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    start = [sys.executable, "-I", str(command_line.START), str(scripts), "init", str(folder), *options]
    changed = command_line.environment(environ)
    return subprocess.run(start, env=changed, capture_output=True, text=True, check=False)


def test_the_commit_is_one_that_github_has(clone: Path, tmp_path: Path) -> None:
    """Not pushed, pushed, installed from a folder, changed since; and by the name of the release alone."""
    folder = repository(tmp_path / "demo")
    environ = {"GIT_CONFIG_GLOBAL": str(clone.with_name("gitconfig")), "GIT_CONFIG_NOSYSTEM": "1"}
    done = run_from(clone / "scripts", folder, environ=environ)
    assert done.returncode == 2
    commit = act.git(clone, "rev-parse", "HEAD")
    assert f"The commit {commit[:12]} of this Slipway is not known to be on GitHub" in done.stdout
    assert not release(folder).exists()

    act.git(clone, "tag", "-am", "Release", f"v{__version__}")
    act.git(
        clone, "push", "-q", str(clone.with_name("slipway.git")), "HEAD:refs/heads/main", f"v{__version__}"
    )
    assert run_from(clone / "scripts", folder, environ=environ).returncode == 0
    assert release(folder).read_text().count(f"@{commit} # v{__version__}") == 4

    # As pip leaves it behind an installation from a folder (PEP 610).
    site = tmp_path / "site"
    shutil.copytree(clone / "scripts" / "slipway", site / "slipway")
    about = site / f"slipway_release-{__version__}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.4\nName: slipway-release\nVersion: {__version__}\n")
    record = {"url": clone.as_uri(), "dir_info": {}}
    (about / "direct_url.json").write_text(json.dumps(record))
    installed = run_from(site, folder, environ=environ)
    assert installed.returncode == 0, installed.stdout
    assert "already as it would be written" in installed.stdout

    (site / "slipway" / "errors.py").write_text((site / "slipway" / "errors.py").read_text() + "\n")
    done = run_from(site, folder, environ=environ)
    assert done.returncode == 2
    assert "what is there now differs" in " ".join(done.stdout.split())

    # As it comes from an index: the project's link to its repository, and the tag of the version.
    (about / "direct_url.json").unlink()
    unknown = run_from(site, folder, environ=environ)
    assert "names no repository on GitHub" in " ".join(unknown.stdout.split())
    with (about / "METADATA").open("a") as stream:
        stream.write("Project-URL: Source, https://github.com/someone/slipway\n")
    assert "already as it would be written" in run_from(site, folder, environ=environ).stdout

    for uses in ("someone/slipway", f"someone/slipway@v{__version__}"):
        assert "already as it would be written" in init(folder, uses=("--uses", uses), **environ).stdout
    assert "has no tag v9.9.9" in init(folder, uses=("--uses", "someone/slipway@v9.9.9"), **environ).stdout
    assert (
        init(folder, uses=("--uses", "nobody/slipway"), **environ, GIT_ALLOW_PROTOCOL="file").exit_code == 3
    )
