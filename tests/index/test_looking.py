"""A check asks the index that a release is planned for: it reads, and sends nothing."""

from collections.abc import Iterator
from pathlib import Path

import loopback_answers
import msgspec
import pytest
from index.bench.fake_clock import FakeClock
from index.bench.warehouse import File
from index.scene import Scene, built, staged
from slipway import pipeline
from slipway.manifest import Manifest
from slipway.records import Destination, Git
from slipway.report import verdict
from slipway.runner.terminal import PlainRunner
from workflows import act


def looked(
    scene: Scene,
    *,
    artifacts: bool = True,
    index: str | None = None,
    event: str = "push",
    git: Git | None = None,
) -> Manifest:
    """Return the manifest after the index of the plan was asked."""
    goal = Destination(index=index or scene.bench.upload_url, publish=False, reason="A test.")
    plan = msgspec.structs.replace(scene.plan(), destination=goal, event=event, git=git)
    manifest = msgspec.structs.replace(scene.fresh(), plan=plan)
    if not artifacts:
        manifest = msgspec.structs.replace(manifest, artifacts=())
    return pipeline.run(("index",), manifest, scene.inputs("check"), PlainRunner())


def found(manifest: Manifest) -> set[str]:
    return {finding.rule for finding in manifest.findings}


def requests(scene: Scene) -> set[str]:
    """Return the methods of all requests."""
    return {request.partition(" ")[0] for request in scene.bench.requests}


def test_an_existing_project(scene: Scene) -> None:
    manifest = looked(scene)
    assert manifest.on_index is not None
    assert (manifest.on_index.project, manifest.on_index.version) == (True, False)
    assert found(manifest) == set()
    assert "you must be one of its owners" in " ".join(verdict.of(manifest).more)
    assert requests(scene) == {"GET"}


def test_a_project_that_links_elsewhere_and_has_no_tag_here_looks_like_another_one(scene: Scene) -> None:
    folder = scene.work.parent
    (folder / ".gitignore").write_text("*\n")
    act.repository(folder, remote="https://github.com/acme/demo.git")
    demo = scene.warehouse.projects["demo"]
    demo.files["demo-0.1.tar.gz"] = File("demo-0.1.tar.gz", b"other", "0.1", scene.clock.now())
    demo.links = {"Source": "https://github.com/others/demo"}
    git = Git(commit="c" * 40, tags=(), dirty=(), shallow=False, committed_at=1)
    assert found(looked(scene, git=git)) == {"project-of-somebody-else"}
    act.git(folder, "tag", "v0.1")
    assert found(looked(scene, git=git)) == set()


@pytest.fixture
def new(tmp_path: Path, quick: FakeClock) -> Iterator[Scene]:
    with staged(tmp_path / "project" / ".slipway", clock=quick, existing=False, name="statistics") as made:
        yield made


def test_a_new_name_of_the_standard_library_is_refused(new: Scene) -> None:
    assert found(looked(new)) == {"project-name-in-standard-library"}
    assert found(looked(new, artifacts=False)) == {"project-name-in-standard-library"}


def test_a_name_of_the_standard_library_needs_no_index(new: Scene) -> None:
    manifest = looked(new, index="none", event="local")
    assert found(manifest) == {"project-name-of-standard-module"}
    assert manifest.exit_code == 0
    assert manifest.on_index is None
    assert "No index was asked: none is named with --index." in verdict.of(manifest).more
    assert requests(new) == set()


def test_where_nothing_is_published_no_index_is_asked(scene: Scene) -> None:
    manifest = looked(scene, index="none", event="pull_request")
    assert "No index was asked: nothing is published from here." in verdict.of(manifest).more
    assert requests(scene) == set()


@pytest.mark.parametrize(("content", "rules"), [(None, set()), (b"other", {"filename-taken"})])
def test_a_version_that_is_taken(scene: Scene, content: bytes | None, rules: set[str]) -> None:
    """The same bytes are a release that goes on; before the build nobody knows which it is."""
    wheel = built()[0]
    file = File(wheel.filename, content or wheel.data, "1.0", scene.clock.now())
    scene.warehouse.projects["demo"].files[wheel.filename] = file
    manifest = looked(scene)
    assert found(manifest) == rules
    assert manifest.on_index is not None
    assert manifest.on_index.version
    before = looked(scene, artifacts=False)
    assert found(before) == set()
    assert "has files of demo 1.0 already" in " ".join(verdict.of(before).more)


def test_an_archived_project_is_found_before_anything_is_built(scene: Scene) -> None:
    scene.warehouse.projects["demo"].status = "archived"
    assert "project-archived" in found(looked(scene, artifacts=False))


def test_an_index_out_of_reach_does_not_stop_a_check_and_is_named(scene: Scene) -> None:
    with loopback_answers.serve() as gone:
        address = gone.address
    manifest = looked(scene, index=address)
    assert manifest.exit_code == 0
    assert manifest.on_index is None
    [sentence] = verdict.of(manifest).more
    assert "could not be asked: the index at 127.0.0.1 cannot be reached" in sentence


def test_publishing_asks_again_and_goes_by_its_own_answer(scene: Scene) -> None:
    scene.warehouse.projects["demo"].status = "archived"
    scene.manifest = looked(scene)
    assert scene.manifest.blocking
    scene.warehouse.projects["demo"].status = "active"
    plan = scene.plan()
    scene.manifest = msgspec.structs.replace(scene.manifest, plan=plan)
    manifest = scene.publish()
    assert manifest.blocking == ()
    assert scene.public() == scene.intended()
    assert manifest.on_index is not None
