"""What the modules of a wheel import and cannot get: modules of their own, and what an old Python does not have."""

from collections.abc import Mapping
from pathlib import Path

import artifacts
import pytest
from rules.declared import declared_in
from slipway.artifacts import sdist, wheel
from slipway.artifacts.python_imports import ADDED_NAMES, added_in
from slipway.project.tracked import Tracked
from slipway.rules.release import imports
from slipway.rules.release.facts import ReleaseFacts
from slipway.rules.rule import judge

FAILS, LACKS, NEWER = "wheel-import-fails", "wheel-module-lacks-module", "wheel-needs-newer-python"
INNER, LEFT_OUT = "inner-package-at-top-level", "module-left-out"


def found(
    folder: Path,
    in_wheel: Mapping[str, str],
    *,
    python: str = ">=3.10",
    in_sdist: Mapping[str, str] | None = None,
    tracked: Tracked | None = None,
    tag: str = "py3-none-any",
) -> list[tuple[str, str]]:
    """The rules that find something, each with what it saw."""
    fields = {"Requires-Python": python}
    release = ReleaseFacts(
        artifacts=(
            sdist.read(artifacts.sdist(in_sdist or in_wheel, fields=fields).at(folder)),
            wheel.read(artifacts.wheel(in_wheel, fields=fields, tag=tag, tags=[tag]).at(folder)),
        ),
        tracked=tracked,
    )
    addition = judge(declared_in(imports), release, ignored={})
    assert addition.broken_rules == ()
    return [(finding.rule, finding.seen or "") for finding in addition.findings]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"demo/__init__.py": "from demo.parts import part\n"}, [(FAILS, "demo.parts")]),
        ({"demo/__init__.py": "from .parts import part\n"}, [(FAILS, "demo.parts")]),
        ({"demo/__init__.py": "import demo.parts.inner\n"}, [(FAILS, "demo.parts.inner")]),
        ({"demo/__init__.py": "", "demo/a.py": "from . import parts\n"}, [(LACKS, "demo.parts")]),
        (
            {"demo/__init__.py": "from . import a\n", "demo/a.py": "from .parts import p\n"},
            [(FAILS, "demo.parts")],
        ),
        (
            {"demo/__init__.py": "", "demo/a.py": "def main():\n    from .parts import p\n"},
            [(LACKS, "demo.parts")],
        ),
        ({"demo/__init__.py": "", "demo/b/__init__.py": "from ..parts import p\n"}, [(LACKS, "demo.parts")]),
    ],
)
def test_a_module_that_the_wheel_lacks(
    tmp_path: Path, files: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert found(tmp_path, files) == expected


@pytest.mark.parametrize(
    "files",
    [
        {"demo/__init__.py": "try:\n    from . import fast\nexcept ImportError:\n    fast = None\n"},
        {"demo/__init__.py": "import sys\nif sys.platform == 'win32':\n    from .windows import x\n"},
        {
            "demo/__init__.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .types import T\n"
        },
        {"demo/__init__.py": "'''\nfrom demo.parts import part\n'''\n"},
        {"demo/__init__.py": "parts = 1\n", "demo/a.py": "from demo import parts\n"},
        {"demo/__init__.py": "def __getattr__(name): ...\n", "demo/a.py": "from demo import parts\n"},
        {"demo/__init__.py": "__path__.append('x')\n", "demo/a.py": "from demo.parts import p\n"},
        {"demo/__init__.py": "from demo.parts import p\n", "demo/parts/data.py": "p = 1\n"},
        {"demo/__init__.py": "from demo._fast import p\n", "demo/_fast.abi3.so": ""},
        {"demo/__init__.py": "from other.parts import p\n"},
        {"demo/part/__init__.py": "from demo.other import p\n"},
        {"demo/__init__.py": "", "demo/tests/test_a.py": "from demo.parts import p\n"},
        {
            "demo/__init__.py": "",
            "demo/_windows.py": "from demo import _winlib\nfrom demo._winlib import p\n",
        },
        {"demo/__init__.py": "", "demo/six.py": "", "demo/a.py": "from demo.six.moves import urllib\n"},
        {"demo/__init__.py": "__version__ = '1'\n", "demo/a.py": "from demo import __file__, __version__\n"},
    ],
)
def test_what_may_be_there_after_all(tmp_path: Path, files: dict[str, str]) -> None:
    assert found(tmp_path, files) == []


def test_modules_of_a_platform_wheel_that_nothing_imports_may_be_for_other_platforms(tmp_path: Path) -> None:
    files = {"demo/__init__.py": "", "demo/a.py": "from demo._fast import p\n"}
    assert found(tmp_path, files, tag="cp311-cp311-win_amd64") == []


@pytest.mark.parametrize(
    ("code", "floor", "is_newer"),
    [
        ("import tomllib\n", ">=3.10", True),
        ("import tomllib\n", ">=3.11", False),
        ("import tomllib\n", ">=3.9,<4", True),
        ("from typing import Self\n", ">=3.10", True),
        ("from typing import (\n    Any,\n    Self,\n)\n", ">=3.10", False),
        ("from datetime import UTC, datetime\n", ">=3.10", True),
        ("from enum import Enum, StrEnum\n", ">=3.10", True),
        ("import compression.zstd\n", ">=3.13", True),
        ("from concurrent import interpreters\n", ">=3.13", True),
        ("from itertools import batched\n", ">=3.12", False),
        ("try:\n    import tomllib\nexcept ImportError:\n    import tomli as tomllib\n", ">=3.10", False),
        ("import sys\nif sys.version_info >= (3, 11):\n    import tomllib\n", ">=3.10", False),
        ("def load():\n    import tomllib\n", ">=3.10", False),
        ("from asyncio import AbstractEventLoopPolicy\n", ">=3.10", False),
    ],
)
def test_what_the_oldest_python_does_not_have(
    tmp_path: Path, code: str, floor: str, *, is_newer: bool
) -> None:
    rules = [rule for rule, _ in found(tmp_path, {"demo/__init__.py": code}, python=floor)]
    assert rules == ([NEWER] if is_newer else [])


def test_the_table_of_the_standard_library_is_plausible() -> None:
    assert (added_in("tomllib", None), added_in("zoneinfo", "ZoneInfo"), added_in("json", "loads")) == (
        11,
        9,
        None,
    )
    assert ADDED_NAMES["typing", "Self"] == 11
    assert ("asyncio", "run") not in ADDED_NAMES


PACKAGE = {"demo/__init__.py": "", "demo/parts/__init__.py": "", "demo/tables/__init__.py": ""}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (PACKAGE, [(INNER, "parts, tables")]),
        ({f"lib/{path}": text for path, text in PACKAGE.items()}, [(INNER, "parts, tables")]),
        ({"src/__init__.py": "", "src/parts/__init__.py": "", "src/tables/__init__.py": ""}, []),
        ({"parts/__init__.py": "", "tables/__init__.py": ""}, []),
        ({"demo/parts/__init__.py": "", "demo/tables/__init__.py": ""}, []),
        (PACKAGE | {"parts/__init__.py": "", "tables/__init__.py": ""}, []),
    ],
)
def test_inner_packages_without_their_package(
    tmp_path: Path, source: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert found(tmp_path, {"parts/__init__.py": "", "tables/__init__.py": ""}, in_sdist=source) == expected


def test_modules_that_are_in_git_alone(tmp_path: Path) -> None:
    absent = (
        "src/demo/models/net.py",
        "src/demo/tests/test_net.py",
        "src/demo/conftest.py",
        "tools/build.py",
    )
    tracked = Tracked(paths=frozenset({"src/demo/__init__.py", *absent}), absent=absent)
    assert found(tmp_path, {"demo/__init__.py": ""}, tracked=tracked) == [
        (LEFT_OUT, "src/demo/models/net.py")
    ]
    imported = {"demo/__init__.py": "", "demo/cli.py": "def main():\n    from demo.models import net\n"}
    assert found(tmp_path, imported, tracked=tracked) == [(LACKS, "demo.models")]
