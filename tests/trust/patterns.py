"""Times every pattern of the package on inputs made to be hard for it; prints the slow ones as JSON, one a line.

Runs in a process of its own: `python -I patterns.py SCRIPTS [WORD ...]`, with words that choose patterns.
"""

import ast
import collections
import importlib
import json
import re
import re._constants as sre
import re._parser as sre_parse
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

SIZE = 100_000
LIMIT = 1.0
"""Seconds of processor time."""

METHODS = ("match", "fullmatch", "search", "sub", "split", "findall", "finditer", "subn")
ANCHORED = {"match", "fullmatch"}
BOTH = ("finditer", "fullmatch")
LATE = (ast.FunctionDef, ast.Lambda)

WORST: dict[str, tuple[str, ...]] = {
    "artifacts.secret_scan": ("SECRET_", "-----BEGIN PRIVATE KEY-----", "https://a:", "password "),
    "rules.smoke.install": ("gcc ", "cargo ", "x-", "no wheels ", "Failed to build `"),
    "project.project_files": ("\n", " \n", "import "),
    "project.git": ("\n path = ", "path = x \n", "\n"),
    "project.version_file": ("\nproject(", "project(version", "__version__ = '"),
    "index.transport": ("<", "<a"),
    "project.toml_lines": ("a.", "'", '"""', "#\n"),
    "rules.smoke.started": ("to ", "a ", "to a a a "),
}
"""What was seen to be slow: a piece that is repeated, by module."""


SHORT = {"publishing.refusals": 1000, "publishing.mint_refusals": 1000}
"""Where the texts are cut before a pattern sees them: `transport.LONGEST_WORDS`."""


class Case(NamedTuple):
    """A pattern, where it stands, and the methods to try."""

    where: str
    pattern: "re.Pattern[Any]"
    methods: tuple[str, ...]


class Unknown(NamedTuple):
    """A call whose pattern is made when it runs."""

    where: str
    source: str


