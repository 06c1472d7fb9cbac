"""What happened when the project's own checks ran."""

from dataclasses import dataclass

from slipway.rules.smoke.facts import Started


@dataclass(frozen=True, kw_only=True)
class CheckFacts:
    """The checks of one run.

    Attributes:
        python: version of the interpreter, as people write it.
        install_error: what the installer printed, if the package or what the checks need could not be installed.
        ended: how each check ended, by its name.
    """

    python: str
    install_error: str | None = None
    ended: tuple[tuple[str, Started], ...] = ()
