"""Each rule on the source, with a project that breaks it and one that does not."""

import os
import subprocess
from dataclasses import dataclass, field

import only_on
import pytest
from rules.declared import family
from slipway.project import source
from slipway.records import Severity
from slipway.stages.validate import judge_source

SETUPTOOLS = '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'
HATCHLING = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
HATCH_VCS = '[build-system]\nrequires = ["hatchling", "hatch-vcs"]\nbuild-backend = "hatchling.build"\n'
VCS = (
    HATCH_VCS
    + '\n[project]\nname = "spam"\ndynamic = ["version"]\nrequires-python = ">=3.11"\nlicense = "MIT"\n'
    + 'readme = "README.md"\nurls = { Source = "https://example.org/spam" }\n\n[tool.hatch.version]\nsource = "vcs"\n'
)
PROJECT = """
[project]
name = "spam"
version = "1.2"
requires-python = ">=3.11"
license = "MIT"
readme = "README.md"
urls = { Source = "https://example.org/spam" }
"""
"""Its first line is line 4 of pyproject.toml below one of the [build-system] tables."""
ABOUT = 'description = "Spam."\nauthors = [{ name = "Ada" }]\n'
"""What a complete project says beside that; a case may say it differently."""
HEALTHY = {
    "pyproject.toml": HATCHLING + PROJECT,
    "README.md": "# Spam\n",
    "src/spam/__init__.py": "",
    "CHANGELOG.md": "## 1.2\n\n- A feature.\n\n## 1.1\n",
}
RELEASE = {"tag": "v1.2", "tag_version": "1.2", "release": True}
STAGING = {"release": True, "staging": True, "staging_version": "1.2.1.dev101"}
IDENTITY = {
    f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}


def toml(text=PROJECT, head=HATCHLING, tail=""):
    return {"pyproject.toml": head + text + tail}


def swap(old, new, **more):
    assert old in PROJECT
    return toml(PROJECT.replace(old, new)) | more


@dataclass
class Case:
    """A project with one fault.

    Attributes:
        files: what differs from the healthy project; None removes a file.
        expected: file and line of the finding, and a part of its message.
        run: what the run is for.
        git: commands that make the repository; None for no repository.
    """

    rule: str
    files: dict
    expected: tuple
    run: dict = field(default_factory=dict)
    git: list | None = None


SETUP = "setup(name='spam', version='1')\n"
HELD = "correct-horse-battery"
TAGGED = [["tag", "v1.2"]]
UNTAGGED = []

