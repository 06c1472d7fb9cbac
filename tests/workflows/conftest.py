"""What the tests of workflows share: act, and the tree of this repository in a form that act understands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from workflows import act


@pytest.fixture(scope="session")
def program() -> Path:
    """act; where it is missing the test is left out, but not in CI, where `.ci/run` installs it."""
    found = act.find()
    if found is None:
        missing = f"act {act.VERSION} is not here; CONTRIBUTING.md says how to get it"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return act.linked(tmp_path_factory.mktemp("slipway"))
