"""The attestations (PEP 740) that go with a distribution, as far as they can be read without a network.

Format: https://packaging.python.org/en/latest/specifications/index-hosted-attestations/
Whether the certificate belongs to the publisher and the log has the entry needs Sigstore's trust root, which
is not asked here; the signature is held against the certificate that comes with it.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pypi_attestations import Attestation as Pep740Attestation

MAX_BYTES = 1024 * 1024
"""An attestation has about ten kilobytes."""
NOT_INSTALLED = "pypi-attestations, which reads attestations, does not exist for this platform"
PAYLOAD_TYPE = b"application/vnd.in-toto+json"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a statement is about: a filename and its SHA-256 in lower-case hexadecimal."""

    name: str
    sha256: str | None


@dataclass(frozen=True, kw_only=True)
class Attestation:
    """One attestation.

    Attributes:
        file: where it was read from.
        problem: why it is no attestation, None if it is one; then the rest is empty.
        predicate_type: what kind of statement it makes.
        subjects: what the statement is about.
        signed: whether the signature fits the statement and the certificate.
    """

    file: str
    problem: str | None = None
    predicate_type: str | None = None
    subjects: tuple[Subject, ...] = ()
    signed: bool = False


@dataclass(frozen=True, kw_only=True)
class AttestationFacts:
    """The attestations that would be uploaded with one distribution.

    Attributes:
        filename: name of the sdist or wheel.
        sha256: its digest in lower-case hexadecimal.
        attestations: in the order of the files.
        empty: files that hold an empty list.
        unread: why none was read, None if they were.
    """

    filename: str
    sha256: str
    attestations: tuple[Attestation, ...] = ()
    empty: tuple[str, ...] = ()
    unread: str | None = None


def read(filename: str, sha256: str, documents: Mapping[str, bytes]) -> AttestationFacts:
    """Return the facts of the attestations of one distribution; never raises, whatever the bytes are.

    Args:
        filename: name of the sdist or wheel.
        sha256: its digest in lower-case hexadecimal.
        documents: name to content of its `.attestation` files, each one attestation or a list of them.
    """
    if documents and importlib.util.find_spec("pypi_attestations") is None:
        return AttestationFacts(filename=filename, sha256=sha256, unread=NOT_INSTALLED)
    empty = []
    attestations: list[Attestation] = []
    for file, data in documents.items():
        found = tuple(_attestations(file, data))
        attestations += found
        if not found:
            empty.append(file)
    return AttestationFacts(
        filename=filename, sha256=sha256, attestations=tuple(attestations), empty=tuple(empty)
    )


def _attestations(file: str, data: bytes) -> Iterator[Attestation]:
    if len(data) > MAX_BYTES:
        yield Attestation(file=file, problem=f"it has {len(data)} bytes, more than {MAX_BYTES}")
        return
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        yield Attestation(file=file, problem="it is not JSON")
        return
    for item in document if isinstance(document, list) else [document]:
        yield _attestation(file, item)


def _attestation(file: str, item: object) -> Attestation:
    from pydantic import ValidationError
    from pypi_attestations import Attestation as Pep740Attestation

    if isinstance(item, dict) and "mediaType" in item:
        return Attestation(file=file, problem="it is a Sigstore bundle, which is another format")
    try:
        attestation = Pep740Attestation.model_validate(item)
    except (ValidationError, RecursionError) as error:
        return Attestation(file=file, problem=_first_error(error))
    try:
        statement = json.loads(attestation.envelope.statement)
    except (ValueError, RecursionError):
        return Attestation(file=file, problem="its statement is not JSON")
    if not isinstance(statement, dict) or not isinstance(statement.get("subject"), list):
        return Attestation(file=file, problem="its statement has no subject")
    predicate_type = statement.get("predicateType")
    return Attestation(
        file=file,
        predicate_type=predicate_type if isinstance(predicate_type, str) else None,
        subjects=tuple(map(_subject, statement["subject"])),
        signed=_is_signed(attestation),
    )


def _first_error(error: Exception) -> str:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return "it is nested too deeply"
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the document'}: {first['msg']}"


def _subject(value: Any) -> Subject:  # noqa: ANN401 - whatever the statement holds
    name = value.get("name") if isinstance(value, dict) else None
    digest = value.get("digest") if isinstance(value, dict) else None
    sha256 = digest.get("sha256") if isinstance(digest, dict) else None
    return Subject(
        name=name if isinstance(name, str) else "", sha256=sha256 if isinstance(sha256, str) else None
    )


def _is_signed(attestation: Pep740Attestation) -> bool:
    """Return whether the certificate's key made the signature (DSSE, pre-authentication encoding)."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    payload = attestation.envelope.statement
    message = b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(payload), payload)
    try:
        key = x509.load_der_x509_certificate(attestation.verification_material.certificate).public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(attestation.envelope.signature, message, ec.ECDSA(SHA256()))
    except (ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
