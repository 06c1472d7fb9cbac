"""Rules on known vulnerabilities: what the project itself can change is a warning, everything else is worth knowing."""

from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from slipway import versions
from slipway.rules.audit.facts import AuditFacts, Vulnerability
from slipway.rules.families import audit
from slipway.rules.rule import Evidence, Skipped


@audit.warning(
    "bounds-exclude-security-fix",
    title="The project's own bounds keep out the fix of a known vulnerability",
    why="Everybody who installs the package gets the vulnerable version, and cannot get the fixed one beside it.",
    fix="Widen the bound so that it allows a version with the fix.",
    example="Requires-Dist: idna<3.7, and idna 3.7 fixes a vulnerability of 3.6",
    read="https://packaging.python.org/en/latest/discussions/abstract-vs-concrete/",
)
def bounds_exclude_security_fix(facts: AuditFacts) -> Iterator[Evidence]:
    for known in facts.vulnerabilities:
        excluding = _excluding(facts, known)
        if known.fixed_in and excluding:
            yield Evidence(
                message=f"{_said(known)} `{excluding[0]}` allows no version that fixes it.",
                seen=f"{known.name} {known.version}",
                expected=f"{known.name} {' or '.join(known.fixed_in)}, or a later version",
                fix=f"Let `{excluding[0]}` allow {known.name} {_lowest(known.fixed_in)} or a later version with the fix.",
            )
    _require_all(facts)


@audit.note(
    "dependency-vulnerable",
    title="A dependency has a known vulnerability that the project cannot change by its bounds",
    why="Who installs the package gets it as well. There is no fix, or another requirement or an older Python keeps it out.",
    fix="See what it is about. If it matters for the package, do without the dependency; else wait for the fix.",
    example="a dependency whose newest version has an entry in the OSV database",
    read="https://google.github.io/osv.dev/",
)
def dependency_vulnerable(facts: AuditFacts) -> Iterator[Evidence]:
    for known in facts.vulnerabilities:
        if known.fixed_in and _excluding(facts, known):
            continue
        why = "There is no version with a fix."
        if known.fixed_in:
            listed = ", ".join(known.fixed_in)
            why = f"It is fixed in {listed}, which another requirement or an older Python keeps out."
        yield Evidence(message=f"{_said(known)} {why}", seen=f"{known.name} {known.version}")
    _require_all(facts)


def _require_all(facts: AuditFacts) -> None:
    """Make sure that everything was looked up.

    Raises:
        Skipped: it was not.
    """
    if facts.not_looked is not None:
        raise Skipped(f"not looked: {facts.not_looked}")
    if facts.left_out:
        raise Skipped(f"not looked for {facts.left_out}")


def _said(known: Vulnerability) -> str:
    names = ", ".join((known.id, *known.aliases))
    summary = f": {known.summary.rstrip('.')}" if known.summary else ""
    return f"{known.name} {known.version} has {names}{summary}."


def _excluding(facts: AuditFacts, known: Vulnerability) -> list[str]:
    """Return the project's own requirements on a dependency, if none of them allows a version with the fix."""
    wanted = canonicalize_name(known.name)
    own = [one for one in map(Requirement, facts.requires) if canonicalize_name(one.name) == wanted]
    allowing = [
        one for one in own if any(one.specifier.contains(fix, prereleases=True) for fix in known.fixed_in)
    ]
    return [] if allowing else [str(one) for one in own]


def _lowest(found: tuple[str, ...]) -> str:
    parsed = sorted(filter(None, map(versions.parsed, found)))
    return str(parsed[0]) if parsed else found[0]
