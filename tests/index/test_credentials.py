"""Where a credential comes from, in which order, and to whom it is shown."""

import sys
import types
from pathlib import Path

import pytest
from index.bench.issuer import Job
from index.scene import Scene
from slipway.credential import Credential
from slipway.errors import InputError
from slipway.index import addresses, credentials, loopback
from slipway.index.addresses import Index
from slipway.index.client import Client
from slipway.repository.tokens import Found
from slipway.runner.base import GitHubApi, IdTokenRequest

INDEX = Index(
    "https://index.example.org/legacy/",
    "https://index.example.org/legacy/",
    "https://index.example.org/simple/",
)


def pypirc(text: str) -> None:
    (Path.home() / ".pypirc").write_text(text)


ENTRY = f"[distutils]\nindex-servers = own\n[own]\nrepository = {INDEX.upload}\nusername = __token__\npassword = {{}}\n"


def test_a_variable_comes_before_what_a_machine_stores() -> None:
    pypirc(ENTRY.format("from-the-file"))
    given = credentials.stored(INDEX, {"SLIPWAY_TOKEN": "from-the-variable\n"}, own_machine=True)
    assert given is not None
    assert given.credential.pair == ("__token__", "from-the-variable")


def test_slipways_variable_comes_before_twines() -> None:
    environ = {"SLIPWAY_TOKEN": "ours", "TWINE_PASSWORD": "theirs", "TWINE_USERNAME": "someone"}
    given = credentials.stored(INDEX, environ, own_machine=False)
    assert given is not None
    assert given.credential.pair == ("__token__", "ours")


def test_a_token_may_have_a_user_name() -> None:
    environ = {"SLIPWAY_TOKEN": "secret", "SLIPWAY_USERNAME": "robot"}
    given = credentials.stored(INDEX, environ, own_machine=False)
    assert given is not None
    assert given.credential.pair == ("robot", "secret")


def test_twines_variables_are_taken_together() -> None:
    environ = {"TWINE_PASSWORD": "theirs", "TWINE_USERNAME": "someone"}
    given = credentials.stored(INDEX, environ, own_machine=False)
    assert given is not None
    assert given.credential.pair == ("someone", "theirs")


def test_an_empty_secret_of_a_workflow_is_none() -> None:
    assert credentials.stored(INDEX, {"SLIPWAY_TOKEN": "", "TWINE_PASSWORD": " "}, own_machine=False) is None


def test_a_laptop_has_its_pypirc() -> None:
    pypirc(ENTRY.format("from-the-file"))
    given = credentials.stored(INDEX, {}, own_machine=True)
    assert given is not None
    assert given.credential.pair == ("__token__", "from-the-file")
    assert given.title == "[own] in .pypirc"


def test_a_runner_has_none() -> None:
    pypirc(ENTRY.format("from-the-file"))
    assert credentials.stored(INDEX, {}, own_machine=False) is None


def test_an_entry_for_another_index_is_not_used() -> None:
    pypirc(ENTRY.format("from-the-file").replace("index.example.org", "other.example.org"))
    assert credentials.stored(INDEX, {}, own_machine=True) is None


def test_a_damaged_pypirc_is_passed_over() -> None:
    pypirc("password = without a section\n")
    assert credentials.stored(INDEX, {}, own_machine=True) is None


def test_the_keyring_is_asked_for_the_entry_that_twine_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def get_password(system: str, username: str) -> str:
        asked.append((system, username))
        return "from-the-keyring"

    ring = types.SimpleNamespace(get_credential=lambda _system, _username: None, get_password=get_password)
    monkeypatch.setattr(sys.modules.get("twine.auth") or __import__("twine.auth").auth, "keyring", ring)
    given = credentials.stored(INDEX, {}, own_machine=True)
    assert given is not None
    assert given.credential.pair == ("__token__", "from-the-keyring")
    assert asked == [(INDEX.upload, "__token__")]


def test_a_credential_is_not_in_its_representation() -> None:
    assert "hunter2" not in repr(Credential("me", "hunter2"))


