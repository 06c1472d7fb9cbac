"""The families of rules, each with the record of facts that its rules are judged on.

A rule is declared where it is judged: `@wheel.error("wheel-is-empty", …)` over a function that takes a `WheelFacts`. The
folder of a family names the modules that hold its rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NotRequired, TypedDict, Unpack

from slipway.records import Severity
from slipway.rules.rule import Evidence, Family

if TYPE_CHECKING:
    from slipway.artifacts.filename import Kind
    from slipway.artifacts.handover import Handover
    from slipway.artifacts.metadata import MetadataFacts
    from slipway.artifacts.sdist import SdistFacts
    from slipway.artifacts.wheel import WheelFacts
    from slipway.project.source import SourceFacts
    from slipway.project.workflow import CallerFacts
    from slipway.rules.audit.facts import AuditFacts
    from slipway.rules.checks.facts import CheckFacts
    from slipway.rules.difference.facts import DifferenceFacts
    from slipway.rules.index.facts import IndexFacts
    from slipway.rules.newest_build.facts import NewestFacts
    from slipway.rules.publisher.facts import PublisherFacts
    from slipway.rules.release.facts import ReleaseFacts
    from slipway.rules.repository.facts import RepositoryFacts
    from slipway.rules.second_build.facts import TwiceFacts
    from slipway.rules.settings.facts import RunFacts
    from slipway.rules.smoke.facts import SmokeFacts

    Check = Callable[[SdistFacts | WheelFacts], Iterable[Evidence]]

project: Family[SourceFacts] = Family("project", "The source, before anything is built")
metadata: Family[MetadataFacts] = Family("metadata", "The metadata of an sdist or a wheel")
sdist: Family[SdistFacts] = Family("sdist", "The sdist")
wheel: Family[WheelFacts] = Family("wheel", "The wheel")
release: Family[ReleaseFacts] = Family("release", "All files of one release together")
smoke: Family[SmokeFacts] = Family("smoke", "Installing, importing, uninstalling")
index: Family[IndexFacts] = Family("index", "The index the release goes to")
difference: Family[DifferenceFacts] = Family("difference", "What differs from the last release")
second_build: Family[TwiceFacts] = Family("second_build", "A second build of the same commit")
newest_build: Family[NewestFacts] = Family("newest_build", "A build with the newest build requirements")
publisher: Family[PublisherFacts] = Family("publisher", "The run that publishes", ignorable=False)
jobs: Family[Handover] = Family("jobs", "What the jobs of a workflow built and tested", ignorable=False)
workflow: Family[CallerFacts] = Family("workflow", "The caller's workflows")
checks: Family[CheckFacts] = Family("checks", "The project's own checks")
audit: Family[AuditFacts] = Family("audit", "Known vulnerabilities of what is installed")
repository: Family[RepositoryFacts] = Family("repository", "The repository's settings on GitHub")
settings: Family[RunFacts] = Family("settings", "The project's own settings")

SAMPLES: Mapping[Kind, str] = {"sdist": "spam-1.0.tar.gz", "wheel": "spam-1.0-py3-none-any.whl"}
"""A filename of each kind, for examples."""
TOPS: Mapping[Kind, str] = {"sdist": "demo-1.0/", "wheel": "demo/"}
"""The folder that a package's files are in, for examples."""


class Texts(TypedDict):
    """What is declared of a rule in both families.

    Attributes:
        for_sdist: name of the rule on sdists.
        for_wheel: name of the rule on wheels.
        title: `{kind}` in it, in the fixes and in `example` is `sdist` or `wheel`.
        example: `{file}` in it is a filename, `{top}` the folder of the package in the archive.
    """

    for_sdist: str
    for_wheel: str
    title: str
    why: str
    fix: str
    example: str
    fixes: NotRequired[Mapping[str, str]]
    mirrors: NotRequired[tuple[str, ...] | Mapping[Kind, tuple[str, ...]]]
    read: NotRequired[str | Mapping[Kind, str]]


class artifact:  # noqa: N801 - reads like the families beside it
    """Rules that hold for sdists and for wheels: one function, and a rule in each of the two families."""

    @staticmethod
    def rule(severity: Mapping[Kind, Severity], **texts: Unpack[Texts]) -> Callable[[Check], Check]:
        """Make two rules of the function below; see `Texts` and `Rule` for the arguments."""

        def add(check: Check) -> Check:
            names: dict[Kind, str] = {"sdist": texts["for_sdist"], "wheel": texts["for_wheel"]}
            mirrors, read = texts.get("mirrors", ()), texts.get("read")
            for kind, name in names.items():
                family = sdist if kind == "sdist" else wheel
                family.rule(
                    name,
                    severity[kind],
                    title=texts["title"].format(kind=kind),
                    why=texts["why"],
                    fix=texts["fix"].format(kind=kind),
                    fixes={tool: text.format(kind=kind) for tool, text in texts.get("fixes", {}).items()},
                    example=texts["example"].format(kind=kind, file=SAMPLES[kind], top=TOPS[kind]),
                    mirrors=mirrors[kind] if isinstance(mirrors, Mapping) else mirrors,
                    read=read[kind] if isinstance(read, Mapping) else read,
                    cause=texts["for_sdist"],
                )(check)
            return check

        return add

    @staticmethod
    def error(**texts: Unpack[Texts]) -> Callable[[Check], Check]:
        """Make two rules of the function below that are errors."""
        return artifact.rule({"sdist": Severity.ERROR, "wheel": Severity.ERROR}, **texts)

    @staticmethod
    def warning(**texts: Unpack[Texts]) -> Callable[[Check], Check]:
        """Make two rules of the function below that are warnings."""
        return artifact.rule({"sdist": Severity.WARNING, "wheel": Severity.WARNING}, **texts)
