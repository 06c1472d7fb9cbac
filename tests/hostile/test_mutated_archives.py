"""Archives with bytes changed at random: never a crash, never blind to what other readers stumble over."""

import gzip
import io
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path
from unittest import mock

from artifacts import sdist, wheel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules.declared import family
from slipway.artifacts import artifact, dist_info, python_module, python_syntax, secret_scan, zip_members
from slipway.artifacts.archive import Fault, complete
from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.wheel import WheelFacts
from slipway.rules.rule import judge
from zlib_ng import zlib_ng

FEW = settings(
    max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
UNREADABLE = {
    Fault.NOT_AN_ARCHIVE,
    Fault.DAMAGED,
    Fault.FRAMING,
    Fault.ENCRYPTED,
    Fault.COMPRESSION,
    Fault.LIMIT,
}
SOURCE = {
    "demo/__init__.py": "from .cli import main\n" * 9,
    "demo/cli.py": "def main(): ...\n",
    "demo/data.bin": bytes(range(256)),
}
WHEEL = wheel(
    SOURCE, entry_points="[console_scripts]\ndemo = demo.cli:main\n", fields={"Requires-Python": ">=3.7"}
)
PACKED = wheel({"demo/__init__.py": Path(tarfile.__file__).read_bytes(), "demo/zeros.bin": bytes(10_000)})
"""Its deflate streams have blocks of several kinds."""
STORED = wheel(SOURCE, method=zipfile.ZIP_STORED)
SDIST = sdist(SOURCE)
TAR = gzip.decompress(SDIST.data)


@st.composite
def mutated(draw: st.DrawFn, data: bytes) -> bytes:
    """Return the data with one to four changes: bytes replaced, removed, inserted, moved or cut off."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(changed)))
        end = min(len(changed), start + draw(st.integers(0, 40)))
        how = draw(st.sampled_from(["replace", "remove", "insert", "copy", "cut", "number"]))
        if how == "replace":
            changed[start:end] = draw(st.binary(min_size=end - start, max_size=end - start))
        elif how == "remove":
            del changed[start:end]
        elif how == "insert":
            changed[start:start] = draw(st.binary(max_size=20))
        elif how == "copy":
            there = draw(st.integers(0, len(changed)))
            changed[there:there] = changed[start:end]
        elif how == "number":
            changed[start : start + 4] = draw(
                st.sampled_from([b"\xff" * 4, bytes(4), b"\0\0\0\x80", b"\1\0\0\0"])
            )
        else:
            del changed[start + draw(st.integers(0, 400)) :]
    return bytes(changed)


def read(filename: str, data: bytes) -> SdistFacts | WheelFacts:
    """Read an artifact from disk and judge it by every rule of its family; no rule may break."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / filename
        path.write_bytes(data)
        facts = artifact.read(path)
    assert judge(family(facts.kind), facts, ignored={}).broken_rules == ()
    artifact.record(facts)
    return facts


def zip_content(data: bytes) -> dict[str, bytes] | None:
    """Return what the standard library reads in a zip, None if it stumbles."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        return None


def tar_names(data: bytes) -> list[str] | None:
    """Return what the standard library lists in a .tar.gz, None if it stumbles."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            return [member.name for member in archive.getmembers()]
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, IndexError, OverflowError):
        return None


def check_zip(data: bytes) -> None:
    facts = read(WHEEL.filename, data)
    faults = {problem.fault for problem in facts.problems}
    content = zip_content(data)
    if content is None:
        assert faults & UNREADABLE
    elif not faults:
        assert {member.path: member.size for member in facts.members} == {
            name.rstrip("/"): len(body) for name, body in content.items()
        }


@FEW
@given(mutated(WHEEL.data))
def test_mutated_wheels(data: bytes) -> None:
    check_zip(data)


@FEW
@given(mutated(PACKED.data))
def test_zlib_and_zlib_ng_read_the_same(data: bytes) -> None:
    """Jobs that publish or try have zlib alone, so that what one of them takes must not be damaged for the other."""
    facts = []
    for library in (zlib, zlib_ng):
        with mock.patch.object(zip_members, "zlib", library):
            facts.append(read(PACKED.filename, data))
    assert facts[0] == facts[1]


@FEW
@given(mutated(STORED.data))
def test_mutated_wheels_without_compression(data: bytes) -> None:
    check_zip(data)


@FEW
@given(mutated(SDIST.data))
def test_mutated_sdists(data: bytes) -> None:
    facts = read(SDIST.filename, data)
    if tar_names(data) is None:
        assert not complete(facts.problems)


@FEW
@given(mutated(TAR))
def test_mutated_tars(tar: bytes) -> None:
    data = gzip.compress(tar, compresslevel=1)
    facts = read(SDIST.filename, data)
    names = tar_names(data)
    if names is None:
        assert not complete(facts.problems)
    elif complete(facts.problems):
        assert len(facts.members) == len(names)


@FEW
@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    read(WHEEL.filename, data)
    read(SDIST.filename, data)
    read("demo-1.0.zip", data)


TEXT = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(
        st.sampled_from(["[a]", "b = c", "=", ":", "Tag: x", '"', ",", "\n", "\r", "\0", "sha256=", " "])
    ).map(lambda parts: "".join(parts).encode()),
)


@FEW
@given(TEXT)
def test_any_text_in_the_dist_info_folder(text: bytes) -> None:
    dist_info.parse_record(text)
    dist_info.parse_entry_points(text)
    dist_info.parse_wheel_file(text)
    read(WHEEL.filename, wheel(SOURCE, record=text, entry_points=text).data)


@FEW
@given(
    st.one_of(mutated(b"def f(a, /):\n    if (x := 1): pass\nfrom . import b\n" * 5), TEXT),
    st.integers(0, 20),
)
def test_any_source(source: bytes, floor: int) -> None:
    python_syntax.newer_than(source, floor)
    tree = python_syntax.parse(source)
    if tree is not None:
        python_module.names(tree, source)
        python_module.imports(tree, "demo")
        python_module.mentioned(tree, "demo")


@FEW
@given(
    st.one_of(
        TEXT, mutated(b"-----BEGIN RSA " + b"PRIVATE KEY-----\nMIIE\n-----END RSA " + b"PRIVATE KEY-----\n")
    )
)
def test_any_file_for_credentials(data: bytes) -> None:
    for name in (".env", ".netrc", ".pypirc", "demo/core.py", "a.pem"):
        secret_scan.find(name, data)
