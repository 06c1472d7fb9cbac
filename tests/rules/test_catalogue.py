import re

import pytest
from slipway.errors import InputError
from slipway.records import Severity
from slipway.rules import catalogue

RULES = catalogue.every()

CONTENT_ROWS = {f"C{number:02}" for number in range(1, 69)}
STATE_ROWS = {"I01", "I02", "I03", "I04", "I06", "I07", "I08", "I10", "I12"}
"""The rows of the index's refusals that a client can know beforehand, on content and on the index's own state."""

MOOT = {
    "C01": "only sdists and wheels are ever read",
    "C23": "a .zip sdist is refused for its filename already (C10)",
    **dict.fromkeys(
        ("C63", "C64", "C65", "C66", "C67", "C68"),
        "the only attestation that is ever sent is made here, by pypi-attestations, which verifies it as PyPI does",
    ),
    "I12": "the index names owners by user name, and neither a token nor a trusted publisher says which user it is",
}


MILD = {
    "sdist-over-default-size",
    "wheel-over-default-size",
    "project-over-quota",
    "release-emptied-before",
    "project-name-of-standard-module",
    "file-larger-than-any-before",
}
"""Limits that PyPI raises for single projects, and names that may or may not have been used before."""


def test_names_are_unique_and_name_a_state():
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_everything(rule):
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.fix.strip()
    assert rule.fix != rule.title
    assert rule.example.strip()


def test_what_mirrors_a_refusal_of_the_index_is_known_by_its_id():
    mirrored = {row for rule in RULES for row in rule.mirrors}
    assert (CONTENT_ROWS | STATE_ROWS) - mirrored - set(MOOT) == set()


def test_a_refusal_of_the_index_is_an_error_unless_it_depends_on_the_project():
    mild = {rule.name: rule.mirrors for rule in RULES if rule.mirrors and rule.severity != Severity.ERROR}
    assert set(mild) == MILD


def test_a_misspelt_name_gets_the_nearest():
    with pytest.raises(InputError) as error:
        catalogue.named("script-cannot-laod", where="the command line")
    assert "script-cannot-load" in error.value.cause
