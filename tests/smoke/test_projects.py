"""Several projects of one repository: their order, what changed, and one report."""

import json
import subprocess
from pathlib import Path

import pytest
from command_line import forked
from slipway.errors import InputError
from slipway.project import repository

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "{name}"
version = "1.0"
description = "One of several."
readme = "README.md"
requires-python = ">=3.9"
license = "MIT"
license-files = []
dependencies = [{needs}]

[project.urls]
Source = "https://example.org/several"
"""

BACKEND = '''
"""Builds a project of one module, without anything from an index."""
import base64, hashlib, io, pathlib, tarfile, tomllib, zipfile

PROJECT = tomllib.loads(pathlib.Path("pyproject.toml").read_text())["project"]
NAME = PROJECT["name"].replace("-", "_")
LINES = ["Metadata-Version: 2.4", "Name: " + PROJECT["name"], "Version: 1.0", "Summary: One of several."]
LINES += ["Requires-Python: >=3.9", "License-Expression: MIT", "Project-URL: Source, https://example.org/several"]
LINES += ["Requires-Dist: " + need for need in PROJECT["dependencies"]]
METADATA = ("\\n".join([*LINES, "Description-Content-Type: text/markdown"]) + "\\n\\n# Several\\n").encode()


def build_sdist(folder, settings=None):
    with tarfile.open(f"{folder}/{NAME}-1.0.tar.gz", "w:gz") as archive:
        for name, data in [(p, pathlib.Path(p).read_bytes()) for p in
                ("pyproject.toml", "README.md", "backend.py", NAME + ".py")] + [("PKG-INFO", METADATA)]:
            info = tarfile.TarInfo(f"{NAME}-1.0/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return f"{NAME}-1.0.tar.gz"


def build_wheel(folder, settings=None, metadata=None):
    about = f"{NAME}-1.0.dist-info"
    wheel = b"Wheel-Version: 1.0\\nGenerator: by hand\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    held = {NAME + ".py": pathlib.Path(NAME + ".py").read_bytes(), about + "/METADATA": METADATA, about + "/WHEEL": wheel}
    rows = []
    for path, data in held.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(data)}\\n")
    held[about + "/RECORD"] = ("".join(rows) + about + "/RECORD,,\\n").encode()
    with zipfile.ZipFile(f"{folder}/{NAME}-1.0-py3-none-any.whl", "w") as archive:
        for path, data in held.items():
            archive.writestr(path, data)
    return f"{NAME}-1.0-py3-none-any.whl"
'''


def git(top: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Several", "-c", "user.email=several@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=top, check=True, capture_output=True)


def project(top: Path, folder: str, *needs: str, settings: str = "") -> None:
    path = top / folder
    path.mkdir(parents=True)
    name = f"slipway-several-{path.name}"
    listed = ", ".join(f'"slipway-several-{need}"' for need in needs)
    (path / "pyproject.toml").write_text(PYPROJECT.format(name=name, needs=listed) + settings)
    (path / "backend.py").write_text(BACKEND)
    (path / "README.md").write_text("# Several\n")
    imports = "".join(f"import slipway_several_{need}\n" for need in needs)
    (path / f"{name.replace('-', '_')}.py").write_text(imports)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    project(tmp_path, "app", "core", "wire")
    project(tmp_path, "packages/wire", "core")
    project(tmp_path, "core")
    project(tmp_path, "lone", settings='\n[tool.slipway]\ntag-prefix = "alone/"\n')
    project(tmp_path, "tests/fixture")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "All of it")
    for tag in ("app-v1.0", "wire-v1.0", "core-v1.0", "alone/1.0"):
        git(tmp_path, "tag", tag)
    return tmp_path


def folders(top: Path) -> list[str]:
    return [member.folder for member in repository.read(top)]


def changed(top: Path) -> set[str]:
    return {member.folder for member in repository.read(top) if member.changed}


def test_what_others_need_comes_first(top: Path) -> None:
    found = folders(top)
    assert set(found) == {"app", "packages/wire", "core", "lone"}
    assert found.index("core") < found.index("packages/wire") < found.index("app")


def test_a_tag_prefix_is_the_folders_name_or_what_the_project_says(top: Path) -> None:
    prefixes = {member.folder: (member.tag_prefix, member.last_tag) for member in repository.read(top)}
    assert prefixes["packages/wire"] == ("wire-v", "wire-v1.0")
    assert prefixes["lone"] == ("alone/", "alone/1.0")


def test_a_change_reaches_what_depends_on_it(top: Path) -> None:
    assert changed(top) == set()
    (top / "packages" / "wire" / "README.md").write_text("# Wire\n")
    assert changed(top) == {"packages/wire", "app"}


def test_a_project_that_was_never_released_has_changed(top: Path) -> None:
    git(top, "tag", "-d", "alone/1.0")
    assert changed(top) == {"lone"}


def test_a_circle_is_reported(tmp_path: Path) -> None:
    project(tmp_path, "egg", "hen")
    project(tmp_path, "hen", "egg")
    git(tmp_path, "init", "-q")
    with pytest.raises(InputError, match=r"circle: .*egg"):
        repository.read(tmp_path)


def test_each_is_tried_with_those_that_it_needs_and_reported_in_one(top: Path) -> None:
    (top / "core" / "slipway_several_core.py").write_text("NEW = True\n")
    (top / "app" / "slipway_several_app.py").write_text("from slipway_several_core import NEW\n")
    ended = forked("check", top, "--all-projects", "--only-changed", "--json")
    assert ended.exit_code == 0, ended.stdout + ended.stderr
    manifests = json.loads(ended.stdout)["projects"]
    assert list(manifests) == ["core", "packages/wire", "app", "lone"] or manifests["lone"] is None
    assert {one["artifact"] for one in manifests["app"]["smoke_results"] if one["passed"]} == {
        "slipway_several_app-1.0-py3-none-any.whl",
    }


def test_the_worst_of_them_decides(top: Path) -> None:
    (top / "core" / "slipway_several_core.py").write_text("import slipway_several_never\n")
    ended = forked("check", top, "--all-projects", "--only-changed")
    assert ended.exit_code == 1
    last = ended.stdout.rstrip().splitlines()[-4:]
    assert any(line.startswith("✗ core") for line in last), ended.stdout
    assert any(line.startswith("- lone") and "unchanged" in line for line in last), ended.stdout
