"""The credential reaches the index and nothing else."""

import base64
from pathlib import Path

import pytest
from index import child
from index.bench import issuer
from index.scene import Scene, staged
from slipway.index.clock import Clock

BUILDING = (
    "abi3audit",
    "build",
    "check_wheel_contents",
    "email_validator",
    "hatchling",
    "pypiserver",
    "pyproject_hooks",
    "trove_classifiers",
    "uv",
    "validate_pyproject",
    "yaml",
)
"""What building, judging and rehearsing need, and publishing must do without."""


@pytest.fixture
def real(tmp_path: Path):
    with staged(tmp_path / "project" / ".slipway", clock=Clock()) as scene:
        yield scene


def forms(secret: str) -> tuple[str, ...]:
    """Return the secret as it is, and as a header would carry it."""
    basic = base64.b64encode(f"__token__:{secret}".encode()).decode()
    return secret, basic


def without_masking(stream: str) -> str:
    """Return what a runner shows: the command that announces a secret is taken out by the runner itself."""
    return "\n".join(line for line in stream.splitlines() if not line.startswith("::add-mask::"))


def written(folder: Path) -> str:
    return "\n".join(
        file.read_bytes().decode("utf-8", "replace") for file in folder.rglob("*") if file.is_file()
    )


def run(scene: Scene, tmp_path: Path, **told) -> tuple[str, int]:
    """Run publish and verify, and return everything that was written anywhere, and the exit code."""
    children = tmp_path / "children.jsonl"
    process = child.start(scene, children=str(children), **told)
    stdout, stderr = process.communicate(timeout=120)
    everything = [stdout, without_masking(stderr), written(scene.work.parent)]
    everything += [children.read_text()] if children.exists() else []
    return "\n".join(everything), process.returncode


def test_minted_tokens_and_id_tokens_appear_nowhere(real: Scene, tmp_path: Path) -> None:
    everything, code = run(real, tmp_path, installs=True)
    assert code == 0, everything
    assert real.complete
    (minted,) = real.warehouse.tokens
    id_token = real.bench.job.token("bench", real.clock.now())
    for secret in (*forms(minted), issuer.BEARER, id_token.split(".")[0]):
        assert secret not in everything
    # The installation did start children, so their environments were looked at.
    assert "VIRTUAL_ENV" in everything
    assert "receipts" in everything


@pytest.mark.parametrize("variable", ["SLIPWAY_TOKEN", "TWINE_PASSWORD"])
@pytest.mark.parametrize("fails", [False, True])
def test_a_stored_token_appears_nowhere(real: Scene, tmp_path: Path, variable: str, *, fails: bool) -> None:
    real.bench.job = None
    token = real.warehouse.api_token("other" if fails else "demo")
    everything, code = run(real, tmp_path, environ={variable: token}, installs=not fails)
    assert code == (3 if fails else 0), everything
    assert real.complete != fails
    for secret in forms(token):
        assert secret not in everything


def test_every_secret_is_masked_before_it_is_used(real: Scene) -> None:
    process = child.start(real)
    _, stderr = process.communicate(timeout=60)
    masked = {
        line.removeprefix("::add-mask::") for line in stderr.splitlines() if line.startswith("::add-mask::")
    }
    assert {*real.warehouse.tokens, issuer.BEARER} <= masked
    assert sum(value.count(".") == 2 for value in masked) == 3  # ID tokens: to look, to sign, to mint


def test_publishing_needs_nothing_that_builds(real: Scene) -> None:
    process = child.start(real, "publish", withheld=list(BUILDING))
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stdout + stderr
    assert real.complete


def test_publishing_starts_no_children(real: Scene, tmp_path: Path) -> None:
    children = tmp_path / "children.jsonl"
    process = child.start(real, "publish", children=str(children))
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert not children.exists()


@pytest.mark.parametrize("command", ["publish", "plan"])
def test_an_address_with_a_credential_is_refused_and_not_repeated(real: Scene, command: str) -> None:
    real.bench.job = None
    (real.work.parent / "pyproject.toml").write_text('[project]\nname = "demo"\nversion = "1.0"\n')
    address = real.bench.upload_url.replace("://", "://user:hunter2@")
    process = child.start(real, command, arguments=[str(real.work.parent), "--index", address])
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 2, stdout + stderr
    assert "holds a credential" in stdout + stderr
    assert "hunter2" not in stdout + stderr + written(real.work.parent)
    assert real.public() == {}
