"""The rule on the public names of a package, as griffe reads them."""

from collections.abc import Iterator

from slipway.rules.difference.facts import DifferenceFacts
from slipway.rules.families import difference
from slipway.rules.rule import Evidence, Skipped


@difference.note(
    "interface-changed",
    title="Public names of the package are gone, or are called in another way",
    why="Code that uses them breaks with the upgrade. What counts as public is guessed from names and from `__all__`.",
    fix="Look whether the version says so: a new major version, or a note on each in the changelog.",
    example="demo.load(path, strict) that was demo.load(path)",
    read="https://mkdocstrings.github.io/griffe/guide/users/checking/",
)
def interface_changed(facts: DifferenceFacts) -> Iterator[Evidence]:
    if facts.interface is None:
        raise Skipped("there are no two wheels of pure or compiled Python to compare")
    if facts.interface.problem:
        raise Skipped(facts.interface.problem)
    if lines := facts.interface.lines:
        modules = "one module" if len(lines) == 1 else f"{len(lines)} modules"
        yield Evidence(
            f"The public interface of {modules} differs from {facts.earlier} in what may break.",
            artifact=facts.main,
            seen="\n".join(lines),
        )
