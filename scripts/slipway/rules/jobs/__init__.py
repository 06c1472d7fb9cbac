"""Rules on what the jobs of a workflow hand over."""
