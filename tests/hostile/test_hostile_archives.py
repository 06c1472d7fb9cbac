"""Archives made to hurt: each is answered in seconds, in 500 MB of address space, with a finding."""

import functools
import gzip
import json
import struct
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from artifacts import Built, sdist, wheel
from artifacts.sdists import member, tarred
from artifacts.zips import zip_of
from command_line import slipway

SCRIPTS = Path(__file__).parents[2] / "scripts"
ADDRESS_SPACE = 500 * 1024**2
CPU_SECONDS = 15
"""What a child may compute; the slowest takes five seconds, most take less than one."""
WALL_SECONDS = 300
"""What a test waits on a busy machine."""
WHEEL = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"
INFO = "demo-1.0.dist-info"

JUDGE = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[4]),) * 2)
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from slipway.artifacts import artifact
from slipway.rules.metadata import RULES as METADATA
from slipway.rules.sdist import RULES as SDIST
from slipway.rules.wheel import RULES as WHEEL
from slipway.rules.rule import combined, judge
facts = artifact.read(Path(sys.argv[1]))
judged = [judge(SDIST if facts.kind == "sdist" else WHEEL, facts, ignored={})]
if facts.metadata is not None:
    judged.append(judge(METADATA, facts.metadata, ignored={}))
judged = combined(judged)
broken = [broken.reason for broken in judged.broken_rules]
print(json.dumps({"rules": sorted({found.rule for found in judged.findings}), "broken": broken}))
"""


def zeros(megabytes: int, *, wbits: int = -15, before: bytes = b"") -> bytes:
    """Return a deflate stream of that many MB of zeros, made from one block that is repeated."""
    deflate = zlib.compressobj(9, wbits=wbits)
    start = deflate.compress(before) + deflate.flush(zlib.Z_FULL_FLUSH)
    block = deflate.compress(bytes(1024**2)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return start + block * megabytes + deflate.flush()


def zip_bomb() -> Built:
    """Return a wheel of some MB that says it unpacks to 4 GB, and does."""
    packed = zeros(1024)
    return Built(WHEEL, _repeated(packed, {"packed": len(packed), "size": 1024**3, "crc": 0}, 4))


def _repeated(packed: bytes, said: dict[str, int], times: int) -> bytes:
    records, directory = b"", b""
    for number in range(times):
        name = f"demo/zeros{number}".encode()
        fields = (8, 0, 0x21, said["crc"], said["packed"], said["size"], len(name), 0)
        directory += struct.pack("<4s3H", b"PK\1\2", 20, 20, 0) + struct.pack("<3H3L2H", *fields)
        directory += struct.pack("<3H2L", 0, 0, 0, 0, len(records)) + name
        records += struct.pack("<4s2H", b"PK\3\4", 20, 0) + struct.pack("<3H3L2H", *fields) + name + packed
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, times, times, len(directory), len(records), 0)
    return records + directory + end


def overlapping() -> Built:
    """Return a wheel in which ten thousand entries share the same megabyte of content."""
    data = zip_of({"demo/zeros": bytes(1024**2)})
    at = data.index(b"PK\1\2")
    entry, end = data[at : data.index(b"PK\5\6")], data[data.index(b"PK\5\6") :]
    count = 10_000
    end = end[:8] + struct.pack("<2HL", count, count, len(entry) * count) + end[16:]
    return Built(WHEEL, data[:at] + entry * count + end)


def lying_size() -> Built:
    """Return a wheel whose member is said to have 10 bytes and unpacks to 64 MB."""
    packed = zeros(64)
    return Built(WHEEL, _repeated(packed, {"packed": len(packed), "size": 10, "crc": 0}, 1))


def tar_bomb() -> Built:
    """Return a sdist of some MB that unpacks to 4 GB."""
    info, _ = member("demo-1.0/zeros")
    info.size = 4 * 1024**3
    return Built(SDIST, zeros(4096, wbits=31, before=info.tobuf(tarfile.GNU_FORMAT)))


def long_header(kind: bytes) -> Built:
    """Return a sdist whose header of one member is 800 MB long."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = kind, 800 * 1024**2
    return Built(SDIST, zeros(800, wbits=31, before=info.tobuf(tarfile.GNU_FORMAT)))


