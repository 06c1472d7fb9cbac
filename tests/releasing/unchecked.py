"""The command line with a check that finds what the test says, in no time; everything else is the real thing.

It notes its own number, by which a test kills it, and the tree and the tag of everything that is checked.
"""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, sys.argv.pop(1))

from slipway import cli, pipeline
from slipway.errors import InputError
from slipway.manifest import Failure, Manifest
from slipway.options import Inputs

NOTES = Path(os.environ["RELEASING_NOTES"])


def check(_names: object, _manifest: object, inputs: Inputs, _runner: object) -> Manifest:
    asked = ["git", "rev-parse", "HEAD^{tree}", f"refs/tags/{inputs.tag}^{{tree}}"]
    trees = subprocess.run(asked, cwd=inputs.path, check=True, capture_output=True, text=True).stdout.split()
    with (NOTES / "checked").open("a") as stream:
        stream.write(f"{inputs.tag} {trees[0]} {trees[0] == trees[1]}\n")
    if (NOTES / "finding").exists():
        error = InputError("The check found something.", cause="The test wants it.", remedy="Change it.")
        return Manifest(command="check", failure=Failure.from_error(error, stage="validate"))
    return Manifest(command="check")


(NOTES / "pid").write_text(str(os.getpid()))
pipeline.run = check  # type: ignore[assignment]
cli.main()
