"""Runs inside the environment under test: imports what one distribution installed and loads its entry points.

Called as `python -I probe.py NAME RESULTS [SECONDS]`; with SECONDS it imports the public submodules instead, and
starts none after that time. Writes one JSON object a line, before and after each attempt, so that the last line
shows where a crash came. Standard library only, and it must run on every Python from 3.8 on.
"""

import ast
import importlib
import importlib.machinery
import importlib.metadata
import importlib.util
import json
import os
import sys
import threading
import time
import traceback

MODULES_PER_NAMESPACE = 50
"""Loose modules imported from one namespace package; some hold generated ones by the thousand."""

SUFFIXES = tuple(importlib.machinery.all_suffixes())

NO_MODULES = frozenset(("__main__", "__init__", "setup", "conftest"))
"""Modules that are started and not imported."""

NOT_FOR_USERS = frozenset(
    (
        *("test", "tests", "testing", "conftest", "benchmark", "benchmarks", "bench"),
        *("doc", "docs", "example", "examples", "demo", "demos", "sample", "samples"),
        *("template", "templates", "migrations", "management", "scripts", "tools", "vendor", "vendored"),
    )
)
"""Folders whose modules are not a package's interface, or run only inside something else."""


def _split(files):
    """Yield the path of every installed file as a list of its parts, without the files about the distribution."""
    for path in files:
        parts = str(path).replace("\\", "/").split("/")
        if not parts[0].endswith((".dist-info", ".data", ".egg-info")):
            yield parts


def importable(files):
    """Return the top-level names that a list of installed files makes importable, deepest namespaces resolved."""
    tree = {}  # type: ignore[var-annotated]
    for parts in _split(files):
        if ".." not in parts and "__pycache__" not in parts:
            branch = tree
            for part in parts[:-1]:
                branch = branch.setdefault(part, {})
            branch[parts[-1]] = None
    return sorted(set(_names(tree, ())))


def _names(tree, above):
    loose = 0
    for entry, branch in tree.items():
        if branch is None:
            module = entry.split(".", 1)[0]
            if entry.endswith(SUFFIXES) and module.isidentifier() and module not in NO_MODULES:
                loose += 1
                if not above or loose <= MODULES_PER_NAMESPACE:
                    yield ".".join((*above, module))
        elif entry.isidentifier() and _holds_code(branch):
            inside = (*above, entry)
            if any(name.split(".", 1)[0] == "__init__" and name.endswith(SUFFIXES) for name in branch):
                yield ".".join(inside)
            else:
                yield from _names(branch, inside)


def _holds_code(tree):
    return any(
        name.endswith(SUFFIXES) if branch is None else _holds_code(branch) for name, branch in tree.items()
    )


def declared(distribution):
    """Return the import names the metadata declares (PEP 794), without those it calls private."""
    fields = distribution.metadata.get_all("Import-Name") or []
    pairs = [[part.strip() for part in field.split(";", 1)] for field in fields]
    return sorted(pair[0] for pair in pairs if pair[0] and pair[1:] != ["private"])


def submodules(files):
    """Return the public modules below the top level, as dotted names."""
    names = set()
    for parts in _split(files):
        dotted = [*parts[:-1], parts[-1].split(".", 1)[0]]
        if dotted[-1] == "__init__":
            dotted.pop()
        below = set(dotted[1:])
        named = all(part.isidentifier() and not part.startswith("_") for part in dotted)
        public = named and not below & NOT_FOR_USERS and not NO_MODULES.intersection(dotted[-1:])
        if below and public and parts[-1].endswith(SUFFIXES):
            names.add(".".join(dotted))
    return sorted(names)


def attempt(report, kind, name, action, **more):
    """Try one thing and report it before and after."""
    report({"kind": "trying", "name": name})
    result = {"kind": kind, "name": name}
    result.update(more)
    try:
        action()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a package may raise anything, SystemExit included
        result.update(describe(error))
    report(result)


