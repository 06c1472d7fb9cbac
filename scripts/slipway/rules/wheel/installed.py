"""Rules on what a wheel puts into site-packages: nothing, too general a name, or what does not belong there."""

import posixpath
from collections.abc import Iterable, Iterator

from msgspec.structs import replace
from packaging.utils import canonicalize_name

from slipway.artifacts.importable import EXTENSIONS, SOURCE
from slipway.artifacts.wheel import WheelFacts
from slipway.rules.artifact.places import NOT_FOR_USERS, TYPE_MARKER
from slipway.rules.artifact.readable import require_complete, require_listed
from slipway.rules.backends import fixes
from slipway.rules.families import wheel
from slipway.rules.rule import Evidence
from slipway.rules.wording import quoted, together

USED_BY_MANY = frozenset(
    {
        "app", "bin", "common", "config", "core", "data", "etc", "helper", "helpers", "include", "lib", "libs",
        "main", "models", "resources", "server", "share", "static", "templates", "testing", "tools", "types",
        "util", "utils",
    }
)  # fmt: skip
"""Top-level names that say nothing about the project, so that others choose them too."""
SHARED_NAMESPACES = frozenset(
    {
        "azure", "backports", "collective", "google", "jaraco", "logilab", "opentelemetry", "paste", "plone",
        "repoze", "ruamel", "sphinxcontrib", "xstatic", "z3c", "zope",
    }
)  # fmt: skip
"""Top-level names that many distributions put their packages into."""
SHORTEST_SHARING = len("__import__('pkg_resources').declare_namespace(__name__)")
TYPED_CLASSIFIER = "Typing :: Typed"


def _is_empty(facts: WheelFacts) -> bool:
    require_listed(facts)
    return not facts.installed and facts.data_directory is None


def _has_purpose(facts: WheelFacts) -> bool:
    """Whether a wheel without files does something: bring other packages, or commands of theirs."""
    needs = facts.metadata is not None and facts.metadata.every("requires-dist")
    return bool(needs) or bool(facts.entry_points)


@wheel.error(
    "wheel-is-empty",
    title="The wheel installs nothing",
    why="Installing succeeds, and then nothing can be imported. Usually the build backend did not find the "
    "package: it is in another folder, is called differently than the project, or is excluded.",
    fix="Set in the build backend where the package is.",
    fixes=fixes("choose-packages"),
    example="project `demo` with its code in `source/demo/`",
)
def wheel_is_empty(facts: WheelFacts) -> Iterator[Evidence]:
    if _is_empty(facts) and not _has_purpose(facts):
        yield Evidence("The wheel installs nothing but its own description.")


@wheel.note(
    "wheel-is-metapackage",
    title="The wheel brings other packages and nothing of its own",
    why="That is right for a package that only bundles others, and a mistake for any other.",
    fix="If it is meant, nothing. If not, set in the build backend where the package is.",
    fixes=fixes("choose-packages"),
    example="a wheel with `Requires-Dist: demo-core` and no files",
)
def wheel_is_metapackage(facts: WheelFacts) -> Iterator[Evidence]:
    if _is_empty(facts) and _has_purpose(facts):
        needs = facts.metadata is not None and facts.metadata.every("requires-dist")
        what = "it only brings other packages" if needs else "its entry points are modules of others"
        yield Evidence(f"The wheel installs nothing itself; {what}.")


def _own_names(facts: WheelFacts) -> frozenset[str]:
    """Return the top-level names a project may use because they are its own name."""
    declared = facts.metadata.one("name") if facts.metadata else None
    named = canonicalize_name(declared or (facts.parts and facts.parts.name) or "").replace("-", "_")
    return frozenset({named, *(named.removeprefix(prefix) for prefix in ("python_", "py_", "py"))})


@wheel.error(
    "wheel-installs-development-files",
    title="The wheel installs tests, docs, src or the like at the top level",
    why="They are installed into site-packages as `import tests` and overwrite those of other packages that make the same "
    "mistake; a top-level `src` means that the package itself can only be imported as `src.demo`.",
    fix="Include only the package itself in the wheel.",
    fixes=fixes("choose-packages"),
    example="`tests/__init__.py` beside `demo/__init__.py`",
)
def wheel_installs_development_files(facts: WheelFacts) -> Iterator[Evidence]:
    for top in facts.top_level:
        if top.kind in ("package", "namespace") and _is_foreign(top.name, NOT_FOR_USERS, facts):
            yield Evidence(f"The wheel installs {quoted(top.name + '/')} at the top level.", file=top.name)


