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
