"""Publish: exactly the files the manifest names, to the index that is asked for, with a receipt for each.

The index is the authority on what is public: whatever an earlier run came to, this one looks, and sends the rest.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from slipway.errors import InputError, Interrupted, SlipwayError, ToolError
from slipway.index.addresses import Index
from slipway.index.client import Client
from slipway.index.credentials import Fixed, Source
from slipway.manifest import Addition, Manifest, recheck
from slipway.options import Inputs
from slipway.publishing import aftermath, decision, failures, oidc, preflight, recovery, signing
from slipway.publishing.delivery import Delivery, Refused
from slipway.publishing.journal import Journal
from slipway.publishing.oidc import MintRefused
from slipway.publishing.preflight import Preflight
from slipway.publishing.upload import Uploader
from slipway.records import Artifact, Receipt
from slipway.rules.publisher import RULES as PUBLISHER_RULES
from slipway.rules.rule import combined, judge
from slipway.runner import Runner

LOOKING = 10.0
"""Seconds to look at the index between two attempts; if it does not answer, the file is sent again."""

Attestations = dict[str, dict[str, Any]]


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Upload every file that the index does not serve yet and return a receipt for each.

    Wheels go first and the sdist last: nobody builds from source while a wheel is on its way.

    Raises:
        InputError: there is nothing to publish, an earlier stage failed, or no index is named that can be used.
    """
    if manifest.blocking:
        return Addition(skipped="the findings block it")
    _insist_on_success(manifest)
    index = decision.publish_to(manifest, inputs, runner)
    try:
        flight = preflight.look(manifest, inputs, runner, index)
    except SlipwayError as error:
        return aftermath.before(error, command=aftermath.go_on(inputs, runner, index))
    with closing(flight.client):
        blocked = bool(manifest.with_addition(flight.judged, stage="publish").blocking)
        _introduce(flight, index, runner, at_length=blocked or inputs.dry_run)
        if blocked:
            return flight.judged
        if inputs.dry_run:
            _set_aside(manifest, inputs)
            return msgspec.structs.replace(flight.judged, skipped="a dry run sends nothing")
        return _Publishing(manifest, inputs, runner, index, flight).run()


def _set_aside(manifest: Manifest, inputs: Inputs) -> None:
    """Fill an empty folder with exactly the files of the manifest, for another program that uploads a folder."""
    recheck(manifest, inputs.locate)
    shutil.rmtree(inputs.packages, ignore_errors=True)
    inputs.packages.mkdir(parents=True)
    for artifact in manifest.artifacts:
        shutil.copyfile(inputs.locate(artifact.filename), inputs.packages / artifact.filename)
    recheck(manifest, lambda filename: inputs.packages / filename)


def _insist_on_success(manifest: Manifest) -> None:
    """Make sure that there is something to publish, and that no earlier stage failed over it."""
    failed = [
        s.name for s in manifest.stages if s.outcome == "failed" and s.name not in {"publish", "verify"}
    ]
    if failed:
        raise InputError(
            f"This release did not get through {', '.join(map(str, failed))}. Nothing was sent.",
            cause="An earlier command failed before it had judged and tried every file.",
            remedy="Run `slipway check` until it passes, then publish what it made.",
        )
    if not manifest.artifacts:
        raise InputError(
            "There is nothing to publish: the manifest names no files.",
            cause="The command before planned or validated, and built nothing.",
            remedy="Run `slipway check`, then publish what it made.",
        )


def _introduce(flight: Preflight, index: Index, runner: Runner, *, at_length: bool) -> None:
    """Say who publishes what; for a new project, and where something is wrong, what the index must know."""
    publisher, exists = flight.publisher, flight.state.listing.exists
    if publisher is not None and (at_length or not exists):
        for line in preflight.form(publisher, index=index, project=flight.state.project, exists=exists):
            runner.say(line)
    served = recovery.of_version(flight.state.listing, flight.state.version)
    left = recovery.days_left(served, now=flight.state.now)
    if flight.state.waiting and served and left is not None:
        runner.say(f"going on with a release that {index.spoken} closes in {left} days")


