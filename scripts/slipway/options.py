"""The options: one field each, which the command line, the `SLIPWAY_*` variables and the action's inputs are made of.

A field of `Inputs` made with `option` declares name, type, default, help, the stages that use it, and whether a project
may set it. The names of the commands that take an option follow from their stages, in the table in `commands.py`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from slipway.credential import Credential
from slipway.option import declared_in, option
from slipway.places import Places
from slipway.records import Severity
from slipway.runner.base import GitHubApi

Installer = Literal["uv", "pip"]
Resolution = Literal["highest", "lowest-direct"]

ANY = "any"
"""In place of a stage: every command that runs stages takes the option."""

SMOKING = ("smoke", "verify")
"""The stages that run smoke tests."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Inputs(Places):
    """The values of the options for one run, and what the command was pointed at.

    Attributes:
        command: the command's name.
        path: the project's folder, absolute.
        files: the artifacts named on the command line, for `inspect` and `smoke`.
        rule: the name of the rule to explain.
        version: the version to release or to look for; empty where none was named.
        keeps: whether the manifest and the report are written into the work folder.
        credential: what an index of our own wants; for every other one it comes from the environment.
        github: a REST API of our own in GitHub's place; every other one comes from the environment.
        set_up: when this run began to set Slipway up, and the seconds it took; empty where it was set up before.
        checks: the project's own checks, name and command line of each, and `check_requires` what they need.
        given: the names of the options that the command line, a variable or the project sets.
        work: the work folder, absolute; `dist` is inside it.
    """

    command: str
    path: Path
    files: tuple[Path, ...] = ()
    rule: str = ""
    version: str = ""
    keeps: bool = True
    credential: Credential | None = None
    github: GitHubApi | None = None
    set_up: tuple[float, ...] = ()
    checks: tuple[tuple[str, str], ...] = ()
    check_requires: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()

    work: Path = option(
        "Folder for the manifest, the report and dist/; .slipway/ in the project by default.", ANY
    )
    json: bool = option("Print one JSON document to stdout and nothing else.", ANY, default=False)
    format: Literal["short", "sarif", "junit", "json"] | None = option(
        "Print one document to stdout and nothing else: short, a line for each finding as editors read it; sarif, the "
        "findings for code scanning; junit, the smoke tests and findings for a report of tests; json, as --json.",
        *("validate", "inspect", "smoke"),
        default=None,
    )
    verbose: bool = option("Show every line that a build or a test prints.", ANY, default=False)
    fail_on: Severity = option("The mildest finding that blocks.", ANY, default=Severity.ERROR, setting=True)
    tag: str | None = option(
        "Judge the project as if this tag had been pushed; by default the tag of the event or of HEAD.",
        "plan",
        default=None,
    )
    tag_prefix: str = option(
        "What stands before the version in a release tag; `none` where nothing does.",
        "plan",
        default="v",
        setting=True,
    )
    index: str | None = option(
        "Where to publish: pypi, testpypi, or the upload URL of another index; by default the event decides.",
        *("plan", "compare", "publish", "verify"),
        default=None,
    )
    all_projects: bool = option(
        "PATH holds several projects: take each of them, what others depend on first.", "plan", default=False
    )
    only_changed: bool = option(
        "Of several projects, those only that changed since their last release tag, and what depends on them.",
        "plan",
        default=False,
    )
    python: tuple[str, ...] = option(
        "Interpreters to smoke-test with: versions, paths, or `all` that the project supports and that are "
        "here. The first one builds.",
        *("build", "smoke", "verify"),
        default=(),
        setting=True,
    )
    thorough: bool = option(
        "Try every supported Python that is here, uv and pip, the newest and the lowest dependencies, and "
        "each extra; by default each artifact is tried once, an sdist by the pure wheel that was built from it.",
        *SMOKING,
        default=False,
        setting=True,
    )
    installer: tuple[Installer, ...] = option(
        "Installers to smoke-test with.", *SMOKING, default=(), setting=True
    )
    resolution: tuple[Resolution, ...] = option(
        "Dependencies to smoke-test with: the newest or the lowest that the project allows.",
        *SMOKING,
        default=(),
        setting=True,
    )
    extras: tuple[str, ...] = option(
        "Extras to smoke-test, each in an environment of its own; `all` takes every one.",
        *SMOKING,
        default=(),
        setting=True,
    )
    constraint: tuple[str, ...] = option(
        "Constraint files for what the smoke tests install.", *SMOKING, default=(), setting=True
    )
    wheelhouse: Path | None = option(
        "Folder of wheels to install dependencies from, instead of an index.", *SMOKING, default=None
    )
    find_links: tuple[str, ...] = option(
        "Folders with distributions to install from, beside the index.", *SMOKING, default=()
    )
    smoke_command: str | None = option(
        "A command to run in each environment, in an empty folder and without a shell; "
        "{project} stands for the project's folder.",
        *SMOKING,
        default=None,
        setting=True,
    )
    test_command: str | None = option(
        "The project's tests, run against the installed wheel in a folder that holds copies of the test "
        "sources only, such as `pytest tests`.",
        *SMOKING,
        default=None,
        setting=True,
    )
    test_requires: tuple[str, ...] = option(
        "What the tests need beside the package.", *SMOKING, default=(), setting=True
    )
    test_sources: tuple[str, ...] = option(
        "Files and folders the tests need, relative to the project; tests/ or test/ by default.",
        *SMOKING,
        default=(),
        setting=True,
    )
    platforms: tuple[str, ...] = option(
        "Machines of the build matrix for compiled wheels, such as linux-x86_64 or windows-ARM64.",
        "plan",
        default=(),
        setting=True,
    )
    python_versions: tuple[str, ...] = option(
        "Versions of Python for the smoke matrix of a workflow; by default those that the project supports.",
        "plan",
        default=(),
        setting=True,
    )
    matrix: Literal["auto", "full", "short"] = option(
        "Smoke tests of a workflow: full for every Python on every platform, short for one Python on each platform but "
        "the first, auto for full where the run is to publish and short where it is not.",
        "plan",
        default="auto",
        setting=True,
    )
    runner: str = option(
        "Runner label of the workflow's jobs that build and decide.", "plan", default="ubuntu-latest"
    )
    runners: tuple[str, ...] = option(
        "Runner labels to use instead of GitHub's own, such as linux-x86_64=my-linux.", "plan", default=()
    )
    second_build: bool = option(
        "Let a job of the workflow build the commit once more, on a machine of its own and without a cache: where the two "
        "builds have other content, the release ends before it is published.",
        "plan",
        default=False,
    )
    from_: Path | None = option(
        "Folder with the artifacts and manifests of other jobs: they are taken instead of building here; "
        "for check, instead of testing here as well.",
        *("gather", "wheels"),
        default=None,
    )
    built: tuple[str, ...] = option(
        "What the jobs that build put out as their output `built`; with it, nothing else that is handed over is taken.",
        *("gather", "wheels"),
        default=(),
    )
    manifest_digest: str | None = option(
        "SHA-256 that the manifest must have, as the job that checked the release put it out. A job of a workflow that "
        "compares, publishes, verifies or announces has to have it.",
        *("compare", "publish", "verify", "announce"),
        default=None,
    )
    job: str = option(
        "Name of this job of a matrix; its manifest and its artifact carry it.", ANY, default=""
    )
    uses: str | None = option(
        "Which Slipway the workflow uses: OWNER/REPOSITORY@COMMIT, or OWNER/REPOSITORY for the commit of the release that "
        "runs, OWNER/REPOSITORY@v1.2.3 for that of another; by default the one that runs.",
        default=None,
    )
    uploader: Literal["slipway", "pypa"] = option(
        "What sends the files in the workflow: slipway, or pypa for pypa/gh-action-pypi-publish between Slipway's own look "
        "before it and its verification.",
        default="slipway",
    )
    check: bool = option(
        "Write nothing; say whether the workflow has drifted and whether the workflows there are safe.",
        default=False,
    )
    canary: bool = option(
        "Write the workflow that looks every week whether the newest release still works, and keeps one issue open while it "
        "does not.",
        default=False,
    )
    result: Literal["success", "failure", "cancelled", "skipped"] | None = option(
        "How the job that looked ended, as GitHub says it: `needs.JOB.result`. It alone decides whether the issue is open.",
        default=None,
    )
    trouble: str = option(
        "What that job put out as its output `trouble`; it is quoted in the issue and decides nothing.",
        default="",
    )
    overwrite: bool = option("Replace a file that differs, after showing how it differs.", default=False)
    build_timeout: float = option(
        "Seconds that one build may take.", *("build", "rebuild"), default=1800.0, setting=True
    )
    smoke_timeout: float = option(
        "Seconds that one smoke test may take, installation included.", *SMOKING, default=600.0, setting=True
    )
    attestations: Literal["required", "best-effort", "off"] = option(
        "Whether each file goes out with an attestation: required, best-effort (a fault of the signing "
        "service does not stop the release), or off.",
        default="best-effort",
    )
    provenance: Literal["off", "look", "required"] = option(
        "Whether to ask GitHub for the provenance of the build, which actions/attest puts there: look says what is listed, "
        "required ends where it is not listed for each file, this repository and this commit; off asks nobody.",
        default="off",
    )
    dry_run: bool = option(
        "Change and send nothing: `publish` only looks whether the index would take the release, and prints what it must "
        "know; `release` prints the difference it would make and the commands it would run.",
        default=False,
    )
    released: bool = option(
        "Look at the newest release on the index, without a manifest: whether it installs and works on every supported "
        "Python that is here, with the newest and the lowest dependencies, and whether the project still builds with the "
        "newest build requirements.",
        "released",
        default=False,
    )
    simple_index: str | None = option(
        "Address of the index's simple API, where it does not stand beside or below the upload URL.",
        *("index", "compare", "publish", "verify"),
        default=None,
    )
    against: tuple[str, ...] = option(
        "What to compare with: a version on the index, or files of another release, or the folder that they are in; by "
        "default the last release on the index.",
        default=(),
    )
    with_: Path | None = option(
        "Folder with what a second build made of the same commit: say whether the two agree, in place of looking for the "
        "last release.",
        default=None,
    )
    audit: bool = option(
        "Look for known vulnerabilities of what the package installs; names and versions of its dependencies are sent to "
        "OSV, or to the service that --audit-service names. What was not looked up is said, and never counts as clean.",
        "audit",
        default=False,
        setting=True,
    )
    audit_service: str | None = option(
        "Address of a service for vulnerabilities that answers as OSV does.", "audit", default=None
    )
    sbom: bool = option(
        "Write a software bill of materials (SBOM) in the format CycloneDX beside the artifacts: what the wheel installs, "
        "together with its dependencies. It is attached to the GitHub release, and never sent to the index.",
        "sbom",
        default=False,
        setting=True,
    )
    publish_timeout: float = option(
        "Seconds to go on trying one file while the index or the network has a fault.",
        "publish",
        default=900.0,
    )
    verify_timeout: float = option(
        "Seconds to wait until the index serves the release.", "verify", default=900.0, setting=True
    )
    release: bool = option(
        "Rehearse all of a release: version, changelog, commit, tag and push in a copy of the repository, what the tag "
        "starts, and the announcement.",
        default=False,
    )
    bump: Literal["major", "minor", "patch", "rc", "final", "post", "dev"] | None = option(
        "The part of the version that goes up, in place of a version.", default=None
    )
    pr: bool = option(
        "Push the commit of the release as a branch for a pull request, where the release branch is protected; "
        "the tag comes with --continue after the merge.",
        default=False,
    )
    continue_: bool = option(
        "Go on with a release: after its pull request was merged, or after an interruption.", default=False
    )
    undo: bool = option("Take a release back that was not pushed yet.", default=False)
    release_branch: str | None = option(
        "The branch that releases are made on; by default the default branch of the remote.",
        default=None,
        setting=True,
    )
    markdown: bool = option("Print everything there is to say about every rule, as Markdown.", default=False)


OPTIONS = tuple(declared_in(Inputs))
"""In the order of the fields."""
