"""What pip, uv and other tools print when the network or the package index does not answer. Standard library only."""

PATTERN = (
    r"(?i)(name resolution|getaddrinfo|dns error|newconnectionerror|connection (?:refused|reset|error)|timed out"
    r"|network is unreachable|no route to host|failed to fetch|error sending request|tcp connect error)"
)
