"""Every place a version may stand in: after a bump the right files say the new one, and no other byte is different.

In a shape `@` stands for the version where it has to be written, `§` for it as Cargo spells it, and OLD for the old
one where that has to stay.
"""

import subprocess
from pathlib import Path

import only_on
import pytest
from packaging.version import Version
from slipway.environments import uv_program
from slipway.releasing import version_writer
from slipway.releasing.changes import restore

OLD = "1.2.3"
BUMPS = {
    "patch": ("1.2.3", "1.2.4"),
    "two numbers": ("1.2", "1.3"),
    "release candidate": ("1.2.3", "1.3.0rc1"),
    "final": ("1.3.0rc1", "1.3.0"),
    "calendar": ("2026.11.1", "2026.12.0"),
    "staging": ("1.2.3", "1.2.4.dev1600000000001"),
    "post-release": ("1.2.3", "1.2.3.post1"),
}
CARGO = {
    "1.2.3": "1.2.3",
    "1.2": "1.2.0",
    "1.3": "1.3.0",
    "1.2.4": "1.2.4",
    "1.3.0": "1.3.0",
    "1.3.0rc1": "1.3.0-rc.1",
    "2026.11.1": "2026.11.1",
    "2026.12.0": "2026.12.0",
    "1.2.4.dev1600000000001": "1.2.4-dev.1600000000001",
    "1.2.3.post1": "1.2.3-post.1",
}


def system(backend: str, requires: str | None = None) -> str:
    name = requires or backend.partition(".")[0].replace("_", "-")
    return f'[build-system]\nrequires = ["{name}"]\nbuild-backend = "{backend}"\n'


SETUPTOOLS, HATCH, FLIT = (
    system("setuptools.build_meta"),
    system("hatchling.build"),
    system("flit_core.buildapi"),
)
POETRY, MATURIN = system("poetry.core.masonry.api", "poetry-core"), system("maturin")
PROJECT = '\n[project]\nname = "spam"\nversion = "@"\n'
DYNAMIC = '\n[project]\nname = "spam"\ndynamic = ["version"]\n'
SETUP_PY = "import os\nfrom setuptools import setup\n\n"
CRATE = '[package]\nname = "spam-core"\nversion = "§"\nedition = "2021"\n\n[dependencies]\nserde = { version = "1.2.3" }\n'
CARGO_LOCK = """\
version = 4

[[package]]
name = "serde"
version = "1.2.3"
source = "registry+https://example.org/crates"

[[package]]
name = "spam-core"
version = "§"
dependencies = [
 "serde",
]
"""
UV_LOCK = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "eggs"
version = "1.2.3"
source = { registry = "https://example.org/simple" }

