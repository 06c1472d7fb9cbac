"""What goes wrong, always in one order: what happened, the likely cause, what to do, where to read."""

import errno
from enum import IntEnum
from typing import ClassVar

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NO_FOLDER = frozenset({errno.EEXIST, errno.ENOTDIR})


class ExitCode(IntEnum):
    """The exit codes of every command."""

    CLEAN = 0
    FINDINGS = 1
    INPUT = 2
    TOOL = 3
    BUG = 4
    INTERRUPTED = 130


class SlipwayError(Exception):
    """An error that is shown to the user without a traceback.

    Args:
        happened: what happened, one sentence.
        cause: the likely cause.
        remedy: what to do now.
        read: a page or a command where more is written, if there is one.
        log: the last lines of a tool's output, if a tool failed.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.TOOL

    def __init__(
        self, happened: str, *, cause: str, remedy: str, read: str | None = None, log: tuple[str, ...] = ()
    ) -> None:
        super().__init__(happened)
        self.happened = happened
        self.cause = cause
        self.remedy = remedy
        self.read = read
        self.log = log


class InputError(SlipwayError):
    """What the user gave (a path, an option, a file of the project) cannot be worked with."""

    exit_code = ExitCode.INPUT


class ProjectError(SlipwayError):
    """The project's own metadata, code or build settings stop the run, and only a change of the project helps."""

    exit_code = ExitCode.FINDINGS


class TamperedError(SlipwayError):
    """Foreign code changed what only Slipway writes."""

    exit_code = ExitCode.FINDINGS


class ToolError(SlipwayError):
    """A tool, the network or the machine failed, and running again may help."""

    exit_code = ExitCode.TOOL


class Interrupted(SlipwayError):  # noqa: N818 - the user's decision, not a fault
    """The user, or the runner on the user's behalf, stopped the run."""

    exit_code = ExitCode.INTERRUPTED


def from_os_error(error: OSError) -> SlipwayError | None:
    """Translate disk-full and permission errors; None for others."""
    path = error.filename2 or error.filename or "the work folder"
    if error.errno in _FULL:
        return ToolError(
            f"The disk is full: {path} could not be written.",
            cause="The work folder or the folder for temporary files has no room left.",
            remedy="Free some space, or choose another place with --work DIR and TMPDIR.",
        )
    if error.errno in _NO_FOLDER:
        return InputError(
            f"{path} cannot be made: {error.strerror}.",
            cause="There is a file where a folder is needed.",
            remedy="Move it away, or name another work folder with --work DIR.",
        )
    if error.errno in _DENIED:
        return InputError(
            f"{path} cannot be written: {error.strerror}.",
            cause="The checkout is read-only, or belongs to another user.",
            remedy="Choose a work folder that can be written: --work DIR.",
        )
    return None
