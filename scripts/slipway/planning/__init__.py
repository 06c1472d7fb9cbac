"""Planning: which jobs and Pythons a release needs, on which platforms, and who may publish it."""
