"""What proves to an index who uploads: in memory only, never shown."""

from msgspec import Struct


class Credential(Struct, frozen=True):
    """A user name and a secret."""

    username: str
    secret: str

    def __repr__(self) -> str:
        """Return a text without the secret."""
        return f"{type(self).__name__}(username={self.username!r})"

    @property
    def pair(self) -> tuple[str, str]:
        """Both, in the order in which clients want them."""
        return self.username, self.secret
