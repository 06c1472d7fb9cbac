"""Why two builds of the same commit differ: the causes that are known, each with its cure."""

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

_PATH = re.compile(rb"(?<![\w.])(?:/[\w.+-]{1,100}){2,20}|[A-Za-z]:\\(?:[\w.+-]{1,100}\\?){2,20}")
_PATH_IN_BYTECODE = re.compile(rb"(?s)(?:[zZ\xfa\xda].|[aAu\xe1\xc1\xf5].{4})(?:/[\w.+-]{1,100}){2,20}")
"""A path behind the type and the length of its string, as Python's `marshal` writes it."""
_TIME = re.compile(
    rb"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?|\b1[5-9]\d{8}(?:\.\d{1,9})?\b"
)
_ID = re.compile(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_GENERATOR = re.compile(rb"(?m)^Generator: .{1,200}$")
PROGRAMS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"!<arch>")

SBOM_OF_MATURIN = ".cyclonedx.json"
"""The end of its name (https://www.maturin.rs/sbom.html)."""
HEADER_OF_BYTECODE = 16
"""Bytes before the code in a .pyc file (PEP 552)."""


class Cause(Struct, frozen=True):
    """A cause that is known.

    Attributes:
        explains: whether it explains the difference between two contents of a member of that path.
        sentence: the cause and its cure; `{}` stands for the member.
    """

    explains: Callable[[str, bytes, bytes], bool]
    sentence: str


def _without(pattern: re.Pattern[bytes]) -> Callable[[str, bytes, bytes], bool]:
    """Return whether two contents are the same but for what a pattern matches."""

    def explains(_path: str, one: bytes, other: bytes) -> bool:
        return pattern.sub(b"", one) == pattern.sub(b"", other)

    return explains


def _has_other_paths(_path: str, one: bytes, other: bytes) -> bool:
    return one.startswith(PROGRAMS) and set(_PATH.findall(one)) != set(_PATH.findall(other))


def _is_bytecode_with_other_paths(path: str, one: bytes, other: bytes) -> bool:
    contents = (_PATH_IN_BYTECODE.sub(b"", content[HEADER_OF_BYTECODE:]) for content in (one, other))
    return path.endswith(".pyc") and len({*contents}) == 1


CAUSES = (
    Cause(
        lambda path, one, other: (
            path.endswith(".pyc") and one[HEADER_OF_BYTECODE:] == other[HEADER_OF_BYTECODE:]
        ),
        "{} is bytecode with the time of its source in it: leave bytecode out of the artifact.",
    ),
    Cause(
        _is_bytecode_with_other_paths,
        "{} is bytecode with the path of its source in it: leave bytecode out of the artifact.",
    ),
    Cause(
        lambda _, one, other: one.replace(b"\r\n", b"\n") == other.replace(b"\r\n", b"\n"),
        "{} has other line ends: set them for all systems in .gitattributes, with `* text=auto eol=lf`.",
    ),
    Cause(
        lambda path, one, other: path.endswith(".dist-info/WHEEL") and _without(_GENERATOR)(path, one, other),
        "The builds used two versions of the build backend: give it one version in [build-system] requires.",
    ),
    Cause(
        lambda _, one, other: sorted(one.splitlines()) == sorted(other.splitlines()),
        "{} has the same lines in another order: sort what the build writes there.",
    ),
    Cause(
        _without(_TIME),
        "{} holds the time of the build: write that of the commit there, which the variable SOURCE_DATE_EPOCH has, or "
        "nothing.",
    ),
    Cause(
        _without(_ID),
        "{} holds a random id: leave it out, or make it of what the file describes.",
    ),
    Cause(
        _has_other_paths,
        "{} holds the path of the folder that it was compiled in: compile with CFLAGS=-g0, or with "
        "-ffile-prefix-map=FOLDER=. for that folder.",
    ),
    Cause(
        lambda path, one, other: path.endswith(SBOM_OF_MATURIN) and _without(_PATH)(path, one, other),
        "{} is the SBOM that maturin writes, with the path of the folder that it was built in: set `rust = false` in "
        "[tool.maturin.sbom], and publish an SBOM beside the wheel.",
    ),
    Cause(
        _without(_PATH),
        "{} holds the path of the folder that it was built in: write relative paths there.",
    ),
)
"""The first one that explains a difference is named."""

FIELDS = {
    "modification times": "The backend takes the time of the build for its members: a backend that goes by the variable "
    "SOURCE_DATE_EPOCH, such as hatchling or flit, takes that of the commit.",
    "time in the gzip header": "The time in the gzip header is that of the build: the same backends set it from "
    "SOURCE_DATE_EPOCH.",
    "permissions": "The permissions are those of the checkouts: set the same umask, and the bit for executables in git.",
    "owners": "The archives name who ran the builds: a backend such as hatchling or flit names nobody.",
    "order of the members": "The members are in the order in which a disk lists them: a backend such as hatchling or flit "
    "sorts them.",
    "headers of the members": "The archives were written by two versions of the backend, or on two systems: use the same "
    "for both.",
    "compression": "The builds used two versions of the library that compresses: use the same Python for both.",
}
"""What makes the form of an archive differ, and its cure, by field."""


def of_fields(fields: Iterable[str]) -> tuple[str, ...]:
    """Return what is known to make these fields differ, a sentence for each."""
    return tuple(dict.fromkeys(FIELDS[field] for field in fields if field in FIELDS))


def of_members(contents: Iterable[tuple[str, bytes, bytes]]) -> Iterator[str]:
    """Yield what explains the difference between two contents of a member, for those that are known.

    Args:
        contents: path, content in the one build, content in the other.
    """
    for path, one, other in contents:
        if cause := next((cause for cause in CAUSES if cause.explains(path, one, other)), None):
            yield cause.sentence.replace("{}", path)


def place(one: bytes, other: bytes) -> str:
    """Return where two contents begin to differ: `line 3` of texts, `byte 812` of others."""
    pairs = enumerate(zip(one, other, strict=False))
    at = next((number for number, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))
    if b"\0" in one[:1024] or b"\0" in other[:1024]:
        return f"byte {at + 1}"
    return f"line {one.count(bytes([10]), 0, at) + 1}"
