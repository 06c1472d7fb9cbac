"""Where a run reads and writes: the folders and files inside the work folder."""

from pathlib import Path


class Places:
    """The paths that follow from the work folder.

    Attributes:
        work: the work folder, absolute.
        files: the artifacts named on the command line.
    """

    work: Path
    files: tuple[Path, ...]

    @property
    def dist(self) -> Path:
        """The folder the artifacts are in."""
        return self.work / "dist"

    @property
    def rebuilt(self) -> Path:
        """The folder of what the job made that builds the commit once more; nothing of it is published."""
        return self.work / "second-build"

    @property
    def logs(self) -> Path:
        """The folder the full output of builds and tests is kept in."""
        return self.work / "logs"

    @property
    def packages(self) -> Path:
        """The folder that holds exactly the artifacts of the manifest, for another program to upload."""
        return self.work / "packages"

    @property
    def sbom_folder(self) -> Path:
        """The folder the software bill of materials is in."""
        return self.work / "sbom"

    @property
    def release_notes(self) -> Path:
        """The notes of the release, as GitHub has them after `announce`."""
        return self.work / "release-notes.md"

    def locate(self, filename: str) -> Path:
        """Return the path of an artifact: the file named on the command line, else the one in `dist`."""
        return next((file for file in self.files if file.name == filename), self.dist / filename)
