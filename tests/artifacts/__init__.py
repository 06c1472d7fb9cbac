"""Tiny sdists and wheels made in memory: one call, one artifact, healthy unless told otherwise."""

from artifacts.built import Built
from artifacts.sdists import sdist
from artifacts.wheels import wheel

__all__ = ["Built", "sdist", "wheel"]
