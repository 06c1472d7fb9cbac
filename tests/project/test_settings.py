"""[tool.slipway]: what a project sets for all its runs, and the schema that says the same to other programs."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
import tiny_project
from command_line import ROOT, forked
from slipway.errors import InputError
from slipway.options import OPTIONS, Inputs
from slipway.project import pyproject, settings
from slipway.records import Severity

EVERY = """
[tool.slipway]
audit = true
sbom = true
build-timeout = 600
changelog-command = "towncrier build --yes --version {version}"
check-requires = ["sphinx"]
constraint = ["constraints.txt"]
extras = ["all"]
fail-on = "warning"
installer = ["uv", "pip"]
matrix = "full"
platforms = ["linux-x86_64"]
python = ["3.11", "3.13"]
python-versions = ["3.11", "3.13"]
release-branch = "main"
resolution = ["lowest-direct"]
smoke-command = "demo --version"
smoke-timeout = 60.5
tag-prefix = "demo-v"
test-command = "pytest tests"
test-requires = ["pytest"]
test-sources = ["tests"]
thorough = true
verify-timeout = 60
version-files = ["VERSION"]

[tool.slipway.checks]
docs = "sphinx-build -W docs out"

[tool.slipway.ignore]
changelog-entry-missing = "the changelog is written after the release"
"""

WRONG = {
    "fail-onn = 'error'": "Did you mean `fail-on`?",
    "fail_on = 'error'": "Did you mean `fail-on`?",
    "test-comand = 'pytest tests'": "Did you mean `test-command`?",
    "Test-Requires = ['pytest']": "Did you mean `test-requires`?",
    "smoke_command = 'demo'": "Did you mean `smoke-command`?",
    "extra = ['all']": "Did you mean `extras`?",
    "python-version = ['3.11']": "Did you mean `python-versions`?",
    "ignored = {}": "Did you mean `ignore`?",
    "fail-on = 'warnings'": "Did you mean `warning`?",
    "installer = ['pipp']": "Did you mean `pip`?",
    "matrix = 'Full'": "Did you mean `full`?",
    "test-requires = 'pytest'": 'test-requires = ["pytest"]',
    "extras = [1]": "Give `extras` a list of strings.",
    "extras = ['']": "Give `extras` a list of strings.",
    "checks = 'mypy'": "Write a name and a command for each:",
    "checks = {docs = 1}": "Write it as text:",
    "checks = {docs = ' '}": "Write it as text:",
    "checks = {'two words' = 'mypy'}": "Use letters, digits, dots and dashes.",
    "cheks = {docs = 'mypy'}": "Did you mean `checks`?",
    "thorough = 'yes'": "Give `thorough` true or false.",
    "smoke-timeout = '60'": "Give `smoke-timeout` a number of seconds.",
    "smoke-timeout = true": "Give `smoke-timeout` a number of seconds.",
    "build-timeout = 0": "Give a positive number of seconds.",
    "test-command = ['pytest', 'tests']": "Give `test-command` a string.",
    "ignore = ['a-rule']": "[tool.slipway.ignore]",
    "ignore.changelog-entry-missing = ' '": "[tool.slipway.ignore]",
    "index = 'https://example.org/'": "Remove it and use --index",
    "attestations = 'off'": "Remove it and use --attestations",
    "runner = 'my-linux'": "Remove it and use --runner",
    "nothing-like-it = 1": "Known keys are: audit, build-timeout, changelog-command, check-requires, checks,",
}
"""A line of the table to what the message tells to do."""


@pytest.fixture(scope="module")
def published() -> jsonschema.Draft7Validator:
    schema = json.loads(settings.SCHEMA.read_bytes())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def read(folder: Path, text: str) -> settings.Settings:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return settings.read(pyproject.load(folder))


def test_every_setting_is_read_and_the_schema_takes_it(tmp_path, published):
    found = read(tmp_path, EVERY)
    table = tomllib.loads(EVERY)["tool"]["slipway"]
    assert {*table} == {*settings.SETTINGS, settings.IGNORE, settings.CHECKS}
    assert found.options["test-requires"] == ["pytest"]
    assert published.is_valid(table)


@pytest.mark.parametrize("line", WRONG)
def test_a_slip_is_named_with_what_was_meant_and_the_schema_refuses_it(tmp_path, published, line):
    with pytest.raises(InputError) as refused:
        read(tmp_path, f"[tool.slipway]\n{line}\n")
    assert WRONG[line] in refused.value.remedy
    assert "pyproject.toml, line 2: `tool.slipway." in refused.value.happened
    assert not published.is_valid(tomllib.loads(line))


def test_the_schema_knows_the_rules(published):
    assert not published.is_valid({"ignore": {"no-such-rule": "because"}})
    # What the jobs of a release believe of each other is not the project's to say.
    assert not published.is_valid({"ignore": {"handover-not-planned": "because"}})


def test_what_decides_about_trust_is_no_setting():
    others = {option.name for option in OPTIONS} - settings.SETTINGS.keys()
    decisive = "index simple-index attestations uses runner runners from built manifest-digest tag wheelhouse find-links"
    decisive += " provenance second-build"
    assert {*decisive.split()} <= others


def documented() -> list[str]:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    blocks = [
        block
        for page in pages
        for block in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    ]
    return [
        *(block for block in blocks if "tool.slipway" in block and "rule-name" not in block),
        *(path.read_text("utf-8") for path in sorted((ROOT / "examples").rglob("pyproject.toml"))),
    ]


@pytest.mark.parametrize("text", documented())
def test_it_takes_the_examples(tmp_path, published, text):
    read(tmp_path, text)
    assert published.is_valid(tomllib.loads(text).get("tool", {}).get("slipway", {}))


def test_validate_pyproject_takes_the_schema_as_a_plug_in():
    from validate_pyproject import api, errors, plugins

    entries = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    assert entries["validate_pyproject.tool_schema"] == {"slipway": "slipway.project.settings:tool_schema"}
    validator = api.Validator(plugins=[plugins.PluginWrapper("slipway", settings.tool_schema)])
    validator(tomllib.loads(EVERY))
    with pytest.raises(errors.ValidationError, match="fail-onn"):
        validator(tomllib.loads("[tool.slipway]\nfail-onn = 'error'\n"))


def test_the_command_line_wins_over_the_project(tmp_path):
    (tmp_path / "pyproject.toml").write_text(EVERY, encoding="utf-8")

    def apply(**given):
        inputs = Inputs(command="check", path=tmp_path, work=tmp_path, **given)
        return settings.applied(inputs, tmp_path)

    found = apply(given=frozenset({"extras", "thorough"}), extras=("one",))
    assert (found.extras, found.thorough) == (("one",), False)
    assert (found.test_requires, found.fail_on, found.smoke_timeout) == (("pytest",), Severity.WARNING, 60.5)
    assert apply().python == ("3.11", "3.13")
    # The plan has divided the Pythons between the jobs of a matrix; a job of one's own has no such plan.
    assert apply(job="smoke-linux-x86_64").python == ()
    assert apply(job="release-check").python == ("3.11", "3.13")


def test_a_project_wins_over_the_folder_above(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "pyproject.toml").write_text(
        '[tool.slipway]\ntest-command = "pytest"\n', encoding="utf-8"
    )
    (tmp_path / "pyproject.toml").write_text(EVERY, encoding="utf-8")
    own = Inputs(command="check", path=tmp_path / "one", work=tmp_path, given=frozenset({"tag-prefix"}))
    found = settings.applied(settings.applied(own, tmp_path / "one"), tmp_path)
    assert (found.test_command, found.thorough, found.tag_prefix) == ("pytest", True, "v")


def test_a_run_goes_by_them_and_a_variable_wins(tmp_path):
    project = tiny_project.make(tmp_path / "tiny")
    own = "\n[tool.slipway]\nsmoke-command = \"python -c 'print(7 * 191)'\"\n"
    (project / "pyproject.toml").write_text((project / "pyproject.toml").read_text() + own)

    # An input of the action that is not given is an empty variable.
    empty = dict.fromkeys(("SLIPWAY_SMOKE_COMMAND", "SLIPWAY_EXTRAS", "SLIPWAY_THOROUGH"), "")
    checked = forked("check", "--json", project, environ=empty)
    said = [ran.get("said") for result in checked.manifest["smoke_results"] for ran in result["ran"]]
    assert "1337" in said, checked
    artifacts = sorted((project / ".slipway" / "dist").iterdir())
    again = forked(
        *("smoke", "--json", *artifacts),
        cwd=project,
        environ={"SLIPWAY_SMOKE_COMMAND": "python -c 'print(4242)'"},
    )
    said = [ran.get("said") for result in again.manifest["smoke_results"] for ran in result["ran"]]
    assert "4242" in said, again
    assert "1337" not in said

    (project / "pyproject.toml").write_text((project / "pyproject.toml").read_text() + 'fail-onn = "note"\n')
    refused = forked("smoke", "--json", *artifacts, cwd=project)
    assert refused.exit_code == 2
    assert refused.manifest["failure"]["remedy"] == "Did you mean `fail-on`?"
