"""A table of the sentences with which an index refuses an upload, each with its cause and fix.

The ids are those of the index's own rules, as the catalogue's rules mirror them. Sentences: warehouse,
`forklift/legacy.py`, `forklift/decorators.py`, `macaroons/`, `packaging/services.py`, `oidc/`. The patterns match
the words that have stayed the same over the years.
"""

import re

from msgspec import Struct

from slipway.rules.index import RULES as INDEX_RULES
from slipway.rules.metadata import RULES as METADATA_RULES
from slipway.rules.sdist import RULES as SDIST_RULES
from slipway.rules.wheel import RULES as WHEEL_RULES


class Meaning(Struct, frozen=True):
    """A kind of refusal.

    Attributes:
        id: of the index's rule.
        pattern: words in the index's sentence, whatever their case.
        cause: the likely cause.
        fix: what to do.
        rule: the rule of the catalogue that finds the same beforehand, if there is one.
        credential: whether a fresh credential may help.
    """

    id: str
    pattern: str
    cause: str
    fix: str
    rule: str | None = None
    credential: bool = False


def _as_rule(identifier: str, pattern: str, name: str) -> Meaning:
    """Return a kind of refusal in the words of the rule that finds the same beforehand."""
    rule = next(
        rule for rule in (*INDEX_RULES, *METADATA_RULES, *SDIST_RULES, *WHEEL_RULES) if rule.name == name
    )
    return Meaning(identifier, pattern, f"{rule.title}.", rule.fix, name)


