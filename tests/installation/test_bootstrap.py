import ast
import itertools
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import bootstrap
import left_running
import only_on
import psutil
import pytest
import setup_failures
import simple_index
from artifacts.wheels import wheel
from simple_index import SimpleIndex
from slipway.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"

PYTHON = getattr(sys, "_base_executable", sys.executable)

NEEDED = (
    *("__main__.py", "bootstrap.py", "cached_environments.py", "private_environment.py", "setup_failures.py"),
    *("setup_progress.py", "uv_download.py"),
    *(
        "slipway/__init__.py",
        "slipway/descendants.py",
        "slipway/errors.py",
        "slipway/processes.py",
        "slipway/process_table.py",
        "slipway/waiting.py",
        "slipway/system.py",
        "slipway/variables.py",
    ),
    *("slipway/index/__init__.py", "slipway/index/network_errors.py"),
    *("slipway/index/settings.py", "slipway/index/setting_files.py"),
)
"""The files that make an environment."""

COMMAND_LINE = """
import importlib.util, json, sys
import cargo

def main():
    has = [name for name in ("cargo", "ballast") if importlib.util.find_spec(name)]
    print(json.dumps({"argv": sys.argv[1:], "isolated": sys.flags.isolated, "prefix": sys.prefix, "has": has}))
    sys.exit(7)
"""

SETTING_UP = "Setting up Slipway's private environment"
WAITING = "Another run is setting up"


