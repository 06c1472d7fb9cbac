"""`--sbom`: what the document says, that it is the same twice, that nothing of what it lists is executed."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import command_line
import msgspec
import pytest
import tiny_project
from artifacts.wheels import wheel
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from slipway import execution, pipeline
from slipway.artifacts import artifact
from slipway.commands import COMMANDS
from slipway.errors import InputError, ToolError
from slipway.manifest import Addition, Manifest
from slipway.materials import cyclonedx
from slipway.options import Inputs
from slipway.records import Finding, Severity
from slipway.report import verdict
from slipway.runner import Runner
from slipway.runner.terminal import PlainRunner
from slipway.stages import sbom

TRAP = "from pathlib import Path; Path({!r}).touch()\n"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that is there if code of a dependency was executed."""
    return tmp_path_factory.mktemp("ran") / "it-ran"


@pytest.fixture(scope="module")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory, ran: Path) -> Path:
    """A library that requires another one, which runs at every start of Python and takes the place of `json`."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    about = {"License-Expression": "MIT", "Requires-Dist": "Deep.Library"}
    wheel({"library.py": ""}, name="library", version="2.0", fields=about).at(folder)
    trap = TRAP.format(str(ran))
    hostile = dict.fromkeys(("json/__init__.py", "sitecustomize.py", "cyclonedx_py/__init__.py"), trap)
    hostile |= {"start.pth": f"import json; {trap}"}
    wheel(hostile, name="Deep_Library", version="3.0", fields={"Summary": "Ünïcode."}).at(folder)
    return folder


def made(
    folder: Path,
    wheelhouse: Path | None,
    *requires: str,
    found: tuple[Finding, ...] = (),
    find_links: tuple[str, ...] = (),
    **changes: Any,
) -> tuple[Manifest, Addition, Inputs]:
    """Run the stage on a wheel with some requirements."""
    folder.mkdir(parents=True, exist_ok=True)
    fields = {
        "Requires-Dist": list(requires),
        "License-Expression": "Apache-2.0",
        **changes.pop("fields", {}),
    }
    built = wheel(fields=fields).at(folder)
    manifest = Manifest(command="check", artifacts=(artifact.record(artifact.read(built)),), findings=found)
    inputs = Inputs(
        command="check",
        path=folder,
        work=folder / ".slipway",
        files=(built,),
        wheelhouse=wheelhouse,
        find_links=find_links,
        sbom=True,
    )
    manifest = msgspec.structs.replace(manifest, **changes)
    addition = sbom.run(manifest, inputs, PlainRunner())
    return manifest.with_addition(addition, stage="sbom"), addition, inputs


def by_name(document: Mapping[str, Any]) -> dict[str, Any]:
    return {one["name"]: one for one in document["components"]}


def test_it_lists_what_the_wheel_installs_is_valid_and_the_same_twice(
    tmp_path: Path, wheelhouse: Path, ran: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, addition, inputs = made(tmp_path / "first", wheelhouse, "library>=1", "absent; extra == 'more'")
    record = manifest.sbom
    assert record is not None
    assert addition.skipped is None
    path = inputs.sbom_folder / "demo-1.0.cdx.json"
    data = path.read_bytes()
    assert (record.filename, record.size) == (path.name, len(data))
    assert record.sha256 == hashlib.sha256(data).hexdigest()

    document = json.loads(data)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode()) is None
    main = document["metadata"]["component"]
    assert (main["name"], main["version"], main["purl"]) == ("demo", "1.0", "pkg:pypi/demo@1.0")
    assert main["licenses"][0]["license"]["id"] == "Apache-2.0"
    [file] = [one for one in main["externalReferences"] if one["type"] == "distribution"]
    assert (file["url"], file["hashes"][0]["content"]) == (
        manifest.artifacts[0].filename,
        manifest.artifacts[0].sha256,
    )
    parts = by_name(document)
    assert parts.keys() == {"library", "Deep_Library"}
    assert parts["library"]["purl"] == "pkg:pypi/library@2.0"
    assert parts["library"]["licenses"][0]["license"]["id"] == "MIT"
    graph = {one["ref"]: one.get("dependsOn", []) for one in document["dependencies"]}
    assert graph[main["bom-ref"]] == [parts["library"]["bom-ref"]]
    assert graph[parts["library"]["bom-ref"]] == [parts["Deep_Library"]["bom-ref"]]
    assert str(tmp_path) not in data.decode()
    assert record.components == 2
    assert (
        f"Its SBOM (CycloneDX 1.6) lists 2 dependencies, as demo-1.0-py3-none-any.whl installed them for Python "
        f"{record.python} on {record.platform}." in verdict.of(manifest).more
    )
    assert not ran.exists()

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    _, _, again = made(tmp_path / "second", wheelhouse, "library>=1", "absent; extra == 'more'")
    assert (again.sbom_folder / path.name).read_bytes() == data


def test_what_cannot_be_installed_from_wheels_alone_stops_the_release(
    tmp_path: Path, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(wheelhouse, tmp_path / "wheelhouse"))
    (folder / "source_only-1.0.tar.gz").write_bytes(b"")
    with pytest.raises(InputError, match="from wheels alone") as stopped:
        made(tmp_path / "a", folder, "source-only")
    assert "no code of a dependency is run" in stopped.value.cause
    # What it says to do.
    more = tmp_path / "more"
    more.mkdir()
    wheel(name="source_only").at(more)
    followed, _, _ = made(tmp_path / "a", folder, "source-only", find_links=(str(more),))
    assert followed.sbom is not None
    with pytest.raises(InputError) as stopped:
        made(tmp_path / "b", folder, "library>2")
    assert stopped.value.cause == "Its requirements cannot be resolved for this Python."
    with pytest.raises(InputError, match="no wheel of the release fits Python"):
        made(tmp_path / "c", folder, artifacts=())
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(ToolError, match="from wheels alone") as unreachable:
        made(tmp_path / "d", None, "library")
    assert "does not answer" in unreachable.value.cause


def test_what_writes_it_is_not_believed_without_a_look(
    tmp_path: Path, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that lists something else than what was installed, is not valid, or is too large, is no document."""
    (tmp_path / "written").write_text('{"bomFormat": "CycloneDX", "components": []}')
    document = cyclonedx._read(tmp_path / "written")
    with pytest.raises(ToolError, match="did not list exactly what was installed: demo"):
        cyclonedx._check_listed(document, {("demo", "1.0")})
    with monkeypatch.context() as changed:
        changed.setattr(cyclonedx, "MOST_BYTES", 10)
        with pytest.raises(ToolError, match="wrote more than"):
            cyclonedx._read(tmp_path / "written")
    monkeypatch.setattr(
        cyclonedx, "_complete", lambda document, *_: document.update(components=[{"name": 1}])
    )
    with pytest.raises(ToolError, match="ended with exit code 1") as stopped:
        made(tmp_path, wheelhouse)
    assert stopped.value.log == ("'type' is a required property",)
    assert not (tmp_path / ".slipway").exists()


