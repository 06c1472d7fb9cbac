"""A release goes out as it should: by whom, with what, in which order, and what is written down of it."""

import msgspec
from artifacts.built import Built
from index.bench.issuer import Job
from index.bench.server import RETRY_AFTER
from index.bench.signer import LocalSigner
from index.scene import PUBLISHER, Scene, built, record
from slipway.manifest import Manifest
from slipway.records import StageResult


def test_a_healthy_release_is_served_byte_for_byte_with_its_attestations(scene: Scene) -> None:
    manifest = scene.release()
    assert manifest.failure is None
    assert not manifest.findings
    assert scene.complete
    assert [receipt.outcome for receipt in manifest.receipts] == ["uploaded", "uploaded"]
    assert all(receipt.attested for receipt in manifest.receipts)
    assert [(one.verdict, one.provenance) for one in manifest.served] == [("same", "same")] * 2


def test_wheels_go_first_and_the_sdist_last(scene: Scene) -> None:
    scene.publish()
    assert [name.rpartition(".")[2] for name in scene.warehouse.archive] == ["whl", "gz"]


def test_everything_is_signed_before_the_first_upload_and_nothing_is_minted_before_that(scene: Scene) -> None:
    scene.publish()
    seen = [r for r in scene.bench.requests if "idtoken" in r or "mint" in r or "legacy" in r]
    kinds = ["sigstore" if "sigstore" in r else r.split("/")[-1].split("?")[0] for r in seen]
    assert kinds[1] == "sigstore"
    assert [r for r in seen if "mint" in r] == ["POST /_/oidc/mint-token"]
    assert seen.index("POST /_/oidc/mint-token") < next(i for i, r in enumerate(seen) if "legacy" in r)


def test_a_second_run_sends_nothing(scene: Scene) -> None:
    scene.release()
    before = list(scene.bench.requests)
    manifest = scene.release()
    sent = scene.bench.requests[len(before) :]
    assert not [request for request in sent if "legacy" in request or "mint" in request]
    assert [receipt.outcome for receipt in manifest.receipts] == ["already-there", "already-there"]
    assert all(receipt.attested for receipt in manifest.receipts)


def test_a_public_release_needs_no_bytes_any_more(scene: Scene) -> None:
    scene.publish()
    for file in scene.files:
        (scene.work / "dist" / file.filename).unlink()
    assert scene.release().failure is None


def test_a_new_project_is_created_by_its_pending_publisher(scene: Scene) -> None:
    scene.warehouse.projects.clear()
    scene.warehouse.pending["demo"] = PUBLISHER
    assert scene.release().failure is None
    assert scene.complete


def test_a_token_is_renewed_before_it_ends(scene: Scene) -> None:
    # The index is busy for longer than a token lives, which is a quarter of an hour.
    scene.bench.faults.order("sdist-upload", "503", times=20)
    manifest = scene.publish(publish_timeout=3000.0)
    assert manifest.failure is None
    assert scene.complete
    assert sum(scene.clock.slept) > 900
    assert sum("mint" in request for request in scene.bench.requests) == 2


def test_a_token_that_ends_in_the_middle_is_replaced(scene: Scene) -> None:
    scene.warehouse.uploads_per_token = 1
    assert scene.publish().failure is None
    assert scene.complete
    assert sum("mint" in request for request in scene.bench.requests) == 2


def test_the_index_is_left_alone_for_as_long_as_it_asks(scene: Scene) -> None:
    scene.bench.faults.order("upload", "429")
    assert scene.publish().failure is None
    assert RETRY_AFTER in [round(seconds, 3) for seconds in scene.clock.slept]


def test_what_broke_off_is_not_sent_again_when_it_has_arrived(scene: Scene) -> None:
    scene.bench.faults.order("upload", "reset-after")
    assert scene.publish().failure is None
    assert sum("legacy" in request for request in scene.bench.requests) == 2
    assert scene.complete


def test_a_fault_of_the_signing_service_passes(scene: Scene, monkeypatch) -> None:
    monkeypatch.setattr(LocalSigner, "faults", 2)
    manifest = scene.release()
    assert manifest.failure is None
    assert [one.provenance for one in manifest.served] == ["same", "same"]


def test_without_the_signing_service_a_release_goes_out_unattested_with_a_warning(
    scene: Scene, monkeypatch
) -> None:
    monkeypatch.setattr(LocalSigner, "faults", 10**6)
    manifest = scene.release()
    assert manifest.failure is None
    assert scene.complete
    assert [finding.rule for finding in manifest.findings] == ["attestations-not-made"]
    assert not any(receipt.attested for receipt in manifest.receipts)


def test_where_attestations_are_required_nothing_goes_out_without_them(scene: Scene, monkeypatch) -> None:
    monkeypatch.setattr(LocalSigner, "faults", 10**6)
    scene.options["attestations"] = "required"
    manifest = scene.release()
    assert manifest.failure is not None
    assert "attestation" in manifest.failure.happened
    assert scene.public() == {}
    assert not [r for r in scene.bench.requests if "mint" in r]


def test_attestations_can_be_left_off(scene: Scene) -> None:
    scene.options["attestations"] = "off"
    manifest = scene.release()
    assert manifest.failure is None
    assert not [request for request in scene.bench.requests if "sigstore" in request]
    assert [one.provenance for one in manifest.served] == [None, None]


