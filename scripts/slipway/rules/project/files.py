"""Rules on the files a project names: readme, licence, packages, the in-tree build backend."""

from collections.abc import Iterator

from slipway.project.project import ProjectFacts
from slipway.project.source import SourceFacts
from slipway.rules.families import project
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import PYPROJECT
from slipway.rules.written import fix


def _readme(facts: SourceFacts, state: str) -> list[str]:
    """Return the readme files in a state."""
    return [readme.path for readme in facts.readme_files if readme.state == state]


def _goes_unnoticed(facts: SourceFacts) -> bool:
    return facts.project.backend_name == "setuptools"


@project.error(
    "readme-missing",
    title="The readme file does not exist",
    why="The build backend reads it for the project's page on the index, and fails without it.",
    **fix("Correct {}, or add the file.", "readme"),
    example='readme = "README.md"  # and no such file',
    read=PYPROJECT + "#readme",
)
def readme_missing(facts: SourceFacts) -> Iterator[Evidence]:
    for path in _readme(facts, "missing"):
        if not _goes_unnoticed(facts):
            yield Evidence(
                message=f"The readme {path} does not exist.", **facts.project.at("readme"), seen=path
            )


@project.warning(
    "readme-missing-unnoticed",
    title="The readme file does not exist, and the build goes on",
    why="setuptools only warns, so the project's page on the index is empty. A release's page cannot be "
    "changed later.",
    **fix("Correct {}, or add the file.", "readme"),
    example="long_description = file: README.rst  # and no such file",
    read=PYPROJECT + "#readme",
)
def readme_missing_unnoticed(facts: SourceFacts) -> Iterator[Evidence]:
    for path in _readme(facts, "missing"):
        if _goes_unnoticed(facts):
            message = f"The readme {path} does not exist, and setuptools builds without it."
            yield Evidence(message=message, **facts.project.at("readme"), seen=path)


@project.warning(
    "readme-outside-project",
    title="The readme is outside the project's folder",
    why="It does not get into the sdist, so a build from the sdist finds no readme; several build "
    "backends refuse it at once.",
    fix="Put a readme into the project's folder. In a repository with several projects, each has its own.",
    example='readme = "../README.md"',
    read=PYPROJECT + "#readme",
)
def readme_outside_project(facts: SourceFacts) -> Iterator[Evidence]:
    for path in _readme(facts, "outside"):
        message = f"The readme {path} is outside the project's folder."
        yield Evidence(message=message, **facts.project.at("readme"), seen=path)


@project.error(
    "readme-not-utf8",
    title="The readme is not UTF-8",
    why="Build backends read it as UTF-8 and fail at the first byte that is not.",
    fix="Save it again as UTF-8.",
    example="README.md saved as Latin-1, with an accent in it",
    read=PYPROJECT + "#readme",
)
def readme_not_utf8(facts: SourceFacts) -> Iterator[Evidence]:
    for path in _readme(facts, "not UTF-8"):
        yield Evidence(message=f"{path} is not UTF-8.", file=path, expected="UTF-8")


@project.warning(
    "license-file-missing",
    title="A licence file that is named does not exist",
    why="The text of the licence is missing from the release. A backend that follows PEP 639 refuses to "
    "build.",
    fix="Correct `license-files` (or `license = { file = ... }`) in the [project] table, or add the file.",
    example='license-files = ["LICENSE.txt"]  # and the file is called LICENSE',
    read=PYPROJECT + "#license-files",
)
def license_file_missing(facts: SourceFacts) -> Iterator[Evidence]:
    project = facts.project
    for pattern in facts.unmatched_licences:
        is_legacy = project.licence is not None and project.licence.file == pattern
        field = "license" if is_legacy else "license-files"
        if project.metadata_from.get(field) != "pyproject.toml":
            continue
        index = () if is_legacy else ((project.license_files or ()).index(pattern),)
        yield Evidence(message=f"No file matches {pattern}.", **project.at(field, *index), seen=pattern)


@project.warning(
    "package-missing",
    title="A package or module that is named does not exist",
    why="The build fails, or leaves it out without a warning.",
    fix="Correct the list of packages in the settings of the build backend, or add what is missing.",
    example='[tool.hatch.build.targets.wheel]\npackages = ["src/exmaple"]',
)
def package_missing(facts: SourceFacts) -> Iterator[Evidence]:
    for path in facts.project.missing_packages:
        yield Evidence(message=f"{path} is named as a package and does not exist.", seen=path)


NAMES_PACKAGE = {
    "hatchling": 'Name it: `packages = ["{folder}/{name}"]` under [tool.hatch.build.targets.wheel].',
    "flit-core": 'Name it: `name = "{name}"` under [tool.flit.module].',
    "uv-build": 'Name it: `module-name = "{name}"` and `module-root = "{folder}"` under [tool.uv.build-backend].',
    "poetry-core": 'Name it: `packages = [{{ include = "{name}", from = "{folder}" }}]` under [tool.poetry].',
}
"""How each backend is made to include a package."""


@project.warning(
    "package-not-found",
    title="There is no package named like the project",
    why="This build backend includes the package that is named like the project, and stops where it finds none.",
    fix="Name the package in the settings of the build backend, or rename it.",
    fixes={
        backend: setting.format(name="package", folder="src") for backend, setting in NAMES_PACKAGE.items()
    },
    example='name = "my-project" and a package src/myproject',
)
def package_not_found(facts: SourceFacts) -> Iterator[Evidence]:
    project = facts.project
    if project.expected_package is None or project.import_names:
        return
    others = f"; there is {', '.join(project.packages)}" if project.packages else ""
    yield Evidence(
        message=f"{project.backend_name} looks for a package {project.expected_package} and finds none{others}.",
        **project.at("name"),
        seen=", ".join(project.packages) or None,
        expected=project.expected_package,
        fix=_naming(project) if len(project.packages) == 1 else None,
    )


def _naming(project: ProjectFacts) -> str | None:
    setting = NAMES_PACKAGE.get(project.backend_name)
    folder = "src" if project.layout == "src" else "."
    return setting and setting.format(name=project.packages[0], folder=folder).replace('"./', '"')


@project.error(
    "backend-path-missing",
    title="The build backend that is part of the project is not there",
    why="The build fails before it begins, with a message about an import. A path that leaves the project is "
    "not allowed (PEP 517).",
    fix="Correct `backend-path` and `build-backend` under [build-system]; the folders are relative to "
    "pyproject.toml.",
    example='build-backend = "backend"\nbackend-path = ["_build"]  # and no _build/backend.py',
    read="https://peps.python.org/pep-0517/#in-tree-build-backends",
)
def backend_path_missing(facts: SourceFacts) -> Iterator[Evidence]:
    project = facts.project
    if not project.backend_path:
        raise Skipped("the build backend is not part of the project")
    for path in facts.missing_backend_paths:
        message = f"backend-path names {path}, which is no folder inside the project."
        yield Evidence(message=message, **project.at("build-system", "backend-path"), seen=path)
    if facts.backend_module_missing and not facts.missing_backend_paths:
        folders = ", ".join(project.backend_path)
        message = f"There is no module {project.backend.partition(':')[0]} in {folders}."
        yield Evidence(message=message, **project.at("build-system", "build-backend"), seen=project.backend)
