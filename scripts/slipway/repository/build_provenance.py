"""The provenance of a build, as actions/attest puts it at the repository: read as data, and no signature is checked here.

A signature says more than a list does, and is checked by `gh attestation verify`. Format of the statements:
https://slsa.dev/spec/v1.0/provenance and https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

import msgspec

from slipway.errors import InputError, ToolError
from slipway.options import Inputs
from slipway.publication import Listed, Served
from slipway.records import Plan
from slipway.repository import decision
from slipway.repository.github import GitHub
from slipway.repository.reading import Reader
from slipway.rules.repository.facts import Unknown
from slipway.runner import Runner

GITHUB = "GitHub"
PREDICATE = "https://slsa.dev/provenance/v1"
MOST = 30
"""Attestations of one file that are looked at."""
HOME = "https://github.com/"


class _Kept(msgspec.Struct, frozen=True):
    bundle: dict[str, Any] | None = None


class _Attestations(msgspec.Struct, frozen=True):
    """The answer about one digest: https://docs.github.com/en/rest/repos/attestations."""

    attestations: list[_Kept]


class _Repository(msgspec.Struct, frozen=True):
    full_name: str


def look(served: Sequence[Served], inputs: Inputs, runner: Runner) -> tuple[Served, ...]:
    """Return files with what GitHub lists as the provenance of their build.

    Where GitHub does not answer or does not show the repository, that is unknown, and never missing.
    """
    try:
        api, name = decision.place(inputs, runner)
        github = GitHub(api, name)
    except InputError as error:
        reason = error.happened.rstrip(".")
        return tuple(_with(one, Listed(place=GITHUB, verdict="unknown", reason=reason)) for one in served)
    with closing(github):
        asking = _Asking(Reader(github, has_token=api.token is not None), name)
        return tuple(_with(one, asking.about(one)) for one in served)


def _with(served: Served, listed: Listed) -> Served:
    return msgspec.structs.replace(served, origins=(*served.origins, listed))


class _Asking:
    """Asks about one file after the other; an attestation of several files is read once for all of them.

    Where it is not known for one of them, GitHub is not asked about the rest.
    """

    def __init__(self, reader: Reader, repository: str) -> None:
        self._reader = reader
        self._repository = repository
        self._known: dict[tuple[str, str], Listed] = {}
        self._unknown: Listed | None = None

    def about(self, file: Served) -> Listed:
        if self._unknown is None:
            listed = self._about((file.filename, file.sha256 or ""))
            if listed.verdict != "unknown":
                return listed
            self._unknown = listed
        return self._unknown

    def _about(self, subject: tuple[str, str]) -> Listed:
        if subject not in self._known:
            path = f"attestations/sha256:{subject[1]}"
            answer = self._reader.read(path, _Attestations, absent=_Attestations([]), per_page=MOST)
            if isinstance(answer, Unknown):
                return Listed(place=GITHUB, verdict="unknown", reason=answer.reason)
            self._known |= dict(_listed(answer.attestations, self._repository))
        if subject in self._known:
            return self._known[subject]
        # GitHub answers 404 for a repository that it does not show as well.
        shown = self._reader.read("", _Repository)
        if isinstance(shown, Unknown):
            return Listed(place=GITHUB, verdict="unknown", reason=shown.reason)
        return Listed(place=GITHUB, verdict="missing")


def _listed(kept: Iterable[_Kept], repository: str) -> Iterator[tuple[tuple[str, str], Listed]]:
    """Yield what is listed by subject; what names this repository comes last, and so counts."""
    found = [pair for one in kept for pair in _of_statement(one.bundle)]
    yield from sorted(found, key=lambda pair: pair[1].repository.lower() == repository.lower())


def _of_statement(bundle: dict[str, Any] | None) -> Iterator[tuple[tuple[str, str], Listed]]:
    try:
        statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))  # type: ignore[index]
        if statement["predicateType"] != PREDICATE:
            return
        definition = statement["predicate"]["buildDefinition"]
        workflow = definition["externalParameters"]["workflow"]
        listed = Listed(
            place=GITHUB,
            verdict="listed",
            repository=str(workflow["repository"]).removeprefix(HOME)[:200],
            workflow=str(workflow["path"]).rpartition("/")[2][:200],
            commit=str(definition["resolvedDependencies"][0]["digest"]["gitCommit"])[:64],
        )
        for subject in statement["subject"]:
            yield (str(subject["name"]), str(subject["digest"]["sha256"])), listed
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError, binascii.Error):
        return


def fault(served: Iterable[Served], plan: Plan | None, repository: str | None) -> ToolError | None:
    """Return what is wrong with the provenance that GitHub lists, where it is required, or None.

    Args:
        served: the files, after `look`.
        plan: names the commit.
        repository: `owner/name` of the repository that runs, None where that is not known.
    """
    commit = plan.git.commit if plan and plan.git else None
    for one in served:
        for origin in (origin for origin in one.origins if origin.place == GITHUB):
            if problem := _problem(origin, commit, repository):
                return ToolError(
                    f"The provenance of {one.filename} is required, and {problem}.",
                    cause="The job with actions/attest did not run or failed, GitHub did not answer, or it does not show "
                    "the repository to this job.",
                    remedy="Look at that job and run it again, then verify again; for a private repository give the job "
                    "`attestations: read` and SLIPWAY_GITHUB_TOKEN. Without provenance, set `provenance` to look or off.",
                    read="https://docs.github.com/en/actions/how-tos/secure-your-work/use-artifact-attestations",
                )
    return None


def _problem(origin: Listed, commit: str | None, repository: str | None) -> str | None:
    if origin.verdict == "unknown":
        return f"it is not known whether GitHub lists it: {origin.reason}"
    if origin.verdict == "missing":
        return "GitHub lists none"
    if repository is not None and origin.repository.lower() != repository.lower():
        return f"what GitHub lists names the repository {origin.repository}"
    if commit is not None and origin.commit != commit:
        return f"what GitHub lists names the commit {origin.commit}, and {commit} is released"
    return None
