"""What a Python source file can do that matters to who gets it unasked: programs, network, code out of text.

Nothing is executed. What is recognised are calls of well-known functions by the names they are imported under; who hides
a call well enough is not found out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from slipway.artifacts import python_syntax


class Ability(StrEnum):
    """One ability, as it is said of a file; those that say most come first."""

    HIDDEN = "runs code that it decodes first"
    FETCHED = "runs code that it downloads"
    BLOB = "holds a long encoded text beside what could run it"
    TEXT = "runs text as code"
    NETWORK = "uses the network"
    PROGRAMS = "starts programs"
    MACHINE = "loads libraries of machine code"


CALLS: Mapping[Ability, tuple[str, ...]] = {
    Ability.TEXT: (
        "exec",
        "eval",
        "builtins.exec",
        "builtins.eval",
        "marshal.loads",
        "pickle.loads",
        "runpy.run_path",
    ),
    Ability.PROGRAMS: (
        *(
            "subprocess.*",
            "os.system",
            "os.popen*",
            "os.exec*",
            "os.spawn*",
            "os.posix_spawn*",
            "os.startfile",
        ),
        *("pty.spawn", "asyncio.create_subprocess_*"),
    ),
    Ability.NETWORK: (
        *("socket.socket", "socket.create_connection", "urllib.request.*", "urllib.urlopen", "urllib2.*"),
        *(
            "http.client.HTTPConnection",
            "http.client.HTTPSConnection",
            "ftplib.*",
            "smtplib.*",
            "telnetlib.*",
        ),
        *("xmlrpc.client.ServerProxy", "requests.get", "requests.post", "requests.put", "requests.request"),
        *("requests.Session", "httpx.*", "aiohttp.ClientSession", "urllib3.PoolManager", "urllib3.request"),
        *("websocket.create_connection", "websockets.connect", "paramiko.*"),
    ),
    Ability.MACHINE: ("ctypes.CDLL", "ctypes.PyDLL", "ctypes.WinDLL", "ctypes.cdll.*", "ctypes.windll.*"),
}
"""Functions by their full name; a star stands for whatever follows."""

_EXACT = {name: ability for ability, names in CALLS.items() for name in names if not name.endswith("*")}
_BEGUN = tuple((n[:-1], ability) for ability, names in CALLS.items() for n in names if n.endswith("*"))

DECODERS = frozenset(
    (
        *(
            "b64decode",
            "urlsafe_b64decode",
            "b32decode",
            "b16decode",
            "b85decode",
            "a85decode",
            "decodebytes",
        ),
        *("decompress", "fromhex", "unhexlify", "a2b_base64", "a2b_hex", "rot13"),
    )
)
"""Names of functions that make code of what nobody can read."""

BUILTINS = ("__builtins__", "builtins")

_WORDS = re.compile(
    rb"\b(?:exec|eval|marshal|pickle|runpy|subprocess|pty|socket|urllib[23]?|ftplib|smtplib|telnetlib|xmlrpc|requests|httpx"
    rb"|aiohttp|websockets?|paramiko|ctypes|__import__|__builtins__|builtins|create_subprocess_\w{4,5}"
    rb"|http\.client|from http|from os|from asyncio"
    rb"|os\.(?:system|popen|exec|spawn|posix_spawn|startfile)\w{0,3})\b"
)
"""A file without any of these has no ability."""
_DECODED = re.compile(
    rb"\b(?:exec|eval)\s{0,20}\([^\n]{0,300}?(?:" + "|".join(sorted(DECODERS)).encode() + rb")\s{0,20}\("
)
"""Found in strings too, as they are given to another interpreter."""
_BLOB = re.compile(rb"[A-Za-z0-9+/=_-]{3000}|(?:\\x[0-9a-fA-F]{2}){750}")
_PLAIN: tuple[tuple[re.Pattern[bytes], Ability], ...] = (
    (re.compile(rb"\b(?:exec|eval|marshal\.loads)\s{0,20}\("), Ability.TEXT),
    (re.compile(rb"\bsubprocess\.|\bos\.(?:system|popen|exec|spawn|startfile)"), Ability.PROGRAMS),
    (
        re.compile(rb"\b(?:urllib\.request|urllib2|http\.client|socket\.socket|requests\.(?:get|post))"),
        Ability.NETWORK,
    ),
    (re.compile(rb"\bctypes\.(?:CDLL|WinDLL|cdll|windll)"), Ability.MACHINE),
)
"""For a file that cannot be parsed: words stand for calls."""


class Abilities(Struct, frozen=True, kw_only=True):
    """What a file can do.

    Attributes:
        at_import: by what runs as soon as the file is imported.
        anywhere: by anything in it.
    """

    at_import: frozenset[Ability] = frozenset()
    anywhere: frozenset[Ability] = frozenset()


NONE = Abilities()


def read(source: bytes) -> Abilities:
    """Return what a Python file can do; one that cannot be parsed is judged by its words."""
    if not _WORDS.search(source):
        return NONE
    whole: set[Ability] = set()
    if _DECODED.search(source):
        whole.add(Ability.HIDDEN)
    tree = python_syntax.parse(source)
    if tree is None:
        whole |= {ability for pattern, ability in _PLAIN if pattern.search(source)}
        at_import = frozenset(whole)
    else:
        reader = _Reader(tree)
        whole |= reader.anywhere()
        run = {one for part in reader.run_at_import() for one in reader.of(part)} if whole else set()
        at_import = frozenset(run | (whole & {Ability.HIDDEN} if Ability.TEXT in run else set()))
    if Ability.TEXT in whole and _BLOB.search(source):
        whole.add(Ability.BLOB)
    return Abilities(at_import=at_import, anywhere=frozenset(whole))


class _Reader:
    """Finds the abilities of the nodes of one tree, by the names of its imports."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._names: dict[str, str] = {}
        self._definitions: dict[str, ast.AST] = {}
        self._calls: list[ast.Call] = []
        self._assigned: list[ast.Assign] = []
        for node in _walk(tree):
            if isinstance(node, ast.Call):
                self._calls.append(node)
            elif isinstance(node, ast.Assign):
                self._assigned.append(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self._definitions[node.name] = node
            elif isinstance(node, ast.Import | ast.ImportFrom):
                self._names |= dict(_imported(node))
        self._tainted: dict[str, Ability] | None = None

    def anywhere(self) -> set[Ability]:
        """Return the abilities of the whole file."""
        return {ability for call in self._calls for ability in self.of(call)}

    def of(self, node: ast.AST) -> Iterator[Ability]:
        """Yield the abilities of one node alone."""
        if not isinstance(node, ast.Call):
            return
        name = self._name(node.func)
        ability = _ability(name)
        if isinstance(node.func, ast.Name) and node.func.id == "getattr" and node.args:
            ability = Ability.TEXT if self._name(node.args[0]) in BUILTINS else None
        if ability is None:
            return
        yield ability
        if ability is Ability.TEXT:
            if self._tainted is None:
                self._taint()
            yield from filter(None, (self._source(argument) for argument in node.args))

    def _taint(self) -> None:
        """Find the names that hold what was decoded or downloaded; few files run text, and need them."""
        tainted: dict[str, Ability] = {}
        self._tainted = tainted
        for one in self._assigned:
            if source := self._source(one.value):
                tainted |= {target.id: source for target in one.targets if isinstance(target, ast.Name)}

    def _source(self, expression: ast.AST) -> Ability | None:
        """Return where text comes from: out of a decoder, or from the network."""
        for node in ast.walk(expression):
            if isinstance(node, ast.Name) and self._tainted and node.id in self._tainted:
                return self._tainted[node.id]
            if not isinstance(node, ast.Call):
                continue
            name = self._name(node.func)
            if name.rpartition(".")[2] in DECODERS:
                return Ability.HIDDEN
            if _ability(name) is Ability.NETWORK:
                return Ability.FETCHED
        return None

    def _name(self, function: ast.expr) -> str:
        """Return the full name of what is called, empty where nothing is known of it."""
        parts: list[str] = []
        while isinstance(function, ast.Attribute):
            parts.append(function.attr)
            function = function.value
        if isinstance(function, ast.Name):
            parts.append(self._names.get(function.id, function.id))
        elif isinstance(function, ast.Call):
            # `__import__("os").system`, `requests.get(…).text`
            is_import = isinstance(function.func, ast.Name) and function.func.id == "__import__"
            given = function.args[0] if is_import and function.args else None
            known = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else "?"
            parts.append(known)
        else:
            parts.append("?")
        return ".".join(reversed(parts))

    def run_at_import(self) -> Iterator[ast.AST]:
        """Yield every node that runs when the file is imported, the bodies of functions called by then included."""
        waiting: list[ast.AST] = list(self._tree.body)
        entered: set[str] = set()
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node, ast.Call | ast.Name):
                called = node.func if isinstance(node, ast.Call) else node
                # A function that is handed on may be called there.
                if (
                    isinstance(called, ast.Name)
                    and called.id in self._definitions
                    and called.id not in entered
                ):
                    entered.add(called.id)
                    waiting += self._body(self._definitions[called.id])
            waiting += _beneath(node)

    @staticmethod
    def _body(definition: ast.AST) -> list[ast.stmt]:
        """Return what runs when a function is called, or an object is made of a class."""
        if isinstance(definition, ast.ClassDef):
            makers = (d for d in definition.body if isinstance(d, ast.FunctionDef) and d.name in MAKERS)
            return [statement for maker in makers for statement in maker.body]
        return list(getattr(definition, "body", ()))


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node in some order; `ast.walk` takes three times as long."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                waiting += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                waiting.append(value)


MAKERS = ("__new__", "__init__", "__post_init__")


def _beneath(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the children of a node that run with it: not the body of a function, nor what is for a script or a checker."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults))
    elif isinstance(node, ast.If) and _is_elsewhere(node.test):
        yield from node.orelse
    elif not isinstance(node, ast.Lambda):
        yield from ast.iter_child_nodes(node)


def _is_elsewhere(test: ast.expr) -> bool:
    """Return whether a condition is `__name__ == "__main__"` or `TYPE_CHECKING`."""
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(test) if isinstance(node, ast.Attribute)}
    is_for_checkers = "TYPE_CHECKING" in names | attributes and not isinstance(test, ast.UnaryOp | ast.BoolOp)
    is_for_scripts = "__name__" in names and isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq)
    return is_for_checkers or is_for_scripts


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield each name that an import binds, with what it stands for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            whole = alias.name if alias.asname else alias.name.partition(".")[0]
            yield alias.asname or whole, whole
    elif node.module and not node.level:
        yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _ability(name: str) -> Ability | None:
    """Return what a call of this name stands for."""
    return _EXACT.get(name) or next((one for begin, one in _BEGUN if name.startswith(begin)), None)
