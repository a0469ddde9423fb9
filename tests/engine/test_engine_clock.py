"""One queue ordered by (time, phase, key)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.clock import Clock, Phase


def noting(seen: list[str], word: str) -> Callable[[], None]:
    return lambda: seen.append(word)


def test_phases_of_one_instant_go_in_their_stated_order() -> None:
    stated = [
        "OPENINGS", "CLOSURES", "CONTROL", "RAIDS", "SETTLE", "ARRIVALS", "BATTLES", "DECISIONS",
        "DISPATCH", "RECORD",
    ]  # fmt: skip
    clock, seen = Clock(), []
    for phase in reversed(Phase):
        clock.at(5, phase, "x", noting(seen, phase.name))
    clock.run_through(5)
    assert seen == stated
    assert clock.now == 5


def test_ties_go_by_key_and_equal_keys_by_the_order_of_scheduling() -> None:
    for order in permutations("abc"):
        clock, seen = Clock(), []
        for key in order:
            clock.at(1, Phase.CONTROL, key, noting(seen, key))
        clock.at(1, Phase.CONTROL, "a", noting(seen, "a again"))
        clock.run_through(1)
        assert seen == ["a", "a again", "b", "c"]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(list(Phase)), st.sampled_from("abcd")),
        unique=True,
    ),
    st.randoms(use_true_random=False),
)
def test_order_of_scheduling_never_matters(
    moments: list[tuple[int, Phase, str]], random: object
) -> None:
    def run(order: list[tuple[int, Phase, str]]) -> list[tuple[int, Phase, str]]:
        clock, seen = Clock(), []
        for moment in order:
            clock.at(*moment, lambda m=moment: seen.append(m))
        clock.run_through(3)
        return seen

    shuffled = list(moments)
    random.shuffle(shuffled)
    assert run(shuffled) == sorted(moments)


def test_what_is_cancelled_does_not_happen_and_may_be_cancelled_twice_or_too_late() -> None:
    clock, seen = Clock(), []
    first = clock.at(1, Phase.CONTROL, "a", noting(seen, "first"))
    later = clock.at(1, Phase.RECORD, "b", noting(seen, "later"))
    clock.at(1, Phase.SETTLE, "c", later.cancel)  # within the instant
    clock.run_through(1)
    later.cancel()
    first.cancel()
    assert seen == ["first"]


def test_the_past_is_refused_and_the_present_is_not() -> None:
    clock, seen = Clock(), []
    clock.at(7, Phase.OPENINGS, "a", noting(seen, "a"))
    clock.run_through(7)
    with pytest.raises(ValueError, match="late: 6 s lies before now, 7 s"):
        clock.at(6, Phase.RECORD, "late", noting(seen, "late"))
    clock.at(7, Phase.OPENINGS, "again", noting(seen, "again"))
    clock.run_through(7)
    assert seen == ["a", "again"]


def test_run_through_includes_the_end_and_nothing_after_it() -> None:
    clock, seen = Clock(), []
    for time in (9, 10, 11):
        clock.at(time, Phase.RECORD, "x", noting(seen, str(time)))
    # what the last instant itself adds to the last instant is part of it
    clock.at(10, Phase.DISPATCH, "x", lambda: _add(clock, seen))
    clock.run_through(10)
    assert seen == ["9", "10", "added"]
    clock.run_through(11)
    assert seen[-1] == "11"


def _add(clock: Clock, seen: list[str]) -> None:
    clock.at(10, Phase.RECORD, "y", noting(seen, "added"))


def test_an_action_may_add_to_its_own_instant_even_to_a_phase_that_is_over() -> None:
    clock, seen = Clock(), []

    def late() -> None:
        seen.append("settle")
        clock.at(3, Phase.OPENINGS, "x", noting(seen, "opening"))

    clock.at(3, Phase.SETTLE, "x", late)
    clock.at(3, Phase.ARRIVALS, "x", noting(seen, "arrival"))
    clock.run_through(3)
    assert seen == ["settle", "opening", "arrival"]
    assert clock.now == 3


def test_ordinary_simpy_processes_live_in_it() -> None:
    clock, seen = Clock(), []

    def process() -> Iterator[simpy.Event]:
        seen.append(f"starts {clock.now}")
        yield clock.timeout(4)
        seen.append(f"wakes {clock.now}")
        yield clock.timeout(0) & clock.timeout(2)
        seen.append(f"ends {clock.now}")

    done = clock.process(process())
    clock.at(0, Phase.OPENINGS, "x", noting(seen, "opening 0"))
    clock.at(4, Phase.SETTLE, "x", noting(seen, "settle 4"))
    clock.at(4, Phase.ARRIVALS, "x", noting(seen, "arrival 4"))
    clock.run_through(6)
    # a process starts urgently, before any phase; a timeout is the first of the arrivals
    assert seen == ["starts 0", "opening 0", "settle 4", "wakes 4", "arrival 4", "ends 6"]
    assert done.processed


def test_simpy_resources_and_interrupts_work_too() -> None:
    clock = Clock()
    bridge = simpy.Resource(clock, capacity=1)
    seen: list[tuple[str, int]] = []

    def crossing(name: str) -> Iterator[simpy.Event]:
        with bridge.request() as turn:
            yield turn
            try:
                yield clock.timeout(10)
            except simpy.Interrupt:
                seen.append((f"{name} stopped", clock.now))
                return
            seen.append((name, clock.now))

    first = clock.process(crossing("a"))
    clock.process(crossing("b"))
    clock.at(3, Phase.CLOSURES, "stop", first.interrupt)
    clock.run_through(100)
    assert seen == [("a stopped", 3), ("b", 13)]


def test_what_has_no_event_finds_its_place_in_the_order_of_an_instant() -> None:
    clock = Clock()
    seen: dict[str, list[bool]] = {}
    asked = [(4, Phase.RECORD, "z"), (5, Phase.SETTLE, "b"), (5, Phase.ARRIVALS, "b"),
             (5, Phase.ARRIVALS, "c"), (6, Phase.OPENINGS, "a")]  # fmt: skip

    def look(when: str) -> None:
        seen[when] = [clock.passed(*moment) for moment in asked]

    def late() -> None:
        look("in turn")
        clock.at(5, Phase.OPENINGS, "x", lambda: look("in a phase that was over"))

    clock.at(5, Phase.CONTROL, "a", lambda: look("before"))
    clock.at(5, Phase.ARRIVALS, "b", late)
    clock.at(5, Phase.DISPATCH, "z", lambda: look("never")).cancel()
    clock.run_through(5)
    assert seen == {
        "before": [True, False, False, False, False],
        "in turn": [True, True, True, False, False],
        # the instant has come as far as it had before
        "in a phase that was over": [True, True, True, False, False],
    }
