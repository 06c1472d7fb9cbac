"""Runs inside the environment under test: imports what one distribution installed and loads its entry points.

Called as `python -I smoke_probe.py NAME RESULTS`; writes one JSON object a line, before and after each attempt,
so that a crash tells where it came. Standard library only, and it must run on every Python from 3.8 on.
"""

import importlib
import importlib.machinery
import importlib.metadata
import json
import os
import sys
import traceback

MODULES_PER_NAMESPACE = 50
"""Loose modules imported from one namespace package; some hold generated ones by the thousand."""

SUFFIXES = tuple(importlib.machinery.all_suffixes())


def importable(files):
    """Return the top-level names that a list of installed files makes importable, deepest namespaces resolved."""
    tree: dict[str, object] = {}
    for path in files:
        parts = str(path).replace("\\", "/").split("/")
        if parts[0].endswith((".dist-info", ".data", ".egg-info")) or ".." in parts or "__pycache__" in parts:
            continue
        branch = tree
        for part in parts[:-1]:
            branch = branch.setdefault(part, {})
        branch[parts[-1]] = None
    return sorted(_names(tree, ()))


def _names(tree, above):
    loose = 0
    for entry, branch in tree.items():
        if branch is None:
            module = entry.split(".", 1)[0]
            if (
                entry.endswith(SUFFIXES)
                and module.isidentifier()
                and module not in ("__main__", "__init__", "setup")
            ):
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


def attempt(report, kind, name, action, **more):
    """Try one thing and report it before and after."""
    report({"kind": "trying", "name": name})
    result = {"kind": kind, "name": name, **more}
    try:
        action()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a package may raise anything, SystemExit included
        result["error"] = f"{type(error).__name__}: {error}"[:2000]
        result["missing"] = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
        frames = traceback.extract_tb(error.__traceback__)
        own = [f for f in frames if f.filename != __file__ and not f.filename.startswith("<frozen")]
        result["traceback"] = "".join(traceback.format_list(own[-8:]))[-4000:]
    report(result)


def main(name, results):
    """Probe one installed distribution and write what happened."""
    distribution = importlib.metadata.distribution(name)
    names = importable(distribution.files or ())
    # What is not a regular package comes last, so that the package itself speaks first.
    names.sort(key=lambda module: (module.startswith("_"), module))
    with open(results, "w", encoding="utf-8") as stream:

        def report(record):
            stream.write(json.dumps(record) + "\n")
            stream.flush()

        files = [str(path) for path in distribution.files or ()]
        report({"kind": "files", "files": files, "base": str(distribution.locate_file(""))})
        report({"kind": "requires", "requires": distribution.requires or []})
        for module in names:
            attempt(report, "import", module, lambda module=module: importlib.import_module(module))
        for point in distribution.entry_points:
            attempt(
                report,
                "entry-point",
                f"{point.group}: {point.name}",
                point.load,
                target=point.value,
                extra="[" in point.value,
            )
        report({"kind": "done"})


if __name__ == "__main__":
    # What is imported may start threads that never end; nothing is owed to them.
    main(sys.argv[1], sys.argv[2])
    sys.stdout.flush()
    os._exit(0)
