"""Independent pieces of work shared with a second process, where that is safe."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

T = TypeVar("T")

LEAST = 4
"""Fewer pieces than this are not worth a process."""


def shared(work: Callable[[T], None], pieces: Sequence[T]) -> None:
    """Does ``work`` for each piece: on two processes where there are two cores, else in turn.

    The processes are copies (fork) of this one, which saves their imports but is safe only
    where no other thread runs; elsewhere the pieces are done here, one by one. ``work`` and
    the pieces must be picklable, and the order of the work must not matter.

    Raises:
        Exception: what ``work`` raised for the first piece that failed.
    """
    if len(pieces) < LEAST or not _may_fork():
        for piece in pieces:
            work(piece)
        return
    with warnings.catch_warnings():
        # threads that numpy's linear algebra keeps waiting are known to survive a fork
        warnings.simplefilter("ignore", DeprecationWarning)
        context = multiprocessing.get_context("fork")
        pool = ProcessPoolExecutor(2, context, initializer=_follow)
        try:
            for _ in pool.map(work, pieces):
                pass
        finally:
            pool.shutdown(cancel_futures=True)


def _follow() -> None:
    """In a copy: a Ctrl-C is for the first process alone, which then drops what was not begun.

    Where that is killed, so that nobody waits for the copy any more, the copy ends too.
    """
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
