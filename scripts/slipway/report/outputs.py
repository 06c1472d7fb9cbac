"""The outputs of the action: what a run hands to the steps and jobs that follow.

Paths are written with `/`, which every shell of a runner takes: where a backslash escapes, it would be lost.
"""

import json
from collections.abc import Callable, Iterable

import msgspec
from msgspec import Struct

from slipway.artifacts import handover_name
from slipway.errors import ExitCode
from slipway.index import addresses
from slipway.index.addresses import Index
from slipway.manifest import FILENAME, Manifest, sha256
from slipway.options import Inputs
from slipway.records import BUILD, SECOND_BUILD, Built, Plan
from slipway.runner import Runner


class Output(Struct, frozen=True):
    """One output.

    Attributes:
        name: kebab-case, the same in the action and in the workflows.
        help: what it means, one sentence.
        stage: the stage that decides it.
        value: makes it from the manifest; an empty string where there is no value.
    """

    name: str
    help: str
    stage: str
    value: Callable[[Manifest, Inputs], str]


def show(manifest: Manifest, inputs: Inputs, runner: Runner) -> None:
    """Hand every output to the runner."""
    for output in OUTPUTS:
        runner.set_output(output.name, output.value(manifest, inputs))


def _planned_name(manifest: Manifest) -> str | None:
    return manifest.plan.name if manifest.plan else None


def _artifact_name(manifest: Manifest, inputs: Inputs) -> str:
    # What publishes and verifies takes an artifact and uploads none.
    takes = inputs.command in {"publish", "verify", "announce"}
    return "" if takes else handover_name.of_job(_planned_name(manifest), inputs.job, manifest.attempt)


def _trouble(manifest: Manifest, _: Inputs) -> str:
    if int(manifest.exit_code) == 0:
        return ""
    from slipway.report import trouble

    return trouble.lines(manifest)


def _built(manifest: Manifest, inputs: Inputs) -> str:
    files = {one.filename: one.sha256 for one in manifest.artifacts}
    record = Built(job=inputs.job, attempt=manifest.attempt, files=files)
    # Nothing goes on from files in which something was found that blocks.
    return msgspec.json.encode(record).decode() if files and int(manifest.exit_code) == 0 else ""


def _digest(_: Manifest, inputs: Inputs) -> str:
    path = inputs.work / FILENAME
    return sha256(path) if inputs.keeps and path.is_file() else ""


def checksums(manifest: Manifest) -> str:
    """Return the artifacts with their SHA-256, a line each, as sha256sum reads them."""
    return "\n".join(f"{one.sha256}  {one.filename}" for one in manifest.artifacts)


def _index(manifest: Manifest) -> Index | None:
    return addresses.resolve(manifest.index) if manifest.index and manifest.index != "none" else None


def _url(manifest: Manifest, _: Inputs) -> str:
    index = _index(manifest)
    return (index.release_page(manifest.name, manifest.version) if index else None) or ""


def _publish(manifest: Manifest, _: Inputs) -> str:
    ready = manifest.plan is not None and manifest.plan.destination.publish and int(manifest.exit_code) == 0
    return json.dumps(ready)


def _announce(manifest: Manifest, _: Inputs) -> str:
    plan = manifest.plan
    is_tag = plan is not None and plan.tag_version is not None and plan.ref == f"refs/tags/{plan.tag}"
    ready = is_tag and manifest.index != "testpypi" and _publish(manifest, _) == "true"
    return json.dumps(ready)


def _matrix(kind: str) -> Callable[[Manifest, Inputs], str]:
    return lambda manifest, _: matrix(manifest.plan, kind) if manifest.plan else ""


def matrix(plan: Plan, kind: str) -> str:
    """Return the matrix of one kind of job as JSON for `fromJSON`, or an empty string where it has no jobs.

    Args:
        plan: names the jobs.
        kind: `build`, `wheels` or `smoke`.
    """
    rows = [
        {
            "job": job.name,
            "platform": job.platform,
            "runner": job.runner,
            "artifact": handover_name.of_job(plan.name, job.name),
            **({"python": _lines(job.pythons)} if job.pythons else {}),
        }
        for job in plan.jobs
        if job.kind == kind
    ]
    return json.dumps({"include": rows}) if rows else ""


def _lines(pythons: Iterable[str]) -> str:
    # Of several versions, setup-python puts the last one on PATH.
    return "\n".join(pythons)


def _build_pythons(manifest: Manifest, _: Inputs) -> str:
    job = manifest.plan.job(BUILD) if manifest.plan else None
    return _lines(job.pythons) if job else ""


def _second_build(manifest: Manifest, _: Inputs) -> str:
    job = manifest.plan.job(SECOND_BUILD) if manifest.plan else None
    return handover_name.of_job(_planned_name(manifest), job.name) if job else ""


