"""Where a release stands after a failure, as sentences."""

from collections.abc import Iterator

from slipway.index.listing import OPEN_FOR
from slipway.manifest import Failure
from slipway.publication import Recovery
from slipway.report.verdict import counted


def what_to_do(failure: Failure) -> str:
    """Return the remedy of a failure, and where the release stands, a line each."""
    recovery = failure.recovery
    return "\n".join([failure.remedy, *(sentences(recovery) if recovery else ())])


def sentences(recovery: Recovery) -> Iterator[str]:
    """Yield where a release stands and how it goes on."""
    index = recovery.index
    if recovery.public:
        yield f"Public on {index} now: {', '.join(recovery.public)}."
    elif recovery.waiting or recovery.burnt:
        yield f"Nothing of this release is on {index}."
    if recovery.waiting and recovery.public:
        yield f"Still to come: {', '.join(recovery.waiting)}."
    if recovery.burnt:
        yield f"Taken by other bytes, for ever: {', '.join(recovery.burnt)}. Only a new version helps."
    if recovery.waiting and recovery.days_left is not None:
        yield closing(recovery.days_left, index)
    if recovery.command:
        yield f"Then: `{recovery.command}`"
    if recovery.yank_reason and recovery.yank_page:
        page, reason = recovery.yank_page, recovery.yank_reason
        yield f"To take it back instead, yank it at {page} with this reason: {reason}"


def closing(days: int, index: str) -> str:
    """Return the sentence on how many days an index still takes files of a release."""
    if days <= 0:
        return f"{index} has closed this release for new files, {OPEN_FOR} days after its first."
    return f"{index} takes its missing files for another {counted(days, 'day')}, and not later."