def load(point):
    """Load an entry point, which may also name a submodule that is not imported yet."""
    try:
        point.load()
    except AttributeError as error:
        module = point.value.split("[", 1)[0].replace(":", ".").replace(" ", "")
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as other:
            if (module + ".").startswith(str(other.name) + "."):
                raise error from None
            raise


def describe(error):
    """Return the fields of a result for an exception: its text, what is missing, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = (__file__, importlib.__file__)
    own = [f for f in frames if f.filename not in ours and not f.filename.startswith("<frozen")]
    file = getattr(error, "filename", None) if isinstance(error, (OSError, SyntaxError)) else None
    return {
        "error": "{}: {}".format(type(error).__name__, error)[:2000],
        "missing": missing_module(error),
        "traceback": "".join(traceback.format_list(own[-8:]))[-4000:],
        "raised_at": (own[-1].line or "") if own else "",
        "file": str(file) if isinstance(file, (str, os.PathLike)) else None,
    }


def missing_module(error):
    """Return the module whose absence is the error, or led to it while it was handled."""
    for _ in range(8):
        if isinstance(error, ModuleNotFoundError) and error.name:
            return error.name
        if not isinstance(error, (ImportError, SystemExit)):
            return None
        error = error.__cause__ or error.__context__
    return None


def main(name, results, seconds=None):
    """Probe one installed distribution and write what happened."""
    distribution = importlib.metadata.distribution(name)
    with open(results, "w", encoding="utf-8") as stream:

        def report(record):
            stream.write(json.dumps(record) + "\n")
            stream.flush()

        if seconds is None:
            _probe(distribution, report)
        else:
            _probe_submodules(distribution, report, seconds)
        report({"kind": "done"})


def _probe(distribution, report):
    files = [str(path) for path in distribution.files or ()]
    report(
        {
            "kind": "installed",
            "files": files,
            "base": str(distribution.locate_file("")),
            "requires": distribution.requires or [],
        }
    )
    names = declared(distribution) or importable(files)
    # Private names come last, so that the package's own error is reported first.
    names.sort(key=lambda module: (module.startswith("_"), module))
    for module in names:
        attempt(report, "import", module, lambda module=module: importlib.import_module(module))
        if any(not t.daemon and t is not threading.main_thread() for t in threading.enumerate()):
            report({"kind": "threads", "name": module})
    for point in distribution.entry_points:
        attempt(
            report,
            "entry-point",
            "{}: {}".format(point.group, point.name),
            lambda point=point: load(point),
            target=point.value,
            extra="[" in point.value,
        )
    points = {point.name for point in distribution.entry_points}
    for path in distribution.files or ():
        if ".." in path.parts and os.path.splitext(path.name)[0] not in points:
            for module in imported_by_script(str(distribution.locate_file(path))):
                attempt(report, "script-file", path.name, lambda module=module: demand(module))


def imported_by_script(path):
    """Return the top-level modules that a Python script imports whenever it is started."""
    try:
        with open(path, "rb") as stream:
            source = stream.read(512 * 1024)
        # Installers write the interpreter's path into the second line where it is too long for the first.
        head = b"".join(source.split(b"\n", 2)[:2])
        tree = ast.parse(source if head.startswith(b"#!") and b"python" in head else "")
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    names = set()  # type: ignore[var-annotated]
    for node in tree.body:
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".", 1)[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".", 1)[0])
    folder = os.path.dirname(path)
    return sorted(name for name in names if not os.path.exists(os.path.join(folder, name + ".py")))


def demand(module):
    """Raise what importing a top-level module raises where there is none; nothing is imported."""
    if module not in sys.modules and importlib.util.find_spec(module) is None:
        raise ModuleNotFoundError("No module named {!r}".format(module), name=module)


def _probe_submodules(distribution, report, seconds):
    end = time.monotonic() + seconds
    for module in submodules(distribution.files or ()):
        if time.monotonic() > end:
            return
        attempt(report, "submodule", module, lambda module=module: importlib.import_module(module))


if __name__ == "__main__":
    # Imported code may start threads that never end; do not wait for them.
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]) if sys.argv[3:] else None)
    sys.stdout.flush()
    os._exit(0)
