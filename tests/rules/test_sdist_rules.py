"""Each rule on sdists with what triggers it and with what comes close but is accepted."""

import gzip
import io
import json
import struct
import tarfile
from pathlib import Path
from typing import Any

import pytest
from artifacts import Built, sdist
from artifacts.sdists import member, tarred
from artifacts.secret_values import (
    GITHUB_TOKEN,
    OPENSSH_KEY,
    PROTECTED_KEY,
    PYPI_TOKEN,
    RSA_KEY,
    encrypted_code,
)
from artifacts.wheels import zipped
from rules.declared import declared_in, family
from slipway.artifacts import sdist as reader
from slipway.records import Severity
from slipway.rules import catalogue
from slipway.rules.artifact import integrity, litter, member_paths, secrets
from slipway.rules.rule import judge
from slipway.rules.sdist import contents

FILENAME = "demo-1.0.tar.gz"
TOP = "demo-1.0"
MODULES = (integrity, litter, member_paths, contents, secrets)
C_ROWS = {"C18", "C20", "C23", "C25", "C27", "C28", "C29", "C30", "C31", "C32"}


def holding(path: str, content: str | bytes = "", **options: Any) -> Built:
    """Return a sdist with one further file."""
    return sdist({path: content}, **options)


def special(name: str, kind: bytes, linkname: str = "") -> Built:
    """Return a sdist with a member that is no file."""
    return sdist(members=[member(f"{TOP}/{name}", kind=kind, linkname=linkname)])


def sparse_pax() -> Built:
    """Return a sdist with a sparse file, as GNU tar writes it in the pax format."""
    info, data = member(f"{TOP}/GNUSparseFile.0/disk.img", b"1\n0\n4\n".ljust(512, b"\0") + b"data")
    info.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": f"{TOP}/disk.img",
        "GNU.sparse.realsize": "4",
    }
    return sdist(members=[(info, data)])


def cut(built: Built, share: float) -> Built:
    return Built(built.filename, built.data[: int(len(built.data) * share)])