BAD = [
    # form
    Case(
        "pyproject-schema-invalid", toml(tail='description = ["no"]\n'), ("pyproject.toml", 12, "description")
    ),
    Case("pyproject-schema-invalid", toml(tail='authors = ["Ada"]\n'), ("pyproject.toml", 12, "authors[0]")),
    Case(
        "pyproject-schema-invalid",
        toml(tail='dependencies = "attrs"\n'),
        ("pyproject.toml", 12, "dependencies"),
    ),
    Case(
        "pyproject-schema-invalid",
        swap('license = "MIT"', 'license = { text = "MIT", file = "LICENSE" }'),
        ("pyproject.toml", 9, "none of the forms"),
    ),
    Case(
        "pyproject-schema-invalid",
        swap('version = "1.2"', 'version = "1.2"\ndynamic = ["version"]'),
        ("pyproject.toml", 7, "dynamic"),
    ),
    Case(
        "pyproject-schema-invalid",
        toml(tail='\n[dependency-groups]\ntest = [{ include-group = "lint" }]\n'),
        ("pyproject.toml", 14, "lint"),
    ),
    Case(
        "setuptools-table-invalid",
        toml(head=SETUPTOOLS, tail='\n[tool.setuptools]\nzip-safe = "no"\n'),
        ("pyproject.toml", 14, "zip-safe"),
    ),
    Case(
        "pyproject-key-unknown",
        toml(tail='licence = "MIT"\n'),
        ("pyproject.toml", 12, "Did you mean `license`?"),
    ),
    Case(
        "pyproject-key-unknown", toml(head=HATCHLING + "isolated = true\n"), ("pyproject.toml", 4, "isolated")
    ),
    Case(
        "setup-py-syntax-error",
        toml(head=SETUPTOOLS) | {"setup.py": "import setuptools\nprint 'x'\n"},
        ("setup.py", 2, "cannot be parsed"),
    ),
    # build system
    Case("build-system-missing", {"pyproject.toml": PROJECT}, ("pyproject.toml", None, "[build-system]")),
    Case(
        "build-system-missing",
        {
            "pyproject.toml": None,
            "setup.py": "from setuptools import setup\nsetup(name='spam', version='1')\n",
        },
        ("setup.py", None, "[build-system]"),
    ),
    Case(
        "setup-from-distutils",
        {"pyproject.toml": None, "setup.py": f"import os\nfrom distutils.core import setup\n{SETUP}"},
        ("setup.py", 2, "from distutils"),
    ),
    Case(
        "backend-not-required",
        toml(head=HATCHLING.replace('"hatchling"]', '"setuptools"]')),
        ("pyproject.toml", 2, "does not name hatchling"),
    ),
    Case("backend-too-old", toml(head=SETUPTOOLS.replace(">=77", "<70")), ("pyproject.toml", 2, "77.0.0")),
    Case(
        "backend-too-old",
        toml(PROJECT.replace('license = "MIT"\n', ""), head=SETUPTOOLS.replace(">=77", "==59.*")),
        ("pyproject.toml", 2, "61.0.0"),
    ),
    Case(
        "build-requirement-unbounded",
        toml(head='[build-system]\nrequires = ["uv_build>=0.9"]\nbuild-backend = "uv_build"\n'),
        ("pyproject.toml", 2, "no upper bound"),
    ),
    # files
    Case("readme-missing", {"README.md": None}, ("pyproject.toml", 10, "README.md")),
    Case(
        "readme-missing-unnoticed",
        toml(head=SETUPTOOLS) | {"README.md": None},
        ("pyproject.toml", 10, "builds without it"),
    ),
    Case("readme-outside-project", swap('"README.md"', '"../README.md"'), ("pyproject.toml", 10, "outside")),
    Case("readme-not-utf8", {"README.md": "# Spam \xe9\n".encode("latin-1")}, ("README.md", None, "UTF-8")),
    Case(
        "license-file-missing",
        toml(tail='license-files = [\n  "README.md",\n  "LICENSES/*",\n]\n'),
        ("pyproject.toml", 14, "LICENSES/*"),
    ),
    Case(
        "license-file-missing",
        swap('license = "MIT"', 'license = { file = "COPYING" }'),
        ("pyproject.toml", 9, "COPYING"),
    ),
    Case(
        "package-missing",
        toml(tail='\n[tool.hatch.build.targets.wheel]\npackages = ["src/maps"]\n'),
        (None, None, "src/maps"),
    ),
    Case(
        "package-not-found",
        {"src/spam/__init__.py": None, "src/meat/__init__.py": ""},
        ("pyproject.toml", 6, "looks for a package spam and finds none; there is meat"),
    ),
    Case(
        "backend-path-missing",
        toml(head=SETUPTOOLS + 'backend-path = ["_build"]\n'),
        ("pyproject.toml", 4, "_build"),
    ),
    Case(
        "backend-path-missing",
        toml(head=SETUPTOOLS.replace("setuptools.build_meta", "wrapper") + 'backend-path = ["src"]\n'),
        ("pyproject.toml", 3, "no module wrapper in src"),
    ),
    Case(
        "backend-path-missing",
        toml(head=SETUPTOOLS + 'backend-path = [".."]\n'),
        ("pyproject.toml", 4, "no folder inside the project"),
    ),
    # version
    Case(
        "tag-version-mismatch",
        {},
        ("pyproject.toml", 7, "The tag v1.3 says 1.3, the project says 1.2."),
        run=RELEASE | {"tag": "v1.3", "tag_version": "1.3"},
    ),
    Case(
        "tag-version-mismatch",
        toml(
            PROJECT.replace('version = "1.2"', 'dynamic = ["version"]'),
            tail='\n[tool.hatch.version]\npath = "src/spam/__init__.py"\n',
        )
        | {"src/spam/__init__.py": '"""Spam."""\n__version__ = "1.1"\n'},
        ("src/spam/__init__.py", 2, "the project says 1.1"),
        run=RELEASE,
    ),
    Case(
        "tag-not-a-version",
        {},
        (None, None, "vnext"),
        run={"tag": "vnext", "tag_version": None, "release": True},
    ),
    Case("version-not-normalized", swap('"1.2"', '"1.2.0-rc.1"'), ("pyproject.toml", 7, "1.2.0rc1")),
    Case(
        "versions-disagree",
        {"src/spam/__init__.py": "\n__version__ = '1.1'\n"},
        ("src/spam/__init__.py", 2, "__version__ 1.1"),
    ),
    Case(
        "version-source-missing",
        toml(PROJECT.replace('version = "1.2"', 'dynamic = ["version"]'), head=SETUPTOOLS),
        ("pyproject.toml", 7, "nothing says where it comes from"),
    ),
    Case(  # aboutcode-org/typecode#3, pypa/setuptools-scm#22: without setuptools-scm the keyword does nothing
        "version-source-missing",
        {
            "setup.py": "from setuptools import setup\nsetup(name='spam', use_scm_version=True)\n",
            "pyproject.toml": None,
        },
        ("setup.py", 2, "nothing says where it comes from"),
    ),
    Case(
        "changelog-entry-missing",
        {"CHANGELOG.md": "## v1.1\n\n## 1.0\n"},
        ("CHANGELOG.md", None, "no entry for 1.2"),
        run=RELEASE,
    ),
    Case(
        "release-notes-empty",
        {"CHANGELOG.md": "# Changes\n\n## 1.2 - 2026-01-01\n\n### Added\n\n## 1.1\n\n- First.\n"},
        ("CHANGELOG.md", 3, "says nothing below its heading for 1.2"),
        run=RELEASE,
    ),
    # git
    Case(
        "checkout-dirty",
        {},
        ("README.md", None, "README.md"),
        run=RELEASE | {"release": False},
        git=[*TAGGED, ["change", "README.md"]],
    ),
    Case(
        "released-checkout-dirty",
        {},
        ("README.md", None, "README.md"),
        run=RELEASE,
        git=[*TAGGED, ["change", "README.md"]],
    ),
    Case(
        "untracked-files", {}, (None, None, "notes.py"), run=RELEASE, git=[*TAGGED, ["new", "src/notes.py"]]
    ),
    Case(
        "pypirc-tracked",
        {"tools/.pypirc": f"[pypi]\nusername = __token__\npassword = {HELD}\n"},
        ("tools/.pypirc", 3, "git tracks it"),
        git=UNTAGGED,
    ),
    Case(
        "submodule-missing",
        {".gitmodules": '[submodule "x"]\n\tpath = vendor/x\n\turl = https://example.org/x\n'},
        (".gitmodules", None, "vendor/x"),
        git=UNTAGGED,
    ),
    Case("vcs-history-shallow", {"pyproject.toml": VCS}, (None, None, "hatch-vcs"), git=[["shallow"]]),
    Case("vcs-tags-missing", {"pyproject.toml": VCS}, (None, None, "there is none"), git=UNTAGGED),
    Case("vcs-repository-missing", {"pyproject.toml": VCS}, (None, None, "not in a repository")),
    Case(
        "version-local",
        {"pyproject.toml": VCS},
        (None, None, "the commit has no tag"),
        run={"release": True},
        git=[*TAGGED, ["commit", "-qm", "later", "--allow-empty"]],
    ),
    Case(
        "version-local",
        {"pyproject.toml": VCS},
        (None, None, "files differ from the commit: README.md"),
        run=RELEASE,
        git=[*TAGGED, ["change", "README.md"]],
    ),
    # metadata that the source shows best
    Case(
        "requires-python-unsatisfiable",
        swap(">=3.11", ">=3.12,<3.8"),
        ("pyproject.toml", 8, "No version satisfies"),
    ),
    Case("requires-python-unsatisfiable", swap(">=3.11", ">=4"), ("pyproject.toml", 8, "no Python yet")),
    Case(
        "python-classifier-excluded",
        toml(
            tail='classifiers = [\n  "Programming Language :: Python :: 3.11",\n'
            '  "Programming Language :: Python :: 3.8",\n]\n'
        ),
        ("pyproject.toml", 14, "Python 3.8"),
    ),
    Case(
        "entry-point-invalid",
        toml(tail='\n[project.scripts]\nspam = "spam.cli"\n'),
        ("pyproject.toml", 14, "does not name a function"),
    ),
    Case(
        "entry-point-invalid",
        toml(tail='\n[project.scripts]\n"spam eggs" = "spam.cli:main"\n'),
        ("pyproject.toml", 14, "'spam eggs'"),
    ),
    Case(
        "dependency-on-itself",
        toml(tail='dependencies = ["attrs", "Spam>=1"]\n'),
        ("pyproject.toml", 12, "depends on itself"),
    ),
    Case(
        "package-shadowed-by-python",
        {"src/queue/__init__.py": ""}
        | toml(tail='\n[tool.hatch.build.targets.wheel]\npackages = ["src/spam", "src/queue"]\n'),
        (None, None, "queue"),
    ),
]

