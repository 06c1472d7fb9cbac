"""Which versions of Python there are, and which of them a project supports."""

from collections.abc import Iterable
from datetime import date

from packaging.specifiers import InvalidSpecifier, SpecifierSet

END_OF_LIFE: dict[str, date] = {
    "3.9": date(2025, 10, 31),
    "3.10": date(2026, 10, 31),
    "3.11": date(2027, 10, 31),
    "3.12": date(2028, 10, 31),
    "3.13": date(2029, 10, 31),
    "3.14": date(2030, 10, 31),
    "3.15": date(2031, 10, 31),
}
"""Last month of security fixes of every minor version (the status table of the Python Developer's Guide)."""

CLASSIFIER = "Programming Language :: Python :: "


def supported(requires_python: str | None, classifiers: Iterable[str], *, today: date) -> tuple[str, ...]:
    """Return the living minor versions a project supports, oldest first.

    What `Requires-Python` excludes is out; where classifiers name minor versions, only those are in.

    Args:
        requires_python: a PEP 440 specifier set; an invalid one excludes nothing.
        classifiers: the project's trove classifiers.
        today: versions whose end of life is before this day are left out.
    """
    living = [version for version, end in END_OF_LIFE.items() if end >= today]
    named = {c.removeprefix(CLASSIFIER) for c in classifiers if c.startswith(CLASSIFIER)}
    if requires_python is not None:
        try:
            specifiers = SpecifierSet(requires_python)
        except InvalidSpecifier:
            pass
        else:
            # The newest patch release counts: `>=3.11.4` supports 3.11.
            living = [version for version in living if specifiers.contains(f"{version}.99", prereleases=True)]
    claimed = [version for version in living if version in named]
    return tuple(claimed or living)


def allowed(requires_python: str | None) -> tuple[str, ...]:
    """Return the minor versions of Python 3 that Requires-Python allows, maintained or not, oldest first.

    Without a lower bound nothing is claimed about old versions, so nothing is returned, as for an invalid value.
    """
    try:
        specifiers = SpecifierSet(requires_python or "")
    except InvalidSpecifier:
        return ()
    fitting = [minor for minor in _minors() if specifiers.contains(f"{minor}.99", prereleases=True)]
    return tuple(fitting) if "3.0" not in fitting else ()


def promised(requires_python: str | None, classifiers: Iterable[str]) -> tuple[str, ...]:
    """Return the minor versions of Python 3 that classifiers name, maintained or not, oldest first.

    What Requires-Python excludes is no promise, and neither is what nobody knows yet.
    """
    try:
        specifiers = SpecifierSet(requires_python or "")
    except InvalidSpecifier:
        return ()
    named = {c.removeprefix(CLASSIFIER) for c in classifiers if c.startswith(f"{CLASSIFIER}3.")}
    return tuple(
        minor
        for minor in _minors()
        if minor in named and specifiers.contains(f"{minor}.99", prereleases=True)
    )


def _minors() -> tuple[str, ...]:
    newest = int(max(END_OF_LIFE, key=lambda version: END_OF_LIFE[version]).partition(".")[2])
    return tuple(f"3.{minor}" for minor in range(newest + 1))


def claims(version: str, classifiers: Iterable[str]) -> bool:
    """Return whether a project says that it supports a minor version, or names none at all.

    Args:
        version: a minor version, such as `3.12`; whether it is maintained does not matter.
        classifiers: the project's trove classifiers.
    """
    named = {c.removeprefix(CLASSIFIER) for c in classifiers if c.startswith(CLASSIFIER)}
    minors = {name for name in named if name.partition(".")[2].isdigit()}
    return not minors or version in minors
