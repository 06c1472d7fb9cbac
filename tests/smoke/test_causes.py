"""Why an import failed, by what was raised: what depends on the version of Python or on the machine."""

import msgspec
import pytest
import tiny_plan
from slipway.planning import pythons
from slipway.project.tracked import Tracked
from slipway.rules.rule import judge
from slipway.rules.smoke import RULES
from slipway.rules.smoke.causes import diagnose
from slipway.rules.smoke.facts import Attempt, SmokeFacts

PLAN = msgspec.structs.replace(tiny_plan.PLAN, backend="setuptools", layout="flat")


def facts_of(python: str = "3.13.0", *, imports: tuple[Attempt, ...] = (), **changes: object) -> SmokeFacts:
    own = frozenset(attempt.name for attempt in imports) or frozenset({"demo"})
    facts: dict[str, object] = {"artifact": "demo-1.0-py3-none-any.whl", "distribution": "demo", "own": own}
    return SmokeFacts(python=python, imports=imports, **(facts | changes))  # type: ignore[arg-type]


def failed(error: str, *, name: str = "demo", **changes: object) -> Attempt:
    missing = error.split("'")[1] if error.startswith("ModuleNotFoundError") else None
    return Attempt(name=name, error=error, **{"missing": missing, **changes})  # type: ignore[arg-type]


def no_module(name: str) -> str:
    return f"ModuleNotFoundError: No module named '{name}'"


DLL = "ImportError: DLL load failed while importing _a"


@pytest.mark.parametrize(
    ("python", "error", "kind", "cause"),
    [
        ("3.10.4", no_module("tomllib"), "broken", "came with Python 3.11"),
        ("pypy 3.10.14", no_module("tomllib"), "broken", "came with Python 3.11"),
        ("3.13.0", no_module("imp"), "broken", "removed from the standard library in Python 3.12"),
        ("3.13.0t", no_module("cgi"), "broken", "PEP 594"),
        ("3.11.7", no_module("pkg_resources"), "setuptools", "only some environments have"),
        ("3.12.1", no_module("pkg_resources"), "broken", "since Python 3.12"),
        ("3.12.1", no_module("distutils.core"), "broken", "since Python 3.12"),
        ("3.11.7", no_module("setuptools"), "setuptools", "only some environments have"),
        ("3.11.2", no_module("tkinter"), "system", "which this build of Python does not have"),
        ("3.13.0", no_module("_sqlite3"), "system", "'_sqlite3' of the standard library"),
        ("3.11.2", no_module("distutils.core"), "setuptools", "only some environments have"),
        ("3.13.0", no_module("google.protobuf"), "broken", "the dependency protobuf is not declared"),
        ("3.13.0", no_module("cv2"), "broken", "the dependency opencv-python is not declared"),
        ("3.13.0", no_module("msvcrt"), "platform", "other platforms only"),
        ("3.13.0", "AttributeError: module 'ctypes' has no attribute 'windll'", "platform", "another platform"),
        ("3.13.0", "RuntimeError: this package only works on Windows", "platform", "another platform"),
        ("3.13.0", "TclError: no display name and no $DISPLAY environment variable", "display", "display"),
        ("3.13.0", "ImportError: libGL.so.1: cannot open shared object file", "system", "library"),
        ("3.13.0", "OSError: cannot load library 'libpango-1.0-0'", "system", "library"),
        ("3.13.0", "ImportError: libcuda.so.1: cannot open shared object file", "system", "library"),
        ("3.13.0", "RuntimeError: no CUDA GPU was found", "system", "device"),
        ("3.13.0", "ImproperlyConfigured: Requested setting DEBUG, but settings are not configured", "setting", ""),
        ("3.13.0", "ImportError: /x/_a.so: undefined symbol: PyUnicode_Spam", "broken", "does not fit"),
        ("3.13.0", "ImportError: /lib/libc.so.6: version `GLIBC_2.38' not found", "broken", "does not fit"),
        ("3.13.0", f"{DLL}: The specified module could not be found.", "system", "library"),
        ("3.13.0", f"{DLL}: %1 is not a valid Win32 application.", "broken", "does not fit"),
        ("3.13.0", f"{DLL}: The specified procedure could not be found.", "broken", "does not fit"),
        ("3.9.1", "ImportError: cannot import name 'Self' from 'typing' (/x/typing.py)", "broken", "that name"),
        ("3.13.0", "ValueError: spam", "broken", ""),
    ],
)  # fmt: skip
def test_the_cause_follows_from_what_was_raised(python: str, error: str, kind: str, cause: str) -> None:
    diagnosis = diagnose(failed(error), facts_of(python))
    assert diagnosis.kind == kind
    assert cause in diagnosis.cause


