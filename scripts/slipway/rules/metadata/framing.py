"""Rules on the metadata file itself: whether it can be read, its version, which fields it has and how often."""

from collections.abc import Iterator

from slipway.artifacts.metadata import FIELDS, MAX_BYTES, MAX_FIELDS, MetadataFacts
from slipway.rules.families import metadata
from slipway.rules.metadata.fields import at_field, is_missing, rejection, uploaded
from slipway.rules.rule import Evidence
from slipway.rules.specifications import CORE_METADATA
from slipway.rules.wording import quoted

METADATA_VERSIONS = ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5")
"""What PyPI takes: warehouse, `forklift/metadata.py`, with packaging 26.2."""
NEWER_VERSIONS = ("2.6",)
"""Versions of the specification that PyPI does not take yet, although newer tools write and accept them."""

FIELD_SINCE = {
    "classifier": "1.1",
    "download-url": "1.1",
    "obsoletes": "1.1",
    "provides": "1.1",
    "requires": "1.1",
    "supported-platform": "1.1",
    "maintainer": "1.2",
    "maintainer-email": "1.2",
    "obsoletes-dist": "1.2",
    "project-url": "1.2",
    "provides-dist": "1.2",
    "requires-dist": "1.2",
    "requires-external": "1.2",
    "requires-python": "1.2",
    "description-content-type": "2.1",
    "provides-extra": "2.1",
    "dynamic": "2.2",
    "license-expression": "2.4",
    "import-name": "2.5",
    "import-namespace": "2.5",
}
"""The metadata version each field came with; the others came with 1.0. License-File (2.4) is left out on
purpose: setuptools has long written it under earlier versions, and twine does not send it then."""


@metadata.error(
    "metadata-too-large",
    title="The metadata is too large to be checked",
    why="Every installer downloads and reads the metadata of every candidate. A file of this size is an "
    "accident (a generated readme, a picture inside it) or an attack, and nothing in it was checked.",
    fix="Shorten the readme; a changelog or pictures are better linked than included.",
    example=f"a METADATA file of {MAX_BYTES // 1024**2 + 1} MiB",
)
def metadata_too_large(facts: MetadataFacts) -> Iterator[Evidence]:
    if not facts.too_large:
        return
    yield Evidence(
        f"The metadata is too large to be checked: {facts.size} bytes.",
        file=facts.file,
        seen=f"{facts.size} bytes",
        expected=f"at most {MAX_BYTES} bytes, {MAX_FIELDS} fields",
    )


@metadata.error(
    "metadata-unreadable",
    title="The metadata cannot be read",
    why="The file is so malformed that the standard parser gives up, in the upload client and in "
    "installers as well.",
    fix="Build the distribution with a current build backend and do not edit the file afterwards.",
    example="Content-Type: message/rfc822, nested a thousand times",
    read=CORE_METADATA,
)
def metadata_unreadable(facts: MetadataFacts) -> Iterator[Evidence]:
    if facts.unreadable is not None:
        yield Evidence(f"The metadata cannot be read: {quoted(facts.unreadable)}.", file=facts.file)


@metadata.error(
    "metadata-not-utf8",
    title="The metadata is not UTF-8",
    why="Metadata is UTF-8 by definition; twine refuses to send what is not, and installers show garbage.",
    fix="Save pyproject.toml, the readme and the like as UTF-8, and build again.",
    fixes={
        "setuptools": 'Save the readme as UTF-8 and open it with `encoding="utf-8"` in setup.py; '
        "without it, the encoding depends on the machine that builds."
    },
    example="Author: Jos\\xe9 (Latin-1)",
    read=CORE_METADATA,
)
def metadata_not_utf8(facts: MetadataFacts) -> Iterator[Evidence]:
    for name in facts.undecodable:
        yield at_field(facts, name, f"{name.title()} holds bytes that are not UTF-8.", seen=facts.one(name))


@metadata.error(
    "metadata-field-repeated",
    title="A field that may be given once is given more often",
    why="Nobody can know which of the values counts, so the index and twine refuse the file.",
    fix="Build with a current build backend. If the file is written by your own code, a line break "
    "inside an earlier value is the usual cause.",
    example="Summary: one\nSummary: another",
    mirrors=("C38",),
    read=CORE_METADATA,
)
def metadata_field_repeated(facts: MetadataFacts) -> Iterator[Evidence]:
    for name in facts.repeated:
        if name == "description":
            yield at_field(facts, name, "The description is given twice, as a field and after the fields.")
        else:
            count = len(facts.every(name))
            message = f"{name.title()} is given {count} times, but allowed once."
            yield at_field(facts, name, message, index=1, seen=str(count), expected="1")


