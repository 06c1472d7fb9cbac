"""Reading versions (PEP 440) in texts that may hold none."""

from packaging.version import Version


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
    return parsed(tag.removeprefix(prefix)) if tag.startswith(prefix) else None
