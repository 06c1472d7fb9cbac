"""Each rule on metadata with what triggers it and with what comes close but is accepted."""

import time
import zipfile
from typing import Any

import email_validator
import pytest
import twine.exceptions
import twine.package
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.metadata import Metadata
from rfc3986 import uri_reference, validators
from rules.declared import family
from slipway.artifacts.metadata import FIELDS, MAX_BYTES, from_fields, parse
from slipway.records import Severity
from slipway.rules.metadata.contacts import PLAIN_ADDRESS, PLAIN_URL
from slipway.rules.metadata.framing import FIELD_SINCE
from slipway.rules.rule import judge

RULES = family("metadata")

HEALTHY: dict[str, Any] = {
    "Metadata-Version": "2.4",
    "Name": "spam-eggs",
    "Version": "1.2.0",
    "Summary": "Spam with eggs.",
    "Author-email": "Ada Lovelace <ada@example.com>",
    "License-Expression": "MIT",
    "License-File": "LICENSE",
    "Project-URL": ["Source, https://example.com/source"],
    "Classifier": ["Programming Language :: Python :: 3"],
    "Requires-Python": ">=3.11",
    "Requires-Dist": ["attrs>=23", 'httpx[http2]>=0.27 ; extra == "net"'],
    "Provides-Extra": ["net"],
    "Description-Content-Type": "text/markdown",
}
BODY = "# Spam\n\nWith [eggs](https://example.com).\n"


def metadata(changes: dict[str, Any] | None = None, body: str = BODY) -> bytes:
    """Return a healthy METADATA file with some fields changed; None removes a field, a list repeats it."""
    lines = []
    for name, value in (HEALTHY | (changes or {})).items():
        values = value if isinstance(value, list) else [] if value is None else [value]
        lines += [f"{name}: {item}\n" for item in values]
    return "".join([*lines, "\n", body]).encode()


def findings(data: bytes, severity: Severity | None = None) -> set[str]:
    outcome = judge(RULES, parse(data), ignored={})
    assert outcome.broken_rules == ()
    return {f.rule for f in outcome.findings if severity in {None, f.severity}}


