"""What the index and GitHub list as the origin of a release, and what is said where they list nothing or lie."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pypi_attestations._cli as pypi_attestations_cli
import pytest
from index.scene import Scene
from slipway.manifest import Manifest
from slipway.records import Git
from slipway.report import markdown, origins
from slipway.repository import stand_in
from slipway.repository.stand_in import Fault
from slipway.repository.stand_in_repository import Call, Repository

REPOSITORY = "acme/demo"
COMMIT = "c0ffee" * 6 + "c0ff"


class Attestations:
    """What the stand-in for GitHub answers about attestations."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.fault: Fault | None = None
        self.is_shown = True

    def __call__(self, call: Call) -> Fault | None:
        if call.path.startswith("attestations/"):
            return self.fault or Fault(200, {"attestations": self.kept})
        shown = (
            Fault(200, {"full_name": REPOSITORY}) if self.is_shown else Fault(404, {"message": "Not Found"})
        )
        return shown if call.path == "" else None

    def keep(
        self, manifest: Manifest, *, repository: str = REPOSITORY, commit: str = COMMIT, **other: Any
    ) -> None:
        """Keep one attestation of all files, as actions/attest makes it."""
        workflow = {
            "ref": "refs/tags/v1.0",
            "repository": f"https://github.com/{repository}",
            "path": ".github/workflows/release.yml",
        }
        source = {"uri": f"git+https://github.com/{repository}", "digest": {"gitCommit": commit}}
        statement = {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [
                {"name": one.filename, "digest": {"sha256": one.sha256}} for one in manifest.artifacts
            ],
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": {
                "buildDefinition": {
                    "externalParameters": {"workflow": workflow},
                    "resolvedDependencies": [source],
                }
            },
            **other,
        }
        payload = base64.b64encode(json.dumps(statement).encode()).decode()
        self.kept.append({"bundle": {"dsseEnvelope": {"payload": payload}}})


@pytest.fixture
def kept() -> Attestations:
    return Attestations()


@pytest.fixture
def github(kept: Attestations) -> Iterator[Repository]:
    with stand_in.serve(REPOSITORY, faults=kept) as github:
        yield github


@pytest.fixture
def released(scene: Scene, github: Repository) -> Scene:
    """A release that is public, of a commit that is known."""
    git = Git(commit=COMMIT, tags=("v1.0",), dirty=(), shallow=False, committed_at=1)
    scene.manifest = msgspec.structs.replace(
        scene.manifest, plan=msgspec.structs.replace(scene.plan(), git=git)
    )
    scene.options["github"] = github.api
    scene.publish()
    return scene


def test_attestation_workflow_and_commit_are_named_and_how_anybody_checks_them(
    released: Scene, kept: Attestations, github: Repository
) -> None:
    kept.keep(released.manifest)
    manifest = released.verify(provenance="required")

    assert manifest.failure is None
    index, build = origins.sentences(manifest)
    place = manifest.served[0].origins[0].place
    sha = released.bench.job.sha if released.bench.job else ""
    assert index == (
        f"{place} lists an attestation of all 2 files: acme/demo, release.yml, commit {sha[:12]}, "
        f"which is not {COMMIT[:12]} that is released."
    )
    assert build == (
        f"GitHub lists the provenance of the build of all 2 files: acme/demo, release.yml, commit {COMMIT[:12]}."
    )
    command = f"gh attestation verify {manifest.served[0].filename} --repo acme/demo"
    assert origins.commands(manifest) == [command]
    assert f"- {origins.UNCHECKED} `{command}`" in markdown.render(manifest)
    assert "GitHub lists the provenance of the build of all 2 files" in markdown.render(manifest)
    assert [call.path for call in github.calls] == [f"attestations/sha256:{manifest.served[0].sha256}"]
    assert {call.method for call in github.calls} == {"GET"}


def test_nobody_asks_github_unless_it_is_wanted(released: Scene, github: Repository) -> None:
    assert released.verify().failure is None
    assert github.calls == []


