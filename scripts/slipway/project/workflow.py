"""The workflow files of a repository, read into frozen records: structure and lines."""

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, field

from slipway.errors import InputError
from slipway.project.declared import table_or_empty

SIZE_LIMIT = 1_000_000
"""Bytes of a workflow; GitHub's own limit is lower."""
NODE_LIMIT = 50_000
"""Values in a workflow with every alias counted as often as it is used."""
DEPTH_LIMIT = 50
WRITTEN = b"# Written by `slipway init`"
"""How a file begins that init wrote (templates/caller.yml)."""


_EXAMPLE = "0123456789abcdef" * 3
"""What examples begin a commit with."""


def is_placeholder(ref: str) -> bool:
    """Return whether a text stands in an example in the place of a commit."""
    return len(ref) > len("0123456789") and (_EXAMPLE.startswith(ref) or not ref.strip("0"))


class Text(str):
    """A scalar of a YAML file that knows its line, counted from 1."""

    __slots__ = ("line",)
    line: int


class Step(Struct, frozen=True, kw_only=True):
    """One step of a job."""

    line: int
    uses: str = ""
    run: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """What it uses, without the commit."""
        return self.uses.partition("@")[0]


class Job(Struct, frozen=True, kw_only=True):
    """One job: its own steps, or the workflow it calls.

    Attributes:
        permissions: scope to access; `{"*": "write-all"}` where it is one word; None where it says nothing.
        secrets: what it hands to a called workflow; `{"*": "inherit"}` for all of them.
        environment: the name of the environment it belongs to; empty where it belongs to none.
    """

    name: str
    line: int
    uses: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    permissions: Mapping[str, str] | None = None
    steps: tuple[Step, ...] = ()
    environment: str = ""


class Workflow(Struct, frozen=True, kw_only=True):
    """One file below .github/workflows.

    Attributes:
        file: its path from the repository's top folder, with forward slashes.
        content: the whole of it, as plain values.
        written: whether its first line says that `slipway init` wrote it.
    """

    file: str
    jobs: tuple[Job, ...]
    permissions: Mapping[str, str] | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    written: bool = False


class CallerFacts(Struct, frozen=True, kw_only=True):
    """What `init --check` judges.

    Attributes:
        slipway: the repository that hosts Slipway, `owner/name`.
        expected: the workflow as it would be written now.
        workflows: every workflow that is there.
        tag_prefix: what stands before the version in the tags that release.
    """

    slipway: str
    expected: Workflow
    workflows: tuple[Workflow, ...]
    tag_prefix: str = "v"

    @property
    def present(self) -> Workflow | None:
        """The file at the expected path, if there is one."""
        return next((one for one in self.workflows if one.file == self.expected.file), None)


def read_all(top: Path) -> tuple[Workflow, ...]:
    """Return every workflow of a repository, by file name.

    Raises:
        InputError: one of them cannot be read.
    """
    folder = top / ".github" / "workflows"
    paths = sorted(path for path in folder.glob("*.y*ml") if path.suffix in {".yml", ".yaml"})
    return tuple(read(path.read_bytes(), file=path.relative_to(top).as_posix()) for path in paths)


def read(content: bytes, *, file: str) -> Workflow:
    """Return the record of one workflow.

    Raises:
        InputError: it is not a workflow that can be read.
    """
    if len(content) > SIZE_LIMIT:
        raise _unreadable(file, f"it is larger than {SIZE_LIMIT} bytes")
    try:
        node = yaml.compose(content, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _unreadable(file, " ".join(str(error).split())) from error
    tree = _plain(node, file, count(1)) if node is not None else {}
    if not isinstance(tree, dict):
        raise _unreadable(file, "it does not hold a mapping")
    jobs = tuple(_job(name, value) for name, value in table_or_empty(tree.get("jobs")).items())
    return Workflow(
        file=file,
        jobs=jobs,
        permissions=_permissions(tree.get("permissions")),
        content=tree,
        written=content.startswith(WRITTEN),
    )


def _job(name: str, value: object) -> Job:
    job = table_or_empty(value)
    steps = job.get("steps")
    environment = job.get("environment")
    return Job(
        name=str(name),
        line=_line(name),
        uses=_text(job.get("uses")),
        values=_texts(job.get("with")),
        secrets={"*": str(job["secrets"])}
        if isinstance(job.get("secrets"), str)
        else _texts(job.get("secrets")),
        permissions=_permissions(job.get("permissions")),
        steps=tuple(_step(step, _line(name)) for step in steps) if isinstance(steps, list) else (),
        environment=_text(environment) or _text(table_or_empty(environment).get("name")),
    )


def _step(value: object, line: int) -> Step:
    step = table_or_empty(value)
    return Step(
        line=min((_line(key) for key in step), default=line),
        uses=_text(step.get("uses")),
        run=_text(step.get("run")),
        values=_texts(step.get("with")),
        env=_texts(step.get("env")),
    )


def _permissions(value: object) -> dict[str, str] | None:
    if value is None:
        return None
    return {"*": _text(value)} if isinstance(value, str) and value else _texts(value)


def _texts(value: object) -> dict[str, str]:
    return {str(key): str(text) for key, text in table_or_empty(value).items() if isinstance(text, str)}


def _text(value: object) -> str:
    return str(value) if isinstance(value, str) else ""


def _line(value: object) -> int:
    return value.line if isinstance(value, Text) else 1


def _plain(node: yaml.Node, file: str, numbers: Iterator[int], depth: int = 0) -> Any:  # noqa: ANN401
    """Return the values of a node; they are counted, so that aliases of aliases cannot fill the memory."""
    if next(numbers) > NODE_LIMIT:
        raise _unreadable(file, f"it holds more than {NODE_LIMIT} values")
    if depth > DEPTH_LIMIT:
        raise _unreadable(file, "it holds itself, or is nested too deeply")
    if isinstance(node, yaml.MappingNode):
        pairs = ((_plain(key, file, numbers, depth + 1), value) for key, value in node.value)
        return {
            name: _plain(value, file, numbers, depth + 1) for name, value in pairs if isinstance(name, str)
        }
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, file, numbers, depth + 1) for one in node.value]
    text = Text(node.value)
    text.line = node.start_mark.line + 1
    return text


def _unreadable(file: str, why: str) -> InputError:
    return InputError(
        f"The workflow {file} cannot be read: {why}.",
        cause="It is not valid YAML, or not a workflow.",
        remedy="Fix it; GitHub refuses it as well.",
        read="https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax",
    )
