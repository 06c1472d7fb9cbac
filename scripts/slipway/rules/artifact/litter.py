"""Rules on files that came along by accident: bytecode, caches, files of editors and of version control."""

from collections.abc import Iterable

from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.wheel import WheelFacts
from slipway.records import Severity
from slipway.rules.artifact.places import is_for_development, own_names
from slipway.rules.backends import fixes
from slipway.rules.families import artifact
from slipway.rules.rule import Evidence
from slipway.rules.wording import together

BYTECODE = (".pyc", ".pyo")
VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr", "CVS"})
LEFT_BY_TOOLS = frozenset(
    {
        ".DS_Store", ".coverage", ".eggs", ".hypothesis", ".idea", ".ipynb_checkpoints", ".mypy_cache", ".nox",
        ".pytest_cache", ".ropeproject", ".ruff_cache", ".spyproject", ".tox", ".venv", ".vs", ".vscode",
        "Thumbs.db", "desktop.ini", "htmlcov", "node_modules", "pyvenv.cfg",
    }
)  # fmt: skip
"""Files and folders that editors, test runners and operating systems leave behind."""
BACKUPS = ("~", ".bak", ".orig", ".rej", ".swo", ".swp")
"""What the names of copies that editors and merges leave end in."""
KEPT = ("package.json.orig", "pyproject.toml.orig")
"""Copies that JupyterLab and uv_build keep on purpose."""


REMOVE = "Remove the files, or exclude them in the settings of the build backend."


@artifact.warning(
    for_sdist="sdist-has-bytecode",
    for_wheel="wheel-has-bytecode",
    title="The {kind} contains bytecode",
    why="Bytecode belongs to one version of Python; every installer makes its own, and uninstalling trips over "
    "files that came with the package. It also hides code that differs from the source beside it.",
    fix=REMOVE,
    fixes=fixes("exclude"),
    example="`{top}__pycache__/core.cpython-313.pyc`",
)
def has_bytecode(facts: SdistFacts | WheelFacts) -> Iterable[Evidence]:
    """Find bytecode whose source is there too; some projects publish bytecode without source on purpose."""
    found = [
        path
        for path in facts.paths
        if path.endswith(BYTECODE) and (path.split("/")[-2:-1] == ["__pycache__"] or path[:-1] in facts.paths)
    ]
    return together(
        sorted(found), "{} is bytecode of one version of Python.", "{} are bytecode of one version."
    )


@artifact.warning(
    for_sdist="sdist-has-version-control-files",
    for_wheel="wheel-has-version-control-files",
    title="The {kind} contains the data of a version control system",
    why="It holds the whole history, with everything that was ever deleted, and sometimes credentials in the "
    "address of the remote.",
    fix=REMOVE,
    fixes=fixes("exclude"),
    example="`{top}.git/config`",
)
def has_version_control_files(facts: SdistFacts | WheelFacts) -> Iterable[Evidence]:
    found = _holding(facts, VERSION_CONTROL, folders_only=True)
    return together(found, "{} is the data of a version control system.", "{} are data of version control.")


@artifact.rule(
    for_sdist="sdist-has-litter",
    for_wheel="wheel-has-litter",
    title="The {kind} contains files that editors, tools or the system left behind",
    severity={"sdist": Severity.NOTE, "wheel": Severity.WARNING},
    why="Nobody needs them, they make the download larger, and they reveal details of the machine they come from.",
    fix=REMOVE,
    fixes=fixes("exclude"),
    example="`{top}.DS_Store`",
)
def has_litter(facts: SdistFacts | WheelFacts) -> Iterable[Evidence]:
    own = own_names(facts)
    backups = sorted(
        member.path
        for member in facts.members
        if member.path.endswith(BACKUPS)
        and not member.path.endswith(KEPT)
        and not is_for_development(member.path, own_names=own)
    )
    found = [*_holding(facts, LEFT_BY_TOOLS), *backups]
    return together(found, "{} was left by a tool.", "{} were left by tools.")


def _holding(
    facts: SdistFacts | WheelFacts, names: frozenset[str], *, folders_only: bool = False
) -> list[str]:
    """Return the outermost files and folders with one of the names, each once; those of tests are left out."""
    own = own_names(facts)
    found = set()
    for path in facts.paths:
        parts = path.split("/")
        if names.isdisjoint(parts):
            continue
        at = next(index for index, part in enumerate(parts) if part in names)
        if at < len(parts) - folders_only and not is_for_development("/".join(parts[:at]), own_names=own):
            found.add("/".join(parts[: at + 1]))
    return sorted(found)
