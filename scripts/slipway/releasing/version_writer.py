"""A new version, written wherever the old one stands, so that the difference is what a person would have written."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from packaging.version import Version

from slipway import versions
from slipway.project import project, project_files
from slipway.project.project import ProjectFacts
from slipway.project.project_files import ProjectFiles
from slipway.releasing import refused_versions, source_text, version_copies, version_files
from slipway.releasing.changes import Change, apply, demand_writable, outside, repository, restore, upwards
from slipway.releasing.source_text import Edit, SourceText
from slipway.releasing.version_places import Written, locate
from slipway.releasing.version_spelling import spelled


def written(facts: ProjectFacts) -> Written | None:
    """Return where the version of a project is written, and which one it is; None where that is not literal."""
    if facts.version is not None:
        at = facts.line_of("version") or (facts.metadata_from["version"], 1)
        return Written(file=at[0], line=at[1], version=facts.version)
    found = facts.version_in_file
    if found is not None:
        return Written(file=found.file, line=found.line, version=found.version)
    return version_copies.assumed(facts)


def write(root: Path, version: Version) -> tuple[Change, ...]:
    """Write a version into the files of a project, and read them again.

    Args:
        root: the project's folder.
        version: the version it is to have.

    Returns:
        What was changed; empty where the project has that version.

    Raises:
        InputError: as for `changes`, or the project does not have the version after it was written. Then every file
            is as it was.
    """
    made = changes(root, version)
    apply(root, made)
    try:
        _demand_version(root, version)
    except BaseException:
        restore(root, made)
        raise
    return made


def _demand_version(root: Path, version: Version) -> None:
    found = written(project.read(root))
    if found is None or versions.parsed(found.version) != version:
        raise refused_versions.not_read_back(version, found)


def changes(root: Path, version: Version) -> tuple[Change, ...]:
    """Return what writing a version changes in the files of a project. Nothing is written.

    Raises:
        InputError: the version is not literal, or stands in places that contradict each other, or in a file that may
            not be written.
    """
    facts = project.read(root)
    files = project_files.load(facts.root)
    main = written(facts)
    if facts.vcs_versioned or main is None:
        raise refused_versions.not_literal(facts, files, version)
    if main.version == str(version):
        return ()
    return _Changing(facts, files, main, version).changes()


class _Changing:
    """One change of the version: the texts of the files it is in, and what is edited in them."""

    def __init__(self, facts: ProjectFacts, files: ProjectFiles, main: Written, version: Version) -> None:
        self._facts = facts
        self._root = facts.root
        self._top = repository(facts.root)
        self._files = files
        self._main = main
        self._version = version
        self._read: dict[str, tuple[bytes, SourceText]] = {}
        self._edits: dict[str, list[Edit]] = defaultdict(list)

    def changes(self) -> tuple[Change, ...]:
        self._write(self._main, is_main=True)
        for copy in self._copies():
            self._write(copy)
        for file, start, end, text in self._locked():
            self._edit(file, start, end, text)
        for pattern in self._facts.settings.version_files:
            file, wanted = version_files.parsed(pattern)
            source = self._text(file)
            for start, end in version_files.occurrences(
                source.text, self._main.version, self._facts.name, wanted, pattern
            ):
                self._edit(file, start, end, self._main.version)
        return tuple(self._changed())

    def _copies(self) -> Iterator[Written]:
        """Yield where else the version stands.

        Raises:
            InputError: the metadata has another one in a place that the build reads.
        """
        old = versions.parsed(self._main.version)
        for copy in version_copies.declared(self._files):
            if (copy.version, versions.parsed(copy.version)) != (self._main.version, old) and versions.parsed(
                copy.version
            ) != old:
                raise refused_versions.contradiction(self._main, copy)
            yield copy
        yield from (
            one for one in version_copies.in_packages(self._facts) if versions.parsed(one.version) == old
        )

    def _locked(self) -> Iterator[tuple[str, int, int, str]]:
        for file in version_copies.lock_files(self._facts, self._top, self._main):
            source = self._text(file)
            for start, end in version_copies.own_entries(
                source.text, self._facts, self._root / file, self._main
            ):
                yield file, start, end, source.text[start:end]

    def _write(self, place: Written, *, is_main: bool = False) -> None:
        span = locate(self._text(place.file), place)
        if span:
            self._edit(place.file, *span, place.version)
        elif is_main or place.file in project_files.PROJECT_FILES:
            raise refused_versions.not_in_one_piece(place, self._version)

    def _edit(self, file: str, start: int, end: int, old: str) -> None:
        self._edits[self._real(file)].append(Edit(start, end, spelled(old, self._version, file)))

    def _real(self, file: str) -> str:
        """Return the path of what a file's links lead to.

        Raises:
            InputError: they lead out of the repository.
        """
        path = (self._root / file).resolve()
        if not path.is_relative_to(self._top):
            raise outside(file, path)
        if path.is_relative_to(self._root):
            return path.relative_to(self._root).as_posix()
        return upwards(self._root, path)

    def _text(self, file: str) -> SourceText:
        real = self._real(file)
        if real not in self._read:
            self._read[real] = source_text.read(self._root / real, file)
        return self._read[real][1]

    def _changed(self) -> Iterator[Change]:
        for file, edits in self._edits.items():
            before, source = self._read[file]
            after = source.encoded(source_text.edited(source, edits))
            if after != before:
                demand_writable(self._root / file, file)
                yield Change(file, before, after)
