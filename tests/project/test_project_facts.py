"""What is read of a project without running it: tiny projects of every kind, and what is wrong with broken ones."""

import os

import only_on
import pytest
from slipway.errors import InputError
from slipway.project import project

PEP621 = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "spam"
version = "1.0"
"""
SETUPTOOLS = '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'


def backend(name, module):
    return f'[build-system]\nrequires = ["{name}"]\nbuild-backend = "{module}"\n'


def make(folder, files):
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return folder


def facts(folder, **files):
    return project.read(make(folder, files))


def refusal(folder):
    with pytest.raises(InputError) as raised:
        project.read(folder)
    error = raised.value
    assert error.cause
    assert error.remedy
    return error


# --- what [project] says -------------------------------------------------------------------------------------


def test_pep_621_fields_are_read(tmp_path):
    text = (
        PEP621
        + """\
description = "Meat in a tin"
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"
license-files = ["LICEN[CS]E*"]
authors = [{ name = "Ada", email = "ada@example.org" }]
keywords = ["meat", "tin"]
classifiers = [
    "Programming Language :: Python :: 3",  # a comment
    "Typing :: Typed",
]
dependencies = [
  "attrs>=23", "rich",
]

[project.optional-dependencies]
fast = ["ujson"]

[project.scripts]
spam = "spam.cli:main"

[project.entry-points."spam.plugins"]
eggs = "spam.eggs"

[project.urls]
Source = "https://example.org/spam"
"""
    )
    read = facts(tmp_path, **{"pyproject.toml": text, "src/spam/__init__.py": ""})

    assert (read.name, read.version, read.description) == ("spam", "1.0", "Meat in a tin")
    assert read.requires_python == ">=3.11"
    assert read.licence.expression == "MIT"
    assert read.license_files == ("LICEN[CS]E*",)
    assert read.readme.files == ("README.md",)
    assert (read.authors[0].name, read.authors[0].email) == ("Ada", "ada@example.org")
    assert read.dependencies == ("attrs>=23", "rich")
    assert read.optional_dependencies == {"fast": ("ujson",)}
    assert read.entry_points == {
        "console_scripts": {"spam": "spam.cli:main"},
        "spam.plugins": {"eggs": "spam.eggs"},
    }
    assert read.entry_points["console_scripts"] == {"spam": "spam.cli:main"}
    assert read.urls == {"Source": "https://example.org/spam"}
    assert read.dynamic == frozenset()
    assert (read.backend, read.backend_name, read.backend_in_tree) == ("hatchling.build", "hatchling", False)
    assert (read.layout, read.packages, read.compiled) == ("src", ("spam",), False)


def test_findings_can_point_at_keys_and_items(tmp_path):
    text = PEP621 + 'classifiers = [\n  "A",\n  "B",\n]\n\n[project.scripts]\nspam = "spam:main"\n'
    read = facts(tmp_path, **{"pyproject.toml": text})

    assert read.line_of("name") == ("pyproject.toml", 6)
    assert read.line_of("classifiers", 1) == ("pyproject.toml", 10)
    assert read.line_of("entry-points", "console_scripts", "spam") == ("pyproject.toml", 14)
    assert read.line_of("build-system", "requires", 0) == ("pyproject.toml", 2)
    assert read.line_of("version", "no such item") == ("pyproject.toml", 7)
    assert read.line_of("readme") is None


def test_dynamic_fields_are_told_apart(tmp_path):
    text = PEP621.replace(
        'version = "1.0"', 'dynamic = ["version", "dependencies"]\ndependencies = ["attrs"]'
    )
    read = facts(tmp_path, **{"pyproject.toml": text})

    assert read.version is None
    assert read.dynamic == {"version", "dependencies"}
    assert read.dependencies == ("attrs",)  # partly dynamic: PEP 808


def test_values_of_a_wrong_type_are_left_to_the_rules(tmp_path):
    read = facts(tmp_path, **{"pyproject.toml": PEP621 + 'dependencies = "attrs"\nauthors = ["Ada"]\n'})

    assert read.dependencies is None
    assert [person.name for person in read.authors] == [None]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('license = "MIT"', ("MIT", None, None)),
        ('license = { text = "MIT License" }', (None, "MIT License", None)),
        ('license = { file = "LICENSE" }', (None, None, "LICENSE")),
    ],
)
def test_the_three_forms_of_a_licence(tmp_path, given, expected):
    licence = facts(tmp_path, **{"pyproject.toml": PEP621 + given}).licence
    assert (licence.expression, licence.text, licence.file) == expected


# --- setup.cfg and setup.py ----------------------------------------------------------------------------------


def test_one_requirement_with_a_marker_on_a_line_of_its_own(tmp_path):
    cfg = '[metadata]\nname = spam\n[options]\ninstall_requires =\n    tomli>=2,<3; python_version < "3.11"\n'
    read = facts(tmp_path, **{"setup.cfg": cfg})
    assert read.dependencies == ('tomli>=2,<3; python_version < "3.11"',)


def test_setup_py_is_read_and_never_run(tmp_path):
    code = """\
