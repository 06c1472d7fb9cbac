"""Audit: whether what the release installs has known vulnerabilities. On request only; it blocks nothing by itself."""

import msgspec

from slipway.artifacts import artifact as artifact_facts
from slipway.auditing import known_vulnerabilities
from slipway.auditing.known_vulnerabilities import Asking, NotLooked
from slipway.digests import recheck
from slipway.environments import disposable, interpreters
from slipway.errors import InputError
from slipway.index import addresses
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.report.verdict import counted
from slipway.rules.audit import RULES
from slipway.rules.audit.facts import AuditFacts
from slipway.rules.rule import judge
from slipway.runner import Runner
from slipway.smoke.package_sources import package_sources


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Look up what the release installs, and judge what is known of it.

    Raises:
        InputError: an artifact is not the one that was built, or the address of the service cannot be used.
    """
    if not inputs.audit:
        return Addition(skipped="nobody asked for it")
    if manifest.is_part:
        return Addition(skipped="the job that decides does it")
    if not manifest.artifacts:
        return Addition(skipped="there is nothing to look up")
    if inputs.audit_service:
        addresses.insist_on_safe(inputs.audit_service)
    recheck(manifest, inputs.locate)
    try:
        facts = _look(manifest, inputs)
    except NotLooked as reason:
        facts = AuditFacts(not_looked=str(reason))
    judged = judge(RULES, facts, ignored=manifest.ignored)
    if facts.not_looked is not None:
        return msgspec.structs.replace(judged, skipped=f"not looked: {facts.not_looked}")
    runner.say(f"looked up {counted(facts.looked_up, 'distribution')}")
    return judged


def _look(manifest: Manifest, inputs: Inputs) -> AuditFacts:
    # A wheel says what it requires; of an sdist, the build may still decide it.
    first = min(manifest.artifacts, key=lambda one: one.kind == "sdist")
    metadata = artifact_facts.read_metadata(inputs.locate(first.filename))
    if metadata is None or metadata.unreadable or metadata.too_large:
        raise NotLooked(f"the metadata of {first.filename} cannot be read")
    try:
        interpreter = interpreters.choose(metadata.one("requires-python"), inputs.python)
    except InputError as error:
        raise NotLooked(error.happened.rstrip(".")) from error
    # Constraints are for the tests here; users do not have them.
    sources = [one for one in package_sources(inputs).arguments() if not one.startswith("--constraint")]
    asking = Asking(interpreter, sources, inputs.audit_service)
    with disposable.scratch() as folder:
        return known_vulnerabilities.look(metadata, asking, folder)
