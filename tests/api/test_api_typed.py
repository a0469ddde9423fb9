"""The wheel says that it is typed, and a user's typed script passes the strict checks of mypy."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

TYPED = """\
from __future__ import annotations

from pathlib import Path

import sim


def first_cut(path: Path) -> float | None:
    scenario = sim.load(path).with_(**{"axes.line.convoy.size": "10 t"})
    run: sim.Run = sim.run(scenario, seed=3)
    value: float | None = run.summary["measures"]["axes.line.time_of_first_cut"]["value"]
    rows: int = len(run.table("flows"))
    written: Path = run.write("out", figures=False)
    opened = sim.open_run(written)
    both: sim.Comparison = sim.compare(run, opened)
    many: sim.Ensemble = sim.ensemble(scenario, 20, progress=lambda done, of: print(done, of))
    ensembles: sim.ManyComparison = sim.compare(many, many)
    print(rows, both, ensembles, sim.cut(run, "line", at="12 days").capacity, sim.report(many))
    return value


try:
    first_cut(Path("a.yaml"))
except sim.ScenarioError as error:
    print(error.diagnostics[0].line)
"""

WRONG = """\
import sim

sim.run("a.yaml").plot(5)
sim.ensembel("a.yaml")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", str(folder), str(ROOT)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_is_typed_and_a_typed_script_passes(wheel: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")], check=True
    )
    python = tmp_path / "env/bin/python"
    place = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()
    )  # fmt: skip
    with zipfile.ZipFile(wheel) as packed:
        assert {"sim/py.typed", "sim/scenario/reference.md"} <= {*packed.namelist()}
        packed.extractall(place)
    for name in ("matplotlib", "numpy"):  # what its types are made of
        (place / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)

    def checked(text: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "script.py").write_text(text)
        return subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(python),
             "--cache-dir", str(tmp_path / "cache"), "script.py"],
            cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip

    assert checked(TYPED).stdout == "Success: no issues found in 1 source file\n"
    wrong = checked(WRONG).stdout
    assert 'script.py:3: error: Argument 1 to "plot" of "Run"' in wrong
    assert 'script.py:4: error: Module has no attribute "ensembel"' in wrong
