"""What builds print when they fail, as their tools really word it, and what is made of it."""

import re
from pathlib import Path

import pytest
from build import BuildException
from slipway.building.failures import TAIL, HookFailed, explain
from slipway.building.known_failures import KNOWN_FAILURES, Place
from slipway.errors import ExitCode, ProjectError
from slipway.processes import TimedOut

PRINTED: dict[str, tuple[str, str]] = {
    "uv, a name that is not there": (
        "  cause: Because no-such-thing was not found in the package registry and you require no-such-thing, we can",
        "does not exist under this name",
    ),
    "pip, a version that is not there": (
        "ERROR: No matching distribution found for setuptools>=9999",
        "does not exist under this name",
    ),
    "uv without a network": (
        "  Caused by: dns error: failed to lookup address information",
        "cannot be reached",
    ),
    "uv and a closed port": (
        "  cause: tcp connect error: Connection refused (os error 111)",
        "cannot be reached",
    ),
    "an import": ("ModuleNotFoundError: No module named 'numpy'", "imports numpy"),
    "an import of a submodule": (
        "ModuleNotFoundError: No module named 'Cython.Build'",
        "imports Cython.Build",
    ),
    "gcc and a header": (
        "src/a.c:1:10: fatal error: openssl/ssl.h: No such file or directory",
        "openssl/ssl.h",
    ),
    "clang and a header": ("./a.c:3:10: fatal error: 'zlib.h' file not found", "header zlib.h"),
    "gcc and no headers of Python": (
        "a.c:1:10: fatal error: Python.h: No such file or directory",
        "Python itself",
    ),
    "clang and no headers of Python": ("a.c:1:10: fatal error: 'Python.h' file not found", "Python itself"),
    "MSVC and a header": (
        "a.c(1): fatal error C1083: Cannot open include file: 'zlib.h': No such file or directory",
        "zlib.h",
    ),
    "distutils and no gcc": ("error: command 'gcc' failed: No such file or directory", "no compiler"),
    "setuptools and no gcc": (
        "error: [Errno 2] No such file or directory: 'x86_64-linux-gnu-gcc'",
        "no compiler",
    ),
    "setuptools and no clang": ("unable to execute 'clang': No such file or directory", "no compiler"),
    "setuptools on Windows": (
        'error: Microsoft Visual C++ 14.0 or greater is required. Get it with "Microsoft C++ Build Tools"',
        "no compiler",
    ),
    "meson and no compiler": (
        "../meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc']]",
        "no compiler",
    ),
    "cmake and no compiler": ("  No CMAKE_CXX_COMPILER could be found.", "no compiler"),
    "setuptools-rust": ("error: can't find Rust compiler", "no Rust toolchain"),
    "maturin": (
        "Cargo, the Rust package manager, is not installed or is not on PATH; cargo: not found",
        "no Rust",
    ),
    "setuptools-scm": (
        "LookupError: setuptools-scm was unable to detect version for /work.",
        "comes from git",
    ),
    "versioningit": (
        "fatal: No names found, cannot describe anything: git describe --tags",
        "comes from git",
    ),
    "flit and no docstring": (
        "NoDocstringError: Flit cannot package module without docstring, or empty docstring. Please add (demo/__init__.py).",
        "the docstring of demo/__init__.py",
    ),
    "flit and no version": (
        "flit_core.common.NoVersionError: Cannot package module without a version string. Please define a",
        "from `__version__`",
    ),
    "hatchling and a file twice": (
        "ValueError: A second file is being added to the wheel archive at the same path: `demo/ui/index.html`.",
        "put demo/ui/index.html into the wheel",
    ),
    "setuptools and a namespace with code": (
        "error: Namespace package problem: demo is a namespace package, but its",
        "`namespace_packages` names demo",
    ),
    "setuptools and both ways to say the licence": (
        "setuptools.errors.InvalidConfigError: License classifiers have been superseded by license expressions (see",
        "The license is given twice",
    ),
    "a file above the project": (
        "FileNotFoundError: [Errno 2] No such file or directory: '../LICENSE'",
        "../LICENSE, which is outside of the project's folder",
    ),
    "flit": ("ValueError: No file/folder found for module tiny", "named like the project, tiny"),
    "poetry": (
        "ModuleOrPackageNotFoundError: No file/folder found for package tiny",
        "named like the project, tiny",
    ),
    "uv_build": ("Error: Expected a Python module at: `src/tiny/__init__.py`", "src/tiny/__init__.py"),
    "hatchling and a readme": ("OSError: Readme file does not exist: README.md", "README.md"),
    "an open": (
        "FileNotFoundError: [Errno 2] No such file or directory: 'requirements.txt'",
        "requirements.txt",
    ),
    "a full disk": ("OSError: [Errno 28] No space left on device", "full"),
    "setuptools and several packages": (
        "error: Multiple top-level packages discovered in a flat-layout: ['a', 'b'].",
        "several top-level packages",
    ),
    "setuptools and pkg_resources": (
        "ModuleNotFoundError: No module named 'pkg_resources'",
        "since version 82",
    ),
    "setuptools and a license twice": (
        "setuptools.errors.InvalidConfigError: License classifiers have been superseded by license expressions",
        "given twice",
    ),
    "flit and a license twice": (
        "flit_core.config.ConfigError: License classifiers are deprecated in favor of the license expression.",
        "given twice",
    ),
    "an old setuptools and a license": (
        "configuration error: `project.license` must be valid exactly by one definition (2 matches found):",
        "older than 77",
    ),
    "an old hatchling and license files": (
        "TypeError: Field `project.license-files` must be a table",
        "older than 1.27",
    ),
    "a license table beside license files": (
        "configuration error: `project.license` must be string",
        "beside `license-files`",
    ),
    "setuptools and 2to3": ("error in demo setup command: use_2to3 is invalid.", "since version 58"),
    "an old poetry-core": (
        "poetry.core.pyproject.exceptions.PyProjectException: [tool.poetry] section not found in /project/pyproject.toml",
        "older than 2",
    ),
    "scikit-build-core without a floor": (
        "ERROR: scikit-build-core needs a min version in build-system.requires to use minimum-version=",
        "names none",
    ),
    "scikit-build-core and an old key": (
        "ERROR: Use cmake.version instead of cmake.minimum-version with scikit-build-core >= 0.8",
        "cmake.minimum-version",
    ),
    "setup.cfg and a percent sign": (
        "configparser.InterpolationSyntaxError: '%' must be followed by '%' or '(', found: '% sure'",
        "single `%`",
    ),
    "hatchling and no package": (
        "ValueError: Unable to determine which files to ship inside the wheel",
        "hatchling",
    ),
}


