"""Build a wheel from an sdist with the setuptools that is here, and name it as a repaired one is named."""

import base64
import csv
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

package, output = Path(os.environ["PACKAGE"]), Path(os.environ["OUTPUT"])
output.mkdir(parents=True, exist_ok=True)
if not package.name.endswith(".tar.gz"):
    sys.exit(f"wheels are built from the sdist, not from {package}")
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"


def repaired(name: str) -> str:
    return name.replace("-linux_", "-manylinux_2_17_")


with tempfile.TemporaryDirectory() as scratch:
    with tarfile.open(package) as archive:
        archive.extractall(scratch)  # noqa: S202 - the tests' own sdist, and old Pythons have no filter
    source = next(Path(scratch).iterdir())
    done = subprocess.run(
        [sys.executable, "-c", BUILD, scratch], cwd=source, check=True, stdout=subprocess.PIPE, text=True
    )
    wheel = Path(scratch, done.stdout.splitlines()[-1])
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(output / repaired(wheel.name), "w") as new:
        record, rows = "", []
        for info in old.infolist():
            data = old.read(info)
            if info.filename.endswith(".dist-info/RECORD"):
                record = info.filename
                continue
            if info.filename.endswith(".dist-info/WHEEL"):
                data = repaired(data.decode()).encode()
            new.writestr(info, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append((info.filename, f"sha256={digest}", len(data)))
        table = io.StringIO()
        csv.writer(table, lineterminator="\n").writerows([*rows, (record, "", "")])
        new.writestr(record, table.getvalue())
