"""A stand-in for GitHub's REST API on loopback: what `announce` uses of it, for one repository, in memory.

A rehearsal ends there in a release that can be looked at, and nothing leaves the machine.
"""

import json
import re
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct, field

from slipway.repository.github import VERSION
from slipway.repository.stand_in_repository import (
    NO_CONTENT,
    NOT_FOUND,
    OK,
    UNAUTHORIZED,
    Answer,
    Call,
    Repository,
    Request,
)

BAD_REQUEST = 400


class Fault(Struct, frozen=True):
    """What happens to a request in place of its answer.

    Attributes:
        status: of the answer; None where the connection is cut.
        document: the answer.
        headers: of the answer.
        is_late: whether the request takes effect first.
    """

    status: int | None = None
    document: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    is_late: bool = False


Faults = Callable[[Call], Fault | None]
"""Says for each request whether something happens in place of its answer."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, name: str, faults: Faults) -> None:
        # Bound to loopback and to a port that the system chooses.
        super().__init__(("127.0.0.1", 0), _Handler)
        address = f"http://127.0.0.1:{self.server_port}"
        self.known = Repository(name, secrets.token_urlsafe(24), address)
        self.faults = faults
        self.turn = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Each answer leaves in one piece; in two, the second waits for a receipt of the first.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = urlsplit(self.path)
        known = self.server.known
        below = re.sub(rf"\A(?:/uploads)?/repos/{re.escape(known.name)}(?:/|\Z)", "", parts.path)
        with self.server.turn:
            call = Call(len(known.calls) + 1, self.command, below, "Authorization" in self.headers)
            known.calls.append(call)
            fault = self.server.faults(call)
            answer = Answer(OK)
            if fault is None or fault.is_late:
                answer = self._answer(below, Request(dict(parse_qsl(parts.query)), body))
        if fault is None:
            self._send(answer)
        elif fault.status is not None:
            self._send(Answer(fault.status, fault.document, fault.headers))
        else:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, below: str, request: Request) -> Answer:
        known = self.server.known
        if kept := re.fullmatch(r"/kept/(\d+)", below):
            return Answer(OK, known.contents.get(int(kept[1]), b""))
        if below.startswith("/"):
            return Answer(NOT_FOUND, {"message": "Not Found"})
        if self.headers.get("X-GitHub-Api-Version") != VERSION:
            return Answer(BAD_REQUEST, {"message": "The version of the API is not supported."})
        if self.headers.get("Authorization") != f"Bearer {known.token}":
            return Answer(UNAUTHORIZED, {"message": "Bad credentials"})
        return known.answer(self.command, below, request)

    def _send(self, answer: Answer) -> None:
        document = answer.document
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        data = b"" if answer.status == NO_CONTENT else data
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - the base class looks for these names

    def log_message(self, *_: object) -> None:
        """Log nothing: a rehearsal reports its own steps."""


@contextmanager
def serve(name: str, *, faults: Faults = lambda _: None) -> Iterator[Repository]:
    """Serve an empty repository until the block is left.

    Args:
        name: `owner/name`.
        faults: says for each request whether something happens in place of its answer.
    """
    server = _Server(name, faults)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
