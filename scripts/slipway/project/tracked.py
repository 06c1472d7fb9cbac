"""Which files of the project git tracks, where the source of a module may be, and how an sdist differs from them."""

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

SOURCE_ROOTS = ("", "src/", "lib/", "python/", "Lib/")
"""Folders of a project that packages are in."""


class Tracked(Struct, frozen=True, kw_only=True):
    """The project's files as git sees them; paths are relative to its folder, with forward slashes.

    Attributes:
        paths: all that git tracks.
        absent: tracked files that the sdist does not have.
        strays: files of the sdist that are in the folder and not tracked.
        ignored: absent Python files that a pattern of git ignores although they are tracked, each with the pattern
            and where it is written.
        version_file: tracked file into which setuptools-scm writes the version during the build.
        loose: modules that were asked for and are in the folder without being tracked, each with its path.
    """

    paths: frozenset[str] = frozenset()
    absent: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    ignored: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    version_file: str | None = None
    loose: Mapping[str, str] = field(default_factory=dict)


def paths_of(module: str) -> Iterator[str]:
    """Yield where the source of a module may be in a project."""
    path = module.replace(".", "/")
    for root in SOURCE_ROOTS:
        for end in (".py", "/__init__.py", ".pyx", ".c"):
            yield f"{root}{path}{end}"
