"""Where the displaced of a place went: shares by hand, in one run and over many."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.measure.flows import displaced, displacements, fates
from sim.state.record import AGREED, BROKE_OUT, DISPERSE, STAY, WENT, Move


def moved(choice: str, persons: int, outcome: str = "arrived", **more: Any) -> Move:
    return Move(5, "red", "a", choice, persons, 0.5, 60, "", outcome, 65, **more)


def test_persons_by_last_choice_without_reserves() -> None:
    moves = [
        moved("a", 30, "lost"),
        moved("b", 50),
        moved("b", 10),
        moved("c", 20, "chose again"),  # counted where it chose again
        Move(9, "red", "x", "c", 20, 1.0, 60, "", "lost", 12),
        moved(STAY, 5, "stayed"),
        moved(DISPERSE, 5, "dispersed"),
        moved("b", 400, reserve=True),
    ]
    assert displaced(moves) == {
        ("red", "a", "b"): 60,
        ("red", "a", "disperses"): 5,
        ("red", "a", "lost"): 30,
        ("red", "a", "stays"): 5,
        ("red", "x", "lost"): 20,
    }


def test_what_became_of_those_who_left_and_of_those_who_did_not_get_away() -> None:
    moves = [
        moved("a", 30, "lost"),
        moved("a", 12, "taken"),
        moved("b", 50),  # displaced, and in order
        moved("a", 4, "lost", manner=BROKE_OUT),
        moved("b", 40, manner=BROKE_OUT),
        moved("b", 100, manner=WENT),
        moved("b", 20, "chose again", manner=AGREED),
        moved(DISPERSE, 20, "dispersed"),
        Move(9, "blue", "x", "x", 70, 0.0, 0, "", "lost", 9),
        Move(9, "red", "h", "b", 15, 1.0, 5, "order", "arrived", 14, manner="by order"),
    ]
    assert fates(moves, "red") == {
        "dead": 34, "taken": 12, "went": 100, "broke_out": 40, "by_agreement": 20, "dispersed": 20,
        "by_order": 15,
    }  # fmt: skip
    assert fates(moves, "blue") == dict.fromkeys(fates([], "red"), 0) | {"dead": 70}
    assert displaced(moves)["red", "a", "taken"] == 12


def test_shares_are_means_over_the_runs_in_which_the_place_fell() -> None:
    rows = [
        {"moves": [["red", "a", "b", 30], ["red", "a", "lost", 10]]},  # b: 0.75
        {"moves": []},
        {"moves": [["red", "a", "c", 80], ["red", "a", "b", 20]]},  # b: 0.2, c: 0.8
        {"moves": [["red", "a", "b", 0]]},  # nobody was there
        {"moves": [["blue", "z", "y", 7]]},
    ]
    found = {(d.actor, d.choice): d for d in displacements(rows)}
    b = found["red", "b"]
    assert (b.runs, b.persons) == (2, 25.0)
    assert b.share.value == pytest.approx((0.75 + 0.2) / 2)
    # Student with one degree of freedom: 12.706 * s / sqrt(2), s = |0.75 - 0.2| / sqrt(2)
    assert b.share.low == pytest.approx(0.475 - 12.7062 * 0.275, abs=1e-4)
    assert not b.settled
    assert found["red", "c"].share.value == pytest.approx(0.4)
    assert found["red", "lost"].share.value == pytest.approx(0.125)
    # of one run there is no interval, and the share stands
    y = found["blue", "y"]
    assert (y.share.value, y.share.low, y.runs) == (1.0, None, 1)
    assert y.settled


def test_the_shares_of_a_place_add_up_and_come_greatest_first() -> None:
    rows = [
        {"moves": [["red", "a", c, n + i] for c, n in (("b", 9), ("c", 30), ("lost", 4))]}
        for i in range(5)
    ]
    found = displacements(rows)
    assert math.fsum(d.share.value for d in found) == pytest.approx(1)
    assert [d.choice for d in found] == ["c", "b", "lost"]
    assert all(d.settled for d in found)
