"""A release beside the last one of an index on loopback: what is taken of it, what is shown, and an index that lies."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import simple_index
import tiny_project
from artifacts.built import Built
from artifacts.sdists import sdist
from artifacts.wheels import wheel
from command_line import Ended, forked
from simple_index import SimpleIndex
from slipway.comparing import other_release
from slipway.comparison import ComparedFile, Comparison
from slipway.index import addresses
from slipway.index.client import Client
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.records import Destination
from slipway.report.comparison import line
from slipway.runner import detect
from slipway.stages import compare
from tiny_plan import PLAN

ENTRY = "demo/__init__.py"


@pytest.fixture
def index() -> Iterator[SimpleIndex]:
    with simple_index.serve() as running:
        yield running


def compared(index: SimpleIndex, *files: Path, more: tuple[str, ...] = ()) -> Ended:
    at_index = ("--index", f"http://127.0.0.1:{index.port}/", "--simple-index", index.url)
    return forked("compare", *files, "--json", *at_index, *more)


def new(tmp_path: Path, **changes: object) -> list[Path]:
    made = wheel(version="1.1", **changes)  # type: ignore[arg-type]
    return [made.at(tmp_path), sdist(version="1.1").at(tmp_path)]


def serve(index: SimpleIndex, *built: Built) -> None:
    index.files["demo"] = {one.filename: one.data for one in built}


def skipped(ended: Ended) -> str:
    assert ended.exit_code == 0, ended
    return str(ended.manifest["stages"][0]["reason"])


def test_what_differs_is_shown_and_nothing_of_either_release_is_executed(
    index: SimpleIndex, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    traps = f"from pathlib import Path\nPath({str(ran)!r}).touch()\n"
    before = f"{traps}def load(path):\n    pass\n\n\ndef gone():\n    pass\n"
    now = f"{traps}def load(path, strict):\n    pass\n"
    serve(index, wheel({ENTRY: before}), sdist(), wheel({ENTRY: before}, version="0.9"))

    ended = compared(index, *new(tmp_path, files={ENTRY: now, "demo/more.py": ""}))

    manifest = ended.manifest
    assert ended.exit_code == 0, ended
    assert [one["rule"] for one in manifest["findings"]] == ["interface-changed"]
    assert (
        manifest["findings"][0]["seen"] == "demo: load: a new parameter must be given, strict; gone is gone"
    )
    assert not ran.exists()
    comparison = manifest["comparison"]
    assert (comparison["version"], comparison["untried"]) == ("1.0", [])
    files = {one["filename"]: one for one in comparison["files"]}
    assert files["demo-1.1-py3-none-any.whl"]["added"] == ["demo/more.py"]
    assert files["demo-1.1-py3-none-any.whl"]["changed"] == [ENTRY]
    assert files["demo-1.1.tar.gz"]["counts"] == [0, 0, 0]
    assert index.asked[0] == "/simple/demo/"
    assert len([path for path in index.asked if "0.9" in path]) == 0


def test_another_version_or_a_folder_can_be_named(index: SimpleIndex, tmp_path: Path) -> None:
    serve(index, wheel(), wheel(version="0.9"))
    folder = tmp_path / "dist-of-old"
    folder.mkdir()
    wheel(version="0.8").at(folder)
    files = new(tmp_path)

    assert compared(index, *files, more=("--against", "0.9")).manifest["comparison"]["version"] == "0.9"
    beside = compared(index, *files, more=("--against", str(folder))).manifest["comparison"]
    assert (beside["version"], beside["place"]) == ("0.8", "in dist-of-old")
    assert beside["untried"] == ["demo-1.1.tar.gz: the release before has no sdist to compare it with"]
    assert compared(index, *files, more=("--against", str(tmp_path / "nowhere"))).exit_code == 2
    assert skipped(compared(index, *files, more=("--against", "0.1"))).endswith(
        "has no demo 0.1 to compare with"
    )


def test_a_first_release_has_nothing_to_be_compared_with(index: SimpleIndex, tmp_path: Path) -> None:
    assert skipped(compared(index, *new(tmp_path))).endswith("has no earlier release to compare with")
    serve(index, wheel(version="2.0"))
    assert skipped(compared(index, *new(tmp_path))).endswith("has no earlier release to compare with")


def test_an_index_that_is_not_there_is_a_failure_where_it_was_asked_for(tmp_path: Path) -> None:
    with simple_index.serve() as gone:
        pass

    ended = compared(gone, *new(tmp_path))

    assert (ended.exit_code, ended.manifest["failure"]["stage"]) == (3, "compare")


class Lying(SimpleIndex):
    """An index that lists other digests than those of its files, or none, under names that it chooses."""

    digests = ""
    named = ""

    def answer(self, path: str) -> bytes | None:
        honest = super().answer(path)
        if honest is None or not path.startswith("/simple/"):
            return honest
        page = honest.decode()
        start = page.index("#sha256=")
        page = page[:start] + self.digests + page[page.index('"', start) :]
        return page.replace("demo-1.0-py3-none-any.whl", self.named or "demo-1.0-py3-none-any.whl").encode()


@pytest.mark.parametrize(
    ("digests", "named", "reason"),
    [
        (f"#sha256={'0' * 64}", "", "does not have the SHA-256 that the index lists"),
        ("", "", "the index lists no SHA-256 of it"),
        (f"#sha256={'0' * 64}", "..%2f..%2fdemo-1.0-py3-none-any.whl", "no earlier release to compare with"),
        (f"#sha256={'0' * 64}", "other-1.0-py3-none-any.whl", "no earlier release to compare with"),
    ],
)
def test_an_index_that_lies_is_not_compared_with(
    digests: str, named: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simple_index, "SimpleIndex", Lying)
    monkeypatch.setattr(Lying, "digests", digests)
    monkeypatch.setattr(Lying, "named", named)
    with simple_index.serve() as index:
        serve(index, wheel())
        ended = compared(index, *new(tmp_path))

    assert reason in skipped(ended)
    assert ended.manifest["comparison"] is None


def bomb() -> bytes:
    """A gzip-compressed tar of a hundred kilobytes that unpacks to more than is ever unpacked of it."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream:
        info = tarfile.TarInfo("demo-1.0/big")
        info.size = 100 * 1024**2
        stream.write(info.tobuf())
        for _ in range(100):
            stream.write(bytes(1024**2))
    return packed.getvalue()


