"""Publish: exactly the files the manifest names, to the index that is asked for, with a receipt for each."""

from __future__ import annotations

import os

from slipway.errors import InputError, SlipwayError, ToolError
from slipway.index import addresses, credentials
from slipway.index.addresses import Index
from slipway.index.client import Client, Listing
from slipway.index.upload import Refusal, Uploader
from slipway.inputs import Inputs
from slipway.manifest import Addition, Artifact, Failure, Manifest, Receipt, recheck
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Upload every file that the index does not serve yet and return a receipt for each.

    Wheels go first and the sdist last: nobody builds from source while a wheel is on its way.

    Raises:
        InputError: no index is named, the files are not those of the manifest, or the index holds other bytes.
        ToolError: the index cannot be reached.
    """
    if manifest.blocking:
        return Addition(skipped="the findings block it")
    recheck(manifest, inputs.locate)
    index = addresses.resolve(addresses.asked(manifest.index, inputs.index))
    credential = inputs.credential or credentials.from_environment(os.environ)
    runner.mask(credential.secret)
    waiting = to_send(manifest, Client(index.simple).listing(manifest.name), index)
    uploader = Uploader(index, credential)
    receipts: list[Receipt] = []
    try:
        for artifact in sorted(manifest.artifacts, key=lambda a: (a.kind == "sdist", a.filename)):
            if artifact in waiting:
                runner.say(f"uploading {artifact.filename}")
                _send(uploader, artifact, inputs, index)
            receipts.append(
                Receipt(
                    filename=artifact.filename,
                    sha256=artifact.sha256,
                    index=index.name,
                    outcome="uploaded" if artifact in waiting else "already-there",
                )
            )
    except SlipwayError as error:
        return Addition(receipts=tuple(receipts), failure=Failure.told_by(error, stage="publish"))
    finally:
        uploader.close()
    return Addition(receipts=tuple(receipts))


def to_send(manifest: Manifest, listing: Listing, index: Index) -> tuple[Artifact, ...]:
    """Return the artifacts the index does not serve yet.

    Identical bytes are a success; so is a file whose digest the index does not tell, until `verify` reads it.

    Raises:
        InputError: the index serves other bytes under the name of one of ours; nothing may be sent then.
    """
    waiting = []
    for artifact in manifest.artifacts:
        served = listing.named(artifact.filename)
        if served is None:
            waiting.append(artifact)
        elif served.sha256 not in (None, artifact.sha256):
            raise InputError(
                f"{index.name} already has a {artifact.filename} with other bytes. Nothing was sent.",
                cause="This version was released before, from another build. An index never takes a name twice.",
                remedy="Release under a new version; or publish the files of the first build, which are safe to send.",
            )
    return tuple(waiting)


def _send(uploader: Uploader, artifact: Artifact, inputs: Inputs, index: Index) -> None:
    try:
        uploader.upload(inputs.locate(artifact.filename))
    except Refusal as refusal:
        raise ToolError(
            f"{index.name} refused {artifact.filename}: {refusal.status} {refusal.reason}.",
            cause="The words above are the index's own.",
            remedy="Mend what they name and run again from the same manifest; what was taken is not sent twice.",
        ) from refusal
