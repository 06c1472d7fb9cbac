"""Each rule on wheels with what triggers it and with what comes close but is accepted."""

import io
import json
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from artifacts import Built, wheel
from artifacts.sdists import member, tarred
from artifacts.secret_values import (
    CERTIFICATE,
    GITHUB_TOKEN,
    OPENSSH_KEY,
    PROTECTED_KEY,
    PYPI_TOKEN,
    RSA_KEY,
    encrypted_code,
)
from artifacts.wheels import record_digest, wheel_file, zipped
from artifacts.zips import extra, zip_of
from rules.declared import declared_in, family
from slipway.artifacts import wheel as reader
from slipway.records import Severity
from slipway.rules import catalogue
from slipway.rules.artifact import integrity, litter, member_paths, secrets
from slipway.rules.rule import judge
from slipway.rules.wheel import installed, layout, python_code, record, sboms, tags

FILENAME = "demo-1.0-py3-none-any.whl"
INFO = "demo-1.0.dist-info"
INIT = "X = 1\n"
DOCTYPE = '<!DOCTYPE bom [<!ENTITY a "demo">]>'
MODULES = (
    integrity,
    litter,
    member_paths,
    secrets,
    python_code,
    installed,
    layout,
    record,
    sboms,
    tags,
)
C_ROWS = {"C18", "C19", "C20", "C21", "C22", "C24", "C25", "C26", "C33", "C34", "C35", "C36"}


