"""What a service knows of the dependencies of a release."""

from msgspec import Struct


class Vulnerability(Struct, frozen=True, kw_only=True):
    """A vulnerability of a version that the release installs today.

    Attributes:
        id: as the service calls it, and `aliases` as others do.
        summary: one line, empty where the service has none.
        fixed_in: the versions that have the fix first, one for each series; empty where there is none.
    """

    name: str
    version: str
    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    fixed_in: tuple[str, ...] = ()


class AuditFacts(Struct, frozen=True, kw_only=True):
    """The requirements of a release and what is known of the versions that they lead to today.

    Attributes:
        requires: the values of Requires-Dist.
        looked_up: how many distributions the service was asked about.
        left_out: what it was not asked about and why, as a clause; empty where that is nothing.
        not_looked: why nobody was asked, as a clause; None where somebody was.
    """

    requires: tuple[str, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    looked_up: int = 0
    left_out: str = ""
    not_looked: str | None = None
