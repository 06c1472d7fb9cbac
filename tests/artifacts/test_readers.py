"""What the readers of sdists and wheels record."""

import errno
import hashlib
import os
import tarfile
import zipfile
from pathlib import Path
from typing import NoReturn

import only_on
import pytest
from slipway import sharing
from slipway.artifacts import contents, importable, python_module, python_syntax, zip_members
from slipway.artifacts import sdist as sdist_reader
from slipway.artifacts import wheel as wheel_reader
from slipway.artifacts.archive import Fault
from slipway.artifacts.python_code import oldest_minor
from slipway.artifacts.secret_scan import SecretKind

from artifacts import Built, sdist, wheel
from artifacts.sdists import member
from artifacts.secret_values import RSA_KEY
from artifacts.wheels import record_digest, zipped


def read_wheel(built: Built, folder: Path) -> wheel_reader.WheelFacts:
    return wheel_reader.read(built.at(folder))


def read_sdist(built: Built, folder: Path) -> sdist_reader.SdistFacts:
    return sdist_reader.read(built.at(folder))


def test_a_wheel_is_read_into_facts(tmp_path: Path) -> None:
    built = wheel(
        {"demo/__init__.py": "X = 1\n", "demo-1.0.data/scripts/run": "#!python\n"},
        tag="py2.py3-none-any",
        entry_points="[console_scripts]\ndemo = demo:X\n[demo.plugins]\nA b = c:d [e]\n",
        extra={"demo-1.0.dist-info/licenses/LICENSE": "MIT", "demo-1.0.dist-info/COPYING": "MIT"},
    )
    facts = read_wheel(built, tmp_path)
    assert (facts.kind, facts.filename, facts.size) == ("wheel", built.filename, len(built.data))
    assert facts.sha256 == hashlib.sha256(built.data).hexdigest()
    assert facts.parts is not None
    assert sorted(map(str, facts.parts.tags)) == ["py2-none-any", "py3-none-any"]
    assert (facts.dist_info, facts.expected_dist_info) == ("demo-1.0.dist-info", "demo-1.0.dist-info")
    assert facts.data_directory == "demo-1.0.data"
    assert facts.metadata is not None
    assert facts.metadata.one("name") == "demo"
    assert facts.entry_points == {"console_scripts": {"demo": "demo:X"}, "demo.plugins": {"A b": "c:d [e]"}}
    assert facts.importable == ("demo",)
    assert facts.problems == ()
    assert facts.complete


def test_members_of_a_wheel(tmp_path: Path) -> None:
    modes = {"demo/run": 0o100755, "demo/link": 0o120777}
    facts = read_wheel(
        wheel({"demo/run": "#!", "demo/link": "run", "demo/folder/": ""}, modes=modes), tmp_path
    )
    run, link, folder = facts.members[:3]
    assert (run.path, run.size, run.kind, run.mode) == ("demo/run", 2, "file", 0o755)
    assert run.sha256 == hashlib.sha256(b"#!").hexdigest()
    assert (link.kind, link.linkname, link.sha256) == ("symlink", "run", None)
    assert (folder.path, folder.kind) == ("demo/folder", "dir")


def test_record_and_wheel_file(tmp_path: Path) -> None:
    facts = read_wheel(wheel(tags=["py3-none-any"], purelib=False), tmp_path)
    assert facts.wheel_file is not None
    assert (facts.wheel_file.purelib, facts.wheel_file.lines["tag"]) == (False, (4,))
    assert facts.record is not None
    first = facts.record[0]
    assert (first.line, first.path, first.algorithm, first.size) == (1, "demo/__init__.py", "sha256", 6)
    assert facts.digests["demo/__init__.py"] == record_digest(b"X = 1\n") == first.digest


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["demo/__init__.py", "demo/core.py"], ["demo"]),
        (["demo.py"], ["demo"]),
        (["__init__.py", "demo.py"], ["demo"]),
        (["demo.cpython-313-darwin.so"], ["demo"]),
        (["demo/__init__.cp313-win_amd64.pyd"], ["demo"]),
        (["a/b/c/__init__.py", "a/b/d.py"], ["a.b.d", "a.b.c"]),
        (["a/__init__.py", "b/__init__.py"], ["a", "b"]),
        (["_a.so", "a/__init__.py"], ["a"]),
        (["_a.so"], ["_a"]),
        (["demo-stubs/__init__.pyi"], []),
        (["/demo.py", "/demo/__init__.py", "a//b.py", "demo-x/core.py", "class/core.py"], []),
        (["demo/data.txt", "demo.libs/libz.so.1", "libz.so.1"], []),
        (["1a2b__mypyc.cpython-313-darwin.so", "demo/__init__.py"], ["demo"]),
        (["x-1.0.data/platlib/demo/__init__.py", "x-1.0.data/scripts/tool.py"], ["demo"]),
    ],
)  # fmt: skip
def test_what_can_be_imported(paths: list[str], names: list[str]) -> None:
    assert list(importable.names(importable.top_level(paths, "x-1.0.data"))) == names


