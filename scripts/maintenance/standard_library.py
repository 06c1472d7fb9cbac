"""The table of what newer versions of Python added to the standard library, from the stubs that mypy brings (typeshed)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import mypy

STUBS = Path(mypy.__file__).parent / "typeshed" / "stdlib"
OLDEST = 9
"""What came up to Python 3.8 is left out: nothing older is supported any more."""
_VERSION = re.compile(r"(?<![\w.])(?P<module>[\w.]++): 3\.(?P<minor>\d+)-")


def generated() -> dict[str, str]:
    """Return the text of the table by its path in the repository.

    A line is a module and the minor version of Python 3 it came with, or a module, a version, and the names that the
    module has since then.
    """
    lines = [f"{module} {minor}" for module, minor in _modules() if minor >= OLDEST]
    for path in sorted(STUBS.rglob("*.pyi")):
        module = ".".join(path.relative_to(STUBS).with_suffix("").parts).removesuffix(".__init__")
        if any(part.startswith("_") for part in module.split(".")):
            continue
        added: dict[int, set[str]] = {}
        text = path.read_text("utf-8")
        if "import *" in text:  # what such a module has cannot be seen in its own stub
            continue
        always = set(_names(ast.parse(text).body, 0, added))
        for minor, names in sorted(added.items()):
            if public := sorted(name for name in names - always if not name.startswith("_")):
                lines.append(f"{module} {minor} {' '.join(public)}")
    return {"scripts/slipway/artifacts/standard_library.txt": "".join(f"{line}\n" for line in sorted(lines))}


def _modules() -> Iterator[tuple[str, int]]:
    for line in (STUBS / "VERSIONS").read_text("utf-8").splitlines():
        if (found := _VERSION.match(line)) and not found["module"].startswith("_"):
            yield found["module"], int(found["minor"])


def _names(body: list[ast.stmt], since: int, added: dict[int, set[str]]) -> Iterator[str]:
    """Yield the names that are bound whatever the version, and collect those that are bound from one on."""
    for node in body:
        if isinstance(node, ast.If):
            minor = _minor(node.test)
            if minor is None:
                yield from _names(node.body, since, added)
                yield from _names(node.orelse, since, added)
            elif minor >= OLDEST:
                own: set[str] = set(_names(node.body, minor, added))
                added.setdefault(max(minor, since), set()).update(own)
                yield from _names(node.orelse, since, added)
            else:
                yield from _names(node.body, since, added)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names if alias.asname == alias.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _minor(test: ast.expr) -> int | None:
    """Return N of `sys.version_info >= (3, N)`; None for any other condition."""
    found = re.fullmatch(r"sys\.version_info >= \(3, (\d+)\)", ast.unparse(test))
    return int(found[1]) if found else None
