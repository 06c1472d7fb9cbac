"""The upper bounds of build requirements, and a copy of a project without them."""

import json
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from slipway.project import toml_lines

_FROM = {"==": ">=", "===": ">=", "~=": ">="}
"""What holds one release, or a series of them, and what stands for all from there on."""

_BELOW = ("<", "<=")


def unbounded(requirement: str) -> str | None:
    """Return a build requirement without what keeps newer releases away; None where nothing does."""
    try:
        parsed = Requirement(requirement)
    except InvalidRequirement:
        return None
    kept = [
        f"{_FROM.get(one.operator, one.operator)}{one.version.removesuffix('.*')}"
        for one in parsed.specifier
        if one.operator not in _BELOW and not (one.operator == "!=" and one.version.endswith(".*"))
    ]
    wider = SpecifierSet(",".join(kept))
    if wider == parsed.specifier:
        return None
    parsed.specifier = wider
    return str(parsed)


def of(project: Path) -> tuple[str, ...]:
    """Return the build requirements of a project that keep newer releases away, as pyproject.toml writes them."""
    path = project / "pyproject.toml"
    return _wider(path.read_text("utf-8"))[0] if path.is_file() else ()


def lift(project: Path) -> None:
    """Take the upper bounds of the build requirements out of the pyproject.toml of a copy of a project."""
    path = project / "pyproject.toml"
    path.write_text(_wider(path.read_text("utf-8"))[1], "utf-8", newline="\n")


def _wider(text: str) -> tuple[tuple[str, ...], str]:
    """Return the bounded requirements of a pyproject.toml, and its text without their bounds."""
    requires = toml_lines.loads(text).get("build-system", {}).get("requires", [])
    places = toml_lines.strings_of(text)
    bounded: list[str] = []
    # From the end, so that the places in front of it stay right.
    for number, requirement in reversed(list(enumerate(requires))):
        wider = unbounded(requirement)
        if wider is not None and (place := places.get(("build-system", "requires", number))):
            text = text[: place[0]] + json.dumps(wider) + text[place[1] :]
            bounded.insert(0, requirement)
    return tuple(bounded), text
