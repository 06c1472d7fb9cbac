import os
import sys
from pathlib import Path

import pytest
from slipway import system
from slipway.errors import InputError
from slipway.index import setting_files, settings

MIRROR = "https://mirror.example/simple"
SECOND = "https://second.example/simple"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment of a machine on which nothing is configured, but for what a test adds."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(setting_files, "_pip_machine", lambda _: [tmp_path / "etc"])
    monkeypatch.setattr(setting_files.sys, "prefix", str(tmp_path / "prefix"))
    monkeypatch.setattr(setting_files.sys, "base_prefix", str(tmp_path / "prefix"))
    monkeypatch.setattr(settings, "SYSTEM_BUNDLES", ())
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system, "TRUSTS_A_STORE", False)
    monkeypatch.chdir(tmp_path)
    return {"HOME": str(home), "USERPROFILE": str(home), "XDG_CONFIG_DIRS": str(tmp_path / "xdg")}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_configured_says_nothing(machine):
    told = settings.read(machine)

    assert told.default is None
    assert "UV_DEFAULT_INDEX" not in told.uv_environ()
    assert "PIP_INDEX_URL" not in told.pip_environ()


@pytest.mark.parametrize(
    ("variables", "attribute", "value"),
    [
        ({"PIP_INDEX_URL": MIRROR}, "default", MIRROR),
        ({"UV_INDEX_URL": MIRROR}, "default", MIRROR),
        ({"UV_DEFAULT_INDEX": MIRROR, "UV_INDEX_URL": SECOND, "PIP_INDEX_URL": SECOND}, "default", MIRROR),
        ({"PIP_EXTRA_INDEX_URL": f"{MIRROR}  {SECOND}"}, "extra", (MIRROR, SECOND)),
        ({"UV_INDEX": f"team={MIRROR}", "UV_EXTRA_INDEX_URL": SECOND}, "extra", (MIRROR, SECOND)),
        ({"UV_FIND_LINKS": f"{MIRROR},{SECOND}"}, "find_links", (MIRROR, SECOND)),
        ({"PIP_FIND_LINKS": f"{MIRROR} {SECOND}"}, "find_links", (MIRROR, SECOND)),
        ({"PIP_NO_INDEX": "1"}, "no_index", True),
        ({"PIP_NO_INDEX": "0"}, "no_index", False),
        ({"PIP_TRUSTED_HOST": "a.example b.example:8080"}, "trusted_hosts", ("a.example", "b.example:8080")),
        ({"UV_INSECURE_HOST": "https://a.example"}, "trusted_hosts", ("https://a.example",)),
        ({"PIP_CERT": "/ca.pem"}, "certificate", "/ca.pem"),
        ({"REQUESTS_CA_BUNDLE": "/ca.pem"}, "certificate", "/ca.pem"),
        ({"PIP_CERT": "/pip.pem", "SSL_CERT_FILE": "/ca.pem"}, "certificate", "/ca.pem"),
        ({"PIP_CLIENT_CERT": "/me.pem"}, "client_certificate", "/me.pem"),
        ({"UV_KEYRING_PROVIDER": "subprocess"}, "keyring", "subprocess"),
        ({"PIP_DEFAULT_TIMEOUT": "90"}, "timeout", "90"),
        ({"UV_HTTP_TIMEOUT": "60", "PIP_DEFAULT_TIMEOUT": "90"}, "timeout", "60"),
        ({"PIP_PROXY": "http://proxy.example:3128"}, "proxy", "http://proxy.example:3128"),
        ({"PIP_INDEX_URL": ""}, "default", None),
    ],
)
def test_variables(machine, variables, attribute, value):
    assert getattr(settings.read(machine | variables), attribute) == value


@pytest.mark.parametrize(
    "place", ["etc/pip.conf", "home/.pip/pip.conf", "home/.config/pip/pip.conf", "prefix/pip.conf"]
)
def test_every_file_of_pip_counts(machine, tmp_path, place):
    write(tmp_path / place, f"[global]\nindex-url = {MIRROR}\n")

    assert settings.read(machine).default == MIRROR


def test_the_environment_it_was_started_in_counts_too(machine, tmp_path):
    write(tmp_path / "active" / "pip.conf", f"[install]\nindex_url = {MIRROR}\n")

    assert settings.read(machine | {"VIRTUAL_ENV": str(tmp_path / "active")}).default == MIRROR


def test_a_stronger_file_of_pip_wins_and_install_beats_global(machine, tmp_path):
    write(
        tmp_path / "etc/pip.conf", f"[install]\nextra-index-url = {SECOND}\n[global]\nindex-url = {SECOND}\n"
    )
    write(
        tmp_path / "home/.config/pip/pip.conf",
        f"[global]\nindex-url = {MIRROR}\nextra-index-url = {MIRROR}\n",
    )

    told = settings.read(machine)

    assert (told.default, told.extra) == (MIRROR, (SECOND,))


