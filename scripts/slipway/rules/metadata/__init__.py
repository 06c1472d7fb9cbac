"""The rules on the metadata of an sdist or a wheel.

Importing a module declares its rules; one that is not named here is not judged.
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

RULES = families.metadata
