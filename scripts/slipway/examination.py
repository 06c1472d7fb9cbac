"""The record of what `slipway doctor` found in the settings of a repository."""

from slipway.errors import ExitCode
from slipway.manifest import Failure
from slipway.records import Finding, Record, Severity, SkippedRule


class Token(Record, frozen=True):
    """What the settings were read with; never the token itself.

    Attributes:
        source: where it comes from, as in a sentence; None without a token, where only what is public is seen.
        scopes: those that GitHub names, which it does for classic tokens only; None for others.
    """

    source: str | None = None
    scopes: tuple[str, ...] | None = None


class Examination(Record, frozen=True):
    """What was found in the settings of a repository.

    Attributes:
        repository: `owner/name`.
        findings: what the rules found; errors and warnings have to change.
        unknown: the rules that could not be judged, or not to the end, each with the reason.
        clear: the names of the rules that saw everything they ask for and found nothing.
        broken_rules: rules that crashed.
        failure: why nothing of the repository could be read, where that is so.
    """

    repository: str
    token: Token = Token()
    findings: tuple[Finding, ...] = ()
    unknown: tuple[SkippedRule, ...] = ()
    clear: tuple[str, ...] = ()
    broken_rules: tuple[SkippedRule, ...] = ()
    failure: Failure | None = None

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that have to change: errors and warnings that the project does not ignore."""
        return tuple(
            one for one in self.findings if one.ignored is None and one.severity is not Severity.NOTE
        )

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        if self.broken_rules:
            return ExitCode.BUG
        if self.failure is not None:
            return ExitCode(self.failure.exit_code)
        return ExitCode.FINDINGS if self.blocking else ExitCode.CLEAN
