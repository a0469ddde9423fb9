"""Where the collector of cycles is left out or seldom asked, it is as it was before after it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from sim.base.collector import SELDOM, collector_paused, collector_seldom


class Cycle:
    """A thing that only the collector frees."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture(params=[True, False], ids=["on", "off"])
def was_on(request: pytest.FixtureRequest) -> Iterator[bool]:
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def _fail_inside(frozen: int) -> None:
    with collector_seldom():
        assert gc.isenabled()
        assert gc.get_threshold()[0] == SELDOM
        assert gc.get_freeze_count() > frozen
        with collector_paused():
            assert not gc.isenabled()
        assert gc.isenabled()
        raise ZeroDivisionError


def test_afterwards_it_is_as_it_was(was_on: bool) -> None:
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    with pytest.raises(ZeroDivisionError):
        _fail_inside(frozen)
    assert gc.isenabled() == was_on
    assert (gc.get_threshold(), gc.get_freeze_count()) == (thresholds, frozen)


def test_what_is_made_inside_is_freed_inside_and_what_was_there_after_it() -> None:
    old = weakref.ref(Cycle())
    with collector_seldom():
        new = weakref.ref(Cycle())
        gc.collect()
        assert old() is not None
        assert new() is None
    gc.collect()
    assert old() is None
