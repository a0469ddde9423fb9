"""What the commands about cuts print for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
        size = f"{route['hours']:.1f} h, {route['km']:.0f} km"
        _whole(out, f"{_flow(route['kg_per_day'])}, {size}: {way}")
    out.print()
    _print_territory(document)
    _print_more_cuts(document)


def print_case_cut(document: Document) -> None:
    """Max flow, minimum cut and routes of a network file, in words."""
    out = console()
    out.print(_title(document))
    flow = document["max_flow"]
    out.print(f"max flow: {_amount(document, flow)}")
    if flow:
        out.print(f"these stop it ({_once(document)}): {_listed(document['cut'])}")
        if document["other_cut"]:
            out.print(f"another, nearest the sinks: {_listed(document['other_cut'])}")
    elif flow == 0:
        out.print("nothing passes")
    if flow and "routes" in document:
        fewest = document["fewest_places_cut"]
        some = "no set of places alone does" if fewest is None else _listed(fewest)
        out.print(f"fewest places that cut it: {some}")
        out.print("these roads carry it:")
        for route in document["routes"]:
            way = " - ".join(route["places"])
            _whole(out, f"  {_amount(document, route['flow'])}, {route['km']:.0f} km: {way}")
    if "routes" in document:
        _print_territory(document)
    _print_more_cuts(document)


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
    out.print(_title(document))
    rows = [
        [
            str(row["k"]),
            _amount(document, row["flow"]) + _unproven(document, row, "not proven; at least"),
            _listed(row["removed"]),
            _amount(document, simple["flow"]),
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
    out.print(_title(document))
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
    out.print(_title(document))
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


def print_audit(document: Document) -> None:
    """What a reference graph says of a network, in words."""
    out, told = console(), cleaned(document)
    names = told["names"]

    def called(place: str) -> str:
        return f"{names.get(place, place)}"

    def way(places: Sequence[str]) -> str:
        return f" over {', '.join(map(called, places))}" if places else ""

    out.print(Text(f"{told['title']}, held against {told['against']}", style="bold"))
    left = told["not_audited"]
    out.print(f"audited: {told['places'] - len(left)} of {told['places']} places")
    if left:
        out.print(f"no edge of the reference within {told['tolerance']['near_km']:g} km of:")
        out.print(f"  {', '.join(map(called, left))}")
    _heading(out, "links that it lacks", told["lacking"])
    for row in told["lacking"]:
        far = "no way" if row["network_km"] is None else f"{row['network_km']:,.1f} km"
        pair = f"{called(row['a'])} - {called(row['b'])}"
        _whole(out, f"  {pair}: {row['km']:,.1f} km; the network has {far}{way(row['via'])}")
    for key, head in (
        ("over", "roads that run through other places"),
        ("absent", "roads that the reference does not have"),
        ("lengths", "roads of another length"),
    ):
        _heading(out, head, told[key])
        for row in told[key]:
            far = "no way" if row["reference_km"] is None else f"{row['reference_km']:,.1f} km"
            said = f"{row['km']:,.1f} km; the reference has {far}{way(row['over'])}"
            _whole(out, f"  {row['road']}: {said}")
    _heading(out, "places that the reference has elsewhere", told["elsewhere"])
    for row in told["elsewhere"]:
        _whole(out, f"  {called(row['place'])}: {row['km']:,.1f} km away")
    for axis in told["axes"]:
        _print_change(out, axis, called)


def _heading(out: Console, head: str, rows: Sequence[object]) -> None:
    out.print(f"{head}: {len(rows) or 'none'}")


def _print_change(out: Console, axis: Document, called: Callable[[str], str]) -> None:
    """What of an axis is otherwise if the links that the network lacks are there."""
    before, after = axis["before"], axis["after"]

    def listed(places: Sequence[str] | None) -> str:
        return "none" if not places else ", ".join(map(called, places))

    out.print(Text(f"{axis['name']} ({axis['axis']}) with the links that it lacks:", "bold"))
    if before is None or after is None:
        have = "carries nothing that can be ranked"
        out.print(f"  {have} {'in both' if before == after else 'in one of the two'}")
        return
    same = True
    for key, head in (("alone", "one place that stops it"), ("fewest", "fewest places that do")):
        if before[key] != after[key]:
            same = False
            _whole(out, f"  {head}: {listed(before[key])} -> {listed(after[key])}")
    ranks = axis["ranks"]
    for row in ranks[:MOST_NAMES]:
        here, there = (f"{rank}" if rank else "none" for rank in (row["before"], row["after"]))
        _whole(out, f"  rank of {called(row['place'])}: {here} -> {there}")
    if len(ranks) > MOST_NAMES:
        out.print(f"  and {len(ranks) - MOST_NAMES} more ranks")
    if same and not ranks:
        out.print("  nothing changes")
