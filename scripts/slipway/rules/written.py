"""How a field of the metadata is written where the project at hand declares it, for fixes that fit there."""

from collections.abc import Mapping
from typing import Literal, TypedDict

Field = Literal[
    "content-type", "content-type-rst", "dependencies", "description", "email", "extras", "license",
    "long-description", "name", "readme", "requires-python", "scripts", "urls", "version",
]  # fmt: skip

CONTENT_TYPE: Mapping[str, str] = {
    "pyproject.toml": '`readme = { file = "README.md", content-type = "text/markdown" }` in the [project] table',
    "poetry": '`readme = "README.md"` under [tool.poetry], for the suffix says the type',
    "flit": '`description-file = "README.md"` under [tool.flit.metadata], for the suffix says the type',
    "setup.cfg": "`long_description_content_type = text/markdown` under [metadata] in setup.cfg",
    "setup.py": '`long_description_content_type="text/markdown"` in setup.py',
}
WRITTEN: Mapping[Field, Mapping[str, str]] = {
    "content-type": CONTENT_TYPE,
    "content-type-rst": {
        place: text.replace("README.md", "README.rst").replace("markdown", "x-rst")
        for place, text in CONTENT_TYPE.items()
    },
    "dependencies": {
        "pyproject.toml": "`dependencies` in the [project] table",
        "poetry": "[tool.poetry.dependencies]",
        "flit": "`requires` under [tool.flit.metadata]",
        "setup.cfg": "`install_requires` under [options] in setup.cfg",
        "setup.py": "`install_requires` in setup.py",
    },
    "description": {
        "pyproject.toml": "`description` of the [project] table",
        "poetry": "`description` of [tool.poetry]",
        "flit": "the first line of the module's docstring",
        "setup.cfg": "`description` under [metadata] in setup.cfg",
        "setup.py": "`description` in setup.py",
    },
    "email": {
        "pyproject.toml": '`authors = [{ name = "Ada Lovelace" }]` in the [project] table',
        "poetry": '`authors = ["Ada Lovelace"]` under [tool.poetry]',
        "flit": '`author = "Ada Lovelace"` under [tool.flit.metadata]',
        "setup.cfg": "`author = Ada Lovelace` under [metadata] in setup.cfg",
        "setup.py": '`author="Ada Lovelace"` in setup.py',
    },
    "extras": {
        "pyproject.toml": "[project.optional-dependencies]",
        "poetry": "[tool.poetry.extras]",
        "flit": "[tool.flit.metadata.requires-extra]",
        "setup.cfg": "[options.extras_require] in setup.cfg",
        "setup.py": "`extras_require` in setup.py",
    },
    "license": {
        "pyproject.toml": '`license = "MIT"` in the [project] table',
        "poetry": '`license = "MIT"` under [tool.poetry]',
        "flit": '`license = "MIT"` under [tool.flit.metadata]',
        "setup.cfg": "`license = MIT` under [metadata] in setup.cfg",
        "setup.py": '`license="MIT"` in setup.py',
    },
    "long-description": {
        "pyproject.toml": '`readme = "README.md"` in the [project] table',
        "poetry": '`readme = "README.md"` under [tool.poetry]',
        "flit": '`description-file = "README.md"` under [tool.flit.metadata]',
        "setup.cfg": "`long_description = file: README.md` and `long_description_content_type = text/markdown` under "
        "[metadata] in setup.cfg",
        "setup.py": '`long_description=open("README.md", encoding="utf-8").read()` and '
        '`long_description_content_type="text/markdown"` in setup.py',
    },
    "name": {
        "pyproject.toml": '`name = "my-project"` in the [project] table',
        "poetry": '`name = "my-project"` under [tool.poetry]',
        "flit": '`dist-name = "my-project"` under [tool.flit.metadata]',
        "setup.cfg": "`name = my-project` under [metadata] in setup.cfg",
        "setup.py": '`name="my-project"` in setup.py',
    },
    "readme": {
        "pyproject.toml": "`readme` in the [project] table",
        "poetry": "`readme` under [tool.poetry]",
        "flit": "`description-file` under [tool.flit.metadata]",
        "setup.cfg": "`long_description` under [metadata] in setup.cfg",
        "setup.py": "`long_description` in setup.py",
    },
    "requires-python": {
        "pyproject.toml": '`requires-python = ">=3.11"` in the [project] table',
        "poetry": '`python = ">=3.11"` under [tool.poetry.dependencies]',
        "flit": '`requires-python = ">=3.11"` under [tool.flit.metadata]',
        "setup.cfg": "`python_requires = >=3.11` under [options] in setup.cfg",
        "setup.py": '`python_requires=">=3.11"` in setup.py',
    },
    "scripts": {
        "pyproject.toml": "[project.scripts]",
        "poetry": "[tool.poetry.scripts]",
        "flit": "[tool.flit.scripts]",
        "setup.cfg": "`console_scripts` under [options.entry_points] in setup.cfg",
        "setup.py": "`console_scripts` of `entry_points` in setup.py",
    },
    "urls": {
        "pyproject.toml": '`Source = "https://example.org/source"` under [project.urls]',
        "poetry": '`repository = "https://example.org/source"` under [tool.poetry]',
        "flit": '`Source = "https://example.org/source"` under [tool.flit.metadata.urls]',
        "setup.cfg": "`project_urls = Source = https://example.org/source` under [metadata] in setup.cfg",
        "setup.py": '`project_urls={"Source": "https://example.org/source"}` in setup.py',
    },
    "version": {
        "pyproject.toml": '`version = "1.0.0"` in the [project] table',
        "poetry": '`version = "1.0.0"` under [tool.poetry]',
        "flit": '`__version__ = "1.0.0"` in the module',
        "setup.cfg": "`version = 1.0.0` under [metadata] in setup.cfg",
        "setup.py": '`version="1.0.0"` in setup.py',
    },
}
"""For each field, what to write where the metadata is declared, as `ProjectFacts.declared_in` says it."""


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
    default = texts.pop("pyproject.toml")
    return Fix(fix=default, fixes={**texts, **others})
