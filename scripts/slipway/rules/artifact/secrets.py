"""Rules on keys, tokens and passwords that were packed with the rest.

What distinguishes a leak from a test vector is the place (tests, documentation and examples show such things on
purpose), the value (placeholders are typed, not drawn at random) and whether the value is whole; the reader
leaves out placeholders and fragments already.
"""

import posixpath
import re
from collections.abc import Iterator

from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.secret_scan import SecretKind
from slipway.artifacts.wheel import WheelFacts
from slipway.rules.artifact.places import is_for_development, own_names
from slipway.rules.backends import fixes
from slipway.rules.families import artifact
from slipway.rules.rule import Evidence
from slipway.rules.wording import first, quoted

LEAKS = frozenset(
    {
        SecretKind.PRIVATE_KEY,
        SecretKind.PYPI_TOKEN,
        SecretKind.GITHUB_TOKEN,
        SecretKind.SLACK_TOKEN,
        SecretKind.AWS_SECRET,
        SecretKind.PASSWORD,
    }
)
DOUBTFUL = frozenset({SecretKind.PROTECTED_KEY, SecretKind.CERTIFIED_KEY, SecretKind.AWS_KEY_ID})
CERTIFICATES = (".crt", ".cer", ".cert")
MOST_LISTED = 10
PERSONAL_KEYS = re.compile(r"id_(rsa|dsa|(ecdsa|ed25519)(_sk)?)")
"""What ssh-keygen calls the private keys of a person."""
PERSONAL_FILES = re.compile(
    r"\A(?:\.env(\.(local|prod|production|staging|live|secrets?))?|\.pypirc|[._]netrc|\.git-credentials|\.htpasswd"
    r"|.{1,255}\.(p12|pfx|jks|keystore|kdbx|ppk|ovpn))\Z",
    re.IGNORECASE,
)
"""Files that usually hold credentials, or keys in a form that is not searched."""


LOOK = "Look into it. If it is secret:"
REVOKE = (
    "Revoke it first, wherever it is valid: it is known from the moment it was published, and it may be in git or on "
    "a build server already. Then keep the file out of the {kind}."
)


def _of_kinds(
    facts: SdistFacts | WheelFacts, kinds: frozenset[SecretKind], *, in_development: bool = False
) -> Iterator[Evidence]:
    """Yield what was found of some kinds, each kind once per file.

    Args:
        facts: of an sdist or a wheel.
        kinds: what is looked for.
        in_development: whether to yield what is in tests, documentation and examples, or the rest.
    """
    own = own_names(facts)
    certified = {posixpath.dirname(path) for path in facts.paths if path.endswith(CERTIFICATES)}
    found: dict[tuple[str, SecretKind], Evidence] = {}
    for secret in facts.secrets:
        path, kind, shown = secret.path, secret.kind, secret.shown
        if kind is SecretKind.PRIVATE_KEY and posixpath.dirname(path) in certified:
            # A key whose certificate was packed too is usually there to be used, for a server on one's own machine.
            kind = SecretKind.CERTIFIED_KEY
        if kind in kinds and is_for_development(path, own_names=own) is in_development:
            message = f"{quoted(path)} holds {'an' if kind[0] in 'Aa' else 'a'} {kind}: {shown}."
            found.setdefault((path, kind), Evidence(message, file=path, line=secret.line, seen=shown))
    return first(tuple(found.values()), MOST_LISTED, "{} more files hold such things.")


def _named_like(facts: SdistFacts | WheelFacts, name: re.Pattern[str], what: str) -> Iterator[Evidence]:
    """Yield files of the package, tests and documentation left out, by their name."""
    own = own_names(facts)
    found = {secret.path for secret in facts.secrets}
    for member in facts.members:
        matches = name.fullmatch(member.basename) and member.size and member.path not in found
        if matches and not is_for_development(member.path, own_names=own):
            yield Evidence(f"{quoted(member.path)} {what}.", file=member.path)


@artifact.error(
    for_sdist="sdist-holds-secret",
    for_wheel="wheel-holds-secret",
    title="The {kind} holds a key, a token or a password",
    why="Everything on PyPI is read by machines within minutes, and nothing can be taken back: anyone who "
    "finds it can act in your name. Tests, documentation and examples are not reported, nor placeholders.",
    fix=REVOKE,
    fixes=fixes("exclude", before=REVOKE),
    example="`.env` with `API_TOKEN=…`, or `id_ed25519` in the project folder",
)
def holds_secret(facts: SdistFacts | WheelFacts) -> Iterator[Evidence]:
    yield from _of_kinds(facts, LEAKS)
    yield from _named_like(facts, PERSONAL_KEYS, "is named like a private key")


@artifact.warning(
    for_sdist="sdist-may-hold-secret",
    for_wheel="wheel-may-hold-secret",
    title="The {kind} holds something that may be secret",
    why="A key store, a key with a passphrase or beside its certificate, the id of an access key or a "
    "file that usually holds credentials is in it; only you know whether it is secret.",
    fix=f"{LOOK} {REVOKE}",
    fixes=fixes("exclude", before=f"{LOOK} {REVOKE}"),
    example="`signing.p12`, or `.env` in the project folder",
)
def may_hold_secret(facts: SdistFacts | WheelFacts) -> Iterator[Evidence]:
    yield from _of_kinds(facts, DOUBTFUL)
    yield from _named_like(facts, PERSONAL_FILES, "is a file for credentials")


@artifact.warning(
    for_sdist="sdist-shows-pypi-token",
    for_wheel="wheel-shows-pypi-token",
    title="The {kind} has an API token of PyPI in its tests or documentation",
    why="If it is real, it is public now. Even if not, PyPI has begun to search uploads for its own tokens "
    "and to refuse them.",
    fix="Revoke it if it is real. In a test, put it together at run time from parts.",
    example='`TOKEN = "pypi-AgEIcHlwaS5vcmc…"` in `tests/test_upload.py`',
)
def shows_pypi_token(facts: SdistFacts | WheelFacts) -> Iterator[Evidence]:
    yield from _of_kinds(facts, frozenset({SecretKind.PYPI_TOKEN}), in_development=True)
