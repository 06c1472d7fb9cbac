"""Rules on the archive itself: whether it is one, whether it can be read, and whether every program reads the same."""

from collections.abc import Iterator, Mapping

from slipway.artifacts.archive import MAX_RATIO, MAX_RATIO_FLOOR, Fault
from slipway.artifacts.distribution import DistributionFacts
from slipway.artifacts.filename import Kind
from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.secret_scan import SecretKind
from slipway.artifacts.wheel import WheelFacts
from slipway.rules.families import artifact, sdist, wheel
from slipway.rules.rule import Evidence
from slipway.rules.size_limits import MIB
from slipway.rules.specifications import SDIST_FORMAT, WHEEL_FORMAT
from slipway.rules.wording import first, quoted

FORMATS: Mapping[Kind, str] = {"sdist": SDIST_FORMAT, "wheel": WHEEL_FORMAT}
REBUILD = "Build the file again and use what the build wrote: do not repack it, and copy it in binary mode."
MOST_LISTED = 5
"""Problems of one kind that are listed; a damaged file can have one per member."""


def _problems(facts: DistributionFacts, *faults: Fault) -> Iterator[Evidence]:
    found = [
        Evidence(
            f"{'The file' if problem.path is None else quoted(problem.path)}: {problem.detail}.",
            file=problem.path,
        )
        for problem in facts.problems
        if problem.fault in faults
    ]
    return first(found, MOST_LISTED, "The same of {} more members.")


@artifact.error(
    for_sdist="sdist-is-no-archive",
    for_wheel="wheel-is-no-archive",
    title="The {kind} is not an archive of its format",
    why="Nothing can be installed from it, and PyPI refuses it. Usually the file is empty, cut short, or "
    "another format under this name.",
    fix=REBUILD,
    example="`echo hello > {file}`",
    mirrors={"sdist": ("C27",), "wheel": ("C19",)},
    read=FORMATS,
)
def is_no_archive(facts: DistributionFacts) -> Iterator[Evidence]:
    yield from _problems(facts, Fault.NOT_AN_ARCHIVE)


@artifact.error(
    for_sdist="sdist-is-two-formats",
    for_wheel="wheel-is-two-formats",
    title="The {kind} can be read as a zip and as a tar",
    why="Two programs would see two different packages in one file, which is how malicious files are "
    "smuggled past a scanner; PyPI refuses it.",
    fix=REBUILD,
    example="`cat spam.tar.gz spam.whl > {file}`",
    mirrors=("C18",),
)
def is_two_formats(facts: DistributionFacts) -> Iterator[Evidence]:
    yield from _problems(facts, Fault.TWO_FORMATS)


@artifact.error(
    for_sdist="sdist-damaged",
    for_wheel="wheel-damaged",
    title="The {kind} is cut short or damaged",
    why="A member cannot be unpacked, so installing fails; PyPI refuses it. Usually a copy or a download "
    "was interrupted, or a tool changed bytes on the way.",
    fix=REBUILD,
    example="`head -c 5000 {file}` of a file of 9000 bytes",
    mirrors={"sdist": ("C20", "C28"), "wheel": ("C20",)},
)
def damaged(facts: DistributionFacts) -> Iterator[Evidence]:
    yield from _problems(facts, Fault.DAMAGED, Fault.ENCRYPTED)


@artifact.warning(
    for_sdist="sdist-not-fully-read",
    for_wheel="wheel-not-fully-read",
    title="The {kind} is too large to be read completely",
    why="Slipway reads archives within limits, so that none can exhaust the machine. Beyond them nothing "
    "was checked, and other tools set limits of their own.",
    fix="Leave out what is not needed at run time: generated data, caches, test material.",
    example="an archive of 200 000 files, or of 1 MB that unpacks to 1 GB",
)
def not_fully_read(facts: DistributionFacts) -> Iterator[Evidence]:
    yield from _problems(facts, Fault.LIMIT)