def _upload_url(manifest: Manifest, _: Inputs) -> str:
    index = _index(manifest)
    return index.upload if index else ""


def _sdist(manifest: Manifest, _: Inputs) -> str:
    return next((artifact.filename for artifact in manifest.artifacts if artifact.kind == "sdist"), "")


OUTPUTS: tuple[Output, ...] = (
    Output(
        "verdict",
        "One word: clean, findings, input, tool, bug or interrupted.",
        "report",
        lambda s, _: ExitCode(s.exit_code).name.lower(),
    ),
    Output(
        "trouble",
        "What blocks or failed, and what else was found, a line each; empty where nothing blocks and nothing failed.",
        "report",
        _trouble,
    ),
    Output("name", "The project's name.", "plan", lambda s, _: s.name),
    Output(
        "version", "The version, as built where something was built.", "build", lambda s, _: s.version or ""
    ),
    Output("sdist", "Filename of the sdist.", "build", _sdist),
    Output("dist", "Folder that holds the artifacts.", "build", lambda _, i: i.dist.as_posix()),
    Output("manifest", "Path of manifest.json.", "report", lambda _, i: (i.work / FILENAME).as_posix()),
    Output("report", "Path of report.md.", "report", lambda _, i: (i.work / "report.md").as_posix()),
    Output(
        "artifact-name",
        "Name of the workflow artifact that hands manifest and dist/ to later jobs.",
        "report",
        _artifact_name,
    ),
    Output(
        "artifact-pattern",
        "Pattern that matches the workflow artifacts of all jobs for this project.",
        "plan",
        lambda s, _: f"slipway.{handover_name.slug(_planned_name(s))}.*",
    ),
    Output(
        "built",
        "The files this job built, with their digests, as JSON: what a later job takes as its option `built`.",
        "build",
        _built,
    ),
    Output("manifest-digest", "SHA-256 of manifest.json.", "report", _digest),
    Output(
        "checksums",
        "The artifacts with their SHA-256, a line each, as sha256sum reads them.",
        "build",
        lambda s, _: checksums(s),
    ),
    Output(
        "packages-dir",
        "Folder that holds exactly the artifacts of the manifest, after `publish` with `dry-run`.",
        "publish",
        lambda _, i: i.packages.as_posix() if i.packages.is_dir() else "",
    ),
    Output("publish", "`true` if this run is to publish and nothing blocks it.", "plan", _publish),
    Output(
        "announce",
        "`true` if what this run publishes is to have a release on GitHub too: it runs for the release tag, and is no "
        "trial on TestPyPI.",
        "plan",
        _announce,
    ),
    Output(
        "index",
        "Where it is to be published: pypi, testpypi, an upload URL, or none.",
        "plan",
        lambda s, _: s.index or "none",
    ),
    Output("upload-url", "Address that takes the uploads.", "plan", _upload_url),
    Output(
        "environment",
        "GitHub environment that the publish job belongs to.",
        "plan",
        lambda s, _: (s.plan.destination.environment if s.plan else None) or "",
    ),
    Output("url", "Page of the release on the index.", "plan", _url),
    Output(
        "python-versions",
        "The supported versions of Python that are still maintained, as a JSON list for a matrix.",
        "plan",
        lambda s, _: json.dumps(s.plan.pythons if s.plan else ()),
    ),
    Output(
        "build-artifact",
        "Name of the workflow artifact of the job that builds, up to the number of the attempt.",
        "plan",
        lambda s, _: handover_name.of_job(_planned_name(s), BUILD) if s.plan else "",
    ),
    Output(
        "build-pythons",
        "The versions of Python that the job that builds smoke-tests with, a line each; empty where it does not.",
        "plan",
        _build_pythons,
    ),
    Output(
        "second-build",
        "Name of the workflow artifact of the job that builds the commit once more, up to the number of the attempt; empty "
        "where none does.",
        "plan",
        _second_build,
    ),
    Output(
        "wheels-matrix",
        "Matrix of the jobs that build compiled wheels, as JSON; empty for a pure project.",
        "plan",
        _matrix("wheels"),
    ),
    Output("smoke-matrix", "Matrix of the smoke tests, as JSON.", "plan", _matrix("smoke")),
    Output(
        "release-url",
        "Page of the release on GitHub, after `announce`: for who wants to tell others.",
        "announce",
        lambda s, _: s.announced.url if s.announced else "",
    ),
    Output(
        "release-notes",
        "Path of a file with the notes of the release, in Markdown, after `announce`.",
        "announce",
        lambda s, i: i.release_notes.as_posix() if s.announced and i.release_notes.is_file() else "",
    ),
)
"""In the order of the documentation."""
