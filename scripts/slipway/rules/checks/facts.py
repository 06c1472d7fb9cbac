"""What happened when the project's own checks ran."""

from msgspec import Struct

from slipway.rules.smoke.facts import Started


class CheckFacts(Struct, frozen=True, kw_only=True):
    """The checks of one run.

    Attributes:
        python: version of the interpreter, as people write it.
        install_error: what the installer printed, if the package or what the checks need could not be installed.
        ended: how each check ended, by its name.
    """

    python: str
    install_error: str | None = None
    ended: tuple[tuple[str, Started], ...] = ()
