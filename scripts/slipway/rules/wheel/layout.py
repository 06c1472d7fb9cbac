"""Rules on the folders of a wheel that describe it: .dist-info with WHEEL, METADATA and licenses, and .data."""

import re
from collections.abc import Iterable, Iterator

from slipway.artifacts.entry_points import SCRIPT_GROUPS
from slipway.artifacts.wheel import WheelFacts
from slipway.rules.artifact.readable import expected_in_dist_info, require_listed
from slipway.rules.backends import fixes
from slipway.rules.families import wheel
from slipway.rules.metadata.licenses import missing_license_files
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import LICENSE_FILES, WHEEL_FORMAT
from slipway.rules.wording import named, quoted, together
from slipway.rules.written import fix

REBUILD = (
    "Build the wheel again with a current build backend (`python -m build`) and neither rename nor repack it."
)
SCRIPT_NAME = re.compile(r"[\w.-]+")
"""What the index takes as the name of a script (`warehouse/utils/wheel.py`)."""
KNOWN_VERSION = re.compile(r"\s*1(\.\d{1,9}){1,5}\s*")
"""A later minor version is taken with a warning (pip, `utils/wheel.py`)."""
SCHEMES = frozenset({"purelib", "platlib", "headers", "scripts", "data"})
"""Folders of `.data` that installers know (`sysconfig` scheme names)."""


def _missing(facts: WheelFacts, name: str) -> Iterator[Evidence]:
    expected = expected_in_dist_info(facts, name)
    if expected not in facts.paths:
        there = [f"{folder}/{name}" for folder in facts.dist_infos if f"{folder}/{name}" in facts.paths]
        message = f"There is no {quoted(expected)}" + (f", only {named(there)}." if there else ".")
        yield Evidence(message, seen=there[0] if there else None, expected=expected)


@wheel.error(
    "wheel-wheel-file-missing",
    title="The wheel has no WHEEL file where its filename promises it",
    why="PyPI and installers look for `NAME-VERSION.dist-info/WHEEL`, with name and version spelled as in the "
    "filename, and refuse the wheel without it.",
    fix=REBUILD,
    example="`My_Demo-1.0.dist-info/WHEEL` in `my_demo-1.0-py3-none-any.whl`",
    mirrors=("C24",),
    read=WHEEL_FORMAT,
)
def wheel_wheel_file_missing(facts: WheelFacts) -> Iterator[Evidence]:
    yield from _missing(facts, "WHEEL")


@wheel.error(
    "wheel-version-unsupported",
    title="WHEEL has no Wheel-Version, or one that installers do not know",
    why="Installers read Wheel-Version first, and refuse a wheel of another major version than 1.",
    fix=REBUILD,
    example="`Wheel-Version: 2.0`, or an empty WHEEL",
    read=WHEEL_FORMAT,
)
def wheel_version_unsupported(facts: WheelFacts) -> Iterator[Evidence]:
    if facts.wheel_file is None:
        raise Skipped("there is no WHEEL to read")
    version = facts.wheel_file.version
    if version is None or not KNOWN_VERSION.fullmatch(version):
        message = "WHEEL has no Wheel-Version." if version is None else f"Wheel-Version is {quoted(version)}."
        yield Evidence(message, file=facts.in_dist_info("WHEEL"), seen=version, expected="1.0")


@wheel.error(
    "wheel-metadata-hidden",
    title="Another file is sent to the index in place of the wheel's metadata",
    why="twine sends the first file whose path contains METADATA and whose text contains Metadata-Version: fewest "
    "folders first, then by the alphabet. The index judges what is sent, and would show it.",
    fix="Rename that file, so that its path does not contain METADATA, or leave it out of the wheel.",
    example="a template `demo/METADATA.txt`, before `demo-1.0.dist-info/METADATA`",
    read="https://github.com/pypa/twine/blob/main/twine/wheel.py",
)
def wheel_metadata_hidden(facts: WheelFacts) -> Iterator[Evidence]:
    own = facts.in_dist_info("METADATA")
    digests = {member.path: member.sha256 for member in facts.members}
    sent = facts.sent_metadata
    if own is not None and sent is not None and digests[sent] != digests[own]:
        yield Evidence(
            f"{quoted(sent)} is sent in place of {quoted(own)}.", file=sent, seen=sent, expected=own
        )


@wheel.error(
    "wheel-metadata-missing",
    title="The wheel has no METADATA where its filename promises it",
    why="METADATA says what the package is and needs; PyPI takes it from `NAME-VERSION.dist-info/METADATA`, "
    "spelled as in the filename, and refuses the wheel without it.",
    fix=REBUILD,
    example="a wheel that was zipped without its .dist-info folder",
    mirrors=("C36",),
    read=WHEEL_FORMAT,
)
def wheel_metadata_missing(facts: WheelFacts) -> Iterator[Evidence]:
    yield from _missing(facts, "METADATA")


