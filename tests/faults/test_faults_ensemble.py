"""The command `sim ensemble` killed, starved and interrupted: nothing is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCENARIO = """\
format: 1
title: One way to town
period: {start: 2020-01-01, length: 10 days}
actors: {red: {name: Red}, blue: {name: Blue}}
default_holder: red
network:
  title: Toy
  classes: {road: {speed: 50 km/h, capacity: 15..25 t/day}}
  places:
    port: {name: Port, lat: 0, lon: 0}
    gate: {name: Gate, lat: 0, lon: 0.1}
    town: {name: Town, lat: 0, lon: 0.2}
  roads:
    gate--port: {km: 10, class: road}
    gate--town: {km: 10, class: road}
axes:
  line:
    actor: red
    sources: {port: {}}
    sinks: {town: {demand: 8 t/day, stock: 8..40 t}}
    convoy: {size: 0.2 t, loss: 0.5}
events:
  gate_falls: {capture: gate, by: blue, at: 2..12 days}
"""
N = 60


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "sim", "ensemble", *args, "--no-figures"]


def contents(folder: Path) -> dict[str, bytes]:
    own = {"manifest.json", "replicates.jsonl"}
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in own}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scenario and the ensemble that nothing happened to."""
    home = tmp_path_factory.mktemp("faults")
    (home / "toy.yaml").write_text(SCENARIO, encoding="utf-8")
    done = subprocess.run(
        command("toy.yaml", "-n", str(N), "--out", "serial", "--workers", "1"),
        cwd=home, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return home


def resume(home: Path, out: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("toy.yaml", "-n", str(N), "--resume", out, "--workers", "2"),
        cwd=home, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def kill_after(home: Path, out: str, seconds: float, sign: signal.Signals) -> tuple[int, str]:
    """Run with two workers, send the signal to the driver alone; its exit code and stderr."""
    process = subprocess.Popen(
        command("toy.yaml", "-n", str(N), "--resume", out, "--workers", "2"),
        cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(seconds)
    process.send_signal(sign)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def kills(count: int, seed: int) -> list[float]:
    luck = random.Random(seed)
    return [luck.uniform(0.2, 2.5) for _ in range(count)]


def test_killed_at_random_instants_and_resumed(home: Path) -> None:
    for seconds in kills(3, 1):
        kill_after(home, "killed", seconds, signal.SIGKILL)
    done = resume(home, "killed")
    assert done.returncode == 0, done.stderr
    assert contents(home / "killed") == contents(home / "serial")


@pytest.mark.slow
def test_each_of_twenty_kills_ends_in_the_same_bytes(home: Path) -> None:
    for i, seconds in enumerate(kills(20, 2)):
        kill_after(home, f"killed{i}", seconds, signal.SIGKILL)
        done = resume(home, f"killed{i}")
        assert done.returncode == 0, done.stderr
        assert contents(home / f"killed{i}") == contents(home / "serial"), seconds


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


def test_ctrl_c_says_how_to_go_on_and_exits_130(home: Path) -> None:
    process = subprocess.Popen(
        command("toy.yaml", "-n", str(N), "--out", "stopped", "--workers", "2"),
        cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    journal = home / "stopped" / "replicates.jsonl"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "sim ensemble --resume stopped" in said
    assert "Traceback" not in said
    assert resume(home, "stopped").returncode == 0
    assert contents(home / "stopped") == contents(home / "serial")


def test_a_full_disk_is_told_and_the_journal_is_whole(home: Path) -> None:
    """A limit on the size of files stands for the disk: writing past it fails alike."""
    size = (home / "serial" / "replicates.jsonl").stat().st_size // 2
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size})); "
        "from sim.cli import main; sys.argv[0] = 'sim'; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "ensemble", "toy.yaml", "-n", str(N), "--out", "full",
         "--workers", "1", "--no-figures"],
        cwd=home, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "cannot write to full/replicates.jsonl" in done.stderr
    assert "--resume full" in done.stderr
    assert "Traceback" not in done.stderr
    assert resume(home, "full").returncode == 0
    assert contents(home / "full") == contents(home / "serial")
