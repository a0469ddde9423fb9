"""Writes tables into docs/aid.md: a case under three rules of who goes short, and with a depot.

    python tools/aid_page.py

``make docs`` runs it, and a test holds the page to what it would write. All ranges are at their
medians, so that what is named alone differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import sim

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/aid.md"
CASE = ROOT / "scenarios/aid/nepal_2015.yaml"
DEPOT = ROOT / "scenarios/aid/nepal_2015_depot.yaml"
MADE = "<!-- {}: made by make docs -->\n"
END = "<!-- {}: end -->\n"
RULES: dict[str, Mapping[str, object]] = {
    "priority": {},
    "equal": {},
    "weighted": {"axes.fuel.sinks.kathmandu.weight": 2, "axes.food.sinks.kathmandu.weight": 2},
}
DAY = "2015-10-20"
TANKS = "axes.to_depot.sinks.amlekhgunj"
DEPOTS: dict[str, Mapping[str, object]] = {
    "a fifth full": {},
    "full": {f"{TANKS}.stock": "19290 t", f"{TANKS}.target": "19290 t"},
    "a fifth full, 100 tankers": {"axes.valley.fleet.lorries": 100},
}


def page(text: str) -> str:
    """The page with its tables made again."""
    for name, made in (("shares", _section), ("depot", _depot)):
        before, _, rest = text.partition(MADE.format(name))
        _, _, after = rest.partition(END.format(name))
        lines = "".join(f"{line}\n" for line in made())
        text = before + MADE.format(name) + lines + END.format(name) + after
    return text


def _depot() -> Iterator[str]:
    """What the Valley lacked with the depot filled so far, and with so many tankers."""
    case, start = sim.load(DEPOT), sim.load(CASE)
    runs = {"none": ("fuel", sim.run(start, nominal=True).summary)}
    runs |= {
        name: ("valley", sim.run(case.with_(**changed), nominal=True).summary)
        for name, changed in DEPOTS.items()
    }
    yield ""
    yield f"| tanks at Amlekhgunj | {' | '.join(runs)} |"
    yield f"|---|{'---:|' * len(runs)}"
    for row, path, unit in (
        ("Kathmandu without from", "sinks.kathmandu.time_of_exhaustion", ""),
        ("days without there", "sinks.kathmandu.days_without", ".1f"),
        ("missing there", "sinks.kathmandu.unmet", ",.0f"),
        ("the depot is dry from", "sources.amlekhgunj.time_of_dry", ""),
        ("days bound by lorries", "days_bound_by_lorries", ".0f"),
        ("most that one more lorry brings, t/day", "one_more_lorry_most", ".1f"),
    ):
        cells = [
            _cell(case, summary["measures"].get(f"axes.{axis}.{path}"), unit)
            for axis, summary in runs.values()
        ]
        yield f"| {row} | {' | '.join(cells)} |"
    yield ""


def _cell(case: sim.Scenario, measure: Mapping[str, Any] | None, unit: str) -> str:
    """A measure, or the date of a day since the start where there is no ``unit``."""
    if measure is None or measure["value"] is None:
        return "-"
    if unit:
        return f"{measure['value']:{unit}}{' t' if measure['unit'] == 't' else ''}"
    assert case.start is not None
    return f"{case.start + timedelta(days=measure['value']):%-d %B %Y}"


def _section() -> Iterator[str]:
    case = sim.load(CASE)
    runs = {rule: _run(case, rule) for rule in RULES}
    sinks = case.axes["fuel"].sinks
    worst = sorted(sinks, key=lambda s: (-_unmet(runs["priority"], s), s))
    yield ""
    yield "Share of the need of fuel that was there, over the whole time:"
    yield ""
    yield f"| | {' | '.join(RULES)} |"
    yield f"|---|{'---:|' * len(RULES)}"
    for sink in worst:
        there = [f"{100 * (1 - _unmet(summary, sink)):.1f} %" for summary in runs.values()]
        yield f"| {case.network.places[sink].name} | {' | '.join(there)} |"
    total = [f"{s['measures']['axes.fuel.unmet']['value']:,.0f} t" for s in runs.values()]
    yield f"| missing in all | {' | '.join(total)} |"
    yield ""
    yield f"The levels of need that are planned on {DAY}, with what is proven of each:"
    yield ""
    yield "| rule | level | bound | gap | settled by it |"
    yield "|---|---:|---:|---:|---|"
    for rule, summary in runs.items():
        yield from _levels(case, rule, summary)
    yield ""


def _run(case: sim.Scenario, rule: str) -> Mapping[str, Any]:
    changed = case.with_(**{"groups.country.share_out": rule}, **RULES[rule])
    return sim.run(changed, nominal=True).summary


def _unmet(summary: Mapping[str, Any], sink: str) -> float:
    found: float = summary["measures"][f"axes.fuel.sinks.{sink}.unmet_share"]["value"]
    return found


def _levels(case: sim.Scenario, rule: str, summary: Mapping[str, Any]) -> Iterator[str]:
    planned = summary.get("shares", {}).get("groups.country")
    if not planned:
        yield f"| `{rule}` | | | | one axis after another: no level is shared |"
        return
    start = case.start
    assert start is not None
    day = (start.fromisoformat(DAY) - start).days
    last = [row for row in planned if row["day"] <= day][-1]
    for level in last["levels"]:
        if level["of"] == "need":
            settled = [f"{s['axis']} {s['place']}" for s in level["sinks"]]
            words = ", ".join(settled[:3]) + (
                f" and {n} more" if (n := len(settled) - 3) > 0 else ""
            )
            yield (f"| `{rule}` | {level['level']:.6f} | {level['bound']:.6f} "
                   f"| {level['gap']:.6f} | {words} |")  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