from setuptools import setup, find_packages
open("run", "w").close()
NAME = "spam"
REQUIRES = ["attrs>=23"]
setup(
    name=NAME,
    version="1." + "0",
    install_requires=REQUIRES + ["rich"],
    extras_require={"fast": ["ujson"]},
    python_requires=">=3.11",
    packages=find_packages("src"),
    package_dir={"": "src"},
    url="https://example.org",
    entry_points={"console_scripts": ["spam = spam.cli:main"]},
    long_description=open("README.md").read(),
)
"""
    read = facts(tmp_path, **{"setup.py": code, "src/spam/__init__.py": ""})

    assert not (tmp_path / "run").exists()
    assert (read.name, read.version, read.requires_python) == ("spam", "1.0", ">=3.11")
    assert read.dependencies == ("attrs>=23", "rich")
    assert read.optional_dependencies == {"fast": ("ujson",)}
    assert read.entry_points["console_scripts"] == {"spam": "spam.cli:main"}
    assert read.home_page == "https://example.org"
    assert read.dynamic == {"readme"}
    assert (read.backend, read.backend_name) == ("setuptools.build_meta:__legacy__", "setuptools")
    assert not read.build_system_declared
    assert read.metadata_from["version"] == "setup.py"
    assert read.line_of("version") == ("setup.py", 7)
    assert (read.layout, read.packages) == ("src", ("spam",))


@pytest.mark.parametrize(
    "code",
    [
        "VERSION = '1.0'\nVERSION += '.1'\nsetup(version=VERSION)",
        "import os\nsetup(version=os.environ['V'])",
        "V = ['1.0']\nV.append('2')\nsetup(version=V[0])",
        "if True:\n    VERSION = '1.0'\nsetup(version=VERSION)",
        "setup(**read())",
        "from spam import build\nbuild()",
        "setup(version=f'{1}.0')",
    ],
)
def test_what_only_running_setup_py_would_tell_is_dynamic(tmp_path, code):
    read = facts(tmp_path, **{"setup.py": code})
    assert read.version is None
    assert "version" in read.dynamic


def test_arguments_in_a_dict_are_known_but_not_complete_once_it_is_changed(tmp_path):
    code = "def main():\n    kw = dict(name='spam', version='1.0')\n    kw.update(extra())\n    setup(**kw)\nmain()\n"
    read = facts(tmp_path, **{"setup.py": code})
    assert (read.name, read.version) == ("spam", "1.0")
    assert "dependencies" in read.dynamic


def test_a_dict_that_nothing_changes_is_complete(tmp_path):
    read = facts(tmp_path, **{"setup.py": "kw = {'name': 'spam', 'version': '1.0'}\nsetup(**kw)\n"})
    assert read.dynamic == frozenset()


def test_a_syntax_error_in_setup_py_is_a_fact_not_a_crash(tmp_path):
    read = facts(tmp_path, **{"setup.py": "import setuptools\nprint 'building'\n"})
    assert read.setup_py_fault[1] == 2
    assert "version" in read.dynamic


def test_setup_cfg_is_read(tmp_path):
    text = """\
[metadata]
name = spam
version = 1.0
author = Ada
author-email = ada@example.org
long_description = file: README.rst, CHANGES.rst
classifiers =
    Programming Language :: Python :: 3
    Typing :: Typed
project_urls =
    Source = https://example.org/spam

[options]
packages = find:
package_dir =
    = src
python_requires = >=3.11
install_requires =
    attrs>=23
    rich; python_version < "3.13"

[options.packages.find]
where = src

[options.extras_require]
fast = ujson; lz4

[options.entry_points]
console_scripts =
    spam = spam.cli:main
