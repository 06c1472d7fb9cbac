"""`announce` against the stand-in: one release, exactly the files, the right notes, whatever was there before."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from repository import scene
from repository.scene import BODY, COMMIT, FILES, TAG, Scene, handed_on
from slipway.index import addresses
from slipway.manifest import Manifest
from slipway.publication import Receipt, Served
from slipway.records import Notes, StageResult
from slipway.report import markdown, outputs, terminal, verdict
from slipway.repository.stand_in import Fault
from slipway.repository.stand_in_repository import Call, Document

CALLS = [
    "GET git/ref/tags/v1.0",
    "GET git/tags/…",
    "GET releases/tags/v1.0",
    "GET releases",
    "POST releases/generate-notes",
    "POST releases",
    "GET releases/1/assets",
    "POST releases/1/assets",
    "POST releases/1/assets",
    "POST releases/1/assets",
    "POST releases/1/assets",
    "GET releases/1/assets",
    "GET releases/latest",
    "GET git/ref/tags/v1.0",
    "GET git/tags/…",
    "PATCH releases/1",
    "GET releases/tags/v1.0",
    "GET releases/1/assets",
]
"""What a run asks for that finds nothing and nothing wrong."""


PAGE = addresses.resolve("pypi").release_page("demo", "1.0")
"""What the index shows of the release."""


def outcome(manifest: Manifest) -> str:
    assert manifest.failure is None, manifest.failure
    assert manifest.announced is not None
    return manifest.announced.outcome


def failure(manifest: Manifest) -> str:
    assert manifest.failure is not None
    return f"{manifest.failure.happened} {manifest.failure.cause} {manifest.failure.remedy}"


def changes(github: Scene, since: int = 0) -> list[str]:
    """Return the requests that change something."""
    calls = github.github.calls[since:]
    return [
        f"{one.method} {one.path}"
        for one in calls
        if one.method != "GET" and not one.path.endswith("generate-notes")
    ]


def test_a_release_is_drafted_filled_and_published(github: Scene) -> None:
    ended = github.announce()
    assert outcome(ended) == "published"
    release = github.the_release()
    assert (release["name"], release["body"]) == (TAG, BODY)
    assert (release["prerelease"], release["make_latest"]) == (False, "true")
    asked = [f"{one.method} {one.path}" for one in github.github.calls]
    assert [f"{one.rpartition('/')[0]}/…" if "git/tags/" in one else one for one in asked] == CALLS
    assert ended.announced is not None
    assert ended.announced.url == release["html_url"]
    assert ended.announced.notes == "CHANGELOG.md and GitHub's list of changes"
    assert github.inputs().release_notes.read_text() == BODY
    assert verdict.of(ended).headline == (
        "demo 1.0 is announced; the release v1.0 on GitHub has exactly its 2 files, their checksums and the manifest."
    )
    assert f"[v1.0 on GitHub]({release['html_url']})" in markdown.summary(ended)
    assert release["html_url"] in [line.text.strip() for line in terminal.lines(ended, width=80)]
    sums = github.attached(release)["SHA256SUMS"].decode().splitlines()
    assert sums == [f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in FILES.items()]


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(1, len(CALLS) + 1), ids=CALLS)
def test_a_run_that_dies_at_any_request_is_finished_by_the_next(
    number: int,
    late: bool,  # noqa: FBT001
    github: Scene,
) -> None:
    github.fault = scene.dead_from(number, late=late)
    died = github.announce()
    assert died.failure is not None
    assert died.exit_code == 3
    assert died.failure.recovery is not None
    assert died.failure.recovery.command == "gh run rerun 7 --failed"
    github.fault = None
    assert outcome(github.announce()) in {"published", "already-there"}
    assert github.the_release()["body"] == BODY


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(1, len(CALLS) + 1), ids=CALLS)
def test_one_request_that_breaks_off_is_made_up_for_in_the_same_run(
    number: int,
    late: bool,  # noqa: FBT001
    github: Scene,
) -> None:
    def fault(call: Call) -> Fault | None:
        return Fault(is_late=late) if call.number == number else None

    github.fault = fault
    ended = github.announce()
    assert outcome(ended) == "published"
    assert github.the_release()["body"] == BODY


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_fault_of_github_passes(status: int, github: Scene) -> None:
    github.fault = scene.once("POST", "releases/1/assets", Fault(status, is_late=status == 502), times=2)
    assert outcome(github.announce()) == "published"
    github.the_release()


def test_a_fault_that_stays_is_said_and_the_next_run_goes_on(github: Scene) -> None:
    github.fault = scene.once("PATCH", "releases", Fault(503), times=10**6)
    ended = github.announce()
    assert ended.exit_code == 3
    assert "503" in failure(ended)
    assert [one["draft"] for one in github.github.releases] == [True]
    github.fault = None
    assert outcome(github.announce()) == "published"
    github.the_release()


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"Retry-After": "77"}, 77.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000055"}, 55.0),
    ],
)
def test_a_limit_on_requests_is_waited_for(
    headers: dict[str, str], waited: float, github: Scene, fake_clock: Any
) -> None:
    limited = Fault(403, {"message": "You have exceeded a secondary rate limit."}, headers)
    github.fault = scene.once("POST", "releases", limited)
    assert outcome(github.announce()) == "published"
    assert waited in fake_clock.slept
    github.the_release()


def test_a_limit_that_lasts_too_long_is_said(github: Scene) -> None:
    github.fault = scene.once("GET", "releases", Fault(429, {}, {"Retry-After": "3600"}), times=10**6)
    ended = github.announce()
    assert ended.exit_code == 3
    assert "3600 s" in failure(ended)


REFUSALS: dict[str, tuple[Fault, int, str]] = {
    "401": (Fault(401, {"message": "Bad credentials"}), 3, "expired or was revoked"),
    "403": (
        Fault(403, {"message": "Resource not accessible by integration"}),
        2,
        "permissions: {contents: write}",
    ),
    "403 single sign-on": (
        Fault(
            403,
            {"message": "Resource protected by organization SAML enforcement."},
            {"X-GitHub-SSO": "required; url=https://github.com/orgs/acme/sso?authorization_request=A"},
        ),
        3,
        "Authorise it at https://github.com/orgs/acme/sso?authorization_request=A",
    ),
    "404": (Fault(404, {"message": "Not Found"}), 2, "permissions: {contents: write}"),
    "422": (
        Fault(422, {"message": "Validation Failed", "errors": [{"message": "a ruleset forbids it"}]}),
        3,
        "a ruleset forbids it",
    ),
    "301": (
        Fault(301, {"message": "Moved Permanently"}, {"Location": "https://api.github.com/repositories/1"}),
        2,
        "The repository has moved",
    ),
    "409": (Fault(409, {"message": "Something else"}), 3, "409 Something else"),
}
"""What GitHub answers to the first request that writes, the exit code, and what is said of it."""


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_has_its_cause_and_remedy_and_is_gone_with_its_reason(name: str, github: Scene) -> None:
    fault, code, said = REFUSALS[name]
    github.fault = lambda call: fault if (call.method, call.path) == ("POST", "releases") else None
    ended = github.announce()
    assert ended.exit_code == code
    assert said in failure(ended)
    assert github.github.releases == []
    github.fault = None
    assert outcome(github.announce()) == "published"
    github.the_release()


def test_a_wrong_token_is_refused_at_the_first_request(github: Scene) -> None:
    api = replace(github.github.api, token="wrong")  # noqa: S106 - no secret
    ended = github.announce(github=api)
    assert ended.exit_code == 3
    assert "expired or was revoked" in failure(ended)
    assert "wrong" not in str(github.github.calls)
    assert len(github.github.calls) == 1


def test_without_a_token_nothing_is_asked(github: Scene) -> None:
    ended = github.announce(github=replace(github.github.api, token=None))
    assert ended.exit_code == 2
    assert "There is no token to make a release in acme/demo" in failure(ended)
    assert github.github.calls == []


def test_a_second_run_changes_nothing_and_says_so(github: Scene) -> None:
    github.announce()
    made = len(github.github.calls)
    ended = github.announce()
    assert outcome(ended) == "already-there"
    assert changes(github, made) == []
    assert "is announced already" in verdict.of(ended).headline
    github.the_release()


def test_another_run_of_the_same_release_finds_its_manifest_good_enough(github: Scene) -> None:
    """All jobs were run again: the files are the same, and the manifest says other times."""
    github.announce()
    first = github.expected()
    github.manifest = msgspec.structs.replace(github.manifest, attempt=2)
    assert outcome(github.announce()) == "already-there"
    assert github.attached(github.github.releases[0]) == first


def test_the_sbom_of_the_gate_is_attached_and_no_other(github: Scene) -> None:
    github.lists(b'{"components": []}')
    github.download()
    (github.work / "sbom" / "demo-1.0.cdx.json").write_bytes(b'{"components": 0 }')
    refused = github.go_on()
    assert "demo-1.0.cdx.json has changed: its SHA-256 is" in failure(refused)
    assert refused.exit_code == 2
    assert github.github.releases == []
    ended = github.announce()
    assert outcome(ended) == "published"
    github.the_release()
    assert "its 2 files, their checksums, the SBOM and the manifest" in verdict.of(ended).headline


def test_the_sbom_of_an_earlier_run_stays_with_the_manifest_that_names_it(github: Scene) -> None:
    """All jobs were run again a day later: the files are the same, and a dependency has a newer version."""
    github.lists(b"of the first day")
    github.announce()
    first = github.expected()
    github.lists(b"of the second day")
    assert outcome(github.announce()) == "already-there"
    assert github.attached(github.github.releases[0]) == first
    [asset] = [one for one in github.github.releases[0]["assets"] if one["name"] == "demo-1.0.cdx.json"]
    github.github.contents[asset["id"]] = b"of nobody at all."
    asset["digest"], asset["size"] = None, len(b"of nobody at all.")
    assert "demo-1.0.cdx.json" in failure(github.announce())


def draft(github: Scene, **values: Any) -> Document:
    return github.github.release(TAG, **values)


def test_a_draft_is_found_and_finished(github: Scene) -> None:
    begun = draft(github, name=TAG, body="Written by hand.")
    github.github.attach(begun, "demo-1.0.tar.gz", FILES["demo-1.0.tar.gz"])
    github.github.attach(begun, "demo-1.0-py3-none-any.whl", b"other bytes")
    github.github.attach(begun, "SHA256SUMS", b"cut off", state="starter")
    ended = github.announce()
    assert outcome(ended) == "published"
    assert github.the_release()["body"] == "Written by hand."
    assert "deleting SHA256SUMS, which is unfinished" in github.said
    assert "deleting demo-1.0-py3-none-any.whl, which is not what was built" in github.said


def test_a_draft_without_notes_gets_them(github: Scene) -> None:
    draft(github, body="")
    github.announce()
    assert github.the_release()["body"] == BODY


def test_of_two_drafts_the_one_with_the_files_is_used(github: Scene) -> None:
    good = draft(github)
    other = draft(github)
    github.github.attach(good, "demo-1.0.tar.gz", FILES["demo-1.0.tar.gz"])
    ended = github.announce()
    assert outcome(ended) == "published"
    assert ended.announced is not None
    assert ended.announced.others == (other["html_url"],)
    assert github.attached(good) == github.expected()
    assert (good["draft"], other["draft"]) == (False, True)
    assert any(other["html_url"] in line for line in verdict.of(ended).more)


def test_drafts_are_found_on_later_pages(github: Scene) -> None:
    begun = draft(github)
    for number in range(150):
        github.github.release(f"v0.{number}", draft=False)
    assert outcome(github.announce()) == "published"
    assert [one["id"] for one in github.github.published(TAG)] == [begun["id"]]
    assert "POST releases" not in changes(github)


def test_a_published_release_gets_what_it_lacks(github: Scene) -> None:
    made = draft(github, draft=False, name="Version one", body="By hand.")
    github.github.attach(made, "demo-1.0.tar.gz", FILES["demo-1.0.tar.gz"])
    github.github.attach(made, "SHA256SUMS", b"", state="starter")
    ended = github.announce()
    assert outcome(ended) == "completed"
    release = github.the_release()
    assert (release["name"], release["body"]) == ("Version one", "By hand.")


def test_a_published_release_without_notes_gets_them(github: Scene) -> None:
    draft(github, draft=False)
    assert outcome(github.announce()) == "completed"
    assert github.the_release()["body"] == BODY


def test_a_published_release_with_other_bytes_is_never_touched(github: Scene) -> None:
    made = draft(github, draft=False, body="By hand.")
    asset = github.github.attach(made, "demo-1.0.tar.gz", b"other bytes")
    ended = github.announce()
    assert ended.exit_code == 2
    assert "has other bytes under these names: demo-1.0.tar.gz" in failure(ended)
    assert changes(github) == []
    made["assets"].remove(asset)
    assert outcome(github.announce()) == "completed"
    github.the_release()


@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted", "published-by-hand"])
def test_foreign_files_of_a_draft_stop_it(is_deleted: bool, github: Scene) -> None:  # noqa: FBT001
    """Both ways on that are named lead to the release."""
    made = draft(github, body="By hand.")
    asset = github.github.attach(made, "installer.exe", b"not ours")
    ended = github.announce()
    assert ended.exit_code == 2
    assert "`gh release delete-asset v1.0 installer.exe`" in failure(ended)
    assert changes(github) == []
    if is_deleted:
        made["assets"].remove(asset)
    else:
        made["draft"] = False
    assert outcome(github.announce()) == ("published" if is_deleted else "completed")


def test_foreign_files_of_a_published_release_stay_and_are_named(github: Scene) -> None:
    assert outcome(github.announce()) == "published"
    made = github.the_release()
    github.github.attach(made, "installer.exe", b"not ours")
    before = len(changes(github))
    ended = github.announce()
    assert outcome(ended) == "already-there"
    assert ended.announced is not None
    assert ended.announced.foreign == ("installer.exe",)
    assert "does not name these files of it, and nothing was compared: installer.exe" in " ".join(
        verdict.of(ended).more
    )
    assert "exactly" not in verdict.of(ended).headline
    assert len(changes(github)) == before


def test_where_releases_are_immutable_it_is_published_last(github: Scene) -> None:
    github.github.is_immutable = True
    assert outcome(github.announce()) == "published"
    assert github.the_release()["immutable"]
    assert outcome(github.announce()) == "already-there"


def test_an_immutable_release_that_lacks_files_is_left_alone(github: Scene) -> None:
    github.github.is_immutable = True
    draft(github, draft=False, body="By hand.")
    ended = github.announce()
    assert ended.exit_code == 2
    assert "is immutable and lacks demo-1.0.tar.gz" in failure(ended)
    assert "For the next version let `slipway announce` make the release" in failure(ended)
    assert changes(github) == []


def test_a_tag_that_is_not_pushed_is_not_made(github: Scene) -> None:
    github.github.tags.clear()
    ended = github.announce()
    assert ended.exit_code == 2
    assert "`git push origin refs/tags/v1.0`" in failure(ended)
    assert changes(github) == []
    assert github.github.tags == {}
    github.github.push(TAG, COMMIT, annotated=False)
    assert outcome(github.announce()) == "published"


def test_a_repository_that_the_token_may_not_see_looks_like_none(github: Scene) -> None:
    github.fault = lambda _: Fault(404, {"message": "Not Found"})
    ended = github.announce()
    assert ended.exit_code == 2
    assert "GitHub shows no repository acme/demo" in failure(ended)


@pytest.mark.parametrize("annotated", [True, False])
def test_a_tag_at_another_commit_stops_it(annotated: bool, github: Scene) -> None:  # noqa: FBT001
    github.github.push(TAG, "d" * 40, annotated=annotated)
    ended = github.announce()
    assert ended.exit_code == 2
    assert f"points at the commit {'d' * 40} on GitHub" in failure(ended)
    assert changes(github) == []
    github.github.push(TAG, COMMIT, annotated=annotated)
    assert outcome(github.announce()) == "published"


def test_a_tag_that_is_moved_while_files_are_attached_is_not_published(github: Scene) -> None:
    def fault(call: Call) -> None:
        if call.method == "POST" and call.path.endswith("/assets"):
            github.github.tags.clear()

    github.fault = fault
    ended = github.announce()
    assert ended.exit_code == 2
    assert [one["draft"] for one in github.github.releases] == [True]
    assert github.github.tags == {}


def test_an_asset_that_arrives_with_another_digest_is_not_published(github: Scene) -> None:
    lie = {
        "id": 99,
        "name": "demo-1.0.tar.gz",
        "state": "uploaded",
        "size": 9,
        "digest": f"sha256:{'0' * 64}",
    }
    github.fault = scene.once("POST", "releases/1/assets", Fault(201, lie, is_late=True))
    ended = github.announce()
    assert ended.exit_code == 3
    assert "GitHub has other bytes of demo-1.0.tar.gz than were sent" in failure(ended)
    assert [one["draft"] for one in github.github.releases] == [True]
    github.fault = None
    assert outcome(github.announce()) == "published"
    github.the_release()


def test_a_github_that_says_no_digests_is_read_instead(github: Scene) -> None:
    made = draft(github, draft=False, body="By hand.")
    for name, content in github.expected().items():
        github.github.attach(made, name, content)["digest"] = None
    assert outcome(github.announce()) == "already-there"
    kept = [call for call in github.github.calls if call.path.startswith("/kept/")]
    assert len(kept) == 4
    assert not any(call.authorized for call in kept)
    github.github.contents[made["assets"][0]["id"]] = b"THE SDIST"
    assert "other bytes under these names: demo-1.0.tar.gz" in failure(github.announce())


def test_bytes_that_were_swapped_here_are_not_attached(github: Scene) -> None:
    github.download()
    (github.work / "dist" / "demo-1.0.tar.gz").write_bytes(b"THE SDIST")
    ended = github.go_on()
    assert ended.exit_code == 2
    assert "demo-1.0.tar.gz has changed" in failure(ended)
    assert changes(github) == []


@pytest.mark.parametrize(
    ("version", "latest", "wanted"),
    [
        ("1.0rc1", None, "false"),
        ("1.0", "v0.9", "true"),
        ("1.0", "v2.0", "false"),
        ("1.0", "docs-7", "legacy"),
    ],
)
def test_only_the_highest_release_becomes_the_latest(
    version: str, latest: str | None, wanted: str, github: Scene
) -> None:
    artifacts = tuple(msgspec.structs.replace(one, version=version) for one in github.manifest.artifacts)
    plan = scene.planned(tag=f"v{version}", ref=f"refs/tags/v{version}")
    github.manifest = msgspec.structs.replace(github.manifest, artifacts=artifacts, plan=plan)
    github.event = replace(github.event, ref=plan.ref)
    github.github.push(f"v{version}", COMMIT)
    if latest:
        github.github.release(latest, draft=False)
    assert outcome(github.announce()) == "published"
    [made] = github.github.published(f"v{version}")
    assert (made["make_latest"], made["prerelease"]) == (wanted, "rc" in version)


@pytest.mark.parametrize(
    ("notes", "changes", "body", "source"),
    [
        (None, "* A change", "* A change", "GitHub's list of changes"),
        (scene.SECTION, "", "### Added\n\n- A feature.", "CHANGELOG.md"),
        (None, "", f"[demo 1.0]({PAGE}) is on PyPI.", "the name and the place"),
    ],
)
def test_the_notes_are_never_empty(
    notes: Notes | None, changes: str, body: str, source: str, github: Scene
) -> None:
    github.manifest = handed_on(notes=notes)
    github.github.changes = changes
    ended = github.announce()
    assert github.the_release()["body"] == body
    assert ended.announced is not None
    assert source in ended.announced.notes


def test_notes_that_github_cannot_write_do_not_stop_it(github: Scene) -> None:
    github.fault = scene.once("POST", "releases/generate-notes", Fault(504), times=10**6)
    assert outcome(github.announce()) == "published"
    assert github.the_release()["body"] == "### Added\n\n- A feature."


def test_the_token_goes_nowhere_else(github: Scene) -> None:
    """An answer that names another host for the uploads gets neither the token nor the files."""

    def elsewhere(call: Call) -> Fault | None:
        if (call.method, call.path) != ("POST", "releases"):
            return None
        made = github.github.release(TAG)
        return Fault(
            201, {**made, "upload_url": "http://127.0.0.1:9/repos/acme/demo/releases/1/assets{?name}"}
        )

    github.fault = elsewhere
    ended = github.announce()
    assert ended.exit_code == 3
    assert "names a host for uploads that is not its own: 127.0.0.1:9" in failure(ended)


def test_a_trial_on_testpypi_is_not_announced(github: Scene) -> None:
    destination = msgspec.structs.replace(scene.planned().destination, index="testpypi")
    github.manifest = handed_on(destination=destination)
    ended = github.announce()
    assert ended.exit_code == 0
    assert ended.announced is None
    assert "was not announced: a release on TestPyPI is a trial" in verdict.of(ended).headline
    assert github.github.calls == []


@pytest.mark.parametrize(
    "event",
    [
        replace(scene.EVENT, ref="refs/tags/v2.0"),
        replace(scene.EVENT, ref="refs/heads/main"),
        replace(scene.EVENT, name="pull_request_target"),
        replace(scene.EVENT, name="pull_request", head_repository="mallory/demo"),
    ],
    ids=["another tag", "a branch", "pull_request_target", "a fork"],
)
def test_no_manifest_makes_another_run_announce(event: Any, github: Scene) -> None:
    github.event = event
    ended = github.announce()
    assert ended.exit_code == 2
    assert "is not the one of this run" in failure(ended)
    assert github.github.calls == []


def test_a_job_without_the_digest_of_the_manifest_stops(github: Scene) -> None:
    ended = github.announce(manifest_digest=None)
    assert "The digest of the manifest is missing" in failure(ended)
    assert github.github.calls == []


def at_home(github: Scene, **values: Any) -> Scene:
    """Let the scene be somebody's own machine, after the commands before."""
    github.event = scene.LAPTOP
    github.manifest = msgspec.structs.replace(github.manifest, job="", **values)
    return github