def test_the_folder_that_the_filename_promises_is_read(tmp_path: Path) -> None:
    other = {"Other-2.0.dist-info/METADATA": "Name: other\n"}
    assert read_wheel(wheel(extra=other), tmp_path).dist_info == "demo-1.0.dist-info"
    alone = read_wheel(wheel(dist_info="Demo-1.0.dist-info"), tmp_path)
    assert (alone.dist_info, alone.expected_dist_info) == ("Demo-1.0.dist-info", "demo-1.0.dist-info")
    assert alone.metadata is not None
    neither = read_wheel(wheel(dist_info="a-1.0.dist-info", extra={"b-1.0.dist-info/x": ""}), tmp_path)
    assert (neither.dist_info, neither.metadata) == (None, None)


def test_a_sdist_is_read_into_facts(tmp_path: Path) -> None:
    built = sdist({"setup.py": "", "LICENSE": "MIT", "tests/LICENSE": "", "docs/pyproject.toml": "broken"})
    facts = read_sdist(built, tmp_path)
    assert (facts.kind, facts.size) == ("sdist", len(built.data))
    assert facts.sha256 == hashlib.sha256(built.data).hexdigest()
    assert facts.parts is not None
    assert (facts.parts.name, str(facts.parts.version)) == ("demo", "1.0")
    assert facts.top_directory == "demo-1.0"
    names = ("PKG-INFO", "pyproject.toml", "setup.py", "setup.cfg")
    at_top = ["demo-1.0/PKG-INFO", "demo-1.0/pyproject.toml", "demo-1.0/setup.py", None]
    assert [facts.at_top(name) for name in names] == at_top
    assert facts.metadata is not None
    assert facts.metadata.file == "demo-1.0/PKG-INFO"
    assert facts.problems == ()


def test_members_of_a_sdist(tmp_path: Path) -> None:
    more = [
        member("demo-1.0/docs", kind=tarfile.DIRTYPE),
        member("demo-1.0/link", kind=tarfile.SYMTYPE, linkname="docs"),
        member("demo-1.0/hard", kind=tarfile.LNKTYPE, linkname="demo-1.0/PKG-INFO"),
        member("demo-1.0/pipe", kind=tarfile.FIFOTYPE),
    ]
    facts = read_sdist(sdist(members=more), tmp_path)
    kinds = {entry.path: (entry.kind, entry.linkname) for entry in facts.members[-4:]}
    assert kinds == {
        "demo-1.0/docs": ("dir", None),
        "demo-1.0/link": ("symlink", "docs"),
        "demo-1.0/hard": ("hardlink", "demo-1.0/PKG-INFO"),
        "demo-1.0/pipe": ("fifo", None),
    }


def test_a_zip_sdist_is_read_too(tmp_path: Path) -> None:
    content = {"demo-1.0/PKG-INFO": b"Name: demo\n", "demo-1.0/setup.py": b""}
    facts = read_sdist(Built("demo-1.0.zip", zipped(content)), tmp_path)
    assert facts.metadata is not None
    assert (facts.top_directory, facts.problems) == ("demo-1.0", ())


