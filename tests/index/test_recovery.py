"""After a failure: what is public, what is burnt, what comes next; and what a release may go on with."""

import json
from pathlib import Path

import pytest
from artifacts.sdists import sdist
from index.bench.faults import FOREVER
from index.bench.warehouse import File
from index.scene import Scene, built, record
from slipway.errors import ExitCode
from slipway.index.listing import Listing, ServedFile, days_left
from slipway.manifest import Manifest
from slipway.publication import Receipt
from slipway.publishing import refusals
from slipway.publishing.receipts import ReceiptLog
from slipway.report.recovery import what_to_do


def half_done(scene: Scene) -> Manifest:
    """Publish the wheel and fail at the sdist."""
    scene.bench.faults.order("sdist-upload", "500", FOREVER)
    manifest = scene.publish(publish_timeout=5.0)
    scene.bench.faults.clear()
    assert manifest.failure is not None
    return manifest


def test_half_a_release_says_where_it_stands(scene: Scene) -> None:
    failure = half_done(scene).failure
    wheel, archive = (file.filename for file in scene.files)
    assert failure.recovery.public == (wheel,)
    assert failure.recovery.waiting == (archive,)
    assert failure.recovery.days_left == 14
    for words in (
        f"now: {wheel}.",
        f"Still to come: {archive}.",
        "another 14 days",
        "`gh run rerun 77 --failed`",
    ):
        assert words in what_to_do(failure)
    assert failure.recovery.yank_page == f"{scene.bench.address}manage/project/demo/release/1.0/"
    assert archive in failure.recovery.yank_reason


