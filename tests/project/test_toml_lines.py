"""Positions in TOML documents, checked against the document tomllib reads."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.project.toml_lines import lines_of

DOCUMENT = '''\
# a comment with [brackets] and = signs
title = "a # b"
"quoted key" = 1
a.b.'c d' = [1, 2,
  [3, "]"],   # ]
  { x = "}" , y = [
    4 ] },
]
date = 1979-05-27 07:32:00
text = """
[not.a.table]
key = "no"
"""
raw = \'\'\'a " \'\' b\'\'\'

[ table . "sub.table" ]
k = { "e=f" = true }

[[list]]
n = 1
[list.inner]
m = 2
[[list]]
n = 3
'''


def paths(value, prefix=()):
    """Yield the path of every key and item of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*prefix, key)
        yield from paths(item, (*prefix, key))


def test_every_key_and_item_has_a_line():
    assert set(paths(tomllib.loads(DOCUMENT))) <= lines_of(DOCUMENT).keys()


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("quoted key",), 3),
        (("a", "b", "c d"), 4),
        (("a", "b", "c d", 2, 1), 5),
        (("a", "b", "c d", 3, "y", 0), 7),
        (("raw",), 14),
        (("table", "sub.table", "k", "e=f"), 17),
        (("list",), 19),
        (("list", 0, "n"), 20),
        (("list", 0, "inner", "m"), 22),
        (("list", 1, "n"), 24),
    ],
)
def test_lines(path, line):
    assert lines_of(DOCUMENT)[path] == line


@given(st.text(max_size=60))
def test_whatever_tomllib_accepts_is_scanned_to_the_end(text):
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(paths(document)) <= lines_of(text).keys()


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8),
        st.one_of(st.text(max_size=20), st.integers(), st.lists(st.text(max_size=9), max_size=3)),
        max_size=4,
    )
)
def test_any_keys_and_strings_are_found_on_their_line(values):
    tomli_w = "".join(f"{quoted(key)} = {shown(value)}\n" for key, value in values.items())
    lines = lines_of(tomli_w)
    assert [lines[(key,)] for key in values] == list(range(1, len(values) + 1))


def quoted(text):
    return (
        '"'
        + "".join(f"\\U{ord(character):08X}" for character in text if not 0xD800 <= ord(character) < 0xE000)
        + '"'
    )


def shown(value):
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    return quoted(value) if isinstance(value, str) else str(value)
