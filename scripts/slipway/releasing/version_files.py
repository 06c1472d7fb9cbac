"""`version-files` in [tool.slipway]: further files that name the version.

An item is `path`, for every place where the version stands by itself, or `path:text with {version}`, for the places with
just that text around it.
"""

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from slipway.errors import InputError
from slipway.releasing.version_places import standalone

PLACEHOLDER = "{version}"
_OF_ANOTHER = re.compile(
    r"(?<![\w.-])(?P<name>[A-Za-z0-9](?:[\w.-]{0,100}[A-Za-z0-9])?)(?:\[[^\[\]\n]{0,100}\])?"
    r"[ \t]{0,5}(?:(?:===|[=<>~!]=|<|>)[ \t]{0,5}|-)v?\Z"
)
"""What precedes the version in a requirement, and in a filename."""
_BEFORE = 250


def parsed(item: str) -> tuple[str, str | None]:
    """Return the path of an item, and its text if it has one."""
    path, colon, text = item.partition(":")
    return path.strip(), text if colon else None


def occurrences(
    text: str, version: str, name: str | None, wanted: str | None, item: str
) -> Iterator[tuple[int, int]]:
    """Yield where the version of the project stands in the text of a file.

    Args:
        text: the text.
        version: the version that is looked for.
        name: the project's name; the same version of another one is passed over.
        wanted: the text around it, None for every place where it stands by itself.
        item: as the setting has it.

    Raises:
        InputError: it stands nowhere, or is too short to differ from other numbers.
    """
    if wanted is None:
        if not re.search(r"\d\.\d", version):
            raise _error(
                item,
                f"names no text, and {version} alone may be any number",
                f'Say what stands around it, such as {item}:release = "{PLACEHOLDER}".',
            )
        spans = [
            one.span()
            for one in re.finditer(standalone(version), text)
            if not _is_of_another(text, one.start(), name)
        ]
    else:
        before, _, after = wanted.partition(PLACEHOLDER)
        pattern = rf"{re.escape(before)}(?P<version>{re.escape(version)}){re.escape(after)}"
        pattern += "" if after else r"(?![\w+!]|\.\d)"
        spans = [one.span("version") for one in re.finditer(pattern, text)]
    if not spans:
        around = " with the text of the setting around it" if wanted else ""
        raise _error(
            item,
            f"is to name the version {version}, and the file does not have it{around}",
            f"Write {version} there by hand once, correct the item, or remove it.",
        )
    yield from spans


def _is_of_another(text: str, at: int, name: str | None) -> bool:
    found = _OF_ANOTHER.search(text, max(0, at - _BEFORE), at)
    return found is not None and canonicalize_name(found["name"]) != canonicalize_name(name or "")


def _error(item: str, what: str, remedy: str) -> InputError:
    return InputError(
        f"pyproject.toml: `{item}` in `tool.slipway.version-files` {what}.",
        cause="The file changed, or its version was not raised with the last release.",
        remedy=remedy,
        read="docs/reference.md, Settings of a project",
    )
