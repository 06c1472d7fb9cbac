"""`slipway doctor`: the exact verdict on recorded settings of a repository, what is unknown kept apart; it never writes."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import command_line
import only_on
import pytest
from repository import settings_scene
from repository.settings_scene import FORBIDDEN, NOT_FOUND, RECORDED, RELEASE, Settings
from slipway.examination import Examination
from slipway.report import examination
from slipway.repository.stand_in import Fault
from slipway.rules import catalogue
from slipway.runner import GitHubApi

OF_GITHUB = {
    "environment-missing",
    "environment-without-reviewers",
    "environment-approved-by-its-starter",
    "environment-bypassed-by-administrators",
    "environment-open-to-any-ref",
    "environment-refuses-its-release",
    "release-tags-can-move",
    "release-tags-made-by-anyone",
    "ruleset-covers-nothing",
    "default-branch-can-be-rewritten",
    "releases-can-change",
    "index-token-among-secrets",
    "tag-without-release",
    "older-tag-without-release",
    "release-without-tag",
}
"""What is judged by GitHub's answers."""
OF_CHECKOUT = {
    "publish-job-without-environment",
    "release-bot-starts-nothing",
    "actions-not-updated",
    "index-token-stored",
    "another-workflow-publishes",
}
EVERY = OF_GITHUB | OF_CHECKOUT
OF_ENVIRONMENTS = {name for name in OF_GITHUB if name.startswith("environment-")}

SECRETS_HIDDEN = dict.fromkeys(
    (path for path in RECORDED if path.endswith("secrets")),
    Fault(403, {"message": "Resource not accessible by integration"}),
)
TWINE = """\
name: Upload
on: { push: { tags: ["v*"] } }
jobs:
  upload:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: twine upload dist/*
        env: { TWINE_PASSWORD: "${{ secrets.PYPI_API_TOKEN }}" }
"""
BOT = """\
on: { push: { branches: [main] } }
jobs:
  release-please:
    runs-on: ubuntu-latest
    steps:
      - uses: googleapis/release-please-action@v4
        with: { token: "${{ TOKEN }}" }
"""
ON_RELEASE = """\
on: { release: { types: [published] } }
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: pypi
    permissions: { id-token: write }
    steps:
      - uses: pypa/gh-action-pypi-publish@release/v1
"""
MAKES_RELEASE = """\
on: { push: { tags: ["v*"] } }
jobs:
  notes:
    runs-on: ubuntu-latest
    steps:
      - uses: softprops/action-gh-release@v2
"""


def rule_named(name: str) -> Any:
    return catalogue.named(name, where="a test")


def changed(path: str, change: Any) -> dict[str, Any]:
    """Return a recorded document, changed."""
    document = copy.deepcopy(RECORDED[path])
    change(document)
    return {path: document}


def environment(**values: Any) -> dict[str, Any]:
    """Return the environments with other values of the one called pypi."""
    return changed("environments", lambda document: document["environments"][0].update(values))


def ruleset(number: int, **values: Any) -> dict[str, Any]:
    """Return a ruleset with other values, in the list and in detail."""
    listed = changed("rulesets", lambda document: document[number - 1].update(values))
    return listed | changed(f"rulesets/{number}", lambda document: document.update(values))


def covering(*include: str) -> dict[str, Any]:
    return {"ref_name": {"include": list(include), "exclude": []}}


def policies(*named: tuple[str, str]) -> dict[str, Any]:
    listed = [{"id": 1, "node_id": "x", "name": name, "type": kind} for name, kind in named]
    path = "environments/pypi/deployment-branch-policies"
    return {path: {"total_count": len(listed), "branch_policies": listed}}


def secret(path: str, name: str) -> dict[str, Any]:
    return {path: {"total_count": 1, "secrets": [{"name": name, "created_at": "2026-01-01T00:00:00Z"}]}}


def reviewers(*kinds: str, prevent: bool) -> list[dict[str, Any]]:
    listed = [{"type": kind, "reviewer": {"id": 1}} for kind in kinds]
    return [{"id": 1, "type": "required_reviewers", "prevent_self_review": prevent, "reviewers": listed}]


def tags(*names: str) -> dict[str, Any]:
    return {"tags": [{"name": name, "commit": {"sha": "c" * 40}} for name in names]}


