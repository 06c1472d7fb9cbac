"""The fix that a rule prints, followed to the letter in each kind of project it is printed for: the finding is gone.

A project is broken in one way, judged, and mended by what the finding says; the next fault goes into the result. At the
end the backend builds it, with faults that only artifacts show, and once more after those are mended too.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from slipway import pipeline
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.project import source
from slipway.records import Finding, Severity
from slipway.rules.written import WRITTEN, Field
from slipway.runner import detect
from slipway.stages.validate import judge_source

PLACE = r"the \[project\] table|\[[\w.-]+\](?: in setup\.cfg)?|setup\.py"
INSTRUCTION = re.compile(rf"((?:`[^`]+`(?: and )?)+) (?:in|under|of) ({PLACE})")
"""One or several settings in backticks, and where they go."""
MARKDOWN = "# Demo\n\n| a | b |\n|---|---|\n\nSee [the pages](https://example.org):\n```python\nclass A:\n    pass\n```\n"
QUIET_MARKDOWN = "# Demo\n\nSee [the pages](https://example.org).\n"
PLAIN = "A project that is mended step by step.\n"


def table_of(place: str) -> tuple[str, str]:
    """The file and the table that a fix names."""
    if place.endswith(" in setup.cfg"):
        return "setup.cfg", place.removesuffix(" in setup.cfg")
    return "pyproject.toml", "[project]" if "[project]" in place else place


def drop(folder: Path, key: str, place: str) -> None:
    """Remove a setting."""
    file, table = ("setup.py", "setup(") if place == "setup.py" else table_of(place)
    lines = folder.joinpath(file).read_text("utf-8").splitlines()
    inside, kept = False, []
    for line in lines:
        inside = line == table or (inside and (file == "setup.py" or not line.startswith("[")))
        if not (inside and re.match(rf"\s*{re.escape(key)}\s*=", line)):
            kept.append(line)
    folder.joinpath(file).write_text("\n".join(kept) + "\n", encoding="utf-8")


def put(folder: Path, setting: str, place: str) -> None:
    """Write a setting where it belongs, in place of the one that is there."""
    file, table = ("setup.py", "setup(") if place == "setup.py" else table_of(place)
    path = folder / file
    if not path.exists() or f"{table}\n" not in path.read_text("utf-8"):
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"{table}\n")
    drop(folder, setting.partition("=")[0].strip(), place)
    text = path.read_text("utf-8")
    line = f"    {setting},\n" if file == "setup.py" else f"{setting}\n"
    path.write_text(text.replace(f"{table}\n", f"{table}\n{line}", 1), encoding="utf-8")


def swap(folder: Path, old: str, new: str) -> None:
    """Correct a value wherever the project's files have it."""
    for path in (path for path in folder.rglob("*") if path.suffix in {".toml", ".cfg", ".py", ".in"}):
        path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")


@dataclass(frozen=True)
class Case:
    """A fault, and what a reader of its finding does.

    Attributes:
        fault: breaks the project; takes its folder and where its metadata stands.
        value: what a reader fills in where the fix names a setting without a value.
        remedy: does what the fix says, where it says it in words; by default its settings are written as they are printed.
        only: the kinds of project where the rule can find it; all by default.
        but: the kinds where it cannot.
    """

    rule: str
    fault: Callable[[Path, str], None]
    value: str = ""
    remedy: Callable[[Path, Finding], None] | None = None
    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def follow(self, folder: Path, finding: Finding) -> None:
        if self.remedy is not None:
            self.remedy(folder, finding)
            return
        instructions = INSTRUCTION.findall(finding.fix)
        assert instructions, f"{self.rule}: nothing in its fix can be followed: {finding.fix}"
        for settings, place in instructions:
            for setting in re.findall("`([^`]+)`", settings):
                complete = setting if "=" in setting else f"{setting} = {self.value}"
                put(folder, complete, place)


