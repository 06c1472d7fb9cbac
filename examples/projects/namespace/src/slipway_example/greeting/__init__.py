"""Greets."""


def english(name: str) -> str:
    """Return a greeting in English."""
    return f"Ahoy, {name}!"
