"""In cibuildwheel's place, which needs containers: it lists the same wheels, and builds the one that this machine can.

`@BUILDER@` is the Python that has setuptools, `@WHEELS@` the path of wheels.py.
"""

import os
import runpy
import subprocess
import sys
from pathlib import Path

OWN = Path(__file__).resolve().parents[1]

if "--print-build-identifiers" in sys.argv:
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != OWN]
    sys.modules.pop("cibuildwheel", None)
    runpy.run_module("cibuildwheel", run_name="__main__", alter_sys=True)
else:
    out = sys.argv[sys.argv.index("--output-dir") + 1]
    environ = os.environ | {"PACKAGE": sys.argv[-1], "OUTPUT": out}
    sys.exit(subprocess.run(["@BUILDER@", "-I", "@WHEELS@"], env=environ, check=False).returncode)
