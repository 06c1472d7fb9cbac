"""Put interpreters of this machine into the runner's tool cache, where actions/setup-python installs them."""

import json
import os
import sys
from pathlib import Path

here: dict[str, str] = json.loads(os.environ["ACT_PYTHONS"])
for version in os.environ["WANTED"].split():
    if version not in here:
        sys.exit(f"The version '{version}' with architecture 'x64' was not found for this operating system.")
    folder = Path(os.environ["RUNNER_TOOL_CACHE"], "Python", f"{version}.0", "x64", "bin")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("python", "python3"):
        link = folder / name
        if not link.is_symlink():
            link.symlink_to(here[version])
    with Path(os.environ["GITHUB_PATH"]).open("a", encoding="utf-8") as stream:
        stream.write(f"{folder}\n")
