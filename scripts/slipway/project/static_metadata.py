"""The static part of a project's metadata, in the form of core metadata.

What each field becomes: https://packaging.python.org/en/latest/specifications/pyproject-toml/
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement

from slipway.artifacts import metadata
from slipway.artifacts.metadata import MetadataFacts
from slipway.project.declared import Person
from slipway.project.project import ProjectFacts

_CORE = {
    "name": ("name",),
    "version": ("version",),
    "description": ("summary",),
    "readme": ("description", "description-content-type"),
    "requires-python": ("requires-python",),
    "license": ("license", "license-expression"),
    "license-files": ("license-file",),
    "authors": ("author", "author-email"),
    "maintainers": ("maintainer", "maintainer-email"),
    "keywords": ("keywords",),
    "classifiers": ("classifier",),
    "urls": ("project-url",),
    "home-page": ("home-page",),
    "download-url": ("download-url",),
    "dependencies": ("requires-dist",),
    "optional-dependencies": ("requires-dist", "provides-extra"),
    "import-names": ("import-name",),
    "import-namespaces": ("import-namespace",),
}
"""Field of the project to the fields of core metadata it is written as."""

_CONTENT_TYPES = {".md": "text/markdown", ".rst": "text/x-rst", ".txt": "text/plain"}

Field = tuple[str, str, tuple[str | int, ...]]
"""A field of core metadata, its value, and the path of the project's field for `line_of`."""


def of(project: ProjectFacts, description: str | None) -> MetadataFacts:
    """Return the metadata of a project as far as it is static.

    Args:
        project: the project.
        description: the text of its long description, if it could be read.
    """
    file = project.metadata_from.get("name", project.present[0] if project.present else None)
    fields: dict[str, list[str]] = {}
    lines: dict[str, list[int]] = {}
    for name, value, path in _fields(project):
        fields.setdefault(name, []).append(value)
        place = project.line_of(*path)
        if place and place[0] == file:
            lines.setdefault(name, []).append(place[1])
    if description is not None and not project.backend_in_tree:  # such a backend may rewrite it
        fields["description"] = [description]
    complete = {name: numbers for name, numbers in lines.items() if len(numbers) == len(fields[name])}
    return metadata.from_fields(fields, undecided=_undecided(project, description), file=file, lines=complete)


def _undecided(project: ProjectFacts, description: str | None) -> frozenset[str]:
    """Return the fields that the build may still add to, and those whose value could not be read."""
    open_fields = set(project.dynamic)
    table = project.pyproject.get("project")
    if isinstance(table, dict):
        open_fields |= {name for name in table if name not in project.metadata_from}
    core = {core for name in open_fields for core in _CORE.get(name, ())}
    core.add("license-file")
    if project.licence and project.licence.file:
        core.add("license")
    if project.readme and description is None:
        core |= {"description", "description-content-type"}
    if project.backend_in_tree:
        core.add("description")
    if "\n" in (project.description or ""):
        core.add("summary")
    return frozenset(core)


def _fields(project: ProjectFacts) -> Iterator[Field]:
    single = {
        "name": project.name,
        "version": project.version,
        # Some backends write several lines as one, some refuse them; the artifact shows it.
        "summary": None if "\n" in (project.description or "") else project.description,
        "description-content-type": _content_type(project),
        "requires-python": project.requires_python,
        "home-page": project.home_page,
        "download-url": project.download_url,
        "keywords": ",".join(project.keywords or ()) or None,
    }
    if project.licence:
        single |= {"license": project.licence.text, "license-expression": project.licence.expression}
    origin = {core: field for field, cores in _CORE.items() for core in cores}
    for name, value in single.items():
        if value is not None:
            yield name, value, (origin[name],)
    yield from _people("author", project.authors or ())
    yield from _people("maintainer", project.maintainers or ())
    for index, value in enumerate(project.classifiers or ()):
        yield "classifier", value, ("classifiers", index)
    for index, value in enumerate(project.import_names or ()):
        yield "import-name", value, ("import-names", index)
    for index, value in enumerate(project.import_namespaces or ()):
        yield "import-namespace", value, ("import-namespaces", index)
    for label, url in (project.urls or {}).items():
        yield "project-url", f"{label}, {url}", ("urls", label)
    yield from _required(project)


def _content_type(project: ProjectFacts) -> str | None:
    readme = project.readme
    if readme is None or readme.content_type or not readme.files:
        return readme.content_type if readme else None
    if project.metadata_from.get("readme") != "pyproject.toml":
        return None  # setuptools writes a type only where one is given
    return _CONTENT_TYPES.get(PurePosixPath(readme.files[0]).suffix.lower())


def _people(role: str, people: Sequence[Person]) -> Iterator[Field]:
    if names := [person.name for person in people if person.name and not person.email]:
        yield role, ", ".join(names), (f"{role}s",)
    addresses = [
        f"{person.name} <{person.email}>" if person.name else person.email
        for person in people
        if person.email
    ]
    if addresses:
        yield f"{role}-email", ", ".join(addresses), (f"{role}s",)


def _required(project: ProjectFacts) -> Iterator[Field]:
    for index, value in enumerate(project.dependencies or ()):
        yield "requires-dist", value, ("dependencies", index)
    for extra, values in (project.optional_dependencies or {}).items():
        name = extra.partition(":")[0].strip()  # setuptools' `extra:marker`, and `:marker` for no extra
        if name:
            yield "provides-extra", name, ("optional-dependencies", extra)
        for index, value in enumerate(values):
            yield "requires-dist", _with_extra(value, name), ("optional-dependencies", extra, index)


def _with_extra(value: str, extra: str) -> str:
    """Return a requirement with the marker of its extra; one that cannot be parsed as it is."""
    try:
        own = Requirement(value).marker
    except InvalidRequirement:
        return value
    if not extra:
        return value
    base, _, text = value.partition(";")
    marker = f"({text.strip()}) and " if own else ""
    return f'{base.rstrip()} ; {marker}extra == "{extra}"'
