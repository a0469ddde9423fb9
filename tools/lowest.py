"""Do the lowest versions that pyproject.toml allows work?

``python tools/lowest.py [extra ...]`` makes an environment in build/lowest, installs the core's
dependencies exactly at their bounds and runs the tests of :data:`TRIED` on them; then, one
after the other in the same environment, each extra (or those named) at its own bounds, with the
tests of what it is for. A bound has to be a version that exists. What these packages need
themselves comes as new as it may be, as an installation would bring it. Where everything has
passed, the table of docs/testing.md is written again; exit code 1 where something has not.
Python must be the lowest that the package takes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
import tomllib
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOME = ROOT / "build/lowest"
PAGE = ROOT / "docs/testing.md"
HEAD = "| package | for | lowest, and tried |\n|---|---|---|\n"

CORE = "the core"
EXTRAS = ("dask", "fast", "gis", "osm", "parquet", "sensitivity")
"""Extras of users; those of developers are installed as requirements/dev.txt pins them."""

TOOLS = ("hypothesis", "jsonschema", "pandas", "pytest", "pytest-mpl", "setuptools")
"""What the tests need themselves, as pinned for developers."""

TRIED: Mapping[str, tuple[str, ...]] = {
    CORE: (
        "tests/network/test_network_flow.py", "tests/network/test_network_mincuts.py",
        "tests/network/test_network_interdict.py", "tests/network/test_network_readers.py",
        "tests/scenario/test_scenario_reference.py", "tests/scenario/test_scenario_depots.py",
        "tests/scenario/test_scenario_tree.py", "tests/engine/test_engine_convoys.py",
        "tests/engine/test_engine_lanchester.py", "tests/engine/test_engine_regroup.py",
        "tests/measure/test_measure_statistics.py", "tests/tables/test_tables_terminal.py",
        "tests/view/test_view_figures.py", "tests/cli/test_cli_program.py",
    ),
    "dask": (
        "tests/faults/test_faults_dask.py::test_two_workers_give_the_bytes_of_one_process",
        "tests/faults/test_faults_dask.py::test_certificates_guard_a_cluster_of_our_own_too",
    ),
    "fast": ("tests/network/test_network_reliability.py",),
    "gis": ("tests/network/test_network_kinds.py", "tests/network/test_network_writers.py"),
    "osm": ("tests/network/test_network_osm.py",),
    "parquet": ("tests/api/test_api_parquet.py",),
    "sensitivity": ("tests/many/test_many_studies.py", "tests/measure/test_measure_effects.py"),
}  # fmt: skip


def bounds() -> dict[str, dict[str, str]]:
    """The lowest version of each package that the core and the extras of users name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {CORE: project["dependencies"]}
    named |= {extra: project["optional-dependencies"][extra] for extra in EXTRAS}
    return {part: dict(map(_bound, words)) for part, words in named.items()}


def _bound(words: str) -> tuple[str, str]:
    found = re.fullmatch(r"([\w-]+)>=([\w.]+)", words)
    if found is None:
        raise SystemExit(f"pyproject.toml: {words!r} is not PACKAGE>=VERSION")
    return found[1], found[2]


def table(lowest: Mapping[str, Mapping[str, str]]) -> str:
    """The table of docs/testing.md."""
    return HEAD + "".join(
        f"| {package} | {part} | {version} |\n"
        for part, packages in lowest.items()
        for package, version in packages.items()
    )


def main(extras: Sequence[str]) -> int:
    """Try the core and the extras; the exit code."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    python = "{}.{}".format(*sys.version_info)
    if project["requires-python"] != f">={python}":
        raise SystemExit(f"this is Python {python}; bounds are tried on the lowest")
    if unknown := set(extras) - set(EXTRAS):
        raise SystemExit(f"no extra of users: {', '.join(sorted(unknown))}")
    lowest = bounds()
    shutil.rmtree(HOME, ignore_errors=True)
    venv.create(HOME, with_pip=True)
    _install([f"{name}=={version}" for name, version in _pinned().items() if name in TOOLS])
    exact: list[str] = []
    failed = []
    for part in (CORE, *(extras or EXTRAS)):
        exact += [f"{name}=={version}" for name, version in lowest[part].items()]
        start = time.monotonic()
        _install(exact)
        if part == CORE:
            _install(["--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
        installed = time.monotonic()
        failed += [part] if _tests(TRIED[part], slow=part == "dask") else []
        print(f"{part}: installed in {installed - start:.0f} s, "
              f"tried in {time.monotonic() - installed:.0f} s", flush=True)  # fmt: skip
    if failed:
        print(f"does not work at its bounds: {', '.join(failed)}")
    elif not extras:
        _record(table(lowest))
    return bool(failed)


def _pinned() -> dict[str, str]:
    pins = (ROOT / "requirements/dev.txt").read_text("utf-8")
    return dict(re.findall(r"^([\w-]+)==([\w.]+)", pins, re.M))


def _install(what: Sequence[str]) -> None:
    pip = [str(HOME / "bin/python"), "-m", "pip", "install", "--quiet", "--no-warn-conflicts"]
    subprocess.run([*pip, "--disable-pip-version-check", *what], check=True)


def _tests(which: Sequence[str], *, slow: bool) -> int:
    """Warnings of old packages about each other are no errors here."""
    marked = "slow" if slow else "not slow"
    words = ["-m", "pytest", "-W", "default", "--disable-warnings", "-m", marked, *which]
    return subprocess.run([str(HOME / "bin/python"), *words], cwd=ROOT, check=False).returncode


def _record(made: str) -> None:
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(HEAD)
    after = re.sub(r"\A(\|.*\n)*", "", rest)
    PAGE.write_text(before + made + after, "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
