"""Servers that are not PyPI: pypiserver, an index that answers in HTML, one whose simple API stands elsewhere."""

import socket
import struct
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import loopback_answers
import only_on
import pytest
from artifacts.wheels import wheel
from index.bench.fake_clock import FakeClock
from index.bench.warehouse import File
from index.scene import built, record, staged
from slipway import pipeline
from slipway.errors import ExitCode
from slipway.index import addresses, loopback
from slipway.index.client import Client
from slipway.index.loopback import Loopback
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.runner.terminal import PlainRunner


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Loopback]:
    folder = tmp_path / "packages"
    folder.mkdir()
    with loopback.serve(folder) as running:
        yield running


def release(
    server: Loopback, work: Path, *, stages: tuple[str, ...] = ("publish", "verify"), **options
) -> Manifest:
    (work / "dist").mkdir(parents=True, exist_ok=True)
    for file in built():
        file.at(work / "dist")
    inputs = Inputs(
        command="publish",
        path=work.parent,
        work=work,
        **{"index": server.address, "credential": server.credential, **options},
    )
    manifest = Manifest(artifacts=tuple(record(file) for file in built()))
    return pipeline.run(stages, manifest, inputs, PlainRunner())


def test_a_release_goes_to_pypiserver_and_installs_from_it(server: Loopback, tmp_path: Path) -> None:
    manifest = release(server, tmp_path / "project" / ".slipway")
    assert manifest.failure is None
    assert not manifest.blocking
    assert [leg.origin for leg in manifest.smoke_results] == ["index", "index"]
    assert [one.verdict for one in manifest.served] == ["same", "same"]
    assert {rule.rule for rule in manifest.skipped_rules} >= {"release-closed", "second-sdist"}


def test_a_release_that_was_killed_goes_on_at_pypiserver(
    server: Loopback, tmp_path: Path, quick: FakeClock, uninstalled: None
) -> None:
    wheel, sdist = built()
    wheel.at(tmp_path / "packages")
    manifest = release(server, tmp_path / "project" / ".slipway")
    assert manifest.failure is None
    assert [receipt.outcome for receipt in manifest.receipts] == ["already-there", "uploaded"]
    assert sorted(p.name for p in (tmp_path / "packages").iterdir()) == sorted(
        [wheel.filename, sdist.filename]
    )


def test_other_bytes_on_pypiserver_stop_the_release(
    server: Loopback, tmp_path: Path, quick: FakeClock, uninstalled: None
) -> None:
    (tmp_path / "packages" / built()[0].filename).write_bytes(b"something else")
    manifest = release(server, tmp_path / "project" / ".slipway")
    assert "filename-taken" in [finding.rule for finding in manifest.blocking]
    assert [p.name for p in (tmp_path / "packages").iterdir()] == [built()[0].filename]


def test_a_wrong_password_is_told_in_the_words_of_the_server(
    server: Loopback, tmp_path: Path, quick: FakeClock, uninstalled: None, monkeypatch
) -> None:
    monkeypatch.setenv("TWINE_PASSWORD", "not the password")
    manifest = release(server, tmp_path / "project" / ".slipway", credential=None)
    assert manifest.failure is not None
    assert "40" in manifest.failure.happened
    assert list((tmp_path / "packages").iterdir()) == []


@pytest.fixture
def private(tmp_path: Path) -> Iterator[Loopback]:
    """An index that wants the password for reading too."""
    folder = tmp_path / "packages"
    folder.mkdir()
    with loopback.serve(folder, authenticate=("update", "list", "download")) as running:
        yield running


def give(monkeypatch: pytest.MonkeyPatch, user: str, secret: str) -> None:
    monkeypatch.setenv("SLIPWAY_USERNAME", user)
    monkeypatch.setenv("SLIPWAY_TOKEN", secret)


def test_a_private_index_is_read_with_the_credential(
    private: Loopback, tmp_path: Path, uninstalled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, *private.credential.pair)
    manifest = release(private, tmp_path / "project" / ".slipway", credential=None)
    assert manifest.failure is None
    assert [one.verdict for one in manifest.served] == ["same", "same"]


def test_a_private_index_whose_address_looks_like_pypis_is_read_with_the_credential(
    private: Loopback,
) -> None:
    index = addresses.resolve(f"{private.address}legacy/")
    assert index.site is not None
    assert not Client(index, credential=private.credential).listing("demo").exists


