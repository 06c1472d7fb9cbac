"""The verdict, clause by clause what this run saw, and the words every report shares."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from slipway import versions
from slipway.manifest import SET_UP, Manifest
from slipway.records import Severity, SmokeResult, Staging

Mood = Literal["good", "blocked", "failed"]


class Verdict(Struct, frozen=True):
    """What a person reads first.

    Attributes:
        headline: one sentence.
        more: sentences on what was not imported, on the version, and on what the index showed or why it was not asked.
    """

    mood: Mood
    headline: str
    more: tuple[str, ...] = ()


def of(manifest: Manifest) -> Verdict:
    """Return the verdict on a run."""
    subject = " ".join(part for part in (manifest.name, manifest.version) if part) or "The project"
    count = counted(len(manifest.explaining or manifest.blocking), "finding")
    if manifest.broken_rules:
        names = ", ".join(sorted({rule.rule for rule in manifest.broken_rules}))
        return Verdict("failed", f"Slipway itself has a bug, in the rule {names}.")
    if manifest.explaining:
        reason = "most likely the reason why it could not be built or installed"
        headline = f"{subject} is not ready: {count} must be fixed first, {reason}."
        return Verdict("blocked", headline, tuple(_on_staging(manifest)))
    if manifest.failure is not None:
        return Verdict("failed", manifest.failure.happened)
    if manifest.blocking:
        state = (
            f"is released, and {count} must be fixed"
            if is_about_released(manifest)
            else f"is not ready: {count} must be fixed first"
        )
        headline = f"{subject} {state}."
        return Verdict("blocked", headline, tuple(_on_staging(manifest)))
    return Verdict("good", f"{subject} {_achieved(manifest)}.", tuple(_more(manifest)))


def is_about_released(manifest: Manifest) -> bool:
    """Return whether a run looked at what was released before, and not at what is to be released."""
    return any(stage.name == "released" for stage in manifest.stages)


def _achieved(manifest: Manifest) -> str:
    done = _done(manifest)
    index = manifest.on_index.index if manifest.on_index else "the index"
    if manifest.command == "init":
        is_judged = "init" in done
        return "has a workflow that fits and lets nobody else in" if is_judged else "has its workflow"
    if manifest.command == "rehearse":
        seen = _joined([*_checked(manifest, done), *_installed(manifest, "file", "index")])
        served = "an index on this machine took it and serves exactly these files"
        return f"passes its rehearsal: it {seen}; {_joined([served, *_announced_here(manifest)])}"
    if manifest.command == "announce":
        return _announced(manifest)
    if manifest.command == "compare":
        return _compared(manifest, done)
    if {"verify", "released", "rebuild"} & done:
        return _verified(manifest, done, index)
    if "publish" in done:
        return f"is published: {index} has {counted(len(manifest.receipts), 'file')} of it"
    if manifest.command == "publish":
        return _joined(_publishable(manifest)) or f"was not published: {index} has it already"
    clauses = [*_checked(manifest, done), *_installed(manifest, "file")]
    if "inspect" in done:
        clauses += _publishable(manifest)
    if clauses:
        return _joined(clauses)
    return "has a plan" if done == {"plan"} else "passes validation; nothing was built"


def _verified(manifest: Manifest, done: set[str], index: str) -> str:
    if {"released", "rebuild"} & done:
        return _still_works(manifest, done)
    seen = _joined(_installed(manifest, "index"))
    return f"is released: {index} serves exactly these files{f', and from there it {seen}' if seen else ''}"


def _still_works(manifest: Manifest, done: set[str]) -> str:
    """Return what was seen of the newest release on an index, and of a build with the newest build requirements."""
    builds = ["still builds with the newest build requirements that it allows"] if "rebuild" in done else []
    if "released" in done:
        return _joined([*_installed(manifest, "index"), *builds])
    reason = next((one.reason for one in manifest.stages if one.name == "released"), None)
    return f"{_joined(builds)}; no release was tried: {reason}"


def _announced_here(manifest: Manifest) -> Iterator[str]:
    if (release := manifest.announced) is not None:
        files = counted(len(manifest.artifacts), "file")
        yield f"a stand-in for GitHub has the release {release.tag} with exactly its {files} and notes"


def _announced(manifest: Manifest) -> str:
    release = manifest.announced
    if release is None:
        reason = next((one.reason for one in manifest.stages if one.name == "announce"), None)
        return f"was not announced: {reason}"
    exactly = "" if release.foreign else "exactly "
    seen = f"the release {release.tag} on GitHub has {exactly}its {counted(len(manifest.artifacts), 'file')}"
    how = {"published": "", "completed": " now: what it lacked was added", "already-there": " already"}
    beside = (
        "their checksums, the SBOM and the manifest" if manifest.sbom else "their checksums and the manifest"
    )
    return f"is announced{how[release.outcome]}; {seen}, {beside}"


def _compared(manifest: Manifest, done: set[str]) -> str:
    if "agree" in done:
        verdicts = {one.verdict for one in manifest.built_twice}
        return AGREED[max(verdicts, key=list(AGREED).index, default="missing")]
    if manifest.comparison is None:
        reason = next((one.reason for one in manifest.stages if one.name == "compare"), None)
        return f"was not compared with another release: {reason}"
    number = sum(finding.ignored is None for finding in manifest.findings)
    count = counted(number, "finding") if number else "no rule found anything"
    return f"was compared with {manifest.comparison.version} {manifest.comparison.place}: {count}"


AGREED = {
    "identical": "was built twice, with the same bytes",
    "same-content": "was built twice, with the same content",
    "different": "was built twice, with other content",
    "missing": "was not built twice: the second build lacks files",
}
"""What is said of two builds by the verdict on their files, the best first."""


def _checked(manifest: Manifest, done: set[str]) -> Iterator[str]:
    if {"build", "wheels"} & done and manifest.artifacts:
        yield "builds"
    if "inspect" in done and manifest.artifacts:
        yield "passes inspection"
    if "checks" in done and not any(finding.family == "checks" for finding in manifest.findings):
        yield "passes the checks of the project"


def _publishable(manifest: Manifest) -> Iterator[str]:
    """Yield whether it can be published, where an index was asked; who may upload is not seen from outside."""
    state = manifest.on_index
    if state is not None and not state.version:
        yield f"can be published to {state.index}{' by an owner of the project' if state.project else ''}"


def _installed(manifest: Manifest, *origins: str) -> Iterator[str]:
    """Yield what the smoke tests saw; all of them passed where there is nothing to fix."""
    results = [result for result in manifest.smoke_results if result.origin in origins]
    if not results:
        return
    imported = any(result.imported for result in results)
    installers = _joined(dict.fromkeys(result.installer for result in results))
    yield f"installs{' and imports' if imported else ''} with {installers} on Python {pythons(results)}"
    worked = {kind: {ran.name for r in results for ran in r.ran if ran.kind == kind} for kind in KINDS}
    for kind, sentence in KINDS.items():
        if names := worked[kind]:
            yield sentence.replace("{}", counted(len(names), kind))


KINDS = {
    "script": "starts {}",
    "plugin": "loads {}",
    "smoke-command": "passes its smoke command",
    "test-command": "passes its tests",
}
"""What a smoke result says that ran, and the clause on it."""


def pythons(results: Iterable[SmokeResult]) -> str:
    """Return the Pythons of results: one in full, of several the minor versions."""
    labels = list(dict.fromkeys(result.python for result in results))
    if len(labels) == 1:
        return labels[0]
    minors = dict.fromkeys(re.sub(r"(?<!\d)(\d{1,3}\.\d{1,5})\.\d{1,5}", r"\1", label) for label in labels)
    return _joined(sorted(minors, key=lambda minor: [int(number) for number in re.findall(r"\d+", minor)]))


def _more(manifest: Manifest) -> Iterator[str]:
    if manifest.smoke_results and not any(result.imported for result in manifest.smoke_results):
        yield "Nothing of it was imported."
    yield from _on_version(manifest)
    if manifest.command == "announce" and manifest.announced is not None:
        release = manifest.announced
        yield f"Its notes are from {release.notes}."
        yield from (f"Another draft for this tag was left alone: {url}." for url in release.others)
        if release.foreign:
            yield f"The manifest does not name these files of it, and nothing was compared: {', '.join(release.foreign)}."
    if manifest.command == "announce":
        return
    yield from _on_audit(manifest)
    yield from _on_sbom(manifest)
    if not {"publish", "verify", "released", "rebuild"} & _done(manifest) or manifest.command == "rehearse":
        yield from _on_index(manifest)


def _on_audit(manifest: Manifest) -> Iterator[str]:
    """Yield what was seen of known vulnerabilities, where somebody asked for it; what was found is among the findings."""
    stage = next((one for one in manifest.stages if one.name == "audit"), None)
    if stage is None or any(finding.family == "audit" for finding in manifest.findings):
        return
    left_out = next((one.reason for one in manifest.skipped_rules if one.stage == "audit"), None)
    if stage.outcome == "done":
        rest = f"; {left_out}" if left_out else ""
        yield f"No vulnerability is known of the versions that it installs today{rest}."
    elif left_out:
        yield f"Known vulnerabilities: {left_out}."


def _on_sbom(manifest: Manifest) -> Iterator[str]:
    if (sbom := manifest.sbom) is not None and manifest.command == "check":
        count = counted(sbom.components, "dependency", "dependencies")
        yield (
            f"Its SBOM ({sbom.format}) lists {count}, as {sbom.wheel} installed them for Python {sbom.python} on "
            f"{sbom.platform}."
        )


def _done(manifest: Manifest) -> set[str]:
    return {stage.name for stage in manifest.stages if stage.outcome == "done"} - {SET_UP}


def _on_version(manifest: Manifest) -> Iterator[str]:
    if staged := tuple(_on_staging(manifest)):
        yield from staged
        return
    version = versions.parsed(manifest.version)
    if version is None:
        return
    kind = (
        "a development version" if version.is_devrelease else "a pre-release" if version.is_prerelease else ""
    )
    if version.local:
        kind = f"{kind} with a local part" if kind else "a local version"
        yield f"{version} is {kind}, which PyPI does not take."
    elif kind:
        yield f"{version} is {kind}."


def _on_staging(manifest: Manifest) -> Iterator[str]:
    if manifest.plan is not None and manifest.plan.staging is not None:
        yield staging(manifest.plan.staging)


def staging(chosen: Staging) -> str:
    """Return which version a dispatch to TestPyPI shows, and why."""
    return (
        f"{chosen.version} is a staging version for TestPyPI, made for this run so that the commit can be published there "
        f"again; it sorts below {chosen.base}, {chosen.reason}."
    )


def _on_index(manifest: Manifest) -> Iterator[str]:
    state = manifest.on_index
    if manifest.command == "rehearse":
        yield "PyPI itself was not asked."
    elif state is not None:
        if state.version:
            yield f"{state.index} has files of {manifest.name} {manifest.version} already."
        elif state.project:
            yield f"{state.index} has the project {manifest.name}: you must be one of its owners."
        else:
            yield f"{state.index} has no project {manifest.name} yet: the name is new."
    elif reason := next((s.reason for s in manifest.stages if s.name == "index" and s.reason), None):
        yield f"{reason[0].upper()}{reason[1:]}."
    elif manifest.command in {"inspect", "build", "smoke"}:
        yield "No index was asked."


def _joined(clauses: Iterable[str]) -> str:
    """Return words as they are listed in a sentence: `a`, `a and b`, `a, b and c`."""
    *most, last = [*clauses] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 finding`, `2 findings`."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def tally(manifest: Manifest) -> str:
    """Return how many findings there are of each severity, as text."""
    parts = [
        counted(number, severity.value)
        for severity in Severity
        if (number := sum(f.severity == severity and f.ignored is None for f in manifest.findings))
    ]
    if ignored := sum(finding.ignored is not None for finding in manifest.findings):
        parts.append(f"{ignored} ignored")
    return ", ".join(parts)


def how(result: SmokeResult) -> list[str]:
    """Return with what a smoke test installed the artifact: the installer, then what differs from the default."""
    words = [result.installer, *([f"extra {result.extra}"] if result.extra else [])]
    return [*words, *(["lowest dependencies"] if result.resolution != "highest" else [])]


def worked(result: SmokeResult) -> list[str]:
    """Return what was started and loaded in a smoke test and worked, a sentence for each kind."""
    sentences = []
    for kind, lead in RAN.items():
        ran = [one for one in result.ran if one.kind == kind]
        names = ", ".join(one.name for one in ran[:LISTED]) + (" …" if len(ran) > LISTED else "")
        said = ran[0].said if ran and kind.endswith("command") else ""
        sentences += [f"{lead} {names}{f': {said}' if said else ''}"] if ran else []
    return sentences


RAN = {
    "script": "started with --help:",
    "plugin": "loaded:",
    "smoke-command": "passed, the smoke command:",
    "test-command": "passed, the tests:",
}
LISTED = 6
"""Scripts or plugins of a smoke test that are named."""


def untried(manifest: Manifest) -> list[str]:
    """Return what was not tried and why, a sentence for each reason."""
    results: dict[str, list[str]] = {}
    for one in manifest.untried:
        results.setdefault(one.reason, []).append(one.smoke_test)
    return [f"not tried: {', '.join(names)} ({reason})" for reason, names in results.items()]


def size(number: int) -> str:
    """Return a size in bytes as text: `812 B`, `14.2 kB`, `3.1 MB`."""
    amount = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":  # noqa: PLR2004 - SI units
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
