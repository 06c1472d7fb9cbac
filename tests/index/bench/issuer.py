"""An issuer of ID tokens, with real signatures: what GitHub's would say about a job."""

import functools
import itertools
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://token.actions.githubusercontent.com"
BEARER = "bearer-of-the-runner-4711"
LIFETIME = 300

_numbers = itertools.count()


@functools.cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Job:
    """A job on a runner.

    Attributes:
        called: the file the job is written in, `owner/name/.github/workflows/file`, where another one calls it.
    """

    repository: str = "acme/demo"
    owner_id: str = "42"
    workflow: str = "release.yml"
    environment: str | None = "pypi"
    event: str = "push"
    ref: str = "refs/tags/v1.0"
    sha: str = "1" * 40
    called: str | None = None
    called_ref: str | None = None
    issuer: str = ISSUER

    @property
    def workflow_ref(self) -> str:
        return f"{self.repository}/.github/workflows/{self.workflow}@{self.ref}"

    def claims(self, audience: str, now: float) -> dict[str, Any]:
        claims = {
            "iss": self.issuer,
            "aud": audience,
            "sub": f"repo:{self.repository}:ref:{self.ref}",
            "iat": int(now),
            "nbf": int(now),
            "exp": int(now) + LIFETIME,
            "jti": f"token-{next(_numbers)}",
            "repository": self.repository,
            "repository_owner": self.repository.partition("/")[0],
            "repository_owner_id": self.owner_id,
            "repository_id": "99",
            "workflow_ref": self.workflow_ref,
            "job_workflow_ref": f"{self.called}@{self.called_ref or self.ref}"
            if self.called
            else self.workflow_ref,
            "event_name": self.event,
            "ref": self.ref,
            "sha": self.sha,
        }
        return claims | ({"environment": self.environment} if self.environment else {})

    def token(self, audience: str, now: float) -> str:
        """Return a signed ID token."""
        return jwt.encode(self.claims(audience, now), key(), algorithm="RS256", headers={"kid": "bench"})


def read(token: str, *, audience: str, now: float) -> dict[str, Any]:
    """Return the claims of a token whose signature, audience and time are right.

    Raises:
        jwt.PyJWTError: one of them is not.
    """
    options = {
        "require": ["iss", "iat", "exp", "aud"],
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
    }
    claims: dict[str, Any] = jwt.decode(
        token, key().public_key(), algorithms=["RS256"], audience=audience, options=options
    )
    if not claims["iat"] - 30 <= now <= claims["exp"] + 30:
        raise jwt.ExpiredSignatureError("outside its time")
    return claims
