"""The house keeps its shape: imports run downwards only, and every door to the outside is in one place."""

import ast
import functools
import graphlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
PACKAGE = SCRIPTS / "slipway"
FLOORS: tuple[tuple[str, ...], ...] = (
    (
        "runner",
        "errors",
        "variables",
        "preload",
        "waiting",
        "process_table",
        "system",
        "descendants",
        "__init__",
    ),
    (
        "processes",
        "conversation",
        "sharing",
        "manifest",
        "records",
        "publication",
        "comparison",
        "standing",
        "examination",
        "findings",
        "digests",
        "option",
        "options",
        "places",
        "credential",
        "surfaces",
        "versions",
    ),
    ("git",),
    ("project", "artifacts", "index", "environments"),
    ("documentation",),
    ("rules", "report"),
    (
        "judging",
        "planning",
        "auditing",
        "materials",
        "building",
        "comparing",
        "smoke",
        "publishing",
        "releasing",
        "repository",
        "workflows",
    ),
    ("stages",),
    ("pipeline",),
    ("commands", "execution", "reporting", "several", "rehearsal", "release_rehearsal"),
    ("cli",),
)
"""From the ground up, each a folder or a module of the package with all that is in it; a module may import from its own
floor and from those below it."""

LINES = 350
"""What can be read in one sitting."""


def name_of(path: Path) -> str:
    parts = path.relative_to(SCRIPTS).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name."""
    return {
        name_of(path): ast.parse(path.read_text("utf-8"), filename=str(path))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The modules of the package that a module imports, wherever in it, with the line.

    A name that its module has from another one counts as imported from there too.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "slipway":
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                yield from ((home, node.lineno) for home in homes(node.module, alias.name))
        elif isinstance(node, ast.Import):
            yield from ((a.name, node.lineno) for a in node.names if a.name.split(".")[0] == "slipway")


def homes(module: str, name: str) -> Iterator[str]:
    """The module that a name is imported from, and those that this one has it from."""
    whole = f"{module}.{name}"
    if whole in modules():
        yield whole
        return
    yield module
    for other in taken(module).get(name, ()):
        yield from homes(other, name)


@functools.cache
def taken(module: str) -> dict[str, list[str]]:
    """The names that a module imports from others of the package, each with where from."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.ImportFrom) and (node.module or "") in modules():
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, []).append(node.module or "")
    return found


def unit(module: str) -> str:
    """The first name below the package: a package of its own or a single module."""
    return (*module.split("."), "__init__")[1]


def floor(module: str) -> int:
    return next(number for number, units in enumerate(FLOORS) if unit(module) in units)


def test_every_folder_and_every_module_has_a_floor() -> None:
    listed = [name for units in FLOORS for name in units]
    assert len(listed) == len(set(listed))
    assert [module for module in modules() if unit(module) not in listed] == []


def test_imports_run_downwards() -> None:
    upwards = [
        f"{module}, line {line}, imports {target}"
        for module, tree in modules().items()
        for target, line in imported(tree)
        if floor(target) > floor(module)
    ]
    assert upwards == []


def programs() -> dict[str, set[str]]:
    """The modules beside the package, each with what it imports of them and of the package."""
    trees = {path.stem: ast.parse(path.read_text("utf-8")) for path in sorted(SCRIPTS.glob("*.py"))}
    found = {}
    for name, tree in trees.items():
        beside = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
        beside |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        found[name] = (beside & trees.keys()) | {target for target, _ in imported(tree)}
    return found


@functools.cache
def graph() -> dict[str, set[str]]:
    """What each module imports; the package itself, which holds the version only, left out."""
    return {
        module: {target for target, _ in imported(tree) if target not in {module, "slipway"}}
        for module, tree in modules().items()
    }


def test_no_module_imports_itself_through_others() -> None:
    tuple(graphlib.TopologicalSorter(graph() | programs()).static_order())


def test_a_stage_never_imports_another() -> None:
    stages = {module for module in modules() if module.startswith("slipway.stages.")}
    crossing = [f"{one} imports {other}" for one in stages for other in graph()[one] & stages]
    assert crossing == []


def test_rules_and_reports_know_nothing_of_each_other() -> None:
    crossing = [
        f"{module} imports {target}"
        for module, targets in graph().items()
        for target in targets
        if {unit(module), unit(target)} == {"rules", "report"}
    ]
    assert crossing == []


NETWORK = {"requests", "urllib3"}
ON_THE_NETWORK = {"slipway.index.client", "slipway.index.transport"}


def dotted(node: ast.Attribute) -> str:
    """An attribute of a name as it is written; empty for one of anything else."""
    return f"{node.value.id}.{node.attr}" if isinstance(node.value, ast.Name) else ""


