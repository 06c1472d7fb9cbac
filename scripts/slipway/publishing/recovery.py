"""Where a release stands after something went wrong, and how it goes on: pure functions of what was seen."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from packaging.version import InvalidVersion, Version

from slipway.index.addresses import Index
from slipway.index.listing import Listing, ServedFile
from slipway.manifest import Manifest
from slipway.records import Receipt, Recovery

OPEN_FOR = 14
"""Days in which a release takes new files (warehouse, `MAXIMUM_AGE_FOR_NEW_UPLOADS_DAYS`)."""

DAY = 86_400.0


def of_version(listing: Listing, version: str | None) -> tuple[ServedFile, ...]:
    """Return the files of one release; `1.0` and `1.0.0` are the same one."""
    wanted = _version(version or "")
    if wanted is None:
        return ()
    return tuple(file for file in listing.files if file.version == wanted)


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def days_left(files: Iterable[ServedFile], *, now: float) -> int | None:
    """Return how many days a release still takes files, rounded up, or None where nothing tells its age.

    Args:
        files: of the release.
        now: seconds since the epoch.
    """
    times = [moment for file in files if (moment := uploaded_at(file)) is not None]
    return math.ceil(OPEN_FOR - (now - min(times)) / DAY) if times else None


def uploaded_at(file: ServedFile) -> float | None:
    """Return when a file was uploaded, in seconds since the epoch."""
    try:
        return datetime.fromisoformat(file.upload_time).timestamp() if file.upload_time else None
    except ValueError:
        return None


def assess(
    manifest: Manifest,
    index: Index,
    *,
    listing: Listing | None,
    receipts: Iterable[Receipt],
    now: float,
    command: str | None,
) -> Recovery:
    """Return where a release stands.

    Args:
        manifest: what it should be.
        index: where it goes.
        listing: what the index shows, None where it could not be asked.
        receipts: what it was seen to take.
        now: seconds since the epoch.
        command: how to go on.
    """
    taken = {receipt.filename for receipt in receipts}
    public, waiting, burnt = [], [], []
    for artifact in manifest.artifacts:
        served = listing.named(artifact.filename) if listing else None
        if served is not None and served.sha256 not in {None, artifact.sha256}:
            burnt.append(artifact.filename)
        elif served is not None or artifact.filename in taken:
            public.append(artifact.filename)
        else:
            waiting.append(artifact.filename)
    left = days_left(of_version(listing, manifest.version), now=now) if listing else None
    if public and left is None:
        left = OPEN_FOR
    reason = None
    if burnt or (public and waiting):
        reason = f"The release is incomplete; {', '.join(burnt or waiting)} could not be published with it."
    return Recovery(
        public=tuple(public),
        waiting=tuple(waiting),
        burnt=tuple(burnt),
        days_left=left if public else None,
        command=command,
        yank_page=index.yank_page(manifest.name, manifest.version) if public or burnt else None,
        yank_reason=reason,
    )


def told(recovery: Recovery, index: Index) -> str:
    """Return where a release stands as sentences, a line each."""
    lines = []
    if recovery.public:
        lines.append(f"Public on {index.spoken} now: {', '.join(recovery.public)}.")
    else:
        lines.append(f"Nothing of this release is on {index.spoken}.")
    if recovery.waiting and recovery.public:
        lines.append(f"Still to come: {', '.join(recovery.waiting)}.")
    if recovery.burnt:
        lines.append(
            f"Taken by other bytes, for ever: {', '.join(recovery.burnt)}. Only a new version helps."
        )
    if recovery.waiting and recovery.days_left is not None:
        lines.append(_counter(recovery.days_left, index))
    if recovery.command:
        lines.append(f"Then: `{recovery.command}`")
    if recovery.yank_reason and recovery.yank_page:
        lines.append(
            f"To take it back instead, yank it at {recovery.yank_page} with this reason: {recovery.yank_reason}"
        )
    return "\n".join(lines)


def _counter(days: int, index: Index) -> str:
    if days <= 0:
        return f"{index.spoken} has closed this release for new files, {OPEN_FOR} days after its first."
    counted = f"{days} days" if days != 1 else "1 day"
    return f"{index.spoken} takes its missing files for another {counted}, and not later."
