"""Rules on the bills of materials inside a wheel (PEP 770)."""

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from slipway import versions
from slipway.artifacts.sbom_files import Component
from slipway.artifacts.wheel import WheelFacts
from slipway.rules.families import wheel
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import SBOMS
from slipway.rules.wording import quoted, shortened


@wheel.warning(
    "wheel-sbom-unreadable",
    title="A bill of materials in the wheel cannot be read",
    why="Programs that look for known vulnerabilities and licences read what is in `.dist-info/sboms`. They pass over a "
    "file that they cannot read, and with it what it lists, which nothing else in the wheel says.",
    fix="Let the program that writes it write a valid document under a name that fits, such as `demo.cdx.json` for "
    "CycloneDX and `demo.spdx.json` for SPDX, or leave the file out.",
    example="`demo-1.0.dist-info/sboms/demo.cdx.json` that was cut short",
    read=SBOMS,
)
def wheel_sbom_unreadable(facts: WheelFacts) -> Iterator[Evidence]:
    for file in facts.sboms:
        if file.problem is not None:
            path = f"{facts.dist_info}/{file.path}"
            problem = shortened(file.problem)
            yield Evidence(f"{quoted(path)} is no {file.format} that can be read: {problem}.", file=path)


@wheel.warning(
    "wheel-sbom-of-another-release",
    title="A bill of materials in the wheel is about another package or version",
    why="Whoever scans an environment in which it is installed counts what it lists for a package or a version that is not "
    "there. It is not known whether the list is still true.",
    fix="Write it anew at each build, for the name and the version that are built.",
    example="`pkg:pypi/demo@0.9` as the main component, in the wheel of demo 1.0",
    read=SBOMS,
)
def wheel_sbom_of_another_release(facts: WheelFacts) -> Iterator[Evidence]:
    if facts.parts is None:
        raise Skipped("the filename cannot be read")
    name, version = str(facts.parts.name), str(facts.parts.version)
    for file in facts.sboms:
        if file.main is not None and _is_other(file.main, name, version):
            seen = shortened(f"{file.main.name} {file.main.version or ''}".strip())
            yield Evidence(
                f"{quoted(file.path)} is about {seen}.",
                file=file.path,
                seen=seen,
                expected=f"{name} {version}",
            )


def _is_other(main: Component, name: str, version: str) -> bool:
    """Return whether a document is about another release on an index of Python packages.

    It may be about a part of the wheel, such as the crate that its module is made of, under a name and a version of its own.
    """
    is_named = canonicalize_name(main.name) == name
    if main.kind != "pypi" and (main.kind is not None or not is_named):
        return False
    stated, built = versions.parsed(main.version), versions.parsed(version)
    return not is_named or (main.version is not None and stated != built)
