"""The next version by the part that rises: each one is higher, and what makes no sense is refused with what does."""

from itertools import product

import pytest
from packaging.version import Version
from slipway.errors import InputError
from slipway.releasing import bump

LEADS_TO = """
current           major    minor      patch      rc            final  post             dev
1.2.3             2.0.0    1.3.0      1.2.4      1.2.4rc1      -      1.2.3.post1      1.2.4.dev1
1.2               2.0      1.3        1.2.1      1.2.1rc1      -      1.2.post1        1.2.1.dev1
7                 8        7.1        7.0.1      7.0.1rc1      -      7.post1          7.0.1.dev1
1.2.3.4           2.0.0.0  1.3.0.0    1.2.4.0    1.2.4.0rc1    -      1.2.3.4.post1    1.2.4.0.dev1
2026.11           2027.0   2026.12    2026.11.1  2026.11.1rc1  -      2026.11.post1    2026.11.1.dev1
1!1.2.3           1!2.0.0  1!1.3.0    1!1.2.4    1!1.2.4rc1    -      1!1.2.3.post1    1!1.2.4.dev1
1.2.3.post1       2.0.0    1.3.0      1.2.4      1.2.4rc1      -      1.2.3.post2      1.2.4.dev1
1.3.0a2           -        -          -          1.3.0rc1      1.3.0  -                1.3.0a3.dev1
1.3.0b1           -        -          -          1.3.0rc1      1.3.0  -                1.3.0b2.dev1
1.3.0rc1          -        -          -          1.3.0rc2      1.3.0  -                1.3.0rc2.dev1
1.3.0.dev4        -        -          -          1.3.0rc1      1.3.0  -                1.3.0.dev5
1.3.0rc1.dev2     -        -          -          1.3.0rc1      1.3.0  -                1.3.0rc1.dev3
1.2.3.post1.dev2  -        -          -          -             -      1.2.3.post1      1.2.3.post1.dev3
1.2.3+local       -        -          -          -             -      -                -
"""
HEAD, *ROWS = (line.split() for line in LEADS_TO.strip().splitlines())
CANDIDATES = {
    row[0]: {part: version for part, version in zip(HEAD[1:], row[1:], strict=True) if version != "-"}
    for row in ROWS
}
NEXT_PATCH = {
    "1.2.3": "1.2.4", "1.2": "1.2.1", "1.3.0rc1": "1.3.0", "1.3.0.dev4": "1.3.0", "1.2.3.post1": "1.2.4",
    "1.2.3.post1.dev2": "1.2.4", "1!2026.11": "1!2026.11.1", "1.2.3+local": "1.2.4",
}  # fmt: skip


@pytest.mark.parametrize(("current", "expected"), CANDIDATES.items(), ids=CANDIDATES)
def test_each_part_leads_to_a_higher_version(current: str, expected: dict[str, str]) -> None:
    found = bump.candidates(Version(current))
    assert {part: str(version) for part, version in found.items()} == expected
    assert all(version > Version(current) for version in found.values())


@pytest.mark.parametrize(("current", "part"), [*product(CANDIDATES, bump.PARTS)])
def test_a_part_rises_or_is_refused_with_those_that_can(current: str, part: bump.Part) -> None:
    allowed = CANDIDATES[current]
    if part in allowed:
        assert str(bump.bumped(Version(current), part)) == allowed[part]
        return
    with pytest.raises(InputError) as refused:
        bump.bumped(Version(current), part)
    assert all(f"{name} ({version})" in refused.value.remedy for name, version in allowed.items())
    assert current in refused.value.happened


@pytest.mark.parametrize(("current", "expected"), NEXT_PATCH.items())
def test_the_release_that_comes_next(current: str, expected: str) -> None:
    assert str(bump.next_patch(Version(current))) == expected
