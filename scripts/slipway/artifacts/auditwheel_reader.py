"""Runs auditwheel in the environment of the tools for compiled wheels, and has it read each library once.

Called as `python -I -c TEXT show …`, with the text of this file and auditwheel's own arguments. auditwheel asks for the
symbols of a library once for each of its policies, and for the sections of those of the system once for each library of
the wheel. What it asks of a file again is remembered here. Only for commands that change no file.
"""

import functools
import importlib
import sys
from collections.abc import Iterator
from typing import Any


def remember() -> None:
    """Let auditwheel and pyelftools remember what they have read of a file."""
    symbols: Any = importlib.import_module("auditwheel.elfutils")
    trees: Any = importlib.import_module("auditwheel.lddtree")
    file_of = importlib.import_module("elftools.elf.elffile").ELFFile
    table = importlib.import_module("elftools.elf.sections").SymbolTableSection
    symbols.get_undefined_symbols = functools.cache(symbols.get_undefined_symbols)
    read_section, read_symbols, read_platform = file_of.get_section, table.iter_symbols, trees._get_platform
    platforms: dict[str, Any] = {}

    def get_section(file: Any, number: int, *more: Any, **options: Any) -> Any:
        if more or options:
            return read_section(file, number, *more, **options)
        known = vars(file).setdefault("_slipway_sections", {})
        if number not in known:
            known[number] = read_section(file, number)
        return known[number]

    def iter_symbols(section: Any) -> Iterator[Any]:
        known = vars(section)
        if "_slipway_symbols" not in known:
            known["_slipway_symbols"] = [*read_symbols(section)]
        return iter(known["_slipway_symbols"])

    def platform_of(file: Any) -> Any:
        path = file.stream.name
        if path not in platforms:
            platforms[path] = read_platform(file)
        return platforms[path]

    file_of.get_section, table.iter_symbols, trees._get_platform = get_section, iter_symbols, platform_of


if __name__ == "__main__":
    try:
        remember()
    except (ImportError, AttributeError):
        # Another version has other parts; its answer is the same, and takes longer.
        sys.stderr.write("auditwheel reads libraries more than once\n")
    sys.exit(importlib.import_module("auditwheel.main").main())
