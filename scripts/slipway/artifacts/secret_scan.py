"""Find secrets and encrypted code: keys, tokens and passwords in a file's bytes.

What is found is a fact: something of this shape is here, and it is no placeholder. Whether it matters in this place is
for the rules. Values are never kept, only what is needed to recognise them.
"""

from __future__ import annotations

import base64
import functools
import posixpath
import re
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

MAX_IN_FILE = 20
"""More in one file are not kept; the first ones say what kind of file it is."""
SHORTEST = 16
"""Nothing that is looked for is shorter."""
BINARY_PROBE = 1024
"""A file with a zero byte this near its start is no text."""
MIN_KEY_BODY = 100
"""Shorter bodies must be a whole ASN.1 structure to count; documentation cuts its examples off early."""
INDEX_TOKEN_LENGTH = 150
"""The index refuses Python files with a token of its own from this length on, filler or not."""
VARIETY = 0.35
"""Share of distinct characters below which a value is a filler such as `xxxxxxxx`."""


class SecretKind(StrEnum):
    """What kind of secret, or of encrypted code."""

    PRIVATE_KEY = "private key"
    PROTECTED_KEY = "private key with a passphrase"
    CERTIFIED_KEY = "private key beside its certificate"
    PYPI_TOKEN = "API token of PyPI"  # noqa: S105 - the name of a thing, as the next ones
    GITHUB_TOKEN = "token of GitHub"  # noqa: S105
    SLACK_TOKEN = "token of Slack"  # noqa: S105
    AWS_SECRET = "secret access key of AWS"  # noqa: S105
    AWS_KEY_ID = "access key id of AWS"
    PASSWORD = "password or key"  # noqa: S105
    PYARMOR = "code encrypted with PyArmor"
    SOURCEDEFENDER = "code encrypted with SourceDefender"


class Secret(Struct, frozen=True, kw_only=True):
    """One thing that was found.

    Attributes:
        kind: what kind of thing.
        path: the member it is in.
        line: from 1.
        shown: its beginning and its length, or the name it is given.
    """

    kind: SecretKind
    path: str
    line: int
    shown: str


_PEM = re.compile(
    rb"-----BEGIN (?P<kind>(?:[A-Z0-9]{1,12} ){0,3})PRIVATE KEY-----(?P<body>[^-]{40,20000}?)"
    rb"-----END (?P=kind)PRIVATE KEY-----"
)
_PEM_NOISE = re.compile(rb"\\[nrt]|[\s\"'+,()#;\\]")
_PROTECTED = re.compile(rb"ENCRYPTED")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_OPENSSH_CIPHER = re.compile(rb"b3BlbnNzaC1rZXktdjEA(?!AAAABG5vbmU)")
"""The start of an OpenSSH key whose cipher is not `none`, in base64."""

_TOKENS: tuple[tuple[SecretKind, tuple[bytes | re.Pattern[bytes], ...], re.Pattern[bytes]], ...] = (
    (
        SecretKind.PYPI_TOKEN,
        (b"pypi-AgE",),
        # What follows is base64 of the macaroon's location: the main index, or the one for tests.
        re.compile(rb"pypi-(?:AgEIcHlwaS5vcmc|AgENdGVzdC5weXBpLm9yZw)(?P<random>[\w-]{70,})"),
    ),
    (
        SecretKind.GITHUB_TOKEN,
        (re.compile(b"gh[opusr]_"), b"github_pat_"),
        re.compile(rb"(?<![\w-])(?:gh[pousr]_|github_pat_)(?P<random>[A-Za-z0-9_]{36,255})(?![\w-])"),
    ),
    (
        SecretKind.SLACK_TOKEN,
        (re.compile(b"xox[abeoprs]-"),),
        re.compile(rb"(?<![\w-])xox[abeoprs]-(?P<random>[0-9]{9,15}-[A-Za-z0-9-]{16,200})"),
    ),
    (
        SecretKind.AWS_SECRET,
        (b"_access_key", b"_ACCESS_KEY", b"AccessKey"),
        re.compile(
            rb"(?i:secret_?access_?key)[\"']?\s{0,4}[:=]{1,2}\s{0,4}[\"']?"
            rb"(?P<random>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
        ),
    ),
    (
        SecretKind.AWS_KEY_ID,
        (re.compile(b"AKIA[A-Z2-7]"),),
        re.compile(rb"(?<![A-Za-z0-9+/_])AKIA(?P<random>[A-Z2-7]{16})(?![A-Za-z0-9+/=_])"),
    ),
)
"""Each kind of token: what a file must contain to be worth a search, and what is searched for. Long plain bytes are
found fastest, then patterns that begin with plain text."""

