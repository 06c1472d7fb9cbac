"""Uploads one file until the index has it: retries, renewed tokens, and a look at the index before each resend."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from slipway.errors import SlipwayError, ToolError
from slipway.index import transport
from slipway.index.client import Client
from slipway.index.clock import Patience
from slipway.index.credentials import Source
from slipway.publishing import refusals
from slipway.publishing.refusals import Meaning
from slipway.publishing.upload import FORBIDDEN, Reply, Uploader
from slipway.records import Artifact

CONFLICT = (400, 409)
"""How servers answer to a name that is taken: Warehouse with the first, others with the second."""

FAILED_INSIDE = 500
SAME_BYTES = 6
"""Times the index fails inside on the same bytes, while it answers other requests, until the file is to blame."""


class UploadRefused(Exception):  # noqa: N818 - named for what happened
    """The index does not take a file.

    Attributes:
        artifact: the file.
        reply: what the index answered.
        meaning: what that means, where it is known.
    """

    def __init__(self, artifact: Artifact, reply: Reply, meaning: Meaning | None) -> None:
        super().__init__(f"{reply.status} {reply.words}")
        self.artifact = artifact
        self.reply = reply
        self.meaning = meaning


class RetryingUploader(Struct, frozen=True):
    """Uploads files to one index, each as often as it takes.

    Attributes:
        uploader: makes one attempt.
        client: reads the index; a quick one, that does not retry for long itself.
        source: gives credentials.
        say: shows a line.
        patience: seconds to go on trying one file.
    """

    uploader: Uploader
    client: Client
    source: Source
    say: Callable[[str], None]
    patience: float

    def upload(self, artifact: Artifact, path: Path, attestations: tuple[dict[str, Any], ...]) -> None:
        """Upload a file until the index has it.

        Raises:
            UploadRefused: the index does not take it.
            ToolError: its faults last too long, or it has other bytes by now.
        """
        waiting = Patience(self.patience)
        renewed = False
        failed_inside = broken_off = 0
        while True:
            reply, trouble = self._attempt(path, attestations, again=broken_off > 0)
            broken_off += reply is None
            if reply is not None:
                if reply.taken:
                    return
                if not reply.transient:
                    meaning = refusals.upload(reply.words)
                    if reply.status in CONFLICT and self._has(artifact):
                        return
                    fresh = reply.status in FORBIDDEN and (meaning is None or meaning.credential)
                    if fresh and not renewed and self.source.renew():
                        renewed = True
                        continue
                    raise UploadRefused(artifact, reply, meaning)
            # What broke off may have arrived: the index is asked before anything is sent again.
            has = self._has(artifact)
            if has:
                return
            is_inside = reply is not None and reply.status == FAILED_INSIDE and has is False
            failed_inside = failed_inside + 1 if is_inside else 0
            if failed_inside == SAME_BYTES:
                raise ToolError(
                    f"{artifact.filename} could not be uploaded: {trouble}, each of {SAME_BYTES} times.",
                    cause="The index answers other requests and fails on this file: something in it is most likely "
                    "what its code does not expect.",
                    remedy="Run `slipway inspect` on the file, and build it anew with a current build backend. If it is "
                    "as it should be, report it to the index, and try again later.",
                )
            self.say(f"{trouble}; trying {artifact.filename} again")
            if not waiting.pause(at_least=reply.retry_after if reply else None):
                raise ToolError(
                    f"{artifact.filename} could not be uploaded: {trouble}.",
                    cause="The fault of the index, or of the network, did not pass in the time there was.",
                    remedy="Look at the index's status page.",
                )

    def _attempt(
        self, path: Path, attestations: tuple[dict[str, Any], ...], *, again: bool
    ) -> tuple[Reply | None, str]:
        credential = self.source.current()
        reply: Reply | None
        try:
            reply = self.uploader.attempt(path, credential, attestations)
        except transport.Broken as error:
            reply = self.uploader.refusal(credential) if again else None
            if reply is None:
                return None, f"the upload broke off ({error})"
        return reply, f"the index answered {reply.status} {reply.words}"

    def _has(self, artifact: Artifact) -> bool | None:
        """Return whether the index has a file with exactly these bytes, None where it does not answer.

        Raises:
            ToolError: it has other bytes under this name.
        """
        try:
            served = self.client.listing(artifact.name or artifact.filename.partition("-")[0])
        except SlipwayError:
            return None
        file = served.named(artifact.filename)
        if file is None or file.sha256 is None:
            return False
        if file.sha256 == artifact.sha256:
            return True
        raise ToolError(
            f"The index has a {artifact.filename} with other bytes: SHA-256 {file.sha256}.",
            cause="Somebody else published this version in the meantime, or the bytes were changed on the way.",
            remedy="Do not announce this release. Find out who uploaded that file before anything else is done.",
        )
