"""What PyPI knows and how it judges: projects, publishers, tokens and files, without HTTP."""

import base64
import hashlib
import itertools
import json
import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from index.bench import issuer
from index.bench.signer import encoded
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version
from pypi_attestations import Attestation, GitHubPublisher
from sigstore.errors import VerificationError

TOKEN_LIFETIME = 900
DAY = 86_400
ALIKE = str.maketrans({"l": "1", "i": "1", "o": "0"})


class Refusal(Exception):  # noqa: N818 - named for what happened
    """The index says no."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code


@dataclass
class TrustedPublisher:
    repository: str = "acme/demo"
    owner_id: str = "42"
    workflow: str = "release.yml"
    environment: str = ""


@dataclass
class File:
    filename: str
    content: bytes
    version: str
    uploaded: float
    provenance: dict[str, Any] | None = None
    served: bytes | None = None  # what a mirror makes of it
    yanked: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass
class Project:
    name: str
    publishers: list[TrustedPublisher] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    status: str = "active"
    owners: list[str] = field(default_factory=lambda: ["alice"])
    burnt: set[str] = field(default_factory=set)
    emptied: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)


@dataclass
class Token:
    """An upload token; `uploads` is how many it is good for, to let one end in the middle."""

    projects: set[str]
    ends: float
    publisher: TrustedPublisher | None = None
    uploads: int = 10**9


class Warehouse:
    """An index: `audience` is what it wants in ID tokens."""

    def __init__(self, clock: Any, audience: str = "bench") -> None:
        self.clock = clock
        self.audience = audience
        self.projects: dict[str, Project] = {}
        self.pending: dict[str, TrustedPublisher] = {}
        self.tokens: dict[str, Token] = {}
        self.used: set[str] = set()
        self.drops_attestations = False
        self.uploads_per_token = 10**9
        self.trusted_publishing = True
        self.refuses = ""  # the sentence with which every upload is refused
        self.archive: list[str] = []  # every byte string ever taken, to prove that nothing is doubled
        self._numbers = itertools.count(1)
        self._one_at_a_time = threading.Lock()

    # Set-up -----------------------------------------------------------------------------------------------

    def project(self, name: str, *publishers: TrustedPublisher, **settings: Any) -> Project:
        made = Project(name, list(publishers), **settings)
        self.projects[canonicalize_name(name)] = made
        return made

    def api_token(self, *projects: str) -> str:
        """Return a user's token for these projects."""
        token = f"pypi-user-token-{next(self._numbers)}-{'x' * 40}"
        self.tokens[token] = Token({canonicalize_name(p) for p in projects}, ends=float("inf"))
        return token

    # Minting: warehouse, oidc/views.py ----------------------------------------------------------------------

    def mint(self, body: bytes) -> dict[str, Any]:
        try:
            id_token = json.loads(body)["token"]
            told = jwt.decode(id_token, options={"verify_signature": False})
        except (ValueError, KeyError, TypeError, jwt.PyJWTError):
            raise _mint("invalid-payload", "malformed JWT") from None
        if not self.trusted_publishing:
            raise _mint("not-enabled", "GitHub-based trusted publishing functionality not enabled")
        if told.get("iss") != issuer.ISSUER:
            raise _mint("invalid-payload", "unknown issuer")
        try:
            claims = issuer.read(id_token, audience=self.audience, now=self.clock.now())
        except jwt.PyJWTError:
            raise _mint("invalid-token", "malformed or invalid token") from None
        if claims["jti"] in self.used:
            raise _mint("invalid-reuse-token", "invalid token: already used")
        publisher, projects = self._publisher(claims)
        self.used.add(claims["jti"])
        token = f"pypi-minted-{next(self._numbers)}-{'y' * 60}"
        ends = self.clock.now() + TOKEN_LIFETIME
        self.tokens[token] = Token(projects, ends, publisher, self.uploads_per_token)
        return {"success": True, "token": token, "expires": int(ends)}

    def _publisher(self, claims: dict[str, Any]) -> tuple[TrustedPublisher, set[str]]:
        if claims["event_name"] == "pull_request_target":
            raise _mint(
                "invalid-publisher", "valid token, but no corresponding publisher (pull_request_target)"
            )
        for name, pending in self.pending.items():
            if _fits(pending, claims):
                key = canonicalize_name(name)
                del self.pending[name]
                if key in self.projects:
                    raise _mint("invalid-pending-publisher", "valid token, but project already exists")
                self.project(name, pending)
                return pending, {key}
        fitting = [(p, key) for key, one in self.projects.items() for p in one.publishers if _fits(p, claims)]
        own = [pair for pair in fitting if pair[0].environment] or fitting
        if not own:
            raise _mint(
                "invalid-publisher",
                "valid token, but no corresponding publisher (Publisher with matching claims was not found)",
            )
        publisher = own[0][0]
        expected = [
            f"{publisher.repository}/.github/workflows/{publisher.workflow}@{end}"
            for end in (claims["ref"], claims["sha"])
        ]
        if claims["job_workflow_ref"] not in expected:
            raise _mint(
                "invalid-publisher",
                "valid token, but no corresponding publisher (Checks failed for 'job_workflow_ref')",
            )
        return publisher, {key for p, key in own if p == publisher}

    # Uploading: warehouse, forklift/legacy.py, in its order ---------------------------------------------------

    def upload(self, form: dict[str, list[str]], content: bytes, secret: str | None) -> None:
        with self._one_at_a_time:
            self._upload(form, content, secret)

    def _upload(self, form: dict[str, list[str]], content: bytes, secret: str | None) -> None:  # noqa: C901 - the order of the index itself
        if self.refuses:
            raise Refusal(403 if "API Token" in self.refuses else 400, self.refuses)
        token = self.tokens.get(secret or "")
        if token is None:
            raise Refusal(403, "Invalid or non-existent authentication information.")
        if token.ends < self.clock.now() or token.uploads <= 0:
            raise Refusal(403, "Invalid API Token: token is expired")
        name, version = form["name"][0], form["version"][0]
        filename = form["filename"][0]
        key = canonicalize_name(name)
        project = self.projects.get(key)
        if project is None and token.publisher is not None:
            raise Refusal(400, "Non-user identities cannot create new projects.")
        if project is None:
            self._check_name(name)
            project = self.project(name)
            token.projects.add(key)
        if key not in token.projects and token.publisher is not None:
            raise Refusal(403, f"The given token isn't allowed to upload to project {name!r}.")
        if key not in token.projects:
            raise Refusal(403, f"Invalid API Token: project-scoped token is not valid for project: {name!r}")
        if project.status in {"archived", "quarantined"}:
            raise Refusal(403, f"The user 'alice' isn't allowed to upload to project {name!r}.")
        if hashlib.sha256(content).hexdigest() != form["sha256_digest"][0]:
            raise Refusal(
                400, "The digest supplied does not match a digest calculated from the uploaded file."
            )
        _check_filename(filename, name, version)
        if (old := project.files.get(filename)) is not None:
            if old.content == content:
                return
            raise Refusal(400, f"File already exists ('{filename}', with blake2_256 hash '…').")
        self._check_state(project, filename, version, content)
        provenance = self._provenance(form.get("attestations"), filename, content, token)
        token.uploads -= 1
        project.files[filename] = File(filename, content, version, self.clock.now(), provenance)
        self.archive.append(filename)

    def _check_name(self, name: str) -> None:
        reduced = re.sub(r"[._-]", "", name.lower()).translate(ALIKE)
        if any(re.sub(r"[._-]", "", other).translate(ALIKE) == reduced for other in self.projects):
            raise Refusal(400, f"The name {name!r} is too similar to an existing project.")

    def _check_state(self, project: Project, filename: str, version: str, content: bytes) -> None:
        if any(file.content == content for one in self.projects.values() for file in one.files.values()):
            raise Refusal(400, f"File already exists ('{filename}', with blake2_256 hash '…').")
        if filename in project.burnt:
            raise Refusal(400, "This filename has already been used, use a different version.")
        release = [f for f in project.files.values() if Version(f.version) == Version(version)]
        if release and self.clock.now() - min(f.uploaded for f in release) > 14 * DAY:
            raise Refusal(400, "Uploads to releases older than 14 days are not allowed.")
        if filename.endswith(".tar.gz") and any(f.filename.endswith(".tar.gz") for f in release):
            raise Refusal(400, "Only one sdist may be uploaded per release.")

    def _provenance(
        self, sent: list[str] | None, filename: str, content: bytes, token: Token
    ) -> dict[str, Any] | None:
        if not sent or self.drops_attestations:
            return None
        if token.publisher is None:
            raise Refusal(
                400,
                "Invalid attestations supplied during upload: Attestations are only supported when "
                "using Trusted Publishing",
            )
        attestations = json.loads(sent[0])
        for attestation in attestations:
            _check_attestation(attestation, filename, content, token.publisher)
        publisher = {
            "kind": "GitHub",
            "repository": token.publisher.repository,
            "workflow": token.publisher.workflow,
            "environment": token.publisher.environment or None,
        }
        return {"version": 1, "attestation_bundles": [{"publisher": publisher, "attestations": attestations}]}

    # Reading ------------------------------------------------------------------------------------------------

    def simple(self, name: str, base: str, hidden: frozenset[str] = frozenset()) -> dict[str, Any]:
        project = self.projects.get(canonicalize_name(name))
        if project is None:
            raise Refusal(404, "Not Found")
        files = (
            []
            if project.status == "quarantined"
            else [
                {
                    "filename": file.filename,
                    "url": f"{base}files/{file.filename}",
                    "hashes": {"sha256": file.sha256},
                    "size": len(file.content),
                    "upload-time": datetime.fromtimestamp(file.uploaded, UTC)
                    .isoformat()
                    .replace("+00:00", "Z"),
                    "yanked": file.yanked,
                    "provenance": self._route(project, file, base) if file.provenance else None,
                }
                for file in project.files.values()
                if file.filename not in hidden
            ]
        )
        return {
            "meta": {"api-version": "1.4", "_last-serial": len(self.archive)},
            "name": canonicalize_name(name),
            "project-status": {"status": project.status},
            "files": files,
        }

    def _route(self, project: Project, file: File, base: str) -> str:
        return f"{base}integrity/{canonicalize_name(project.name)}/{file.version}/{file.filename}/provenance"

    def json(self, name: str) -> dict[str, Any]:
        project = self.projects.get(canonicalize_name(name))
        if project is None or project.status == "quarantined":
            raise Refusal(404, "Not Found")
        releases: dict[str, list[Any]] = {version: [] for version in project.emptied}
        for file in project.files.values():
            releases.setdefault(file.version, []).append({"filename": file.filename})
        roles = [{"role": "Owner", "user": owner} for owner in project.owners]
        ownership = {"roles": roles, "organization": None}
        return {"info": {"project_urls": project.links or None}, "releases": releases, "ownership": ownership}

    def file(self, filename: str) -> File:
        for project in self.projects.values():
            if filename in project.files:
                return project.files[filename]
        raise Refusal(404, "Not Found")


