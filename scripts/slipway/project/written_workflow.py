"""What `slipway init` wrote for a project, as it stands in its workflow now: what the other commands go by."""

from pathlib import Path
from typing import Literal

from msgspec import Struct

from slipway.errors import InputError
from slipway.project import workflow
from slipway.project.workflow import Job, Workflow

Uploader = Literal["slipway", "pypa"]

PYPA = "pypa/gh-action-pypi-publish"
CALLED = "/.github/workflows/python-package.yml"


class Written(Struct, frozen=True, kw_only=True):
    """The choices that stand in a workflow.

    Attributes:
        file: its path from the repository's top folder.
        tag_prefix: the part of a release tag before the version.
        index: the index that it names; None where the event decides.
        uploader: what sends the files.
    """

    file: str
    tag_prefix: str
    index: str | None
    uploader: Uploader


def read(top: Path, inside: str) -> Written | None:
    """Return what the workflow of a project says; None where `slipway init` wrote none, or one cannot be read.

    Args:
        top: the top folder of the checkout.
        inside: the project's folder in it, with forward slashes; `.` for the top.
    """
    try:
        return among(workflow.read_all(top), inside)
    except InputError:
        return None


def among(files: tuple[Workflow, ...], inside: str) -> Written | None:
    """Return what the workflow of a project says, among those of its repository; else like `read`."""
    found = ((file, job) for file in files if file.written for job in file.jobs if CALLED in job.uses)
    return next((_read(file, job) for file, job in found if job.values.get("path", ".") == inside), None)


def _read(file: Workflow, package: Job) -> Written:
    steps = [step for job in file.jobs for step in job.steps]
    index = package.values.get("index", "")
    return Written(
        file=file.file,
        tag_prefix=package.values.get("tag-prefix", "v"),
        # What an expression stands for is known to the run only.
        index=index if index and "${{" not in index else None,
        uploader="pypa" if any(step.action == PYPA for step in steps) else "slipway",
    )