def files(scripts: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(scripts.rglob("*.py")):
        parts = path.relative_to(scripts).with_suffix("").parts
        if path.name not in {"__main__.py", "probe.py"}:
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def inside(value: object, seen: set[int], name: str = "") -> "Iterator[re.Pattern[Any]]":
    """The patterns in a value of a module, in tables of any depth too."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, str) and name in {"pattern", "signs"}:
        yield re.compile(value, re.IGNORECASE | re.DOTALL)
    elif isinstance(value, tuple | list | set | frozenset):
        for part in value:
            yield from inside(part, seen)
    elif isinstance(value, dict):
        for part in (*value.keys(), *value.values()):
            yield from inside(part, seen)
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from inside(getattr(value, field), seen, field)


def collect(scripts: Path) -> tuple[list[Case], list[Unknown]]:
    cases: dict[tuple[object, int, tuple[str, ...]], Case] = {}
    unknown = []
    sources = {module: path.read_text("utf-8") for module, path in files(scripts)}
    everywhere = uses("\n".join(sources.values()))
    for module, source in sources.items():
        here = uses(source)
        for name, value in vars(importlib.import_module(module)).items():
            # A private name of two modules is two patterns.
            used = here if name.startswith("_") else everywhere
            methods = used.get(name, BOTH) if isinstance(value, re.Pattern) else BOTH
            for pattern in inside(value, set()):
                cases.setdefault(
                    (pattern.pattern, pattern.flags, methods), Case(f"{module}:{name}", pattern, methods)
                )
        tree = ast.parse(source)
        late = {
            id(node)
            for function in ast.walk(tree)
            if isinstance(function, LATE)
            for node in ast.walk(function)
        }
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args):
                continue
            method = ast.unparse(node.func).removeprefix("re.")
            if method not in (*METHODS, "compile"):
                continue
            where = f"{module}:{node.lineno}"
            if isinstance(node.args[0], ast.Constant):
                flags = re.DOTALL if "DOTALL" in ast.unparse(node) else re.RegexFlag(0)
                pattern = re.compile(node.args[0].value, flags)
                methods = (method,) if method in ANCHORED else ("finditer",)
                if method != "compile":
                    cases.setdefault((pattern.pattern, pattern.flags, methods), Case(where, pattern, methods))
            elif id(node) in late:
                unknown.append(Unknown(where.partition(":")[0], ast.unparse(node.args[0])))
    return list(cases.values()), unknown


def uses(source: str) -> dict[str, tuple[str, ...]]:
    """How each pattern is used: at one place, where it may match from the start, or anywhere in a text."""
    found: dict[str, set[str]] = {}
    for name, method in re.findall(rf"\b(\w+)\.({'|'.join(METHODS)})\(", source):
        found.setdefault(name, set()).add(method if method in ANCHORED else "finditer")
    return {name: tuple(sorted(methods)) for name, methods in found.items()}


def sample(parsed: Any, branch: int, times: int) -> str:
    """A text that the pattern matches, more or less; `branch` and `times` vary it."""
    made = []
    for kind, value in parsed:
        if kind is sre.LITERAL:
            made.append(chr(value))
        elif kind is sre.NOT_LITERAL:
            made.append("a" if value != ord("a") else "b")
        elif kind is sre.ANY:
            made.append("a")
        elif kind is sre.IN:
            made.append(one_of(value, branch))
        elif kind in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            low, high, sub = value
            made.append(sample(sub, branch, times) * min(max(low, times), int(high)))
        elif kind is sre.SUBPATTERN:
            made.append(sample(value[-1], branch, times))
        elif kind is sre.ATOMIC_GROUP:
            made.append(sample(value, branch, times))
        elif kind is sre.BRANCH:
            made.append(sample(value[1][branch % len(value[1])], branch, times))
    return "".join(made)


def one_of(members: Any, branch: int) -> str:
    found = []
    for kind, value in members:
        if kind is sre.NEGATE:
            return "a"
        if kind is sre.LITERAL:
            found.append(chr(value))
        elif kind is sre.RANGE:
            found.append(chr(value[0]))
        elif kind is sre.CATEGORY:
            found.append({sre.CATEGORY_DIGIT: "0", sre.CATEGORY_SPACE: " "}.get(value, "a"))
    return found[branch % len(found)] if found else "a"


def inputs(case: Case) -> Iterator[tuple[str, str]]:
    """Short texts with what repeats in them, to be drawn out to the size that a pattern may meet."""
    pattern = case.pattern
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    parsed = sre_parse.parse(text, pattern.flags & ~re.UNICODE)
    pieces = set(WORST.get(case.where.partition(":")[0].removeprefix("slipway."), ()))
    leads = set()
    for branch in range(4):
        for times in (0, 2):
            made = sample(parsed, branch, times)
            step = max(1, len(made) // 10)
            leads |= {made[:end] for end in range(1, len(made) + 1, step)}
    characters = {*"a0 \n_.-", *("".join(leads))}
    pieces |= leads | characters | {f"{c}\n" for c in characters} | {f"\n{c}" for c in characters}
    for piece in pieces:
        yield "", piece
    for lead in leads:
        for character in {lead[-1], "a", " ", "\n"}:
            yield lead, character


def slow(case: Case) -> str | None:
    """The first input on which a pattern takes too long.

    A part of the size is tried first. Where the time grows with the square, a hundredth of the size takes 1/10,000 of
    the time; where it grows faster, the hundredth takes far longer, too.
    """
    size = next((limit for name, limit in SHORT.items() if name in case.where), SIZE)
    for lead, piece in inputs(case):
        for part in (100, 10, 1):
            length = size // part
            made = (lead + piece * (length // len(piece) + 1))[:length] + "\x01"
            spent = seconds(case, made)
            if spent > LIMIT:
                return f"{made[:60]!r}"
            if spent < LIMIT / part**2:
                break
    return None


def seconds(case: Case, made: str) -> float:
    """The processor time that the methods of a pattern take with one text; infinite where the limit ended it."""
    given: Any = made.encode("utf-8") if isinstance(case.pattern.pattern, bytes) else made
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        for method in case.methods:
            found = getattr(case.pattern, method)(given)
            if method == "finditer":
                collections.deque(found, maxlen=0)
    except TimeoutError:
        return float("inf")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - started


def expire(*_: object) -> None:
    raise TimeoutError


def main() -> None:
    scripts = Path(sys.argv[1])
    sys.path.insert(0, str(scripts))
    signal.signal(signal.SIGPROF, expire)
    cases, unknown = collect(scripts)
    print(json.dumps({"patterns": len(cases), "unknown": unknown}), flush=True)
    for case in cases:
        if len(sys.argv) > 2 and not any(word in case.where for word in sys.argv[2:]):
            continue
        started = time.process_time()
        found = slow(case)
        spent = time.process_time() - started
        if found is not None:
            print(
                json.dumps({"where": case.where, "input": found, "pattern": str(case.pattern.pattern)}),
                flush=True,
            )
        elif len(sys.argv) > 2:
            print(json.dumps({"where": case.where, "seconds": round(spent, 1)}), flush=True)


if __name__ == "__main__":
    main()
