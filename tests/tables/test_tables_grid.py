"""Tables in so many characters: what is broken, and what never is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from sim.tables import grid

HEADS = ("Measure", "Unit", "base", "other")
RIGHT = (False, False, True, True)
ROWS = [
    ("axes.a_long_name.capacity_end", "t/day", "1,258.5", "0"),
    ("axes.a_long_name.sinks.town.delivered", "t", "2,000", "1,000"),
    ("total", "t", "1", "2"),
]


def told(width: int) -> list[str]:
    return list(grid.lines(HEADS, ROWS, RIGHT, width, "-"))


def test_what_fits_stands_whole() -> None:
    # 37 + 5 + 7 + 5 characters and three gaps of 2 are 60
    assert told(60) == [
        "Measure                                Unit      base  other",
        "-" * 60,
        "axes.a_long_name.capacity_end          t/day  1,258.5      0",
        "axes.a_long_name.sinks.town.delivered  t        2,000  1,000",
        "total                                  t            1      2",
    ]


def test_dotted_names_that_do_not_fit_stand_under_what_they_have_in_common() -> None:
    # the longest last part, of 12 letters and an indent of 2, with the other columns: 37
    assert told(40) == [
        "Measure         Unit      base  other",
        "-" * 37,
        "axes.a_long_name",
        "  capacity_end  t/day  1,258.5      0",
        "axes.a_long_name.sinks.town",
        "  delivered     t        2,000  1,000",
        "total           t            1      2",
    ]


def test_where_no_grid_fits_each_row_is_told() -> None:
    assert told(30)[:3] == [
        "axes.a_long_name.capacity_end",
        "  Unit: t/day; base: 1,258.5;",
        "  other: 0",
    ]


def test_words_are_wrapped_and_a_percent_stays_with_its_number() -> None:
    assert grid.wrapped("5 % to 100 % of runs", 10) == ["5 % to", "100 % of", "runs"]
    lines = list(grid.lines(("Id", "Text"), [("one", "some words more")], (False, False), 15, "-"))
    assert lines == ["Id   Text", "-" * 15, "one  some words", "     more"]


NAME = st.text("abcdefgh_.", min_size=1, max_size=30)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.tuples(NAME, NAME, st.text("0123456789,.", max_size=9)), min_size=1),
       st.integers(20, 90))  # fmt: skip
def test_no_name_is_broken_and_lines_fit_where_they_can(
    rows: list[tuple[str, str, str]], width: int
) -> None:
    lines = list(grid.lines(("Name", "Other name", "n"), rows, (False, False, True), width, "-"))
    text = "\n".join(lines)
    for name, other, _ in rows:
        assert name in text or name.rpartition(".")[2] in text
        assert other in text
    longest = max(len(word) for row in rows for word in row)
    # a row that is told has an indent, what each cell is called, and a semicolon
    assert max(map(cell_len, lines)) <= max(width, longest + len("  name: ;"))
