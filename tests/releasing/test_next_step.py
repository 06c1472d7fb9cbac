"""The table of states: each state has its step, every state is reached, and nothing unknown is called missing."""

import itertools
import re
from typing import Any

import pytest
from slipway.publication import Recovery
from slipway.releasing.next_step import ROWS, Facts, next_step

NOTHING, SOME, ALL = (
    Recovery(index="PyPI", public=public, days_left=days)
    for public, days in (((), None), (("a.whl",), 3), (("a.tar.gz", "a.whl"), 3))
)
WORDS = {
    "project": "demo",
    "version": "1.0",
    "next": "1.0.1",
    "tag": "v1.0",
    "remote": "origin",
    "index": "PyPI",
    "release": "missing",
    "run": "7",
    "at": "",
    "folder": "",
    "status": "slipway status 1.0",
    "push": "git push --atomic origin main v1.0",
    "fetch": "git fetch origin refs/tags/v1.0",
    "check": "slipway check --tag v1.0",
    "publish": "slipway publish --index pypi",
    "verify": "slipway verify --index pypi",
    "announce": "slipway announce",
    "project_page": "https://index.example/project/demo/",
    "yank_page": "https://index.example/manage/project/demo/release/1.0/",
    "actions": "https://github.com/acme/demo/actions",
    "releases": "https://github.com/acme/demo/releases",
}
TAGGED: dict[str, Any] = {"tag_here": "there", "tag_there": "there"}
WHOLE: dict[str, Any] = {"on_index": ALL, "is_whole": True, **TAGGED}
PART: dict[str, Any] = {"on_index": SOME, "is_whole": False, **TAGGED}
EMPTY: dict[str, Any] = {"on_index": NOTHING, "is_whole": False}
HERE: dict[str, Any] = {"is_built_here": True, "is_begun_here": True}
RERUN = "gh run rerun 7 --failed"

STATES: dict[str, tuple[dict[str, Any], str | None]] = {
    "index-unknown": ({"on_index": None}, WORDS["status"]),
    "quarantined": ({**EMPTY, "is_quarantined": True}, WORDS["project_page"]),
    "tampered": ({**WHOLE, "is_tampered": True}, WORDS["yank_page"]),
    "tampered-and-stays": (
        {**WHOLE, "is_tampered": True, "words": {**WORDS, "yank_page": ""}},
        "slipway release 1.0.1",
    ),
    "yanked": ({**WHOLE, "is_yanked": True}, "slipway release 1.0.1"),
    "yanked-and-followed": ({**WHOLE, "is_yanked": True, "is_newest": False}, None),
    "other-bytes": (
        {"on_index": Recovery(index="PyPI", burnt=("a.whl",)), "is_whole": False},
        "slipway release 1.0.1",
    ),
    "closed": (
        {**PART, "on_index": Recovery(index="PyPI", public=("a.whl",), days_left=0)},
        "slipway release 1.0.1",
    ),
    "unfinished-here": ({**PART, **HERE}, WORDS["publish"]),
    "late": ({**WHOLE, **HERE, "late": ("a.whl",)}, WORDS["verify"]),
    "running": ({**PART, "is_on_github": True, "run": "running"}, "gh run watch 7"),
    "unfinished-and-failed": ({**PART, "is_on_github": True, "run": "failed"}, RERUN),
    "unfinished-there": ({**PART, "is_on_github": True}, WORDS["actions"]),
    "unfinished-elsewhere": (PART, WORDS["publish"]),
    "blocked": ({**EMPTY, "is_built_here": True, "is_blocked_here": True}, "slipway check"),
    "begun-here": ({**EMPTY, **HERE, "tag_here": "missing", "tag_there": "missing"}, WORDS["publish"]),
    "under-way": ({**EMPTY, "is_under_way": True, "tag_here": "there"}, "slipway release --continue"),
    "not-tagged": ({**EMPTY, "tag_here": "missing", "tag_there": "missing"}, "slipway release 1.0"),
    "remote-unknown": ({**EMPTY, "tag_here": "missing", "tag_there": "unknown"}, WORDS["status"]),
    "tags-differ": ({**EMPTY, "tag_here": "there", "tag_there": "other"}, "git fetch origin refs/tags/v1.0"),
    "not-pushed": ({**EMPTY, "tag_here": "there", "tag_there": "missing"}, WORDS["push"]),
    "built-here": ({**EMPTY, **TAGGED, "is_built_here": True}, WORDS["publish"]),
    "run-failed": ({**EMPTY, **TAGGED, "is_on_github": True, "run": "failed"}, RERUN),
    "nothing-public": ({**EMPTY, **TAGGED, "is_on_github": True, "is_built_here": True}, WORDS["actions"]),
    "not-built": ({**EMPTY, **TAGGED}, "slipway check --tag v1.0"),
    "files-unknown": ({**WHOLE, "is_whole": None, "is_on_github": True}, WORDS["actions"]),
    "files-unknown-elsewhere": ({**WHOLE, "is_whole": None}, None),
    "announce-here": ({**WHOLE, **HERE, "release": "missing"}, WORDS["announce"]),
    "announce-failed": ({**WHOLE, "is_on_github": True, "release": "draft", "run": "failed"}, RERUN),
    "announce-there": ({**WHOLE, "is_on_github": True, "release": "missing"}, WORDS["actions"]),
    "release-unknown": ({**WHOLE, "is_on_github": True, "release": "unknown"}, WORDS["releases"]),
    "announced": ({**WHOLE, "is_on_github": True, "release": "there"}, None),
    "complete": (WHOLE, None),
}


