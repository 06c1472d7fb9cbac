"""Two builds of the same commit: what agrees, what does not, why, and a second builder that lies."""

import gzip
import io
import marshal
import os
import subprocess
import sys
import tarfile
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import only_on
import pytest
from artifacts.built import Built
from artifacts.sdists import member, sdist
from artifacts.wheels import wheel, zipped
from command_line import forked
from slipway.comparing import second_build
from slipway.comparison import BuiltTwice
from slipway.errors import InputError
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.runner.github import GitHubRunner
from slipway.stages import agree

FILES: Mapping[str, str | bytes] = {
    "demo/__init__.py": "X = 1\n",
    "demo/core.py": "def run():\n    return 1\n",
}


def twice(tmp_path: Path, one: Built, other: Built) -> BuiltTwice:
    """What is said of an artifact beside another one of its name."""
    (tmp_path / "other").mkdir(exist_ok=True)
    mine = one.at(tmp_path)
    (tmp_path / "other" / one.filename).write_bytes(other.data)
    return second_build.read([mine], tmp_path / "other").artifacts[0]


def repacked(built: Built, change: str = "", data: bytes | None = None, **fields: object) -> Built:
    """The same archive with one member or one field of every member changed, and everything else as it was."""
    buffer = io.BytesIO()
    if built.filename.endswith(".whl"):
        with zipfile.ZipFile(io.BytesIO(built.data)) as source, zipfile.ZipFile(buffer, "w") as target:
            for info in source.infolist():
                content = source.read(info)
                for name, value in fields.items():
                    setattr(info, name, value)
                held = data if info.filename == change and data is not None else content
                target.writestr(info, held, compresslevel=1)
        return Built(built.filename, buffer.getvalue())
    with (
        tarfile.open(fileobj=io.BytesIO(built.data)) as source,
        tarfile.open(fileobj=buffer, mode="w") as target,
    ):
        for member in source.getmembers():
            content = source.extractfile(member).read()  # type: ignore[union-attr]
            for name, value in fields.items():
                setattr(member, name, value)
            content = data if member.name == change and data is not None else content
            member.size = len(content)
            target.addfile(member, io.BytesIO(content))
    return Built(built.filename, gzip.compress(buffer.getvalue(), compresslevel=1, mtime=0))


def members(built: Built) -> dict[str, bytes]:
    if built.filename.endswith(".whl"):
        with zipfile.ZipFile(io.BytesIO(built.data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(built.data)) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive.getmembers()}  # type: ignore[union-attr]


