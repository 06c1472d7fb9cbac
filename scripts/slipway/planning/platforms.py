"""The platforms a workflow can build and test on, and the runner labels GitHub has for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """A platform: an operating system and an architecture, spelt as cibuildwheel spells them.

    Attributes:
        runner: the label of GitHub's own runner.
        system: `sys.platform` there.
    """

    name: str
    runner: str
    system: str


PLATFORMS: dict[str, Platform] = {
    platform.name: platform
    for platform in (
        Platform("linux-x86_64", "ubuntu-latest", "linux"),
        Platform("linux-aarch64", "ubuntu-24.04-arm", "linux"),
        Platform("macos-arm64", "macos-latest", "darwin"),
        Platform("macos-x86_64", "macos-15-intel", "darwin"),
        Platform("windows-AMD64", "windows-latest", "win32"),
        Platform("windows-ARM64", "windows-11-arm", "win32"),
    )
}
"""Labels as listed in GitHub's "GitHub-hosted runners reference"."""

SHORT = {"linux": "linux-x86_64", "macos": "macos-arm64", "windows": "windows-AMD64"}
"""A system's name alone stands for its common architecture."""

DEFAULT = tuple(SHORT.values())