GOOD = [
    # form
    Case("pyproject-schema-invalid", toml(tail='classifiers = ["No such :: Classifier"]\n'), ()),
    Case("pyproject-schema-invalid", toml(tail="\n[other]\nzip-safe = 5\n"), ()),
    Case("setuptools-table-invalid", toml(tail="\n[tool.setuptools]\nzip-safe = 5\n"), ()),
    Case("pyproject-schema-invalid", toml(tail='import-names = ["spam"]\n'), ()),
    Case("pyproject-key-unknown", toml(tail='\n[tool.other]\nlicence = "MIT"\n'), ()),
    Case("setup-py-syntax-error", toml() | {"setup.py": "print 'not used by hatchling'\n"}, ()),
    # build system
    Case("build-system-missing", {}, ()),
    Case(
        "setup-from-distutils",
        {"pyproject.toml": None, "setup.py": f"from setuptools import setup\n{SETUP}"},
        (),
    ),
    Case(
        "setup-from-distutils",
        {
            "pyproject.toml": None,
            "setup.py": "try:\n    from setuptools import setup\nexcept ImportError:\n    from distutils.core import setup\n"
            + SETUP,
        },
        (),
    ),
    Case(
        "backend-not-required",
        toml(head=SETUPTOOLS.replace("setuptools>=77", "setuptools-scm>=8")),
        (),
    ),
    Case("backend-too-old", toml(head=SETUPTOOLS.replace(">=77", "==80.*")), ()),
    Case("backend-too-old", toml(head=SETUPTOOLS.replace(">=77", ">=61")), ()),
    Case(
        "build-requirement-unbounded",
        toml(head='[build-system]\nrequires = ["uv_build>=0.13,<0.14"]\nbuild-backend = "uv_build"\n'),
        (),
    ),
    # files
    Case("readme-missing", toml(head=SETUPTOOLS) | {"README.md": None}, ()),
    Case("readme-missing-unnoticed", {"README.md": None}, ()),
    Case("readme-outside-project", swap('"README.md"', '"docs/../README.md"'), ()),
    Case("readme-not-utf8", {"README.md": "# Spam é\n"}, ()),
    Case("license-file-missing", toml(tail='license-files = ["READ*"]\n'), ()),
    Case(
        "license-file-missing",
        {
            "pyproject.toml": None,
            "setup.cfg": "[metadata]\nname = spam\nlicense_files = LICEN[CS]E*, NOTICE*\n",
        },
        (),
    ),
    Case("package-missing", toml(tail='\n[tool.hatch.build.targets.wheel]\npackages = ["src/spam"]\n'), ()),
    Case("package-not-found", {"src/spam/__init__.py": None, "Spam.py": ""}, ()),
    Case("package-not-found", {"src/spam/__init__.py": None, "acme/spam/__init__.py": ""}, ()),
    Case(
        "package-not-found",
        toml(tail='\n[tool.hatch.build.targets.wheel]\ninclude = ["data"]\n')
        | {"src/spam/__init__.py": None},
        (),
    ),
    Case(
        "backend-path-missing",
        toml(head=SETUPTOOLS.replace("setuptools.build_meta", "wrapper") + 'backend-path = ["_build"]\n')
        | {"_build/wrapper.py": "from setuptools.build_meta import *\n"},
        (),
    ),
    # version
    Case(
        "tag-version-mismatch", swap('"1.2"', '"1.2.0-rc.1"'), (), run=RELEASE | {"tag_version": "1.2.0rc1"}
    ),
    Case("tag-version-mismatch", {"pyproject.toml": VCS}, (), run=RELEASE, git=TAGGED),
    Case("tag-not-a-version", {}, (), run={"tag": "docs-2024", "tag_version": None}),
    Case("version-not-normalized", swap('"1.2"', '"1.2.0rc1"'), ()),
    Case("versions-disagree", {"src/spam/__init__.py": "__version__ = '1.2.0'\n"}, ()),
    Case("versions-disagree", {"src/spam/__init__.py": "__version__ = version('spam')\n"}, ()),
    Case("versions-disagree", {"src/spam/__init__.py": "__version__ = 'unknown'\n"}, ()),
    Case(
        "version-source-missing",
        toml(PROJECT.replace('version = "1.2"', 'dynamic = ["version"]'), head=SETUPTOOLS)
        | {"setup.py": "from setuptools import setup\nsetup(version='1.2')\n"},
        (),
    ),
    Case(
        "version-source-missing",
        toml(
            PROJECT.replace('version = "1.2"', 'dynamic = ["version"]'),
            head=SETUPTOOLS.replace('"]', '", "some-plugin"]'),
        ),
        (),
    ),
    Case("changelog-entry-missing", {"CHANGELOG.md": "## [v1.2.0] - 2026-01-01\n"}, (), run=RELEASE),
    Case("changelog-entry-missing", {"CHANGELOG.md": "Nothing yet.\n"}, (), run=RELEASE),
    Case("changelog-entry-missing", {"README.md": "# Spam 1.1\n"}, (), run=RELEASE),
    Case("changelog-entry-missing", {}, (), run=RELEASE | {"tag_version": "1.2rc1"}),
    Case("release-notes-empty", {"CHANGELOG.md": "## 1.2\n\n- A feature.\n"}, (), run=RELEASE),
    Case("release-notes-empty", {"CHANGELOG.md": "## 1.1\n\n- First.\n"}, (), run=RELEASE),
    Case(
        "release-notes-empty", {"CHANGELOG.md": "## 1.2\n\n## 1.1\n"}, (), run=RELEASE | {"tag_version": None}
    ),
    # git
    Case("checkout-dirty", {}, (), git=[["change", "README.md"]]),
    Case("checkout-dirty", {}, (), run=RELEASE | {"release": False}, git=[*TAGGED, ["new", "notes.txt"]]),
    Case("released-checkout-dirty", {}, (), run=RELEASE, git=[*TAGGED, ["new", "notes.txt"]]),
    Case(
        "released-checkout-dirty",
        {},
        (),
        run=RELEASE | {"staging": True},
        git=[*TAGGED, ["change", "README.md"]],
    ),
    Case("untracked-files", {}, (), run=RELEASE, git=[*TAGGED, ["new", "dist/spam-1.2.tar.gz"]]),
    Case("pypirc-tracked", {".pypirc": "[pypi]\nusername = __token__\n"}, (), git=UNTAGGED),
    Case("pypirc-tracked", {".pypirc": "[pypi]\npassword = <your token>\n"}, (), git=UNTAGGED),
    Case("pypirc-tracked", {".pypirc": f"[pypi]\npassword = {HELD}\n"}, ()),
    Case("submodule-missing", {}, (), git=UNTAGGED),
    Case("vcs-history-shallow", {}, (), git=[["shallow"]]),
    Case("vcs-history-shallow", {"pyproject.toml": VCS}, (), git=[["shallow"], *TAGGED]),
    Case("vcs-tags-missing", {"pyproject.toml": VCS}, (), git=TAGGED),
    Case("vcs-repository-missing", {"pyproject.toml": VCS, "PKG-INFO": "Name: spam\n"}, ()),
    Case("version-local", {"pyproject.toml": VCS}, (), run=RELEASE, git=TAGGED),
    Case("version-local", {"pyproject.toml": VCS}, (), git=UNTAGGED),
    Case("version-local", {"pyproject.toml": VCS}, (), run=STAGING, git=UNTAGGED),
    Case("vcs-tags-missing", {"pyproject.toml": VCS}, (), run=STAGING, git=UNTAGGED),
    Case(
        "version-local",
        {"pyproject.toml": VCS + 'raw-options = { local_scheme = "no-local-version" }\n'},
        (),
        run={"release": True},
        git=UNTAGGED,
    ),
    # metadata
    Case("requires-python-unsatisfiable", swap(">=3.11", ">=3.8,<3.15"), ()),
    Case("requires-python-unsatisfiable", swap(">=3.11", "==3.12.*"), ()),
    Case(
        "python-classifier-excluded", toml(tail='classifiers = ["Programming Language :: Python :: 3"]\n'), ()
    ),
    Case(
        "entry-point-invalid",
        toml(
            tail='\n[project.scripts]\n"spam-1.x" = "spam.cli : Main.run"\n\n[project.entry-points.p]\nx = "y"\n'
        ),
        (),
    ),
    Case(
        "dependency-on-itself",
        toml(tail='optional-dependencies = { all = ["spam[x]"], x = [] }\ndependencies = ["spam-core"]\n'),
        (),
    ),
    Case(
        "package-shadowed-by-python",
        {"src/asyncore/__init__.py": ""}
        | toml(tail='\n[tool.hatch.build.targets.wheel]\npackages = ["src/asyncore"]\n'),
        (),
    ),
    Case(
        "package-shadowed-by-python",
        {"src/queue/__init__.py": ""}
        | toml(
            PROJECT.replace(">=3.11", ">=2.7,<3"),
            tail='\n[tool.hatch.build.targets.wheel]\npackages = ["src/queue"]\n',
        ),
        (),
    ),
]


