"""Rules on the set: its files agree with each other, with the plan and with the tag."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from slipway.facts.release import ReleaseFacts
from slipway.manifest import Plan, Severity
from slipway.rules.rule import Evidence, Rule, Skipped


def _missing(release: ReleaseFacts) -> Iterator[Evidence]:
    plan = _plan(release)
    names = [artifact.filename for artifact in release.artifacts]
    for file in plan.expected:
        if file.required and not any(fnmatchcase(name, file.pattern) for name in names):
            listed = ", ".join(names) or "nothing"
            yield Evidence(
                message=f"No {file.kind} as planned was built.", seen=listed, expected=file.pattern
            )


def _unexpected(release: ReleaseFacts) -> Iterator[Evidence]:
    plan = _plan(release)
    for artifact in release.artifacts:
        if not any(fnmatchcase(artifact.filename, file.pattern) for file in plan.expected):
            yield Evidence(
                message=f"{artifact.filename} is not among the planned files.",
                artifact=artifact.filename,
                expected=" or ".join(file.pattern for file in plan.expected),
            )


def _tag_differs(release: ReleaseFacts) -> Iterator[Evidence]:
    plan = _plan(release)
    if plan.tag_version is None:
        raise Skipped("there is no release tag")
    for artifact in release.artifacts:
        built = artifact.metadata.one("version") if artifact.metadata else None
        if built is not None and _version(built) != Version(plan.tag_version):
            yield Evidence(
                message=f"{artifact.filename} has version {built}, and the tag {plan.tag} says {plan.tag_version}.",
                artifact=artifact.filename,
                seen=built,
                expected=plan.tag_version,
            )


def _disagree(release: ReleaseFacts) -> Iterator[Evidence]:
    for field, normal in (("name", canonicalize_name), ("version", _version)):
        seen = {
            artifact.filename: value
            for artifact in release.artifacts
            if artifact.metadata and (value := artifact.metadata.one(field))
        }
        if len({normal(value) for value in seen.values()}) > 1:
            listed = "\n".join(f"{filename}: {value}" for filename, value in seen.items())
            yield Evidence(message=f"The artifacts do not have the same {field}.", seen=listed)


def _plan(release: ReleaseFacts) -> Plan:
    if release.plan is None:
        raise Skipped("there is no plan to compare with")
    return release.plan


def _version(text: str) -> Version | str:
    try:
        return Version(text)
    except InvalidVersion:
        return text


RULES: tuple[Rule, ...] = (
    Rule(
        name="expected-file-missing",
        title="A planned file was not built",
        family="set",
        severity=Severity.ERROR,
        why="The release would go out incomplete, and an index closes a release for new files after 14 days.",
        fix="Look at what the build made instead; if the plan is wrong, correct name, version or layout in the project.",
        example="a wheel cp312-cp312-linux_x86_64 from a project that was planned as pure Python",
        check=_missing,
    ),
    Rule(
        name="unexpected-file",
        title="A file was built that is not in the plan",
        family="set",
        severity=Severity.WARNING,
        why="What is not planned is not published, or is published although nobody meant to.",
        fix="Correct the project so that it builds what it says; usually a name, a version or a platform tag differs.",
        example="other_name-1.0-py3-none-any.whl built by the project `name`",
        check=_unexpected,
    ),
    Rule(
        name="built-version-differs-from-tag",
        title="The built version is not the one the tag names",
        family="set",
        severity=Severity.ERROR,
        why="Users would install a version that no tag marks, and the tagged version would never appear.",
        fix="Raise the version in the project and tag that commit, or move the tag: `git tag -f`, then push it again.",
        example="tag v1.2.0 on a commit that builds version 1.1.9",
        check=_tag_differs,
    ),
    Rule(
        name="artifacts-disagree",
        title="The artifacts of one release differ in name or version",
        family="set",
        severity=Severity.ERROR,
        why="The index files them under different projects or releases, and installers see half a release.",
        fix="Build all of them from the same commit; a version taken from git or from the clock differs between builds.",
        example="package-1.0.tar.gz beside package-1.0.1-py3-none-any.whl",
        check=_disagree,
    ),
)
