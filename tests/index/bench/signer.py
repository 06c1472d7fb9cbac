"""A signer that needs no network: real keys, real signatures, a certificate like Sigstore's, and no public log."""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from slipway.publication import Publisher
from slipway.publishing.signing import SigningFailed

PAYLOAD_TYPE = b"application/vnd.in-toto+json"
PREDICATE = "https://slsa.dev/provenance/v1"
OID = "1.3.6.1.4.1.57264.1"


class LocalSigner:
    """Signs with a key of its own, in the name of an ID token; `faults` is how often it fails first."""

    faults = 0

    def __init__(self, token: Callable[[], str], publisher: Publisher) -> None:
        self._token = token
        self._publisher = publisher
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate: bytes | None = None

    def sign(self, path: Path) -> dict[str, Any]:
        if type(self).faults:
            type(self).faults -= 1
            raise SigningFailed("503 Service Unavailable")
        if self._certificate is None:
            claims = jwt.decode(self._token(), options={"verify_signature": False})
            assert claims["aud"] == "sigstore"
            self._certificate = certificate(self._key, claims)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        statement = json.dumps(
            {
                "_type": "https://in-toto.io/Statement/v1",
                "subject": [{"name": path.name, "digest": {"sha256": digest}}],
                "predicateType": PREDICATE,
                "predicate": None,
            }
        ).encode()
        return {
            "version": 1,
            "verification_material": {
                "certificate": base64.b64encode(self._certificate).decode(),
                "transparency_entries": [{"logIndex": "1"}],
            },
            "envelope": {
                "statement": base64.b64encode(statement).decode(),
                "signature": base64.b64encode(
                    self._key.sign(encoded(statement), ec.ECDSA(hashes.SHA256()))
                ).decode(),
            },
        }


def encoded(statement: bytes) -> bytes:
    """Return what is signed for a statement (DSSE, pre-authentication encoding)."""
    return b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(statement), statement)


def certificate(key: ec.EllipticCurvePrivateKey, claims: dict[str, Any]) -> bytes:
    """Return a certificate that says what Sigstore's says about a job; PyPI reads these extensions."""
    site = "https://github.com"
    told = {
        8: claims["iss"],
        12: f"{site}/{claims['repository']}",
        13: claims["sha"],
        14: claims["ref"],
        18: f"{site}/{claims['workflow_ref']}",
    }
    now = dt.datetime.now(dt.UTC)
    name = x509.Name([])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(minutes=10))
    )
    for number, value in told.items():
        text = value.encode()
        length = bytes([len(text)]) if len(text) < 128 else bytes([0x81, len(text)])
        oid = x509.ObjectIdentifier(f"{OID}.{number}")
        builder = builder.add_extension(
            x509.UnrecognizedExtension(oid, b"\x0c" + length + text), critical=False
        )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
