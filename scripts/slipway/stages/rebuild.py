"""Rebuild: the project still builds with the newest build requirements, and what they write is taken."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from slipway.artifacts import outline
from slipway.artifacts.outline import Outline
from slipway.building import bounds, checkout, distributions
from slipway.building.build_log import build_log
from slipway.environments import disposable, interpreters
from slipway.environments.interpreters import Interpreter
from slipway.errors import SlipwayError
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.project import project as project_facts
from slipway.project.project import ProjectFacts
from slipway.rules.difference import RULES as DIFFERENCE_RULES
from slipway.rules.difference.facts import DifferenceFacts
from slipway.rules.metadata import RULES as METADATA_RULES
from slipway.rules.newest_build import RULES as NEWEST_RULES
from slipway.rules.newest_build.facts import NewestFacts
from slipway.rules.rule import combined, judge
from slipway.runner import Runner

CHANGED, UNSUPPORTED = "metadata-version-changed", "metadata-version-unsupported"
"""The rules that are judged: one beside the newest release, one on what was built."""


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Build the checkout with the newest build requirements that it allows, and judge the version of its metadata.

    Where it sets upper bounds for them, it is built once more without these; that this fails only warns. What is built is
    thrown away. No constraint file and no lock file is used for it.

    Raises:
        InputError: the project cannot be copied or its build system is not valid.
        ProjectError: the build backend reports an error.
        ToolError: a requirement cannot be installed, or the build takes too long.
    """
    project = project_facts.read(inputs.path)
    interpreter = interpreters.choose(project.requires_python, inputs.python)
    with disposable.scratch() as scratch, build_log(inputs.logs, runner, "build") as log:
        building = _Building(inputs, interpreter, log)
        now = building.build(scratch / "allowed")
        before = tuple(outline.read(inputs.locate(one.filename)) for one in manifest.artifacts)
        newest = building.without_bounds(scratch / "newest")
    judged = [_judged(now, before, manifest, project)]
    if newest is not None:
        judged.append(judge(NEWEST_RULES, newest, ignored=dict(project.ignored)))
    return combined(judged)


class _Building(Struct, frozen=True):
    """The builds of one checkout."""

    inputs: Inputs
    interpreter: Interpreter
    log: Callable[[str], None]

    def build(self, folder: Path) -> tuple[Outline, ...]:
        """Build a copy of the checkout as it is, and return the outlines of the sdist and the wheel."""
        return self._built(self._copy(folder), folder)

    def without_bounds(self, folder: Path) -> NewestFacts | None:
        """Build a copy whose build requirements have no upper bounds, and return what happened; None where none has."""
        if not (bounded := bounds.of(self.inputs.path)):
            return None
        copy = self._copy(folder)
        bounds.lift(copy)
        self.log(f"building once more without the upper bounds of {', '.join(bounded)}")
        try:
            self._built(copy, folder)
        except SlipwayError as error:
            return NewestFacts(bounded=bounded, problem=f"{error.happened} {error.cause}", log=error.log)
        return NewestFacts(bounded=bounded)

    def _copy(self, folder: Path) -> Path:
        folder.mkdir()
        return checkout.copy(self.inputs.path, folder / "checkout", leave_out=[self.inputs.work])

    def _built(self, copy: Path, folder: Path) -> tuple[Outline, ...]:
        timeout = self.inputs.build_timeout
        prepared = distributions.prepare(copy, folder / "environment", self.interpreter, timeout=timeout)
        built = distributions.build(copy, folder, prepared, variables={}, timeout=timeout, log=self.log)
        return tuple(map(outline.read, built))


def _judged(
    now: tuple[Outline, ...], before: tuple[Outline, ...], manifest: Manifest, project: ProjectFacts
) -> Addition:
    ignored = dict(project.ignored)
    taken = [rule for rule in METADATA_RULES if rule.name == UNSUPPORTED]
    found = [
        judge(taken, one.metadata, ignored=ignored, artifact=one.filename, backend=project.backend_name)
        for one in now
        if one.metadata is not None
    ]
    if before:
        facts = DifferenceFacts(
            project=manifest.name,
            version=_version(now),
            earlier=manifest.version or "",
            pairs=(),
            now=now,
            before=before,
        )
        rules = [rule for rule in DIFFERENCE_RULES if rule.name == CHANGED]
        found.append(judge(rules, facts, ignored=ignored))
    return combined(found)


def _version(built: tuple[Outline, ...]) -> str:
    return str(next(filter(None, (one.parts.version for one in built)), ""))
