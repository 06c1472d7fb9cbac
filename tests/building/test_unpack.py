"""Unpacking the sdist that a backend made, also on a Python whose tarfile has no filters."""

import io
import tarfile
from pathlib import Path

import pytest
from slipway.building.unpack import unpack
from slipway.errors import ToolError


def archive(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as made:
        for member in members:
            made.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def member(name: str, *, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, 0o644
    info.size = 1 if kind == tarfile.REGTYPE else 0
    return info


@pytest.fixture(params=["with filters", "without filters"])
def any_tarfile(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without filters":
        monkeypatch.delattr(tarfile, "data_filter", raising=False)


@pytest.mark.usefixtures("any_tarfile")
def test_a_plain_sdist_with_a_link_inside(tmp_path: Path) -> None:
    made = archive(
        tmp_path / "a.tar.gz",
        member("demo-1.0/a/file"),
        member("demo-1.0/a/link", kind=tarfile.SYMTYPE, link="../b"),
    )
    top = unpack(made, tmp_path / "out")
    assert (top / "a" / "file").read_bytes() == b"x"


@pytest.mark.usefixtures("any_tarfile")
@pytest.mark.parametrize(
    "chain",
    [
        [
            member("demo-1.0/a/b", kind=tarfile.SYMTYPE, link=".."),
            member("demo-1.0/out", kind=tarfile.SYMTYPE, link="a/b/../.."),
            member("demo-1.0/out/outside"),
        ],
        [
            member("demo-1.0/a/b/c", kind=tarfile.SYMTYPE, link="../../.."),
            member("out", kind=tarfile.LNKTYPE, link="demo-1.0/a/b/c"),
            member("out/outside"),
        ],
    ],
    ids=["a link through a link", "a hard link to a link"],
)
def test_no_chain_of_links_leads_outside(chain: list[tarfile.TarInfo], tmp_path: Path) -> None:
    made = archive(tmp_path / "a.tar.gz", member("demo-1.0/file"), *chain)
    with pytest.raises(ToolError):
        unpack(made, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) in (["a.tar.gz"], ["a.tar.gz", "out"])


@pytest.mark.usefixtures("any_tarfile")
@pytest.mark.parametrize(
    "evil",
    [
        member("../outside"),
        member("demo-1.0/link", kind=tarfile.SYMTYPE, link="../../outside"),
        member("demo-1.0/link", kind=tarfile.LNKTYPE, link="../outside"),
        member("demo-1.0/pipe", kind=tarfile.FIFOTYPE),
    ],
    ids=["path", "symbolic link", "hard link", "device"],
)
def test_nothing_leads_outside(evil: tarfile.TarInfo, tmp_path: Path) -> None:
    made = archive(tmp_path / "a.tar.gz", member("demo-1.0/file"), evil)
    with pytest.raises(ToolError):
        unpack(made, tmp_path / "out")
    assert not (tmp_path / "outside").exists()
