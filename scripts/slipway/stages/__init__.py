"""The stages: each takes the manifest, does one thing and returns what it adds."""
