"""One attempt to upload one distribution, with twine, the library."""

from __future__ import annotations

import contextlib
import gzip
import io
import logging
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from slipway.credential import Credential
from slipway.errors import ToolError
from slipway.index import transport
from slipway.index.addresses import Index

if TYPE_CHECKING:
    from twine.package import PackageFile

FORBIDDEN = (401, 403)

DAMAGED = (tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, ValueError, KeyError)
"""What reading a damaged archive raises, which twine passes on."""


class Reply(Struct, frozen=True, kw_only=True):
    """What the index answered to an upload.

    Attributes:
        status: HTTP status code.
        words: the index's own message about a refusal.
        retry_after: seconds the index asks to wait.
    """

    status: int
    words: str = ""
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        """Whether the file is now on the index, with these bytes."""
        return 200 <= self.status < 300  # noqa: PLR2004 - success in HTTP

    @property
    def transient(self) -> bool:
        """Whether it is a fault that may be gone at the next attempt."""
        return transport.is_transient(self.status)


class Uploader:
    """A connection to the upload address of an index."""

    def __init__(self, index: Index) -> None:
        from twine.repository import Repository

        # Its warnings are about retries and options that are not ours.
        logging.getLogger("twine").setLevel(logging.ERROR)
        self._repository = Repository(index.upload, None, None, disable_progress_bar=True)
        self._packages: dict[Path, PackageFile] = {}
        transport.limit(self._repository.session, transport.UPLOAD_TIMEOUT)
        # Warehouse then says what is wrong in JSON; HTTP/2 has no reason phrase to say it in.
        self._repository.session.headers["Accept"] = "application/json"

    def load(self, path: Path) -> None:
        """Read the metadata that is sent with a file; done for all of them before the first is sent.

        Raises:
            ToolError: the file cannot be read as a distribution.
        """
        from twine.exceptions import TwineException
        from twine.package import PackageFile

        try:
            self._packages[path] = PackageFile.from_filename(str(path), comment=None)
        except (TwineException, *DAMAGED) as error:
            raise ToolError(
                f"twine cannot read {path.name}: {error}.",
                cause="The metadata of the file is damaged, or newer than the twine that Slipway carries.",
                remedy="Run `slipway inspect` on the file; if it finds nothing, Slipway is too old for this file.",
            ) from error

    def attempt(
        self, path: Path, credential: Credential, attestations: tuple[dict[str, Any], ...] = ()
    ) -> Reply:
        """Upload a file that was loaded, once, and return what the index answered.

        Raises:
            transport.Broken: the connection broke, or the index was silent.
        """
        package = self._packages[path]
        package.attestations = [*attestations] or None
        self._repository.session.auth = credential.pair
        try:
            # twine prints its progress on stdout, which belongs to the command's own output.
            with contextlib.redirect_stdout(io.StringIO()):
                # With one try only: twine's own repetitions do not pause, and do not look in between.
                response = self._repository.upload(package, max_redirects=1)
        except transport.FAULTS as error:
            raise transport.Broken(str(error)) from error
        return Reply(
            status=response.status_code,
            words=transport.words(response),
            retry_after=transport.retry_after(response),
        )

    def refusal(self, credential: Credential) -> Reply | None:
        """Return how the index refuses a request with this credential alone; None where it does not, or is silent.

        A server that refuses before it has read a file and closes the connection may be heard to break off only.
        """
        self._repository.session.auth = credential.pair
        try:
            response = self._repository.session.post(self._repository.url, allow_redirects=False)
        except transport.FAULTS:
            return None
        reply = Reply(status=response.status_code, words=transport.words(response))
        return reply if reply.status in FORBIDDEN else None

    def close(self) -> None:
        """Close the connection."""
        self._repository.close()
