"""The bench over HTTP: routes, forms, and the faults that were ordered."""

import base64
import contextlib
import html
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import only_on
from index.bench import issuer
from index.bench.faults import Faults
from index.bench.warehouse import Refusal, Warehouse

SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
ANSWERS = {"500": 500, "502-after": 502, "503": 503, "429": 429}
RETRY_AFTER = 7
SILENCE = 30.0
BOILERPLATE = {
    400: "The server could not comply with the request since it is either malformed or otherwise incorrect.\n\n",
    403: "Access was denied to this resource.\n\n",
}
"""What Warehouse's framework (Pyramid) says in JSON, where the sentence itself stands in `code`."""
LINGER = "hh" if only_on.WINDOWS else "ii"
JOB = issuer.Job()


class Bench:
    """An index and an issuer that run.

    Attributes:
        warehouse: what the index knows.
        faults: what will go wrong.
        job: the job that the issuer gives tokens to; None gives none.
        hidden: filenames that the listings leave out, and how many looks they still do.
        requests: every request, as `method path`.
        watch: called with `before`, `half` or `after` and the place of every request; `Gone` cuts the connection.
    """

    def __init__(self, warehouse: Warehouse, job: issuer.Job | None) -> None:
        self.warehouse = warehouse
        self.faults = Faults()
        self.job = job
        self.hidden: dict[str, int] = {}
        self.html_only = False
        self.refuses_minting: tuple[str, str] | None = None
        self.requests: list[str] = []
        self.watch: Callable[[str, str], None] = lambda _when, _place: None
        self.released = threading.Event()
        self.address = ""

    @property
    def upload_url(self) -> str:
        return f"{self.address}legacy/"

    @property
    def token_url(self) -> str:
        return f"{self.address}idtoken?version=2"

    def hide(self, *filenames: str, looks: int) -> None:
        for filename in filenames:
            self.hidden[filename] = looks

    def looked(self) -> frozenset[str]:
        """Return the files that this look at the listing does not show."""
        unseen = frozenset(name for name, looks in self.hidden.items() if looks > 0)
        for name in unseen:
            self.hidden[name] -= 1
        return unseen


@contextmanager
def serve(warehouse: Warehouse, job: issuer.Job | None = JOB) -> Iterator[Bench]:
    """Serve a bench on a free port until the block is left."""
    bench = Bench(warehouse, job)
    handler = type("Handler", (_Handler,), {"bench": bench})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    bench.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield bench
    finally:
        bench.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Gone(Exception):  # noqa: N818 - named for what happened
    """The connection was cut on purpose."""