def cause(*printed: str) -> str:
    return explain(HookFailed(1), step="build_wheel", distribution="wheel", printed=printed).cause


@pytest.mark.parametrize("tool", PRINTED)
def test_a_known_failure(tool: str) -> None:
    line, fragment = PRINTED[tool]
    assert fragment in cause("before", line, "  after, a hint that means nothing")


MACHINE = (
    "network",
    "closed port",
    "compiler",
    "gcc",
    "no clang",
    "on Windows",
    "headers of Python",
    "rust",
    "maturin",
)


def test_running_again_may_help_where_the_machine_or_the_network_is_at_fault() -> None:
    for tool, (line, _) in PRINTED.items():
        error = explain(HookFailed(1), step="build_wheel", distribution="wheel", printed=[line])
        at_machine = tool == "a full disk" or (
            any(word in tool for word in MACHINE) and "a header" not in tool
        )
        assert error.exit_code is (ExitCode.TOOL if at_machine else ExitCode.FINDINGS), tool


def test_every_known_failure_has_an_example_that_reaches_it() -> None:
    plain = [known for known in KNOWN_FAILURES if known.condition is None]
    reached = {
        next((known.pattern for known in plain if re.search(known.pattern, line)), None)
        for line, _ in PRINTED.values()
    }
    assert reached == {known.pattern for known in plain}


NO_HELPER = "ModuleNotFoundError: No module named 'helper'"
NO_NUMPY = "ModuleNotFoundError: No module named 'numpy'"


