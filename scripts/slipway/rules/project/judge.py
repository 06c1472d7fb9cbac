"""The rules on metadata, judged on the static part of a project's metadata before anything is built."""

from __future__ import annotations

from collections.abc import Mapping

from slipway.manifest import Addition
from slipway.project.source import SourceFacts
from slipway.rules import catalogue
from slipway.rules.rule import combined, judge


def judge_source(facts: SourceFacts, *, ignored: Mapping[str, str]) -> Addition:
    """Return what the rules of the families `project` and `metadata` find in the source.

    Args:
        facts: the source.
        ignored: rule names the project turned off, with its reasons.
    """
    backend = facts.project.backend_name
    return combined(
        [
            judge(catalogue.family("project"), facts, ignored=ignored, backend=backend),
            judge(catalogue.family("metadata"), facts.metadata, ignored=ignored, backend=backend),
        ]
    )
