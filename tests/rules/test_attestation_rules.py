"""Each rule on attestations, with statements that are really signed by a certificate made here."""

import base64
import datetime as dt
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pypi_attestations import Attestation, AttestationType
from sigstore.dsse import DigestSet, StatementBuilder, Subject, _pae
from slipway.artifacts.attestation import MAX_BYTES, read
from slipway.rules import catalogue
from slipway.rules.rule import judge

RULES = catalogue.family("attestation")
SDIST = "spam-1.0.tar.gz"
SHA = "ab" * 32
PUBLISH, PROVENANCE = AttestationType.PYPI_PUBLISH_V1, AttestationType.SLSA_PROVENANCE_V1
KEY = ec.generate_private_key(ec.SECP256R1())


def certificate():
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(minutes=10))
    )
    return builder.sign(KEY, SHA256()).public_bytes(Encoding.DER)


CERTIFICATE = certificate()


def statement(name=SDIST, sha=SHA, kind=PUBLISH):
    subject = Subject(name=name, digest=DigestSet(root={"sha256": sha}))
    return StatementBuilder().subjects([subject]).predicate_type(kind).build()._contents


def attestation(payload=None, **changes):
    """Return a signed attestation as JSON, with some top-level fields changed."""
    payload = statement() if payload is None else payload
    message = _pae("application/vnd.in-toto+json", payload)
    document = {
        "version": 1,
        "verification_material": {
            "certificate": base64.b64encode(CERTIFICATE).decode(),
            "transparency_entries": [{"logIndex": "1"}],
        },
        "envelope": {
            "statement": base64.b64encode(payload).decode(),
            "signature": base64.b64encode(KEY.sign(message, ec.ECDSA(SHA256()))).decode(),
        },
    }
    return json.dumps(document | changes).encode()


def findings(*documents):
    facts = read(SDIST, SHA, {f"{n}.attestation": data for n, data in enumerate(documents)})
    outcome = judge(RULES, facts, ignored={})
    assert outcome.broken_rules == ()
    return {finding.rule for finding in outcome.findings}


FORGED = attestation().replace(base64.b64encode(statement()), base64.b64encode(statement() + b" "))
BAD = [
    ("attestation-malformed", [b"{"], "C63"),
    ("attestation-malformed", [b"\xff\xfe"], "C63"),
    ("attestation-malformed", [b"[" * 100_000], "C63"),
    ("attestation-malformed", [b" " * (MAX_BYTES + 1)], "C63"),
    ("attestation-malformed", [b"null"], "C63"),
    ("attestation-malformed", [attestation(version=2)], "C63"),
    ("attestation-malformed", [attestation(envelope={"statement": "e30="})], "C63"),
    ("attestation-malformed", [attestation(b"{}")], "C63"),
    ("attestation-malformed", [attestation(b"no json")], "C63"),
    (
        "attestation-malformed",
        [json.dumps({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}).encode()],
        "C63",
    ),
    (
        "attestation-malformed",
        [attestation(verification_material={"certificate": "e30=", "transparency_entries": []})],
        "C63",
    ),
    ("attestation-list-empty", [b"[]"], "C64"),
    ("attestations-too-many", [attestation(), attestation(statement(kind=PROVENANCE)), attestation()], "C65"),
    ("attestation-other-file", [attestation(statement(name="eggs-1.0.tar.gz"))], "C66"),
    ("attestation-other-file", [attestation(statement(name="spam-1.0-py3-none-any.whl"))], "C66"),
    ("attestation-other-file", [attestation(b'{"subject": []}')], "C66"),
    ("attestation-other-file", [attestation(b'{"subject": [1]}')], "C66"),
    ("attestation-other-bytes", [attestation(statement(sha="cd" * 32))], "C66"),
    ("attestation-signature-wrong", [FORGED], "C66"),
    (
        "attestation-signature-wrong",
        [attestation(verification_material={"certificate": "e30=", "transparency_entries": [{}]})],
        "C66",
    ),
    (
        "attestation-type-unsupported",
        [attestation(statement(kind="https://example.com/statement/v1"))],
        "C67",
    ),
    ("attestation-type-repeated", [attestation(), attestation()], "C68"),
    ("attestation-type-repeated", [b"[%b, %b]" % (attestation(), attestation())], "C68"),
]


@pytest.mark.parametrize(("rule", "documents", "row"), BAD)
def test_bad(rule, documents, row):
    assert rule in findings(*documents)
    assert row in next(r for r in RULES if r.name == rule).mirrors


@pytest.mark.parametrize(
    "documents",
    [
        [],
        [attestation()],
        [attestation(), attestation(statement(kind=PROVENANCE))],
        [b"[%b]" % attestation()],
        [attestation(statement(name="Spam-1.0.0.tar.gz"))],
    ],
    ids=["none", "one", "two kinds", "a list", "equal after parsing"],
)
def test_good(documents):
    assert findings(*documents) == set()


def test_every_rule_and_every_row_has_a_case():
    assert {rule for rule, _, _ in BAD} == {rule.name for rule in RULES}
    assert {row for _, _, row in BAD} == {f"C{number}" for number in range(63, 69)}


def test_the_good_case_is_one_for_pypi_attestations_too():
    assert Attestation.model_validate_json(attestation()).statement["subject"][0]["name"] == SDIST


def test_without_the_library_nothing_is_said(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    facts = read(SDIST, SHA, {"a.attestation": FORGED})
    outcome = judge(RULES, facts, ignored={})
    assert outcome.findings == ()
    assert len(outcome.skipped_rules) == len(RULES)


def test_a_wheel_is_matched_by_its_parts():
    name = "spam-1.0-py2.py3-none-any.whl"
    document = attestation(statement(name="spam-1.0-py3.py2-none-any.whl"))
    assert judge(RULES, read(name, SHA, {"a": document}), ignored={}).findings == ()


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["subject", "name", "digest", "sha256", "predicateType"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    )
)
def test_no_statement_breaks_a_rule(content):
    findings(attestation(json.dumps(content).encode()))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=50))
def test_no_bytes_break_a_rule(data):
    findings(data)
