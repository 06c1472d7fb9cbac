"""The package index configured on this machine, from the settings of pip and of uv.

Only where packages come from and how that place is reached is read, never how either tool behaves otherwise. Each
setting is taken from the first source that has it: uv's variables, pip's variables, uv's files, pip's files.

Sources: pip's "Configuration" page (https://pip.pypa.io/en/stable/topics/configuration/), uv's "Environment
variables", "Package indexes" and "TLS certificates" pages (https://docs.astral.sh/uv/).

Standard library only: the bootstrap reads this before anything is installed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from slipway import system
from slipway.index import setting_files
from slipway.index.setting_files import TRUE, Found

UV_VARIABLES: Mapping[str, tuple[tuple[str, ...], str | None]] = {
    "default": (("UV_DEFAULT_INDEX", "UV_INDEX_URL"), None),
    "extra": (("UV_INDEX", "UV_EXTRA_INDEX_URL"), " "),
    "find-links": (("UV_FIND_LINKS",), ","),
    "trusted-hosts": (("UV_INSECURE_HOST",), " "),
    "certificate": (("SSL_CERT_FILE",), None),
    "client-certificate": (("SSL_CLIENT_CERT",), None),
    "system-certificates": (("UV_SYSTEM_CERTS", "UV_NATIVE_TLS"), None),
    "strategy": (("UV_INDEX_STRATEGY",), None),
    "keyring": (("UV_KEYRING_PROVIDER",), None),
    "timeout": (("UV_HTTP_TIMEOUT", "UV_REQUEST_TIMEOUT"), None),
}
"""uv's variables for each setting, and the separator of its lists."""

PIP_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Further variables with certificates that pip uses, because requests does: https://requests.readthedocs.io/."""

SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where Linux distributions keep the certificates that the whole machine trusts, a company's own among them."""

NO_INDEX = Path(__file__).with_name("no-index").as_uri()
"""The address of an index that holds nothing; uv has no variable for "no index"."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")

_USERINFO = re.compile(r"(?<=://)[^/\s]+@")


@dataclass(frozen=True, kw_only=True)
class IndexSettings:
    """Where packages come from on this machine, and how that place is reached.

    Addresses may hold credentials: `repr` leaves them out, and they go to tools by environment variables only.

    Attributes:
        default: address of the simple API that takes PyPI's place; None for PyPI itself.
        extra: further indexes.
        find_links: addresses of folders or pages that hold distributions.
        no_index: True where no index may be used.
        trusted_hosts: hosts whose certificate is not checked.
        certificate: file or folder with the certificates to trust; None where each tool decides.
        client_certificate: file with the certificate that this machine shows to the index.
        system_certificates: True where the platform's own store is to be trusted.
        strategy: how uv chooses between indexes; None for its own default.
        keyring: where the installers may ask for a password.
        timeout: seconds without an answer.
        proxy: address of the proxy in pip's settings.
        no_proxy: hosts that are reached without it.
    """

    default: str | None = field(default=None, repr=False)
    extra: tuple[str, ...] = field(default=(), repr=False)
    find_links: tuple[str, ...] = field(default=(), repr=False)
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()
    certificate: str | None = None
    client_certificate: str | None = None
    system_certificates: bool = False
    strategy: str | None = None
    keyring: str | None = None
    timeout: str | None = None
    proxy: str | None = field(default=None, repr=False)
    no_proxy: tuple[str, ...] = LOOPBACK

    def uv_environ(self) -> dict[str, str]:
        """Return these settings as uv's variables."""
        trust = "SSL_CERT_DIR" if self.certificate and Path(self.certificate).is_dir() else "SSL_CERT_FILE"
        variables = {
            "UV_DEFAULT_INDEX": NO_INDEX if self.no_index else self.default,
            "UV_INDEX": None if self.no_index else " ".join(self.extra),
            "UV_FIND_LINKS": ",".join(self.find_links),
            "UV_INSECURE_HOST": " ".join(self.trusted_hosts),
            "UV_INDEX_STRATEGY": self.strategy,
            "UV_KEYRING_PROVIDER": self.keyring if self.keyring in {"subprocess", "disabled"} else None,
            "UV_HTTP_TIMEOUT": self.timeout,
            "UV_SYSTEM_CERTS": "true" if self.system_certificates else None,
            trust: self.certificate,
            "SSL_CLIENT_CERT": self.client_certificate,
            "ALL_PROXY": self.proxy,
            "NO_PROXY": ",".join(self.no_proxy) if self.proxy else None,
        }
        return {name: value for name, value in variables.items() if value}

    def pip_environ(self) -> dict[str, str]:
        """Return these settings as pip's variables."""
        variables = {
            "PIP_INDEX_URL": self.default,
            "PIP_EXTRA_INDEX_URL": " ".join(self.extra),
            "PIP_FIND_LINKS": " ".join(self.find_links),
            "PIP_NO_INDEX": "1" if self.no_index else None,
            "PIP_TRUSTED_HOST": " ".join(host.rpartition("://")[2] for host in self.trusted_hosts),
            "PIP_CERT": self.certificate,
            "PIP_CLIENT_CERT": self.client_certificate,
            "PIP_KEYRING_PROVIDER": self.keyring,
            "PIP_DEFAULT_TIMEOUT": self.timeout,
            "PIP_PROXY": self.proxy,
        }
        return {name: value for name, value in variables.items() if value}


