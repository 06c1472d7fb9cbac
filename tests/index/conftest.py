"""What every test of the index starts from: no settings of this machine, no waiting, no network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from index.bench.fake_clock import FakeClock
from index.bench.signer import LocalSigner
from index.scene import Scene, staged
from slipway.index import clock
from slipway.publishing import signing
from slipway.smoke import run


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SLIPWAY_TOKEN", "TWINE_PASSWORD", "TWINE_USERNAME", "NETRC", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """Let time pass at once, and sign without the network."""
    fake = FakeClock()
    monkeypatch.setattr(clock, "CLOCK", fake)
    monkeypatch.setattr(signing, "new_signer", LocalSigner)
    monkeypatch.setattr(LocalSigner, "faults", 0)
    return fake


@pytest.fixture
def uninstalled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the installation, for tests of what comes before it."""
    monkeypatch.setattr(run, "exercise", lambda *_args, **_settings: ())


@pytest.fixture
def scene(tmp_path: Path, quick: FakeClock, uninstalled: None) -> Iterator[Scene]:
    """A release of an existing project whose trusted publisher is right."""
    with staged(tmp_path / "project" / ".slipway", clock=quick) as made:
        yield made
