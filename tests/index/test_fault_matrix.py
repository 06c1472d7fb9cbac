"""Every fault at every place, once, twice and for ever: a release ends complete, or where it was, with advice.

A fault is followed by at most one rerun from the same manifest, when it has passed.
"""

import itertools
import random
from collections.abc import Iterator

import pytest
from index.bench.faults import FOREVER, PLACES, TRANSPORT
from index.scene import Scene
from slipway.errors import ExitCode
from slipway.index import transport
from slipway.report.recovery import what_to_do

MINT_CODES = (
    "invalid-payload",
    "invalid-token",
    "invalid-publisher",
    "invalid-pending-publisher",
    "invalid-reuse-token",
    "not-enabled",
)


def combinations() -> Iterator[tuple[str, str, int]]:
    yield from itertools.product(PLACES, TRANSPORT, (1, 2, FOREVER))


def named(combination: tuple[str, str, int]) -> str:
    place, kind, times = combination
    return f"{place}-{kind}-{'ever' if times == FOREVER else times}"


COMBINATIONS = tuple(combinations())


def test_the_matrix_has_its_size() -> None:
    assert len(COMBINATIONS) >= 200


@pytest.mark.parametrize("combination", COMBINATIONS, ids=named)
def test_a_fault_ends_in_a_complete_release_after_at_most_one_rerun(
    scene: Scene, combination: tuple[str, str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, kind, times = combination
    if kind == "hang":
        monkeypatch.setattr(transport, "TIMEOUT", (2.0, 0.2))
        monkeypatch.setattr(transport, "UPLOAD_TIMEOUT", (2.0, 0.2))
    scene.bench.faults.order(place, kind, times)
    first = scene.release()
    assert first.exit_code in {ExitCode.CLEAN, ExitCode.TOOL, ExitCode.FINDINGS}, first.failure
    assert_nothing_foreign(scene)
    if first.exit_code != ExitCode.CLEAN:
        assert times == FOREVER, (
            f"a fault that passes must not end a release: {first.failure or first.blocking}"
        )
        assert_advised(scene, first)
        scene.bench.faults.clear()
        second = scene.release()
        assert second.exit_code == ExitCode.CLEAN, second.failure
    assert scene.complete


def assert_nothing_foreign(scene: Scene) -> None:
    intended = scene.intended()
    assert all(intended.get(name) == content for name, content in scene.public().items())
    assert len(scene.warehouse.archive) == len(set(scene.warehouse.archive)) == len(scene.public())


def assert_advised(scene: Scene, manifest) -> None:
    failure = manifest.failure
    if failure is None:
        assert [finding.rule for finding in manifest.blocking] == ["id-token-unavailable"]
        assert scene.public() == {}
        return
    assert failure.happened
    assert failure.cause
    assert failure.recovery is not None
    assert failure.recovery.command == "gh run rerun 77 --failed"
    assert failure.recovery.command in what_to_do(failure)
    recovery = failure.recovery
    if failure.stage == "verify" or recovery.public:
        # What it says is public is public, and nothing that is public is called missing.
        assert set(recovery.public) | set(recovery.waiting) == set(scene.intended())
        assert set(recovery.public) <= set(scene.public())
    if not scene.public() and failure.stage == "publish":
        assert "Nothing" in what_to_do(failure)


@pytest.mark.parametrize("code", MINT_CODES)
@pytest.mark.parametrize("existing", [True, False])
def test_a_refused_exchange_leaves_the_index_untouched(scene: Scene, code: str, *, existing: bool) -> None:
    if not existing:
        scene.warehouse.projects.clear()
    scene.bench.refuses_minting = (code, "said the index")
    manifest = scene.release()
    assert manifest.failure is not None
    assert code in manifest.failure.happened
    assert "said the index" in "\n".join(manifest.failure.log)
    assert manifest.failure.cause != ""
    assert manifest.failure.recovery.command
    assert scene.public() == {}
    assert bool(scene.warehouse.projects) == existing
    assert not [request for request in scene.bench.requests if "legacy" in request]
    scene.bench.refuses_minting = None
    if not existing:
        from index.scene import PUBLISHER

        scene.warehouse.pending["demo"] = PUBLISHER
    assert scene.release().failure is None
    assert scene.complete


@pytest.mark.parametrize("looks", [1, 3, 8])
@pytest.mark.parametrize("hidden", ["wheel", "sdist", "both"])
def test_lateness_alone_is_never_red(scene: Scene, looks: int, hidden: str) -> None:
    scene.publish()
    wheel, sdist = (file.filename for file in scene.files)
    scene.bench.hide(*{"wheel": (wheel,), "sdist": (sdist,), "both": (wheel, sdist)}[hidden], looks=looks)
    manifest = scene.verify()
    assert manifest.failure is None
    assert [one.verdict for one in manifest.served] == ["same", "same"]


@pytest.mark.parametrize("hidden", ["wheel", "both"])
def test_what_is_late_beyond_its_time_is_called_late(scene: Scene, hidden: str) -> None:
    scene.publish()
    wheel, sdist = (file.filename for file in scene.files)
    scene.bench.hide(*((wheel, sdist) if hidden == "both" else (wheel,)), looks=FOREVER)
    manifest = scene.verify()
    assert manifest.failure is not None
    assert manifest.failure.exit_code == ExitCode.TOOL
    assert "late" in [one.verdict for one in manifest.served]
    assert "Nothing is lost" in manifest.failure.cause
    assert sum(scene.clock.slept) == pytest.approx(900, abs=40)


def test_what_was_never_taken_is_called_missing_and_not_waited_for(scene: Scene) -> None:
    scene.bench.faults.order("sdist-upload", "500", FOREVER)
    partial = scene.publish(publish_timeout=5.0)
    assert len(partial.receipts) == 1
    slept = sum(scene.clock.slept)
    import msgspec

    scene.manifest = msgspec.structs.replace(partial, failure=None)
    manifest = scene.verify()
    assert [one.verdict for one in manifest.served] == ["same", "missing"]
    assert manifest.failure is not None
    assert "never took" in manifest.failure.happened
    assert sum(scene.clock.slept) == slept


def test_wrong_bytes_are_red_and_the_yank_page_is_named(scene: Scene) -> None:
    scene.publish()
    wheel = scene.files[0].filename
    scene.warehouse.projects["demo"].files[wheel].served = b"something else"
    manifest = scene.verify()
    assert [one.verdict for one in manifest.served] == ["wrong", "same"]
    assert manifest.failure is not None
    assert "other bytes" in manifest.failure.happened
    assert manifest.failure.recovery.yank_page == f"{scene.bench.address}manage/project/demo/release/1.0/"
    assert "do not install" in manifest.failure.recovery.yank_reason
    assert manifest.failure.recovery.yank_reason in what_to_do(manifest.failure)


@pytest.mark.parametrize("looks", [0, 1, 3])
def test_a_stale_listing_before_the_upload_doubles_nothing(scene: Scene, looks: int) -> None:
    scene.publish()
    scene.bench.hide(*scene.intended(), looks=looks)
    assert scene.release().failure is None
    assert scene.complete


def test_a_download_that_was_damaged_on_the_way_once_is_read_again(scene: Scene) -> None:
    scene.publish()
    scene.bench.faults.order("file", "garbage", 2)
    assert scene.verify().failure is None


@pytest.mark.parametrize("seed", range(40))
def test_several_faults_at_once(scene: Scene, seed: int) -> None:
    """Faults that come together and pass: whatever they are, the release is complete after one rerun at most."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    kinds = [kind for kind in TRANSPORT if kind != "hang"]
    for _ in range(dice.randint(2, 5)):
        scene.bench.faults.order(dice.choice(PLACES), dice.choice(kinds), dice.randint(1, 4))
    scene.bench.hide(*dice.sample(sorted(scene.intended()), dice.randint(0, 2)), looks=dice.randint(0, 5))
    scene.warehouse.uploads_per_token = dice.choice((1, 10))
    first = scene.release()
    assert_nothing_foreign(scene)
    if first.exit_code != ExitCode.CLEAN:
        scene.bench.faults.clear()
        scene.bench.hidden.clear()
        second = scene.release()
        assert second.exit_code == ExitCode.CLEAN, second.failure
    assert scene.complete
