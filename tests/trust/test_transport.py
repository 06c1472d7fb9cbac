"""Where tokens go, how much of an answer is read, and what is reached unencrypted."""

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator

import pytest
import requests
from slipway.errors import InputError, ToolError
from slipway.index import addresses, transport
from slipway.index.addresses import Index
from slipway.publishing import oidc
from slipway.runner import IdTokenRequest

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """A server on loopback; yields its address and what it was asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            asked.append(f"{self.command} {self.path} {self.headers.get('Authorization', '')} {body}")
            answer(self)

        do_POST = do_GET  # noqa: N815 - the base class's name

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sends(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        with contextlib.suppress(ConnectionError):
            handler.wfile.write(body)

    return answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_token_request_follows_a_redirect(status: int) -> None:
    with (
        serving(sends(200, b'{"value": "stolen", "token": "stolen"}')) as (thief, stolen),
        serving(sends(200, b'{"value": "the-id-token"}')) as (issuer, _),
        serving(sends(status, b"{}", Location=f"{thief}take")) as (moved, asked),
    ):
        with pytest.raises(ToolError, match="sends a token request on"):
            oidc.id_token(IdTokenRequest(f"{moved}?a=b", "bearer"), "audience", mask=lambda _: None)
        index = Index(name=moved, upload=f"{moved}legacy/", simple=f"{moved}simple/", site=moved)
        publisher = oidc.TrustedPublisher(
            index, audience="audience", request=IdTokenRequest(f"{issuer}?a=b", "bearer"), mask=lambda _: None
        )
        with pytest.raises(ToolError, match="sends a token request on"):
            publisher.current()
        assert any("the-id-token" in one for one in asked)
        assert stolen == []


@pytest.mark.parametrize("streamed", [False, True])
def test_of_a_refusal_the_beginning_is_read(streamed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    with serving(sends(400, b"no " * 1_000_000)) as (url, _), transport.session() as session:
        response = session.get(url, stream=streamed)
        assert len(response.content) == transport.LARGEST_REFUSAL
        assert transport.words(response).startswith("no no")


def test_a_redirect_with_a_body_without_end_is_followed_all_the_same() -> None:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        if handler.path == "/here":
            sends(200, b"found")(handler)
        else:
            sends(302, b"x" * 1_000_000, Location="/here")(handler)

    with serving(answer) as (url, _), transport.session() as session:
        assert session.get(url).content == b"found"


@pytest.mark.parametrize("streamed", [False, True])
def test_an_answer_that_is_too_large(streamed: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 1000)
    with serving(sends(200, b"x" * 1_000_000)) as (url, _), transport.session() as session:
        response = session.get(url, stream=streamed)
        if streamed:
            with pytest.raises(transport.TooLarge):
                transport.content(response)
        else:
            assert len(response.content) == 1000


def test_the_body_of_a_refusal_that_is_no_markup_after_all() -> None:
    response = requests.Response()
    response.status_code, response._content = 400, b"<" * transport.LARGEST_REFUSAL
    assert transport.words(response)


@pytest.mark.parametrize(
    "host",
    [
        "127.example.com",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.1",
        "0x7f.1",
        "[::2]",
        "128.0.0.1",
    ],
)
def test_what_only_looks_like_this_machine(host: str) -> None:
    with pytest.raises(InputError, match="unencrypted"):
        addresses.insist_on_safe(f"http://{host}/")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "127.8.9.10", "[::1]:80"])
def test_what_is_this_machine(host: str) -> None:
    addresses.insist_on_safe(f"http://{host}/")


@pytest.mark.parametrize(
    ("index", "audience", "allowed"),
    [
        ("pypi", "pypi", True),
        ("pypi", "testpypi", False),
        ("pypi", "sts.amazonaws.com", False),
        ("https://packages.example.com/legacy/", "packages.example.com", True),
        ("https://packages.example.com/legacy/", "pypi", False),
        ("https://packages.example.com/legacy/", "sigstore", False),
        ("https://packages.example.com/legacy/", "sts.amazonaws.com", False),
        ("http://127.0.0.1:8080/legacy/", "bench", True),
        ("http://127.0.0.1:8080/legacy/", "pypi", False),
        ("http://127.0.0.1:8080/legacy/", "sigstore", False),
    ],
)
def test_an_index_asks_for_its_own_name_only(index: str, audience: str, *, allowed: bool) -> None:
    assert oidc._may_ask_for(addresses.resolve(index), audience) is allowed
