"""What every test starts from: a machine that is no runner, and nothing asked for in the environment."""

import gc
import os
from collections.abc import Iterator

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means: half as many again as there are processors, since a test often waits for disk and network."""
    return (os.cpu_count() or 1) * 3 // 2


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect garbage never while thousands of tests are collected, and later not among them: nothing of them is freed."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the workflows that are run with act: none takes longer, and the last test of a run is to be a short one."""
    items.sort(key=lambda item: "program" not in getattr(item, "fixturenames", ()))
