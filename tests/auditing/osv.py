"""A service for vulnerabilities on loopback, which answers as OSV does (https://google.github.io/osv.dev/api/)."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from loopback_answers import running

TIME = "2026-01-01T00:00:00Z"


@dataclass
class Service:
    """A running service.

    Attributes:
        address: where it is.
        known: the vulnerabilities, by name and version of a distribution: an identifier, and the versions with the fix.
        fault: status and body of every answer, in place of what it knows.
        asked: name and version of everything it was asked about.
    """

    address: str
    known: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    fault: tuple[int, bytes] | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def batch(self, queries: list[dict[str, Any]]) -> dict[str, Any]:
        places = [(query["package"]["name"], query["version"]) for query in queries]
        self.asked += places
        found = (self.known.get(place) for place in places)
        return {"results": [{"vulns": [{"id": one[0], "modified": TIME}]} if one else {} for one in found]}

    def details(self, identifier: str) -> dict[str, Any]:
        name, fixes = next((place[0], one[1]) for place, one in self.known.items() if one[0] == identifier)
        events = [{"introduced": "0"}, *({"fixed": version} for version in fixes)]
        return {
            "id": identifier,
            "summary": "Reads a file it should not.",
            "details": "At length.",
            "aliases": [identifier.replace("PYSEC", "CVE")],
            "published": TIME,
            "modified": TIME,
            "affected": [
                {
                    "package": {"ecosystem": "PyPI", "name": name},
                    "ranges": [{"type": "ECOSYSTEM", "events": events}],
                }
            ],
        }


@contextlib.contextmanager
def serve() -> Iterator[Service]:
    """Serve until the block is left."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            self.send(json.dumps(service.batch(queries)).encode())

        def do_GET(self) -> None:
            self.send(json.dumps(service.details(self.path.rpartition("/")[2])).encode())

        def send(self, body: bytes) -> None:
            status, content = service.fault or (200, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with running(Handler) as port:
        service = Service(f"http://127.0.0.1:{port}/")
        yield service