def test_lists_in_a_file_of_pip_may_span_lines(machine, tmp_path):
    write(
        tmp_path / "etc/pip.conf",
        f"[global]\ntrusted-host =\n    a.example\n    b.example\nfind-links = {MIRROR}\n",
    )

    told = settings.read(machine)

    assert (told.trusted_hosts, told.find_links) == (("a.example", "b.example"), (MIRROR,))


def test_a_file_named_to_pip_replaces_the_users_own(machine, tmp_path):
    write(
        tmp_path / "home/.config/pip/pip.conf",
        f"[global]\nindex-url = {SECOND}\nextra-index-url = {SECOND}\n",
    )
    named = write(tmp_path / "own.conf", f"[global]\nindex-url = {MIRROR}\n")

    told = settings.read(machine | {"PIP_CONFIG_FILE": str(named)})

    assert (told.default, told.extra) == (MIRROR, ())


def test_pip_can_be_told_to_read_no_file(machine, tmp_path):
    write(tmp_path / "etc/pip.conf", f"[global]\nindex-url = {MIRROR}\n")

    assert settings.read(machine | {"PIP_CONFIG_FILE": os.devnull}).default is None


@pytest.mark.parametrize(
    ("text", "default", "extra"),
    [
        (f'index-url = "{MIRROR}"\nextra-index-url = ["{SECOND}"]', MIRROR, (SECOND,)),
        (
            f'[[index]]\nurl = "{MIRROR}"\ndefault = true\n[[index]]\nname = "x"\nurl = "{SECOND}"',
            MIRROR,
            (SECOND,),
        ),
        (f'[[index]]\nname = "x"\nurl = "{MIRROR}"\nexplicit = true', None, ()),
        (f'index-url = "{SECOND}"\n[pip]\nindex-url = "{MIRROR}"', MIRROR, ()),
    ],
)
def test_a_file_of_uv(machine, tmp_path, text, default, extra):
    write(tmp_path / "xdg/uv/uv.toml", text)

    told = settings.read(machine)

    assert (told.default, told.extra) == (default, extra)


def test_uvs_file_of_the_user_comes_before_that_of_the_machine(machine, tmp_path):
    write(tmp_path / "home/.config/uv/uv.toml", f'index-url = "{MIRROR}"\nextra-index-url = ["{MIRROR}"]')
    write(tmp_path / "xdg/uv/uv.toml", f'index-url = "{SECOND}"\nextra-index-url = ["{SECOND}"]')

    told = settings.read(machine)

    assert (told.default, told.extra) == (MIRROR, (MIRROR, SECOND))


def test_uv_can_be_told_to_read_no_file_or_another(machine, tmp_path):
    write(tmp_path / "home/.config/uv/uv.toml", f'index-url = "{SECOND}"')
    named = write(tmp_path / "own.toml", f'index-url = "{MIRROR}"')

    assert settings.read(machine | {"UV_NO_CONFIG": "1"}).default is None
    assert settings.read(machine | {"UV_CONFIG_FILE": str(named)}).default == MIRROR


def test_files_of_a_project_do_not_count(machine, tmp_path):
    write(tmp_path / "uv.toml", f'index-url = "{MIRROR}"')
    write(tmp_path / "pyproject.toml", f'[tool.uv]\nindex-url = "{MIRROR}"')

    assert settings.read(machine).default is None


def test_variables_come_before_files_and_uv_before_pip(machine, tmp_path):
    write(tmp_path / "home/.config/uv/uv.toml", 'index-url = "https://uv.example/"')
    write(
        tmp_path / "etc/pip.conf",
        "[global]\nindex-url = https://pip.example/\nextra-index-url = https://x.example/\n",
    )

    assert settings.read(machine).default == "https://uv.example/"
    assert settings.read(machine).extra == ("https://x.example/",)
    assert settings.read(machine | {"PIP_INDEX_URL": MIRROR}).default == MIRROR
    assert settings.read(machine | {"PIP_INDEX_URL": MIRROR, "UV_INDEX_URL": SECOND}).default == SECOND


def test_an_index_named_by_a_variable_beats_a_files_wish_for_none(machine, tmp_path):
    write(tmp_path / "etc/pip.conf", "[global]\nno-index = true\n")

    assert settings.read(machine).no_index
    assert not settings.read(machine | {"PIP_INDEX_URL": MIRROR}).no_index


@pytest.mark.parametrize(
    ("place", "text"), [("etc/pip.conf", "index-url"), ("xdg/uv/uv.toml", "index-url = [")]
)
def test_a_broken_file_is_named(machine, tmp_path, place, text):
    broken = write(tmp_path / place, text)

    with pytest.raises(InputError, match="cannot be understood") as caught:
        settings.read(machine)

    assert str(broken) in caught.value.happened