@metadata.error(
    "metadata-field-unknown",
    title="The metadata has a field that does not exist",
    why="The core metadata is a closed list of fields; twine, which sends the upload, refuses a file "
    "with others.",
    fix="Remove the field, or correct its spelling. Information of your own belongs in a file of the "
    "package.",
    example="Licence: MIT",
    read=CORE_METADATA,
)
def metadata_field_unknown(facts: MetadataFacts) -> Iterator[Evidence]:
    for name in facts.unknown:
        yield at_field(facts, name, f"{quoted(name.title())} is not a field of the core metadata.", seen=name)


@metadata.warning(
    "metadata-headers-cut-short",
    title="A line that is no field ends the fields too early",
    why="Fields after that line are not read as fields: dependencies or the Python requirement may "
    "silently be lost.",
    fix="Look at the value before the line: a line break in it that was not indented is the cause. "
    "Remove it, or build with a current backend, which indents it.",
    example="Summary: first line\nsecond line\nRequires-Dist: attrs",
    read=CORE_METADATA,
)
def metadata_headers_cut_short(facts: MetadataFacts) -> Iterator[Evidence]:
    if facts.broken_at is None:
        return
    lines = (facts.description or "")[:20_000].lower().splitlines()
    lost = sorted(name for name in FIELDS if any(line.startswith(f"{name}:") for line in lines))
    message = f"Line {facts.broken_at} is not a field, so the rest of the file is read as the description."
    if lost:
        message = f"{message} Lost are {', '.join(lost)}."
    yield Evidence(message, file=facts.file, line=facts.broken_at)


@metadata.error(
    "metadata-version-unsupported",
    title="Metadata-Version is missing or one the index does not take",
    why="The number says how the other fields are read; PyPI takes 1.0, 1.1, 1.2 and 2.1 to 2.5.",
    fix="Upgrade the build backend if the number is old (2.0 comes from a wheel library before 0.31). "
    "If it is too new, choose the lower version in the backend's settings, or stay below the release "
    "that writes it.",
    fixes={
        "hatchling": 'Set `core-metadata-version = "2.4"` under [tool.hatch.build.targets.wheel] and '
        "[tool.hatch.build.targets.sdist]."
    },
    example="Metadata-Version: 2.6",
    mirrors=("C39",),
    read=CORE_METADATA + "#metadata-version",
)
def metadata_version_unsupported(facts: MetadataFacts) -> Iterator[Evidence]:
    version = uploaded(facts, "metadata-version")
    if is_missing(facts, "metadata-version"):
        yield Evidence("The metadata has no Metadata-Version.", file=facts.file)
    elif version in NEWER_VERSIONS:
        message = f"Metadata-Version {version} is accepted by newer local tools, but not by PyPI yet."
        yield at_field(
            facts, "metadata-version", message, seen=version, expected=f"{METADATA_VERSIONS[-1]} or lower"
        )
    elif version is not None and version not in METADATA_VERSIONS:
        message = f"Metadata-Version {quoted(version)} is not one the index knows."
        yield at_field(
            facts, "metadata-version", message, seen=version, expected=", ".join(METADATA_VERSIONS)
        )


@metadata.error(
    "metadata-field-too-new",
    title="A field is newer than the declared metadata version",
    why="The index reads a file strictly by the version it declares and refuses fields that came later.",
    fix="Upgrade the build backend, so that it declares the version whose fields it writes.",
    example="Metadata-Version: 2.1\nLicense-Expression: MIT",
    mirrors=("C40",),
    read=CORE_METADATA,
)
def metadata_field_too_new(facts: MetadataFacts) -> Iterator[Evidence]:
    version = uploaded(facts, "metadata-version")
    if version not in METADATA_VERSIONS:
        return
    for name, since in FIELD_SINCE.items():
        if facts.every(name) and METADATA_VERSIONS.index(since) > METADATA_VERSIONS.index(version):
            message = f"{name.title()} came with metadata version {since}, but the file says {version}."
            yield at_field(facts, name, message, seen=version, expected=f"{since} or higher")


@metadata.error(
    "dynamic-field-invalid",
    title="Dynamic lists a field that cannot be dynamic",
    why="In the metadata of a distribution Dynamic names fields that may differ between sdist and "
    "wheel. Name, Version and Metadata-Version may not, and other words are no fields.",
    fix="Take the entry out. In pyproject.toml `dynamic` is another list, where `version` is allowed.",
    example="Dynamic: Version",
    mirrors=("C58",),
    read=CORE_METADATA + "#dynamic-multiple-use",
)
def dynamic_field_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    for index, value in enumerate(facts.every("dynamic")):
        if value.lower() == "dynamic" or rejection("dynamic", [value]):
            message = f"Dynamic lists {quoted(value)}, which cannot be decided by the build."
            yield at_field(facts, "dynamic", message, index=index, seen=value)
