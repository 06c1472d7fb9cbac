"""Build requirements without their upper bounds: which ones have any, and what a copy of the project says then."""

from pathlib import Path

import pytest
from slipway.building import bounds


@pytest.mark.parametrize(
    ("requirement", "wider"),
    [
        ("setuptools<80", "setuptools"),
        ("setuptools>=61,<80", "setuptools>=61"),
        ("hatchling==1.26.3", "hatchling>=1.26.3"),
        ("hatchling==1.*", "hatchling>=1"),
        ("flit_core >=3.2,<4", "flit_core>=3.2"),
        ("poetry-core~=2.0", "poetry-core>=2.0"),
        ("setuptools[core]<=80; python_version < '4'", 'setuptools[core]; python_version < "4"'),
        ("setuptools>=61", None),
        ("setuptools!=75.0", None),
        ("setuptools", None),
        ("backend @ https://example.org/backend-1.0-py3-none-any.whl", None),
        ("no requirement at all", None),
    ],
)
def test_what_keeps_newer_releases_away_is_taken_out(requirement: str, wider: str | None) -> None:
    assert bounds.unbounded(requirement) == wider


def test_nothing_else_of_the_file_changes(tmp_path: Path) -> None:
    text = """\
# A remark: requires = ["setuptools<80"]
[build-system]
requires = [
  'setuptools <80',  # not yet
  "wheel",
  "cython>=3,<4",
]
build-backend = "setuptools.build_meta"
"""
    path = tmp_path / "pyproject.toml"
    path.write_text(text)
    assert bounds.of(tmp_path) == ("setuptools <80", "cython>=3,<4")
    assert path.read_text() == text
    bounds.lift(tmp_path)
    assert path.read_text() == text.replace("'setuptools <80'", '"setuptools"').replace(
        '"cython>=3,<4"', '"cython>=3"'
    )
    assert bounds.of(tmp_path) == ()
    path.unlink()
    assert bounds.of(tmp_path) == ()
