"""Whether this run may make a release on GitHub, for which tag, and with which files.

The manifest comes from another job: it counts with the digest that the gate put out, and the tag must be this job's own.
"""

import hashlib

import msgspec
from packaging.version import Version

from slipway import versions
from slipway.errors import InputError
from slipway.index import addresses
from slipway.manifest import FILENAME, Manifest, to_json
from slipway.options import Inputs
from slipway.project import hosting
from slipway.publishing.decision import demand_digest
from slipway.report.outputs import checksums
from slipway.repository.announcing import Wanted
from slipway.repository.failures import CONTENTS
from slipway.repository.releases import File
from slipway.runner import GitHubApi, Runner
from slipway.runner import event as events
from slipway.runner.github import API_TOKENS, REPOSITORY

CHECKSUMS = "SHA256SUMS"


def no_release(manifest: Manifest) -> str | None:
    """Return why there is nothing to announce, where that is no mistake."""
    if manifest.blocking:
        return "the findings block it"
    if _index(manifest) == "testpypi":
        return "a release on TestPyPI is a trial, and GitHub shows the real ones"
    return None


def _index(manifest: Manifest) -> str:
    """Return where the release was published, else where it was planned for."""
    receipt = next(iter(manifest.receipts), None)
    return receipt.index if receipt else manifest.index or "none"


def evidence(manifest: Manifest) -> str:
    """Return what this manifest shows of the publication, as a sentence."""
    title = addresses.TITLES.get(_index(manifest), "the index")
    count = len(manifest.artifacts)
    if _is_verified(manifest):
        return f"{title} was seen to serve exactly the {count} files of the manifest"
    if manifest.receipts:
        return f"{title} took {len(manifest.receipts)} of {count} files; whether it serves them was not verified here"
    return "the manifest is that of the gate: that the release is public and verified, the jobs before this one say"


def _is_verified(manifest: Manifest) -> bool:
    served = {one.filename for one in manifest.served if one.verdict == "same"}
    return bool(served) and served == {artifact.filename for artifact in manifest.artifacts}


def wanted(manifest: Manifest, inputs: Inputs, runner: Runner) -> Wanted:
    """Return what there should be on GitHub.

    Raises:
        InputError: this run may not announce it, or nothing shows that it was published.
    """
    plan = manifest.planned()
    _require_success(manifest)
    if plan.tag is None or plan.tag_version is None:
        raise InputError(
            "This release has no tag that names its version, and a release on GitHub belongs to one.",
            cause="It was checked at a commit without a release tag.",
            remedy="Make the tag, push it, run `slipway check` at that commit, and go on from there.",
        )
    _require_own_tag(plan.tag, manifest, inputs, runner)
    if plan.git is None or plan.git.commit is None:
        raise InputError(
            f"The manifest does not say which commit {plan.tag} was built from.",
            cause="It was built outside of a git repository.",
            remedy="Build and publish from a clone. For this version, make the release on GitHub by hand.",
        )
    return Wanted(
        tag=plan.tag,
        commit=plan.git.commit,
        version=_version(manifest),
        files=files(manifest, inputs),
        notes=plan.notes,
        otherwise=_otherwise(manifest),
        manifest=manifest,
    )


def _require_success(manifest: Manifest) -> None:
    failed = [one.name for one in manifest.stages if one.outcome == "failed"]
    if failed or not manifest.artifacts:
        raise InputError(
            f"This release did not get through {', '.join(failed) or 'the build'}. Nothing was announced.",
            cause="An earlier command failed, or built nothing.",
            remedy="Go on where it stopped: `slipway check`, `slipway publish`, `slipway verify`. Then announce it.",
        )


