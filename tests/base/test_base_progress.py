"""Work that tells how far it is, to whoever listens."""

from __future__ import annotations

import pytest

from sim.base.progress import listening, tell, told, working

Heard = list[tuple[str, int, int]]


def test_work_is_told_from_its_begin_to_its_end() -> None:
    heard: Heard = []
    with listening(lambda *words: heard.append(words)):
        assert [*told("letters", "ab")] == ["a", "b"]
        assert heard == [("letters", 0, 2), ("letters", 0, 2), ("letters", 1, 2), ("letters", 2, 2)]
        heard.clear()
        for letter in told("letters", "abc"):
            if letter == "b":
                break
        assert heard[-2:] == [("letters", 1, 3), ("letters", 3, 3)]
        with pytest.raises(ZeroDivisionError), working("sums", 4):
            raise ZeroDivisionError
        assert heard[-1] == ("sums", 4, 4)


def test_who_listens_no_more_hears_nothing() -> None:
    heard: Heard = []
    with listening(lambda *words: heard.append(words)), listening(None):
        tell("sums", 1, 2)
    tell("sums", 1, 2)
    assert not heard
