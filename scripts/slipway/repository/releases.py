"""What is on GitHub of a release: its tag, its releases and their assets, compared with what should be there.

Facts from https://docs.github.com/en/rest/releases: a look-up by tag returns no drafts, so they are listed and matched;
an asset whose upload was cut off stays in the state `starter` and is deleted before another takes its name.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from packaging.version import Version

from slipway import versions
from slipway.repository.github import GitHub, escaped

UPLOADED = "uploaded"

NESTED = 5
"""Tags that point to tags, before the commit must come."""


class Asset(Struct, frozen=True):
    """A file attached to a release, as GitHub shows it.

    Attributes:
        state: `uploaded`, or `starter` where its upload was cut off.
        digest: `sha256:` and the SHA-256; None where this GitHub does not say it.
    """

    id: int
    name: str
    state: str
    size: int
    digest: str | None = None


class Release(Struct, frozen=True):
    """A release, as GitHub shows it.

    Attributes:
        immutable: whether its assets can no longer change.
    """

    id: int
    tag_name: str
    draft: bool
    html_url: str
    upload_url: str
    name: str | None = None
    body: str | None = None
    prerelease: bool = False
    immutable: bool = False


class _Object(Struct, frozen=True):
    sha: str
    type: str


class _Pointer(Struct, frozen=True):
    object: _Object


class File(Struct, frozen=True):
    """A file that the release should have.

    Attributes:
        filename: its name here.
        size: in bytes.
        sha256: in lower-case hexadecimal.
        content: where it is, or its bytes.
    """

    filename: str
    size: int
    sha256: str
    content: Path | bytes

    @property
    def name(self) -> str:
        """The name of its asset: GitHub puts a dot in the place of signs such as the `!` of an epoch."""
        return re.sub(r"[^A-Za-z0-9._+-]", ".", self.filename)


class Compared(Struct, frozen=True):
    """The assets of a release beside the files that it should have.

    Attributes:
        right: with the bytes that they should have.
        missing: files without an asset.
        unfinished: assets whose upload was cut off.
        wrong: assets with other bytes under the name of one of the files.
        foreign: assets under other names.
    """

    right: tuple[Asset, ...]
    missing: tuple[File, ...]
    unfinished: tuple[Asset, ...]
    wrong: tuple[Asset, ...]
    foreign: tuple[Asset, ...]

    @property
    def is_complete(self) -> bool:
        """Whether it has all the files, with their bytes."""
        return not (self.missing or self.unfinished or self.wrong)

    @property
    def is_exact(self) -> bool:
        """Whether it has all the files, with their bytes, and nothing else."""
        return self.is_complete and not self.foreign


def commit_of(github: GitHub, tag: str) -> str | None:
    """Return the commit that a tag points at, through annotated tags, or None where there is no such tag.

    From https://docs.github.com/en/rest/git/refs and /tags.
    """
    found = github.find(f"git/ref/tags/{escaped(tag)}", _Pointer)
    for _ in range(NESTED):
        if found is None or found.object.type != "tag":
            break
        found = github.find(f"git/tags/{escaped(found.object.sha)}", _Pointer)
    return found.object.sha if found and found.object.type == "commit" else None


def is_visible(github: GitHub) -> bool:
    """Return whether the token may see the repository at all; without that right, everything answers 404."""
    return github.find("", dict[str, Any]) is not None


def published(github: GitHub, tag: str) -> Release | None:
    """Return the published release of a tag."""
    return github.find(f"releases/tags/{escaped(tag)}", Release)


def drafts(github: GitHub, tag: str) -> list[Release]:
    """Return the drafts for a tag; GitHub shows them to those who may write."""
    return [
        release for release in github.all("releases", Release) if release.draft and release.tag_name == tag
    ]


def assets(github: GitHub, release: Release) -> list[Asset]:
    """Return the assets of a release."""
    return list(github.all(f"releases/{release.id}/assets", Asset))


def compared(
    found: Sequence[Asset], files: Sequence[File], *, digest: Callable[[Asset], str] | None = None
) -> Compared:
    """Compare the assets of a release with the files that it should have.

    Args:
        found: the assets.
        files: the files.
        digest: reads the SHA-256 of an asset of which GitHub does not say it; without it, its size decides.
    """
    wanted = {file.name: file for file in files}
    right: list[Asset] = []
    wrong: list[Asset] = []
    unfinished: list[Asset] = []
    foreign: list[Asset] = []
    for asset in found:
        file = wanted.get(asset.name)
        if file is None:
            foreign.append(asset)
        elif asset.state != UPLOADED:
            unfinished.append(asset)
        else:
            (right if _is_same(asset, file, digest) else wrong).append(asset)
    have = {asset.name for asset in found}
    missing = [file for file in files if file.name not in have]
    return Compared(tuple(right), tuple(missing), tuple(unfinished), tuple(wrong), tuple(foreign))


def _is_same(asset: Asset, file: File, digest: Callable[[Asset], str] | None) -> bool:
    if asset.size != file.size:
        return False
    if asset.digest is not None:
        return asset.digest.lower() == f"sha256:{file.sha256}"
    return digest is None or digest(asset) == file.sha256


def make_latest(github: GitHub, tag: str, version: Version) -> str:
    """Return what is to decide whether this release becomes the latest: `true`, `false`, or GitHub itself (`legacy`).

    A pre-release never does, nor does a release below the latest one, such as a fix for an older series. Where the latest
    one has a tag of another form, as in a repository of several projects, GitHub decides by date and version.
    """
    if version.is_prerelease:
        return "false"
    latest = github.find("releases/latest", Release)
    if latest is None or latest.tag_name == tag:
        return "true"
    # The version is what stands at the end of the tag, from a digit on; what comes before it is the prefix.
    starts = (at for at, character in enumerate(tag) if character.isdigit())
    prefix = next((tag[:at] for at in starts if versions.parsed(tag[at:]) == version), None)
    other = versions.of_tag(latest.tag_name, prefix) if prefix is not None else None
    if other is None:
        return "legacy"
    return "true" if version > other else "false"