"""
    read = facts(tmp_path, **{"setup.cfg": text, "src/spam/__init__.py": "", "src/stuff/data.txt": ""})

    assert (read.name, read.version, read.requires_python) == ("spam", "1.0", ">=3.11")
    assert read.dependencies == ("attrs>=23", 'rich; python_version < "3.13"')
    assert read.optional_dependencies == {"fast": ("ujson", "lz4")}
    assert read.readme.files == ("README.rst", "CHANGES.rst")
    assert read.urls == {"Source": "https://example.org/spam"}
    assert read.classifiers[1] == "Typing :: Typed"
    assert read.entry_points["console_scripts"] == {"spam": "spam.cli:main"}
    assert (read.authors[0].name, read.authors[0].email) == ("Ada", "ada@example.org")
    assert read.line_of("dependencies") == ("setup.cfg", 18)
    assert (read.layout, read.packages) == ("src", ("spam",))


def test_setup_py_wins_over_setup_cfg_and_project_over_both(tmp_path):
    cfg = "[metadata]\nname = cfg\nversion = 1\ndescription = from cfg\n"
    code = "from setuptools import setup\nsetup(version='2', name='py')\n"
    both = facts(tmp_path, **{"setup.cfg": cfg, "setup.py": code})
    assert (both.name, both.version, both.description) == ("py", "2", "from cfg")

    text = SETUPTOOLS + '[project]\nname = "toml"\ndynamic = ["version"]\n'
    three = facts(tmp_path, **{"pyproject.toml": text})
    assert (three.name, three.version, three.description) == ("toml", "2", None)
    assert three.metadata_from == {"name": "pyproject.toml", "version": "setup.py"}
    assert three.dynamic == frozenset()


def test_setup_cfg_says_nothing_for_other_backends(tmp_path):
    read = facts(tmp_path, **{"pyproject.toml": PEP621, "setup.cfg": "[metadata]\ndescription = other\n"})
    assert read.description is None


# --- tables from before PEP 621 ------------------------------------------------------------------------------


def test_poetry_1_tables_are_read(tmp_path):
    text = (
        backend("poetry-core", "poetry.core.masonry.api")
        + """
[tool.poetry]
name = "spam"
version = "1.0"
description = "Meat"
authors = ["Ada Lovelace <ada@example.org>", "Bob"]
readme = ["README.md", "CHANGES.md"]
license = "MIT"
homepage = "https://example.org"
packages = [{ include = "spam", from = "lib" }]

[tool.poetry.dependencies]
python = "^3.11"
attrs = "^23.1"
rich = { version = "~13.2", extras = ["all"] }
ujson = { version = "*", optional = true }

[tool.poetry.scripts]
spam = "spam.cli:main"
"""
    )
    read = facts(tmp_path, **{"pyproject.toml": text, "lib/spam/__init__.py": ""})

    assert (read.name, read.version) == ("spam", "1.0")
    assert read.requires_python == ">=3.11,<4.0"
    assert read.dependencies == ("attrs>=23.1,<24.0", "rich[all]>=13.2,<13.3")
    assert [(p.name, p.email) for p in read.authors] == [("Ada Lovelace", "ada@example.org"), ("Bob", None)]
    assert read.readme.files == ("README.md", "CHANGES.md")
    assert read.home_page == "https://example.org"
    assert read.entry_points["console_scripts"] == {"spam": "spam.cli:main"}
    assert "classifiers" in read.dynamic  # poetry adds some
    assert read.line_of("version") == ("pyproject.toml", 7)
    assert (read.layout, read.packages) == ("src", ("spam",))


@pytest.mark.parametrize("value", ['{ git = "https://example.org/x" }', '{ path = "../x" }', '"^1 || ^2"'])
def test_poetry_dependencies_without_a_plain_form_are_dynamic(tmp_path, value):
    text = backend("poetry-core", "poetry.core.masonry.api")
    text += f'[tool.poetry]\nname = "spam"\nversion = "1"\n[tool.poetry.dependencies]\nattrs = {value}\n'
    read = facts(tmp_path, **{"pyproject.toml": text})
    assert read.dependencies is None
    assert "dependencies" in read.dynamic


def test_flit_2_tables_are_read(tmp_path):
    text = (
        backend("flit_core >=2,<4", "flit_core.buildapi")
        + """
