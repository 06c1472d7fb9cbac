"""Files that were built elsewhere, copied into the work folder."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from slipway import system
from slipway.manifest import sha256
from slipway.records import Artifact


def collect(files: Mapping[str, Path], dist: Path) -> Iterator[Artifact]:
    """Copy files into an empty folder and yield their records."""
    if dist.exists():
        system.retried(lambda: shutil.rmtree(dist))
    dist.mkdir(parents=True)
    for filename, source in sorted(files.items()):
        copy = dist / filename
        shutil.copyfile(source, copy)
        yield Artifact(
            filename=filename,
            kind="wheel" if filename.endswith(".whl") else "sdist",
            size=copy.stat().st_size,
            sha256=sha256(copy),
        )
