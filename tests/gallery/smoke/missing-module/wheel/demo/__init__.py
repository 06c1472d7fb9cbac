from demo._version import __version__