def as_written(field: Field, good: str, bad: str) -> Callable[[Path, str], None]:
    """A field with a bad value, spelled as the project's kind spells it."""

    def fault(folder: Path, declared_in: str) -> None:
        ((setting, place),) = INSTRUCTION.findall(WRITTEN[field][declared_in])
        put(folder, setting.strip("`").replace(good, bad), place)

    return fault


def without(field: Field) -> Callable[[Path, str], None]:
    def fault(folder: Path, declared_in: str) -> None:
        ((setting, place),) = INSTRUCTION.findall(WRITTEN[field][declared_in])
        drop(folder, re.split(r"\s*=", setting.strip("`"))[0], place)

    return fault


def without_description(folder: Path, declared_in: str) -> None:
    settings, place = INSTRUCTION.findall(WRITTEN["long-description"][declared_in])[0]
    for setting in re.findall("`([^`]+)`", settings):
        drop(folder, re.split(r"\s*=", setting)[0], place)


def without_license(folder: Path, declared_in: str) -> None:
    folder.joinpath("LICENSE").unlink()
    without("license")(folder, declared_in)
    if declared_in == "pyproject.toml":
        drop(folder, "license-files", "[project]")


def setting_in(by_place: dict[str, tuple[str, str]]) -> Callable[[Path, str], None]:
    """A setting and its place, by where the metadata stands."""
    return lambda folder, declared_in: put(folder, *by_place[declared_in])


def readme(text: str, then: Callable[[Path, str], None]) -> Callable[[Path, str], None]:
    def fault(folder: Path, declared_in: str) -> None:
        folder.joinpath("README.md").write_text(text, encoding="utf-8")
        then(folder, declared_in)

    return fault


def takes_what_is_written(folder: Path, finding: Finding) -> None:
    (value,) = re.findall("`([^`]+)`", finding.fix)
    swap(folder, finding.seen or "", value)


def takes_expected(folder: Path, finding: Finding) -> None:
    assert finding.seen, finding
    assert finding.expected, finding
    swap(folder, finding.seen, finding.expected)


def lists(key: str, *values: str) -> Callable[[Path, str], None]:
    """A field that is a list."""
    places = {
        "pyproject.toml": (f"{key} = {list(values)!r}", "[project]"),
        "poetry": (f"{key} = {list(values)!r}", "[tool.poetry]"),
        "flit": (f"{key} = {list(values)!r}", "[tool.flit.metadata]"),
        "setup.cfg": (f"{key} =\n    " + "\n    ".join(values), "[metadata] in setup.cfg"),
        "setup.py": (f"{key}={list(values)!r}", "setup.py"),
    }
    return setting_in(places)


def restores(broken: str, healthy: str, *, when: str = "") -> Callable[[Path, Finding], None]:
    """The remedy of a fix in words: what is corrected, if the fix names it."""

    def remedy(folder: Path, finding: Finding) -> None:
        assert when in finding.fix, finding.fix
        swap(folder, broken, healthy)

    return remedy


def breaks(healthy: str, broken: str) -> Callable[[Path, str], None]:
    return lambda folder, _: swap(folder, healthy, broken)


def requires_what_is_expected(folder: Path, finding: Finding) -> None:
    put(folder, f'requires = ["{finding.expected}"]', "[build-system]")


def gives_only_the_name(folder: Path, finding: Finding) -> None:
    for key, place in (
        ("author_email", "setup.py"),
        ("author_email", "[metadata] in setup.cfg"),
        ("author-email", "[tool.flit.metadata]"),
    ):
        if folder.joinpath(table_of(place)[0] if place != "setup.py" else place).exists():
            drop(folder, key, place)
    Case("email-invalid", without("email")).follow(folder, finding)


def adds_the_file(folder: Path, finding: Finding) -> None:
    assert "add the file" in finding.fix
    folder.joinpath(finding.seen or "").write_text(PLAIN, encoding="utf-8")


