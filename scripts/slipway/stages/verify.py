"""Verify: the index serves exactly the bytes of the manifest, and they install from it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from slipway.credential import Credential
from slipway.environments import disposable, interpreters
from slipway.errors import SlipwayError, ToolError
from slipway.index import addresses, credentials
from slipway.index.addresses import Index
from slipway.index.client import Client
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.publishing import aftermath, decision
from slipway.publishing.watch import Watch
from slipway.records import Publisher, Served
from slipway.rules.publisher import RULES as PUBLISHER_RULES
from slipway.rules.publisher.facts import PublisherFacts
from slipway.rules.rule import combined, judge
from slipway.runner import Runner
from slipway.runner import event as event_facts
from slipway.smoke import runs
from slipway.smoke import verdict as smoke_rules
from slipway.smoke.runs import Candidate

ONE_REQUEST = 20.0
"""Seconds to go on trying one request; the stage as a whole waits longer."""


TAMPERED = "The files served are not the ones that were built and tested; do not install this release."
"""A reason to give when a release is yanked because its bytes or its origin are wrong."""


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Wait until the index serves the files, compare digests and origin, install each of them and smoke it.

    Raises:
        InputError: no index is named, or its address cannot be used.
    """
    if manifest.blocking or manifest.failure is not None:
        return Addition(skipped="nothing was published")
    index = decision.verify_on(manifest, inputs, runner)
    client = Client(index, credential=_for_reading(inputs, runner, index), patience=ONE_REQUEST)
    served: tuple[Served, ...] = ()
    try:
        with disposable.scratch() as folder:
            watch = Watch(client, manifest, folder, _publisher(manifest, runner), runner.say)
            served = watch.wait(inputs.verify_timeout)
            if (error := fault(served, index, inputs)) is not None:
                raise error
            return _install(manifest, inputs, runner, served, folder)
    except SlipwayError as error:
        command = "publish" if any(s.verdict == "missing" for s in served) else "verify"
        told = aftermath.failure(
            error,
            stage="verify",
            manifest=manifest,
            receipts=manifest.receipts,
            client=client,
            command=aftermath.go_on(inputs, runner, index, command=command),
            yank_reason=TAMPERED if any("wrong" in (s.verdict, s.provenance) for s in served) else None,
        )
        return Addition(served=served, failure=told)
    finally:
        client.close()
        if served:
            runner.say(tally(manifest, served, index))


def _for_reading(inputs: Inputs, runner: Runner, index: Index) -> Credential | None:
    """Return the credential for reading an index that is not public."""
    if inputs.credential is not None:
        return inputs.credential
    if index.site is not None:
        return None
    own_machine = event_facts.read(runner.event()).kind == "local"
    stored = credentials.stored(index, os.environ, own_machine=own_machine)
    if stored is None:
        return None
    runner.mask(stored.credential.secret)
    return stored.credential


def _publisher(manifest: Manifest, runner: Runner) -> Publisher | None:
    """Return who is to have published; in a job that got no receipts, at least from which repository."""
    repository = runner.event().repository
    if manifest.publisher is not None or repository is None:
        return manifest.publisher
    owner, _, name = repository.partition("/")
    return Publisher(owner=owner, repository=name, workflow="")


def _install(
    manifest: Manifest, inputs: Inputs, runner: Runner, served: tuple[Served, ...], folder: Path
) -> Addition:
    """Install what was downloaded from the index and smoke it.

    Dependencies come from the index this machine installs from, never from the one that was published to:
    on TestPyPI anybody may have registered their names.
    """
    candidates = [
        Candidate(artifact=one.filename, requirement=str(folder / one.filename), origin="index")
        for one in served
    ]
    interpreter = interpreters.choose(manifest.artifacts[0].requires_python, inputs.python)
    outcomes = runs.exercise(candidates, interpreter, timeout=inputs.smoke_timeout)
    runs.show(outcomes, runner)
    judged = smoke_rules.judge_results(outcomes, ignored=manifest.ignored)
    dropped = tuple(one.filename for one in served if one.provenance == "missing")
    facts = PublisherFacts(
        event=event_facts.read(runner.event()),
        repository=None,
        index=addresses.asked(manifest.index, inputs.index),
        trusted=True,
        asked=False,
        dropped=dropped,
    )
    rules = [rule for rule in PUBLISHER_RULES if rule.name == "attestations-dropped"]
    found = combined((judged, judge(rules, facts, ignored=manifest.ignored)))
    return msgspec.structs.replace(found, smoke_results=judged.smoke_results, served=served)


def tally(manifest: Manifest, served: Sequence[Served], index: Index) -> str:
    """Return what was intended and what is served, in one line."""
    release = " ".join(part for part in (manifest.name, manifest.version) if part)
    same = sum(one.verdict == "same" for one in served)
    others = [f"{one.filename} is {one.verdict}" for one in served if one.verdict != "same"]
    files = f"{len(served)} file{'' if len(served) == 1 else 's'}"
    told = f"intended: {files} of {release}; {index.spoken} serves {same} of them, byte for byte"
    return f"{told}; {', '.join(others)}" if others else told


def fault(served: Sequence[Served], index: Index, inputs: Inputs) -> SlipwayError | None:
    """Return what is wrong with what an index serves, the gravest first, or None."""
    by = {v: [s.filename for s in served if s.verdict == v] for v in ("wrong", "missing", "late")}
    if by["wrong"]:
        return ToolError(
            f"{index.spoken} serves other bytes than were built: {', '.join(by['wrong'])}.",
            cause="A file was replaced on the way, or the release was made from another build.",
            remedy="Do not announce this release; compare the digests in manifest.json with the index's.",
        )
    if by["missing"]:
        return ToolError(
            f"{index.spoken} never took {', '.join(by['missing'])}.",
            cause="Publishing stopped before these files; the receipts name only the others.",
            remedy="Publish again from the same manifest; what is there is not sent twice.",
        )
    if by["late"]:
        return ToolError(
            f"{index.spoken} does not serve {', '.join(by['late'])} after {inputs.verify_timeout:g} s.",
            cause="The index is late; behind a cache that can take a while. Nothing is lost.",
            remedy="Verify again in a few minutes; nothing has to be uploaded again.",
        )
    forged = [s.filename for s in served if s.provenance == "wrong"]
    if forged:
        return ToolError(
            f"The attestations that {index.spoken} serves with {', '.join(forged)} do not vouch for this release.",
            cause="They name another repository, another workflow or other bytes than this run's.",
            remedy="Do not announce this release. Find out who uploaded these files.",
        )
    dropped = [s.filename for s in served if s.provenance == "missing"]
    if dropped and inputs.attestations == "required":
        return ToolError(
            f"{index.spoken} serves {', '.join(dropped)} without the attestations that were sent.",
            cause="The index had attestations switched off while it took the upload, and drops them silently.",
            remedy="They cannot be added later. Keep the release as it is, or release a new version with them.",
        )
    return None