LONG = "x" * 513
BAD = [
    ("name-missing", metadata({"Name": None}), "C37"),
    ("name-missing", metadata({"Name": "UNKNOWN"}), "C37"),
    ("name-missing", metadata({"Name": ""}), "C37"),
    ("name-invalid", metadata({"Name": "spam eggs"}), "C37"),
    ("name-invalid", metadata({"Name": "-spam"}), "C41"),
    ("name-invalid", metadata({"Name": "späm"}), "C41"),
    ("metadata-field-repeated", metadata({"Summary": ["one", "two"]}), "C38"),
    ("metadata-field-repeated", metadata({"Description": "one"}, body="two"), "C38"),
    (
        "project-url-label-repeated",
        metadata({"Project-URL": ["A, https://example.com/a", "A, https://example.com/b"]}),
        "C38",
    ),
    ("metadata-version-unsupported", metadata({"Metadata-Version": None}), "C39"),
    ("metadata-version-unsupported", metadata({"Metadata-Version": "2.0"}), "C39"),
    ("metadata-version-unsupported", metadata({"Metadata-Version": "2.6"}), "C39"),
    ("metadata-version-unsupported", metadata({"Metadata-Version": "3.0"}), "C39"),
    ("metadata-field-too-new", metadata({"Metadata-Version": "2.3"}), "C40"),
    ("metadata-field-too-new", metadata({"Import-Name": "spam"}), "C40"),
    ("metadata-field-too-new", b"Metadata-Version: 1.2\nDescription-Content-Type: UNKNOWN\n", "C40"),
    ("version-missing", metadata({"Version": None}), "C42"),
    ("version-missing", metadata({"Version": "UNKNOWN"}), "C42"),
    ("version-invalid", metadata({"Version": "1.2-final-really"}), "C42"),
    ("version-local", metadata({"Version": "1.2+local.1"}), "C43"),
    ("summary-multiline", metadata({"Summary": "one\n  two"}), "C44"),
    ("summary-too-long", metadata({"Summary": LONG}), "C45"),
    ("description-type-invalid", metadata({"Description-Content-Type": "markdown"}), "C46"),
    ("description-type-invalid", metadata({"Description-Content-Type": "text/html"}), "C46"),
    ("description-type-invalid", metadata({"Description-Content-Type": ""}), "C46"),
    (
        "description-type-invalid",
        metadata({"Description-Content-Type": "text/markdown; charset=utf-8"}),
        "C46",
    ),
    (
        "description-type-invalid",
        metadata({"Description-Content-Type": "text/markdown; charset=latin-1"}),
        "C46",
    ),
    (
        "description-type-invalid",
        metadata({"Description-Content-Type": "text/markdown; variant=MyST"}),
        "C46",
    ),
    (
        "description-not-rendered",
        metadata({"Description-Content-Type": "text/x-rst"}, body="Title\n==\n\n:func:`x`\n"),
        "C47",
    ),
    (
        "description-not-rendered",
        metadata({"Description-Content-Type": None}, body="See :pep:`nope`\n"),
        "C47",
    ),
    ("description-not-rendered", metadata({"Description-Content-Type": "text/x-rst"}, body="   \n"), "C47"),
    (
        "description-not-rendered",
        metadata({"Description-Content-Type": "text/x-rst"}, body=".. note\n"),
        "C47",
    ),
    ("description-not-rendered", metadata(body="  \n"), "C47"),
    (
        "description-indented",
        metadata(
            {"Description": "Spam\n        ====\n        \n        Eggs", "Description-Content-Type": None},
            body="",
        ),
        "C47",
    ),
    ("description-not-rendered", metadata(body="[a]: https://example.com\n"), "C47"),
    ("email-invalid", metadata({"Author-email": "ada@localhost"}), "C48"),
    ("email-invalid", metadata({"Author-email": "Ada Lovelace <ada.example.com>"}), "C48"),
    ("email-invalid", metadata({"Maintainer-email": "ada@example.local"}), "C48"),
    ("email-invalid", metadata({"Maintainer-email": "none"}), "C48"),
    ("classifier-unknown", metadata({"Classifier": "Programming Language :: Python :: 3.99"}), "C49"),
    ("classifier-private", metadata({"Classifier": "Private :: Do Not Upload"}), "C49"),
    ("classifier-deprecated", metadata({"Classifier": "Natural Language :: Ukranian"}), "C50"),
    ("url-invalid", metadata({"Home-page": "example.com"}), "C51"),
    ("url-invalid", metadata({"Download-URL": "ftp://example.com/spam.tar.gz"}), "C51"),
    ("url-invalid", metadata({"Home-page": '"https://example.com"'}), "C51"),
    ("project-url-invalid", metadata({"Project-URL": ", https://example.com"}), "C52"),
    ("project-url-invalid", metadata({"Project-URL": f"{'x' * 33}, https://example.com"}), "C52"),
    ("project-url-invalid", metadata({"Project-URL": "Source,"}), "C52"),
    ("project-url-invalid", metadata({"Project-URL": "https://example.com"}), "C52"),
    ("project-url-invalid", metadata({"Project-URL": "Source, git@example.com:spam.git"}), "C52"),
    ("requires-dist-invalid", metadata({"Requires-Dist": "attrs => 23"}), "C53"),
    ("requires-dist-marker-of-lock-files", metadata({"Requires-Dist": "attrs ; 'fast' in extras"}), None),
    ("extras-equal", metadata({"Provides-Extra": ["foo_bar", "foo-bar"]}), None),
    ("requires-dist-equal-to-no-version", metadata({"Requires-Dist": "attrs ===latest"}), None),
    ("requires-dist-invalid", metadata({"Requires-Dist": "attrs ; python_version"}), "C53"),
    (
        "requires-dist-direct-reference",
        metadata({"Requires-Dist": "attrs @ https://example.com/attrs.whl"}),
        "C54",
    ),
    (
        "requires-dist-direct-reference",
        metadata({"Requires-Dist": 'attrs @ git+https://example.com/a.git ; extra == "net"'}),
        "C54",
    ),
    ("provides-dist-invalid", metadata({"Provides-Dist": "my package"}), "C55"),
    ("provides-dist-invalid", metadata({"Obsoletes-Dist": "a @ https://example.com/a.whl"}), "C55"),
    ("requires-python-invalid", metadata({"Requires-Python": "3.11+"}), "C56"),
    ("requires-python-invalid", metadata({"Requires-Python": "UNKNOWN"}), "C56"),
    ("provides-extra-invalid", metadata({"Provides-Extra": "dev tools"}), "C57"),
    ("dynamic-field-invalid", metadata({"Dynamic": "Version"}), "C58"),
    ("dynamic-field-invalid", metadata({"Dynamic": "Dependencies"}), "C58"),
    ("dynamic-field-invalid", metadata({"Dynamic": "Dynamic"}), "C58"),
    ("license-given-twice", metadata({"License": "MIT License"}), "C59"),
    ("license-expression-invalid", metadata({"License-Expression": "BSD"}), "C60"),
    ("license-expression-invalid", metadata({"License-Expression": "MIT and"}), "C60"),
    ("license-file-path-invalid", metadata({"License-File": "../LICENSE"}), "C61"),
    ("license-file-path-invalid", metadata({"License-File": "LICEN*"}), "C61"),
    ("license-file-path-invalid", metadata({"License-File": "/LICENSE"}), "C61"),
    ("license-file-path-invalid", metadata({"License-File": "licenses\\MIT"}), "C61"),
    ("import-name-invalid", metadata({"Metadata-Version": "2.5", "Import-Name": "my-spam"}), "C62"),
    ("import-name-invalid", metadata({"Metadata-Version": "2.5", "Import-Name": "spam; public"}), "C62"),
    ("import-name-invalid", metadata({"Metadata-Version": "2.5", "Import-Namespace": "class"}), "C62"),
    ("metadata-too-large", b"Name: spam\n\n" + b"x" * MAX_BYTES, None),
    ("metadata-too-large", b"".join(b"X%d: y\n" % i for i in range(2000)), None),
    ("metadata-unreadable", b"Content-Type: message/rfc822\n\n" * 2000, None),
    ("metadata-not-utf8", metadata().replace(b"Ada Lovelace", b"Ad\xe9"), None),
    ("metadata-not-utf8", metadata() + b"\xff", None),
    ("metadata-field-unknown", metadata({"Licence": "MIT"}), None),
    ("metadata-headers-cut-short", metadata({"Summary": "one\ntwo"}), None),
    ("metadata-headers-cut-short", metadata({"Summary": "one\rtwo"}), None),
    ("project-urls-missing", metadata({"Project-URL": None}), None),
    ("home-page-alone", metadata({"Project-URL": None, "Home-page": "https://example.com"}), None),
    ("description-missing", metadata(body=""), None),
    ("description-missing", metadata(body="UNKNOWN\n"), None),
    ("description-type-missing", metadata({"Description-Content-Type": None}, body="Just text.\n"), None),
    ("description-markdown-as-rst", metadata({"Description-Content-Type": None}), None),
    ("description-markdown-as-rst", metadata({"Description-Content-Type": "text/x-rst"}), None),
    ("requires-python-missing", metadata({"Requires-Python": None}), None),
    ("requires-python-capped", metadata({"Requires-Python": ">=3.11,<3.15"}), None),
    ("requires-python-capped", metadata({"Requires-Python": "==3.11.*"}), None),
    ("requires-python-capped", metadata({"Requires-Python": "~=3.11.2"}), None),
    ("requires-python-capped-below-4", metadata({"Requires-Python": ">=3.11,<4"}), None),
    ("requires-python-capped-below-4", metadata({"Requires-Python": ">=3.11,<4.0.0a0"}), None),
    ("requires-python-capped-below-4", metadata({"Requires-Python": "~=3.11"}), None),
    ("license-missing", metadata({"License-Expression": None, "License-File": None}), None),
    ("license-free-text", metadata({"License-Expression": None, "License": "The MIT License"}), None),
    ("license-free-text", metadata({"License-Expression": None, "License": "BSD"}), None),
    ("summary-missing", metadata({"Summary": None}), None),
    ("summary-missing", metadata({"Summary": "UNKNOWN"}), None),
    ("author-missing", metadata({"Author-email": None}), None),
    (
        "license-classifier-beside-expression",
        metadata({"Classifier": "License :: OSI Approved :: MIT License"}),
        None,
    ),
]

