"""SBOM: the bill of materials of the release, beside its artifacts. On request only; it is never sent to the index."""

import hashlib

from slipway import system
from slipway.artifacts import artifact as artifact_facts
from slipway.digests import recheck
from slipway.environments import disposable, interpreters
from slipway.environments.interpreters import Interpreter
from slipway.errors import InputError
from slipway.manifest import Addition, Manifest
from slipway.materials import cyclonedx, installed
from slipway.materials.cyclonedx import Subject
from slipway.materials.installed import Resolving
from slipway.options import Inputs
from slipway.records import Artifact, Sbom
from slipway.report.verdict import counted
from slipway.runner import Runner
from slipway.smoke.choose import fits
from slipway.smoke.package_sources import package_sources


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Write the bill of materials of what the wheel installs today.

    It is made in the job that decides, from wheels alone and without running code of any of them, so that no job that runs
    such code has a say in it.

    Raises:
        InputError: an artifact is not the one that was built, or the wheel cannot be installed from wheels alone.
        ToolError: the index cannot be reached, or what writes the document fails.
    """
    if not inputs.sbom:
        return Addition(skipped="nobody asked for it")
    if manifest.is_part:
        return Addition(skipped="the job that decides does it")
    if manifest.blocking:
        return Addition(skipped="the findings block the release")
    recheck(manifest, inputs.locate)
    wheel, interpreter = _choose(manifest, inputs)
    # Constraints are for the tests here; users do not have them.
    sources = [one for one in package_sources(inputs).arguments() if not one.startswith("--constraint")]
    subject = Subject(
        name=manifest.name,
        version=manifest.version or "",
        artifacts=manifest.artifacts,
        python=interpreter.minor,
        platform=system.platform_name(),
    )
    with disposable.scratch() as folder:
        view = installed.metadata_of(inputs.locate(wheel.filename), Resolving(interpreter, sources), folder)
        document = cyclonedx.write(subject, view, folder)
    name = "-".join(wheel.filename.split("-")[:2]) + cyclonedx.SUFFIX
    inputs.sbom_folder.mkdir(parents=True, exist_ok=True)
    (inputs.sbom_folder / name).write_bytes(document.data)
    runner.say(f"{name} lists {counted(document.components, 'dependency', 'dependencies')}")
    record = Sbom(
        filename=name,
        sha256=hashlib.sha256(document.data).hexdigest(),
        size=len(document.data),
        format=f"{cyclonedx.FORMAT} {cyclonedx.VERSION}",
        wheel=wheel.filename,
        components=document.components,
        python=subject.python,
        platform=subject.platform,
    )
    return Addition(sbom=record)


def _choose(manifest: Manifest, inputs: Inputs) -> tuple[Artifact, Interpreter]:
    """Return the wheel that is installed, and the Python that it is installed for.

    Raises:
        InputError: no Python here fits the project, or no wheel fits this machine.
    """
    wheels = [one for one in manifest.artifacts if one.kind == "wheel"]
    metadata = artifact_facts.read_metadata(inputs.locate(wheels[0].filename)) if wheels else None
    interpreter = interpreters.choose(metadata.one("requires-python") if metadata else None, inputs.python)
    fitting = [one for one in wheels if fits(one.filename, interpreter)]
    if not fitting:
        raise InputError(
            f"No SBOM could be made: no wheel of the release fits Python {interpreter.minor} on this machine.",
            cause="The release has an sdist alone, whose build would run foreign code, or wheels for other systems.",
            remedy="Name a Python that one of the wheels is for with --python, or do without: leave out --sbom, and `sbom` "
            "in [tool.slipway].",
        )
    return fitting[0], interpreter
