"""The issues of a repository on a stand-in for GitHub on loopback, and the job that keeps one of them.

It answers as https://docs.github.com/en/rest/issues says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import loopback_answers

NAME = "acme/demo"
BOT = "github-actions[bot]"
WORKFLOW = ".github/workflows/canary.yml"
TOKEN = "the-token-of-the-job"  # noqa: S105 - no secret

Document = dict[str, Any]
Fault = Callable[[str, str], tuple[int, Document, bool] | None]
"""For a method and a path: the status and the document in place of the answer, and whether it takes effect first."""


@dataclass
class Issues:
    """What the stand-in knows.

    Attributes:
        all: the issues and pull requests, the oldest first.
        comments: the texts of the comments on each issue, by its number.
        fault: what happens in place of an answer.
        asked: method and path of every request, in order.
    """

    address: str = ""
    all: list[Document] = field(default_factory=list)
    comments: dict[int, list[str]] = field(default_factory=dict)
    fault: Fault = lambda *_: None
    asked: list[str] = field(default_factory=list)

    def open(self) -> list[Document]:
        return [one for one in self.all if one["state"] == "open"]

    def add(self, *, login: str = BOT, **values: Any) -> Document:
        """Take an issue that somebody opened."""
        number = len(self.all) + 1
        made = {
            "number": number,
            "html_url": f"https://github.com/{NAME}/issues/{number}",
            "user": {"login": login},
            "state": "open",
            "title": "",
            "body": None,
            **values,
        }
        self.all.append(made)
        return made

    def answer(self, method: str, path: str, query: dict[str, list[str]], sent: Document) -> Any:
        if (method, path) == ("GET", "issues"):
            size, page = int(query["per_page"][0]), int(query["page"][0])
            listed = self.open() if query["state"] == ["open"] else self.all
            return listed[::-1][(page - 1) * size : page * size]
        if (method, path) == ("POST", "issues"):
            return self.add(**sent)
        matched = re.fullmatch(r"issues/(\d+)(/comments)?", path)
        assert matched, path
        if matched[2]:
            self.comments.setdefault(int(matched[1]), []).append(sent["body"])
            return {"id": 1}
        issue = self.all[int(matched[1]) - 1]
        issue.update(sent)
        return issue

    def environ(self, *, run: int = 1) -> dict[str, str | None]:
        """Return what a runner gives to the job."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "schedule",
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_API_URL": self.address,
            "GITHUB_WORKFLOW_REF": f"{NAME}/{WORKFLOW}@refs/heads/main",
            "GITHUB_RUN_ID": str(run),
            "SLIPWAY_GITHUB_TOKEN": TOKEN,
        }


@contextmanager
def opened() -> Iterator[Issues]:
    """Serve a repository without issues until the block is left."""
    known = Issues()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            parts = urlsplit(self.path)
            path = parts.path.removeprefix(f"/repos/{NAME}/")
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            known.asked.append(f"{self.command} {path}")
            fault = known.fault(self.command, path)
            status, document = (fault[0], fault[1]) if fault else (200, {})
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, document = 401, {"message": "Bad credentials"}
            elif fault is None or fault[2]:
                made = known.answer(self.command, path, parse_qs(parts.query), json.loads(body or b"{}"))
                document = document if fault else made
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815 - the base class looks for these names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with loopback_answers.running(Handler) as port:
        known.address = f"http://127.0.0.1:{port}"
        yield known