def adds_a_license(folder: Path, finding: Finding) -> None:
    assert "add a file LICENSE" in finding.fix
    folder.joinpath("LICENSE").write_text("MIT\n", encoding="utf-8")
    Case("license-missing", without_license).follow(folder, finding)


def adds_a_type_marker(folder: Path, finding: Finding) -> None:
    assert "Add an empty file `py.typed`" in finding.fix
    folder.joinpath("src/demo/py.typed").touch()
    for settings, place in INSTRUCTION.findall(finding.fix):
        put(folder, settings.strip("`"), place)


def adds_the_snippet(folder: Path, finding: Finding) -> None:
    folder.joinpath("pyproject.toml").write_text(finding.fix.partition("\n\n")[2] + "\n", encoding="utf-8")


def excludes_in_manifest(folder: Path, finding: Finding) -> None:
    assert "`global-exclude *.py[co]`" in finding.fix
    assert "MANIFEST.in" in finding.fix
    with folder.joinpath("MANIFEST.in").open("a", encoding="utf-8") as stream:
        stream.write("global-exclude *.bak\n")


def removed(path: str) -> Callable[[Path, str], None]:
    return lambda folder, _: folder.joinpath(path).unlink()


def written(path: str, text: str, **also: str) -> Callable[[Path, str], None]:
    """A file that is added, and lines of MANIFEST.in."""

    def fault(folder: Path, declared_in: str) -> None:
        folder.joinpath(path).parent.mkdir(exist_ok=True)
        folder.joinpath(path).write_text(text, encoding="utf-8")
        folder.joinpath("MANIFEST.in").write_text("graft src\n", encoding="utf-8")
        for setting, place in also.items():
            put(folder, setting, place)

    return fault


def a_second_package(folder: Path, _: str) -> None:
    written("src/tests/__init__.py", "")(folder, "")
    swap(folder, 'packages = ["src/demo"]', 'packages = ["src/demo", "src/tests"]')
    both = '[{ include = "demo", from = "src" }, { include = "tests", from = "src" }]'
    swap(folder, '[{ include = "demo", from = "src" }]', both)


