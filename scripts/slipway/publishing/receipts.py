"""Keeps each receipt at once, so that a run that is killed between two files leaves them to the next one.

The index stays the authority on what is public. The log adds what no index shows: which bytes a release was
begun with, and whether an attestation went along.
"""

import hashlib
from functools import partial
from pathlib import Path

import msgspec

from slipway.errors import InputError
from slipway.publication import Receipt
from slipway.records import Artifact, Record

FOLDER = "receipts"


class _Begun(Record, frozen=True):
    index: str
    name: str
    version: str | None
    files: dict[str, str]


class ReceiptLog:
    """The receipts of one release to one index.

    Args:
        folder: the work folder; None keeps nothing, as in a rehearsal.
        index: name of the index.
        name: of the project.
        version: of the release.
    """

    def __init__(self, folder: Path | None, *, index: str, name: str, version: str | None) -> None:
        self._begin = partial(_Begun, index=index, name=name, version=version)
        key = hashlib.sha256(f"{index}\n{name}\n{version}".encode()).hexdigest()[:16]
        self._path = folder / FOLDER / f"{name or 'release'}-{key}.jsonl" if folder else None

    def begin(self, artifacts: tuple[Artifact, ...]) -> dict[str, Receipt]:
        """Begin or go on with a release, and return the receipts there are, by filename.

        Raises:
            InputError: it was begun with other bytes, of which some are public.
        """
        intended = {artifact.filename: artifact.sha256 for artifact in artifacts}
        begun, receipts = self._read()
        if begun is not None:
            sent = [name for name in receipts if name in begun.files]
            changed = [name for name, digest in intended.items() if begun.files.get(name, digest) != digest]
            if changed and sent:
                raise InputError(
                    f"The release was begun with other bytes than {', '.join(changed)} has now. Nothing was sent.",
                    cause=f"It was built again after {', '.join(sent)} had been uploaded, and did not come out the same.",
                    remedy="Publish the files of the first build, which are safe to send: the workflow's run keeps them "
                    "as an artifact. If they are lost, yank what is public and release a new version.",
                )
        if not receipts:
            self._append(self._begin(files=intended), fresh=True)
        return {name: r for name, r in receipts.items() if intended.get(name) == r.sha256}

    def receipts(self) -> tuple[Receipt, ...] | None:
        """Return the receipts there are, None where the release was not begun from this folder."""
        begun, receipts = self._read()
        return tuple(receipts.values()) if begun or receipts else None

    def add(self, receipt: Receipt) -> None:
        """Write one receipt to the log at once."""
        self._append(receipt)

    def _append(self, record: Record, *, fresh: bool = False) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("wb" if fresh else "ab") as stream:
            # The newline comes first: what a killed run left of its last line stays a line of its own.
            stream.write(b"\n" + msgspec.json.encode(record))

    def _read(self) -> tuple[_Begun | None, dict[str, Receipt]]:
        begun: _Begun | None = None
        receipts: dict[str, Receipt] = {}
        if self._path is None or not self._path.is_file():
            return None, {}
        for line in self._path.read_bytes().splitlines():
            # The last line of a run that was killed may be cut short; the index has what it would have named.
            try:
                record = msgspec.json.decode(line)
                if "files" in record:
                    begun = begun or msgspec.convert(record, _Begun)
                else:
                    receipt = msgspec.convert(record, Receipt)
                    receipts[receipt.filename] = receipt
            except (msgspec.MsgspecError, TypeError):
                continue
        return begun, receipts
