"""Where the source of a project shows what was found: in a file of it, whatever a finding is about."""

from slipway.manifest import Manifest

_SETUPTOOLS = ("setup.py", "setup.cfg")


def project_file(manifest: Manifest) -> str:
    """Return the file that declares the project, for what was found in no file of the source."""
    declared = manifest.plan.declared_in if manifest.plan else ""
    return declared if declared in _SETUPTOOLS else "pyproject.toml"


def inside(folder: str, path: str) -> str:
    """Return a path of a project as one that begins where the project's folder does, with forward slashes."""
    return f"{folder.rstrip('/')}/{path}" if folder.rstrip("/") else path
