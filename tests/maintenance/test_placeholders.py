"""What people copy has one place to fill in: which Slipway it is, as `init` writes it."""

import re
from collections.abc import Iterator

import pytest
from maintenance import ROOT

FENCED = re.compile(r"^( *)```[\w-]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_COMMIT = "@0123456789abcdef0123456789abcdef01234567"
SLIPWAY = re.compile(rf"OWNER/slipway(?:(?:/\.github/workflows/[\w-]+\.yml)?{_COMMIT})?")
PLACEHOLDER = re.compile(
    r"<[a-z][\w -]{1,40}>|\b(?:OWNER|REPO|ORG|TODO|FIXME|XXX+|CHANGEME|PLACEHOLDER)\b|\b(?:your|my)-\w+"
    r"|@(?:0123456789abcdef|0{8}|f{8})[0-9a-f]*"
)


def copied() -> Iterator[tuple[str, str]]:
    """Yield where it stands and the text, for all that is there to be copied."""
    for path in sorted((ROOT / "examples" / "workflows").glob("*.yml")):
        yield path.name, path.read_text("utf-8")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for number, found in enumerate(FENCED.finditer(path.read_text("utf-8")), start=1):
            yield f"{path.name}, block {number}", found[2]


COPIED = dict(copied())


def placeholders(text: str) -> list[str]:
    return PLACEHOLDER.findall(SLIPWAY.sub("", text))


@pytest.mark.parametrize("where", COPIED)
def test_nothing_but_slipway_itself_is_to_be_filled_in(where: str) -> None:
    assert placeholders(COPIED[where]) == []


@pytest.mark.parametrize(
    "text", ["uses: OWNER/REPO@v1", "repository-url: https://<your index>/", "id: your-project"]
)
def test_another_placeholder_is_found(text: str) -> None:
    assert placeholders(text) != []