@pytest.mark.parametrize(
    ("distribution", "groups", "missing"),
    [
        ("pytest-spam", {"pytest11"}, "pytest"),
        ("flake8-spam", {"flake8.extension"}, "flake8"),
        ("sphinxcontrib-spam", set(), "sphinx"),
        ("spam", {"mkdocs.plugins"}, "mkdocs.config"),
    ],
)
def test_a_plugin_may_leave_its_host_to_the_user(distribution: str, groups: set[str], missing: str) -> None:
    facts = facts_of(distribution=distribution, groups=frozenset(groups), own=frozenset({"spam"}))
    assert diagnose(failed(no_module(missing), name="spam"), facts).kind == "host"


def test_a_portion_of_a_namespace_does_not_own_its_neighbours() -> None:
    facts = facts_of(own=frozenset({"google.cloud.spam"}), optional={"google_auth": "auth"})
    attempt = failed(no_module("google.auth"), name="google.cloud.spam")
    assert diagnose(attempt, facts).kind == "optional"


@pytest.mark.parametrize(
    ("optional", "missing"),
    [
        ("pyyaml", "yaml"),
        ("python_magic", "magic"),
        ("opencv_python", "cv2"),
        ("google_cloud_storage", "google.cloud.storage"),
        ("psycopg_binary", "psycopg_binary"),
    ],
)
def test_what_an_extra_brings_is_known_under_its_module_name(optional: str, missing: str) -> None:
    facts = facts_of(optional={optional: "more"})
    diagnosis = diagnose(failed(no_module(missing)), facts)
    assert (diagnosis.kind, "the extra `more`" in diagnosis.cause) == ("optional", True)


def test_an_import_that_was_caught_by_the_package_counts_as_its_own_request() -> None:
    attempt = failed("ImportError: install torch first", missing="torch", raised_at="raise ImportError(")
    assert diagnose(attempt, facts_of()).kind == "asks"


def test_another_top_level_name_matters_less_than_the_one_of_the_project() -> None:
    good, bad = Attempt(name="demo"), failed(no_module("numpy"), name="demo_legacy")
    assert diagnose(bad, facts_of(imports=(good, bad))).kind == "optional"
    alone = failed(no_module("numpy"))
    assert diagnose(alone, facts_of(imports=(alone,))).kind == "broken"


def test_what_a_dependency_raises_names_the_dependency() -> None:
    frames = '  File "/e/lib/python3.13/site-packages/demo/__init__.py"\n  File "/e/lib/python3.13/site-packages/gear.py"\n'
    diagnosis = diagnose(failed("TypeError: turn() got an argument", traceback=frames), facts_of())
    assert "`gear`" in diagnosis.cause


@pytest.mark.parametrize(
    ("classifiers", "version", "claimed"),
    [
        ([], "3.13", True),
        (["Programming Language :: Python :: 3"], "3.13", True),
        (["Programming Language :: Python :: 3 :: Only"], "3.13", True),
        (["Programming Language :: Python :: 3.12"], "3.13", False),
        (["Programming Language :: Python :: 3.9"], "3.9", True),
        (["Programming Language :: Python :: Implementation :: PyPy"], "3.9", True),
    ],
)
def test_a_version_is_claimed_unless_only_others_are(
    classifiers: list[str], version: str, *, claimed: bool
) -> None:
    assert pythons.claims(version, classifiers) is claimed


def not_found(file: str, error: str = "FileNotFoundError: [Errno 2] No such file or directory") -> Attempt:
    return Attempt(name="demo", error=error, file=file)


@pytest.mark.parametrize(
    ("file", "kind", "named"),
    [
        ("pyproject.toml", "broken", "pyproject.toml"),
        ("config/settings.ini", "broken", "config/settings.ini"),
        ("VERSION", "broken", "VERSION"),  # beside the package, in site-packages
        ("lib/python3.11/VERSION", "broken", "VERSION"),  # above it
        ("demo/../VERSION", "broken", "it opens VERSION"),
        ("demo/rates.json", "broken", "demo/rates.json is not in the wheel"),
        ("/etc/VERSION", "system", "not part of the package"),
        ("/opt/spam/config/settings.ini", "system", "not part of the package"),
        ("nowhere.toml", "system", "not part of the package"),
    ],
)
def test_a_file_of_the_checkout_is_missing_for_everybody(file: str, kind: str, named: str) -> None:
    tracked = Tracked(
        paths=frozenset({"pyproject.toml", "VERSION", "config/settings.ini", "demo/__init__.py"})
    )
    diagnosis = diagnose(not_found(file), facts_of(own=frozenset({"demo"}), tracked=tracked))
    assert diagnosis.kind == kind
    assert named in diagnosis.cause


