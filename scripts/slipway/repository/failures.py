"""The errors for what GitHub refuses: its own words, with the likely cause and what to do."""

import shlex
from collections.abc import Iterable

from msgspec import Struct

from slipway.errors import InputError, SlipwayError, ToolError
from slipway.repository.github import FORBIDDEN, NOT_FOUND, Refused, Unsettled
from slipway.repository.releases import Asset, Release

_PERMISSIONS = (
    "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions"
)
_IMMUTABLE = "https://docs.github.com/en/code-security/concepts/supply-chain-security/immutable-releases"

UNAUTHORIZED, UNPROCESSABLE, REDIRECTS = 401, 422, range(300, 400)


class Right(Struct, frozen=True):
    """What a token has to be allowed.

    Attributes:
        permission: the line under `permissions:` of a job.
        cause: what the token most likely lacks, as a sentence.
        grant: how it is given.
        read: GitHub's page on these requests.
    """

    permission: str
    cause: str
    grant: str
    read: str


def _right(permission: str, writer: str, what: str, cause: str, read: str) -> Right:
    grant = (
        f"Give the job `permissions: {{{permission}}}`, as the workflow that `{writer}` writes does, and let a called "
        f"workflow's caller grant it too. On your own machine, set GH_TOKEN to a token that may write to {what} of the "
        "repository, such as the one that `gh auth token` prints."
    )
    return Right(permission, cause, grant, read)


CONTENTS = _right(
    "contents: write",
    "slipway init",
    "the contents",
    "The token may not write to the contents of the repository, or may not make releases there.",
    "https://docs.github.com/en/rest/releases/releases",
)
ISSUES = _right(
    "issues: write",
    "slipway init --canary",
    "the issues",
    "The token may not write to the issues of the repository.",
    "https://docs.github.com/en/rest/issues/issues",
)


def refused(error: Refused, repository: str, right: Right = CONTENTS) -> SlipwayError:
    """Return the error for a request that GitHub refused.

    Args:
        error: its answer.
        repository: `owner/name`.
        right: what the request takes.
    """
    happened = f"GitHub refused {error.request} for {repository}: {error.status} {error.words}"
    if error.status == UNAUTHORIZED:
        return ToolError(
            happened,
            cause="The token is wrong, has expired or was revoked. The token of a job ends with the job.",
            remedy="In a workflow, re-run the failed jobs: each gets a new token. On your own machine, set GH_TOKEN to a "
            "token that is valid, such as the one that `gh auth token` prints.",
            read="https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api",
        )
    if error.single_sign_on:
        return ToolError(
            happened,
            cause="The organisation demands single sign-on (SAML), and the token is not authorised for it.",
            remedy=f"Authorise it at {error.single_sign_on}, then run the command again.",
            read="https://docs.github.com/en/enterprise-cloud@latest/authentication/authenticating-with-single-sign-on",
        )
    if "immutable" in error.words.lower():
        return _immutable(happened)
    if error.status == FORBIDDEN:
        return InputError(
            happened,
            cause=right.cause,
            remedy=right.grant,
            read=_PERMISSIONS,
        )
    if error.status == NOT_FOUND:
        return InputError(
            happened,
            cause="GitHub answers 404 where the token lacks a permission, too: most likely it may not write to the "
            "repository. Or the repository was renamed or deleted, or somebody deleted what was there in the meantime.",
            remedy=f"{right.grant} Then run it again.",
            read=_PERMISSIONS,
        )
    if error.status in REDIRECTS:
        return InputError(
            happened,
            cause="The repository has moved: it was renamed or belongs to another account now.",
            remedy="Use its new name: `git remote set-url origin ADDRESS`. In a workflow, start a new run.",
        )
    if error.status == UNPROCESSABLE:
        return ToolError(
            happened,
            cause="GitHub does not take what it was sent; the words above are its own. A ruleset of the repository or of "
            "the organisation can be the reason.",
            remedy="Do what they name, then run it again: it goes on from what is there.",
            read=right.read,
        )
    return ToolError(
        happened,
        cause="The words above are GitHub's own; Slipway does not know them.",
        remedy="Do what they name, then run it again: it goes on from what is there.",
        read=right.read,
    )


