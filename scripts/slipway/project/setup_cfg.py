"""setup.cfg: what its [metadata] and [options] declare for setuptools.

Keys and forms: https://setuptools.pypa.io/en/latest/userguide/declarative_config.html
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway.errors import InputError
from slipway.project.declared import Declared, License, Person, Readme, known
from slipway.project.pyproject import read_text

FILE = "setup.cfg"

_ALIASES = {
    "summary": "description",
    "home_page": "url",
    "classifier": "classifiers",
    "license_file": "license_files",
    "platform": "platforms",
}
_FIELD_OF = {
    ("metadata", "name"): "name",
    ("metadata", "version"): "version",
    ("metadata", "description"): "description",
    ("metadata", "long_description"): "readme",
    ("metadata", "license"): "license",
    ("metadata", "license_files"): "license-files",
    ("metadata", "author"): "authors",
    ("metadata", "author_email"): "authors",
    ("metadata", "maintainer"): "maintainers",
    ("metadata", "maintainer_email"): "maintainers",
    ("metadata", "keywords"): "keywords",
    ("metadata", "classifiers"): "classifiers",
    ("metadata", "url"): "home-page",
    ("metadata", "download_url"): "download-url",
    ("metadata", "project_urls"): "urls",
    ("options", "python_requires"): "requires-python",
    ("options", "install_requires"): "dependencies",
    ("options", "entry_points"): "entry-points",
}
_SECTION_FIELDS = {"options.extras_require": "optional-dependencies", "options.entry_points": "entry-points"}
_DIRECTIVE = re.compile(r"\s*(attr|file)\s*:", re.IGNORECASE)
_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]")
_KEY = re.compile(r"(?P<key>[^\s=:#;](?:[^=:]*[^\s=:])?)\s*+[=:]")


@dataclass(frozen=True, kw_only=True)
class SetupCfg:
    """The file as parsed: section to key to value; keys of [metadata] and [options] in their newest spelling.

    Attributes:
        lines: `(section, key)` to the line it stands on.
    """

    sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def get(self, section: str, key: str) -> str | None:
        """Return a value without blanks around it, or None if it is absent or empty."""
        return self.sections.get(section, {}).get(key, "").strip() or None


def load(root: Path) -> SetupCfg | None:
    """Return the parsed setup.cfg of a project, or None if it has none.

    Raises:
        InputError: it cannot be read or parsed.
    """
    path = root / FILE
    if not path.is_file():
        return None
    text = read_text(path)
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text, source=FILE)
    except configparser.Error as error:
        raise InputError(
            f"setup.cfg cannot be parsed: {' '.join(str(error).split())}.",
            cause="A line is no [section], `key = value` or indented continuation, or a name is given twice.",
            remedy="Correct that line; no build tool can read the file as it is.",
            read="https://setuptools.pypa.io/en/latest/userguide/declarative_config.html",
        ) from error
    sections = {
        name: {_spelled(name, key): value for key, value in parser.items(name)} for name in parser.sections()
    }
    return SetupCfg(sections=sections, lines=_lines(text))


def _spelled(section: str, key: str) -> str:
    """Return a key of [metadata] or [options] with underscores and by its newest name."""
    if section not in {"metadata", "options"}:
        return key
    key = key.replace("-", "_").lower()
    return _ALIASES.get(key, key)


def _lines(text: str) -> dict[tuple[str, str], int]:
    lines: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _SECTION.match(line):
            section = header["name"]
            lines.setdefault((section, ""), number)
        elif key := _KEY.match(line):
            lines.setdefault((section, _spelled(section, key["key"])), number)
    return lines


def listed(value: str | None) -> tuple[str, ...] | None:
    """Return the items of a list value, which are on lines of their own or separated by commas."""
    if value is None:
        return None
    items = value.splitlines() if "\n" in value else value.split(",")
    return tuple(item.strip() for item in items if item.strip() and not item.strip().startswith("#"))


def tabled(value: str | None) -> dict[str, str]:
    """Return the pairs of a table value, `key = value` on lines of their own or separated by commas."""
    pairs = (item.partition("=") for item in listed(value) or ())
    return {key.strip(): item.strip() for key, _, item in pairs if key.strip()}


def requirements(value: str | None) -> tuple[str, ...] | None:
    """Return the requirements of a list value, on lines of their own or separated by semicolons."""
    if value is None:
        return None
    items = value.splitlines() if "\n" in value else value.split(";")
    return tuple(item.strip() for item in items if item.strip() and not item.strip().startswith("#"))


def declared(cfg: SetupCfg) -> Declared:
    """Return what the file declares; values the build takes from elsewhere (`attr:`, `file:`) are dynamic."""
    dynamic: set[str] = set()
    for (section, key), name in _FIELD_OF.items():
        value = cfg.get(section, key)
        if value and _DIRECTIVE.match(value) and name != "readme":
            dynamic.add(name)
    extras = cfg.sections.get("options.extras_require", {})
    if any(_DIRECTIVE.match(value) for value in extras.values()):
        dynamic.add("optional-dependencies")
    values = {name: value for name, value in _values(cfg).items() if name not in dynamic}
    return Declared(file="setup.cfg", values=values, dynamic=frozenset(dynamic), lines=_field_lines(cfg))


def _values(cfg: SetupCfg) -> dict[str, Any]:
    licence = cfg.get("metadata", "license")
    return known(
        [
            ("name", cfg.get("metadata", "name")),
            ("version", cfg.get("metadata", "version")),
            ("description", cfg.get("metadata", "description")),
            ("readme", _readme(cfg)),
            ("requires-python", cfg.get("options", "python_requires")),
            ("license", License(text=licence) if licence else None),
            ("license-files", listed(cfg.get("metadata", "license_files"))),
            ("authors", _people(cfg, "author")),
            ("maintainers", _people(cfg, "maintainer")),
            ("keywords", listed(cfg.get("metadata", "keywords"))),
            ("classifiers", listed(cfg.get("metadata", "classifiers"))),
            ("urls", tabled(cfg.get("metadata", "project_urls")) or None),
            ("home-page", cfg.get("metadata", "url")),
            ("download-url", cfg.get("metadata", "download_url")),
            ("entry-points", _entry_points(cfg)),
            ("dependencies", requirements(cfg.get("options", "install_requires"))),
            ("optional-dependencies", _extras(cfg)),
        ]
    )


def _readme(cfg: SetupCfg) -> Readme | None:
    value = cfg.get("metadata", "long_description")
    content_type = cfg.get("metadata", "long_description_content_type")
    if value is None:
        return None
    if directive := _DIRECTIVE.match(value):
        files = listed(value[directive.end() :].strip())
        return Readme(files=files or (), content_type=content_type) if directive[1] == "file" else None
    return Readme(text=value, content_type=content_type)


def _people(cfg: SetupCfg, key: str) -> tuple[Person, ...] | None:
    name, email = cfg.get("metadata", key), cfg.get("metadata", f"{key}_email")
    return (Person(name=name, email=email),) if name or email else None


def _entry_points(cfg: SetupCfg) -> dict[str, dict[str, str]] | None:
    groups = {name: tabled(value) for name, value in cfg.sections.get("options.entry_points", {}).items()}
    return groups or None


def _extras(cfg: SetupCfg) -> dict[str, tuple[str, ...]] | None:
    extras = cfg.sections.get("options.extras_require", {})
    return {name: requirements(value) or () for name, value in extras.items()} or None


def _field_lines(cfg: SetupCfg) -> dict[tuple[str | int, ...], int]:
    lines: dict[tuple[str | int, ...], int] = {}
    for (section, key), number in cfg.lines.items():
        if section in _SECTION_FIELDS:
            name = _SECTION_FIELDS[section]
            lines[(name, key) if key else (name,)] = number
        elif (section, key) in _FIELD_OF:
            lines.setdefault((_FIELD_OF[section, key],), number)
    return lines