def test_on_a_laptop_the_next_command_is_slipways_own(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_TOKEN", scene.warehouse.api_token("demo"))
    scene.bench.job = None
    failure = half_done(scene).failure
    assert failure.recovery.command == f"slipway publish --index {scene.bench.upload_url}"


def test_bytes_that_are_gone_are_asked_for(scene: Scene) -> None:
    half_done(scene)
    (scene.work / "dist" / scene.files[1].filename).unlink()
    manifest = scene.publish()
    assert manifest.failure is not None
    assert manifest.failure.exit_code == ExitCode.INPUT
    assert "are gone" in manifest.failure.happened
    assert "build the same commit again" in manifest.failure.remedy
    assert manifest.failure.recovery.public == (scene.files[0].filename,)


def test_bytes_that_were_changed_are_not_sent(scene: Scene) -> None:
    (scene.work / "dist" / scene.files[0].filename).write_bytes(b"something else")
    manifest = scene.publish()
    assert manifest.failure is not None
    assert manifest.failure.exit_code == ExitCode.INPUT
    assert scene.public() == {}


def test_a_release_that_was_rebuilt_the_same_goes_on(scene: Scene) -> None:
    half_done(scene)
    scene.manifest = scene.fresh()
    assert scene.release().failure is None
    assert scene.complete


def test_a_release_that_was_rebuilt_differently_is_refused(scene: Scene) -> None:
    half_done(scene)
    other = sdist({"built": "again"})
    other.at(scene.work / "dist")
    scene.manifest = Manifest(artifacts=(record(built()[0]), record(other)), plan=scene.plan())
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "begun with other bytes" in manifest.failure.happened
    assert list(scene.public()) == [built()[0].filename]


def test_a_burnt_name_is_called_so(scene: Scene) -> None:
    scene.warehouse.projects["demo"].burnt.add(scene.files[0].filename)
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "never takes a name twice" in manifest.failure.cause
    assert "already been used" in manifest.failure.happened
    assert manifest.failure.read == "`slipway explain release-emptied-before`"


def test_somebody_else_publishing_the_same_version_stops_the_release(scene: Scene) -> None:
    wheel = scene.files[0].filename
    project = scene.warehouse.projects["demo"]

    def intrude(when: str, place: str) -> None:
        if place == "uploading" and when == "before":
            project.files[wheel] = File(wheel, b"other", "1.0", scene.clock.now())

    scene.bench.watch = intrude
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "other bytes" in manifest.failure.happened
    assert manifest.failure.recovery.burnt == (wheel,)
    assert scene.public() == {wheel: b"other"}


@pytest.mark.parametrize("table", [refusals.UPLOAD, refusals.MINT])
def test_every_meaning_says_cause_and_fix(table: tuple[refusals.Meaning, ...]) -> None:
    for row in table:
        assert row.cause.endswith("."), row.id
        assert row.fix.endswith("."), row.id


def test_a_refusal_of_the_role_names_the_archived_project_too() -> None:
    """The index answers for an archived project in the words it has for somebody else's."""
    row = next(row for row in refusals.UPLOAD if row.id == "A04")
    assert "archived project" in row.cause
    assert "unarchives" in row.fix


def test_the_rules_that_refusals_name_exist_and_mirror_them() -> None:
    from slipway.rules import catalogue

    mirrors = {rule.name: rule.mirrors for rule in catalogue.every()}
    for row in refusals.UPLOAD:
        if row.rule is not None:
            assert row.id in mirrors[row.rule], row


SENTENCES = {
    "Invalid API Token: token is expired": "A03",
    "Invalid or non-existent authentication information. See the help page.": "A01",
    "Username/Password authentication is no longer supported. Migrate to API Tokens.": "A02",
    "The user 'bob' isn't allowed to upload to project 'demo'.": "A04",
    "The given token isn't allowed to upload to project 'demo'.": "A05",
    "User 'bob' does not have a verified primary email address.": "A06",
    "User 'bob' does not have two-factor authentication enabled.": "A07",
    "Non-user identities cannot create new projects.": "A08",
    "Too many new projects created": "A10",
    "Invalid attestations supplied during upload: Attestations are only supported when using Trusted Publishing": "A11",
    "File already exists ('demo-1.0.tar.gz', with blake2_256 hash 'ab').": "I03",
    "This filename has already been used, use a different version.": "I05",
    "Only one sdist may be uploaded per release.": "I07",
    "Project size too large. Limit for project 'demo' total size is 10 GB.": "I08",
    "File too large. Limit for project 'demo' is 100 MB.": "C07",
    "The name 'sys' isn't allowed (conflicts with Python Standard Library module name).": "C17",
    "The name 'dem0' is too similar to an existing project.": "I10",
    "The name 'demo' isn't allowed.": "I09",
    "Read-only mode: Uploads are temporarily disabled.": "S01",
    "New uploads are temporarily disabled.": "S02",
    "New project registration temporarily disabled.": "S03",
    "Can't have direct dependency: 'x @ https://example.org/x.zip'": "C54",
    "'Foo :: Bar' is not a valid classifier.": "C49",
    "The description failed to render for 'text/x-rst'.": "C47",
    "Binary wheel 'demo-1.0-py3-none-linux_x86_64.whl' has an unsupported platform tag 'linux_x86_64'.": "C12",
    "Invalid API Token: OIDC scoped token is not valid for project 'demo'": "A03",
    "Invalid attestations supplied during upload: A maximum of 2 attestations per file are supported": "C65",
    "Invalid attestations supplied during upload: Could not verify the uploaded artifact using the included "
    "attestation: Verification failed: Certificate's OIDCSourceRepositoryURI does not match (got x, expected y)": "C66",
    "Invalid attestations supplied during upload: Could not verify the uploaded artifact using the included "
    "attestation: Verification failed: DSSE: invalid signature": "C66",
    "Invalid attestations supplied during upload: Could not verify the uploaded artifact using the included "
    "attestation: subject does not match distribution name": "C66",
    "Invalid distribution file. PKG-INFO not found at demo-1.0/PKG-INFO": "C31",
    "Invalid distribution file. WHEEL not found at demo-1.0.dist-info/WHEEL": "C24",
    "Invalid distribution file. RECORD not found at demo-1.0.dist-info/RECORD": "C34",
    "Invalid distribution file. ZIP archive not accepted: Mismatched central directory records": "C26",
    "Invalid distribution file. ZIP archive not accepted: Unknown record signature": "C26",
    "Start filename for 'My.Demo' with 'my_demo'.": "C14",
    "License-File LICENSE does not exist in distribution file demo-1.0.tar.gz at demo-1.0/LICENSE": "C32",
    "License-File LICENSE does not exist in distribution file demo-1.0-py3-none-any.whl at d/licenses/LICENSE": "C33",
    "license-expression introduced in metadata version 2.4, not 2.1": "C40",
    "'classifiers-x' is not a valid dynamic field": "C58",
    "308 Permanent Redirect": "P01",
    "404 Not Found": "P03",
    "405 Method Not Allowed": "P03",
    "Error: 403 Forbidden Access denied": "A01",
}


@pytest.mark.parametrize(("sentence", "meaning"), SENTENCES.items(), ids=list(SENTENCES.values()))
def test_an_index_is_understood(sentence: str, meaning: str) -> None:
    understood = refusals.upload(sentence)
    assert understood is not None
    assert understood.id == meaning


@pytest.mark.parametrize(
    "sentence",
    [sentence for sentence, meaning in SENTENCES.items() if meaning in {"A03", "C31", "C66", "A11"}],
)
def test_the_sentence_is_read_where_the_index_writes_it(scene: Scene, sentence: str) -> None:
    """In JSON it stands in `code`; `message` is the same for every refusal of a status."""
    scene.warehouse.refuses = sentence
    manifest = scene.publish(attestations="off")
    assert manifest.failure is not None
    assert sentence in manifest.failure.happened
    understood = refusals.upload(sentence)
    assert understood is not None
    assert manifest.failure.cause == understood.cause
    assert manifest.exit_code == (1 if understood.id.startswith("C") else 3)


def test_a_fault_that_comes_back_for_the_same_bytes_is_about_the_file(scene: Scene) -> None:
    scene.bench.faults.order("sdist-upload", "500", FOREVER)
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "500" in manifest.failure.happened
    assert "fails on this file" in manifest.failure.cause
    assert sum(scene.clock.slept) < 120


def test_a_fault_of_the_whole_index_is_waited_out(scene: Scene) -> None:
    scene.bench.faults.order("sdist-upload", "503", FOREVER)
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "did not pass in the time" in manifest.failure.cause
    assert sum(scene.clock.slept) == pytest.approx(900, abs=90)


def test_the_receipts_survive_a_line_that_was_cut(tmp_path: Path) -> None:
    artifacts = tuple(record(file) for file in built())
    log = ReceiptLog(tmp_path, index="pypi", name="demo", version="1.0")
    log.begin(artifacts)
    receipts = [
        Receipt(filename=a.filename, sha256=a.sha256, index="pypi", outcome="uploaded", attested=True)
        for a in artifacts
    ]
    log.add(receipts[0])
    (path,) = (tmp_path / "receipts").iterdir()
    with path.open("ab") as stream:
        stream.write(b'\n{"filename": "demo-1.0.ta')
    again = ReceiptLog(tmp_path, index="pypi", name="demo", version="1.0")
    assert again.begin(artifacts) == {receipts[0].filename: receipts[0]}
    again.add(receipts[1])
    assert ReceiptLog(tmp_path, index="pypi", name="demo", version="1.0").begin(artifacts) == {
        receipt.filename: receipt for receipt in receipts
    }


def test_receipts_of_two_indexes_do_not_mix(tmp_path: Path) -> None:
    artifacts = tuple(record(file) for file in built())
    one = ReceiptLog(tmp_path, index="testpypi", name="demo", version="1.0")
    one.begin(artifacts)
    one.add(Receipt(filename=artifacts[0].filename, sha256="0" * 64, index="testpypi", outcome="uploaded"))
    assert ReceiptLog(tmp_path, index="pypi", name="demo", version="1.0").begin(artifacts) == {}


@pytest.mark.parametrize(("days", "left"), [(0, 14), (0.5, 14), (13.2, 1), (14, 0), (20, -6)])
def test_the_days_that_are_left(days: float, left: int) -> None:
    from datetime import UTC, datetime

    now = 1_800_000_000.0
    uploaded = datetime.fromtimestamp(now - days * 86_400, UTC).isoformat().replace("+00:00", "Z")
    file = ServedFile(filename="demo-1.0.tar.gz", url="", upload_time=uploaded)
    assert days_left([file], now=now) == left


def test_versions_that_mean_the_same_are_one_release() -> None:
    files = tuple(ServedFile(filename=f"demo-{v}.tar.gz", url="") for v in ("1.0", "1.0.0", "1.0.1"))
    found = Listing(exists=True, files=files).of_version("1")
    assert [file.filename for file in found] == ["demo-1.0.tar.gz", "demo-1.0.0.tar.gz"]


def test_the_manifest_keeps_where_a_release_stands(scene: Scene) -> None:
    half_done(scene)
    written = json.loads((scene.work / "manifest.json").read_bytes())
    assert written["failure"]["recovery"]["waiting"] == [scene.files[1].filename]
    assert [receipt["outcome"] for receipt in written["receipts"]] == ["uploaded"]
    assert written["publisher"]["repository"] == "demo"
