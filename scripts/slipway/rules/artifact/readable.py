"""How far an archive has to be readable before a rule on it can be judged."""

from slipway.artifacts.archive import Fault
from slipway.artifacts.distribution import DistributionFacts
from slipway.artifacts.wheel import WheelFacts
from slipway.rules.rule import Skipped


def require_complete(facts: DistributionFacts) -> None:
    """Let a rule on what is absent be judged only where everything present was read.

    Raises:
        Skipped: the archive could not be read to its end; another rule says why.
    """
    if not facts.complete:
        raise Skipped("the archive could not be read to its end")


def require_listed(facts: DistributionFacts) -> None:
    """Let a rule be judged only where the members are known.

    Raises:
        Skipped: the file is no archive, or is cut short; another rule says why.
    """
    unreadable = any(problem.fault in (Fault.NOT_AN_ARCHIVE, Fault.DAMAGED) for problem in facts.problems)
    if unreadable or not facts.members:
        raise Skipped("the members of the archive could not be listed")


def expected_in_dist_info(facts: WheelFacts, name: str) -> str:
    """Return the path of a file of the .dist-info folder, as the filename of the wheel promises it.

    Raises:
        Skipped: the wheel could not be read to its end, or its filename promises nothing.
    """
    require_complete(facts)
    if facts.expected_dist_info is None:
        raise Skipped("the filename does not say what the .dist-info folder is called")
    return f"{facts.expected_dist_info}/{name}"
