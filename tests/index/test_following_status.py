"""From every simulated failure of a publication, following `status` blindly ends in a complete release or a clear stop."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from index.bench.fake_clock import FakeClock
from index.bench.faults import FOREVER, PLACES, TRANSPORT
from index.bench.warehouse import File
from index.following import COMPLETE, follow, next_of, shown
from index.scene import Scene, staged
from index.test_fault_matrix import MINT_CODES, assert_nothing_foreign
from slipway.index import transport

LASTING = ("reset", "500", "502-after", "garbage")
"""Faults that stay: one of each sort, none of which makes its many attempts wait in real time."""


@contextmanager
def fresh(folder: Path, quick: FakeClock) -> Iterator[Scene]:
    with staged(folder / "project" / ".slipway", clock=quick) as scene:
        yield scene


@pytest.mark.parametrize("place", PLACES)
def test_after_a_fault_that_has_passed(
    place: str, tmp_path: Path, quick: FakeClock, uninstalled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", (2.0, 0.2))
    monkeypatch.setattr(transport, "UPLOAD_TIMEOUT", (2.0, 0.2))
    endings: Counter[str] = Counter()
    for kind in TRANSPORT:
        with fresh(tmp_path / kind, quick) as scene:
            scene.bench.faults.order(place, kind, FOREVER)
            scene.release()
            scene.bench.faults.clear()
            ending = follow(scene)
            assert scene.complete == (ending == COMPLETE), (kind, ending, shown(scene))
            assert_nothing_foreign(scene)
            endings[ending] += 1
    print(f"{place}: {dict(endings)}")
    assert endings == Counter({COMPLETE: len(TRANSPORT)})


@pytest.mark.parametrize("place", PLACES)
def test_while_a_fault_stays(place: str, tmp_path: Path, quick: FakeClock, uninstalled: None) -> None:
    endings: Counter[str] = Counter()
    for kind in LASTING:
        with fresh(tmp_path / kind, quick) as scene:
            scene.bench.faults.order(place, kind, FOREVER)
            scene.release()
            ending = follow(scene)
            # What is complete may not be known to be; what is called complete is.
            assert scene.complete or ending != COMPLETE, (kind, shown(scene))
            assert_nothing_foreign(scene)
            endings[ending.partition(":")[0]] += 1
    print(f"{place}: {dict(endings)}")
    assert set(endings) <= {COMPLETE, "stop"}
    assert sum(endings.values()) == len(LASTING)


def refuses_minting(code: str) -> Callable[[Scene], None]:
    def order(scene: Scene) -> None:
        scene.bench.refuses_minting = (code, "said the index")
        scene.release()

    return order


def half(scene: Scene) -> None:
    scene.bench.faults.order("sdist-upload", "500", FOREVER)
    scene.publish(publish_timeout=5.0)
    scene.bench.faults.clear()


def half_and_closed(scene: Scene) -> None:
    half(scene)
    scene.clock.pass_days(15)


def half_and_bytes_lost(scene: Scene) -> None:
    half(scene)
    (scene.work / "dist" / scene.files[1].filename).unlink()


def other_bytes_before(scene: Scene) -> None:
    wheel = scene.files[0]
    project = scene.warehouse.projects["demo"]
    project.files[wheel.filename] = File(wheel.filename, b"from another build", "1.0", scene.clock.now())
    scene.publish()


def other_bytes_served(scene: Scene) -> None:
    scene.publish()
    scene.warehouse.projects["demo"].files[scene.files[0].filename].served = b"something else"
    scene.verify()


def late(scene: Scene) -> None:
    scene.bench.hide(*scene.intended(), looks=30)
    scene.publish()


def late_for_ever(scene: Scene) -> None:
    scene.bench.hide(*scene.intended(), looks=FOREVER)
    scene.release()


def never_begun(_scene: Scene) -> None:
    """Nothing was sent: the build and its manifest are there."""


def blocked(scene: Scene) -> None:
    from slipway.records import Finding, Severity

    finding = Finding(
        rule="wheel-holds-secret", severity=Severity.ERROR, message="m", why="w", fix="f", stage="inspect"
    )
    scene.manifest = msgspec.structs.replace(scene.manifest, findings=(finding,))
    scene.publish()


FAILURES: dict[str, tuple[Callable[[Scene], None], str]] = {
    **{
        f"minting refused: {code}": (refuses_minting(code), "stop: publish fails again")
        for code in MINT_CODES
    },
    "half of it": (half, COMPLETE),
    "half of it, and the index closed it": (half_and_closed, "stop: release"),
    "half of it, and the bytes are lost": (half_and_bytes_lost, "stop: publish fails again"),
    "other bytes under a name": (other_bytes_before, "stop: release"),
    "other bytes served": (other_bytes_served, "stop: yank"),
    "late": (late, COMPLETE),
    "never shown": (late_for_ever, "stop: verify fails again"),
    "never begun": (never_begun, COMPLETE),
    "findings that block": (blocked, "stop: check"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_each_other_failure_ends(name: str, scene: Scene) -> None:
    fail, expected = FAILURES[name]
    fail(scene)
    assert follow(scene) == expected, shown(scene)
    assert scene.complete or expected != COMPLETE


def test_the_bench_counts_what_it_follows() -> None:
    followed = len(PLACES) * (len(TRANSPORT) + len(LASTING)) + len(FAILURES)
    print(f"{followed} failures are followed")
    assert followed >= 140


def test_after_a_yank_the_next_version_is_released(scene: Scene) -> None:
    other_bytes_served(scene)
    lines = shown(scene)
    assert next_of(lines) == f"{scene.bench.address}manage/project/demo/release/1.0/"
    assert "do not install this release" in " ".join(" ".join(lines).split())
    for file in scene.warehouse.projects["demo"].files.values():
        file.yanked = True
    assert (next_of(shown(scene)) or "").startswith("slipway release 1.0.1 --path ")
