"""setup.cfg: what its [metadata] and [options] declare for setuptools.

Keys and forms: https://setuptools.pypa.io/en/latest/userguide/declarative_config.html
"""

import configparser
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from slipway.errors import InputError
from slipway.project import setuptools_fields
from slipway.project.declared import Declared, Readme, known
from slipway.project.pyproject import read_text
from slipway.project.setuptools_fields import FIELD_OF, items_of

FILE = "setup.cfg"

_ALIASES = {
    "summary": "description",
    "home_page": "url",
    "classifier": "classifiers",
    "license_file": "license_files",
    "platform": "platforms",
}
_KEYWORDS = FIELD_OF.keys() - {"use_scm_version", "pbr", "license_expression", "extras_require"}
_OF_OPTIONS = frozenset({"python_requires", "install_requires", "entry_points"})
"""Those of the keywords that are in [options]; the others are in [metadata]."""
_LISTS = frozenset({"license_files", "keywords", "classifiers", "project_urls", "install_requires"})
_DIRECTIVE = re.compile(r"\s*(attr|file)\s*:", re.IGNORECASE)
_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]")
_KEY = re.compile(r"(?P<key>[^\s=:#;](?:[^=:]*[^\s=:])?)\s*+[=:]")


class SetupCfg(Struct, frozen=True, kw_only=True):
    """The file as parsed: section to key to value; keys of [metadata] and [options] in their newest spelling.

    Attributes:
        lines: `(section, key)` to its line.
    """

    sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def get(self, section: str, key: str) -> str | None:
        """Return a value without blanks around it, or None if it is absent or empty."""
        return (self.raw(section, key) or "").strip() or None

    def raw(self, section: str, key: str) -> str | None:
        """Return a value as it is: a list on lines of its own begins with a line break. None as for `get`."""
        value = self.sections.get(section, {}).get(key, "")
        return value if value.strip() else None


def load(root: Path) -> SetupCfg:
    """Return the parsed setup.cfg of a project, an empty one if it has none.

    Raises:
        InputError: it cannot be read or parsed.
    """
    path = root / FILE
    if not path.is_file():
        return SetupCfg()
    text = read_text(path)
    parser = configparser.ConfigParser()  # with interpolation, as in `setuptools/dist.py`
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
    return SetupCfg(sections={name: _items(parser, name) for name in parser.sections()}, lines=_lines(text))


def _items(parser: configparser.ConfigParser, section: str) -> dict[str, str]:
    try:
        items = parser.items(section)
    except configparser.InterpolationError:  # setuptools stops there; other tools read it as it is
        items = parser.items(section, raw=True)
    return {_spelled(section, key): value for key, value in items}


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


def declared(cfg: SetupCfg) -> Declared:
    """Return what the file declares; values the build takes from elsewhere (`attr:`, `file:`) are dynamic."""
    given: dict[str, Any] = {key: cfg.raw(_section(key), key) for key in _KEYWORDS}
    dynamic = {FIELD_OF[key] for key, value in given.items() if value and _DIRECTIVE.match(value)} - {
        "readme"
    }
    given |= {key: text.strip() for key, text in given.items() if text and key not in _LISTS}
    for key in ("extras_require", "entry_points"):
        given[key] = cfg.sections.get(f"options.{key}") or None
    if any(_DIRECTIVE.match(value) for value in (given["extras_require"] or {}).values()):
        dynamic.add("optional-dependencies")
    values = setuptools_fields.values(given) | known({"readme": _readme(cfg)})
    return Declared(
        file="setup.cfg",
        values={name: value for name, value in values.items() if name not in dynamic},
        dynamic=frozenset(dynamic),
        lines=_field_lines(cfg),
    )


def _section(key: str) -> str:
    return "options" if key in _OF_OPTIONS else "metadata"


def _readme(cfg: SetupCfg) -> Readme | None:
    value = cfg.get("metadata", "long_description")
    content_type = cfg.get("metadata", "long_description_content_type")
    if value is None:
        return None
    if directive := _DIRECTIVE.match(value):
        files = items_of(value[directive.end() :].strip())
        return Readme(files=files or (), content_type=content_type) if directive[1] == "file" else None
    return Readme(text=value, content_type=content_type)


def _field_lines(cfg: SetupCfg) -> dict[tuple[str | int, ...], int]:
    lines: dict[tuple[str | int, ...], int] = {}
    for (section, key), number in cfg.lines.items():
        if section in {"options.extras_require", "options.entry_points"}:
            name = FIELD_OF[section.removeprefix("options.")]
            lines[(name, key) if key else (name,)] = number
        elif key in _KEYWORDS and section == _section(key):
            lines.setdefault((FIELD_OF[key],), number)
    return lines
