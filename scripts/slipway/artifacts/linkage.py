"""What a compiled wheel needs from the system it is installed on, as auditwheel and abi3audit report it."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from slipway import processes, system

SECONDS = 120.0
"""One wheel with hundreds of libraries takes half a minute."""
AUDITWHEEL = Path(__file__).with_name("auditwheel_reader.py").read_text("utf-8")
"""The script that runs it so that it reads each library once; it is read before a build can change the file."""


class Linkage(Struct, frozen=True, kw_only=True):
    """How a wheel is linked.

    Attributes:
        platform: the oldest platform tag its libraries and symbols allow; None where auditwheel did not say.
        external: libraries that are neither in the wheel nor on every system of that kind.
        stable_abi: for a wheel that claims the stable ABI, what contradicts it, a sentence for each module.
        problem: why a tool gave no answer, where it gave none.
    """

    platform: str | None = None
    external: tuple[str, ...] = ()
    stable_abi: tuple[str, ...] = ()
    problem: str | None = None


def read(wheels: Iterable[Path]) -> dict[str, Linkage]:
    """Return how wheels are linked, by filename; wheels without compiled code for Linux are left out.

    auditwheel runs on Linux only; elsewhere only the stable ABI is checked.
    """
    compiled = [wheel for wheel in wheels if not wheel.stem.endswith("-any")]
    if not compiled:
        return {}
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        read = [pool.submit(_one, wheel) for wheel in compiled]
        return dict(zip((wheel.name for wheel in compiled), map(processes.result, read), strict=True))


def _one(wheel: Path) -> Linkage:
    problems: list[str] = []
    platform, external = None, tuple[str, ...]()
    if "linux" in wheel.stem.rpartition("-")[2] and system.RUNS_AUDITWHEEL:
        shown = _tool("auditwheel", "show", "--json", str(wheel), wheel=wheel, problems=problems)
        platform, external = shown.get("overall_tag"), tuple(sorted(shown.get("external_libs") or ()))
    abi = wheel.stem.split("-")[-2]
    stable = "abi3" in abi.split(".")
    report = _tool("abi3audit", "--report", str(wheel), wheel=wheel, problems=problems) if stable else {}
    return Linkage(
        platform=platform,
        external=external,
        stable_abi=tuple(_contradictions(report)),
        problem="; ".join(problems) or None,
    )


def _tool(program: str, *arguments: str, wheel: Path, problems: list[str]) -> dict[str, Any]:
    """Run a program for compiled wheels and return the JSON document it prints."""
    from slipway.environments import compiled_tools  # most wheels are not compiled

    is_read_once = program == "auditwheel"
    start = compiled_tools.script(AUDITWHEEL) if is_read_once else compiled_tools.command(program)
    try:
        done = processes.run(
            [*start, *arguments],
            cwd=wheel.parent,
            timeout=SECONDS,
            environ=compiled_tools.environ(),
        )
        found = json.loads(done.output[done.output.index("{") :])
    except processes.TimedOut:
        problems.append(f"{program} did not finish within {SECONDS:.0f} s")
    except ValueError:
        last = (done.output + done.errors).strip().splitlines()[-1:]
        problems.append(f"{program} says: {' '.join(last) or 'nothing'}")
    else:
        return found if isinstance(found, dict) else {}
    return {}


def _contradictions(report: Mapping[str, Any]) -> Iterable[str]:
    """Yield what abi3audit found, from its report (its README, "JSON output")."""
    for spec in report.get("specs", {}).values():
        for module in spec.get("wheel", ()):
            result = module.get("result") or {}
            if symbols := sorted(map(str, result.get("non_abi3_symbols", ()))):
                yield f"{module['name']} uses {', '.join(symbols[:5])}, which the stable ABI does not have"
            elif result and not result.get("is_abi3_baseline_compatible", True):
                yield f"{module['name']} needs the stable ABI of Python {result['computed']}, not {result['baseline']}"