@wheel.warning(
    "wheel-top-level-name-too-general",
    title="The wheel installs a top-level name that many projects use",
    why="Two packages with a top-level `utils` overwrite each other, and one of the two breaks without a "
    "message.",
    fix="Move it into the project's own package: `demo/utils.py` instead of `utils.py`.",
    fixes=fixes("choose-packages"),
    example="`utils.py` beside `demo/__init__.py`",
)
def wheel_top_level_name_too_general(facts: WheelFacts) -> Iterator[Evidence]:
    for top in facts.top_level:
        is_module = top.kind in ("module", "extension")
        names = USED_BY_MANY | NOT_FOR_USERS if is_module else USED_BY_MANY
        if _is_foreign(top.name, names, facts):
            message = f"The wheel installs {quoted(top.name)} at the top level."
            yield Evidence(message, file=f"{top.name}.py" if top.kind == "module" else top.name)


def _is_foreign(name: str, names: frozenset[str], facts: WheelFacts) -> bool:
    return name.lower() in names and name.lower() not in _own_names(facts)


@wheel.warning(
    "wheel-installs-stray-files",
    title="The wheel puts files into site-packages that are no package",
    why="They are among all installed packages, where nothing finds them and where a file of the same name from "
    "another package overwrites them.",
    fix="Put data into the package and read it with `importlib.resources`; licenses belong in `license-files`, "
    "files for the environment's root in the `.data` folder.",
    fixes=fixes("choose-packages"),
    example="`README.md` or `share/demo.json` beside `demo/__init__.py`",
)
def wheel_installs_stray_files(facts: WheelFacts) -> Iterable[Evidence]:
    own = _own_names(facts) | {top.name for top in facts.top_level}
    tops = {"".join(path.partition("/")[:2]) for path in facts.installed}
    strays = sorted(top for top in tops if _is_stray(top, own))
    found = together(
        strays,
        "{} is installed into site-packages beside the package.",
        "{} are installed into site-packages beside the package.",
    )
    from_root = bool(strays) and all(stray.rstrip("/") in ROOT_FOLDERS for stray in strays)
    return [replace(one, fix=_ABSOLUTE_FIX if from_root else None) for one in found]


ROOT_FOLDERS = frozenset({"etc", "home", "opt", "root", "srv", "usr", "var"})
"""Folders at the root of a system, which a wheel cannot write to."""
_ABSOLUTE_FIX = (
    "Where `data_files` names it with an absolute path, write a relative one, such as `etc/demo`: it is then installed "
    "below the environment's root. A wheel writes nowhere else; what the code reads is best kept inside the package."
)


def _is_stray(top: str, own: Iterable[str]) -> bool:
    """Return whether a file, or with a slash at its end a folder, is no part of what the wheel's packages are."""
    if not top.endswith("/"):
        return top.startswith(".") or not top.endswith(
            (SOURCE, ".pyi", ".pth", ".dll", ".dylib", *EXTENSIONS)
        )
    top = top.removesuffix("/")
    # auditwheel, delocate and delvewheel put libraries into NAME.libs, stubs are in NAME-stubs.
    belongs = canonicalize_name(top).replace("-", "_").startswith(tuple(map(str.lower, own)))
    return top not in own and not belongs and not top.endswith(("-stubs", ".libs", ".data", ".dylibs"))


@wheel.warning(
    "wheel-has-init-at-top-level",
    title="The wheel installs an __init__.py outside of any package",
    why="The content of the package is installed into site-packages without its folder, so `import demo` finds nothing, and "
    "its modules are among those of all others.",
    fix="Let the build backend include the folder of the package, not what is in it.",
    fixes=fixes("choose-packages"),
    example="`__init__.py` and `core.py` at the top level in place of `demo/__init__.py` and `demo/core.py`",
)
def wheel_has_init_at_top_level(facts: WheelFacts) -> Iterable[Evidence]:
    paths = [path for path in facts.installed if path in ("__init__.py", "__init__.pyi")]
    return together(paths, "{} is in site-packages itself.", "{} are in site-packages itself.")


