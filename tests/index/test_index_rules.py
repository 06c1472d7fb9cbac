"""What the index shows decides whether it takes a release: each rule with a case and its counterpart."""

import msgspec
import pytest
from index.bench.warehouse import File
from index.scene import Scene, built
from msgspec.structs import replace
from rules.declared import declared_in, family
from slipway.index.listing import Listing, ServedFile
from slipway.records import Artifact
from slipway.rules.index.facts import IndexFacts
from slipway.rules.rule import judge

NOW = 1_800_000_000.0
WHEEL = Artifact(filename="spam-1.0-py3-none-any.whl", kind="wheel", size=100, sha256="a" * 64, name="spam")
SDIST = Artifact(filename="spam-1.0.tar.gz", kind="sdist", size=100, sha256="b" * 64, name="spam")


def served(filename: str, *, sha256: str = "c" * 64, days: float = 1, size: int | None = 10) -> ServedFile:
    from datetime import UTC, datetime

    uploaded = datetime.fromtimestamp(NOW - days * 86_400, UTC).isoformat()
    return ServedFile(filename=filename, url="", sha256=sha256, size=size, upload_time=uploaded)


def facts(*files: ServedFile, **settings) -> IndexFacts:
    listing = Listing(
        exists=settings.pop("exists", True),
        files=files,
        status=settings.pop("status", "active"),
    )
    base = IndexFacts(
        index="PyPI",
        warehouse=True,
        project="spam",
        version="1.0",
        artifacts=(WHEEL, SDIST),
        listing=listing,
        now=NOW,
    )
    return replace(base, **settings)


def found(given: IndexFacts) -> set[str]:
    judged = judge(family("index"), given, ignored={})
    assert not judged.broken_rules
    return {finding.rule for finding in judged.findings}


THEIRS = {
    "links": ("https://docs.example.org", "https://github.com/Others/spam/issues"),
    "repository": "acme/spam",
    "tags": ("v1.0",),
}
CASES = {
    "project-archived": (facts(status="archived"), facts(status="deprecated")),
    "project-quarantined": (facts(status="quarantined"), facts()),
    "filename-taken": (facts(served(SDIST.filename)), facts(served(SDIST.filename, sha256=SDIST.sha256))),
    "bytes-published-before": (
        facts(served("spam-0.9.tar.gz", sha256=SDIST.sha256)),
        facts(served("spam-0.9.tar.gz")),
    ),
    "release-emptied-before": (facts(emptied=("1.0",)), facts(emptied=("0.9",))),
    "release-closed": (
        facts(served(WHEEL.filename, sha256=WHEEL.sha256, days=14.1)),
        facts(served(WHEEL.filename, sha256=WHEEL.sha256, days=13.9)),
    ),
    "second-sdist": (facts(served("spam-1.0.0.tar.gz")), facts(served("spam-0.9.0.tar.gz"))),
    "project-over-quota": (
        facts(served("spam-0.9.tar.gz", size=10 * 1024**3 - 100)),
        facts(served("spam-0.9.tar.gz", size=10 * 1024**3 + 1)),  # a raised limit
    ),
    "project-of-somebody-else": (
        facts(served("spam-0.9.tar.gz"), **THEIRS),
        facts(served("spam-0.9.tar.gz"), **THEIRS | {"tags": ("nightly", "v0.9")}),
    ),
    "project-name-too-similar": (
        facts(exists=False, project_names=frozenset({"s-pam", "5pam"})),
        facts(exists=False, project_names=frozenset({"spam-eggs"})),
    ),
    "project-name-in-standard-library": (
        facts(exists=False, project="asyncio"),
        facts(exists=True, project="asyncio"),
    ),
    "project-name-of-standard-module": (
        facts(exists=False, project="asyncio", asked=False),
        facts(exists=False, project="asyncio"),
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_its_case_and_leaves_the_counterpart(rule: str) -> None:
    bad, good = CASES[rule]
    assert rule in found(bad)
    assert rule not in found(good)


@pytest.mark.parametrize(
    "change",
    [
        {"links": ("https://github.com/ACME/spam",)},
        {"links": ("https://docs.example.org",)},
        {"repository": None},
        {"tags": None},
        {"tags": ("spam-0.9",)},
    ],
)
def test_a_project_that_may_be_ours_is_not_called_somebody_elses(change: dict[str, object]) -> None:
    assert "project-of-somebody-else" not in found(facts(served("spam-0.9.tar.gz"), **THEIRS | change))


def test_every_rule_of_this_module_has_a_case() -> None:
    from slipway.rules.index import state

    assert {rule.name for rule in declared_in(state)} == set(CASES)


def test_a_finished_release_of_an_archived_project_is_no_fault() -> None:
    files = (served(WHEEL.filename, sha256=WHEEL.sha256), served(SDIST.filename, sha256=SDIST.sha256))
    assert found(facts(*files, status="archived")) == set()


def test_an_old_complete_release_is_no_fault() -> None:
    files = (
        served(WHEEL.filename, sha256=WHEEL.sha256, days=400),
        served(SDIST.filename, sha256=SDIST.sha256, days=400),
    )
    assert found(facts(*files)) == set()


@pytest.mark.parametrize(
    ("name", "other"), [("py-yaml", "pyyaml"), ("bl0ck", "block"), ("1ib", "lib"), ("a.b_c", "abc")]
)
def test_names_that_look_alike(name: str, other: str) -> None:
    assert "project-name-too-similar" in found(
        facts(exists=False, project=name, project_names=frozenset({other}))
    )


def test_the_preflight_agrees_with_the_index(scene: Scene) -> None:
    """What the rules call taken is refused by the index, and nothing was sent to find out."""
    wheel = built()[0]
    scene.warehouse.projects["demo"].files[wheel.filename] = File(
        wheel.filename, b"other", "1.0", scene.clock.now()
    )
    manifest = scene.publish()
    assert [finding.rule for finding in manifest.blocking] == ["filename-taken"]
    assert not [request for request in scene.bench.requests if request.startswith("POST")]


def test_ignoring_the_rule_does_not_send_other_bytes(scene: Scene) -> None:
    wheel = built()[0]
    other = File(wheel.filename, b"other", "1.0", scene.clock.now())
    scene.warehouse.projects["demo"].files[wheel.filename] = other
    scene.manifest = with_ignored(scene, "filename-taken")
    manifest = scene.publish()
    assert manifest.failure is not None
    assert "Nothing was sent" in manifest.failure.happened
    assert manifest.failure.recovery.burnt == (wheel.filename,)
    assert scene.public() == {wheel.filename: b"other"}


def with_ignored(scene: Scene, rule: str):
    plan = msgspec.structs.replace(scene.plan(), ignored={rule: "a test"})
    return msgspec.structs.replace(scene.manifest, plan=plan)


def test_a_new_project_with_a_similar_name_is_stopped_before_anything_is_minted(scene: Scene) -> None:
    scene.warehouse.projects.clear()
    scene.warehouse.project("d-em0")
    manifest = scene.publish()
    assert [finding.rule for finding in manifest.blocking] == ["project-name-too-similar"]
    assert not [request for request in scene.bench.requests if "mint" in request]
