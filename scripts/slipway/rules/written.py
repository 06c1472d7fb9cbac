"""How a field of the metadata is written where the project at hand declares it, for fixes that fit there."""

from collections.abc import Mapping
from typing import Literal, TypedDict

from slipway.records import DeclaredIn

Field = Literal[
    "content-type", "content-type-rst", "dependencies", "description", "email", "extras", "license", "name", "readme",
    "requires-python", "scripts", "urls", "version",
]  # fmt: skip

CONTENT_TYPE: Mapping[DeclaredIn, str] = {
    "[project]": '`readme = { file = "README.md", content-type = "text/markdown" }` in the [project] table',
    "[tool.poetry]": '`readme = "README.md"` under [tool.poetry], for the suffix says the type',
    "[tool.flit.metadata]": '`description-file = "README.md"` under [tool.flit.metadata], for the suffix says the type',
    "setup.cfg": "`long_description_content_type = text/markdown` under [metadata] in setup.cfg",
    "setup.py": '`long_description_content_type="text/markdown"` in setup.py',
}
WRITTEN: Mapping[Field, Mapping[DeclaredIn, str]] = {
    "content-type": CONTENT_TYPE,
    "content-type-rst": {
        place: text.replace("README.md", "README.rst").replace("markdown", "x-rst")
        for place, text in CONTENT_TYPE.items()
    },
    "dependencies": {
        "[project]": "`dependencies` in the [project] table",
        "[tool.poetry]": "[tool.poetry.dependencies]",
        "[tool.flit.metadata]": "`requires` under [tool.flit.metadata]",
        "setup.cfg": "`install_requires` under [options] in setup.cfg",
        "setup.py": "`install_requires` in setup.py",
    },
    "description": {
        "[project]": "`description` of the [project] table",
        "[tool.poetry]": "`description` of [tool.poetry]",
        "[tool.flit.metadata]": "the first line of the module's docstring",
        "setup.cfg": "`description` under [metadata] in setup.cfg",
        "setup.py": "`description` in setup.py",
    },
    "email": {
        "[project]": '`authors = [{ name = "Ada Lovelace" }]` in the [project] table',
        "[tool.poetry]": '`authors = ["Ada Lovelace"]` under [tool.poetry]',
        "[tool.flit.metadata]": '`author = "Ada Lovelace"` under [tool.flit.metadata]',
        "setup.cfg": "`author = Ada Lovelace` under [metadata] in setup.cfg",
        "setup.py": '`author="Ada Lovelace"` in setup.py',
    },
    "extras": {
        "[project]": "[project.optional-dependencies]",
        "[tool.poetry]": "[tool.poetry.extras]",
        "[tool.flit.metadata]": "[tool.flit.metadata.requires-extra]",
        "setup.cfg": "[options.extras_require] in setup.cfg",
        "setup.py": "`extras_require` in setup.py",
    },
    "license": {
        "[project]": '`license = "MIT"` in the [project] table',
        "[tool.poetry]": '`license = "MIT"` under [tool.poetry]',
        "[tool.flit.metadata]": '`license = "MIT"` under [tool.flit.metadata]',
        "setup.cfg": "`license = MIT` under [metadata] in setup.cfg",
        "setup.py": '`license="MIT"` in setup.py',
    },
    "name": {
        "[project]": '`name = "my-project"` in the [project] table',
        "[tool.poetry]": '`name = "my-project"` under [tool.poetry]',
        "[tool.flit.metadata]": '`dist-name = "my-project"` under [tool.flit.metadata]',
        "setup.cfg": "`name = my-project` under [metadata] in setup.cfg",
        "setup.py": '`name="my-project"` in setup.py',
    },
    "readme": {
        "[project]": "`readme` in the [project] table",
        "[tool.poetry]": "`readme` under [tool.poetry]",
        "[tool.flit.metadata]": "`description-file` under [tool.flit.metadata]",
        "setup.cfg": "`long_description` under [metadata] in setup.cfg",
        "setup.py": "`long_description` in setup.py",
    },
    "requires-python": {
        "[project]": '`requires-python = ">=3.11"` in the [project] table',
        "[tool.poetry]": '`python = ">=3.11"` under [tool.poetry.dependencies]',
        "[tool.flit.metadata]": '`requires-python = ">=3.11"` under [tool.flit.metadata]',
        "setup.cfg": "`python_requires = >=3.11` under [options] in setup.cfg",
        "setup.py": '`python_requires=">=3.11"` in setup.py',
    },
    "scripts": {
        "[project]": "[project.scripts]",
        "[tool.poetry]": "[tool.poetry.scripts]",
        "[tool.flit.metadata]": "[tool.flit.scripts]",
        "setup.cfg": "`console_scripts` under [options.entry_points] in setup.cfg",
        "setup.py": "`console_scripts` of `entry_points` in setup.py",
    },
    "urls": {
        "[project]": '`Source = "https://example.org/source"` under [project.urls]',
        "[tool.poetry]": '`repository = "https://example.org/source"` under [tool.poetry]',
        "[tool.flit.metadata]": '`Source = "https://example.org/source"` under [tool.flit.metadata.urls]',
        "setup.cfg": "`project_urls = Source = https://example.org/source` under [metadata] in setup.cfg",
        "setup.py": '`project_urls={"Source": "https://example.org/source"}` in setup.py',
    },
    "version": {
        "[project]": '`version = "1.0.0"` in the [project] table',
        "[tool.poetry]": '`version = "1.0.0"` under [tool.poetry]',
        "[tool.flit.metadata]": '`__version__ = "1.0.0"` in the module',
        "setup.cfg": "`version = 1.0.0` under [metadata] in setup.cfg",
        "setup.py": '`version="1.0.0"` in setup.py',
    },
}
"""For each field, what to write for each place; see the documentation of setuptools, Poetry and flit."""


class Fix(TypedDict):
    """The two texts of a rule on what to do."""

    fix: str
    fixes: Mapping[str, str]


def fix(sentence: str, field: Field, **others: str) -> Fix:
    """Return what to do about a field, for each place where it may be declared.

    Args:
        sentence: what to do; `{}` in it is how the field is written.
        field: the field.
        others: what to do with a build backend or in a place where the sentence does not fit.
    """
    texts: dict[str, str] = {
        place: sentence.replace("{}", written) for place, written in WRITTEN[field].items()
    }
    default = texts.pop("[project]")
    return Fix(fix=default, fixes={**texts, **others})
