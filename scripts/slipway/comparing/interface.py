"""The public names of a package in two releases, compared by griffe in a process of its own; nothing of them is executed."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from slipway import processes
from slipway.artifacts import outline
from slipway.artifacts.outline import Outline
from slipway.environments import disposable, tool_environment
from slipway.errors import SlipwayError
from slipway.rules.difference.facts import Interface, Pair

LOCK = Path(__file__).parents[2] / "requirements" / "interface.txt"
PROBE = Path(__file__).with_name("interface_probe.py").read_bytes()

SECONDS = 30.0
"""The largest packages take longer; what they would say is not worth the wait."""
MODULES = 20
"""Lines that are listed."""
SENTENCES = 4
"""Names of a module that are listed."""
MOST_FILES, MOST_BYTES = 20_000, 128 * 1024**2
"""More sources are not unpacked."""

SOURCES = (".py", ".pyi")
"""What griffe reads."""
_SAFE = re.compile(r"(?!.*\.\.)[\w-]+(?:/[\w.-]+)*\.pyi?")
_NO_INTERFACE = re.compile(r"_.*|tests?|testing|docs?|examples?|benchmarks?")


def compare(pair: Pair) -> Interface:
    """Return how the public names in two wheels differ."""
    now, before = pair.now, pair.before
    if not any(path.endswith(SOURCES) for path in (*pair.added, *pair.gone, *pair.changed)):
        return Interface()
    tops = sorted(now.top_level & before.top_level)
    names = [name for name in tops if not _NO_INTERFACE.fullmatch(name)]
    if not names:
        return Interface(problem="no package with a public name is in both")
    try:
        with disposable.scratch() as folder:
            for side, sketch in {"before": before, "now": now}.items():
                if not _unpack(sketch, names, folder / side):
                    return Interface(problem="the package has more sources than are compared")
            return _asked(folder, names)
    except SlipwayError as error:
        return Interface(problem=error.happened.rstrip("."))


def _asked(folder: Path, names: Iterable[str]) -> Interface:
    python = tool_environment.python(LOCK, holds="griffe", what="The reader of public names")
    probe = folder / "interface_probe.py"
    probe.write_bytes(PROBE)
    argv: list[str | Path] = [python, "-I", probe, folder / "before", folder / "now", *names]
    try:
        done = processes.run(argv, cwd=folder, timeout=SECONDS)
        found = json.loads(done.output)
    except processes.TimedOut:
        return Interface(problem=f"the public names were not compared within {SECONDS:.0f} s")
    except ValueError:
        last = " ".join(done.tail(1)) or "nothing"
        return Interface(problem=f"griffe did not compare the public names; it says: {last[:200]}")
    return Interface(lines=tuple(_lines(found)))


def _lines(found: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a line for each module; what is in it is text of the project's own code."""
    modules: dict[str, list[str]] = {}
    for module, sentence in found:
        modules.setdefault(str(module), []).append(str(sentence))
    for number, (module, sentences) in enumerate(sorted(modules.items())):
        if number == MODULES - 1 and len(modules) > MODULES:
            yield f"… and {len(modules) - number} more modules"
            return
        more = f"; and {len(sentences) - SENTENCES} more" if len(sentences) > SENTENCES else ""
        yield f"{module}: {'; '.join(sentences[:SENTENCES])}{more}"


def _unpack(sketch: Outline, names: Iterable[str], folder: Path) -> bool:
    """Write the sources of some packages into a new folder; return whether there are few enough of them."""
    tops = tuple(f"{name}/" for name in names) + tuple(f"{name}.py" for name in names)
    wanted = {
        file.path: path
        for path, file in sketch.files.items()
        if path.startswith(tops) and _SAFE.fullmatch(path)
    }
    sizes = [sketch.files[path].size for path in wanted.values()]
    folder.mkdir()
    if len(wanted) > MOST_FILES or sum(sizes) > MOST_BYTES:
        return False
    for path, data in outline.contents(sketch.location, wanted.keys()):
        target = folder / wanted[path]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return True
