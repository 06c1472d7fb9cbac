"""Which rules are declared where, for tests that want some of them."""

from types import ModuleType

from slipway.rules import catalogue
from slipway.rules.rule import Rule


def family(name: str) -> tuple[Rule, ...]:
    """The rules of a family."""
    return tuple(rule for rule in catalogue.every() if rule.family == name)


def declared_in(*modules: ModuleType) -> tuple[Rule, ...]:
    """The rules that stand in these modules."""
    names = {module.__name__ for module in modules}
    return tuple(rule for rule in catalogue.every() if rule.check.__module__ in names)