UPLOAD: tuple[Meaning, ...] = (
    Meaning(
        "A03",
        r"invalid api token.*expired|token.*has expired|token is expired",
        "The token's time is over; a minted one lives for 15 minutes.",
        "Run again: a new one is made. A stored token that has expired is replaced on the index's site.",
        credential=True,
    ),
    Meaning(
        "A03",
        r"oidc scoped token is not valid for project",
        "The publisher that matched this job is one of another project, or of this one under another name.",
        "Add this job as a publisher on the page of exactly this project. Where several projects are published from one "
        "repository, give each an environment of its own, so that only its own publisher matches.",
    ),
    Meaning(
        "A03",
        r"invalid api token.*(project|scope)|not valid for project",
        "The token belongs to another project.",
        "Give the token of this project, or make one whose scope includes it.",
    ),
    Meaning(
        "A03",
        r"invalid api token",
        "The token was revoked, was cut short when it was copied, or its publisher was removed from the project.",
        "Make a new token on the index's site, or use trusted publishing, which needs none.",
        credential=True,
    ),
    Meaning(
        "A02",
        r"username/password|basic auth.*no longer|password authentication",
        "The index takes no passwords any more.",
        "Use trusted publishing, or an API token in SLIPWAY_TOKEN.",
    ),
    Meaning(
        "A01",
        r"invalid or non-existent authentication|invalid or missing credentials",
        "The token is unknown to this index: PyPI and TestPyPI keep separate ones, and a revoked one is unknown too.",
        "Look which index the token was made for, and make a new one there if in doubt.",
        credential=True,
    ),
    Meaning(
        "A05",
        r"token (isn.t|is not) allowed to upload to project",
        "The project exists and this publisher or token is not one of its own; "
        "an archived or quarantined project answers in the same words.",
        "An owner of the project adds this publisher on the project's publishing page.",
    ),
    Meaning(
        "A04",
        r"user .*(isn.t|is not) allowed to upload to project",
        "The project belongs to somebody else, or your role in it does not include uploads; an archived project "
        "answers in the same words.",
        "Look at the project's page: if it is archived, an owner unarchives it. If you are none of its people, ask an "
        "owner to add you, or choose another name.",
    ),
    Meaning(
        "A06",
        r"verified primary email",
        "The account behind the token has no verified primary email address.",
        "Verify one in the account's settings on the index's site.",
    ),
    Meaning(
        "A07",
        r"two.factor",
        "The account behind the token has no second factor.",
        "Turn two-factor authentication on in the account's settings on the index's site.",
    ),
    Meaning(
        "A08",
        r"non-user identities cannot create",
        "The pending publisher names another project than the metadata does, or the project was deleted.",
        "Enter the publisher again with exactly the name in [project]; a stray empty project may have been made, "
        "which you can delete on the site.",
    ),
    Meaning(
        "A09",
        r"organization.*(inactive|not active)",
        "The organization that owns the project is not in good standing.",
        "Ask an owner of the organization to check its page on the index's site.",
    ),
    Meaning(
        "A10",
        r"too many (new )?projects",
        "The index limits how many projects an account or an address creates in an hour.",
        "Wait an hour and run again.",
    ),
    Meaning(
        "A11",
        r"attestations.*(only supported|trusted publish)",
        "The index takes attestations only together with trusted publishing.",
        "Publish through a trusted publisher, or set `attestations` to off.",
    ),
    Meaning(
        "C65",
        r"maximum of \d{1,3} attestations",
        "More attestations were sent with the file than the index takes.",
        "Let one program attest: leave `attestations` to Slipway, or set it to off where another one signs.",
    ),
    Meaning(
        "C66",
        r"invalid attestations.{0,400}(certificate|trusted publisher)",
        "The attestation was signed by another workflow or repository than the trusted publisher of the upload: what "
        "signs and what uploads must be one job.",
        "Sign and upload in the same job, in the workflow file that the publisher names. For a reusable workflow, "
        "that is a job of the caller's own file.",
    ),
    Meaning(
        "C66",
        r"invalid attestations.{0,400}(subject does not match|digest|invalid signature)",
        "The attestation is for another file, or was changed: its name, its digest or its signature is not this file's.",
        "Publish again from the same manifest, which signs anew.",
    ),
    Meaning(
        "C66",
        r"invalid attestations",
        "The index could not verify the attestation.",
        "Publish again from the same manifest, which signs anew; if it fails again, set `attestations` to off.",
    ),
    _as_rule(
        "I06", r"14 days|older than|closed for (new )?(uploads|files)|no longer accept", "release-closed"
    ),
    _as_rule("I07", r"only one sdist", "second-sdist"),
    _as_rule("I03", r"already exists|^conflict", "filename-taken"),
    Meaning(
        "I05",
        r"filename has already been used|filename.*previously used",
        "A file of this name was on the index once and was deleted; the index never takes a name twice.",
        "Release under a new version; a post-release such as 1.0.post1 is enough.",
        rule="release-emptied-before",
    ),
    Meaning(
        "I08",
        r"project size too large|total size",
        "The project has used up the room it has on the index.",
        "Ask for a higher limit, or delete old pre-releases on the index's site; then run again.",
        rule="project-over-quota",
    ),
    Meaning(
        "C07",
        r"file too large",
        "The file is larger than the index allows for this project.",
        "Make it smaller, or ask the index for a higher limit; then run again.",
        rule="wheel-over-default-size",
    ),
    _as_rule("C17", r"standard library", "project-name-in-standard-library"),
    _as_rule("I10", r"too similar", "project-name-too-similar"),
    Meaning(
        "I09",
        r"the name .* (isn.t|is not) allowed|name.*prohibited",
        "The index keeps this name from being used; this cannot be known beforehand.",
        "Choose another name for the project.",
    ),
    Meaning(
        "S01",
        r"read.only mode",
        "The index is under maintenance and takes nothing at the moment.",
        "Look at its status page, and run again later.",
    ),
    Meaning(
        "S03",
        r"project registration.*disabled",
        "The index creates no new projects at the moment.",
        "Look at its status page, and run again later.",
    ),
    Meaning(
        "S02",
        r"uploads are (temporarily )?disabled",
        "The index takes no uploads at the moment.",
        "Look at its status page, and run again later.",
    ),
    _as_rule("C31", r"pkg-info not found|missing pkg-info", "sdist-pkg-info-missing"),
    _as_rule("C24", r"wheel not found", "wheel-wheel-file-missing"),
    _as_rule("C34", r"record not found|record file|dist-info/record", "wheel-record-unreadable"),
    _as_rule("C36", r"metadata not found", "wheel-metadata-missing"),
    _as_rule(
        "C26", r"zip archive|central directory|record signature|local (file )?header", "wheel-zip-ambiguous"
    ),
    _as_rule("C33", r"license-file .{1,300} does not exist.{1,300}\.whl", "wheel-licence-file-missing"),
    _as_rule("C32", r"license-file .{1,300} does not exist", "sdist-licence-file-missing"),
    _as_rule("C40", r"introduced in metadata version", "metadata-field-too-new"),
    _as_rule("C58", r"dynamic", "dynamic-field-invalid"),
    _as_rule("C43", r"local version", "version-local"),
    _as_rule("C54", r"direct (dependency|reference)", "requires-dist-direct-reference"),
    _as_rule("C50", r"classifier.*deprecated", "classifier-deprecated"),
    _as_rule("C49", r"classifier", "classifier-unknown"),
    _as_rule("C47", r"description failed to render", "description-not-rendered"),
    _as_rule("C12", r"unsupported platform tag", "wheel-platform-tag-refused"),
    Meaning(
        "C14",
        r"start filename for",
        "The filename does not begin with the project's name in its normal form.",
        "Upgrade the build backend, which writes the name in lower case with underscores, and do not rename files.",
        rule="wheel-filename-not-normalized",
    ),
    _as_rule("C10", r"pep 625|source distribution filename", "sdist-filename-not-normalized"),
    _as_rule("C59", r"license.expression.*license\b", "license-given-twice"),
    Meaning(
        "C60",
        r"license",
        "The licence is not written as the index wants it.",
        "Write an SPDX expression, and name the licence files relative to the project.",
        rule="license-expression-invalid",
    ),
    Meaning(
        "C45",
        r"summary",
        "The summary is too long, or has several lines.",
        "Shorten `description` in [project] to one line of at most 512 characters.",
        rule="summary-too-long",
    ),
    _as_rule("C39", r"metadata.version", "metadata-version-unsupported"),
    Meaning(
        "P01",
        r"redirect|moved permanently|^302",
        "The address does not take uploads itself; it sends clients elsewhere.",
        "Give the address it leads to, with the slash at its end.",
    ),
    Meaning(
        "P03",
        r"method not allowed|\bgone\b|not found",
        "The address is not one that takes uploads.",
        "Look up the upload address of the index in its documentation, and give it with --index.",
    ),
    Meaning(
        "A01",
        r"unauthorized|forbidden|access denied|permission",
        "The user name, the password or the token is wrong, or does not allow uploads.",
        "Try them on the index's site, and give others as TWINE_USERNAME and TWINE_PASSWORD or as SLIPWAY_TOKEN.",
        credential=True,
    ),
)


