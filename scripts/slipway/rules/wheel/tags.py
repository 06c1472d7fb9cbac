"""Rules on where a wheel says it runs: the tags in WHEEL and in the filename, Root-Is-Purelib, compiled modules."""

from collections.abc import Iterable, Iterator

from packaging.tags import parse_tag

from slipway.artifacts.importable import EXTENSIONS, SUFFIX_OF_EXTENSION
from slipway.artifacts.wheel import WheelFacts
from slipway.rules.artifact.places import is_for_development, own_names
from slipway.rules.families import wheel
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import WHEEL_FORMAT
from slipway.rules.wording import named, together


@wheel.warning(
    "wheel-tags-differ",
    title="The tags in WHEEL are not those of the filename",
    why="Installers choose the wheel by its filename, but keep WHEEL: later `pip check` calls the package "
    "unsupported, and one of the two is wrong about where it runs. Usually the file was renamed.",
    fix="Do not rename a wheel. `python -m wheel tags` changes both places; auditwheel and delocate do too.",
    example="`Tag: py3-none-any` in `demo-1.0-cp313-cp313-win_amd64.whl`",
    read=WHEEL_FORMAT,
)
def wheel_tags_differ(facts: WheelFacts) -> Iterator[Evidence]:
    if facts.wheel_file is None or facts.wheel_file.version is None or facts.parts is None:
        raise Skipped("the filename or WHEEL cannot be read")
    in_name = {str(tag) for tag in facts.parts.tags}
    in_file = {str(tag) for text in facts.wheel_file.tags for tag in _parsed(text)}
    if in_name != in_file:
        path = facts.in_dist_info("WHEEL")
        only_name, only_file = sorted(in_name - in_file), sorted(in_file - in_name)
        parts = [f"the filename says {named(only_name)}"] if only_name else []
        parts += [f"WHEEL says {named(only_file)}"] if only_file else []
        yield Evidence(
            f"Of the tags, only {' and only '.join(parts)}.",
            file=path,
            line=facts.wheel_file.lines.get("tag", (None,))[0],
            seen=", ".join(sorted(in_file)) or "no Tag",
            expected=", ".join(sorted(in_name)),
        )


def _parsed(text: str) -> Iterable[object]:
    try:
        return parse_tag(text)
    except ValueError:
        return (text,)


@wheel.warning(
    "wheel-purelib-with-compiled-modules",
    title="The wheel says that it is pure, and has compiled modules",
    why="Where pure and platform-specific packages are installed in two places, as on Fedora, it is installed into the "
    "wrong one.",
    fix="Set in the build backend that the project is compiled.",
    fixes={
        "setuptools": "Declare the modules as `ext_modules`, or give a distribution class whose "
        "`has_ext_modules` is true.",
        "hatchling": "Set `build_data['pure_python'] = False` and `infer_tag = True` in the build hook.",
        "poetry-core": "Build the module with the build script named in [tool.poetry.build].",
    },
    example="`Root-Is-Purelib: true` beside `demo/_speed.cpython-313-x86_64-linux-gnu.so`",
    read=WHEEL_FORMAT,
)
def wheel_purelib_with_compiled_modules(facts: WheelFacts) -> Iterator[Evidence]:
    if facts.wheel_file is None or facts.wheel_file.purelib is not True:
        return
    compiled = _extensions(facts)
    yield from together(
        compiled,
        "WHEEL says Root-Is-Purelib: true, but {} is compiled.",
        "WHEEL says Root-Is-Purelib: true, but {} are compiled.",
    )


@wheel.warning(
    "wheel-for-any-platform-is-compiled",
    title="The wheel is tagged for any platform, and holds modules for one platform",
    why="Installers choose it on every system, and importing the compiled module fails on all others.",
    fix="Build a wheel per platform, with a platform tag in its name; cibuildwheel does it.",
    fixes={
        "setuptools": "Declare the module as `ext_modules`; a compiled file in `package_data` does not make "
        "a platform wheel.",
        "hatchling": "Set `build_data['infer_tag'] = True` in the build hook that compiles.",
    },
    example="`demo/_speed.cpython-313-x86_64-linux-gnu.so` in `demo-1.0-py3-none-any.whl`",
)
def wheel_for_any_platform_is_compiled(facts: WheelFacts) -> Iterable[Evidence]:
    if facts.parts is None or set(facts.parts.platforms) != {"any"}:
        return []
    built = [path for path in _extensions(facts) if SUFFIX_OF_EXTENSION.search(path)]
    return together(
        built,
        "{} is built for one platform, and the filename says any.",
        "{} are built for one platform, and the filename says any.",
    )


def _extensions(facts: WheelFacts) -> list[str]:
    """Return the compiled modules, without test data and what is in .data."""
    own = own_names(facts)
    return sorted(
        path
        for path in facts.paths
        if path.endswith(EXTENSIONS)
        and not path.startswith(f"{facts.data_directory}/")
        and not is_for_development(path, own_names=own)
    )


@wheel.note(
    "wheel-platlib-without-compiled-modules",
    title="The wheel says that it is not pure, and nothing in it is compiled",
    why="It works, but on systems with two places for packages it is installed among the platform-specific ones.",
    fix="Nothing has to be done; a pure wheel usually says `Root-Is-Purelib: true`.",
    example="`Root-Is-Purelib: false` in `demo-1.0-py3-none-any.whl` without compiled modules",
    read=WHEEL_FORMAT,
)
def wheel_platlib_without_compiled_modules(facts: WheelFacts) -> Iterator[Evidence]:
    if facts.wheel_file is None or facts.parts is None or facts.wheel_file.purelib is not False:
        return
    if {str(tag).partition("-")[2] for tag in facts.parts.tags} == {"none-any"} and not _extensions(facts):
        yield Evidence(
            "WHEEL says Root-Is-Purelib: false for a wheel without compiled modules.",
            file=facts.in_dist_info("WHEEL"),
            line=facts.wheel_file.lines.get("root-is-purelib", (None,))[0],
            seen="false",
            expected="true",
        )
