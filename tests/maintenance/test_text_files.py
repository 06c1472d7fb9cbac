"""Files that are written for others have the same bytes on every system."""

import ast
from collections.abc import Iterator

from command_line import SCRIPTS

OWN = {
    ("slipway.smoke.probe", "open"),  # results, read by the process that started the probe
    ("slipway.environments.disposable", "write_text"),  # a number and a time, without a line's end
}


def written() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield every call that writes text into a file: the module, the method, the call."""
    for path in (SCRIPTS / "slipway").rglob("*.py"):
        name = ".".join(path.relative_to(SCRIPTS).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            method = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            modes = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if method == "write_text" or (method == "open" and {"w", "a", "x"} & set(modes)):
                yield name, method, node


def test_every_text_file_has_the_same_line_ends_everywhere() -> None:
    calls = list(written())
    assert len(calls) > len(OWN)
    without = {
        (name, method)
        for name, method, call in calls
        if not any(
            keyword.arg == "newline"
            and isinstance(keyword.value, ast.Constant)
            and keyword.value.value == "\n"
            for keyword in call.keywords
        )
    }
    assert without == OWN