def test_trusted_publishing_comes_before_a_stored_token(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLIPWAY_TOKEN", scene.warehouse.api_token("demo"))
    manifest = scene.release()
    assert manifest.failure is None
    assert all(receipt.attested for receipt in manifest.receipts)
    assert any("mint" in request for request in scene.bench.requests)


def test_where_an_index_knows_no_trusted_publishing_the_token_is_used(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLIPWAY_TOKEN", scene.warehouse.api_token("demo"))
    scene.warehouse.trusted_publishing = False
    manifest = scene.release()
    assert manifest.failure is None
    assert scene.complete
    assert not manifest.findings


def test_attestations_cannot_be_required_there(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_TOKEN", scene.warehouse.api_token("demo"))
    scene.warehouse.trusted_publishing = False
    manifest = scene.publish(attestations="required")
    assert "attestations-impossible" in [finding.rule for finding in manifest.blocking]
    assert scene.public() == {}


def test_a_credential_for_reading_is_shown_after_a_refusal_and_to_no_other_server(
    tmp_path: Path,
) -> None:
    (folder := tmp_path / "packages").mkdir()
    with loopback.serve(folder, authenticate=("update", "list", "download")) as server:
        client = Client(addresses.resolve(server.address), credential=server.credential)
        seen: list[tuple[str, str | None]] = []
        get = client._session.get

        def watched(url: str, **settings):
            response = get(url, **settings)
            seen.append((url, response.request.headers.get("Authorization")))
            return response

        client._session.get = watched
        client.listing("demo")
        client.listing("other")
        with pytest.raises(InputError, match="localhost answered 401"):
            client.json(server.address.replace("127.0.0.1", "localhost") + "simple/demo/")
        client.close()
    assert [authorization is not None for _, authorization in seen] == [False, True, True, True, False]


@pytest.mark.parametrize("name", addresses.NAMES)
def test_a_public_index_never_sees_a_credential_for_reading(name: str) -> None:
    index = addresses.resolve(name)
    assert Client(index, credential=Credential("me", "hunter2")).credential is None
    assert Client(addresses.resolve(index.upload), credential=Credential("me", "hunter2")).credential is None


def test_a_fork_has_no_token_and_no_secret(scene: Scene) -> None:
    scene.bench.job = Job(event="pull_request")
    scene.permitted = False
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "A pull request is checked and never published" in manifest.failure.happened
    assert scene.public() == {}


def test_a_job_without_the_permission_says_so(scene: Scene) -> None:
    scene.permitted = False
    manifest = scene.publish()
    assert [finding.rule for finding in manifest.blocking] == ["id-token-not-permitted"]


@pytest.mark.parametrize(
    "address",
    ["http://index.example.org/legacy/", "ftp://index.example.org/", "https://me:it@index.example.org/"],
)
def test_an_address_that_would_give_the_credential_away_is_refused(address: str) -> None:
    with pytest.raises(InputError) as refused:
        addresses.resolve(address)
    assert ":it@" not in str(refused.value)


@pytest.mark.parametrize(
    ("index", "simple", "site"),
    [
        (
            "https://index.example.org/legacy/",
            "https://index.example.org/simple/",
            "https://index.example.org/",
        ),
        ("https://upload.example.org/legacy", "https://example.org/simple/", "https://example.org/"),
        ("https://example.org/api/pypi/own", "https://example.org/api/pypi/own/simple/", None),
    ],
)
def test_where_an_index_is_read(index: str, simple: str, site: str | None) -> None:
    resolved = addresses.resolve(index)
    assert (resolved.simple, resolved.site) == (simple, site)
    assert resolved.upload.endswith("/")


def test_the_two_that_are_known_by_name_have_sites_of_their_own() -> None:
    both = [addresses.resolve(name) for name in addresses.NAMES]
    assert len({index.simple for index in both}) == 2
    for index in both:
        assert index.site is not None
        assert index.simple == f"{index.site}simple/"
        assert index.upload.startswith("https://")


@pytest.mark.parametrize("name", addresses.NAMES)
def test_one_that_is_known_by_name_is_known_by_its_address_too(name: str) -> None:
    known = addresses.resolve(name)
    assert addresses.resolve(known.upload) == known
    assert addresses.resolve(known.upload.rstrip("/")) == known


@pytest.mark.parametrize(
    "record",
    [
        Credential("__token__", "pypi-hidden"),
        IdTokenRequest("https://example.org", "pypi-hidden"),
        GitHubApi("https://example.org", "owner/name", "pypi-hidden"),
        Found("pypi-hidden", "a variable"),
    ],
    ids=lambda record: type(record).__name__,
)
def test_no_record_shows_its_secret(record: object) -> None:
    assert "hidden" not in f"{record!r} {record} {[record]}"
