"""Work shared with a second process: all of it is done, once, and failures come through."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from sim.view.charts.shared import LEAST, shared


def note(folder: Path, number: int) -> int:
    """Leaves a file that says which process did the piece."""
    if number < 0:
        raise ValueError(f"piece {number}")
    with (folder / str(number)).open("x") as file:
        file.write(str(os.getpid()))
    return number


def pieces(folder: Path, numbers: Sequence[int]) -> list[Callable[[], int]]:
    return [partial(note, folder, number) for number in numbers]


def test_every_piece_is_done_once(tmp_path: Path) -> None:
    assert shared(pieces(tmp_path, range(9))) == [*range(9)]
    assert sorted(p.name for p in tmp_path.iterdir()) == [str(i) for i in range(9)]


class Reader:
    """As a reader of a library with threads: whoever frees it ends what the first process has."""

    def __init__(self, told: Path) -> None:
        self.own, self.told = self, told

    def __del__(self) -> None:
        with self.told.open("a") as file:
            file.write(f"{os.getpid()}\n")


def test_a_copy_frees_nothing_that_was_there_before(tmp_path: Path) -> None:
    gc.collect()
    told = tmp_path / "told"
    Reader(told)
    shared([gc.collect] * LEAST)
    assert not told.exists()
    gc.collect()
    assert told.read_text() == f"{os.getpid()}\n"


def test_few_pieces_are_done_here(tmp_path: Path) -> None:
    shared(pieces(tmp_path, range(LEAST - 1)))
    assert {p.read_text() for p in tmp_path.iterdir()} == {str(os.getpid())}


def test_beside_another_thread_all_is_done_here(tmp_path: Path) -> None:
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        shared(pieces(tmp_path, range(9)))
    finally:
        stop.set()
        other.join()
    assert {p.read_text() for p in tmp_path.iterdir()} == {str(os.getpid())}


def test_a_failure_comes_through(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="piece -2"):
        shared(pieces(tmp_path, [0, 1, -2, 3, 4]))


def test_what_a_process_did_before_it_died_counts(tmp_path: Path) -> None:
    begin = os.getpid()

    def die() -> int | None:
        if os.getpid() == begin:  # a machine on which all is done in one process
            return None
        deadline = time.monotonic() + 20
        while not (tmp_path / "0").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)
        return 1

    found = shared([*pieces(tmp_path, [0]), die, *pieces(tmp_path, [2, 3])])
    assert len(found) == 4
    assert found[1] is None
    assert all(one in (None, number) for number, one in enumerate(found))
