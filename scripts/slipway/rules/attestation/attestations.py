"""Rules on attestations, as far as they can be judged without a network.

PyPI verifies them completely: certificate, log entry, and that the certificate names the trusted publisher
(warehouse, `attestations/services.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.artifacts import filename as filenames
from slipway.records import Severity
from slipway.rules.metadata.fields import quoted
from slipway.rules.rule import Evidence, Rule, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.artifacts.attestation import Attestation, AttestationFacts

LIMIT = 2
"""Attestations PyPI takes per file, one of each type."""
ATTESTATIONS = "https://packaging.python.org/en/latest/specifications/index-hosted-attestations/"
SIGN_AGAIN = "Sign the file again, after the last change to it, and upload exactly the bytes that were "
"signed."


def _read(facts: AttestationFacts) -> tuple[Attestation, ...]:
    if facts.unread is not None:
        raise Skipped(facts.unread)
    return facts.attestations


def _malformed(facts: AttestationFacts) -> Iterator[Evidence]:
    for attestation in _read(facts):
        if attestation.problem is not None:
            message = f"{attestation.file} is not an attestation: {attestation.problem}."
            yield Evidence(message=message, file=attestation.file)


def _empty(facts: AttestationFacts) -> Iterator[Evidence]:
    _read(facts)
    for file in facts.empty:
        yield Evidence(message=f"{file} holds an empty list.", file=file)


def _too_many(facts: AttestationFacts) -> Iterator[Evidence]:
    count = len(_read(facts))
    if count > LIMIT:
        message = f"{facts.filename} comes with {count} attestations."
        yield Evidence(message=message, seen=str(count), expected=f"at most {LIMIT}")


def _other_file(facts: AttestationFacts) -> Iterator[Evidence]:
    for attestation in _read(facts):
        names = [subject.name for subject in attestation.subjects]
        if attestation.problem is None and not (len(names) == 1 and _same_file(names[0], facts.filename)):
            about = ", ".join(map(quoted, names)) or "nothing"
            message = f"{attestation.file} is about {about}, not about {facts.filename}."
            yield Evidence(message=message, file=attestation.file, seen=about, expected=facts.filename)


def _same_file(one: str, other: str) -> bool:
    """Return whether two filenames have equal parts, which is how pypi-attestations compares them."""
    kind = filenames.kind_of(one)
    if kind is None or kind != filenames.kind_of(other):
        return False
    if kind == "sdist":
        left, right = filenames.parse_sdist(one), filenames.parse_sdist(other)
        return left.name is not None and (left.name, left.version) == (right.name, right.version)
    first, second = filenames.parse_wheel(one), filenames.parse_wheel(other)
    return first.name is not None and (first.name, first.version, first.build, first.tags) == (
        second.name,
        second.version,
        second.build,
        second.tags,
    )


def _other_bytes(facts: AttestationFacts) -> Iterator[Evidence]:
    for attestation in _read(facts):
        for subject in attestation.subjects:
            if _same_file(subject.name, facts.filename) and subject.sha256 != facts.sha256:
                message = f"{attestation.file} was made for other bytes than {facts.filename} has now."
                yield Evidence(
                    message=message, file=attestation.file, seen=subject.sha256, expected=facts.sha256
                )


def _not_signed(facts: AttestationFacts) -> Iterator[Evidence]:
    for attestation in _read(facts):
        if attestation.problem is None and not attestation.signed:
            message = f"The signature in {attestation.file} does not fit its statement and certificate."
            yield Evidence(message=message, file=attestation.file)


def _type_unsupported(facts: AttestationFacts) -> Iterator[Evidence]:
    attestations = _read(facts)
    if not attestations:
        return
    from pypi_attestations import AttestationType

    supported = [kind.value for kind in AttestationType]
    for attestation in attestations:
        if attestation.problem is None and attestation.predicate_type not in supported:
            kind = quoted(attestation.predicate_type or "")
            message = f"{attestation.file} makes a statement of the type {kind}."
            yield Evidence(
                message=message,
                file=attestation.file,
                seen=attestation.predicate_type,
                expected=" or ".join(supported),
            )


def _type_repeated(facts: AttestationFacts) -> Iterator[Evidence]:
    seen: set[str] = set()
    for attestation in _read(facts):
        kind = attestation.predicate_type
        if kind is not None and kind in seen:
            message = f"{attestation.file} is the second attestation of the type {quoted(kind)}."
            yield Evidence(message=message, file=attestation.file, seen=kind)
        if kind is not None:
            seen.add(kind)


RULES: tuple[Rule, ...] = (
    Rule(
        name="attestation-malformed",
        title="An attestation cannot be read",
        family="attestation",
        severity=Severity.ERROR,
        why="PyPI refuses the whole upload if one of its attestations is not in the format of PEP 740.",
        fix="Make it again with pypi-attestations. A Sigstore bundle is another format and cannot be "
        "uploaded.",
        example='{"version": 2}',
        mirrors=("C63",),
        read=ATTESTATIONS,
        check=_malformed,
    ),
    Rule(
        name="attestation-list-empty",
        title="A list of attestations is empty",
        family="attestation",
        severity=Severity.ERROR,
        why="PyPI refuses an upload that announces attestations and has none.",
        fix="Remove the file, or sign the distribution.",
        example="[]",
        mirrors=("C64",),
        read=ATTESTATIONS,
        check=_empty,
    ),
    Rule(
        name="attestations-too-many",
        title="A file has more than two attestations",
        family="attestation",
        severity=Severity.ERROR,
        why="PyPI takes one attestation of each type it supports, which makes two.",
        fix="Keep one publish attestation and, if you have it, one SLSA provenance.",
        example="spam-1.0.tar.gz with three .attestation files",
        mirrors=("C65",),
        read=ATTESTATIONS,
        check=_too_many,
    ),
    Rule(
        name="attestation-other-file",
        title="An attestation is about another file",
        family="attestation",
        severity=Severity.ERROR,
        why="A statement vouches for one file by name; PyPI refuses it for any other.",
        fix="Keep each attestation beside its own file, and sign again what was renamed.",
        example="eggs-1.0.tar.gz.publish.attestation beside spam-1.0.tar.gz",
        mirrors=("C66",),
        read=ATTESTATIONS,
        check=_other_file,
    ),
    Rule(
        name="attestation-other-bytes",
        title="The file was changed after it was signed",
        family="attestation",
        severity=Severity.ERROR,
        why="The digest in the statement is not that of the file; PyPI refuses it, and rightly so.",
        fix=SIGN_AGAIN,
        example="a wheel that was built again after signing",
        mirrors=("C66",),
        read=ATTESTATIONS,
        check=_other_bytes,
    ),
    Rule(
        name="attestation-signature-wrong",
        title="The signature of an attestation is wrong",
        family="attestation",
        severity=Severity.ERROR,
        why="The signature was not made over this statement with the key of this certificate, so that the "
        "attestation was damaged or forged; PyPI refuses it.",
        fix=SIGN_AGAIN,
        example="an attestation whose statement was edited",
        mirrors=("C66",),
        read=ATTESTATIONS,
        check=_not_signed,
    ),
    Rule(
        name="attestation-type-unsupported",
        title="An attestation makes a statement PyPI does not take",
        family="attestation",
        severity=Severity.ERROR,
        why="PyPI takes its own publish statement and SLSA provenance, version 1, and refuses others.",
        fix="Leave this attestation out of the upload; it can be published beside the release elsewhere.",
        example="an attestation of an SPDX document",
        mirrors=("C66", "C67"),
        read=ATTESTATIONS,
        check=_type_unsupported,
    ),
    Rule(
        name="attestation-type-repeated",
        title="Two attestations of a file have the same type",
        family="attestation",
        severity=Severity.ERROR,
        why="PyPI takes one of each type; with two it refuses the upload.",
        fix="Delete the older one. It is left over from an earlier attempt, or two steps of the workflow "
        "sign.",
        example="two publish attestations of spam-1.0.tar.gz",
        mirrors=("C68",),
        read=ATTESTATIONS,
        check=_type_repeated,
    ),
)