[tool.flit.metadata]
module = "spam"
dist-name = "spam-dist"
author = "Ada"
requires = ["attrs"]
requires-python = ">=3.11"
home-page = "https://example.org"
"""
    )
    read = facts(tmp_path, **{"pyproject.toml": text, "spam.py": '"""Meat."""\n__version__ = "1.0"\n'})

    assert (read.name, read.dependencies) == ("spam-dist", ("attrs",))
    assert read.dynamic == {"version", "description"}
    assert (read.version_in_file.version, read.version_in_file.file, read.version_in_file.line) == (
        "1.0",
        "spam.py",
        2,
    )
    assert (read.layout, read.packages) == ("module", ("spam",))


# --- the build backend ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("setuptools.build_meta", "setuptools"),
        ("hatchling.build", "hatchling"),
        ("flit_core.buildapi", "flit-core"),
        ("flit.buildapi", "flit-core"),
        ("pdm.backend", "pdm-backend"),
        ("poetry.core.masonry.api", "poetry-core"),
        ("uv_build", "uv-build"),
        ("maturin", "maturin"),
        ("scikit_build_core.build", "scikit-build-core"),
        ("mesonpy", "meson-python"),
        ("whey", "other"),
    ],
)
def test_backends_are_known_by_name(tmp_path, module, name):
    read = facts(
        tmp_path, **{"pyproject.toml": backend("x", module) + '[project]\nname = "spam"\nversion = "1"\n'}
    )
    assert (read.backend, read.backend_name) == (module, name)


def test_an_in_tree_backend_is_known_by_what_it_wraps(tmp_path):
    text = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "wrapper"\nbackend-path = ["_build"]\n'
    files = {"pyproject.toml": text, "_build/wrapper.py": "from setuptools.build_meta import *\n"}
    read = facts(tmp_path, **files, **{"setup.py": "setup(name='spam')"})
    assert (read.backend, read.backend_name, read.backend_in_tree) == ("wrapper", "setuptools", True)
    assert read.name == "spam"


# --- where the version comes from ----------------------------------------------------------------------------

DYNAMIC = '[project]\nname = "spam"\ndynamic = ["version"]\n'


@pytest.mark.parametrize(
    ("head", "tail", "expected"),
    [
        (SETUPTOOLS.replace('"]', '", "setuptools-scm"]'), "[tool.setuptools_scm]\n", "setuptools-scm"),
        (SETUPTOOLS.replace('"]', '", "setuptools_scm[toml]>=8"]'), "", "setuptools-scm"),
        (backend("hatchling", "hatchling.build"), '[tool.hatch.version]\nsource = "vcs"\n', "hatch-vcs"),
        (backend("hatchling", "hatchling.build"), '[tool.hatch.version]\npath = "spam.py"\n', None),
        (backend("pdm-backend", "pdm.backend"), '[tool.pdm.version]\nsource = "scm"\n', "pdm scm"),
        (SETUPTOOLS.replace('"]', '", "versioningit"]'), "[tool.versioningit]\n", "versioningit"),
        (SETUPTOOLS, '[tool.setuptools.dynamic]\nversion = { attr = "spam.__version__" }\n', None),
        (backend("flit_core", "flit_core.buildapi"), "", None),
    ],
)
def test_versions_from_the_vcs_are_recognised(tmp_path, head, tail, expected):
    read = facts(tmp_path, **{"pyproject.toml": head + DYNAMIC + tail})
    assert read.vcs_versioned == expected
    assert read.version is None


@pytest.mark.parametrize(
    ("setting", "version"),
    [("tag_build = .post1", None), ("tag_date = true", None), ("tag_build =\ntag_date = 0", "1.0")],
)
def test_what_setup_cfg_adds_to_a_version_is_known_after_the_build(tmp_path, setting, version):
    """pypa/setuptools#3997; setuptools itself writes the empty settings into every sdist."""
    text = f"[metadata]\nname = spam\nversion = 1.0\n[egg_info]\n{setting}\n"
    found = facts(tmp_path, **{"setup.cfg": text})
    assert found.version == version
    assert ("version" in found.dynamic) is (version is None)
    assert version or found.version_decided_by == "setup.cfg"


def test_setuptools_scm_beside_a_written_version_only_lists_files(tmp_path):
    text = SETUPTOOLS.replace('"]', '", "setuptools-scm"]') + '[project]\nname = "spam"\nversion = "1.0"\n'
    read = facts(tmp_path, **{"pyproject.toml": text})
    assert (read.version, read.vcs_versioned) == ("1.0", None)


