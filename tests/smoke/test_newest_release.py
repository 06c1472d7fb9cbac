"""Which release the canary looks at, which of its files, and what a pre-release of Python counts for."""

from pathlib import Path

import only_on
import pytest
from slipway.environments import interpreters
from slipway.environments.interpreters import Interpreter
from slipway.index.listing import Listing, ServedFile
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.records import Artifact
from slipway.smoke import choose, newest_release


def python(version: str, *, free: bool = False, implementation: str = "cpython") -> Interpreter:
    return Interpreter(Path(f"/python/{version}"), version, implementation, free)


OLD, NEW, FREE, NEXT = python("3.9.1"), python("3.14.0"), python("3.14.0", free=True), python("3.16.0a2+")


def listing(*names: str, yanked: tuple[str, ...] = ()) -> Listing:
    files = (ServedFile(filename=name, url=f"https://example.org/{name}") for name in (*names, *yanked))
    return Listing(
        exists=True,
        files=tuple(
            ServedFile(filename=file.filename, url=file.url, yanked=file.filename in yanked) for file in files
        ),
    )


@pytest.mark.parametrize(
    ("names", "yanked", "expected"),
    [
        (("demo-1.0.tar.gz", "demo-2.0rc1.tar.gz", "demo-1.1.tar.gz"), (), "1.1"),
        (("demo-1.0.tar.gz",), ("demo-1.1.tar.gz",), "1.0"),
        (("demo-1.0a1.tar.gz", "demo-1.0b1.tar.gz"), (), "1.0b1"),
        (("demo-1.0.tar.gz", "other-9.0.tar.gz", "demo-2.0.exe"), (), "1.0"),
        (("other-9.0.tar.gz",), ("demo-1.1.tar.gz",), None),
    ],
)
def test_the_newest_release_is_the_one_that_an_installer_takes(
    names: tuple[str, ...], yanked: tuple[str, ...], expected: str | None
) -> None:
    found = newest_release.find(listing(*names, yanked=yanked), "Demo")
    assert (str(found[0]) if found else None) == expected


@only_on.linux("the wheels are for it")
def test_each_python_gets_the_file_that_an_installer_takes() -> None:
    x86 = "manylinux2014_x86_64.manylinux_2_17_x86_64"
    plain = "demo-1.0-py3-none-any.whl"
    stable, exact = f"demo-1.0-cp310-abi3-{x86}.whl", f"demo-1.0-cp314-cp314-{x86}.whl"
    sdist = "demo-1.0.tar.gz"
    names = (sdist, stable, exact, "demo-1.0-cp314-cp314-win_amd64.whl")
    taken = newest_release.taken(names, (OLD, NEW, FREE, NEXT))
    assert taken == {OLD: sdist, NEW: exact, FREE: sdist, NEXT: stable}
    assert newest_release.taken((sdist, plain), (OLD, FREE)) == {OLD: plain, FREE: plain}
    assert newest_release.taken((exact,), (OLD,)) == {}


@pytest.mark.parametrize(("classifiers", "claimed"), [((), False), (("3.14",), False), (("3.16",), True)])
def test_a_prerelease_of_python_only_warns_unless_a_classifier_names_it(
    classifiers: tuple[str, ...],
    claimed: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    from artifacts.wheels import wheel

    listed = [f"Programming Language :: Python :: {one}" for one in classifiers]
    built = wheel(fields={"Classifier": listed, "Requires-Dist": "helper"})
    (tmp_path / "dist").mkdir()
    built.at(tmp_path / "dist")
    monkeypatch.setattr(interpreters, "choose_all", lambda _requires, _wanted: (OLD, NEW, NEXT))
    artifact = Artifact(filename=built.filename, kind="wheel", size=1, sha256="0" * 64)
    inputs = Inputs(command="verify", path=tmp_path, work=tmp_path, resolution=("highest", "lowest-direct"))
    tests = choose.choose(Manifest(artifacts=(artifact,)), inputs).tests
    assert [one.claimed for one in tests if one.interpreter == NEXT] == [claimed]
    lowest = [one.interpreter for one in tests if one.options.resolution == "lowest-direct"]
    assert lowest == [NEW], "the newest Python that is released"
