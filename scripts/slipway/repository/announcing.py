"""Makes the release on GitHub: draft, attach, compare, publish; from whatever is there already.

Each attempt looks first and does what is missing. So an answer that never came needs no guess whether the request had an
effect, and a run that was killed is simply started again.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from packaging.version import Version

from slipway import digests
from slipway.errors import SlipwayError, ToolError
from slipway.index.clock import Patience
from slipway.manifest import FILENAME, Manifest
from slipway.publication import Announced
from slipway.records import Notes, Sbom
from slipway.repository import failures, releases
from slipway.repository import notes as texts
from slipway.repository.github import GitHub, Refused, Unsettled
from slipway.repository.releases import Asset, Compared, File, Release

PATIENCE = 300.0
"""Seconds to go on while GitHub has a fault, counted from the last request that changed something."""

WRITING = 3
"""Times that GitHub may fail to write notes; on a large repository it can take too long each time."""

LARGEST_MANIFEST = 16 * 1024**2
"""Bytes read of a manifest that is attached to a release."""

TAKEN = "already_exists"
"""What GitHub says of a name that is taken (https://docs.github.com/en/rest/releases/assets)."""


class Wanted(Struct, frozen=True):
    """What there should be.

    Attributes:
        commit: what the tag must point at.
        files: exactly these are attached.
        notes: what the changelog says.
        otherwise: the notes where nothing else is found to say.
        manifest: names the files that were released.
    """

    tag: str
    commit: str
    version: Version
    files: tuple[File, ...]
    notes: Notes | None
    otherwise: str
    manifest: Manifest


class Announcement:
    """One release on its way to GitHub.

    Args:
        github: the repository.
        wanted: what there should be.
        say: shows a line.
    """

    def __init__(self, github: GitHub, wanted: Wanted, say: Callable[[str], None]) -> None:
        self._github = github
        self._wanted = wanted
        self._say = say
        self._changes = 0
        self._unwritten = 0
        self._is_publishing = False
        self._text: tuple[str, str] | None = None
        self._others: tuple[str, ...] = ()

    def announce(self) -> tuple[Announced, str]:
        """Make the release, or finish it, and return what is there in the end, and its notes.

        Raises:
            InputError: what is there must not be touched, or the token may not do it.
            ToolError: GitHub has a fault that does not pass.
        """
        waiting, known = Patience(PATIENCE), 0
        while True:
            try:
                return self._finish()
            except Unsettled as trouble:
                unsettled = trouble
            except Refused as refusal:
                if TAKEN not in refusal.codes:
                    raise failures.refused(refusal, self._github.repository) from refusal
                unsettled = Unsettled(str(refusal))
            if self._changes > known:
                waiting, known = Patience(PATIENCE), self._changes
            self._say(f"{unsettled}; looking again at what is there")
            if not waiting.pause(at_least=unsettled.at_least):
                raise failures.lasting(unsettled, seconds=PATIENCE) from unsettled

    def _finish(self) -> tuple[Announced, str]:
        self._require_tag()
        release = releases.published(self._github, self._wanted.tag)
        if release is not None:
            return self._complete(release)
        release = self._draft()
        state = self._compare(release)
        if state.foreign:
            raise failures.foreign(release, state.foreign)
        self._attach(release, state)
        if not self._compare(release).is_exact:
            raise Unsettled("GitHub does not show all files of the draft yet")
        self._publish(release)
        return self._seen("published")

    def _require_tag(self) -> None:
        """Make sure that the tag is there and is that of this release; publishing without one would make one."""
        tag, commit = self._wanted.tag, self._wanted.commit
        found = releases.commit_of(self._github, tag)
        if found is None:
            visible = releases.is_visible(self._github)
            raise failures.no_tag(tag, self._github.repository, visible=visible)
        if found != commit:
            raise failures.moved_tag(tag, found=found, expected=commit)

    def _draft(self) -> Release:
        """Return the draft to go on with; of several, the one that has most of the files already."""
        found = releases.drafts(self._github, self._wanted.tag)
        if not found:
            return self._new_draft()
        if len(found) > 1:
            alike = {one.id: len(self._compare(one).right) for one in found}
            found.sort(key=lambda one: (-alike[one.id], one.id))
        first, *others = found
        self._others = tuple(one.html_url for one in others)
        self._say(f"going on with the draft {first.html_url}")
        for url in self._others:
            self._say(f"there is another draft for this tag, which is left alone: {url}")
        return first

    def _new_draft(self) -> Release:
        tag = self._wanted.tag
        self._require_bytes(self._wanted.files)
        self._say(f"making a draft for {tag}")
        document = {
            "tag_name": tag,
            "name": tag,
            "body": self._notes()[0],
            "draft": True,
            "prerelease": self._wanted.version.is_prerelease,
        }
        made = self._github.post("releases", Release, document)
        self._changes += 1
        return made

    def _notes(self) -> tuple[str, str]:
        """Return the notes and where they are from; made once, so that they are the same at each attempt."""
        if self._text is None:
            self._text = texts.body(self._wanted.notes, self._generated(), otherwise=self._wanted.otherwise)
        return self._text

    def _generated(self) -> str:
        """Return the notes that GitHub writes by itself; without any if it does not write them.

        It asks for the right to write, but changes nothing (https://docs.github.com/en/rest/releases/releases).
        """
        try:
            document = {"tag_name": self._wanted.tag}
            return self._github.post("releases/generate-notes", _Generated, document).body
        except Refused as refusal:
            self._say(f"GitHub wrote no notes: {refusal}")
        except Unsettled as trouble:
            self._unwritten += 1
            if self._unwritten < WRITING:
                raise
            self._say(f"GitHub wrote no notes: {trouble}")
        return ""

    def _compare(self, release: Release) -> Compared:
        return self._compared(releases.assets(self._github, release), self._wanted.files)

    def _compared(self, found: Sequence[Asset], files: Sequence[File]) -> Compared:
        return releases.compared(
            found,
            files,
            digest=lambda asset: self._github.digest(f"releases/assets/{asset.id}", limit=asset.size),
        )

    def _attach(self, release: Release, state: Compared) -> None:
        """Attach what is missing; in a draft, other bytes under the names of our files are replaced."""
        have = {asset.name for asset in state.right}
        waiting = [file for file in self._wanted.files if file.name not in have]
        self._require_bytes(waiting)
        for asset in (*state.unfinished, *state.wrong):
            self._say(f"deleting {asset.name}, which is {_described(asset)}")
            self._github.delete(f"releases/assets/{asset.id}")
            self._changes += 1
        for number, file in enumerate(waiting, start=1):
            self._say(f"attaching {file.name} ({number} of {len(waiting)}, {file.size / 1000:.0f} kB)")
            self._upload(release, file)

    def _require_bytes(self, files: Sequence[File]) -> None:
        """Make sure that what is to be attached is here and is what was built."""
        for file in files:
            if isinstance(file.content, Path):
                digests.require(file.content, file.filename, file.sha256)

    def _upload(self, release: Release, file: File) -> None:
        asset = self._github.upload(release.upload_url, file.name, file.content, Asset)
        self._changes += 1
        if asset.name != file.name:
            raise failures.renamed(file.name, asset.name)
        if releases.compared([asset], [file]).wrong:
            raise ToolError(
                f"GitHub has other bytes of {file.name} than were sent: it says {asset.digest or f'{asset.size} bytes'}, "
                f"and the file has sha256:{file.sha256}. The release was not published.",
                cause="They were changed on the way, or something between this machine and GitHub answers in its place.",
                remedy="Run it again: wrong files of a draft are replaced. If it stays, look at the "
                "proxies of this machine.",
            )

    def _publish(self, draft: Release) -> None:
        # What a person wrote into a draft is kept.
        document: dict[str, object] = {
            "draft": False,
            "prerelease": self._wanted.version.is_prerelease,
            "make_latest": releases.make_latest(self._github, self._wanted.tag, self._wanted.version),
        }
        if not (draft.name or "").strip():
            document["name"] = self._wanted.tag
        if not (draft.body or "").strip():
            document["body"] = self._notes()[0]
        self._require_tag()
        self._say("publishing it")
        self._is_publishing = True
        self._github.patch(f"releases/{draft.id}", Release, document)
        self._changes += 1

    def _complete(self, release: Release) -> tuple[Announced, str]:
        """Add to a published release what it lacks; nothing in it is replaced."""
        state = self._forgiving(self._compare(release))
        if state.wrong:
            raise failures.clobbering(release, state.wrong)
        lacking = [*(file.name for file in state.missing), *(one.name for one in state.unfinished)]
        if lacking and release.immutable:
            raise failures.incomplete(release, lacking)
        self._attach(release, state)
        if not (release.body or "").strip():
            self._github.patch(f"releases/{release.id}", Release, {"body": self._notes()[0]})
            self._changes += 1
        if self._changes:
            return self._seen("published" if self._is_publishing else "completed")
        return self._record(release, state, outcome="already-there")

    def _forgiving(self, state: Compared) -> Compared:
        """Return a comparison in which an attached manifest counts as right that names the same files and commit.

        A manifest also says how long things took, so that each run makes another one of the same release. With it
        counts the SBOM that it names, which lists what was newest when it was made.
        """
        manifest = next((one for one in state.wrong if one.name == FILENAME), None)
        if manifest is None or not (attached := self._same_release(manifest)):
            return state
        same = [manifest, *(one for one in state.wrong if self._is_sbom(one, attached.sbom))]
        wrong = tuple(one for one in state.wrong if one not in same)
        return replace(state, right=(*state.right, *same), wrong=wrong)

    def _same_release(self, asset: Asset) -> Manifest | None:
        try:
            content = self._github.content(f"releases/assets/{asset.id}", limit=LARGEST_MANIFEST)
            attached = msgspec.json.decode(content, type=Manifest)
        except (msgspec.MsgspecError, SlipwayError):
            return None
        return attached if _identity(attached) == _identity(self._wanted.manifest) else None

    def _is_sbom(self, asset: Asset, sbom: Sbom | None) -> bool:
        if sbom is None:
            return False
        file = File(sbom.filename, sbom.size, sbom.sha256, b"")
        return asset.name == file.name and bool(self._compared([asset], [file]).right)

    def _seen(self, outcome: str) -> tuple[Announced, str]:
        """Return the release as everybody sees it now."""
        release = releases.published(self._github, self._wanted.tag)
        if release is None:
            raise Unsettled("GitHub does not show the release yet")
        state = self._forgiving(self._compare(release))
        if not state.is_complete:
            raise Unsettled("GitHub does not show all files of the release yet")
        return self._record(release, state, outcome=outcome)

    def _record(self, release: Release, state: Compared, *, outcome: str) -> tuple[Announced, str]:
        body = (release.body or "").replace("\r\n", "\n")
        is_ours = self._text is not None and body.strip() == self._text[0].strip()
        record = msgspec.convert(
            {
                "url": release.html_url,
                "tag": release.tag_name,
                "outcome": outcome,
                "assets": sorted(asset.name for asset in state.right),
                "notes": self._text[1] if self._text and is_ours else "what was there before",
                "others": self._others,
                "foreign": sorted(asset.name for asset in state.foreign),
            },
            Announced,
        )
        return record, body


class _Generated(msgspec.Struct, frozen=True):
    body: str


def _described(asset: Asset) -> str:
    return "not what was built" if asset.state == releases.UPLOADED else "unfinished"


def _identity(manifest: Manifest) -> Sequence[object]:
    """Return what two manifests of the same release have in common."""
    files = sorted((artifact.filename, artifact.sha256) for artifact in manifest.artifacts)
    git = manifest.plan.git if manifest.plan else None
    return manifest.name, manifest.version, git.commit if git else None, files