def make(folder, files):
    for path, content in (HEALTHY | files).items():
        if content is not None:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def git(folder, *arguments):
    environ = {**os.environ, **IDENTITY, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, env=environ, check=True, capture_output=True)


def prepare(folder, case):
    """Make the project of a case, with its repository, and return its folder."""
    project = make(folder / "project", case.files)
    for step in (
        [["init", "-q"], ["add", "-Af"], ["commit", "-qm", "first"], *case.git]
        if case.git is not None
        else []
    ):
        if step[0] == "change":
            (project / step[1]).write_text("changed\n")
        elif step[0] == "new":
            make(project, {step[1]: ""} | dict.fromkeys(HEALTHY))
        elif step[0] == "shallow":
            git(project, "commit", "-qm", "second", "--allow-empty")
            git(folder, "clone", "-q", "--depth", "1", project.as_uri(), "clone")
            project = folder / "clone"
        else:
            git(project, *step)
    return project


def judge(folder, case):
    return judge_source(source.read(prepare(folder, case), **case.run), ignored={})


def identifier(case):
    return case.rule


@pytest.mark.parametrize("case", BAD, ids=identifier)
def test_a_fault_is_found_at_its_place(tmp_path, case):
    judged = judge(tmp_path, case)
    found = [finding for finding in judged.findings if finding.rule == case.rule]

    assert len(found) == 1, [finding.rule for finding in judged.findings]
    file, line, text = case.expected
    assert (found[0].where.file, found[0].where.line) == (file, line)
    assert text in found[0].message
    assert not judged.broken_rules


