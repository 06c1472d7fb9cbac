"""A table in Markdown."""

from collections.abc import Iterator


def table(*rows: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines of a table, of which the first row is the head."""
    head, *body = rows
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in body)