def _mint(code: str, description: str) -> Refusal:
    return Refusal(422, description, code)


def _fits(publisher: TrustedPublisher, claims: dict[str, Any]) -> bool:
    workflow = claims["job_workflow_ref"].partition("@")[0].rpartition("/")[2]
    environment = claims.get("environment", "").lower()
    return (
        publisher.repository == claims["repository"]
        and publisher.owner_id == claims["repository_owner_id"]
        and publisher.workflow == workflow
        and publisher.environment in {"", environment}
    )


def _check_filename(filename: str, name: str, version: str) -> None:
    if filename.endswith(".whl"):
        found, parsed, _, _ = parse_wheel_filename(filename)
    else:
        found, parsed = parse_sdist_filename(filename)
    if found != canonicalize_name(name) or parsed != Version(version):
        raise Refusal(400, f"Start filename for {name!r} with {canonicalize_name(name)!r}.")


def _check_attestation(
    document: dict[str, Any], filename: str, content: bytes, publisher: TrustedPublisher
) -> None:
    attestation = Attestation.model_validate(document)
    certificate = x509.load_der_x509_certificate(attestation.verification_material.certificate)
    policy = GitHubPublisher(repository=publisher.repository, workflow=publisher.workflow)._as_policy()
    subject = json.loads(base64.b64decode(document["envelope"]["statement"]))["subject"][0]
    try:
        certificate.public_key().verify(
            attestation.envelope.signature,
            encoded(attestation.envelope.statement),
            ec.ECDSA(hashes.SHA256()),
        )
        policy.verify(certificate)
    except (InvalidSignature, VerificationError) as error:
        raise Refusal(400, f"Invalid attestations supplied during upload: {error}") from None
    if subject != {"name": filename, "digest": {"sha256": hashlib.sha256(content).hexdigest()}}:
        raise Refusal(400, "Invalid attestations supplied during upload: subject does not match")
