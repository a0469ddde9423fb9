"""How far long work is: whoever works tells it, and whoever waits may listen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TypeVar

T = TypeVar("T")

Listener = Callable[[str, int, int], None]
"""Called with what is worked at, how much of it is done, and of how much."""

_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener | None) -> Iterator[None]:
    """Let ``listener`` hear what is told inside; None where nobody waits."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def tell(what: str, done: int, of: int) -> None:
    """Say how much is done; its time counts from 0 on, and it is over when all is."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(what, done, of)


@contextmanager
def working(what: str, of: int) -> Iterator[Callable[[int, int], None]]:
    """Tells of work from its begin to its end, however that comes; called as (done, of) between."""
    tell(what, 0, of)
    try:
        yield partial(tell, what)
    finally:
        tell(what, of, of)


def told(what: str, items: Sequence[T]) -> Iterator[T]:
    """The items one by one; how many of them are done is told."""
    with working(what, len(items)) as done:
        for number, item in enumerate(items):
            done(number, len(items))
            yield item
