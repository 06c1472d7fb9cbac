"""A staging version is made in the private copy: every version tool takes it, and the checkout stays as it was."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import only_on
import pytest
import tiny_project
from command_line import fingerprint, forked
from dispatched import committed, environ, git
from slipway.building import checkout, staged
from slipway.errors import InputError, ProjectError
from slipway.records import Staging

VERSION = "1.2.0rc2.dev1600000000103"
CHOSEN = Staging(version="1.0.1.dev5", base="1.0.1", reason="for a test", tag="v1.0.1.dev5")


@dataclass(frozen=True)
class Tool:
    """A project whose version comes from git: what it declares, and its further files."""

    requires: str
    backend: str
    table: str
    files: dict[str, str] = field(default_factory=dict)
    project: str = '[project]\nname = "demo"\ndynamic = ["version"]\n'

    def make(self, folder: Path) -> Path:
        files = {
            "pyproject.toml": f'[build-system]\nrequires = [{self.requires}]\nbuild-backend = "{self.backend}"\n'
            f"{self.project}{self.table}",
            "src/demo/__init__.py": "",
            "README.md": "A project whose version comes from git.\n",
            ".gitignore": "*.egg-info/\n",
            **self.files,
        }
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return folder


SETUPTOOLS, HATCHLING = "setuptools.build_meta", "hatchling.build"
TOOLS = {
    "setuptools-scm": Tool('"setuptools>=77", "setuptools-scm>=8"', SETUPTOOLS, "[tool.setuptools_scm]\n"),
    "hatch-vcs": Tool('"hatchling", "hatch-vcs"', HATCHLING, '[tool.hatch.version]\nsource = "vcs"\n'),
    "versioningit": Tool(
        '"hatchling", "versioningit"', HATCHLING, '[tool.hatch.version]\nsource = "versioningit"\n'
    ),
    "pdm scm": Tool('"pdm-backend"', "pdm.backend", '[tool.pdm.version]\nsource = "scm"\n'),
    "poetry-dynamic-versioning": Tool(
        '"poetry-core", "poetry-dynamic-versioning"',
        "poetry_dynamic_versioning.backend",
        '[tool.poetry]\nversion = "0.0.0"\npackages = [{ include = "demo", from = "src" }]\n'
        "[tool.poetry-dynamic-versioning]\nenable = true\n",
    ),
    "uv-dynamic-versioning": Tool(
        '"hatchling", "uv-dynamic-versioning"',
        HATCHLING,
        '[tool.hatch.version]\nsource = "uv-dynamic-versioning"\n',
    ),
    "setuptools-git-versioning": Tool(
        '"setuptools>=77", "setuptools-git-versioning"',
        SETUPTOOLS,
        "[tool.setuptools-git-versioning]\nenabled = true\n",
    ),
    "versioneer": Tool(
        '"setuptools>=77", "versioneer"',
        SETUPTOOLS,
        '[tool.versioneer]\nVCS = "git"\nstyle = "pep440"\ntag_prefix = "v"\n'
        'versionfile_source = "src/demo/_version.py"\nversionfile_build = "demo/_version.py"\n',
        {
            "setup.py": "import versioneer\nfrom setuptools import setup\n\n"
            "setup(version=versioneer.get_version(), cmdclass=versioneer.get_cmdclass())\n",
            "src/demo/_version.py": "# Written by the build.\n",
        },
    ),
    "pbr": Tool(
        '"setuptools>=64", "pbr>=6"',
        "pbr.build",
        "",
        {
            "setup.py": 'import setuptools\n\nsetuptools.setup(setup_requires=["pbr"], pbr=True)\n',
            "setup.cfg": "[metadata]\nname = demo\n[files]\npackages = demo\n",
            "demo/__init__.py": "",
        },
        project="",
    ),
}
"""The tools that project/vcs_version.py knows."""


@pytest.mark.parametrize("name", TOOLS)
def test_a_version_tool_says_exactly_the_staging_version(name: str, tmp_path: Path) -> None:
    """The commit has two tags, one of them a pre-release: neither is what is built."""
    folder = committed(TOOLS[name].make(tmp_path / "project"), "v1.1.0", "v1.2.0rc1")
    before = fingerprint(folder)
    run = forked("build", "--json", folder, "--work", tmp_path / "work", environ=environ(attempt=3))
    assert run.exit_code == 0, str(run)
    assert run.manifest["plan"]["staging"]["tag"] == f"v{VERSION}"
    names = [artifact["filename"] for artifact in run.manifest["artifacts"]]
    assert [one.split("-")[:2] for one in names] == [["demo", f"{VERSION}.tar.gz"], ["demo", VERSION]]
    assert fingerprint(folder) == before


def test_a_written_version_is_written_in_the_copy_alone(tmp_path: Path) -> None:
    folder = committed(tiny_project.make(tmp_path / "project"), "v1.0.0")
    before = fingerprint(folder)
    for attempt in (1, 2):
        run = forked(
            "build", "--json", folder, "--work", tmp_path / str(attempt), environ=environ(attempt=attempt)
        )
        version = f"1.0.1.dev160000000010{attempt}"
        assert [one["filename"] for one in run.manifest["artifacts"]] == [
            f"tiny_project-{version}.tar.gz",
            f"tiny_project-{version}-py3-none-any.whl",
        ], str(run)
    assert fingerprint(folder) == before


def test_a_version_that_the_workflow_sets_gives_way(tmp_path: Path) -> None:
    folder = committed(TOOLS["hatch-vcs"].make(tmp_path / "project"), "v1.2.0rc1")
    set_there = {"SETUPTOOLS_SCM_PRETEND_VERSION": "7.0", "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_DEMO": "8.0"}
    run = forked("build", "--json", folder, environ=environ(attempt=3) | set_there)
    assert run.exit_code == 0, str(run)
    assert {artifact["filename"].split("-")[1] for artifact in run.manifest["artifacts"]} == {
        f"{VERSION}.tar.gz",
        VERSION,
    }


def test_another_version_than_the_planned_one_is_not_handed_on(tmp_path: Path) -> None:
    """versioningit has no variable, and this format says something else of every commit."""
    table = '[tool.hatch.version]\nsource = "versioningit"\n[tool.versioningit.tag2version]\nregex = "v(?P<version>1.2.0)"\n'
    tool = Tool('"hatchling", "versioningit"', HATCHLING, table)
    folder = committed(tool.make(tmp_path / "project"), "v1.2.0rc1")
    run = forked("build", "--json", folder, environ=environ(attempt=3))
    assert run.exit_code == 1, str(run)
    assert run.manifest["artifacts"] == []
    assert f"does not have the version {VERSION}" in run.manifest["failure"]["happened"]
    assert f"the tag v{VERSION} only" in run.manifest["failure"]["cause"]
    with_a_tag = forked("build", "--json", folder, "--tag", "v1.2.0", environ=environ(attempt=3))
    assert with_a_tag.exit_code == 0, str(with_a_tag)


def test_every_file_is_compared() -> None:
    right = Path("demo-1.0.1.dev5.tar.gz"), Path("demo-1.0.1.dev5-py3-none-any.whl")
    staged.demand_version(right, CHOSEN)
    for wrong in ("demo-1.0.1.tar.gz", "demo-1.0.1.dev5+d2026-py3-none-any.whl", "demo-1-2-3.whl"):
        with pytest.raises(ProjectError, match="does not have the version"):
            staged.demand_version([*right, Path(wrong)], CHOSEN)


def copied(folder: Path, target: Path) -> list[str]:
    """Return the tags of the copy after the staging version came into it."""
    project = checkout.copy(folder, target)
    staged.prepare(target, project, CHOSEN)
    return git(project, "tag").split()


def test_the_copy_has_one_tag_and_the_checkout_has_its_own(tmp_path: Path) -> None:
    folder = committed(tiny_project.make(tmp_path / "project"), *(f"v0.{minor}" for minor in range(250)))
    git(folder, "pack-refs", "--all")
    git(folder, "tag", "loose")
    before = fingerprint(folder)
    assert copied(folder, tmp_path / "copy") == ["v1.0.1.dev5"]
    assert git(tmp_path / "copy", "describe", "--exact-match") == "v1.0.1.dev5\n"
    assert git(tmp_path / "copy", "status", "--porcelain") == ""
    assert fingerprint(folder) == before


@only_on.posix("a link needs a right there")
def test_refs_that_are_links_are_not_written_through(tmp_path: Path) -> None:
    """contrib/workdir/git-new-workdir makes such a repository, and so does the tool `repo`."""
    origin = committed(tiny_project.make(tmp_path / "origin"), "v1.0.0")
    folder = tmp_path / "linked"
    (folder / ".git").mkdir(parents=True)
    git(origin, "pack-refs", "--all")
    for name in ("config", "refs", "objects", "packed-refs", "logs/refs"):
        (folder / ".git" / name).parent.mkdir(exist_ok=True)
        (folder / ".git" / name).symlink_to(origin / ".git" / name)
    (folder / ".git" / "HEAD").write_bytes((origin / ".git" / "HEAD").read_bytes())
    git(folder, "checkout", "-q", "-f")
    before = fingerprint(origin), fingerprint(folder)
    assert copied(folder, tmp_path / "copy") == ["v1.0.1.dev5"]
    assert (fingerprint(origin), fingerprint(folder)) == before


def test_a_project_that_is_a_submodule_or_a_worktree(tmp_path: Path) -> None:
    library = committed(tiny_project.make(tmp_path / "library"), "v1.0.0")
    (tmp_path / "top").mkdir()
    top = committed(tiny_project.make(tmp_path / "top" / "above"), "v3.0")
    git(top, "submodule", "add", "-q", str(library), "vendored")
    git(library, "worktree", "add", "-q", "-b", "other", str(tmp_path / "worktree"))
    for number, folder in enumerate((top / "vendored", tmp_path / "worktree")):
        before = fingerprint(tmp_path / "library"), fingerprint(top), fingerprint(tmp_path / "worktree")
        target = tmp_path / f"copy-{number}"
        assert copied(folder, target) == ["v1.0.1.dev5"]
        assert git(target, "rev-parse", "--show-toplevel").strip() == str(target)
        assert git(target, "status", "--porcelain") == ""
        assert (
            fingerprint(tmp_path / "library"),
            fingerprint(top),
            fingerprint(tmp_path / "worktree"),
        ) == before


def test_a_clone_that_borrows_by_a_relative_path(tmp_path: Path) -> None:
    origin = committed(tiny_project.make(tmp_path / "origin"))
    git(tmp_path, "clone", "-q", "--shared", "origin", "clone")
    alternates = tmp_path / "clone" / ".git" / "objects" / "info" / "alternates"
    alternates.write_text(os.path.relpath(origin / ".git" / "objects", alternates.parents[1]) + "\n")
    assert copied(tmp_path / "clone", tmp_path / "elsewhere" / "copy") == ["v1.0.1.dev5"]
    assert git(tmp_path / "elsewhere" / "copy", "fsck", "--connectivity-only") == ""


def test_a_repository_around_the_copy_gets_no_tag(tmp_path: Path) -> None:
    """The folder for temporary files may be inside of a repository."""
    around = committed(tiny_project.make(tmp_path / "around"), "v1.0.0")
    plain = tiny_project.make(tmp_path / "plain")
    before = git(around, "for-each-ref")
    with pytest.raises(InputError, match="not a repository of its own"):
        copied(plain, around / "copy")
    assert git(around, "for-each-ref") == before