def header_chain() -> Built:
    """Return a sdist in which thousands of extended headers follow each other without a member."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 0
    return Built(SDIST, gzip.compress(info.tobuf(tarfile.USTAR_FORMAT) * 5000))


def negative_size() -> Built:
    """Return a sdist with a member that ends before it begins."""
    block = bytearray(member("demo-1.0/a", b"")[0].tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\xff" * 11 + b"\x00"
    block[148:156] = b" " * 8
    block[148:155] = b"%06o\0" % sum(block[:512])
    return Built(SDIST, gzip.compress(bytes(block) + bytes(10240)))


def sparse_map() -> Built:
    """Return a sdist whose sparse map never ends."""
    info, data = member("demo-1.0/GNUSparseFile.0/a", b"9999999\n" + b"1\n" * 10_000_000)
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "4"}
    return Built(SDIST, tarred([member("demo-1.0/PKG-INFO", b"Name: demo\n"), (info, data)]))


@functools.cache
def many_members(count: int) -> Built:
    content = {f"demo/{number}.txt": b"" for number in range(count)}
    # More than fit into the end record's 16 bits are counted in the ZIP64 one.
    large = {"end": {"here": 0xFFFF, "count": 0xFFFF}, "end64": {}} if count > 0xFFFF else {}
    return Built(WHEEL, zip_of(content, **large))


def many_in_tar(count: int) -> Built:
    block = member("demo-1.0/a")[0].tobuf(tarfile.GNU_FORMAT)
    return Built(SDIST, gzip.compress(block * count + bytes(1024)))


def nested_source(text: str) -> Built:
    code = {"demo/__init__.py": f"{text}\n", "demo/new.py": "if (x := 1): pass\n"}
    points = "[console_scripts]\ndemo = demo:main\n"
    return wheel(code, fields={"Requires-Python": ">=3.7"}, entry_points=points)


METADATA_50_MB = b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n\n" + b"word " * (10 * 1024**2)
MANY_HEADERS = b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n" + b"X: y\n" * 1_000_000
TOO_NEW = {"wheel-syntax-too-new"}
HOSTILE: dict[str, tuple[Callable[[], Built], set[str]]] = {
    "zip bomb": (zip_bomb, {"wheel-compresses-too-well", "wheel-not-fully-read"}),
    "overlapping members": (overlapping, {"wheel-compresses-too-well", "wheel-zip-ambiguous"}),
    "size that is a lie": (lying_size, {"wheel-damaged"}),
    "tar bomb": (tar_bomb, {"sdist-not-fully-read"}),
    "endless long name": (lambda: long_header(tarfile.GNUTYPE_LONGNAME), {"sdist-not-fully-read"}),
    "endless pax header": (lambda: long_header(tarfile.XHDTYPE), {"sdist-not-fully-read"}),
    "endless global header": (lambda: long_header(tarfile.XGLTYPE), {"sdist-not-fully-read"}),
    "chain of headers": (header_chain, {"sdist-is-no-archive"}),
    "negative size": (negative_size, {"sdist-damaged"}),
    "endless sparse map": (sparse_map, {"sdist-not-fully-read"}),
    "path traversal in a wheel": (lambda: wheel({"../../etc/evil": "x"}), {"wheel-path-unsafe"}),
    "path traversal in a sdist": (lambda: sdist({"../../etc/evil": "x"}), {"sdist-path-unsafe"}),
    "absolute name": (lambda: wheel({"/etc/evil": "x"}), {"wheel-path-unsafe"}),
    "absolute name in a sdist": (lambda: sdist(members=[member("/etc/evil", b"x")]), {"sdist-path-unsafe"}),
    "link to elsewhere": (
        lambda: sdist(members=[member("demo-1.0/a", kind=tarfile.SYMTYPE, linkname="/etc/passwd")]),
        {"sdist-link-leaves-it"},
    ),
    "link in a wheel": (
        lambda: wheel({"demo/a": "/etc/passwd"}, modes={"demo/a": 0o120777}),
        {"wheel-has-symlink"},
    ),
    "device": (
        lambda: sdist(members=[member("demo-1.0/a", kind=tarfile.CHRTYPE)]),
        {"sdist-has-special-file"},
    ),
    "hard link to elsewhere": (
        lambda: sdist(members=[member("demo-1.0/a", kind=tarfile.LNKTYPE, linkname="/etc/passwd")]),
        {"sdist-link-leaves-it"},
    ),
    "link, and a file behind it": (
        lambda: sdist(
            members=[
                member("demo-1.0/a", kind=tarfile.SYMTYPE, linkname="../.."),
                member("demo-1.0/a/evil", b"x"),
            ]
        ),
        {"sdist-link-leaves-it"},
    ),
    "named pipe": (
        lambda: sdist(members=[member("demo-1.0/a", kind=tarfile.FIFOTYPE)]),
        {"sdist-has-special-file"},
    ),
    "drive letter": (lambda: wheel({"C:\\evil": "x"}), {"wheel-path-unsafe"}),
    "duplicate names in a sdist": (
        lambda: sdist(members=[member("demo-1.0/PKG-INFO", b"Name: other\n")]),
        {"sdist-has-duplicate-member"},
    ),
    "duplicate names": (lambda: Built(WHEEL, zip_of({"a": b"b"}, twice=True)), {"wheel-zip-ambiguous"}),
    "ten thousand members": (lambda: many_members(10_000), {"wheel-metadata-missing"}),
    "a hundred thousand members": (lambda: many_members(100_500), {"wheel-not-fully-read"}),
    "a hundred thousand members in a sdist": (lambda: many_in_tar(100_500), {"sdist-not-fully-read"}),
    "truncated wheel": (lambda: Built(WHEEL, wheel().data[:-30]), {"wheel-is-no-archive"}),
    "truncated sdist": (
        lambda: Built(SDIST, sdist({"b": bytes(99_999)}).data[:-60]),
        {"sdist-damaged"},
    ),
    "recompressed wheel": (lambda: Built(WHEEL, gzip.compress(wheel().data)), {"wheel-is-no-archive"}),
    "recompressed sdist": (lambda: Built(SDIST, gzip.compress(sdist().data)), {"sdist-is-no-archive"}),
    "METADATA of 50 MB": (
        lambda: wheel(extra={f"{INFO}/METADATA": METADATA_50_MB}, drop=("METADATA",)),
        {"metadata-too-large"},
    ),
    "PKG-INFO of 50 MB": (lambda: sdist({"PKG-INFO": METADATA_50_MB}), {"metadata-too-large"}),
    "NUL in METADATA": (
        lambda: wheel(
            extra={f"{INFO}/METADATA": b"Metadata-Version: 2.4\nName: de\0mo\nVersion: 1.0\n\n\0"},
            drop=("METADATA",),
        ),
        {"name-invalid"},
    ),
    "METADATA of a million headers": (
        lambda: wheel(extra={f"{INFO}/METADATA": MANY_HEADERS}, drop=("METADATA",)),
        {"metadata-too-large"},
    ),
    "RECORD of eight million rows": (lambda: wheel(record="a,,\n" * 8_000_000), {"wheel-record-unreadable"}),
    "RECORD of one long row": (lambda: wheel(record="," * 8_000_000), {"wheel-record-unreadable"}),
    "NUL in a name": (
        lambda: Built(WHEEL, zip_of({"a": b"b"}, local={"name": b"a\0b"}, central={"name": b"a\0b"})),
        {"wheel-zip-ambiguous"},
    ),
    "invalid UTF-8 in a name": (
        lambda: Built(WHEEL, zip_of({"a": b"b"}, local={"name": b"\xff\xfe"}, central={"name": b"\xff\xfe"})),
        {"wheel-zip-ambiguous"},
    ),
    "invalid UTF-8 in a name of a sdist": (
        lambda: sdist(members=[member("demo-1.0/\udcff\udcfe", b"x")], layout=tarfile.GNU_FORMAT),
        {"sdist-path-illegal-on-windows"},
    ),
    "invalid UTF-8 everywhere": (
        lambda: wheel(
            extra={f"{INFO}/METADATA": b"\xff\0\xfe" * 999},
            drop=("METADATA",),
            entry_points=b"\xff",
            record=b"\xff",
        ),
        {"wheel-record-unreadable", "wheel-entry-points-invalid"},
    ),
    "names of 64 kB": (
        lambda: wheel({f"demo/{'x' * 60_000}{n}": "" for n in range(99)}),
        {"wheel-path-too-long"},
    ),
    "a folder in a folder, ten thousand times": (
        lambda: wheel({"demo/__init__.py": "", "demo/" + "a/" * 10_000 + "b.py": ""}),
        {"wheel-path-too-long"},
    ),
    "source nested too deeply": (lambda: nested_source("x = " + "-" * 200_000 + "1"), TOO_NEW),
    "source nested as deeply as can be parsed": (lambda: nested_source("x = " + "1+" * 2500 + "1"), TOO_NEW),
    "source of many branches": (lambda: nested_source("if 1: pass\n" + "elif 1: pass\n" * 950), TOO_NEW),
    "source of many brackets": (lambda: nested_source("x = " + "[" * 200_000), TOO_NEW),
    "source of one long chain": (lambda: nested_source("x = " + "1+" * 200_000 + "1"), TOO_NEW),
    "source that is binary": (lambda: nested_source("\0" * 1000), TOO_NEW),
    "a line of many commas and brackets": (lambda: nested_source("a[" * 150_000), TOO_NEW),
}


def judged(built: Built, folder: Path) -> list[str]:
    """Return the rules that hold true, found by a child process that may not take more memory."""
    child = subprocess.run(
        [sys.executable, "-I", "-c", JUDGE, built.at(folder), str(ADDRESS_SPACE), SCRIPTS, str(CPU_SECONDS)],
        capture_output=True,
        text=True,
        timeout=WALL_SECONDS,
        check=False,
    )
    assert child.stderr == ""
    answer = json.loads(child.stdout)
    assert answer["broken"] == []
    return list(answer["rules"])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_answered_with_a_finding(name: str, tmp_path: Path) -> None:
    make, expected = HOSTILE[name]
    assert expected <= set(judged(make(), tmp_path))


def test_the_memory_limit_of_these_tests_is_one(tmp_path: Path) -> None:
    hungry = f"{JUDGE.splitlines()[1]}\n{JUDGE.splitlines()[2]}\nbytearray(600 * 1024**2)"
    child = subprocess.run(
        [sys.executable, "-I", "-c", hungry, tmp_path, str(ADDRESS_SPACE)],
        capture_output=True,
        text=True,
        timeout=WALL_SECONDS,
        check=False,
    )
    assert "MemoryError" in child.stderr


def test_nothing_is_written_while_reading(tmp_path: Path) -> None:
    judged(sdist({"../escaped": "x", "inside": "y"}), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [SDIST]
    assert not (tmp_path.parent / "escaped").exists()


FOR_LINUX = "demo-1.0-cp39-abi3-manylinux_2_17_x86_64.whl"
"""A wheel that the tools for compiled code would unpack."""

COMMANDED: dict[str, Callable[[], Built]] = {
    "zip bomb": zip_bomb,
    "zip bomb with compiled code": lambda: Built(FOR_LINUX, zip_bomb().data),
    "truncated wheel with compiled code": lambda: Built(FOR_LINUX, wheel().data[:-30]),
    "METADATA of 50 MB": HOSTILE["METADATA of 50 MB"][0],
    "a hundred thousand members": HOSTILE["a hundred thousand members"][0],
    "invalid UTF-8 everywhere": HOSTILE["invalid UTF-8 everywhere"][0],
}


@pytest.mark.parametrize("name", COMMANDED)
def test_the_command_answers_in_the_same_limits(name: str, tmp_path: Path) -> None:
    limits = ("prlimit", f"--as={ADDRESS_SPACE}", f"--cpu={CPU_SECONDS}", f"--fsize={ADDRESS_SPACE}")
    run = slipway("inspect", "--json", COMMANDED[name]().at(tmp_path), cwd=tmp_path, before=limits)
    assert run.exit_code == 1, str(run)
    assert "Traceback" not in run.stderr
    assert run.manifest["broken_rules"] == []
