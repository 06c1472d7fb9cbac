"""Each rule on filenames and sizes, with the platform tags and names of the index."""

from dataclasses import dataclass, replace

import pytest
from rules.declared import declared_in
from slipway.artifacts.filename import kind_of
from slipway.artifacts.metadata import MetadataFacts, from_fields
from slipway.rules.artifact import distribution_files, filenames
from slipway.rules.artifact.filenames import is_accepted
from slipway.rules.rule import judge
from slipway.rules.size_limits import MIB

RULES = declared_in(distribution_files, filenames)


@dataclass(frozen=True)
class DistributionFile:
    filename: str
    size: int = 1000
    metadata: MetadataFacts | None = None
    kind: str = ""
    repair_problem: str | None = None


def named(filename, name="spam-eggs", version="1.0", size=1000):
    metadata = from_fields({"name": name, "version": version}, undecided=())
    return DistributionFile(filename, size, metadata)


def findings(facts, kind):
    facts = replace(facts, kind=kind)
    outcome = judge([rule for rule in RULES if rule.family == kind], facts, ignored={})
    assert outcome.broken_rules == ()
    return {finding.rule for finding in outcome.findings}


WHEEL = "spam_eggs-1.0-py3-none-any.whl"
BAD = [
    ("sdist-filename-unprintable", named("spam_eggs-1.0\x7f.tar.gz"), {"C02"}),
    ("wheel-filename-unprintable", named("spam_eggs-1.0-py3-none-a\x1fny.whl"), {"C02"}),
    ("sdist-filename-slash", named("dist/spam_eggs-1.0.tar.gz"), {"C03"}),
    ("wheel-filename-slash", named("dist\\" + WHEEL), {"C03"}),
    ("sdist-extension-wrong", named("spam_eggs-1.0.tar.bz2"), {"C01", "C04", "C05"}),
    ("sdist-extension-wrong", named("spam_eggs-1.0.whl"), {"C05"}),
    ("wheel-extension-wrong", named("spam_eggs-1.0-py3-none-any.WHL"), {"C01", "C04", "C05"}),
    ("wheel-extension-wrong", named("spam_eggs-1.0-py3.11.egg"), {"C01"}),
    ("sdist-filename-too-long", named("s" * 248 + "-1.0.tar.gz"), {"C06"}),
    ("wheel-filename-too-long", named("s" * 226 + "-1.0-py3-none-any.whl"), {"C06"}),
    ("sdist-too-large", named("spam_eggs-1.0.tar.gz", size=1024 * MIB + 1), {"C07"}),
    ("wheel-too-large", named(WHEEL, size=1024 * MIB + 1), {"C07"}),
    ("sdist-over-default-size", named("spam_eggs-1.0.tar.gz", size=100 * MIB + 1), {"C07"}),
    ("wheel-over-default-size", named(WHEEL, size=1024 * MIB), {"C07"}),
    ("sdist-filename-unparsable", named("spam.tar.gz"), {"C08"}),
    ("sdist-filename-unparsable", named("spam-one.tar.gz"), {"C08"}),
    ("sdist-filename-other-project", named("ham-1.0.tar.gz"), {"C09"}),
    ("sdist-filename-not-normalized", named("Spam_Eggs-1.0.tar.gz"), {"C10"}),
    ("sdist-filename-not-normalized", named("spam-eggs-1.0.tar.gz"), {"C10"}),
    ("sdist-filename-not-normalized", named("spam_eggs-1.0.0.tar.gz"), {"C10"}),
    ("sdist-filename-not-normalized", named("spam_eggs-1.1.tar.gz"), {"C10"}),
    ("sdist-filename-not-normalized", named("spam_eggs-1.0.zip"), {"C10"}),
    ("wheel-filename-unparsable", named("spam_eggs-1.0.whl"), {"C11", "C16"}),
    ("wheel-filename-unparsable", named("spam__eggs-1.0-py3-none-any.whl"), {"C11"}),
    ("wheel-filename-unparsable", named("spam_eggs-one-py3-none-any.whl"), {"C11"}),
    ("wheel-filename-unparsable", named("spam_eggs-1.0-b1-py3-none-any.whl"), {"C11"}),
    ("wheel-platform-tag-refused", named("spam_eggs-1.0-cp313-cp313-linux_x86_64.whl"), {"C12"}),
    ("wheel-platform-tag-refused", named("spam_eggs-1.0-py3-none-any.linux_x86_64.whl"), {"C12"}),
    ("wheel-filename-other-project", named("ham-1.0-py3-none-any.whl"), {"C13"}),
    ("wheel-filename-not-normalized", named("Spam_Eggs-1.0-py3-none-any.whl"), {"C14"}),
    ("wheel-filename-not-normalized", named("spam.eggs-1.0-py3-none-any.whl"), {"C14"}),
    ("wheel-filename-other-version", named("spam_eggs-1.1-py3-none-any.whl"), {"C15"}),
]
GOOD = [
    named("spam_eggs-1.0.tar.gz", size=100 * MIB),
    named("spam_eggs-1.0.post1.tar.gz", name="Spam.Eggs", version="1.0-1"),
    named("s" * 244 + "-1.0.tar.gz", name="s" * 244),
    DistributionFile("spam-1.0.tar.gz"),
    named(WHEEL, size=100 * MIB),
    named(
        "spam_eggs-1.0.0-1_local-cp313-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", name="SPAM--eggs"
    ),
    named("s" * 225 + "-1.0-py3-none-any.whl", name="s" * 225),
    DistributionFile("spam-1.0-py3-none-any.whl"),
    named("spam-1.0-py3-none-any.whl", name="", version="none"),
]
ACCEPTED = [
    "any",
    "win32",
    "win_amd64",
    "win_arm64",
    "win_ia64",
    "linux_armv6l",
    "linux_armv7l",
    "manylinux1_x86_64",
    "manylinux2010_i686",
    "manylinux2014_s390x",
    "manylinux_2_17_x86_64",
    "manylinux_2_39_riscv64",
    "manylinux_2_5_ppc64",
    "musllinux_1_2_aarch64",
    "musllinux_1_2_riscv64",
    "macosx_10_9_universal2",
    "macosx_10_15_x86_64",
    "macosx_11_0_arm64",
    "macosx_15_0_arm64",
    "macosx_26_0_arm64",
    "ios_13_0_arm64_iphoneos",
    "ios_13_0_x86_64_iphonesimulator",
    "android_21_arm64_v8a",
    "pyemscripten_2025_0_wasm32",
]
REFUSED = [
    "linux_x86_64",
    "linux_aarch64",
    "manylinux1_aarch64",
    "manylinux2010_aarch64",
    "manylinux_2_17_armv6l",
    "manylinux_2_36_loongarch64",
    "musllinux_1_2_ppc64",
    "macosx_11_1_arm64",
    "macosx_16_0_arm64",
    "macosx_27_0_arm64",
    "macosx_11_0_fat32",
    "win_arm32",
    "pyodide_2024_0_wasm32",
    "emscripten_3_1_58_wasm32",
    "wasi_0_0_0_wasm32",
    "freebsd_14_1_release_amd64",
    "ios_13_0_armv7_iphoneos",
    "android_21_mips",
    "any2",
    "xmanylinux1_x86_64",
]


@pytest.mark.parametrize(("rule", "facts", "rows"), BAD)
def test_bad(rule, facts, rows):
    assert rule in findings(facts, rule.partition("-")[0])
    assert rows <= set(next(r for r in RULES if r.name == rule).mirrors)


@pytest.mark.parametrize("facts", GOOD)
def test_good(facts):
    assert findings(facts, kind_of(facts.filename)) == set()


def test_every_rule_has_a_case_and_so_has_every_row():
    assert {rule for rule, _, _ in BAD} == {rule.name for rule in RULES}
    # C17 is a predicate for the rules on the index: it holds for new projects only.
    assert set().union(*(rows for _, _, rows in BAD)) == {f"C{number:02}" for number in range(1, 17)}


def test_another_project_is_one_finding_not_two():
    assert findings(named("ham-1.0.tar.gz"), "sdist") == {"sdist-filename-other-project"}


@pytest.mark.parametrize("tag", ACCEPTED)
def test_accepted_platform(tag):
    assert is_accepted(tag)


@pytest.mark.parametrize("tag", REFUSED)
def test_refused_platform(tag):
    assert not is_accepted(tag)
