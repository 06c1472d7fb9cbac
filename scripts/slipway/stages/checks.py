"""Checks: what the project declared in [tool.slipway.checks], after the smoke tests."""

from slipway.environments import disposable, interpreters
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.rules.checks import RULES
from slipway.rules.rule import judge
from slipway.runner import Runner
from slipway.smoke import own_checks
from slipway.smoke.own_checks import OwnChecks
from slipway.smoke.package_sources import package_sources
from slipway.smoke.work_folder import unchanged


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Run the project's own checks and judge how they ended.

    Raises:
        InputError: a command cannot be read, the checkout cannot be copied, or no interpreter fits.
        TamperedError: code of a check wrote into the work folder.
        ToolError: no environment can be made.
    """
    wheel = next((one for one in manifest.artifacts if one.kind == "wheel"), None)
    if not inputs.checks or wheel is None:
        return Addition(skipped="the project has none" if wheel else "there is no wheel to install")
    own = OwnChecks(
        commands=inputs.checks,
        requires=inputs.check_requires,
        project=inputs.path,
        leave_out=(inputs.work,),
        wheel=inputs.locate(wheel.filename),
        name=wheel.name or manifest.name,
        sources=package_sources(inputs),
        timeout=inputs.smoke_timeout,
    )
    interpreter = interpreters.choose(wheel.requires_python, inputs.python)
    with unchanged(manifest, inputs), disposable.scratch() as scratch:
        facts = own_checks.run(own, interpreter, scratch, runner.say)
    return judge(RULES, facts, ignored=manifest.ignored)
