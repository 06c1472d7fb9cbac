"""How a run is reported: what it leaves in the work folder and with the runner, and what it prints."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from slipway.errors import SlipwayError
from slipway.manifest import Manifest, to_json
from slipway.options import Inputs
from slipway.report import annotations as annotating
from slipway.report import outputs
from slipway.runner import Runner
from slipway.runner.base import printable

Shown = TypeVar("Shown")

REPORT = "report.md"


def record(manifest: Manifest, inputs: Inputs, runner: Runner) -> None:
    """Write the report into the work folder, and tell the runner."""
    # The run has its verdict already; a folder that cannot be written was reported with it.
    if inputs.keeps and inputs.work.is_dir():
        from slipway.report import markdown

        path = inputs.work / REPORT
        try:
            path.write_text(printable(markdown.render(manifest)), "utf-8", newline="\n")
        except OSError as error:
            print(f"{path} could not be written: {error.strerror}", file=sys.stderr)
    runner.summarise(partial(_summary, manifest))
    annotating.show(manifest, runner, project=inputs.path)
    outputs.show(manifest, inputs, runner)


def _summary(manifest: Manifest) -> str:
    from slipway.report import markdown  # what neither a folder nor a runner keeps is not rendered

    return markdown.summary(manifest)


def print_document(manifests: Mapping[Path, Manifest], inputs: Inputs) -> None:
    """Print what `--format` asks for.

    Args:
        manifests: the manifest of each project by its folder.
        inputs: what was asked for.
    """
    begin = _from_here if inputs.format == "short" else _from_the_top
    render = renderer(inputs.format or "")
    rendered = render({begin(folder): one for folder, one in manifests.items()})
    if inputs.format == "sarif":
        print_json(rendered.encode())
    else:
        sys.stdout.write(rendered)


def renderer(name: str) -> Callable[[Mapping[str, Manifest]], str]:
    """Return what makes one document of the manifest of each project, for a format beside JSON.

    Its module is imported here: most runs print none of them.

    Raises:
        LookupError: there is no such format.
    """
    match name:
        case "short":
            from slipway.report.short import render
        case "sarif":
            from slipway.report.sarif import render
        case "junit":
            from slipway.report.junit import render
        case _:
            raise LookupError(name)
    return render


def print_json(document: bytes) -> None:
    """Print a JSON document."""
    # A runner obeys `##[command]` anywhere in a line; the escape is the same string to every reader of JSON.
    sys.stdout.write(printable(document.decode()).replace("##[", r"#\u0023["))


def print_record(record: Shown, inputs: Inputs, runner: Runner, show: Callable[[Shown], None]) -> None:
    """Print what a command found that has no manifest: as JSON where that is asked for, else as `show` does."""
    if inputs.json:
        print_json(to_json(record))
    else:
        with runner.quoting():
            show(record)


def _from_here(folder: Path) -> str:
    """Return a folder as editors find it: from the current folder, or absolute where that is on another drive."""
    try:
        relative = os.path.relpath(folder)
    except ValueError:
        return folder.as_posix()
    return "" if relative == "." else Path(relative).as_posix()


def _from_the_top(folder: Path) -> str:
    """Return a folder from the top of its repository; empty for the top, and outside of any repository."""
    from slipway import git  # one format alone asks for it

    with suppress(OSError, SlipwayError):
        if place := git.place(folder):
            return place[1]
    return ""