@wheel.error(
    "wheel-licence-file-missing",
    title="A file that License-File names is not in the wheel",
    why="PyPI refuses the wheel: what the metadata calls the license has to be in `licenses/` of its "
    ".dist-info folder.",
    fix="Update the build backend, which puts it there; name the file in `license-files` of the [project] table.",
    fixes=fixes("license-in-wheel"),
    example="`License-File: LICENSE` without `demo-1.0.dist-info/licenses/LICENSE`",
    mirrors=("C33",),
    read=LICENSE_FILES,
)
def wheel_licence_file_missing(facts: WheelFacts) -> Iterator[Evidence]:
    folder = expected_in_dist_info(facts, "licenses")
    if facts.metadata is None:
        raise Skipped("there is no METADATA to compare with")
    yield from missing_license_files(facts.metadata, folder, facts.paths, "wheel")


@wheel.error(
    "wheel-has-several-dist-infos",
    title="The wheel has more than one .dist-info folder",
    why="pip refuses to install a wheel that describes two packages.",
    fix="Remove old build output (`build/`, `*.dist-info`, `*.egg-info`) and build again; do not include "
    "installed packages as data.",
    example="`demo-1.0.dist-info/` beside `other-2.0.dist-info/`",
    read=WHEEL_FORMAT,
)
def wheel_has_several_dist_infos(facts: WheelFacts) -> Iterator[Evidence]:
    require_listed(facts)
    if len(facts.dist_infos) > 1:
        yield Evidence(
            f"There are {len(facts.dist_infos)} .dist-info folders: {named(facts.dist_infos)}.",
            seen=", ".join(facts.dist_infos[:5]),
            expected=facts.expected_dist_info,
        )


@wheel.error(
    "wheel-entry-points-invalid",
    title="entry_points.txt cannot be read, or a script has no valid name",
    why="PyPI refuses the wheel: commands and plugins declared there could not be installed. Names of scripts "
    "consist of letters, digits, `_`, `.` and `-`; no group and no name is given twice.",
    **fix("Correct the names in {}, and those of the other entry points.", "scripts"),
    example='`"my tool" = "demo:main"` under [project.scripts]',
    mirrors=("C35",),
    read="https://packaging.python.org/en/latest/specifications/entry-points/",
)
def wheel_entry_points_invalid(facts: WheelFacts) -> Iterator[Evidence]:
    path = facts.in_dist_info("entry_points.txt")
    if facts.entry_points_problem is not None:
        problem = facts.entry_points_problem
        yield Evidence(f"entry_points.txt cannot be read: {problem.detail}.", file=path, line=problem.line)
        return
    for group in SCRIPT_GROUPS:
        for name in (facts.entry_points or {}).get(group, {}):
            if not SCRIPT_NAME.fullmatch(name):
                yield Evidence(
                    f"The script {quoted(name)} in [{group}] has no valid name.", file=path, seen=name
                )


@wheel.error(
    "wheel-data-folder-unknown",
    title="The .data folder has a part that installers do not know",
    why="Installers know purelib, platlib, headers, scripts and data; pip refuses a wheel with anything else.",
    fix="Put files for the environment's root under `data`, scripts under `scripts`.",
    example="`demo-1.0.data/etc/demo.conf`",
    read=WHEEL_FORMAT,
)
def wheel_data_folder_unknown(facts: WheelFacts) -> Iterable[Evidence]:
    if facts.data_directory is None:
        return []
    prefix = facts.data_directory + "/"
    strange = sorted(
        path
        for path in facts.paths
        if path.startswith(prefix) and path[len(prefix) :].partition("/")[0] not in SCHEMES
    )
    return together(strange, "{} is in no folder that installers know.", "{} are in no such folder.")


@wheel.warning(
    "wheel-data-folder-misnamed",
    title="The wheel has a .data folder of another name or version",
    why="Installers do not recognise it and copy the folder as it is into site-packages.",
    fix="Remove old build output (`build/`) and build again; the folder is called as the .dist-info folder is.",
    example="`Demo-1.0.data/scripts/demo` beside `demo-1.0.dist-info/`",
    read=WHEEL_FORMAT,
)
def wheel_data_folder_misnamed(facts: WheelFacts) -> Iterator[Evidence]:
    require_listed(facts)
    if facts.dist_info is None:
        raise Skipped("it is not known what the .data folder is called")
    tops = {path.partition("/")[0] for path in facts.paths} - {facts.data_directory}
    own = facts.dist_info.removesuffix(".dist-info") + ".data"
    for folder in sorted(top for top in tops if top.endswith(".data")):
        message = f"{quoted(folder)} is not this wheel's .data folder."
        yield Evidence(message, file=folder, seen=folder, expected=own)