@pytest.mark.parametrize("built", [wheel(FILES), sdist({"README.md": "Words.\n"})], ids=["wheel", "sdist"])
def test_one_byte_that_changed_in_any_member_is_found(built: Built, tmp_path: Path) -> None:
    assert twice(tmp_path, built, built).verdict == "identical"
    held = members(built)
    assert len(held) > 3
    for name, content in held.items():
        for at in {0, len(content) // 2, len(content) - 1}:
            changed = bytes([*content[:at], content[at] ^ 1, *content[at + 1 :]])
            found = twice(tmp_path, built, repacked(built, name, changed))
            assert (found.verdict, len(found.differs)) == ("different", 1), (name, at)
            assert found.differs[0].startswith(f"{name} ("), (name, at)


@pytest.mark.parametrize(
    ("built", "fields", "differs"),
    [
        (wheel(FILES), {"date_time": (2021, 2, 3, 4, 5, 6)}, ["modification times"]),
        (wheel(FILES), {"external_attr": 0o100755 << 16}, ["permissions"]),
        (wheel(FILES), {"create_system": 0}, ["headers of the members"]),
        (wheel(FILES), {"compress_type": zipfile.ZIP_STORED}, ["compression"]),
        (sdist(), {"mtime": 1_700_000_000}, ["modification times"]),
        (sdist(), {"uname": "somebody", "uid": 1000}, ["owners"]),
    ],
)
def test_another_form_of_the_same_content_is_told_by_its_fields(
    built: Built, fields: dict[str, object], differs: list[str], tmp_path: Path
) -> None:
    found = twice(tmp_path, repacked(built), repacked(built, **fields))

    assert found.verdict == "same-content"
    assert list(found.differs) == differs
    assert found.causes


def test_the_order_and_what_is_around_the_archive_are_told_too(tmp_path: Path) -> None:
    held = members(wheel(FILES))
    name = wheel(FILES).filename
    turned = Built(name, zipped(dict(reversed(held.items()))))
    assert twice(tmp_path, Built(name, zipped(held)), turned).differs == ("order of the members",)

    one = sdist()
    later = Built(one.filename, gzip.compress(gzip.decompress(one.data), 1, mtime=1_700_000_000))
    harder = Built(one.filename, gzip.compress(gzip.decompress(one.data), 9, mtime=0))
    assert twice(tmp_path, one, later).differs == ("time in the gzip header",)
    assert twice(tmp_path, one, harder).differs == ("compression",)


def test_members_of_one_build_alone_and_other_links_are_found(tmp_path: Path) -> None:
    more = wheel({**FILES, "demo/more.py": ""})
    assert twice(tmp_path, wheel(FILES), more).differs == ("demo/more.py (in the second build alone)",)
    assert twice(tmp_path, more, wheel(FILES)).differs == ("demo/more.py (in the first build alone)",)

    links = [
        sdist(members=[member("demo-1.0/link", kind=tarfile.SYMTYPE, linkname=target)])
        for target in ("a", "b")
    ]
    assert twice(tmp_path, *links).differs == ("demo-1.0/link",)

    first, last = (
        [("demo/x.py", b"one"), ("demo/x.py", b"two")],
        [("demo/x.py", b"two"), ("demo/x.py", b"one")],
    )
    doubled = [Built("demo-1.0-py3-none-any.whl", _double(rows)) for rows in (first, last)]
    assert twice(tmp_path, *doubled).verdict == "different"


def _double(rows: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in rows:
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "one", "other", "cause"),
    [
        (
            "demo/x.pyc",
            b"\xcb\r\r\n" + bytes(12) + b"code",
            b"\xcb\r\r\n" + b"\1" * 12 + b"code",
            "is bytecode",
        ),
        (
            "demo/x.pyc",
            b"\xcb\r\r\n" + bytes(12) + marshal.dumps(compile("X = 1", "/srv/one/x.py", "exec")),
            b"\xcb\r\r\n" + b"\1" * 12 + marshal.dumps(compile("X = 1", "/srv/another/x.py", "exec")),
            "is bytecode with the path of its source",
        ),
        ("demo/t.txt", b"a\nb\n", b"a\r\nb\r\n", "has other line ends"),
        ("demo/t.txt", b"a\nb\n", b"b\na\n", "has the same lines in another order"),
        (
            "demo/_b.py",
            b"T = '2026-01-02T03:04:05Z'\n",
            b"T = '2026-01-02 03:05:00'\n",
            "holds the time of the build",
        ),
        ("demo/_b.py", b"T = 1767322800\n", b"T = 1767322999.25\n", "holds the time of the build"),
        (
            "demo/s.json",
            b'"urn:uuid:0b0bb0b0-1111-4222-8333-444455556666"',
            b'"urn:uuid:1b0bb0b0-1111-4222-8333-444455556666"',
            "holds a random id",
        ),
        (
            "demo/_p.py",
            b"P = '/tmp/a1/demo'\n",
            b"P = '/tmp/b22/demo'\n",
            "holds the path of the folder that it was built in",
        ),
        (
            "demo-1.0.dist-info/sboms/demo.cyclonedx.json",
            b'"bom-ref": "path+file:///tmp/a1/demo#1.0.0"\n',
            b'"bom-ref": "path+file:///tmp/b22/demo#1.0.0"\n',
            "set `rust = false` in [tool.maturin.sbom]",
        ),
        (
            "demo-1.0.dist-info/WHEEL",
            b"Generator: x 1\n",
            b"Generator: x 2\n",
            "two versions of the build backend",
        ),
    ],
)
def test_a_known_cause_is_named_and_an_unknown_one_is_not(
    name: str, one: bytes, other: bytes, cause: str, tmp_path: Path
) -> None:
    pair = [Built("demo-1.0-py3-none-any.whl", zipped({name: data})) for data in (one, other)]
    unknown = [
        Built("demo-1.0-py3-none-any.whl", zipped({name: data + extra}))
        for data, extra in ((one, b""), (other, b"evil"))
    ]

    assert [cause in sentence for sentence in twice(tmp_path, *pair).causes] == [True]
    assert not any(cause in sentence for sentence in twice(tmp_path, *unknown).causes)


SOURCE = "int answer(void) { return 42; }\n"


def compiled(folder: Path, *options: str) -> Built:
    """A wheel with a library that was compiled in a folder of its own."""
    folder.mkdir(parents=True)
    (folder / "answer.c").write_text(SOURCE)
    argv = ["cc", "-g", "-shared", "-fPIC", "-o", "answer.so", *options, str(folder / "answer.c")]
    subprocess.run(argv, cwd=folder, check=True)
    return Built(
        "demo-1.0-cp312-cp312-linux_x86_64.whl",
        zipped({"demo/answer.so": (folder / "answer.so").read_bytes()}),
    )


@only_on.linux("the options are those of compilers on Linux")
def test_the_path_of_debug_information_is_named_and_its_cure_works(tmp_path: Path) -> None:
    plain = [compiled(tmp_path / "plain" / name) for name in ("one", "two-longer")]
    cured = [
        compiled(tmp_path / "cured" / name, f"-ffile-prefix-map={tmp_path / 'cured' / name}=.")
        for name in ("one", "two-longer")
    ]

    bare = [compiled(tmp_path / "bare" / name, "-g0") for name in ("one", "two-longer")]

    found = twice(tmp_path, *plain)
    assert found.verdict == "different"
    assert ["CFLAGS=-g0, or with -ffile-prefix-map=FOLDER=." in cause for cause in found.causes] == [True]
    assert twice(tmp_path, *cured).verdict == "identical"
    assert twice(tmp_path, *bare).verdict == "identical"


