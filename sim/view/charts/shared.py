"""Independent pieces of work shared with a second process, where that is safe."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any, TypeVar

from sim.base.collector import collector_seldom

T = TypeVar("T")

Progress = Callable[[int, int], None]
"""Told how many pieces are done, and of how many."""

LEAST = 4
"""Fewer pieces than this are not worth a process."""


def shared(
    pieces: Sequence[Callable[[], T]], progress: Progress = lambda done, of: None
) -> list[T | None]:
    """What each piece gives: on two processes where there are two cores, else in turn.

    The processes are copies (fork) of this one, which saves their imports but is safe only
    where no other thread runs; elsewhere the pieces are done here, one by one. What they give must
    be picklable, and their order must not matter. None of those that were not done since a process
    was ended from outside, such as for want of memory.

    Raises:
        Exception: what the first piece that failed raised.
    """
    with collector_seldom():
        if len(pieces) < LEAST or not _may_fork():
            return list(_counted((piece() for piece in pieces), len(pieces), progress))
        return _on_two(pieces, progress)


def _on_two(pieces: Sequence[Callable[[], T]], progress: Progress) -> list[T | None]:
    with warnings.catch_warnings():
        # threads that numpy's linear algebra keeps waiting are known to survive a fork
        warnings.simplefilter("ignore", DeprecationWarning)
        context = multiprocessing.get_context("fork")
        pool = ProcessPoolExecutor(2, context, initializer=_follow, initargs=(pieces,))
        begun: list[Future[T]] = []
        try:
            with suppress(BrokenProcessPool):
                begun.extend(pool.submit(_piece, number) for number in range(len(pieces)))
            done = list(_counted(map(_outcome, begun), len(pieces), progress))
            return done + [None] * (len(pieces) - len(begun))
        finally:
            pool.shutdown(cancel_futures=True)


def _counted(done: Iterable[T], of: int, progress: Progress) -> Iterator[T]:
    for number, one in enumerate(done, 1):
        progress(number, of)
        yield one


def _outcome(future: Future[T]) -> T | None:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


_inherited: list[Callable[[], Any]] = []
"""In a copy: the pieces, which it has from the first process as they are."""


def _piece(number: int) -> Any:
    return _inherited[number]()


def _follow(pieces: Sequence[Callable[[], Any]]) -> None:
    """In a copy: a Ctrl-C is for the first process alone, which then drops what was not begun.

    Where that is killed, so that nobody waits for the copy any more, the copy ends too.
    """
    _inherited[:] = pieces
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    first = multiprocessing.parent_process()
    assert first is not None  # this is a copy

    def end() -> None:
        first.join()
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()


def _may_fork() -> bool:
    return (
        sys.platform == "linux"
        and len(os.sched_getaffinity(0)) > 1
        and threading.active_count() == 1
        and not multiprocessing.current_process().daemon
    )