@pytest.mark.parametrize("case", GOOD, ids=identifier)
def test_what_is_no_fault_is_not_found(tmp_path, case):
    judged = judge(tmp_path, case)
    assert [finding.message for finding in judged.findings if finding.rule == case.rule] == []
    assert not judged.broken_rules


def test_every_rule_has_a_good_and_a_bad_case():
    # The rule on local versions is judged on the metadata that the source has so far.
    names = {rule.name for rule in family("project")} | {"version-local"}
    assert {case.rule for case in BAD} == names
    assert {case.rule for case in GOOD} == names


@pytest.mark.parametrize("run", [{}, RELEASE])
@pytest.mark.parametrize("head", [HATCHLING, SETUPTOOLS])
def test_a_healthy_project_gives_no_finding_at_all(tmp_path, run, head):
    judged = judge(tmp_path, Case("", toml(head=head, tail=ABOUT), (), run=run, git=TAGGED))
    assert judged.findings == ()
    assert judged.broken_rules == ()


def test_a_healthy_project_with_a_version_from_git_gives_no_finding_at_all(tmp_path):
    text = VCS.replace("\n\n[tool", f"\n{ABOUT}\n[tool")
    judged = judge(tmp_path, Case("", {"pyproject.toml": text}, (), run=RELEASE, git=TAGGED))
    assert judged.findings == ()


