"""The origin of a file as an index shows it: its attestations and the publisher they came from (PEP 740)."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from slipway.publication import Listed, Publisher
from slipway.records import Artifact

Verdict = Literal["same", "missing", "wrong"]

_COMMIT = re.compile(rb"\x06\x0a\x2b\x06\x01\x04\x01\x83\xbf\x30\x01\x0d\x04\x2a\x0c\x28([0-9a-f]{40})")
"""In a certificate of Sigstore, the extension 1.3.6.1.4.1.57264.1.13 with the commit that the workflow ran for
(https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md)."""


class Origin(Struct, frozen=True, kw_only=True):
    """A publisher as the index names it, the digests in its attestations, and the commit in their certificates."""

    repository: str
    workflow: str
    environment: str | None
    digests: tuple[tuple[str, str], ...]
    commit: str | None = None


def read(document: dict[str, Any]) -> tuple[Origin, ...]:
    """Return the origins in a provenance object; what cannot be read in it is left out.

    Format: https://packaging.python.org/en/latest/specifications/index-hosted-attestations/
    """
    bundles = document.get("attestation_bundles")
    return tuple(_origins(bundles)) if isinstance(bundles, list) else ()


def _origins(bundles: list[Any]) -> Iterator[Origin]:
    for bundle in bundles:
        publisher = bundle.get("publisher") if isinstance(bundle, dict) else None
        if not isinstance(publisher, dict) or publisher.get("kind") != "GitHub":
            continue
        attestations = bundle.get("attestations")
        listed = attestations if isinstance(attestations, list) else []
        commits = {_commit(attestation) for attestation in listed}
        yield Origin(
            repository=str(publisher.get("repository", "")),
            workflow=str(publisher.get("workflow", "")),
            environment=publisher.get("environment") or None,
            digests=tuple(subject for attestation in listed for subject in _subjects(attestation)),
            commit=commits.pop() if len(commits) == 1 else None,
        )


def _commit(attestation: object) -> str | None:
    try:
        encoded = attestation["verification_material"]["certificate"]  # type: ignore[index]
        found = _COMMIT.search(base64.b64decode(encoded))
    except (KeyError, TypeError, ValueError, binascii.Error):
        return None
    return found[1].decode() if found else None


def _subjects(attestation: object) -> Iterator[tuple[str, str]]:
    try:
        envelope = attestation["envelope"]["statement"]  # type: ignore[index]
        for subject in json.loads(base64.b64decode(envelope))["subject"]:
            yield str(subject["name"]), str(subject["digest"]["sha256"])
    except (KeyError, TypeError, ValueError, RecursionError, binascii.Error):
        return


def compare(document: dict[str, Any] | None, artifact: Artifact, publisher: Publisher | None) -> Verdict:
    """Return whether a provenance object vouches for these bytes, in the name of this repository and workflow.

    Args:
        document: the provenance object the index serves, None where it has none.
        artifact: the file.
        publisher: who published, with an empty workflow where only the repository is known; None where nothing
            is, so that only the digest is compared.
    """
    if document is None:
        return "missing"
    for origin in read(document):
        if (artifact.filename, artifact.sha256) not in origin.digests:
            continue
        if publisher is None:
            return "same"
        repository = f"{publisher.owner}/{publisher.repository}"
        if origin.repository.lower() == repository.lower() and publisher.workflow in {"", origin.workflow}:
            return "same"
    return "wrong"


def listed(document: dict[str, Any] | None, artifact: Artifact, *, place: str) -> Listed:
    """Return what a provenance object says of the origin of a file.

    Args:
        document: the provenance object the index serves, None where it has none.
        artifact: the file.
        place: the index, as in a sentence.
    """
    for origin in read(document or {}):
        if (artifact.filename, artifact.sha256) in origin.digests:
            return Listed(
                place=place,
                verdict="listed",
                repository=origin.repository,
                workflow=origin.workflow,
                commit=origin.commit,
            )
    return Listed(place=place, verdict="missing")


def differences(origin: Origin, publisher: Publisher) -> tuple[str, ...]:
    """Return, field by field, how this run differs from the publisher of an earlier release."""
    owner, _, repository = origin.repository.partition("/")
    pairs = (
        ("owner", owner, publisher.owner),
        ("repository", repository, publisher.repository),
        ("workflow", origin.workflow, publisher.workflow),
        ("environment", (origin.environment or "").lower(), (publisher.environment or "").lower()),
    )
    return tuple(
        _difference(field, was, now)
        for field, was, now in pairs
        if was != now and (was or field != "environment")
    )


def _difference(field: str, was: str, now: str) -> str:
    case = ", which differs in upper and lower case only" if was.lower() == now.lower() else ""
    return f"{field}: the last release came from {was or 'none'!r}, this run is {now or 'none'!r}{case}"
