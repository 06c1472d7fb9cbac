"""setup.cfg is read as setuptools reads it: the same files given to both, odd ones among them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from setuptools import Distribution
from slipway.project import layout, package_settings, project_files, setup_cfg

METADATA = ("name", "version", "description", "license", "url", "download_url")
FIELD = {"url": "home-page", "download_url": "download-url"}

FILES = {
    "a-requirement-with-a-marker": "[options]\ninstall_requires =\n    six>=1.16; python_version<'3.13'\n",
    "a-requirement-on-the-line-of-its-key": "[options]\ninstall_requires = six>=1.16\n",
    "requirements-with-semicolons-on-one-line": "[options]\ninstall_requires = six>=1.16; attrs\n",
    "requirements-on-lines": "[options]\ninstall_requires =\n    six\n\n    attrs>=20 ; python_version<'3.13'\n",
    "a-requirement-on-the-first-line-too": "[options]\ninstall_requires = six\n    attrs; python_version<'3.13'\n",
    "comments-between": "[options]\ninstall_requires =\n    six\n    # attrs\n    wheel\n; other\n    click\n",
    "a-comment-after-a-value": "[options]\ninstall_requires =\n    six # for old code\n",
    "a-url-with-commas": "[metadata]\nproject_urls =\n    Tracker = https://example.org/?labels=a,b\n",
    "urls-on-one-line": "[metadata]\nproject_urls = Source = https://a.example, Docs = https://b.example\n",
    "a-url-with-equals": "[metadata]\nproject_urls =\n    Source = https://a.example/?a=1\n    Docs=https://b.example\n",
    "keywords-on-one-line": "[metadata]\nkeywords = one, two,three\n",
    "keywords-on-one-line-of-their-own": "[metadata]\nkeywords =\n    one, two\n",
    "keywords-on-lines": "[metadata]\nkeywords =\n    one\n    two, three\n",
    "a-classifier": "[metadata]\nclassifiers =\n    Programming Language :: Python :: 3\n",
    "a-classifier-with-a-comma": "[metadata]\nclassifiers = \n    Private :: A, B\n",
    "classifier-in-the-singular": "[metadata]\nclassifier =\n    Programming Language :: Python :: 3\n",
    "older-spellings": "[metadata]\nsummary = A demo\nhome_page = https://example.org\n",
    "an-empty-folder-key": "[options]\npackages = find:\npackage_dir =\n    =src\n[options.packages.find]\nwhere = src\n",
    "an-empty-folder-key-on-one-line": "[options]\npackage_dir = =src\npackages = demo\n",
    "folders-on-one-line": "[options]\npackage_dir = =src, demo=lib/demo\npackages = demo, demo.inner\n",
    "packages-on-a-line-of-their-own": "[options]\npackages =\n    demo\n",
    "modules-on-one-line": "[options]\npy_modules = one, two\n",
    "namespaces-found": "[options]\npackages = find_namespace:\n[options.packages.find]\ninclude = demo*\n",
    "extras": "[options.extras_require]\ntest = pytest; coverage\ndoc =\n    sphinx; python_version>'3.9'\n",
    "an-empty-extra": "[options.extras_require]\ntest =\n",
    "extras-with-dashes-and-capitals": "[options.extras_require]\nAll-Things = six\n",
    "entry-points": "[options.entry_points]\nconsole_scripts =\n    demo = demo.cli:main\n    other=demo:run [web]\n",
    "entry-points-on-one-line": "[options.entry_points]\nconsole_scripts = demo = demo.cli:main\n",
    "python-requires": "[options]\npython_requires = >=3.9, <4\n",
    "python-requires-on-a-line-of-its-own": "[options]\npython_requires =\n    >=3.9\n",
    "a-version-with-blanks": "[metadata]\nname = demo\nversion =   1.0  \n",
    "a-description-on-a-line-of-its-own": "[metadata]\ndescription =\n    A demo\n",
    "a-colon-for-equals": "[metadata]\nname: demo\nkeywords: one, two\n",
    "a-percent-sign": "[metadata]\ndescription = 100 %% of it\nname = demo\nurl = https://example.org/%(name)s\n",
    "a-value-with-a-section-like-line": "[metadata]\nkeywords =\n    [one]\n    two\n",
    "licence-files": "[metadata]\nlicense_files =\n    TERMS\n    PEOPLE\n",
    "licence-files-on-one-line": "[metadata]\nlicense_files = TERMS, PEOPLE\n",
    "a-readme-of-several-files": "[metadata]\nlong_description = file: README.rst, CHANGES.rst\n",
}  # fmt: skip


def read_by_setuptools(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Distribution:
    monkeypatch.chdir(folder)
    found = Distribution()
    found.parse_config_files()
    return found


def by_setuptools(found: Distribution) -> dict[str, Any]:
    """What setuptools read, under the names and in the forms of Slipway."""
    about = found.metadata
    values = {FIELD.get(key, key): (getattr(about, key) or "").strip() for key in METADATA}
    entry_points = {
        group: dict(tuple(part.strip() for part in line.split("=", 1)) for line in lines)
        for group, lines in (found.entry_points or {}).items()
    }
    return without_empty(
        values
        | {
            "keywords": tuple(about.keywords or ()),
            "classifiers": tuple(about.classifiers or ()),
            "license-files": tuple(about.license_files or ()),
            "urls": dict(about.project_urls or {}),
            "requires-python": {str(one) for one in found.python_requires or ()},
            "entry-points": entry_points,
            "dependencies": spelled(found.install_requires or ()),
            "optional-dependencies": normal_extras(found.extras_require or {}),
        }
    )


def normal_extras(extras: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {canonicalize_name(extra): spelled(lines) for extra, lines in extras.items()}


def spelled(requirements: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(Requirement(text)) for text in requirements)


def without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def by_slipway(folder: Path) -> dict[str, Any]:
    values = dict(setup_cfg.declared(setup_cfg.load(folder)).values)
    values.pop("readme", None)
    licence = values.get("license")
    return without_empty(
        values
        | {
            "license": licence and licence.text,
            "dependencies": spelled(values.get("dependencies", ())),
            "requires-python": {part.strip() for part in values.get("requires-python", "").split(",")} - {""},
            "optional-dependencies": normal_extras(values.get("optional-dependencies", {})),
        }
    )


def project(folder: Path, text: str) -> Path:
    for path in ("src/demo/inner", "lib/demo/inner", "demo/inner"):
        folder.joinpath(path).mkdir(parents=True)
        folder.joinpath(path, "__init__.py").touch()
    for path in ("one.py", "two.py", "demo/__init__.py", "TERMS", "PEOPLE", "README.rst", "CHANGES.rst"):
        folder.joinpath(path).touch()
    folder.joinpath("setup.cfg").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize("name", FILES)
def test_setup_cfg_is_read_as_setuptools_reads_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project(tmp_path, FILES[name])
    assert by_slipway(folder) == by_setuptools(read_by_setuptools(folder, monkeypatch))


def test_packages_are_where_setuptools_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        if "packages" not in text and "py_modules" not in text:
            continue
        folder = project(tmp_path / name, text)
        found = read_by_setuptools(folder, monkeypatch)
        facts = layout.find(folder, package_settings.read(project_files.load(folder)), name=None)
        names = {*(found.packages or ()), *(found.py_modules or ())}
        assert (name, facts.missing) == (name, ())
        assert (name, set(facts.names)) == (name, {package.partition(".")[0] for package in names})