def test_a_variable_that_tells_the_version_counts(tmp_path, monkeypatch):
    monkeypatch.setenv("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_SPAM", "1.2")
    text = VCS.replace("\n\n[tool", f"\n{ABOUT}\n[tool")
    judged = judge(tmp_path, Case("", {"pyproject.toml": text}, (), run=RELEASE, git=UNTAGGED))
    assert [finding.rule for finding in judged.findings] == []


def test_all_faults_of_the_form_are_told_at_once(tmp_path):
    text = toml(tail='description = 5\nkeywords = "a b"\nauthors = ["Ada"]\nlicence = "MIT"\n')
    judged = judge(tmp_path, Case("", text, ()))
    places = {(finding.rule, finding.where.line) for finding in judged.findings}
    assert places >= {
        ("pyproject-schema-invalid", 12),
        ("pyproject-schema-invalid", 13),
        ("pyproject-schema-invalid", 14),
        ("pyproject-key-unknown", 15),
    }


# --- the rules on metadata, judged on what is static ---------------------------------------------------------

STATIC = [
    ('version = "1.2"', 'version = "1.2+local"', "version-local", 7),
    ('version = "1.2"', 'version = "one"', "version-invalid", 7),
    ('version = "1.2"\n', "", "version-missing", None),
    ('name = "spam"', 'name = "spam!"', "name-invalid", 6),
    ('license = "MIT"', 'license = "BSD"', "license-expression-invalid", 9),
    (">=3.11", "3.11+", "requires-python-invalid", 8),
    ('"https://example.org/spam"', '"example.org"', "project-url-invalid", 11),
]
ADDED = [
    ('classifiers = [\n  "Typing :: Typed",\n  "No :: Such",\n]\n', "classifier-unknown", 14),
    ('dependencies = [\n  "attrs",\n  "rich => 1",\n]\n', "requires-dist-invalid", 14),
    ('dependencies = ["attrs @ https://example.org/attrs.whl"]\n', "requires-dist-direct-reference", 12),
    (
        "[project.optional-dependencies]\nx = ['attrs @ https://example.org/a.whl ; python_version > \"3\"']\n",
        "requires-dist-direct-reference",
        13,
    ),
    ('authors = [{ name = "Ada", email = "ada@localhost" }]\n', "email-invalid", 12),
    (f'description = "{"x" * 600}"\n', "summary-too-long", 12),
]


