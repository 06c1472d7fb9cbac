"""The bills of materials inside a wheel: the files below `.dist-info/sboms/`, read within limits.

PEP 770 reserves the folder: https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-dist-info-sboms-directory
What is in a file is nothing to installers and indexes. Read are CycloneDX and SPDX where a name promises them
(https://cyclonedx.org/specification/overview/, https://spdx.github.io/spdx-spec/v2.3/conformance/), and no more of them than
which format it is and what it is about.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

FOLDER = "sboms"

MAX_BYTES = 8 * 1024 * 1024
"""Of all together; more are not read. That of a wheel that holds a hundred crates has a tenth of a megabyte."""

MOST = 50
"""More are not read; those who write some write one or two."""

_ENDINGS = {
    "CycloneDX": (".cdx.json", ".cyclonedx.json", ".cdx.xml", ".cyclonedx.xml"),
    "SPDX": (".spdx.json", ".spdx3.json"),
    "JSON": (".json",),
}
"""What a filename ends in, by the format that it promises."""
_NAMES = ("bom.json", "bom.xml")
"""The other names that CycloneDX recommends."""
_CYCLONEDX_NAMESPACE = "http://cyclonedx.org/schema/bom/"
_SPDX_CONTEXT = "https://spdx.org/rdf/3"


class Component(NamedTuple):
    """What a document is about.

    Attributes:
        version: None where the document names none.
        kind: the type of its package URL, such as `pypi` or `cargo`; None where it has none.
    """

    name: str
    version: str | None
    kind: str | None


class SbomFile(NamedTuple):
    """One file below the folder.

    Attributes:
        path: relative to `.dist-info`.
        size: in bytes.
        format: what its name or its content promises: `CycloneDX`, `SPDX`, or `JSON`; None where it is something else.
        problem: why it is not what it promises, as a clause; None where it is, or where nothing is promised.
        main: what it is about, where it says so.
    """

    path: str
    size: int
    format: str | None = None
    problem: str | None = None
    main: Component | None = None


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
            yield SbomFile(path, size)
        elif size > left:
            problem = f"it has {size} bytes, and more than {MAX_BYTES} of such files are not read"
            yield SbomFile(path, size, expected, problem)
        elif (data := content(path, left)) is not None:
            left -= size
            yield _parsed(SbomFile(path, size, expected), data, is_xml=name.endswith(".xml"))


def _promised(name: str) -> str | None:
    """Return the format that a filename promises."""
    if name in _NAMES:
        return "CycloneDX"
    return next((format_ for format_, endings in _ENDINGS.items() if name.endswith(endings)), None)


def _parsed(file: SbomFile, data: bytes, *, is_xml: bool) -> SbomFile:
    try:
        if is_xml:
            return file._replace(main=_read_xml(data))
        format_, main = _read_json(data, file.format)
        return file._replace(format=format_, main=main)
    except _Fault as fault:
        return file._replace(problem=str(fault))
    except RecursionError:
        return file._replace(problem="it is nested too deeply")


def _read_json(data: bytes, expected: str | None) -> tuple[str | None, Component | None]:
    try:
        document = json.loads(data)
    except ValueError as error:
        raise _Fault(f"it is no JSON ({error})") from error
    if expected == "CycloneDX" or _at(document, "bomFormat") == "CycloneDX":
        if _at(document, "bomFormat") != "CycloneDX" or _text(document, "specVersion") is None:
            raise _Fault("it does not say bomFormat CycloneDX and which specVersion")
        part = _at(document, "metadata", "component")
        name = _text(part, "name")
        return "CycloneDX", _component(name, _text(part, "version"), _text(part, "purl")) if name else None
    if _text(document, "spdxVersion"):
        return "SPDX", _described(document)
    contexts = _at(document, "@context")
    is_third = any(
        isinstance(one, str) and one.startswith(_SPDX_CONTEXT)
        for one in (contexts if isinstance(contexts, list) else [contexts])
    )
    if expected == "SPDX" and not is_third:
        raise _Fault("it has no spdxVersion and no context of SPDX 3")
    return "SPDX" if is_third else expected, None


def _at(document: object, *keys: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what stands in objects of JSON below some keys, None where there is nothing."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _text(document: object, *keys: str) -> str | None:
    value = _at(document, *keys)
    return value if isinstance(value, str) else None


def _objects(document: object, key: str) -> list[Any]:
    found = _at(document, key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _described(document: object) -> Component | None:
    """Return the one package that a document of SPDX 2 describes."""
    own, listed = _text(document, "SPDXID") or "SPDXRef-DOCUMENT", _at(document, "documentDescribes")
    described = {one for one in listed if isinstance(one, str)} if isinstance(listed, list) else set()
    described |= {
        _text(one, "relatedSpdxElement") or ""
        for one in _objects(document, "relationships")
        if (one.get("relationshipType"), one.get("spdxElementId")) == ("DESCRIBES", own)
    }
    found = [one for one in _objects(document, "packages") if _text(one, "SPDXID") in described]
    name = _text(found[0], "name") if len(found) == 1 else None
    if name is None:
        return None
    references = _objects(found[0], "externalRefs")
    purls = (_text(one, "referenceLocator") for one in references if one.get("referenceType") == "purl")
    return _component(name, _text(found[0], "versionInfo"), next(purls, None))


def _component(name: str, version: str | None, purl: str | None) -> Component:
    """Return a component, under the name and with the version of its package URL where it has one.

    From https://github.com/package-url/purl-spec; few wheels have one, so that the pattern is compiled here.
    """
    parsed = re.match(
        r"(?i)pkg:([a-z][a-z0-9.+-]{0,50})/(?:[^@?#]{0,500}/)?([^/@?#]{1,500})(?:@([^?#]{1,200}))?",
        purl or "",
    )
    if parsed:
        kind, name, named = parsed[1].lower(), unquote(parsed[2]), parsed[3]
        return Component(name, unquote(named) if named else version, kind)
    return Component(name, version, None)


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
"""Of the element with the name; what else is said of the component stands beside it."""
