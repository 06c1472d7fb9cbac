"""The reader of METADATA and PKG-INFO: what it finds, and that nothing makes it raise."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway.artifacts.metadata import FIELDS, MAX_BYTES, from_fields, parse


def test_fields_are_kept_as_written():
    facts = parse(
        b"Metadata-Version: 2.1\nNAME: spam\nRequires-Dist: a\nRequires-Dist:  b\nKeywords: x,y\n"
        b"Project-URL: Source, https://example.com\n\nText\n",
        file="PKG-INFO",
    )
    assert facts.one("name") == "spam"
    assert facts.every("requires-dist") == ("a", "b")
    assert facts.description == "Text\n"
    assert facts.every("project-url") == ("Source, https://example.com",)
    assert facts.every("keywords") == ("x,y",)
    assert (facts.one("summary"), facts.every("summary")) == (None, ())


def test_lines_are_counted_from_one():
    facts = parse(
        b"Metadata-Version: 2.1\r\nLicense: MIT\r\n  and more\r\nRequires-Dist: a\r\nRequires-Dist: b\r\n"
    )
    assert facts.line("metadata-version") == 1
    assert [facts.line("requires-dist", index) for index in range(3)] == [4, 5, None]


@pytest.mark.parametrize(
    ("data", "attribute", "expected"),
    [
        (b"Name: a\nName: b\n", "repeated", ("name",)),
        (b"Platform: a\nPlatform: b\n", "repeated", ()),
        (b"Description: a\n\nb", "repeated", ("description",)),
        (b"Name: a\nLicence: b\n", "unknown", ("licence",)),
        (b"Name: a\nAuthor: J\xe9\n", "undecodable", ("author",)),
        (b"Name: a\nAuthor: J\xc3\xa9\n", "undecodable", ()),
        (b"Name: a\n\nJ\xe9", "undecodable", ("description",)),
        (b"Name: a\nno field\nVersion: 1\n", "broken_at", 2),
        (b"Summary: a\rb\nVersion: 1\n", "broken_at", 2),
        (b"Name: a\n continued\n\tagain\n\nno field\n", "broken_at", None),
        (b"", "broken_at", None),
        (b"x" * (MAX_BYTES + 1), "too_large", True),
        (b"x" * MAX_BYTES, "too_large", False),
    ],
)
def test_irregularities_are_facts(data, attribute, expected):
    assert getattr(parse(data), attribute) == expected


def test_undecodable_text_is_still_shown():
    assert parse(b"Author: J\xe9\n").one("author") == "J\N{REPLACEMENT CHARACTER}"


def test_a_file_that_defeats_the_parser_says_why():
    assert "RecursionError" in (parse(b"Content-Type: message/rfc822\n\n" * 5000).unreadable or "")


def test_fields_that_never_were_a_file():
    facts = from_fields(
        {"name": "spam", "requires-dist": ["a", "b"], "description": "Text", "colour": "red"},
        undecided={"version"},
        lines={"requires-dist": [3, 4]},
    )
    assert facts.one("name") == "spam"
    assert facts.description == "Text"
    assert facts.line("requires-dist", 1) == 4
    assert facts.unknown == ("colour",)
    assert facts.undecided == {"version", "metadata-version"}


def test_names_of_fields_are_what_packaging_knows():
    from packaging.metadata import parse_email

    head = "".join(f"{name}: a, b\n" for name in sorted(FIELDS) if name != "description")
    _, unparsed = parse_email(head)
    assert unparsed == {}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise(data):
    facts = parse(data)
    assert facts.size == len(data)


NAMES = st.sampled_from(["Name", "Description", "Content-Type", "Content-Transfer-Encoding", "From", "x"])
LINE = st.tuples(NAMES, st.binary(max_size=20)).map(lambda pair: pair[0].encode() + b": " + pair[1] + b"\n")


@settings(max_examples=300, deadline=None)
@given(st.lists(LINE, max_size=8), st.binary(max_size=30))
def test_no_headers_raise(lines, body):
    facts = parse(b"".join(lines) + body)
    assert set(facts.repeated) <= FIELDS


@pytest.mark.parametrize(
    "data",
    [
        b"".join(b"X%d: y\n" % number for number in range(500_000)),
        b"Requires-Dist: a\n" * 400_000,
        b"Summary: " + b"a\n " * 1_300_000,
        b"Name: a\n\n" + b"\nx" * 2_000_000,
        b"Author: " + b"=?utf-8?q?=41?= " * 400_000 + b"\n",
        b"Author: \xff" + b"=?utf-8?q?=41?= " * 200_000 + b"\n",
    ],
    ids=["names", "headers", "continuation", "body", "encoded-words", "encoded-words-and-bytes"],
)
def test_hostile_files_take_seconds_at_most(data):
    started = time.process_time()
    parse(data)
    assert time.process_time() - started < 10