MINT: tuple[Meaning, ...] = (
    Meaning(
        "invalid-pending-publisher",
        r"invalid-pending-publisher",
        "The project was created by somebody else while the publisher for it was waiting.",
        "If the project is yours, add the publisher on its publishing page; if it is not, choose another name.",
    ),
    Meaning(
        "invalid-publisher",
        r"invalid-publisher.{0,500}job_workflow_ref",
        "The job is written in another workflow file than the publisher names: PyPI goes by the file the job "
        "is written in, which for a reusable workflow is the called one.",
        "Put the publish job into the workflow that the publisher names, as a job of its own.",
    ),
    Meaning(
        "invalid-publisher",
        r"invalid-publisher.{0,500}pull_request_target",
        "`pull_request_target` runs foreign code with the repository's rights, and never publishes.",
        "Publish from a tag or a manual dispatch.",
    ),
    Meaning(
        "invalid-publisher",
        r"invalid-publisher",
        "No trusted publisher of the index fits this job. One of owner, repository, file name and environment "
        "differs, be it in upper or lower case only; or it was entered at another index.",
        "Compare the values above with the publisher, one by one, and correct the one that differs.",
    ),
    Meaning(
        "not-enabled",
        r"not-enabled",
        "The index has trusted publishing switched off at the moment.",
        "Look at its status page and run again later, or give an API token in SLIPWAY_TOKEN.",
    ),
    Meaning(
        "invalid-reuse-token",
        r"invalid-reuse-token",
        "The ID token was used before; Slipway asks for a new one each time, so something replays them.",
        "Run the job again, and look for a proxy between the runner and the index.",
    ),
    Meaning(
        "invalid-token",
        r"invalid-token",
        "The index does not accept the ID token: its clock, its audience or its issuer is not the expected one.",
        "Run the job again; on a self-hosted runner, set the clock first.",
    ),
    Meaning(
        "invalid-payload",
        r"invalid-payload",
        "The index could not read the ID token, does not know who issued it, or may not create the project.",
        "Publish from GitHub's own runners; for a new project, check that its name is allowed.",
    ),
)
"""The codes with which an index refuses an ID token (warehouse, `oidc/views.py`)."""


def upload(words: str) -> Meaning | None:
    """Return what a refused upload means, or None where it is not known."""
    return _first(UPLOAD, words)


def mint(code: str, description: str) -> Meaning | None:
    """Return what a refused exchange of tokens means, or None where it is not known."""
    return _first(MINT, f"{code} {description}")


def _first(table: tuple[Meaning, ...], words: str) -> Meaning | None:
    return next((row for row in table if re.search(row.pattern, words, re.IGNORECASE | re.DOTALL)), None)