def read(environ: Mapping[str, str]) -> IndexSettings:
    """Return the index settings of this machine.

    Args:
        environ: the environment to read; it also says where the files are. Relative paths in it start from the
            working folder.

    Raises:
        InputError: a file of pip or uv is broken, so that the intended index is not known.
    """
    # Whether it is pip's, and its settings.
    sources = (
        (False, _uv_variables(environ)),
        (True, _pip_variables(environ)),
        (False, setting_files.uv_files(environ)),
        (True, setting_files.pip_files(environ)),
    )
    chosen: Found = {}
    for of_pip, found in sources:
        # pip treats all its indexes alike; uv by default stops at the first one that knows a project.
        if of_pip and "extra" in found and "extra" not in chosen:
            chosen.setdefault("strategy", ["unsafe-best-match"])
        # An index that was named comes before a weaker source's wish for none.
        passed_over = {"no-index"} if "default" in chosen else set()
        chosen |= {setting: found[setting] for setting in found.keys() - chosen.keys() - passed_over}
    return _settings(chosen, environ)


def redacted(text: str) -> str:
    """Return an address, or a text with addresses in it, without the credentials, to be shown."""
    return _USERINFO.sub("****@", text)


def _uv_variables(environ: Mapping[str, str]) -> Found:
    found: Found = {}
    for setting, (names, separator) in UV_VARIABLES.items():
        given = [environ[name].strip() for name in names if environ.get(name, "").strip()]
        if given:
            found[setting] = separator.join(given).split(separator) if separator else given[:1]
            found[setting] = [item.strip() for item in found[setting] if item.strip()]
    return setting_files.located(found, Path.cwd())


def _pip_variables(environ: Mapping[str, str]) -> Found:
    options = {
        name[4:].lower().replace("_", "-"): environ[name] for name in environ if name.startswith("PIP_")
    }
    found = setting_files.located(setting_files.of_pip(options), Path.cwd())
    bundles = [environ[name] for name in PIP_BUNDLES if environ.get(name)]
    return {"certificate": bundles[:1], **found} if bundles else found


def _settings(chosen: Found, environ: Mapping[str, str]) -> IndexSettings:
    def one(setting: str) -> str | None:
        return next(iter(chosen.get(setting, ())), None)

    default = one("default")
    certificate = one("certificate") or _system_bundle(chosen, environ)
    return IndexSettings(
        default=_with_credentials(default, environ) if default else None,
        extra=tuple(_with_credentials(index, environ) for index in chosen.get("extra", ())),
        find_links=tuple(chosen.get("find-links", ())),
        no_index=(one("no-index") or "").lower() in TRUE,
        trusted_hosts=tuple(chosen.get("trusted-hosts", ())),
        certificate=certificate,
        client_certificate=one("client-certificate"),
        system_certificates=certificate is None and _trusts_system(chosen, environ),
        strategy=one("strategy"),
        keyring=one("keyring"),
        timeout=one("timeout"),
        proxy=one("proxy"),
        no_proxy=(
            *filter(None, (environ.get("NO_PROXY") or environ.get("no_proxy", "")).split(",")),
            *LOOPBACK,
        ),
    )


def _system_bundle(chosen: Found, environ: Mapping[str, str]) -> str | None:
    # Left alone, pip before 24.2 and uv trust a list they bring along, which no company can add itself to.
    if system.TRUSTS_A_STORE or not _trusts_system(chosen, environ):
        return None
    return next((path for path in SYSTEM_BUNDLES if Path(path).is_file()), None)


def _trusts_system(chosen: Found, environ: Mapping[str, str]) -> bool:
    wished = chosen.get("system-certificates")
    return not environ.get("SSL_CERT_DIR") and (wished is None or wished[0].lower() in TRUE)


def _with_credentials(index: str, environ: Mapping[str, str]) -> str:
    """Return an index's address, with the credentials that uv takes from variables named after it."""
    name, address = setting_files.named(index)
    scheme, separator, rest = address.partition("://")
    if name is None or "@" in rest.partition("/")[0]:
        return address
    variable = "UV_INDEX_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
    user, password = (environ.get(f"{variable}_{part}") for part in ("USERNAME", "PASSWORD"))
    if not user and not password:
        return address
    userinfo = quote(user or "", safe="") + (f":{quote(password, safe='')}" if password else "")
    return f"{scheme}{separator}{userinfo}@{rest}"
