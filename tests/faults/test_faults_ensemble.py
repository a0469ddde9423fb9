"""The command `sim ensemble` killed, starved and interrupted: nothing is lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.many.frames import ROW

N = 40
UNCOUNTED = {key: said for key, said in os.environ.items() if not key.startswith("COVERAGE_")}
"""An environment whose commands do not count lines: a full disk has no room for the count."""

Sim = Callable[..., subprocess.CompletedProcess[str]]


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "sim", "ensemble", *args, "--no-figures"]


def contents(folder: Path) -> dict[str, bytes]:
    own = {"manifest.json", "replicates.journal"}
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in own}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, one_way: str, sim: Sim) -> Path:
    """A folder with the scenario and the ensemble that nothing happened to."""
    home = tmp_path_factory.mktemp("faults")
    many = one_way.replace("size: 4 t", "size: 0.4 t")  # convoys, so that a run takes its time
    (home / "toy.yaml").write_text(many, encoding="utf-8")
    words = ("toy.yaml", "-n", str(N), "--out", "serial", "--workers", "1", "--no-figures")
    done = sim("ensemble", *words, cwd=home)
    assert done.returncode == 0, done.stderr
    return home


def resumed(sim: Sim, home: Path, out: str) -> None:
    """Gone on with, in this process, an ensemble is the one that nothing happened to."""
    words = ("toy.yaml", "-n", str(N), "--resume", out, "--workers", "1", "--no-figures")
    done = sim("ensemble", *words, cwd=home)
    assert done.returncode == 0, done.stderr
    assert contents(home / out) == contents(home / "serial")


def kill(home: Path, out: str, rows: int, seconds: float) -> None:
    """Run with two workers and kill the driver, so long after its journal has so many rows."""
    process = subprocess.Popen(
        command("toy.yaml", "-n", str(N), "--resume", out, "--workers", "2"),
        cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    journal = home / out / "replicates.journal"
    while rows and process.poll() is None:
        if journal.exists() and journal.read_bytes().count(ROW) >= rows:
            break
        time.sleep(0.001)
    time.sleep(seconds)
    process.kill()
    process.wait()


def instants(count: int, seed: int) -> list[tuple[int, float]]:
    """Rows and seconds: as it starts, between any two replicates, as the tables are made."""
    luck = random.Random(seed)
    rows = [luck.choice([0, N, *(luck.randrange(1, N) for _ in range(3))]) for _ in range(count)]
    return [(n, luck.uniform(0, 0.05 if n else 1.5)) for n in rows]


def test_killed_early_in_the_middle_and_late_and_resumed(sim: Sim, home: Path) -> None:
    for rows, seconds in ((0, 0.3), (20, 0.01), (N, 0.01)):
        kill(home, "killed", rows, seconds)
    resumed(sim, home, "killed")


@pytest.mark.slow
def test_each_of_twenty_kills_ends_in_the_same_bytes(home: Path) -> None:
    for i, (rows, seconds) in enumerate(instants(20, 2)):
        kill(home, f"killed{i}", rows, seconds)
        done = subprocess.run(
            command("toy.yaml", "-n", str(N), "--resume", f"killed{i}", "--workers", "2"),
            cwd=home, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert contents(home / f"killed{i}") == contents(home / "serial"), (rows, seconds)


# A replicate that kills its worker every time, in the command as users have it: the driver
# hands its workers another task.
POISONED = """\
import os, signal, sys
from sim.many import ensemble
from sim.many.replicate import run_replicate

def poisoned(scenario, i):
    if i == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_replicate(scenario, i)

def main():
    ensemble.run_replicate = poisoned
    from sim.cli.program import main
    sys.argv[0] = "sim"
    main()

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(__file__))
    import poisoned
    poisoned.main()
