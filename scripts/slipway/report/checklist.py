"""The checklist of a release: what was done in this run and before it, as the manifest shows it, and what was not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from msgspec import Struct

from slipway import versions
from slipway.manifest import Manifest
from slipway.records import Finding, Ran, Severity, SmokeResult
from slipway.report import verdict

State = Literal["done", "warned", "failed", "not done"]
Proof = Callable[[Manifest], "Row"]

COMMANDS = ("check", "rehearse", "publish", "verify")
"""The commands whose report ends with the checklist."""

DETAIL = 55
"""Characters of a detail; with them a row of the table is seen at once in the summary of a job."""

UNREAD = ("-is-no-archive", "-damaged", "-not-fully-read", "-is-two-formats")
"""Ends of the names of rules that say of a file that it was not read to its end."""


TESTS = ("tests-fail-when-installed",)
SCRIPTS = ("script-cannot-load", "script-fails", "wheel-script-cannot-start")
INSTALLS = (
    *("install-fails", "install-needs-build-tools", "install-needs-other-platform", "dependencies-conflict"),
    *("import-fails", "import-crashes", "import-never-ends", "import-ends-process", "import-holds-process"),
    *("import-asks-for-more", "import-needs-display", "import-needs-host", "import-needs-other-platform"),
    *("import-needs-setting", "import-needs-setuptools", "import-needs-system"),
)
"""The rules whose findings count against an item."""

BESIDE_INSTALLS = (*TESTS, *SCRIPTS, "smoke-command-fails")
"""What fails a smoke test in which the file was installed and imported."""


class Row(Struct, frozen=True):
    """How it stands with one item.

    Attributes:
        state: `warned` where it was done, and something was found that does not block.
        detail: what was seen, or why it was not done; one short clause.
    """

    state: State
    detail: str


class Item(Struct, frozen=True):
    """One item of the checklist.

    Attributes:
        proof: returns how it stands, from what the manifest shows.
        rules: what they find counts against it; where one was skipped or crashed at inspection, it was not done.
    """

    name: str
    proof: Proof
    rules: tuple[str, ...] = ()

    def row(self, manifest: Manifest) -> Row:
        """Return how it stands with the item."""
        found = [finding for finding in manifest.findings if finding.rule in self.rules]
        return _found(found, manifest) or _unjudged(self.rules, manifest) or self.proof(manifest)


def rows(manifest: Manifest) -> Iterator[tuple[str, Row]]:
    """Yield each item's name with how it stands; nothing for a command that is not on the way to a release."""
    if manifest.command in COMMANDS and _is_under_way(manifest) and not manifest.is_part:
        yield from ((item.name, item.row(manifest)) for item in ITEMS)


def _is_under_way(manifest: Manifest) -> bool:
    """Return whether a build was begun; before that the report has one cause to show, and nothing to list.

    What was released before is on no way any more.
    """
    if verdict.is_about_released(manifest):
        return False
    return bool(manifest.artifacts) or any(stage.name in {"build", "wheels"} for stage in manifest.stages)


def _found(found: Iterable[Finding], manifest: Manifest) -> Row | None:
    names = ", ".join(dict.fromkeys(finding.rule for finding in found))
    if not names:
        return None
    if any(one in manifest.blocking for one in found):
        return Row("failed", names)
    if any(one.severity is Severity.ERROR for one in found):
        return Row("failed", f"{names}, ignored by the project")
    return Row("warned", names)


def _unjudged(rules: tuple[str, ...], manifest: Manifest) -> Row | None:
    crashed = next((one.rule for one in manifest.broken_rules if one.rule in rules), None)
    if crashed:
        return Row("not done", f"the rule {crashed} crashed")
    skipped = [one for one in manifest.skipped_rules if one.rule in rules and one.stage == "inspect"]
    return Row("not done", skipped[0].reason) if skipped else None


def _builds(manifest: Manifest) -> Row:
    built = [stage for stage in manifest.stages if stage.name in {"build", "wheels"}]
    if any(stage.outcome == "failed" for stage in built):
        return Row("failed", "a build did not come to its end")
    if not any(stage.outcome == "done" for stage in built) or not manifest.artifacts:
        return Row("not done", "nothing was built")
    kinds = [artifact.kind for artifact in manifest.artifacts]
    parts = [verdict.counted(kinds.count(kind), kind) for kind in ("sdist", "wheel") if kind in kinds]
    return Row("done", " and ".join(parts))


def _tests(manifest: Manifest) -> Row:
    passed = _with_ran(manifest, "test-command")
    if not passed:
        return Row("not done", "no test-command was run")
    return Row("done", f"the test-command passed on Python {verdict.pythons(passed)}")


