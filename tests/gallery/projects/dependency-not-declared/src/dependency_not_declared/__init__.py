"""A package of the gallery."""

import packaging

__all__ = ["packaging"]
