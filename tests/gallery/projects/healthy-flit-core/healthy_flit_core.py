"""One of the small projects that Slipway is tested on."""

__version__ = "1.0.0"
