"""The tables of docs/forces.md, worked out from runs: ``python tools/forces_table.py [N]``.

N replicates (default 200) of ``double_offensive_from_30_may`` beside the record; then, with N / 5
replicates in each cell, the grid of ``hama_stab_forces``, the fronts, the timings and the other
scenarios. Markdown goes to standard output.
"""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from sim import api
from sim.engine.simulation import run
from sim.scenario.model import DAY, Scenario
from sim.state.record import Record

SCENARIOS = Path(__file__).parents[1] / "scenarios"
NEVER = math.inf

First = Callable[[Record], float]


def runs(scenario: Scenario, n: int) -> list[Record]:
    """Replicates 0 to n - 1."""
    return [run(scenario, None, i, credit=False) for i in range(n)]


def first(
    record: Record, place: str, what: str, holds: Callable[[str], bool], after: float = 0
) -> float:
    """Days until the first row of control from ``after`` days on whose value ``holds``."""
    for row in record.control:
        if (row.kind, row.id, row.what) == ("place", place, what):
            day = row.time / DAY
            if day >= after and holds(row.value):
                return day
    return NEVER


def actors(value: str) -> set[str]:
    """Holders in a value of control.csv such as ``red=0.7;blue=0.3``."""
    return {word.split("=")[0] for word in value.split(";") if word}


def taken(place: str, by: str) -> First:
    """When ``by`` first holds a part of a place."""
    return lambda record: first(record, place, "holders", lambda v: by in actors(v))


def lost(place: str, by: str) -> First:
    """When ``by`` first holds nothing of a place any more, after having held it."""

    def when(record: Record) -> float:
        held = taken(place, by)(record)
        return first(record, place, "holders", lambda v: by not in actors(v), held)

    return when


def ringed(record: Record) -> float:
    """When Manbij is first ringed."""
    return first(record, "manbij", "besieged", lambda v: "daesh" in v.split(";"))


def freed(record: Record) -> float:
    """When the ring round Mare' first ends."""
    return first(record, "mare", "besieged", lambda v: not v, 1 / DAY)


def reached(record: Record, force: str) -> float:
    """Furthest point of a force, km from its base."""
    name = f"operation:{force}"
    found = [r.value for r in record.series if (r.subject, r.measure) == (name, "position_m")]
    return max(found, default=0) / 1000


def turned(record: Record, force: str) -> float:
    """Days until a force is first seen more than 1 km behind its furthest point."""
    furthest, name = 0, f"operation:{force}"
    for row in record.series:
        if (row.subject, row.measure) == (name, "position_m"):
            furthest = max(furthest, row.value)
            if row.value < furthest - 1000:
                return row.time / DAY
    return NEVER


def quantile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the runs do not pass; what never came is later than all."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def date(scenario: Scenario, day: float) -> str:
    """A day of the run as a date."""
    if day == NEVER or scenario.start is None:
        return "never"
    return f"{(scenario.start + timedelta(days=day)):%d %b}"


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def came(values: Sequence[float]) -> str:
    """Share of runs in which something came, in percent."""
    return f"{100 * sum(v < NEVER for v in values) / len(values):.0f} %"


def beside_the_record(n: int) -> None:
    """Print the ensemble's ranges beside the dates of the record."""
    scenario = api.load(SCENARIOS / "double_offensive_from_30_may.yaml")
    assert scenario.start is not None
    found = runs(scenario, n)
    rows: list[tuple[str, First, str, int]] = [
        ("Manbij ringed", ringed, "10 Jun", 11),
        ("Rasafah crossroads reached", taken("sfaiyeh", "gov"), "8 Jun", 9),
        ("Rasafah crossroads lost", lost("sfaiyeh", "gov"), "20 Jun", 21),
        ("Mare' freed", freed, "8 Jun", 9),
        ("Manbij's fall", lost("manbij", "daesh"), "12 Aug", 74),
    ]
    row("event", "5 %", "50 %", "95 %", "came by 30 Sep", "record", "runs at or before the record")
    row(*["---"] * 7)
    for name, when, record, day in rows:
        values = [when(r) for r in found]
        cells = [date(scenario, quantile(values, share)) for share in (0.05, 0.5, 0.95)]
        # an event of the record's day counts as at it
        early = sum(v < day + 1 for v in values) / n
        row(name, *cells, came(values), record, f"{100 * early:.0f} %")
    print()
    fallen = [lost("manbij", "daesh")(r) for r in found]
    print("Rank correlation with the day of Manbij's fall (none: the last), the five largest:")
    for name, rho in correlations(found, fallen)[:5]:
        print(f"- {name}: {rho:.2f}")
    for hungry in (False, True):
        outcomes = [won for r in found for out, won in storms(r) if out == hungry]
        state = "after it had run out" if hungry else "while the garrison had stock"
        print(f"- storms {state}: {len(outcomes)}, won {sum(outcomes)}")
    never = [r for r in found if taken("sfaiyeh", "gov")(r) == NEVER]
    sent = sum(any(m.reserve and m.choice == "sfaiyeh" for m in r.moves) for r in never)
    print(
        f"- crossroads never reached: {len(never)} runs, in {sent} of them reserves were sent there"
    )
    left = [
        [m.time / DAY for m in r.moves if m.reserve and m.origin in ("dabiq", "kaljibrin")]
        for r in found
    ]
    print(f"- runs in which men leave the front before Mare' by 8 June: "
          f"{sum(any(t < 10 for t in times) for times in left)}")  # fmt: skip