[[package]]
name = "spam"
version = "@"
source = { editable = "." }
"""

SHAPES: dict[str, dict[str, str]] = {
    "[project], with comments and other versions": {
        "pyproject.toml": HATCH
        + "\n[project]\nname = 'spam'  # OLD\nversion   =  '@' # OLD is next\ndependencies = [\n  'eggs==OLD',\n]\n"
        + '\n[tool.other]\nversion = "OLD"\n',
    },
    "[project] as an inline table": {
        "pyproject.toml": 'project = { name = "spam", version = "@" }\n' + SETUPTOOLS
    },
    "[project] with dotted keys": {
        "pyproject.toml": 'project.name = "spam"\nproject.version = "@"\n' + SETUPTOOLS
    },
    "[project] for uv": {"pyproject.toml": system("uv_build") + PROJECT, "src/spam/__init__.py": ""},
    "Poetry's table": {
        "pyproject.toml": POETRY
        + '\n[tool.poetry]\nname = "spam"\nversion = "@"\ndescription = ""\nauthors = []\n'
        '\n[tool.poetry.dependencies]\npython = "^3.11"\neggs = { version = "OLD" }\n',
    },
    "[project] and Poetry's table": {
        "pyproject.toml": POETRY + PROJECT + '\n[tool.poetry]\nversion = "@"\npackages = []\n',
    },
    "setup.cfg": {
        "setup.cfg": "[metadata]\nname = spam\nversion = @\n\n[options]\ninstall_requires =\n  eggs==OLD\n"
    },
    "setup.cfg, on the next line": {
        "setup.cfg": "[metadata]\nname: spam\nversion:\n    @\n[other]\nversion = OLD\n"
    },
    "setup.py": {
        "setup.py": SETUP_PY
        + 'setup(\n    name="spam",\n    version = \'@\',  # not OLD\n    install_requires=["eggs==OLD"],\n)\n'
    },
    "setup.py, on one line": {
        "setup.py": SETUP_PY + 'setup(name="spam", version="@", description="OLD", license="OLD")\n'
    },
    "setup.py, through a constant": {
        "setup.py": SETUP_PY
        + 'NAME = "spam"\nVERSION = "@"\nOTHER = "OLD"\n\nsetup(name=NAME, version=VERSION)\n'
    },
    "setup.py, through a dict": {
        "setup.py": SETUP_PY + 'metadata = {"name": "spam", "version": "@"}\nsetup(**metadata)\n'
    },
    "setup.py in Latin-1": {
        "setup.py": "# -*- coding: latin-1 -*-\nfrom setuptools import setup\n\n"
        'setup(author="Ägir Ö", name="spam", version="@")\n'
    },
    "setup.py with a module's version": {
        "setup.py": SETUP_PY
        + 'import spam\nsetup(name="spam", version=spam.__version__, py_modules=["spam"])\n',
        "spam.py": '"""OLD."""\n\n__version__ = "@"\n',
    },
    "setup.py with code that reads a file": {
        "setup.py": SETUP_PY + 'about = {}\nexec(open("spam/_version.py").read(), about)\n'
        'setup(name="spam", version=about["__version__"], packages=["spam"], install_requires=["eggs==OLD"])\n',
        "spam/__init__.py": "from ._version import __version__\n",
        "spam/_version.py": "# OLD\n__version__ = '@'\n",
    },
    "setup.py with code that searches a package": {
        "setup.py": SETUP_PY + 'import re\ntext = open(os.path.join("src", "spam", "__init__.py")).read()\n'
        "found = re.search('__version__ = .(.+).', text)\n"
        "setup(name='spam', version=found[1], package_dir={'': 'src'}, packages=['spam'])\n",
        "src/spam/__init__.py": '__version__ = "@"\n',
    },
    "setup.py with code that reads a file of a namespace": {
        "setup.py": SETUP_PY + 'about = {}\nwith open(os.path.join("", "ham/spam/version.py")) as file:\n'
        '    exec(file.read(), about)\nsetup(name="spam", version=about["__version__"], packages=["ham.spam"])\n',
        "ham/spam/__init__.py": "",
        "ham/spam/version.py": '__version__ = "@"\n',
    },
    "setup.py and setup.cfg": {
        "setup.py": SETUP_PY + 'setup(version="@")\n',
        "setup.cfg": "[metadata]\nname = spam\nversion = @\n",
    },
    "setup.cfg, attr:": {
        "setup.cfg": "[metadata]\nname = spam\nversion = attr: spam.__version__\n[options]\npackages = spam\n",
        "spam/__init__.py": "__author__ = 'OLD'\n__version__ = '@'\n",
    },
    "setup.cfg, file:": {
        "setup.cfg": "[metadata]\nname = spam\nversion = file: spam/VERSION\n[options]\npackages = spam\n",
        "spam/__init__.py": "",
        "spam/VERSION": "@\n",
    },
    "setuptools, attr": {
        "pyproject.toml": SETUPTOOLS
        + DYNAMIC
        + '\n[tool.setuptools.dynamic]\nversion = { attr = "spam._version.version" }\n',
        "src/spam/__init__.py": "from ._version import version as __version__\n",
        "src/spam/_version.py": '__all__ = ["version"]\nversion: str = "@"\nschema = "OLD"\n',
    },
    "setuptools, file without a line end": {
        "pyproject.toml": SETUPTOOLS
        + DYNAMIC
        + '\n[tool.setuptools.dynamic]\nversion = { file = "VERSION" }\n',
        "VERSION": "@",
        "spam/__init__.py": "",
    },
    "setuptools, file with blank lines": {
        "pyproject.toml": SETUPTOOLS
        + DYNAMIC
        + '\n[tool.setuptools.dynamic]\nversion = { file = "VERSION.txt" }\n',
        "VERSION.txt": "\n  @\n\n",
        "spam/__init__.py": "",
    },
    "Flit": {
        "pyproject.toml": FLIT + '\n[project]\nname = "spam"\ndynamic = ["version", "description"]\n',
        "spam/__init__.py": '"""Spam, OLD."""\n\n__version__ = "@"\n',
    },
    "Flit, imported": {
        "pyproject.toml": FLIT + '\n[project]\nname = "spam"\ndynamic = ["version", "description"]\n',
        "src/spam/__init__.py": '"""Spam."""\nfrom ._about import __version__\n',
        "src/spam/_about.py": '__version__ = number = "@"\n',
    },
    "Flit, a module of a namespace": {
        "pyproject.toml": FLIT
        + '\n[project]\nname = "ham-spam"\ndynamic = ["version", "description"]\n\n[tool.flit.module]\nname = "ham.spam"\n',
        "ham/spam/__init__.py": '"""Spam."""\n__version__ = \'@\'\n__version_info__ = (1, 2, 3)\n',
    },
    "Flit, its own table": {
        "pyproject.toml": FLIT + '\n[tool.flit.metadata]\nmodule = "spam"\nauthor = "Ada"\n',
        "spam.py": '"""Spam."""\n__version__ = \'@\'\n',
    },
    "Hatch, path": {
        "pyproject.toml": HATCH + DYNAMIC + '\n[tool.hatch.version]\npath = "src/spam/__about__.py"\n',
        "src/spam/__init__.py": "",
        "src/spam/__about__.py": '# OLD\n__version__: str = "@"\n',
    },
    "Hatch, VERSION with a v": {
        "pyproject.toml": HATCH + DYNAMIC + '\n[tool.hatch.version]\npath = "spam/version.txt"\n',
        "spam/__init__.py": "",
        "spam/version.txt": "VERSION = 'v@'\nOTHER = 'OLD'\n",
    },
    "PDM, file": {
        "pyproject.toml": system("pdm.backend", "pdm-backend")
        + DYNAMIC
        + '\n[tool.pdm.version]\nsource = "file"\npath = "spam/__init__.py"\n',
        "spam/__init__.py": '__version__ = "@"\n',
    },
    "maturin": {"pyproject.toml": MATURIN + DYNAMIC, "Cargo.toml": CRATE, "Cargo.lock": CARGO_LOCK},
    "maturin, a manifest below": {
        "pyproject.toml": MATURIN + DYNAMIC + '\n[tool.maturin]\nmanifest-path = "rust/Cargo.toml"\n',
        "rust/Cargo.toml": CRATE,
        "rust/Cargo.lock": CARGO_LOCK,
    },
    "maturin, the workspace's version": {
        "pyproject.toml": MATURIN + DYNAMIC + '\n[tool.maturin]\nmanifest-path = "crates/core/Cargo.toml"\n',
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n\n[workspace.package]\nversion = "§"\n',
        "crates/core/Cargo.toml": '[package]\nname = "spam-core"\nversion.workspace = true\n',
        "crates/other/Cargo.toml": '[package]\nname = "other"\nversion = "1.2.3"\n',
        "Cargo.lock": CARGO_LOCK + '\n[[package]]\nname = "other"\nversion = "1.2.3"\n',
    },
    "Meson": {
        "pyproject.toml": system("mesonpy", "meson-python") + DYNAMIC,
        "meson.build": "# OLD\nproject('spam', 'c',\n  version : '@',\n  meson_version : '>=1.2.3',\n)\n",
    },
    "scikit-build-core": {
        "pyproject.toml": system("scikit_build_core.build")
        + DYNAMIC
        + "\n[tool.scikit-build.metadata.version]\n"
        'provider = "scikit_build_core.metadata.regex"\ninput = "spam/__init__.py"\n',
        "spam/__init__.py": '__version__ = "@"\n',
    },
    "a copy in the package": {
        "pyproject.toml": HATCH + PROJECT,
        "spam/__init__.py": 'from importlib import metadata\n\n__version__ = "@"\nAPI = "OLD"\n',
    },
    "a copy in a module of the package": {
        "pyproject.toml": SETUPTOOLS + PROJECT,
        "src/spam/__init__.py": "from spam.__version__ import __version__\n",
        "src/spam/__version__.py": "__title__ = 'spam'\n__version__ = '@'\n",
    },
    "uv.lock": {
        "pyproject.toml": system("uv_build") + PROJECT,
        "src/spam/__init__.py": "",
        "uv.lock": UV_LOCK,
    },
    "version-files": {
        "pyproject.toml": HATCH
        + PROJECT
        + '\n[tool.slipway]\nversion-files = ["CITATION.cff", "README.md", "docs/conf.py:release = \'{version}\'"]\n',
        "CITATION.cff": "cff-version: 1.0.0\nversion: @\n",
        "README.md": "Spam @, the newest one. `pip install spam==@ eggs==OLD`, or tag v@ and spam-@.tar.gz; OLD.1, xOLD.\n",
        "docs/conf.py": "needs = 'OLD'\nrelease = '@'\n",
    },
}


def filled(text: str, version: str, old: str) -> str:
    return text.replace("@", version).replace("§", CARGO[version]).replace("OLD", old)


def texts(shape: dict[str, str], version: str, old: str) -> dict[str, bytes]:
    """The bytes of every file of a shape; only the one that says so is Latin-1."""
    made = {file: filled(text, version, old) for file, text in shape.items()}
    return {file: text.encode("latin-1" if "latin-1" in text else "utf-8") for file, text in made.items()}


def write(root: Path, files: dict[str, bytes]) -> None:
    for file, data in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(data)


def found(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def marked(shape: dict[str, str]) -> set[str]:
    return {file for file, text in shape.items() if {"@", "§"} & set(text)}


@pytest.mark.parametrize("bump", BUMPS.values(), ids=BUMPS)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_new_version_stands_where_the_old_one_stood(
    tmp_path: Path, shape: dict[str, str], bump: tuple[str, str]
) -> None:
    old, new = bump
    before, after = texts(shape, old, old), texts(shape, new, old)
    write(tmp_path, before)
    changes = version_writer.write(tmp_path, Version(new))
    assert found(tmp_path) == after
    assert {change.file for change in changes} == marked(shape)
    assert version_writer.write(tmp_path, Version(new)) == ()
    restore(tmp_path, changes)
    assert found(tmp_path) == before


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_line_ends_stay(tmp_path: Path, shape: dict[str, str]) -> None:
    before, after = (
        {file: data.replace(b"\n", b"\r\n") for file, data in texts(shape, version, OLD).items()}
        for version in (OLD, "1.3.0")
    )
    write(tmp_path, before)
    version_writer.write(tmp_path, Version("1.3.0"))
    assert found(tmp_path) == after


@only_on.posix("it has no modes")
@pytest.mark.parametrize("file", ["setup.py", "spam/__init__.py", "VERSION"])
def test_a_byte_order_mark_and_the_mode_stay(tmp_path: Path, file: str) -> None:
    mark = b"\xef\xbb\xbf"
    setup = b'from setuptools import setup\nsetup(name="spam", version="1.2.3", packages=["spam"])\n'
    files = {"setup.py": setup, "spam/__init__.py": b'__version__ = "1.2.3"', "VERSION": b"1.2.3"}
    files["pyproject.toml"] = b'[tool.slipway]\nversion-files = ["VERSION"]\n'
    files[file] = mark + files[file]
    write(tmp_path, files)
    (tmp_path / file).chmod(0o750)
    version_writer.write(tmp_path, Version("1.3.0"))
    assert (tmp_path / file).read_bytes() == files[file].replace(b"1.2.3", b"1.3.0")
    assert (tmp_path / file).stat().st_mode & 0o777 == 0o750


@only_on.posix("a link needs a right there")
def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    write(tmp_path, texts(SHAPES["setuptools, file without a line end"], OLD, OLD))
    (tmp_path / "data").mkdir()
    (tmp_path / "VERSION").rename(tmp_path / "data" / "version")
    (tmp_path / "VERSION").symlink_to("data/version")
    (change,) = version_writer.write(tmp_path, Version("1.3.0"))
    assert change.file == "data/version"
    assert (tmp_path / "VERSION").is_symlink()
    assert (tmp_path / "data" / "version").read_bytes() == b"1.3.0"


def test_zeros_before_a_number_stay(tmp_path: Path) -> None:
    write(tmp_path, {"setup.cfg": b"[metadata]\nname = spam\nversion = 2026.09.30\n"})
    version_writer.write(tmp_path, Version("2026.10.5"))
    assert b"version = 2026.10.05\n" in (tmp_path / "setup.cfg").read_bytes()


def test_a_lock_file_of_the_workspace_follows(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    member = tmp_path / "packages" / "spam"
    write(member, texts(SHAPES["[project] for uv"], OLD, OLD))
    lock = UV_LOCK.replace('editable = "."', 'editable = "packages/spam"')
    write(tmp_path, {"uv.lock": filled(lock, OLD, OLD).encode(), "pyproject.toml": b"[tool.uv.workspace]\n"})
    changes = version_writer.write(member, Version("1.3.0"))
    assert {change.file for change in changes} == {"pyproject.toml", "../../uv.lock"}
    assert (tmp_path / "uv.lock").read_text() == filled(lock, "1.3.0", OLD)
    restore(member, changes)
    assert (tmp_path / "uv.lock").read_text() == filled(lock, OLD, OLD)


def test_uv_takes_its_lock_file(tmp_path: Path) -> None:
    pyproject = system("uv_build") + PROJECT + 'requires-python = ">=3.11"\n'
    write(tmp_path, {"pyproject.toml": filled(pyproject, OLD, OLD).encode(), "src/spam/__init__.py": b""})
    assert uv_program.run(["lock", "--offline"], cwd=tmp_path, timeout=60).returncode == 0
    assert len(version_writer.write(tmp_path, Version("1.3.0rc1"))) == 2
    checked = uv_program.run(["lock", "--check", "--offline"], cwd=tmp_path, timeout=60)
    assert checked.returncode == 0, checked.output


def test_git_shows_the_line_and_nothing_else(tmp_path: Path) -> None:
    shape = SHAPES["[project], with comments and other versions"]
    write(tmp_path, texts(shape, OLD, OLD))
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    version_writer.write(tmp_path, Version("1.3.0"))
    shown = subprocess.run(
        ["git", "diff", "-U0"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    changed = [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
    assert changed == ["-version   =  '1.2.3' # 1.2.3 is next", "+version   =  '1.3.0' # 1.2.3 is next"]


def test_what_would_change_is_told_without_writing(tmp_path: Path) -> None:
    before = texts(SHAPES["a copy in the package"], OLD, OLD)
    write(tmp_path, before)
    changes = version_writer.changes(tmp_path, Version("1.3.0"))
    assert found(tmp_path) == before
    assert [(change.file, change.before) for change in changes] == [
        (file, before[file]) for file in ("pyproject.toml", "spam/__init__.py")
    ]


def test_a_package_that_has_another_version_keeps_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": filled(HATCH + PROJECT, OLD, OLD).encode(),
            "spam/__init__.py": b'__version__ = "9.0"\n',
        },
    )
    (change,) = version_writer.write(tmp_path, Version("1.3.0"))
    assert change.file == "pyproject.toml"
