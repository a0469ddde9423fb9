"""Writes docs/networks.md: which network files are read, from the readers' tables.

    python tools/networks_page.py

``make docs`` runs it, and a test holds the page to what it would write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sim.network.readers.columns import NODE_ROLES, ROLES, Role
from sim.network.readers.formats import FORMATS
from sim.network.readers.osm import CLASSES, KINDS, NEAR
from sim.network.readers.table import KM_PER_HOUR

PAGE = Path(__file__).parent.parent / "docs/networks.md"

HEAD = """\
# Network files

Made by `make docs` from the tables of the readers; not written by hand.

`sim cut`, `sim rank` and `sim interdict` take any of these between `--from` and `--to`; `sim
import` turns them into a network YAML or a binary table, either of which a scenario takes as its
`network`, as it takes a GeoPackage that needs no options. In Python it is
`sim.Network.from_file`. What is left out, guessed or doubted is said once, before the answer
(`notes` of `--json`), with the first lines; what cannot be used is an error with its line.

```
sim cut roads.gpkg --from Azaz --to Aleppo --capacity-by class=caps.csv
sim interdict Anaheim_net.tntp --from 1 --to 20 -k 3
sim import north.osm.pbf --classes motorway..tertiary --capacity-by class=caps.csv --out north.yaml
```

## Formats
"""

RULES = f"""
## Rules for all formats

- **Capacities** count in a unit of the file's own, exactly. A row that states none is taken as
  without limit, and can be cut all the same: such a cut is counted in roads. `--default-capacity
  40` gives one to all of these; `--capacity-by class=FILE` (or `lanes=FILE`, or any column) one
  by class, from rows `class,capacity[,speed]` after a header (km/h; `*` is all other classes). A
  capacity of `inf` is without limit: such a road cannot be cut.
- **Columns** are found by the names below. The case of a name does not matter, nor of known
  values (`TRUE`, `Inf`, classes), but that of a place does. `--column capacity=weight` reads
  another column; `--column length_m=len` states the unit with it.
- **Lengths and times**: a row without a length is 1 km long, a line of a map as long as it is
  drawn. A road without a time or a speed is travelled at {KM_PER_HOUR} km/h.
- **Names of places** that look equal are one: composed letters (NFC), no-break and zero-width
  spaces and marks of direction do not count. Names that look alike with letters of two scripts
  are told. `--from` takes an id, a name that only one place has, or `LAT LON`.
- **Odd rows**: a road from a place to itself, a feature without geometry, and a road of infinite
  length or time are left out and told; an id that stands twice is numbered; `oneway` of `-1`
  turns a road round.
- **Lines of a map** are joined where they meet within `--snap 1 m`: ends that lie together become
  one place, an end on the middle of another line parts it, so does a point that two lines share.
  How many, and the first places, are told. Lines that cross without a common point are told and
  stay apart: roads pass over each other. `--snap 0` joins nothing, and tells what it would have
  joined.
- **Places** of a file of their own, `--nodes FILE` (CSV, or a node file of TNTP): coordinates,
  names, capacities, inhabitants.
- **A network YAML** keeps one-way roads (`one_way: true`) and unequal ways (`capacity: {{there:
  ..., back: ...}}`); opposite one-way rows of one length become one road. `--two-way` opens
  one-way roads both ways. A YAML holds at most 5,000 roads; a binary table any number.
"""

OSM = f"""
## From an OpenStreetMap extract to a report

Classes, the largest first: {", ".join(CLASSES)}; links count as the class that they belong to.
Kinds of places that give their names to the nearest junction within {NEAR / 1000:g} km, or else
to the nearest point of a road: {", ".join(KINDS)}. The extract is OpenStreetMap's (ODbL): say so
wherever you publish what you make of it.

`caps.csv`, in t/day and km/h:

```csv
class,capacity,speed
motorway,8000,80
primary,3000,60
*,1000,40
```

`line.yaml`, a scenario of the network that the first command writes; ids are the names of the
places, junctions have the numbers of their nodes:

```yaml
format: 1
title: A line on imported roads
network: north.yaml
period: {{start: 2020-01-01, length: 10 days}}
actors: {{red: {{name: Red}}, blue: {{name: Blue}}}}
default_holder: red
axes:
  line:
    name: The line
    actor: red
    sources: {{Aleppo: {{}}}}
    sinks: {{Azaz: {{demand: 8 t/day, stock: 8 t}}}}
    convoy: {{size: 4 t}}
events:
  bridge_falls: {{capture: bridge_11, by: blue, at: 3 days}}
```

Three commands then:

```sh
sim import north.osm --classes motorway..tertiary --capacity-by class=caps.csv --out north.yaml
sim run line.yaml --out run
sim report run
```
"""

COUNTRY = """
## From the roads of a country to a scenario

A YAML can be read and changed by hand; a binary table can be large. Both make the same scenario,
and what a scenario states over its network is written alike (*A binary table as the network* in
the [reference](scenario-reference.md)). `--column class=fclass` keeps the class of each road where
`--capacity-by` does not read it already: capacities may then stand in the scenario.

```sh
sim import roads.geojson --column class=fclass --out roads.npz
sim cut roads.npz --from Aleppo --to Azaz
sim validate country.yaml
sim cut country.yaml
```

```yaml
format: 1
title: A line across the country
network:
  table: roads.npz
  classes:
    primary: {speed: 60 km/h, capacity: 3000 t/day}
    secondary: {speed: 40 km/h, capacity: 1000 t/day}
period: {length: 30 days}
axes:
  line: {sources: {Aleppo: {}}, sinks: {Azaz: {demand: 80 t/day, stock: 80 t}}}
```

`sim validate` names an id that is not there, with the nearest; the first `sim cut` asks the table
itself. In a folder of results the table stands once, beside the scenario that names its SHA-256.
"""


def page() -> str:
    """The page."""
    return "".join([
        HEAD,
        *_table(("format", "files", "what is read", "ways", "needs"), _formats()),
        RULES,
        "\n## Columns and attributes of roads\n",
        *_roles(ROLES),
        "\n## Columns of places (`--nodes`, node.csv, locations.csv, nodes of GraphML, points)\n",
        *_roles(NODE_ROLES),
        OSM,
        COUNTRY,
    ])  # fmt: skip


def _formats() -> Iterator[Sequence[str]]:
    for form in FORMATS:
        files = f"folder with `{form.holds}`" if form.holds else _names(form.endings)
        needs = f'`pip install "supply-axis[{form.extra}]"`' if form.extra else ""
        yield form.name, files, form.read_as, form.ways, needs


def _roles(roles: Mapping[str, Role]) -> Iterator[str]:
    rows = [
        (f"`{name}`", role.meaning, ", ".join(_read(n, f) for n, f in role.reads.items()),
         _names(role.offers))
        for name, role in roles.items()
    ]  # fmt: skip
    return _table(("is", "meaning", "read from", "offered, where named so"), rows)


def _read(name: str, factor: float) -> str:
    return f"`{name}`" + ("" if factor == 1 else f" (times {factor:g})")


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(
    head: Sequence[str], rows: Iterator[Sequence[str]] | list[tuple[str, ...]]
) -> Iterator[str]:
    yield f"\n| {' | '.join(head)} |\n|{'---|' * len(head)}\n"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
