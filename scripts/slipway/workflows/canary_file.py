"""The workflow that looks every week whether the newest release still works: its text, and where it belongs."""

import hashlib
from pathlib import Path

from msgspec import Struct

from slipway.planning.pythons import END_OF_LIFE
from slipway.workflows import caller_file
from slipway.workflows.caller_file import Caller

TEMPLATE = Path(__file__).parents[1] / "templates" / "canary.yml"


class Canary(Struct, frozen=True, kw_only=True):
    """What decides the text of the workflow.

    Attributes:
        caller: the workflow that releases: the same Slipway, project and index.
        project: the project's name, or its folder where only the build knows the name.
    """

    caller: Caller
    project: str

    @property
    def file(self) -> str:
        """Its path from the repository's top folder."""
        name = self.caller.name
        return f".github/workflows/canary{f'-{name}' if name else ''}.yml"

    @property
    def cron(self) -> str:
        """When it runs: once a week, at a time that is the same for one project and another for the next.

        GitHub may delay or drop what is scheduled for the start of an hour, when everybody's jobs begin
        (https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule).
        """
        digest = hashlib.sha256(f"{self.project}\n{self.file}".encode()).digest()
        minute, hour, day = (digest[number] % size for number, size in enumerate((50, 24, 5)))
        return f"{minute + 5} {hour} * * {day + 1}"

    def render(self) -> str:
        """Return the text of the file."""
        caller = self.caller
        given = {"path": caller.folder} if caller.folder != "." else {}
        given |= {"index": caller.index} if caller.index else {}
        values = {
            "NAME": f"Canary {caller_file.scalar(caller.name)}" if caller.name else "Canary",
            "CRON": self.cron,
            "NEXT": _next_python(),
            **caller.pinned(),
            "INPUTS": "".join(f", {name}: {caller_file.scalar(value)}" for name, value in given.items()),
        }
        return caller_file.filled(TEMPLATE.read_text("utf-8"), values)


def _next_python() -> str:
    """Return the minor version of Python that comes after those that are known."""
    newest = max(int(version.partition(".")[2]) for version in END_OF_LIFE)
    return f"3.{newest + 1}"
