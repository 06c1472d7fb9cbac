"""Rules on addresses: Author-email, Maintainer-email, Home-page, Download-URL, Project-URL."""

import email.utils
import re
from collections.abc import Iterator

from slipway.artifacts.metadata import MetadataFacts
from slipway.rules.families import metadata
from slipway.rules.metadata.fields import at_field, each_uploaded, is_missing, uploaded
from slipway.rules.rule import Evidence
from slipway.rules.specifications import CORE_METADATA, WELL_KNOWN_URLS
from slipway.rules.wording import first_line, over_length, quoted
from slipway.rules.written import fix

LABEL_LIMIT = 32
"""Characters of a Project-URL's label; warehouse, `forklift/metadata.py`."""


@metadata.error(
    "email-invalid",
    title="The e-mail address of an author or maintainer is not valid",
    why="PyPI checks an address that is alone in its field, and refuses the upload if the domain "
    "has no dot or is reserved, such as `.local`, `.test` or `.invalid`.",
    **fix("Give an address that can receive mail, or leave it out and give only the name: {}.", "email"),
    example="Author-email: ada@localhost",
    mirrors=("C48",),
    read=CORE_METADATA + "#author-email",
)
def email_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    for name in ("author-email", "maintainer-email"):
        address = _single_address(uploaded(facts, name) or "")
        if address and (problem := _email_problem(address)):
            message = f"{name.title()} {quoted(address)} is not an e-mail address: {problem}."
            yield at_field(facts, name, message, seen=uploaded(facts, name))


@metadata.note(
    "author-missing",
    title="The metadata names nobody as author or maintainer",
    why="Who looks for somebody to ask, or to report a fault to, finds no name on the project's page.",
    **fix("Name who is behind the project, a person or a group: {}.", "email"),
    example="metadata without Author, Author-email, Maintainer and Maintainer-email",
    read=CORE_METADATA + "#author",
)
def author_missing(facts: MetadataFacts) -> Iterator[Evidence]:
    if all(is_missing(facts, name) for name in ("author", "author-email", "maintainer", "maintainer-email")):
        yield Evidence("The metadata names nobody as author or maintainer.", file=facts.file)


def _single_address(value: str) -> str | None:
    """Return the address PyPI judges: the one of a field that holds exactly one, else None.

    PyPI reads the field with the strict parser of newer Pythons, which gives nothing for a list, an
    unbalanced comment and a bracket; on a Python without it the same is decided here.
    """
    if over_length(value):
        return None
    if getattr(email.utils, "supports_strict_parsing", False):
        return email.utils.parseaddr(value)[1] or None
    try:
        addresses = email.utils.getaddresses([value])
    except RecursionError:
        return None
    if len(addresses) != 1 or "[" in addresses[0][1] or value.count("(") != value.count(")"):
        return None
    return addresses[0][1] or None


PLAIN_ADDRESS = re.compile(
    r"[a-z0-9](?:[._+-]?[a-z0-9]){0,31}@(?:[a-z0-9](?:-?[a-z0-9]){0,20}\.){1,3}"
    r"(?!(?:arpa|invalid|local|localhost|onion|test)\Z)[a-z]{2,20}",
    re.IGNORECASE | re.ASCII,
)
"""What nearly all addresses look like. All of these are valid, and email-validator takes longer to load than all rules."""


def _email_problem(address: str) -> str | None:
    if PLAIN_ADDRESS.fullmatch(address):
        return None
    import email_validator

    try:
        email_validator.validate_email(address, check_deliverability=False)
    except (email_validator.EmailNotValidError, ValueError) as error:
        return first_line(error)
    return None


PLAIN_URL = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]{0,250}(?:/[a-z0-9._~/-]{0,1000})?", re.IGNORECASE | re.ASCII
)
"""What nearly all URLs look like. All of these are valid, and rfc3986 takes longer to load than all other rules."""


