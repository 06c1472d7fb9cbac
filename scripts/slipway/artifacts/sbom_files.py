"""The bills of materials inside a wheel: the files below `.dist-info/sboms/`, read within limits.

PEP 770 reserves the folder: https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-dist-info-sboms-directory
What is in a file is nothing to installers and indexes. Read are CycloneDX and SPDX where a name promises them
(https://cyclonedx.org/specification/overview/, https://spdx.github.io/spdx-spec/v2.3/conformance/), and no more of them than
which format it is and what it is about.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

import msgspec
from msgspec import Struct, field

FOLDER = "sboms"

MAX_BYTES = 16 * 1024 * 1024
"""Of all together; more are not read. That of a wheel that holds a hundred crates has a tenth of a megabyte."""

MOST = 50
"""More are not read; those who write some write one or two."""

_BOM = b"\xef\xbb\xbf"
_PURL = re.compile(
    r"pkg:([a-z][a-z0-9.+-]{0,50})/(?:[^@?#]{0,500}/)?([^/@?#]{1,500})(?:@([^?#]{1,200}))?", re.IGNORECASE
)
"""Type, name and version of a package URL: https://github.com/package-url/purl-spec."""
_CYCLONEDX_NAMESPACE = "http://cyclonedx.org/schema/bom/"
_SPDX_CONTEXT = "https://spdx.org/rdf/3"


@dataclass(frozen=True, kw_only=True)
class Component:
    """What a document is about.

    Attributes:
        kind: the type of its package URL, such as `pypi` or `cargo`; None where it has none.
        version: None where the document names none.
    """

    name: str
    version: str | None
    kind: str | None


@dataclass(frozen=True, kw_only=True)
class SbomFile:
    """One file below the folder.

    Attributes:
        path: relative to `.dist-info`.
        format: what its name or its content promises: `CycloneDX`, `SPDX`, or `JSON`; None where it is something else.
        problem: why it is not what it promises, as a clause; None where it is, or where nothing is promised.
        main: what it is about, where it says so.
    """

    path: str
    size: int
    format: str | None = None
    problem: str | None = None
    main: Component | None = None


class _Marked(Struct, frozen=True):
    bom_format: Any = field(name="bomFormat", default=None)
    spdx_version: Any = field(name="spdxVersion", default=None)
    context: Any = field(name="@context", default=None)


_ANY_JSON = _Marked | list[msgspec.Raw] | str | float | bool | None


class _Part(Struct, frozen=True):
    name: str
    version: str | None = None
    purl: str | None = None


class _About(Struct, frozen=True):
    component: _Part | None = None


class _CycloneDX(Struct, frozen=True):
    bom_format: str = field(name="bomFormat")
    spec_version: str = field(name="specVersion")
    metadata: _About | None = None


class _Reference(Struct, frozen=True):
    kind: str = field(name="referenceType", default="")
    locator: str = field(name="referenceLocator", default="")


class _Package(Struct, frozen=True):
    id: str = field(name="SPDXID")
    name: str
    version: str | None = field(name="versionInfo", default=None)
    references: list[_Reference] = field(name="externalRefs", default_factory=list)


class _Relationship(Struct, frozen=True):
    source: str = field(name="spdxElementId")
    kind: str = field(name="relationshipType")
    target: str = field(name="relatedSpdxElement")


class _Spdx(Struct, frozen=True):
    version: str = field(name="spdxVersion")
    id: str = field(name="SPDXID", default="SPDXRef-DOCUMENT")
    described: list[str] = field(name="documentDescribes", default_factory=list)
    packages: list[_Package] = field(default_factory=list)
    relationships: list[_Relationship] = field(default_factory=list)


class _Fault(Exception):  # noqa: N818 - the text is a clause
    """A document is not what it promises."""


def read(sizes: Mapping[str, int], content: Callable[[str, int], bytes | None]) -> Iterator[SbomFile]:
    """Yield the files, sorted by path.

    Args:
        sizes: the files below the folder, their paths relative to `.dist-info`, with their sizes in bytes.
        content: returns a file of at most so many bytes; None where it cannot be unpacked, which others report.
    """
    left = MAX_BYTES
    for path in sorted(sizes)[:MOST]:
        size, name = sizes[path], path.rpartition("/")[2].lower()
        expected = _promised(name)
        if expected is None:
            yield SbomFile(path=path, size=size)
        elif size > left:
            problem = f"it has {size} bytes, and more than {MAX_BYTES} of such files are not read"
            yield SbomFile(path=path, size=size, format=expected, problem=problem)
        elif (data := content(path, left)) is not None:
            left -= size
            yield _parsed(SbomFile(path=path, size=size, format=expected), data, is_xml=name.endswith(".xml"))


