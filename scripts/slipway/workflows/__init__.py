"""The caller's workflow: writing it, and comparing what is there with it."""