"""


@pytest.mark.parametrize("engine", ["local", pytest.param("dask", marks=pytest.mark.slow)], ids=str)
def test_a_replicate_that_kills_its_worker_is_named_and_the_rest_complete(
    sim: Sim, home: Path, engine: str
) -> None:
    if engine == "dask":
        pytest.importorskip("distributed")
    (home / "poisoned.py").write_text(POISONED, encoding="utf-8")
    out = f"poisoned-{engine}"
    done = subprocess.run(
        [sys.executable, "poisoned.py", *command("toy.yaml", "-n", str(N), "--out", out,
         "--workers", "2", "--engine", engine)[3:]],
        cwd=home, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(home), *sys.path])},
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "replicate 7 failed: its worker died" in done.stderr
    assert "1 replicates failed" in done.stderr
    assert "Traceback" not in done.stderr
    whole = (home / "serial" / "replicates.csv").read_text().splitlines()
    assert (home / out / "replicates.csv").read_text().splitlines() == [
        line for line in whole if not line.startswith("7,")
    ]
    resumed(sim, home, out)  # without the poison


def test_workers_go_when_their_driver_is_killed(home: Path) -> None:
    psutil = pytest.importorskip("psutil")
    process = subprocess.Popen(
        command("toy.yaml", "-n", "5000", "--out", "orphans", "--workers", "2"),
        cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    workers = []
    while len(workers) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
        workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert workers
    assert not alive


def test_ctrl_c_says_how_to_go_on_and_exits_130(sim: Sim, home: Path, ctrl_c: None) -> None:
    process = subprocess.Popen(
        command("toy.yaml", "-n", str(N), "--out", "stopped", "--workers", "2"),
        cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    journal = home / "stopped" / "replicates.journal"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "sim ensemble --resume stopped" in said
    assert "Traceback" not in said
    resumed(sim, home, "stopped")


def test_a_full_disk_is_told_and_the_journal_is_whole(sim: Sim, home: Path) -> None:
    """A limit on the size of files stands for the disk: writing past it fails alike."""
    size = (home / "serial" / "replicates.journal").stat().st_size // 2
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size})); "
        "from sim.cli.program import main; sys.argv[0] = 'sim'; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "ensemble", "toy.yaml", "-n", str(N), "--out", "full",
         "--workers", "1", "--no-figures"],
        env=UNCOUNTED, cwd=home, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "cannot write to full/replicates.journal" in done.stderr
    assert "--resume full" in done.stderr
    assert "Traceback" not in done.stderr
    resumed(sim, home, "full")


def test_a_journal_that_was_changed_is_told_and_mended(sim: Sim, home: Path) -> None:
    folder = Path(shutil.copytree(home / "serial", home / "changed"))
    data = (folder / "replicates.journal").read_bytes()
    middle = len(data) // 2
    changed = bytes([data[middle] ^ 1])
    (folder / "replicates.journal").write_bytes(data[:middle] + changed + data[middle + 1 :])
    for words in (("compare", "changed", "serial", "--no-figures", "--out", "both"),
                  ("score", "changed", "--no-figures")):  # fmt: skip
        done = sim(*words, cwd=home)
        assert done.returncode == 2
        assert "changed" in done.stderr
    done = sim("ensemble", "--resume", "changed", "--workers", "1", "--no-figures", cwd=home)
    assert done.returncode == 0, done.stderr
    said = "changed/replicates.journal is not as it was written in 1 place"
    assert done.stderr == f"warning: {said}; what it lacks is run again\n"
    assert contents(folder) == contents(home / "serial")


MANY, MOST_MB = 100_000, 500

# The command, and the most memory that its driver has had (kB, that of its parent left out).
WEIGHED = """\
import sys
from sim.cli.program import main
sys.argv[0] = "sim"
try:
    main()
finally:
    with open("/proc/self/status") as status:
        print(*(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_hundred_thousand_runs_are_killed_and_resumed_in_little_memory(
    sim: Sim, home: Path, one_way: str
) -> None:
    """With the figures, so that they are in the memory too."""
    (home / "small.yaml").write_text(one_way, encoding="utf-8")
    done = sim("ensemble", "small.yaml", "-n", str(N), "--out", "few", "--no-figures", cwd=home)
    assert done.returncode == 0, done.stderr
    words = ["ensemble", "small.yaml", "-n", str(MANY), "--resume", "many", "--workers", "2"]
    journal = home / "many" / "replicates.journal"
    for size in (1_000_000, 10_000_000):  # of some 28 MB
        process = subprocess.Popen([sys.executable, "-m", "sim", *words], cwd=home)
        while process.poll() is None and not (journal.exists() and journal.stat().st_size > size):
            time.sleep(0.1)
        process.kill()
        process.wait()
        assert journal.stat().st_size < 2 * size
    done = subprocess.run(
        [sys.executable, "-c", WEIGHED, *words],
        cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stderr.split()[-1]) / 1024 < MOST_MB
    with (home / "many" / "replicates.csv").open() as file:
        few = (home / "few" / "replicates.csv").read_text().splitlines()
        assert [next(file).rstrip("\n") for _ in few] == few
        assert sum(1 for _ in file) == MANY - N
