"""What the files of one release say of it, and what of the checkout is in the sdist."""

import subprocess
from pathlib import Path

import pytest
from artifacts import Built, sdist, wheel
from rules.declared import declared_in
from slipway.artifacts import artifact
from slipway.artifacts.sdist import SdistFacts
from slipway.project import tracking
from slipway.rules.release import agreement, tracked_files
from slipway.rules.release.facts import ReleaseFacts
from slipway.rules.rule import judge

CLICK = {"Requires-Dist": ["click>=8,<9"]}
CLICK_OTHERWISE = {"Requires-Dist": ["Click <9, >=8"]}
DYNAMIC = CLICK | {"Dynamic": ["Requires-Dist"]}
LINUX, WINDOWS = "cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-win_amd64"
DEMO = "[console_scripts]\ndemo = demo:main\n"


def found(folder: Path, *built: Built) -> list[str]:
    facts = ReleaseFacts(artifacts=tuple(artifact.read(one.at(folder)) for one in built))
    addition = judge(declared_in(agreement), facts, ignored={})
    assert addition.broken_rules == ()
    return [finding.rule for finding in addition.findings]


@pytest.mark.parametrize(
    ("linux", "windows", "rules"),
    [
        ({"fields": CLICK}, {"fields": CLICK_OTHERWISE}, []),
        ({"fields": CLICK}, {}, ["wheels-disagree-on-requirements"]),
        (
            {"fields": {"Requires-Python": ">=3.9"}},
            {"fields": {"Requires-Python": ">=3.10"}},
            ["wheels-disagree-on-requirements"],
        ),
        ({"fields": {"Provides-Extra": ["a-b"]}}, {"fields": {"Provides-Extra": ["a_b"]}}, []),
        (
            {"fields": {"Provides-Extra": ["fast"]}},
            {"fields": {"Provides-Extra": ["slow"]}},
            ["wheels-disagree-on-requirements"],
        ),
        ({"entry_points": DEMO}, {"entry_points": DEMO}, []),
        ({"entry_points": DEMO}, {}, ["wheels-disagree-on-entry-points"]),
        ({"fields": {"Requires-Dist": ["in valid("]}}, {"fields": {"Requires-Dist": ["in  valid("]}}, []),
    ],
)
def test_wheels_of_one_release_ask_for_the_same(tmp_path, linux, windows, rules):
    assert found(tmp_path, wheel(tag=LINUX, **linux), wheel(tag=WINDOWS, **windows)) == rules


@pytest.mark.parametrize(
    ("source", "built", "rules"),
    [
        (CLICK, CLICK_OTHERWISE, []),
        (CLICK, {}, ["sdist-metadata-broken-promise"]),
        ({}, CLICK, ["sdist-metadata-broken-promise"]),
        (DYNAMIC, {}, []),
        (CLICK | {"Metadata-Version": "2.1"}, {}, []),
        ({"Requires-Python": ">=3.9"}, {"Requires-Python": ">=3.12"}, ["sdist-metadata-broken-promise"]),
    ],
)
def test_a_wheel_keeps_what_the_sdist_promises(tmp_path, source, built, rules):
    assert found(tmp_path, sdist(fields=source), wheel(fields=built)) == rules


def compared(folder: Path, files: dict[str, str], left_out: set[str], untracked: dict[str, str]) -> list[str]:
    """Return what is found where a repository has `files`, the sdist all of them but some, and untracked ones."""
    root = folder / "checkout"
    for path, text in {**files, **untracked}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "--", *files], cwd=root, check=True)
    held = {path: text for path, text in (files | untracked).items() if path not in left_out}
    source = artifact.read(
        sdist(held, drop=("src/demo/__init__.py",) if "demo/__init__.py" in files else ()).at(folder)
    )
    assert isinstance(source, SdistFacts)
    release = ReleaseFacts(
        artifacts=(source, artifact.read(wheel().at(folder))), tracked=tracking.read(root, source)
    )
    addition = judge(declared_in(tracked_files), release, ignored={})
    assert addition.broken_rules == ()
    return [finding.rule for finding in addition.findings]


PACKAGE = {
    "src/demo/__init__.py": "X = 1\n",
    "README.md": "",
    ".github/workflows/ci.yml": "",
    ".gitignore": "",
}
ASIDE = {"tests/test_it.py": "", "docs/conf.py": "", "src/demo/tests/data.json": "", "src/demo/_dev/x.py": ""}


def test_what_developers_need_may_be_left_out(tmp_path):
    assert compared(tmp_path, PACKAGE | ASIDE, {*ASIDE, ".github/workflows/ci.yml", ".gitignore"}, {}) == []


@pytest.mark.parametrize(
    "path",
    ["src/demo/rates.json", "src/demo/core.pyi", "src/demo/py.typed", "src/demo/x.pyx", "src/demo_guard.py"],
)
def test_a_file_of_the_package_that_is_left_out(tmp_path, path):
    assert compared(tmp_path, PACKAGE | {path: ""}, {path}, {}) == ["tracked-file-left-out-of-sdist"]


def test_a_layout_that_the_backend_rearranges_is_not_compared(tmp_path):
    files = {"python/demo/__init__.py": "", "python/demo/core.py": ""}
    assert compared(tmp_path, files, set(files), {}) == []


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        ("notes.txt", ["sdist-has-untracked-file"]),
        ("src/demo/scratch.py", ["sdist-has-untracked-file"]),
        ("PKG-INFO", []),
        ("src/demo.egg-info/SOURCES.txt", []),
        ("src/demo/_version.py", []),
        ("src/demo/fast.c", []),
    ],
)
def test_a_file_that_git_does_not_know(tmp_path, path, rules):
    assert compared(tmp_path, PACKAGE, set(), {path: ""}) == rules
