"""The public names: one list, all there, none of them a room, nothing heavy behind ``import``."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import sim
from sim import api


def test_both_doors_have_the_same_names_and_each_is_there() -> None:
    assert sim.__all__ == api.__all__ == sorted(api.__all__)
    homes = [name for names in api._HOMES.values() for name in names]
    assert sorted(homes) == api.__all__
    for name in sim.__all__:
        assert getattr(sim, name) is getattr(api, name)
        assert getattr(sim, name).__doc__, name
    assert set(sim.__all__) <= set(dir(sim))
    assert dir(api) == api.__all__
    assert not hasattr(sim, "no_such_name")


def test_errors_are_kinds_of_one() -> None:
    assert issubclass(sim.ScenarioError, sim.BadInputError)
    assert issubclass(sim.FullDiskError, sim.FailedError)
    for kind in (sim.BadInputError, sim.FailedError, sim.FolderError):
        assert issubclass(kind, sim.Error)


def asked(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_no_name_is_a_room_whatever_was_imported() -> None:
    """Importing a module puts it into its package: it must not take the place of a name."""
    code = (
        "import importlib, pkgutil, sim, types\n"
        "for found in pkgutil.walk_packages(sim.__path__, 'sim.'):\n"
        "    if not found.name.endswith('__main__'):\n"
        "        importlib.import_module(found.name)\n"
        "from sim import api\n"
        "print([n for n in sim.__all__ if isinstance(getattr(sim, n), types.ModuleType)\n"
        "       or getattr(sim, n) is not getattr(api, n)])"
    )
    assert asked(code) == "[]"


def test_import_loads_nothing_heavy() -> None:
    code = (
        "import sys, sim; sim.Error; dir(sim)\n"
        "heavy = {'numpy', 'matplotlib', 'pydantic', 'simpy', 'ortools', 'scipy', 'rich', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert asked(code) == "[]"


def test_a_module_is_never_a_public_name() -> None:
    assert not any(isinstance(getattr(sim, name), ModuleType) for name in sim.__all__)
