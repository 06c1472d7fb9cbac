"""The caller's workflow: its text, where it belongs, and what has to be entered at the index."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from packaging.utils import canonicalize_name

from slipway import __version__, versions
from slipway.errors import InputError
from slipway.index import addresses
from slipway.options import Inputs
from slipway.project import tag_prefix
from slipway.project.hosting import Hosting
from slipway.project.written_workflow import Uploader
from slipway.publication import Publisher
from slipway.workflows.slipway_source import Source

TEMPLATE = Path(__file__).parents[1] / "templates" / "caller.yml"
PYPA = TEMPLATE.with_name("publish-pypa.yml")
"""The steps that take the place of the one that publishes."""
PLAIN = re.compile(r"[\w./-]+")
"""What may stand in YAML without quotes."""


class Caller(Struct, frozen=True, kw_only=True):
    """Everything that decides the text of the caller's workflow.

    Attributes:
        repository: the repository that hosts Slipway, `owner/name`.
        commit: the commit of it that is used.
        branch: the project's default branch.
        folder: the project's folder in its repository, with forward slashes; `.` for the top.
        tag_prefix: the part of a release tag before the version.
        index: the index of --index; None where the event decides.
        uploader: what sends the files.
        name: the project's folder as a word, in a repository with several projects; else empty.
    """

    repository: str
    commit: str
    branch: str
    folder: str = "."
    tag_prefix: str = "v"
    index: str | None = None
    uploader: Uploader = "slipway"
    name: str = ""

    @property
    def file(self) -> str:
        """Its path from the repository's top folder."""
        return f".github/workflows/release{f'-{self.name}' if self.name else ''}.yml"

    @property
    def tags(self) -> str:
        """The pattern of its release tags, for GitHub's filters."""
        return f"{self.tag_prefix}*" if self.tag_prefix else "[0-9]*"

    def render(self) -> str:
        """Return the text of the file."""
        given = {"path": self.folder} if self.folder != "." else {}
        if self.tag_prefix != tag_prefix.DEFAULT:
            given["tag-prefix"] = versions.prefix_written(self.tag_prefix)
        given |= {"index": self.index} if self.index else {}
        listed = ", ".join(f"{name}: {scalar(value)}" for name, value in given.items())
        values = {
            "NAME": f"Release {scalar(self.name)}" if self.name else "Release",
            "BRANCH": scalar(self.branch),
            "TAGS": self.tags,
            **self.pinned(),
            # The jobs that publish and verify decide from inputs of their own.
            "INPUTS": "".join(_line(name, given) for name in ("tag-prefix", "index") if name in given),
            "INDEX": _line("index", given) if self.index else "",
            "WITH": f"    with: {{ {listed} }}\n" if given else "",
        }
        text = TEMPLATE.read_text("utf-8")
        if self.uploader == "pypa":
            publish, verify = text.index("  publish:\n"), text.index("  verify:\n")
            text = text[: text.index("    steps:\n", publish)] + PYPA.read_text("utf-8") + text[verify:]
        return filled(text, values)

    def pinned(self) -> dict[str, str]:
        """Return what a template names of the Slipway that the workflow uses."""
        return {"OWNER": self.repository, "COMMIT": self.commit, "VERSION": f"v{__version__}"}


def _line(name: str, given: Mapping[str, str]) -> str:
    return f", {name}: {scalar(given[name])}"


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a template with its `@NAMES@` replaced."""
    return re.sub(r"@([A-Z_]+)@", lambda match: values[match[1]], template)


def scalar(value: str) -> str:
    """Return a value as YAML writes it."""
    return value if PLAIN.fullmatch(value) else json.dumps(value)


def for_project(folder: Path, home: Hosting, inputs: Inputs, *, source: Source, name: str | None) -> Caller:
    """Return the caller for a project.

    Args:
        folder: the project's folder.
        home: where its repository is hosted.
        inputs: what was asked for: the tag prefix, the index, what uploads.
        source: the Slipway to use.
        name: the project's name, None where only the build knows it.

    Raises:
        InputError: the tag prefix cannot stand in a workflow.
    """
    inside = folder.resolve().relative_to(home.top.resolve()).as_posix()
    prefix = tag_prefix.of_project(inputs, name=name)
    if prefix and not PLAIN.fullmatch(prefix):
        raise InputError(
            f"The tag prefix {prefix[:100]!r} cannot stand in a workflow.",
            cause="In a filter for tags, signs such as * and ! have a meaning of their own.",
            remedy="Choose a prefix of letters, digits, dots, dashes and slashes.",
        )
    return Caller(
        repository=source.repository,
        commit=source.commit,
        branch=home.branch or "main",
        folder=inside,
        tag_prefix=prefix,
        index=inputs.index,
        uploader=inputs.uploader,
        name=tag_prefix.word(inside),
    )


def to_enter(caller: Caller, home: Hosting, project: str | None) -> Iterator[str]:
    """Yield, line by line, what has to be entered at the indexes and at GitHub before the first release."""
    if caller.index not in (None, *addresses.NAMES):
        given = "password" if caller.uploader == "pypa" else "token"
        yield f"For {caller.index}: let its owner trust this workflow, or give the step that publishes the input `{given}`."
        return
    environments = []
    for name in (caller.index,) if caller.index else ("testpypi", "pypi"):
        publisher = Publisher(
            owner=home.owner or "(the account or organisation on GitHub)",
            repository=home.name or "(the repository there)",
            workflow=caller.file.rpartition("/")[2],
            environment=addresses.environment(name, tag_prefix=caller.tag_prefix),
        )
        yield from _at_index(name, publisher, project, is_hosted=home.owner is not None)
        environments.append(publisher.environment or name)
    where = f" (https://github.com/{home.repository}/settings/environments)" if home.repository else ""
    by_hand = f" For {environments[0]}, allow the branch {caller.branch} too, to start it by hand."
    yield f"GitHub, Settings > Environments{where}:"
    yield f"Make {' and '.join(environments)} with required reviewers, and under Deployment branches and tags allow"
    yield f"the tag {caller.tags} and nothing else.{by_hand if caller.index != 'pypi' else ''}"
    yield "Unless you do, everybody who may push to the repository may publish."


def _at_index(name: str, publisher: Publisher, project: str | None, *, is_hosted: bool) -> Iterator[str]:
    index = addresses.resolve(name)
    if is_hosted:
        yield f"{index.title}, if {project or 'the project'} is there already: open the form, check it, press Add:"
        yield f"  {index.publisher_form(canonicalize_name(project or 'NAME'), publisher)}"
    yield f"{index.title}, if it is new: {index.publisher_form(None, publisher)}"
    rows = addresses.form_values(publisher, project or "the name in pyproject.toml")
    yield from (f"  {label + ':':<19} {value}" for label, value in rows.items())
    yield ""
