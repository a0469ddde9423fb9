"""What a stranger meets: the Makefile, the wheel, the words about the project."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parents[1]


def planned(target: str, folder: Path) -> str:
    """What make would do for a target where no environment stands."""
    if shutil.which("make") is None:
        pytest.skip("make is not there")
    words = ("make", "-n", "-C", str(ROOT), f"VENV={folder / 'none'}", target)
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout


def test_make_run_installs_what_a_run_needs_alone(tmp_path: Path) -> None:
    run, test = planned("run", tmp_path), planned("test", tmp_path)
    assert "-r requirements/run.txt" in run
    assert "requirements/dev.txt" not in run
    assert "-r requirements/dev.txt" in test
    assert run.index("Setting up") < run.index("requirements/run.txt")  # said before it is done
    assert "minutes on two quiet cores" in test


def test_the_version_has_one_home() -> None:
    home = f'__version__ = "{sim.__version__}"'
    assert home in (ROOT / "sim/__init__.py").read_text("utf-8")
    assert sim.__version__ not in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``sim`` of a wheel in an environment without a checkout; what it needs is lent to it."""
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"  # building in the checkout would leave files there
    tree.mkdir()
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, tree / name)
    shutil.copyfile(ROOT / "ATTRIBUTION.md", tree / "ATTRIBUTION.md")
    for name in ("sim", "scenarios"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    wheels = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
              "--wheel-dir", str(folder), str(tree))  # fmt: skip
    subprocess.run((sys.executable, *wheels), check=True, capture_output=True, timeout=300)
    shutil.rmtree(tree)
    subprocess.run((sys.executable, "-m", "venv", str(folder / "env")), check=True)
    python = str(folder / "env/bin/python")
    (wheel,) = folder.glob("*.whl")
    pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    subprocess.run((python, *pip), check=True, capture_output=True, timeout=300)
    # what was installed for the tests, less this package, which is found first where it is
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    place = subprocess.run((python, "-c", where), check=True, capture_output=True, text=True)
    lent = folder / "lent"
    lent.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "supply_axis" not in path.name and path.suffix != ".pth":
            (lent / path.name).symlink_to(path)
    (Path(place.stdout.strip()) / "lent.pth").write_text(f"{lent}\n", encoding="utf-8")
    return folder / "env/bin/sim"


@pytest.mark.slow
def test_a_wheel_in_an_empty_environment_runs_what_ships(installed: Path, tmp_path: Path) -> None:
    def call(*words: str) -> str:
        done = subprocess.run(
            (str(installed), *words),
            cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    listed = json.loads(call("example", "--json"))["examples"]
    environment = installed.parent.parent
    assert [case["name"] for case in listed] == ["two_ways", "june_2016", "aid"]
    assert all(Path(case["scenario"]).is_relative_to(environment) for case in listed)
    for case in listed:
        call("init", case["name"], "--example", case["name"])
        call("run", case["scenario"], "--no-figures", "--out", f"run_{case['name']}")
    call("run", "two_ways/scenarios/two_ways.yaml", "--no-figures", "--out", "own")
    call("report", "run_two_ways")
    assert (tmp_path / "run_two_ways/report.html").is_file()
    assert sim.__version__ in call("--version")
