"""Signs with Sigstore: an attestation (PEP 740) for every file, made and checked before the first upload.

Sigstore signs in the name of the job's ID token: it issues a certificate for ten minutes, and its public log
keeps the signature. https://docs.sigstore.dev/
"""

from __future__ import annotations

import importlib.util
import json
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from slipway.errors import ToolError
from slipway.index.clock import Patience
from slipway.publication import Publisher

if TYPE_CHECKING:
    from sigstore.sign import Signer as SigstoreSigner

AUDIENCE = "sigstore"
"""The audience that Sigstore's certificate authority wants in ID tokens."""

TRYING = 90.0
"""Seconds to go on trying one file when Sigstore answers with faults."""

SILENCE = 120.0
"""Seconds that signing one file may take; Sigstore's own clients wait for ever."""


class SigningFailed(Exception):  # noqa: N818 - named for what happened
    """A file could not be signed, or its attestation does not hold.

    Attributes:
        final: whether trying again would end in the same way.
    """

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


class Signer(Protocol):
    """What makes and checks attestations."""

    def sign(self, path: Path) -> dict[str, Any]:
        """Return an attestation for a file, already checked against the file and the publisher.

        Raises:
            SigningFailed: there is none.
            ToolError: there is nothing to sign with on this machine.
        """


class Sigstore:
    """Signs with Sigstore.

    Args:
        token: returns a fresh ID token for Sigstore.
        publisher: in whose name; the certificate must say the same, or the index would refuse it.
    """

    def __init__(self, token: Callable[[], str], publisher: Publisher) -> None:
        self._token = token
        self._publisher = publisher
        self._signer: SigstoreSigner | None = None
        # Errors are raised; the warnings before them only confuse.
        for name in ("sigstore", "tuf"):
            logging.getLogger(name).setLevel(logging.ERROR)

    def sign(self, path: Path) -> dict[str, Any]:
        if importlib.util.find_spec("pypi_attestations") is None:
            raise ToolError(
                "Nothing can be signed on this machine.",
                cause="pypi-attestations is not installed. It cannot be on Windows on ARM and Intel Macs; an "
                "installed Slipway brings it with the extra `attest`.",
                remedy="Publish from a job on Linux, or install `slipway[attest]`; or set `attestations` to "
                "best-effort or off.",
            )
        return _in_time(lambda: self._sign(path))

    def _sign(self, path: Path) -> dict[str, Any]:
        import requests
        from pypi_attestations import (
            Attestation,
            AttestationError,
            Distribution,
            GitHubPublisher,
            VerificationError,
        )
        from sigstore.errors import Error as SigstoreError

        try:
            distribution = Distribution.from_file(path)
            attestation = Attestation.sign(self._ready(), distribution)
            # The trust root was brought up to date for signing a moment ago.
            repository = f"{self._publisher.owner}/{self._publisher.repository}"
            identity = GitHubPublisher(repository=repository, workflow=self._publisher.workflow)
            attestation.verify(identity, distribution, offline=True)
        except VerificationError as error:
            raise SigningFailed(str(error), final=True) from error
        # Sigstore's own clients for certificates and log entries raise errors of no common kind.
        except (AttestationError, SigstoreError, requests.RequestException, OSError, ValueError) as error:
            self._signer = None
            raise SigningFailed(" ".join(str(error).split()) or type(error).__name__) from error
        except Exception as error:
            if not type(error).__module__.startswith(("sigstore", "id", "tuf")):
                raise
            self._signer = None
            raise SigningFailed(f"{type(error).__name__}: {error}".strip(": ")) from error
        document: dict[str, Any] = json.loads(attestation.model_dump_json())
        return document

    def _ready(self) -> SigstoreSigner:
        """Return a signer whose certificate is still good; after a failure, a new one."""
        from sigstore.models import ClientTrustConfig
        from sigstore.oidc import IdentityToken
        from sigstore.sign import Signer as SigstoreSigner
        from sigstore.sign import SigningContext

        if self._signer is None:
            context = SigningContext.from_trust_config(ClientTrustConfig.production())
            self._signer = SigstoreSigner(IdentityToken(self._token()), context)
        return self._signer


def _in_time(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what a piece of work returns.

    Raises:
        SigningFailed: it is not done in time; whatever it waits for is left behind.
    """
    done: list[dict[str, Any]] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001 - handed on to the thread that waits
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SILENCE)
    if failed:
        raise failed[0]
    if not done:
        raise SigningFailed(f"no answer within {SILENCE:g} s")
    return done[0]


new_signer: Callable[[Callable[[], str], Publisher], Signer] = Sigstore
"""Makes the signer of a run: tests replace it to sign without the network."""


def sign_all(
    signer: Signer, paths: Sequence[Path], *, say: Callable[[str], None], patience: float = TRYING
) -> dict[str, dict[str, Any]]:
    """Return an attestation for every file, by filename.

    Raises:
        ToolError: one of the files could not be signed, or nothing can be signed here.
    """
    return {path.name: _signed(signer, path, say, Patience(patience, first=2.0)) for path in paths}


def _signed(signer: Signer, path: Path, say: Callable[[str], None], waiting: Patience) -> dict[str, Any]:
    while True:
        try:
            return signer.sign(path)
        except SigningFailed as failed:
            if failed.final or not waiting.pause():
                raise ToolError(
                    f"No attestation could be made for {path.name}: {failed}.",
                    cause="Sigstore, which signs for the job, has a fault, or the certificate it issues names "
                    "another workflow than the publisher.",
                    remedy="Run again later; nothing was sent. To publish without attestations, "
                    "set `attestations` to best-effort or off.",
                    read="https://status.sigstore.dev",
                ) from failed
            say(f"signing {path.name} did not work ({failed}); trying again")