def third_parties(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


@functools.cache
def beyond(module: str) -> frozenset[str]:
    """The stages and what uses the network, of all that a module leads to, itself included."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        if (one := waiting.pop()) not in seen:
            seen.add(one)
            waiting += graph().get(one, ())
    return frozenset(
        one
        for one in seen
        if one in ON_THE_NETWORK
        or unit(one) == "stages"
        or (one in modules() and NETWORK & set(third_parties(modules()[one])))
    )


def test_rules_and_reports_reach_neither_stages_nor_the_network() -> None:
    """Only the import that leaves the two folders is listed, since all that leads to it is a consequence."""
    judging = {module for module in modules() if unit(module) in {"rules", "report"}}
    leaving = [
        f"{module} imports {target}, which leads to {', '.join(sorted(beyond(target)))}"
        for module in sorted(judging)
        for target in sorted(graph()[module] - judging)
        if beyond(target)
    ]
    assert leaving == []
    assert [module for module in judging if NETWORK & set(third_parties(modules()[module]))] == []


KNOW_THE_SYSTEM = {
    "slipway.system": "what differs",
    "slipway.descendants": "job objects and process groups",
    "slipway.process_table": "which processes there are",
    "slipway.index.setting_files": "where pip and uv keep their settings",
    "scripts/uv_download.py": "which wheel is for this machine",
    "tests/only_on.py": "the marks of tests",
}
"""The modules that may ask which system this is, each with what for."""
ASKS_FOR_THE_SYSTEM = {"sys.platform", "os.name", "platform.system", "sysconfig.get_platform"}
NO_TESTS = {"benchmark", "field", "requirements", "standins"}
"""Folders beside the tests; so are those below `gallery`, which hold projects with faults."""


def test_few_modules_ask_which_system_this_is() -> None:
    """What differs has a name there, which says more at its place than the name of a system."""
    tests = (ROOT / "tests").rglob("*.py")
    ours = [path for path in tests if not NO_TESTS & {*path.relative_to(ROOT).parts}]
    trees = modules() | {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in (*SCRIPTS.glob("*.py"), *ours)
        if "gallery" not in path.parts[:-2]
    }
    asking = {
        module
        for module, tree in trees.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and dotted(node) in ASKS_FOR_THE_SYSTEM)
        or (isinstance(node, ast.ImportFrom) and node.module == "sys" and node.names[0].name == "platform")
    }
    assert asking == KNOW_THE_SYSTEM.keys()


STARTS_PROCESSES = {"subprocess", "multiprocessing", "pty"}
STARTING_CALL = re.compile(r"os\.(?:system|popen|fork|forkpty|startfile|(?:posix_)?spawn\w*|exec[lv]\w*)")


def started_here(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] in STARTS_PROCESSES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in STARTS_PROCESSES:
            yield node.module or ""
        elif isinstance(node, ast.Attribute) and STARTING_CALL.fullmatch(dotted(node)):
            yield dotted(node)


def test_one_door_for_starting_programs() -> None:
    found = {module: list(started_here(tree)) for module, tree in modules().items()}
    # The second one is started by it, and runs in the environment of a build; the third one starts no program.
    starting = {"slipway.processes", "slipway.building.hook_server", "slipway.sharing"}
    assert {module for module, ways in found.items() if ways} == starting


def test_one_place_knows_the_runner() -> None:
    """A string that is or holds a `GITHUB_*` name stands in `runner` alone, and in the list of variables."""
    knowing = {
        module
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"\b(GITHUB|ACTIONS_ID_TOKEN)_[A-Z_]+", node.value)
        and not is_docstring(tree, node)
        and unit(module) not in {"runner", "variables"}
    }
    assert knowing == set()


def is_docstring(tree: ast.Module, constant: ast.Constant) -> bool:
    return any(isinstance(node, ast.Expr) and node.value is constant for node in ast.walk(tree))


def test_a_module_is_read_in_one_sitting() -> None:
    lines = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert {module: count for module, count in lines.items() if count > LINES} == {}


REGISTRIES = re.compile(
    rb"(?i)\b(?:[a-z-]+\.)?"
    rb"(?:pypi\.(?:org|io)|pythonhosted\.org|piwheels\.org|anaconda\.(?:org|com)|npmjs\.(?:org|com)|crates\.io)"
)
"""Hosts of package registries and of their files. Addresses come from twine when they are needed."""


def test_no_registry_host_is_named_anywhere() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    tracked = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    naming = [
        f"{path.relative_to(ROOT)}: {found[0].decode()}"
        for path in tracked
        if path.is_file() and (found := REGISTRIES.search(path.read_bytes()))
    ]
    assert naming == []
