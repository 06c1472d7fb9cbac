"""What to do with each build backend, for the fixes that several rules share."""

from collections.abc import Mapping
from typing import Literal

Purpose = Literal["choose-packages", "exclude", "include-data", "license-in-sdist", "license-in-wheel"]

SETTINGS: Mapping[str, Mapping[Purpose, str]] = {
    "setup.py": {
        "choose-packages": 'Say which packages to include: `packages=find_packages("src", include=["demo*"])` in '
        "setup.py, without the first argument where they are beside setup.py.",
        "include-data": 'Name it: `package_data={"demo": ["*.json", "py.typed"]}` in setup.py.',
        "license-in-sdist": 'Name the file: `license_files=["LICENSE"]` in setup.py; see that MANIFEST.in does not '
        "exclude it.",
        "license-in-wheel": 'Require `setuptools>=77` in [build-system], and name the file: `license_files=["LICENSE"]` '
        "in setup.py.",
    },
    "setup.cfg": {
        "choose-packages": "Say which packages to include: `packages = find:` under [options] in setup.cfg, and "
        "`include = demo*` under [options.packages.find] in setup.cfg.",
        "include-data": "Name it: `demo = *.json, py.typed` under [options.package_data] in setup.cfg.",
        "license-in-sdist": "Name the file: `license_files = LICENSE` under [metadata] in setup.cfg; see that "
        "MANIFEST.in does not exclude it.",
        "license-in-wheel": "Require `setuptools>=77` in [build-system], and name the file: `license_files = LICENSE` "
        "under [metadata] in setup.cfg.",
    },
    "setuptools": {
        "choose-packages": "Say which packages to include: `where = ['src']` and `include = ['demo*']` under "
        "[tool.setuptools.packages.find], the first only where they are in src/; `py-modules` for single modules.",
        "exclude": "Add `exclude NAME`, `global-exclude *.py[co]` or `prune FOLDER` to MANIFEST.in, see what "
        "`package-data` names, remove `build/`, and build again.",
        "include-data": "Name it under [tool.setuptools.package-data], for example `demo = ['*.json', 'py.typed']`; "
        "packages are found with [tool.setuptools.packages.find].",
        "license-in-sdist": "Name the file in `license-files` of the [project] table, and see that MANIFEST.in does "
        "not exclude it.",
        "license-in-wheel": "Require `setuptools>=77` in [build-system] and name the file in `license-files` of the "
        "[project] table.",
    },
    "hatchling": {
        "choose-packages": "Set `packages = ['src/demo']` under [tool.hatch.build.targets.wheel]; a `force-include` or "
        "`include` there adds more than meant.",
        "exclude": "Add the name or a pattern to .gitignore, or to `exclude` in [tool.hatch.build].",
        "include-data": "See `exclude` in [tool.hatch.build.targets.wheel], and whether git ignores the file.",
        "license-in-sdist": "Name the file in `license-files`, and see that `exclude` or `only-include` of "
        "[tool.hatch.build.targets.sdist] does not leave it out.",
        "license-in-wheel": "Require `hatchling>=1.27` in [build-system] and name the file in `license-files`.",
    },
    "flit-core": {
        "choose-packages": "flit includes one package, `name` in [tool.flit.module]; see what `include` adds.",
        "exclude": "Add the name or a pattern to `exclude` in [tool.flit.sdist], or move the file out of the package.",
        "license-in-wheel": "Require `flit-core>=3.12` in [build-system] and name the file in `license-files`.",
    },
    "pdm-backend": {
        "choose-packages": "Set `includes = ['src/demo']` and `package-dir = 'src'` under [tool.pdm.build].",
        "exclude": "Add the name or a pattern to `excludes` in [tool.pdm.build].",
        "license-in-wheel": "Require `pdm-backend>=2.4` in [build-system] and name the file in `license-files`.",
    },
    "poetry-core": {
        "choose-packages": "Set `packages = [{ include = 'demo', from = 'src' }]` under [tool.poetry]; files in `include` "
        "with `format = 'wheel'` are installed beside the package.",
        "exclude": "Add the name or a pattern to .gitignore, or to `exclude` in [tool.poetry].",
        "include-data": "See `exclude` and `include` in [tool.poetry], and whether git ignores the file.",
        "license-in-sdist": "Name the file in `license-files`, and add it to `include` of [tool.poetry].",
        "license-in-wheel": "Require `poetry-core>=2.2` in [build-system] and name the file in `license-files`.",
    },
    "uv-build": {
        "choose-packages": "Set `module-root` and `module-name` under [tool.uv.build-backend].",
        "exclude": "Add the name or a pattern to `source-exclude` and `wheel-exclude` in [tool.uv.build-backend].",
    },
    "maturin": {
        "choose-packages": "Set `python-source` and `module-name` under [tool.maturin].",
        "exclude": "Add the name or a pattern to .gitignore, or to `exclude` in [tool.maturin].",
        "license-in-sdist": "Name the file in `license-files`, and add it to `include` of [tool.maturin] for the sdist.",
        "license-in-wheel": "Require `maturin>=1.9` in [build-system] and name the file in `license-files`.",
    },
    "scikit-build-core": {
        "choose-packages": "Set `wheel.packages` under [tool.scikit-build]; see what the CMake rules install.",
        "exclude": "Add the name or a pattern to `sdist.exclude` and `wheel.exclude` in [tool.scikit-build].",
        "license-in-sdist": "Name the file in `license-files`, and see that `sdist.exclude` of [tool.scikit-build] "
        "does not leave it out.",
    },
    "meson-python": {
        "choose-packages": "See what `py.install_sources` in meson.build is given, and with which `subdir`.",
        "exclude": "Remove the file from git, from which the sdist is made, and from `py.install_sources`.",
    },
}
"""For each backend, or place of the metadata, what to do for each purpose; a backend has the name of its distribution."""


def fixes(purpose: Purpose, *, before: str = "") -> dict[str, str]:
    """Return the fix for each backend that has its own.

    Args:
        purpose: what is to be done.
        before: what has to be done first, whatever the backend; a sentence.
    """
    return {
        backend: f"{before} {settings[purpose]}".lstrip()
        for backend, settings in SETTINGS.items()
        if purpose in settings
    }
