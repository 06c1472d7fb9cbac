"""Whether a bot keeps the actions of a repository's workflows up to date: Dependabot's or Renovate's settings.

https://docs.github.com/en/code-security/reference/supply-chain-security/dependabot-options-reference and
https://docs.renovatebot.com/configuration-options, which takes in GitHub Actions by default.
"""

from pathlib import Path

import yaml

from slipway.errors import InputError

DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
RENOVATE = (
    *("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json"),
    *(".github/renovate.json", ".github/renovate.json5", ".gitlab/renovate.json"),
)
ECOSYSTEM = "github-actions"

LARGEST = 1_000_000
"""Bytes of a file of settings that is read."""


def of_actions(top: Path) -> bool:
    """Return whether the settings in a checkout let a bot update its actions.

    Args:
        top: the top folder of the checkout.

    Raises:
        InputError: the settings are there and cannot be read.
    """
    if any((top / name).is_file() for name in RENOVATE):
        return True
    files = [top / name for name in DEPENDABOT if (top / name).is_file()]
    return any(ECOSYSTEM in _ecosystems(file, top) for file in files)


def _ecosystems(file: Path, top: Path) -> set[str]:
    name = file.relative_to(top).as_posix()
    try:
        content = file.read_bytes()
        if len(content) > LARGEST:
            raise _unreadable(name, f"it is larger than {LARGEST} bytes")
        # The nodes are read and not the values, so that an alias of aliases is not multiplied out.
        tree = yaml.compose(content, Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(name, " ".join(str(error).split())[:300]) from error
    return {
        entry.value
        for update in _items(_value(tree, "updates"))
        if isinstance(entry := _value(update, "package-ecosystem"), yaml.ScalarNode)
    }


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _unreadable(name: str, why: str) -> InputError:
    return InputError(
        f"{name} cannot be read: {why}.",
        cause="It is not valid YAML.",
        remedy="Fix it; GitHub shows the fault under Insights → Dependency graph → Dependabot.",
    )
