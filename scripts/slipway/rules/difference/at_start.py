"""Rules on what a release starts that nobody asked for: with Python, with another program, in place of another command."""

from collections.abc import Iterator

from slipway.artifacts.outline import DATA
from slipway.rules.difference.facts import DifferenceFacts, Pair, commands, once, plugins
from slipway.rules.families import difference
from slipway.rules.rule import Evidence
from slipway.rules.wording import listed, named, quoted

STARTED = ("sitecustomize.py", "usercustomize.py")
"""Modules that Python imports at every start (https://docs.python.org/3/library/site.html)."""

AUTOMATIC = (
    *("pytest11", "hypothesis", "tox", "nox"),
    *("setuptools.", "distutils.", "egg_info.writers", "keyring.backends", "virtualenv."),
    *("hatch", "poetry.plugin", "poetry.application.plugin", "pdm"),
)
"""Groups of entry points, or beginnings of their names, that a program loads wherever it finds them installed."""

PROGRAMS = frozenset(
    (
        *(
            "apt",
            "apt-get",
            "aws",
            "az",
            "awk",
            "bash",
            "brew",
            "cargo",
            "cat",
            "chmod",
            "chown",
            "clang",
            "cmake",
        ),
        *(
            "code",
            "conda",
            "cp",
            "crontab",
            "curl",
            "dd",
            "df",
            "dig",
            "dir",
            "docker",
            "docker-compose",
            "echo",
        ),
        *(
            "env",
            "find",
            "gcc",
            "gcloud",
            "gh",
            "git",
            "go",
            "gpg",
            "grep",
            "head",
            "helm",
            "id",
            "java",
            "javac",
        ),
        *("kill", "kubectl", "less", "ln", "ls", "make", "mkdir", "mount", "mv", "nc", "node", "npm", "npx"),
        *("openssl", "passwd", "perl", "php", "ping", "pip", "pip3", "pipx", "pkill", "podman", "poetry"),
        *(
            "powershell",
            "ps",
            "psql",
            "pwd",
            "py",
            "python",
            "python3",
            "rm",
            "rsync",
            "ruby",
            "rustc",
            "scp",
            "sed",
        ),
        *(
            "service",
            "sh",
            "ssh",
            "ssh-add",
            "ssh-agent",
            "sshd",
            "su",
            "sudo",
            "systemctl",
            "tail",
            "tar",
            "tee",
        ),
        *(
            "terraform",
            "top",
            "touch",
            "tox",
            "twine",
            "umount",
            "unzip",
            "uv",
            "uvx",
            "vi",
            "vim",
            "wget",
            "which",
        ),
        *("whoami", "xargs", "yarn", "zsh"),
    )
)
"""Commands that are on most machines, or that developers type every day."""


@difference.warning(
    "startup-file-added",
    title="The release brings code that runs at every start of Python",
    why="Python runs the lines of a .pth file that begin with `import`, and the modules sitecustomize and usercustomize, "
    "at every start, whether the package is used or not. Stolen releases have used it.",
    fix="Find out which commit brought it, and who made it. If nobody did, do not publish: rotate the project's "
    "credentials.",
    example="demo-init.pth, which the release before did not have",
    read="https://docs.python.org/3/library/site.html",
)
def startup_file_added(facts: DifferenceFacts) -> Iterator[Evidence]:
    found = once(
        (path, pair)
        for pair in facts.wheels
        for path in (*pair.added, *pair.changed)
        if _is_read_at_start(path)
    )
    for path, pair in found.items():
        how = "is new" if path in pair.added else "was changed"
        yield Evidence(
            f"{quoted(path)} {how}: Python reads it at every start.",
            file=path,
            artifact=pair.now.filename,
        )


def _is_read_at_start(path: str) -> bool:
    is_at_top = "/" not in path or path.startswith(f"{DATA}/")
    return is_at_top and (path.endswith(".pth") or path.rpartition("/")[2] in STARTED)


@difference.warning(
    "plugin-added",
    title="The release is loaded by a program that nobody named it to",
    why="pytest, setuptools and others load every plugin that is installed beside them, in every project of that "
    "environment.",
    fix="Find out which commit brought the entry point. If it is meant, say so in the release notes.",
    example='[pytest11] helper = "demo._helper", which the release before did not have',
)
def plugin_added(facts: DifferenceFacts) -> Iterator[Evidence]:
    found = once(
        (name, pair)
        for pair in facts.wheels
        for name in sorted(plugins(pair.now) - plugins(pair.before))
        if name.startswith(AUTOMATIC)
    )
    yield from _together(found, "the entry point {} is new, and is loaded wherever it is installed")


@difference.warning(
    "command-shadows-program",
    title="The release installs a command with the name of a well-known program",
    why="An environment's commands come before those of the system, so that who types the name gets the package's.",
    fix="Find out which commit brought the command. If it is meant, choose a name that belongs to nobody.",
    example='sudo = "demo.cli:main", under [project.scripts]',
)
def command_shadows_program(facts: DifferenceFacts) -> Iterator[Evidence]:
    found = once(
        (name, pair)
        for pair in facts.wheels
        for name in sorted(commands(pair.now) - commands(pair.before))
        if name.lower().removesuffix(".exe") in PROGRAMS
    )
    yield from _together(found, "the command {} is new, and comes before the program of that name")


def _together(found: dict[str, Pair], sentence: str) -> Iterator[Evidence]:
    if found:
        text = sentence.replace("{}", named(list(found)))
        first = next(iter(found.values()))
        yield Evidence(f"{text[0].upper()}{text[1:]}.", artifact=first.now.filename, seen=listed(list(found)))