GOOD = [
    ("name-missing", metadata({"Name": "unknown"})),
    ("name-invalid", metadata({"Name": "Spam._-eggs2"})),
    ("metadata-field-repeated", metadata({"Platform": ["a", "b"]})),
    (
        "project-url-label-repeated",
        metadata({"Project-URL": ["A, https://a.example", "a, https://a.example"]}),
    ),
    ("metadata-version-unsupported", metadata({"Metadata-Version": "2.5"})),
    (
        "metadata-field-too-new",
        metadata({"Metadata-Version": "2.1", "License-Expression": None, "License-File": "LICENSE"}),
    ),
    ("version-missing", metadata({"Version": "0"})),
    ("version-invalid", metadata({"Version": "v1.0-1"})),
    ("version-local", metadata({"Version": "1!1.0.post1.dev2"})),
    ("summary-multiline", metadata({"Summary": "UNKNOWN"})),
    ("summary-too-long", metadata({"Summary": LONG[1:]})),
    (
        "description-type-invalid",
        metadata({"Description-Content-Type": "Text/Markdown; charset=UTF-8; variant=CommonMark"}),
    ),
    (
        "description-not-rendered",
        metadata({"Description-Content-Type": "text/x-rst"}, body="Title\n=====\n\nText.\n"),
    ),
    ("description-not-rendered", metadata({"Description-Content-Type": "text/plain"}, body=":func:`x`")),
    ("description-not-rendered", metadata(body="")),
    (
        "description-indented",
        metadata(
            {"Description": "Spam\n        and eggs", "Description-Content-Type": "text/x-rst"}, body=""
        ),
    ),
    ("description-not-rendered", metadata({"Description-Content-Type": "text/x-rst"}, body="UNKNOWN")),
    ("email-invalid", metadata({"Author-email": "Ada <ada@localhost>, Bob <bob@localhost>"})),
    ("email-invalid", metadata({"Author-email": "UNKNOWN", "Maintainer-email": ""})),
    ("email-invalid", metadata({"Author-email": "Ada (of London) <ada+spam@exämple.com>"})),
    ("classifier-unknown", metadata()),
    ("classifier-private", metadata()),
    ("classifier-deprecated", metadata({"Classifier": "Natural Language :: Ukrainian"})),
    ("url-invalid", metadata({"Home-page": "http:", "Download-URL": "UNKNOWN"})),
    ("url-invalid", metadata({"Home-page": ""})),
    ("requires-dist-marker-of-lock-files", metadata({"Requires-Dist": "attrs ; extra == 'extras'"})),
    ("extras-equal", metadata({"Provides-Extra": ["foo-bar", "foo-baz"]})),
    ("requires-dist-equal-to-no-version", metadata({"Requires-Dist": "attrs ===23.1"})),
    ("project-url-invalid", metadata({"Project-URL": f"{'x' * 32}, https://example.com/a,b"})),
    ("requires-dist-invalid", metadata({"Requires-Dist": "attrs (>=23)"})),
    ("requires-dist-direct-reference", metadata({"Requires-Dist": "attrs[https]"})),
    ("provides-dist-invalid", metadata({"Provides-Dist": "old-spam (<2)"})),
    ("requires-python-invalid", metadata({"Requires-Python": ">=3.11, !=3.12.*"})),
    ("provides-extra-invalid", metadata({"Provides-Extra": "Dev.Tools_2"})),
    ("dynamic-field-invalid", metadata({"Dynamic": ["requires-dist", "License-File"]})),
    ("license-given-twice", metadata({"License": "UNKNOWN"})),
    (
        "license-given-twice",
        metadata({"License": "", "Classifier": "License :: OSI Approved :: MIT License"}),
    ),
    ("license-expression-invalid", metadata({"License-Expression": "mit OR LicenseRef-Spam"})),
    ("license-file-path-invalid", metadata({"License-File": ["licenses/MIT.txt", "LICENSE"]})),
    ("license-file-path-invalid", metadata({"Metadata-Version": "2.1", "License-File": "../LICENSE"})),
    (
        "import-name-invalid",
        metadata({"Metadata-Version": "2.5", "Import-Name": ["spam.eggs", "_s ; private"]}),
    ),
    ("import-name-invalid", metadata({"Metadata-Version": "2.5", "Import-Name": ""})),
    ("metadata-too-large", metadata({"Requires-Dist": ["attrs"] * 3000})),
    ("metadata-unreadable", metadata()),
    ("metadata-not-utf8", metadata({"Author": "Adé Lövelace"}, body="ünïcode")),
    ("metadata-field-unknown", metadata({"supported-platform": "any"})),
    ("metadata-headers-cut-short", metadata({"License": "one\n  two\n\tthree"})),
    ("project-urls-missing", metadata({"Home-page": "https://example.com", "Project-URL": None})),
    ("home-page-alone", metadata({"Home-page": "https://example.com"})),
    ("description-missing", metadata({"Description": "Text."}, body="")),
    ("description-type-missing", metadata(body="")),
    ("description-markdown-as-rst", metadata({"Description-Content-Type": None}, body="Title\n=====\n")),
    ("requires-python-missing", metadata({"Requires-Python": ">=2.7"})),
    ("requires-python-capped", metadata({"Requires-Python": ">=3.8,!=3.9.*,<4"})),
    ("requires-python-capped-below-4", metadata({"Requires-Python": ">=3.8"})),
    ("license-free-text", metadata({"License-Expression": None, "License": "MIT"})),
    ("license-free-text", metadata({"License-Expression": None, "License": "UNKNOWN"})),
    ("summary-missing", metadata({"Summary": "Spam."})),
    ("author-missing", metadata({"Author-email": None, "Maintainer": "The maintainers"})),
    ("author-missing", metadata({"Author-email": None, "Author": "Ada"})),
    (
        "license-missing",
        metadata(
            {
                "License-Expression": None,
                "License-File": None,
                "Classifier": "License :: OSI Approved :: MIT License",
            }
        ),
    ),
    (
        "license-classifier-beside-expression",
        metadata({"License-Expression": None, "Classifier": "License :: OSI Approved :: MIT License"}),
    ),
]
DECIDED_BY_PACKAGING = {f"C{n}" for n in (38, 41, 42, 44, 53, 56, 57, 60, 61, 62)}


