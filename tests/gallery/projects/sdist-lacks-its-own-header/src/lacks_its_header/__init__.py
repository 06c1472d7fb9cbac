"""A package of the gallery."""