CLASSIC = ("poetry", "flit", "setup.cfg", "setup.py")
OLD_SETUPTOOLS = ("setup.cfg", "setup.py")
WITH_CONTENT_TYPE = ("poetry", "flit", "setup.py")
"""Where the type is not written, or not known before the build."""
MODERN = ("setuptools", "hatchling", "flit-core", "poetry-core", "uv-build", "pdm-backend")
LONG = "x" * 600
URL = "https://example.org"
IN_SOURCE = (
    Case(
        "dependency-on-itself",
        setting_in(
            {
                "pyproject.toml": ('dependencies = ["my-demo"]', "[project]"),
                "flit": ('requires = ["my-demo"]', "[tool.flit.metadata]"),
                "setup.cfg": ("install_requires = my-demo", "[options] in setup.cfg"),
                "setup.py": ('install_requires=["my-demo"]', "setup.py"),
            }
        ),
        remedy=lambda folder, _: (
            swap(folder, '["my-demo"]', "[]"),
            swap(folder, "install_requires = my-demo", "install_requires ="),
        ),
        but=("poetry",),
    ),
    Case(
        "backend-not-required",
        lambda folder, _: put(folder, 'requires = ["wheel"]', "[build-system]"),
        remedy=requires_what_is_expected,
        but=("flit",),
    ),
    Case(
        "backend-too-old",
        lambda folder, _: put(folder, 'requires = ["setuptools<70"]', "[build-system]"),
        remedy=takes_expected,
        only=("setuptools",),
    ),
    Case(
        "build-requirement-unbounded",
        lambda folder, _: put(folder, 'requires = ["uv_build"]', "[build-system]"),
        only=("uv-build",),
    ),
    Case("build-system-missing", removed("pyproject.toml"), remedy=adds_the_snippet, only=OLD_SETUPTOOLS),
    Case(
        "package-not-found",
        lambda folder, _: drop(folder, "packages", "[tool.hatch.build.targets.wheel]"),
        only=("hatchling",),
    ),
    Case(
        "package-not-found", lambda folder, _: drop(folder, "name", "[tool.flit.module]"), only=("flit-core",)
    ),
    Case(
        "package-not-found",
        lambda folder, _: drop(folder, "module-name", "[tool.uv.build-backend]"),
        only=("uv-build",),
    ),
    Case(
        "package-not-found",
        lambda folder, _: drop(folder, "packages", "[tool.poetry]"),
        only=("poetry-core", "poetry"),
    ),
    Case("readme-missing", removed("README.md"), remedy=adds_the_file, but=("setuptools", *OLD_SETUPTOOLS)),
    Case(
        "readme-missing-unnoticed",
        removed("README.md"),
        remedy=adds_the_file,
        only=("setuptools", "setup.cfg"),
    ),
    Case("requires-python-missing", without("requires-python")),
    Case("requires-python-invalid", as_written("requires-python", ">=3.11", "3.11+"), but=("poetry",)),
    Case("requires-python-unsatisfiable", as_written("requires-python", ">=3.11", ">=3.12,<3.8")),
    Case(
        "requires-python-capped-below-4",
        as_written("requires-python", ">=3.11", ">=3.11,<4"),
        remedy=takes_what_is_written,
    ),
    Case(
        "requires-python-capped",
        as_written("requires-python", ">=3.11", ">=3.11,<3.15"),
        remedy=takes_what_is_written,
    ),
    Case("project-urls-missing", without("urls"), only=(*MODERN, "flit")),
    Case("description-missing", without_description, but=("setup.py",)),
    Case(
        "python-classifier-excluded",
        lists("classifiers", "Programming Language :: Python :: 3.8"),
        remedy=restores("Python :: 3.8", "Python :: 3.12", when="Remove the classifier"),
    ),
    Case(
        "summary-too-long",
        setting_in(
            {
                "pyproject.toml": (f'description = "{LONG}"', "[project]"),
                "poetry": (f'description = "{LONG}"', "[tool.poetry]"),
                "setup.cfg": (f"description = {LONG}", "[metadata] in setup.cfg"),
                "setup.py": (f'description="{LONG}"', "setup.py"),
            }
        ),
        value='"A demo."',
        but=("flit",),
    ),
    Case("summary-missing", without("description"), value='"A demo."', but=("poetry", "flit")),
    Case("author-missing", lambda _folder, _declared_in: None, but=("poetry", "flit")),
    Case(
        "license-free-text",
        setting_in(
            {
                "poetry": ('license = "The usual one"', "[tool.poetry]"),
                "flit": ('license = "The usual one"', "[tool.flit.metadata]"),
                "setup.cfg": ("license = The usual one", "[metadata] in setup.cfg"),
                "setup.py": ('license="The usual one"', "setup.py"),
            }
        ),
        only=CLASSIC,
    ),
    Case(
        "setup-from-distutils",
        breaks("from setuptools import find_packages, setup", "from distutils.core import setup"),
        remedy=restores(
            "from distutils.core import setup",
            "from setuptools import find_packages, setup",
            when="`from setuptools import setup`",
        ),
        only=("setup.py",),
    ),
    Case("name-missing", without("name"), only=("setup.py",)),
    Case("version-missing", without("version"), only=OLD_SETUPTOOLS),
    Case(
        "version-not-normalized",
        as_written("version", "1.0.0", "1.0.0-rc.1"),
        remedy=takes_expected,
        but=("flit",),
    ),
    Case(
        "versions-disagree",
        breaks('__version__ = "1.0"', '__version__ = "2.0"'),
        remedy=lambda folder, finding: swap(folder, f'"{finding.seen}"', f'"{finding.expected}"'),
        but=("flit",),
    ),
    Case(
        "email-invalid",
        setting_in(
            {
                "pyproject.toml": ('authors = [{ name = "Ada", email = "ada@localhost" }]', "[project]"),
                "poetry": ('authors = ["Ada <ada@localhost>"]', "[tool.poetry]"),
                "flit": ('author-email = "ada@localhost"', "[tool.flit.metadata]"),
                "setup.cfg": ("author_email = ada@localhost", "[metadata] in setup.cfg"),
                "setup.py": ('author_email="ada@localhost"', "setup.py"),
            }
        ),
        remedy=gives_only_the_name,
    ),
    Case(
        "home-page-alone",
        setting_in(
            {
                "poetry": (f'homepage = "{URL}"', "[tool.poetry]"),
                "setup.cfg": (f"url = {URL}", "[metadata] in setup.cfg"),
                "setup.py": (f'url="{URL}"', "setup.py"),
            }
        ),
        only=("poetry", *OLD_SETUPTOOLS),
    ),
    Case("project-url-invalid", as_written("urls", f"{URL}/source", "git@example.org:a.git")),
    Case(
        "description-markdown-as-rst",
        readme(QUIET_MARKDOWN, as_written("content-type", "text/markdown", "text/x-rst")),
        but=WITH_CONTENT_TYPE,
    ),
    Case(
        "description-not-rendered",
        readme(MARKDOWN, as_written("content-type", "text/markdown", "text/x-rst")),
        but=WITH_CONTENT_TYPE,
    ),
    Case(
        "description-type-invalid",
        as_written("content-type", "text/markdown", "markdown"),
        but=WITH_CONTENT_TYPE,
    ),
    Case("description-type-missing", readme(PLAIN, without("content-type")), only=("setup.cfg",)),
    Case(
        "classifier-unknown",
        lists("classifiers", "Programming Language :: Pyton :: 3"),
        remedy=takes_expected,
    ),
    Case(
        "classifier-deprecated", lists("classifiers", "Natural Language :: Ukranian"), remedy=takes_expected
    ),
    Case(
        "license-expression-invalid",
        breaks('license = "MIT"', 'license = "BSD"'),
        remedy=restores('license = "BSD"', 'license = "BSD-3-Clause"', when="`BSD-3-Clause`"),
        only=MODERN,
    ),
    Case(
        "license-file-missing",
        lambda folder, _: put(folder, 'license-files = ["LICENSE.txt"]', "[project]"),
        remedy=restores("LICENSE.txt", "LICENSE", when="Correct `license-files`"),
        only=MODERN,
    ),
    Case(
        "pyproject-key-unknown",
        lambda folder, _: put(folder, 'keyword = ["demo"]', "[project]"),
        remedy=restores("keyword =", "keywords =", when="Correct the spelling"),
        only=MODERN,
    ),
    Case(
        "entry-point-invalid",
        breaks("demo.cli:main", "demo.cli"),
        remedy=restores("demo.cli", "demo.cli:main", when="`package.module:function`"),
        but=("poetry",),
    ),
    Case(
        "requires-dist-direct-reference",
        setting_in(
            {
                "pyproject.toml": (f'dependencies = ["six @ {URL}/six.whl"]', "[project]"),
                "flit": (f'requires = ["six @ {URL}/six.whl"]', "[tool.flit.metadata]"),
                "setup.cfg": (f"install_requires = six @ {URL}/six.whl", "[options] in setup.cfg"),
                "setup.py": (f'install_requires=["six @ {URL}/six.whl"]', "setup.py"),
            }
        ),
        remedy=restores(f"six @ {URL}/six.whl", "six >= 1.2", when="`name >= 1.2`"),
        but=("poetry",),
    ),
    Case(
        "provides-extra-invalid",
        setting_in(
            {
                "pyproject.toml": ('"dev tools" = ["six"]', "[project.optional-dependencies]"),
                "flit": ('"dev tools" = ["six"]', "[tool.flit.metadata.requires-extra]"),
                "setup.cfg": ("dev tools = six", "[options.extras_require] in setup.cfg"),
                "setup.py": ('extras_require={"dev tools": ["six"]}', "setup.py"),
            }
        ),
        remedy=restores("dev tools", "dev-tools", when="Rename the extra"),
        but=("poetry",),
    ),
)
IN_ARTIFACTS = (
    Case("wheel-type-marker-missing", lists("classifiers", "Typing :: Typed"), remedy=adds_a_type_marker),
    Case("license-missing", without_license, remedy=adds_a_license),
    Case(
        "wheel-script-cannot-start",
        breaks("demo.cli:main", "demo.cli:mian"),
        remedy=restores("demo.cli:mian", "demo.cli:main", when="`module:function`"),
    ),
    Case("description-not-rendered", readme(MARKDOWN, without("content-type")), only=("setup.py",)),
    Case(
        "wheel-has-litter",
        written("src/demo/notes.bak", "x\n"),
        value='["**/*.bak"]',
        but=("setuptools", *OLD_SETUPTOOLS),
    ),
    Case(
        "wheel-has-litter",
        written("src/demo/notes.bak", "x\n"),
        remedy=excludes_in_manifest,
        only=("setuptools",),
    ),
    Case("data-left-out-of-wheel", written("src/demo/data.json", "{}\n"), only=OLD_SETUPTOOLS),
    Case(
        "wheel-installs-development-files",
        a_second_package,
        only=("setuptools", "hatchling", "poetry-core", *OLD_SETUPTOOLS),
    ),
)


