"""Announce: the release on GitHub has exactly the files of the manifest, their checksums, the manifest and notes."""

from contextlib import closing

import msgspec

from slipway.errors import Interrupted, SlipwayError
from slipway.manifest import Addition, Failure, Manifest
from slipway.options import Inputs
from slipway.publication import Recovery
from slipway.publishing import after_failure
from slipway.repository import decision
from slipway.repository.announcing import Announcement
from slipway.repository.github import GitHub
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Make the release on GitHub, or finish the one that is there.

    Raises:
        InputError: this run may not announce, or nothing shows that the release was published.
    """
    if reason := decision.no_release(manifest):
        return Addition(skipped=reason)
    wanted = decision.wanted(manifest, inputs, runner)
    runner.say(decision.evidence(manifest))
    try:
        api, repository = decision.repository(inputs, runner)
        with closing(GitHub(api, repository)) as github:
            announced, notes = Announcement(github, wanted, runner.say).announce()
    except SlipwayError as error:
        return _failed(error, inputs, runner)
    except KeyboardInterrupt:
        stopped = Interrupted(
            "Announcing was stopped.",
            cause="You, or the runner on your behalf, ended the run.",
            remedy="Nothing is lost: started again, it finds the draft and goes on with it.",
        )
        return _failed(stopped, inputs, runner)
    if inputs.keeps:
        inputs.release_notes.write_text(notes, "utf-8", newline="\n")
    return Addition(announced=announced)


def _failed(error: SlipwayError, inputs: Inputs, runner: Runner) -> Addition:
    command = after_failure.next_command(inputs, runner, None, command="announce")
    failure = Failure.from_error(error, stage="announce")
    return Addition(failure=msgspec.structs.replace(failure, recovery=Recovery(command=command)))