@pytest.mark.parametrize("name", STATES)
def test_each_state_has_one_step(name: str) -> None:
    seen, expected = STATES[name]
    step = next_step(Facts(**{"words": WORDS, **seen}))
    assert (step.name, step.command or step.url) == (name, expected)
    assert not (step.command and step.url)
    assert re.fullmatch(r"[^{}]+\.", step.because)


def test_every_state_of_the_table_is_tried() -> None:
    assert list(STATES) == [row.name for row in ROWS]


def test_no_advice_contradicts_what_was_seen() -> None:
    """Every combination of what decides has a step, and nothing that is public or tagged is released again."""
    places = (None, NOTHING, SOME, ALL)
    states = ("there", "missing", "unknown", "not asked")
    flags = list(itertools.product((True, False), repeat=4))
    tried = 0
    for place, whole, here, there, (built, begun, on_github, under_way) in itertools.product(
        places, (True, False, None), states, (*states, "other"), flags
    ):
        is_empty = place in {None, NOTHING}
        if (begun and not built) or (is_empty and whole is not False) or (place is SOME and whole):
            continue
        tried += 1
        facts = Facts(
            on_index=place,
            is_whole=whole,
            tag_here=here,  # type: ignore[arg-type]
            tag_there=there,  # type: ignore[arg-type]
            is_built_here=built,
            is_begun_here=begun,
            is_on_github=on_github,
            is_under_way=under_way,
            words=WORDS,
        )
        step = next_step(facts)
        if facts.public:
            assert step.command not in {"slipway release 1.0", "slipway check --tag v1.0"}, facts
        if here == "there" or there in {"there", "unknown"}:
            assert step.command != "slipway release 1.0", facts
        if "origin has v1.0" in step.because and here == "missing":
            assert there in {"there", "other"}, facts
        if step.name in {"complete", "announced"}:
            assert whole is True
    assert tried > 1000


def test_what_ended_the_last_run_stands_where_its_command_is_advised() -> None:
    failed = {"failed": "It broke. Mend it."}
    assert next_step(Facts(words=WORDS, **PART, **HERE, **failed)).failed == "It broke. Mend it."
    assert next_step(Facts(words=WORDS, **WHOLE, **failed)).failed is None