def half_a_tar() -> bytes:
    """Return a gzip stream that is whole around a tar that is not."""
    tar = gzip.decompress(sdist({"big.bin": bytes(9000)}).data)
    return gzip.compress(tar[: len(tar) // 2], mtime=0)


def corrupt_gzip() -> bytes:
    """Return a gzip stream of whole blocks, more than is read at once, and one of no known type."""
    tar = gzip.decompress(sdist({"big.bin": bytes(800_000)}).data)
    stream = b"\x1f\x8b\x08" + bytes(7)
    for at in range(0, 600_000, 60_000):
        stream += struct.pack("<B2H", 0, 60_000, 60_000 ^ 0xFFFF) + tar[at : at + 60_000]
    return stream + b"\xff" * 200_000


def zip_sdist(content: dict[str, bytes]) -> Built:
    return Built("demo-1.0.zip", zipped(content))


SERVICE_ACCOUNT = json.dumps({"type": "service_account", "private_key": RSA_KEY})
BAD: list[tuple[str, Built, str | None]] = [
    # The archive.
    ("sdist-is-no-archive", Built(FILENAME, b""), "C27"),
    ("sdist-is-no-archive", Built(FILENAME, b"hello"), "C27"),
    ("sdist-is-no-archive", Built(FILENAME, gzip.compress(b"hello" * 500)), "C27"),
    ("sdist-is-no-archive", Built(FILENAME, gzip.decompress(sdist().data)), "C27"),
    ("sdist-is-two-formats", Built(FILENAME, sdist().data + zipped({"a": b"b"})), "C18"),
    ("sdist-damaged", cut(sdist({"big.bin": b"abc" * 90_000}), 0.5), "C28"),
    ("sdist-damaged", Built(FILENAME, half_a_tar()), "C28"),
    ("sdist-damaged", Built(FILENAME, corrupt_gzip()), "C28"),
    ("sdist-damaged", Built("demo-1.0.zip", zipped({"a": b"b"}).replace(b"PK\1\2", b"PK\1\3")), "C20"),
    ("sdist-not-fully-read", holding("zeros.bin", bytes(150 * 1024**2)), None),
    ("sdist-has-sparse-member", special("disk.img", tarfile.GNUTYPE_SPARSE), "C29"),
    ("sdist-has-sparse-member", sparse_pax(), "C29"),
    ("sdist-has-trailing-data", Built(FILENAME, sdist().data + b"more"), None),
    ("sdist-has-trailing-data", Built(FILENAME, sdist().data[:-8] + b"\0" * 8), None),
    ("sdist-has-trailing-data", cut(sdist(), 0.995), None),
    ("sdist-has-encrypted-code", holding("demo.py", encrypted_code("pyarmor")), "C25"),
    ("sdist-has-encrypted-code", holding("demo.pye", encrypted_code("sourcedefender")), "C25"),
    # What it must hold.
    ("sdist-not-in-one-directory", sdist(members=[member("README.md", b"# Demo")]), "C30"),
    ("sdist-not-in-one-directory", sdist(members=[member("/etc/demo.conf", b"x")]), "C30"),
    ("sdist-not-in-one-directory", zip_sdist({"PKG-INFO": b"", "setup.py": b""}), "C23"),
    ("sdist-pkg-info-missing", sdist(drop=("PKG-INFO",)), "C31"),
    ("sdist-pkg-info-missing", sdist(top=f"./{TOP}"), "C31"),
    ("sdist-pkg-info-missing", zip_sdist({f"{TOP}/setup.py": b""}), "C23"),
    ("sdist-licence-file-missing", sdist(fields={"License-File": "LICENSE"}), "C32"),
    (
        "sdist-licence-file-missing",
        holding("licence", fields={"License-File": ["licence", "other/NOTICE"]}),
        "C32",
    ),
    ("sdist-not-buildable", sdist(drop=("pyproject.toml",)), None),
    ("sdist-directory-misnamed", sdist(top="demo-1.1"), None),
    ("sdist-directory-misnamed", sdist(top="demo"), None),
    # Paths and kinds of members.
    ("sdist-path-unsafe", holding("../../evil.py", "x"), None),
    ("sdist-has-special-file", special("pipe", tarfile.FIFOTYPE), None),
    ("sdist-has-special-file", special("disk", tarfile.BLKTYPE), None),
    ("sdist-has-special-file", special("odd", b"Z"), None),
    ("sdist-has-duplicate-member", sdist(members=[member(f"{TOP}/pyproject.toml", b"")]), None),
    ("sdist-path-is-file-and-folder", sdist({"docs": "a", "docs/index.md": "b"}), None),
    ("sdist-paths-differ-in-case", sdist({"Docs.md": "a", "docs.md": "b"}), None),
    ("sdist-path-illegal-on-windows", holding("con.txt", "x"), None),
    ("sdist-link-leaves-it", special("LICENSE", tarfile.SYMTYPE, "../../LICENSE"), None),
    ("sdist-link-leaves-it", special("LICENSE", tarfile.SYMTYPE, "/etc/passwd"), None),
    ("sdist-link-leaves-it", special("LICENSE", tarfile.LNKTYPE, "/etc/passwd"), None),
    ("sdist-has-link", special("README.md", tarfile.SYMTYPE, "docs/index.md"), None),
    # Secrets.
    ("sdist-holds-secret", holding("id_rsa", OPENSSH_KEY), None),
    ("sdist-holds-secret", holding("deploy.key", RSA_KEY), None),
    ("sdist-holds-secret", holding("src/demo/core.py", f"TOKEN = '{GITHUB_TOKEN}'\n"), None),
    ("sdist-holds-secret", holding("README.md", f"password {PYPI_TOKEN}\n"), None),
    ("sdist-holds-secret", holding(".env", "export AWS_SECRET_ACCESS_KEY='s3cr3t-v4lue'\n"), None),
    ("sdist-holds-secret", holding(".netrc", "machine example.com login me password s3cr3t-v4lue\n"), None),
    (
        "sdist-holds-secret",
        holding("account.json", SERVICE_ACCOUNT),
        None,
    ),
    ("sdist-may-hold-secret", holding("key.pem", PROTECTED_KEY), None),
    ("sdist-may-hold-secret", sdist({"proxy/ca.key": RSA_KEY, "proxy/ca.crt": "x"}), None),
    ("sdist-may-hold-secret", holding(".pypirc", "[pypi]\nusername = __token__\n"), None),
    ("sdist-shows-pypi-token", holding("tests/test_upload.py", f"TOKEN = '{PYPI_TOKEN}'\n"), None),
    # Litter.
    ("sdist-has-bytecode", holding("src/demo/__pycache__/core.cpython-313.pyc", b"\0"), None),
    ("sdist-has-version-control-files", holding(".git/HEAD", "ref: refs/heads/main\n"), None),
    ("sdist-has-litter", holding(".idea/workspace.xml", "<xml/>"), None),
    ("sdist-has-litter", holding("src/demo/core.py.orig", "x"), None),
]

GOOD: list[tuple[str, Built]] = [
    ("sdist-has-trailing-data", Built(FILENAME, sdist().data + bytes(512))),
    ("sdist-has-trailing-data", Built(FILENAME, sdist().data + gzip.compress(bytes(1024)))),
    ("sdist-not-fully-read", holding("zeros.bin", bytes(60 * 1024**2))),
    ("sdist-not-in-one-directory", sdist(top="demo_1")),
    ("sdist-licence-file-missing", holding("LICENSE", "MIT", fields={"License-File": "LICENSE"})),
    ("sdist-licence-file-missing", sdist(fields={"Metadata-Version": "2.1", "License-File": "LICENSE"})),
    ("sdist-not-buildable", holding("setup.py", "import setuptools", drop=("pyproject.toml",))),
    ("sdist-directory-misnamed", sdist(top="Demo-1.0.0")),
    ("sdist-path-unsafe", holding("..data/a..b", "x")),
    ("sdist-link-leaves-it", special("docs/README.md", tarfile.SYMTYPE, "../README.md")),
    ("sdist-link-leaves-it", special("copy.md", tarfile.LNKTYPE, f"{TOP}/README.md")),
    ("sdist-has-link", special("docs", tarfile.DIRTYPE)),
    ("sdist-holds-secret", holding("tests/id_rsa", OPENSSH_KEY)),
    ("sdist-holds-secret", holding("docs/usage.md", RSA_KEY)),
    ("sdist-holds-secret", holding("src/greentest/3.13/keys.pem", RSA_KEY)),
    ("sdist-holds-secret", sdist({"proxy/ca.key": RSA_KEY, "proxy/ca.crt": "x"})),
    ("sdist-holds-secret", holding(".netrc", "machine example.com login me password <password>\n")),
    ("sdist-may-hold-secret", holding("id_rsa.pub", "ssh-rsa AAAA")),
    ("sdist-may-hold-secret", holding("src/demo/env.py", "DEBUG = 1")),
    ("sdist-has-version-control-files", holding(".gitattributes", "x")),
    ("sdist-has-version-control-files", holding("vendor/lib/.git", "gitdir: elsewhere\n")),
    ("sdist-has-litter", holding("tests/data/merge.orig", "x")),
    ("sdist-has-litter", holding("pyproject.toml.orig", "x")),
]  # fmt: skip


def found(built: Built, folder: Path) -> dict[str, Severity]:
    """Return the rules that hold true of a sdist, read from disk."""
    judged = judge(family("sdist"), reader.read(built.at(folder)), ignored={})
    assert judged.broken_rules == ()
    return {finding.rule: finding.severity for finding in judged.findings}


def named(row: tuple[Any, ...]) -> str:
    return str(row[0]).removeprefix("sdist-")


@pytest.mark.parametrize(("rule", "built", "mirrored"), BAD, ids=map(named, BAD))
def test_what_triggers_a_rule(rule: str, built: Built, mirrored: str | None, tmp_path: Path) -> None:
    assert rule in found(built, tmp_path)
    assert mirrored is None or mirrored in catalogue.named(rule, where="the test").mirrors


@pytest.mark.parametrize(("rule", "built"), GOOD, ids=map(named, GOOD))
def test_what_comes_close_is_accepted(rule: str, built: Built, tmp_path: Path) -> None:
    assert rule not in found(built, tmp_path)


@pytest.mark.parametrize("layout", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_a_healthy_sdist_is_left_alone(layout: int, tmp_path: Path) -> None:
    names = {"README.md": "# Demo", "LICENSE": "MIT"}
    if layout != tarfile.USTAR_FORMAT:
        names |= {f"src/{'long/' * 30}é.txt": "x"}
    assert found(sdist(names, fields={"License-File": "LICENSE"}, layout=layout), tmp_path) == {}


def test_every_rule_is_triggered_and_every_row_of_the_index_has_an_artifact() -> None:
    rules = {rule.name for rule in declared_in(*MODULES) if rule.family == "sdist"}
    assert rules == {rule for rule, _, _ in BAD}
    assert {row for _, _, row in BAD if row} == C_ROWS


def test_a_secret_in_a_project_called_like_tests_is_found(tmp_path: Path) -> None:
    built = sdist({"src/pytest_demo/core.pem": RSA_KEY}, name="pytest_demo")
    assert "sdist-holds-secret" in found(built, tmp_path)


def test_many_secrets_are_told_briefly(tmp_path: Path) -> None:
    built = sdist({f"keys/{number}.pem": RSA_KEY for number in range(30)})
    judged = judge(family("sdist"), reader.read(built.at(tmp_path)), ignored={})
    assert [finding.message for finding in judged.findings][-1] == "20 more files hold such things."


def test_a_tar_in_which_the_end_is_missing_is_read_like_the_index_reads_it(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info, data in [member(f"{TOP}/PKG-INFO", b"Name: demo\n"), member(f"{TOP}/setup.py", b"x")]:
            archive.addfile(info, io.BytesIO(data))
        end = archive.offset
    built = Built(FILENAME, gzip.compress(buffer.getvalue()[:end]))
    assert tarred([]) != built.data
    assert found(built, tmp_path) == {}
