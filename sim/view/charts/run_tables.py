"""The numbers behind the figures of a run and of its cuts, as tables."""

from __future__ import annotations

from collections.abc import Iterable

from sim.view.cut_data import CutMapData, FrontierData, RankData
from sim.view.data import (
    WHOLE,
    AdvanceData,
    AxisSeries,
    ControlData,
    Curve,
    GarrisonData,
    Holders,
    MapData,
    MultiplesData,
    RegroupData,
    SidesData,
)
from sim.view.tables import Table


def map_table(data: MapData) -> Table:
    """Places with their holders, roads with capacity and flow in kg/day, forces if any."""
    rows: list[tuple[object, ...]] = []
    for p in sorted(data.places, key=lambda p: p.id):
        state = [*(["besieged"] if p.besieged else []), *(["sealed"] if p.sealed else [])]
        cut = "yes" if p.id in data.cut_places else ""
        rows.append(
            ("place", p.id, p.name, _held(p.holders), ";".join(state), None, None, None, None, cut)
        )
    for r in sorted(data.roads, key=lambda r: r.id):
        cut = "yes" if r.id in data.cut_roads else ""
        rows.append(("road", r.id, "", "", r.state, r.a, r.b, r.capacity, r.flow, cut))
    columns = (
        "kind", "id", "name", "holders", "state", "from", "to", "capacity_kg_per_day",
        "flow_kg_per_day", "in_cut",
    )  # fmt: skip
    if not data.forces:
        return Table(columns, rows)
    rows = [(*row, None, None) for row in rows]
    for f in sorted(data.forces, key=lambda f: f.id):
        ends = f.stops[0], f.stops[-1]
        blank = None, None, ""
        rows.append(
            ("force", f.id, f.name, f.actor, f.state, *ends, *blank, round(f.km, 3), f.strength)
        )
    return Table((*columns, "km_from_base", "persons"), rows)


def multiples_table(data: MultiplesData) -> Table:
    """The rows of each map, its words before them."""
    made = [(words, map_table(one)) for words, one in data.maps]
    columns = max((table.columns for _, table in made), key=len)  # maps with forces have more
    rows = [
        (words, *row, *[None] * (len(columns) - len(row)))
        for words, table in made
        for row in table.rows
    ]
    return Table(("map", *columns), rows)


def axis_table(data: AxisSeries) -> Table:
    """Every curve of the chart of an axis: from each time on, or at it where not in steps."""
    rows: list[tuple[object, ...]] = []
    for name, curve in (
        ("capacity", data.capacity),
        ("deliverable", data.deliverable),
        ("demand", data.demand),
        ("planned", data.planned),
        ("delivered", data.delivered),
    ):
        rows += _curve(name, "kg/day", curve)
    for stock in data.stocks:
        rows += _curve(f"stock: {stock.name}", "kg", stock.stock)
    rows += [("event", "", e.time, None, e.label) for e in data.events]
    return Table(("curve", "unit", "time_s", "value", "event"), rows)


def _curve(name: str, unit: str, curve: Curve | None) -> Iterable[tuple[object, ...]]:
    if curve is None:
        return []
    points = zip(curve.times, curve.values, strict=True)
    return [(name, unit, time, value, None) for time, value in points]


def control_table(data: ControlData) -> Table:
    """Who held each place from when to when."""
    rows = [
        (row.name, span.start, span.end, _held(span.holders), ";".join(sorted(span.besieged)))
        for row in data.rows
        for span in row.spans
    ]
    return Table(("place", "from_s", "to_s", "holders", "besieged"), rows)


def garrison_table(data: GarrisonData) -> Table:
    """Strength of each garrison from each time on, and days of supply at each sample."""
    rows: list[tuple[object, ...]] = []
    for row in data.rows:
        rows += [(row.name, *point) for point in _curve("strength", "persons", row.strength)]
        rows += [(row.name, *point) for point in _curve("supply", "days", row.supply)]
    return Table(("garrison", "curve", "unit", "time_s", "value"), [row[:5] for row in rows])