@pytest.mark.parametrize(
    ("in_project", "in_sdist", "printed", "fragment"),
    [
        (["helper.py"], ["helper.py"], [NO_HELPER], "is not searched"),
        (["src/helper/__init__.py"], ["src/helper/__init__.py"], [NO_HELPER], "src/helper/__init__.py"),
        (["helper.py"], [], [NO_HELPER], "the sdist does not have that file"),
        ([], [], [NO_HELPER], "not installed in the build environment"),
        (["pyproject.toml"], [], [NO_NUMPY], "The sdist has no pyproject.toml"),
        (
            ["demo/__init__.py"],
            ["demo/__init__.py"],
            ['  File "{source}/setup.py", line 1', '  File "{source}/demo/__init__.py", line 3', NO_NUMPY],
            "imports demo/__init__.py of the project itself",
        ),
        (
            ["setup.py"],
            ["setup.py"],
            ['  File "{source}/setup.py", line 1', NO_NUMPY],
            "imports numpy, which",
        ),
        (["a/gen.py"], [], ["../meson.build:3:3: ERROR: File a/gen.py does not exist."], "not in the sdist"),
        (
            [],
            [],
            ["    -r base.txt", "Expected package name at the start of dependency specifier", "    ^"],
            "a line for pip, `-r base.txt`",
        ),
    ],
)
def test_a_failure_that_the_project_explains(
    tmp_path: Path, in_project: list[str], in_sdist: list[str], printed: list[str], fragment: str
) -> None:
    place = Place(project=tmp_path / "project", source=tmp_path / "sdist")
    for folder, names in ((place.project, in_project), (place.source, in_sdist)):
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
    lines = [line.format(source=place.source) for line in printed]
    error = explain(HookFailed(1), step="build_wheel", distribution="wheel", printed=lines, place=place)
    assert fragment in error.cause


def test_the_last_thing_said_counts() -> None:
    assert "zlib" in cause(
        "ModuleNotFoundError: No module named 'numpy'", "fatal error: zlib.h: No such file"
    )


def test_what_nobody_knows_shows_the_last_lines() -> None:
    error = explain(
        HookFailed(1),
        step="build_sdist",
        distribution="sdist",
        printed=[str(number) for number in range(100)],
    )
    assert "last lines of its log" in error.cause
    assert error.log == tuple(str(number) for number in range(100 - TAIL, 100))
    assert error.exit_code is ExitCode.FINDINGS


def test_a_backend_that_says_nothing() -> None:
    error = explain(HookFailed(7), step="build_sdist", distribution="sdist", printed=["", "  "])
    assert "exit code 7" in error.cause
    assert "printed nothing" in error.cause


def test_a_backend_that_is_killed() -> None:
    error = explain(HookFailed(-9), step="build_wheel", distribution="wheel", printed=["compiling"])
    assert "SIGKILL" in error.cause
    assert error.exit_code is ExitCode.TOOL
    assert "memory" in error.cause


def test_a_time_limit() -> None:
    error = explain(TimedOut(2.0, ""), step="build_wheel", distribution="wheel", printed=["waiting"])
    assert "not done after 2 s" in error.happened
    assert error.log == ("waiting",)


def test_a_build_system_that_is_not_valid() -> None:
    error = explain(BuildException("no"), step="reading the build system", distribution="sdist", printed=[])
    assert isinstance(error, ProjectError)
    assert "[build-system]" in error.cause


def test_a_fault_of_our_own_stays_one() -> None:
    with pytest.raises(ZeroDivisionError):
        explain(
            ZeroDivisionError(),
            step="build_wheel",
            distribution="wheel",
            printed=["fatal error: a.h: No such file"],
        )


def test_a_repository_that_begins_above_the_project(tmp_path: Path) -> None:
    project = tmp_path / "packages" / "core"
    project.mkdir(parents=True)
    tmp_path.joinpath(".git").mkdir()
    place = Place(project=project, source=project)
    said = [f"LookupError: setuptools-scm was unable to detect version for {project}."]
    error = explain(HookFailed(1), step="build_sdist", distribution="sdist", printed=said, place=place)
    assert "begins above the project" in error.cause
    assert 'root = "../.."' in error.remedy
