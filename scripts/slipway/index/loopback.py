"""An index of its own on loopback: pypiserver on a free port, with a throw-away folder and password."""

import secrets
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from msgspec import Struct

from slipway.credential import Credential

USER = "rehearsal"


class Loopback(Struct, frozen=True):
    """A running index: where to upload, and the credential that only this run knows."""

    address: str
    credential: Credential


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's signature
        """Log nothing: a rehearsal reports its own steps."""


@contextmanager
def serve(folder: Path, *, authenticate: Sequence[str] = ("update",)) -> Iterator[Loopback]:
    """Serve an empty index from a folder until the block is left.

    Args:
        folder: where the uploaded files are kept; it must exist.
        authenticate: what the password is wanted for: `update`, and for a private index `list` and `download`.
    """
    make_application = _pypiserver()
    credential = Credential(USER, secrets.token_urlsafe(24))

    def allowed(username: str, password: str) -> bool:
        return secrets.compare_digest(f"{username}:{password}", ":".join(credential.pair))

    application = make_application(
        roots=[folder],
        authenticate=[*authenticate],
        auther=allowed,
        password_file=None,
        disable_fallback=True,
        hash_algo="sha256",
    )
    # Bound to loopback and to a port that the system chooses.
    server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Loopback(f"http://127.0.0.1:{server.server_port}/", credential)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pypiserver() -> Callable[..., Any]:
    """Return what makes pypiserver's application, without the traces its import leaves.

    It brings a bottle with an import hook from before PEP 451, over which every later import would stumble.
    """
    hooks = list(sys.meta_path)
    with warnings.catch_warnings(action="ignore"):
        from pypiserver import app
    sys.meta_path[:] = hooks
    make: Callable[..., Any] = app
    return make
