"""The build environment is made beside what comes before the build, and given up where the build does not come."""

import socket
import threading
from pathlib import Path

import pytest
import tiny_plan
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.stages import build

PYPROJECT = '[build-system]\nrequires = ["no-such-backend"]\nbuild-backend = "no_such_backend"\n'


def test_an_index_that_does_not_answer_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    asked, left = threading.Event(), threading.Event()

    with socket.create_server(("127.0.0.1", 0)) as server:

        def hold() -> None:
            connection, _ = server.accept()
            with connection:
                asked.set()
                while connection.recv(4096):
                    pass
                left.set()

        threading.Thread(target=hold, daemon=True).start()
        monkeypatch.setenv("UV_INDEX_URL", f"http://127.0.0.1:{server.getsockname()[1]}/simple/")
        inputs = Inputs(command="check", path=tmp_path, work=tmp_path / "work")
        with build.ahead(Manifest(plan=tiny_plan.PLAN), inputs):
            assert asked.wait(60), "nothing was begun"
            assert not left.is_set()
        assert left.wait(60), "the installer still waits for an answer"
