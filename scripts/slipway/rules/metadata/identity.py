"""Rules on the fields that say which release this is: Name, Version, Summary, Import-Name."""

from collections.abc import Iterator

from packaging.version import Version

from slipway.artifacts.metadata import MetadataFacts
from slipway.rules.families import metadata
from slipway.rules.metadata.fields import (
    PLACEHOLDER,
    at_field,
    each_uploaded,
    is_missing,
    rejection,
    uploaded,
)
from slipway.rules.rule import Evidence
from slipway.rules.specifications import CORE_METADATA, PYPROJECT, VERSIONS
from slipway.rules.wording import quoted
from slipway.rules.written import fix

SUMMARY_LIMIT = 512
"""Characters; warehouse, `forklift/metadata.py`."""


@metadata.error(
    "name-missing",
    title="The metadata has no name",
    why="The name says which project an upload belongs to; without one every index refuses it. "
    f"{PLACEHOLDER} is what an old setuptools writes when it finds no name.",
    **fix(
        "Set {}.",
        "name",
        setuptools="Set `name` in the [project] table, and require `setuptools>=61` under [build-system]: an older "
        "one does not read [project] and writes UNKNOWN.",
    ),
    example="Name: UNKNOWN",
    mirrors=("C37",),
    read=CORE_METADATA + "#name",
)
def name_missing(facts: MetadataFacts) -> Iterator[Evidence]:
    if not is_missing(facts, "name"):
        return
    if facts.one("name") is None:
        yield Evidence("The metadata has no Name.", file=facts.file)
    else:
        message = f"Name is {quoted(facts.one('name') or '')}, which the index takes for none."
        yield at_field(facts, "name", message, seen=facts.one("name"))


@metadata.error(
    "name-invalid",
    title="The project name has characters that are not allowed",
    why="A name is made of ASCII letters, digits, dots, dashes and underscores, and begins and ends "
    "with a letter or digit. Indexes and installers refuse everything else.",
    fix="Rename the project. Dashes, dots and underscores mean the same; `my-project` is the usual form.",
    example="Name: my project!",
    mirrors=("C37", "C41"),
    read="https://packaging.python.org/en/latest/specifications/name-normalization/",
)
def name_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    name = uploaded(facts, "name")
    if name and rejection("name", name):
        yield at_field(facts, "name", f"{quoted(name)} is not a valid project name.", seen=name)


@metadata.error(
    "version-missing",
    title="The metadata has no version",
    why="A release is a version of a project; without one there is nothing to publish.",
    **fix("Set {}.", "version"),
    example="Version:",
    mirrors=("C42",),
    read=PYPROJECT + "#version",
)
def version_missing(facts: MetadataFacts) -> Iterator[Evidence]:
    if is_missing(facts, "version"):
        yield at_field(facts, "version", "The metadata has no Version.")


@metadata.error(
    "version-invalid",
    title="The version does not follow PEP 440",
    why="Installers cannot order such a version, so the index refuses it.",
    fix="Write it like 1.2.0, 1.2.0rc1 (release candidate), 1.2.0.post1 or 1.2.0.dev3.",
    example="Version: 1.2-final",
    mirrors=("C42",),
    read=VERSIONS,
)
def version_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    version = uploaded(facts, "version")
    if version and rejection("version", version):
        yield at_field(
            facts, "version", f"{quoted(version)} is not a version in the sense of PEP 440.", seen=version
        )


