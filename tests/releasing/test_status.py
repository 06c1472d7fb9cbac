"""Where a release stands, asked by the real command: of git, a remote and an index that runs; and its advice, followed."""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import command_line
import only_on
import pytest
from command_line import Ended
from index.bench import server
from index.bench.server import Bench
from index.bench.warehouse import File, Warehouse
from releasing import scene
from releasing.scene import Scene
from slipway.index.clock import Clock
from slipway.options import Inputs
from slipway.releasing import status
from slipway.report import standing
from slipway.repository import stand_in
from slipway.repository.stand_in_repository import Repository
from slipway.runner.terminal import PlainRunner

NAME = "tiny-project"
WORKFLOW, MARK = ".github/workflows/release.yml", "# Written by `slipway init`."
SDIST, WHEEL = "tiny_project-1.0.0.tar.gz", "tiny_project-1.0.0-py3-none-any.whl"


@pytest.fixture
def bench() -> Iterator[Bench]:
    warehouse = Warehouse(Clock())
    warehouse.project(NAME)
    with server.serve(warehouse, None) as served:
        yield served


@pytest.fixture
def begun(tmp_path: Path, bench: Bench) -> Scene:
    """A project at 1.0.0 whose tag is here and on the remote; its index is the bench."""
    made = scene.make(tmp_path)
    made.environ |= {"SLIPWAY_INDEX": bench.upload_url, "SLIPWAY_TOKEN": bench.warehouse.api_token(NAME)}
    return made


def run(begun: Scene, *arguments: str) -> Ended:
    """Run the command in a process of its own."""
    return command_line.forked("status", *arguments, cwd=begun.project, environ=begun.environ)


def told(begun: Scene, version: str = "") -> str:
    """Return what it prints, without a process of its own."""
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith(command_line.WITHHELD)]:
            patched.delenv(name)
        for name, value in begun.environ.items():
            patched.setenv(name, value or "")
        patched.chdir(begun.project)
        inputs = Inputs(
            command="status",
            path=begun.project,
            work=begun.project / ".slipway",
            index=begun.environ["SLIPWAY_INDEX"],
            version=version,
        )
        return "\n".join(standing.lines(status.read(inputs, PlainRunner())))


def next_of(text: str) -> str:
    (found,) = (line for line in text.splitlines() if line.startswith("Next: "))
    return found.removeprefix("Next: ")


def step(begun: Scene, version: str = "") -> str:
    return next_of(told(begun, version))


def do(begun: Scene, command: str) -> None:
    """Run a command as it was printed, in the project."""
    program, *arguments = shlex.split(command)
    if program == "slipway":
        ended = command_line.forked(*arguments, cwd=begun.project, environ=begun.environ)
        assert ended.exit_code == 0, ended
    else:
        environ = command_line.environment(begun.environ)
        subprocess.run([program, *arguments], cwd=begun.project, env=environ, check=True, capture_output=True)


def without_tags(begun: Scene) -> None:
    begun.git("push", "-q", "origin", "--delete", "v1.0.0")
    begun.git("tag", "-d", "v1.0.0")


def put(bench: Bench, *filenames: str, content: bytes = b"x") -> None:
    for filename in filenames:
        bench.warehouse.projects[NAME].files[filename] = File(filename, content, "1.0.0", Clock().now())


def test_from_nothing_to_a_complete_release(begun: Scene, bench: Bench) -> None:
    """Everything that is printed is run as it was printed, each by a process of its own."""
    without_tags(begun)
    done = []
    while (command := next_of(run(begun).stdout)) != "nothing to do":
        done.append(command)
        assert len(done) < 6, done
        do(begun, command)
    assert done == ["slipway release 1.0.0", f"slipway publish --index {bench.upload_url}"]
    assert sorted(bench.warehouse.projects[NAME].files) == [WHEEL, SDIST]
    assert "refs/tags/v1.0.0" in begun.public()