def test_on_ones_own_machine_something_must_show_that_it_was_published(github: Scene) -> None:
    ended = at_home(github).announce(manifest_digest=None)
    assert ended.exit_code == 2
    assert "Nothing here shows that this release was published" in failure(ended)
    assert github.github.calls == []


def test_on_ones_own_machine_it_goes_on_after_verify(github: Scene) -> None:
    served = tuple(
        Served(filename=one.filename, sha256=one.sha256, verdict="same") for one in github.manifest.artifacts
    )
    ended = at_home(github, served=served).announce(manifest_digest=None)
    assert outcome(ended) == "published"
    assert "PyPI was seen to serve exactly the 2 files of the manifest" in github.said
    attached = github.attached(github.github.releases[0])
    assert json.loads(attached["manifest.json"])["served"]
    # The manifest here now says that it was announced; what is attached is of the same release.
    assert outcome(github.go_on(manifest_digest=None)) == "already-there"


def test_a_failed_announcement_leaves_no_trace_in_the_manifest_that_is_attached(github: Scene) -> None:
    receipts = tuple(
        Receipt(filename=one.filename, sha256=one.sha256, index="pypi", outcome="uploaded")
        for one in github.manifest.artifacts
    )
    at_home(github, receipts=receipts)
    github.fault = scene.dead_from(9, late=False)
    assert github.announce(manifest_digest=None).failure
    github.fault = None
    ended = github.go_on(manifest_digest=None)
    assert outcome(ended) == "published"
    assert "PyPI took 2 of 2 files; whether it serves them was not verified here" in github.said
    attached = json.loads(github.attached(github.github.releases[0])["manifest.json"])
    assert attached["failure"] is None
    assert [stage["name"] for stage in attached["stages"]] == []