def _is_url(url: str) -> bool:
    """Return whether PyPI takes this for a URL: http or https; host, port, path and query valid if given."""
    if over_length(url):
        return False
    if PLAIN_URL.fullmatch(url):
        return True
    from rfc3986 import exceptions, uri_reference, validators  # type: ignore[import-untyped]

    validator = validators.Validator().allow_schemes("http", "https").require_presence_of("scheme")
    validator = validator.check_validity_of("scheme", "host", "port", "path", "query")
    try:
        validator.validate(uri_reference(url).normalize())
    except (exceptions.RFC3986Exception, ValueError):
        return False
    return True


@metadata.error(
    "url-invalid",
    title="Home-page or Download-URL is not a URL",
    why="PyPI shows the URL as a link and takes only complete ones that begin with http:// or https://.",
    fix="Write the complete URL, or remove the field. New projects list their links under [project.urls].",
    fixes={
        "setuptools": "Write the complete URL in `url=` or `download_url=`, or remove the argument.",
    },
    example="Home-page: example.org",
    mirrors=("C51",),
    read=CORE_METADATA + "#home-page",
)
def url_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    for name, title in (("home-page", "Home-page"), ("download-url", "Download-URL")):
        url = uploaded(facts, name)
        # PyPI drops an empty value, which `url=""` in a setup.py writes.
        if url and url.strip() and not _is_url(url):
            message = f"{title} {quoted(url)} is not a URL."
            yield at_field(facts, name, message, seen=url, expected="https://…")


@metadata.error(
    "project-url-invalid",
    title="A project URL has no usable label or address",
    why="Each entry is a label of at most 32 characters and a complete http or https URL; PyPI refuses "
    "others.",
    **fix("Correct the entry, for example {}.", "urls"),
    example="Project-URL: Source, git@example.org:me/project.git",
    mirrors=("C52",),
    read=WELL_KNOWN_URLS,
)
def project_url_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    for value, at in each_uploaded(facts, "project-url"):
        label, _, url = (part.strip() for part in value.partition(","))
        if problem := _project_url_problem(label, url):
            yield at(f"Project-URL {quoted(value)}: {problem}.")


def _project_url_problem(label: str, url: str) -> str | None:
    if not label:
        return "the label is empty"
    if len(label) > LABEL_LIMIT:
        return f"the label has {len(label)} characters, {LABEL_LIMIT} are allowed"
    if not url:
        return "the URL is empty"
    return None if _is_url(url) else f"{quoted(url)} is not a URL"


@metadata.error(
    "project-url-label-repeated",
    title="Two project URLs have the same label",
    why="Labels are the keys of the list of links; with one of them twice neither twine nor PyPI takes "
    "the metadata.",
    fix="Give every link a label of its own.",
    example="Project-URL: Source, https://example.org/a\nProject-URL: Source, https://example.org/b",
    mirrors=("C38",),
    read=WELL_KNOWN_URLS,
)
def project_url_label_repeated(facts: MetadataFacts) -> Iterator[Evidence]:
    labels: set[str] = set()
    for value, at in each_uploaded(facts, "project-url"):
        label = value.partition(",")[0].strip()
        if label in labels:
            yield at(f"Project-URL has the label {quoted(label)} more than once.", seen=label)
        labels.add(label)


@metadata.note(
    "project-urls-missing",
    title="The metadata names no URL of the project",
    why="People who find the package on the index cannot see where its source, documentation and issues are.",
    **fix("Add {}.", "urls"),
    example="metadata without Project-URL and Home-page",
    read=WELL_KNOWN_URLS,
)
def project_urls_missing(facts: MetadataFacts) -> Iterator[Evidence]:
    if is_missing(facts, "project-url") and is_missing(facts, "home-page"):
        yield Evidence("The metadata names no URL of the project.", file=facts.file)


@metadata.note(
    "home-page-alone",
    title="Home-page is the only link",
    why="Home-page is the old form. Labelled links are shown with their own icons, and tools find the "
    "source, the changelog and the issues by their labels.",
    **fix("Add the other links with their labels: {}.", "urls"),
    example="Home-page: https://example.org",
    read=WELL_KNOWN_URLS,
)
def home_page_alone(facts: MetadataFacts) -> Iterator[Evidence]:
    url = uploaded(facts, "home-page")
    if url and is_missing(facts, "project-url"):
        yield at_field(
            facts, "home-page", f"Home-page {quoted(url)} is the only URL of the project.", seen=url
        )