def healthy() -> dict[str, bytes]:
    """Return the members of a healthy wheel."""
    with zipfile.ZipFile(io.BytesIO(wheel().data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def raw(**faults: Any) -> Built:
    """Return a wheel written record by record, its first member being `demo/__init__.py`."""
    return Built(FILENAME, zip_of(healthy(), **faults))


def files(**content: str | bytes) -> Built:
    """Return a wheel of package `demo` and further files; `__` in a name stands for a slash."""
    return wheel(
        {"demo/__init__.py": INIT, **{name.replace("__", "/"): text for name, text in content.items()}}
    )


def holding(path: str, content: str | bytes = "", **options: Any) -> Built:
    """Return a wheel of package `demo` and one further file."""
    return wheel({"demo/__init__.py": INIT, path: content}, **options)


def listing(name: str, content: str) -> Built:
    """Return a wheel with a bill of materials."""
    return holding(f"{INFO}/sboms/{name}", content)


def cyclonedx(name: str, version: str, purl: str = "") -> str:
    """Return a document on one component."""
    part = {"name": name, "version": version, **({"purl": purl} if purl else {})}
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": part}})


def cyclonedx_xml(name: str, version: str, before: str = "") -> str:
    """Return a document on one component that holds another one."""
    parts = f"<component><name>{name}</name><version>{version}</version><x><name>y</name></x></component>"
    bom = f'<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata>{parts}</metadata></bom>'
    return f'<?xml version="1.0"?>{before}{bom}'


def spdx(version: str) -> str:
    """Return a document on one of its two packages."""
    own = {"SPDXID": "SPDXRef-demo", "name": "demo", "versionInfo": version}
    other = {"SPDXID": "SPDXRef-zlib", "name": "zlib", "versionInfo": "1.3"}
    related = [("SPDXRef-DOCUMENT", "DESCRIBES", own), ("SPDXRef-demo", "CONTAINS", other)]
    names = ("spdxElementId", "relationshipType", "relatedSpdxElement")
    relationships = [dict(zip(names, (a, b, c["SPDXID"]), strict=True)) for a, b, c in related]
    return json.dumps({"spdxVersion": "SPDX-2.3", "packages": [own, other], "relationships": relationships})


def script(value: str, code: str = "def main(): ...\n", **options: Any) -> Built:
    """Return a wheel with a command and `demo/cli.py`."""
    points = f"[console_scripts]\ndemo = {value}\n"
    return wheel({"demo/__init__.py": INIT, "demo/cli.py": code}, entry_points=points, **options)


def plugin(value: str, **options: Any) -> Built:
    """Return a wheel with an entry point that is no command, and `demo/cli.py`."""
    points = f"[pytest11]\ndemo = {value}\n"
    return wheel(
        {"demo/__init__.py": INIT, "demo/cli.py": "def main(): ...\n"}, entry_points=points, **options
    )


def code(content: Mapping[str, str], floor: str = ">=3.9") -> Built:
    return wheel(content, fields={"Requires-Python": floor})


def recorded(change: str, **options: Any) -> Built:
    """Return a wheel whose RECORD has another row for `demo/__init__.py`."""
    lines = healthy()[f"{INFO}/RECORD"].decode().splitlines()
    return wheel(record="\n".join([change, *lines[1:], ""]), **options)


def bytes_of(count: int) -> bytes:
    return b"\0" * count


MATCH = "match 1:\n    case 1:\n        pass\n"
COMPILED = "demo/_speed.cpython-313-x86_64-linux-gnu.so"
LINUX = "cp313-cp313-manylinux_2_17_x86_64"

BAD: list[tuple[str, Built, str | None]] = [
    # The archive.
    ("wheel-is-no-archive", Built(FILENAME, b""), "C19"),
    ("wheel-is-no-archive", Built(FILENAME, tarred([member("a", b"b")])), "C19"),
    ("wheel-is-two-formats", raw(before=tarred([member("a", b"b")])), "C18"),
    ("wheel-damaged", Built(FILENAME, wheel().data.replace(b"PK\x01\x02", b"PK\x01\x03", 1)), "C20"),
    ("wheel-damaged", raw(local={"crc": 1}, central={"crc": 1}), "C20"),
    ("wheel-damaged", raw(local={"flags": 1}, central={"flags": 1}), "C20"),
    ("wheel-damaged", raw(end={"length": 10_000_000}), "C20"),
    ("wheel-compresses-too-well", holding("demo/zeros.bin", bytes_of(65 * 1024**2)), "C21"),
    ("wheel-compression-unsupported", wheel(method=zipfile.ZIP_BZIP2), "C22"),
    ("wheel-compression-unsupported", wheel(method=zipfile.ZIP_LZMA), "C22"),
    ("wheel-has-encrypted-code", holding("demo/core.py", encrypted_code("pyarmor")), "C25"),
    ("wheel-has-encrypted-code", holding("demo/core.pye", encrypted_code("sourcedefender")), "C25"),
    ("wheel-not-fully-read", holding("demo/zeros.bin", bytes_of(65 * 1024**2)), None),
    # The framing of the zip.
    ("wheel-zip-ambiguous", raw(before=b"#!/bin/sh\n"), "C26"),
    ("wheel-zip-ambiguous", raw(between=b"abcd"), "C26"),
    ("wheel-zip-ambiguous", raw(local={"flags": 8}, central={"flags": 8}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"name": b"de\x07mo.py"}, central={"name": b"de\x07mo.py"}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"extra": extra(0x7075, b"\1\0\0\0\0\x07")}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"extra": extra(0x7075, b"\1\0\0\0\0\xff")}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"extra": extra(0x7075, b"\1\0\0\0\0a") * 2}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"name": b"\xff"}, central={"name": b"\xff"}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"name": b"\xc3\xa9"}, central={"name": b"\xc3\xa9"}), "C26"),
    ("wheel-zip-ambiguous", raw(skip_central=True), "C26"),
    ("wheel-zip-ambiguous", raw(skip_local=True), "C26"),
    ("wheel-zip-ambiguous", raw(twice=True), "C26"),
    ("wheel-zip-ambiguous", raw(local={"size": 7}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"packed": 7}), "C26"),
    ("wheel-zip-ambiguous", raw(central={"comment": b"hello"}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"extra": extra(1, b"") * 2}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"extra": extra(1, bytes(12))}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"extra": extra(1, bytes(8))}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"extra": extra(1, b""), "size": 0xFFFFFFFF}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"extra": b"\1\0\x10\0abc"}), "C26"),
    ("wheel-zip-ambiguous", raw(local={"extra": b"\1\0"}), "C26"),
    ("wheel-zip-ambiguous", raw(end={"count": 7}), "C26"),
    ("wheel-zip-ambiguous", raw(end={"here": 2}), "C26"),
    ("wheel-zip-ambiguous", raw(end64={"here": 2}), "C26"),
    ("wheel-zip-ambiguous", raw(end64={"body": 54}), "C26"),
    ("wheel-zip-ambiguous", raw(end64={"offset": 1}), "C26"),
    ("wheel-zip-ambiguous", raw(end64={}, locator64=False), "C26"),
    ("wheel-zip-ambiguous", raw(after=b"\n"), "C26"),
    # The folders that describe the wheel.
    ("wheel-wheel-file-missing", wheel(drop=("WHEEL",)), "C24"),
    ("wheel-wheel-file-missing", wheel(dist_info="Demo-1.0.dist-info"), "C24"),
    ("wheel-version-unsupported", holding(f"{INFO}/WHEEL", "Wheel-Version: 2.0\n", drop=("WHEEL",)), None),
    ("wheel-metadata-hidden", holding("demo/METADATA.txt", "Metadata-Version: 2.1\n"), None),
    ("wheel-metadata-missing", wheel(drop=("METADATA",)), "C36"),
    ("wheel-metadata-missing", wheel(dist_info="demo-1.0.0.dist-info"), "C36"),
    ("wheel-licence-file-missing", wheel(fields={"License-File": "LICENSE"}), "C33"),
    (
        "wheel-licence-file-missing",
        holding(f"{INFO}/LICENSE", "MIT", fields={"License-File": "LICENSE"}),
        "C33",
    ),
    ("wheel-record-unreadable", wheel(drop=("RECORD",)), "C34"),
    ("wheel-record-unreadable", wheel(record=b"\xff,,\n"), "C34"),
    ("wheel-record-unreadable", wheel(record="x" * 200_000), "C34"),
    ("wheel-entry-points-invalid", wheel(entry_points=b"\xff"), "C35"),
    ("wheel-entry-points-invalid", wheel(entry_points="demo = demo:main\n"), "C35"),
    ("wheel-entry-points-invalid", wheel(entry_points="[console_scripts]\ndemo: demo\n"), "C35"),
    ("wheel-entry-points-invalid", wheel(entry_points="[a]\nb = c\nb = d\n"), "C35"),
    ("wheel-entry-points-invalid", wheel(entry_points="[a]\nb = c\n[a]\nd = e\n"), "C35"),
    (
        "wheel-entry-points-invalid",
        wheel(entry_points="[console_scripts]\nmy demo = demo:X\n"),
        "C35",
    ),
    ("wheel-entry-points-invalid", wheel(entry_points="[gui_scripts]\na/b = demo:X\n"), "C35"),
    ("wheel-has-several-dist-infos", holding("other-2.0.dist-info/METADATA", "Name: other\n"), None),
    ("wheel-tags-differ", wheel(tags=["py2-none-any", "py3-none-any"]), None),
    ("wheel-tags-differ", wheel(tags=[]), None),
    ("wheel-purelib-with-compiled-modules", holding(COMPILED, b"\x7fELF", tag=LINUX), None),
    ("wheel-for-any-platform-is-compiled", holding(COMPILED, b"\x7fELF", purelib=False), None),
    ("wheel-platlib-without-compiled-modules", wheel(purelib=False), None),
    ("wheel-data-folder-unknown", holding("demo-1.0.data/etc/demo.conf"), None),
    ("wheel-data-folder-misnamed", holding("Demo-1.0.data/scripts/demo"), None),
    # RECORD.
    ("wheel-file-not-in-record", wheel(extra={"demo/more.py": INIT}), None),
    (
        "wheel-record-lists-missing-file",
        recorded(f"demo/gone.py,,\ndemo/__init__.py,sha256={record_digest(INIT.encode())},6"),
        None,
    ),
    ("wheel-record-differs", recorded(f"demo/__init__.py,sha256={record_digest(b'')},6"), None),
    ("wheel-record-differs", recorded(f"demo/__init__.py,sha384={record_digest(b'', 'sha384')},6"), None),
    ("wheel-record-differs", recorded(f"demo/__init__.py,sha256={record_digest(INIT.encode())},7"), None),
    ("wheel-record-without-hash", recorded("demo/__init__.py,,"), None),
    (
        "wheel-record-without-hash",
        recorded(f"demo/__init__.py,md5={record_digest(INIT.encode(), 'md5')},6"),
        None,
    ),
    # What is installed.
    ("wheel-is-empty", wheel({}), None),
    ("wheel-is-metapackage", wheel({}, fields={"Requires-Dist": "demo-core"}), None),
    ("wheel-installs-development-files", holding("tests/__init__.py"), None),
    ("wheel-installs-development-files", holding("docs/conf.py", INIT), None),
    ("wheel-installs-development-files", wheel({"src/demo/__init__.py": INIT}), None),
    ("wheel-top-level-name-too-general", holding("utils.py", INIT), None),
    ("wheel-top-level-name-too-general", holding("helpers/__init__.py", INIT), None),
    ("wheel-top-level-name-too-general", holding("setup.py", INIT), None),
    ("wheel-installs-stray-files", holding("README.md", "# Demo"), None),
    ("wheel-installs-stray-files", holding("share/logo.txt", "logo"), None),
    # pypa/wheel#566: a compiled module whose name was lost
    ("wheel-installs-stray-files", holding(".cpython-311-x86_64-linux-gnu.so", b"\x7fELF"), None),
    # modelmat/sphinxcontrib-drawio#44
    (
        "wheel-closes-namespace",
        wheel(
            {"sphinxcontrib/__init__.py": "", "sphinxcontrib/drawio.py": "X = 1\n"},
            name="sphinxcontrib_drawio",
        ),
        None,
    ),
    # ag2ai/faststream#2448
    ("wheel-has-unreadable-file", holding("demo/core.py", INIT, modes={"demo/core.py": 0o100233}), None),
    ("wheel-has-pth-file", holding("demo.pth", "import demo\n"), None),
    ("wheel-has-init-at-top-level", wheel({"__init__.py": INIT, "core.py": INIT}), None),
    ("wheel-has-pth-file", holding("demo-1.0.data/purelib/demo.pth", "import demo\n"), None),
    ("wheel-type-marker-missing", wheel(fields={"Classifier": "Typing :: Typed"}), None),
    ("wheel-type-marker-missing", holding("demo/__init__.pyi", "X: int\n"), None),
    # The code.
    ("wheel-script-cannot-start", script("demo.cly:main"), None),
    ("wheel-script-cannot-start", script("demo.cli:mian"), None),
    ("wheel-script-cannot-start", script("demo.cli"), None),
    ("wheel-script-cannot-start", script("demo-cli:main"), None),
    ("wheel-script-cannot-start", script("dmeo.cli:main"), None),
    ("wheel-script-cannot-start", script("demo.cli:App.run", "def main(): ...\n"), None),
    ("wheel-plugin-module-missing", plugin("demo.plugin:Hooks"), None),
    ("wheel-plugin-cannot-load", plugin("demo.cli:Hooks"), None),
    ("wheel-script-of-another-package", script("core.cli:main", fields={"Requires-Dist": "core"}), None),
    ("wheel-syntax-too-new", code({"demo/__init__.py": MATCH}), None),
    ("wheel-syntax-too-new", code({"demo/__init__.py": "from . import core", "demo/core.py": MATCH}), None),
    ("wheel-syntax-too-new", code({"demo/__init__.py": "", "demo/core.py": MATCH}), None),
    ("wheel-syntax-too-new", code({"demo/__init__.py": "if (x := 1): pass"}, ">=3.7"), None),
    ("wheel-syntax-too-new", code({"demo/__init__.py": "def f(a, /): pass"}, ">=3.6"), None),
    ("wheel-syntax-too-new", code({"demo.py": "try: ...\nexcept* OSError: ..."}, ">=3.10"), None),
    ("wheel-syntax-too-new", code({"demo.py": "@f[0]\ndef g(): ..."}, ">=3.8"), None),
    ("wheel-syntax-too-new", code({"demo.py": "x: tuple[*T]"}, ">=3.9.2"), None),
    # Bills of materials.
    ("wheel-sbom-unreadable", listing("demo.cdx.json", cyclonedx("demo", "1.0")[:-1]), None),
    ("wheel-sbom-unreadable", listing("demo.cdx.json", "{}"), None),
    ("wheel-sbom-unreadable", listing("bom.json", '{"bomFormat": "CycloneDX"}'), None),
    ("wheel-sbom-unreadable", listing("demo.cdx.json", "[" * 100_000), None),
    ("wheel-sbom-unreadable", listing("demo.spdx.json", "{}"), None),
    ("wheel-sbom-unreadable", listing("demo.cdx.xml", "<bom/>"), None),
    ("wheel-sbom-unreadable", listing("demo.cdx.xml", cyclonedx_xml("demo", "1.0")[:-1]), None),
    ("wheel-sbom-unreadable", listing("demo.cdx.xml", cyclonedx_xml("&a;", "1.0", DOCTYPE)), None),
    ("wheel-sbom-unreadable", listing("demo.cdx.json", "{" + " " * 16 * 1024**2 + "}"), None),
    ("wheel-sbom-of-another-release", listing("demo.cdx.json", cyclonedx("demo", "0.9")), None),
    ("wheel-sbom-of-another-release", listing("a.json", cyclonedx("x", "", "pkg:pypi/core@1.0?a=b")), None),
    (
        "wheel-sbom-of-another-release",
        listing("demo.cdx.json", cyclonedx("demo", "1.0", "pkg:pypi/demo@2")),
        None,
    ),
    ("wheel-sbom-of-another-release", listing("demo.cdx.xml", cyclonedx_xml("demo", "0.9")), None),
    ("wheel-sbom-of-another-release", listing("demo.spdx.json", spdx("0.9")), None),
    # Paths and kinds of members.
    ("wheel-path-unsafe", holding("demo/../../evil.py", INIT), None),
    ("wheel-path-unsafe", holding("/etc/evil.conf", "x"), None),
    ("wheel-path-unsafe", holding("C:/evil.py", INIT), None),
    ("wheel-has-special-file", holding("demo/pipe", modes={"demo/pipe": 0o010644}), None),
    ("wheel-has-symlink", holding("demo/link", "../x", modes={"demo/link": 0o120777}), None),
    ("wheel-has-duplicate-member", raw(twice=True), None),
    ("wheel-path-is-file-and-folder", files(demo__a="x", demo__a__b="x"), None),
    ("wheel-paths-differ-in-case", files(demo__Core="a", demo__core="b"), None),
    ("wheel-path-illegal-on-windows", holding("demo/aux.py", INIT), None),
    ("wheel-path-illegal-on-windows", holding("demo/what?.txt", "x"), None),
    ("wheel-path-too-long", holding(f"demo/{'x' * 176}", "x"), None),
    # Secrets.
    ("wheel-holds-secret", holding("demo/key.pem", RSA_KEY), None),
    ("wheel-holds-secret", holding("demo/core.py", f"KEY = '''{RSA_KEY}'''\n"), None),
    ("wheel-holds-secret", holding("demo/deploy", OPENSSH_KEY), None),
    ("wheel-holds-secret", holding("demo/id_ed25519", "something"), None),
    ("wheel-holds-secret", holding("demo/core.py", f"TOKEN = '{PYPI_TOKEN}'\n"), None),
    ("wheel-holds-secret", holding("demo/core.py", f"TOKEN = '{GITHUB_TOKEN}'\n"), None),
    ("wheel-holds-secret", holding("demo/.env", "API_TOKEN=s3cr3t-v4lue\n"), None),
    ("wheel-holds-secret", holding("demo/.pypirc", "[pypi]\nusername = me\npassword = s3cr3t-v4lue\n"), None),
    ("wheel-may-hold-secret", holding("demo/key.pem", PROTECTED_KEY), None),
    ("wheel-may-hold-secret", holding("demo/server.pem", RSA_KEY + CERTIFICATE), None),
    ("wheel-may-hold-secret", holding("demo/signing.p12", b"\x30\x82"), None),
    ("wheel-may-hold-secret", holding("demo/.env", "DEBUG=1\n"), None),
    ("wheel-shows-pypi-token", holding("demo/tests/test_it.py", f"TOKEN = '{PYPI_TOKEN}'\n"), None),
    # Litter.
    ("wheel-has-bytecode", holding("demo/__pycache__/__init__.cpython-313.pyc", b"\0"), None),
    ("wheel-has-bytecode", holding("demo/__init__.pyc", b"\0"), None),
    ("wheel-has-version-control-files", holding("demo/.git/config", "x"), None),
    ("wheel-has-litter", holding("demo/.DS_Store", b"\0"), None),
    ("wheel-has-litter", holding("demo/__init__.py~", INIT), None),
]

