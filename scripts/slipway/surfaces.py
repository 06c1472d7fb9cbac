"""What the action and the reusable workflows take as inputs.

`scripts/maintenance/surfaces.py` writes action.yml, the workflows and docs/reference.md from this module. Every option
that is not an input of the action can be given to it as a `SLIPWAY_*` variable.
"""

from collections.abc import Mapping

from slipway.option import Option

ACTION_ONLY = (
    Option(
        kind="choice",
        name="command",
        help="What to do.",
        default="check",
        choices=(
            "check",
            "plan",
            "validate",
            "build",
            "inspect",
            "smoke",
            "compare",
            "publish",
            "verify",
            "announce",
            "keep-issue",
        ),
    ),
    Option(name="path", help="The project's folder; by default the top of the checkout."),
    Option(
        name="files",
        help="Files for inspect, smoke and compare, one per line; by default those of the manifest.",
    ),
    Option(
        name="artifact-name",
        help="Workflow artifact to download (compare, publish, verify, announce) or to upload (the other commands, but "
        "keep-issue); `none` turns both off.",
    ),
    Option(name="token", help="API token or password of an index that has no trusted publishing."),
    Option(name="username", help="The user name that belongs to `token`; `__token__` by default."),
)
"""Inputs of the action that are arguments or a variable on the command line."""

ACTION_OPTIONS = (
    "index",
    "tag",
    "tag-prefix",
    "fail-on",
    "python",
    "smoke-command",
    "test-command",
    "test-requires",
    "attestations",
    "manifest-digest",
    "dry-run",
    "job",
    "verbose",
)
"""Options that are inputs of the action."""

WORKFLOW_ONLY = (
    Option(name="submodules", help="Check out submodules: false, true or recursive.", default="false"),
    Option(name="runner", help="Runner label of the jobs that build and decide.", default="ubuntu-latest"),
    Option(name="timeout-minutes", help="Minutes that one job may take.", default="60"),
)
"""Inputs of the reusable workflows that concern the runner, not Slipway."""

_PLAN = (
    *("path", "tag", "tag-prefix", "index", "fail-on"),
    *("platforms", "python-versions", "matrix", "runners", "second-build"),
)
_SMOKE = (
    *("path", "fail-on", "thorough", "installer", "resolution", "extras", "constraint"),
    *("smoke-command", "test-command", "test-requires", "test-sources", "smoke-timeout"),
)

WORKFLOW_JOBS: Mapping[str, tuple[str, ...]] = {
    "plan": _PLAN,
    "build": (*_PLAN, "build-timeout", *(name for name in _SMOKE if name not in _PLAN)),
    "second-build": (*_PLAN, "build-timeout"),
    "smoke": _SMOKE,
    "gate": _PLAN,
    "publish": ("tag", "tag-prefix", "index"),
    "verify": ("index",),
}
"""The inputs that each job of the workflows hands to the action; `publish` and `verify` are in python-release.yml."""
