"""Publishers that are configured wrongly: each gets the right diagnosis, and none creates a project."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from index.bench.issuer import Job
from index.bench.warehouse import TrustedPublisher
from index.scene import PUBLISHER, Scene
from slipway.manifest import Manifest


def with_an_earlier_release(scene: Scene) -> None:
    """Publish an attested release before, from the right place, so that the index tells who its publisher is."""
    earlier = replace_version(scene, "0.9")
    assert earlier.publish().failure is None
    scene.bench.requests.clear()
    scene.warehouse.archive.clear()


def replace_version(scene: Scene, version: str) -> Scene:
    return Scene(scene.bench, scene.work.parent / "earlier" / ".slipway", scene.clock, version=version)


def whole(manifest: Manifest) -> str:
    """Return everything a run says about what went wrong."""
    parts = [f"{f.rule}\n{f.message}\n{f.why}\n{f.fix}\n{f.seen}\n{f.expected}" for f in manifest.blocking]
    if manifest.failure is not None:
        failure = manifest.failure
        parts += [failure.happened, failure.cause, failure.remedy, failure.read or "", *failure.log]
    return "\n".join(parts)


@dataclass
class Case:
    """A fault in a configuration, and words that the diagnosis must have."""

    name: str
    told: tuple[str, ...]
    job: Job | None = field(default_factory=Job)
    prepare: Callable[[Scene], None] = with_an_earlier_release
    token: Callable[[Scene], str] | None = None
    permitted: bool = True
    projects: tuple[str, ...] = ("demo",)


def without_a_project(scene: Scene) -> None:
    scene.warehouse.projects.clear()


def pending_elsewhere(scene: Scene) -> None:
    scene.warehouse.projects.clear()
    scene.warehouse.pending["demo"] = TrustedPublisher(environment="release")


def archived(scene: Scene) -> None:
    scene.warehouse.projects["demo"].status = "archived"


def token_of_another_project(scene: Scene) -> str:
    scene.warehouse.project("other")
    return scene.warehouse.api_token("other")


FIELD = "This run differs from the publisher of the last release"

CASES = (
    Case(
        "wrong-owner",
        (FIELD, "owner: the last release came from 'acme', this run is 'acne'"),
        job=Job(repository="acne/demo", owner_id="43"),
    ),
    Case(
        "wrong-repository",
        (FIELD, "repository: the last release came from 'demo', this run is 'demo-py'"),
        job=Job(repository="acme/demo-py"),
    ),
    Case(
        "wrong-file-name",
        (FIELD, "workflow: the last release came from 'release.yml', this run is 'publish.yml'"),
        job=Job(workflow="publish.yml"),
    ),
    Case(
        "wrong-environment",
        (FIELD, "environment: the last release came from 'pypi', this run is 'production'"),
        job=Job(environment="production"),
    ),
    Case(
        "wrong-case",
        (FIELD, "workflow", "'Release.yml', which differs in upper and lower case only"),
        job=Job(workflow="Release.yml"),
    ),
    Case(
        "reusable-workflow",
        ("publish-job-in-foreign-workflow", "id-token: write", "uses: tools/slipway@v1", "command: publish"),
        job=Job(called="tools/slipway/.github/workflows/release.yml", called_ref="refs/tags/v1"),
    ),
    Case(
        "fork",
        ("publish-from-fork", "Publish from a tag or a manual dispatch"),
        job=Job(event="pull_request", ref="refs/pull/7/merge"),
        permitted=False,
    ),
    Case(
        "pending",
        ("no pending publisher that fits this job", "PyPI project name: demo", "Environment name: pypi"),
        prepare=pending_elsewhere,
        projects=(),
    ),
    Case(
        "no-permission",
        ("id-token-not-permitted", "permissions: id-token: write, in the job that publishes"),
        permitted=False,
    ),
    Case(
        "wrong-index",
        ("no pending publisher", "was entered at another index", "manage/account/publishing/"),
        prepare=without_a_project,
        projects=(),
    ),
    Case(
        "token-for-another-project",
        (
            "The token belongs to another project",
            "Give the token of this project",
            "May upload to demo: alice",
        ),
        job=None,
        token=token_of_another_project,
        prepare=lambda _scene: None,
        projects=("demo", "other"),
    ),
    Case("archived-project", ("project-archived", "unarchives it"), prepare=archived),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_configuration_is_diagnosed_and_creates_nothing(
    scene: Scene, case: Case, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    case.prepare(scene)
    before = scene.public()
    scene.bench.job = case.job
    scene.permitted = case.permitted
    if case.token:
        monkeypatch.setenv("SLIPWAY_TOKEN", case.token(scene))
    if case.name == "fork":
        payload = tmp_path / "event.json"
        payload.write_text('{"pull_request": {"head": {"repo": {"full_name": "mallory/demo"}}}}')
        scene.environ["GITHUB_EVENT_PATH"] = str(payload)
    manifest = scene.publish()
    told = whole(manifest)
    for words in case.told:
        assert words in told
    assert tuple(scene.warehouse.projects) == case.projects
    assert scene.public() == before
    assert scene.warehouse.archive == []


def test_there_are_twelve() -> None:
    assert len({case.name for case in CASES}) == 12


def test_a_preflight_sees_what_it_can_without_minting(scene: Scene) -> None:
    for case in CASES:
        if case.name in {"reusable-workflow", "no-permission"}:
            scene.bench.job, scene.permitted = case.job, case.permitted
            scene.publish()
    assert not [request for request in scene.bench.requests if request.startswith("POST")]


def test_a_refusal_links_to_the_form_filled_in(scene: Scene) -> None:
    scene.bench.job = replace(Job(), workflow="publish.yml")
    manifest = scene.publish()
    assert manifest.failure is not None
    assert manifest.failure.read == (
        f"{scene.bench.address}manage/project/demo/settings/publishing/?provider=github&owner=acme"
        "&repository=demo&workflow_filename=publish.yml&environment=pypi"
    )


def test_a_called_workflow_of_the_same_repository_is_warned_about(scene: Scene) -> None:
    scene.warehouse.projects["demo"].publishers = [replace_workflow("called.yml")]
    scene.bench.job = Job(called="acme/demo/.github/workflows/called.yml")
    manifest = scene.publish(attestations="off")
    assert manifest.failure is None
    assert not manifest.findings
    manifest = scene.publish(dry_run=True)
    assert [finding.rule for finding in manifest.findings] == ["publish-job-in-called-workflow"]


def replace_workflow(workflow: str) -> TrustedPublisher:
    return replace(PUBLISHER, workflow=workflow)


def test_an_enterprise_issuer_is_told_before_anything_is_sent(scene: Scene) -> None:
    scene.bench.job = Job(issuer="https://github.example.org/_services/token")
    manifest = scene.publish()
    assert [finding.rule for finding in manifest.blocking] == ["id-token-from-elsewhere"]


def test_pull_request_target_never_publishes(scene: Scene) -> None:
    scene.bench.job = Job(event="pull_request_target")
    manifest = scene.publish()
    assert "publish-from-pull-request-target" in [finding.rule for finding in manifest.blocking]
    assert scene.public() == {}


def test_an_index_that_asks_for_the_token_of_another_one_gets_none(scene: Scene) -> None:
    scene.warehouse.audience = "pypi"
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "made out to pypi" in manifest.failure.happened
    assert not [request for request in scene.bench.requests if "idtoken" in request]


def test_without_any_credential_the_ways_to_give_one_are_named(scene: Scene) -> None:
    scene.bench.job = None
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "no credential" in manifest.failure.happened
    assert "SLIPWAY_TOKEN" in manifest.failure.remedy
