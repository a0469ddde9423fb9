"""What the commands about cuts print for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from sim.base.numbers import number

from .terminal import console

Document = Mapping[str, Any]


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) or "nothing") + more


def _amount(document: Document, value: float | None) -> str:
    if value is None:
        return "unlimited"
    if document["unit"] == "kg/day":
        return f"{number(value / 1000)} t/day"
    return number(value)


def _title(document: Document) -> Text:
    ends = f"{_listed(document['from'])} -> {_listed(document['to'])}"
    if "axis" in document:
        return Text(f"{document['name']} ({document['axis']}) on {document['at']}: {ends}", "bold")
    return Text(f"{document['title']}: {ends}", style="bold")


def print_case_cut(document: Document) -> None:
    """Max flow, minimum cut and routes of a network file, in words."""
    out = console()
    out.print(_title(document))
    flow = document["max_flow"]
    out.print(f"max flow: {_amount(document, flow)}")
    if flow:
        only = "the only minimum cut" if document["unique"] else "not the only minimum cut"
        out.print(f"these stop it ({only}): {_listed(document['cut'])}")
        if document["other_cut"]:
            out.print(f"another, nearest the sinks: {_listed(document['other_cut'])}")
    elif flow == 0:
        out.print("nothing passes")
    if flow and "routes" in document:
        fewest = document["fewest_places_cut"]
        out.print(
            "fewest places that cut it: "
            + ("no set of places alone does" if fewest is None else _listed(fewest))
        )
        out.print("these roads carry it:")
        for route in document["routes"]:
            way = " - ".join(route["places"])
            out.print(
                f"  {_amount(document, route['flow'])}, {route['km']:.0f} km: {way}", soft_wrap=True
            )
    if "routes" in document:
        print_territory(document)
    print_more_cuts(document)


def print_territory(document: Document) -> None:
    """Routes apart from each other, what holds the territory together, and its pockets."""
    out = console()
    if document["max_flow"]:
        out.print(
            f"routes that share no road: {document['routes_by_roads']}; no road and no inner "
            f"place: {document['routes_by_places']}"
        )
        for sentence in document["explanation"][len(document["routes"]) :]:
            out.print(sentence, soft_wrap=True)
    for key, what in (
        ("articulation_points", "places whose loss parts the territory"),
        ("bridges", "roads whose loss parts it"),
        ("pockets", "pockets that no source reaches"),
    ):
        if document.get(key):
            items = [i if isinstance(i, str) else " + ".join(i) for i in document[key]]
            out.print(f"{what} ({len(items)}): {_listed(items)}", soft_wrap=True)


def print_more_cuts(document: Document) -> None:
    """Minimum and near-minimum cuts, where they were asked for."""
    out = console()
    for key, what in (
        ("minimum_cuts", "minimum cuts"),
        ("near_minimum_cuts", "cuts within the gap"),
    ):
        found = document.get(key)
        if found is None:
            continue
        all_ = "all" if found["complete"] else "the first"
        out.print(f"{what} ({all_} {len(found['cuts'])}):")
        for cut in found["cuts"]:
            out.print(f"  {_amount(document, cut['holds'])}: {_listed(cut['cut'])}", soft_wrap=True)


def print_interdict(document: Document) -> None:
    """The frontier, the optimal sets, greedy's answer and the scenario's own captures."""
    out = console()
    out.print(_title(document))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("losses", justify="right")
    table.add_column("flow left", justify="right")
    table.add_column("best set", overflow="fold")
    table.add_column("greedy", justify="right")
    for row, simple in zip(document["frontier"], document["greedy"], strict=True):
        proven = (
            "" if row["proven"] else f" (not proven; at least {_amount(document, row['bound'])})"
        )
        table.add_row(
            str(row["k"]),
            _amount(document, row["flow"]) + proven,
            _listed(row["removed"]),
            _amount(document, simple["flow"]),
        )
    out.print(table)
    best = document["optimal_sets"]
    if best is not None and len(best["sets"]) > 1:
        all_ = "all" if best["complete"] else "the first"
        out.print(f"optimal sets ({all_} {len(best['sets'])}):")
        for names in best["sets"]:
            out.print(f"  {_listed(names)}", soft_wrap=True)
    captures = document.get("captures")
    if captures:
        out.print(
            f"the scenario takes {_listed(captures['places'])} ({captures['k']}): "
            f"leaves {_amount(document, captures['flow'])}; the best {captures['k']} "
            f"({_listed(captures['best']['removed'])}) leave "
            f"{_amount(document, captures['best']['flow'])}",
            soft_wrap=True,
        )

    defence = document.get("defence")
    if defence:
        sure = "" if defence["proven"] else f" (at most {_amount(document, defence['bound'])})"
        out.print(
            f"to hold: {_listed(defence['held'])} keeps {_amount(document, defence['flow'])}{sure} "
            f"against the best attack ({_listed(defence['attack'])})",
            soft_wrap=True,
        )
    uncertain = document.get("uncertain")
    if uncertain:
        sure = "" if uncertain["proven"] else f" (at least {_amount(document, uncertain['bound'])})"
        most = "" if uncertain["exact"] else "at most "
        out.print(
            f"where losses may fail: {_listed(uncertain['removed'])} leaves {most}"
            f"{_amount(document, uncertain['expected_flow'])} on average{sure}",
            soft_wrap=True,
        )


def print_delay(document: Document) -> None:
    """How slow the fastest route can be made."""
    out = console()
    out.print(_title(document))
    for row in document["frontier"]:
        hours = "no way left" if row["unreachable"] else f"{number(row['hours'])} h"
        sure = "" if row["proven"] else " (not proven)"
        out.print(f"{row['k']} losses: {hours}{sure}: {_listed(row['removed'])}", soft_wrap=True)


def print_joint(document: Document) -> None:
    """One attack on several axes."""
    out = console()
    out.print(Text(f"{_listed(document['axes'])} on {document['at']}", style="bold"))
    for row in document["frontier"]:
        flows = ", ".join(f"{axis} {_amount(document, f)}" for axis, f in row["flows"].items())
        sure = "" if row["proven"] else " (not proven)"
        out.print(
            f"{row['k']} losses leave {_amount(document, row['total'])} weighted{sure} ({flows}): "
            f"{_listed(row['removed'])}",
            soft_wrap=True,
        )


def print_rank(document: Document) -> None:
    """The ranking as a table, then the Shapley shares."""
    out = console()
    out.print(_title(document))
    out.print(f"max flow: {_amount(document, document['max_flow'])}")
    drawn = any("rank_interval" in row for row in document["rank"])
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("", overflow="fold")
    for heading in ("loss", "flow", "in cuts", "delay h", "shuts off"):
        table.add_column(heading, justify="right")
    if drawn:
        table.add_column("rank 5-50-95 %", justify="right")
    for row in document["rank"]:
        name = row["name"]
        cells = [
            f"{document['names'][name]} ({name})" if name in document["names"] else name,
            _amount(document, row["loss"]),
            f"{row['flow_share']:.0%}",
            f"{row['in_minimum_cuts']:.0%}",
            "no way" if row["delay_hours"] is None else number(row["delay_hours"]),
            number(row["places_shut_off"]) if "places_shut_off" in row else "",
        ]
        if drawn:
            cells.append("-".join(str(r) for r in row["rank_interval"]))
        table.add_row(*cells)
    out.print(table)
    if document["shapley"]:
        out.print("share of each captured place in what they cost together:")
        for row in document["shapley"]:
            span = ""
            if row["low"] != row["high"]:
                span = f" ({_amount(document, row['low'])} to {_amount(document, row['high'])})"
            out.print(f"  {row['name']}: {_amount(document, row['share'])}{span}")
