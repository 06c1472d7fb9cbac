"""A version that cannot be written is refused, nothing is changed, and what the refusal says to do works."""

from dataclasses import dataclass, field
from pathlib import Path

import only_on
import pytest
from packaging.version import Version
from releasing.test_version_shapes import (
    DYNAMIC,
    FLIT,
    HATCH,
    MATURIN,
    PROJECT,
    SETUPTOOLS,
    filled,
    found,
    system,
    write,
)
from slipway.errors import InputError
from slipway.releasing import version_writer
from slipway.releasing.changes import Change, apply, restore

NEW = Version("1.3.0")


@dataclass(frozen=True)
class Refused:
    """A project, what the refusal says, and the files as they are after its advice was followed."""

    files: dict[str, str]
    happened: str
    remedy: str
    followed: dict[str, str] = field(default_factory=dict)


COMPUTED = '__version__ = ".".join(map(str, (1, 2, 3)))\n'
REFUSED = {
    "setuptools-scm": Refused(
        {"pyproject.toml": SETUPTOOLS.replace('"setuptools"', '"setuptools", "setuptools-scm"') + DYNAMIC},
        "setuptools-scm derives the version from tags",
        "git tag -a v1.3.0 -m v1.3.0",
    ),
    "hatch-vcs, with a prefix of tags": Refused(
        {
            "pyproject.toml": HATCH
            + DYNAMIC
            + '\n[tool.hatch.version]\nsource = "vcs"\n\n[tool.slipway]\ntag-prefix = "spam-"\n'
        },
        "hatch-vcs derives the version from tags",
        "git tag -a spam-1.3.0 -m spam-1.3.0",
    ),
    "setup.py computes it": Refused(
        {
            "setup.py": "from setuptools import setup\nsetup(name='spam', version=open('VERSION').read())\n",
            "VERSION": "1.2.3",
        },
        "nowhere a literal (setup.py, line 2)",
        'Write `version="1.3.0"` in the call of setup() in setup.py.',
        {"setup.py": "from setuptools import setup\nsetup(name='spam', version=\"1.2.3\")\n"},
    ),
    "setup.cfg with code": Refused(
        {
            "setup.cfg": "[metadata]\nname = spam\nversion = attr: spam.__version__\n[options]\npackages = spam\n",
            "spam/__init__.py": COMPUTED,
        },
        "nowhere a literal",
        "Write `version = 1.3.0` under [metadata] in setup.cfg.",
        {"setup.cfg": "[metadata]\nname = spam\nversion = 1.2.3\n[options]\npackages = spam\n"},
    ),
    "attr with code": Refused(
        {
            "pyproject.toml": SETUPTOOLS
            + DYNAMIC
            + '\n[tool.setuptools.dynamic]\nversion = { attr = "spam.__version__" }\n',
            "spam/__init__.py": COMPUTED,
        },
        "nowhere a literal",
        'Write `version = "1.3.0"` in the [project] table, and remove "version" from its `dynamic`, and what '
        "[tool.setuptools.dynamic] says of the version.",
        {"pyproject.toml": SETUPTOOLS + PROJECT},
    ),
    "Hatch with a pattern": Refused(
        {
            "pyproject.toml": HATCH
            + DYNAMIC
            + '\n[tool.hatch.version]\npath = "spam.py"\npattern = "v(?P<version>.*)"\n',
            "spam.py": "v1.2.3\n",
        },
        "nowhere a literal",
        "[tool.hatch.version] says of the version",
        {"pyproject.toml": HATCH + PROJECT, "spam.py": "\n"},
    ),
    "nothing says": Refused(
        {"pyproject.toml": SETUPTOOLS + DYNAMIC},
        "nowhere a literal",
        'Write `version = "1.3.0"` in the [project] table',
        {"pyproject.toml": SETUPTOOLS + PROJECT},
    ),
    "Flit, under a condition": Refused(
        {"pyproject.toml": FLIT + DYNAMIC, "spam.py": '"""A."""\nif True:\n    __version__ = "1.2.3"\n'},
        "nowhere a literal",
        'Write `__version__ = "1.3.0"` in the module',
        {"spam.py": '"""A."""\n__version__ = "1.2.3"\n'},
    ),
    "setup.cfg adds to it": Refused(
        {"setup.cfg": "[metadata]\nname = spam\nversion = 1.2.3\n[egg_info]\ntag_build = .dev\n"},
        "setup.cfg adds something to each version",
        "Remove tag_build and tag_date from [egg_info]",
        {"setup.cfg": "[metadata]\nname = spam\nversion = 1.2.3\n[egg_info]\n"},
    ),
    "two strings": Refused(
        {"setup.py": 'from setuptools import setup\nsetup(name="spam", version="1." "2.3")\n'},
        "1.2.3 is not one piece on line 2",
        "Write 1.2.3 there as one plain string on a line of its own.",
        {"setup.py": 'from setuptools import setup\nsetup(name="spam",\n      version="1.2.3",\n)\n'},
    ),
    "an escape": Refused(
        {"pyproject.toml": HATCH + PROJECT.replace("@", "1\\u002e2.3")},
        "is not one piece on line 7",
        "as one plain string",
        {"pyproject.toml": HATCH + PROJECT},
    ),
    "setup.py and setup.cfg disagree": Refused(
        {
            "setup.py": 'from setuptools import setup\nsetup(version="1.2.3")\n',
            "setup.cfg": "[metadata]\nname = spam\nversion = 1.2.2\n",
        },
        "setup.cfg, line 3, has version 1.2.2, and setup.py, line 2, has 1.2.3.",
        "Remove the version from setup.cfg, or make it 1.2.3.",
        {"setup.cfg": "[metadata]\nname = spam\nversion = 1.2.3\n"},
    ),
    "[project] and Poetry's table disagree": Refused(
        {
            "pyproject.toml": system("poetry.core.masonry.api", "poetry-core")
            + PROJECT
            + '[tool.poetry]\nversion = "1.0"\n'
        },
        "pyproject.toml, line 9, has version 1.0",
        "Remove the version",
        {"pyproject.toml": system("poetry.core.masonry.api", "poetry-core") + PROJECT + "[tool.poetry]\n"},
    ),
    "a version file has it no more": Refused(
        {
            "pyproject.toml": HATCH + PROJECT + '[tool.slipway]\nversion-files = ["README.md"]\n',
            "README.md": "Spam 1.2.2\n",
        },
        "the file does not have it.",
        "Write 1.2.3 there by hand once",
        {"README.md": "Spam 1.2.3\n"},
    ),
    "a version file has it with other text": Refused(
        {
            "pyproject.toml": HATCH
            + PROJECT
            + '[tool.slipway]\nversion-files = ["conf.py:release = {version}"]\n',
            "conf.py": "version = 1.2.3\n",
        },
        "does not have it with the text of the setting around it",
        "Write 1.2.3 there by hand once",
        {"conf.py": "release = 1.2.3\n"},
    ),
    "there is no such version file": Refused(
        {"pyproject.toml": HATCH + PROJECT + '[tool.slipway]\nversion-files = ["README.md"]\n'},
        "README.md cannot be read",
        "Put a readable file at README.md",
        {"README.md": "Spam 1.2.3\n"},
    ),
    "a version file of another project": Refused(
        {"pyproject.toml": HATCH + PROJECT + '[tool.slipway]\nversion-files = ["../README.md"]\n'},
        "../README.md is not written: it leads out of the repository",
        "Put the file itself",
    ),
    "a version that is any number": Refused(
        {
            "pyproject.toml": HATCH
            + PROJECT.replace("@", "7")
            + '[tool.slipway]\nversion-files = ["README.md"]\n',
            "README.md": "Spam 7\n",
        },
        "7 alone may be any number",
        "Say what stands around it, such as README.md:release",
        {
            "pyproject.toml": HATCH
            + PROJECT.replace("@", "7")
            + '[tool.slipway]\nversion-files = ["README.md:Spam {version}"]\n'
        },
    ),
    "it is not read back": Refused(
        {
            "pyproject.toml": SETUPTOOLS
            + DYNAMIC
            + '\n[tool.setuptools.dynamic]\nversion = { file = "VERSION-1.2.3" }\n'
            + '\n[tool.slipway]\nversion-files = ["pyproject.toml:VERSION-{version}"]\n',
            "VERSION-1.2.3": "1.2.3\n",
        },
        "the project does not have it: it has none that can be read. Every file is as it was.",
        "Write 1.3.0 by hand",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_and_nothing_is_changed(tmp_path: Path, case: Refused) -> None:
    root = tmp_path / "spam"
    write(root, {file: filled(text, "1.2.3", "1.2.3").encode() for file, text in case.files.items()})
    before = found(root)
    with pytest.raises(InputError) as refused:
        version_writer.write(root, NEW)
    assert case.happened in refused.value.happened
    assert case.remedy in refused.value.remedy
    assert refused.value.cause
    assert found(root) == before


FOLLOWED = {name: case for name, case in REFUSED.items() if case.followed}


@pytest.mark.parametrize("case", FOLLOWED.values(), ids=FOLLOWED)
def test_its_advice_helps(tmp_path: Path, case: Refused) -> None:
    files = case.files | case.followed
    write(tmp_path, {file: filled(text, "1.2.3", "1.2.3").encode() for file, text in files.items()})
    assert version_writer.write(tmp_path, NEW)


def spam(root: Path) -> None:
    write(
        root,
        {
            "pyproject.toml": filled(HATCH + PROJECT, "1.2.3", "").encode(),
            "spam/__init__.py": b'__version__ = "1.2.3"\n',
        },
    )


@only_on.posix("a link needs a right there")
def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "spam"
    spam(root)
    (root / "pyproject.toml").rename(tmp_path / "pyproject.toml")
    (root / "pyproject.toml").symlink_to("../pyproject.toml")
    before = (tmp_path / "pyproject.toml").read_bytes()
    with pytest.raises(InputError, match="leads out of the repository"):
        version_writer.write(root, NEW)
    assert (tmp_path / "pyproject.toml").read_bytes() == before


@pytest.mark.parametrize("file", ["pyproject.toml", "spam/__init__.py"])
def test_a_read_only_file_is_refused_until_it_is_made_writable(tmp_path: Path, file: str) -> None:
    spam(tmp_path)
    before = found(tmp_path)
    (tmp_path / file).chmod(0o444)
    with pytest.raises(InputError) as refused:
        version_writer.write(tmp_path, NEW)
    assert refused.value.remedy.startswith(f"Make {file} writable")
    assert found(tmp_path) == before
    (tmp_path / file).chmod(0o644)
    assert len(version_writer.write(tmp_path, NEW)) == 2


@pytest.mark.parametrize("version", ["1!1.3.0", "1.3.0.1", "1.3.0+local"])
def test_a_version_that_cargo_does_not_take_is_refused(tmp_path: Path, version: str) -> None:
    files = {
        "pyproject.toml": MATURIN + DYNAMIC,
        "Cargo.toml": '[package]\nname = "spam"\nversion = "1.2.3"\n',
    }
    write(tmp_path, {file: text.encode() for file, text in files.items()})
    with pytest.raises(InputError, match="has no form that Cargo takes"):
        version_writer.write(tmp_path, Version(version))
    write(tmp_path, {"pyproject.toml": filled(MATURIN + PROJECT, "1.2.3", "").encode()})
    assert version_writer.write(tmp_path, Version(version))


# --- changes as such -----------------------------------------------------------------------------------------------


@only_on.posix("a link needs a right there")
def test_a_change_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "folder").symlink_to("nowhere")
    with pytest.raises(InputError, match="folder/b cannot be written"):
        apply(tmp_path, [Change("a", b"1", b"2"), Change("c", None, b"3"), Change("folder/b", None, b"4")])
    assert (tmp_path / "a").read_bytes() == b"1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "folder"]


def test_a_file_that_someone_else_changed_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"other")
    changes = [Change("a", b"1", b"2"), Change("b", b"1", b"2")]
    for do in (apply, restore):
        with pytest.raises(InputError, match="b was changed by someone else"):
            do(tmp_path, changes)
        assert (tmp_path / "a").read_bytes() == b"1"
        assert (tmp_path / "b").read_bytes() == b"other"


def test_changes_that_are_made_already_stay(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"2")
    (tmp_path / "b").write_bytes(b"1")
    changes = [Change("a", b"1", b"2"), Change("b", b"1", None), Change("new/c", None, b"3")]
    for _ in range(2):
        apply(tmp_path, changes)
        assert found(tmp_path) == {"a": b"2", "new/c": b"3"}
    for _ in range(2):
        restore(tmp_path, changes)
        assert found(tmp_path) == {"a": b"1", "b": b"1"}
