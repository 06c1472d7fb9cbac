"""How a changelog writes the headings of its releases, read from those that are there."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial

from packaging.version import Version

from slipway.project import changelog
from slipway.project.changelog_sections import NOT_YET

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_MONTH = rf"(?P<month>{'|'.join(f'{month[:3]}(?:{month[3:]})?' if month != 'May' else 'May' for month in _MONTHS)})"
_DAY = r"(?P<day>\d{1,2})(?P<ordinal>st|nd|rd|th)?"
_NUMBERS: dict[str, str] = {
    r"\d{4}-\d{2}-\d{2}": "{year}-{month:02}-{day:02}",
    r"\d{4}/\d{2}/\d{2}": "{year}/{month:02}/{day:02}",
    r"\d{4}\.\d{2}\.\d{2}": "{year}.{month:02}.{day:02}",
    r"\d{2}\.\d{2}\.\d{4}": "{day:02}.{month:02}.{year}",
    r"(?:1[3-9]|2\d|3[01])/\d{2}/\d{4}": "{day:02}/{month:02}/{year}",
    r"\d{2}/(?:1[3-9]|2\d|3[01])/\d{4}": "{month:02}/{day:02}/{year}",
}
"""Patterns of dates in numbers, and how such a date is written. `03/04/2026` is none: it has two meanings."""
_WORDS: dict[str, str] = {
    rf"{_MONTH} {_DAY}, \d{{4}}": "{month} {day}, {year}",
    rf"{_DAY} {_MONTH} \d{{4}}": "{day} {month} {year}",
    rf"{_MONTH} \d{{4}}": "{month} {year}",
}
_PLAIN_WORDS = frozenset({"version", "release", "released", "date", "on", "v"})
_COMPARED = re.compile(r"(?P<old>[^/\s]{1,200}?)(?P<dots>\.{2,3})(?P<new>[^/\s]{1,200})")
_TARGET = re.compile(r"(?<=\]\()[^()\s]{1,500}(?=\))|(?<=<)https?://[^<>\s]{1,500}(?=>)")


def heading_for(old: str, version: Version, on: date, earlier: Sequence[str]) -> str:
    """Return the heading of a release.

    Args:
        old: the heading of what was not released.
        version: the version that is released.
        on: the day of the release.
        earlier: the headings of earlier releases, the newest first; none where the old one is to be kept as it is.
    """
    if (template := _usual(earlier)) is not None:
        return _filled(template, version, on, newest=_version(earlier[0]) or "")
    when = dated(on, earlier)
    waiting = list(re.finditer(NOT_YET, old, re.IGNORECASE))
    named = _version(old)
    if named and waiting:
        start, end = waiting[-1].span()
        old = old[:start] + when + old[end:]
        return _with_version(old, named, str(version))
    if named:
        return f"{_with_version(old, named, str(version))} ({when})"
    return f"[{version}] - {when}" if old.strip().startswith("[") else f"{version} ({when})"


def renamed(text: str, version: Version) -> str:
    """Return a heading with another version in place of the one it names."""
    return _with_version(text, _version(text) or "", str(version))


def dated(on: date, samples: Iterable[str]) -> str:
    """Return a date as the first of some texts that has one writes it, else as ISO 8601 says."""
    for sample in samples:
        for _, write in _dates(sample):
            return write(on)
    return on.isoformat()


def replaced_date(text: str, on: date) -> str | None:
    """Return a text with another date in place of the one it has; None where it has none."""
    for (start, end), write in _dates(text):
        return text[:start] + write(on) + text[end:]
    return None


def _dates(text: str) -> Iterator[tuple[tuple[int, int], Callable[[date], str]]]:
    """Yield where a date is in a text, and what writes another one in the same form; a version is none."""
    named = _version(text)
    free = text.replace(named, "\0" * len(named), 1) if named else text
    for pattern, form in _NUMBERS.items():
        for found in re.finditer(rf"(?<![\w.]){pattern}(?![\w.])", free):
            yield found.span(), partial(_in_numbers, form)
    for pattern, form in _WORDS.items():
        for found in re.finditer(rf"\b{pattern}\b", free, re.IGNORECASE):
            yield found.span(), partial(_in_words, form, found)


def _in_numbers(form: str, on: date) -> str:
    return form.format(year=on.year, month=on.month, day=on.day)


def _in_words(form: str, found: re.Match[str], on: date) -> str:
    given = found.groupdict()
    month = _MONTHS[on.month - 1]
    month = month if len(given["month"]) > 3 or given["month"].lower() == "may" else month[:3]  # noqa: PLR2004
    month = month.upper() if given["month"].isupper() else month
    day = f"{on.day:02}" if (given.get("day") or "").startswith("0") else str(on.day)
    ordinal = _ordinal(on.day) if given.get("ordinal") else ""
    return form.format(year=on.year, month=month, day=f"{day}{ordinal}")


def _ordinal(day: int) -> str:
    teens = range(11, 14)
    return "th" if day in teens else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _usual(earlier: Sequence[str]) -> str | None:
    """Return the newest heading that is written as most of them are, with nothing in it but version, date and fixed words.

    A code name or a remark makes a heading unlike the others, so that none of its words gets into the new one.
    """
    rests = [_rest(heading) for heading in earlier]
    alike = Counter(rests)
    for heading, rest in zip(earlier, rests, strict=True):
        if alike[rest] > 1 or not set(re.findall(r"[^\W\d_]+", rest.lower())) - _PLAIN_WORDS:
            return heading
    return None


def _rest(heading: str) -> str:
    """Return what is fixed in a heading: without its version, its date and the targets of its links."""
    text = changelog.without_targets(heading)
    for (start, end), _ in _dates(text):
        text = text[:start] + "\0" + text[end:]
        break
    named = _version(text)
    return text.replace(named, "\0", 1) if named else text


def _filled(template: str, version: Version, on: date, *, newest: str) -> str:
    named = _version(template) or ""
    targets = _TARGET.findall(template)
    text = _TARGET.sub("\1", template)
    text = replaced_date(text, on) or text
    text = _with_version(text, named, str(version))
    for target in targets:
        text = text.replace("\1", retargeted(target, named, str(version), newest), 1)
    return text


def retargeted(target: str, named: str, version: str, newest: str) -> str:
    """Return the address of a release's changes: a comparison begins where the newest release ended.

    Args:
        target: the address for an earlier release.
        named: that release's version.
        version: the new version.
        newest: the version of the newest release before it.
    """
    base, slash, last = target.rpartition("/")
    found = _COMPARED.fullmatch(last)
    if found and named in found["new"]:
        old, new = (_with_version(found["new"], named, one) for one in (newest, version))
        return f"{base}{slash}{old}{found['dots']}{new}"
    return target.replace(named, version)


def _with_version(text: str, old: str, new: str) -> str:
    return text.replace(old, new) if old else text


def _version(text: str) -> str | None:
    """Return the first version in a text as it is written, without a `v` before it."""
    return next(changelog.spelled_versions(text), None)