def test_from_another_folder_the_commands_lead_to_the_project(begun: Scene, bench: Bench) -> None:
    without_tags(begun)

    def say() -> str:
        place = ("--path", "project")
        return next_of(command_line.forked("status", *place, cwd=begun.folder, environ=begun.environ).stdout)

    commands = (
        "slipway release 1.0.0 --path project",
        f"slipway publish --index {bench.upload_url} project",
    )
    for command in commands:
        assert say() == command
        ended = command_line.forked(*shlex.split(command)[1:], cwd=begun.folder, environ=begun.environ)
        assert ended.exit_code == 0, ended
    assert say() == "nothing to do"


def test_a_tag_that_is_not_pushed(begun: Scene, bench: Bench) -> None:
    begun.git("push", "-q", "origin", "--delete", "v1.0.0")
    command = step(begun)
    assert command == "git push --atomic origin main v1.0.0"
    do(begun, command)
    assert "refs/tags/v1.0.0" in begun.public()
    command = step(begun)
    assert command == "slipway check --tag v1.0.0"
    do(begun, command)
    assert step(begun) == f"slipway publish --index {bench.upload_url}"


@only_on.posix("the hook is a script of a shell")
def test_a_release_that_was_interrupted(begun: Scene) -> None:
    begun.kill_at("before push")
    begun.release("1.1.0")
    begun.live()
    command = step(begun, "1.1.0")
    assert command == "slipway release --continue"
    do(begun, command)
    assert "refs/tags/v1.1.0" in begun.public()


def test_a_tag_that_is_another_one_there(begun: Scene) -> None:
    begun.git("tag", "-f", "-a", "v1.0.0", "-m", "Another one")
    command = step(begun)
    assert command == "git fetch origin refs/tags/v1.0.0"
    before = begun.git("rev-parse", "v1.0.0")
    do(begun, command)
    assert begun.git("rev-parse", "v1.0.0") == before


@pytest.fixture
def github(begun: Scene) -> Iterator[Repository]:
    """The same on GitHub: git reaches the bare repository under an address there, and the API is a stand-in."""
    begun.git("config", f"url.{begun.origin}.insteadOf", "https://github.com/acme/demo")
    begun.git("remote", "set-url", "origin", "https://github.com/acme/demo")
    workflow = begun.project / WORKFLOW
    workflow.parent.mkdir(parents=True)
    workflow.write_text(f"{MARK}\non: push\njobs: {{}}\n")
    with stand_in.serve("acme/demo") as served:
        begun.environ |= {"GITHUB_API_URL": served.address, "GH_TOKEN": served.token}
        yield served


def ran(github: Repository, number: int, *, conclusion: str | None, path: str = WORKFLOW) -> None:
    run = {"id": number, "path": path, "head_branch": "v1.0.0", "conclusion": conclusion}
    github.runs.insert(0, {**run, "status": "completed" if conclusion else "in_progress"})


def test_a_repository_on_github_is_released_by_its_workflow(
    begun: Scene, bench: Bench, github: Repository
) -> None:
    page = f"{github.address}/acme/demo/actions?query=branch%3Av1.0.0"
    assert step(begun) == page
    ran(github, 70, conclusion="failure", path=".github/workflows/other.yml")
    assert step(begun) == page
    ran(github, 71, conclusion="failure", path=f"{WORKFLOW}@v1.0.0")
    assert step(begun) == "gh run rerun 71 --failed"
    put(bench, WHEEL)
    assert "sdist of 1.0.0" in told(begun)
    assert step(begun) == "gh run rerun 71 --failed"
    ran(github, 72, conclusion=None)
    assert step(begun) == "gh run watch 72"
    github.runs.pop(0)
    put(bench, SDIST)
    assert "Its release on GitHub is missing" in told(begun)
    assert step(begun) == "gh run rerun 71 --failed"
    made = github.release("v1.0.0")
    assert "✗ release v1.0.0" in told(begun)
    github.runs.clear()
    assert step(begun) == page
    made["draft"] = False
    assert step(begun) == "nothing to do"


def test_a_release_on_github_that_lacks_a_file_of_the_build(
    begun: Scene, bench: Bench, github: Repository
) -> None:
    do(begun, "slipway check --tag v1.0.0")
    do(begun, f"slipway publish --index {bench.upload_url}")
    github.release("v1.0.0", draft=False)
    text = told(begun)
    assert "it lacks tiny_project-1.0.0" in text
    assert "Next: slipway announce\n" in text


