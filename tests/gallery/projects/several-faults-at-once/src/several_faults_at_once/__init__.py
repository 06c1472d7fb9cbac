"""A package of the gallery."""

raise ValueError("no luck today")