def test_what_the_index_serves_is_read_within_limits(index: SimpleIndex, tmp_path: Path) -> None:
    serve(index, wheel(), Built("demo-1.0.tar.gz", bomb()))
    ended = compared(index, *new(tmp_path))
    assert ended.manifest["comparison"]["untried"] == ["demo-1.0.tar.gz could not be read to its end"]

    serve(index, wheel(), Built("demo-1.0.tar.gz", b"no archive at all"))
    assert compared(index, *new(tmp_path)).exit_code == 0


def test_a_file_larger_than_the_limit_is_not_downloaded(
    index: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(index, wheel({ENTRY: b"x = 1\n" * 100}))
    monkeypatch.setattr(other_release, "MOST_BYTES", 500)
    own = addresses.resolve(f"http://127.0.0.1:{index.port}/", simple=index.url)
    with closing(Client(own, patience=0.1)) as client, pytest.raises(other_release.Nothing) as reason:
        other_release.on_index(client, "demo", "1.1", ["demo-1.1-py3-none-any.whl"], tmp_path)

    assert "could not be downloaded" in str(reason.value)
    assert "more than 500 bytes" in str(reason.value)


def test_a_check_compares_where_a_release_is_planned(index: SimpleIndex, tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    before = wheel({"tiny_project/__init__.py": ""}, name="tiny_project", version="0.9")
    index.files["tiny-project"] = {before.filename: before.data}
    (project / "src" / "start.pth").write_text("import tiny_project\n", "utf-8")
    at_index = ("--index", f"http://127.0.0.1:{index.port}/", "--simple-index", index.url)

    manifest = forked("check", project, "--json", *at_index).manifest

    found = [one["rule"] for one in manifest["findings"] if one["stage"] == "compare"]
    assert found[0] == "startup-file-added"
    assert manifest["comparison"]["version"] == "0.9"
    report = (project / ".slipway" / "report.md").read_text("utf-8")
    assert "🔍 Since 0.9 on http" in report
    assert report.index("🔍 Since") < report.index("📦 Artifacts")


@pytest.mark.parametrize(
    ("index", "job", "reason"),
    [
        ("none", "", "nothing was compared: no release is planned"),
        ("pypi", "build", "the job that decides compares the release with the last one"),
    ],
)
def test_a_check_asks_no_index_of_its_own_accord(index: str, job: str, reason: str, tmp_path: Path) -> None:
    plan = msgspec.structs.replace(PLAN, destination=Destination(index=index, publish=True, reason="A test."))
    inputs = Inputs(command="check", path=tmp_path, work=tmp_path, job=job)

    assert compare.run(Manifest(plan=plan, job=job), inputs, detect({})).skipped == reason


def test_the_line_of_the_report_is_short() -> None:
    file = ComparedFile(
        filename="demo-1.1-py3-none-any.whl",
        other="demo-1.0-py3-none-any.whl",
        size=2000,
        other_size=1000,
        counts=(1, 0, 2),
    )
    shown = Comparison(
        version="1.0",
        place="on PyPI",
        files=(file,),
        requirements=("+ httpx", "- requests"),
        commands=("demo",),
    )

    assert line(shown) == (
        "Since 1.0 on PyPI: of the files in the wheel 1 new, 2 changed (2.0 kB, and 1.0 kB before); "
        "new requirement: httpx; new command: demo."
    )
