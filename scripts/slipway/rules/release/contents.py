"""Rules on the set: its files agree with each other, with the plan and with the tag."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from packaging.tags import Tag
from packaging.utils import canonicalize_name
from packaging.version import Version

from slipway.artifacts import wheel_targets
from slipway.artifacts.wheel import WheelFacts
from slipway.artifacts.wheel_targets import Target
from slipway.records import Plan
from slipway.rules.families import release
from slipway.rules.release.facts import ReleaseFacts
from slipway.rules.rule import Evidence, Skipped


@release.error(
    "expected-file-missing",
    title="A planned file was not built",
    why="The release would go out incomplete, and an index closes a release for new files after 14 days.",
    fix="Look at what the build made instead; if the plan is wrong, correct name, version or layout in the project.",
    example="a wheel cp312-cp312-linux_x86_64 from a project that was planned as pure Python",
)
def expected_file_missing(release: ReleaseFacts) -> Iterator[Evidence]:
    plan = _plan(release)
    names = [artifact.filename for artifact in release.artifacts]
    for file in plan.expected:
        if file.identifier or not file.required:
            continue
        if not any(fnmatchcase(name, file.pattern) for name in names):
            listed = ", ".join(names) or "nothing"
            yield Evidence(f"No {file.kind} as planned was built.", seen=listed, expected=file.pattern)


def _planned_wheels(release: ReleaseFacts) -> dict[str, Target]:
    """Return the wheels that the matrix makes, by build identifier.

    Raises:
        Skipped: none are listed one by one, or not all of them can be here.
    """
    targets = {
        file.identifier: target
        for file in _plan(release).expected
        if file.identifier and (target := wheel_targets.parse(file.identifier))
    }
    if not targets:
        raise Skipped("the plan does not list each wheel")
    if not release.whole:
        raise Skipped("the wheels are made by several machines, and those of the others are not here")
    return targets


@release.error(
    "planned-wheel-missing",
    title="A wheel that the matrix should have built is missing",
    why="Its users would get the sdist and need a compiler; an index closes a release for new files after 14 days.",
    fix="Look at the job of that platform; if the wheel is left out on purpose, exclude it with cibuildwheel's `skip`.",
    example="cp313-win_arm64 is in the plan, and no job handed it in",
)
def planned_wheel_missing(release: ReleaseFacts) -> Iterator[Evidence]:
    targets = _planned_wheels(release)
    names = "\n".join(artifact.filename for artifact in release.artifacts)
    missing: dict[str, list[str]] = {}
    for identifier, target in targets.items():
        if not any(wheel_targets.covers(tags(wheel), target) for wheel in release.wheels):
            missing.setdefault(target.platform, []).append(identifier.partition("-")[0])
    for platform, pythons in missing.items():
        counted = "One wheel is" if len(pythons) == 1 else f"{len(pythons)} wheels are"
        yield Evidence(f"{counted} missing for {platform}: {', '.join(pythons)}.", seen=names)


@release.error(
    "unplanned-wheel",
    title="A wheel is in the set that the matrix was not to build",
    why="A file nobody planned would be published, and an index never gives a filename back.",
    fix="Find the job that made it; if it is meant, build it with cibuildwheel, which then lists it in the plan.",
    example="a wheel for cp38 beside a plan that begins with cp39",
)
def unplanned_wheel(release: ReleaseFacts) -> Iterator[Evidence]:
    targets = _planned_wheels(release)
    for wheel in release.wheels:
        if not any(wheel_targets.covers(tags(wheel), target) for target in targets.values()):
            yield Evidence(
                f"{wheel.filename} is for none of the {len(targets)} planned targets.",
                artifact=wheel.filename,
            )


def tags(wheel: WheelFacts) -> frozenset[Tag]:
    """Return the tags in a wheel's filename."""
    return wheel.parts.tags if wheel.parts else frozenset()


