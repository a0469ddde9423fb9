"""One table, written for a terminal, as HTML and as CSV."""

from __future__ import annotations

import io
import math
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

from sim.base.errors import FolderError
from sim.page.tables import html
from sim.state.record import FlowRow
from sim.tables.csv_files import read_rows, write_csv
from sim.tables.data import DataTable
from sim.tables.of_run import claim_text
from sim.tables.table import (
    Code,
    Column,
    Day,
    Gap,
    Id,
    Ids,
    Never,
    Percent,
    Range,
    Table,
    Unit,
    UserText,
    Whole,
    day,
    said,
)
from sim.tables.terminal import print_table

TABLE = Table(
    "What became of it",
    (
        Column("place", "Place", Id), Column("lost", "Lost", Day), Column("share", "%", Percent),
        Column("gap", "Gap, t", Gap), Column("low", "from"), Column("high", "to"),
    ),
    [["hill", 2, 0.25, -3, -4.0, -2.0], ["gate", None, 1, 5, None, None]],
    datetime(2001, 3, 1),
)  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, "-"),
        ("as it is", "as it is"),
        (2.5, "2.50"),
        (Whole(138.6), "139"),
        (Percent(0.57), "57 %"),
        (Gap(2), "+2"),
        (Day(3), "on 3"),
        (Never(20), "never"),
        (Ids(["a", "b"]), "a, b"),
        (Unit("1"), ""),
        (Unit("t/day"), "t/day"),
        (Range(Day(1), Never(math.inf)), "on 1 to never"),
        (Range(Percent(0.1), Percent(0.2)), "10 % to 20 %"),
    ],
)
def test_a_cell_is_written_as_its_kind(cell: object, text: str) -> None:
    assert said(cell, lambda days: f"on {days:g}") == text


def test_a_column_makes_cells_of_its_kind_and_leaves_others() -> None:
    share = Column("share", "Percent", Percent)
    assert type(share.cell(0.5)) is Percent
    assert type(share.cell(1)) is Percent
    assert share.cell(None) is None
    assert share.cell("undecided") == "undecided"
    assert type(share.cell(Day(1))) is Day
    assert type(Column("x", "X", Ids).cell(["a"])) is Ids
    assert type(Column("x", "X", UserText).cell("a")) is UserText
    assert type(Column("x", "X", UserText).cell(Code("a"))) is Code
    assert [Column("x", "X", kind).numeric for kind in (float, Gap, Percent, Day, Id, str)] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert (type(day(None)), type(day(1.0))) == (Never, Day)


def test_columns_are_picked_by_key() -> None:
    assert TABLE["gap"] == [-3, 5]
    assert [c.key for c in TABLE.pick("gap", "place").columns] == ["gap", "place"]
    assert TABLE.pick("gap", "place").rows == [[-3, "hill"], [5, "gate"]]
    assert [c.key for c in TABLE.without("low", "high", "lost").columns] == [
        "place",
        "share",
        "gap",
    ]
    assert TABLE.ranged()["interval"] == [Range(-4.0, -2.0), None]
    assert TABLE.put(Column("n", "N"), [1, 2]).rows[1][-1] == 2
    with pytest.raises(KeyError):
        TABLE.pick("nowhere")
    with pytest.raises(ValueError, match="zip"):
        TABLE.put(Column("n", "N"), [1])


def test_a_terminal_shows_ids_and_iso_dates() -> None:
    out = Console(record=True, width=80, file=io.StringIO())
    print_table(out, TABLE.ranged().without("low", "high"))
    lines = [line.split() for line in out.export_text().splitlines()]
    # day 2 after 1 March is the 3rd
    assert ["hill", "2001-03-03", "25", "%", "-3", "-4", "to", "-2"] in lines
    assert ["gate", "-", "100", "%", "+5", "-"] in lines
    print_table(out, Table("nothing", TABLE.columns, []))
    assert not out.export_text().strip()


def test_a_page_shows_names_and_sorts_by_values() -> None:
    made = html(
        TABLE.ranged().without("low", "high"), {"hill": "<Hill>", "gate": "Gate"}.__getitem__
    )
    assert "<caption>What became of it</caption>" in made
    assert '<th scope="row"><bdi>&lt;Hill&gt;</bdi><td>3 March 2001<' in made
    assert '<td class="n">\u22123<td class="n">\u22124 to \u22122<' in made
    made = html(TABLE.ranged().pick("place", "gap", "interval"), sorts=True, most=1)
    assert "<caption>What became of it (the first 1)</caption>" in made
    assert '<data value="-3.0">\u22123</data>' in made
    assert '<data value="-4.0">' in made  # a range sorts by its lower end
    assert "gate" not in made
    endless = Table("", (Column("when", "When"),), [[Never(math.inf)], [None]])
    assert '<data value="Infinity">never</data>' in html(endless, sorts=True)


def test_csv_has_the_keys_and_the_plain_values(tmp_path: Path) -> None:
    DataTable.of("t", TABLE).write_csv(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == (
        b"place,lost,share,gap,low,high\nhill,2,0.25,-3,-4.0,-2.0\ngate,,1,5,,\n"
    )


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = [FlowRow(0, "line", "a--b", "a", 'b,"\u2028"\n', 5), FlowRow(60, "l", "r", "", "b", 0)]
    path = tmp_path / "flows.csv"
    write_csv(path, ["time_s", "day", *FlowRow._fields[1:]], [[r.time, "x", *r[1:]] for r in rows])
    assert read_rows(tmp_path, "flows.csv", FlowRow) == rows
    with pytest.raises(FolderError, match=r"has no other\.csv"):
        read_rows(tmp_path, "other.csv", FlowRow)
    path.write_text("time_s,axis\n0,line\n")
    with pytest.raises(FolderError, match="it has no column 'destination'"):
        read_rows(tmp_path, "flows.csv", FlowRow)
    path.write_text("time_s,axis,road,origin,destination,kg_per_day\nnoon,a,r,o,d,1\n")
    with pytest.raises(FolderError, match=r"flows\.csv cannot be read"):
        read_rows(tmp_path, "flows.csv", FlowRow)


def test_a_claim_that_is_inherited_says_from_where() -> None:
    claim = {"text": "It is open"}  # folders of older versions say nothing of it
    assert claim_text(claim) == claim_text(claim | {"stated_in": None}) == "It is open"
    assert claim_text(claim | {"stated_in": "base.yaml"}) == "It is open (from base.yaml)"
