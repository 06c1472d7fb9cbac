"""What differs between build backends in the rules on projects: versions, and fixes in their settings."""

from __future__ import annotations

from collections.abc import Mapping

CAPPED: Mapping[str, str] = {"uv-build": "uv_build>=0.13,<0.14"}
"""Backends that warn by themselves where they have no upper bound: uv changes its behaviour between series."""

EXPRESSION_SINCE: Mapping[str, str] = {"setuptools": "77.0.0", "flit-core": "3.11.0"}
"""The version from which a backend takes `license = "MIT"` (PEP 639), by its changelog; before, it stops."""

PROJECT_SINCE: Mapping[str, str] = {"setuptools": "61.0.0", "flit-core": "3.2.0", "poetry-core": "2.0.0"}
"""The version from which a backend reads [project] (PEP 621), by its changelog."""

PLUGIN_PREFIXES = ("hatch-", "setuptools-", "pdm-", "poetry-", "scikit-build", "flit-")
PLUGINS = frozenset({"pbr", "versioningit", "uv-dynamic-versioning"})
"""Build requirements that install a backend with them."""

ADD_UPPER_BOUND = {
    name: f'Write `requires = ["{advice}"]`, with the series you test.' for name, advice in CAPPED.items()
}
NAME_THE_PACKAGE = {
    "hatchling": 'Name it: `packages = ["src/package"]` under [tool.hatch.build.targets.wheel].',
    "flit-core": 'Name it: `name = "package"` under [tool.flit.module].',
    "uv-build": 'Name it: `module-name = "package"` under [tool.uv.build-backend]; for a package beside '
    'pyproject.toml also `module-root = ""`.',
    "poetry-core": 'Name it: `packages = [{ include = "package" }]` under [tool.poetry].',
}
ONE_VERSION = {
    "setuptools": 'Keep it in one place, for example `dynamic = ["version"]` with '
    '`version = {attr = "package.__version__"}` under [tool.setuptools.dynamic].',
    "hatchling": 'Keep it in one place, for example `dynamic = ["version"]` with '
    '`path = "src/package/__init__.py"` under [tool.hatch.version].',
    "flit-core": 'Keep it in one place: `dynamic = ["version"]` takes `__version__` from the module.',
}
