"""What the tests of GitHub's side share: a clock that does not wait, and an opened scene."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from index.bench.fake_clock import FakeClock
from repository import scene
from repository.scene import Scene
from slipway.index import clock


@pytest.fixture(autouse=True)
def fake_clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    fake = FakeClock()
    monkeypatch.setattr(clock, "CLOCK", fake)
    return fake


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Scene]:
    with scene.opened(tmp_path) as opened:
        yield opened