_VALUE = rb"[\"']?(?P<random>[^\s\"'#;]{6,})"
_SECRET_NAME = (
    rb"[\w.-]{0,100}(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIAL)\w{0,100}"
)
_HINTS = (
    re.compile(rb"_(?<=[oprstu]_)(?:(?<=__pyarmor_)|(?<=gh[opusr]_)|(?<=github_pat_)|(?<=_access_)key)"),
    re.compile(rb"K(?:(?<=AK)IA[A-Z2-7]|(?<=_ACCESS_K)EY|(?<=AccessK)ey|(?<=PRIVATE K)EY-----)"),
    re.compile(rb"-(?:(?<=pypi-)AgE|(?<=xox[abeoprs]-)|(?<=PYE FILE-)--)"),
)
"""One of them is in each file that has encrypted code, a private key or a token: whatever the finders below look for first
has to stand here too. A pattern that begins with one plain character, and then looks at what stands around it, is as fast
as the search for a single word; most underscores follow none of the letters that are looked for first."""

CREDENTIAL_FILES: tuple[tuple[re.Pattern[str], re.Pattern[bytes]], ...] = (
    (
        re.compile(r"\.env(\.(local|prod|production|staging|live|secrets?))?"),
        re.compile(rb"(?im)^[ \t]*(?:export[ \t]+)?(?P<name>" + _SECRET_NAME + rb")[ \t]*=[ \t]*" + _VALUE),
    ),
    (re.compile(r"\.pypirc"), re.compile(rb"(?im)^[ \t]*(?P<name>password)[ \t]*[:=][ \t]*" + _VALUE)),
    (re.compile(r"[._]netrc"), re.compile(rb"(?i)\b(?P<name>password)\s+" + _VALUE)),
    (re.compile(r"\.npmrc"), re.compile(rb"(?i)(?P<name>_authToken|_password|_auth)[ \t]*=[ \t]*" + _VALUE)),
    (
        re.compile(r"\.git-credentials"),
        re.compile(rb"(?P<name>https?)://[^\s:/@]*:(?P<random>[^\s:/@]{6,})@"),
    ),
)
"""Files that exist to hold credentials: their name, and where in them the secret is."""

_PLACEHOLDER = re.compile(
    rb"(?i)example|dummy|sample|placeholder|change_?me|redacted|xxxxx|0{6}|abcdefg|1234567|hijklmn|nopqrst"
)
"""What a token of random characters does not contain by chance."""
_FILLER = re.compile(
    rb"(?i)example|dummy|sample|placeholder|change_?me|redacted|your[-_]|my[-_]|fake|foo_?bar|insert|replace"
    rb"|xxx|\*\*\*|\.\.\.|^test|^secret$|^password$|^postgres$|^admin$|[<>{}$%]|012345|123456|abcdef|qwerty"
)

# Written so that no file of this project contains the text it looks for.
_PYARMOR = re.compile(rb"__pyarmor__\(__name__, __file__,|__pyarmor_(?:enter|exit|assert|bcc)__")
_SOURCEDEFENDER = tuple(b"---%s PYE FILE---" % edge for edge in (b"BEGIN", b"END"))
SCANNED_SUFFIXES = (".py", ".pye")
"""What the index's own scanner searches (`warehouse/utils/scanner.py`)."""