class _Handler(BaseHTTPRequestHandler):
    bench: Bench
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args: Any) -> None:
        pass

    def handle(self) -> None:
        with contextlib.suppress(Gone, OSError, ValueError):
            super().handle()

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        for pattern, place, answer in GET:
            if match := re.fullmatch(pattern, path):
                self._meet((place,), lambda a=answer, m=match: a(self, *m.groups()))
                return
        self._send(404, b"Not Found", "text/plain")

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        if path == "/legacy/":
            self._upload()
        elif path == "/_/oidc/mint-token":
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._meet(("mint",), lambda: self._mint(body))
        else:
            self.bench.requests.append(f"POST {path}")
            self._send(405, b"", "text/plain")

    # Faults ---------------------------------------------------------------------------------------------------

    def _meet(
        self, places: tuple[str, ...], act: Callable[[], tuple[int, bytes, str]], kind: str | None = None
    ) -> None:
        bench = self.bench
        bench.requests.append(f"{self.command} {self.path}")
        bench.watch("before", places[0])
        kind = kind or bench.faults.take(*places)
        if kind in {"reset", "500", "503", "429", "hang"}:
            self._fail(kind)
            return
        try:
            status, body, content_type = act()
        except Refusal as refusal:
            status, content_type = refusal.status, "application/json"
            body = json.dumps(_told(refusal)).encode()
        bench.watch("after", places[0])
        if kind in {"reset-after", "reset-midway"}:
            self._cut()
        elif kind == "502-after":
            self._fail(kind)
        elif kind == "garbage":
            self._send(200, b"<html><body>Welcome to the hotel's network</body></html>", "text/html")
        elif kind == "cut":
            self._send(status, body[: len(body) // 2], content_type, length=len(body) + 1)
            self._cut()
        elif kind == "slow":
            self._send(status, body, content_type, pieces=3)
        else:
            self._send(status, body, content_type)

    def _fail(self, kind: str) -> None:
        if kind == "reset":
            self._cut()
        if kind == "hang":
            # The client gives up after a moment that stands for half a minute of silence.
            getattr(self.bench.warehouse.clock, "pass_seconds", lambda _seconds: None)(SILENCE)
            self.bench.released.wait(5)
            self._cut()
        self._send(ANSWERS[kind], b"<h1>Backend fetch failed</h1>", "text/html")

    def _cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            # No linger: the client sees a reset, not an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(LINGER, 1, 0))
        with contextlib.suppress(OSError):
            self.connection.close()
        raise Gone

    def _send(
        self, status: int, body: bytes, content_type: str, *, length: int | None = None, pieces: int = 1
    ) -> None:
        # Warehouse answers HTTP/2 clients without a reason phrase; none is sent here either.
        self.send_response(status, "")
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if status == ANSWERS["429"]:
            self.send_header("Retry-After", str(RETRY_AFTER))
        self.end_headers()
        size = max(len(body) // pieces, 1)
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            if pieces > 1:
                self.bench.released.wait(0.01)

    # Routes ---------------------------------------------------------------------------------------------------

    def _upload(self) -> None:
        size = int(self.headers["Content-Length"])
        kind = self.bench.faults.take("upload")
        if kind == "reset-midway":
            self.rfile.read(size // 2)
            self.bench.requests.append("POST /legacy/ (half)")
            self._cut()
        half = self.rfile.read(size // 2)
        self.bench.watch("half", "uploading")
        form, content = _multipart(half + self.rfile.read(size - size // 2), self.headers["Content-Type"])
        if kind is None and form["filename"][0].endswith(".tar.gz"):
            kind = self.bench.faults.take("sdist-upload")
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        secret = base64.b64decode(value).decode().partition(":")[2] if scheme == "Basic" else None

        def act() -> tuple[int, bytes, str]:
            self.bench.warehouse.upload(form, content, secret)
            return 200, b"", "text/plain"

        self._meet(("uploading",), act, kind)

    def _mint(self, body: bytes) -> tuple[int, bytes, str]:
        if self.bench.refuses_minting:
            code, description = self.bench.refuses_minting
            raise Refusal(422, description, code)
        return _json(self.bench.warehouse.mint(body))

    def _id_token(self) -> tuple[int, bytes, str]:
        if self.bench.job is None or self.headers["Authorization"] != f"bearer {issuer.BEARER}":
            raise Refusal(401, "no token for you")
        audience = parse_qs(urlsplit(self.path).query)["audience"][0]
        return _json({"value": self.bench.job.token(audience, self.bench.warehouse.clock.now())})

    def _audience(self) -> tuple[int, bytes, str]:
        if not self.bench.warehouse.trusted_publishing:
            raise Refusal(403, "Trusted publishing is temporarily disabled")
        return _json({"audience": self.bench.warehouse.audience})

    def _simple(self, name: str) -> tuple[int, bytes, str]:
        told = self.bench.warehouse.simple(name, self.bench.address, self.bench.looked())
        if SIMPLE_JSON in self.headers.get("Accept", "") and not self.bench.html_only:
            return 200, json.dumps(told).encode(), SIMPLE_JSON
        anchors = "".join(
            f'<a href="{html.escape(f["url"])}#sha256={f["hashes"]["sha256"]}">{f["filename"]}</a><br>'
            for f in told["files"]
        )
        return 200, f"<!DOCTYPE html><html><body>{anchors}</body></html>".encode(), "text/html"

    def _names(self) -> tuple[int, bytes, str]:
        names = [{"name": name} for name in self.bench.warehouse.projects]
        return 200, json.dumps({"projects": names}).encode(), SIMPLE_JSON

    def _project(self, name: str) -> tuple[int, bytes, str]:
        return _json(self.bench.warehouse.json(name))

    def _file(self, filename: str) -> tuple[int, bytes, str]:
        file = self.bench.warehouse.file(filename)
        return 200, file.content if file.served is None else file.served, "application/octet-stream"

    def _integrity(self, filename: str) -> tuple[int, bytes, str]:
        provenance = self.bench.warehouse.file(filename).provenance
        if provenance is None:
            raise Refusal(404, "No provenance available")
        return _json(provenance)


GET = (
    (r"/idtoken", "id-token", _Handler._id_token),
    (r"/_/oidc/audience", "audience", _Handler._audience),
    (r"/simple/", "names", _Handler._names),
    (r"/simple/([^/]+)/", "simple", _Handler._simple),
    (r"/pypi/([^/]+)/json", "project", _Handler._project),
    (r"/files/([^/]+)", "file", _Handler._file),
    (r"/integrity/[^/]+/[^/]+/([^/]+)/provenance", "integrity", _Handler._integrity),
)


def _json(told: dict[str, Any]) -> tuple[int, bytes, str]:
    return 200, json.dumps(told).encode(), "application/json"


def _told(refusal: Refusal) -> dict[str, Any]:
    if refusal.code:
        errors = [{"code": refusal.code, "description": refusal.message}]
        return {"message": "Token request failed", "errors": errors}
    message = BOILERPLATE.get(refusal.status, refusal.message)
    return {"message": message, "code": f"{refusal.status} {refusal.message}", "title": "Refused"}


def _multipart(body: bytes, content_type: str) -> tuple[dict[str, list[str]], bytes]:
    """Return the fields of a form and the content of its file, byte for byte."""
    boundary = b"--" + content_type.partition("boundary=")[2].encode()
    form: dict[str, list[str]] = {}
    content = b""
    for part in body.split(boundary)[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        value = value.removesuffix(b"\r\n")
        names = dict(re.findall(r'(\w+)="([^"]*)"', head.decode()))
        if "filename" in names:
            form["filename"] = [names["filename"]]
            content = value
        else:
            form.setdefault(names["name"], []).append(value.decode())
    return form, content