@release.warning(
    "wheel-tags-overlap",
    title="Two wheels are for the same Python and platform",
    why="Which of them a user gets is up to the installer, and only one of them may have been tested.",
    fix="Build each target in one job only, and remove wheels left from an earlier build.",
    example="package-1.0-1-cp312-cp312-win_amd64.whl beside package-1.0-cp312-cp312-win_amd64.whl",
)
def wheel_tags_overlap(release: ReleaseFacts) -> Iterator[Evidence]:
    holders: dict[Tag, WheelFacts] = {}
    reported: set[tuple[str, str]] = set()
    for wheel in release.wheels:
        for tag in sorted(tags(wheel), key=str):
            other = holders.setdefault(tag, wheel)
            if other is not wheel and (pair := (other.filename, wheel.filename)) not in reported:
                reported.add(pair)
                yield Evidence(
                    f"{other.filename} and {wheel.filename} are both for {tag}.",
                    artifact=wheel.filename,
                )


@release.warning(
    "unexpected-file",
    title="A file was built that is not in the plan",
    why="What is not planned is not published, or is published although nobody meant to.",
    fix="Correct the project so that it builds what it says; usually a name, a version or a platform tag differs.",
    example="other_name-1.0-py3-none-any.whl built by the project `name`",
)
def unexpected_file(release: ReleaseFacts) -> Iterator[Evidence]:
    plan = _plan(release)
    each_wheel = any(file.identifier and wheel_targets.parse(file.identifier) for file in plan.expected)
    for artifact in release.artifacts:
        if each_wheel and isinstance(artifact, WheelFacts):
            continue  # judged one by one, where all of them are there
        if not any(fnmatchcase(artifact.filename, file.pattern) for file in plan.expected):
            yield Evidence(
                f"{artifact.filename} is not among the planned files.",
                artifact=artifact.filename,
                expected=" or ".join(file.pattern for file in plan.expected),
            )


@release.warning(
    "wheel-needs-outside-library",
    title="A wheel needs a library that is neither in it nor on every system",
    why="Its tag says that it runs on every Linux of that age; without the library the import fails.",
    fix="Run `auditwheel repair`, which copies the library into the wheel; cibuildwheel does it by itself.",
    example="a manylinux wheel that needs libpq.so.5",
    read="https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/",
)
def wheel_needs_outside_library(release: ReleaseFacts) -> Iterator[Evidence]:
    for filename, linkage in release.linkage.items():
        if linkage.external and ("manylinux" in filename or "musllinux" in filename):
            yield Evidence(
                f"{filename} needs {', '.join(linkage.external)}, which not every Linux has.",
                artifact=filename,
            )


@release.warning(
    "wheel-tag-too-old",
    title="A wheel claims to run on older systems than it does",
    why="Installers take it where its symbols are missing, and the import fails with `GLIBC not found`.",
    fix="Let `auditwheel repair` choose the tag, and build in the manylinux image of the tag you want.",
    example="a wheel manylinux2014 that was built on a system with glibc 2.36",
    read="https://peps.python.org/pep-0600/",
)
def wheel_tag_too_old(release: ReleaseFacts) -> Iterator[Evidence]:
    for wheel in release.wheels:
        linkage = release.linkage.get(wheel.filename)
        if linkage is None or linkage.platform is None or linkage.external:
            continue
        needed, claimed = _glibc(linkage.platform), [_glibc(tag.platform) for tag in tags(wheel)]
        oldest = min((version for version in claimed if version), default=None)
        if needed and oldest and oldest < needed:
            yield Evidence(
                f"{wheel.filename} claims to run on older systems than its libraries allow.",
                artifact=wheel.filename,
                seen=" ".join(sorted({tag.platform for tag in tags(wheel)})),
                expected=linkage.platform,
            )


_LEGACY = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
"""The glibc that the oldest tags stand for (PEP 600)."""


def _glibc(platform: str) -> tuple[int, int] | None:
    found = re.match(r"manylinux_(\d+)_(\d+)_", platform)
    return (int(found[1]), int(found[2])) if found else _LEGACY.get(platform.partition("_")[0])