@dataclass
class Machine:
    """Slipway's scripts with tiny requirements, an index that has them, and a home."""

    scripts: Path
    home: Path
    cache: Path
    index: SimpleIndex
    children: "list[subprocess.Popen[str]]" = field(default_factory=list)

    def environ(self, **variables: str) -> dict[str, str]:
        # Without these, no program starts on Windows.
        base = {name: os.environ[name] for name in ("SYSTEMROOT", "PATHEXT", "COMSPEC") if name in os.environ}
        base |= {"PATH": os.defpath, "HOME": str(self.home), "USERPROFILE": str(self.home)}
        base |= {"SLIPWAY_CACHE": str(self.cache), "PIP_INDEX_URL": self.index.url}
        return base | variables

    def start(self, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        child = subprocess.Popen(
            [PYTHON, str(self.scripts), *arguments],
            env=self.environ(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.children.append(child)
        return child

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        child = self.start(*arguments, **variables)
        stdout, stderr = child.communicate(timeout=60)
        return subprocess.CompletedProcess(child.args, child.returncode, stdout, stderr)

    def environment(self) -> Path:
        """The environment of `check`, made if need be."""
        return Path(ast.literal_eval(self.run("check").stdout)["prefix"])

    def lock(self, text: str) -> None:
        (self.scripts / "requirements" / "slipway.txt").write_text(text, encoding="utf-8")

    def end(self) -> None:
        """Let go of what waits at the index, and end whatever a failed test left running."""
        self.index.gate.set()
        for child in self.children:
            with child:
                left_running.kill(child.pid)


@pytest.fixture(scope="session")
def shared() -> Iterator[tuple[SimpleIndex, str]]:
    """An index with uv, and the line that locks it."""
    with simple_index.serve() as index:
        yield index, index.add(simple_index.wheel_of_installed("uv"))


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests, so that uv is installed once; every test has releases of its own to install."""
    return tmp_path_factory.mktemp("cache with späces")


RELEASE = itertools.count(1)


@pytest.fixture
def machine(shared: tuple[SimpleIndex, str], cache: Path, tmp_path: Path) -> Iterator[Machine]:
    index, uv = shared
    (index.login, index.asked[:]) = ("", [])
    index.waiting.clear()
    scripts = tmp_path / "scripts"
    for name in NEEDED:
        (scripts / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SCRIPTS / name, scripts / name)
    (scripts / "slipway" / "cli.py").write_text(COMMAND_LINE, encoding="utf-8")
    version = f"1.{next(RELEASE)}"
    cargo, ballast = (
        index.add(wheel({f"{name}.py": ""}, name=name, version=version)) for name in ("cargo", "ballast")
    )
    requirements = scripts / "requirements"
    requirements.mkdir()
    (requirements / "uv.txt").write_text(uv, encoding="utf-8")
    for name in ("slipway", "check", "verify"):
        (requirements / f"{name}.txt").write_text(cargo, encoding="utf-8")
    (requirements / "publish.txt").write_text(cargo + ballast, encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    one = Machine(scripts, home, cache, index)
    yield one
    one.end()


def test_the_first_run_sets_up_and_says_so_and_the_second_just_runs(machine):
    first = machine.run("check", "a b", "--flag")
    second = machine.run("check")

    assert first.returncode == second.returncode == 7, first.stderr
    told = ast.literal_eval(first.stdout)
    assert (told["argv"], told["isolated"], told["has"]) == (["check", "a b", "--flag"], 1, ["cargo"])
    assert Path(told["prefix"]).is_relative_to(machine.cache)
    assert SETTING_UP in first.stderr
    assert told["prefix"] in first.stderr
    assert "Ready after" in first.stderr
    assert not second.stderr
    assert list(machine.home.iterdir()) == []


def test_publish_has_an_environment_of_its_own(machine):
    assert ast.literal_eval(machine.run("publish", "--index", "x").stdout)["has"] == ["cargo", "ballast"]
    assert ast.literal_eval(machine.run("check", "publish").stdout)["has"] == ["cargo"]


def test_every_command_has_the_environment_that_the_table_names(monkeypatch):
    of_the_table = {command.name: command.lock for command in COMMANDS}
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    at_the_start = {name: bootstrap.lock_of(name).name for name in of_the_table}

    assert at_the_start == of_the_table
    assert {*bootstrap.LOCKS, *bootstrap.IN_JOBS} <= set(of_the_table)


def test_a_job_sets_up_no_more_than_it_needs(monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    named = {
        name: bootstrap.lock_of(name).name for name in ("check", "smoke", "publish", "verify", "rehearse")
    }

    assert named == {
        "check": "check.txt",
        "smoke": "verify.txt",
        "publish": "publish.txt",
        "verify": "verify.txt",
        "rehearse": "slipway.txt",
    }
    # The canary builds the project too.
    assert bootstrap.lock_of("verify", builds=True).name == "check.txt"
    assert bootstrap.lock_of("publish", builds=True).name == "publish.txt"


def test_settings_of_pip_uv_and_python_do_not_reach_it(machine, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "cargo.py").write_text("raise SystemExit('the wrong one')", encoding="utf-8")

    done = machine.run(
        "check",
        PIP_TARGET=str(tmp_path / "target"),
        PIP_NO_BINARY=":all:",
        UV_TARGET=str(tmp_path / "target"),
        UV_NO_BINARY="1",
        UV_EXCLUDE_NEWER="2001-01-01",
        PYTHONPATH=str(elsewhere),
        VIRTUAL_ENV=str(elsewhere),
    )

    assert done.returncode == 7, done.stderr
    assert not (tmp_path / "target").exists()


def test_the_index_may_stand_in_a_file(machine):
    folder = machine.home / ".config" / "pip"
    folder.mkdir(parents=True)
    (folder / "pip.conf").write_text(f"[global]\nindex-url = {machine.index.url}\n", encoding="utf-8")

    assert machine.run("check", PIP_INDEX_URL="").returncode == 7
    assert any("cargo" in path for path in machine.index.asked)


def test_packages_may_come_from_a_folder_alone(machine, tmp_path):
    folder = tmp_path / "wheel house, of mine"
    folder.mkdir()
    for filename, data in machine.index.files["cargo"].items():
        (folder / filename).write_bytes(data)
    (machine.environment() / "slipway-ready").unlink()
    machine.index.asked.clear()

    done = machine.run("check", PIP_INDEX_URL="", PIP_NO_INDEX="1", UV_FIND_LINKS=folder.as_uri())

    assert done.returncode == 7, done.stderr
    assert machine.index.asked == []


def test_uv_is_downloaded_once(machine):
    (machine.environment() / "slipway-ready").unlink()
    machine.index.asked.clear()

    assert machine.run("check").returncode == 7
    assert [path for path in machine.index.asked if "uv" in path] == []


def test_credentials_reach_the_index_and_nobody_else(machine):
    machine.index.login = "crew:s3cret"
    machine.index.gate.clear()
    child = machine.start("check", PIP_INDEX_URL=machine.index.url.replace("://", "://crew:s3cret@"))
    assert machine.index.waiting.wait(30)
    running = "\n".join(" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"]))
    machine.index.gate.set()
    stdout, stderr = child.communicate(timeout=60)

    assert child.returncode == 7, stderr
    assert "--require-hashes" in running
    assert "s3cret" not in running + stdout + stderr


def test_two_runs_at_once_make_one_environment(machine):
    machine.index.gate.clear()
    first = machine.start("check")
    assert machine.index.waiting.wait(30)
    second = machine.start("check")
    assert second.stderr is not None
    waits = second.stderr.readline()
    machine.index.gate.set()

    assert WAITING in waits
    assert SETTING_UP in first.communicate(timeout=60)[1]
    assert SETTING_UP not in second.communicate(timeout=60)[1]
    assert (first.returncode, second.returncode) == (7, 7)


def test_a_run_after_one_that_was_killed_starts_anew_once_its_children_are_gone(machine):
    machine.index.gate.clear()
    killed = machine.start("check")
    assert machine.index.waiting.wait(30)
    killed.kill()
    killed.wait()
    again = machine.start("check")
    assert again.stderr is not None
    waits = again.stderr.readline()
    machine.index.gate.set()
    _, stderr = again.communicate(timeout=60)

    assert WAITING in waits
    assert SETTING_UP in stderr
    assert again.returncode == 7, stderr


def test_half_an_environment_is_thrown_away(machine):
    prefix = machine.environment()
    (prefix / "slipway-ready").unlink()
    (prefix / "left behind").touch()

    done = machine.run("check")

    assert done.returncode == 7
    assert SETTING_UP in done.stderr
    assert not (prefix / "left behind").exists()


def test_a_stamp_cut_short_does_not_count(machine):
    stamp = machine.environment() / "slipway-ready"
    stamp.write_bytes(stamp.read_bytes()[:20])

    assert SETTING_UP in machine.run("check").stderr


def test_an_environment_that_lost_files_is_made_anew(machine):
    next(machine.environment().glob("**/cargo.py")).unlink()

    damaged = machine.run("check")
    healed = machine.run("check")

    assert (damaged.returncode, healed.returncode) == (3, 7)
    assert "lacks the module cargo" in damaged.stderr
    assert "run the command again" in damaged.stderr


@only_on.posix("an environment there holds a copy of its Python")
def test_an_environment_whose_python_was_removed_is_made_anew(machine):
    python = machine.environment() / "bin" / "python"
    python.unlink()
    python.symlink_to(machine.cache / "gone" / "python")

    done = machine.run("check")

    assert done.returncode == 7
    assert SETTING_UP in done.stderr


@pytest.fixture
def interruptible():
    """Let children take SIGINT as usual; where these tests run in the background of a shell, it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@only_on.posix("Ctrl-C there belongs to a console, which the tests do not have")
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_leaves_nothing_half_made(machine):
    assert machine.run("check").returncode == 7, "uv is there, so that the environment itself is being made"
    machine.index.waiting.clear()
    machine.index.gate.clear()
    stopped = machine.start("publish")
    assert machine.index.waiting.wait(30)
    begun = list((machine.cache / "environments").glob("publish-*"))
    os.killpg(stopped.pid, signal.SIGINT)
    _, stderr = stopped.communicate(timeout=60)
    left = list((machine.cache / "environments").glob("publish-*"))
    machine.index.gate.set()

    assert stopped.returncode == 130
    assert stderr.splitlines()[-1].startswith("Stopped.")
    assert "Traceback" not in stderr
    assert len(begun) - len(left) == 1
    assert machine.run("publish").returncode == 7


def test_an_index_that_lacks_a_package(machine):
    machine.lock(f"anchor==1.0 --hash=sha256:{'0' * 64}\n")

    done = machine.run("check", PIP_INDEX_URL=machine.index.url.replace("://", "://crew:s3cret@"))

    assert done.returncode == 3
    assert f"could not be filled from http://****@127.0.0.1:{machine.index.port}/simple/" in done.stderr
    assert "The configured index does not have all that is needed" in done.stderr
    assert "anchor" in done.stderr
    assert "s3cret" not in done.stderr


def test_an_index_that_serves_other_bytes(machine):
    filename = next(iter(machine.index.files["cargo"]))
    machine.lock(f"cargo=={filename.split('-')[1]} --hash=sha256:{'0' * 64}\n")

    done = machine.run("check")

    assert done.returncode == 3
    assert "serves other bytes than those that Slipway was locked with" in done.stderr


def test_no_network(machine):
    with simple_index.serve() as gone:
        closed = gone.url

    done = machine.run("check", PIP_INDEX_URL=closed)

    assert done.returncode == 3
    assert "The package index cannot be reached" in done.stderr


def test_a_python_without_ensurepip(machine, tmp_path):
    code = "import runpy, sys; sys.modules['ensurepip'] = None; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    argv = [PYTHON, "-c", code, str(machine.scripts), "check"]
    environ = machine.environ(SLIPWAY_CACHE=str(tmp_path / "empty"))
    # uv is downloaded without pip, and makes no use of it.
    assert subprocess.run(argv, env=environ, capture_output=True, check=False).returncode == 7

    with simple_index.serve() as gone:
        closed = gone.url
    environ = machine.environ(SLIPWAY_CACHE=str(tmp_path / "empty"), PIP_INDEX_URL=closed)
    shutil.rmtree(tmp_path / "empty")
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert "apt install python3-venv" in done.stderr
    assert [path.name for path in (tmp_path / "empty" / "environments").iterdir()] == ["lock"]


def test_a_cache_that_cannot_be_written(machine, tmp_path):
    (tmp_path / "file").touch()

    done = machine.run("check", SLIPWAY_CACHE=str(tmp_path / "file" / "cache"))

    assert done.returncode == 3
    assert str(tmp_path / "file") in done.stderr
    assert "Set SLIPWAY_CACHE" in done.stderr


def test_a_broken_setting_is_the_users_to_mend(machine):
    folder = machine.home / ".config" / "pip"
    folder.mkdir(parents=True)
    (folder / "pip.conf").write_text("index-url\n", encoding="utf-8")

    done = machine.run("check")

    assert done.returncode == 2
    assert str(folder / "pip.conf") in done.stderr


def test_what_nobody_foresaw_is_no_finding(machine):
    (machine.scripts / "requirements" / "uv.txt").unlink()

    done = machine.run("check")

    assert done.returncode == 4
    assert "This is a bug of Slipway" in done.stderr


def test_environments_nobody_used_for_a_month_are_removed(machine):
    young = machine.environment()
    old, half = young.with_name("slipway-old"), young.with_name("slipway-half")
    month_ago = time.time() - 31 * 24 * 3600
    for folder in (old, half):
        folder.mkdir()
    (old / "slipway-ready").touch()
    for path in (old / "slipway-ready", half):
        os.utime(path, (month_ago, month_ago))

    machine.run("publish")

    assert not old.exists()
    assert not half.exists()
    assert young.exists()


def test_using_an_environment_keeps_it(machine):
    stamp = machine.environment() / "slipway-ready"
    os.utime(stamp, (0, 0))

    machine.run("check")

    assert time.time() - stamp.stat().st_mtime < 3600


@pytest.mark.parametrize(
    ("printed", "cause"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk"),
        ("error: Failed to write\n  cause: Disk quota exceeded (os error 122)", "disk"),
        ("error: failed to create directory `/c/uv`: Permission denied (os error 13)", "cannot be written"),
        (
            "error: failed to rename\n  cause: Le processus ne peut pas accéder au fichier (os error 32)",
            "file in the cache",
        ),
        ("error: failed to hardlink\n  cause: Zugriff verweigert (os error 5)", "cannot be written"),
        ("error: failed to copy\n  cause: There is not enough space on the disk. (os error 112)", "disk"),
        ("  cause: invalid peer certificate: UnknownIssuer", "not trusted"),
        (
            "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
            "not trusted",
        ),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "other bytes"),
        ("403 Client Error: Forbidden for url: https://mirror.example/simple/uv/", "other credentials"),
        (
            "HTTP status client error (401 Unauthorized) for url (https://mirror.example/)",
            "other credentials",
        ),
        ("WARNING: Retrying: [Errno -3] Temporary failure in name resolution\nERROR: No matching", "reached"),
        ("ERROR: No matching distribution found for uv==0.13.8", "does not have all"),
        ("  cause: Because comrak==0.0.16 has no usable wheels and you require it", "does not have all"),
        ("something new", "lines above"),
    ],
)
def test_what_tools_print_is_explained(printed, cause):
    assert cause in setup_failures.explained("filled", printed).cause


@pytest.mark.parametrize(
    "program", [SCRIPTS / "__main__.py", ROOT / "tests" / "__main__.py"], ids=["scripts", "tests"]
)
def test_an_old_python_can_read_it_and_is_refused(program, monkeypatch, capsys):
    tree = ast.parse(program.read_text(encoding="utf-8"), feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.AsyncFunctionDef)
    monkeypatch.setattr(sys, "version_info", (3, 10, 13, "final", 0))
    monkeypatch.setattr(sys, "version", "3.10.13 (main)")

    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(program), run_name="__main__")

    assert not any(isinstance(node, newer) for node in ast.walk(tree))
    assert not any(isinstance(node, ast.FunctionDef) and node.returns for node in ast.walk(tree))
    assert not any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in ast.walk(tree)
    )
    assert ended.value.code == 2
    assert re.search("Python 3.11 or newer, and this is Python 3.10.13", capsys.readouterr().err)


def test_it_needs_nothing_but_the_standard_library():
    loading = "import bootstrap, private_environment"
    code = f"import sys; sys.path.insert(0, sys.argv[1]); {loading}; print(*sys.modules, sep='\\n')"
    argv = [PYTHON, "-I", "-S", "-c", code, str(SCRIPTS)]
    loaded = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()

    ours = {name for name in loaded if name.partition(".")[0] not in {*sys.stdlib_module_names, "__main__"}}

    files = {
        Path(name).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__") for name in NEEDED
    }
    assert ours == files - {"__main__"}
