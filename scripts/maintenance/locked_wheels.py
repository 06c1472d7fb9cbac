"""`python3 tests wheels`: whether what is locked has a wheel for every system, architecture and Python that is named.

uv is asked what it would install on each; nothing is installed. Where a wheel is missing, Slipway cannot be set up
there, and `setup_failures` says which Pythons it has wheels for.
"""

import os
import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from slipway import processes
from slipway.environments import uv_program

from maintenance import ROOT

LOCKS = tuple(
    ROOT / "scripts" / "requirements" / f"{name}.txt" for name in ("slipway", "publish", "sbom", "uv")
)
"""Together they hold all that is ever installed: the other lock files are parts of them."""

TARGETS = {
    "linux-x86_64": "x86_64-unknown-linux-gnu",
    "linux-aarch64": "aarch64-unknown-linux-gnu",
    "macos-arm64": "aarch64-apple-darwin",
    "macos-x86_64": "x86_64-apple-darwin",
    "windows-AMD64": "x86_64-pc-windows-msvc",
    "windows-ARM64": "aarch64-pc-windows-msvc",
}
"""What uv calls the platforms of `planning.matrix`."""

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""Those that Slipway itself runs on."""

KNOWN = {("windows-ARM64", "3.11"): "pyyaml"}
"""Where one is missing on its index, and which."""

SECONDS = 120.0

_MISSING = re.compile(r"Wheels are required for `([^`]+)`")


def missing(platform: str, python: str) -> str | None:
    """Return the first distribution that has no wheel for a platform and a Python; None where each has one.

    Raises:
        RuntimeError: uv says something else.
    """
    options = ["--dry-run", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-progress"]
    files = [word for lock in LOCKS for word in ("--requirements", str(lock))]
    with tempfile.TemporaryDirectory() as empty:
        place = ["--target", empty, "--python-platform", TARGETS[platform], "--python-version", python]
        done = uv_program.run(["pip", "install", *options, *place, *files], cwd=Path(empty), timeout=SECONDS)
    if done.returncode == 0:
        return None
    if found := _MISSING.search(done.output + done.errors):
        return found[1]
    raise RuntimeError("\n".join(done.tail()))


def run(_arguments: Sequence[str] = ()) -> int:
    """Look at every platform and Python, print what is not as it is known, and return 1 if there is such a thing."""
    pairs = list(product(TARGETS, PYTHONS))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(
            zip(pairs, map(processes.result, [pool.submit(missing, *pair) for pair in pairs]), strict=True)
        )
    unexpected = {pair: name for pair, name in found.items() if name != KNOWN.get(pair)}
    for (platform, python), name in unexpected.items():
        has = f"{name} has no wheel for it" if name else f"{KNOWN[platform, python]} has a wheel for it now"
        print(f"{platform} with Python {python}: {has}.")
    return 1 if unexpected else 0
