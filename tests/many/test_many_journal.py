"""The journal: whole lines only, whatever happened to it."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from sim.base.errors import FolderError
from sim.many.journal import FullDiskError, Journal


def row(replicate: int, value: float = 1.0) -> dict[str, object]:
    return {"replicate": replicate, "measures": {"a.b": value}, "claims": {}, "series": {}}


def test_rows_come_back_in_the_order_asked_for_and_units_are_said_once(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(path) as journal:
        for i in (2, 0, 1):
            journal.append(row(i, i / 3), {"a.b": "t"})
    assert path.read_text().count('"units"') == 1
    with Journal(path) as journal:
        assert journal.done == {0, 1, 2}
        assert journal.units == {"a.b": "t"}
        assert [r["measures"]["a.b"] for r in journal.rows([0, 1, 2])] == [0, 1 / 3, 2 / 3]


def test_the_first_row_of_a_replicate_wins(tmp_path: Path) -> None:
    path = tmp_path / "j"
    lines = [json.dumps(row(4, v) | {"units": {"a.b": "t"}}) + "\n" for v in (1.0, 2.0)]
    path.write_text("".join(lines))
    with Journal(path) as journal:
        journal.append(row(4, 3.0), {})
        assert [r["measures"] for r in journal.rows([4])] == [{"a.b": 1.0}]
    assert path.read_text() == "".join(lines)


@pytest.mark.parametrize(
    "line",
    [
        '{"replicate": 1, "measures": 5}',
        '{"replicate": 1, "measures": {"a.b": "many"}}',
        '{"replicate": 1, "measures": {}, "units": [1]}',
        '{"replicate": 1, "measures": {"never.named": 1.0}}',  # a unit that no row says
        '{"replicate": true, "measures": {}}',
        "[" * 100_000,
    ],
    ids=lambda line: line[:40],
)
def test_a_line_that_is_no_row_ends_what_is_read(tmp_path: Path, line: str) -> None:
    path = tmp_path / "j"
    first = json.dumps(row(0) | {"units": {"a.b": "t"}}) + "\n"
    path.write_text(first + line + "\n" + json.dumps(row(2)) + "\n")
    with Journal(path) as journal:
        assert journal.done == {0}
    assert path.read_text() == first


@settings(
    derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=some.integers(0, 400), more=some.binary(max_size=5))
def test_a_torn_tail_is_cut_off_wherever_it_was_torn(tmp_path: Path, cut: int, more: bytes) -> None:
    path = tmp_path / "j"
    path.unlink(missing_ok=True)
    with Journal(path) as journal:
        for i in range(4):
            journal.append(row(i), {"a.b": "t"})
    whole = path.read_bytes()
    torn = whole[:cut] + more.replace(b"\n", b"")
    path.write_bytes(torn)
    lines = whole[:cut].count(b"\n")
    with Journal(path) as journal:
        # a cut just before a newline, or junk after one: only whole lines count
        assert journal.done == set(range(lines))
        for i in range(4):
            journal.append(row(i), {"a.b": "t"})
    assert path.read_bytes() == whole


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
        journal.append(row(0), {"a.b": "t"})
        before = path.read_bytes()
        real = os.write

        def full(file: int, data: bytes) -> int:
            if after and len(data) > after:  # a part fits, the rest does not
                return real(file, data[:after]) if len(data) > 60 else _raise()
            return _raise()

        def _raise() -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "write", full)
        with pytest.raises(FullDiskError, match="the disk is full"):
            journal.append(row(1), {"a.b": "t"})
        monkeypatch.undo()
        assert path.read_bytes() == before
        journal.append(row(1), {"a.b": "t"})
    with Journal(path) as journal:
        assert journal.done == {0, 1}
