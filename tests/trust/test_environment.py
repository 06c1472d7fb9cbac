"""What foreign code can learn from environments: its own, and those of the processes above it."""

import json
import sys
from pathlib import Path

import only_on
import pytest
import tiny_project
from command_line import slipway
from slipway import processes, variables

SECRETS = (
    *("GH_PAT", "PGPASSWORD", "GPG_PASSPHRASE", "SIGNING_KEY", "SSH_AUTH_SOCK", "DATABASE_URL"),
    *("DOCKER_AUTH_CONFIG", "NPM_CONFIG__AUTH", "HATCH_INDEX_AUTH", "AZURE_STORAGE_KEY", "SLIPWAY_TOKEN"),
    *("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN", "TWINE_PASSWORD", "UV_INDEX_OWN_PASSWORD"),
    *(
        "CARGO_REGISTRY_TOKEN",
        "CIBW_SECRET",
        "CMAKE_AUTH",
        "XDG_SIGNING_KEY",
        "PIP_INDEX_URL",
        "SOMETHING_ELSE",
    ),
)


@pytest.mark.parametrize("name", SECRETS)
def test_a_child_gets_no_secret(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "https://user:hush@example.org")
    assert name not in processes.scrubbed_environment()


@pytest.mark.parametrize(
    "name",
    [
        *("PATH", "HOME", "LC_ALL", "TMPDIR", "SYSTEMROOT", "HTTPS_PROXY", "https_proxy", "NO_PROXY"),
        *("SSL_CERT_FILE", "XDG_CACHE_HOME", "CC", "LDFLAGS", "MACOSX_DEPLOYMENT_TARGET", "CARGO_HOME"),
        *("RUSTFLAGS", "CMAKE_ARGS", "PKG_CONFIG_PATH", "LD_LIBRARY_PATH", "SOURCE_DATE_EPOCH", "LIBPATH"),
        *("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MONKEYTYPE", "POETRY_DYNAMIC_VERSIONING_BYPASS", "CIBW_SKIP"),
        *("ProgramFiles", "NUMBER_OF_PROCESSORS"),
    ],
)
def test_a_child_gets_what_programs_need(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "value")
    assert processes.scrubbed_environment()[name] == "value"


def test_the_user_can_pass_on_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    monkeypatch.setenv("TEST_TOKEN", "for the tests")
    monkeypatch.setenv("SLIPWAY_PASS_ENV", "DATABASE_URL, TEST_TOKEN")
    kept = processes.scrubbed_environment()
    assert (kept["DATABASE_URL"], kept["TEST_TOKEN"]) == ("sqlite://", "for the tests")
    assert "SLIPWAY_PASS_ENV" not in kept


@pytest.mark.parametrize(
    ("command", "left"),
    [
        (
            "publish",
            {
                "SLIPWAY_TOKEN",
                "TWINE_PASSWORD",
                "GH_TOKEN",
                "SLIPWAY_GITHUB_TOKEN",
                "DATABASE_URL",
                "SSH_AUTH_SOCK",
            },
        ),
        ("verify", {"SLIPWAY_TOKEN", "TWINE_PASSWORD"}),
        ("announce", {"GH_TOKEN", "SLIPWAY_GITHUB_TOKEN"}),
        ("release", {"GH_TOKEN", "SSH_AUTH_SOCK"}),
        ("check", set()),
        ("", set()),
    ],
)
def test_a_command_keeps_the_credentials_that_it_needs(command: str, left: set[str]) -> None:
    secrets = {
        "SLIPWAY_TOKEN": "a",
        "TWINE_PASSWORD": "b",
        "GH_TOKEN": "c",
        "SLIPWAY_GITHUB_TOKEN": "h",
        "DATABASE_URL": "db://me:d@host",
        "SSH_AUTH_SOCK": "/run/agent",
    }
    harmless = {
        "PATH": "/bin",
        "SLIPWAY_INDEX": "https://example.org/",
        "UV_DEFAULT_INDEX": "https://me:e@example.org/",
        "UV_INDEX_OWN_PASSWORD": "f",
        "SLIPWAY_PASS_ENV": "MY_KEY",
        "MY_KEY": "g",
        "PWD": "/",
    }
    environ = secrets | harmless
    assert variables.drop_credentials(environ, command) == (left != set(secrets))
    assert environ == harmless | {name: secrets[name] for name in left}


LOOKS_UP = """
import json
number, seen = os.getpid(), []
while number > 1:
    try:
        seen.append(Path("/proc", str(number), "environ").read_text(errors="replace"))
    except OSError:
        pass
    number = int(Path("/proc", str(number), "stat").read_text().rpartition(")")[2].split()[1])
Path({seen!r}).write_text(json.dumps(seen))
"""


@only_on.linux("it reads /proc")
@pytest.mark.parametrize("arguments", [("check",), ()], ids=["by name", "by default"])
def test_a_build_finds_no_credential_in_the_processes_above_it(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    seen = tmp_path / "seen.json"
    project = tiny_project.make(tmp_path / "project", in_build=LOOKS_UP.format(seen=str(seen)))
    secrets = {"SLIPWAY_TOKEN": "hush-1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "hush-2", "GH_PAT": "hush-3"}
    run = slipway(*arguments, project, "--work", tmp_path / "work", environ=secrets)
    assert run.exit_code == 0, str(run)
    environments = json.loads(seen.read_text())
    assert len(environments) > 1, "it could look at least at its own and at those of the tests"
    assert not [environ for environ in environments if "hush-" in environ]


READS_ITS_PARENT = """
import ctypes, os, sys
sys.path.insert(0, sys.argv[1])
from slipway import processes

def reads():
    child = os.fork()
    if child == 0:
        try:
            open(f"/proc/{os.getppid()}/environ", "rb").read()
        except PermissionError:
            os._exit(7)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

if os.getuid() == 0:  # who may read every process
    os.setgid(65534)
    os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, which changing the user switches off
before = reads()
processes.protect("publish")
print(before, reads())
"""


@only_on.linux("it is a switch of its kernel")
def test_nobody_reads_a_process_that_keeps_its_credentials(tmp_path: Path) -> None:
    scripts = Path(processes.__file__).parents[1]
    argv = [sys.executable, "-I", "-c", READS_ITS_PARENT, scripts]
    done = processes.run(argv, cwd=tmp_path, timeout=60)
    assert done.output.strip() == "0 7", done