def correlations(found: Sequence[Record], days: Sequence[float]) -> list[tuple[str, float]]:
    """Spearman's rank correlation of each drawn quantity with a day, the largest first."""
    from scipy.stats import spearmanr

    shared = set.intersection(*(set(r.drawn) for r in found))
    pairs = [
        (name, float(spearmanr([r.drawn[name] for r in found], days).statistic))
        for name in sorted(shared)
        if len({r.drawn[name] for r in found}) > 1
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[1]))


def storms(record: Record) -> list[tuple[bool, bool]]:
    """Of each storm of Manbij: whether a stock of the garrison was gone, and whether it won."""
    battles = [
        e.time
        for e in record.events
        if (e.kind, e.subject) == ("battle", "manbij") and e.text.startswith("sdf with")
    ]
    ended = {
        e.time: e.kind == "won"
        for e in record.events
        if e.subject.startswith("sdf_") and e.text.endswith(("wins at Manbij", "beaten at Manbij"))
    }
    found = []
    for end, won in ended.items():
        begun = max((time for time in battles if time <= end), default=None)
        if begun is not None:
            stocks = [
                max(r for r in record.series if r[1:3] == (sink, "stock_kg") and r.time <= begun)
                for sink in ("sink:turkey_manbij/manbij", "sink:local_daesh/manbij")
            ]
            found.append((min(row.value for row in stocks) == 0, won))
    return found


def stab(n: int) -> None:
    """Print the 2 x 2 of raid and reserves for each length of the raid, and the interaction.

    The interaction of a run is l11 - l10 - l01 + l00, where l is 1 where the crossroads were lost,
    the first index the raid and the second the reserves; runs of one number share their luck, so
    that the standard error is that of the mean of these differences.
    """
    path = SCENARIOS / "hama_stab_forces.yaml"
    row("raid", "reserves", "furthest, km, 50 %", "turned back", "day it turned, 50 %",
        "base ran out", "crossroads lost")  # fmt: skip
    row(*["---"] * 7)
    gone: dict[tuple[str, int], list[float]] = {}
    for raid in ("none", "1 day", "3 days", "8 days", "12 days"):
        for reserves in (0, 1):
            sets = [
                f"events.hama_stab.chance={int(raid != 'none')}",
                f"events.hama_stab.lasts={'1 day' if raid == 'none' else raid}",
                f"operations.reserves_from_raqqa.chance={reserves}",
            ]
            scenario = api.load(path, sets=sets)
            found = runs(scenario, n)
            back = [turned(r, "gov_march") for r in found]
            far = quantile([reached(r, "gov_march") for r in found], 0.5)
            gone[raid, reserves] = [lost("sfaiyeh", "gov")(r) for r in found]
            out = [
                min((e.time / DAY for e in r.events
                     if (e.kind, e.subject) == ("stock_out", "gov_ithriya/ithriya")), default=NEVER)
                for r in found
            ]  # fmt: skip
            when = date(scenario, quantile(back, 0.5))
            row(raid, "sent" if reserves else "none", f"{far:.0f}", came(back), when, came(out),
                came(gone[raid, reserves]))  # fmt: skip
    print()
    row("raid", "interaction: chance to lose the crossroads, percentage points", "95 % interval")
    row(*["---"] * 3)
    for raid in ("1 day", "3 days", "8 days", "12 days"):
        cells = zip(gone[raid, 1], gone[raid, 0], gone["none", 1], gone["none", 0], strict=True)
        each = [(a < NEVER) - (b < NEVER) - (c < NEVER) + (d < NEVER) for a, b, c, d in cells]
        mean = statistics.fmean(each)
        error = 1.96 * statistics.stdev(each) / math.sqrt(n)
        row(raid, f"{100 * mean:.0f}", f"{100 * (mean - error):.0f} to {100 * (mean + error):.0f}")


FRONTS = {1: "manbij", 2: "tabqa", 3: "raqqa", 4: "dabiq", 5: "markada"}


def fronts(n: int) -> None:
    """Print what 10,000 attackers take on one to five fronts, together and ten days apart."""
    row("fronts", "start", "goals taken, mean", "Daesh fallen", "attackers fallen",
        "reserves sent, mean persons")  # fmt: skip
    row(*["---"] * 6)
    for count in FRONTS:
        for apart in (0, 10) if count > 1 else (0,):
            sets = []
            for k in FRONTS:
                sets += [
                    f"operations.front_{k}.chance={int(k <= count)}",
                    f"operations.front_{k}.strength={10_000 // count} persons",
                    f"operations.front_{k}.at={2 + apart * (k - 1)} days",
                ]
            found = runs(api.load(SCENARIOS / "fronts_1_to_5.yaml", sets=sets), n)
            goals = [
                sum(lost(place, "daesh")(r) < NEVER for k, place in FRONTS.items() if k <= count)
                for r in found
            ]
            own = [r.fallen.get("daesh", 0) for r in found]
            others = [sum(r.fallen.values()) - r.fallen.get("daesh", 0) for r in found]
            sent = [sum(m.persons for m in r.moves if m.reserve) for r in found]
            row(count, "10 days apart" if apart else "together", f"{sum(goals) / n:.2f}",
                round(sum(own) / n), round(sum(others) / n), round(sum(sent) / n))  # fmt: skip


