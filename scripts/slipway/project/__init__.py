"""Reading a source tree: its packaging files, layout, versions and git, without running its code."""
