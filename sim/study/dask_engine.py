"""Replicates on a Dask cluster (an extra): a small adapter from its futures to an engine.

A scheduler costs some 2 ms a task, so a task is a batch of replicates; each replicate still
has its own row. The window of submissions is bounded, a result is handed on before its
future is released, and a batch that is lost is split and put in again. Nothing depends on
which worker does what.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Generator, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from .engines import TRIES, EngineError, Finished, Task, cores, words

BATCH = 8
"""Replicates in a task."""

WINDOW = 3
"""Tasks in flight for each worker thread."""

DEADLINE = 300.0
"""Seconds without any result after which the cluster is given up."""

Answer = tuple[int, Any, str]


def run_batch(task: Task, replicates: tuple[int, ...]) -> list[Answer]:
    """On a worker: each replicate with its result, or the error in one line."""
    answers: list[Answer] = []
    for replicate in replicates:
        try:
            answers.append((replicate, task(replicate), ""))
        except Exception as error:
            answers.append((replicate, None, words(error)))
    return answers


class DaskEngine:
    """An engine on a running cluster at ``address``, or on one started here for the run."""

    def __init__(
        self, address: str | None = None, workers: int | None = None, deadline: float = DEADLINE
    ) -> None:
        if find_spec("distributed") is None:
            raise ValueError("--engine dask needs Dask: install supply-axis[dask]")
        self.address, self.workers, self.deadline = address, workers, deadline

    def run(self, task: Task, replicates: Iterator[int]) -> Generator[Finished, None, None]:
        """See :class:`~sim.study.engines.Engine`.

        Raises:
            EngineError: there is no scheduler, or nothing has moved for ``deadline`` seconds.
        """
        with self._client() as client:
            yield from _Flight(client, task, replicates, self.deadline).finished()

    def _client(self) -> Any:
        client = import_module("distributed").Client
        if self.address is None:
            return client(
                n_workers=self.workers or cores(), threads_per_worker=1, dashboard_address=None
            )
        try:
            return client(self.address, timeout=min(self.deadline, 20))
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError(f"no Dask scheduler at {self.address}: {words(error)}") from error


class _Flight:
    """The batches that are with the cluster, and those that must go again."""

    def __init__(self, client: Any, task: Task, replicates: Iterator[int], deadline: float) -> None:
        self.client, self.replicates, self.deadline = client, replicates, deadline
        self.task = task  # sent with each batch: scattered, it would die with its worker
        self.again: deque[tuple[int, ...]] = deque()
        self.tries: Counter[int] = Counter()
        self.batches: dict[Any, tuple[int, ...]] = {}

    def finished(self) -> Iterator[Finished]:
        """Every replicate once."""
        wait = import_module("distributed").wait
        moved = time.monotonic()
        while True:
            self._fill()
            if not self.batches:
                return
            with suppress(TimeoutError, CancelledError):  # who is done is asked below
                wait(list(self.batches), timeout=1.0, return_when="FIRST_COMPLETED")
            for future in [f for f in self.batches if f.done()]:
                if future.cancelled():  # the cluster lost it, through no fault of its own
                    self.again.append(self.batches.pop(future))
                    continue
                moved = time.monotonic()
                yield from self._land(future)
            if self.client.status not in ("running", "connecting"):
                raise EngineError("the Dask scheduler is gone")
            if time.monotonic() - moved > self.deadline:
                raise EngineError(f"nothing has come from the cluster for {self.deadline:g} s")

    def _fill(self) -> None:
        threads = sum(self.client.nthreads().values())
        while len(self.batches) < WINDOW * max(threads, 1):
            batch = self.again.popleft() if self.again else self._next()
            if not batch:
                return
            # each submission has a key of its own and is never taken for another: pure=False
            future = self.client.submit(run_batch, self.task, batch, pure=False, retries=0)
            self.batches[future] = batch

    def _next(self) -> tuple[int, ...]:
        batch = []
        for replicate in self.replicates:
            batch.append(replicate)
            if len(batch) == BATCH:
                break
        return tuple(batch)

    def _land(self, future: Any) -> Iterator[Finished]:
        batch = self.batches.pop(future)
        try:
            answers: list[Answer] = future.result()
        except Exception as error:
            yield from self._lost(batch, words(error))
            return
        for replicate, result, why in answers:
            if result is not None:
                yield Finished(replicate, result)  # in the journal before the future goes
            else:
                yield from self._lost((replicate,), why)
        future.release()

    def _lost(self, batch: tuple[int, ...], why: str) -> Iterator[Finished]:
        """Put replicates in again, one by one, so that a bad one is alone when it fails."""
        for replicate in batch:
            if len(batch) == 1:
                self.tries[replicate] += 1
            if self.tries[replicate] >= TRIES:
                yield Finished(replicate, None, why)
            else:
                self.again.append((replicate,))