def test_poetrys_plugin_overrides_the_written_version(tmp_path):
    text = backend("poetry-dynamic-versioning", "poetry_dynamic_versioning.backend").replace(
        "poetry_dynamic_versioning.backend", "poetry.core.masonry.api"
    )
    text += (
        '[tool.poetry]\nname = "spam"\nversion = "0.0.0"\n[tool.poetry-dynamic-versioning]\nenable = true\n'
    )
    read = facts(tmp_path, **{"pyproject.toml": text})
    assert (read.version, read.vcs_versioned) == (None, "poetry-dynamic-versioning")
    assert "version" in read.dynamic


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "pyproject.toml": backend("hatchling", "hatchling.build")
                + DYNAMIC
                + '[tool.hatch.version]\npath = "src/spam/__about__.py"\n',
                "src/spam/__about__.py": '# the version\n__version__: str = "1.2"\n',
            },
            ("1.2", "src/spam/__about__.py", 2),
        ),
        (
            {
                "pyproject.toml": SETUPTOOLS
                + DYNAMIC
                + '[tool.setuptools.dynamic]\nversion = { attr = "spam.__version__" }\n',
                "src/spam/__init__.py": "from .version import __version__\n",
                "src/spam/version.py": '__version__ = "1.2"\n',
            },
            ("1.2", "src/spam/version.py", 1),
        ),
        (
            {
                "pyproject.toml": SETUPTOOLS
                + DYNAMIC
                + '[tool.setuptools.dynamic]\nversion = { file = "VERSION" }\n',
                "VERSION": "1.2\n",
            },
            ("1.2", "VERSION", 1),
        ),
        (
            {
                "setup.py": "import spam\nsetup(name='spam', version=spam.__version__)\n",
                "spam.py": "__version__ = '1.2'",
            },
            ("1.2", "spam.py", 1),
        ),
        (
            {"setup.cfg": "[metadata]\nname = spam\nversion = attr: spam.V\n", "spam.py": "V = '1.2'"},
            ("1.2", "spam.py", 1),
        ),
        (
            {
                "pyproject.toml": backend("maturin", "maturin") + DYNAMIC,
                "Cargo.toml": '[package]\nname = "spam"\nversion = "1.2.0"\n',
            },
            ("1.2.0", "Cargo.toml", 3),
        ),
        (
            {
                "pyproject.toml": backend("meson-python", "mesonpy") + DYNAMIC,
                "meson.build": "project(\n  'spam', 'c',\n  version: '1.2',\n)\n",
            },
            ("1.2", "meson.build", 3),
        ),
        (
            {
                "pyproject.toml": backend("hatchling", "hatchling.build")
                + DYNAMIC
                + '[tool.hatch.version]\npath = "../outside.py"\n'
            },
            None,
        ),
    ],
)
def test_a_version_in_a_file_is_read_where_it_is_literal(tmp_path, files, expected):
    found = facts(tmp_path, **files).version_in_file
    assert (found and (found.version, found.file, found.line)) == expected


# --- layout --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "layout", "packages"),
    [
        ({"src/spam/__init__.py": ""}, "src", ("spam",)),
        ({"spam/__init__.py": "", "tests/__init__.py": "", "docs/conf.py": ""}, "flat", ("spam",)),
        ({"spam.py": "", "setup.py": "", "noxfile.py": ""}, "module", ("spam",)),
        ({"src/acme/spam/__init__.py": ""}, "namespace", ("acme",)),
        (
            {
                "acme/__init__.py": "__import__('pkg_resources').declare_namespace(__name__)\n",
                "acme/spam/__init__.py": "",
            },
            "namespace",
            ("acme",),
        ),
        ({"README.md": ""}, "unknown", ()),
    ],
)
def test_layouts(tmp_path, files, layout, packages):
    read = facts(
        tmp_path, **{"pyproject.toml": SETUPTOOLS + '[project]\nname = "acme-x"\nversion = "1"\n', **files}
    )
    assert (read.layout, read.packages) == (layout, packages)


@pytest.mark.parametrize(
    ("text", "files", "packages", "missing"),
    [
        (
            backend("hatchling", "hatchling.build")
            + '[tool.hatch.build.targets.wheel]\npackages = ["code/meat"]\n',
            ["code/meat/__init__.py"],
            ("meat",),
            (),
        ),
        (
            backend("hatchling", "hatchling.build")
            + '[tool.hatch.build.targets.wheel]\npackages = ["src/maet"]\n',
            ["src/meat/__init__.py"],
            (),
            ("src/maet",),
        ),
        (
            backend("hatchling", "hatchling.build")
            + '[tool.hatch.build.targets.wheel]\npackages = ["src/**meat"]\n',
            ["src/meat/__init__.py"],
            (),
            ("src/**meat",),
        ),
        (
            backend("uv_build", "uv_build") + '[tool.uv.build-backend]\nmodule-root = ""\n',
            ["spam/__init__.py"],
            ("spam",),
            (),
        ),
        (
            backend("flit_core", "flit_core.buildapi") + '[tool.flit.module]\nname = "meat"\n',
            ["src/meat/__init__.py"],
            ("meat",),
            (),
        ),
        (
            SETUPTOOLS + '[tool.setuptools.packages.find]\nwhere = ["code"]\nexclude = ["x*"]\n',
            ["code/meat/__init__.py", "code/xtra/__init__.py", "src/other/__init__.py"],
            ("meat",),
            (),
        ),
        (
            SETUPTOOLS + '[tool.setuptools]\npy-modules = ["meat"]\n',
            ["meat.py", "other/__init__.py"],
            ("meat",),
            (),
        ),
        (SETUPTOOLS + '[tool.setuptools]\npackages = ["meat"]\n', ["other/__init__.py"], (), ("meat",)),
        (backend("pdm-backend", "pdm.backend"), ["src/meat/__init__.py"], ("meat",), ()),
    ],
)
def test_the_backends_own_settings_decide_about_packages(tmp_path, text, files, packages, missing):
    project_table = '[project]\nname = "spam"\nversion = "1"\n'
    read = facts(tmp_path, **{"pyproject.toml": project_table + text}, **dict.fromkeys(files, ""))
    assert (read.packages, read.missing_packages) == (packages, missing)


