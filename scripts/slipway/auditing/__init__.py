"""Known vulnerabilities of what a release installs, asked of a service through uv."""
