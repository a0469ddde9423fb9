"""Python's cyclic garbage collector, left out where much is made that stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Leave the collector out for a while.

    A scenario of many places is hundreds of thousands of nodes, a run tens of thousands of rows, a
    figure as many marks that all stay, and hardly a cycle; looking through them again and again
    took two fifths of the time of the first, a tenth of that of the others. What cycles there are
    wait until after it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


SELDOM = 300_000
"""Things made, and still there, after which the collector looks where it does so seldom."""


@contextmanager
def collector_seldom() -> Iterator[None]:
    """Let the collector look at what is made inside alone, and after much of it.

    For a row of figures, each drawn with it left out, after or before which there is a whole run.
    Processes that are forked inside go on so.
    """
    was_on, thresholds = gc.isenabled(), gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *thresholds[1:])
    gc.enable()
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
        if not was_on:
            gc.disable()
