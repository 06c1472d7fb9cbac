"""Which distribution brings a module, where the two are not spelt alike, and which modules only some Pythons have."""

from __future__ import annotations

DISTRIBUTIONS: dict[str, str] = {
    "Bio": "biopython",
    "Crypto": "pycryptodome",
    "Cryptodome": "pycryptodomex",
    "Levenshtein": "Levenshtein",
    "MySQLdb": "mysqlclient",
    "OpenGL": "PyOpenGL",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "Xlib": "python-xlib",
    "apt": "python-apt",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cairo": "pycairo",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "discord": "discord.py",
    "dns": "dnspython",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "flask_cors": "Flask-Cors",
    "gi": "PyGObject",
    "git": "GitPython",
    "github": "PyGithub",
    "google.auth": "google-auth",
    "google.cloud.storage": "google-cloud-storage",
    "google.protobuf": "protobuf",
    "grpc": "grpcio",
    "igraph": "igraph",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "kafka": "kafka-python",
    "ldap": "python-ldap",
    "lxml": "lxml",
    "magic": "python-magic",
    "markdown": "Markdown",
    "mpl_toolkits": "matplotlib",
    "multipart": "python-multipart",
    "nacl": "PyNaCl",
    "odf": "odfpy",
    "pkg_resources": "setuptools",
    "psycopg2": "psycopg2",
    "pylab": "matplotlib",
    "pythoncom": "pywin32",
    "pptx": "python-pptx",
    "ruamel.yaml": "ruamel.yaml",
    "serial": "pyserial",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "slugify": "python-slugify",
    "socks": "PySocks",
    "tensorflow": "tensorflow",
    "usb": "pyusb",
    "websocket": "websocket-client",
    "win32api": "pywin32",
    "win32com": "pywin32",
    "wx": "wxPython",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}
"""Import name to project name on PyPI."""

ADDED: dict[str, int] = {
    "annotationlib": 14,
    "compression": 14,
    "concurrent.interpreters": 14,
    "graphlib": 9,
    "string.templatelib": 14,
    "tomllib": 11,
    "wsgiref.types": 11,
    "zoneinfo": 9,
}
"""Modules that came to the standard library, and the minor version of Python 3 they came with."""

SETUPTOOLS = frozenset({"distutils", "pkg_resources", "setuptools"})
"""What older Pythons put into every new environment, or had themselves; since Python 3.12 nobody does."""

ELSEWHERE = frozenset(
    {
        "_winapi",
        "_winreg",
        "msvcrt",
        "nt",
        "winreg",
        "winsound",
        "wmi",
        "win32api",
        "win32com",
        "win32con",
        "win32gui",
        "win32file",
        "pythoncom",
        "pywintypes",
        "fcntl",
        "grp",
        "posix",
        "pty",
        "pwd",
        "resource",
        "readline",
        "syslog",
        "termios",
        "tty",
        "curses",
        "_curses",
        "AppKit",
        "Cocoa",
        "CoreFoundation",
        "Foundation",
        "Quartz",
        "objc",
        "js",
        "pyodide",
        "RPi",
        "machine",
        "micropython",
    }
)
"""Modules that exist on some platforms only."""


def distribution_of(module: str) -> str:
    """Return the project that brings a module, as far as it is known; else the module's own top-level name."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if found := DISTRIBUTIONS.get(".".join(parts[:length])):
            return found
    return parts[0]