def test_without_the_credential_of_a_private_index_nothing_is_sent(
    private: Loopback, tmp_path: Path, uninstalled: None
) -> None:
    manifest = release(private, tmp_path / "project" / ".slipway", credential=None)
    assert manifest.failure is not None
    assert manifest.exit_code == ExitCode.INPUT
    assert "it wants a credential for reading, and this run has none" in manifest.failure.happened
    assert list((tmp_path / "packages").iterdir()) == []


def test_a_verification_without_the_credential_ends_at_once_and_a_rerun_with_it_helps(
    private: Loopback, tmp_path: Path, quick: FakeClock, uninstalled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "project" / ".slipway"
    published = release(private, work, stages=("publish",))
    assert published.failure is None
    inputs = Inputs(command="verify", path=work.parent, work=work, index=private.address)
    before = quick.now()
    refused = pipeline.run(("verify",), published, inputs, PlainRunner())
    assert refused.failure is not None
    assert "it wants a credential for reading" in refused.failure.happened
    assert quick.now() == before
    give(monkeypatch, "rehearsal", "not the password")
    refused = pipeline.run(("verify",), published, inputs, PlainRunner())
    assert refused.failure is not None
    assert "with the credential of this run" in refused.failure.happened
    give(monkeypatch, *private.credential.pair)
    assert pipeline.run(("verify",), refused, inputs, PlainRunner()).failure is None


def test_an_index_that_answers_in_html_is_read_as_well(scene) -> None:
    scene.bench.html_only = True
    manifest = scene.release()
    assert manifest.failure is None
    assert scene.complete
    assert [one.verdict for one in manifest.served] == ["same", "same"]


def test_the_simple_api_may_stand_elsewhere(scene) -> None:
    scene.options["simple_index"] = f"{scene.bench.address}simple/"
    assert scene.release().failure is None


# pypiserver leaves the file open where uv has read enough of it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_dependencies_never_come_from_the_index_that_is_published_to(
    server: Loopback, tmp_path: Path, quick: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On TestPyPI anybody may have registered the name of a dependency."""
    wheel(name="benchdep", files={"benchdep.py": "HONEST = True\n"}).at(tmp_path / "packages")
    junk = wheel(name="benchdep", version="9.9", files={"benchdep.py": "raise SystemExit('junk')\n"})
    needy = wheel(
        files={"demo/__init__.py": "from benchdep import HONEST\n"}, fields={"Requires-Dist": "benchdep"}
    )
    monkeypatch.setenv("PIP_INDEX_URL", f"{server.address}simple/")
    with staged(tmp_path / "project" / ".slipway", clock=quick) as scene:
        scene.warehouse.project("benchdep").files[junk.filename] = File(
            junk.filename, junk.data, "9.9", quick.now()
        )
        needy.at(scene.work / "dist")
        scene.manifest = Manifest(artifacts=(record(needy),), plan=scene.plan())
        manifest = scene.release()
        assert manifest.failure is None
        assert not manifest.blocking, manifest.blocking
        assert [leg.imported for leg in manifest.smoke_results] == [("demo",)]
        assert not [request for request in scene.bench.requests if "benchdep" in request]


@pytest.fixture
def curt() -> Iterator[tuple[str, list[int]]]:
    """A server that refuses without reading what is sent, so that its answer is lost with the connection."""
    sizes: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sizes.append(int(self.headers["Content-Length"]))
            if sizes[-1]:
                linger = struct.pack("hh" if only_on.WINDOWS else "ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True
                return
            self.send_error(401, "Who are you?")

        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with loopback_answers.running(Handler) as port:
        yield f"http://127.0.0.1:{port}/", sizes


def test_a_refusal_that_is_lost_with_the_connection_is_asked_for(
    curt: tuple[str, list[int]], tmp_path: Path, quick: FakeClock, uninstalled: None, monkeypatch
) -> None:
    address, sizes = curt
    give(monkeypatch, "nobody", "nothing")
    work = tmp_path / "project" / ".slipway"
    (work / "dist").mkdir(parents=True)
    for file in built():
        file.at(work / "dist")
    inputs = Inputs(command="publish", path=work.parent, work=work, index=address)
    manifest = Manifest(artifacts=tuple(record(file) for file in built()))
    manifest = pipeline.run(("publish",), manifest, inputs, PlainRunner())
    assert manifest.failure is not None
    assert "401" in manifest.failure.happened
    assert [size > 0 for size in sizes] == [True, True, False]
