"""The files of a release on the index, compared with those that were built where a manifest says which these are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from msgspec import Struct
from packaging.version import Version

from slipway.environments import disposable
from slipway.errors import SlipwayError
from slipway.index import addresses, clock
from slipway.index.addresses import Index
from slipway.index.client import Client
from slipway.index.listing import Listing, ServedFile, days_left
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.publication import Receipt, Recovery
from slipway.publishing import after_failure, preflight
from slipway.publishing.receipts import ReceiptLog
from slipway.publishing.served import Watch
from slipway.releasing.subject import Subject
from slipway.runner import Runner
from slipway.standing import Sight, State

PATIENCE = 15.0
"""Seconds to go on asking the index."""

REREADING = 60.0
"""Seconds to go on reading files again that the last verification found wrong."""

BESIDE = 3.0
"""The same for an index that the release does not go to."""


class PublicFiles(Struct, frozen=True, kw_only=True):
    """What an index shows of a release.

    Attributes:
        listing: None where it could not be asked, and then `trouble` says why.
        recovery: where the release stands there; None where it could not be asked.
        is_whole: whether all its files are there; None where that cannot be seen from here.
        manifest: of the build it was compared with, if there is one.
        receipts: of what was sent from this work folder; None where nothing was begun from it.
        is_tampered: whether it serves other bytes than were built, or attestations of somebody else.
        is_another_build: whether the work folder holds this version as another build, which was not sent.
    """

    index: Index
    version: Version
    listing: Listing | None
    trouble: str
    recovery: Recovery | None
    is_whole: bool | None
    manifest: Manifest | None
    receipts: tuple[Receipt, ...] | None
    is_tampered: bool
    is_another_build: bool

    @property
    def files(self) -> tuple[ServedFile, ...]:
        """The files of the release that the index shows."""
        return self.listing.of_version(str(self.version)) if self.listing else ()

    @property
    def late(self) -> tuple[str, ...]:
        """The files that it took and does not show."""
        shown = {file.filename for file in self.files}
        public = self.recovery.public if self.recovery and self.manifest else ()
        return tuple(name for name in public if name not in shown)

    @property
    def others(self) -> tuple[Version, ...]:
        """The final versions that the index has and that are not yanked."""
        versions = {file.version for file in (self.listing.files if self.listing else ()) if not file.yanked}
        return tuple(version for version in versions if version and not version.is_prerelease)

    def sights(self) -> Iterator[Sight]:
        """Yield what was seen, file by file."""
        where = self.index.title
        if self.recovery is None or self.listing is None:
            yield Sight(what=f"files of {self.version}", where=where, state="unknown", detail=self.trouble)
            return
        if self.listing.status != "active":
            yield Sight(what="project", where=where, state="there", detail=f"it is {self.listing.status}")
        for file in self.files:
            state: State = "yanked" if file.yanked else "there"
            is_other = file.filename in self.recovery.burnt
            yield Sight(
                what=file.filename, where=where, state="other" if is_other else state, detail=_about(file)
            )
        for name in self.late:
            yield Sight(what=name, where=where, state="late", detail="taken, and not shown yet")
        missing = self.recovery.waiting or (() if self.files else (f"files of {self.version}",))
        yield from (Sight(what=name, where=where, state="missing") for name in missing)
        if self.is_another_build:
            detail = "of another build, which was not sent; nothing is compared with it"
            yield Sight(what="manifest", where="work folder", state="other", detail=detail)


def _about(file: ServedFile) -> str:
    day = (file.upload_time or "").partition("T")[0]
    return ", ".join(filter(None, (f"since {day}" if day else "", "attested" if file.provenance else "")))


def read(inputs: Inputs, runner: Runner, asked: Subject, index: Index) -> PublicFiles:
    """Ask an index what it shows of a release, and compare it with the build in the work folder, if that was sent."""
    stored = None if index.name in addresses.NAMES else preflight.stored_credential(inputs, runner, index)
    listing, trouble, is_tampered = None, "", False
    own = stored.credential if stored else None
    with closing(Client(index, credential=own, patience=PATIENCE, say=runner.say)) as client:
        try:
            listing, index = client.listing(asked.name), client.index
            is_tampered = _is_tampered(client, asked.manifest, runner)
        except SlipwayError as error:
            trouble = _clause(error)
    manifest = asked.manifest
    receipts = _receipts(inputs, manifest, index) if manifest else None
    recovery, is_whole = _standing(inputs, asked, index, listing, receipts)
    # What was not sent says nothing of what is public, unless it is exactly that.
    is_public = listing is not None and bool(listing.of_version(str(asked.version)))
    is_another = manifest is not None and is_public and not is_whole and not is_sent(manifest, receipts)
    if is_another:
        recovery, is_whole = _uncompared(asked, index, listing)
    return PublicFiles(
        index=index,
        version=asked.version,
        listing=listing,
        trouble=trouble,
        recovery=recovery if listing else None,
        is_whole=is_whole if listing else None,
        manifest=None if is_another else manifest,
        receipts=receipts,
        is_tampered=is_tampered,
        is_another_build=is_another,
    )


def _is_tampered(client: Client, manifest: Manifest | None, runner: Runner) -> bool:
    """Return whether what the last verification found wrong is still so: a transfer to one machine may be at fault."""
    if manifest is None or not any("wrong" in {one.verdict, one.provenance} for one in manifest.served):
        return False
    with disposable.scratch() as folder:
        found = Watch(client, manifest, folder, manifest.publisher, runner.say).wait(REREADING)
    return any("wrong" in {one.verdict, one.provenance} for one in found)


def is_sent(manifest: Manifest | None, receipts: tuple[Receipt, ...] | None) -> bool:
    """Return whether a build was sent, from here or by the run that made it; a check of one's own is not."""
    if manifest is None:
        return False
    is_of_a_run = manifest.plan is not None and manifest.plan.event != "local"
    return is_of_a_run or is_begun(manifest, receipts)


