"""A release beside the others of its project: its version, and the size of its wheels."""

import pytest
from index.scene import Scene
from msgspec.structs import replace
from rules.declared import declared_in
from slipway.index.listing import Listing, ServedFile
from slipway.manifest import Manifest
from slipway.publishing import preflight
from slipway.records import Artifact
from slipway.rules.index import versions
from slipway.rules.index.facts import IndexFacts
from slipway.rules.rule import judge

MB = 1_000_000


def found(
    version: str, *public: str, size: int = MB, before: int | None = MB, **settings: object
) -> list[str]:
    """Return what is found for a wheel of that version, where wheels of other versions are public."""
    files = tuple(ServedFile(filename=f"spam-{v}-py3-none-any.whl", url="", size=before) for v in public)
    name = f"spam-{version}-py3-none-any.whl"
    facts = IndexFacts(
        index="PyPI",
        warehouse=True,
        project="spam",
        version=version,
        artifacts=(Artifact(filename=name, kind="wheel", size=size, sha256="a" * 64),),
        listing=Listing(exists=bool(files), files=files),
        now=0.0,
    )
    judged = judge(declared_in(versions), replace(facts, **settings), ignored={})
    assert not judged.broken_rules
    return [finding.rule for finding in judged.findings]


@pytest.mark.parametrize(
    ("version", "public"),
    [
        ("1.0", ()),
        ("1.10", ("1.9", "1.2")),
        ("4.2.25", ("4.2.24", "5.2")),  # an older line that is still cared for
        ("2.0rc1", ("1.9",)),
        ("1.9", ("1.9", "2.0")),  # going on with a release
        ("1.9.post1", ("1.9", "2.0")),
        ("0.9", ("1.0", "0.9.0")),
    ],
)
def test_a_version_that_may_follow(version, public):
    assert found(version, *public) == []


@pytest.mark.parametrize(
    ("version", "public"),
    [("1.9", ("1.10",)), ("2.0rc1", ("2.0",)), ("4.2.3", ("4.2.24", "5.2")), ("0.1", ("2024.1",))],
)
def test_a_version_that_nobody_would_get(version, public):
    assert found(version, *public) == ["version-not-raised"]


def test_a_staging_version_may_be_below_its_release() -> None:
    assert found("1.9.dev101", "1.9", staging=True) == []


@pytest.mark.parametrize(
    ("size", "before", "rules"),
    [
        (40 * MB, 2 * MB, ["wheel-grew-many-times"]),
        (9 * MB, 2 * MB, []),
        (100_000, 1000, []),
        (40 * MB, None, []),
    ],
)
def test_a_wheel_that_grew(size, before, rules):
    assert found("1.1", "1.0", size=size, before=before) == rules


@pytest.mark.parametrize(("warehouse", "rules"), [(True, ["version-local"]), (False, [])])
def test_a_local_version_is_for_other_indexes(warehouse: bool, rules: list[str]) -> None:  # noqa: FBT001
    artifact = Artifact(filename="", kind="sdist", size=1, sha256="", name="spam", version="1.2.dev3+gabc")
    state = IndexFacts(
        index="PyPI",
        warehouse=warehouse,
        project="spam",
        version=artifact.version,
        artifacts=(artifact,),
        listing=Listing(exists=False),
        now=0.0,
    )
    judged = preflight.judge_local_version(Manifest(artifacts=(artifact,)), state)
    assert [finding.rule for finding in judged.findings] == rules


def test_a_local_version_is_refused_before_the_first_byte(scene: Scene) -> None:
    scene.version = "1.0.dev3+gabc"
    scene.__post_init__()
    manifest = scene.publish()
    assert [finding.rule for finding in manifest.blocking] == ["version-local"]
    assert not [request for request in scene.bench.requests if "legacy" in request or "mint" in request]
