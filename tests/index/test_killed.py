"""A run that is killed at any moment is started again, and ends as if nothing had happened."""

import os
import signal
import threading
from pathlib import Path

import only_on
import pytest
from index import child
from index.bench.server import Gone
from index.scene import Scene, staged
from slipway.index.clock import Clock
from slipway.manifest import FILENAME, read_manifest

STEPS = (
    # As a job on a runner goes: look, ask, sign, mint, send two files, look again, read them and their origin.
    *((when, number) for number in range(1, 15) for when in ("before", "after")),
    ("half", 1),
    ("half", 2),
)

CALLS = (
    "slipway.publishing.receipts:ReceiptLog.begin:1:before",
    "slipway.publishing.receipts:ReceiptLog.begin:1:after",
    "index.bench.signer:LocalSigner.sign:1:after",
    "index.bench.signer:LocalSigner.sign:2:after",
    "slipway.publishing.receipts:ReceiptLog.add:1:before",
    "slipway.publishing.receipts:ReceiptLog.add:1:after",
    "slipway.publishing.receipts:ReceiptLog.add:2:before",
    "slipway.publishing.receipts:ReceiptLog.add:2:after",
    "slipway.manifest:write_manifest:1:before",
    "slipway.manifest:write_manifest:1:after",
)


KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
KILLED = (-KILL, KILL)
"""How a process ends that is killed: on Windows its exit code is the signal."""


class Executioner:
    """Kills a process when the bench has met a request, half of it, or none of it yet."""

    def __init__(self, when: str, number: int) -> None:
        self._when, self._left = when, number
        self.pid: int | None = None
        self.started = threading.Event()
        self.struck = ""

    def __call__(self, when: str, place: str) -> None:
        if when != self._when:
            return
        self._left -= 1
        if self._left == 0:
            self.started.wait(10)
            assert self.pid is not None
            os.kill(self.pid, KILL)
            self.struck = place
            if when != "after":
                raise Gone


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from index.bench.signer import LocalSigner
    from slipway.publishing import signing
    from slipway.smoke import run

    monkeypatch.setattr(signing, "new_signer", LocalSigner)
    monkeypatch.setattr(run, "exercise", lambda *_args, **_settings: ())
    with staged(tmp_path / "project" / ".slipway", clock=Clock()) as scene:
        yield scene


def finish(scene: Scene, tmp_path: Path, *, elsewhere: bool) -> None:
    """Run again, here or on another machine, and look that the release is complete."""
    if elsewhere:
        scene = Scene(scene.bench, tmp_path / "other" / ".slipway", scene.clock)
    else:
        scene.manifest = read_manifest(scene.work / FILENAME)
    manifest = scene.release()
    assert manifest.failure is None
    assert not manifest.blocking
    assert scene.complete
    assert {one.verdict for one in manifest.served} == {"same"}


@pytest.mark.parametrize(("when", "number"), STEPS)
def test_killed_while_the_index_is_asked(real: Scene, tmp_path: Path, when: str, number: int) -> None:
    executioner = Executioner(when, number)
    real.bench.watch = executioner
    process = child.start(real)
    executioner.pid = process.pid
    executioner.started.set()
    process.communicate(timeout=60)
    assert process.returncode in KILLED, executioner.struck
    real.bench.watch = lambda _when, _place: None
    finish(real, tmp_path, elsewhere=number % 2 == 0)


@pytest.mark.parametrize("point", CALLS)
def test_killed_between_two_steps(real: Scene, tmp_path: Path, point: str) -> None:
    process = child.start(real, die=point)
    process.communicate(timeout=60)
    assert process.returncode in KILLED
    finish(real, tmp_path, elsewhere="before" in point)


def test_what_was_attested_before_a_kill_is_still_known(real: Scene, tmp_path: Path) -> None:
    process = child.start(real, die="slipway.publishing.receipts:ReceiptLog.add:2:after")
    process.communicate(timeout=60)
    real.manifest = read_manifest(real.work / FILENAME)
    manifest = real.release()
    assert [receipt.attested for receipt in manifest.receipts] == [True, True]
    assert [receipt.outcome for receipt in manifest.receipts] == ["already-there", "already-there"]


def test_the_steps_are_all_there_are(real: Scene) -> None:
    process = child.start(real)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(real.bench.requests) == max(number for when, number in STEPS if when == "after")


@only_on.posix("a process there cannot be asked to end")
def test_a_run_that_is_stopped_says_where_the_release_stands(real: Scene, tmp_path: Path) -> None:
    """A runner that cancels a job sends SIGTERM; the receipts and the way on are kept."""
    stopped = threading.Event()
    uploads = iter((False, True))
    process_id: list[int] = []
    started = threading.Event()

    def stop_at_the_second_upload(when: str, place: str) -> None:
        if (when, place) == ("half", "uploading") and next(uploads):
            started.wait(10)
            os.kill(process_id[0], signal.SIGTERM)
            stopped.set()
            real.bench.released.wait(1)
            raise Gone

    real.bench.watch = stop_at_the_second_upload
    process = child.start(real)
    process_id.append(process.pid)
    started.set()
    stdout, _ = process.communicate(timeout=60)
    assert stopped.is_set()
    assert process.returncode == 130, stdout
    manifest = read_manifest(real.work / FILENAME)
    wheel, archive = (file.filename for file in real.files)
    assert manifest.failure is not None
    assert manifest.failure.happened == "Publishing was stopped."
    assert manifest.failure.recovery.public == (wheel,)
    assert manifest.failure.recovery.waiting == (archive,)
    real.bench.watch = lambda _when, _place: None
    finish(real, tmp_path, elsewhere=False)