def _require_own_tag(tag: str, manifest: Manifest, inputs: Inputs, runner: Runner) -> None:
    event = events.read(runner.event())
    if event.kind == "local":
        if not manifest.receipts and not _is_verified(manifest):
            raise InputError(
                "Nothing here shows that this release was published.",
                cause="The manifest holds no receipts, and the index was not asked.",
                remedy="Run `slipway verify --index INDEX`, which asks the index, then run this again.",
            )
        return
    demand_digest(inputs)
    if event.tag != tag or event.fork or event.unsafe or not manifest.planned().destination.publish:
        raise InputError(
            f"The release {tag} is not the one of this run, which runs for {event.ref} ({event.name}).",
            cause="The job that announces was started for another tag or by an event that publishes nothing, or its "
            "conditions were changed.",
            remedy="Start it for the tag itself, with the `if:` that `slipway init` writes: a push of the tag, or "
            f"`gh workflow run WORKFLOW --ref {tag}`.",
        )


def _version(manifest: Manifest) -> Version:
    version = versions.parsed(manifest.version)
    if version is None:
        raise InputError(
            f"The version {manifest.version!r} is none of PEP 440.",
            cause="The manifest was edited, or its files were built by a tool that does not follow the specification.",
            remedy="Run `slipway check` in the project.",
        )
    return version


def files(manifest: Manifest, inputs: Inputs) -> tuple[File, ...]:
    """Return what is attached: the files of the manifest, their checksums, its SBOM if it has one, and the manifest."""
    built = [
        File(one.filename, one.size, one.sha256, inputs.locate(one.filename)) for one in manifest.artifacts
    ]
    if sbom := manifest.sbom:
        built.append(File(sbom.filename, sbom.size, sbom.sha256, inputs.sbom_folder / sbom.filename))
    sums = f"{checksums(manifest)}\n".encode()
    return (*built, _made(CHECKSUMS, sums), _made(FILENAME, _manifest(manifest, inputs)))


def _manifest(manifest: Manifest, inputs: Inputs) -> bytes:
    """Return the manifest: with a digest exactly the file that has it, else without what earlier attempts left in it."""
    if inputs.manifest_digest:
        data = (inputs.work / FILENAME).read_bytes()
        if hashlib.sha256(data).hexdigest() == inputs.manifest_digest.strip().lower():
            return data
    return to_json(msgspec.structs.replace(manifest, announced=None, failure=None))


def _made(name: str, content: bytes) -> File:
    return File(name, len(content), hashlib.sha256(content).hexdigest(), content)


def _otherwise(manifest: Manifest) -> str:
    index = _index(manifest)
    name = f"{manifest.name} {manifest.version}"
    if index not in addresses.NAMES:
        return name
    known = addresses.resolve(index)
    return f"[{name}]({known.release_page(manifest.name, manifest.version)}) is on {known.title}."


def repository(inputs: Inputs, runner: Runner) -> tuple[GitHubApi, str]:
    """Return where GitHub's REST API is, with its token, and the repository, `owner/name`.

    Raises:
        InputError: there is no token, or it is not known which repository it is.
    """
    api, name = place(inputs, runner)
    if api.token is None:
        raise InputError(
            f"There is no token to make a release in {name}.",
            cause=f"None of {', '.join(API_TOKENS)} is set. The action hands the job's token to this command alone.",
            remedy=CONTENTS.grant,
        )
    return api, name


def place(inputs: Inputs, runner: Runner) -> tuple[GitHubApi, str]:
    """Return where GitHub's REST API is, with a token where there is one, and the repository, `owner/name`.

    Raises:
        InputError: it is not known which repository it is.
    """
    api = inputs.github or runner.github()
    return api, api.repository or _origin(inputs)


def _origin(inputs: Inputs) -> str:
    home = hosting.read(inputs.path)
    name = home.repository if home and home.is_alias_possible else home.on_github if home else None
    if name is None:
        raise InputError(
            f"It is not known which repository on GitHub {inputs.path} belongs to.",
            cause="It is in no git repository, or its remote called origin is not on GitHub.",
            remedy=f"Go to a clone of the repository, or set {REPOSITORY} to OWNER/NAME.",
        )
    return name
