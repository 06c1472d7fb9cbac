"""Verify: the index serves exactly the bytes of the manifest, and they install from it."""

from contextlib import closing
from pathlib import Path

import msgspec

from slipway.environments import disposable, interpreters
from slipway.errors import SlipwayError
from slipway.index import addresses
from slipway.index.client import Client
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.publication import Publisher, Served
from slipway.publishing import after_failure, decision, preflight
from slipway.publishing.served import Watch, fault, tally
from slipway.rules.publisher import RULES as PUBLISHER_RULES
from slipway.rules.publisher.facts import PublisherFacts
from slipway.rules.rule import combined, judge
from slipway.runner import Runner
from slipway.runner import event as event_facts
from slipway.smoke import run as smoke
from slipway.smoke import verdict as smoke_rules
from slipway.smoke.smoke_test import Candidate

ONE_REQUEST = 20.0
"""Seconds to go on trying one request; the stage as a whole waits longer."""


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Wait until the index serves the files, compare digests and origin, install each of them and smoke it.

    Raises:
        InputError: no index is named, or its address cannot be used.
    """
    if manifest.blocking or manifest.failure is not None:
        return Addition(skipped="nothing was published")
    index = decision.verify_on(manifest, inputs, runner)
    # PyPI and TestPyPI are read by everybody; every other index may want a credential for reading too.
    stored = None if index.name in addresses.NAMES else preflight.stored_credential(inputs, runner, index)
    served: tuple[Served, ...] = ()
    credential = stored.credential if stored else None
    with closing(Client(index, credential=credential, patience=ONE_REQUEST)) as client:
        try:
            with disposable.scratch() as folder:
                watch = Watch(client, manifest, folder, _publisher(manifest, runner), runner.say)
                served = watch.wait(inputs.verify_timeout)
                required = inputs.attestations == "required"
                if error := fault(served, index, waited=inputs.verify_timeout, required=required):
                    raise error
                # Before anything is installed: nothing of Slipway is loaded after foreign code ran.
                served = _with_provenance(served, manifest, inputs, runner)
                return _install(manifest, inputs, runner, served, folder)
        except SlipwayError as error:
            command = "publish" if any(s.verdict == "missing" for s in served) else "verify"
            failure = after_failure.failure(
                error,
                stage="verify",
                manifest=manifest,
                receipts=manifest.receipts,
                client=client,
                command=after_failure.next_command(inputs, runner, index, command=command),
                yank_reason=after_failure.TAMPERED
                if any("wrong" in (s.verdict, s.provenance) for s in served)
                else None,
            )
            return Addition(served=served, failure=failure)
        finally:
            if served:
                runner.say(tally(manifest, served, index))


def _publisher(manifest: Manifest, runner: Runner) -> Publisher | None:
    """Return who should have published; in a job without receipts, only the repository is known."""
    repository = runner.event().repository
    if manifest.publisher is not None or repository is None:
        return manifest.publisher
    owner, _, name = repository.partition("/")
    return Publisher(owner=owner, repository=name, workflow="")


def _with_provenance(
    served: tuple[Served, ...], manifest: Manifest, inputs: Inputs, runner: Runner
) -> tuple[Served, ...]:
    """Return the files with what GitHub lists as the provenance of their build, where that is asked for.

    Raises:
        ToolError: it is required, and not listed for this repository and commit.
    """
    if inputs.provenance == "off":
        return served
    from slipway.repository import build_provenance

    seen = build_provenance.look(served, inputs, runner)
    if inputs.provenance == "required":
        error = build_provenance.fault(seen, manifest.plan, runner.event().repository)
        if error is not None:
            raise error
    return seen


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
    outcomes = smoke.exercise(candidates, interpreter, timeout=inputs.smoke_timeout)
    smoke.show(outcomes, runner)
    judged = smoke_rules.judge_results(outcomes, ignored=manifest.ignored)
    dropped = tuple(one.filename for one in served if one.provenance == "missing")
    facts = PublisherFacts(
        event=event_facts.read(runner.event()),
        index=addresses.choose(manifest.index, inputs.index),
        trusted=True,
        id_tokens=False,
        dropped=dropped,
    )
    rules = [rule for rule in PUBLISHER_RULES if rule.name == "attestations-dropped"]
    found = combined((judged, judge(rules, facts, ignored=manifest.ignored)))
    return msgspec.structs.replace(found, smoke_results=judged.smoke_results, served=served)
