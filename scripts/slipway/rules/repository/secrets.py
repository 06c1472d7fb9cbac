"""The rule on tokens of an index that are stored although a trusted publisher needs none."""

from collections.abc import Iterator

from slipway.project import publishing_workflow
from slipway.rules.families import repository
from slipway.rules.repository.facts import RepositoryFacts
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import OIDC

NEEDED = "an index without trusted publishing needs a stored token"


@repository.warning(
    "index-token-among-secrets",
    title="A token of the index is left among the secrets",
    why="Anyone who obtains it can publish in your name from anywhere; a trusted publisher has nothing to steal.",
    fix="Revoke it at the index, under Account settings → API tokens. Then delete the secret under Settings → Secrets and "
    "variables → Actions, or on the page of its environment.",
    example="a secret called PYPI_API_TOKEN",
    read=OIDC,
    cause="index-token",
)
def index_token_among_secrets(repo: RepositoryFacts) -> Iterator[Evidence]:
    if not repo.is_public_index:
        raise Skipped(NEEDED)
    for secret in repo.secrets:
        if publishing_workflow.is_of_index(secret.name):
            yield Evidence(
                message=f"There is a secret {secret.name} {secret.place}.",
                seen=secret.name,
                subject=secret.name,
            )
    if repo.unlisted:
        raise Skipped("; ".join(dict.fromkeys(one.reason for one in repo.unlisted)))
