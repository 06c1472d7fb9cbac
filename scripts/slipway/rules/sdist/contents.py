"""Rules on what a sdist must hold, and where."""

from collections.abc import Iterator

from packaging.utils import canonicalize_name
from packaging.version import Version

from slipway.artifacts.sdist import SdistFacts
from slipway.rules.artifact.readable import require_complete, require_listed
from slipway.rules.backends import fixes
from slipway.rules.families import sdist
from slipway.rules.metadata.licenses import missing_license_files
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import LICENSE_FILES, SDIST_FORMAT
from slipway.rules.wording import quoted


@sdist.error(
    "sdist-not-in-one-directory",
    title="The sdist does not have exactly one top directory",
    why="PyPI refuses it, and unpacking it would scatter files over the current folder.",
    fix="Let the build backend write the sdist: `python -m build --sdist`. If you pack it yourself, pack the one "
    "folder NAME-VERSION.",
    example="`tar -czf demo-1.0.tar.gz PKG-INFO pyproject.toml src`",
    mirrors=("C23", "C30"),
    read=SDIST_FORMAT,
)
def sdist_not_in_one_directory(facts: SdistFacts) -> Iterator[Evidence]:
    require_listed(facts)
    if facts.top_directory is not None:
        return
    tops = sorted({path.partition("/")[0] or "/" for path in facts.paths})
    message = (
        "Absolute and relative paths are mixed."
        if facts.mixed_roots
        else f"{len(tops)} files or folders are at the top instead of one folder."
    )
    yield Evidence(message, seen=", ".join(map(quoted, tops[:5])), expected="one folder, NAME-VERSION")


@sdist.error(
    "sdist-pkg-info-missing",
    title="The sdist has no PKG-INFO in its top directory",
    why="PKG-INFO holds the metadata; PyPI refuses an sdist without it. A plain archive of the repository, as "
    "GitHub offers it, has none.",
    fix="Let the build backend write the sdist: `python -m build --sdist`. If you pack it yourself, paths must "
    "not begin with `./`.",
    example="`git archive --prefix=demo-1.0/ -o demo-1.0.tar.gz HEAD`",
    mirrors=("C23", "C31"),
    read=SDIST_FORMAT,
)
def sdist_pkg_info_missing(facts: SdistFacts) -> Iterator[Evidence]:
    require_complete(facts)
    if facts.top_directory is None:
        raise Skipped("there is not one top directory to look in")
    expected = f"{facts.top_directory}/PKG-INFO"
    if facts.at_top("PKG-INFO") is None:
        yield Evidence(f"There is no {quoted(expected)}.", expected=expected)
    elif not any(member.path == expected and member.kind == "file" for member in facts.members):
        yield Evidence(
            f"{quoted(expected)} is a link or a folder; twine sends a regular file only.", file=expected
        )


@sdist.error(
    "sdist-licence-file-missing",
    title="A file that License-File names is not in the sdist",
    why="PyPI refuses the sdist: what the metadata calls the license has to come with it.",
    fix="Include the file in the sdist, or name the right one in `license-files` of the [project] table.",
    fixes=fixes("license-in-sdist"),
    example="`License-File: LICENSE.txt` in an sdist that holds only `LICENSE`",
    mirrors=("C32",),
    read=LICENSE_FILES,
)
def sdist_licence_file_missing(facts: SdistFacts) -> Iterator[Evidence]:
    require_complete(facts)
    if facts.metadata is None or facts.top_directory is None:
        raise Skipped("there is no PKG-INFO to compare with")
    yield from missing_license_files(facts.metadata, facts.top_directory, facts.paths, "sdist")


@sdist.error(
    "sdist-not-buildable",
    title="The sdist has neither pyproject.toml nor setup.py",
    why="Nobody can install from it: pip and uv need one of the two to know how to build.",
    fix="Include pyproject.toml in the sdist; a file list of the build leaves it out.",
    example="`exclude = ['*.toml']` in the settings of the sdist",
    read=SDIST_FORMAT,
)
def sdist_not_buildable(facts: SdistFacts) -> Iterator[Evidence]:
    require_complete(facts)
    if facts.top_directory and not (facts.at_top("pyproject.toml") or facts.at_top("setup.py")):
        yield Evidence(f"{quoted(facts.top_directory)} holds neither pyproject.toml nor setup.py.")


@sdist.warning(
    "sdist-directory-misnamed",
    title="The sdist's top directory is not called NAME-VERSION",
    why="The specification asks for it, and packagers of Linux distributions rely on it. Usually the file was "
    "renamed after it was built, so that it is not what its name says.",
    fix="Build the sdist again instead of renaming it.",
    example="`demo-1.1.tar.gz` in which everything is in `demo-1.0/`",
    read=SDIST_FORMAT,
)
def sdist_directory_misnamed(facts: SdistFacts) -> Iterator[Evidence]:
    require_listed(facts)
    if facts.top_directory is None or facts.parts is None:
        raise Skipped("the filename or the top directory is wrong already")
    name, _, version = facts.top_directory.rpartition("-")
    try:
        same = canonicalize_name(name) == facts.parts.name and Version(version) == facts.parts.version
    except ValueError:
        same = False
    if not same:
        expected = facts.filename.removesuffix(".tar.gz").removesuffix(".zip")
        yield Evidence(
            f"The top directory is called {quoted(facts.top_directory)}.",
            seen=facts.top_directory,
            expected=expected,
        )