@wheel.warning(
    "wheel-closes-namespace",
    title="The wheel makes an ordinary package of a namespace that many share",
    why="Python then looks for the whole namespace in this one folder, and the packages that other distributions put "
    "into it cannot be imported.",
    fix="Remove the file. A namespace that several distributions share has no `__init__.py` (PEP 420).",
    example="an empty `sphinxcontrib/__init__.py` beside `sphinxcontrib/demo/__init__.py`",
    read="https://packaging.python.org/en/latest/guides/packaging-namespace-packages/",
)
def wheel_closes_namespace(facts: WheelFacts) -> Iterator[Evidence]:
    shared = {f"{name}/__init__.py": name for name in SHARED_NAMESPACES - _own_names(facts)}
    for member in facts.members:
        # A longer one may be of the older kinds of namespace, which are shared too.
        if member.path in shared and member.size < SHORTEST_SHARING:
            message = f"{quoted(member.path)} closes the namespace {shared[member.path]} for all other distributions."
            yield Evidence(message, file=member.path)


@wheel.warning(
    "wheel-has-pth-file",
    title="The wheel installs a .pth file",
    why="Python runs it at every start, in every program of the environment, whether the package is used or not. "
    "It slows all of them down, and malware hides there, so reviewers ask about it.",
    fix="Do without it, or say in the documentation what it does and why nothing else works.",
    example="`demo.pth` beside `demo/__init__.py`",
    read="https://docs.python.org/3/library/site.html",
)
def wheel_has_pth_file(facts: WheelFacts) -> Iterable[Evidence]:
    paths = [path for path in facts.installed if path.endswith(".pth") and "/" not in path]
    found = together(paths, "{} is run whenever Python starts.", "{} are run whenever Python starts.")
    from_namespaces = all(path.endswith("-nspkg.pth") for path in paths)
    return [replace(one, fix=_NAMESPACE_FIX if from_namespaces else None) for one in found]


_NAMESPACE_FIX = (
    "It comes from `namespace_packages` in setup.py or setup.cfg. Remove that setting and the `__init__.py` that calls "
    "`declare_namespace`, and name only the packages below it in `packages`: Python needs neither since 3.3 (PEP 420). "
    "The other distributions of that namespace have to do the same."
)


@wheel.warning(
    "wheel-type-marker-missing",
    title="The package is typed, and has no py.typed",
    why="Type checkers ignore the annotations and stubs of an installed package without this marker.",
    fix="Add an empty file `py.typed` to the package, and include it in the wheel.",
    fixes={
        "setup.py": 'Add an empty file `py.typed` to the package and name it: `package_data={"demo": ["py.typed"]}` in '
        "setup.py.",
        "setup.cfg": "Add an empty file `py.typed` to the package and name it: `demo = py.typed` under "
        "[options.package_data] in setup.cfg.",
        "setuptools": "Add an empty file `py.typed` to the package and name it: `demo = ['py.typed']` under "
        "[tool.setuptools.package-data].",
        "meson-python": "Add an empty file `py.typed` and give it to `py.install_sources` in meson.build.",
        "scikit-build-core": "Add an empty file `py.typed` to the folder named in `wheel.packages`.",
    },
    example="`Classifier: Typing :: Typed` without `demo/py.typed`",
    read="https://typing.python.org/en/latest/spec/distributing.html",
)
def wheel_type_marker_missing(facts: WheelFacts) -> Iterator[Evidence]:
    require_complete(facts)
    installed = frozenset(facts.installed)
    marked = {posixpath.dirname(path) for path in installed if path.rpartition("/")[2] == TYPE_MARKER}
    packages = [top.name for top in facts.top_level if top.kind in ("package", "namespace")]
    claimed = facts.metadata is not None and TYPED_CLASSIFIER in facts.metadata.every("classifier")
    if claimed and packages and not marked:
        message = f'The classifier says "{TYPED_CLASSIFIER}", and there is no {TYPE_MARKER}.'
        yield Evidence(message, expected=f"{packages[0]}/{TYPE_MARKER}")
        return
    stubs = sorted(path for path in installed if _is_unmarked_stub(path, installed, marked))
    if len(stubs) == 1 and posixpath.basename(stubs[0]) != "__init__.pyi":
        # A single stub, usually of a generated version file, makes no typed package.
        return
    yield from together(
        stubs,
        f"{{}} is ignored by type checkers: its package has no {TYPE_MARKER}.",
        f"{{}} are ignored by type checkers: their package has no {TYPE_MARKER}.",
    )


def _is_unmarked_stub(path: str, installed: frozenset[str], marked: set[str]) -> bool:
    """Whether a stub describes the module beside it, and no package above it is marked as typed."""
    if not path.endswith(".pyi"):
        return False
    folder = posixpath.dirname(path)
    if not folder or folder.partition("/")[0].endswith("-stubs"):
        return False
    parents = ["/".join(folder.split("/")[:depth]) for depth in range(1, folder.count("/") + 2)]
    return path.removesuffix(".pyi") + SOURCE in installed and not marked.intersection(parents)
