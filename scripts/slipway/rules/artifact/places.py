"""Where in a project a file belongs, by the words in its path."""

import re
from collections.abc import Collection

from packaging.utils import canonicalize_name

from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.wheel import WheelFacts

DEVELOPMENT_WORDS = frozenset(
    {
        "bench", "benchmark", "benchmarks", "conftest", "cookbook", "cookiecutter", "demo", "demos", "development",
        "devel", "doc", "docs", "documentation", "dummy", "example", "examples", "fake", "fixture", "fixtures",
        "localhost", "mock", "mocks", "sample", "samples", "selfsigned", "skeleton", "snakeoil", "snippets", "spec",
        "specs", "t", "template", "templates", "tutorial", "tutorials", "unit", "vector", "vectors",
    }
)  # fmt: skip
"""Words of folders and files that show or try something; what looks secret there is meant to be seen."""
NO_TESTS = frozenset(
    {"attest", "contest", "contests", "fastest", "greatest", "latest", "newest", "oldest", "protest"}
)
"""Words that only end like `greentest`."""
NOT_FOR_USERS = frozenset(
    {
        "benchmark", "benchmarks", "build", "conftest", "dist", "doc", "docs", "example", "examples", "noxfile",
        "samples", "script", "scripts", "setup", "src", "test", "tests", "tox",
    }
)  # fmt: skip
"""Top-level names that belong to the project's development; many projects have them, so they overwrite each other."""
TYPE_MARKER = "py.typed"
_SEPARATORS = re.compile(r"[._\- ]+")
_PARTS = re.compile(r"[^/]+")


def is_for_development(path: str, *, own_names: Collection[str] = ()) -> bool:
    """Whether a file belongs to tests, documentation, examples or templates.

    Args:
        path: its path in the archive.
        own_names: folders with such a word because it is the name of the project, such as a package `demo`.
    """
    return any(
        _is_development_word(word)
        for part in _PARTS.findall(path)
        if part not in own_names
        for word in _SEPARATORS.split(part.lower())
    )


def _is_development_word(word: str) -> bool:
    if word in DEVELOPMENT_WORDS or word.startswith("test"):
        return True
    return word.endswith(("test", "tests")) and word not in NO_TESTS


def own_names(facts: SdistFacts | WheelFacts) -> frozenset[str]:
    """Return the folders of an artifact that have the name of the project."""
    if isinstance(facts, WheelFacts):
        return frozenset(top.name for top in facts.top_level) - NOT_FOR_USERS
    top = facts.top_directory or ""
    name = top.rpartition("-")[0]
    return frozenset({top, name, canonicalize_name(name).replace("-", "_")})


def is_for_users(path: str) -> bool:
    """Whether a file is for those who install the package, by its path inside it: not private, no tests or the like."""
    return not any(
        folder in NOT_FOR_USERS or folder.startswith(("_", ".")) for folder in path.split("/")[:-1]
    )