@dataclass
class _Publishing:
    """One run of the stage, once nothing speaks against it."""

    manifest: Manifest
    inputs: Inputs
    runner: Runner
    index: Index
    flight: Preflight

    def __post_init__(self) -> None:
        self._receipts: list[Receipt] = []
        self._findings = self.flight.judged

    def run(self) -> Addition:
        try:
            self._publish()
        except Refused as refusal:
            return self._failed(failures.refused(refusal, index=self.index, flight=self.flight))
        except MintRefused as refusal:
            return self._failed(failures.mint_refused(refusal, index=self.index, flight=self.flight))
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
        ordered = sorted(self.manifest.artifacts, key=lambda a: (a.kind == "sdist", a.filename))
        self._insist_on_names(ordered)
        waiting = [a for a in ordered if self.flight.state.listing.named(a.filename) is None]
        journal = self._journal()
        known = journal.begin(tuple(ordered))
        self._receipts += [self._receipt(a, known) for a in ordered if a not in waiting]
        if waiting:
            self._insist_on_bytes(waiting)
            with closing(Uploader(self.index)) as uploader:
                for artifact in waiting:
                    uploader.load(self.inputs.locate(artifact.filename))
                source = self._source()
                attestations = self._sign(waiting, source)
                source, attestations = self._admit(source, attestations)
                self._send(waiting, uploader, source, attestations, journal)

    def _insist_on_names(self, artifacts: Sequence[Artifact]) -> None:
        """Make sure that no name is taken by other bytes, also where the project ignores the rule that says so."""
        for artifact in artifacts:
            served = self.flight.state.listing.named(artifact.filename)
            if served is not None and served.sha256 not in {None, artifact.sha256}:
                raise InputError(
                    f"{self.index.spoken} already has a {artifact.filename} with other bytes. Nothing was sent.",
                    cause="This version was released before, from another build. An index never takes a name twice.",
                    remedy="Release under a new version; or publish the files of the first build.",
                )

    def _insist_on_bytes(self, waiting: Sequence[Artifact]) -> None:
        """Make sure that what is to be sent is here, and is what was built; what is public is not needed any more."""
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
        if self.flight.source is None:
            raise InputError(
                "There is no credential to publish with.",
                cause="The job is no trusted publisher, and neither SLIPWAY_TOKEN nor TWINE_PASSWORD is set, nor is "
                "there an entry in .pypirc or the keyring.",
                remedy="Put an API token of the index into SLIPWAY_TOKEN for this one command.",
            )
        return self.flight.source

    def _sign(self, waiting: Sequence[Artifact], source: Source) -> Attestations:
        """Return an attestation for every file, all of them before the first upload."""
        tokens, publisher = self.flight.tokens, self.flight.publisher
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
            self._remark("attestations-not-made", unsigned=error.happened)
            return {}

    def _admit(self, source: Source, attestations: Attestations) -> tuple[Source, Attestations]:
        """Get the first credential now; where trusted publishing is refused, a stored one takes its place."""
        try:
            source.current()
        except MintRefused as refusal:
            stored = self.flight.stored
            if stored is None or self.inputs.attestations == "required":
                raise
            self._remark("trusted-publishing-refused", refused=str(refusal))
            # The index takes attestations from trusted publishers only.
            return stored, {}
        return source, attestations

    def _send(
        self,
        waiting: Sequence[Artifact],
        uploader: Uploader,
        source: Source,
        attestations: Attestations,
        journal: Journal,
    ) -> None:
        credential = source.credential if isinstance(source, Fixed) and self.index.site is None else None
        client = Client(self.index, credential=credential, patience=LOOKING)
        delivery = Delivery(uploader, client, source, self.runner.say, self.inputs.publish_timeout)
        try:
            for number, artifact in enumerate(waiting, start=1):
                size = f"{artifact.size / 1000:.0f} kB"
                self.runner.say(f"uploading {artifact.filename} ({number} of {len(waiting)}, {size})")
                signed = attestations.get(artifact.filename)
                delivery.bring(artifact, self.inputs.locate(artifact.filename), (signed,) if signed else ())
                receipt = self._receipt(artifact, {}, outcome="uploaded", attested=signed is not None)
                self._receipts.append(receipt)
                journal.add(receipt)
        finally:
            client.close()

    def _journal(self) -> Journal:
        # A rehearsal's index is gone with it, and so is what it took.
        folder = None if self.inputs.command == "rehearse" else self.inputs.work
        return Journal(folder, index=self.index.name, name=self.manifest.name, version=self.manifest.version)

    def _receipt(
        self,
        artifact: Artifact,
        known: dict[str, Receipt],
        *,
        outcome: str = "already-there",
        attested: bool = False,
    ) -> Receipt:
        earlier = known.get(artifact.filename)
        return Receipt(
            filename=artifact.filename,
            sha256=artifact.sha256,
            index=self.index.name,
            outcome="uploaded" if outcome == "uploaded" else "already-there",
            attested=attested or (earlier is not None and earlier.attested),
        )

    def _remark(self, rule: str, **seen: str) -> None:
        """Add what one rule finds in what happened since the preflight."""
        rules = [one for one in PUBLISHER_RULES if one.name == rule]
        run = replace(self.flight.run, **seen)  # type: ignore[arg-type]
        self._findings = combined((self._findings, judge(rules, run, ignored=self.manifest.ignored)))

    def _failed(self, error: SlipwayError) -> Addition:
        addition = self._addition()
        command = aftermath.go_on(self.inputs, self.runner, self.index)
        told = aftermath.failure(
            error,
            stage="publish",
            manifest=self.manifest,
            receipts=self._receipts,
            client=self.flight.client,
            command=command,
        )
        return msgspec.structs.replace(addition, failure=told)

    def _addition(self) -> Addition:
        return msgspec.structs.replace(
            self._findings, receipts=tuple(self._receipts), publisher=self.flight.publisher
        )
