"""Engines: where replicates are executed. Each hands back what is finished, in any order.

A task is a picklable callable from the number of a replicate to its result. What goes wrong
with one replicate (an error, a worker that dies) is tried three times, then named; the
others go on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import weakref
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sim.base.errors import FailedError, words

if TYPE_CHECKING:  # a worker imports what its task needs, and no more
    from .replicate import Result

Task = Callable[[int], "Result"]

TRIES = 3
"""How often a replicate is tried before it is named as failed."""

AHEAD = 2
"""Replicates that a worker holds at once, so that it never waits for the next."""


class EngineError(FailedError):
    """The engine itself cannot go on; what is finished is in the journal."""


class Finished(NamedTuple):
    """A replicate that is over: its result, or why there is none."""

    replicate: int
    result: Result | None
    error: str = ""


class Engine(Protocol):
    """Executes a task for replicates drawn from an iterator, a bounded number at a time.

    Closing the returned generator early stops the workers.
    """

    def run(self, task: Task, replicates: Iterator[int]) -> Generator[Finished, None, None]:
        """Finished replicates in any order. Raises EngineError where nothing can go on."""
        ...


def attempt(task: Task, replicate: int) -> Finished:
    """The replicate with its result, or with its error in one line."""
    try:
        return Finished(replicate, task(replicate))
    except Exception as error:
        return Finished(replicate, None, words(error))


class Serial:
    """One after the other, in this process."""

    def run(self, task: Task, replicates: Iterator[int]) -> Generator[Finished, None, None]:
        """See :class:`Engine`."""
        for replicate in replicates:
            for tried in range(1, TRIES + 1):
                finished = attempt(task, replicate)
                if finished.result is not None or tried == TRIES:
                    yield finished
                    break


class Pool:
    """Worker processes on this machine, started afresh (spawn) and again when one dies.

    Each worker works through its own short queue, so that when it dies the replicate to
    blame is known: the one at the head. Workers that are through with a task wait for the next,
    since a start takes longer than many a small ensemble, and end with the pool.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or cores()
        self._waiting: list[_Worker] = []
        weakref.finalize(self, _stop, self._waiting)

    def run(self, task: Task, replicates: Iterator[int]) -> Generator[Finished, None, None]:
        """See :class:`Engine`."""
        crew: list[_Worker] = []
        again: deque[int] = deque()
        tries: Counter[int] = Counter()
        stillborn = 0
        try:
            while self._waiting and len(crew) < self.workers:
                crew.append(self._waiting.pop())
                crew[-1].turn_to(task)
            crew += [_Worker(task) for _ in range(self.workers - len(crew))]
            while True:
                for worker in crew:
                    while len(worker.queue) < AHEAD:
                        replicate = again.popleft() if again else next(replicates, None)
                        if replicate is None:
                            break
                        worker.give(replicate)
                busy = [worker for worker in crew if worker.queue]
                if not busy:
                    self._waiting += [worker for worker in crew if worker.ready]
                    crew = [worker for worker in crew if not worker.ready]
                    return
                spoken = wait([worker.pipe for worker in busy])
                for worker in (w for w in busy if w.pipe in spoken):
                    message = worker.take()
                    if message is None:  # it died
                        crew[crew.index(worker)] = _Worker(task)
                        stillborn = 0 if worker.ready else stillborn + 1
                        if stillborn >= TRIES * self.workers:
                            raise EngineError(f"workers die at the start ({worker.ending()})")
                        if not worker.ready:
                            again.extendleft(reversed(worker.queue))
                            continue
                        blamed, *others = worker.queue
                        again.extendleft(reversed(others))
                        error = f"its worker died ({worker.ending()})"
                    elif message == _READY:
                        worker.ready, stillborn = True, 0
                        continue
                    else:
                        blamed, result, error = message
                        worker.queue.popleft()
                        if result is not None:
                            yield Finished(blamed, result)
                            continue
                    tries[blamed] += 1
                    if tries[blamed] < TRIES:
                        again.append(blamed)
                    else:
                        yield Finished(blamed, None, error)
        finally:
            _stop(crew)


_READY = ("ready",)


class _Worker:
    """A process and the pipe to it; ``queue`` holds what it was given and has not answered."""

    def __init__(self, task: Task) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.queue: deque[int] = deque()
        self.ready = False
        self._process = context.Process(target=_work, args=(theirs, task), daemon=True)
        with _deaf(), _without_main():
            self._process.start()
        theirs.close()

    def turn_to(self, task: Task) -> None:
        """Let it do another task; it says when it is ready."""
        self.ready = False
        self._send(task)

    def give(self, replicate: int) -> None:
        """Put a replicate in its queue."""
        self.queue.append(replicate)
        self._send(replicate)

    def _send(self, asked: Task | int) -> None:
        try:
            self.pipe.send(asked)
        except OSError:
            return  # it died; taking from it will tell

    def take(self) -> Any:
        """Its next message; None where it has died."""
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            return None

    def ending(self) -> str:
        """How it died."""
        self._process.join(5)
        code = self._process.exitcode
        self.pipe.close()
        if code is not None and code < 0:
            return signal.Signals(-code).name
        return f"exit code {code}"

    def stop(self) -> None:
        """End it, now."""
        self.pipe.close()
        self._process.terminate()
        self._process.join()


def _stop(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.stop()


def _work(pipe: Connection, task: Task) -> None:
    """What a worker process does: replicates in, results out, until the pipe closes.

    A task that comes in takes the place of the one before.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the driver
    try:
        pipe.send(_READY)
        while True:
            asked = pipe.recv()
            if not callable(asked):
                pipe.send(attempt(task, asked))
            else:
                task = asked
                pipe.send(_READY)
    except (EOFError, OSError):
        return  # the driver is gone


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes started inside do not hear Ctrl-C, not even before their first line."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _without_main() -> Iterator[None]:
    """Processes started inside do not import the script that started this one.

    They would else run a script again that begins an ensemble at its top; what they need is
    in modules. A stand-in of no file takes the script's place while a process is started.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def cores() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # a system that does not tell
        return os.cpu_count() or 1
