"""What the user gives is wrong: one clear sentence, exit code 2, no traceback, nothing changed."""

from collections.abc import Callable
from pathlib import Path

import loopback_answers
import pytest
import tiny_project
from command_line import fingerprint, forked


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def a_file(folder: Path) -> Path:
    folder.write_text("not a folder\n")
    return folder


def nothing(folder: Path) -> Path:
    return folder


def broken_toml(folder: Path) -> Path:
    tiny_project.make(folder)
    (folder / "pyproject.toml").write_text('[project]\nname = "tiny\nversion = "1"\n')
    return folder


def not_utf8(folder: Path) -> Path:
    tiny_project.make(folder)
    (folder / "pyproject.toml").write_bytes('[project]\nname = "schön"\n'.encode("latin-1"))
    return folder


def broken_setup_cfg(folder: Path) -> Path:
    folder.mkdir()
    (folder / "setup.cfg").write_text("[metadata\nname = tiny\n")
    return folder


def unknown_rule_ignored(folder: Path) -> Path:
    tiny_project.make(folder)
    with (folder / "pyproject.toml").open("a") as stream:
        stream.write('\n[tool.slipway.ignore]\nno-such-rule = "because"\n')
    return folder


GIVEN: dict[str, tuple[Callable[[Path], Path], tuple[str, ...]]] = {
    "no project": (empty, ("project", "pyproject.toml")),
    "a file": (a_file, ("given",)),
    "no such folder": (nothing, ("given",)),
    "broken TOML": (broken_toml, ("pyproject.toml", "line 2")),
    "TOML that is not UTF-8": (not_utf8, ("pyproject.toml", "UTF-8")),
    "broken setup.cfg": (broken_setup_cfg, ("setup.cfg", "line")),
    "a rule ignored that does not exist": (unknown_rule_ignored, ("no-such-rule", "slipway rules")),
}


@pytest.mark.parametrize("what", GIVEN)
def test_a_project_that_cannot_be_read(what: str, tmp_path: Path) -> None:
    make, fragments = GIVEN[what]
    project = make(tmp_path / "given")
    before = fingerprint(tmp_path)

    run = forked("check", project)

    assert run.exit_code == 2, str(run)
    told = run.stdout + run.stderr
    assert "what to do: " in told, told
    assert [fragment for fragment in fragments if fragment not in told] == [], told
    assert "Traceback" not in told
    assert fingerprint(tmp_path) == before, "something was left behind"


USAGE = {
    "an unknown option": (("check", "--no-such-option", "."), "--no-such-option"),
    "an unknown command": (("chekc",), "chekc"),
    "a time limit that is no number": (("check", "--build-timeout", "soon", "."), "soon"),
    "a time limit of nothing": (("check", "--build-timeout", "0", "."), "0"),
    "a severity that does not exist": (("check", "--fail-on", "everything", "."), "everything"),
    "an index that is neither a name nor an address": (("plan", "--index", "pipy", "PROJECT"), "pipy"),
    "a runner label without a platform": (("check", "--runners", "nonsense", "PROJECT"), "nonsense"),
    "a Python that is not here": (("build", "--python", "2.3", "PROJECT"), "2.3"),
    "no file to inspect": (("inspect", "missing-1.0.tar.gz"), "missing-1.0.tar.gz"),
    "a rule that does not exist": (("explain", "no-such-rule"), "no-such-rule"),
}


@pytest.mark.parametrize("what", USAGE)
def test_a_command_line_that_makes_no_sense(what: str, tmp_path: Path) -> None:
    arguments, fragment = USAGE[what]
    project = tiny_project.make(tmp_path / "project")
    run = (
        forked(
            *(str(project) if word == "PROJECT" else word for word in arguments), "--work", tmp_path / "work"
        )
        if "PROJECT" in arguments
        else forked(*arguments, cwd=tmp_path)
    )
    assert run.exit_code == 2, str(run)
    assert fragment in run.stdout + run.stderr, str(run)
    assert "Traceback" not in run.stdout + run.stderr


def test_what_is_wrong_with_an_option_stands_in_the_manifest(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    run = forked("check", "--json", "--runners", "nonsense", project)
    assert run.exit_code == 2, str(run)
    assert "nonsense" in run.manifest["failure"]["happened"]
    assert [stage["name"] for stage in run.manifest["stages"]] == ["plan"]


def test_a_work_folder_that_is_a_file(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    work = tmp_path / "work"
    work.write_text("mine\n")
    run = forked("check", "--work", work, project)
    assert run.exit_code == 2, str(run)
    assert str(work) in run.stdout
    assert "--work" in run.stdout
    assert work.read_text() == "mine\n"


DAMAGED = {
    "missing": None,
    "empty": b"",
    "cut short": b'{"schema_version": 1, "slipway": "0.1',
    "another kind of JSON": b"[1, 2]",
    "an unknown field": b'{"schema_version": 1, "surprise": true}',
    "from a later version": b'{"schema_version": 99}',
    "not text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize(
    "command", ["publish --index http://127.0.0.1:9/", "verify --index http://127.0.0.1:9/", "announce"]
)
@pytest.mark.parametrize("damage", DAMAGED)
def test_a_manifest_that_cannot_be_gone_on_from(command: str, damage: str, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    path = work / "manifest.json"
    if (written := DAMAGED[damage]) is not None:
        path.write_bytes(written)
    run = forked(*command.split(), "--work", work, tmp_path)
    assert run.exit_code == 2, str(run)
    assert "manifest" in run.stdout
    assert "slipway check" in run.stdout or "same Slipway" in run.stdout, run.stdout
    assert (path.read_bytes() if path.exists() else None) == written, "what was to be looked at is gone"


def changed(wheel: Path) -> None:
    wheel.write_bytes(wheel.read_bytes() + b"more")


def lost(wheel: Path) -> None:
    wheel.unlink()


@pytest.mark.parametrize(("spoil", "fragment"), [(changed, "has changed"), (lost, "are gone")])
def test_an_artifact_that_is_not_the_one_checked(
    spoil: Callable[[Path], None], fragment: str, tmp_path: Path
) -> None:
    project = tiny_project.make(tmp_path / "project")
    work = tmp_path / "work"
    assert forked("build", "--work", work, project).exit_code == 0
    spoil(next(work.glob("dist/*.whl")))
    with loopback_answers.serve(status=404) as index:
        run = forked(
            *("publish", "--json", "--index", index.address, "--work", work, project),
            environ={"SLIPWAY_TOKEN": "not-a-real-token"},
        )
    assert run.exit_code == 2, str(run)
    assert fragment in run.manifest["failure"]["happened"]
    assert run.manifest["receipts"] == []
    assert not [request for request in index.requests if request.startswith("POST")], "something was sent"
