"""Uploading one distribution with twine, the library."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.errors import ToolError
from slipway.index.addresses import Index
from slipway.index.credentials import Credential

if TYPE_CHECKING:
    import requests


class Refusal(Exception):  # noqa: N818 - named for what happened
    """The index did not take a file.

    Attributes:
        status: HTTP status code.
        reason: the index's own words.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason


class Uploader:
    """A connection to the upload address of an index."""

    def __init__(self, index: Index, credential: Credential) -> None:
        from twine.repository import Repository

        self._index = index
        self._repository = Repository(index.upload, *credential.pair, disable_progress_bar=True)

    def upload(self, path: Path) -> None:
        """Upload one file.

        Raises:
            Refusal: the index does not take it.
            ToolError: the file cannot be read as a distribution, or the connection broke.
        """
        import requests
        from twine.exceptions import TwineException
        from twine.package import PackageFile

        try:
            # twine says on stdout what it does; stdout belongs to the command's own answer.
            with contextlib.redirect_stdout(io.StringIO()):
                response = self._repository.upload(PackageFile.from_filename(str(path), comment=None))
        except TwineException as error:
            raise ToolError(
                f"twine cannot read {path.name}: {error}.",
                cause="The metadata of the file is damaged, or newer than the twine that Slipway carries.",
                remedy="Run `slipway inspect` on the file; if it finds nothing, Slipway is too old for this file.",
            ) from error
        except requests.RequestException as error:
            raise ToolError(
                f"The upload of {path.name} broke off.",
                cause=str(error),
                remedy="Run the same command again: what has arrived stays, and nothing is sent twice.",
            ) from error
        if not response.ok:
            raise Refusal(response.status_code, _words(response))

    def close(self) -> None:
        """Close the connection."""
        self._repository.close()


def _words(response: requests.Response) -> str:
    # Warehouse says it in the reason phrase, which HTTP/2 does not have (warehouse/forklift/legacy.py).
    return response.reason or response.text[:500]
