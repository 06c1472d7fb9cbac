"""Work that is shared with a fork of this process: half of the time where there are two processors.

What a fork does reads files and computes; it starts no program. Elsewhere than on Linux, and where other threads run,
nothing is shared.
"""

import atexit
import functools
import gc
import os
import pickle
import signal
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Generic, NoReturn, TypeVar

from slipway import system, waiting

SHARES = 64
"""Into how many parts work is cut at least; neither process waits long for the last part of the other."""
MAX_SHARES = 4_096
"""A pipe takes the numbers of so many parts without a reader (pipe(7): 64 KiB)."""
_NUMBER = struct.Struct("<I")

Result = TypeVar("Result")


def is_possible() -> bool:
    """Return whether a fork of this process can share its work."""
    if not system.FORKS or len(os.sched_getaffinity(0)) < 2:  # noqa: PLR2004 - it would only take turns
        return False
    # Only the thread that forks goes on in the other process; a lock that another one holds stays locked there.
    with suppress(OSError):
        return len([*Path("/proc/self/task").iterdir()]) == 1
    return False


class Fork(Generic[Result]):
    """A fork of this process that works beside it; where it dies, its work is done here.

    Args:
        work: a pure function whose result can be pickled.

    Raises:
        OSError: there can be no fork.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._answer = os.fdopen(os.memfd_create("answer"), "w+b")
        self._child: int | None = None
        # A run that is stopped, or has an error to show, does not wait.
        atexit.register(self.end)
        try:
            self._child = os.fork()
        except OSError:
            self.end()
            raise
        if self._child == 0:
            _be_the_fork(work, self._answer)

    def result(self) -> Result:
        """Return what the work returns; to be called once."""
        is_done = self._child is not None and os.waitpid(self._child, 0)[1] == 0
        self._child = None
        try:
            if not is_done:
                return self._work()
            self._answer.seek(0)
            # Written by the same code, in a process that had the same rights.
            found: Result = pickle.load(self._answer)  # noqa: S301
            return found
        finally:
            self.end()

    def end(self) -> None:
        """End the fork, where nobody waits for its result any more."""
        atexit.unregister(self.end)
        self._answer.close()
        if self._child is not None:
            with suppress(OSError):
                os.kill(self._child, signal.SIGKILL)
                os.waitpid(self._child, 0)
            self._child = None


def shared(work: Callable[[int], Result], weights: Mapping[int, int]) -> dict[int, Result]:
    """Return what `work` returns for each number; each is worked on in this process or in a fork of it.

    What a fork that dies has worked on is worked on once more.

    Args:
        work: what there is to do for a number; a pure function whose result can be pickled, and that does not raise.
        weights: the numbers, each with how long it takes beside the others; the heaviest come first.

    Raises:
        OSError: there can be no fork.
    """
    parts = _parts(weights)
    claims, end = os.pipe()
    try:
        with os.fdopen(end, "wb") as stream:
            stream.write(b"".join(map(_NUMBER.pack, range(len(parts)))))
        do = functools.partial(_work, work, parts, claims)
        other = Fork(do)
        try:
            # What this process has to do later is done beside the fork; the parts wait for who is free.
            waiting.begins()
            done = do() | other.result()
        except BaseException:
            other.end()
            raise
    finally:
        os.close(claims)
    return done | {number: work(number) for number in weights if number not in done}


def _parts(weights: Mapping[int, int]) -> list[list[int]]:
    """Return the numbers in parts of about the same weight, the heaviest first."""
    share = max(sum(weights.values()) // SHARES, 1)
    parts: list[list[int]] = []
    room = 0
    for number in sorted(weights, key=lambda one: -weights[one]):
        if room <= 0 and len(parts) < MAX_SHARES:
            parts.append([])
            room = share
        parts[-1].append(number)
        room -= weights[number]
    return parts


def _work(work: Callable[[int], Result], parts: Sequence[Sequence[int]], claims: int) -> dict[int, Result]:
    """Work on one part after the other that the other process has not taken; return what it gives for each number.

    A number that one process has read from the pipe, the other one does not read.
    """
    done: dict[int, Result] = {}
    while claimed := os.read(claims, _NUMBER.size):
        for number in parts[_NUMBER.unpack(claimed)[0]]:
            done[number] = work(number)
    return done


def _be_the_fork(work: Callable[[], object], answer: IO[bytes]) -> NoReturn:
    """Work, write down the result and end; what is registered for the end of this process is the other one's."""
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        # To look for cycles would copy what both processes have in common, page by page.
        gc.disable()
        pickle.dump(work(), answer, pickle.HIGHEST_PROTOCOL)
        answer.flush()
        code = 0
    finally:
        os._exit(code)
