"""Tries the program on each supported version of Python that is on this machine.

    python tools/pythons.py

Each gets an environment below build/pythons, of the pinned packages of a run, and runs the cases
that ship and a small ensemble, with every warning an error. All files but manifests must be the
same bytes on all of them. Versions that are not here are named and left out. ``make pythons``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build/pythons"
VERSIONS = ("3.11", "3.12", "3.13")

RUNS = (
    ("run", "scenarios/start/two_ways.yaml"),
    ("run", "scenarios/double_offensive.yaml"),
    ("run", "scenarios/double_offensive_forces.yaml"),
    ("run", "scenarios/aid/nepal_2015.yaml"),
    # by one worker: rows of a journal stand in the order in which they are done
    ("ensemble", "scenarios/start/two_ways.yaml", "-n", "40", "--workers", "1"),
)
"""The words of each command that is tried; figures are left out, which draw by other libraries."""


def python(version: str) -> str | None:
    """A Python of this version: on the path, or among those of pyenv; None where there is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [*sorted(map(str, pyenv.glob(f"{version}.*/bin/python3")), reverse=True)]
    on_path = shutil.which(f"python{version}")
    for candidate in [on_path, *found] if on_path else found:
        ask = (candidate, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])")
        done = subprocess.run(ask, capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return candidate
    return None


def environment(version: str, program: str) -> Path:
    """The Python of an environment with what a run needs, and this package as it stands."""
    folder = BUILD / version
    own = folder / "bin/python"
    pins = [ROOT / f"requirements/{name}.txt" for name in ("run", "build")]
    made = folder / ".made"
    if not made.is_file() or any(p.stat().st_mtime > made.stat().st_mtime for p in pins):
        subprocess.run((program, "-m", "venv", "--clear", str(folder)), check=True)
        install = (str(own), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        wanted = [word for pin in pins for word in ("-r", str(pin))]
        subprocess.run((*install, "--no-compile", "--require-hashes", *wanted), check=True)
        package = ("--no-deps", "--no-build-isolation", "-e", str(ROOT))
        subprocess.run((*install, *package), check=True)
        made.touch()
    return own


def written(own: Path, version: str) -> dict[str, bytes]:
    """What the runs write, by its path."""
    place = BUILD / f"written-{version}"
    shutil.rmtree(place, ignore_errors=True)
    for i, (verb, file, *more) in enumerate(RUNS):
        words = (verb, file, *more, "--no-figures", "--quiet", "--out", str(place / str(i)))
        subprocess.run((str(own), "-W", "error", "-m", "sim", *words), check=True, cwd=ROOT)
    return {
        str(path.relative_to(place)): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def differences(found: dict[str, dict[str, bytes]]) -> Iterator[str]:
    """A line for each file that is not the same bytes on two versions."""
    (first, files), *others = found.items()
    for version, more in others:
        for name in sorted(files.keys() | more.keys()):
            if files.get(name) != more.get(name):
                yield f"{name}: {first} and {version} differ"


def main() -> int:
    """Try each; 1 where two differ, or where none is here."""
    found: dict[str, dict[str, bytes]] = {}
    for version in VERSIONS:
        program = python(version)
        if program is None:
            print(f"Python {version}: not on this machine, left out")
            continue
        print(f"Python {version}: {program}", flush=True)
        found[version] = written(environment(version, program), version)
        print(f"  {len(found[version])} files written, no warning")
    if not found:
        return 1
    wrong = list(differences(found))
    print("\n".join(wrong) or f"the same bytes on {', '.join(found)}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
