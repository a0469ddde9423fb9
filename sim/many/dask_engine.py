"""Replicates on a Dask cluster (an extra): a small adapter from its futures to an engine.

A scheduler costs some 2 ms a task, so a task is a batch of replicates; each replicate still
has its own row. The window of submissions is bounded, a result is handed on before its
future is released, and of a batch that killed its workers each replicate is tried again with
nothing else in flight, so that the one to blame is known. Nothing depends on which worker does
what.

Who reaches a scheduler runs code as its user. A cluster started here listens on loopback alone,
which every user of the machine reaches. Dask's own configuration is read, for a cluster of
either kind: where it names certificates, only who holds one is let in.
"""

from __future__ import annotations

import logging
import math
import time
import weakref
from collections import Counter, deque
from collections.abc import Generator, Iterator
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import Any

from sim.base.errors import BadInputError, words

from .engines import TRIES, EngineError, Finished, Task, attempt, cores

BATCH = 8
"""Replicates in a task."""

WINDOW = 3
"""Tasks in flight for each worker thread."""

DEADLINE = 300.0
"""Seconds without any result after which the cluster is given up."""

DESERTED = 60.0
"""Seconds without any worker, where there were some, after which the cluster is given up."""


FETCH = 20.0
"""Seconds in which a result that is there has come; else its worker died, and it is made anew."""


def run_batch(task: Task, replicates: tuple[int, ...]) -> list[Finished]:
    """On a worker: each replicate with its result, or with its error in one line."""
    return [attempt(task, replicate) for replicate in replicates]


class DaskEngine:
    """An engine on a running cluster at ``address``, or on one started here.

    One of its own waits for the next task where a run came to its end, and ends with the engine.
    """

    def __init__(
        self, address: str | None = None, workers: int | None = None, deadline: float = DEADLINE
    ) -> None:
        if find_spec("distributed") is None:
            raise BadInputError("the Dask engine needs Dask: install supply-axis[dask]")
        self.address, self.workers, self.deadline = address, workers, deadline
        self._waiting: list[tuple[Any, ExitStack]] = []  # the client of a cluster, and what ends it
        weakref.finalize(self, _end, self._waiting)

    def run(self, task: Task, replicates: Iterator[int]) -> Generator[Finished, None, None]:
        """See :class:`~sim.many.engines.Engine`.

        Raises:
            EngineError: there is no scheduler, its workers are gone, or nothing has moved for
                ``deadline`` seconds.
        """
        with self._taken() as client:
            # a cluster of our own replaces dead workers; another may, or have others left
            patience = 60 if self.address is None else 5
            try:
                yield from _Flight(client, task, replicates, self.deadline, patience).finished()
            except OSError as error:  # it went while it was spoken to
                raise EngineError("the Dask scheduler is gone") from error

    @contextmanager
    def _taken(self) -> Iterator[Any]:
        """A client for one run; a cluster of our own is kept where nothing went wrong."""
        with ExitStack() as held:
            if self._waiting:
                client, before = self._waiting.pop()
                held.push(before)
            else:
                client = held.enter_context(self._client())
            yield client
            if self.address is None:
                self._waiting.append((client, held.pop_all()))

    def _client(self) -> AbstractContextManager[Any]:
        distributed = import_module("distributed")
        if self.address is None:
            return _own_cluster(distributed, self.workers or cores())
        try:
            client: AbstractContextManager[Any] = distributed.Client(
                self.address, timeout=min(self.deadline, 20)
            )
        except (OSError, TimeoutError, TypeError, ValueError) as error:  # TypeError: no certificate
            raise EngineError(f"no Dask scheduler at {self.address}: {words(error)}") from error
        return client


def _end(waiting: list[tuple[Any, ExitStack]]) -> None:
    for _, held in waiting:
        held.close()


@contextmanager
def _own_cluster(distributed: Any, workers: int) -> Iterator[Any]:
    """A client of a cluster on this machine, which ends with it."""
    once = {
        "distributed.scheduler.allowed-failures": 0,  # trying again is for the driver
        "distributed.scheduler.http.routes": [],
    }
    with import_module("dask").config.set(once):
        cluster = distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1,
            # nobody asks for a dashboard; without an address its server takes port 8787 all the
            # same, so it gets any free port of loopback, and nothing to serve
            dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False},
            silence_logs=logging.CRITICAL,  # what goes wrong is told in one line, by the driver
        )  # fmt: skip
    client = distributed.Client(cluster)
    try:
        yield client
    finally:
        # A cluster that is starting a worker in place of a dead one fails to close, or hangs;
        # all results are handed on by now, so that nothing here is worth an error.
        for end in (
            partial(client.wait_for_workers, workers, timeout=15),
            partial(client.close, timeout=15),
            partial(cluster.close, timeout=15),
        ):
            with suppress(Exception):
                end()


