"""Rules on whether a second build of the same commit made the same."""

from collections.abc import Iterator

from slipway.comparison import BuiltTwice
from slipway.rules.families import second_build
from slipway.rules.rule import Evidence
from slipway.rules.second_build.facts import TwiceFacts
from slipway.rules.wording import listed, named


@second_build.error(
    "second-build-differs",
    title="A second build of the same commit made other content",
    why="Either the build depends on when, where or in what order it runs, or one of the two machines was tampered with. "
    "Nobody can check then that the published files come from this source.",
    fix="Look at what differs, and find out which of the two builds is right before anything is published.",
    example="demo/core.py in the wheel, with one byte that the other build does not have",
    read="https://reproducible-builds.org/docs/",
)
def second_build_differs(facts: TwiceFacts) -> Iterator[Evidence]:
    for one in facts.artifacts:
        if one.verdict == "different":
            members = "one member differs" if len(one.differs) == 1 else f"{len(one.differs)} members differ"
            yield _evidence(one, f"In {one.filename} {members} from what the second build made.")


@second_build.warning(
    "second-build-lacks-file",
    title="The two builds did not make the same files",
    why="What one of them alone made was not compared with anything.",
    fix="Let both build the same: the sdist and the wheel, on the same system and with the same Python.",
    example="a wheel for Linux, where the second build made none",
)
def second_build_lacks_file(facts: TwiceFacts) -> Iterator[Evidence]:
    missing = [one.filename for one in facts.artifacts if one.verdict == "missing"]
    if missing:
        beside = f" It made {named(facts.others)} instead." if facts.others else ""
        yield Evidence(
            f"The second build did not make {named(missing)}.{beside}",
            artifact=missing[0],
            seen=listed(facts.others) or None,
        )


@second_build.note(
    "second-build-in-another-form",
    title="A second build made the same content in another form",
    why="Every file in it has the same bytes, but the archives around them differ, so that their digests do.",
    fix="Nothing has to be done. Who wants the same bytes from every build removes the cause.",
    example="the times of the members of an sdist",
    read="https://reproducible-builds.org/docs/archives/",
)
def second_build_in_another_form(facts: TwiceFacts) -> Iterator[Evidence]:
    for one in facts.artifacts:
        if one.verdict == "same-content":
            yield _evidence(
                one,
                f"{one.filename} has the same content in both builds, and differs in {', '.join(one.differs)}.",
            )


def _evidence(one: BuiltTwice, message: str) -> Evidence:
    return Evidence(
        message,
        artifact=one.filename,
        seen=listed(one.differs),
        fix=" ".join(one.causes) or None,
    )
