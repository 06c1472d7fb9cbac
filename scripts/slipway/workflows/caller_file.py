"""The caller's workflow: its text, where it belongs, and what has to be entered at the index."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from slipway import __version__
from slipway.errors import InputError
from slipway.index import addresses
from slipway.project import hosting
from slipway.project.hosting import Hosting
from slipway.publication import Publisher

TEMPLATE = Path(__file__).parents[1] / "templates" / "caller.yml"
USES = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)@(?P<commit>[0-9a-f]{40})")
PLAIN = re.compile(r"[\w./-]+")
"""What may stand in YAML without quotes."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Everything that decides the text of the caller's workflow.

    Attributes:
        repository: the repository that hosts Slipway, `owner/name`.
        commit: the commit of it that is used.
        branch: the project's default branch.
        folder: the project's folder in its repository, with forward slashes; `.` for the top.
        tag_prefix: the part of a release tag before the version.
        index: the index of --index; None where the event decides.
        name: the project's folder as a word, in a repository with several projects; else empty.
    """

    repository: str
    commit: str
    branch: str
    folder: str = "."
    tag_prefix: str = "v"
    index: str | None = None
    name: str = ""

    @property
    def file(self) -> str:
        """Its path from the repository's top folder."""
        return f".github/workflows/release{f'-{self.name}' if self.name else ''}.yml"

    def render(self) -> str:
        """Return the text of the file."""
        given = {"path": self.folder} if self.folder != "." else {}
        given |= {"tag-prefix": self.tag_prefix} if self.tag_prefix != "v" else {}
        given |= {"index": self.index} if self.index else {}
        listed = ", ".join(f"{name}: {_scalar(value)}" for name, value in given.items())
        values = {
            "NAME": f"Release {_scalar(self.name)}" if self.name else "Release",
            "BRANCH": _scalar(self.branch),
            "TAG_PREFIX": self.tag_prefix,
            "OWNER": self.repository,
            "COMMIT": self.commit,
            "VERSION": f"v{__version__}",
            # The jobs that publish and verify decide from inputs of their own.
            "INPUTS": "".join(_line(name, given) for name in ("tag-prefix", "index") if name in given),
            "INDEX": _line("index", given) if self.index else "",
            "WITH": f"    with: {{ {listed} }}\n" if given else "",
        }
        text = TEMPLATE.read_text("utf-8")
        return re.sub(r"@([A-Z_]+)@", lambda match: values[match[1]], text)


def _line(name: str, given: Mapping[str, str]) -> str:
    return f", {name}: {_scalar(given[name])}"


def _scalar(value: str) -> str:
    return value if PLAIN.fullmatch(value) else json.dumps(value)


def slipway_in_use(wanted: str | None) -> tuple[str, str]:
    """Return the repository and the commit that a workflow uses Slipway from.

    Args:
        wanted: `OWNER/REPOSITORY@COMMIT` from --uses; by default the Slipway that runs: its checkout, or what
            the installer recorded about it (PEP 610).

    Raises:
        InputError: it is not of that form, or the Slipway that runs does not know where it is from.
    """
    if wanted is not None:
        if matched := USES.fullmatch(wanted):
            return matched["repository"], matched["commit"]
        raise InputError(
            f"{wanted[:200]!r} does not name a commit of Slipway.",
            cause="A workflow pins what it uses to a commit, because tags and branches can be moved.",
            remedy="Write OWNER/REPOSITORY@COMMIT, with all 40 digits of the commit.",
        )
    here = Path(__file__).resolve()
    home = hosting.read(here.parent)
    # Installed into somebody's environment it may stand in their repository, which is not Slipway's.
    if home and home.owner and home.commit and here.parents[3] == home.top.resolve():
        return f"{home.owner}/{home.name}", home.commit
    if recorded := hosting.installed_from():
        return recorded
    raise InputError(
        "It is not known which repository on GitHub this Slipway is from.",
        cause="It runs from a folder without a git remote called origin, or was installed from an index.",
        remedy="Name it: --uses OWNER/REPOSITORY@COMMIT.",
    )


def for_project(
    folder: Path, home: Hosting, *, uses: tuple[str, str], tag_prefix: str, index: str | None
) -> Caller:
    """Return the caller for a project.

    Args:
        folder: the project's folder.
        home: where its repository is hosted.
        uses: repository and commit of Slipway.
        tag_prefix: of --tag-prefix; a project in a subfolder has its own by default.
        index: of --index.

    Raises:
        InputError: the tag prefix cannot stand in a workflow.
    """
    inside = folder.resolve().relative_to(home.top.resolve()).as_posix()
    name = _word(inside)
    prefix = own_prefix(inside, tag_prefix)
    if not PLAIN.fullmatch(prefix):
        raise InputError(
            f"The tag prefix {prefix[:100]!r} cannot stand in a workflow.",
            cause="In a filter for tags, signs such as * and ! have a meaning of their own.",
            remedy="Choose a prefix of letters, digits, dots, dashes and slashes.",
        )
    return Caller(
        repository=uses[0],
        commit=uses[1],
        branch=home.branch or "main",
        folder=inside,
        tag_prefix=prefix,
        index=index,
        name=name,
    )


def own_prefix(inside: str, tag_prefix: str) -> str:
    """Return what stands before the version in the release tags of a project.

    Args:
        inside: its folder in the repository, with forward slashes; `.` for the top.
        tag_prefix: of --tag-prefix or the settings; with the default, a project in a subfolder has one of its own.
    """
    name = _word(inside)
    return f"{name}-v" if name and tag_prefix == "v" else tag_prefix


def _word(inside: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", inside.lower()).strip("-") if inside != "." else ""


def to_enter(caller: Caller, home: Hosting, project: str | None) -> Iterator[str]:
    """Yield, line by line, what has to be entered at the indexes and at GitHub before the first release."""
    if caller.index not in (None, "pypi", "testpypi"):
        yield f"For {caller.index}: let its owner trust this workflow, or give the publish step the input `token`."
        return
    environments = []
    for name in (caller.index,) if caller.index else ("testpypi", "pypi"):
        index = addresses.resolve(name)
        publisher = Publisher(
            owner=home.owner or "your GitHub account",
            repository=home.name or "your repository",
            workflow=caller.file.rpartition("/")[2],
            environment=addresses.environment(name, tag_prefix=caller.tag_prefix),
        )
        yield f"{index.title}, if {project or 'the project'} is there already: open the form, check it, press Add:"
        yield f"  {index.publisher_form(canonicalize_name(project or 'NAME'), publisher)}"
        yield f"{index.title}, if it is new: {index.publisher_form(None, publisher)}"
        rows = addresses.form_values(publisher, project or "the name in pyproject.toml")
        yield from (f"  {label + ':':<19} {value}" for label, value in rows.items())
        yield ""
        environments.append(publisher.environment or name)
    where = f" (https://github.com/{home.owner}/{home.name}/settings/environments)" if home.owner else ""
    by_hand = f" For {environments[0]}, allow the branch {caller.branch} too, to start it by hand."
    yield f"GitHub, Settings > Environments{where}:"
    yield f"Make {' and '.join(environments)} with required reviewers, and under Deployment branches and tags allow"
    yield f"the tag {caller.tag_prefix}* and nothing else.{by_hand if caller.index != 'pypi' else ''}"
    yield "Unless you do, everybody who may push to the repository may publish."
