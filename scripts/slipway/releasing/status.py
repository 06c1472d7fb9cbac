"""Where a release stands: git, the index and GitHub are asked what they have of it, and nothing is changed anywhere."""

import shlex
from urllib.parse import urljoin

from packaging.utils import canonicalize_name

from slipway.errors import ToolError
from slipway.index import addresses
from slipway.index.addresses import Index
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.publishing import after_failure, decision
from slipway.releasing import bump, on_github, public_files, screen, subject, tags
from slipway.releasing.goal import index_of_workflow
from slipway.releasing.next_step import Facts, next_step
from slipway.releasing.on_github import OnGitHub
from slipway.releasing.public_files import PublicFiles
from slipway.releasing.subject import Subject
from slipway.releasing.tags import Tags
from slipway.runner import Runner
from slipway.standing import Standing

JUDGED_AGAIN = {"publish", "index", "verify", "announce"}
"""The stages whose findings and failures stand in no later run's way: each is judged anew."""


def read(inputs: Inputs, runner: Runner) -> Standing:
    """Return where a release stands, and the one next step.

    Raises:
        InputError: nothing says which release is asked about, or an option cannot be used.
        ToolError: neither the index, nor the remote, nor GitHub could be asked.
    """
    asked = subject.read(inputs)
    index = _index(inputs, asked)
    public, tag = public_files.read(inputs, runner, asked, index), tags.read(asked)
    is_trial = index.name == "testpypi"
    github = on_github.read(inputs, runner, asked, tag=tag.name, manifest=public.manifest, is_trial=is_trial)
    seen = (
        *tag.sights(),
        *public.sights(),
        *public_files.beside(asked, index),
        *github.sights(tag.name),
    )
    unseen = {"unknown", "not asked"}
    if public.listing is None and tag.there in unseen and github.release in unseen:
        raise ToolError(
            f"Nothing could be asked about {asked.name} {asked.version}.",
            cause=" ".join(f"{one.where}: {one.detail}." for one in seen if one.state == "unknown"),
            remedy="Check the connection, the proxy and the address of the index, then run again.",
        )
    facts = _facts(inputs, asked, public, tag, github)
    recovery = public.recovery
    reason = after_failure.TAMPERED if facts.is_tampered else recovery.yank_reason if recovery else None
    is_to_yank = recovery is not None and bool(reason and recovery.yank_page) and not facts.is_yanked
    return Standing(
        project=asked.name,
        version=str(asked.version),
        version_from=asked.version_from,
        seen=seen,
        step=next_step(facts),
        days_left=recovery.days_left if recovery and recovery.waiting else None,
        yank_page=recovery.yank_page if recovery and is_to_yank else None,
        yank_reason=reason if is_to_yank else None,
    )


def _index(inputs: Inputs, asked: Subject) -> Index:
    """Return the index the release goes to: the one named for this run, else its manifest's, else the workflow's, else PyPI.

    Raises:
        InputError: its address cannot be used, or only a manifest names it.
    """
    manifest = asked.manifest
    is_planned = manifest is not None and manifest.index not in {None, "none"}
    if manifest is not None and is_planned and not inputs.index:
        return decision.named_here(manifest, inputs)
    of_workflow = index_of_workflow(asked.place) if asked.place else None
    known = of_workflow if of_workflow not in {None, "none"} else "pypi"
    return addresses.resolve(addresses.choose(known, inputs.index), simple=inputs.simple_index)


def _facts(inputs: Inputs, asked: Subject, public: PublicFiles, tag: Tags, github: OnGitHub) -> Facts:
    manifest = public.manifest
    return Facts(
        on_index=public.recovery,
        is_whole=public.is_whole,
        is_quarantined=public.listing is not None and public.listing.status == "quarantined",
        is_yanked=bool(public.files) and all(file.yanked for file in public.files),
        is_tampered=public.is_tampered,
        is_newest=not any(version > asked.version for version in public.others),
        late=public.late,
        tag_here=tag.here,
        tag_there=tag.there,
        is_under_way=tag.is_under_way,
        is_begun_here=_is_begun_here(public, is_on_github=github.home is not None),
        is_built_here=manifest is not None,
        is_blocked_here=manifest is not None and any(f.stage not in JUDGED_AGAIN for f in manifest.blocking),
        is_on_github=github.home is not None,
        run=github.outcome,
        release=github.release,
        failed=_failed(manifest) if manifest else None,
        words={
            **_words(inputs, asked, public, tag),
            **on_github.pages(github, tag.name),
            "release": "incomplete" if github.release == "other" else github.release,
            "run": str(github.run or ""),
        },
    )


def _is_begun_here(public: PublicFiles, *, is_on_github: bool) -> bool:
    manifest = public.manifest
    if manifest is None or not public_files.is_begun(manifest, public.receipts):
        return False
    # What a run began, the run goes on with; its work folder may be here to look at.
    is_of_a_run = manifest.plan is not None and manifest.plan.event != "local"
    return not (is_of_a_run and is_on_github)


def _failed(manifest: Manifest) -> str | None:
    """Return what ended the last run that published, verified or announced, and what to do about it."""
    failure = manifest.failure
    if failure is not None and failure.stage in JUDGED_AGAIN:
        return f"{failure.happened} {failure.remedy}"
    blocking = next((finding for finding in manifest.blocking if finding.stage in JUDGED_AGAIN), None)
    return f"{blocking.message} {blocking.fix}" if blocking else None


def _words(inputs: Inputs, asked: Subject, public: PublicFiles, tag: Tags) -> dict[str, str]:
    """Return what stands in the place of the braces in the table of states."""
    index = public.index
    index_option = ("--index", inputs.index) if inputs.index else ()
    page = urljoin(index.site, f"project/{canonicalize_name(asked.name)}/") if index.site else index.simple
    return {
        "project": asked.name,
        "version": str(asked.version),
        "next": str(bump.next_patch(max([asked.version, *public.others]))),
        "tag": tag.name,
        "remote": tag.remote,
        "index": index.title,
        "at": screen.place(inputs, "--path"),
        "folder": (folder := screen.place(inputs)),
        "status": shlex.join(["slipway", "status", str(asked.version), *index_option])
        + screen.place(inputs, "--path"),
        "push": f"git push --atomic {shlex.join([tag.remote, *tag.push])}",
        "fetch": f"git fetch {shlex.join([tag.remote, f'refs/tags/{tag.name}'])}",
        "check": shlex.join(["slipway", "check", "--tag", tag.name]) + folder,
        "publish": after_failure.command_here(inputs, index, "publish") + folder,
        "verify": after_failure.command_here(inputs, index, "verify") + folder,
        "announce": after_failure.command_here(inputs, None, "announce") + folder,
        "project_page": page,
        "yank_page": (public.recovery.yank_page if public.recovery else None) or "",
    }
