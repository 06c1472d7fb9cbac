"""A package of the gallery."""

__version__ = "1.0.0"
