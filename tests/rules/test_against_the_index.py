"""Files on which the rules and PyPI's own server, or an installer, once disagreed: each with what is found today."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from artifacts.built import Built
from artifacts.sdists import member, sdist, tarred
from artifacts.secret_values import encrypted_code
from artifacts.wheels import record_of, wheel, wheel_file, zipped
from command_line import forked
from index.test_index_rules import facts, served
from rules.declared import family
from slipway.artifacts import artifact
from slipway.manifest import Addition
from slipway.records import Artifact, Severity
from slipway.rules.rule import combined, judge

INFO = "demo-1.0.dist-info"
ABOUT = "Metadata-Version: 2.1\nName: other\nVersion: 3.0\n"


def with_record(change: Callable[[str], str]) -> Built:
    """Return a healthy wheel but for its RECORD."""
    with zipfile.ZipFile(io.BytesIO(wheel().data)) as archive:
        text = archive.read(f"{INFO}/RECORD").decode()
    assert change(text) != text
    return wheel(record=change(text))


def with_wheel_file(data: bytes) -> Built:
    """Return a healthy wheel but for its WHEEL."""
    with zipfile.ZipFile(io.BytesIO(wheel().data)) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content[f"{INFO}/WHEEL"] = data
    del content[f"{INFO}/RECORD"]
    content[f"{INFO}/RECORD"] = record_of(content, f"{INFO}/RECORD")
    return Built("demo-1.0-py3-none-any.whl", zipped(content, modes={}, method=zipfile.ZIP_DEFLATED))


def with_pkg_info(kind: bytes, linkname: str = "", *, end: str = "", data: bytes = b"") -> Built:
    """Return an sdist whose PKG-INFO is no regular file."""
    odd = member(f"demo-1.0/PKG-INFO{end}", data, kind=kind, linkname=linkname)
    return sdist({"other": ABOUT}, drop=("PKG-INFO",), members=[odd])


def depends(requirement: str) -> Built:
    return wheel(fields={"Requires-Dist": [requirement]})


REFUSED: dict[str, tuple[Built, str]] = {
    "RECORD with doubled line ends": (
        with_record(lambda text: text.replace("\n", "\r\r\n")),
        "wheel-record-unreadable",
    ),
    "RECORD with a blank line": (
        with_record(lambda text: text.replace("\n", "\n\n", 1)),
        "wheel-record-unreadable",
    ),
    "RECORD with a blank line at its end": (with_record(lambda text: text + "\n"), "wheel-record-unreadable"),
    "another METADATA first": (wheel({"demo/METADATA.template": ABOUT}), "wheel-metadata-hidden"),
    "another METADATA at the top": (wheel({"METADATA": ABOUT, "demo/a.py": ""}), "wheel-metadata-hidden"),
    "PKG-INFO is a symbolic link": (with_pkg_info(tarfile.SYMTYPE, "other"), "sdist-pkg-info-missing"),
    "PKG-INFO is a hard link": (with_pkg_info(tarfile.LNKTYPE, "demo-1.0/other"), "sdist-pkg-info-missing"),
    "PKG-INFO is a folder": (with_pkg_info(tarfile.DIRTYPE), "sdist-pkg-info-missing"),
    "PKG-INFO with a slash": (
        with_pkg_info(tarfile.REGTYPE, end="/", data=ABOUT.encode()),
        "sdist-pkg-info-missing",
    ),
    "a tar without members": (Built("demo-1.0.tar.gz", tarred([])), "sdist-is-no-archive"),
    "PyArmor in a .PY of a wheel": (
        wheel({"demo/a.PY": encrypted_code("pyarmor")}),
        "wheel-has-encrypted-code",
    ),
    "PyArmor in a .Py of an sdist": (sdist({"a.Py": encrypted_code("pyarmor")}), "sdist-has-encrypted-code"),
    "a last classifier UNKNOWN": (
        wheel(fields={"Classifier": ["Programming Language :: Python", "UNKNOWN"]}),
        "classifier-unknown",
    ),
    "a last project URL UNKNOWN": (
        wheel(fields={"Project-URL": ["Source, https://example.org/source", "UNKNOWN"]}),
        "project-url-invalid",
    ),
    "a version of 5000 digits": (
        wheel(fields={"Version": "1" * 5000}, filename="demo-1.0-py3-none-any.whl"),
        "version-invalid",
    ),
}
"""What the index refuses, or twine cannot send."""

BREAKS: dict[str, tuple[Built, str]] = {
    "an empty WHEEL": (with_wheel_file(b""), "wheel-version-unsupported"),
    "a binary WHEEL": (
        with_wheel_file(wheel_file(["py3-none-any"]) + b"\xff\xfe"),
        "wheel-version-unsupported",
    ),
    "Wheel-Version 2.0": (
        with_wheel_file(wheel_file(["py3-none-any"]).replace(b"1.0", b"2.0", 1)),
        "wheel-version-unsupported",
    ),
    "a file and a folder": (wheel({"demo/x": "", "demo/x/y.py": ""}), "wheel-path-is-file-and-folder"),
    "a file and a folder in an sdist": (sdist({"x": "", "x/y.py": ""}), "sdist-path-is-file-and-folder"),
    "a row of one column": (with_record(lambda text: text.replace(",,", "")), "wheel-record-unreadable"),
    "a row of two columns": (with_record(lambda text: text.replace(",,", ",")), "wheel-record-unreadable"),
    "a row of four columns": (with_record(lambda text: text.replace(",,", ",,,")), "wheel-record-unreadable"),
    "U+0085 in a name": (wheel({"demo/a\x85b.py": ""}), "wheel-record-unreadable"),
    "an equality with no version": (depends("foo===abc"), "requires-dist-equal-to-no-version"),
    "a marker on extras": (depends("foo; 'x' in extras"), "requires-dist-marker-of-lock-files"),
    "a marker on groups": (depends("foo; 'x' in dependency_groups"), "requires-dist-marker-of-lock-files"),
}
"""What the index takes and an installer does not."""

TAKEN: dict[str, Built] = {
    "an empty Home-page": wheel(fields={"Home-page": ""}),
    "an empty Download-URL": wheel(fields={"Download-URL": ""}),
    "a lone empty Classifier": wheel(fields={"Classifier": ""}),
    "RECORD with backslashes": with_record(lambda text: text.replace("demo/__init__", "demo\\__init__")),
    "the same METADATA twice": wheel({"demo/a.py": "", "demo/b/c/METADATA.txt": ABOUT}),
    "a marker on one extra": depends("foo; extra == 'extras'"),
    "a later minor Wheel-Version": with_wheel_file(wheel_file(["py3-none-any"]).replace(b"1.0", b"1.9", 1)),
}
"""What the index takes and pip and uv install."""


def judged(built: Built, folder: Path) -> Addition:
    """Return everything that is found in one file."""
    facts = artifact.read(built.at(folder))
    parts = [judge(family(facts.kind), facts, ignored={})]
    if facts.metadata is not None:
        parts.append(judge(family("metadata"), facts.metadata, ignored={}))
    found = combined(parts)
    assert found.broken_rules == ()
    return found


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_index_refuses_is_an_error(case: str, tmp_path: Path) -> None:
    built, rule = REFUSED[case]
    errors = {f.rule for f in judged(built, tmp_path).findings if f.severity is Severity.ERROR}
    assert rule in errors
    if built.filename.endswith(".whl") and "5000" not in case:
        assert errors == {rule}


@pytest.mark.parametrize("case", BREAKS)
def test_what_an_installer_refuses_is_found(case: str, tmp_path: Path) -> None:
    built, rule = BREAKS[case]
    assert rule in {finding.rule for finding in judged(built, tmp_path).findings}


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_taken_and_works_is_no_error(case: str, tmp_path: Path) -> None:
    found = judged(TAKEN[case], tmp_path).findings
    assert [f.message for f in found if f.severity is Severity.ERROR] == []


def test_a_version_of_thousands_of_digits_is_no_bug_of_ours(tmp_path: Path) -> None:
    number = {"Version": "1" * 5000}
    files = [made(fields=number, filename=name).at(tmp_path) for made, name in LONG]  # type: ignore[operator]
    run = forked("inspect", "--json", *files)
    assert run.exit_code == 1, str(run)
    assert "version-invalid" in {finding["rule"] for finding in run.manifest["findings"]}


LONG = ((wheel, "demo-1.0-py3-none-any.whl"), (sdist, "demo-1.0.tar.gz"))
MIB = 1024**2


@pytest.mark.parametrize(
    ("exists", "largest", "rules"),
    [
        (False, 0, {"file-too-large-for-new-project"}),
        (True, 0, {"file-larger-than-any-before"}),
        (True, 119, {"file-larger-than-any-before"}),
        (True, 121, set()),
    ],
)
def test_a_large_file_is_judged_by_what_is_known_of_the_project(
    *, exists: bool, largest: int, rules: set[str]
) -> None:
    large = Artifact(
        filename="spam-1.0-py3-none-any.whl", kind="wheel", size=120 * MIB, sha256="a" * 64, name="spam"
    )
    files = (served("spam-0.9-py3-none-any.whl", size=largest * MIB),) if largest else ()
    found = judge(family("index"), facts(*files, exists=exists, artifacts=(large,)), ignored={})
    assert {f.rule for f in found.findings if "file-" in f.rule} == rules
    if rules:
        assert "MiB" in found.findings[-1].message