def find(path: str, data: bytes) -> tuple[Secret, ...]:
    """Return the secrets and encrypted code in one file, at most `MAX_IN_FILE`.

    Args:
        path: the member's path; its name decides whether it is a file for credentials.
        data: its whole content.
    """
    if len(data) < SHORTEST or b"\0" in data[:BINARY_PROBE]:
        return ()
    found: list[Secret] = []
    is_hinted = any(hint.search(data) for hint in _HINTS)
    for finder in (_encrypted_code, _private_keys, _tokens, _credentials) if is_hinted else (_credentials,):
        for kind, start, shown in finder(path, data):
            if len(found) == MAX_IN_FILE:
                return tuple(found)
            line = data.count(b"\n", 0, start) + 1
            found.append(Secret(kind=kind, path=path, line=line, shown=shown))
    return tuple(found)


def _encrypted_code(path: str, data: bytes) -> Iterator[tuple[SecretKind, int, str]]:
    if not path.lower().endswith(SCANNED_SUFFIXES):
        return
    if b"__pyarmor_" in data and (match := _PYARMOR.search(data)):
        yield SecretKind.PYARMOR, match.start(), match[0].decode("ascii")
    begin, end = _SOURCEDEFENDER
    if end in data and begin in data:
        yield SecretKind.SOURCEDEFENDER, data.index(begin), begin.decode("ascii")


def _private_keys(_path: str, data: bytes) -> Iterator[tuple[SecretKind, int, str]]:
    if b"PRIVATE KEY-----" not in data:
        return
    for match in _PEM.finditer(data):
        body = match["body"]
        shown = (match["kind"] + b"PRIVATE KEY").decode("ascii")
        if _PROTECTED.search(match["kind"] + body[:200]):
            yield SecretKind.PROTECTED_KEY, match.start(), shown
            continue
        bare = _PEM_NOISE.sub(b"", body)
        if _BASE64.fullmatch(bare) and (_is_key_body(bare) or _is_whole_file(data, match)):
            yield _kind_of_key(data, bare), match.start(), shown


def _kind_of_key(data: bytes, bare: bytes) -> SecretKind:
    if _OPENSSH_CIPHER.match(bare):
        return SecretKind.PROTECTED_KEY
    return SecretKind.CERTIFIED_KEY if b"BEGIN CERTIFICATE-----" in data else SecretKind.PRIVATE_KEY


def _is_key_body(bare: bytes) -> bool:
    if len(bare) >= MIN_KEY_BODY and len(set(bare)) >= 40:  # noqa: PLR2004 - of the 64 digits of base64
        return True
    try:
        decoded = base64.b64decode(bare, validate=True)
    except ValueError:
        return False
    # A SEQUENCE whose one-byte length is what follows; longer keys were recognised above.
    return len(decoded) > 2 and decoded[0] == 0x30 and decoded[1] == len(decoded) - 2  # noqa: PLR2004


def _is_whole_file(data: bytes, match: re.Match[bytes]) -> bool:
    return not data[: match.start()].strip() and not data[match.end() :].strip()


def _tokens(path: str, data: bytes) -> Iterator[tuple[SecretKind, int, str]]:
    scanned = path.lower().endswith(SCANNED_SUFFIXES)
    for kind, markers, pattern in _TOKENS:
        if any(map(functools.partial(_has, data), markers)):
            for match in pattern.finditer(data):
                refused = (
                    kind is SecretKind.PYPI_TOKEN and scanned and len(match["random"]) >= INDEX_TOKEN_LENGTH
                )
                if refused or _is_random(match["random"]):
                    yield kind, match.start(), _redacted(match[0])


def _has(data: bytes, marker: bytes | re.Pattern[bytes]) -> bool:
    return marker in data if isinstance(marker, bytes) else marker.search(data) is not None


def _credentials(path: str, data: bytes) -> Iterator[tuple[SecretKind, int, str]]:
    basename = posixpath.basename(path)
    for name, pattern in CREDENTIAL_FILES:
        if name.fullmatch(basename):
            for match in pattern.finditer(data):
                if not _FILLER.search(match["random"]):
                    yield SecretKind.PASSWORD, match.start(), match["name"].decode("ascii", "replace")


def _is_random(value: bytes) -> bool:
    """Whether a value looks drawn at random, not typed as a placeholder."""
    return not _PLACEHOLDER.search(value) and len(set(value)) >= VARIETY * min(len(value), 40)


def _redacted(value: bytes) -> str:
    return f"{value[:8].decode('ascii', 'replace')}… ({len(value)} characters)"
