"""Why a version cannot be written, with what to do in the project at hand."""

from packaging.version import Version

from slipway import versions
from slipway.errors import InputError
from slipway.project import tag_prefix
from slipway.project.project import ProjectFacts
from slipway.project.project_files import ProjectFiles
from slipway.releasing.version_places import Written

SINGLE_SOURCE = "https://packaging.python.org/en/latest/discussions/single-source-version/"


def not_literal(facts: ProjectFacts, files: ProjectFiles, version: Version) -> InputError:
    """Return the error for a version that is not written anywhere: a tool, code or nothing decides it."""
    if facts.vcs_versioned:
        prefix = facts.settings.options.get(tag_prefix.OPTION)
        own = (
            tag_prefix.chosen(files.root, name=facts.name)
            if prefix is None
            else versions.prefix_meant(prefix)
        )
        tag = f"{own}{version}"
        return InputError(
            f"There is no file to write {version} into: {facts.vcs_versioned} derives the version from tags.",
            cause="In this project the tag of a commit is its version.",
            remedy=f"Tag the commit: git tag -a {tag} -m {tag}",
        )
    if files.cfg.get("metadata", "version") and facts.version_decided_by == "setup.cfg" and _adds(files):
        return InputError(
            f"{version} cannot be written: setup.cfg adds something to each version that is written.",
            cause="[egg_info] in setup.cfg has tag_build or tag_date.",
            remedy="Remove tag_build and tag_date from [egg_info] in setup.cfg.",
            read="https://setuptools.pypa.io/en/latest/userguide/distribution.html",
        )
    at = facts.line_of("version")
    where = f" ({at[0]}, line {at[1]})" if at else ""
    return InputError(
        f"{version} cannot be written: the version of this project is nowhere a literal{where}.",
        cause=_decided(facts),
        remedy=_literal(facts, files, version),
        read=SINGLE_SOURCE,
    )


def _adds(files: ProjectFiles) -> bool:
    return bool(files.cfg.get("egg_info", "tag_build") or files.cfg.get("egg_info", "tag_date"))


def _decided(facts: ProjectFacts) -> str:
    if facts.version_decided_by is None:
        return "It is dynamic, and nothing says where it comes from."
    return f"Code computes it when {facts.version_decided_by} is run or read, so that only a build knows it."


def _literal(facts: ProjectFacts, files: ProjectFiles, version: Version) -> str:
    """Return how the version is written in a literal where this project declares its metadata."""
    if facts.backend_name == "flit-core":
        return (
            f'Write `__version__ = "{version}"` in the module, as a statement of its own outside of any `if`.'
        )
    if facts.declared_in == "pyproject.toml":
        tables = {
            "setuptools": "[tool.setuptools.dynamic]",
            "hatchling": "[tool.hatch.version]",
            "pdm-backend": "[tool.pdm.version]",
        }
        table = tables.get(facts.backend_name)
        rest = f", and what {table} says of the version" if table else ""
        return f'Write `version = "{version}"` in the [project] table, and remove "version" from its `dynamic`{rest}.'
    if facts.declared_in == "poetry":
        return f'Write `version = "{version}"` under [tool.poetry].'
    if facts.declared_in == "setup.cfg" and (files.setup is None or "version" not in files.setup.computed):
        return f"Write `version = {version}` under [metadata] in setup.cfg."
    return f'Write `version="{version}"` in the call of setup() in setup.py.'


def contradiction(main: Written, copy: Written) -> InputError:
    """Return the error for two versions in the metadata of one project."""
    return InputError(
        f"{copy.file}, line {copy.line}, has version {copy.version}, and {main.file}, line {main.line}, has {main.version}.",
        cause=f"The build takes {main.version}; the other one was not raised with it.",
        remedy=f"Remove the version from {copy.file}, or make it {main.version}.",
        read=SINGLE_SOURCE,
    )


def not_in_one_piece(place: Written, version: Version) -> InputError:
    """Return the error for a version whose characters are not to be found in its file."""
    return InputError(
        f"{version} cannot be written into {place.file}: {place.version} is not one piece on line {place.line}.",
        cause="The version is put together from several strings, has escapes in it, or is named twice on that line.",
        remedy=f"Write {place.version} there as one plain string on a line of its own.",
        read=SINGLE_SOURCE,
    )


def not_read_back(version: Version, found: Written | None) -> InputError:
    """Return the error for a project that has another version after one was written."""
    seen = (
        f"{found.file}, line {found.line}, has {found.version}" if found else "it has none that can be read"
    )
    return InputError(
        f"After {version} was written the project does not have it: {seen}. Every file is as it was.",
        cause="The version stands in another form than the backend's usual one.",
        remedy=f"Write {version} by hand, and name further files in `version-files` of [tool.slipway].",
        read=SINGLE_SOURCE,
    )