def timings(n: int) -> None:
    """Print what common timing is worth: days from a side's own start, and chances."""
    row("timing", "line to Manbij cut, day, 50 %", "crossroads reached", "Tabqa reached",
        "Manbij falls", "starts 2 days apart or less")  # fmt: skip
    row(*["---"] * 6)
    for name in ("coordination", "coordination_independent", "coordination_in_turn"):
        found = runs(api.load(SCENARIOS / f"{name}.yaml"), n)
        begun = [
            {e.subject: e.time / DAY for e in r.events if e.kind == "operation"} for r in found
        ]
        first_day = [b["sdf_qara_qozak"] for b in begun]
        cut = quantile([ringed(r) - day for r, day in zip(found, first_day, strict=True)], 0.5)
        near = [abs(b.get("gov_march", NEVER) - b["sdf_qara_qozak"]) <= 2 for b in begun]
        row(
            name, f"{cut:.0f}", came([taken("sfaiyeh", "gov")(r) for r in found]),
            came([taken("tabqa", "gov")(r) for r in found]),
            came([lost("manbij", "daesh")(r) for r in found]), f"{100 * sum(near) / n:.0f} %",
        )  # fmt: skip


def others(n: int) -> None:
    """Print what came of the other scenarios on forces."""
    mare = SCENARIOS / "mare_front_forces.yaml"
    without = [f"operations.{name}.chance=0" for name in ("sdf_qara_qozak", "sdf_tishrin")]
    for name, sets in (("with", []), ("without", without)):
        scenario = api.load(mare, sets=sets)
        found = runs(scenario, n)
        days = [freed(r) for r in found]
        fell = came([taken("mare", "daesh")(r) for r in found])
        print(f"- Mare' {name} the offensive on Manbij: freed in {came(days)}, half by "
              f"{date(scenario, quantile(days, 0.5))}, 95 % by "
              f"{date(scenario, quantile(days, 0.95))}; falls in {fell}")  # fmt: skip
    path = SCENARIOS / "push_on_aleppo_forces.yaml"
    found = runs(api.load(path), n)
    made = [r for r in found if r.decisions]
    shares: dict[str, list[float]] = {}
    for r in made:
        for d in r.decisions:
            both = shares.setdefault(d.option, [0.0, 0])
            both[0] += d.probability / len(made)
            both[1] += d.chosen
    listed = ", ".join(f"{k} {100 * p:.1f} % ({c:.0f})" for k, (p, c) in sorted(shares.items()))
    print(f"- new capital: decided on in {len(made)} of {n}; mean probability (chosen): {listed}")
    push = [
        "decisions.new_capital.when=null", "decisions.new_capital.delay=null",
        "decisions.new_capital.at=2016-06-20", "decisions.new_capital.options.take_aleppo.value=99",
    ]  # fmt: skip
    found = runs(api.load(path, sets=push), n)
    begun = [r for r in found if any(e.subject == "daesh_on_aleppo" for e in r.events)]
    hungry = sum(
        any((e.kind, e.subject) == ("out_of_supply", "daesh_on_aleppo") for e in r.events)
        for r in begun
    )
    kuweires, aleppo = (came([taken(p, "daesh")(r) for r in found]) for p in ("kuweires", "aleppo"))
    print(f"- the push, decided on: begun in {len(begun)} of {n}; Kuweires taken in {kuweires}, "
          f"Aleppo in {aleppo}; out of supply in {hungry}")  # fmt: skip
    found = runs(api.load(SCENARIOS / "regroup_south_forces.yaml"), n)
    gone = {p: came([lost(p, "daesh")(r) for r in found]) for p in ("manbij", "jarabulus", "dabiq")}
    moves = [
        m for r in found for m in r.moves
        if m.actor == "daesh" and not m.reserve and m.outcome not in ("lost", "chose again")
    ]  # fmt: skip
    total = sum(m.persons for m in moves)
    to: dict[str, int] = {}
    for m in moves:
        to[m.choice] = to.get(m.choice, 0) + m.persons
    best = sorted(to.items(), key=lambda pair: -pair[1])[:5]
    listed = ", ".join(f"{k} {100 * v / total:.0f} %" for k, v in best)
    print(f"- regrouping: falls {gone}; {total / n:.0f} displaced a run survive: {listed}; "
          f"toward Jordan {100 * to.get('jordan_border', 0) / total:.1f} %")  # fmt: skip


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    beside_the_record(n)
    for part in (stab, fronts, timings, others):
        print()
        part(max(2, n // 5))


if __name__ == "__main__":
    main()
