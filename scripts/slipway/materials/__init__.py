"""The software bill of materials (SBOM) of a release: what its wheel installs, together with its dependencies."""
