"""Reads the package index from pip's and uv's own configuration files.

Files of the project at hand (`uv.toml` beside it, `[tool.uv]` in its pyproject.toml) are never read: they are the
project's word, not the machine's.

Sources: pip's "Configuration" page (https://pip.pypa.io/en/stable/topics/configuration/), uv's "Configuration files"
and "Storage" pages (https://docs.astral.sh/uv/concepts/configuration-files/).

Standard library only: the bootstrap reads this before anything is installed.
"""

import configparser
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from slipway.errors import InputError

Found = dict[str, list[str]]
"""What one source says, by setting; a setting that holds one value has a list of one."""

TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})

PIP_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "default": ("index-url", "pypi-url"),
    "extra": ("extra-index-url",),
    "find-links": ("find-links",),
    "no-index": ("no-index",),
    "trusted-hosts": ("trusted-host",),
    "certificate": ("cert",),
    "client-certificate": ("client-cert",),
    "keyring": ("keyring-provider",),
    "timeout": ("default-timeout", "timeout"),
    "proxy": ("proxy",),
}
"""pip's option or options for each setting."""

PIP_SECTIONS = ("global", "install")
"""Sections of pip's files that count for `pip install`, the stronger one last."""

UV_KEYS: Mapping[str, str] = {
    "index-url": "default",
    "extra-index-url": "extra",
    "find-links": "find-links",
    "no-index": "no-index",
    "allow-insecure-host": "trusted-hosts",
    "system-certs": "system-certificates",
    "native-tls": "system-certificates",
    "index-strategy": "strategy",
    "keyring-provider": "keyring",
}
"""The setting for each key of a uv.toml, beside `[[index]]`."""

LISTS = frozenset({"extra", "find-links", "trusted-hosts"})
ADDRESSES = frozenset({"default", "extra", "find-links"})

_NAMED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)=(?P<url>.+)")


def named(index: str) -> tuple[str | None, str]:
    """Return the name and the address of an index; uv lets it be written `name=address`."""
    match = _NAMED.fullmatch(index)
    return (match["name"], match["url"]) if match else (None, index)


def located(found: Found, base: Path) -> Found:
    """Return what was found with every path as an absolute address, so that it holds in any folder.

    A folder of distributions that is not there is left out: pip passes over it, and uv would refuse to work.

    Args:
        found: what a source says.
        base: the folder that its relative paths start from.
    """
    for setting in ADDRESSES & found.keys():
        addresses = [_absolute(index, base) for index in found[setting]]
        if setting == "find-links":
            addresses = [a for a in addresses if isinstance(a, str) or a.exists()]
        found[setting] = [a if isinstance(a, str) else a.as_uri() for a in addresses]
    return found


def _absolute(index: str, base: Path) -> str | Path:
    _, address = named(index)
    if "://" in address or address.startswith("file:"):
        return index
    return Path(os.path.abspath(base / Path(address).expanduser()))  # noqa: PTH100 - a link keeps its name


def of_pip(options: Mapping[str, str]) -> Found:
    """Return what pip's options say, by setting; pip splits its lists at white space."""
    found: Found = {}
    for setting, names in PIP_OPTIONS.items():
        given = next((options[name].strip() for name in names if options.get(name, "").strip()), None)
        if given is not None:
            found[setting] = given.split() if setting in LISTS else [given]
    return found


def pip_files(environ: Mapping[str, str]) -> Found:
    """Return what pip's files say.

    Raises:
        InputError: one of them cannot be understood.
    """
    if environ.get("PIP_CONFIG_FILE") == os.devnull:
        return {}
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = lambda option: option.lower().replace("_", "-")  # type: ignore[assignment,method-assign]
    for path in _pip_places(environ):
        try:
            with path.open(encoding="utf-8", errors="surrogateescape") as stream:
                parser.read_file(stream, source=str(path))
        except OSError:
            continue
        except configparser.Error as error:
            raise _broken(path, str(error)) from error
    sections = [dict(parser.items(name)) for name in PIP_SECTIONS if parser.has_section(name)]
    return located(of_pip({key: value for options in sections for key, value in options.items()}), Path.cwd())