def backend_sdist(folder: Path, backend: str, *, modified: int) -> Built:
    """The sdist that a backend makes of a small project whose files have this time."""
    (folder / "src" / "demo").mkdir(parents=True)
    table = f'[build-system]\nrequires = []\nbuild-backend = "{backend}"\n[project]\nname = "demo"\nversion = "1.0"\n'
    (folder / "pyproject.toml").write_text(table)
    (folder / "src" / "demo" / "__init__.py").write_text("")
    for path in folder.rglob("*"):
        os.utime(path, (modified, modified))
    code = f"import {backend} as backend; backend.build_sdist('dist')"
    environ = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run([sys.executable, "-c", code], cwd=folder, env=environ, check=True, capture_output=True)
    return Built("demo-1.0.tar.gz", (folder / "dist" / "demo-1.0.tar.gz").read_bytes())


def test_the_times_of_setuptools_are_named_and_the_cure_works(tmp_path: Path) -> None:
    times = (1_600_000_000, 1_650_000_000)
    ours, theirs = (
        backend_sdist(tmp_path / str(time), "setuptools.build_meta", modified=time) for time in times
    )
    cured = [backend_sdist(tmp_path / f"cured-{time}", "hatchling.build", modified=time) for time in times]

    found = twice(tmp_path, ours, theirs)
    assert found.verdict == "same-content"
    assert "modification times" in found.differs
    assert "such as hatchling" in found.causes[0]
    assert twice(tmp_path, *cured).verdict == "identical"


def test_the_command_ends_with_1_for_other_content_alone(tmp_path: Path) -> None:
    one, other = wheel(FILES), repacked(wheel(FILES), "demo/core.py", b"def run():\n    return 2\n")
    mine = one.at(tmp_path)
    results = {}
    for name, built in {
        "identical": one,
        "same-content": repacked(one, date_time=(2021, 2, 3, 4, 5, 6)),
        "different": other,
        "missing": wheel(FILES, version="2.0"),
    }.items():
        (tmp_path / name / "dist").mkdir(parents=True)
        built.at(tmp_path / name / "dist")
        results[name] = forked("compare", mine, "--with", tmp_path / name, "--json")

    assert {name: ended.exit_code for name, ended in results.items()} == {
        "identical": 0,
        "same-content": 0,
        "different": 1,
        "missing": 0,
    }
    for name, ended in results.items():
        assert [one["verdict"] for one in ended.manifest["built_twice"]] == [name]
    rules = {name: [one["rule"] for one in ended.manifest["findings"]] for name, ended in results.items()}
    assert rules == {
        "identical": [],
        "same-content": ["second-build-in-another-form"],
        "different": ["second-build-differs"],
        "missing": ["second-build-lacks-file"],
    }
    shown = forked("compare", mine, "--with", tmp_path / "different")
    assert "demo/core.py (line 2)" in shown.stdout
    assert "A second build made other content: demo-1.0-py3-none-any.whl." in shown.stdout
    agreed = forked("compare", mine, "--with", tmp_path / "identical").stdout
    assert "made the same bytes" in agreed
    assert "demo 1.0 was built twice, with the same bytes." in agreed


def test_a_second_builder_that_lies_is_not_believed(tmp_path: Path) -> None:
    built = wheel(FILES)
    mine = built.at(tmp_path)
    lying = tmp_path / "lying"
    lying.mkdir()
    with pytest.raises(InputError, match="no sdist and no wheel"):
        second_build.read([mine], lying)

    (lying / built.filename).symlink_to(mine)
    with pytest.raises(InputError, match="no sdist and no wheel"):
        second_build.read([mine], lying)

    (lying / built.filename).unlink()
    (lying / built.filename).hardlink_to(mine)
    with pytest.raises(InputError, match="the very file"):
        second_build.read([mine], lying)
    with pytest.raises(InputError, match="the very file"):
        second_build.read([mine], tmp_path)


def test_a_job_compares_with_the_manifest_of_the_gate_alone(tmp_path: Path) -> None:
    """Anyone may replace an artifact of the run; the digest of the manifest comes from an output of the gate."""
    run = GitHubRunner(
        {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/tags/v1.0"}
    )
    inputs = Inputs(command="compare", path=tmp_path, work=tmp_path, with_=tmp_path)

    with pytest.raises(InputError, match="digest of the manifest is missing"):
        agree.run(Manifest(), inputs, run)


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", wheel(FILES).data[:200], gzip.compress(b"no tar", mtime=0)],
    ids=["empty", "text", "cut", "gzip"],
)
def test_what_cannot_be_read_does_not_agree(data: bytes, tmp_path: Path) -> None:
    for built in (wheel(FILES), sdist()):
        found = twice(tmp_path, built, Built(built.filename, data))
        assert found.verdict == "different"
        assert found.differs[0].startswith("that of the second build is not compared:")
