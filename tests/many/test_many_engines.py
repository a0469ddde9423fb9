"""Engines: every replicate once, and what goes wrong is named while the rest goes on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sim.many.engines import EngineError, Finished, Pool, Serial

Tasks = Callable[[str], Any]


def outcomes(found: list[Finished]) -> dict[int, Any]:
    assert len({f.replicate for f in found}) == len(found)
    return {f.replicate: f.result.row["measures"] if f.result else f.error for f in found}


@pytest.mark.parametrize("make", [Serial, partial(Pool, 2)])
def test_every_replicate_comes_back_once(make: Callable[[], Any], tasks: Tasks) -> None:
    found = outcomes(list(make().run(tasks("toy"), iter(range(30)))))
    assert found == {i: {"axes.line.x": i * 0.5} for i in range(30)}


@pytest.mark.parametrize("make", [Serial, partial(Pool, 2)])
def test_an_error_is_named_and_the_rest_go_on(make: Callable[[], Any], tasks: Tasks) -> None:
    found = outcomes(list(make().run(partial(tasks("error"), {3, 4}), iter(range(8)))))
    assert found[3] == "RuntimeError: no 3"
    assert found[4] == "RuntimeError: no 4"
    assert sum(isinstance(f, dict) for f in found.values()) == 6


def test_a_replicate_that_kills_its_worker_every_time_is_named(tasks: Tasks) -> None:
    found = outcomes(list(Pool(2).run(partial(tasks("poison"), 5), iter(range(12)))))
    assert found.pop(5) == "its worker died (SIGKILL)"
    assert found == {i: {"axes.line.x": i * 0.5} for i in range(12) if i != 5}


def test_nothing_is_lost_with_workers_that_die_once(tasks: Tasks, tmp_path: Path) -> None:
    task = partial(tasks("once"), str(tmp_path), frozenset({0, 3, 7}))
    found = outcomes(list(Pool(2).run(task, iter(range(10)))))
    assert found == {i: {"axes.line.x": i * 0.5} for i in range(10)}


def test_all_workers_killed_at_once(tasks: Tasks) -> None:
    killed = []

    def kill() -> None:
        import psutil

        for child in psutil.Process().children(recursive=True):
            if "spawn_main" in " ".join(child.cmdline()):
                os.kill(child.pid, signal.SIGKILL)
                killed.append(child.pid)

    pytest.importorskip("psutil")
    found = []
    for finished in Pool(2).run(tasks("slow"), iter(range(16))):
        found.append(finished)
        if len(found) == 5:
            kill()
    assert len(killed) == 2
    assert outcomes(found) == {i: {"axes.line.x": i * 0.5} for i in range(16)}


def test_workers_that_never_start_are_an_error(tasks: Tasks) -> None:
    with pytest.raises(EngineError, match="die at the start"):
        list(Pool(1).run(tasks("Bomb")(), iter(range(3))))


def test_closing_early_leaves_no_process_behind(tasks: Tasks) -> None:
    run = Pool(2).run(tasks("slow"), iter(range(1000)))
    next(run)
    run.close()
    assert not multiprocessing.active_children()


def test_workers_wait_for_the_next_task_and_end_with_the_pool(tasks: Tasks) -> None:
    pool = Pool(2)
    crews = []
    for task in (tasks("slow"), partial(tasks("error"), {1})):
        found = outcomes(list(pool.run(task, iter(range(8)))))
        crews.append({child.pid for child in multiprocessing.active_children()})
    assert found[1] == "RuntimeError: no 1"  # the task that was given last
    assert len(crews[0]) == 2
    assert crews[1] == crews[0]
    del pool
    assert not multiprocessing.active_children()


def test_a_worker_that_died_waiting_is_started_again(tasks: Tasks) -> None:
    pool = Pool(2)
    expected = outcomes(list(pool.run(tasks("slow"), iter(range(8)))))
    for child in multiprocessing.active_children():
        child.kill()
        child.join()
    assert outcomes(list(pool.run(tasks("toy"), iter(range(8))))) == expected


def test_a_pool_runs_outside_the_main_thread(tasks: Tasks) -> None:
    found: list[Finished] = []
    thread = threading.Thread(target=lambda: found.extend(Pool(1).run(tasks("toy"), iter([1]))))
    thread.start()
    thread.join(30)
    assert outcomes(found) == {1: {"axes.line.x": 0.5}}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_of_our_own_waits_for_the_next_task_unless_it_was_stopped(tasks: Tasks) -> None:
    pytest.importorskip("distributed")
    from sim.many.dask_engine import DaskEngine

    engine = DaskEngine(workers=1)
    crews = []
    for task in (tasks("toy"), partial(tasks("error"), {1})):
        found = outcomes(list(engine.run(task, iter(range(8)))))
        crews.append({child.pid for child in multiprocessing.active_children()})
    assert found[1] == "RuntimeError: no 1"  # the task that was given last
    assert len(crews[0]) == 1
    assert crews[1] == crews[0]
    run = engine.run(tasks("slow"), iter(range(1000)))
    next(run)
    run.close()
    assert not multiprocessing.active_children()  # what it had in flight went with it
    assert len(list(engine.run(tasks("toy"), iter(range(8))))) == 8
    del engine
    assert not multiprocessing.active_children()
