"""Things that look secret and are not: made here, so that no file of the project holds one."""

import base64
import random

_RANDOM = random.Random(20)  # noqa: S311 - nothing depends on it being unguessable
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _letters(count: int) -> str:
    return "".join(_RANDOM.choices(_LETTERS, k=count))


def _pem(kind: str, body: bytes, headers: str = "") -> str:
    text = base64.b64encode(body).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    edge = f"{kind}-----\n"
    return "".join(["-----BEGIN ", edge, headers, *(f"{line}\n" for line in lines), "-----END ", edge])


def encrypted_code(tool: str) -> str:
    """Return a module as PyArmor or SourceDefender writes it."""
    if tool == "pyarmor":
        # Put together here, so that no file of the sdist looks encrypted.
        call = "__pyarmor__"
        return f"from pyarmor_runtime import {call}\n{call}(__name__, __file__, b'PY000000')\n"
    return "".join(f"---{edge} PYE FILE---\nPYE000\n" for edge in ("BEGIN", "END"))


RSA_KEY = _pem("RSA " + "PRIVATE KEY", b"\x30\x82\x04\xa4" + _RANDOM.randbytes(1188))
PROTECTED_KEY = _pem("ENCRYPTED " + "PRIVATE KEY", b"\x30\x82\x04\xa4" + _RANDOM.randbytes(600))
OPENSSH_KEY = _pem(
    "OPENSSH " + "PRIVATE KEY", b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none" + _RANDOM.randbytes(180)
)
CERTIFICATE = _pem("CERTIFICATE", b"\x30\x82\x03\x10" + _RANDOM.randbytes(780))
PYPI_TOKEN = "pypi-" + "AgEIcHlwaS5vcmcCJ" + _letters(155)
GITHUB_TOKEN = "ghp_" + _letters(36)