def files_of(kind: str) -> dict[str, str]:
    """The files of a healthy project whose package is not named like itself."""
    common = {
        "README.md": "# Demo\n\n" + PLAIN,
        "LICENSE": "MIT\n",
        "src/demo/__init__.py": '"""A demo."""\n\n__version__ = "1.0"\n',
        "src/demo/cli.py": "def main() -> None:\n    print('usage')\n",
    }
    return common | PROJECTS[kind]


def build_system(requires: str, backend: str) -> str:
    return f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{backend}"\n'


PROJECT = """\
[project]
name = "my-demo"
version = "1.0"
description = "A demo."
readme = { file = "README.md", content-type = "text/markdown" }
requires-python = ">=3.11"
license = "MIT"
license-files = ["LICENSE"]
[project.urls]
Source = "https://example.org/source"
[project.scripts]
my-demo = "demo.cli:main"
"""
PROJECTS = {
    "setuptools": {"pyproject.toml": build_system("setuptools>=77", "setuptools.build_meta") + PROJECT},
    "hatchling": {
        "pyproject.toml": build_system("hatchling>=1.27", "hatchling.build")
        + PROJECT
        + '[tool.hatch.build.targets.wheel]\npackages = ["src/demo"]\n'
    },
    "flit-core": {
        "pyproject.toml": build_system("flit_core>=3.12", "flit_core.buildapi")
        + PROJECT
        + '[tool.flit.module]\nname = "demo"\n'
    },
    "poetry-core": {
        "pyproject.toml": build_system("poetry-core>=2.2", "poetry.core.masonry.api")
        + PROJECT
        + '[tool.poetry]\npackages = [{ include = "demo", from = "src" }]\n'
    },
    "uv-build": {
        "pyproject.toml": build_system("uv_build>=0.13,<0.14", "uv_build")
        + PROJECT
        + '[tool.uv.build-backend]\nmodule-name = "demo"\n'
    },
    "pdm-backend": {
        "pyproject.toml": build_system("pdm-backend>=2.4", "pdm.backend") + PROJECT + "[tool.pdm.build]\n"
    },
    "poetry": {
        "pyproject.toml": build_system("poetry-core>=1.9", "poetry.core.masonry.api")
        + """\
[tool.poetry]
name = "my-demo"
version = "1.0"
description = "A demo."
authors = ["Ada Lovelace <ada@example.org>"]
readme = "README.md"
license = "MIT"
packages = [{ include = "demo", from = "src" }]
[tool.poetry.dependencies]
python = ">=3.11"
[tool.poetry.scripts]
my-demo = "demo.cli:main"
"""
    },
    "flit": {
        "pyproject.toml": build_system("flit_core>=3.12,<4", "flit_core.buildapi")
        + """\
[tool.flit.metadata]
module = "demo"
dist-name = "my-demo"
author = "Ada Lovelace"
description-file = "README.md"
license = "MIT"
requires-python = ">=3.11"
[tool.flit.metadata.urls]
Source = "https://example.org/source"
[tool.flit.scripts]
my-demo = "demo.cli:main"
"""
    },
    "setup.cfg": {
        "pyproject.toml": build_system("setuptools>=77", "setuptools.build_meta"),
        "setup.cfg": """\
[metadata]
name = my-demo
version = 1.0
description = A demo.
long_description = file: README.md
long_description_content_type = text/markdown
license = MIT
[options]
python_requires = >=3.11
packages = find:
package_dir = =src
[options.packages.find]
where = src
[options.entry_points]
console_scripts = my-demo = demo.cli:main
""",
    },
    "setup.py": {
        "pyproject.toml": build_system("setuptools>=77", "setuptools.build_meta"),
        "setup.py": """\
from setuptools import find_packages, setup

setup(
    name="my-demo",
    version="1.0",
    description="A demo.",
    long_description=open("README.md", encoding="utf-8").read(),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.11",
    packages=find_packages("src"),
    package_dir={"": "src"},
    entry_points={"console_scripts": ["my-demo = demo.cli:main"]},
)
""",
    },
}


