"""What the commands about cuts print for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from sim.base.numbers import enumerated, number

from .table import Column, Table
from .terminal import MOST_NAMES, cleaned, console, print_table

Document = Mapping[str, Any]


def _listed(names: Sequence[str]) -> str:
    return enumerated(names, 12) or "nothing"


def _amount(document: Document, value: float | None) -> str:
    if value is None:
        return "unlimited"
    return _flow(value) if document["unit"] == "kg/day" else number(value)


def _flow(kg_per_day: float) -> str:
    return f"{number(kg_per_day / 1000)} t/day"


def _title(document: Document) -> Text:
    ends = f"{_listed(document['from'])} -> {_listed(document['to'])}"
    if "axis" in document:
        return Text(f"{document['name']} ({document['axis']}) on {document['at']}: {ends}", "bold")
    return Text(f"{document['title']}: {ends}", style="bold")


def _print_head(out: Console, document: Document) -> None:
    """How the file was read, where anything is to be said of it; then what was asked."""
    for note in cleaned(document).get("notes", ()):
        out.print(f"note: {note}", style="dim", soft_wrap=True)
    out.print(_title(document))


def _once(document: Document) -> str:
    return "the only minimum cut" if document["unique"] else "not the only minimum cut"


def _shown(found: Document, what: str) -> str:
    """How many were found, and whether these are all."""
    return f"{'all' if found['complete'] else 'the first'} {len(found[what])}"


def _whole(out: Console, line: str) -> None:
    """A line that is not folded, so that it can be copied as one."""
    out.print(line, soft_wrap=True)


def print_axis_cut(document: Document) -> None:
    """One axis at one date: max flow, cut, routes, in words."""
    out, told = console(), cleaned(document)
    names = told["names"]

    def named(item: str) -> str:
        return f"{names[item]} ({item})" if item in names and names[item] != item else item

    out.print(Text(f"{told['name']} ({told['axis']}) on {told['at']}", style="bold"))
    flow, fewest = told["max_flow"], told["fewest_places_cut"]
    out.print(f"max flow: {_flow(flow)} ({flow} kg/day)")
    if flow:
        out.print(f"minimum cut, {_once(told)}:")
        for item in told["cut"]:
            out.print(f"  {named(item)}")
        if told["other_cut"]:
            out.print(f"  another, nearest the sinks: {enumerated(told['other_cut'], MOST_NAMES)}")
    elif told["never_open"]:
        out.print("the axis was not open at the start either")
    else:
        out.print("the axis is cut; lost since the start and in the way:")
        for item in told["lost_in_the_way"]:
            out.print(f"  {named(item)}")
        out.print(f"enough to reopen it: {', '.join(map(named, told['cut']))}")
    if flow and fewest is None:
        out.print("fewest places: no set of places alone cuts it")
    elif flow:
        out.print(f"fewest places that cut it: {', '.join(map(named, fewest))}")
    for route in told["routes"]:
        way = " - ".join(names.get(p, p) for p in route["places"])
        size = f"{route['hours']:.1f} h, {_km(route)}"
        _whole(out, f"{_flow(route['kg_per_day'])}, {size}: {way}")
    out.print()
    _print_territory(document)
    _print_more_cuts(document)


def print_case_cut(document: Document) -> None:
    """Max flow, minimum cut and routes of a network file, in words."""
    out = console()
    _print_head(out, document)
    flow = document["max_flow"]
    out.print(f"max flow: {_amount(document, flow)}")
    if flow:
        out.print(f"these stop it ({_once(document)}): {_listed(document['cut'])}")
        if document["other_cut"]:
            out.print(f"another, nearest the sinks: {_listed(document['other_cut'])}")
    elif flow == 0:
        out.print("nothing passes")
    if "fewest_roads_cut" in document:
        out.print(f"fewest roads that cut it: {_listed(document['fewest_roads_cut'])}")
    if flow and "routes" in document:
        fewest = document["fewest_places_cut"]
        some = "no set of places alone does" if fewest is None else _listed(fewest)
        out.print(f"fewest places that cut it: {some}")
        out.print("these roads carry it:")
        for route in document["routes"]:
            way = " - ".join(route["places"])
            _whole(out, f"  {_amount(document, route['flow'])}, {_km(route)}: {way}")
    if "routes" in document:
        _print_territory(document)
    _print_more_cuts(document)


def _km(route: Document) -> str:
    """The length of a route; "about" where a road of it states none."""
    return f"{'about ' if route.get('estimated') else ''}{route['km']:.0f} km"


def _print_territory(document: Document) -> None:
    """Routes apart from each other, what holds the territory together, and its pockets."""
    out = console()
    if document["max_flow"]:
        out.print(
            f"routes that share no road: {document['routes_by_roads']}; no road and no inner "
            f"place: {document['routes_by_places']}"
        )
        for sentence in document["explanation"][len(document["routes"]) :]:
            _whole(out, sentence)
    for key, what in (
        ("articulation_points", "places whose loss parts the territory"),
        ("bridges", "roads whose loss parts it"),
        ("pockets", "pockets that no source reaches"),
    ):
        if document.get(key):
            items = [i if isinstance(i, str) else " + ".join(i) for i in document[key]]
            _whole(out, f"{what} ({len(items)}): {_listed(items)}")


def _print_more_cuts(document: Document) -> None:
    """Minimum and near-minimum cuts, where they were asked for."""
    out = console()
    for key, what in (
        ("minimum_cuts", "minimum cuts"),
        ("near_minimum_cuts", "cuts within the gap"),
    ):
        if (found := document.get(key)) is not None:
            out.print(f"{what} ({_shown(found, 'cuts')}):")
            for cut in found["cuts"]:
                _whole(out, f"  {_amount(document, cut['holds'])}: {_listed(cut['cut'])}")


FRONTIER = (
    Column("losses", "losses"), Column("flow", "flow left"), Column("set", "best set", str),
    Column("greedy", "greedy"),
)  # fmt: skip


def _unproven(document: Document, found: Document, limit: str) -> str:
    """Behind a value that is not proven: its bound, and to which side that is a ``limit``."""
    return "" if found["proven"] else f" ({limit} {_amount(document, found['bound'])})"


def print_interdict(document: Document) -> None:
    """The frontier, the optimal sets, greedy's answer and the scenario's own captures."""
    out = console()
    _print_head(out, document)
    whole = document["frontier"][0]["flow"]

    def left(flow: float | None) -> str:
        """What is left; where nothing bounds the whole, no amount but whether there is a way."""
        return "no way left" if whole is None and flow == 0 else _amount(document, flow)

    rows = [
        [
            str(row["k"]),
            left(row["flow"]) + _unproven(document, row, "not proven; at least"),
            _listed(row["removed"]),
            left(simple["flow"]),
        ]
        for row, simple in zip(document["frontier"], document["greedy"], strict=True)
    ]
    print_table(out, Table("Frontier", FRONTIER, rows))
    best = document["optimal_sets"]
    if best is not None and len(best["sets"]) > 1:
        out.print(f"optimal sets ({_shown(best, 'sets')}):")
        for names in best["sets"]:
            _whole(out, f"  {_listed(names)}")
    captures = document.get("captures")
    if captures:
        _whole(
            out,
            f"the scenario takes {_listed(captures['places'])} ({captures['k']}): "
            f"leaves {_amount(document, captures['flow'])}; the best {captures['k']} "
            f"({_listed(captures['best']['removed'])}) leave "
            f"{_amount(document, captures['best']['flow'])}",
        )
    defence = document.get("defence")
    if defence:
        _whole(
            out,
            f"to hold: {_listed(defence['held'])} keeps {_amount(document, defence['flow'])}"
            f"{_unproven(document, defence, 'at most')} against the best attack "
            f"({_listed(defence['attack'])})",
        )
    uncertain = document.get("uncertain")
    if uncertain:
        most = "" if uncertain["exact"] else "at most "
        _whole(
            out,
            f"where losses may fail: {_listed(uncertain['removed'])} leaves {most}"
            f"{_amount(document, uncertain['expected_flow'])} on average"
            f"{_unproven(document, uncertain, 'at least')}",
        )


def print_delay(document: Document) -> None:
    """How slow the fastest route can be made."""
    out = console()
    _print_head(out, document)
    for row in document["frontier"]:
        hours = "no way left" if row["unreachable"] else f"{number(row['hours'])} h"
        sure = "" if row["proven"] else " (not proven)"
        _whole(out, f"{row['k']} losses: {hours}{sure}: {_listed(row['removed'])}")


def print_joint(document: Document) -> None:
    """One attack on several axes."""
    out = console()
    out.print(Text(f"{_listed(document['axes'])} on {document['at']}", style="bold"))
    for row in document["frontier"]:
        flows = ", ".join(f"{axis} {_amount(document, f)}" for axis, f in row["flows"].items())
        sure = "" if row["proven"] else " (not proven)"
        total = f"{_amount(document, row['total'])} weighted{sure}"
        _whole(out, f"{row['k']} losses leave {total} ({flows}): {_listed(row['removed'])}")


RANKING = (
    Column("name", "", str), Column("loss", "loss"), Column("flow", "flow"),
    Column("cuts", "in cuts"), Column("delay", "delay h"), Column("shuts_off", "shuts off"),
    Column("ranks", "rank 5-50-95 %"),
)  # fmt: skip


def print_rank(document: Document) -> None:
    """The ranking as a table, then the Shapley shares."""
    out = console()
    _print_head(out, document)
    out.print(f"max flow: {_amount(document, document['max_flow'])}")
    names = document["names"]
    rows = [
        [
            f"{names[row['name']]} ({row['name']})" if row["name"] in names else row["name"],
            _amount(document, row["loss"]),
            f"{row['flow_share']:.0%}",
            f"{row['in_minimum_cuts']:.0%}",
            "no way" if row["delay_hours"] is None else row["delay_hours"],
            row.get("places_shut_off", ""),
            "-".join(str(r) for r in row.get("rank_interval", ())),
        ]
        for row in document["rank"]
    ]
    table = Table("Ranking", RANKING, rows)
    drawn = any("rank_interval" in row for row in document["rank"])
    print_table(out, table if drawn else table.without("ranks"))
    if document["shapley"]:
        out.print("share of each captured place in what they cost together:")
        for row in document["shapley"]:
            span = ""
            if row["low"] != row["high"]:
                span = f" ({_amount(document, row['low'])} to {_amount(document, row['high'])})"
            out.print(f"  {row['name']}: {_amount(document, row['share'])}{span}")
