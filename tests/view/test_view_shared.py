"""Work shared with a second process: all of it is done, once, and failures come through."""

from __future__ import annotations

import os
import threading
from functools import partial
from pathlib import Path

import pytest

from sim.view.charts.shared import LEAST, shared


def note(folder: Path, number: int) -> None:
    """Leaves a file that says which process did the piece."""
    if number < 0:
        raise ValueError(f"piece {number}")
    with (folder / str(number)).open("x") as file:
        file.write(str(os.getpid()))


def test_every_piece_is_done_once(tmp_path: Path) -> None:
    shared(partial(note, tmp_path), range(9))
    assert sorted(p.name for p in tmp_path.iterdir()) == [str(i) for i in range(9)]


def test_few_pieces_are_done_here(tmp_path: Path) -> None:
    shared(partial(note, tmp_path), range(LEAST - 1))
    assert {p.read_text() for p in tmp_path.iterdir()} == {str(os.getpid())}


def test_beside_another_thread_all_is_done_here(tmp_path: Path) -> None:
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        shared(partial(note, tmp_path), range(9))
    finally:
        stop.set()
        other.join()
    assert {p.read_text() for p in tmp_path.iterdir()} == {str(os.getpid())}


def test_a_failure_comes_through(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="piece -2"):
        shared(partial(note, tmp_path), [0, 1, -2, 3, 4])