def _installs(manifest: Manifest) -> Row:
    results = manifest.smoke_results
    if not results:
        return Row("not done", "no smoke test was run")
    failed = sum(not result.passed for result in results)
    number = verdict.counted(len(results), "smoke test")
    if failed and not any(finding.rule in BESIDE_INSTALLS for finding in manifest.findings):
        return Row("failed", f"{failed} of {number}")
    is_imported = any(result.imported for result in results)
    return Row("done", f"in {number}{'' if is_imported else '; nothing was imported'}")


def _scripts(manifest: Manifest) -> Row:
    ran = _with_ran(manifest, "script")
    names = {one.name for result in ran for one in result.ran if one.kind == "script"}
    if not names:
        return Row("not done", "no script was started")
    return Row("done", f"{verdict.counted(len(names), 'script')} started with --help")


def _with_ran(manifest: Manifest, kind: str) -> list[SmokeResult]:
    def is_of_kind(one: Ran) -> bool:
        return one.kind == kind

    return [result for result in manifest.smoke_results if any(map(is_of_kind, result.ran))]


def _docs(manifest: Manifest) -> Row:
    if manifest.page is None:
        return _uninspected()
    if manifest.page.description is None:
        return Row("not done", "no description was rendered")
    return Row("done", "the description renders as PyPI renders it")


def _inspected(detail: str) -> Proof:
    """Return the proof of what the rules saw in every file: the inspection came to its end and read all of them."""

    def proof(manifest: Manifest) -> Row:
        return Row("done", detail) if _is_inspected(manifest) else _uninspected()

    return proof


def _is_inspected(manifest: Manifest) -> bool:
    is_done = any(stage.name == "inspect" and stage.outcome == "done" for stage in manifest.stages)
    # A file whose members were not counted was not read.
    return is_done and bool(manifest.artifacts) and all(artifact.members for artifact in manifest.artifacts)


def _uninspected() -> Row:
    return Row("not done", "the files were not inspected")


def _version(manifest: Manifest) -> Row:
    plan = manifest.plan
    if plan is None or plan.tag is None:
        return Row("not done", "there is no release tag to compare with")
    named, built = versions.parsed(plan.tag_version), versions.parsed(manifest.version)
    if named is None or built is None:
        return Row("not done", "the version is not known")
    return Row("done", "the tag names it") if named == built else Row("failed", "the tag names another one")


def _metadata(manifest: Manifest) -> Row:
    blocking = [finding for finding in manifest.blocking if finding.stage == "inspect"]
    if blocking:
        return Row("failed", verdict.counted(len(blocking), "finding"))
    return _inspected("inspected, and nothing blocks")(manifest)


def _signatures(manifest: Manifest) -> Row:
    names = {artifact.filename for artifact in manifest.artifacts}
    seen = {one.filename: one.provenance for one in manifest.served}
    if "wrong" in seen.values() or "missing" in seen.values():
        return Row("failed", "the attestations served are not those of this release")
    if names and names == {name for name, provenance in seen.items() if provenance == "same"}:
        return Row("done", "each file is served with its attestation")
    if names and names == {one.filename for one in manifest.receipts if one.attested}:
        return Row("done", "each file was sent with an attestation")
    if manifest.served or manifest.receipts:
        return Row("not done", "not every file has an attestation")
    return Row("not done", "attestations are made when it is published")


def _of_both(*endings: str) -> tuple[str, ...]:
    return tuple(f"{kind}{ending}" for ending in endings for kind in ("sdist", "wheel"))


ITEMS = (
    Item("builds", _builds),
    Item("tests", _tests, TESTS),
    Item("installs", _installs, INSTALLS),
    Item("scripts", _scripts, SCRIPTS),
    Item(
        "docs",
        _docs,
        (
            "description-missing",
            "description-not-rendered",
            "description-indented",
            "description-type-invalid",
            "description-markdown-as-rst",
        ),
    ),
    Item(
        "licence",
        _inspected("stated in the metadata"),
        (
            "license-missing",
            "license-expression-invalid",
            "license-given-twice",
            "license-file-path-invalid",
            "license-file-missing",
            *_of_both("-licence-file-missing"),
        ),
    ),
    Item(
        "scan",
        _inspected("no key, token or password was found"),
        _of_both("-holds-secret", "-may-hold-secret", "-shows-pypi-token", *UNREAD),
    ),
    Item(
        "version",
        _version,
        ("tag-not-a-version", "tag-version-mismatch", "versions-disagree", "artifacts-disagree"),
    ),
    Item("metadata", _metadata),
    Item(
        "signatures",
        _signatures,
        ("attestations-dropped", "attestations-not-made", "attestations-impossible"),
    ),
)
"""In the order in which a release is prepared."""
