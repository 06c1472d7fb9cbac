"""Signing for real, as far as it goes without the network: the way to Sigstore's certificate authority."""

import functools
import sys
import time
from pathlib import Path

import pytest
from index.scene import Scene
from slipway.errors import ToolError
from slipway.publication import Publisher
from slipway.publishing import signing
from slipway.publishing.signing import SigningFailed, Sigstore

PUBLISHER = Publisher(owner="acme", repository="demo", workflow="release.yml")


@pytest.fixture
def sigstore(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Sigstore:
    """A signer with the trust root that its library carries, and a certificate authority on the bench."""
    from sigstore._internal.fulcio import FulcioClient
    from sigstore.models import ClientTrustConfig, SigningConfig

    offline = functools.partial(ClientTrustConfig.production, offline=True)
    monkeypatch.setattr(ClientTrustConfig, "production", offline)
    monkeypatch.setattr(SigningConfig, "get_fulcio", lambda _self: FulcioClient(scene.bench.address))
    return Sigstore(lambda: scene.bench.job.token("sigstore", time.time()), PUBLISHER)


def test_the_way_leads_to_the_certificate_authority_and_a_refusal_is_told(
    sigstore: Sigstore, scene: Scene
) -> None:
    with pytest.raises(SigningFailed) as failed:
        sigstore.sign(scene.work / "dist" / scene.files[0].filename)
    assert "POST /api/v2/signingCert" in scene.bench.requests
    assert not failed.value.final


def test_a_machine_that_cannot_sign_is_told(sigstore: Sigstore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypi_attestations", None)
    with pytest.raises(ToolError, match="Nothing can be signed on this machine"):
        signing.sign_all(sigstore, [Path("demo-1.0-py3-none-any.whl")], say=print)


def test_an_id_token_for_somebody_else_is_not_used(scene: Scene, sigstore: Sigstore) -> None:
    sigstore._token = lambda: scene.bench.job.token("pypi", time.time())
    with pytest.raises(SigningFailed):
        sigstore.sign(scene.work / "dist" / scene.files[0].filename)
    assert "POST /api/v2/signingCert" not in scene.bench.requests


def test_a_trust_root_that_cannot_be_fetched_is_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from sigstore.errors import TUFError
    from sigstore.models import ClientTrustConfig

    def unreachable() -> None:
        raise TUFError("Failed to refresh TUF metadata")

    monkeypatch.setattr(ClientTrustConfig, "production", unreachable)
    with pytest.raises(SigningFailed, match="TUF metadata"):
        Sigstore(lambda: "token", PUBLISHER).sign(scene.work / "dist" / scene.files[0].filename)


def test_silence_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import threading

    released = threading.Event()
    monkeypatch.setattr(signing, "SILENCE", 0.05)
    monkeypatch.setattr(Sigstore, "_sign", lambda _self, _path: released.wait(10))
    with pytest.raises(SigningFailed, match="no answer"):
        Sigstore(lambda: "token", PUBLISHER).sign(tmp_path)
    released.set()