@release.warning(
    "stable-abi-violated",
    title="A wheel for the stable ABI uses what is not part of it",
    why="Later versions of Python take the wheel by its tag and may crash in it.",
    fix="Compile with Py_LIMITED_API set to the version in the tag, or build a wheel for each Python.",
    example="cp39-abi3 and a module that calls _PyObject_GetDictPtr",
    read="https://docs.python.org/3/c-api/stable.html",
)
def stable_abi_violated(release: ReleaseFacts) -> Iterator[Evidence]:
    for filename, linkage in release.linkage.items():
        for sentence in linkage.stable_abi:
            yield Evidence(f"{filename}: {sentence}.", artifact=filename)


@release.error(
    "built-version-differs-from-tag",
    title="The built version is not the one the tag names",
    why="Users would install a version that no tag marks, and the tagged version would never appear.",
    fix="Set the version in the project, commit, and tag that commit; a tag that was pushed stays, so release the next "
    "version then.",
    example="tag v1.2.0 on a commit that builds version 1.1.9",
    cause="tag-version-mismatch",
)
def built_version_differs_from_tag(release: ReleaseFacts) -> Iterator[Evidence]:
    plan = _plan(release)
    if plan.staging is not None:
        raise Skipped("a staging version is built, which no tag names")
    if plan.tag_version is None:
        raise Skipped("there is no release tag")
    built = {
        artifact.filename: version
        for artifact in release.artifacts
        if artifact.metadata and (version := artifact.metadata.one("version"))
    }
    for version in sorted({one for one in built.values() if _version(one) != Version(plan.tag_version)}):
        filenames = [filename for filename, one in built.items() if one == version]
        why, fix = _why_other_version(release, plan, version)
        yield Evidence(
            f"{' and '.join(filenames)} {'has' if len(filenames) == 1 else 'have'} version {version}, and the tag "
            f"{plan.tag} says {plan.tag_version}{why}.",
            artifact=filenames[0],
            seen=version,
            expected=plan.tag_version,
            fix=fix,
        )


def _why_other_version(release: ReleaseFacts, plan: Plan, version: str) -> tuple[str, str | None]:
    """Return why a version taken from git is not the tag's, as the end of a sentence, and what to do."""
    if plan.version_from == "static" or plan.git is None:
        return "", None
    changed = [path for path in plan.git.dirty if release.tracked and path in release.tracked.paths]
    if changed:
        fix = (
            "Commit or undo the changes (`git status` lists them); the version tool marks every build from a changed "
            "tree. If a step of the workflow makes them, let git ignore the file or run that step before the tag."
        )
        return f": {', '.join(changed)} differ{'s' if len(changed) == 1 else ''} from the commit", fix
    file = release.tracked.version_file if release.tracked else None
    if file and "+" in version:
        why = (
            f": the build writes {file}, which git tracks, and so changes the tree it takes the version from"
        )
        fix = f"Take the file out of git: `git rm --cached {file}`, add it to .gitignore, commit, and tag that commit."
        return why, fix
    return "", None


@release.error(
    "artifacts-disagree",
    title="The artifacts of one release differ in name or version",
    why="The index files them under different projects or releases, and installers see half a release.",
    fix="Build all of them from the same commit; a version taken from git or from the clock differs between builds.",
    example="package-1.0.tar.gz beside package-1.0.1-py3-none-any.whl",
)
def artifacts_disagree(release: ReleaseFacts) -> Iterator[Evidence]:
    for field, normal in (("name", canonicalize_name), ("version", _version)):
        seen = {
            artifact.filename: value
            for artifact in release.artifacts
            if artifact.metadata and (value := artifact.metadata.one(field))
        }
        if len({normal(value) for value in seen.values()}) > 1:
            listed = "\n".join(f"{filename}: {value}" for filename, value in seen.items())
            yield Evidence(f"The artifacts do not have the same {field}.", seen=listed)


def _plan(release: ReleaseFacts) -> Plan:
    if release.plan is None:
        raise Skipped("there is no plan to compare with")
    return release.plan


def _version(text: str) -> Version | str:
    try:
        return Version(text)
    except ValueError:
        return text
