"""Writes the table of shares into docs/aid.md: one case under three rules of who goes short.

    python tools/aid_page.py

``make docs`` runs it, and a test holds the page to what it would write. All ranges are at their
medians, so that the rule alone differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sim

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/aid.md"
CASE = ROOT / "scenarios/aid/nepal_2015.yaml"
BEGIN, END = "<!-- shares: made by make docs -->\n", "<!-- shares: end -->\n"
RULES: dict[str, Mapping[str, object]] = {
    "priority": {},
    "equal": {},
    "weighted": {"axes.fuel.sinks.kathmandu.weight": 2, "axes.food.sinks.kathmandu.weight": 2},
}
DAY = "2015-10-20"


def page(text: str) -> str:
    """The page with its table made again."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "".join(f"{line}\n" for line in _section()) + END + after


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