def test_a_release_that_failed_before_is_not_announced(github: Scene) -> None:
    failed = (StageResult(name="verify", outcome="failed", seconds=1.0),)
    ended = at_home(github, stages=failed).announce(manifest_digest=None)
    assert ended.exit_code == 2
    assert "did not get through verify" in failure(ended)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "true"),
        ({"destination": msgspec.structs.replace(scene.planned().destination, index="testpypi")}, "false"),
        ({"destination": msgspec.structs.replace(scene.planned().destination, publish=False)}, "false"),
        ({"ref": "refs/heads/main"}, "false"),
        ({"tag": "nightly", "tag_version": None, "ref": "refs/tags/nightly"}, "false"),
    ],
    ids=["a tag", "testpypi", "a check", "a tag that was asked for", "a tag without a version"],
)
def test_the_gate_says_whether_there_is_something_to_announce(
    values: dict[str, Any], expected: str, github: Scene
) -> None:
    github.manifest = handed_on(**values)
    github.download()
    [output] = [one for one in outputs.OUTPUTS if one.name == "announce"]
    assert output.value(github.manifest, github.inputs()) == expected
    github.event = replace(github.event, ref=github.manifest.planned().ref)
    ended = github.announce()
    assert (ended.announced is not None) is (expected == "true")
