"""Which environment variables child processes get, and which ones Slipway itself drops.

Children get what is listed here. The user adds names with SLIPWAY_PASS_ENV, separated by commas; a variable named there
is passed on even where its name looks like that of a secret.

Two secrets can still reach foreign code: the password in the address of a proxy, without which no installer works, and
the credentials of a private index, which uv and pip get, and with pip the build of an sdist that it installs.

Standard library only: the bootstrap uses this before anything is installed.
"""

import re
from collections.abc import Mapping, MutableMapping

PASS_ENV = "SLIPWAY_PASS_ENV"  # noqa: S105 - the name of a variable

_NAMES = """
    PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TERM COLUMNS LINES TMPDIR TEMP TMP CI RUNNER_TRACKING_ID
    SYSTEMROOT SYSTEMDRIVE COMSPEC PATHEXT WINDIR OS USERNAME USERDOMAIN USERPROFILE HOMEDRIVE HOMEPATH COMPUTERNAME
    APPDATA LOCALAPPDATA PROGRAMDATA ALLUSERSPROFILE PUBLIC PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432
    COMMONPROGRAMFILES COMMONPROGRAMFILES(X86) COMMONPROGRAMW6432 NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE
    PROCESSOR_ARCHITEW6432 PROCESSOR_IDENTIFIER PROCESSOR_LEVEL PROCESSOR_REVISION
    HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE
    DISPLAY WAYLAND_DISPLAY XAUTHORITY
    CC CXX CPP AR LD NM RANLIB STRIP FC F77 F90 CFLAGS CXXFLAGS CPPFLAGS FFLAGS FCFLAGS LDFLAGS LDSHARED LIBS
    CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH MAKEFLAGS ACLOCAL_PATH
    MACOSX_DEPLOYMENT_TARGET ARCHFLAGS SDKROOT DEVELOPER_DIR _PYTHON_HOST_PLATFORM
    INCLUDE LIB LIBPATH VSINSTALLDIR VCINSTALLDIR VCTOOLSINSTALLDIR VCTOOLSVERSION VISUALSTUDIOVERSION DEVENVDIR
    UNIVERSALCRTSDKDIR UCRTVERSION DISTUTILS_USE_SDK MSSDK PLATFORM
    CUDA_HOME CUDA_PATH CUDACXX JAVA_HOME GOPATH GOROOT GOFLAGS CGO_ENABLED CONDA_PREFIX HOMEBREW_PREFIX
    SOURCE_DATE_EPOCH PBR_VERSION PDM_BUILD_SCM_VERSION UV_DYNAMIC_VERSIONING_BYPASS
    GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_CEILING_DIRECTORIES GIT_DISCOVERY_ACROSS_FILESYSTEM
"""
"""What programs, compilers and build backends need to run, in capitals."""

_PREFIXES = (
    *("LC_", "XDG_", "LD_", "DYLD_", "PKG_CONFIG_", "CMAKE_", "CARGO_", "RUST", "MESON", "NINJA", "SKBUILD_"),
    *("MATURIN_", "CYTHON_", "NPY_", "OMP_", "OPENBLAS_", "NIX_", "VCPKG_", "VSCMD_", "WINDOWSSDK"),
    *("SETUPTOOLS_SCM_", "VCS_VERSIONING_", "POETRY_DYNAMIC_VERSIONING_", "HATCH_BUILD_", "CIBW_"),
)

_SECRET = re.compile(
    r"(?:TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|KEY)S?(?:_|$)|(?:^|_)(?:PASS|AUTH|PAT)(?:_|$)|_PWD$"
)
_USERINFO = re.compile(r"://[^/\s@]{1,1000}@")

_INDEX = re.compile(r"(?:UV|PIP)_\w{0,60}(?:INDEX|FIND_LINKS|PROXY)\w{0,60}|(?:HTTPS?|ALL)_PROXY")
"""Variables that may hold the credentials of an index or a proxy; installers cannot do without."""

_READS_THE_INDEX = frozenset({"SLIPWAY_TOKEN", "SLIPWAY_USERNAME", "TWINE_USERNAME", "TWINE_PASSWORD"})

_PUSHES = frozenset({"SSH_AUTH_SOCK", "GH_TOKEN"})
"""What ssh and the credential helper of GitHub's command line need."""

_FOR_GITHUB = frozenset({"SLIPWAY_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"})

_KEPT: Mapping[str, frozenset[str] | None] = {
    "publish": None,
    "verify": _READS_THE_INDEX,
    "announce": _FOR_GITHUB,
    "keep-issue": _FOR_GITHUB,
    "doctor": _READS_THE_INDEX | _FOR_GITHUB,
    "release": _PUSHES,
    "status": _READS_THE_INDEX | _PUSHES | _FOR_GITHUB,
}
"""The credentials that a command keeps; None for all of them. A command that is not here keeps none."""


def for_children(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a child process may see."""
    passed, listed = _passed(environ), frozenset(_NAMES.split())
    return {
        name: value
        for name, value in environ.items()
        if name in passed
        or (
            (name.upper() in listed or name.upper().startswith(_PREFIXES))
            and not _SECRET.search(name.upper())
        )
    }


def drop_credentials(environ: MutableMapping[str, str], command: str) -> bool:
    """Remove the credentials that a command does not need from an environment; return whether there were any."""
    kept = _KEPT.get(command, frozenset())
    if kept is None:
        return False
    spared = {*kept, *_passed(environ), PASS_ENV}
    found = [name for name in environ if name not in spared and _is_credential(name.upper(), environ[name])]
    for name in found:
        del environ[name]
    return bool(found)


def _is_credential(name: str, value: str) -> bool:
    return not _INDEX.fullmatch(name) and bool(_SECRET.search(name) or _USERINFO.search(value))


def _passed(environ: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name.strip() for name in environ.get(PASS_ENV, "").split(","))