@only_on.posix("a name there is text")
def test_a_name_that_is_not_utf_8_can_be_printed(tmp_path: Path) -> None:
    info, data = member("demo-1.0/a", b"x")
    info.name = os.fsdecode(b"demo-1.0/\xff")
    facts = read_sdist(sdist(members=[(info, data)], layout=tarfile.GNU_FORMAT), tmp_path)
    assert facts.members[-1].path == r"demo-1.0/\xff"


def test_a_file_that_is_not_there_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        wheel_reader.read(tmp_path / "demo-1.0-py3-none-any.whl")


def test_large_files_are_hashed_and_not_looked_into(tmp_path: Path) -> None:
    data = bytes(6 * 1024**2) + b"__pyarmor" + b"_enter__"
    facts = read_wheel(wheel({"demo/core.py": data}, method=zipfile.ZIP_STORED), tmp_path)
    assert facts.members[0].sha256 == hashlib.sha256(data).hexdigest()
    assert facts.secrets == ()


def test_large_members_keep_their_place_among_small_ones(tmp_path: Path) -> None:
    """Large ones are read in threads; a damaged one among them is named, and the others are read all the same."""
    large = {f"demo/{letter}.bin": letter.encode() * (zip_members.APART_BYTES + 1) for letter in "abcdefgh"}
    small = {f"demo/{letter}.py": f"X = '{letter}'\n".encode() for letter in "abcdefgh"}
    built = wheel(dict(sorted((large | small).items())), method=zipfile.ZIP_STORED)
    damaged = Built(built.filename, built.data.replace(b"cccccccc", b"cccccccX", 1))
    whole, broken = (read_wheel(one, tmp_path) for one in (built, damaged))
    held = {one.path: one for one in whole.members}
    assert [*held][: len(large) + len(small)] == sorted(large | small)
    assert {path: held[path].sha256 for path in large} == {
        path: hashlib.sha256(data).hexdigest() for path, data in large.items()
    }
    assert {path: whole.digests[path] for path in large} == {
        path: record_digest(data) for path, data in large.items()
    }
    assert [(one.fault, one.path) for one in broken.problems] == [(Fault.DAMAGED, "demo/c.bin")]
    assert [one.path for one in broken.members] == [one.path for one in whole.members]
    assert [one.path for one in broken.members if one.sha256 is None] == ["demo/c.bin"]


def _refused() -> NoReturn:
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


@only_on.linux("there is no fork elsewhere")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("usual", [0, 64])
def test_a_wheel_that_two_processes_read_has_the_same_facts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual: int
) -> None:
    files = {
        "demo/__init__.py": "import demo.absent\n",
        "demo/new.py": "match X:\n    case 1: pass\nimport tomllib\n",
        "demo/key.py": RSA_KEY,
        "demo/pointer.bin": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
        "demo/empty.py": "",
        "demo/large.bin": bytes(zip_members.APART_BYTES + 1),
        "demo/damaged.bin": b"cccccccc" * 100,
        **{f"demo/module{number}.py": f"import os\nX = {number}\n" for number in range(100)},
    }
    built = wheel(files, method=zipfile.ZIP_STORED, fields={"Requires-Python": ">=3.9"})
    data = built.data.replace(b"cccccccc", b"cccccccX", 1)
    monkeypatch.setattr(zip_members, "USUAL_EXTRA", usual)
    monkeypatch.setattr(contents, "WORTH_SHARING", 0)
    facts = []
    for is_possible in (False, True):
        monkeypatch.setattr(sharing, "is_possible", lambda answer=is_possible: answer)
        facts.append(read_wheel(Built(built.filename, data), tmp_path))
    monkeypatch.setattr(os, "fork", _refused)
    alone, shared, refused = (*facts, read_wheel(Built(built.filename, data), tmp_path))
    assert alone == shared == refused
    assert [(one.fault, one.path) for one in alone.problems] == [(Fault.DAMAGED, "demo/damaged.bin")]
    assert alone.pointers == ("demo/pointer.bin",)
    assert [one.path for one in alone.newer_syntax] == ["demo/new.py"]
    assert {one.module for one in alone.absent} == {"demo.absent", "tomllib"}
    assert [one.path for one in alone.secrets] == ["demo/key.py"]


