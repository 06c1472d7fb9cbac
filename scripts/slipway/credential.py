"""What proves to an index who uploads: in memory only, never shown."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credential:
    """A user name and a secret."""

    username: str
    secret: str = field(repr=False)

    @property
    def pair(self) -> tuple[str, str]:
        """Both, in the order in which clients want them."""
        return self.username, self.secret
