"""A real Dask cluster of separate processes on loopback, and what can happen to it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.many.frames import ROW

pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

N = 60


class Cluster:
    """A scheduler and workers as processes of their own; all are stopped in the end."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0",
                                     "--no-dashboard", "--scheduler-file", "s.json")  # fmt: skip
        deadline = time.monotonic() + 60
        while not (home / "s.json").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        import json

        self.address = json.loads((home / "s.json").read_text())["address"]
        self.workers = [self.add_worker(), self.add_worker()]

    def _start(self, kind: str, *args: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + kind, *args], cwd=self.home,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def add_worker(self) -> subprocess.Popen[bytes]:
        return self._start("worker", self.address, "--nthreads", "1", "--no-nanny",
                           "--no-dashboard", "--host", "127.0.0.1")  # fmt: skip

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path, one_way: str) -> Iterator[Cluster]:
    many = one_way.replace("size: 4 t", "size: 0.1 t")  # convoys, so that a run takes its time
    (tmp_path / "toy.yaml").write_text(many, encoding="utf-8")
    made = Cluster(tmp_path)
    try:
        yield made
    finally:
        made.stop()


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "sim", "ensemble", "toy.yaml", "-n", str(N), *args,
            "--no-figures"]  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    own = {"manifest.json", "replicates.journal"}
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in own}


def run(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*args), cwd=home, capture_output=True, text=True, timeout=200, check=False
    )


def begun(home: Path, out: str, rows: int, *args: str) -> subprocess.Popen[str]:
    """A run under way, with so many rows in its journal."""
    process = subprocess.Popen(
        command("--resume", out, *args), cwd=home, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    journal = home / out / "replicates.journal"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if journal.exists() and journal.read_bytes().count(ROW) >= rows:
            break
        time.sleep(0.01)
    return process


def test_two_workers_give_the_bytes_of_one_process(cluster: Cluster) -> None:
    home = cluster.home
    serial = run(home, "--out", "serial", "--workers", "1")
    assert serial.returncode == 0, serial.stderr
    done = run(home, "--out", "dask", "--engine", "dask", "--address", cluster.address)
    assert done.returncode == 0, done.stderr
    assert contents(home / "dask") == contents(home / "serial")


def test_a_worker_killed(cluster: Cluster) -> None:
    home = cluster.home
    process = begun(home, "out", 8, "--engine", "dask", "--address", cluster.address)
    cluster.workers[0].send_signal(signal.SIGKILL)
    _, said = process.communicate(timeout=200)
    assert process.returncode == 0, said
    assert run(home, "--out", "serial", "--workers", "1").returncode == 0
    assert contents(home / "out") == contents(home / "serial")


def test_all_workers_killed_and_one_added(cluster: Cluster) -> None:
    home = cluster.home
    process = begun(home, "out", 8, "--engine", "dask", "--address", cluster.address)
    for worker in cluster.workers:
        worker.send_signal(signal.SIGKILL)
    cluster.add_worker()
    _, said = process.communicate(timeout=200)
    assert process.returncode == 0, said
    assert run(home, "--out", "serial", "--workers", "1").returncode == 0
    assert contents(home / "out") == contents(home / "serial")


def test_the_scheduler_killed_and_the_ensemble_resumed_here(cluster: Cluster) -> None:
    home = cluster.home
    process = begun(home, "out", 8, "--engine", "dask", "--address", cluster.address)
    cluster.scheduler.kill()
    _, said = process.communicate(timeout=200)
    assert process.returncode == 1, said
    assert "scheduler" in said
    assert run(home, "--resume", "out").returncode == 0
    assert run(home, "--out", "serial", "--workers", "1").returncode == 0
    assert contents(home / "out") == contents(home / "serial")
