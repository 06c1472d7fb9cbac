"""A package index on loopback that serves the files it is given, when it is let."""

import base64
import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from importlib import metadata

from artifacts.built import Built
from artifacts.wheels import record_of, zipped
from loopback_answers import running

EXECUTABLE = 0o100755


@dataclass
class SimpleIndex:
    """A running index.

    Attributes:
        port: where it listens, on loopback.
        files: what it serves, by project and filename.
        asked: paths it was asked for, in order.
        login: `user:password` that it wants, if it wants one.
        gate: while it is clear, a request for a file is not answered.
        waiting: set as soon as a request waits at the gate.
    """

    port: int
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    login: str = ""
    gate: threading.Event = field(default_factory=threading.Event)
    waiting: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/simple/"

    def add(self, built: Built) -> str:
        """Serve a wheel as all there is of its project, and return the line that locks it."""
        name, version = built.filename.split("-")[:2]
        self.files[name] = {built.filename: built.data}
        return f"{name}=={version} --hash=sha256:{hashlib.sha256(built.data).hexdigest()}\n"

    def answer(self, path: str) -> bytes | None:
        parts = path.strip("/").split("/")
        if parts[0] == "simple" and len(parts) == 2 and parts[1] in self.files:
            links = (
                f'<a href="/files/{parts[1]}/{name}#sha256={hashlib.sha256(data).hexdigest()}">{name}</a>'
                for name, data in self.files[parts[1]].items()
            )
            return f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()
        if parts[0] == "files" and len(parts) == 3:
            return self.files.get(parts[1], {}).get(parts[2])
        return None


@contextlib.contextmanager
def serve() -> Iterator[SimpleIndex]:
    """Serve until the block is left."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append(self.path)
            wanted = "Basic " + base64.b64encode(index.login.encode()).decode()
            if index.login and self.headers.get("Authorization") != wanted:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="index"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if self.path.startswith("/files/") and not index.gate.is_set():
                index.waiting.set()
                index.gate.wait()
            body = index.answer(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Cache-Control", "no-cache")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            with contextlib.suppress(OSError):
                if self.command == "GET":
                    self.wfile.write(body or b"")

        do_HEAD = do_GET  # noqa: N815 - the base class looks for this name

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with running(Handler) as port:
        index = SimpleIndex(port)
        index.gate.set()
        try:
            yield index
        finally:
            index.gate.set()


def wheel_of_installed(name: str) -> Built:
    """Return the wheel that an installed distribution came from, rebuilt from its files."""
    installed = metadata.distribution(name)
    folder = f"{name}-{installed.version}.dist-info"
    content: dict[str, bytes] = {}
    modes: dict[str, int] = {}
    for file in installed.files or ():
        if (
            file.name in {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
            or "__pycache__" in file.parts
        ):
            continue
        scripts = file.parts[0] == ".."
        path = f"{name}-{installed.version}.data/scripts/{file.name}" if scripts else file.as_posix()
        content[path] = file.read_binary()
        modes[path] = EXECUTABLE if scripts else 0o100644
    content[f"{folder}/RECORD"] = record_of(content, f"{folder}/RECORD")
    tag = next(
        line.partition(": ")[2]
        for line in content[f"{folder}/WHEEL"].decode().splitlines()
        if line.startswith("Tag: ")
    )
    return Built(f"{name}-{installed.version}-{tag}.whl", zipped(content, modes=modes, method=0))