def test_a_package_that_a_backend_looks_for_in_vain(tmp_path):
    read = facts(tmp_path, **{"pyproject.toml": PEP621, "src/meat/__init__.py": ""})
    assert (read.packages, read.expected_package) == (("meat",), "spam")


def test_flit_finds_a_project_with_a_dot_in_its_name_in_a_namespace(tmp_path):
    """As coherent.build and its relatives are published."""
    head = backend("flit_core", "flit_core.buildapi") + '[project]\nname = "spam.meat"\nversion = "1"\n'
    read = facts(tmp_path, **{"pyproject.toml": head, "spam/meat/__init__.py": ""})
    assert (read.packages, read.expected_package, read.missing_packages) == (("spam",), None, ())


# --- pure or compiled ----------------------------------------------------------------------------------------

NAMED = '[project]\nname = "spam"\nversion = "1"\n'


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": "setup(name='spam', ext_modules=[Extension('spam._c', ['c.c'])])"},
        {"setup.py": "kw = {}\nkw['ext_modules'] = make()\nsetup(**kw)"},
        {"setup.py": "setup(name='spam', cffi_modules=['build.py:ffi'])"},
        {"setup.py": "from mypyc.build import mypycify\nsetup(name='spam')"},
        {
            "pyproject.toml": SETUPTOOLS
            + NAMED
            + '[[tool.setuptools.ext-modules]]\nname = "spam.c"\nsources = ["c.c"]\n'
        },
        {"pyproject.toml": SETUPTOOLS + NAMED + '[[tool.setuptools-rust.ext-modules]]\ntarget = "spam.r"\n'},
        {"pyproject.toml": backend("maturin", "maturin") + NAMED},
        {"pyproject.toml": backend("maturin", "maturin") + NAMED + '[tool.maturin]\nbindings = "bin"\n'},
        {"pyproject.toml": backend("scikit-build-core", "scikit_build_core.build") + NAMED},
        {
            "pyproject.toml": backend("meson-python", "mesonpy") + NAMED,
            "meson.build": "project('spam', 'c')\nsubdir('src')\n",
            "src/meson.build": "py.extension_module('_c', 'c.c')\n",
        },
        {
            "pyproject.toml": backend("hatchling", "hatchling.build")
            + NAMED
            + "[tool.hatch.build.targets.wheel.hooks.mypyc]\n"
        },
        {
            "pyproject.toml": backend("hatchling", "hatchling.build")
            + NAMED
            + "[tool.hatch.build.hooks.custom]\n",
            "hatch_build.py": "def initialize(self, version, data):\n    data['infer_tag'] = True\n",
        },
        {
            "pyproject.toml": backend("hatchling", "hatchling.build")
            + NAMED
            + "[tool.hatch.build.hooks.mypyc]\nenable-by-default = false\n[tool.cibuildwheel]\n"
        },
        {
            "pyproject.toml": backend("poetry-core", "poetry.core.masonry.api")
            + NAMED
            + '[tool.poetry.build]\nscript = "b.py"\n'
        },
        {
            "pyproject.toml": backend("pdm-backend", "pdm.backend")
            + NAMED
            + "[tool.pdm.build]\nrun-setuptools = true\n"
        },
        {"pyproject.toml": backend("sip", "sipbuild.api") + NAMED},
    ],
)
def test_compiled_projects(tmp_path, files):
    read = facts(tmp_path, **files)
    assert read.compiled
    assert read.compiled_because


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": "setup(name='spam', ext_modules=[])"},
        {"setup.py": "MODULES = []\nsetup(name='spam', ext_modules=MODULES)"},
        {
            "pyproject.toml": SETUPTOOLS.replace('"]', '", "cython", "numpy", "pybind11"]') + NAMED,
            "spam/fast.pyx": "",
        },
        {
            "pyproject.toml": backend("scikit-build-core", "scikit_build_core.build")
            + NAMED
            + "[tool.scikit-build]\nwheel.cmake = false\n"
        },
        {
            "pyproject.toml": backend("meson-python", "mesonpy") + NAMED,
            "meson.build": "project('spam')\n# library(\n",
        },
        {
            "pyproject.toml": backend("hatchling", "hatchling.build")
            + NAMED
            + "[tool.hatch.build.hooks.vcs]\n"
        },
        {
            "pyproject.toml": backend("hatchling", "hatchling.build")
            + NAMED
            + "[tool.hatch.build.hooks.mypyc]\nenable-by-default = false\n"
        },
        {"pyproject.toml": backend("uv_build", "uv_build") + NAMED},
        {"pyproject.toml": backend("flit_core", "flit_core.buildapi") + NAMED},
    ],
)
def test_pure_projects(tmp_path, files):
    assert facts(tmp_path, **files).compiled_because is None


