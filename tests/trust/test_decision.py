"""Publish and verify decide for themselves: what a manifest says about whether and where does not count."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from slipway.errors import InputError
from slipway.index.addresses import Index
from slipway.manifest import Manifest, read_manifest, write_manifest
from slipway.options import Inputs
from slipway.publishing import decision
from slipway.records import Destination
from slipway.runner import Event, Runner
from trust.jobs import BRANCH, TAG, JobRunner, Jobs, digest

EVIL = "https://evil.example/legacy/"
EVENTS = {
    "a branch": BRANCH,
    "a pull request": replace(BRANCH, name="pull_request", ref="refs/pull/1/merge"),
    "a fork": replace(BRANCH, name="pull_request", head_repository="mallory/demo"),
    "pull_request_target": replace(TAG, name="pull_request_target"),
    "a schedule": replace(BRANCH, name="schedule"),
    "an event that nobody knows": replace(TAG, name="workflow_run"),
}


@pytest.fixture
def run(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


def manifest(run: Jobs, index: str = "pypi") -> Manifest:
    """Return a manifest that says that its release is to be published."""
    goal = Destination(index=index, publish=True, reason="-", environment=None)
    return Manifest(plan=msgspec.structs.replace(run.plan, destination=goal))


def inputs(run: Jobs, command: str, **values: Any) -> Inputs:
    return run.inputs(command, **{"manifest_digest": digest(b"the manifest"), **values})


def test_a_release_tag_publishes_to_pypi(run: Jobs) -> None:
    index = decision.publish_to(manifest(run), inputs(run, "publish"), JobRunner(TAG))
    assert index.name == "pypi"


@pytest.mark.parametrize("what", EVENTS)
def test_no_manifest_makes_an_event_publish(what: str, run: Jobs) -> None:
    with pytest.raises(InputError, match="may not publish"):
        decision.publish_to(manifest(run), inputs(run, "publish"), JobRunner(EVENTS[what]))


@pytest.mark.parametrize("event", [TAG, replace(BRANCH, name="workflow_dispatch")], ids=["tag", "dispatch"])
def test_where_the_option_says_none_nothing_is_published(event: Event, run: Jobs) -> None:
    with pytest.raises(InputError, match="The option `index` says that nothing is published"):
        decision.publish_to(manifest(run, "none"), inputs(run, "publish", index="none"), JobRunner(event))


@pytest.mark.parametrize("index", [EVIL, "testpypi", "none"])
def test_no_manifest_chooses_the_index(index: str, run: Jobs) -> None:
    with pytest.raises(InputError, match="this job publishes to pypi"):
        decision.publish_to(manifest(run, index), inputs(run, "publish"), JobRunner(TAG))


@pytest.mark.parametrize("decide", [decision.publish_to, decision.verify_on], ids=["publish", "verify"])
def test_a_job_without_the_digest_of_the_manifest_stops(
    decide: Callable[[Manifest, Inputs, Runner], Index], run: Jobs
) -> None:
    with pytest.raises(InputError, match="digest of the manifest is missing"):
        decide(manifest(run), inputs(run, "publish", manifest_digest=None), JobRunner(TAG))


def test_a_manifest_of_another_digest_is_not_read(run: Jobs, tmp_path: Path) -> None:
    path = write_manifest(manifest(run), tmp_path)
    checked = digest(path.read_bytes())
    assert read_manifest(path, digest=checked).index == "pypi"
    write_manifest(manifest(run, EVIL), tmp_path)
    with pytest.raises(InputError, match="not the manifest that was checked"):
        read_manifest(path, digest=checked)


@pytest.mark.parametrize("event", [TAG, replace(TAG, name="local", ref=None)], ids=["a job", "a laptop"])
def test_no_address_is_taken_from_a_manifest_alone(event: Any, run: Jobs) -> None:
    given = inputs(run, "verify")
    with pytest.raises(InputError, match="this command does not"):
        decision.verify_on(manifest(run, EVIL), given, JobRunner(event))
    named = decision.verify_on(manifest(run, EVIL), dataclasses.replace(given, index=EVIL), JobRunner(event))
    assert named.upload == EVIL