def test_the_first_fault_of_the_framing_names_the_member(tmp_path: Path) -> None:
    data = wheel().data.replace(b"demo/__init__.py", b"demo/__init__.p\x07", 1)
    problems = {
        problem.fault: problem.path
        for problem in read_wheel(Built("a-1-py3-none-any.whl", data), tmp_path).problems
    }
    assert problems[Fault.FRAMING] == "demo/__init__.p\x07"


@pytest.mark.parametrize(
    ("specifier", "minor"),
    [
        (">=3.9", 9),
        (">=3.9.2", 9),
        (">3.9,<4", 9),
        ("~=3.11", 11),
        ("!=3.0.*,!=3.1.*,>=2.7", 2),
        (">=2.7,<3", None),
        ("==3.12.*", 12),
        ("nonsense", None),
        (None, None),
    ],
)
def test_the_oldest_version_a_specifier_admits(specifier: str | None, minor: int | None) -> None:
    assert oldest_minor(specifier) == minor


@pytest.mark.parametrize(
    ("source", "since"),
    [
        ("if (x := 1): pass", 8),
        ("def f(a, /): pass", 8),
        ("def f(\n    a,\n    /\n): pass", 8),
        ("@f[0]\ndef g(): pass", 9),
        ("match x:\n    # a remark\n    case 1: pass", 10),
        ("try: pass\nexcept* E: pass", 11),
        ("x[int, *T]", 11),
        ("def f(*args: *T): pass", 11),
        ("@f.g(1)\ndef h(): pass", None),
        ("with (a): pass", None),
        ("with (a, b): pass", None),
        ("match = {'case': 1}\nmatch['case']", None),
        ("[*a, *b]", None),
        ("f(a / b)", None),
        ("'''\nmatch x:\n    case 1: ...\n'''", None),
        ("print 'Python 2'", None),
    ],
)
def test_which_version_syntax_came_with(source: str, since: int | None) -> None:
    construct = python_syntax.newer_than(source.encode(), 7)
    assert (construct and construct.since) == since
    if since is not None:
        assert python_syntax.newer_than(source.encode(), since) is None


def test_the_names_of_a_module() -> None:
    source = (
        b"import a.b, c as d\nfrom e import f as g\n"
        b"try:\n    h = 1\nexcept E as i:\n    pass\n"
        b"for j, (k, *l) in m: pass\nwith n as o: pass\n"
        b"if p:\n    class Q:\n        r = 1\n    def s(): t = 1\n"
        b"def u():\n    global v, w\n"
        b"[y for y in m if (x := y)]\nlambda z: (z := z)\n"
    )
    tree = python_syntax.parse(source)
    assert tree is not None
    names = python_module.names(tree, source)
    assert names.defined == set("adghijkloQsuvwx")
    assert names.certain


@pytest.mark.parametrize(
    "more", ["from a import *", "globals()['b'] = 1", "def __getattr__(name): ...", "exec ('')"]
)
def test_a_module_that_may_have_other_names(more: str) -> None:
    source = f"x = 1\n{more}\n".encode()
    tree = python_syntax.parse(source)
    assert tree is not None
    assert not python_module.names(tree, source).certain


def test_what_a_module_imports() -> None:
    tree = python_syntax.parse(
        b"import a.b\nfrom . import c\nfrom ..d import e\nif x:\n    import f\n"
        b"def g():\n    import h\nclass I:\n    import j\n"
    )
    assert tree is not None
    found = python_module.imports(tree, "top.inner")
    assert {name.module for name in found if name.always} == {
        "a.b", "top.inner", "top.inner.c", "top.d", "top.d.e", "j",
    }  # fmt: skip
    assert {name.module for name in found if not name.always} == {"f"}


def test_what_is_found_never_holds_the_secret(tmp_path: Path) -> None:
    token = "ghp_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzAcD"
    facts = read_wheel(wheel({"demo/core.py": f"\nTOKEN = '{token}'\n"}), tmp_path)
    secret = facts.secrets[0]
    assert (secret.kind, secret.line) == (SecretKind.GITHUB_TOKEN, 2)
    assert secret.shown == "ghp_aB3d… (40 characters)"
