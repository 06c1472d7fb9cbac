"""Reading versions (PEP 440) in texts that may hold none, and the prefixes of their tags."""

from packaging.version import Version

NO_PREFIX = "none"
"""How a tag prefix of no characters is written: an input of a workflow that is empty counts as not given."""


def parsed(text: str | None) -> Version | None:
    """Return the version that a text is, None where it is none.

    Not only `InvalidVersion` says so: Python turns no text of thousands of digits into a number.
    """
    try:
        return Version(text or "")
    except ValueError:
        return None


def of_tag(tag: str, prefix: str) -> Version | None:
    """Return the version that a release tag names behind its prefix, None where it names none."""
    return parsed(tag.removeprefix(prefix)) if is_release_tag(tag, prefix) else None


def prefix_meant(text: str) -> str:
    """Return the tag prefix that a text in an option, a setting or a workflow stands for."""
    return "" if text == NO_PREFIX else text


def prefix_written(prefix: str) -> str:
    """Return how a tag prefix stands in an option, a setting or a workflow."""
    return prefix or NO_PREFIX


def is_release_tag(tag: str, prefix: str) -> bool:
    """Return whether a tag begins as a release tag does; one without a prefix begins with a digit."""
    return tag.startswith(prefix) and (bool(prefix) or tag[:1].isdigit())
