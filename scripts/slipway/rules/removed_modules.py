"""What left the standard library: PEP 594 and the changelogs of Python."""

_BY_DECISION = (
    (10, "Python 3.10", ("formatter", "parser", "symbol")),
    (11, "Python 3.11", ("binhex",)),
    (12, "PEP 594", ("asynchat", "asyncore", "smtpd")),
    (12, "PEP 632", ("distutils",)),
    (12, "Python 3.12", ("imp",)),
    (
        13,
        "PEP 594",
        ("aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "mailcap", "msilib", "nis"),
    ),
    (
        13,
        "PEP 594",
        ("nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib"),
    ),
    (13, "Python 3.13", ("lib2to3",)),
)

REMOVED = {module: (minor, decision) for minor, decision, modules in _BY_DECISION for module in modules}
"""Modules that left the standard library: the minor version of Python 3 without them, and where that was decided."""
