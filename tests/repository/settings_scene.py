"""A repository on GitHub whose settings are recorded answers of its REST API, its checkout, and the index."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import loopback_answers
import tiny_project
from slipway.examination import Examination
from slipway.options import Inputs
from slipway.project import tag_prefix
from slipway.repository import doctor, stand_in
from slipway.repository.stand_in import Fault
from slipway.repository.stand_in_repository import Call
from slipway.runner import GitHubApi
from slipway.runner.terminal import PlainRunner
from slipway.workflows.caller_file import Caller

RECORDED: Mapping[str, Any] = json.loads(Path(__file__).with_name("healthy_settings.json").read_text("utf-8"))
"""What GitHub answers about a repository that is in order, by the path below the repository."""

NOT_FOUND = Fault(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})
FORBIDDEN = Fault(403, {"message": "Resource not accessible by personal access token"})
SCOPES = {"X-OAuth-Scopes": "repo, workflow", "X-Accepted-OAuth-Scopes": "repo"}

RELEASE = ".github/workflows/release.yml"
WRITTEN = Caller(
    repository="acme/slipway",
    commit="c" * 40,
    branch="main",
    folder=".",
    tag_prefix=tag_prefix.DEFAULT,
    index=None,
    uploader="slipway",
    name="",
).render()
DEPENDABOT = """\
version: 2
updates:
  - package-ecosystem: github-actions
    directory: /
    schedule: { interval: weekly }
"""


@dataclass
class Settings:
    """A configuration: how it differs from one that is in order.

    Attributes:
        answers: by path: a document, or what happens in its place.
        files: of the checkout, by path; None for one that is not there.
        released: the versions on the index.
        has_token: whether the requests carry a token.
        headers: of every answer.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str | None] = field(default_factory=dict)
    released: tuple[str, ...] = ("0.9", "1.0.0")
    has_token: bool = True
    headers: Mapping[str, str] = field(default_factory=lambda: SCOPES)

    def fault(self, call: Call) -> Fault:
        """Return what a request is answered with."""
        known = {**RECORDED, **self.answers}
        found = known.get(call.path, NOT_FOUND)
        if isinstance(found, Fault):
            return Fault(found.status, found.document, {**self.headers, **found.headers})
        return Fault(200, found, self.headers)


def checkout(folder: Path, files: Mapping[str, str | None]) -> Path:
    """Make the checkout and return it."""
    tiny_project.make(folder)
    for name, text in {RELEASE: WRITTEN, ".github/dependabot.yml": DEPENDABOT, **files}.items():
        if text is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    return folder


def listing(versions: tuple[str, ...]) -> bytes:
    """Return the index's page of the project."""
    names = [f"tiny_project-{version.removesuffix(' yanked')}.tar.gz" for version in versions]
    files = [
        {"filename": name, "url": f"files/{name}", "hashes": {}, "yanked": version.endswith(" yanked")}
        for name, version in zip(names, versions, strict=True)
    ]
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "tiny-project", "files": files}).encode()


@contextmanager
def served(settings: Settings) -> Iterator[tuple[GitHubApi, list[Call]]]:
    """Serve the repository, and the index as PyPI, until the block is left."""
    with (
        stand_in.serve("acme/demo", faults=settings.fault) as github,
        loopback_answers.serve(status=200, body=listing(settings.released)) as index,
        mock.patch("twine.utils.DEFAULT_REPOSITORY", f"{index.address}legacy/"),
    ):
        token = github.token if settings.has_token else None
        yield GitHubApi(github.address, "acme/demo", token), github.calls


def examine(folder: Path, settings: Settings, **options: Any) -> tuple[Examination, list[Call]]:
    """Run `doctor` on a configuration, and return what it found and every request it sent."""
    project = checkout(folder, settings.files)
    with served(settings) as (api, calls):
        given = {"given": frozenset({"tag-prefix"}), **options}
        inputs = Inputs(command="doctor", path=project, work=folder / ".slipway", github=api, **given)
        return doctor.run(inputs, PlainRunner()), calls
