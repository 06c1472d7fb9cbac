"""What is wrong, in a few lines for another job: the verdict, then what was found and why the run failed."""

from collections.abc import Iterator

from slipway import findings
from slipway.manifest import Failure, Manifest
from slipway.records import Severity
from slipway.report import verdict
from slipway.report.text import shortened
from slipway.runner.base import printable
from slipway.runner.github import without_commands

LINES = 60
LENGTH = 400
"""Lines, and characters of each: all fit into one environment variable, which Linux limits to 128 KiB (execve(2))."""

LOG = 5
"""Lines of a log."""


def lines(manifest: Manifest) -> str:
    """Return the lines on a run in which something blocks or failed."""
    found = [without_commands(printable(" ".join(line.split()))) for line in _lines(manifest)]
    return "\n".join(shortened(found, most=LINES, longest=LENGTH))


def _lines(manifest: Manifest) -> Iterator[str]:
    yield verdict.of(manifest).headline
    for finding in findings.ordered(manifest.findings):
        if finding.ignored is None:
            yield f"{finding.severity.value}: {finding.message} [{finding.rule}]"
            # The rest of what was seen names folders that are others in each run.
            seen = finding.seen if finding.severity is not Severity.NOTE else None
            yield from (seen or "").splitlines()[:1]
    if manifest.failure is not None:
        yield from _failure(manifest.failure)


def _failure(failure: Failure) -> Iterator[str]:
    yield f"error: {failure.happened}"
    yield f"likely cause: {failure.cause}"
    yield f"what to do: {failure.remedy}"
    yield from failure.log[-LOG:]
