"""Which program this is, as far as it decides numbers: its code and the packages that it counts by.

Two programs of one identity make the same replicate of the same scenario. A number that people
keep by hand cannot say so: it stays the same from one change of the code to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

from sim.base.files import digest_of, fingerprint

ROOMS = ("base", "network", "scenario", "state", "engine", "measure", "many")
"""Rooms of the package that a replicate passes through."""

PACKAGES = ("numpy", "ortools", "scipy", "simpy")
"""What they draw, solve and keep time by. Records are the same under all Pythons that are known."""

CODE = "code"

PROGRAM, PROGRAMS = "program", "programs"
"""Where a manifest names the one that wrote it, and those that made runs; a summary of several."""

Identity = Mapping[str, str]
"""The version, sha256 of the code, and the version of each package, by their names."""


@cache
def identity() -> Identity:
    """That of the program that runs."""
    return {
        "supply-axis": version_of("supply-axis"),
        CODE: _code(),
        **{name: version_of(name) for name in PACKAGES},
    }


def among(programs: Iterable[Identity]) -> Identity:
    """That of the program that runs, by whatever else those of others are told apart by."""
    more = {name for program in programs for name in program} - identity().keys()
    return {**identity(), **{name: version_of(name) for name in sorted(more)}}


def _code() -> str:
    """sha256 over the names and bytes of all files of the rooms."""
    package = Path(__file__).parents[1]
    files = sorted(path for room in ROOMS for path in (package / room).rglob("*.py"))
    return fingerprint([(path.relative_to(package).as_posix(), digest_of(path)) for path in files])


def version_of(package: str) -> str:
    """The version of an installed package; "unknown" of one that is not."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"


def apart(one: Identity, other: Identity) -> list[str]:
    """In what two programs differ, in words: 'the code', 'numpy 1.26.4 and 2.1.0'."""
    return [
        "the code" if name == CODE else f"{name} {one.get(name)} and {other.get(name)}"
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    ]


def joined(programs: Sequence[Identity], more: Sequence[Identity]) -> list[Identity]:
    """Programs of both, each once, in order."""
    found = list(programs)
    for program in more:
        if program not in found:
            found.append(program)
    return found


def mixed(programs: Sequence[Identity]) -> str:
    """What a result of runs by several programs tells; nothing where one made them all."""
    if len(programs) < 2:
        return ""
    first, *others = programs
    found = dict.fromkeys(word for other in others for word in apart(first, other))
    return (
        f"its runs were made by {len(programs)} versions of the program, which differ in "
        f"{', '.join(found)}: they are not alike"
    )