def test_a_healthy_release_is_not_disturbed():
    assert findings(metadata()) == set()


@pytest.mark.parametrize(("rule", "data", "row"), BAD)
def test_bad(rule, data, row):
    assert rule in findings(data)
    assert row is None or row in next(r for r in RULES if r.name == rule).mirrors


@pytest.mark.parametrize(("rule", "data"), GOOD)
def test_good(rule, data):
    assert rule not in findings(data)


def test_what_is_accepted_is_no_error():
    accepted = metadata(
        {
            "License": None,
            "Classifier": ["License :: OSI Approved :: MIT License"],
            "Author-email": "a@localhost, b@localhost",
            "Description-Content-Type": None,
        },
        body="",
    )
    assert findings(accepted, Severity.ERROR) == set()


def test_every_rule_has_a_bad_and_a_good_case():
    names = {rule.name for rule in RULES}
    assert {rule for rule, _, _ in BAD} == names
    assert {rule for rule, _ in GOOD} == names


def test_every_row_of_the_index_on_metadata_has_a_case():
    assert {row for _, _, row in BAD if row} == {f"C{n}" for n in range(37, 63)}


@pytest.mark.parametrize(("rule", "data", "row"), [case for case in BAD if case[2] in DECIDED_BY_PACKAGING])
def test_packaging_refuses_the_bad_cases_it_decides(rule, data, row):
    with pytest.raises(ExceptionGroup):
        Metadata.from_email(data)


