"""The rules on the metadata of an sdist or a wheel.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.metadata import (
    classifiers,
    contacts,
    dependencies,
    description,
    framing,
    identity,
    licenses,
)

__all__ = [
    "RULES",
    "classifiers",
    "contacts",
    "dependencies",
    "description",
    "framing",
    "identity",
    "licenses",
]

RULES = families.metadata