# --- [tool.slipway] ------------------------------------------------------------------------------------------


def test_settings_are_read(tmp_path):
    text = PEP621 + '[tool.slipway]\nbuild-timeout = 60\n[tool.slipway.ignore]\nsome-rule = " because "\n'
    read = facts(tmp_path, **{"pyproject.toml": text})
    assert read.ignored == {"some-rule": "because"}
    assert read.settings.options == {"build-timeout": 60}


def test_settings_that_are_no_table(tmp_path):
    make(tmp_path, {"pyproject.toml": PEP621 + '[tool]\nslipway = "no"\n'})
    assert "[tool.slipway]" in refusal(tmp_path).remedy


# --- what cannot be worked with ------------------------------------------------------------------------------


def test_no_such_folder(tmp_path):
    assert "There is no folder" in refusal(tmp_path / "nowhere").happened


def test_a_file_in_place_of_a_folder(tmp_path):
    make(tmp_path, {"spam.whl": ""})
    assert "slipway inspect" in refusal(tmp_path / "spam.whl").remedy


def test_a_folder_without_a_project_says_what_was_looked_for(tmp_path):
    error = refusal(tmp_path)
    assert "pyproject.toml, setup.cfg or setup.py" in error.happened


def test_a_project_in_a_folder_below_is_named(tmp_path):
    make(tmp_path, {"packages/spam/pyproject.toml": PEP621, "packages/node_modules/x.py": ""})
    error = refusal(tmp_path)
    assert "packages/spam" in error.cause
    assert str(tmp_path / "packages" / "spam") in error.remedy


def test_a_pyproject_with_nothing_but_settings_of_tools_is_no_project(tmp_path):
    make(tmp_path, {"pyproject.toml": "[tool.ruff]\n", "python/pyproject.toml": PEP621})
    error = refusal(tmp_path)
    assert "neither [project] nor [build-system]" in error.happened
    assert str(tmp_path / "python") in error.remedy


@pytest.mark.parametrize(
    ("text", "line", "shown"),
    [
        ("[project]\nname = spam\n", "line 2, column 8", "name = spam"),
        ('[project]\nname = "a"\nname = "b"\n', "line 3", None),
        ("[project\n", "line 1", "[project"),
        ('[project]\nname = "spam', "line 2", 'name = "spam'),
    ],
)
def test_broken_toml_is_shown_with_its_line(tmp_path, text, line, shown):
    make(tmp_path, {"pyproject.toml": text})
    error = refusal(tmp_path)
    assert line in error.happened
    assert shown is None or shown in error.happened


def test_an_encoding_other_than_utf_8_is_named(tmp_path):
    (tmp_path / "pyproject.toml").write_bytes(
        '[project]\nname = "spam"\ndescription = "é"\n'.encode("latin-1")
    )
    assert "byte 0xe9 on line 3" in refusal(tmp_path).happened


def test_a_byte_order_mark_is_named(tmp_path):
    (tmp_path / "pyproject.toml").write_bytes(b"\xef\xbb\xbf" + PEP621.encode())
    assert "byte order mark" in refusal(tmp_path).happened


@pytest.mark.parametrize(
    "text",
    [
        'project = "spam"\n',
        '[build-system]\nrequires = "hatchling"\n',
        '[build-system]\nrequires = []\nbuild-backend = ["hatchling.build"]\n',
        'tool = 1\n[project]\nname = "x"\n',
    ],
)
def test_tables_that_cannot_be_read_at_all(tmp_path, text):
    make(tmp_path, {"pyproject.toml": text})
    assert "is not a" in refusal(tmp_path).happened


def test_a_broken_setup_cfg_is_told_with_the_parsers_words(tmp_path):
    make(tmp_path, {"setup.cfg": "[metadata]\nname = spam\nno equals sign\n"})
    assert "setup.cfg cannot be parsed" in refusal(tmp_path).happened


def test_strange_file_names_and_folders_are_no_trouble(tmp_path):
    folder = tmp_path / "dossier é ü 漢"
    folder.mkdir()
    assert facts(folder, **{"pyproject.toml": PEP621, "src/spam/__init__.py": ""}).packages == ("spam",)


