"""Rules on a caller's workflows that need to know Slipway; `zizmor` checks what holds for every workflow."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from slipway.project import publishing_workflow
from slipway.project.workflow import CallerFacts, Step, Workflow, is_placeholder
from slipway.rules.families import workflow
from slipway.rules.rule import Evidence, Skipped

BUILDS = re.compile(r"(?:python[\d.]* -m|uv|hatch|flit|poetry|pdm) build\b|setup\.py .{0,200}(?:sdist|bdist)")
SLIPWAY_BUILDS = ("check", "build", "smoke", "")

LEFT_OUT = frozenset({"announce"})
"""The jobs that a caller need not have: a release is one without a page on GitHub too."""

_READ_PUBLISHERS = (
    "https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-pypi"
)


@workflow.warning(
    "workflow-missing",
    title="No workflow uses Slipway",
    why="Nothing checks a pull request, and a pushed tag releases nothing.",
    fix="Run `slipway init` in the project.",
    example="a repository without .github/workflows",
)
def workflow_missing(caller: CallerFacts) -> Iterator[Evidence]:
    if not any(_pins(caller, file) for file in caller.workflows):
        yield Evidence(message="No workflow of this repository uses Slipway.", expected=caller.expected.file)


def _pins(caller: CallerFacts, file: Workflow) -> dict[str, int]:
    """Return the commits of Slipway that a workflow uses, each with its last line."""
    used = [(job.uses, job.line) for job in file.jobs]
    used += [(step.uses, step.line) for job in file.jobs for step in job.steps]
    return {uses.partition("@")[2]: line for uses, line in used if uses.startswith(caller.slipway)}


@workflow.warning(
    "workflow-drifted",
    title="The caller's workflow is no longer what init writes",
    why="A permission, a trigger or an output that has changed since may stop the next release, or let too much in.",
    fix="Run `slipway init`, look at the difference it shows, and keep what you meant.",
    example="jobs.verify was removed from .github/workflows/release.yml",
)
def workflow_drifted(caller: CallerFacts) -> Iterator[Evidence]:
    present = caller.present
    if present is None:
        raise Skipped(f"there is no {caller.expected.file}")
    if not present.written:
        raise Skipped(f"{present.file} does not say that `slipway init` wrote it")
    wanted, found = _essence(caller.expected, beside=present), _essence(present)
    if wanted != found:
        lines = difflib.unified_diff(found, wanted, "as it is", "as it would be written", lineterm="", n=1)
        yield Evidence(
            message=f"{present.file} is no longer what `slipway init` writes.",
            file=present.file,
            seen="\n".join(lines),
        )


def _essence(workflow: Workflow, *, beside: Workflow | None = None) -> list[str]:
    """Return what has to stay, as lines: not the pinned commits, and not what a caller may set or leave out.

    Args:
        workflow: the workflow.
        beside: the one it is compared with.
    """
    content = _without_pins(workflow.content)
    content.pop("name", None)
    if beside is not None:
        for name in LEFT_OUT - {job.name for job in beside.jobs}:
            content["jobs"].pop(name, None)
    triggers = content.get("on")
    if isinstance(triggers, dict) and isinstance(triggers.get("push"), dict):
        triggers["push"].pop("branches", None)
    for name, job in (content.get("jobs") or {}).items():
        if isinstance(job, dict):
            for free in ("name", "runs-on", "timeout-minutes", *(("with",) if name == "package" else ())):
                job.pop(free, None)
            for step in job.get("steps") or ():
                if isinstance(step, dict):
                    step.pop("name", None)
    return yaml.safe_dump(content, sort_keys=True, width=1000).splitlines()


def _without_pins(value: Any) -> Any:  # noqa: ANN401 - YAML holds anything
    if isinstance(value, Mapping):
        return {
            str(key): str(one).partition("@")[0] if key == "uses" else _without_pins(one)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_without_pins(one) for one in value]
    return str(value)


@workflow.error(
    "commits-of-slipway-differ",
    title="One workflow uses several commits of Slipway",
    why="The job that publishes reads the manifest of the job that checked; another version may not understand it.",
    fix="Pin all of them to the same commit.",
    example="package is pinned to one commit and publish to another",
)
def commits_of_slipway_differ(caller: CallerFacts) -> Iterator[Evidence]:
    wanted = next(job.uses.partition("@")[2] for job in caller.expected.jobs if job.uses)
    for file in caller.workflows:
        pins = _pins(caller, file)
        if len(pins) > 1:
            yield Evidence(
                message=f"{file.file} uses {len(pins)} different commits of Slipway.",
                file=file.file,
                line=max(pins.values()),
                seen="\n".join(pins),
                expected=wanted,
            )


@workflow.warning(
    "index-token-stored",
    title="A token of an index is stored as a secret",
    why="Anyone who obtains it can publish in your name from anywhere; a trusted publisher has nothing to steal.",
    fix="Publish with `id-token: write` and no token, then revoke the token at the index and delete the secret.",
    example="password: ${{ secrets.PYPI_API_TOKEN }}",
    read=_READ_PUBLISHERS,
    cause="index-token",
)
def index_token_stored(caller: CallerFacts) -> Iterator[Evidence]:
    for file in caller.workflows:
        for job in file.jobs:
            for name, seen, line in publishing_workflow.stored(job):
                yield Evidence(
                    message=f"The job {job.name} uses the stored secret {name}.",
                    file=file.file,
                    line=line,
                    seen=seen,
                    subject=name,
                )


@workflow.warning(
    "build-and-publish-in-one-job",
    title="A job that may publish runs the project's code",
    why="A build backend, a test or a dependency in it can publish whatever it likes in your name.",
    fix="Build and test in one job, publish in another that only downloads what was built.",
    example="a job with `id-token: write` that runs `python -m build`",
    read=_READ_PUBLISHERS,
)
def build_and_publish_in_one_job(caller: CallerFacts) -> Iterator[Evidence]:
    for file in caller.workflows:
        for job in filter(publishing_workflow.may_publish, file.jobs):
            if step := next((step for step in job.steps if _builds(caller, step)), None):
                yield Evidence(
                    message=f"The job {job.name} may publish and runs code of the project.",
                    file=file.file,
                    line=step.line,
                    seen=step.uses or step.run.strip().partition("\n")[0],
                )


def _builds(caller: CallerFacts, step: Step) -> bool:
    if step.action == caller.slipway:
        return step.values.get("command", "") in (*SLIPWAY_BUILDS, "verify")
    return bool(BUILDS.search(step.run)) or step.action in {
        "pypa/cibuildwheel",
        "hynek/build-and-inspect-python-package",
    }


@workflow.error(
    "caller-grants-too-little",
    title="The called workflow asks for more than its caller grants",
    why="GitHub ends such a run when it starts, without a job and with hardly an explanation.",
    fix="Give the calling job `permissions: {contents: read}`.",
    example="permissions: {} at the top, and none in the job that calls python-package.yml",
)
def caller_grants_too_little(caller: CallerFacts) -> Iterator[Evidence]:
    for file in caller.workflows:
        for job in file.jobs:
            if job.uses.startswith(f"{caller.slipway}/.github/workflows/python-package.yml"):
                granted = job.permissions if job.permissions is not None else file.permissions
                if granted is not None and not _may_read(granted):
                    yield Evidence(
                        message=f"The job {job.name} does not grant `contents: read`.",
                        file=file.file,
                        line=job.line,
                        expected="permissions:\n  contents: read",
                    )


def _may_read(granted: Mapping[str, str]) -> bool:
    return granted.get("*") in {"read-all", "write-all"} or granted.get("contents") in {"read", "write"}


@workflow.error(
    "publisher-cannot-match",
    title="A workflow of another repository is to publish",
    why="PyPI matches a trusted publisher with the repository of the workflow that runs, which is not yours there.",
    fix="Call python-package.yml and publish in a job of your own: `slipway init` writes it.",
    example="uses: OWNER/slipway/.github/workflows/python-release.yml@… without a token",
    read="https://packaging.python.org/en/latest/guides/publishing-package-distribution-releases-using-github-actions-ci-cd-workflows/",
)
def publisher_cannot_match(caller: CallerFacts) -> Iterator[Evidence]:
    for file in caller.workflows:
        for job in file.jobs:
            called = job.uses.startswith(f"{caller.slipway}/.github/workflows/python-release.yml")
            if called and not job.secrets:
                yield Evidence(
                    message=f"The job {job.name} lets a workflow of another repository publish.",
                    file=file.file,
                    line=job.line,
                    seen=job.uses,
                )


@workflow.warning(
    "another-workflow-publishes",
    title="A second workflow publishes on the same tag",
    why="Two uploads of one release race: one of them fails, or files get public that nobody checked.",
    fix="Delete that workflow, or take the job that publishes out of it; what else it does can stay.",
    example="release.yml and publish.yml, both with `on: push: tags: ['v*']`, and `twine upload` in the second",
)
def another_workflow_publishes(caller: CallerFacts) -> Iterator[Evidence]:
    if caller.present is None:
        raise Skipped(f"there is no {caller.expected.file}")
    for file in caller.workflows:
        how = publishing_workflow.starts_with_release(file, caller.tag_prefix)
        if file is caller.present or how is None:
            continue
        for job in filter(publishing_workflow.uploads, file.jobs):
            yield Evidence(
                message=f"The job {job.name} of {file.file} publishes too, and {how} starts it.",
                file=file.file,
                line=job.line,
            )


@workflow.error(
    "workflow-names-placeholder",
    title="A workflow uses Slipway from a place that only stands in examples",
    why="GitHub finds no such repository or commit, and ends the run when it starts.",
    fix="Run `slipway init`: it writes the repository and the commit that it runs from.",
    example="uses: OWNER/slipway@0123456789abcdef0123456789abcdef01234567",
)
def workflow_names_placeholder(caller: CallerFacts) -> Iterator[Evidence]:
    for file in caller.workflows:
        used = [(job.uses, job.line) for job in file.jobs]
        used += [(step.uses, step.line) for job in file.jobs for step in job.steps]
        for uses, line in used:
            name, _, ref = uses.partition("@")
            if name.startswith("OWNER/") or is_placeholder(ref):
                yield Evidence(
                    message=f"{name} does not exist at {ref}.", file=file.file, line=line, seen=uses
                )