class _Flight:
    """The batches that are with the cluster, and those that must go again."""

    def __init__(
        self, client: Any, task: Task, replicates: Iterator[int], deadline: float, patience: float
    ) -> None:
        self.client, self.replicates = client, replicates
        self.deadline, self.patience = deadline, patience
        self.task = task  # sent with each batch: scattered, it would die with its worker
        self.again: deque[tuple[int, ...]] = deque()
        self.suspects: deque[int] = deque()  # were in a batch whose workers died
        self.trial: Any = None  # the future of a suspect that is tried alone
        self.tries: Counter[int] = Counter()
        self.batches: dict[Any, tuple[int, ...]] = {}

    def finished(self) -> Iterator[Finished]:
        """Every replicate once."""
        wait = import_module("distributed").wait
        moved, seen = time.monotonic(), math.inf  # no worker yet
        while True:
            if threads := sum(self.client.nthreads().values()):
                seen = time.monotonic()
            elif time.monotonic() - seen > DESERTED:
                raise EngineError(f"the cluster has had no worker for {DESERTED:g} s")
            self._fill(threads)
            if not self.batches:
                return
            with suppress(TimeoutError, CancelledError):  # who is done is asked below
                wait(list(self.batches), timeout=1.0, return_when="FIRST_COMPLETED")
            for future in [f for f in self.batches if f.done()]:
                lost = future.cancelled()  # by the cluster, through no fault of its own
                yield from self._land(future)
                if not lost and future not in self.batches:
                    moved = time.monotonic()
            if self.client.status not in ("running", "connecting"):
                raise EngineError("the Dask scheduler is gone")
            if time.monotonic() - moved > self.deadline:
                raise EngineError(f"nothing has come from the cluster for {self.deadline:g} s")

    def _fill(self, threads: int) -> None:
        """Submit what so many have room for; a suspect goes when nothing else is in flight."""
        while len(self.batches) < WINDOW * max(threads, 1):
            if self.batches and (self.suspects or self.trial is not None):
                return
            suspect = bool(self.suspects)
            batch = (self.suspects.popleft(),) if suspect else self._next()
            if not batch:
                return
            # each submission has a key of its own and is never taken for another: pure=False
            future = self.client.submit(run_batch, self.task, batch, pure=False, retries=0)
            self.batches[future] = batch
            if suspect:
                self.trial = future

    def _next(self) -> tuple[int, ...]:
        """The next batch: what must go again, else what was not yet tried; () if none is."""
        if self.again:
            return self.again.popleft()
        return tuple(islice(self.replicates, BATCH))

    def _land(self, future: Any) -> Iterator[Finished]:
        batch, alone = self.batches.pop(future), future is self.trial
        if alone:
            self.trial = None
        if future.cancelled():
            if alone:
                self.suspects.extend(batch)
            else:
                self.again.append(batch)
            return
        try:
            answers: list[Finished] = future.result(timeout=FETCH)
        except TimeoutError:
            self.batches[future] = batch
            self.trial = future if alone else self.trial
            return
        except Exception as error:  # the batch as a whole: its workers died
            self._settle()
            if not alone:
                self.suspects.extend(batch)
                return
            killed = type(error).__name__ == "KilledWorker"
            why = "its worker died" if killed else words(error)
            answers = [Finished(batch[0], None, why)]
        for answer in answers:
            replicate = answer.replicate
            if answer.result is not None:
                yield answer  # in the journal before the future goes
                continue
            self.tries[replicate] += 1
            if self.tries[replicate] >= TRIES:
                yield answer
            elif alone:
                self.suspects.append(replicate)
            else:
                self.again.append((replicate,))
        future.release()

    def _settle(self) -> None:
        """Let a worker come up in place of a dead one: one that dies as it starts is given up."""
        with suppress(TimeoutError):
            self.client.wait_for_workers(1, timeout=self.patience)
        time.sleep(1)
