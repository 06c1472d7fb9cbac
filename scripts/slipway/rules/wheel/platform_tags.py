"""The platform tags that PyPI takes (warehouse, `forklift/legacy.py`, `_valid_platform_tag`)."""

import re

FIXED = frozenset({"any", "win32", "win_amd64", "win_arm64", "win_ia64", "linux_armv6l", "linux_armv7l"})
MANYLINUX2014 = "x86_64|i686|aarch64|armv7l|ppc64|ppc64le|s390x"
MANYLINUX = f"{MANYLINUX2014}|riscv64"
MUSLLINUX = "x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64"
MACOS = "ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal|universal2"
MACOS_MAJORS = "11|12|13|14|15|26"
"""From macOS 11 on the minor version of a tag must be 0."""

PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"manylinux(1|2010)_(x86_64|i686)\Z",
        rf"manylinux2014_({MANYLINUX2014})\Z",
        rf"manylinux_\d+_\d+_({MANYLINUX})\Z",
        rf"musllinux_\d+_\d+_({MUSLLINUX})\Z",
        rf"macosx_10_\d+_({MACOS})\Z",
        rf"macosx_({MACOS_MAJORS})_0_({MACOS})\Z",
        r"ios_\d+_\d+_(arm64|x86_64)_(iphoneos|iphonesimulator)",
        r"android_\d+_(armeabi_v7a|arm64_v8a|x86|x86_64)\Z",
        r"pyemscripten_\d+_\d+_wasm32",
    )
)
"""Where a pattern has no end, PyPI's has none either."""


def is_accepted(tag: str) -> bool:
    """Return whether PyPI takes wheels with this platform tag, given in lower case."""
    return tag in FIXED or any(pattern.match(tag) for pattern in PATTERNS)
