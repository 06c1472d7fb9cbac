"""Rules on the archive itself: whether it is one, whether it can be read, and whether all read the same in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from slipway.artifacts.archive import MAX_RATIO, MAX_RATIO_FLOOR, Fault
from slipway.artifacts.secret_scan import Sight
from slipway.records import Severity
from slipway.rules.metadata.fields import quoted
from slipway.rules.rule import Evidence, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.artifacts.filename import Kind
    from slipway.rules.artifact.shared import Artifact

MIB = 1024**2
WHEEL_FORMAT = "https://packaging.python.org/en/latest/specifications/binary-distribution-format/"
SDIST_FORMAT = "https://packaging.python.org/en/latest/specifications/source-distribution-format/"
REBUILD = "Build the file again and use what the build wrote: do not repack it, and copy it in binary mode."
MOST_TOLD = 5
"""So many problems of one kind are told; a damaged file can have one per member."""


def _problems(facts: Artifact, *, faults: tuple[Fault, ...], subject: str) -> Iterator[Evidence]:
    found = [problem for problem in facts.problems if problem.fault in faults]
    for problem in found[:MOST_TOLD]:
        where = subject if problem.path is None else quoted(problem.path)
        yield Evidence(message=f"{where}: {problem.detail}.", file=problem.path)
    if len(found) > MOST_TOLD:
        yield Evidence(message=f"{subject}: the same of {len(found) - MOST_TOLD} more members.")


def _encrypted_code(facts: Artifact) -> Iterator[Evidence]:
    for sighting in facts.sightings:
        if sighting.sight in (Sight.PYARMOR, Sight.SOURCEDEFENDER):
            message = f"{quoted(sighting.path)} holds {sighting.sight}."
            yield Evidence(message=message, file=sighting.path, line=sighting.line, seen=sighting.shown)


def _ratio(facts: Artifact) -> Iterator[Evidence]:
    ratio = facts.unpacked_size / max(facts.size, 1)
    if facts.unpacked_size > MAX_RATIO_FLOOR and ratio > MAX_RATIO:
        yield Evidence(
            message=f"The archive unpacks to {facts.unpacked_size / MIB:.0f} MiB, {ratio:.0f} times its size.",
            seen=f"{ratio:.0f} times",
            expected=f"at most {MAX_RATIO} times, once it is more than {MAX_RATIO_FLOOR // MIB} MiB",
        )


def _both(kind: Kind) -> tuple[Rule, ...]:
    """Return the rules that hold for both kinds of artifact, for one of them."""
    wheel = kind == "wheel"
    subject = f"The {kind}"
    whole = "a zip" if wheel else "a gzip-compressed tar"
    sample = "spam-1.0-py3-none-any.whl" if wheel else "spam-1.0.tar.gz"
    read = WHEEL_FORMAT if wheel else SDIST_FORMAT
    return (
        Rule(
            name=f"{kind}-is-no-archive",
            title=f"The {kind} is not {whole}",
            family=kind,
            severity=Severity.ERROR,
            why="Nothing can be installed from it, and PyPI refuses it. Mostly the file is empty, cut short, or "
            "another format under this name.",
            fix=REBUILD,
            example=f"`echo hello > {sample}`",
            mirrors=("C19",) if wheel else ("C27",),
            read=read,
            check=partial(_problems, faults=(Fault.NOT_AN_ARCHIVE,), subject=subject),
        ),
        Rule(
            name=f"{kind}-is-two-formats",
            title=f"The {kind} can be read as a zip and as a tar",
            family=kind,
            severity=Severity.ERROR,
            why="Two programs would see two different packages in one file, which is how malicious files are "
            "smuggled past a scanner; PyPI refuses it.",
            fix=REBUILD,
            example=f"`cat spam.tar.gz spam.whl > {sample}`",
            mirrors=("C18",),
            check=partial(_problems, faults=(Fault.TWO_FORMATS,), subject=subject),
        ),
        Rule(
            name=f"{kind}-damaged",
            title=f"The {kind} is cut short or damaged",
            family=kind,
            severity=Severity.ERROR,
            why="A member cannot be unpacked, so installing fails; PyPI refuses it. Mostly a copy or a download "
            "broke off, or a tool changed bytes on the way.",
            fix=REBUILD,
            example=f"`head -c 5000 {sample}` of a file of 9000 bytes",
            mirrors=("C20",) if wheel else ("C20", "C28"),
            check=partial(
                _problems,
                faults=(
                    Fault.DAMAGED,
                    Fault.ENCRYPTED,
                ),
                subject=subject,
            ),
        ),
        Rule(
            name=f"{kind}-not-fully-read",
            title=f"The {kind} is too large to be looked into completely",
            family=kind,
            severity=Severity.WARNING,
            why="Slipway reads archives within limits, so that none can exhaust the machine. Beyond them nothing "
            "was checked, and other tools set limits of their own.",
            fix="Leave out what is not needed at run time: generated data, caches, test material.",
            example="an archive of 200 000 files, or of 1 MB that unpacks to 1 GB",
            check=partial(_problems, faults=(Fault.LIMIT,), subject=subject),
        ),
        Rule(
            name=f"{kind}-has-encrypted-code",
            title=f"The {kind} contains code encrypted with PyArmor or SourceDefender",
            family=kind,
            severity=Severity.ERROR,
            why="PyPI takes no encrypted code: nobody can review it, and malware hides in it.",
            fix="Publish readable source or compiled extension modules, or distribute the package elsewhere.",
            example="a module that PyArmor wrote",
            mirrors=("C25",),
            check=_encrypted_code,
        ),
    )


_WHEEL_ONLY = (
    Rule(
        name="wheel-zip-ambiguous",
        title="Programs could see different files in the wheel",
        family="wheel",
        severity=Severity.ERROR,
        why="A zip lists its files twice, and the two lists must agree to the byte, or one installer unpacks what "
        "another never saw. PyPI refuses any doubt. Build backends write such files correctly; tools that repack "
        "or stream a wheel often do not.",
        fix="Build the wheel again. If a step repacks it, let that step write to a real file (`wheel pack`, "
        "Python's zipfile) instead of a pipe, and neither add a file twice nor append or prepend anything.",
        example="`zip - -r . > spam-1.0-py3-none-any.whl` (a zip written to a pipe)",
        mirrors=("C26",),
        read=WHEEL_FORMAT,
        check=partial(_problems, faults=(Fault.FRAMING,), subject="The wheel"),
    ),
    Rule(
        name="wheel-compression-unsupported",
        title="The wheel uses a compression other than deflate",
        family="wheel",
        severity=Severity.ERROR,
        why="Installers on plain Python builds can only unpack stored and deflated members, so PyPI refuses bzip2, "
        "LZMA and Zstandard.",
        fix="Pack the wheel with deflate: `wheel pack`, or the build backend's default.",
        example="`zip -Z bzip2`",
        mirrors=("C22",),
        check=partial(_problems, faults=(Fault.COMPRESSION,), subject="The wheel"),
    ),
    Rule(
        name="wheel-compresses-too-well",
        title="The wheel unpacks to more than fifty times its size",
        family="wheel",
        severity=Severity.ERROR,
        why="PyPI takes such a file for a decompression bomb and refuses it. Mostly it holds large files that are "
        "nearly empty: zero-filled arrays, sparse databases, repeated test data.",
        fix="Make these files when they are needed, or ship them compressed.",
        example="a wheel of 2 MB with a data file of 200 MB of zeros",
        mirrors=("C21",),
        check=_ratio,
    ),
)

_SDIST_ONLY = (
    Rule(
        name="sdist-has-sparse-member",
        title="The sdist contains a sparse file",
        family="sdist",
        severity=Severity.ERROR,
        why="PyPI refuses sparse members, which not every program unpacks alike.",
        fix="Let the build backend write the archive; if you call tar yourself, do it without `--sparse`.",
        example="`tar --sparse -czf spam-1.0.tar.gz spam-1.0`",
        mirrors=("C29",),
        check=partial(_problems, faults=(Fault.SPARSE,), subject="The sdist"),
    ),
    Rule(
        name="sdist-has-trailing-data",
        title="The sdist does not end where its archive ends",
        family="sdist",
        severity=Severity.WARNING,
        why="The end of the file is damaged, or something was appended. pip does not look that far, but stricter "
        "programs refuse the file.",
        fix=REBUILD,
        example="`cat notes.txt >> spam-1.0.tar.gz`",
        check=partial(_problems, faults=(Fault.TRAILER,), subject="The sdist"),
    ),
)

RULES: tuple[Rule, ...] = (*_both("sdist"), *_both("wheel"), *_WHEEL_ONLY, *_SDIST_ONLY)
