"""Why an import failed, by what was raised: what depends on the version of Python or on the machine."""

import pytest
from slipway.planning import pythons
from slipway.rules.smoke.causes import diagnose
from slipway.rules.smoke.facts import Attempt, SmokeFacts


def facts_of(python: str = "3.13.0", *, imports: tuple[Attempt, ...] = (), **changes: object) -> SmokeFacts:
    own = frozenset(attempt.name for attempt in imports) or frozenset({"demo"})
    facts: dict[str, object] = {"artifact": "demo-1.0-py3-none-any.whl", "distribution": "demo", "own": own}
    return SmokeFacts(python=python, imports=imports, **(facts | changes))  # type: ignore[arg-type]


def failed(error: str, *, name: str = "demo", **changes: object) -> Attempt:
    missing = error.split("'")[1] if error.startswith("ModuleNotFoundError") else None
    return Attempt(name=name, error=error, **{"missing": missing, **changes})  # type: ignore[arg-type]


def no_module(name: str) -> str:
    return f"ModuleNotFoundError: No module named '{name}'"


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
