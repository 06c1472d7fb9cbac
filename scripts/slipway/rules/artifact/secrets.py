"""Rules on keys, tokens and passwords that were packed with the rest.

What distinguishes a leak from a test vector is the place (tests, documentation and examples show such things on
purpose), the value (stand-ins are typed, not drawn at random) and whether the value is whole; the reader has
sorted out stand-ins and fragments already.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from slipway.artifacts.secret_scan import Sight
from slipway.records import Severity
from slipway.rules.artifact.places import is_for_development, own_names
from slipway.rules.families import artifact
from slipway.rules.rule import Evidence
from slipway.rules.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.artifacts.sdist import SdistFacts
    from slipway.artifacts.secret_scan import Sighting
    from slipway.artifacts.wheel import WheelFacts

LEAKS = frozenset(
    {
        Sight.PRIVATE_KEY,
        Sight.PYPI_TOKEN,
        Sight.GITHUB_TOKEN,
        Sight.SLACK_TOKEN,
        Sight.AWS_SECRET,
        Sight.PASSWORD,
    }
)
DOUBTFUL = frozenset({Sight.PROTECTED_KEY, Sight.CERTIFIED_KEY, Sight.AWS_KEY_ID})
CERTIFICATES = (".crt", ".cer", ".cert")
MOST_TOLD = 10
PERSONAL_KEYS = re.compile(r"id_(rsa|dsa|(ecdsa|ed25519)(_sk)?)")
"""What ssh-keygen calls the private keys of a person."""
PERSONAL_FILES = re.compile(
    r"\.env(\.(local|prod|production|staging|live|secrets?))?|\.pypirc|[._]netrc|\.git-credentials|\.htpasswd"
    r"|.{1,255}\.(p12|pfx|jks|keystore|kdbx|ppk|ovpn)",
    re.IGNORECASE,
)
"""Files that mostly hold credentials, or keys in a form that is not looked into."""


REVOKE = (
    "Revoke it first, wherever it is valid: it is known from the moment it was published, and it may be in git or on "
    "a build server already. Then keep the file out of the {kind}."
)
KEEP_OUT = {
    "setuptools": "Add `exclude` or `global-exclude` with its name to MANIFEST.in, and see `package-data`.",
    "hatchling": "Add it to .gitignore, or to `exclude` in [tool.hatch.build].",
    "flit-core": "Add it to `exclude` in [tool.flit.sdist], or move it out of the package.",
    "pdm-backend": "Add it to `excludes` in [tool.pdm.build].",
    "poetry-core": "Add it to `exclude` in [tool.poetry].",
    "uv-build": "Add it to `source-exclude` and `wheel-exclude` in [tool.uv.build-backend].",
    "maturin": "Add it to `exclude` in [tool.maturin].",
    "scikit-build-core": "Add it to `sdist.exclude` and `wheel.exclude` in [tool.scikit-build].",
    "meson-python": "Remove it from git, from which the sdist is made, and from `py.install_sources`.",
}


def _sorted_out(facts: SdistFacts | WheelFacts, *, in_development: bool) -> Iterator[tuple[Sight, Sighting]]:
    """Yield what was seen, with what it has to be taken for; each kind once per file.

    Args:
        facts: of an sdist or a wheel.
        in_development: whether it is to be of tests, documentation and examples, or of the rest.
    """
    own = own_names(facts)
    certified = {posixpath.dirname(path) for path in facts.paths if path.endswith(CERTIFICATES)}
    told = set()
    for sighting in facts.sightings:
        sight = sighting.sight
        if sight is Sight.PRIVATE_KEY and posixpath.dirname(sighting.path) in certified:
            # A key whose certificate was packed too is mostly there to be used, for a server on one's own machine.
            sight = Sight.CERTIFIED_KEY
        once = (sighting.path, sight)
        if once not in told and is_for_development(sighting.path, own_names=own) is in_development:
            told.add(once)
            yield sight, sighting


def _seen(
    facts: SdistFacts | WheelFacts, sights: frozenset[Sight], *, in_development: bool = False
) -> Iterator[Evidence]:
    found = [pair for pair in _sorted_out(facts, in_development=in_development) if pair[0] in sights]
    for sight, sighting in found[:MOST_TOLD]:
        yield Evidence(
            message=f"{quoted(sighting.path)} holds {_article(sight)}: {sighting.shown}.",
            file=sighting.path,
            line=sighting.line,
            seen=sighting.shown,
        )
    if len(found) > MOST_TOLD:
        yield Evidence(message=f"{len(found) - MOST_TOLD} more files hold such things.")


def _called(facts: SdistFacts | WheelFacts, name: re.Pattern[str], what: str) -> Iterator[Evidence]:
    """Yield files of the package, tests and documentation left out, by their name."""
    own = own_names(facts)
    told = {sighting.path for sighting in facts.sightings}
    for member in facts.members:
        looked_for = name.fullmatch(member.basename) and member.size and member.path not in told
        if looked_for and not is_for_development(member.path, own_names=own):
            yield Evidence(message=f"{quoted(member.path)} {what}.", file=member.path)


@artifact.rule(
    for_sdist="sdist-holds-secret",
    for_wheel="wheel-holds-secret",
    title="The {kind} holds a key, a token or a password",
    severity=Severity.ERROR,
    why="Everything on PyPI is read by machines within minutes, and nothing can be taken back: whoever finds "
    "it can act in your name. Tests, documentation and examples are not reported, nor stand-ins.",
    fix=REVOKE,
    fixes={backend: f"{REVOKE} {how}" for backend, how in KEEP_OUT.items()},
    example="`.env` with `API_TOKEN=…`, or `id_ed25519` in the project folder",
)
def holds_secret(facts: SdistFacts | WheelFacts) -> Iterator[Evidence]:
    yield from _seen(facts, LEAKS)
    yield from _called(facts, PERSONAL_KEYS, "is named like a private key")


@artifact.rule(
    for_sdist="sdist-may-hold-secret",
    for_wheel="wheel-may-hold-secret",
    title="The {kind} holds something that may be secret",
    severity=Severity.WARNING,
    why="A key store, a key with a passphrase or beside its certificate, the id of an access key or a "
    "file that usually holds credentials is in it; whether it is secret only you can tell.",
    fix=f"Look into it. If it is secret: {REVOKE}",
    fixes={backend: f"Look into it. If it is secret: {REVOKE} {how}" for backend, how in KEEP_OUT.items()},
    example="`signing.p12`, or `.env` in the project folder",
)
def may_hold_secret(facts: SdistFacts | WheelFacts) -> Iterator[Evidence]:
    yield from _seen(facts, DOUBTFUL)
    yield from _called(facts, PERSONAL_FILES, "is a file for credentials")


@artifact.rule(
    for_sdist="sdist-shows-pypi-token",
    for_wheel="wheel-shows-pypi-token",
    title="The {kind} has an API token of PyPI in its tests or documentation",
    severity=Severity.WARNING,
    why="If it is real, it is public now. Even if not, PyPI has begun to search uploads for its own tokens "
    "and to refuse them.",
    fix="Revoke it if it is real. In a test, put it together at run time from parts.",
    example='`TOKEN = "pypi-AgEIcHlwaS5vcmc…"` in `tests/test_upload.py`',
)
def shows_pypi_token(facts: SdistFacts | WheelFacts) -> Iterator[Evidence]:
    yield from _seen(facts, frozenset({Sight.PYPI_TOKEN}), in_development=True)


def _article(sight: Sight) -> str:
    """Return the name of a sight with its article."""
    return f"{'an' if sight[0] in 'Aa' else 'a'} {sight}"
