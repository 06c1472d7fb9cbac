"""A package of the gallery."""


def main() -> None:
    """Say hello."""
    print("hello")
