"""Distances at sea."""

CABLES_PER_MILE = 10


def cables(miles: float) -> float:
    """Return a distance given in nautical miles in cables."""
    return miles * CABLES_PER_MILE
