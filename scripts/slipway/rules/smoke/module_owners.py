"""Which distribution a module belongs to, and which modules only some Pythons or platforms have."""

DISTRIBUTIONS: dict[str, str] = {
    "Bio": "biopython",
    "Crypto": "pycryptodome",
    "Cryptodome": "pycryptodomex",
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
    "jose": "python-jose",
    "jwt": "PyJWT",
    "kafka": "kafka-python",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "markdown": "Markdown",
    "mpl_toolkits": "matplotlib",
    "multipart": "python-multipart",
    "nacl": "PyNaCl",
    "odf": "odfpy",
    "pkg_resources": "setuptools",
    "pylab": "matplotlib",
    "pythoncom": "pywin32",
    "pptx": "python-pptx",
    "ruamel.yaml": "ruamel.yaml",
    "serial": "pyserial",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "slugify": "python-slugify",
    "socks": "PySocks",
    "usb": "pyusb",
    "websocket": "websocket-client",
    "win32api": "pywin32",
    "win32com": "pywin32",
    "wx": "wxPython",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}
"""Import name to project name on PyPI, where the two are spelled differently."""

SETUPTOOLS = frozenset({"distutils", "pkg_resources", "setuptools"})
"""Modules in every new environment before Python 3.12, or in the standard library; since then in neither."""

WINDOWS = ("_winapi", "_winreg", "msvcrt", "nt", "winreg", "winsound", "wmi")
PYWIN32 = ("win32api", "win32com", "win32con", "win32gui", "win32file", "pythoncom", "pywintypes")
POSIX = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty")
TERMINAL = ("readline", "curses", "_curses")
MACOS = ("AppKit", "Cocoa", "CoreFoundation", "Foundation", "Quartz", "objc")
OTHERS = ("js", "pyodide", "RPi", "machine", "micropython")
OPTIONAL_MODULES = frozenset(
    (
        *(
            "_bz2",
            "_ctypes",
            "_curses_panel",
            "_dbm",
            "_gdbm",
            "_hashlib",
            "_lzma",
            "_sqlite3",
            "_ssl",
        ),
        *("_tkinter", "_uuid", "_zstd", "zlib"),
        *("ensurepip", "idlelib", "lib2to3", "tkinter", "turtle"),
    )
)
"""What a Python may lack though it is part of the standard library: what is only built where a library is there
(https://docs.python.org/3/using/configure.html#build-requirements), and what distributions such as Debian package apart."""

PLATFORM_MODULES = frozenset((*WINDOWS, *PYWIN32, *POSIX, *TERMINAL, *MACOS, *OTHERS))
"""Modules that exist on some platforms only."""


def distribution_of(module: str) -> str:
    """Return the project that a module belongs to, as far as it is known; else the module's top-level name."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if found := DISTRIBUTIONS.get(".".join(parts[:length])):
            return found
    return parts[0]