@pytest.mark.parametrize(
    ("files", "rule", "line"),
    [
        *((swap(old, new), rule, line) for old, new, rule, line in STATIC),
        *((toml(tail=tail), rule, line) for tail, rule, line in ADDED),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_static_metadata_is_judged_by_the_rules_on_metadata(tmp_path, files, rule, line):
    judged = judge(tmp_path, Case(rule, files, ()))
    blocking = [finding for finding in judged.findings if finding.severity is Severity.ERROR]
    assert [(f.rule, f.where.file, f.where.line) for f in blocking] == [(rule, "pyproject.toml", line)]


def test_a_readme_that_does_not_render_is_found_before_the_build(tmp_path):
    files = swap('"README.md"', '"README.rst"') | {"README.rst": "Spam\n====\n\n:nosuchrole:`x`\n"}
    judged = judge(tmp_path, Case("", files, ()))
    assert "description-not-rendered" in {finding.rule for finding in judged.findings}


def test_what_only_the_build_decides_is_not_called_missing(tmp_path):
    dynamic = '"version", "readme", "license", "urls", "requires-python", "classifiers", "dependencies"'
    more = '"authors", "description"'
    text = SETUPTOOLS + f'\n[project]\nname = "spam"\ndynamic = [{dynamic}, {more}]\n'
    files = {"pyproject.toml": text, "setup.py": "from setuptools import setup\nsetup(**decide())\n"}
    judged = judge(tmp_path, Case("", files, ()))
    assert [finding.rule for finding in judged.findings] == []


def test_a_rule_that_is_ignored_keeps_its_finding_and_gets_the_reason(tmp_path):
    files = toml(PROJECT.replace('"1.2"', '"1.2-rc1"'), tail=ABOUT)
    facts = source.read(prepare(tmp_path, Case("", files, ())))
    judged = judge_source(facts, ignored={"version-not-normalized": "that is how we write it"})
    assert [finding.ignored for finding in judged.findings] == ["that is how we write it"]


@only_on.posix("a link needs a right there")
@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "nul\\u0000.md", "loop.md", "src"])
def test_a_readme_that_leads_astray_is_never_read(tmp_path, path):
    project = make(tmp_path / "project", swap('"README.md"', f'"{path}"'))
    (project / "loop.md").symlink_to("loop.md")
    facts = source.read(project)
    assert facts.metadata.description is None
    rules = {finding.rule for finding in judge_source(facts, ignored={}).findings}
    assert rules & {"readme-outside-project", "readme-missing"}


@pytest.mark.parametrize("key", ["description", "authors", "nothing"])
def test_values_nested_as_deep_as_toml_allows_break_no_rule(tmp_path, key):
    nested = "[" * 300 + "]" * 300
    judged = judge(tmp_path, Case("", toml(tail=f"{key} = {nested}\n"), ()))
    assert judged.broken_rules == ()
