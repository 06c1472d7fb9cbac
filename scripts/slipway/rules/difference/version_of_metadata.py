"""The rule on the version of the metadata beside that of the release before."""

from collections.abc import Iterator

from slipway.rules.difference.facts import DifferenceFacts, every
from slipway.rules.families import difference
from slipway.rules.rule import Evidence
from slipway.rules.specifications import CORE_METADATA


@difference.note(
    "metadata-version-changed",
    title="The metadata has another version than that of the release before",
    why="The build backend decides it, and a new release of it may write a version that your uploader, your index or a "
    "checker that you pinned does not know yet.",
    fix="Upgrade what reads the metadata: the uploader, the index, the checkers. Or choose the version in the backend's "
    "settings, or stay below the release that writes it.",
    example="Metadata-Version: 2.5, that was 2.4",
    read=CORE_METADATA + "#metadata-version",
)
def metadata_version_changed(facts: DifferenceFacts) -> Iterator[Evidence]:
    for kind in ("wheel", "sdist"):
        now, before = (
            sorted(set(every((one for one in outlines if one.kind == kind), "metadata-version")))
            for outlines in (facts.now, facts.before)
        )
        if now and before and now != before:
            yield Evidence(
                f"Metadata-Version is {', '.join(now)}, and was {', '.join(before)} in {facts.earlier}.",
                artifact=facts.main,
                seen=", ".join(now),
                expected=", ".join(before),
            )
            return