def is_begun(manifest: Manifest, receipts: tuple[Receipt, ...] | None) -> bool:
    """Return whether publishing was begun with a build, by what its manifest and its receipts say."""
    return receipts is not None or any(
        s.name == "publish" and s.outcome != "skipped" for s in manifest.stages
    )


def _receipts(inputs: Inputs, manifest: Manifest, index: Index) -> tuple[Receipt, ...] | None:
    log = ReceiptLog(inputs.work, index=index.name, name=manifest.name, version=manifest.version)
    kept = log.receipts()
    if kept is None and not manifest.receipts:
        return None
    digests = {artifact.filename: artifact.sha256 for artifact in manifest.artifacts}
    known = {receipt.filename: receipt for receipt in (*(kept or ()), *manifest.receipts)}
    return tuple(one for one in known.values() if digests.get(one.filename) == one.sha256)


def _standing(
    inputs: Inputs,
    asked: Subject,
    index: Index,
    listing: Listing | None,
    receipts: tuple[Receipt, ...] | None,
) -> tuple[Recovery, bool | None]:
    if asked.manifest is None:
        return _uncompared(asked, index, listing)
    command = after_failure.command_here(inputs, index, "publish")
    recovery = after_failure.assess(asked.manifest, index, listing, receipts or (), command=command)
    return recovery, not (recovery.waiting or recovery.burnt)


def _uncompared(asked: Subject, index: Index, listing: Listing | None) -> tuple[Recovery, bool | None]:
    """Return where a release stands without its manifest: of a pure project, an sdist and a wheel are all of it."""
    files = listing.of_version(str(asked.version)) if listing else ()
    kinds = {"wheel" if file.filename.endswith(".whl") else "sdist" for file in files}
    missing = (
        [kind for kind in ("sdist", "wheel") if kind not in kinds] if asked.kind == "pure" and files else []
    )
    recovery = Recovery(
        index=index.title,
        public=tuple(file.filename for file in files),
        waiting=tuple(f"{kind} of {asked.version}" for kind in missing),
        days_left=days_left(files, now=clock.CLOCK.now()) if index.site else None,
        yank_page=index.yank_page(asked.name, str(asked.version)) if files else None,
        yank_reason=f"The release is incomplete; it has no {missing[0]}." if missing else None,
    )
    if not files:
        return recovery, False
    return recovery, None if asked.kind != "pure" else not missing


def beside(asked: Subject, index: Index) -> Iterator[Sight]:
    """Yield what the other one of PyPI and TestPyPI has, which decides nothing."""
    if index.name not in addresses.NAMES:
        return
    other = addresses.resolve(next(name for name in addresses.NAMES if name != index.name))
    what, where = f"files of {asked.version}", other.title
    with closing(Client(other, patience=BESIDE)) as client:
        try:
            number = len(client.listing(asked.name).of_version(str(asked.version)))
        except SlipwayError as error:
            yield Sight(what=what, where=where, state="unknown", detail=_clause(error))
        else:
            yield Sight(
                what=what, where=where, state="there" if number else "missing", detail=str(number or "")
            )


def _clause(error: SlipwayError) -> str:
    """Return what happened as a clause."""
    return error.happened[0].lower() + error.happened[1:].rstrip(".")