def judged(folder: Path) -> tuple[Finding, ...]:
    facts = source.read(folder, tag=None, tag_version=None, release=False)
    return judge_source(facts, ignored={}).findings


def found(rule: str, findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.rule == rule]


def built(folder: Path, work: Path) -> tuple[Finding, ...]:
    """Build a project with its real backend and return what is found in the artifacts."""
    inputs = Inputs(command="check", path=folder, work=work)
    manifest = pipeline.run(("plan", "build", "inspect"), Manifest(), inputs, detect({}))
    assert manifest.failure is None, (manifest.failure, manifest.failure.log)
    return manifest.findings


def cases_for(kind: str, cases: Iterable[Case]) -> list[Case]:
    return [case for case in cases if kind not in case.but and (not case.only or kind in case.only)]


@pytest.mark.parametrize("kind", PROJECTS)
def test_a_printed_fix_clears_its_finding(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    for name, text in files_of(kind).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    declared_in = kind if kind in CLASSIC else "pyproject.toml"
    assert [f for f in judged(folder) if f.severity != Severity.NOTE] == []
    in_source, in_artifacts = cases_for(kind, IN_SOURCE), cases_for(kind, IN_ARTIFACTS)

    for case in in_source:
        case.fault(folder, declared_in)
        findings = found(case.rule, judged(folder))
        assert findings, f"{case.rule} finds nothing in {kind}"
        case.follow(folder, findings[0])
        assert found(case.rule, judged(folder)) == [], f"{case.rule} in {kind}: {findings[0].fix}"

    for case in in_artifacts:
        case.fault(folder, declared_in)
    broken = built(folder, tmp_path / "broken")
    for case in in_artifacts:
        assert found(case.rule, broken), f"{case.rule} finds nothing in {kind}"
        case.follow(folder, found(case.rule, broken)[0])
    tried = {case.rule for case in (*in_source, *in_artifacts)}
    mended = built(folder, tmp_path / "fixed")
    assert [f for f in mended if f.rule in tried or f.severity == Severity.ERROR] == []
