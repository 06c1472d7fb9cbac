"""The client of GitHub's REST API: where the token goes, and what is not believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from repository.scene import Scene
from slipway.errors import InputError, SlipwayError, ToolError
from slipway.repository.github import GitHub
from slipway.repository.stand_in import Fault
from slipway.runner import GitHubApi
from slipway.runner.github import rest_api


@pytest.mark.parametrize(
    ("api", "uploads"),
    [
        ("https://api.github.com", "https://uploads.github.com"),
        ("https://api.acme.ghe.com/", "https://uploads.acme.ghe.com"),
        ("https://github.example.com/api/v3", "https://github.example.com"),
    ],
)
def test_uploads_go_to_githubs_own_host(api: str, uploads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other host is refused before a connection is made."""
    sent: list[str] = []

    def send(_self: object, _method: str, url: str, *_: object, **__: object) -> None:
        sent.append(url)
        raise ToolError("no network here", cause="-", remedy="-")

    monkeypatch.setattr(GitHub, "_send", send)
    github = GitHub(GitHubApi(api, token="secret"), "acme/demo")  # noqa: S106 - no secret
    good = f"{uploads}/repos/acme/demo/releases/1/assets"
    for address in (good, "https://uploads.github.com.evil.example/x", "http://uploads.github.com/x"):
        with pytest.raises(ToolError):
            github.upload(f"{address}{{?name,label}}", "a.whl", b"", dict)
    assert sent == [good]


@pytest.mark.parametrize(
    "url",
    ["http://api.github.com", "https://me:secret@api.github.com", "ftp://api.github.com", "api.github.com"],
)
def test_an_address_that_would_give_the_token_away_is_refused(url: str) -> None:
    with pytest.raises(InputError) as raised:
        GitHub(GitHubApi(url), "acme/demo")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("name", ["acme", "acme/demo/releases", "acme/../../x", ""])
def test_what_is_no_repository_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        GitHub(GitHubApi("https://api.github.com"), name)


def test_no_redirect_is_followed_with_the_token(github: Scene) -> None:
    elsewhere = {"Location": f"{github.github.address}/repos/acme/demo"}
    github.fault = lambda call: Fault(302, {}, elsewhere) if call.number == 1 else None
    assert github.announce().exit_code == 2
    assert len(github.github.calls) == 1


@pytest.mark.parametrize("document", [["not", "a", "release"], {"id": "x"}, "text"], ids=str)
def test_an_answer_that_is_none_of_githubs_is_said(document: Any, github: Scene) -> None:
    github.fault = lambda call: Fault(200, document) if call.path == "releases/tags/v1.0" else None
    ended = github.announce()
    assert ended.exit_code == 3
    assert ended.failure is not None
    assert "cannot be read" in ended.failure.happened


def test_a_netrc_of_this_machine_takes_no_effect(
    github: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert github.announce().failure is None


def test_the_token_is_in_no_text(github: Scene) -> None:
    token = github.github.api.token
    assert token
    client = GitHub(github.github.api, "acme/demo")
    github.fault = lambda _: Fault(418, {"message": f"{token[:3]} no"})
    with pytest.raises(Exception, match="418") as raised:
        client.get("releases", list)
    shown = f"{raised.value!r} {raised.value} {github.github.api!r} {github.github!r} {github.inputs}"
    assert token not in shown
    assert not isinstance(raised.value, SlipwayError)


def test_the_actions_own_token_comes_first() -> None:
    environ = {"GH_TOKEN": "b", "GITHUB_REPOSITORY": "acme/demo"}
    assert rest_api(environ) == GitHubApi("https://api.github.com", "acme/demo", "b")
    assert rest_api(environ | {"SLIPWAY_GITHUB_TOKEN": "a"}).token == "a"  # noqa: S105 - no secret
    assert rest_api({"SLIPWAY_GITHUB_TOKEN": " "}).token is None
    assert (
        rest_api({"GITHUB_API_URL": "https://ghe.example.com/api/v3"}).url == "https://ghe.example.com/api/v3"
    )