# --- hostile and odd input -----------------------------------------------------------------------------------


def test_names_that_stand_for_each_other_do_not_cost_time_or_memory(tmp_path):
    lines = ["a0 = 'x' * 2", "a1 = 'spam'"] + [f"a{n} = a{n - 1} + a{n - 1}" for n in range(2, 60)]
    read = facts(tmp_path, **{"setup.py": "\n".join([*lines, "setup(name=a59, version=a1)"])})
    assert (read.name, read.version) == (None, "spam")


@pytest.mark.parametrize(
    "code",
    [
        "(" * 5000 + ")" * 5000,
        "a = " + "b." * 3000 + "c\nsetup(version=" + "b." * 3000 + "c)",
        "\0",
        "\xff" * 9,
    ],
)
def test_a_setup_py_that_no_parser_likes_is_survived(tmp_path, code):
    (tmp_path / "setup.py").write_bytes(code.encode("latin-1"))
    assert project.read(tmp_path).version is None


def test_deep_nesting_in_toml_is_refused_like_any_broken_file(tmp_path):
    make(tmp_path, {"pyproject.toml": "a = " + "[" * 20000})
    assert "cannot be parsed" in refusal(tmp_path).happened


def test_deep_nesting_that_is_valid_is_read_or_refused(tmp_path):
    make(tmp_path, {"pyproject.toml": PEP621 + "[tool.x]\na = " + "[" * 300 + "]" * 300 + "\n"})
    assert project.read(tmp_path).name == "spam"


def test_a_huge_file_is_refused(tmp_path):
    make(tmp_path, {"pyproject.toml": PEP621 + "# " + "x" * 5_000_000})
    assert "larger than" in refusal(tmp_path).happened


@only_on.posix("it has neither named pipes in folders nor, without a right, links")
@pytest.mark.parametrize(
    "path", ["../outside.py", "/etc/passwd", "loop.py", "nul\\u0000.py", "src", "fifo.py"]
)
def test_a_version_file_that_leads_astray_is_left_alone(tmp_path, path):
    root = tmp_path / "project"
    text = backend("hatchling", "hatchling.build") + DYNAMIC + f'[tool.hatch.version]\npath = "{path}"\n'
    make(root, {"pyproject.toml": text, "src/spam/__init__.py": "", "../outside.py": "__version__ = '6.6'\n"})
    (root / "loop.py").symlink_to("loop.py")
    os.mkfifo(root / "fifo.py")
    assert project.read(root).version_in_file is None


def test_a_pyproject_that_cannot_be_opened_is_told(tmp_path, monkeypatch):
    make(tmp_path, {"pyproject.toml": PEP621})

    def denied(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "open", denied)
    assert "Permission denied" in refusal(tmp_path).happened


WORKSPACE = '[project]\nname = "root"\nversion = "0"\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'


def test_the_root_of_a_uv_workspace_is_no_project_and_names_its_members(tmp_path):
    member = tmp_path / "packages" / "spam"
    member.mkdir(parents=True)
    member.joinpath("pyproject.toml").write_text('[project]\nname = "spam"\nversion = "1.0"\n', "utf-8")
    root = tmp_path / "pyproject.toml"
    root.write_text(WORKSPACE, "utf-8")
    with pytest.raises(InputError) as caught:
        project.read(tmp_path)
    assert "root of a uv workspace" in caught.value.happened
    assert "packages/spam" in caught.value.remedy
    for text in (
        f"{WORKSPACE}[tool.uv]\npackage = true\n",
        f'{WORKSPACE}[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
    ):
        root.write_text(text, "utf-8")
        assert project.read(tmp_path).name == "root"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[project]\nname = "a"\nversion = "1"\n', "pyproject.toml"),
        (backend("poetry-core", "poetry.core.masonry.api") + '[tool.poetry]\nname = "a"\n', "poetry"),
        (backend("flit_core", "flit_core.buildapi") + '[tool.flit.metadata]\nmodule = "a"\n', "flit"),
    ],
)
def test_where_the_metadata_is_declared(tmp_path, text, where):
    tmp_path.joinpath("pyproject.toml").write_text(text, "utf-8")
    assert project.read(tmp_path).declared_in == where


@pytest.mark.parametrize("file", ["setup.cfg", "setup.py"])
def test_where_the_metadata_of_setuptools_is_declared(tmp_path, file):
    tmp_path.joinpath("setup.py").write_text("from setuptools import setup\nsetup()\n", "utf-8")
    if file == "setup.cfg":
        tmp_path.joinpath(file).write_text("[metadata]\nname = a\n", "utf-8")
    assert project.read(tmp_path).declared_in == file
