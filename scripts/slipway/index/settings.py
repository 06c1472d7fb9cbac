"""The package index configured on this machine, whichever of pip and uv was told about it.

Only where packages come from is read, never how either tool behaves otherwise. What counts more comes first:
uv's variables, pip's variables, pip's files (from the most specific to the most general), uv's files.
Sources: pip's "Configuration" page and uv's "Configuration files" and "Environment variables" pages.

Standard library only: the bootstrap reads this before anything is installed.
"""

from __future__ import annotations

import configparser
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})


@dataclass(frozen=True, kw_only=True)
class IndexSettings:
    """Where packages come from on this machine.

    Attributes:
        default: address of the simple API that takes PyPI's place; None for PyPI itself.
        extra: further indexes.
        find_links: folders or pages with distributions.
        no_index: True where no index may be asked.
        trusted_hosts: hosts whose certificate is not checked.
        certificate: file with the certificates of the authorities to trust.
    """

    default: str | None = None
    extra: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()
    certificate: str | None = None

    def uv_environ(self) -> dict[str, str]:
        """Return the variables that tell uv the same; credentials in addresses stay out of arguments."""
        told = {
            "UV_DEFAULT_INDEX": self.default,
            "UV_INDEX": " ".join(self.extra),
            "UV_FIND_LINKS": ",".join(self.find_links),
            "UV_INSECURE_HOST": " ".join(self.trusted_hosts),
            "SSL_CERT_FILE": self.certificate,
        }
        return {name: value for name, value in told.items() if value}

    def uv_options(self) -> tuple[str, ...]:
        """Return the options for what uv has no variable for."""
        return ("--no-index",) if self.no_index else ()

    def pip_environ(self) -> dict[str, str]:
        """Return the variables that tell pip the same."""
        told = {
            "PIP_INDEX_URL": self.default,
            "PIP_EXTRA_INDEX_URL": " ".join(self.extra),
            "PIP_FIND_LINKS": " ".join(self.find_links),
            "PIP_NO_INDEX": "1" if self.no_index else None,
            "PIP_TRUSTED_HOST": " ".join(self.trusted_hosts),
            "PIP_CERT": self.certificate,
        }
        return {name: value for name, value in told.items() if value}


def read(environ: Mapping[str, str]) -> IndexSettings:
    """Return the index settings of this machine.

    Args:
        environ: the environment to read; it also says where the files are.
    """
    merged: dict[str, Any] = {}
    sources = (_uv_variables(environ), _pip_variables(environ), _pip_files(environ), _uv_files(environ))
    for source in sources:
        for name, value in source.items():
            merged.setdefault(name, value)
    if "find_links" in merged:
        # Tools run in other folders than the one a relative path was meant from.
        merged["find_links"] = tuple(p if "://" in p else str(Path(p).absolute()) for p in merged["find_links"])
    return IndexSettings(
        **{field.name: merged[field.name] for field in fields(IndexSettings) if field.name in merged}
    )


def redacted(url: str) -> str:
    """Return an address without the credentials in it, to be shown."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _told(**values: Any) -> dict[str, Any]:  # noqa: ANN401 - texts, tuples and flags
    return {name: value for name, value in values.items() if value}


def _uv_variables(environ: Mapping[str, str]) -> dict[str, Any]:
    extra = (*environ.get("UV_INDEX", "").split(), *environ.get("UV_EXTRA_INDEX_URL", "").split())
    return _told(
        default=environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL"),
        extra=tuple(_unnamed(url) for url in extra),
        find_links=tuple(filter(None, environ.get("UV_FIND_LINKS", "").split(","))),
        trusted_hosts=tuple(environ.get("UV_INSECURE_HOST", "").split()),
    )


def _unnamed(index: str) -> str:
    # uv lets an index be written `name=address`.
    name, separator, address = index.partition("=")
    return address if separator and name.isidentifier() else index


def _pip_variables(environ: Mapping[str, str]) -> dict[str, Any]:
    return _from_pip(
        {name[4:].lower().replace("_", "-"): value for name, value in environ.items() if name[:4] == "PIP_"}
    )


def _from_pip(options: Mapping[str, str]) -> dict[str, Any]:
    return _told(
        default=options.get("index-url") or options.get("pypi-url"),
        extra=tuple(options.get("extra-index-url", "").split()),
        find_links=tuple(options.get("find-links", "").split()),
        no_index=options.get("no-index", "").lower() in _TRUE,
        trusted_hosts=tuple(options.get("trusted-host", "").split()),
        certificate=options.get("cert"),
    )


def _pip_files(environ: Mapping[str, str]) -> dict[str, Any]:
    if environ.get("PIP_CONFIG_FILE") == os.devnull:
        return {}
    options: dict[str, str] = {}
    for path in _pip_places(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                options |= {name.replace("_", "-"): value for name, value in parser.items(section)}
    return _from_pip(options)


def _pip_places(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files pip reads, the most general first."""
    name = "pip.ini" if sys.platform == "win32" else "pip.conf"
    home = Path(environ.get("USERPROFILE" if sys.platform == "win32" else "HOME") or Path.home())
    if sys.platform == "win32":
        yield Path(environ.get("PROGRAMDATA", r"C:\ProgramData"), "pip", name)
        yield home / "pip" / name
        yield Path(environ.get("APPDATA") or home / "AppData" / "Roaming", "pip", name)
    else:
        if sys.platform == "darwin":
            yield Path("/Library/Application Support/pip", name)
        for folder in reversed((environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")):
            yield Path(folder, "pip", name)
        yield Path("/etc", name)
        yield home / ".pip" / name
        yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "pip", name)
        if sys.platform == "darwin":
            yield home / "Library/Application Support/pip" / name
    yield Path(environ.get("VIRTUAL_ENV") or sys.base_prefix, name)
    if own := environ.get("PIP_CONFIG_FILE"):
        yield Path(own)


def _uv_files(environ: Mapping[str, str]) -> dict[str, Any]:
    if environ.get("UV_NO_CONFIG", "").lower() in _TRUE:
        return {}
    merged: dict[str, Any] = {}
    for path in _uv_places(environ):
        try:
            tables = tomllib.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        for table in (tables, tables.get("pip", {})):
            for name, value in _from_uv(table if isinstance(table, dict) else {}).items():
                merged.setdefault(name, value)
    return merged


def _uv_places(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files uv reads outside of a project, the most specific first."""
    if own := environ.get("UV_CONFIG_FILE"):
        yield Path(own)
        return
    home = Path(environ.get("HOME") or Path.home())
    if sys.platform == "win32":
        yield Path(environ.get("APPDATA") or home / "AppData" / "Roaming", "uv", "uv.toml")
        yield Path(environ.get("PROGRAMDATA", r"C:\ProgramData"), "uv", "uv.toml")
    else:
        yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "uv", "uv.toml")
        for folder in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
            yield Path(folder, "uv", "uv.toml")
        yield Path("/etc/uv/uv.toml")


def _from_uv(table: Mapping[str, Any]) -> dict[str, Any]:
    listed = [
        index
        for index in table.get("index", ())
        if isinstance(index, dict) and isinstance(index.get("url"), str)
    ]
    defaults = [index["url"] for index in listed if index.get("default")]
    others = [index["url"] for index in listed if not index.get("default") and not index.get("explicit")]
    return _told(
        default=defaults[0] if defaults else table.get("index-url"),
        extra=(*others, *table.get("extra-index-url", ())),
        find_links=tuple(table.get("find-links", ())),
        no_index=bool(table.get("no-index", False)),
        trusted_hosts=tuple(table.get("allow-insecure-host", ())),
    )
