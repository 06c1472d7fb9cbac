"""Copy files to the folder of artifacts as actions/upload-artifact would hand them on."""

import os
import re
import shutil
import sys
from pathlib import Path

name = os.environ["ARTIFACT"]
if not name or re.search(r'[":<>|*?\r\n\\/]', name):
    sys.exit(f"The artifact name is not valid: {name!r}")
target = Path(os.environ["ACT_ARTIFACTS"], name)
if target.exists():
    sys.exit(f"Failed to CreateArtifact: 409, an artifact with the name {name} exists already")
named = [Path(line.strip()) for line in os.environ["FILES"].splitlines() if line.strip()]
found = [path.absolute() for path in named if path.exists()]
files = [
    file
    for path in found
    for file in ([path] if path.is_file() else sorted(path.rglob("*")))
    if file.is_file()
]
if os.environ["HIDDEN"] != "true":
    files = [file for file in files if not any(part.startswith(".") for part in file.parts)]
if not files:
    if os.environ["NOTHING"] == "error":
        sys.exit("No files were found")
    print("::warning::No files were found with the provided path")
    sys.exit()
# With several paths the artifact starts at what they have in common.
top = Path(os.path.commonpath([path if path.is_dir() and len(found) == 1 else path.parent for path in found]))
for file in files:
    copy = target / file.relative_to(top)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, copy)
