"""What the simple repository API says of a project.

https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

import math
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from packaging.utils import (
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

OPEN_FOR = 14
"""Days in which a release takes new files (warehouse, `MAXIMUM_AGE_FOR_NEW_UPLOADS_DAYS`)."""

DAY = 86_400.0


class ServedFile(Struct, frozen=True, kw_only=True):
    """A file the index lists; what the index does not say is None.

    Attributes:
        size: in bytes.
        upload_time: as the index writes it, ISO 8601.
        provenance: address of its attestations.
    """

    filename: str
    url: str
    sha256: str | None = None
    size: int | None = None
    upload_time: str | None = None
    yanked: bool = False
    provenance: str | None = None

    @property
    def version(self) -> Version | None:
        """The version its name says, None where that is no name of an sdist or a wheel."""
        try:
            if self.filename.endswith(".whl"):
                return parse_wheel_filename(self.filename)[1]
            return parse_sdist_filename(self.filename)[1]
        except ValueError:
            return None

    @property
    def uploaded_at(self) -> float | None:
        """When it was uploaded, in seconds since the epoch; None where the index does not say."""
        try:
            return datetime.fromisoformat(self.upload_time).timestamp() if self.upload_time else None
        except ValueError:
            return None


class Listing(Struct, frozen=True, kw_only=True):
    """What the simple API says of a project.

    Attributes:
        exists: False when the index has no such project.
        status: PEP 792 status: active, archived, quarantined or deprecated.
    """

    exists: bool
    files: tuple[ServedFile, ...] = ()
    status: str = "active"

    def named(self, filename: str) -> ServedFile | None:
        """Return the file of that name, if it is listed."""
        return next((file for file in self.files if file.filename == filename), None)

    def of_version(self, version: str | None) -> tuple[ServedFile, ...]:
        """Return the files of one release; `1.0` and `1.0.0` are the same one."""
        try:
            wanted = Version(version or "")
        except ValueError:
            return ()
        return tuple(file for file in self.files if file.version == wanted)

    def released(self) -> dict[Version, list[ServedFile]]:
        """Return the files of each version, those that were yanked left out."""
        releases: dict[Version, list[ServedFile]] = {}
        for file in self.files:
            if (version := file.version) is not None and not file.yanked:
                releases.setdefault(version, []).append(file)
        return releases

    def before(self, version: Version | None) -> list[ServedFile]:
        """Return the files of the newest final release that is older than a version, of the newest for None; or none."""
        releases = self.released()
        final = [one for one in releases if not one.is_prerelease]
        earlier = [one for one in final if version is None or one < version]
        return releases[max(earlier)] if earlier else []


def days_left(files: Iterable[ServedFile], *, now: float) -> int | None:
    """Return how many days a release still takes files, rounded up, or None where its age is unknown.

    Args:
        files: of the release.
        now: seconds since the epoch.
    """
    times = [moment for file in files if (moment := file.uploaded_at) is not None]
    return math.ceil(OPEN_FOR - (now - min(times)) / DAY) if times else None
