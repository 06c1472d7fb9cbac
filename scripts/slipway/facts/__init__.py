"""Readers that turn the outside world into frozen records, without opinions."""