@pytest.mark.parametrize("case", ["metadata-field-unknown", "metadata-not-utf8", "metadata-field-repeated"])
def test_twine_refuses_what_only_the_client_checks(case, tmp_path):
    data = next(data for rule, data, _ in BAD if rule == case)
    path = tmp_path / "spam_eggs-1.2.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("spam_eggs-1.2.0.dist-info/METADATA", data)
    with pytest.raises(twine.exceptions.InvalidDistribution):
        twine.package.PackageFile.from_filename(str(path), comment=None)


def test_the_table_of_fields_agrees_with_packaging():
    for field, since in FIELD_SINCE.items():
        name = field.replace("-", "_")
        raw = name if name in Metadata.__dict__ else f"{name}s"
        assert Metadata.__dict__[raw].added == since


def test_a_misspelt_classifier_gets_the_nearest_one():
    data = metadata({"Classifier": "Programming Language :: Pyton :: 3"})
    [finding] = judge(RULES, parse(data), ignored={}).findings
    assert finding.expected == "Programming Language :: Python :: 3"


def test_a_finding_leads_to_the_line_in_the_file():
    data = b"Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Dist: b\nRequires-Dist: c => 1\n"
    outcome = judge(RULES, parse(data, file="a-1.dist-info/METADATA"), ignored={})
    [finding] = [f for f in outcome.findings if f.rule == "requires-dist-invalid"]
    assert (finding.where.file, finding.where.line) == ("a-1.dist-info/METADATA", 5)


