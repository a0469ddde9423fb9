"""A real Dask cluster of separate processes on loopback, and what can happen to it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sim.many.dask_engine import _own_cluster
from sim.many.frames import ROW

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

N = 60


class Cluster:
    """A scheduler and workers as processes of their own; all are stopped in the end."""

    def __init__(self, home: Path, *nanny: str, **environment: str) -> None:
        self.home, self.environment = home, {**os.environ, **environment}
        self.nanny = nanny or ("--no-nanny",)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0",
                                     "--no-dashboard", "--scheduler-file", "s.json")  # fmt: skip
        deadline = time.monotonic() + 60
        file = home / "s.json"  # is there before it is written
        while not (file.exists() and file.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.address = json.loads(file.read_text())["address"]
        self.workers = [self.add_worker(), self.add_worker()]

    def _start(self, kind: str, *args: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + kind, *args], cwd=self.home,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def add_worker(self) -> subprocess.Popen[bytes]:
        return self._start("worker", self.address, "--nthreads", "1", *self.nanny,
                           "--no-dashboard", "--host", "127.0.0.1")  # fmt: skip

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def home(tmp_path: Path, one_way: str) -> Path:
    many = one_way.replace("size: 4 t", "size: 0.1 t")  # convoys, so that a run takes its time
    (tmp_path / "toy.yaml").write_text(many, encoding="utf-8")
    return tmp_path


@contextmanager
def up(home: Path, *nanny: str, **environment: str) -> Iterator[Cluster]:
    made = Cluster(home, *nanny, **environment)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    with up(home) as made:
        yield made


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "sim", "ensemble", "toy.yaml", "-n", str(N), *args,
            "--no-figures"]  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    own = {"manifest.json", "replicates.journal"}
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in own}


def run(home: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*args), cwd=home, capture_output=True, text=True, timeout=200, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip


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


@pytest.mark.parametrize("nanny", ["--no-nanny", "--nanny"])
def test_an_ensemble_whose_workers_are_all_killed_ends_in_minutes(home: Path, nanny: str) -> None:
    with up(home, nanny) as cluster:
        process = begun(home, "out", 8, "--engine", "dask", "--address", cluster.address)
        for worker in cluster.workers:  # or its nanny, with which it goes
            worker.kill()
        killed = time.monotonic()
        _, said = process.communicate(timeout=200)
    assert process.returncode == 1, said
    assert "the cluster has had no worker for 60 s" in said
    assert "--resume out" in said
    assert time.monotonic() - killed < 120
    assert run(home, "--resume", "out").returncode == 0


def test_a_cluster_of_our_own_listens_on_loopback_and_not_at_the_port_of_dashboards() -> None:
    psutil = pytest.importorskip("psutil")
    with _own_cluster(distributed, 1):
        me = psutil.Process()
        sockets = [
            socket.laddr
            for process in (me, *me.children(recursive=True))
            for socket in process.net_connections("tcp")
            if socket.status == psutil.CONN_LISTEN
        ]
    assert sockets
    assert {address.ip for address in sockets} == {"127.0.0.1"}
    assert 8787 not in {address.port for address in sockets}


@pytest.fixture
def certified(home: Path) -> dict[str, str]:
    """A certificate signed by an authority of its own: Dask's settings that name both."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificates, is not installed")
    new = "req -newkey rsa:2048 -nodes -keyout"
    for words in (
        f"{new} ca.key -x509 -out ca.pem -subj /CN=authority -days 2",
        f"{new} own.key -out own.csr -subj /CN=own",
        "x509 -req -in own.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out own.pem -days 2",
    ):
        subprocess.run(["openssl", *words.split()], cwd=home, check=True, capture_output=True)
    tls = "distributed.comm.tls"
    own = {"cert": str(home / "own.pem"), "key": str(home / "own.key")}
    parts = {f"{tls}.{who}.{what}": own[what]
             for who in ("client", "scheduler", "worker") for what in own}  # fmt: skip
    return {
        "distributed.comm.require-encryption": "True", f"{tls}.ca-file": str(home / "ca.pem"),
        **parts,
    }  # fmt: skip


def environment(settings: dict[str, str]) -> dict[str, str]:
    """The variables by which Dask takes settings."""
    return {
        f"DASK_{key.upper().replace('.', '__').replace('-', '_')}": value
        for key, value in settings.items()
    }


def test_only_who_holds_a_certificate_reaches_a_cluster_that_asks_for_one(
    home: Path, certified: dict[str, str]
) -> None:
    with up(home, "--protocol", "tls", **environment(certified)) as cluster:
        assert cluster.address.startswith("tls://")
        to = ("--engine", "dask", "--address", cluster.address)
        done = run(home, "--out", "with", *to, **environment(certified))
        assert done.returncode == 0, done.stderr
        without = run(home, "--out", "without", *to)
        assert without.returncode == 1, without.stderr
        assert "no Dask scheduler at tls://" in without.stderr
        assert "Traceback" not in without.stderr
    assert run(home, "--out", "serial", "--workers", "1").returncode == 0
    assert contents(home / "with") == contents(home / "serial")


STRANGER = """
import sys
from distributed import Client
Client(sys.argv[1], timeout=5)
"""


def test_certificates_guard_a_cluster_of_our_own_too(home: Path, certified: dict[str, str]) -> None:
    asked = {**certified, "distributed.comm.require-encryption": True}
    with dask.config.set(asked), _own_cluster(distributed, 1) as client:
        address = client.scheduler_info()["address"]
        assert address.startswith("tls://")
        assert client.submit(os.getpid).result() != os.getpid()
        for told, way in (({}, "tls"), ({}, "tcp"), (certified, "tls")):
            knocked = subprocess.run(
                [sys.executable, "-c", STRANGER, address.replace("tls", way)],
                env={**os.environ, **environment(told)},
                capture_output=True, timeout=60, check=False,
            )  # fmt: skip
            assert (knocked.returncode == 0) == bool(told), knocked.stderr
