"""Odd places to work in: strange names, a read-only checkout, a full disk, an index out of reach."""

import socket
from pathlib import Path

import only_on
import pytest
import tiny_project
from command_line import fingerprint, forked, slipway

MOUNTS = ("unshare", "--mount", *(() if only_on.is_root() else ("--map-root-user",)))
"""A namespace of its own for mounts, so that nobody else sees them and they are gone with the process."""

with_mounts = only_on.linux("it mounts in a namespace of its own")

READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'

FULL = 'mount -t tmpfs -o size=64k tmpfs "$0" && head -c 60k /dev/zero > "$0/filling" && exec "$@"'


def within(script: str, folder: Path) -> tuple[str, ...]:
    """What goes before a command so that it sees a folder as the script mounts it; the rest follows as `$@`."""
    return (*MOUNTS, "sh", "-c", script, str(folder))


@pytest.mark.parametrize(
    "name",
    [
        *("with spaces", "Überprüfung à la carte", "sch\N{SHIP}iff", "-starts-with-a-dash", "a'quote $HOME"),
        pytest.param('a"quote', marks=only_on.posix("Windows has no such names")),
    ],
)
def test_a_folder_with_a_strange_name(name: str, tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / name)
    run = forked("check", "--json", "--", name, cwd=tmp_path)
    assert run.exit_code == 0, str(run)
    assert run.manifest["findings"] == []
    assert {path.name for path in (project / ".slipway" / "dist").iterdir()} == {
        "tiny_project-1.0.0.tar.gz",
        "tiny_project-1.0.0-py3-none-any.whl",
    }


@with_mounts
def test_a_read_only_checkout_with_a_work_folder_elsewhere(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    before = fingerprint(project)
    run = slipway("check", "--json", "--work", tmp_path / "work", project, before=within(READ_ONLY, project))
    assert run.exit_code == 0, str(run)
    assert fingerprint(project) == before


@with_mounts
def test_a_read_only_checkout(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    before = fingerprint(project)
    run = slipway("check", "--json", project, before=within(READ_ONLY, project))
    assert run.exit_code == 2, str(run)
    failure = run.manifest["failure"]
    assert "cannot be written" in failure["happened"]
    assert "--work DIR" in failure["remedy"]
    assert fingerprint(project) == before


@with_mounts
def test_a_full_disk_for_the_work_folder(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    work = tmp_path / "work"
    work.mkdir()
    before = fingerprint(project)
    run = slipway("check", "--json", "--work", work, project, before=within(FULL, work))
    assert run.exit_code == 3, str(run)
    failure = run.manifest["failure"]
    assert "disk is full" in failure["happened"]
    assert "--work DIR" in failure["remedy"]
    assert fingerprint(project) == before


@with_mounts
def test_a_full_disk_for_temporary_files(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = fingerprint(project)
    run = slipway(
        *("check", "--json", "--work", tmp_path / "work", project),
        environ={"TMPDIR": str(scratch)},
        before=within(FULL, scratch),
    )
    assert run.exit_code == 3, str(run)
    told = " ".join(run.manifest["failure"][key] for key in ("happened", "cause", "remedy"))
    assert "full" in told
    assert "TMPDIR" in told or "temporary" in told
    assert fingerprint(project) == before


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_an_index_out_of_reach_while_building(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    configured = project / "pyproject.toml"
    configured.write_text(configured.read_text().replace("requires = []", 'requires = ["hatchling"]'))
    environ = {"PIP_INDEX_URL": f"http://127.0.0.1:{closed_port()}/simple/", "UV_HTTP_RETRIES": "0"}
    run = forked("check", "--json", "--work", tmp_path / "work", project, environ=environ)
    assert run.exit_code == 3, str(run)
    failure = run.manifest["failure"]
    assert "installing the build requirements" in failure["happened"]
    assert "index cannot be reached" in failure["cause"]
    assert "proxy" in failure["remedy"]


def test_an_index_out_of_reach_while_smoke_testing(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    backend = project / "_build_tools" / "own_backend.py"
    backend.write_text(
        backend.read_text().replace("Requires-Python:", "Requires-Dist: packaging\nRequires-Python:")
    )
    configured = project / "pyproject.toml"
    configured.write_text(
        configured.read_text().replace("readme =", 'dependencies = ["packaging"]\nreadme =')
    )
    environ = {"PIP_INDEX_URL": f"http://127.0.0.1:{closed_port()}/simple/", "UV_HTTP_RETRIES": "0"}
    run = forked("check", "--json", "--work", tmp_path / "work", project, environ=environ)
    assert run.exit_code == 3, str(run)
    assert "index cannot be reached" in run.manifest["failure"]["happened"]
    assert [finding for finding in run.manifest["findings"] if finding["stage"] == "smoke"] == []


def test_a_dependency_by_url_whose_host_is_out_of_reach(tmp_path: Path) -> None:
    """The host is named; the finding on the dependency explains the failure, leads, and decides the exit code."""
    address = f"http://127.0.0.1:{closed_port()}/gear-1.0-py3-none-any.whl"
    project = tiny_project.make(tmp_path / "project")
    backend = project / "_build_tools" / "own_backend.py"
    backend.write_text(
        backend.read_text().replace("Requires-Python:", f"Requires-Dist: gear @ {address}\nRequires-Python:")
    )
    arguments = ("--work", tmp_path / "work", project)
    run = forked("check", *arguments, environ={"UV_HTTP_RETRIES": "0"})
    assert run.exit_code == 1, str(run)
    assert "127.0.0.1 cannot be reached" in run.stdout
    assert run.stdout.index("requires-dist-direct-reference") < run.stdout.index("cannot be reached")
    assert "1 finding must be fixed first" in run.stdout
    wheel = tmp_path / "work" / "dist" / "tiny_project-1.0.0-py3-none-any.whl"
    alone = forked("smoke", "--json", wheel, environ={"UV_HTTP_RETRIES": "0"})
    assert alone.exit_code == 3, str(alone)
    assert "127.0.0.1" in alone.manifest["failure"]["happened"]
    assert "gear by a URL" in alone.manifest["failure"]["cause"]


def test_a_cache_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    cache = tmp_path / "not" / "there" / "yet"
    environ = {"UV_CACHE_DIR": str(cache)}
    run = forked("check", "--work", tmp_path / "work", project, environ=environ)
    assert run.exit_code == 0, str(run)
    assert cache.is_dir()


def test_a_cache_folder_that_cannot_be_made(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    (tmp_path / "file").touch()
    environ = {"UV_CACHE_DIR": str(tmp_path / "file" / "cache")}
    run = forked("check", "--json", "--work", tmp_path / "work", project, environ=environ)
    assert run.exit_code == 3, str(run)
    assert str(tmp_path / "file" / "cache") in "\n".join(run.manifest["failure"]["log"])


def test_no_home(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    environ = {"HOME": None, "UV_CACHE_DIR": str(tmp_path / "cache")}
    run = forked("check", "--work", tmp_path / "work", project, environ=environ)
    assert run.exit_code == 0, str(run)
