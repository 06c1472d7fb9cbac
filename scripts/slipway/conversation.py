"""A child that takes requests, one after the other, and prints while it works on each."""

import json
import queue
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from slipway import processes, waiting
from slipway.processes import KEPT_LINES, LINE_LIMIT, Completed, TimedOut

LINES_AHEAD = 1_000
"""Lines that are read before they are needed; a child that prints more waits."""
READER_SECONDS = 5.0
"""Seconds to wait for the last of what an ended child printed."""


class Conversation:
    """A child that reads one request a line, in JSON, and prints a last line for each: a mark and an exit code.

    The mark is random and is appended to its arguments. It keeps apart what the child prints, not what it wants: the
    child may say of any request that it ended well, as it may end with any exit code.
    """

    def __init__(self, argv: Sequence[str | Path], *, cwd: Path, environ: Mapping[str, str]) -> None:
        """Start the child.

        Raises:
            OSError: it cannot be started.
        """
        self._mark = secrets.token_hex(16)
        words = [*map(str, argv), self._mark]
        self._child = processes.start(words, cwd=cwd, environ=environ, merged=True, takes_input=True)
        self._lines: queue.Queue[str | None] = queue.Queue(LINES_AHEAD)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ask(self, request: Mapping[str, object], *, timeout: float, sink: Callable[[str], None]) -> Completed:
        """Send a request, wait for its end and return how it ended.

        Where the child itself ends, that is the end of the request, and of the conversation.

        Args:
            request: what JSON can hold.
            timeout: seconds it may take.
            sink: called with every line as it comes.

        Raises:
            TimedOut: the time is up; the child and everything it started are gone.
        """
        stream = self._child.stdin
        assert stream is not None  # noqa: S101 - Popen was asked for a pipe
        # A child that has ended says so by the end of its output.
        with suppress(OSError):
            stream.write(json.dumps(request).encode() + b"\n")
            stream.flush()
        waiting.begins()
        deadline = time.monotonic() + timeout
        printed: deque[str] = deque(maxlen=KEPT_LINES)
        blank = False
        while True:
            try:
                line = self._lines.get(timeout=max(deadline - time.monotonic(), 0))
            except queue.Empty:
                self.end()
                raise TimedOut(timeout, "\n".join(printed)) from None
            mark, _, code = (line or "").partition(" ")
            is_end = line is None or mark == self._mark
            # The child ends a line before the mark, which is an empty one if the request did so itself.
            if blank and not is_end:
                printed.append("")
                sink("")
            blank = line == ""
            if line is None:
                self.end()
                return Completed(self._child.returncode, "\n".join(printed))
            if is_end:
                return Completed(int(code) if code.lstrip("-").isdecimal() else 1, "\n".join(printed))
            if not blank:
                printed.append(line)
                sink(line)

    def end(self) -> None:
        """End the child and everything it started."""
        processes.end(self._child)
        if self._child.stdin is not None:
            with suppress(OSError):
                self._child.stdin.close()
        # Lines that nobody asked for would hold up the reader; a grandchild that holds the pipe open is not waited for.
        deadline = time.monotonic() + READER_SECONDS
        while self._reader.is_alive() and time.monotonic() < deadline:
            with suppress(queue.Empty):
                self._lines.get(timeout=0.01)

    def _read(self) -> None:
        stream = self._child.stdout
        assert stream is not None  # noqa: S101 - Popen was asked for a pipe
        with stream:
            while raw := stream.readline(LINE_LIMIT):
                self._lines.put(raw.decode("utf-8", "replace").rstrip("\r\n"))
        self._lines.put(None)
