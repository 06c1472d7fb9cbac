from demo import cli

__all__ = ["cli"]