def test_without_a_manifest_an_sdist_and_a_wheel_are_all_of_a_pure_project(
    begun: Scene, bench: Bench
) -> None:
    put(bench, SDIST, WHEEL)
    text = told(begun)
    assert next_of(text) == "nothing to do"
    assert text.startswith("tiny-project 1.0.0, by the tag at HEAD\n")
    assert not (begun.project / ".slipway").exists()


def test_of_a_compiled_project_nobody_knows_the_files_without_its_manifest(
    begun: Scene, bench: Bench
) -> None:
    pyproject = begun.project / "pyproject.toml"
    text = pyproject.read_text().replace('build-backend = "own_backend"\nbackend-path = ["_build_tools"]', "")
    text = text.replace(
        "requires = []", 'requires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"'
    )
    pyproject.write_text(text)
    put(bench, SDIST)
    text = told(begun, "1.0.0")
    assert "Next: nothing to do" in text
    assert "cannot be seen from here; only its manifest lists them" in " ".join(text.split())


def test_another_build_of_a_published_version_is_no_bad_release(begun: Scene, bench: Bench) -> None:
    """A check on the laptop builds the version again, and not every backend builds the same bytes twice."""
    put(bench, SDIST, WHEEL)
    do(begun, "slipway check --tag v1.0.0 --index none")
    text = told(begun)
    assert "Next: nothing to do" in text
    assert "of another build, which was not sent" in text
    assert "yank" not in text


def test_the_version_asked_about(begun: Scene, bench: Bench) -> None:
    assert told(begun).startswith("tiny-project 1.0.0, by the tag at HEAD\n")
    (begun.project / "more.txt").write_text("More.\n")
    begun.commit()
    assert told(begun).startswith("tiny-project 1.0.0, by the last release tag\n")
    assert told(begun, "v2.0").startswith("tiny-project 2.0, as you named it\n")
    without_tags(begun)
    assert told(begun).startswith("tiny-project 1.0.0, as the project declares it\n")


def test_the_record_as_json(begun: Scene, bench: Bench) -> None:
    put(bench, WHEEL)
    ended = run(begun, "--json")
    seen = json.loads(ended.stdout)
    assert seen["step"]["name"] == "unfinished-elsewhere"
    assert seen["step"]["command"] == f"slipway publish --index {bench.upload_url}"
    assert {
        one["what"]: one["state"] for one in seen["seen"] if one["where"] in {"origin", bench.upload_url}
    } == {
        "tag v1.0.0": "there",
        WHEEL: "there",
        "sdist of 1.0.0": "missing",
    }
    assert seen["days_left"] == 14
    assert seen["yank_page"] == f"{bench.address}manage/project/{NAME}/release/1.0.0/"
    assert seen["yank_reason"] == "The release is incomplete; it has no sdist."


def test_what_could_not_be_asked_is_unknown(begun: Scene, bench: Bench) -> None:
    put(bench, SDIST, WHEEL)
    begun.git("remote", "set-url", "origin", str(begun.folder / "gone.git"))
    text = told(begun)
    assert "? tag v1.0.0" in text
    assert "unknown: origin could not be asked" in text
    assert "Next: nothing to do" in text
    bench.warehouse.projects[NAME].files.clear()
    assert step(begun) == f"slipway status 1.0.0 --index {bench.upload_url}"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (("nonsense",), 2, "is no version"),
        (("--index", "http://example.org/legacy/"), 2, "unencrypted"),
        (("--index", "none"), 2, "No index is named"),
    ],
)
def test_wrong_input(begun: Scene, arguments: tuple[str, ...], exit_code: int, words: str) -> None:
    ended = run(begun, *arguments)
    assert ended.exit_code == exit_code, ended
    assert words in ended.stdout


def test_where_nothing_can_be_asked_it_fails(begun: Scene) -> None:
    begun.git("remote", "remove", "origin")
    ended = run(begun, "--index", "http://127.0.0.1:9/legacy/")
    assert ended.exit_code == 3, ended
    assert "Nothing could be asked about tiny-project 1.0.0." in ended.stdout
    assert "cannot be reached" in ended.stdout