def _pip_places(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files pip reads, the strongest last."""
    name = "pip.ini" if sys.platform == "win32" else "pip.conf"
    own = environ.get("PIP_CONFIG_FILE")
    yield from (Path(folder, name) for folder in _pip_machine(environ))
    # With a file of its own choosing that is there, pip leaves the user's files alone.
    if not (own and Path(own).exists()):
        yield from (Path(folder, name) for folder in _pip_user(environ))
    # Slipway's own environment hides the one it was started in, so that one is named.
    for prefix in dict.fromkeys((sys.base_prefix, environ.get("VIRTUAL_ENV") or sys.prefix)):
        yield Path(prefix, name)
    if own:
        yield Path(own)


def _pip_machine(environ: Mapping[str, str]) -> Iterator[str | Path]:
    if sys.platform == "win32":
        yield Path(environ.get("PROGRAMDATA", r"C:\ProgramData"), "pip")
    elif sys.platform == "darwin":
        yield "/Library/Application Support/pip"
    else:
        yield from (Path(folder, "pip") for folder in _xdg_machine(environ))
        yield "/etc"


def _pip_user(environ: Mapping[str, str]) -> Iterator[Path]:
    home = _home(environ)
    yield home / ("pip" if sys.platform == "win32" else ".pip")
    own = home / "Library" / "Application Support" / "pip"
    yield own if sys.platform == "darwin" and own.is_dir() else _user_folder(environ, "pip")


def _home(environ: Mapping[str, str]) -> Path:
    named_home = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME")
    return Path(named_home or os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none


def _user_folder(environ: Mapping[str, str], tool: str) -> Path:
    """Return the folder of a tool's settings for this user."""
    home = _home(environ)
    if sys.platform == "win32":
        return Path(environ.get("APPDATA") or home / "AppData" / "Roaming", tool)
    # pip on macOS leaves XDG_CONFIG_HOME alone.
    xdg = None if (sys.platform, tool) == ("darwin", "pip") else environ.get("XDG_CONFIG_HOME")
    return Path(xdg or home / ".config", tool)


def _xdg_machine(environ: Mapping[str, str]) -> list[str]:
    return (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)


def uv_files(environ: Mapping[str, str]) -> Found:
    """Return what uv's files for the user and for the machine say; lists of both are joined.

    Raises:
        InputError: one of them cannot be understood.
    """
    if environ.get("UV_NO_CONFIG", "").lower() in TRUE:
        return {}
    merged: Found = {}
    for path in _uv_places(environ):
        for setting, values in _of_uv(_tables(path), path.parent).items():
            if setting in LISTS:
                merged[setting] = [*merged.get(setting, []), *values]
            else:
                merged.setdefault(setting, values)
    return merged


def _tables(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken(path, str(error)) from error


def _uv_places(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files uv reads outside of a project, the strongest first."""
    if own := environ.get("UV_CONFIG_FILE"):
        yield Path(own)
        return
    yield _user_folder(environ, "uv") / "uv.toml"
    if sys.platform == "win32":
        yield Path(environ.get("PROGRAMDATA", r"C:\ProgramData"), "uv", "uv.toml")
        return
    machine = [Path(folder, "uv", "uv.toml") for folder in (*_xdg_machine(environ), "/etc")]
    yield next((path for path in machine if path.is_file()), machine[-1])


def _of_uv(tables: Mapping[str, Any], base: Path) -> Found:
    pip = tables.get("pip")
    # The table [pip] is meant for `uv pip`, and that is what installs.
    options = {**tables, **(pip if isinstance(pip, dict) else {})}
    found: Found = {}
    for key, setting in UV_KEYS.items():
        values = options.get(key, [])
        texts = [str(value) for value in (values if isinstance(values, list) else [values])]
        if texts:
            found.setdefault(setting, texts)
    listed = options.get("index", [])
    indexes = [one for one in listed if isinstance(one, dict) and isinstance(one.get("url"), str)]
    if default := _written(one for one in indexes if one.get("default")):
        found["default"] = default[:1]
    # An index marked explicit serves only what a project assigns to it.
    others = _written(one for one in indexes if not one.get("default") and not one.get("explicit"))
    if others:
        found["extra"] = [*others, *found.get("extra", [])]
    return located(found, base)


def _written(indexes: Iterable[Mapping[str, Any]]) -> list[str]:
    return [f"{one['name']}={one['url']}" if one.get("name") else one["url"] for one in indexes]


def _broken(path: Path, problem: str) -> InputError:
    return InputError(
        f"{path} cannot be understood: {problem.splitlines()[0]}",
        cause="The file was edited by hand and has a mistake in it.",
        remedy="Correct it, or move it away; pip or uv cannot read it either.",
    )