@metadata.error(
    "version-local",
    title="The version has a local part",
    why="What follows the plus marks a local build; PyPI and TestPyPI take "
    "no such version. Tools that take the version from git add it when the commit has no tag or the "
    "checkout is dirty.",
    fix="Build from a clean checkout of the tagged commit, with the whole history fetched "
    "(`fetch-depth: 0` in actions/checkout). A manual dispatch of the workflow publishes an untagged commit to "
    "TestPyPI, under a version without it.",
    fixes={
        "setuptools": "Build from a clean checkout of the tagged commit with `fetch-depth: 0`. To "
        'publish untagged commits elsewhere, set `local_scheme = "no-local-version"` under [tool.setuptools_scm]; a '
        "manual dispatch to TestPyPI needs none of this.",
        "hatchling": "Build from a clean checkout of the tagged commit with `fetch-depth: 0`. To "
        'publish untagged commits elsewhere, set `raw-options.local_scheme = "no-local-version"` under '
        "[tool.hatch.version]; a manual dispatch to TestPyPI needs none of this.",
    },
    example="Version: 1.2.0+g1a2b3c4",
    mirrors=("C43",),
    read=VERSIONS + "#local-version-identifiers",
    cause="tag-version-mismatch",
)
def version_local(facts: MetadataFacts) -> Iterator[Evidence]:
    if facts.local_part is not None:
        yield Evidence(f"The version gets a local part, because {facts.local_part}.")
    value = uploaded(facts, "version")
    if not value or rejection("version", value):
        return
    version = Version(value)
    if version.local is not None:
        message = f"Version {version} has a local part, +{version.local}."
        yield at_field(facts, "version", message, seen=str(version), expected=version.public)


@metadata.error(
    "summary-multiline",
    title="The summary is longer than one line",
    why="The summary is the one line shown in search results and under the project's name; the index "
    "refuses a line break in it.",
    **fix("Put one sentence on one line into {}; what is longer belongs in the readme.", "description"),
    example='description = """\nParses things.\nFast.\n"""',
    mirrors=("C44",),
    read=CORE_METADATA + "#summary",
)
def summary_multiline(facts: MetadataFacts) -> Iterator[Evidence]:
    summary = uploaded(facts, "summary")
    if summary and rejection("summary", summary):
        yield at_field(facts, "summary", f"The summary has a line break: {quoted(summary)}.", seen=summary)


@metadata.note(
    "summary-missing",
    title="The metadata has no summary",
    why="The summary is the one line that the search of an index and `pip show` print beside the name.",
    **fix("Say in one line what the project is for, in {}.", "description"),
    example="metadata without Summary",
    read=CORE_METADATA + "#summary",
)
def summary_missing(facts: MetadataFacts) -> Iterator[Evidence]:
    if is_missing(facts, "summary"):
        yield Evidence("The metadata has no summary.", file=facts.file)


@metadata.error(
    "summary-too-long",
    title="The summary is longer than 512 characters",
    why="PyPI takes at most 512 characters for the one line that describes a project.",
    **fix("Shorten {} to one sentence; what is longer belongs in the readme.", "description"),
    example=f"Summary: (a line of {SUMMARY_LIMIT + 1} characters)",
    mirrors=("C45",),
    read=CORE_METADATA + "#summary",
)
def summary_too_long(facts: MetadataFacts) -> Iterator[Evidence]:
    length = len(uploaded(facts, "summary") or "")
    if length > SUMMARY_LIMIT:
        message = f"The summary has {length} characters, {length - SUMMARY_LIMIT} too many."
        yield at_field(
            facts, "summary", message, seen=f"{length} characters", expected=f"at most {SUMMARY_LIMIT}"
        )


@metadata.error(
    "import-name-invalid",
    title="Import-Name or Import-Namespace is not an importable name",
    why="These fields promise what `import` finds after the installation; a name that Python cannot "
    "import is refused.",
    fix="List dotted names of Python identifiers that are not keywords, each followed by nothing or by "
    "`; private`.",
    example="Import-Name: my-package",
    mirrors=("C62",),
    read=CORE_METADATA + "#import-name-multiple-use",
)
def import_name_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    for name, raw in (("import-name", "import_names"), ("import-namespace", "import_namespaces")):
        for value, at in each_uploaded(facts, name):
            # One empty Import-Name says that the distribution has nothing to import (PEP 794).
            nothing = name == "import-name" and facts.every(name) == ("",)
            if not nothing and (problem := rejection(raw, [value])):
                title = name.title()
                yield at(f"{title} {quoted(value)} cannot be used: {problem}.")