def unreadable(error: Refused, repository: str) -> SlipwayError:
    """Return the error for a repository that GitHub does not show."""
    if error.single_sign_on or error.status not in {FORBIDDEN, NOT_FOUND}:
        return refused(error, repository)
    return InputError(
        f"GitHub does not show {repository}: {error.status} {error.words}",
        cause="It was renamed or deleted, or is private and the token may not read it: GitHub answers 404 then, too.",
        remedy="Set GH_TOKEN to a token that may read it, such as the one that `gh auth token` prints. If it was renamed: "
        "`git remote set-url origin ADDRESS`.",
        read="https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api",
    )


def _immutable(happened: str) -> InputError:
    return InputError(
        happened,
        cause="The repository makes its releases immutable, and this one was published before all files were attached, or "
        "one was published for this tag before and deleted. Nothing can be attached to it any more.",
        remedy="Leave it as it is: what the index serves is not touched by it. Link the project's page on the index in its "
        "notes, which can still be edited. For the next version let `slipway announce` make the release, which publishes "
        "it after all files are attached.",
        read=_IMMUTABLE,
    )


def lasting(error: Unsettled, *, seconds: float) -> ToolError:
    """Return the error for a fault that did not pass.

    Args:
        error: the last of it.
        seconds: how long it was tried.
    """
    limit = f" It asks to wait {error.at_least:.0f} s." if error.at_least and error.at_least > seconds else ""
    return ToolError(
        f"{error}, and the fault did not pass in {seconds:.0f} s.{limit}",
        cause="GitHub, or the network on the way to it, has a fault, or a limit on requests is reached.",
        remedy="Look at https://www.githubstatus.com, then run it again: it goes on from what is there.",
    )


def no_tag(tag: str, repository: str, *, visible: bool) -> InputError:
    """Return the error for a tag that is not on GitHub.

    Args:
        tag: its name.
        repository: `owner/name`.
        visible: whether the token may see the repository.
    """
    if not visible:
        return InputError(
            f"GitHub shows no repository {repository}.",
            cause="It was renamed or deleted, or is private and the token may not read it: GitHub answers 404 then, too.",
            remedy=CONTENTS.grant,
            read=_PERMISSIONS,
        )
    return InputError(
        f"{repository} has no tag {tag} on GitHub. Nothing was made there.",
        cause="It was not pushed yet, or was deleted after the release had been built. Announcing never makes a tag.",
        remedy=f"Push it: `git push origin refs/tags/{tag}`. Then run this again.",
    )


def moved_tag(tag: str, *, found: str, expected: str) -> InputError:
    """Return the error for a tag that points at another commit than the one that was released."""
    return InputError(
        f"The tag {tag} points at the commit {found} on GitHub, and this release was built from {expected}. "
        "Nothing was made there.",
        cause="The tag was moved after the release had been built, or the manifest is that of another run.",
        remedy=f"Find out who moved it. If the release is right, move the tag back to {expected}; if not, do not announce "
        "it, and release a new version.",
    )


def foreign(release: Release, assets: Iterable[Asset]) -> InputError:
    """Return the error for assets of a draft that are not of this release, and that publishing it would publish."""
    names = [asset.name for asset in assets]
    delete = "; ".join(
        f"`gh release delete-asset {release.tag_name} {shlex.quote(name)}`" for name in names[:3]
    )
    return InputError(
        f"The draft at {release.html_url} has files that the manifest does not name: {', '.join(names)}.",
        cause="Another job or a person attached them, or this is the release of something else.",
        remedy=f"If they do not belong there, delete them ({delete}) and run this again. If they do, publish the draft "
        "yourself and run this again: it adds the files of the manifest.",
    )


def clobbering(release: Release, assets: Iterable[Asset]) -> InputError:
    """Return the error for a published release that has other bytes under the names of our files."""
    names = ", ".join(asset.name for asset in assets)
    return InputError(
        f"The published release at {release.html_url} has other bytes under these names: {names}.",
        cause="It was made by hand or from another build, or somebody changed its files. What is "
        "published is never replaced.",
        remedy="Compare them with what the index serves. If the index is right, delete the files from the release's page by "
        "hand and run this again; if you cannot tell, treat both as suspect and release a new version.",
    )


def incomplete(release: Release, names: Iterable[str]) -> InputError:
    """Return the error for an immutable release that lacks files."""
    return _immutable(f"The release at {release.html_url} is immutable and lacks {', '.join(names)}.")


def renamed(wanted: str, found: str) -> ToolError:
    """Return the error for an asset that GitHub gave another name."""
    return ToolError(
        f"GitHub named {wanted} {found}.",
        cause="It has a sign in its name that GitHub does not allow in the name of an asset.",
        remedy="Report this to Slipway. The release is still a draft, and the index is not touched by it.",
    )
