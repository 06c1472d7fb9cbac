"""Inspect: read each artifact, and judge each of them and the set."""

import functools
from dataclasses import replace

import msgspec

from slipway import preload, waiting
from slipway.artifacts import artifact, linkage
from slipway.artifacts.metadata import MetadataFacts
from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.wheel import WheelFacts
from slipway.digests import require_same, require_there
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.publication import Page
from slipway.records import Artifact
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Read every artifact and return its record, and what the rules find in it and in the set.

    Raises:
        InputError: an artifact is missing, is not the one that was built, or is neither an sdist nor a wheel.
    """
    del runner
    if not manifest.artifacts and manifest.blocking:
        return Addition(skipped="there is nothing to inspect")
    if manifest.artifacts:
        facts = [_read(one, inputs) for one in manifest.artifacts]
    else:
        facts = [artifact.read(file, described=_prepare) for file in inputs.files]
    # Its tools unpack a wheel, so archives with problems are not given to them.
    linked = linkage.read(inputs.locate(w.filename) for w in facts if w.kind == "wheel" and not w.problems)
    facts = [
        replace(one, repair_problem=linked[one.filename].problem) if one.filename in linked else one
        for one in facts
    ]
    from slipway import judging  # loaded beside the reading of a large wheel

    found = judging.judged(facts, linked, manifest, inputs)
    records = tuple(artifact.record(one) for one in facts)
    described = next((one.metadata for one in reversed(facts) if one.metadata is not None), None)
    page = _page(described) if described else None
    return msgspec.structs.replace(found, artifacts=records, page=page)


def _prepare(metadata: MetadataFacts) -> None:
    """Let what follows be loaded, and the description be rendered, while another process reads a large wheel."""
    waiting.put_off(functools.partial(_page, metadata))
    waiting.put_off(functools.partial(preload.load, ("slipway.judging", *preload.REPORT)))


def _page(metadata: MetadataFacts) -> Page:
    from slipway.rules.metadata import page

    return page.of(metadata)


def _read(named: Artifact, inputs: Inputs) -> SdistFacts | WheelFacts:
    """Return the facts of a file that the manifest names, which are those of the same bytes."""
    path = inputs.locate(named.filename)
    require_there(path, named.filename)
    facts = artifact.read(path)
    require_same(facts.sha256, named.filename, named.sha256)
    return facts