LARGE = {"method": 0, "size": 0xFFFFFFFF, "packed": 0xFFFFFFFF, "extra": extra(1, struct.pack("<2Q", 6, 6))}
GOOD: list[tuple[str, Built]] = [
    ("wheel-zip-ambiguous", raw(local=LARGE, central={"method": 0})),
    ("wheel-zip-ambiguous", raw(comment=b"an archive may have one")),
    ("wheel-zip-ambiguous", raw(end64={})),
    ("wheel-zip-ambiguous", raw(local={"extra": extra(1, b"")})),
    ("wheel-zip-ambiguous", raw(local={"extra": extra(0x7075, b"\1\0\0\0\0demo/__init__.py")})),
    ("wheel-zip-ambiguous", holding("demo/é.txt", "x")),
    ("wheel-compresses-too-well", holding("demo/zeros.bin", bytes_of(60 * 1024**2))),
    ("wheel-has-encrypted-code", holding("demo/notes.txt", encrypted_code("pyarmor"))),
    ("wheel-licence-file-missing", holding(f"{INFO}/licenses/LICENSE", "MIT", fields={"License-File": "LICENSE"})),
    ("wheel-licence-file-missing", wheel(fields={"Metadata-Version": "2.1", "License-File": "LICENSE"})),
    ("wheel-entry-points-invalid", wheel(entry_points="[a]\nb c = d\nB C = e\n[console_scripts]\nx.y-z = demo:X\n")),
    ("wheel-tags-differ", wheel(tag="py2.py3-none-any", tags=["py2-none-any", "py3-none-any"])),
    ("wheel-tags-differ", wheel(tag="py2.py3-none-any")),
    ("wheel-purelib-with-compiled-modules", holding(COMPILED, b"\x7fELF", tag=LINUX, purelib=False)),
    ("wheel-for-any-platform-is-compiled", holding("demo/data/plugin.so", b"\x7fELF")),
    ("wheel-for-any-platform-is-compiled", holding(f"demo/tests/{COMPILED}", b"\x7fELF")),
    ("wheel-platlib-without-compiled-modules", wheel(tag="py3-none-win_amd64", purelib=False)),
    ("wheel-data-folder-unknown", holding("demo-1.0.data/data/etc/demo.conf")),
    ("wheel-file-not-in-record", wheel(extra={f"{INFO}/RECORD.jws": "{}"})),
    # What auditwheel, maturin and SPDX 3 write, and what nobody reads.
    ("wheel-sbom-of-another-release", listing("demo.cdx.json", cyclonedx("Demo", "1", "pkg:pypi/demo@1.0?file_name=x"))),
    ("wheel-sbom-of-another-release", listing("a.cyclonedx.json", cyclonedx("demo-rs", "0.1", "pkg:cargo/demo-rs@0.1"))),
    ("wheel-sbom-of-another-release", listing("demo.cdx.json", cyclonedx("demo", "7", "pkg:cargo/demo@7"))),
    ("wheel-sbom-of-another-release", listing("demo.cdx.json", cyclonedx("libdemo", "7"))),
    ("wheel-sbom-of-another-release", listing("demo.cdx.xml", cyclonedx_xml("demo", "1.0"))),
    ("wheel-sbom-of-another-release", listing("demo.spdx.json", spdx("1.0.0"))),
    ("wheel-sbom-unreadable", listing("demo.cdx.json", "\ufeff" + cyclonedx("demo", "1.0"))),
    ("wheel-sbom-unreadable", listing("demo.cdx.xml", cyclonedx_xml("demo", "1.0"))),
    ("wheel-sbom-unreadable", listing("demo.spdx.json", '{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}')),
    ("wheel-sbom-unreadable", listing("other.json", '{"a": 1}')),
    ("wheel-sbom-unreadable", listing("list.json", "[]")),
    ("wheel-sbom-unreadable", listing("demo.spdx", "no SPDX at all")),
    ("wheel-record-differs", recorded(f"demo/__init__.py,sha512={record_digest(INIT.encode(), 'sha512')},6")),
    ("wheel-record-differs", recorded(f"demo/__init__.py,sha256={record_digest(INIT.encode())},")),
    ("wheel-is-empty", wheel({"demo-1.0.data/scripts/demo": "#!python\n"})),
    ("wheel-is-empty", wheel({}, fields={"Requires-Dist": "demo-core"})),
    ("wheel-is-empty", wheel({"demo-stubs/__init__.pyi": "X: int\n"})),
    ("wheel-is-metapackage", wheel(fields={"Requires-Dist": "demo-core"})),
    ("wheel-installs-development-files", holding("demo/tests/__init__.py")),
    ("wheel-installs-development-files", holding("example.py", INIT)),
    ("wheel-installs-development-files", wheel({"build/__init__.py": INIT}, name="build")),
    ("wheel-top-level-name-too-general", wheel({"config/__init__.py": INIT}, name="python_config")),
    ("wheel-installs-stray-files", holding("demo.libs/libz.so.1", b"\x7fELF")),
    ("wheel-has-unreadable-file", holding("demo/core.py", INIT, modes={"demo/core.py": 0})),
    ("wheel-closes-namespace", wheel({"azure/__init__.py": ""}, name="azure")),
    (
        "wheel-closes-namespace",
        holding("zope/__init__.py", "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"),
    ),
    ("wheel-installs-stray-files", holding("demo-stubs/core.pyi", "X: int\n")),
    ("wheel-has-pth-file", holding("demo/data.pth", b"a model")),
    ("wheel-type-marker-missing", holding("demo/py.typed", fields={"Classifier": "Typing :: Typed"})),
    ("wheel-type-marker-missing", wheel({"demo.py": INIT}, fields={"Classifier": "Typing :: Typed"})),
    ("wheel-type-marker-missing", wheel({"a/b/__init__.py": INIT, "a/b/__init__.pyi": "", "a/b/py.typed": ""})),
    ("wheel-type-marker-missing", holding("demo/typeshed/os.pyi", "X: int\n")),
    ("wheel-type-marker-missing", wheel({"demo/version.py": "V = 1\n", "demo/version.pyi": "V: int\n"})),
    ("wheel-script-cannot-start", script("demo.cli:main")),
    ("wheel-script-cannot-start", script("demo.cli:main [extra]")),
    ("wheel-script-cannot-start", script("demo.cli:mian", "from click import *\n")),
    ("wheel-script-cannot-start", script("demo.cli:mian", "def __getattr__(name): ...\n")),
    ("wheel-script-cannot-start", script("demo.cli:mian", "globals()['mian'] = print\n")),
    ("wheel-script-cannot-start", script("demo.cli:mian", "try:\n    from x import mian\nexcept OSError:\n    pass\n")),
    ("wheel-script-cannot-start", script("demo.cli:mian", "def f():\n    global mian\n")),
    ("wheel-script-cannot-start", script("demo.cli:mian", "this is no Python")),
    ("wheel-script-cannot-start", script("demo:cli")),
    ("wheel-script-cannot-start", script("runpy:run_path")),
    ("wheel-script-cannot-start", script("core.cli:main", fields={"Requires-Dist": "core"})),
    ("wheel-script-cannot-start", wheel(
        {"demo/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"},
        entry_points="[console_scripts]\ndemo = demo.other:main\n", fields={"Requires-Dist": "demo-other"})),
    ("wheel-script-cannot-start", wheel(
        {"demo/__init__.py": INIT, "demo/cli.cpython-313-darwin.so": b"\xcf"},
        entry_points="[console_scripts]\ndemo = demo.cli:main\n")),
    ("wheel-script-of-another-package", script("demo.cli:main")),
    ("wheel-plugin-module-missing", plugin("demo.cli:Hooks")),
    ("wheel-plugin-module-missing", plugin("demo.plugin")),
    ("wheel-plugin-module-missing", plugin("core.hooks:Hooks", fields={"Requires-Dist": "core"})),
    ("wheel-plugin-cannot-load", plugin("demo.cli")),
    ("wheel-plugin-cannot-load", plugin("demo.cli.main")),
    ("wheel-plugin-cannot-load", plugin("demo.cli:main")),
    ("wheel-plugin-cannot-load", plugin("anything at all")),
    ("wheel-plugin-cannot-load", plugin("core.hooks:Hooks", fields={"Requires-Dist": "core"})),
    ("wheel-syntax-too-new", code({"demo/__init__.py": MATCH}, ">=3.10")),
    ("wheel-syntax-too-new", wheel({"demo/__init__.py": MATCH}, fields={"Requires-Python": None})),
    ("wheel-syntax-too-new", code({"demo/__init__.py": "match = 1\nwith (open(match)): pass\n"}, ">=3.7")),
    ("wheel-syntax-too-new", code({
        "demo/__init__.py": "import sys\nif sys.version_info >= (3, 10):\n    from .core import x\n",
        "demo/core.py": MATCH})),
    ("wheel-syntax-too-new", code({
        "demo/__init__.py": "def load():\n    from demo import core\n", "demo/core.py": MATCH})),
    ("wheel-syntax-too-new", code({
        "demo/__init__.py": "import importlib\nload = lambda: importlib.import_module('demo.core')\n",
        "demo/core.py": MATCH})),
    ("wheel-syntax-too-new", code({
        "demo/__init__.py": "try:\n    from . import new\nexcept SyntaxError:\n    pass\n",
        "demo/new.py": "from demo.core import x\n", "demo/core.py": MATCH})),
    ("wheel-syntax-too-new", code({"demo/__init__.py": "", "demo/_py310.py": MATCH})),
    ("wheel-syntax-too-new", code({"demo/__init__.py": "", "demo/tests/test_match.py": MATCH})),
    ("wheel-syntax-too-new", code({"demo/__init__.py": "", "demo/templates/main.py": MATCH})),
    ("wheel-syntax-too-new", code({"demo/__init__.py": "", "demo/data-files/main.py": MATCH})),
    ("wheel-syntax-too-new", code({"demo/__init__.py": "", "demo/core.py": "print 'Python 2'"})),
    ("wheel-path-unsafe", holding("demo/..hidden/a..b.txt", "x")),
    ("wheel-paths-differ-in-case", wheel({"demo/__init__.py": INIT, "demo/A": "a", "demo/a": "b"}, tag=LINUX)),
    ("wheel-path-illegal-on-windows", holding("demo/auxiliary.py", INIT)),
    ("wheel-path-illegal-on-windows", holding("demo/a:b.txt", "x", tag=LINUX)),
    ("wheel-path-too-long", holding(f"demo/{'x' * 170}", "x")),
    ("wheel-holds-secret", holding("demo/tests/key.pem", RSA_KEY)),
    ("wheel-holds-secret", holding("demo/docs.py", f"'''{RSA_KEY}'''\n")),
    ("wheel-holds-secret", holding("demo/a.py", "K = '-----BEGIN PRIVATE KEY-----\\nMIIE...\\n-----END PRIVATE KEY-----'")),
    ("wheel-holds-secret", holding("demo/core.py", "'-----BEGIN %s PRIVATE KEY-----'")),
    ("wheel-holds-secret", holding("demo/core.py", "TOKEN = 'ghp_" + "x" * 36 + "'\n")),
    ("wheel-holds-secret", holding("demo/core.py", "TOKEN = 'ghp_1234567890abcdefghijklmnopqrstuvwxyz'\n")),
    ("wheel-holds-secret", holding("demo/core.py", "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
    ("wheel-holds-secret", holding("demo/.env", "API_TOKEN=changeme\nPASSWORD=\nSECRET_KEY=${SECRET}\n")),
    ("wheel-holds-secret", holding("demo/.env.example", "API_TOKEN=s3cr3t-v4lue\n")),
    ("wheel-may-hold-secret", holding("demo/cacert.pem", CERTIFICATE)),
    ("wheel-shows-pypi-token", holding("demo/tests/test_it.py", "TOKEN = 'pypi-AgEIcHlwaS5vcmc" + "x" * 90 + "'\n")),
    ("wheel-has-bytecode", holding("demo/core.pyc", b"\0")),
    ("wheel-has-version-control-files", holding("demo/.gitignore", "x")),
    ("wheel-has-version-control-files", holding("demo/tests/repo/.git/config", "x")),
    ("wheel-has-litter", holding("demo/venv/__init__.py", INIT)),
]  # fmt: skip


def found(built: Built, folder: Path) -> dict[str, Severity]:
    """Return the rules that hold true of a wheel, read from disk."""
    judged = judge(family("wheel"), reader.read(built.at(folder)), ignored={})
    assert judged.broken_rules == ()
    return {finding.rule: finding.severity for finding in judged.findings}


def named(row: tuple[Any, ...]) -> str:
    return str(row[0]).removeprefix("wheel-")


@pytest.mark.parametrize(("rule", "built", "mirrored"), BAD, ids=map(named, BAD))
def test_what_triggers_a_rule(rule: str, built: Built, mirrored: str | None, tmp_path: Path) -> None:
    assert rule in found(built, tmp_path)
    assert mirrored is None or mirrored in catalogue.named(rule, where="the test").mirrors


@pytest.mark.parametrize(("rule", "built"), GOOD, ids=map(named, GOOD))
def test_what_comes_close_is_accepted(rule: str, built: Built, tmp_path: Path) -> None:
    assert rule not in found(built, tmp_path)


@pytest.mark.parametrize(
    "built",
    [
        wheel(),
        wheel(name="demo_project", tag="cp39-abi3-win_amd64", purelib=False),
        wheel({"demo.py": INIT}, entry_points="[console_scripts]\ndemo = demo:X\n"),
        wheel({"space/demo/__init__.py": INIT, "space/demo/py.typed": ""}, fields={"Classifier": "Typing :: Typed"}),
        Built(FILENAME, zipped({**healthy(), "demo/": b""})),
    ],
    ids=["pure", "compiled", "module", "namespace", "with-folder-entries"],
)  # fmt: skip
def test_a_healthy_wheel_is_left_alone(built: Built, tmp_path: Path) -> None:
    assert found(built, tmp_path) == {}


def test_every_rule_is_triggered_and_every_row_of_the_index_has_an_artifact() -> None:
    rules = {rule.name for rule in declared_in(*MODULES) if rule.family == "wheel"}
    assert rules == {rule for rule, _, _ in BAD}
    assert {row for _, _, row in BAD if row} == C_ROWS


def test_errors_say_where_and_what(tmp_path: Path) -> None:
    built = wheel(
        {"demo/__init__.py": INIT, "demo/cli.py": "\n\n" + MATCH},
        entry_points="[console_scripts]\na = b\na = c\n",
        tags=["py2-none-any"],
    )
    judged = judge(family("wheel"), reader.read(built.at(tmp_path)), ignored={})
    where = {finding.rule: (finding.where.file, finding.where.line) for finding in judged.findings}
    assert where == {
        "wheel-entry-points-invalid": (f"{INFO}/entry_points.txt", 3),
        "wheel-syntax-too-new": ("demo/cli.py", 3),
        "wheel-tags-differ": (f"{INFO}/WHEEL", 4),
    }


def test_what_is_absent_is_not_judged_where_the_archive_is_damaged(tmp_path: Path) -> None:
    data = wheel(fields={"License-File": "LICENSE"}, drop=("WHEEL",)).data
    cut = Built(FILENAME, data[: len(data) // 2])
    judged = judge(family("wheel"), reader.read(cut.at(tmp_path)), ignored={})
    assert {finding.rule for finding in judged.findings} == {"wheel-is-no-archive"}
    assert {"wheel-wheel-file-missing", "wheel-licence-file-missing", "wheel-is-empty"} <= {
        skipped.rule for skipped in judged.skipped_rules
    }


def test_wheel_file_in_the_tests_is_what_a_backend_writes() -> None:
    assert wheel_file(["py3-none-any"]).startswith(b"Wheel-Version: 1.0\n")