def test_the_line_of_a_description_that_does_not_render_is_named():
    data = metadata({"Description-Content-Type": "text/x-rst"}, body="Text.\n\nSee :func:`x`.\n")
    [finding] = judge(RULES, parse(data), ignored={}).findings
    assert finding.rule == "description-not-rendered"
    assert "line 3" in finding.message


@pytest.mark.parametrize(
    "body",
    ["x" * 500_001, "x\n" * 10_002, ">" * 900, "# x\n" * 5001, "<div>" * 10_001],
    ids=["characters", "lines", "quotes", "headings", "tags"],
)
def test_a_description_that_would_take_minutes_is_skipped_not_passed(body):
    outcome = judge(RULES, parse(metadata(body=body)), ignored={})
    assert [skipped.rule for skipped in outcome.skipped_rules] == ["description-not-rendered"]


def test_markdown_is_skipped_where_there_is_no_renderer_for_it(monkeypatch):
    monkeypatch.setattr("readme_renderer.markdown.variants", {})
    outcome = judge(RULES, parse(metadata()), ignored={})
    assert [skipped.rule for skipped in outcome.skipped_rules] == ["description-not-rendered"]
    assert outcome.findings == ()


def test_lost_fields_are_named():
    data = b"Metadata-Version: 2.1\nName: a\nVersion: 1\nSummary: x\ny\nRequires-Dist: b\n\nText."
    outcome = judge(RULES, parse(data), ignored={})
    [finding] = [f for f in outcome.findings if f.rule == "metadata-headers-cut-short"]
    assert (finding.where.line, "requires-dist" in finding.message) == (5, True)


def test_static_fields_are_judged_before_anything_is_built():
    facts = from_fields(
        {"name": "spam", "version": "1.0+local", "requires-dist": ["a", "b @ https://example.com/b.whl"]},
        undecided={"description", "requires-python", "license-file"},
        file="pyproject.toml",
        lines={"version": [3], "requires-dist": [5, 6]},
    )
    found = {f.rule: f.where.line for f in judge(RULES, facts, ignored={}).findings}
    assert found == {
        "version-local": 3,
        "requires-dist-direct-reference": 6,
        "project-urls-missing": None,
        "author-missing": None,
        "summary-missing": None,
    }


