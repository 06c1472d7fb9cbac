"""The picture of a report in the README, drawn from the manifest of a real run; `python3 tests picture` makes that run."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from slipway.manifest import FILENAME, Manifest, read_manifest
from slipway.report import screen, terminal
from slipway.report.screen import Line

from maintenance import ROOT

PICTURES = "docs/pictures"
EXAMPLE = ROOT / "tests" / "gallery" / "projects" / "classifier-unknown"
MANIFEST = ROOT / PICTURES / FILENAME
COLUMNS = 100

LIGHT = TerminalTheme(
    (255, 255, 255),
    (36, 41, 47),
    [
        (36, 41, 47),
        (180, 20, 30),
        (17, 99, 41),
        (125, 78, 0),
        (9, 80, 170),
        (110, 50, 160),
        (0, 95, 95),
        (87, 96, 106),
    ],
)
DARK = TerminalTheme(
    (13, 17, 23),
    (230, 237, 243),
    [
        (72, 79, 88),
        (255, 123, 114),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (86, 212, 221),
        (177, 186, 196),
    ],
)
THEMES = {"light": LIGHT, "dark": DARK}
"""Background, text and the eight colours of a terminal, each readable on its background."""

CHARACTER = 20
CHARACTER_RATIO = 0.61
LINE_RATIO = 1.22
"""The height of a character in rich's pictures, and what its width and its line are of that."""
MARGIN = 2

FRAME = """\
<svg viewBox="-{char_height} -{char_height} WIDTH HEIGHT" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font: {char_height}px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }}
{styles}
</style>
<defs>{lines}</defs>
<rect x="-{char_height}" y="-{char_height}" width="WIDTH" height="HEIGHT" rx="8" fill="BACKGROUND"/>
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</svg>
"""
"""What rich puts its text into, without its fonts: nothing is fetched from anywhere."""


def generated() -> dict[str, str]:
    """Return the text of both pictures by its path in the repository."""
    manifest = read_manifest(MANIFEST)
    return {f"{PICTURES}/report-{name}.svg": _drawn(manifest, theme) for name, theme in THEMES.items()}


def run(_arguments: Sequence[str]) -> int:
    """Check the example as a user would, keep the manifest, and return the exit code of the check."""
    with tempfile.TemporaryDirectory() as folder:
        project = shutil.copytree(EXAMPLE, Path(folder) / EXAMPLE.name)
        argv = [sys.executable, "-I", str(ROOT / "scripts"), "check", str(project)]
        code = subprocess.run(argv, check=False).returncode
        shutil.copyfile(project / ".slipway" / FILENAME, MANIFEST)
    print(f"{MANIFEST.relative_to(ROOT)} written; now run `python3 tests regenerate`.")
    return 0 if code == 1 else code


def _drawn(manifest: Manifest, theme: TerminalTheme) -> str:
    console = Console(
        record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="standard"
    )
    lines = [Line("$ slipway check", "bold"), *terminal.lines(manifest, width=COLUMNS)]
    screen.print_on(console, lines, linking=False)
    values = {
        "BACKGROUND": "#{:02x}{:02x}{:02x}".format(*theme.background_color),
        "WIDTH": str(int((COLUMNS + MARGIN) * CHARACTER * CHARACTER_RATIO)),
        "HEIGHT": str(int((len(lines) + MARGIN) * CHARACTER * LINE_RATIO)),
    }
    frame = re.sub("[A-Z]{5,}", lambda name: values.get(name[0], name[0]), FRAME)
    drawn = console.export_svg(theme=theme, code_format=frame, unique_id="report")
    return "".join(f"{line.rstrip()}\n" for line in drawn.splitlines())
