"""Copy files from the folder of artifacts as actions/download-artifact would hand them over."""

import fnmatch
import os
import shutil
import sys
from pathlib import Path

name, pattern = os.environ["ARTIFACT"], os.environ["PATTERN"]
source, target = Path(os.environ["ACT_ARTIFACTS"]), Path(os.environ["TARGET"])
if name:
    if not (source / name).is_dir():
        sys.exit(f"Unable to download artifact(s): Artifact not found for name: {name}")
    shutil.copytree(source / name, target, dirs_exist_ok=True)
else:
    for path in sorted(source.iterdir()) if source.is_dir() else ():
        if fnmatch.fnmatchcase(path.name, pattern or "*"):
            shutil.copytree(path, target / path.name, dirs_exist_ok=True)
