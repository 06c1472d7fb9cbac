"""The GitHub environments of publish jobs: one for a project, and one each for several in a repository."""

import pytest
from slipway.index import addresses


@pytest.mark.parametrize(
    ("index", "tag_prefix", "environment"),
    [
        ("pypi", "v", "pypi"),
        ("testpypi", "v", "testpypi"),
        ("pypi", "", "pypi"),
        ("pypi", "core-v", "pypi-core"),
        ("testpypi", "core-v", "testpypi-core"),
        ("pypi", "release/", "pypi-release"),
        ("pypi", "My_Lib@v", "pypi-my-lib"),
        ("https://index.example.org/upload/", "v", None),
    ],
)
def test_an_environment_belongs_to_an_index_and_a_project(index, tag_prefix, environment):
    assert addresses.environment(index, tag_prefix=tag_prefix) == environment