def _promised(name: str) -> str | None:
    """Return the format that a filename promises."""
    if name in {"bom.json", "bom.xml"} or re.search(r"\.(?:cdx|cyclonedx)\.(?:json|xml)$", name):
        return "CycloneDX"
    if re.search(r"\.spdx3?\.json$", name):
        return "SPDX"
    return "JSON" if name.endswith(".json") else None


def _parsed(file: SbomFile, data: bytes, *, is_xml: bool) -> SbomFile:
    try:
        if is_xml:
            return replace(file, main=_read_xml(data))
        format_, main = _read_json(data.removeprefix(_BOM), file.format)
        return replace(file, format=format_, main=main)
    except _Fault as fault:
        return replace(file, problem=str(fault))
    except RecursionError:
        return replace(file, problem="it is nested too deeply")


def _read_json(data: bytes, expected: str | None) -> tuple[str | None, Component | None]:
    marked = _decoded(data, _ANY_JSON)
    if not isinstance(marked, _Marked):
        if expected == "JSON":
            return expected, None
        raise _Fault("it is no object of JSON")
    if expected == "CycloneDX" or marked.bom_format == "CycloneDX":
        if marked.bom_format != "CycloneDX":
            raise _Fault("its bomFormat is not CycloneDX")
        about = _decoded(data, _CycloneDX).metadata
        part = about.component if about else None
        return "CycloneDX", part and _component(part.name, part.version, part.purl)
    if marked.spdx_version is not None:
        return "SPDX", _described(_decoded(data, _Spdx))
    contexts = marked.context if isinstance(marked.context, list) else [marked.context]
    is_third = any(isinstance(one, str) and one.startswith(_SPDX_CONTEXT) for one in contexts)
    if expected == "SPDX" and not is_third:
        raise _Fault("it has no spdxVersion and no context of SPDX 3")
    return "SPDX" if is_third else expected, None


def _decoded(data: bytes, kind: Any) -> Any:  # noqa: ANN401 - one of the types above
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise _Fault(f"it is not as the format wants it ({error})") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _Fault(f"it is no JSON ({error})") from error


def _described(document: _Spdx) -> Component | None:
    """Return the one package that a document of SPDX 2 describes."""
    related = [
        one.target for one in document.relationships if one.kind == "DESCRIBES" and one.source == document.id
    ]
    described = {*document.described, *related}
    found = [one for one in document.packages if one.id in described]
    if len(found) != 1:
        return None
    purl = next((one.locator for one in found[0].references if one.kind == "purl"), None)
    return _component(found[0].name, found[0].version, purl)


def _component(name: str, version: str | None, purl: str | None) -> Component:
    if purl and (parsed := _PURL.match(purl)):
        kind, name, named = parsed[1].lower(), unquote(parsed[2]), parsed[3]
        return Component(name=name, version=unquote(named) if named else version, kind=kind)
    return Component(name=name, version=version, kind=None)


def _read_xml(data: bytes) -> Component | None:
    from xml.parsers import expat  # few wheels have one

    parser = expat.ParserCreate(namespace_separator=" ")
    open_, texts = list[str](), dict[str, str]()

    def start(name: str, _: object) -> None:
        namespace, _, local = name.rpartition(" ")
        if not open_ and not (local == "bom" and namespace.startswith(_CYCLONEDX_NAMESPACE)):
            raise _Fault("its root is no bom of CycloneDX")
        open_.append(local)

    def end(_: str) -> None:
        open_.pop()

    def text(piece: str) -> None:
        if open_[:3] == ["bom", "metadata", "component"] and len(open_) == len(_PATH):
            texts[open_[-1]] = (texts.get(open_[-1], "") + piece)[:1000]

    def doctype(*_: object) -> None:
        # Nothing can be expanded without one.
        raise _Fault("it declares a document type, which the schema has no use for")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _Fault(f"it is no XML ({error})") from error
    name = texts.get("name")
    return _component(name, texts.get("version"), texts.get("purl")) if name else None


_PATH = ("bom", "metadata", "component", "name")
