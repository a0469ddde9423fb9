"""Writes docs/export.md, what exported files hold, from the statements of it in sim/tables.

    python tools/export_page.py

``make docs`` runs it, and a test holds the page to what it would write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sim.tables.layers import (
    ATTACK,
    AXIS_PLACES,
    AXIS_ROADS,
    CASE_PLACES,
    CASE_ROADS,
    CUT_PLACES,
    CUT_ROADS,
    PLACES,
    RANKING,
    RELIABILITY,
    ROADS,
    Field,
)
from sim.tables.schema import ENSEMBLE, RUN, TableSaid

PAGE = Path(__file__).parent.parent / "docs/export.md"

HEAD = """\
# Exported files

Made by `make docs` from the code; not written by hand. What measures mean is in
[definitions.md](definitions.md).

## Layers of places and roads

```
sim export RUN --to run.gpkg                            # a layer for each turning point
sim export RUN --to day.geojson --at 2016-08-01         # one instant
sim export RUN --to axis.graphml --axis turkey_raqqa    # one axis
```

In Python: `sim.open_run(RUN).export("run.gpkg")`, or `export` of a run.

- Positions are in WGS 84; a road is a straight line between its places. Two exports of a run are
  the same bytes.
- Without `--at` there is a layer of each turning point of the first axis (the start, the greatest
  changes of what it can carry, the end), named `00_day_000` by its number and day, as the maps of
  a run are; without any axis one of the start and one of the end.
- **`.gpkg`** (GeoPackage; `pip install 'supply-axis[gis]'`): tables `places_00_day_000` and
  `roads_00_day_000`, of one instant `places` and `roads`. `layer_styles` says how QGIS draws
  each: places by holder, roads as wide as what they carry, the cut of the first axis in its
  colour.
- **`.geojson`** (RFC 7946): one FeatureCollection; properties `layer` (where there are several)
  and `what` (place or road).
- **`.graphml`**: each road is an edge for each way that it is open, with the number of that way.
  Of several layers each is a part of the graph of its own; its nodes are named by layer and
  place, `00_day_000/ID`.
- A number that a road has each way is the greater of the two; where they differ on some road
  there is a field each way beside it, `capacity_there_t_day` from its first place to its second
  and `capacity_back_t_day`.
- Fields of an axis begin with its id: `ID_capacity_t_day`. A field without a value is null;
  GraphML leaves it out.

"""

ANSWERS = """\
## Layers of an answer

`sim cut`, `rank` and `interdict` take `--export FILE` with the same endings (in Python `export` of
an answer). Of `sim cut SCENARIO` it holds what `sim export` of that run holds at that date; else
one layer of places and roads with their capacity and what was found. Amounts of a network file
are in its own unit, and their fields have no `_t_day`. Without coordinates there is `.graphml`
alone.

"""

TABLES = """\
## Tables as Parquet

```
sim export RUN --to FOLDER --tables parquet    # a run or an ensemble; one file a table
```

In Python `export_tables` of a run, a run's folder or an ensemble, and `write_parquet` of a table.
It needs `pip install 'supply-axis[parquet]'`. Each column carries `unit` and `meaning` as metadata,
the schema `about`. [definitions.md](definitions.md) says in *Files of a run* what values mean.

"""

KINDS = {
    str: "text", int: "whole number", float: "number", bool: "true or false",
    datetime: "date and time",
}  # fmt: skip


def page() -> str:
    """The whole page."""
    return HEAD + _fields(
        ("Of a place", PLACES), ("Of a place, for each axis", AXIS_PLACES),
        ("Of a road", ROADS), ("Of a road, for each axis", AXIS_ROADS),
    ) + ANSWERS + _fields(
        ("Of a place", CASE_PLACES), ("Of a road", CASE_ROADS),
        ("A cut: of a place", CUT_PLACES), ("A cut: of a road", CUT_ROADS),
        ("An interdiction", ATTACK), ("A ranking", RANKING), ("A reliability", RELIABILITY),
    ) + TABLES + _tables("a run", RUN) + _tables("an ensemble", ENSEMBLE)  # fmt: skip


def _tables(of: str, tables: Mapping[str, TableSaid]) -> str:
    lines: list[str] = []
    for name, said in tables.items():
        rows = [(f"`{c}`", KINDS[s.kind], s.unit, s.meaning) for c, s in said.columns.items()]
        heads = ("column", "kind", "unit", "what it is")
        lines += [f"### `{name}` of {of}: {said.about}", "", *_table(heads, rows), ""]
    return "\n".join(lines) + "\n"


def _fields(*lists: tuple[str, Sequence[Field]]) -> str:
    lines: list[str] = []
    for title, fields in lists:
        lines += [f"### {title}", "", *_table(("field", "kind", "what it is"), _rows(fields)), ""]
    return "\n".join(lines) + "\n"


def _rows(fields: Iterable[Field]) -> list[tuple[str, ...]]:
    return [
        (f"`{field.name}`", KINDS[field.kind] + (" each way" if field.each_way else ""),
         field.meaning)
        for field in fields
    ]  # fmt: skip


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
