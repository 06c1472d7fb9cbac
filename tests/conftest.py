"""What every test starts from: a machine that is no runner, and nothing asked for in the environment."""

import os

import pytest

WITHHELD = (
    "GITHUB_",
    "RUNNER_",
    "ACTIONS_",
    "TWINE_",
    "SLIPWAY_",
    "SOURCE_DATE_EPOCH",
    "FORCE_COLOR",
    "NO_COLOR",
)
KEPT = "SLIPWAY_CACHE"


@pytest.fixture(autouse=True)
def no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(WITHHELD) and name != KEPT]:
        monkeypatch.delenv(name)