def test_it_is_not_made_where_nothing_is_released_by_it(tmp_path: Path, wheelhouse: Path) -> None:
    blocking = Finding(rule="a-rule", severity=Severity.ERROR, message="m", why="w", fix="f")
    cases: dict[str, dict[str, Any]] = {
        "the findings block the release": {"found": (blocking,)},
        "the job that decides does it": {"job": "build"},
    }
    for reason, changes in cases.items():
        manifest, addition, inputs = made(tmp_path, wheelhouse, "library", **changes)
        assert (addition.skipped, manifest.sbom) == (reason, None)
        assert not inputs.sbom_folder.exists()


def test_check_writes_it_beside_the_artifacts_and_no_other_command_takes_it(
    tmp_path: Path, wheelhouse: Path
) -> None:
    assert {one.name for one in COMMANDS if any(option.name == "sbom" for option in one.takes())} == {"check"}
    folder = tiny_project.make(tmp_path / "tiny", requires=["library"])
    pyproject = folder / "pyproject.toml"
    pyproject.write_text(f"{pyproject.read_text('utf-8')}\n[tool.slipway]\nsbom = true\n", "utf-8")
    options = ("--json", "--index", "none", "--wheelhouse", str(wheelhouse))
    ended = command_line.forked("check", folder, *options)
    assert ended.exit_code == 0, ended
    record = ended.manifest["sbom"]
    assert record["filename"] == "tiny_project-1.0.0.cdx.json"
    assert [one.name for one in (folder / ".slipway" / "sbom").iterdir()] == [record["filename"]]
    assert record["filename"] not in {one.name for one in (folder / ".slipway" / "dist").iterdir()}
    assert record["filename"] not in {one["filename"] for one in ended.manifest["artifacts"]}


def test_without_the_option_nothing_of_it_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage is loaded when it is among those that run, and nothing else loads what belongs to it."""
    ran: list[tuple[str, ...]] = []

    def recorded(stages: tuple[str, ...], manifest: Manifest, inputs: Inputs, runner: Runner) -> Manifest:
        ran.append(stages)
        return manifest

    monkeypatch.setattr(pipeline, "run", recorded)
    check = next(one for one in COMMANDS if one.name == "check")
    for is_asked, folder in itertools.product((False, True), (None, tmp_path)):
        inputs = Inputs(command="check", path=tmp_path, work=tmp_path, sbom=is_asked, from_=folder)
        execution._run_stages(check, inputs, PlainRunner())
        assert ("sbom" in ran[-1]) is is_asked
    package = command_line.SCRIPTS / "slipway"
    using = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"^ *(?:from|import) slipway\.materials", path.read_text("utf-8"), re.MULTILINE)
    }
    assert {path for path in using if not path.startswith("materials/")} == {"stages/sbom.py"}