def test_relative_paths_hold_in_any_folder_and_missing_folders_are_left_out(machine, tmp_path):
    (tmp_path / "a folder, mine").mkdir()

    told = settings.read(machine | {"UV_FIND_LINKS": "missing"})
    found = settings.read(machine | {"PIP_FIND_LINKS": "~/missing", "PIP_INDEX_URL": "a folder, mine"})

    assert told.find_links == found.find_links == ()
    assert found.default == (tmp_path / "a folder, mine").as_uri()
    assert " " not in found.default
    assert "," not in found.default


def test_paths_in_uvs_file_start_from_it(machine, tmp_path):
    (tmp_path / "home/.config/uv/wheels").mkdir(parents=True)
    write(tmp_path / "home/.config/uv/uv.toml", 'find-links = ["wheels", "missing"]')

    assert settings.read(machine).find_links == ((tmp_path / "home/.config/uv/wheels").as_uri(),)


def test_credentials_of_a_named_index_go_into_its_address(machine):
    told = settings.read(
        machine
        | {"UV_INDEX": f"my-team={MIRROR} other={SECOND}"}
        | {"UV_INDEX_MY_TEAM_USERNAME": "me", "UV_INDEX_MY_TEAM_PASSWORD": "p@ss/word"}
    )

    assert told.extra == ("https://me:p%40ss%2Fword@mirror.example/simple", SECOND)


def test_pips_further_indexes_count_alike_and_uvs_in_order(machine):
    assert settings.read(machine | {"PIP_EXTRA_INDEX_URL": MIRROR}).uv_environ()["UV_INDEX_STRATEGY"] == (
        "unsafe-best-match"
    )
    assert "UV_INDEX_STRATEGY" not in settings.read(machine | {"UV_INDEX": MIRROR}).uv_environ()


def test_what_uv_is_told(machine, tmp_path):
    told = settings.read(
        machine
        | {"PIP_INDEX_URL": MIRROR, "PIP_EXTRA_INDEX_URL": SECOND, "PIP_TRUSTED_HOST": "a.example"}
        | {"PIP_FIND_LINKS": f"{MIRROR} {SECOND}", "PIP_CERT": "/ca.pem", "PIP_PROXY": "http://proxy.example"}
        | {"NO_PROXY": "intern.example"}
    )

    assert told.uv_environ() == {
        "UV_DEFAULT_INDEX": MIRROR,
        "UV_INDEX": SECOND,
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": f"{MIRROR},{SECOND}",
        "UV_INSECURE_HOST": "a.example",
        "SSL_CERT_FILE": "/ca.pem",
        "ALL_PROXY": "http://proxy.example",
        "NO_PROXY": "intern.example,localhost,127.0.0.1,::1",
    }
    folder = settings.read(machine | {"PIP_CERT": str(tmp_path)})
    assert folder.uv_environ() == {"SSL_CERT_DIR": str(tmp_path)}


def test_what_pip_is_told(machine):
    told = settings.read(
        machine
        | {"UV_DEFAULT_INDEX": MIRROR, "UV_INDEX": SECOND, "UV_INSECURE_HOST": "https://a.example"}
        | {"UV_FIND_LINKS": MIRROR, "SSL_CERT_FILE": "/ca.pem", "UV_HTTP_TIMEOUT": "60"}
    )

    assert told.pip_environ() == {
        "PIP_INDEX_URL": MIRROR,
        "PIP_EXTRA_INDEX_URL": SECOND,
        "PIP_FIND_LINKS": MIRROR,
        "PIP_TRUSTED_HOST": "a.example",
        "PIP_CERT": "/ca.pem",
        "PIP_DEFAULT_TIMEOUT": "60",
    }


def test_the_systems_certificates_are_trusted_unless_others_are_named(machine, tmp_path, monkeypatch):
    bundle = write(tmp_path / "system.pem", "")
    monkeypatch.setattr(settings, "SYSTEM_BUNDLES", ("/nowhere.pem", str(bundle)))

    assert settings.read(machine).certificate == str(bundle)
    assert settings.read(machine | {"PIP_CERT": "/ca.pem"}).certificate == "/ca.pem"
    assert settings.read(machine | {"UV_SYSTEM_CERTS": "false"}).certificate is None
    assert settings.read(machine | {"SSL_CERT_DIR": "/certs"}).certificate is None
    monkeypatch.setattr(system, "TRUSTS_A_STORE", True)
    assert settings.read(machine).uv_environ() == {"UV_SYSTEM_CERTS": "true"}


def test_credentials_are_not_shown(machine):
    told = settings.read(machine | {"PIP_INDEX_URL": "https://me:s3cret@mirror.example/simple"})

    assert "s3cret" not in repr(told)
    shown = settings.redacted(f"Looking in {told.default}, http://token@second.example:8080/a@b and {SECOND}")
    assert shown == (
        f"Looking in https://****@mirror.example/simple, http://****@second.example:8080/a@b and {SECOND}"
    )