def sides_table(data: SidesData) -> Table:
    """Every curve of the chart of the sides: from each time on."""
    rows = [
        (panel.name, actor, time, value)
        for panel in data.panels
        for actor, curve in panel.curves
        for time, value in zip(curve.times, curve.values, strict=True)
    ]
    return Table(("panel", "actor", "time_s", "value"), rows)


def regroup_table(data: RegroupData) -> Table:
    """Persons of each displaced force by destination."""
    rows: list[tuple[object, ...]] = []
    for group in data.groups:
        head = (group.origin, group.actor, group.when, group.persons, group.lost)
        rows += [(*head, m.name, m.kind, m.persons, m.low, m.high, m.hours) for m in group.moves]
        if not group.moves:
            rows.append((*head, None, None, None, None, None, None))
    columns = (
        "origin", "actor", "when", "displaced", "lost", "destination", "kind", "persons", "low",
        "high", "hours",
    )  # fmt: skip
    return Table(columns, rows)


def advance_table(data: AdvanceData) -> Table:
    """Position, strength and supply of an operation over time; stops, events and the record."""
    rows: list[tuple[object, ...]] = []
    for name, unit, curve in (
        ("position", "km", data.position),
        ("strength", "persons", data.strength),
        ("supply", "day", data.supply),
    ):
        rows += _curve(name, unit, curve)
    rows += [("stop", "km", None, km, name) for km, name in data.stops]
    rows += [("not fed", "", start, None, f"to {end} s") for start, end in data.cut]
    rows += [("event", "", e.time, None, e.label) for e in data.events]
    rows += [("on record", "km", time, km, words) for time, km, words in data.record]
    return Table(("curve", "unit", "time_s", "value", "event"), rows)


def cut_map_table(data: CutMapData) -> Table:
    """Every place and road of a minimum cut or of the ranking."""
    ranked = {row.id: row for row in data.ranking.rows}
    roads = data.map.cut_roads
    unit = data.ranking.unit or "unit of the file"
    rows = []
    for item in sorted({*data.shares, *ranked}):
        row = ranked.get(item)
        kind = row.kind if row else "road" if item in roads else "place"
        count = round(data.shares.get(item, 0.0) * data.cuts)
        rows.append((kind, item, count, data.cuts, row and row.loss, row and row.share))
    columns = ("kind", "id", "in_cuts", "cuts", f"loss ({unit})", "loss_share")
    return Table(columns, rows)


def rank_table(data: RankData) -> Table:
    """The ranking row by row."""
    rows = [
        (
            r.kind,
            r.id,
            r.name,
            r.loss,
            r.share,
            r.in_cuts,
            r.delay,
            r.low,
            r.high,
            *(r.ranks or ("",) * 3),
        )
        for r in data.rows
    ]
    unit = data.unit or "unit of the file"
    columns = (
        "kind", "id", "name", f"loss ({unit})", "loss_share", "in_cuts", "delay_h", "loss_5",
        "loss_95", "rank_5", "rank_50", "rank_95",
    )  # fmt: skip
    return Table(columns, rows)


def frontier_table(data: FrontierData) -> Table:
    """What so many losses leave: the best, greedy, and the scenario's own."""
    rows = [
        (by, a.k, a.value, a.bound, "; ".join(a.removed))
        for by, attacks in (
            ("exact", data.exact),
            ("greedy", data.greedy),
            ("scenario", [data.captures] if data.captures else []),
        )
        for a in attacks
    ]
    unit = data.unit or "unit of the file"
    return Table(("by", "losses", f"{data.quantity} ({unit})", "bound", "removed"), rows)


def _held(holders: Holders) -> str:
    return ";".join(f"{actor}={share / WHOLE:g}" for actor, share in holders)
