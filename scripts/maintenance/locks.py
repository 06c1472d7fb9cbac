"""`python3 tests lock`: resolve the lock files from the .in files again, with hashes for every platform."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from slipway import processes
from slipway.index import settings

from maintenance import ROOT

ALL = ROOT / "tests" / "requirements" / "tests.txt"
SITE = ROOT / "tests" / "requirements" / "site.txt"
PARTS = {
    "slipway": (),
    "publish": (),
    "uv": (),
    "check": ("keyring",),
    "compiled": (),
    "interface": (),
    "sbom": ("rfc3987-syntax",),
    "verify": ("keyring", "readme-renderer"),
}
"""The lock files in scripts/requirements, each with what it does without: what twine asks for and nothing imports on a
runner, and what jsonschema would check addresses with, which takes seconds to load."""

OLDEST_PYTHON = "3.11"

COMPILE = (
    *("uv", "pip", "compile", "--universal", "--python-version", OLDEST_PYTHON),
    *("--generate-hashes", "--no-annotate", "--no-header", "--no-config", "--quiet"),
)

HEADER = "# Made from the .in file beside it by\n#     python3 tests lock\n"


def run(arguments: Sequence[str]) -> int:
    """Resolve every .in file, and return the first exit code of uv that is not 0.

    The tests' requirements include all others and are resolved first; the releases chosen there are preferred for
    the others, so that every lock file has the same release of a distribution.
    """
    environ = processes.scrubbed_environment(settings.read(os.environ).uv_environ())
    # uv prefers the releases it finds in the file it is to write.
    with tempfile.TemporaryDirectory() as folder:
        seed = ALL
        parts = {ROOT / "scripts" / "requirements" / f"{name}.txt": out for name, out in PARTS.items()}
        for target, left_out in {ALL: PARTS["sbom"], **parts, SITE: ()}.items():
            made = Path(folder, target.name)
            preferred = SITE if target == SITE else seed
            if preferred.exists():
                made.write_bytes(preferred.read_bytes())
            argv = [*COMPILE, str(target.with_suffix(".in").relative_to(ROOT)), "--output-file", str(made)]
            argv += arguments if target in {ALL, SITE} else ()
            overrides = Path(folder, "overrides.txt")
            overrides.write_text("".join(f'{name} ; python_version < "3"\n' for name in left_out))
            argv += ("--override", str(overrides))
            if code := subprocess.run(argv, cwd=ROOT, env=environ, check=False).returncode:
                return code
            target.write_text(HEADER + made.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
            seed = made if target == ALL else seed
    return 0
