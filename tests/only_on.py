"""Marks for tests of what not every system has, each with the reason; no test asks by itself where it runs."""

import os
import sys

import pytest

LINUX = sys.platform == "linux"
WINDOWS = sys.platform == "win32"


def posix(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(WINDOWS, reason=f"not on Windows: {reason}")


def linux(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not LINUX, reason=f"Linux only: {reason}")


def windows(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not WINDOWS, reason=f"Windows only: {reason}")


def is_root() -> bool:
    """Whether this process may do everything; nobody may on Windows, as far as tests of modes and owners go."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
