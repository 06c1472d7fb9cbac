"""A plan of a small project, for tests that need one and do not read a project."""

from slipway.records import Destination, Plan

PLAN = Plan(
    name="demo",
    version="1.0",
    version_from="static",
    backend="hatchling",
    kind="pure",
    layout="src",
    requires_python=None,
    pythons=(),
    event="local",
    ref=None,
    tag=None,
    tag_version=None,
    git=None,
    expected=(),
    destination=Destination(index="none", publish=False, reason="A test."),
)
