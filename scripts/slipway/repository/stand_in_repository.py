"""What the stand-in for GitHub knows of its one repository, and how it answers each request.

It behaves as https://docs.github.com/en/rest/releases, /git/refs and /git/tags say, immutable releases included.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import unquote

from slipway.repository.releases import UPLOADED
from slipway.runner import GitHubApi

OK, CREATED, NO_CONTENT, FOUND = 200, 201, 204, 302
UNAUTHORIZED, NOT_FOUND, UNPROCESSABLE = 401, 404, 422

Document = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One request: its number, counted from 1, and what it asked for.

    Attributes:
        path: below the repository, such as `releases/1`.
        authorized: whether it carried a token, right or wrong.
    """

    number: int
    method: str
    path: str
    authorized: bool


@dataclass(frozen=True)
class Request:
    """What a request brings along."""

    query: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Document:
        """The JSON document in its body."""
        read: Document = json.loads(self.body)
        return read


@dataclass(frozen=True)
class Answer:
    """An answer: its document is sent as JSON, bytes as they are."""

    status: int
    document: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Declined(Exception):  # noqa: N818 - named for what happened
    """A request that is answered with an error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass
class Repository:
    """What the stand-in knows of the repository.

    Attributes:
        name: `owner/name`.
        token: what every request must carry.
        address: where it is served.
        tags: the object that each tag points at, by the tag's name: its kind, `commit` or `tag`, and its hash.
        commits: the commit of each annotated tag, by the hash of the tag.
        releases: as the API shows them, with their assets, the newest first.
        contents: the bytes of each asset, by its number.
        is_immutable: whether a release cannot change any more once it is published.
        changes: the notes that are generated.
        runs: of workflows, as the API shows them, the newest first.
        calls: every request, in order.
    """

    name: str
    token: str = field(repr=False)
    address: str = ""
    tags: dict[str, tuple[str, str]] = field(default_factory=dict)
    commits: dict[str, str] = field(default_factory=dict)
    releases: list[Document] = field(default_factory=list)
    contents: dict[int, bytes] = field(default_factory=dict)
    is_immutable: bool = False
    changes: str = "## What's Changed\n* Everything"
    runs: list[Document] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1), repr=False)

    @property
    def api(self) -> GitHubApi:
        """Where it is, and the token that only this run knows."""
        return GitHubApi(self.address, self.name, self.token)

    def push(self, tag: str, commit: str, *, annotated: bool = True) -> None:
        """Take a tag that was pushed, or pushed again."""
        if annotated:
            own = hashlib.sha1(f"{tag} {commit}".encode(), usedforsecurity=False).hexdigest()
            self.commits[own] = commit
            self.tags[tag] = ("tag", own)
        else:
            self.tags[tag] = ("commit", commit)

    def release(self, tag_name: str, **values: Any) -> Document:  # noqa: ANN401 - JSON
        """Take a release that somebody made, a draft unless the values say otherwise, and return it."""
        number = next(self.numbers)
        made = {
            "id": number,
            "tag_name": tag_name,
            "draft": True,
            "prerelease": False,
            "immutable": False,
            "name": None,
            "body": None,
            "upload_url": f"{self.address}/uploads/repos/{self.name}/releases/{number}/assets{{?name,label}}",
            "assets": [],
            **values,
        }
        self.releases.insert(0, made)
        self.settle(made)
        return made

    def attach(self, release: Document, name: str, content: bytes, *, state: str = UPLOADED) -> Document:
        """Attach an asset to a release and return it; in the state `starter` it has no bytes."""
        number = next(self.numbers)
        is_there = state == UPLOADED
        made = {
            "id": number,
            "name": name,
            "state": state,
            "size": len(content) if is_there else 0,
            "digest": f"sha256:{hashlib.sha256(content).hexdigest()}" if is_there else None,
        }
        self.contents[number] = content
        release["assets"].append(made)
        return made

    def settle(self, release: Document) -> None:
        """Give a release its page, and make it immutable if the repository does so."""
        place = f"untagged-{release['id']}" if release["draft"] else release["tag_name"]
        release["html_url"] = f"{self.address}/{self.name}/releases/tag/{place}"
        release["immutable"] = release["immutable"] or (self.is_immutable and not release["draft"])

    def answer(self, method: str, path: str, request: Request) -> Answer:
        """Do what a request asks for and return the answer."""
        try:
            for known, pattern, handle in ROUTES:
                if method == known and (matched := re.fullmatch(pattern, path)):
                    return handle(self, request, *map(unquote, matched.groups()))
        except Declined as declined:
            return declined.answer
        return _nothing().answer

    def find(self, number: str) -> Document:
        """Return the release of a number."""
        for release in self.releases:
            if release["id"] == int(number):
                return release
        raise _nothing()

    def asset(self, number: str) -> tuple[Document, Document]:
        """Return the asset of a number, after its release."""
        for release in self.releases:
            for asset in release["assets"]:
                if asset["id"] == int(number):
                    return release, asset
        raise _nothing()

    def published(self, tag: str | None = None) -> list[Document]:
        """Return the releases that everybody sees, the newest first; those of a tag, if one is given."""
        seen = [release for release in self.releases if not release["draft"]]
        return [release for release in seen if tag in {None, release["tag_name"]}]

    def require_free(self, tag: str) -> None:
        """Refuse a second published release for a tag."""
        if self.published(tag):
            raise _invalid("Release", "tag_name")


def _nothing() -> Declined:
    return Declined(Answer(NOT_FOUND, {"message": "Not Found"}))


def _invalid(resource: str, name: str) -> Declined:
    error = {"resource": resource, "field": name, "code": "already_exists"}
    return Declined(Answer(UNPROCESSABLE, {"message": "Validation Failed", "errors": [error]}))


def _immutable(what: str) -> Declined:
    return Declined(Answer(UNPROCESSABLE, {"message": f"Cannot {what} an immutable release."}))


def _show_repository(known: Repository, _: Request) -> Answer:
    return Answer(OK, {"full_name": known.name})


def _list_runs(known: Repository, request: Request) -> Answer:
    branch = request.query.get("branch")
    found = [run for run in known.runs if branch in {None, run["head_branch"]}]
    return Answer(OK, {"total_count": len(found), "workflow_runs": found})


def _show_ref(known: Repository, _: Request, tag: str) -> Answer:
    if tag not in known.tags:
        raise _nothing()
    kind, own = known.tags[tag]
    return Answer(OK, {"ref": f"refs/tags/{tag}", "object": {"type": kind, "sha": own}})


def _show_tag(known: Repository, _: Request, own: str) -> Answer:
    if own not in known.commits:
        raise _nothing()
    return Answer(OK, {"sha": own, "object": {"type": "commit", "sha": known.commits[own]}})


def _page(entries: list[Document], request: Request) -> Answer:
    size, page = int(request.query.get("per_page", "30")), int(request.query.get("page", "1"))
    return Answer(OK, entries[(page - 1) * size : page * size])


def _list_releases(known: Repository, request: Request) -> Answer:
    return _page(known.releases, request)


def _show_latest(known: Repository, _: Request) -> Answer:
    normal = [one for one in known.published() if not one["prerelease"] and one.get("make_latest") != "false"]
    chosen = [one for one in normal if one.get("make_latest") == "true"]
    if not normal:
        raise _nothing()
    return Answer(OK, (chosen or normal)[0])


def _show_by_tag(known: Repository, _: Request, tag: str) -> Answer:
    if not (found := known.published(tag)):
        raise _nothing()
    return Answer(OK, found[0])


def _generate_notes(known: Repository, request: Request) -> Answer:
    return Answer(OK, {"name": request.document["tag_name"], "body": known.changes})


def _make_release(known: Repository, request: Request) -> Answer:
    known.require_free(request.document["tag_name"])
    return Answer(CREATED, known.release(**{"draft": False, **request.document}))


def _change_release(known: Repository, request: Request, number: str) -> Answer:
    release, given = known.find(number), request.document
    # Of an immutable release, title and notes can still be edited.
    if release["immutable"] and {"draft", "prerelease", "tag_name"} & given.keys():
        raise _immutable("change")
    if release["draft"] and given.get("draft") is False:
        known.require_free(release["tag_name"])
        # GitHub makes a missing tag at the tip of the default branch.
        known.tags.setdefault(release["tag_name"], ("commit", "the tip of the default branch"))
        known.releases.remove(release)
        known.releases.insert(0, release)
    release.update(given)
    known.settle(release)
    return Answer(OK, release)


def _list_assets(known: Repository, request: Request, number: str) -> Answer:
    return _page(known.find(number)["assets"], request)


def _upload(known: Repository, request: Request, number: str) -> Answer:
    release, name = known.find(number), request.query.get("name", "")
    if release["immutable"]:
        raise _immutable("upload assets to")
    if any(asset["name"] == name for asset in release["assets"]):
        raise _invalid("ReleaseAsset", "name")
    return Answer(CREATED, known.attach(release, name, request.body))


def _show_asset(known: Repository, _: Request, number: str) -> Answer:
    return Answer(FOUND, None, {"Location": f"{known.address}/kept/{known.asset(number)[1]['id']}"})


def _delete_asset(known: Repository, _: Request, number: str) -> Answer:
    release, asset = known.asset(number)
    if release["immutable"]:
        raise _immutable("delete assets of")
    release["assets"].remove(asset)
    return Answer(NO_CONTENT)


ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("GET", "", _show_repository),
    ("GET", "actions/runs", _list_runs),
    ("GET", r"git/ref/tags/(.+)", _show_ref),
    ("GET", r"git/tags/([0-9a-f]+)", _show_tag),
    ("GET", "releases", _list_releases),
    ("GET", "releases/latest", _show_latest),
    ("GET", r"releases/tags/(.+)", _show_by_tag),
    ("POST", "releases/generate-notes", _generate_notes),
    ("POST", "releases", _make_release),
    ("PATCH", r"releases/(\d+)", _change_release),
    ("GET", r"releases/(\d+)/assets", _list_assets),
    ("POST", r"releases/(\d+)/assets", _upload),
    ("GET", r"releases/assets/(\d+)", _show_asset),
    ("DELETE", r"releases/assets/(\d+)", _delete_asset),
)
"""Method, path below the repository, and what answers."""
