"""The rule on releases on GitHub that can be changed after they were published."""

from collections.abc import Iterator

from slipway.rules.families import repository
from slipway.rules.repository.facts import RepositoryFacts, known
from slipway.rules.rule import Evidence


@repository.note(
    "releases-can-change",
    title="Releases on GitHub can be changed after they were published",
    why="Who may write to the repository can replace the files of a release and move its tag; who downloads them from there "
    "gets something else than was announced.",
    fix="Settings → General → Releases → Enable release immutability. It holds for the releases that follow.",
    example='GET /repos/OWNER/NAME/immutable-releases answers {"enabled": false}',
    read="https://docs.github.com/en/code-security/concepts/supply-chain-security/immutable-releases",
)
def releases_can_change(repo: RepositoryFacts) -> Iterator[Evidence]:
    if not known(repo.immutability).is_enabled:
        yield Evidence(message=f"Release immutability is off in {repo.name}.")