def of_another_repository(kept: Attestations, manifest: Manifest) -> None:
    kept.keep(manifest, repository="mallory/demo")


def of_another_commit(kept: Attestations, manifest: Manifest) -> None:
    kept.keep(manifest, commit="0" * 40)


def of_other_bytes(kept: Attestations, manifest: Manifest) -> None:
    subjects = [{"name": one.filename, "digest": {"sha256": "0" * 64}} for one in manifest.artifacts]
    kept.keep(manifest, subject=subjects)


def of_another_kind(kept: Attestations, manifest: Manifest) -> None:
    kept.keep(manifest, predicateType="https://in-toto.io/attestation/release/v0.1")


def nonsense(kept: Attestations, manifest: Manifest) -> None:
    deep = base64.b64encode(b"[" * 100_000).decode()
    kept.kept = [
        {"bundle": None},
        {"bundle": {"dsseEnvelope": 7}},
        {"bundle": {"dsseEnvelope": {"payload": deep}}},
        {"bundle": {"dsseEnvelope": {"payload": "?"}}},
    ]
    kept.keep(manifest, predicate=None)


def nothing(kept: Attestations, manifest: Manifest) -> None:
    kept.fault = Fault(404, {"message": "Not Found"})


def a_hidden_repository(kept: Attestations, manifest: Manifest) -> None:
    nothing(kept, manifest)
    kept.is_shown = False


def no_right(kept: Attestations, manifest: Manifest) -> None:
    kept.fault = Fault(403, {"message": "Resource not accessible by integration"})


def another_format(kept: Attestations, manifest: Manifest) -> None:
    kept.fault = Fault(200, {"attestations": 7})


WRONG = {
    of_another_repository: ("mallory/demo, release.yml", "names the repository mallory/demo"),
    of_another_commit: (
        f"commit {'0' * 12}, which is not {COMMIT[:12]} that",
        f"names the commit {'0' * 40}",
    ),
    of_other_bytes: ("GitHub does not list the provenance", "GitHub lists none"),
    of_another_kind: ("GitHub does not list the provenance", "GitHub lists none"),
    nonsense: ("GitHub does not list the provenance", "GitHub lists none"),
    nothing: ("GitHub does not list the provenance", "GitHub lists none"),
    a_hidden_repository: ("is not known: GitHub answers 404", "it is not known whether GitHub lists it"),
    no_right: ("is not known: GitHub answers 403", "it is not known whether GitHub lists it"),
    another_format: ("is not known: GitHub's answer", "it is not known whether GitHub lists it"),
}
"""Each case with what is said, and with the error where provenance is required."""


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.__name__)
def test_what_is_absent_or_unknown_is_an_error_only_where_it_is_required(
    case: Any, released: Scene, kept: Attestations
) -> None:
    case(kept, released.manifest)
    said, error = WRONG[case]

    manifest = released.verify(provenance="look")
    assert manifest.failure is None
    [sentence] = [one for one in origins.sentences(manifest) if "GitHub" in one]
    assert said in sentence
    assert "all 2 files" in sentence

    manifest = released.verify(provenance="required")
    assert manifest.failure is not None
    assert error in manifest.failure.happened
    assert manifest.exit_code == 3
    assert not manifest.smoke_results


def test_the_command_for_attestations_of_pypi_is_one_that_it_takes(released: Scene) -> None:
    manifest = released.verify()
    served = tuple(
        msgspec.structs.replace(
            one, origins=tuple(msgspec.structs.replace(o, place=origins.PYPI) for o in one.origins)
        )
        for one in manifest.served
    )
    [command] = origins.commands(msgspec.structs.replace(manifest, served=served))
    program, *words = command.split()
    assert program == "pypi-attestations"
    taken = pypi_attestations_cli._parser().parse_args(words)
    assert taken.repository == "https://github.com/acme/demo"
    assert taken.distribution_file == f"pypi:{manifest.served[0].filename}"
