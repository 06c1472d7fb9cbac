"""The text of the probe, read before any code under test runs, which may change the file."""

from pathlib import Path

PROBE = Path(__file__).with_name("probe.py").read_bytes()
