"""What an index answers is read with care: it may be late, cut, huge, or something else altogether."""

import json
from pathlib import Path

import loopback_answers
import pytest
from index.bench.fake_clock import START
from index.bench.faults import FOREVER
from index.scene import Scene
from slipway.errors import ToolError
from slipway.index import addresses, listing_answer, transport
from slipway.index.client import Client
from slipway.publication import Publisher
from slipway.publishing.provenance import compare, read
from slipway.records import Artifact

JSON = "application/vnd.pypi.simple.v1+json"
BASE = "https://index.example.org/simple/demo/"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"files": {}}',
        b'{"files": [{"filename": 1, "url": "x"}]}',
        b'{"files": [{"filename": "demo-1.0.tar.gz"}]}',
        b"\xff\xfe",
        b"{" * 10_000,
        b"[" * 200_000,
    ],
)
def test_an_answer_that_makes_no_sense_is_no_listing(body: bytes) -> None:
    with pytest.raises((ValueError, TypeError, RecursionError)):
        listing_answer.read(body, content_type=JSON, base=BASE)


def test_what_an_index_does_not_say_is_unknown() -> None:
    told = {
        "filename": "demo-1.0.tar.gz",
        "url": "../../demo-1.0.tar.gz",
        "hashes": {"md5": "0"},
        "size": "9",
    }
    body = json.dumps({"files": [told]}).encode()
    (file,) = listing_answer.read(body, content_type=JSON, base=BASE).files
    assert (file.sha256, file.size, file.upload_time, file.provenance) == (None, None, None, None)
    assert file.url == "https://index.example.org/demo-1.0.tar.gz"


@pytest.mark.parametrize(
    ("provenance", "address"),
    [(None, None), ("https://index.example.org/integrity/demo", "https://index.example.org/integrity/demo")],
)
def test_the_provenance_of_a_file_is_null_or_an_address(provenance: str | None, address: str | None) -> None:
    file = {"filename": "demo-1.0.tar.gz", "url": "demo-1.0.tar.gz", "provenance": provenance}
    [read_file] = listing_answer.read(
        json.dumps({"files": [file]}).encode(), content_type=JSON, base=BASE
    ).files
    assert read_file.provenance == address


def test_a_project_is_asked_for_by_its_normal_name() -> None:
    """The index answers every other spelling with a redirect."""
    with loopback_answers.serve(status=404) as server:
        client = Client(addresses.resolve(server.address), patience=0)
        client.listing("My.Project")
        client.close()
    assert server.requests[0] == "GET /simple/my-project/"


def test_html_is_read_with_digests_and_encoded_names() -> None:
    page = (
        b'<html><a href="/f/demo-1.0%2Blocal.tar.gz#sha256=ABC" data-yanked="bad">x</a>'
        b'<a href="/f/demo-1.0-py3-none-any.whl">y</a><a>z</a></html>'
    )
    first, second = listing_answer.read(page, content_type="text/html", base=BASE).files
    assert (first.filename, first.sha256, first.yanked) == ("demo-1.0+local.tar.gz", "abc", True)
    assert (second.sha256, second.yanked) == (None, False)


def test_an_answer_without_end_is_given_up(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 50)
    client = Client(addresses.resolve(scene.bench.upload_url), patience=5.0)
    with pytest.raises(ToolError, match="makes no sense"):
        client.listing("demo")
    client.close()


def test_a_page_of_a_proxy_is_not_taken_for_an_empty_index(scene: Scene) -> None:
    scene.bench.faults.order("simple", "500", FOREVER)
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "500" in manifest.failure.happened
    assert not [request for request in scene.bench.requests if request.startswith("POST")]


def test_a_download_is_what_was_listed(scene: Scene, tmp_path: Path) -> None:
    scene.publish()
    client = Client(addresses.resolve(scene.bench.upload_url), patience=5.0)
    file = client.listing("demo").files[0]
    scene.bench.faults.order("file", "cut")
    assert client.download(file, tmp_path / "file") == file.sha256
    client.close()


class Answer:
    """As much of an answer as is looked at."""

    def __init__(self, body: str = "", reason: str = "", status: int = 400, **headers: str) -> None:
        self.text, self.reason, self.status_code = body, reason, status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def json(self) -> object:
        return json.loads(self.text)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer('{"message": "File already exists."}', "Bad Request"), "File already exists."),
        (
            Answer("<h1>no</h1>", "This filename has already been used."),
            "This filename has already been used.",
        ),
        (Answer("<html><h1>Access\n denied</h1></html>", "Forbidden"), "Access denied"),
        (Answer("", "", 403), "403 Forbidden"),
        (Answer('["x"]', "", 418), '["x"]'),
    ],
)
def test_the_words_of_an_index(answer: Answer, words: str) -> None:
    assert transport.words(answer) == words


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("", None), ("soon", None), ("Fri, 15 Jan 2027 08:01:00 GMT", 60.0), ("-3", None)],
)
def test_retry_after(value: str, seconds: float | None, quick) -> None:
    assert START == 1_800_000_000.0  # Friday, 15 January 2027, 08:00:00 GMT
    assert transport.retry_after(Answer(Retry_After=value)) == seconds


@pytest.mark.parametrize("document", [None, {}, {"attestation_bundles": 7}, {"attestation_bundles": [7, {}]}])
def test_provenance_that_says_nothing_vouches_for_nothing(document: dict | None) -> None:
    artifact = Artifact(filename="demo-1.0.tar.gz", kind="sdist", size=1, sha256="0" * 64)
    publisher = Publisher(owner="acme", repository="demo", workflow="release.yml")
    assert compare(document, artifact, publisher) == ("missing" if document is None else "wrong")
    assert read(document or {}) == ()


@pytest.mark.parametrize(
    ("upload", "simple"),
    [
        ("team/prod/", "/team/prod/simple/"),
        ("team/prod/", "/team/prod/+simple/"),
        ("team/prod/upload/", "/team/prod/simple/"),
        ("team/prod/legacy/", "/team/prod/legacy/simple/"),
        ("legacy/", "/simple/"),
    ],
)
def test_the_simple_api_is_found_by_asking(upload: str, simple: str) -> None:
    listed = b'{"meta": {"api-version": "1.0"}, "name": "demo", "files": []}'
    with loopback_answers.serve(status=200, body=listed, below=simple) as server:
        client = Client(addresses.resolve(server.address + upload), patience=0)
        assert client.listing("demo").exists
        client.close()


def test_where_no_simple_api_answers_the_project_is_new_and_nothing_is_asked_twice() -> None:
    with loopback_answers.serve(status=404) as server:
        client = Client(addresses.resolve(f"{server.address}team/prod/"), patience=0)
        assert not client.listing("demo").exists
        assert not client.listing("demo").exists
        client.close()
        assert len(server.requests) == len(("the page", *("place",) * 3, "the page"))


def test_an_index_that_does_not_answer_is_named_while_it_is_asked_again(quick) -> None:
    said: list[str] = []
    # Nothing listens at the port for discarding.
    client = Client(addresses.resolve("http://127.0.0.1:9/"), patience=30, say=said.append)
    with pytest.raises(ToolError):
        client.listing("demo")
    assert len(said) > 2
    assert all(
        line.startswith("The index at 127.0.0.1 cannot be reached. Trying again, for ") for line in said
    )
