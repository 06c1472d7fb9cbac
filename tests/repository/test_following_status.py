"""From every simulated failure of an announcement, following `status` blindly ends in a complete release or a clear stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from index.bench import server
from index.bench.fake_clock import FakeClock
from index.bench.server import Bench
from index.bench.warehouse import File, Warehouse
from index.following import COMPLETE, Laptop, read, until_the_end
from msgspec.structs import replace
from repository import scene
from repository.scene import COMMIT, FILES, LAPTOP, TAG, Scene, handed_on
from repository.test_announce import CALLS
from slipway.options import Inputs
from slipway.publication import Receipt
from slipway.releasing import status
from slipway.report import standing
from slipway.repository.stand_in import Fault

ALWAYS = 10**6


@contextmanager
def published(folder: Path, clock: FakeClock) -> Iterator[tuple[Scene, Bench]]:
    """Serve an index that has the release, and a repository on GitHub that has its tag and no more."""
    warehouse = Warehouse(clock)
    files = warehouse.project("demo").files
    for name, content in FILES.items():
        files[name] = File(name, content, "1.0", clock.now())
    with server.serve(warehouse, None) as bench, scene.opened(folder) as github:
        manifest = handed_on(event="local")
        receipts = tuple(
            Receipt(filename=one.filename, sha256=one.sha256, index=bench.upload_url, outcome="uploaded")
            for one in manifest.artifacts
        )
        github.manifest = msgspec.structs.replace(manifest, receipts=receipts)
        github.event = LAPTOP
        github.download()
        yield github, bench


@pytest.fixture
def release(tmp_path: Path, fake_clock: FakeClock) -> Iterator[tuple[Scene, Bench]]:
    with published(tmp_path, fake_clock) as opened:
        yield opened


def shown(github: Scene, bench: Bench) -> list[str]:
    inputs = Inputs(
        command="status",
        path=github.folder,
        work=github.work,
        index=bench.upload_url,
        github=github.github.api,
    )
    return list(standing.lines(status.read(inputs, Laptop())))


def follow(github: Scene, bench: Bench) -> str:
    def do(command: str, arguments: list[str]) -> None:
        assert command == "announce"
        assert read(command, arguments)["path"].resolve() == github.folder.resolve()
        github.go_on(manifest_digest=None)

    return until_the_end(lambda: shown(github, bench), do)


def is_complete(github: Scene) -> bool:
    """Whether there is one public release, with all files of the build and their bytes."""
    public = [one for one in github.github.releases if not one["draft"]]
    if len(public) != 1:
        return False
    attached = github.attached(public[0])
    return FILES.items() <= attached.items() and {"SHA256SUMS", "manifest.json"} <= attached.keys()


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_after_a_run_that_died_at_any_request(*, late: bool, tmp_path: Path, fake_clock: FakeClock) -> None:
    endings: Counter[str] = Counter()
    for number in range(1, len(CALLS) + 1):
        with published(tmp_path / str(number), fake_clock) as (github, bench):
            github.fault = scene.dead_from(number, late=late)
            github.go_on(manifest_digest=None)
            github.fault = None
            endings[follow(github, bench)] += 1
            assert is_complete(github), CALLS[number - 1]
    print(f"died {'after' if late else 'before'} a request: {dict(endings)}")
    assert endings == Counter({COMPLETE: len(CALLS)})


def stays(method: str, path: str, status: int) -> Callable[[Scene], None]:
    def order(github: Scene) -> None:
        github.fault = scene.once(method, path, Fault(status, {"message": "Said by GitHub"}), times=ALWAYS)

    return order


def no_tag(github: Scene) -> None:
    github.github.tags.clear()


def another_commit(github: Scene) -> None:
    github.github.push(TAG, "d" * len(COMMIT))


def draft(github: Scene) -> None:
    made = github.github.release(TAG)
    name, content = next(iter(FILES.items()))
    github.github.attach(made, name, content)


def unfinished(github: Scene) -> None:
    made = github.github.release(TAG)
    github.github.attach(made, next(iter(FILES)), b"", state="starter")


def public_and_lacking(github: Scene) -> None:
    github.github.release(TAG, draft=False)


def immutable_and_lacking(github: Scene) -> None:
    github.github.release(TAG, draft=False, immutable=True)


def public_with_other_bytes(github: Scene) -> None:
    made = github.github.release(TAG, draft=False)
    github.github.attach(made, next(iter(FILES)), b"not that one")


FAILURES: dict[str, tuple[Callable[[Scene], None], str]] = {
    "a draft with a file": (draft, COMPLETE),
    "an upload that was cut off": (unfinished, COMPLETE),
    "public without files": (public_and_lacking, COMPLETE),
    "immutable without files": (immutable_and_lacking, "stop: announce fails again"),
    "public with other bytes": (public_with_other_bytes, "stop: announce fails again"),
    "the tag is not there": (no_tag, "stop: announce fails again"),
    "the tag is another commit": (another_commit, "stop: announce fails again"),
    **{
        f"{status} to {method} {path}": (stays(method, path, status), "stop: announce fails again")
        for status in (403, 404, 422, 500, 503)
        for method, path in (("POST", "releases"), ("PATCH", "releases"))
    },
    **{
        f"{status} to all": (stays("GET", "", status), "stop: page")
        for status in (401, 403, 404, 500, 502, 503)
    },
}


@pytest.mark.parametrize("name", FAILURES)
def test_each_other_failure_ends(name: str, release: tuple[Scene, Bench]) -> None:
    github, bench = release
    fail, expected = FAILURES[name]
    fail(github)
    assert follow(github, bench) == expected, shown(github, bench)
    assert is_complete(github) == (expected == COMPLETE)


def test_a_token_that_is_refused_leaves_the_release_unknown(release: tuple[Scene, Bench]) -> None:
    github, bench = release
    api = github.github.api
    github.github.token = "another"  # noqa: S105 - of the stand-in
    inputs = Inputs(
        command="status",
        path=github.folder,
        work=github.work,
        index=bench.upload_url,
        github=replace(api, token="wrong"),  # noqa: S106
    )
    told: Any = status.read(inputs, Laptop())
    seen = {one.where: one for one in told.seen}
    assert seen["GitHub"].state == "unknown"
    assert "401" in seen["GitHub"].detail
    assert told.step.name == "release-unknown"


def test_the_bench_counts_what_it_follows() -> None:
    followed = 2 * len(CALLS) + len(FAILURES)
    print(f"{followed} failures are followed")
    assert followed >= 55
