"""A server on loopback that answers every request in one way, or not at all."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answers:
    """A running server.

    Attributes:
        address: where it is.
        asked: set as soon as somebody has asked for something.
        requests: method and path of every request, in order.
    """

    address: str
    asked: threading.Event = field(default_factory=threading.Event)
    requests: list[str] = field(default_factory=list)


@contextlib.contextmanager
def running(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Let a server on loopback answer, and yield its port, until the block is left."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def serve(
    *, status: int = 404, body: bytes = b"", silent: bool = False, below: str = "/"
) -> Iterator[Answers]:
    """Serve until the block is left.

    Args:
        status: of every answer.
        body: of every answer.
        silent: take requests and never answer.
        below: the path that is served; everywhere else there is nothing.
    """
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            answers.requests.append(f"{self.command} {self.path}")
            answers.asked.set()
            if silent:
                over.wait()
                return
            self.send_response(status if self.path.startswith(below) else 404)
            self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_HEAD = do_POST = answer  # noqa: N815 - the base class looks for these names

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with running(Handler) as port:
        answers = Answers(f"http://127.0.0.1:{port}/")
        try:
            yield answers
        finally:
            over.set()
