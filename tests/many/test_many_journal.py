"""The journal: whole frames only, whatever happened to it."""

from __future__ import annotations

import errno
import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from sim.base.errors import FolderError
from sim.many import frames as frames_module
from sim.many.frames import NAMES, ROW, VOID, frame, frames, packed, unpacked
from sim.many.journal import DamagedError, FullDiskError, Journal

UNITS = {"a.b": "t"}

IN_A_FOLDER = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture(autouse=True)
def no_syncing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk is not waited for: it keeps what these tests write without."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def row(replicate: int, value: float | None = 1.0) -> dict[str, Any]:
    return {"replicate": replicate, "measures": {"a.b": value}, "claims": {}, "series": {}}


def filled(path: Path, count: int = 4) -> bytes:
    """A journal of so many rows; its bytes."""
    path.unlink(missing_ok=True)
    with Journal(path) as journal:
        for i in range(count):
            journal.append(row(i), UNITS)
    return path.read_bytes()


def ends(path: Path) -> list[tuple[bytes, int]]:
    """Each frame by its kind and its end."""
    with path.open("rb") as file:
        return [(found.kind, found.end) for found in frames(file.fileno())]


def test_rows_come_back_in_the_order_asked_for_and_names_are_said_once(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(path) as journal:
        for i in (2, 0, 1):
            journal.append(row(i, i / 3), UNITS)
    # once before the first row of that column, and once after it
    assert [kind for kind, _ in ends(path)] == [NAMES, ROW, NAMES, ROW, ROW]
    with Journal(path) as journal:
        assert journal.done == {0, 1, 2}
        assert (len(journal), journal.units, journal.damage) == (3, UNITS, "")
        assert list(journal.rows([0, 1, 2])) == [row(i, i / 3) for i in range(3)]
        some_of_it = {"replicate": 2, "measures": {"a.b": 2 / 3}, "claims": {}}
        assert list(journal.outcomes([2])) == [some_of_it]


json_values = some.none() | some.integers(-(10**6), 10**6) | some.floats(-1e9, 1e9)


@settings(derandomize=True, max_examples=40, suppress_health_check=IN_A_FOLDER, deadline=None)
@given(
    some.lists(
        some.dictionaries(some.sampled_from("abcdefg"), json_values), min_size=1, max_size=12
    )
)
def test_any_rows_come_back_as_they_were(tmp_path: Path, measured: list[dict[str, Any]]) -> None:
    """A measure that is no number (None) is not one that a run does not list."""
    path = tmp_path / "j"
    path.unlink(missing_ok=True)
    rows = [{**row(i), "measures": m, "held": [["x", i]]} for i, m in enumerate(measured)]
    with Journal(path) as journal:
        for one in rows:
            journal.append(one, dict.fromkeys(one["measures"], "t"))
    with Journal(path, write=False) as journal:
        found = list(journal.rows(range(len(rows))))
    assert found == rows
    assert json.dumps(found, sort_keys=True) == json.dumps(rows, sort_keys=True)  # 1 is not 1.0


def test_the_first_row_of_a_replicate_wins(tmp_path: Path) -> None:
    path = tmp_path / "j"
    before = filled(path, 2)
    _, (_, first), (_, names), _ = ends(path)
    again = before[ends(path)[0][1] : first]  # replicate 0 once more
    path.write_bytes(before + again)
    with Journal(path) as journal:
        journal.append(row(0, 3.0), {})
        assert list(journal.rows([0, 1])) == [row(0), row(1)]
    assert path.read_bytes() == before + again
    assert names < len(before)


def test_a_measure_has_a_unit_and_is_a_number_of_json(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        with pytest.raises(ValueError, match="a measure without a unit"):
            journal.append(row(0), {})
        with pytest.raises(ValueError, match="not JSON compliant"):
            journal.append(row(0, float("nan")), UNITS)
        assert not journal.done


@settings(derandomize=True, max_examples=40, suppress_health_check=IN_A_FOLDER, deadline=None)
@given(cut=some.integers(0, 600), more=some.binary(max_size=5))
def test_a_torn_tail_is_cut_off_wherever_it_was_torn(tmp_path: Path, cut: int, more: bytes) -> None:
    path = tmp_path / "j"
    whole = filled(path)
    rows = [end for kind, end in ends(path) if kind == ROW]
    path.write_bytes(whole[:cut] + more)
    with Journal(path) as journal:
        assert journal.done == set(range(sum(end <= cut for end in rows)))
        assert not journal.damage  # it was killed as it wrote, which is no damage
        for i in range(4):
            journal.append(row(i), UNITS)
        assert list(journal.rows(range(4))) == [row(i) for i in range(4)]


@settings(derandomize=True, max_examples=40, suppress_health_check=IN_A_FOLDER, deadline=None)
@given(data=some.data())
def test_a_changed_byte_is_found_and_its_replicate_alone_is_lost(
    tmp_path: Path, data: some.DataObject
) -> None:
    path = tmp_path / "j"
    whole = filled(path)
    at = data.draw(some.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= data.draw(some.integers(1, 255))
    path.write_bytes(changed)
    starts = [0, *(end for _, end in ends_of(whole, tmp_path))]
    struck = next(i for i, start in enumerate(starts[1:]) if at < start)
    lost = {1: {0}, 3: {1}, 4: {2}, 5: {3}}.get(struck, set())  # frames 0 and 2 are names
    with Journal(path, write=False) as journal:
        assert journal.done == {0, 1, 2, 3} - lost
        for replicate in lost:
            with pytest.raises(DamagedError, match=f"does not have replicate {replicate}"):
                list(journal.rows([replicate]))
    assert path.read_bytes() == changed  # a reader mends nothing
    with Journal(path) as journal:
        assert bool(journal.damage) == (struck < 5)  # a damaged last frame is a torn one
        assert journal.copied == (not lost)
        for i in range(4):
            journal.append(row(i), UNITS)
        assert list(journal.rows(range(4))) == [row(i) for i in range(4)]
    with Journal(path) as journal:
        assert not journal.damage  # told once
        assert journal.done == {0, 1, 2, 3}


def ends_of(data: bytes, folder: Path) -> list[tuple[bytes, int]]:
    (folder / "copy").write_bytes(data)
    return ends(folder / "copy")


@pytest.mark.parametrize("struck", [0, 2])
@pytest.mark.parametrize("rows", [1, 4])
def test_names_that_stand_there_a_second_time_are_written_again(
    tmp_path: Path, struck: int, rows: int
) -> None:
    """At the head, behind the first row, and at the end where that row is the last."""
    path = tmp_path / "j"
    whole = filled(path, rows)
    assert [kind for kind, _ in ends(path)] == [NAMES, ROW, NAMES, *[ROW] * (rows - 1)]
    changed = bytearray(whole)
    changed[ends(path)[struck][1] - 1] ^= 1
    path.write_bytes(changed)
    with Journal(path, write=False) as journal:
        assert journal.damage == f"{path} is not as it was written in 1 place"
        assert journal.copied
    assert path.read_bytes() == changed
    with Journal(path) as journal:
        assert journal.copied
        assert not journal.torn
        assert list(journal.rows(range(rows))) == [row(i) for i in range(rows)]
    assert path.read_bytes() == whole
    with Journal(path) as journal:
        assert not journal.damage


def test_columns_whose_names_are_lost_twice_are_run_again(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(path) as journal:
        journal.append(row(0), UNITS)
        for i in (1, 2):
            journal.append(row(i) | {"measures": {"a.b": 1.0, "c.d": 2.0}}, UNITS | {"c.d": "t"})
    whole = bytearray(path.read_bytes())
    kinds = [kind for kind, _ in ends(path)]
    assert kinds == [NAMES, ROW, NAMES, NAMES, ROW, NAMES, ROW]
    last = [end for _, end in ends(path)]
    for names in (3, 5):
        whole[last[names] - 1] ^= 1
    path.write_bytes(whole)
    with Journal(path) as journal:
        assert journal.done == {0}
        assert "is not as it was written" in journal.damage
        journal.append(row(1), UNITS)
    with Journal(path) as journal:
        assert list(journal.rows([0, 1])) == [row(0), row(1)]


def test_bytes_put_in_between_are_passed_over_and_told(tmp_path: Path) -> None:
    """Some too few to be marked as void, and some with the mark of a frame among them."""
    path = tmp_path / "j"
    whole = filled(path)
    end = ends(path)[3][1]
    for junk in (b"x", ROW * 40, frame(ROW, 3, 1, b"no row")[:-1]):
        path.write_bytes(whole[:end] + junk + whole[end:])
        with Journal(path) as journal:
            assert journal.done == {0, 1, 2, 3}
            assert journal.damage == f"{path} is not as it was written in 1 place"
    assert [kind for kind, _ in ends(path)].count(VOID) == 1


def test_a_file_that_is_no_journal_is_told_from_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_bytes(frame(NAMES, 0, 1, packed(b"[1]"), packed(b"{}")))
    with pytest.raises(FolderError, match="no journal that this program wrote"):
        Journal(path)


def test_a_part_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames_module, "MOST_BYTES", 1000)
    assert unpacked(packed(b"abc" * 99, b"abcabc"), b"abcabc") == b"abc" * 99
    by = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    large = by.compress(bytes(1001)) + by.flush()
    for data in (large, b"\xff\xff", packed(b"abc" * 99)[:-2]):
        with pytest.raises(ValueError, match=r"."):
            unpacked(data)


def lines(rows: list[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(one) + "\n" for one in rows)


def test_a_journal_of_lines_is_read_and_taken_over(tmp_path: Path) -> None:
    past, path = tmp_path / "j.jsonl", tmp_path / "j.journal"
    text = lines([row(4) | {"units": UNITS}, row(4, 2.0), row(2)]) + '{"replicate": 7, "mea'
    past.write_text(text)
    with Journal(path, write=False) as journal:
        assert list(journal.rows([2, 4])) == [row(2), row(4)]
        assert not journal.damage
    assert past.read_text() == text
    assert not path.exists()
    with Journal(path) as journal:
        assert journal.done == {2, 4}
        journal.append(row(7), UNITS)
    assert [p.name for p in tmp_path.iterdir()] == ["j.journal"]
    with Journal(path) as journal:
        assert list(journal.rows([2, 4, 7])) == [row(2), row(4), row(7)]


@pytest.mark.parametrize(
    "line",
    [
        '{"replicate": 1, "measures": 5, "claims": {}}',
        '{"replicate": 1, "measures": {"a.b": "many"}, "claims": {}}',
        '{"replicate": 1, "measures": {}, "units": [1], "claims": {}}',
        '{"replicate": 1, "measures": {"no.unit.said": 1.0}, "claims": {}}',
        '{"replicate": true, "measures": {}, "claims": {}}',
        '{"replicate": -1, "measures": {}, "claims": {}}',
        '{"replicate": 1, "measures": {"a.b": NaN}, "claims": {}}',
        "[" * 100_000,
    ],
    ids=lambda line: line[:40],
)
def test_a_line_that_is_no_row_is_passed_over_and_told(tmp_path: Path, line: str) -> None:
    past = tmp_path / "j.jsonl"
    past.write_text(lines([row(0) | {"units": UNITS}]) + line + "\n" + lines([row(2)]))
    with Journal(tmp_path / "j.journal") as journal:
        assert journal.done == {0, 2}
        assert journal.damage == f"{past} is not as it was written in 1 place"


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(path), pytest.raises(FolderError, match="another process"):
        Journal(path)
    with Journal(path), Journal(path, write=False) as reader:
        assert not reader.done


@pytest.mark.parametrize("after", [0, 10])
def test_a_full_disk_leaves_the_rows_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    path = tmp_path / "j"
    with Journal(path) as journal:
        journal.append(row(0), UNITS)
        before = path.read_bytes()
        real = os.pwrite

        def full(file: int, data: bytes, at: int) -> int:
            if after and len(data) > 60:  # a part fits, the rest does not
                return real(file, data[:after], at)
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(FullDiskError, match="the disk is full"):
            journal.append(row(1), UNITS)
        monkeypatch.undo()
        assert path.read_bytes() == before
        journal.append(row(1), UNITS)
    with Journal(path) as journal:
        assert journal.done == {0, 1}
