"""What is searched for in the files of an artifact is found wherever it stands, in each form that it has."""

import random
import string

import pytest
from slipway.artifacts import secret_scan
from slipway.artifacts.secret_scan import SecretKind

from artifacts.secret_values import PYPI_TOKEN, RSA_KEY, encrypted_code

_RANDOM = random.Random(7)  # noqa: S311 - nothing depends on it being unguessable
_LETTERS = string.ascii_letters + string.digits

TEXT = "A line of text, such as any_file has; KEYS, tokens - and dashes --- are in it.\n" * 40


def letters(count: int, of: str = _LETTERS) -> str:
    return "".join(_RANDOM.choices(of, k=count))


# Put together here, so that no file of the sdist holds what is looked for.
FORMS = [
    *((SecretKind.GITHUB_TOKEN, f"gh{kind}_" + letters(36)) for kind in "opusr"),
    (SecretKind.GITHUB_TOKEN, "github_" + "pat_" + letters(60)),
    *(
        (SecretKind.SLACK_TOKEN, f"xox{kind}-" + letters(11, string.digits) + "-" + letters(24))
        for kind in "abeoprs"
    ),
    (SecretKind.AWS_SECRET, "aws_secret_" + "access_key = " + letters(40)),
    (SecretKind.AWS_SECRET, "AWS_SECRET_" + "ACCESS_KEY=" + letters(40)),
    (SecretKind.AWS_SECRET, "secret" + f'AccessKey: "{letters(40)}"'),
    (SecretKind.AWS_KEY_ID, "AKIA" + letters(16, string.ascii_uppercase + "234567")),
    (SecretKind.PYPI_TOKEN, PYPI_TOKEN),
    (SecretKind.PRIVATE_KEY, RSA_KEY),
    (SecretKind.PYARMOR, encrypted_code("pyarmor").partition("\n")[2]),
    *((SecretKind.PYARMOR, f"__pyarmor_{what}__(1)") for what in ("enter", "exit", "assert", "bcc")),
    (SecretKind.SOURCEDEFENDER, encrypted_code("sourcedefender")),
]


def test_there_is_a_form_of_each_kind() -> None:
    # A password is known by its file, and what is with a key tells the two other kinds of key.
    others = {SecretKind.PASSWORD, SecretKind.PROTECTED_KEY, SecretKind.CERTIFIED_KEY}
    assert {kind for kind, _ in FORMS} == {*SecretKind} - others


@pytest.mark.parametrize(("kind", "secret"), FORMS)
def test_each_form_is_found_at_its_line(kind: SecretKind, secret: str) -> None:
    assert secret_scan.find("demo/core.py", TEXT.encode()) == ()
    for before, after in (("", ""), (TEXT, ""), ("", "\n" + TEXT), (TEXT, "\n" + TEXT)):
        found = secret_scan.find("demo/core.py", f"{before}{secret}{after}".encode())
        assert [(one.kind, one.line) for one in found] == [(kind, before.count("\n") + 1)]
