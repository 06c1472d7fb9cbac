"""The catalogue: every rule there is, family by family."""

from __future__ import annotations

import difflib
import functools
import importlib

from slipway.errors import InputError
from slipway.rules.rule import Family, Rule

MODULES: dict[Family, tuple[str, ...]] = {
    "project": (
        "project.schema",
        "project.build",
        "project.files",
        "project.version",
        "project.git",
        "project.metadata",
    ),
    "metadata": (
        "metadata.framing",
        "metadata.identity",
        "metadata.description",
        "metadata.contacts",
        "metadata.classifiers",
        "metadata.dependencies",
        "metadata.licences",
    ),
    "sdist": (
        "artifact.distribution_files",
        "artifact.filenames",
        "artifact.integrity",
        "sdist.contents",
        "artifact.member_paths",
        "artifact.secrets",
        "artifact.litter",
    ),
    "wheel": (
        "artifact.distribution_files",
        "artifact.filenames",
        "artifact.integrity",
        "wheel.layout",
        "wheel.tags",
        "wheel.record",
        "wheel.installed",
        "wheel.python_code",
        "artifact.member_paths",
        "artifact.secrets",
        "artifact.litter",
    ),
    "set": ("release.contents", "release.agreement", "release.left_out", "release.tracked_files"),
    "attestation": ("attestation.attestations",),
    "smoke": ("smoke.install", "smoke.imports", "smoke.started"),
    "index": ("index.state", "index.versions", "index.previous_release"),
    "publisher": ("publisher.publishers",),
    "run": ("settings.ignoring",),
    "matrix": ("jobs.jobs",),
    "workflow": ("workflow.workflow",),
}
"""The modules of each family; they are imported when the family is judged, so that a start stays quick."""


@functools.cache
def family(name: Family) -> tuple[Rule, ...]:
    """Return the rules that are judged on one kind of facts."""
    modules = [importlib.import_module(f"slipway.rules.{module}") for module in MODULES[name]]
    return tuple(rule for module in modules for rule in module.RULES if rule.family == name)


@functools.cache
def every() -> tuple[Rule, ...]:
    """Return all rules, by name."""
    return tuple(sorted((rule for name in MODULES for rule in family(name)), key=lambda rule: rule.name))


def named(name: str, *, where: str) -> Rule:
    """Return the rule of that name.

    Args:
        name: as somebody wrote it.
        where: where it was written, for the message.

    Raises:
        InputError: there is none; the nearest name is suggested.
    """
    rules = {rule.name: rule for rule in every()}
    if name in rules:
        return rules[name]
    near = difflib.get_close_matches(name, rules, n=1)
    raise InputError(
        f"There is no rule called {name!r}, which {where} names.",
        cause=f"It is misspelt; `{near[0]}` is the nearest." if near else "It is misspelt, or was renamed.",
        remedy="`slipway rules` lists all of them.",
    )