FIELD_NAMES = st.sampled_from(sorted(name.title() for name in FIELDS)) | st.text(
    alphabet="abcXYZ-09", min_size=1, max_size=12
)
VALUES = st.sampled_from(
    [
        "2.1",
        "2.4",
        "1.0",
        "spam",
        "a @ https://e.com/x",
        "MIT",
        ">=3.11",
        "text/markdown",
        "UNKNOWN",
        "A, http://e.com",
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(FIELD_NAMES, VALUES), max_size=12), st.binary(max_size=60))
def test_no_metadata_breaks_a_rule(fields, body):
    head = "".join(f"{name}: {value}\n" for name, value in fields).encode()
    outcome = judge(RULES, parse(head + b"\n" + body), ignored={})
    assert outcome.broken_rules == ()


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(HEALTHY)), VALUES, min_size=1, max_size=3))
def test_what_packaging_refuses_is_an_error(changes):
    """Promise: nothing passes here that the client or the index refuses by packaging's own judgement."""
    data = metadata({name: value.replace("\n", " ").replace("\r", " ") for name, value in changes.items()})
    try:
        Metadata.from_email(data)
    except ExceptionGroup as group:
        # twine leaves License-File out where the metadata version is too old for it.
        refused = [error for error in group.exceptions if getattr(error, "field", "") != "license-file"]
        assert not refused or findings(data, Severity.ERROR)
    except (ValueError, LookupError):
        # packaging 26.2 lets errors of the standard library through.
        assert findings(data, Severity.ERROR)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Home-page", "https://" + "a." * 1_000_000),
        ("Author-email", "(" * 4000),
        ("Author-email", "a@" * 1_000_000),
        ("Version", "9" * 4500),
        ("Version", "1." * 1_000_000 + "1"),
        ("Requires-Dist", "a" + ">=1," * 500_000),
        ("Requires-Python", ">=3," * 500_000),
        ("Requires-Python", "<" + "9" * 4500),
        ("License-Expression", "(" * 2_000_000),
        ("Description-Content-Type", "text/markdown; " + "a=b; " * 200_000),
        ("Classifier", ["Programming Language :: Pyton"] * 9000),
        ("Project-URL", [f"{number}, x" for number in range(9000)]),
    ],
)
def test_absurd_values_are_judged_in_moments(field, value):
    started = time.process_time()
    findings(metadata({field: value}))
    assert time.process_time() - started < 5


def test_a_description_that_crashes_the_renderer_is_a_finding():
    nested = "\n\n".join("  " * depth + "- x" for depth in range(300))
    data = metadata({"Description-Content-Type": "text/x-rst"}, body=nested)
    assert findings(data, Severity.ERROR) == {"description-not-rendered"}


@settings(deadline=None)
@given(st.from_regex(PLAIN_ADDRESS, fullmatch=True))
def test_an_address_that_is_taken_without_a_closer_look_is_one(address: str) -> None:
    email_validator.validate_email(address, check_deliverability=False)


@pytest.mark.parametrize("name", email_validator.SPECIAL_USE_DOMAIN_NAMES)
def test_an_address_at_a_reserved_name_is_looked_at(name: str) -> None:
    assert not PLAIN_ADDRESS.fullmatch(f"ada@example.{name}")
    assert not PLAIN_ADDRESS.fullmatch(f"ada@{name}")


@settings(deadline=None)
@given(st.from_regex(PLAIN_URL, fullmatch=True))
def test_a_url_that_is_taken_without_a_closer_look_is_one(url: str) -> None:
    validator = validators.Validator().allow_schemes("http", "https").require_presence_of("scheme", "host")
    validator.check_validity_of("scheme", "host", "port", "path", "query").validate(
        uri_reference(url).normalize()
    )
