"""Rules on RECORD: that it can be read, and that it lists what the wheel holds."""

from collections.abc import Iterable, Iterator, Mapping

from slipway.artifacts.dist_info import RecordRow
from slipway.artifacts.wheel import RECORD_SIGNATURES, WheelFacts
from slipway.rules.artifact.readable import expected_in_dist_info, require_complete
from slipway.rules.families import wheel
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import RECORD_FORMAT
from slipway.rules.wording import quoted, together

REPACKED = (
    "Build the wheel again. A step that changes a wheel afterwards has to rewrite RECORD: `wheel unpack`, change, "
    "`wheel pack`; auditwheel, delocate and delvewheel do it by themselves."
)
MOST_LISTED = 5
STRONG = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"})
"""What the specification calls sha256 or better."""


@wheel.error(
    "wheel-record-unreadable",
    title="RECORD is missing or cannot be read",
    why="RECORD lists every file with its hash; without it a package cannot be uninstalled or verified, and PyPI "
    "refuses the wheel.",
    fix=REPACKED,
    example="a wheel zipped by hand, without `demo-1.0.dist-info/RECORD`",
    mirrors=("C34",),
    read=RECORD_FORMAT,
)
def wheel_record_unreadable(facts: WheelFacts) -> Iterator[Evidence]:
    expected = expected_in_dist_info(facts, "RECORD")
    if expected not in facts.paths:
        yield Evidence(f"There is no {quoted(expected)}.", expected=expected)
    elif facts.record_problem is not None:
        problem = facts.record_problem
        yield Evidence(f"RECORD cannot be read: {problem.detail}.", file=expected, line=problem.line)


def _rows(facts: WheelFacts) -> tuple[RecordRow, ...]:
    require_complete(facts)
    if facts.record is None or facts.record_problem is not None:
        raise Skipped("there is no readable RECORD to compare with")
    return facts.record


@wheel.error(
    "wheel-file-not-in-record",
    title="The wheel holds a file that RECORD does not list",
    why="Uninstalling leaves the file behind, and a file outside RECORD is how malware is added to a finished "
    "wheel. PyPI warns the owners today and has announced to refuse such wheels.",
    fix=REPACKED,
    example="`zip demo-1.0-py3-none-any.whl demo/extra.py` after the build",
    read=RECORD_FORMAT,
)
def wheel_file_not_in_record(facts: WheelFacts) -> Iterable[Evidence]:
    known = {row.path for row in _rows(facts)}
    known |= {f"{facts.dist_info}/{name}" for name in RECORD_SIGNATURES}
    paths = [m.path for m in facts.members if m.kind != "dir" and m.path.replace("\\", "/") not in known]
    return together(paths, "{} is in the wheel but not in RECORD.", "{} are in the wheel but not in RECORD.")


@wheel.error(
    "wheel-record-lists-missing-file",
    title="RECORD lists a file that the wheel does not hold",
    why="The wheel is not complete: something was taken out after it was built. PyPI warns the owners today and "
    "has announced to refuse such wheels.",
    fix=REPACKED,
    example="`zip -d demo-1.0-py3-none-any.whl demo/tests.py` after the build",
    read=RECORD_FORMAT,
)
def wheel_record_lists_missing_file(facts: WheelFacts) -> Iterable[Evidence]:
    there = {path.replace("\\", "/") for path in facts.paths}
    paths = [row.path for row in _rows(facts) if row.path.rstrip("/") not in there]
    return together(
        paths, "RECORD lists {}, which is not in the wheel.", "RECORD lists {}, which are not in it."
    )


@wheel.error(
    "wheel-record-differs",
    title="A file is not what RECORD says",
    why="Hash or size differ, so the file was changed after the wheel was built. Programs that verify an "
    "installation call it corrupt.",
    fix=REPACKED,
    example="`strip` run on a library inside a finished wheel",
    read=RECORD_FORMAT,
)
def wheel_record_differs(facts: WheelFacts) -> Iterator[Evidence]:
    rows = _rows(facts)
    path = facts.in_dist_info("RECORD")
    sizes = {member.path: member.size for member in facts.members}
    wrong = [(row, *pair) for row in rows if (pair := _difference(row, facts.digests, sizes))]
    for row, seen, expected in wrong[:MOST_LISTED]:
        message = f"{quoted(row.path)} is not what RECORD says."
        yield Evidence(message, file=path, line=row.line, seen=seen, expected=expected)
    if len(wrong) > MOST_LISTED:
        yield Evidence(f"The same of {len(wrong) - MOST_LISTED} more files.", file=path)


def _difference(
    row: RecordRow, digests: Mapping[str, str], sizes: Mapping[str, int]
) -> tuple[str, str] | None:
    """Return what the file is and what RECORD says it is, None where they agree or cannot be compared."""
    size, digest = sizes.get(row.path), digests.get(row.path)
    if row.size is not None and size is not None and row.size != size:
        return f"{size} bytes", f"{row.size} bytes"
    if digest is not None and row.digest is not None and row.digest.rstrip("=") != digest:
        return f"{row.algorithm}={digest}", f"{row.algorithm}={row.digest}"
    return None


@wheel.warning(
    "wheel-record-without-hash",
    title="RECORD has no strong hash of a file",
    why="The specification asks for sha256 or better of every file but RECORD itself; without it nobody can see "
    "whether an installed file was changed.",
    fix=REPACKED,
    example="`demo/__init__.py,,` in RECORD",
    read=RECORD_FORMAT,
)
def wheel_record_without_hash(facts: WheelFacts) -> Iterable[Evidence]:
    exempt = {f"{facts.dist_info}/{name}" for name in ("RECORD", *RECORD_SIGNATURES)}
    paths = [
        row.path
        for row in _rows(facts)
        if row.algorithm not in STRONG and row.path not in exempt and row.path in facts.paths
    ]
    return together(paths, "RECORD gives no sha256 of {}.")
