"""A package of the gallery."""

from healthy_compiled._answer import answer

__all__ = ["answer"]
