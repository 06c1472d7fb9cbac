"""A project that builds in a moment: its backend is its own, needs nothing installed and does what it is told."""

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path

PYPROJECT = """\
[build-system]
requires = []
build-backend = "own_backend"
backend-path = ["_build_tools"]

[project]
name = "{name}"
version = "1.0.0"
description = "A project that builds in a moment."
readme = "README.md"
requires-python = ">=3.9"
license = "MIT"
license-files = ["LICENSE"]
authors = [{{ name = "The tests" }}]
{dependencies}
[project.urls]
Source = "https://example.org/source"
"""

BACKEND = '''\
"""Writes the two archives with the standard library, after doing what this test asks for."""

import io
import os
import re
import tarfile
import zipfile
from pathlib import Path

NAME = "{module}"
WRITTEN = re.search(r'^version = "(.+)"', Path("pyproject.toml").read_text(), re.MULTILINE)
VERSION = WRITTEN[1] if WRITTEN else "1.0.0"
METADATA = f"""\\
Metadata-Version: 2.4
Name: {name}
Version: {{VERSION}}
Summary: A project that builds in a moment.
Author: The tests
License-Expression: MIT
License-File: LICENSE
Requires-Python: >=3.9
{required}Project-URL: Source, https://example.org/source
Description-Content-Type: text/markdown

A project that builds in a moment, as a readme says at length.
"""
WHEEL = "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"


def build_sdist(sdist_directory, config_settings=None):
    """Build the sdist."""
{in_build}
    top = f"{{NAME}}-{{VERSION}}"
    with tarfile.open(Path(sdist_directory, f"{{top}}.tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(Path().rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                archive.add(path, f"{{top}}/{{path.as_posix()}}")
        info = tarfile.TarInfo(f"{{top}}/PKG-INFO")
        info.size, info.mode = len(METADATA), 0o644
        archive.addfile(info, io.BytesIO(METADATA.encode()))
    return f"{{top}}.tar.gz"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build the wheel."""
    about = f"{{NAME}}-{{VERSION}}.dist-info"
    members = {{path.relative_to("src").as_posix(): path.read_bytes() for path in Path("src").rglob("*") if path.is_file()}}
    members = {{name: data for name, data in members.items() if not name.endswith(".pyc")}}
    members |= {{
        f"{{about}}/METADATA": METADATA.encode(),
        f"{{about}}/WHEEL": WHEEL.encode(),
        f"{{about}}/licenses/LICENSE": Path("LICENSE").read_bytes(),
    }}
    record = "".join(f"{{name}},{{_digest(data)}},{{len(data)}}\\n" for name, data in members.items())
    with zipfile.ZipFile(Path(wheel_directory, f"{{NAME}}-{{VERSION}}-py3-none-any.whl"), "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(f"{{about}}/RECORD", f"{{record}}{{about}}/RECORD,,\\n")
    return f"{{NAME}}-{{VERSION}}-py3-none-any.whl"


def _digest(data):
    import base64
    import hashlib

    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
'''


def make(
    folder: Path,
    *,
    name: str = "tiny-project",
    in_build: str = "",
    in_import: str = "",
    requires: Sequence[str] = (),
) -> Path:
    """Write the project into a new folder and return it.

    Args:
        folder: where; it is made.
        name: the distribution's name, lower case with dashes.
        in_build: statements that run first when the sdist is built.
        in_import: statements that run when the package is imported.
        requires: its dependencies.
    """
    module = name.replace("-", "_")
    files = {
        "pyproject.toml": PYPROJECT.format(
            name=name, dependencies=f"dependencies = {json.dumps(requires)}\n" if requires else ""
        ),
        "README.md": "A project that builds in a moment, as a readme says at length.\n",
        "LICENSE": "Permission is hereby granted to everyone.\n",
        "_build_tools/own_backend.py": BACKEND.format(
            name=name,
            module=module,
            required="".join(f"Requires-Dist: {one}\\n" for one in requires),
            in_build=textwrap.indent(textwrap.dedent(in_build), "    "),
        ),
        f"src/{module}/__init__.py": f'"""A package."""\n\n{textwrap.dedent(in_import)}',
    }
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder
