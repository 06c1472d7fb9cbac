"""Rules on imports: whether the package breaks, or this machine lacks what it needs."""

from collections.abc import Iterator

from slipway.rules.families import smoke
from slipway.rules.rule import Evidence
from slipway.rules.smoke.diagnosis import Kind
from slipway.rules.smoke.evidence import import_failures, is_package_fault, why_died
from slipway.rules.smoke.facts import SmokeFacts
from slipway.rules.wording import SHOWN


def imports_of(facts: SmokeFacts, kind: Kind) -> Iterator[Evidence]:
    """Yield every import that failed for one kind of reason, where that kind counts."""
    if is_package_fault(facts) or (kind != "broken" and not facts.is_lowest):
        yield from import_failures(facts, kind)


def broken_off(facts: SmokeFacts) -> Evidence:
    """Return the evidence of a probe that did not come to its end."""
    at = f" while it tried {facts.died_at}" if facts.died_at else ""
    return Evidence(
        f"The test of {facts.artifact} with Python {facts.python} broke off{at}: {facts.died}.",
        seen="\n".join(facts.printed.splitlines()[-SHOWN:]) or None,
    )


@smoke.error(
    "import-never-ends",
    title="The import does not end",
    why="Anyone who imports the package waits forever.",
    fix="Move work out of module level; if it only needs longer here, raise --smoke-timeout.",
    example="while True: pass  # at module level",
)
def import_never_ends(facts: SmokeFacts) -> Iterator[Evidence]:
    if why_died(facts) == "broken" and is_package_fault(facts) and facts.died_code is None:
        yield broken_off(facts)


@smoke.warning(
    "import-holds-process",
    title="After the import, Python does not end",
    why="A program that imports the package hangs at its end, and so do tests and the build of the documentation.",
    fix="Start the thread on first use, and make it a daemon or end it with `atexit`.",
    example="threading.Thread(target=poll).start()  # at module level",
    read="https://docs.python.org/3/library/threading.html#thread-objects",
)
def import_holds_process(facts: SmokeFacts) -> Iterator[Evidence]:
    if facts.holds_process is not None and is_package_fault(facts):
        yield Evidence(
            f'`python -c "import {facts.holds_process}"` does not end with Python {facts.python}: '
            "the import starts a thread."
        )


@smoke.error(
    "import-crashes",
    title="The import crashes the interpreter",
    why="Anyone who imports the package loses the whole process, without a traceback.",
    fix="Import it in a fresh environment with `python -X faulthandler`; for compiled code use a debugger.",
    example="a compiled module that was built against other headers",
)
def import_crashes(facts: SmokeFacts) -> Iterator[Evidence]:
    if why_died(facts) == "broken" and is_package_fault(facts) and facts.died_code is not None:
        yield broken_off(facts)


@smoke.warning(
    "import-needs-display",
    title="The import needs a display",
    why="It cannot be imported on a server, in a container or in a CI job, not even to build documentation.",
    fix="Open the window or the connection on first use, not at module level; to test it here, use xvfb-run.",
    example="root = tkinter.Tk()  # at module level",
)
def import_needs_display(facts: SmokeFacts) -> Iterator[Evidence]:
    yield from imports_of(facts, "display")
    if why_died(facts) == "display":
        yield broken_off(facts)


@smoke.warning(
    "import-needs-system",
    title="The import needs something that this machine does not have",
    why="Users without that library, program, file or device get this error; here it hides whether the rest works.",
    fix="Document what has to be installed, and run the smoke test on a machine that has it.",
    example='ctypes.CDLL("libportaudio.so.2")  # at module level',
)
def import_needs_system(facts: SmokeFacts) -> Iterator[Evidence]:
    yield from imports_of(facts, "system")
    if why_died(facts) == "system":
        yield broken_off(facts)


@smoke.error(
    "import-fails",
    title="A top-level module cannot be imported after installation",
    why="The package installs and then does not work: the first import ends in this error.",
    fix="Read the last line of the traceback, fix what it names, and check again.",
    example="import requests  # in __init__.py, with requests not among the dependencies",
)
def import_fails(facts: SmokeFacts) -> Iterator[Evidence]:
    return imports_of(facts, "broken")


@smoke.note(
    "import-needs-extra",
    title="A top-level module needs an optional dependency",
    why="Users who install the package without the extra cannot import this module.",
    fix="Do nothing if that is intended; else move the dependency from the extra to the dependencies.",
    example="a pytest plugin beside the package, with pytest only in the extra `test`",
)
def import_needs_extra(facts: SmokeFacts) -> Iterator[Evidence]:
    return imports_of(facts, "optional")


@smoke.warning(
    "import-needs-host",
    title="A plug-in does not depend on what it plugs into",
    why="It works where the host is installed already; installed alone, it cannot be imported.",
    fix="Add the host to the dependencies, or document that it has to be installed first.",
    example="a project flake8-spam that imports flake8 without depending on it",
)
def import_needs_host(facts: SmokeFacts) -> Iterator[Evidence]:
    return imports_of(facts, "host")


@smoke.warning(
    "import-needs-setting",
    title="The import needs a setting or a service",
    why="It cannot be imported before it is configured, so tools that only look at it fail.",
    fix="Read the setting on first use, with an error that names it.",
    example='TOKEN = os.environ["SPAM_TOKEN"]  # at module level',
)
def import_needs_setting(facts: SmokeFacts) -> Iterator[Evidence]:
    return imports_of(facts, "setting")


@smoke.warning(
    "import-needs-other-platform",
    title="The package is made for another platform than this one",
    why="Nothing was tested here, and on this platform it installs and then does not work.",
    fix="Smoke-test it on its own platform; a wheel with that platform's tag keeps others from installing it.",
    example="import winreg  # in a wheel py3-none-any",
)
def import_needs_other_platform(facts: SmokeFacts) -> Iterator[Evidence]:
    return imports_of(facts, "platform")


@smoke.warning(
    "import-asks-for-more",
    title="The package refuses to be imported and asks for something undeclared",
    why="Anyone who installs it has to install something else by hand before it works.",
    fix="Declare it as a dependency, or as an extra that the error message names.",
    example='raise ImportError("please install torch or tensorflow")',
)
def import_asks_for_more(facts: SmokeFacts) -> Iterator[Evidence]:
    return imports_of(facts, "asks")


@smoke.warning(
    "import-ends-process",
    title="The import ends the process",
    why="An import should not exit: test collectors, documentation tools and users lose their process.",
    fix='Move what should run into a function, called under `if __name__ == "__main__":`.',
    example="sys.exit(main())  # at module level",
)
def import_ends_process(facts: SmokeFacts) -> Iterator[Evidence]:
    return imports_of(facts, "exits")


@smoke.warning(
    "import-needs-setuptools",
    title="The import needs setuptools, which is not declared",
    why="It works where an older venv happens to contain setuptools, and fails with uv and from Python 3.12 on.",
    fix='Replace it (importlib.metadata, importlib.resources), or depend on "setuptools".',
    example="import pkg_resources",
)
def import_needs_setuptools(facts: SmokeFacts) -> Iterator[Evidence]:
    return imports_of(facts, "setuptools")
