"""The bill of materials in the format CycloneDX, written by cyclonedx-py from metadata and validated against its schema.

cyclonedx-py (https://cyclonedx-bom-tool.readthedocs.io/) runs in an environment of its own. It asks a Python for its
search path; that one runs without `site`, so that no `*.pth` file counts, and finds nothing but metadata in the one folder
that is added. `--output-reproducible` leaves out time and serial number. Afterwards the wheel becomes the main component.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from packaging.utils import canonicalize_name

from slipway import __version__, processes
from slipway.environments import tool_environment
from slipway.errors import ToolError
from slipway.materials import installed
from slipway.records import Artifact

LOCK = Path(__file__).parents[2] / "requirements" / "sbom.txt"
CHECK = Path(__file__).with_name("cyclonedx_check.py").read_bytes()

FORMAT = "CycloneDX"
VERSION = "1.6"
SUFFIX = ".cdx.json"
"""The name that CycloneDX recommends for its JSON: https://cyclonedx.org/specification/overview/."""

SECONDS = 120.0
"""That one program may take."""

MOST_BYTES = 32 * 1024**2
"""Of the document; a component takes about 2 kB."""


class Subject(Struct, frozen=True):
    """What the document is about.

    Attributes:
        name: of the project.
        artifacts: all files of the release, which are named with their digests.
        python: the Python that the requirements were resolved for, as people write it.
        platform: the system that they were resolved for.
    """

    name: str
    version: str
    artifacts: Sequence[Artifact]
    python: str
    platform: str


class Document(Struct, frozen=True):
    """A valid document, and how many distributions it lists beside the project itself."""

    data: bytes
    components: int


def write(subject: Subject, view: Path, folder: Path) -> Document:
    """Return the document on what was installed.

    Args:
        subject: what it is about.
        view: a folder that holds the metadata of each distribution, and nothing else.
        folder: a folder for files that are thrown away.

    Raises:
        ToolError: cyclonedx-py cannot be installed, or wrote nothing that can be used.
    """
    python = tool_environment.python(LOCK, holds="cyclonedx_py", what="The programs that write an SBOM")
    written = folder / f"written{SUFFIX}"
    options = ["-S", "--output-reproducible", "--no-validate", f"--spec-version={VERSION}"]
    words = ["environment", *options, "--output-format=JSON", f"--output-file={written}", str(python)]
    _run([python, "-I", "-m", "cyclonedx_py", *words], folder, PYTHONPATH=str(view))
    document = _read(written)
    components = _check_listed(document, installed.names(view))
    own = _main_component(document, subject)
    document["components"] = [one for one in components if one is not own]
    _complete(document, own, subject)
    data = (json.dumps(document, indent=2, sort_keys=True) + "\n").encode("ascii")
    written.write_bytes(data)
    check = folder / "cyclonedx_check.py"
    check.write_bytes(CHECK)
    _run([python, "-I", check, written], folder)
    return Document(data, len(components) - 1)


def _run(argv: Sequence[str | Path], folder: Path, **variables: str) -> None:
    environ = processes.scrubbed_environment(variables)
    # With it, cyclonedx-py would give the time of the commit as that of the document.
    environ.pop("SOURCE_DATE_EPOCH", None)
    try:
        done = processes.run(argv, cwd=folder, timeout=SECONDS, environ=environ)
    except processes.TimedOut as error:
        raise _unusable(f"was not done after {error.seconds:.0f} s") from error
    if done.returncode:
        raise _unusable(f"ended with exit code {done.returncode}", done.tail())


def _read(path: Path) -> dict[str, Any]:
    if path.stat().st_size > MOST_BYTES:
        raise _unusable(f"wrote more than {MOST_BYTES // 1024**2} MiB")
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _unusable("wrote no JSON") from error
    if not isinstance(document, dict) or document.get("bomFormat") != FORMAT:
        raise _unusable(f"wrote no {FORMAT}")
    return document


def _check_listed(document: dict[str, Any], expected: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return the components; they have to be exactly the distributions that were installed."""
    components: list[dict[str, Any]] = document.get("components", [])
    listed = {(str(canonicalize_name(one["name"])), str(one["version"])) for one in components}
    if different := sorted({name for name, _ in listed} ^ {name for name, _ in expected}):
        raise _unusable(f"did not list exactly what was installed: {', '.join(different[:5])}")
    return components


def _main_component(document: dict[str, Any], subject: Subject) -> dict[str, Any]:
    wanted = canonicalize_name(subject.name)
    return next(one for one in document["components"] if canonicalize_name(one["name"]) == wanted)


def _complete(document: dict[str, Any], own: dict[str, Any], subject: Subject) -> None:
    """Make the project the main component, with the files of the release; say what the rest holds for."""
    own.setdefault("externalReferences", []).extend(
        {
            "type": "distribution",
            "url": one.filename,
            "hashes": [{"alg": "SHA-256", "content": one.sha256}],
        }
        for one in sorted(subject.artifacts, key=lambda one: one.filename)
    )
    about = document.setdefault("metadata", {})
    about["component"] = own
    properties = {"slipway:platform": subject.platform, "slipway:python": subject.python}
    about.setdefault("properties", []).extend({"name": n, "value": v} for n, v in properties.items())
    tools = about.setdefault("tools", {}).setdefault("components", [])
    tools.append({"type": "application", "name": "slipway", "version": __version__})


def _unusable(what: str, log: tuple[str, ...] = ()) -> ToolError:
    return ToolError(
        f"No SBOM could be made: cyclonedx-py {what}.",
        cause="It cannot read the metadata of a distribution that the wheel installs, or the machine has a fault.",
        remedy="Run it again. If it stays, look in its output which distribution it is about, or do without: leave out "
        "--sbom, and `sbom` in [tool.slipway].",
        log=log,
    )
