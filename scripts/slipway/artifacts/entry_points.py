"""Entry points of a distribution.

Specification: https://packaging.python.org/en/latest/specifications/entry-points/
"""

SCRIPT_GROUPS = ("console_scripts", "gui_scripts")
"""The groups of entry points that installers make commands of; all others are plugins of some program."""