def test_attestations_that_the_index_drops_are_told(scene: Scene) -> None:
    scene.warehouse.drops_attestations = True
    manifest = scene.release()
    assert manifest.failure is None
    assert {finding.rule for finding in manifest.findings} == {"attestations-dropped"}


def test_attestations_that_the_index_drops_are_an_error_where_they_are_required(scene: Scene) -> None:
    scene.warehouse.drops_attestations = True
    scene.options["attestations"] = "required"
    manifest = scene.release()
    assert manifest.failure is not None
    assert "without the attestations" in manifest.failure.happened


def test_a_token_in_the_environment_publishes_without_attestations(scene: Scene, monkeypatch) -> None:
    monkeypatch.setenv("SLIPWAY_TOKEN", scene.warehouse.api_token("demo"))
    scene.bench.job = None
    manifest = scene.release()
    assert manifest.failure is None
    assert scene.complete
    assert not any(receipt.attested for receipt in manifest.receipts)


def test_a_stored_token_stands_in_where_the_index_refuses_trusted_publishing(
    scene: Scene, monkeypatch
) -> None:
    monkeypatch.setenv("SLIPWAY_TOKEN", scene.warehouse.api_token("demo"))
    scene.bench.job = Job(workflow="other.yml")
    manifest = scene.release()
    assert manifest.failure is None
    assert scene.complete
    assert [finding.rule for finding in manifest.findings] == ["trusted-publishing-refused"]


def test_a_dry_run_mints_nothing_and_prints_the_form(scene: Scene, capsys) -> None:
    manifest = scene.publish(dry_run=True)
    told = capsys.readouterr().err
    assert [stage.outcome for stage in manifest.stages] == ["skipped"]
    assert not [request for request in scene.bench.requests if request.startswith("POST")]
    for line in (
        "Owner: acme",
        "Repository name: demo",
        "Workflow name: release.yml",
        "Environment name: pypi",
    ):
        assert line in told
    assert "settings/publishing/?provider=github&owner=acme&repository=demo" in told


def test_a_release_with_a_few_days_left_says_how_many(scene: Scene, capsys) -> None:
    scene.bench.faults.order("sdist-upload", "500", times=10**6)
    scene.publish(publish_timeout=5.0)
    scene.clock.pass_days(10.5)
    scene.bench.faults.clear()
    capsys.readouterr()
    assert scene.release().failure is None
    assert "closes in 4 days" in capsys.readouterr().err


def test_a_release_is_not_finished_after_fourteen_days(scene: Scene) -> None:
    scene.bench.faults.order("sdist-upload", "500", times=10**6)
    scene.publish(publish_timeout=5.0)
    scene.clock.pass_days(15)
    scene.bench.faults.clear()
    manifest = scene.release()
    assert [finding.rule for finding in manifest.blocking] == ["release-closed"]
    assert list(scene.public()) == [built()[0].filename]


def test_a_verify_job_without_receipts_still_knows_its_repository(scene: Scene) -> None:
    scene.publish()
    scene.manifest = scene.fresh()
    assert scene.verify().failure is None
    for file in scene.warehouse.projects["demo"].files.values():
        file.provenance["attestation_bundles"][0]["publisher"]["repository"] = "mallory/demo"
    scene.manifest = scene.fresh()
    manifest = scene.verify()
    assert manifest.failure is not None
    assert "do not vouch" in manifest.failure.happened


def test_a_release_that_failed_a_stage_before_is_not_published(scene: Scene) -> None:
    failed = StageResult(name="smoke", outcome="failed", seconds=1.0)
    scene.manifest = msgspec.structs.replace(scene.fresh(), stages=(failed,))
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "did not get through smoke" in manifest.failure.happened
    assert scene.bench.requests == []


def test_nothing_is_no_release(scene: Scene) -> None:
    scene.manifest = Manifest()
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "nothing to publish" in manifest.failure.happened


def test_what_was_never_published_is_not_waited_for(scene: Scene) -> None:
    scene.publish(dry_run=True)
    manifest = scene.verify()
    assert [one.verdict for one in manifest.served] == ["missing", "missing"]
    assert scene.clock.slept == []


def test_a_file_that_cannot_be_sent_keeps_the_others_at_home(scene: Scene) -> None:
    broken = Built(built()[1].filename, b"no gzip at all")
    broken.at(scene.work / "dist")
    scene.manifest = Manifest(artifacts=(record(built()[0]), record(broken)), plan=scene.plan())
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "twine cannot read" in manifest.failure.happened
    assert scene.public() == {}
    assert not [request for request in scene.bench.requests if "mint" in request]


def test_the_folder_for_another_uploader_holds_exactly_the_manifests_files(scene: Scene) -> None:
    (scene.work / "dist" / "demo-1.0-py311-none-any.whl").write_bytes(b"nobody built it")
    (scene.work / "packages").mkdir()
    (scene.work / "packages" / "left-over.whl").write_bytes(b"from before")
    manifest = scene.publish(dry_run=True)
    assert manifest.failure is None
    packages = {path.name: path.read_bytes() for path in (scene.work / "packages").iterdir()}
    assert packages == scene.intended()
    assert scene.public() == {}
