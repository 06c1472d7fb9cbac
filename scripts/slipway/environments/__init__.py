"""Disposable environments: the Pythons of this machine, uv, and how an environment is made and filled."""
