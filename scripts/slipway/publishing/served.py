"""Waits until an index serves what was uploaded, and says what is wrong with what it serves.

What a CDN in front of PyPI keeps: warehouse, `cache/origin/`; up to ten minutes by the answers' own max-age.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field

from slipway.errors import SlipwayError, ToolError
from slipway.index.addresses import Index
from slipway.index.client import Client
from slipway.index.clock import Patience
from slipway.index.listing import Listing, ServedFile
from slipway.manifest import Manifest
from slipway.publication import Publisher, Receipt, Served
from slipway.publishing import provenance
from slipway.records import Artifact

FIRST_PAUSE = 0.5
"""Seconds between the first two requests; each pause is half as long again as the one before."""

LONGEST_PAUSE = 20.0

READINGS = 3
"""How often a file with wrong bytes is downloaded before it is believed; a transfer may be at fault."""

PROVENANCE_WAIT = 120.0
"""Seconds that attestations may come after the file they belong to."""


class _File(Struct):
    """One file of the release, as far as it has been seen."""

    artifact: Artifact
    receipt: Receipt | None
    awaited: bool
    served: Served
    readings: int = 0
    settled: bool = False

    def see(self, verdict: Literal["same", "wrong"], listed: ServedFile, *, sha256: str | None) -> None:
        """Keep what was read of the file; wrong bytes stay wrong."""
        self.served = msgspec.structs.replace(
            self.served, sha256=sha256, verdict=verdict, url=listed.url, provenance=None
        )
        self.settled = verdict == "wrong"


class Watch(Struct):
    """Reads an index until it serves a release.

    Attributes:
        client: reads the index past caches.
        manifest: what is to be served, with the receipts of the upload.
        folder: where the files are downloaded to.
        publisher: in whose name attestations must be.
        say: shows a line.
    """

    client: Client
    manifest: Manifest
    folder: Path
    publisher: Publisher | None
    say: Callable[[str], None]
    _files: list[_File] = field(default_factory=list)

    def wait(self, seconds: float) -> tuple[Served, ...]:
        """Return what is served as soon as all of it is there or something is wrong, else when the time is up.

        Raises:
            InputError: the index wants a credential for reading, and gets none or a wrong one.
            ToolError: the index could not be read at all.
        """
        receipts = {receipt.filename: receipt for receipt in self.manifest.receipts}
        # Where publishing is on record, a file without a receipt was never taken by the index; it will not come.
        published = bool(receipts) or any(stage.name == "publish" for stage in self.manifest.stages)
        self._files = [
            _file(artifact, receipts.get(artifact.filename), published=published)
            for artifact in self.manifest.artifacts
        ]
        waiting = _patience(seconds)
        attestations_only = False
        while True:
            trouble = self._look()
            if any(file.served.verdict == "wrong" and file.settled for file in self._files):
                break
            if all(file.settled or not file.awaited for file in self._files):
                break
            if not attestations_only and all(file.served.verdict == "same" for file in self._files):
                # Only attestations are missing now, and they do not come as late as files do.
                attestations_only = True
                waiting = _patience(min(PROVENANCE_WAIT, waiting.left))
            self.say(f"{self._awaited(trouble)}; looking again")
            if not waiting.pause():
                if trouble is not None and not any(file.served.url for file in self._files):
                    raise trouble
                break
        return tuple(file.served for file in self._files)

    def _awaited(self, trouble: ToolError | None) -> str:
        if trouble is not None:
            return trouble.happened.removesuffix(".")
        unseen = [file.artifact.filename for file in self._files if file.served.verdict != "same"]
        if unseen:
            return f"{self.client.index.title} does not serve {', '.join(unseen)} yet"
        return f"{self.client.index.title} does not show the attestations yet"

    def _look(self) -> ToolError | None:
        """Look once at everything that is not settled; return what kept it from being seen."""
        try:
            listing = self.client.listing(self.manifest.name)
            for file in self._files:
                if not file.settled:
                    self._judge(file, listing)
        except ToolError as error:
            return error
        return None

    def _judge(self, file: _File, listing: Listing) -> None:
        listed = listing.named(file.artifact.filename)
        if listed is None:
            return
        if listed.sha256 not in {None, file.artifact.sha256}:
            file.see("wrong", listed, sha256=listed.sha256)
            return
        if file.served.verdict != "same":
            self._read(file, listed)
        if file.served.verdict == "same":
            self._compare_attestations(file, listed)

    def _read(self, file: _File, listed: ServedFile) -> None:
        digest = self.client.download(listed, self.folder / file.artifact.filename)
        file.readings += 1
        if digest == file.artifact.sha256:
            file.see("same", listed, sha256=digest)
        elif file.readings >= READINGS:
            file.see("wrong", listed, sha256=digest)

    def _compare_attestations(self, file: _File, listed: ServedFile) -> None:
        """Compare the attestations that are served with a file; where none were sent, only those that are shown."""
        sent = file.receipt is not None and file.receipt.attested
        if not sent and listed.provenance is None:
            file.settled = True
            return
        document = self.client.provenance(
            listed, project=self.manifest.name, version=self.manifest.version or ""
        )
        verdict = provenance.compare(document, file.artifact, self.publisher)
        origin = provenance.listed(document, file.artifact, place=self.client.index.title)
        file.served = msgspec.structs.replace(file.served, provenance=verdict, origins=(origin,))
        file.settled = verdict != "missing" or not sent


def _patience(seconds: float) -> Patience:
    return Patience(seconds, first=FIRST_PAUSE, longest=LONGEST_PAUSE, growth=1.5)


def _file(artifact: Artifact, receipt: Receipt | None, *, published: bool) -> _File:
    unsent = published and receipt is None
    verdict = Served(filename=artifact.filename, sha256=None, verdict="missing" if unsent else "late")
    return _File(artifact=artifact, receipt=receipt, awaited=not unsent, served=verdict)


def tally(manifest: Manifest, served: Sequence[Served], index: Index) -> str:
    """Return what was intended and what is served, in one line."""
    release = " ".join(part for part in (manifest.name, manifest.version) if part)
    same = sum(one.verdict == "same" for one in served)
    others = [f"{one.filename} is {one.verdict}" for one in served if one.verdict != "same"]
    files = f"{len(served)} file{'' if len(served) == 1 else 's'}"
    counted = f"intended: {files} of {release}; {index.title} serves {same} of them, byte for byte"
    return f"{counted}; {', '.join(others)}" if others else counted


def fault(served: Sequence[Served], index: Index, *, waited: float, required: bool) -> SlipwayError | None:
    """Return the worst that is wrong with what an index serves, or None.

    Args:
        served: each file of the release, as it is served.
        index: the index.
        waited: seconds it was waited for at most.
        required: whether files without the attestations that were sent are an error.
    """
    by = {v: [s.filename for s in served if s.verdict == v] for v in ("wrong", "missing", "late")}
    if by["wrong"]:
        return ToolError(
            f"{index.title} serves other bytes than were built: {', '.join(by['wrong'])}.",
            cause="A file was replaced on the way, or the release was made from another build.",
            remedy="Do not announce this release; compare the digests in manifest.json with the index's.",
        )
    if by["missing"]:
        return ToolError(
            f"{index.title} never took {', '.join(by['missing'])}.",
            cause="Publishing stopped before these files; the receipts name only the others.",
            remedy="Publish again from the same manifest; what is there is not sent twice.",
        )
    if by["late"]:
        return ToolError(
            f"{index.title} does not serve {', '.join(by['late'])} after {waited:g} s.",
            cause="The index is late; behind a cache that can take a while. Nothing is lost.",
            remedy="Verify again in a few minutes; nothing has to be uploaded again.",
        )
    forged = [s.filename for s in served if s.provenance == "wrong"]
    if forged:
        return ToolError(
            f"The attestations that {index.title} serves with {', '.join(forged)} do not vouch for this release.",
            cause="They name another repository, another workflow or other bytes than this run's.",
            remedy="Do not announce this release. Find out who uploaded these files.",
        )
    dropped = [s.filename for s in served if s.provenance == "missing"]
    if dropped and required:
        return ToolError(
            f"{index.title} serves {', '.join(dropped)} without the attestations that were sent.",
            cause="The index had attestations switched off while it took the upload, and drops them silently.",
            remedy="They cannot be added later. Keep the release as it is, or release a new version with them.",
        )
    return None
