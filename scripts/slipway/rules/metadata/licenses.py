"""Rules on the license: License-Expression, License-File, and the older fields."""

from collections.abc import Iterator

from slipway.artifacts.filename import Kind
from slipway.artifacts.metadata import MetadataFacts
from slipway.rules.families import metadata
from slipway.rules.metadata.fields import (
    at_field,
    each_uploaded,
    is_missing,
    rejection,
    uploaded,
    uploaded_license_files,
)
from slipway.rules.rule import Evidence
from slipway.rules.specifications import CORE_METADATA, LICENSING_GUIDE
from slipway.rules.wording import quoted
from slipway.rules.written import fix

CLASSIFIER = "License ::"
MOST_SEEN = 100
"""Characters of a license's text that are shown."""


def missing_license_files(
    facts: MetadataFacts, folder: str, paths: frozenset[str], kind: Kind
) -> Iterator[Evidence]:
    """Yield every License-File that is not in the folder of an sdist or a wheel that license files have to be in."""
    for value, at in uploaded_license_files(facts):
        expected = f"{folder}/{value}"
        if expected not in paths:
            message = f"License-File names {quoted(value)}, which the {kind} does not hold."
            yield at(message, expected=expected)


@metadata.error(
    "license-given-twice",
    title="License and License-Expression are both given",
    why="The expression replaces the old free text; PyPI refuses metadata that has both.",
    fix='Keep the expression, `license = "MIT"` in the [project] table, and no `license = { text = ... }`.',
    fixes={
        "setuptools": "Keep `license` in the [project] table and remove `license=` from setup.py or setup.cfg.",
        "setup.cfg": "Keep `license_expression` under [metadata] in setup.cfg, and remove `license`.",
        "setup.py": "Keep `license_expression` in setup.py, and remove `license`.",
    },
    example="License: MIT License\nLicense-Expression: MIT",
    mirrors=("C59",),
    read=LICENSING_GUIDE,
)
def license_given_twice(facts: MetadataFacts) -> Iterator[Evidence]:
    expression = uploaded(facts, "license-expression")
    if expression and uploaded(facts, "license"):
        message = f"Both License and License-Expression ({quoted(expression)}) are given."
        yield at_field(facts, "license", message, seen=uploaded(facts, "license"))


@metadata.error(
    "license-expression-invalid",
    title="License-Expression is not a valid SPDX expression",
    why="The field holds identifiers of the SPDX list, joined by AND, OR and WITH; PyPI refuses "
    "anything else.",
    fix="Use the SPDX identifier, such as `MIT`, `BSD-3-Clause`, `Apache-2.0` or `GPL-3.0-or-later`. "
    "For a license that is not on the list use `LicenseRef-` and a name, such as "
    "`LicenseRef-Proprietary`.",
    example="License-Expression: BSD",
    mirrors=("C60",),
    read="https://packaging.python.org/en/latest/specifications/license-expression/",
)
def license_expression_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    expression = facts.one("license-expression")
    if expression is not None and (problem := rejection("license_expression", expression)):
        message = f"License-Expression {quoted(expression)} is not an SPDX expression: {problem}."
        yield at_field(facts, "license-expression", message, seen=expression)


@metadata.error(
    "license-file-path-invalid",
    title="License-File is not a plain relative path",
    why="The path has to lead to a file inside the distribution: relative, with forward slashes, "
    "without `..` and without wildcards. PyPI refuses others.",
    fix="Name files inside the project in `license-files`, and build with a current backend, which "
    "writes out what a pattern stands for.",
    example="License-File: ../LICENSE",
    mirrors=("C61",),
    read=CORE_METADATA + "#license-file-multiple-use",
)
def license_file_path_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    for value, at in uploaded_license_files(facts):
        if rejection("license_files", [value]):
            yield at(f"License-File {quoted(value)} is not a plain relative path.")


@metadata.warning(
    "license-missing",
    title="The metadata says nothing about the license",
    why="Without a license nobody may lawfully use or redistribute the package, and many companies block it.",
    **fix("Set {}, with the license you chose, and add a file LICENSE with its text.", "license"),
    example="metadata without License, License-Expression, License-File and License classifier",
    read=LICENSING_GUIDE,
)
def license_missing(facts: MetadataFacts) -> Iterator[Evidence]:
    classified = any(value.startswith(CLASSIFIER) for value, _ in each_uploaded(facts, "classifier"))
    fields = ("license", "license-expression", "license-file")
    if (
        not classified
        and "classifier" not in facts.undecided
        and all(is_missing(facts, name) for name in fields)
    ):
        yield Evidence("The metadata says nothing about the license.", file=facts.file)


@metadata.note(
    "license-free-text",
    title="The license is given as free text",
    why="Programs that look for licenses know the identifiers of SPDX. What else stands there, a person has to read.",
    **fix("Write {}, with the SPDX identifier of your license.", "license"),
    example="License: The MIT License (MIT)",
    read=LICENSING_GUIDE,
)
def license_free_text(facts: MetadataFacts) -> Iterator[Evidence]:
    text = (uploaded(facts, "license") or "").strip()
    if text and not uploaded(facts, "license-expression") and rejection("license_expression", text):
        lines = text.count("\n") + 1
        what = quoted(text) if lines == 1 else f"{lines} lines of text"
        yield at_field(
            facts, "license", f"License holds {what}, which is no SPDX identifier.", seen=text[:MOST_SEEN]
        )


@metadata.note(
    "license-classifier-beside-expression",
    title="A License classifier is given beside a License-Expression",
    why="License classifiers are deprecated and, beside an expression, can only repeat or contradict "
    "it. PyPI takes both; some build backends do not.",
    fix="Remove the classifiers that begin with `License ::`.",
    example="License-Expression: MIT\nClassifier: License :: OSI Approved :: MIT License",
    read=LICENSING_GUIDE,
)
def license_classifier_beside_expression(facts: MetadataFacts) -> Iterator[Evidence]:
    expression = uploaded(facts, "license-expression")
    if not expression:
        return
    for value, at in each_uploaded(facts, "classifier"):
        if value.startswith(CLASSIFIER):
            yield at(f"{quoted(value)} is given beside License-Expression {quoted(expression)}.")
            return