NO_RULES = {"rules/branches/main": [], "branches/main": {"name": "main", "protected": False}}
CLASSIC = {
    **NO_RULES,
    "branches/main": {"name": "main", "protected": True, "protection": {"enabled": True}},
}
RATE_LIMIT = Fault(
    403,
    {"message": "API rate limit exceeded for 192.0.2.1."},
    {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"},
)
SSO = Fault(
    403,
    {"message": "Resource protected by organization SAML enforcement."},
    {"X-GitHub-SSO": "required; url=https://github.com/orgs/acme/sso?authorization_request=1"},
)

CASES: dict[str, tuple[Settings, set[str], set[str]]] = {
    "in order": (Settings(), set(), set()),
    "a new repository": (
        Settings(
            {
                "environments": {"total_count": 0, "environments": []},
                "rulesets": [],
                **NO_RULES,
                "immutable-releases": NOT_FOUND,
                **tags(),
            },
            {".github/dependabot.yml": None},
            released=(),
        ),
        {
            "environment-missing",
            "release-tags-can-move",
            "release-tags-made-by-anyone",
            "default-branch-can-be-rewritten",
            "releases-can-change",
            "actions-not-updated",
        },
        (OF_ENVIRONMENTS - {"environment-missing"}) | {"release-without-tag"},
    ),
    "no environments": (
        Settings({"environments": {"total_count": 0, "environments": []}}),
        {"environment-missing"},
        OF_ENVIRONMENTS - {"environment-missing"},
    ),
    "more environments than a page has": (
        Settings(changed("environments", lambda document: document.update(total_count=101))),
        set(),
        OF_ENVIRONMENTS,
    ),
    "no reviewers": (
        Settings(environment(protection_rules=[], can_admins_bypass=True)),
        {"environment-without-reviewers"},
        set(),
    ),
    "one maintainer who approves": (
        Settings(environment(protection_rules=reviewers("User", prevent=False))),
        set(),
        set(),
    ),
    "two who may approve their own": (
        Settings(environment(protection_rules=reviewers("User", "User", prevent=False))),
        {"environment-approved-by-its-starter"},
        set(),
    ),
    "administrators go past the rules": (
        Settings(environment(can_admins_bypass=True)),
        {"environment-bypassed-by-administrators"},
        set(),
    ),
    "every ref deploys": (
        Settings(environment(deployment_branch_policy=None)),
        {"environment-open-to-any-ref"},
        set(),
    ),
    "every branch deploys": (
        Settings(policies(("**", "branch"), ("*", "branch"), ("v*", "tag"))),
        {"environment-open-to-any-ref"},
        set(),
    ),
    "protected branches deploy, and no tag": (
        Settings(
            environment(
                deployment_branch_policy={"protected_branches": True, "custom_branch_policies": False}
            )
        ),
        {"environment-refuses-its-release"},
        set(),
    ),
    "a branch of the name of the tag": (
        Settings(policies(("v*", "branch"))),
        {"environment-refuses-its-release"},
        set(),
    ),
    "a tag ruleset that covers nothing": (
        Settings(ruleset(2, conditions=covering())),
        {"release-tags-can-move", "ruleset-covers-nothing"},
        set(),
    ),
    "tag rulesets that only evaluate or are disabled": (
        Settings(
            changed(
                "rulesets",
                lambda listed: [
                    one.update(enforcement=word)
                    for one, word in zip(listed[1:], ("evaluate", "disabled"), strict=True)
                ],
            )
        ),
        {"release-tags-can-move", "release-tags-made-by-anyone"},
        set(),
    ),
    "a tag ruleset for other tags": (
        Settings(ruleset(2, conditions=covering("refs/tags/release-*"))),
        {"release-tags-can-move"},
        set(),
    ),
    "a tag ruleset that leaves out the releases": (
        Settings(
            ruleset(3, conditions={"ref_name": {"include": ["~ALL"], "exclude": ["refs/tags/v*"]}}),
        ),
        {"release-tags-made-by-anyone"},
        set(),
    ),
    "a tag ruleset that cannot be read": (
        Settings({"rulesets/2": NOT_FOUND}),
        set(),
        {"release-tags-can-move", "ruleset-covers-nothing"},
    ),
    "the default branch of a ruleset without force pushes in it": (
        Settings({**NO_RULES, "rules/branches/main": [{"type": "deletion"}, {"type": "pull_request"}]}),
        {"default-branch-can-be-rewritten"},
        set(),
    ),
    "classic protection": (
        Settings(
            {
                **CLASSIC,
                "branches/main/protection": {
                    "allow_force_pushes": {"enabled": False},
                    "allow_deletions": {"enabled": False},
                },
            }
        ),
        set(),
        set(),
    ),
    "classic protection with force pushes": (
        Settings(
            {
                **CLASSIC,
                "branches/main/protection": {
                    "allow_force_pushes": {"enabled": True},
                    "allow_deletions": {"enabled": False},
                },
            }
        ),
        {"default-branch-can-be-rewritten"},
        set(),
    ),
    "classic protection that may not be read": (
        Settings({**CLASSIC, "branches/main/protection": FORBIDDEN}),
        set(),
        {"default-branch-can-be-rewritten"},
    ),
    "releases that change, said outright": (
        Settings({"immutable-releases": {"enabled": False, "enforced_by_owner": False}}),
        {"releases-can-change"},
        set(),
    ),
    "releases that change, as an administrator with a classic token sees it": (
        Settings({"immutable-releases": NOT_FOUND}),
        {"releases-can-change"},
        set(),
    ),
    "immutable releases, for a fine-grained token": (
        Settings({"immutable-releases": NOT_FOUND}, headers={}),
        set(),
        {"releases-can-change"},
    ),
    "a token in the repository": (
        Settings(secret("actions/secrets", "PYPI_API_TOKEN")),
        {"index-token-among-secrets"},
        set(),
    ),
    "a token of the organisation and one of an environment": (
        Settings(
            secret("actions/organization-secrets", "TWINE_PASSWORD")
            | secret("environments/testpypi/secrets", "TEST_PYPI_TOKEN")
        ),
        {"index-token-among-secrets"},
        set(),
    ),
    "secrets whose names cannot be listed": (
        Settings(SECRETS_HIDDEN),
        set(),
        {"index-token-among-secrets"},
    ),
    "a token seen, and other secrets hidden": (
        Settings({**SECRETS_HIDDEN, **secret("actions/secrets", "PYPI_TOKEN")}),
        {"index-token-among-secrets"},
        {"index-token-among-secrets"},
    ),
    "a second workflow that publishes, with a token": (
        Settings(files={".github/workflows/upload.yml": TWINE}),
        {"index-token-stored", "another-workflow-publishes", "publish-job-without-environment"},
        set(),
    ),
    "a bot with the job's own token": (
        Settings(files={".github/workflows/bot.yml": BOT.replace("TOKEN", "secrets.GITHUB_TOKEN")}),
        {"release-bot-starts-nothing"},
        set(),
    ),
    "a bot with a token of its own": (
        Settings(files={".github/workflows/bot.yml": BOT.replace("TOKEN", "secrets.BOT")}),
        set(),
        set(),
    ),
    "a bot that starts the workflow itself": (
        Settings(
            files={
                ".github/workflows/bot.yml": BOT.replace("TOKEN", "github.token")
                + "      - run: gh workflow run release.yml --ref v1.2.3\n"
            }
        ),
        set(),
        set(),
    ),
    "a workflow that makes the release of a pushed tag": (
        Settings(files={".github/workflows/notes.yml": MAKES_RELEASE}),
        set(),
        set(),
    ),
    "a workflow that waits for a release which a job makes": (
        Settings(files={RELEASE: ON_RELEASE, ".github/workflows/notes.yml": MAKES_RELEASE}),
        {"release-bot-starts-nothing"},
        set(),
    ),
    "a tag whose release did not come through": (
        Settings(tags("v1.1.0", "v1.0.0", "v0.9")),
        {"tag-without-release"},
        set(),
    ),
    "an older tag that was skipped": (
        Settings(tags("v1.0.0", "v0.9.1", "v0.9", "v0.1")),
        {"older-tag-without-release"},
        set(),
    ),
    "a release that nobody tagged": (
        Settings(released=("0.9", "1.0.0", "1.0.1", "1.0.2 yanked", "0.1")),
        {"release-without-tag"},
        set(),
    ),
    "tags whose prefix changed": (Settings(tags("v1.0.0", "release-0.9")), set(), set()),
    "Renovate in place of Dependabot": (
        Settings(files={".github/dependabot.yml": None, "renovate.json": "{}"}),
        set(),
        set(),
    ),
    "Dependabot as the rule advises": (
        Settings(
            files={".github/dependabot.yml": rule_named("actions-not-updated").fix.partition("\n\n")[2]}
        ),
        set(),
        set(),
    ),
    "Dependabot for Python alone": (
        Settings(
            files={".github/dependabot.yml": settings_scene.DEPENDABOT.replace("github-actions", "pip")}
        ),
        {"actions-not-updated"},
        set(),
    ),
    "settings of Dependabot that are no YAML": (
        Settings(files={".github/dependabot.yml": "updates: ["}),
        set(),
        {"actions-not-updated"},
    ),
    "no token": (
        Settings(
            {
                **{path: Fault(401, {"message": "Requires authentication"}) for path in SECRETS_HIDDEN},
                "immutable-releases": NOT_FOUND,
                **changed("", lambda document: document.pop("permissions")),
            },
            has_token=False,
            headers={},
        ),
        set(),
        {"index-token-among-secrets", "releases-can-change"},
    ),
    "a limit that is reached on the way": (
        Settings({"environments": RATE_LIMIT}),
        set(),
        OF_GITHUB,
    ),
    "single sign-on for the rulesets": (
        Settings({"rulesets": SSO}),
        set(),
        {"release-tags-can-move", "release-tags-made-by-anyone", "ruleset-covers-nothing"},
    ),
}
UNREADABLE: dict[str, tuple[Fault, int, str]] = {
    "a token that is no longer valid": (Fault(401, {"message": "Bad credentials"}), 3, "401 Bad credentials"),
    "a private repository": (NOT_FOUND, 2, "GitHub does not show acme/demo"),
    "no right at all": (FORBIDDEN, 2, "GitHub does not show acme/demo"),
    "single sign-on": (SSO, 3, "SAML"),
    "a limit": (RATE_LIMIT, 3, "did not pass"),
    "a fault of GitHub": (Fault(502, {"message": "Server Error"}), 3, "did not pass"),
    "a repository that moved": (
        Fault(301, {"message": "Moved Permanently"}, {"Location": "https://api.github.com/repositories/1"}),
        2,
        "301 Moved Permanently",
    ),
    "no answer": (Fault(), 3, "did not pass"),
    "an answer that is none": (Fault(200, {"default_branch": 7}), 3, "cannot be read"),
}


def named(findings: Iterable[Any]) -> set[str]:
    return {one.rule for one in findings}


@pytest.mark.parametrize("case", CASES)
def test_the_exact_verdict(case: str, tmp_path: Path) -> None:
    settings, found, unknown = CASES[case]
    seen, calls = settings_scene.examine(tmp_path / "demo", settings)
    assert (named(seen.findings), named(seen.unknown)) == (found, unknown)
    assert set(seen.clear) == EVERY - found - unknown
    assert seen.broken_rules == ()
    blocking = {one.rule for one in seen.findings if one.severity.value != "note"}
    assert seen.exit_code == (1 if blocking else 0)
    assert {call.method for call in calls} == {"GET"}
    assert all(call.authorized is settings.has_token for call in calls)


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_repository_that_cannot_be_read_is_unknown_and_never_fine(case: str, tmp_path: Path) -> None:
    fault, exit_code, words = UNREADABLE[case]
    settings = Settings({"": fault}, {".github/workflows/upload.yml": TWINE})
    seen, calls = settings_scene.examine(tmp_path / "demo", settings)
    assert seen.failure
    assert words in seen.failure.happened
    assert seen.exit_code == exit_code
    assert not OF_GITHUB & set(seen.clear)
    assert named(seen.unknown) == OF_GITHUB
    # What the checkout shows is judged all the same.
    assert {"index-token-stored", "another-workflow-publishes"} <= named(seen.findings)
    assert {call.method for call in calls} == {"GET"}


def test_a_token_that_is_stored_and_used_is_one_finding(tmp_path: Path) -> None:
    settings = Settings(secret("actions/secrets", "PYPI_API_TOKEN"), {".github/workflows/upload.yml": TWINE})
    seen, _ = settings_scene.examine(tmp_path / "demo", settings)
    [one] = [finding for finding in seen.findings if "token" in finding.rule]
    assert one.message == "There is a secret PYPI_API_TOKEN in the repository."
    assert one.also == (".github/workflows/upload.yml:8",)


def test_what_a_project_ignores_does_not_block(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    settings_scene.tiny_project.make(folder)
    text = (folder / "pyproject.toml").read_text()
    ignore = '[tool.slipway.ignore]\nenvironment-without-reviewers = "we are two, and sit side by side"\n'
    settings = Settings(environment(protection_rules=[]), {"pyproject.toml": text + ignore})
    seen, _ = settings_scene.examine(folder, settings)
    [one] = seen.findings
    assert one.ignored == "we are two, and sit side by side"
    assert seen.exit_code == 0
    assert "! approval: environment-without-reviewers, ignored by the project" in screen(seen)


def screen(seen: Examination) -> str:
    return "\n".join(line.text for line in examination.lines(seen, width=200))


def test_the_screen_says_what_was_seen_and_what_is_not_known(tmp_path: Path) -> None:
    settings = Settings({"immutable-releases": FORBIDDEN, **environment(protection_rules=[])})
    seen, _ = settings_scene.examine(tmp_path / "demo", settings)
    text = screen(seen)
    assert text.startswith("acme/demo, read with the token of this run, its scopes: repo, workflow\n")
    assert "warning: The environment pypi has no required reviewers." in text
    assert "  fix: Settings → Environments → the environment → Required reviewers." in text
    assert "✗ approval: environment-without-reviewers\n" in text
    assert (
        "? releases: GitHub answers 403 to GET immutable-releases: Resource not accessible by personal"
        in text
    )
    assert "✓ tags: release tags stay where they are, and not everybody makes them\n" in text
    assert text.endswith("✗ 1 thing to change, 1 of the rules could not be judged")


def test_the_permission_that_would_do_is_named(tmp_path: Path) -> None:
    wanted = {"X-Accepted-GitHub-Permissions": "secrets=read"}
    refused = Fault(403, {"message": "Resource not accessible by personal access token"}, wanted)
    seen, _ = settings_scene.examine(tmp_path / "demo", Settings({"actions/secrets": refused}, headers={}))
    assert "? tokens: GitHub answers 403 to GET actions/secrets: the token would need secrets=read" in screen(
        seen
    )
    assert seen.token.scopes is None


def test_every_rule_is_in_one_line_of_the_list() -> None:
    listed = [rule for item in examination.ITEMS for rule in item.rules]
    assert sorted(listed) == sorted(EVERY)
    assert {rule.name for rule in catalogue.every() if rule.family == "repository"} <= EVERY


def test_every_rule_finds_something_in_a_case() -> None:
    assert set().union(*(found for _, found, _ in CASES.values())) == EVERY


def run(folder: Path, api: GitHubApi, *arguments: str, **environ: str | None) -> command_line.Ended:
    """Run the command itself; the index is none, which leaves its rules unknown."""
    given = {"GITHUB_API_URL": api.url, "GITHUB_REPOSITORY": api.repository, **environ}
    return command_line.forked("doctor", *arguments, "--index", "none", cwd=folder, environ=given)


def test_the_document_is_the_record_and_the_exit_code_its_verdict(tmp_path: Path) -> None:
    folder = settings_scene.checkout(tmp_path / "demo", {})
    with settings_scene.served(Settings(environment(protection_rules=[]))) as (api, calls):
        ended = run(folder, api, "--json", GITHUB_TOKEN=api.token)
    assert ended.exit_code == 1, ended
    document = ended.manifest
    assert [one["rule"] for one in document["findings"]] == ["environment-without-reviewers"]
    assert {"severity", "message", "why", "fix"} <= document["findings"][0].keys()
    assert document["token"] == {"source": "a variable", "scopes": ["repo", "workflow"]}
    assert {one["rule"]: one["reason"] for one in document["unknown"]}["release-without-tag"].startswith(
        "no index"
    )
    assert "environment-missing" in document["clear"]
    assert all(call.authorized for call in calls)
    assert not (folder / ".slipway").exists()


def test_the_token_of_gh_is_used_where_no_variable_has_one_and_is_shown_nowhere(tmp_path: Path) -> None:
    folder = settings_scene.checkout(tmp_path / "demo", {})
    with settings_scene.served(Settings()) as (api, calls):
        programs = tmp_path / "bin"
        programs.mkdir()
        if only_on.WINDOWS:
            (programs / "gh.cmd").write_text(f'@if "%1 %2"=="auth token" echo {api.token}\n')
        else:
            (programs / "gh").write_text(f'#!/bin/sh\n[ "$1 $2" = "auth token" ] && echo {api.token}\n')
            (programs / "gh").chmod(0o755)
        path = os.pathsep.join((str(programs), os.environ["PATH"]))
        ended = run(folder, api, PATH=path, GH_TOKEN=None, GITHUB_TOKEN=None)
    assert ended.exit_code == 0, ended
    assert "acme/demo, read with the token of `gh auth token`, its scopes: repo, workflow" in ended.stdout
    assert "? versions: no index was asked: `index` says none" in ended.stdout
    assert "✓ Nothing that could be read has to change: " in ended.stdout
    assert all(call.authorized for call in calls)
    assert api.token
    assert api.token not in ended.stdout + ended.stderr


def test_a_folder_without_a_repository_on_github_is_wrong_input(tmp_path: Path) -> None:
    folder = settings_scene.checkout(tmp_path / "demo", {})
    ended = command_line.forked("doctor", cwd=folder)
    assert ended.exit_code == 2
    assert "It is not known which repository on GitHub" in ended.stdout