@artifact.error(
    for_sdist="sdist-has-encrypted-code",
    for_wheel="wheel-has-encrypted-code",
    title="The {kind} contains code encrypted with PyArmor or SourceDefender",
    why="PyPI takes no encrypted code: nobody can review it, and malware hides in it.",
    fix="Publish readable source or compiled extension modules, or distribute the package elsewhere.",
    example="a module that PyArmor wrote",
    mirrors=("C25",),
)
def has_encrypted_code(facts: DistributionFacts) -> Iterator[Evidence]:
    for secret in facts.secrets:
        if secret.kind in (SecretKind.PYARMOR, SecretKind.SOURCEDEFENDER):
            message = f"{quoted(secret.path)} holds {secret.kind}."
            yield Evidence(message, file=secret.path, line=secret.line, seen=secret.shown)


@wheel.error(
    "wheel-zip-ambiguous",
    title="Programs could see different files in the wheel",
    why="A zip lists its files twice, and the two lists must agree to the byte, or one installer unpacks what "
    "another never saw. PyPI refuses any doubt. Build backends write such files correctly; tools that repack "
    "or stream a wheel often do not.",
    fix="Build the wheel again. If a step repacks it, let that step write to a real file (`wheel pack`, "
    "Python's zipfile) instead of a pipe, and neither add a file twice nor append or prepend anything.",
    example="`zip - -r . > spam-1.0-py3-none-any.whl` (a zip written to a pipe)",
    mirrors=("C26",),
    read=WHEEL_FORMAT,
)
def wheel_zip_ambiguous(facts: WheelFacts) -> Iterator[Evidence]:
    yield from _problems(facts, Fault.FRAMING)


@wheel.error(
    "wheel-compression-unsupported",
    title="The wheel uses a compression other than deflate",
    why="Installers on plain Python builds can only unpack stored and deflated members, so PyPI refuses bzip2, "
    "LZMA and Zstandard.",
    fix="Pack the wheel with deflate: `wheel pack`, or the build backend's default.",
    example="`zip -Z bzip2`",
    mirrors=("C22",),
)
def wheel_compression_unsupported(facts: WheelFacts) -> Iterator[Evidence]:
    yield from _problems(facts, Fault.COMPRESSION)


@wheel.error(
    "wheel-compresses-too-well",
    title="The wheel unpacks to more than fifty times its size",
    why="PyPI considers such a file a decompression bomb and refuses it. Usually it holds large files that are "
    "nearly empty: zero-filled arrays, sparse databases, repeated test data.",
    fix="Generate these files when they are needed, or ship them compressed.",
    example="a wheel of 2 MB with a data file of 200 MB of zeros",
    mirrors=("C21",),
)
def wheel_compresses_too_well(facts: WheelFacts) -> Iterator[Evidence]:
    unpacked = sum(member.size for member in facts.members)
    ratio = unpacked / max(facts.size, 1)
    if unpacked > MAX_RATIO_FLOOR and ratio > MAX_RATIO:
        yield Evidence(
            f"The archive unpacks to {unpacked / MIB:.0f} MiB, {ratio:.0f} times its size.",
            seen=f"{ratio:.0f} times",
            expected=f"at most {MAX_RATIO} times, once it is more than {MAX_RATIO_FLOOR // MIB} MiB",
        )


@sdist.error(
    "sdist-has-sparse-member",
    title="The sdist contains a sparse file",
    why="PyPI refuses sparse members, which programs unpack differently.",
    fix="Let the build backend write the archive; if you call tar yourself, do it without `--sparse`.",
    example="`tar --sparse -czf spam-1.0.tar.gz spam-1.0`",
    mirrors=("C29",),
)
def sdist_has_sparse_member(facts: SdistFacts) -> Iterator[Evidence]:
    yield from _problems(facts, Fault.SPARSE)


@sdist.warning(
    "sdist-has-trailing-data",
    title="The sdist does not end where its archive ends",
    why="The end of the file is damaged, or something was appended. pip does not look that far, but stricter "
    "programs refuse the file.",
    fix=REBUILD,
    example="`cat notes.txt >> spam-1.0.tar.gz`",
)
def sdist_has_trailing_data(facts: SdistFacts) -> Iterator[Evidence]:
    yield from _problems(facts, Fault.TRAILER)
