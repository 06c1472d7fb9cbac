"""What pip, uv and other programs print when the network or the index cannot be reached. Standard library only."""

from __future__ import annotations

import re

NETWORK_ERROR = re.compile(
    r"(?i)(name resolution|getaddrinfo|dns error|newconnectionerror|connection (refused|reset|error)|timed out"
    r"|network is unreachable|no route to host|failed to fetch|error sending request|tcp connect error)"
)
