"""What left the standard library: PEP 594 and the changelogs of Python."""

from __future__ import annotations

REMOVED: dict[str, tuple[int, str]] = {
    "aifc": (13, "PEP 594"),
    "asynchat": (12, "PEP 594"),
    "asyncore": (12, "PEP 594"),
    "audioop": (13, "PEP 594"),
    "binhex": (11, "Python 3.11"),
    "cgi": (13, "PEP 594"),
    "cgitb": (13, "PEP 594"),
    "chunk": (13, "PEP 594"),
    "crypt": (13, "PEP 594"),
    "distutils": (12, "PEP 632"),
    "formatter": (10, "Python 3.10"),
    "imghdr": (13, "PEP 594"),
    "imp": (12, "Python 3.12"),
    "lib2to3": (13, "Python 3.13"),
    "mailcap": (13, "PEP 594"),
    "msilib": (13, "PEP 594"),
    "nis": (13, "PEP 594"),
    "nntplib": (13, "PEP 594"),
    "ossaudiodev": (13, "PEP 594"),
    "parser": (10, "Python 3.10"),
    "pipes": (13, "PEP 594"),
    "smtpd": (12, "PEP 594"),
    "sndhdr": (13, "PEP 594"),
    "spwd": (13, "PEP 594"),
    "sunau": (13, "PEP 594"),
    "symbol": (10, "Python 3.10"),
    "telnetlib": (13, "PEP 594"),
    "uu": (13, "PEP 594"),
    "xdrlib": (13, "PEP 594"),
}
"""Modules that left the standard library: the minor version of Python 3 without them, and where that was decided."""