@pytest.mark.parametrize(
    ("error", "cause", "fix"),
    [
        ("PackageNotFoundError: No package metadata was found for demo", "called 'spam-demo'", '"spam-demo"'),
        (
            "PackageNotFoundError: No package metadata was found for demo.web",
            "called 'spam-demo'",
            '"spam-demo"',
        ),
        (
            "DistributionNotFound: The 'demo' distribution was not found and is required by the application",
            "called 'spam-demo'",
            '"spam-demo"',
        ),
        (
            "PackageNotFoundError: No package metadata was found for eggs",
            "'eggs', which is not installed",
            '"eggs"',
        ),
    ],
)
def test_a_distribution_that_is_asked_for_by_another_name(error: str, cause: str, fix: str) -> None:
    diagnosis = diagnose(failed(error), facts_of(distribution="spam-demo", own=frozenset({"demo"})))
    assert diagnosis.kind == "broken"
    assert cause in diagnosis.cause
    assert fix in (diagnosis.fix or "")


@pytest.mark.parametrize("module", ["common_helpers", "hexcase"])
def test_a_module_of_the_checkout_is_no_missing_dependency(module: str) -> None:
    paths = {"common_helpers.py", "src/hexcase/__init__.py"}
    diagnosis = diagnose(failed(no_module(module)), facts_of(tracked=Tracked(paths=frozenset(paths))))
    assert "is missing from what was installed: git tracks it as" in diagnosis.cause
    assert "dependencies" not in (diagnosis.fix or "")


def test_a_name_of_the_package_that_is_a_module_of_the_source() -> None:
    said = "cannot import name 'wire_pb2' from partially initialized module 'demo' (most likely due to a circular import)"
    tracked = Tracked(loose={"demo.wire_pb2": "src/demo/wire_pb2.py"})
    assert (
        "git does not track it" in diagnose(failed(f"ImportError: {said}"), facts_of(tracked=tracked)).cause
    )
    assert diagnose(failed(f"ImportError: {said}"), facts_of()).cause == ""


def test_words_of_the_package_itself_are_no_missing_dependency() -> None:
    said = "ModuleNotFoundError: The host spam must be installed to use this extension."
    for missing in ("spam", None):
        attempt = Attempt(name="demo", error=said, missing=missing, raised_at="raise ModuleNotFoundError(")
        assert diagnose(attempt, facts_of()).kind == "asks"


@pytest.mark.parametrize(
    ("declared_in", "where"),
    [("setup.py", "install_requires` in setup.py"), ("setup.cfg", "setup.cfg"), ("poetry", "[tool.poetry.")],
)
def test_a_dependency_is_added_where_the_project_declares_them(declared_in: str, where: str) -> None:
    plan = msgspec.structs.replace(PLAN, declared_in=declared_in)
    assert where in (diagnose(failed(no_module("yaml")), facts_of(plan=plan)).fix or "")


@pytest.mark.parametrize(
    ("said", "rule", "cause"),
    [
        (
            "hint: `sklearn` is often confused for `scikit-learn`. Did you",
            "install-fails",
            "placeholder for scikit-learn",
        ),
        (
            "The 'sklearn' PyPI package is deprecated, use 'scikit-learn'\nFailed to build `sklearn==0.0.post12`",
            "install-fails",
            "placeholder for scikit-learn",
        ),
        ("duplicate normalized extra name `foo-bar`", "install-fails", "two extras for one, foo-bar"),
        (
            "Failed to build `old==1`\nerror in old setup command: use_2to3 is invalid",
            "install-fails",
            "old setuptools",
        ),
        (
            "Because wsa was not found in the package registry and demo",
            "install-fails",
            "another project of this repo",
        ),
        (
            "Because eggs was not found in the package registry and demo",
            "install-fails",
            "with Python 3.13.0.",
        ),
        (
            "Failed to build `gears==1.0`\ngcc: command not found",
            "install-needs-build-tools",
            "has to build something",
        ),
    ],
)
def test_why_an_installation_failed(said: str, rule: str, cause: str) -> None:
    facts = facts_of(install_error=said, beside=frozenset({"wsa"}))
    found = judge(RULES, facts, ignored={}).findings
    assert [finding.rule for finding in found] == [rule]
    assert cause in found[0].message


def test_an_unknown_extra_of_a_dependency_is_a_warning() -> None:
    said = "warning: The package `spam==1.0` does not have an extra named `eggs`"
    found = judge(RULES, facts_of(unknown_extras=(said,)), ignored={}).findings
    assert [(finding.rule, finding.seen) for finding in found] == [("dependency-extra-unknown", said)]


@pytest.mark.parametrize("python", ["3.11.7", "3.13.0"])
def test_pkg_resources_is_missing_although_setuptools_is_required(python: str) -> None:
    diagnosis = diagnose(
        failed(no_module("pkg_resources")), facts_of(python, required=frozenset({"setuptools"}))
    )
    assert diagnosis.kind == "broken"
    assert "no part of setuptools since version 82" in diagnosis.cause
    assert '"setuptools<82"' in (diagnosis.fix or "")
