"""Uploads a release: signs its files, gets a credential, sends file after file, and keeps a receipt for each."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from slipway.digests import recheck
from slipway.errors import InputError, Interrupted, SlipwayError, ToolError
from slipway.index.credentials import Source
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.publication import Receipt
from slipway.publishing import after_failure, failures, oidc, signing
from slipway.publishing.oidc import MintRefused
from slipway.publishing.preflight import Preflight
from slipway.publishing.receipts import ReceiptLog
from slipway.publishing.retries import RetryingUploader, UploadRefused
from slipway.publishing.upload import Uploader
from slipway.records import Artifact
from slipway.rules.publisher import RULES
from slipway.rules.rule import combined, judge
from slipway.runner import Runner

LOOKING = 10.0
"""Seconds to read the index between two attempts; if it does not answer, the file is sent again."""

Attestations = dict[str, dict[str, Any]]
"""An attestation for each filename."""


@dataclass
class Release:
    """One release on its way to an index, after the preflight found nothing that blocks it."""

    manifest: Manifest
    inputs: Inputs
    runner: Runner
    checked: Preflight

    def __post_init__(self) -> None:
        self._index = self.checked.client.index
        self._receipts: list[Receipt] = []
        self._findings = self.checked.judged

    def publish(self) -> Addition:
        """Upload what is missing and return the receipts; of a failure, where the release stands."""
        try:
            self._publish()
        except UploadRefused as refusal:
            return self._failed(failures.upload_refused(refusal, self.checked))
        except MintRefused as refusal:
            return self._failed(failures.mint_refused(refusal, self.checked))
        except SlipwayError as error:
            return self._failed(error)
        except KeyboardInterrupt:
            return self._failed(
                Interrupted(
                    "Publishing was stopped.",
                    cause="You, or the runner on your behalf, ended the run.",
                    remedy="Nothing is lost: whatever arrived stays, and is not sent twice.",
                )
            )
        return self._addition()

    def _publish(self) -> None:
        # Wheels go first and the sdist last: nobody builds from source while a wheel is on its way.
        ordered = sorted(self.manifest.artifacts, key=lambda a: (a.kind == "sdist", a.filename))
        self._require_free_names(ordered)
        waiting = [a for a in ordered if self.checked.state.listing.named(a.filename) is None]
        # A rehearsal's index is gone with it, and so is what it took.
        folder = None if self.inputs.command == "rehearse" else self.inputs.work
        manifest = self.manifest
        log = ReceiptLog(folder, index=self._index.name, name=manifest.name, version=manifest.version)
        earlier = log.begin(tuple(ordered))
        for artifact in ordered:
            if artifact not in waiting:
                known = earlier.get(artifact.filename)
                self._add_receipt(artifact, "already-there", attested=known is not None and known.attested)
        if waiting:
            self._require_bytes(waiting)
            with closing(Uploader(self._index)) as uploader:
                for artifact in waiting:
                    uploader.load(self.inputs.locate(artifact.filename))
                source = self._source()
                attestations = self._sign(waiting, source)
                source, attestations = self._first_credential(source, attestations)
                self._send(waiting, uploader, source, attestations, log)

    def _require_free_names(self, artifacts: Sequence[Artifact]) -> None:
        """Refuse a name that is taken by other bytes, also where the project ignores the rule on it."""
        for artifact in artifacts:
            served = self.checked.state.listing.named(artifact.filename)
            if served is not None and served.sha256 not in {None, artifact.sha256}:
                raise InputError(
                    f"{self._index.title} already has a {artifact.filename} with other bytes. Nothing was sent.",
                    cause="This version was released before, from another build. An index never takes a name twice.",
                    remedy="Release under a new version; or publish the files of the first build.",
                )

    def _require_bytes(self, waiting: Sequence[Artifact]) -> None:
        """Make sure that what is to be sent is here and is what was built; public files are not needed any more."""
        gone = [a.filename for a in waiting if not self.inputs.locate(a.filename).is_file()]
        if gone:
            raise InputError(
                f"The bytes of {', '.join(gone)} are gone: the manifest names them and they are not in "
                f"{self.inputs.dist}. Nothing was sent.",
                cause="The folder was emptied, or only the manifest was handed on to this machine.",
                remedy="Fetch the whole work folder of the run that built them (`gh run download`), and publish from "
                "it. If they are lost, build the same commit again: where the bytes come out the same, publishing "
                "goes on; where they do not, it refuses, and the release needs a new version.",
            )
        recheck(Manifest(artifacts=tuple(waiting), plan=self.manifest.plan), self.inputs.locate)

    def _source(self) -> Source:
        if self.checked.source is None:
            raise InputError(
                "There is no credential to publish with.",
                cause="The job is no trusted publisher, and neither SLIPWAY_TOKEN nor TWINE_PASSWORD is set, nor is "
                "there an entry in .pypirc or the keyring.",
                remedy="Put an API token of the index into SLIPWAY_TOKEN for this one command.",
            )
        return self.checked.source

    def _sign(self, waiting: Sequence[Artifact], source: Source) -> Attestations:
        """Return an attestation for every file, all of them before the first upload."""
        tokens, publisher = self.checked.tokens, self.checked.publisher
        wanted = self.inputs.attestations
        if wanted == "off" or source.kind != "trusted-publishing" or tokens is None or publisher is None:
            return {}
        self.runner.say(f"signing {len(waiting)} file{'s' if len(waiting) > 1 else ''}")
        signer = signing.new_signer(
            lambda: oidc.id_token(tokens, signing.AUDIENCE, mask=self.runner.mask), publisher
        )
        paths = [self.inputs.locate(artifact.filename) for artifact in waiting]
        try:
            return signing.sign_all(signer, paths, say=self.runner.say)
        except ToolError as error:
            if wanted == "required":
                raise
            self._judge("attestations-not-made", unsigned=error.happened)
            return {}

    def _first_credential(self, source: Source, attestations: Attestations) -> tuple[Source, Attestations]:
        """Get the first credential; where trusted publishing is refused, a stored one takes its place."""
        try:
            source.current()
        except MintRefused as refusal:
            stored = self.checked.stored
            if stored is None or self.inputs.attestations == "required":
                raise
            self._judge("trusted-publishing-refused", refused=str(refusal))
            # The index takes attestations from trusted publishers only.
            return stored, {}
        return source, attestations

    def _send(
        self,
        waiting: Sequence[Artifact],
        uploader: Uploader,
        source: Source,
        attestations: Attestations,
        log: ReceiptLog,
    ) -> None:
        with self.checked.client.trying_for(LOOKING) as client:
            sender = RetryingUploader(uploader, client, source, self.runner.say, self.inputs.publish_timeout)
            for number, artifact in enumerate(waiting, start=1):
                size = f"{artifact.size / 1000:.0f} kB"
                self.runner.say(f"uploading {artifact.filename} ({number} of {len(waiting)}, {size})")
                signed = attestations.get(artifact.filename)
                sender.upload(artifact, self.inputs.locate(artifact.filename), (signed,) if signed else ())
                log.add(self._add_receipt(artifact, "uploaded", attested=signed is not None))

    def _add_receipt(
        self, artifact: Artifact, outcome: Literal["uploaded", "already-there"], *, attested: bool
    ) -> Receipt:
        receipt = Receipt(
            filename=artifact.filename,
            sha256=artifact.sha256,
            index=self._index.name,
            outcome=outcome,
            attested=attested,
        )
        self._receipts.append(receipt)
        return receipt

    def _judge(self, rule: str, **seen: str) -> None:
        """Judge one rule on what happened since the preflight."""
        rules = [one for one in RULES if one.name == rule]
        run = msgspec.structs.replace(self.checked.run, **seen)
        self._findings = combined((self._findings, judge(rules, run, ignored=self.manifest.ignored)))

    def _failed(self, error: SlipwayError) -> Addition:
        failure = after_failure.failure(
            error,
            stage="publish",
            manifest=self.manifest,
            receipts=self._receipts,
            client=self.checked.client,
            command=after_failure.next_command(self.inputs, self.runner, self._index),
        )
        return msgspec.structs.replace(self._addition(), failure=failure)

    def _addition(self) -> Addition:
        return msgspec.structs.replace(
            self._findings, receipts=tuple(self._receipts), publisher=self.checked.publisher
        )
