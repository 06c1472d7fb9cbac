# ruff: noqa: INP001 - `python3 scripts` makes a program of this folder, not a package
"""Why the private environment could not be made, and what to do about it. Standard library only."""

from __future__ import annotations

import re

from slipway.errors import ToolError
from slipway.index import network_errors

LOG_LINES = 12
"""Last lines of a tool's output that are shown."""

KNOWN_FAILURES = (
    (
        r"No space left|os error (?:28|112)\b|Disk quota exceeded|not enough space",
        "The disk that holds the cache folder is full.",
        "Free some space, or set SLIPWAY_CACHE to a folder on another disk; it needs 250 MB.",
    ),
    (
        r"(?<!Broken pipe )\(os error 32\)",
        "Another program has a file in the cache folder open, such as a virus scanner.",
        "Run it again; if it persists, let the scanner leave that folder alone, or set SLIPWAY_CACHE to another one.",
    ),
    (
        r"Read-only file system|Permission denied|os error (?:5|13|30)\b|Access is denied",
        "The cache folder cannot be written.",
        "Set SLIPWAY_CACHE to a folder that this user may write to.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|invalid peer certificate",
        "The index shows a certificate that is not trusted here, as behind a company's proxy that inspects traffic.",
        "Set SSL_CERT_FILE to a file with the company's certificates, or `cert` in pip.conf.",
    ),
    (
        r"DO NOT MATCH THE HASHES|[Hh]ash mismatch|do not match the expected hash",
        "The index serves other bytes than those that Slipway was locked with.",
        "Run it again; if it persists, ask the operator of the configured index what changed the files.",
    ),
    (
        r"\b40[137] (Client Error|Unauthorized|Forbidden|Proxy)|status code 40[137]|Unauthorized|Forbidden",
        "The index, or the proxy before it, wants other credentials.",
        "Check those in the index's address, in ~/.netrc or in the keyring.",
    ),
    (
        network_errors.PATTERN,
        "The package index cannot be reached.",
        "Check the connection, the proxy (HTTPS_PROXY) and the configured index.",
    ),
    (
        (
            r"No matching distribution|no versions? of|not found in the package registry|no usable wheels|no wheels"
            r"|was not found in the provided package locations|No solution found"
        ),
        "The configured index does not have all that is needed, or has none of it for this Python and platform.",
        "Use an index that mirrors all of PyPI, or another Python: 3.12 to 3.14 on Linux, macOS or Windows.",
    ),
)
"""What a step that failed printed, the cause, and the remedy. The first that fits counts."""


def explained(done: str, printed: str) -> ToolError:
    """Return the error for a step that failed.

    Args:
        done: what was to be done to the environment, as in "could not be filled".
        printed: what the tool printed, without credentials.
    """
    known = ((cause, remedy) for signs, cause, remedy in KNOWN_FAILURES if re.search(signs, printed))
    unknown = ("The lines above say more.", "Run it again; if it persists, report it with these lines.")
    cause, remedy = next(known, unknown)
    lines = [line for line in printed.splitlines() if line.strip()]
    return ToolError(
        f"Slipway's private environment could not be {done}.",
        cause=cause,
        remedy=remedy,
        log=tuple(lines[-LOG_LINES:]),
    )
