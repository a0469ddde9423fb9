"""docs/scores.md: how the forecast on forces does against the record, before and now.

``make scores`` runs all anew and writes the page; a test holds it to fewer runs.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scored_runs import (
    ALL,
    AS_OF,
    CROSSROADS,
    EARLY,
    EARLY_ALL,
    ENGINE,
    NONE,
    ROOT,
    RULES,
    Runs,
    carry_out,
)

import sim
from sim.base.numbers import percent
from sim.many.ensemble import rows_of
from sim.many.scoring import question
from sim.measure.hindcast import (
    CONSTANT,
    DATES,
    MOVES,
    OWN,
    PLACES,
    DateRow,
    Hindcast,
    Row,
    ScoreLine,
    change,
    hindcast,
)
from sim.scenario.dates import format_instant
from sim.scenario.model import DAY, Scenario

PAGE, FORCES = ROOT / "docs/scores.md", ROOT / "docs/forces.md"
BEGINS, ENDS = "<!-- made by make scores -->\n", "<!-- to here -->\n"
CUT = "line_cut"
"""The claim of the forecast whose cause is that of the first cut of the line."""

RUNS, START, LATER = 200, "2016-05-30", "2016-06-21"
TEXT = """\
# Scores of the forecast on forces

Made by `make scores`. What each number means: [definitions.md](definitions.md). Lower is better;
the error is that of {runs} runs. The record:
`scenarios/records/north_syria_2016.yaml`.

## Version 0.1.0 and now

The rows differ, since the network has more places now: of those that Daesh held on 8 June 2016
version 0.1.0 has {old_places} and today's network {new_places}.
The baselines on the same rows tell how much of a change comes from that. *better*, *even* and
*worse* are against the model of the same column. Both columns of 0.1.0 are its scenario and
network run by today's engine; its own engine is in the next section.

| asked | at | score | model | 0.1.0, from 30 May | 0.1.0 | now |
| --- | --- | --- | --- | ---: | ---: | ---: |
{scores}

## What the engine changed, and what the network

Three forecasts, all scored on what both networks have: {places} places that Daesh held on 8 June
and {events} events. The Rasafah crossroads are left out of the places, since they are
another one in each. First the engine of version 0.1.0 (commit {commit}) on its own scenario, then
today's engine on the same scenario: what was mended in the engine. Then today's scenario from 30
May without rules of behaviour on today's network, with its roads and the places on them, and what
the scenario says of these (the way and the pace of the army, the towns on the way to Mare'). All
draw the same luck, so that runs are compared in pairs; *even* is a change smaller than twice its
Monte Carlo error.
Of {runs} runs {same} have the same holders at every instant under both engines.

| asked | at | score | 0.1.0 | engine of today | by the engine | network of today | by the network |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |
{parts}

The events: in how many runs each comes, and its CRPS in days.

| event | record | engine of 0.1.0 | engine of today | network of today |
| --- | --- | ---: | ---: | ---: |
{part_events}

## C1 on the roads of version 0.1.0 and of today

The chance of each claim with its 95 % interval, by today's engine; in brackets what it comes true
by most often. *0.1.0* is its network and what it said of forces, both of `tests/data/before`;
*today* has the rules of behaviour too.

| scenario | claim | record | 0.1.0 | today |
| --- | --- | --- | ---: | ---: |
{claims}

## What was learned, scored on what came after

`scenarios/calibrations/north_syria_2016_learned.yaml` has the ranges that `sim calibrate` learned
from the record up to {until} (`make calibration`). It and the forecast with its ranges as they
were stated are scored from {until} to 30 September on {later_places} places that Daesh held on that
day and {later_events} events after it. Nothing but ranges was learned: runs begin on 30 May as
before, and may stand otherwise on {until} than the record does. Runs are compared in pairs, as
above.

{verdict}

| asked | at | score | constant rate | as stated | as learned | change by learning |
| --- | --- | --- | ---: | ---: | ---: | ---: |
{learned}

| event | record | as stated | as learned |
| --- | --- | ---: | ---: |
{learned_events}

## What the army takes, now

| event | record | comes in | CRPS, days |
| --- | --- | ---: | ---: |
{taken}

## What had been measured by hand

On version 0.1.0, 200 runs, the 39 places that Daesh held when the period begins, at 30
September: log score 0.72, Brier score 0.179. The column
*0.1.0, from 30 May* gives both again, and the log score of the constant rate, 0.54. Not found
again:

- 0.83 and 0.180 of 'nothing changes'. On record 8 of these 39 were lost by then, which gives
  0.95 and 0.205; 0.83 and 0.179 belong to 7 of 39, as where
  one of the two bridgeheads that fell by 1 June is put down as known.
- 0.155 of the constant rate's Brier score. No one chance for all places gives it together with
  0.54: with 7 or 8 of 39 lost a log score of 0.54 goes
  with a Brier score of 0.159 or more.
- A mean CRPS of eleven dates of about 31 days: which eleven is not kept. The {moved} events on
  record that came, or that came in some run, have {crps:.0f} days, counted from 30 May.
"""


def page(runs: Runs) -> str:
    """The whole page."""
    old, new = runs.old, runs.rules[ALL]
    first, then, now = (
        sim.score(many, as_of=day) for many, day in ((old, START), (old, AS_OF), (new, AS_OF))
    )
    taken = [row for row in now.table("events").rows if row[0].startswith("The army takes")]
    parts = in_parts(runs)
    stated, learned = (
        sim.score(many, as_of=LATER).found for many in (runs.rules[EARLY_ALL], runs.learned)
    )  # fmt: skip
    told = list(_changes(stated, learned))
    return TEXT.format(
        runs=RUNS, old_places=_places(then.found), new_places=_places(now.found),
        scores="\n".join(_scores(first, then, now)),
        places=_places(parts[0]), events=len(parts[0].scored), commit=ENGINE,
        same=sum(map(_same, runs.engine, rows_of(old))),
        parts="\n".join(_parts(*parts)), part_events="\n".join(_events(old.scenario, *parts)),
        claims="\n".join(_claims(runs)), until=LATER, later_places=_places(stated),
        later_events=len(stated.scored), verdict=_verdict(told),
        learned="\n".join(_learned(stated, told)),
        learned_events="\n".join(_events(runs.learned.scenario, stated, learned)),
        taken="\n".join(
            f"| {r[0]} | {r[1]} | {100 * r[2]:.0f} % | {_or_known(r[4])} |" for r in taken
        ),
        moved=len(_moved(first)), crps=sum(_moved(first)) / len(_moved(first)),
    )  # fmt: skip


def with_rules(text: str, table: str) -> str:
    """docs/forces.md with what is made between its two marks replaced."""
    head, rest = text.split(BEGINS)
    return head + BEGINS + table + ENDS + rest.split(ENDS)[1]


def by_rule(runs: Runs) -> str:
    """The scores of the forecast without rules of behaviour, with each alone, and with all."""
    found = {
        name: sim.score(runs.rules[name], as_of=AS_OF).found
        for name in (EARLY, EARLY_ALL, NONE, *RULES, ALL)
    }
    last = found[ALL]
    dates = (*last.question.dates, None)
    heads = ["all" if d is None else format_instant(last_of(runs), d)[5:10] for d in dates]
    lines = [
        f"| forecast | {' | '.join(f'log, {h}' for h in heads)} | Brier, all | CRPS, days | "
        "moves, log |",
        f"| --- |{' ---: |' * (len(dates) + 3)}",
    ]
    asked = [(PLACES, d, "log") for d in dates]
    asked += [(PLACES, None, "brier"), (DATES, None, "crps"), (MOVES, None, "log")]
    for name, scores in found.items():
        lines.append(_line(name, scores, OWN, asked))
    others = sorted({x.model for x in last.lines} - {OWN})
    lines += [_line(f"*{model}*", last, model, asked) for model in others]
    best = [_beaten(last, *one) for one in asked]
    lines.append(f"| **all rules** against the best baseline | {' | '.join(best)} |")
    return "\n".join((*lines, "", *_first_cuts(runs), ""))


def last_of(runs: Runs) -> Scenario:
    """Today's forecast."""
    return runs.rules[ALL].scenario


Asked = tuple[str, int | None, str]


def _line(name: str, found: Hindcast, model: str, asked: Sequence[Asked]) -> str:
    cells = []
    dates = found.question.dates
    for n, (what, date, rule) in enumerate(asked):
        at = None if date is None else dates[n]
        line = next(
            (
                x
                for x in found.lines
                if (x.what, x.date, x.rule, x.model) == (what, at, rule, model)
            ),
            None,
        )
        cells.append("" if line is None else _told(line))
    return f"| {name} | {' | '.join(cells)} |"


def _told(line: ScoreLine) -> str:
    return _scored(line) if line.model == OWN else f"{line.score:.3f}"


def _beaten(found: Hindcast, what: str, date: int | None, rule: str) -> str:
    """What the forecast is against the baseline that does best."""
    others = [
        x for x in found.lines if (x.what, x.date, x.rule) == (what, date, rule) and x.model != OWN
    ]
    if not others:
        return ""
    best = min(others, key=lambda x: x.score)
    word = {"better": "worse", "worse": "better", "even": "even"}[best.verdict]
    return f"{word} ({best.model})"


def _first_cuts(runs: Runs) -> Iterator[str]:
    """When the line is first cut in today's forecast, and by what."""
    rows = list(rows_of(runs.rules[ALL]))
    turned = [row["turned"][CUT] for row in rows if row["claims"][CUT] == "true"]
    days = sorted(day for _, _, day in turned)
    causes = Counter(f"{cause} at {where}" for cause, where, _ in turned)
    yield (
        f"The line from Turkey to Raqqa is cut at some time in {percent(len(turned) / len(rows))} "
        f"of {len(rows)} runs with all rules."
    )
    if not days:
        return
    middle = format_instant(last_of(runs), round(days[len(days) // 2] * DAY))[:10]
    yield f"Where it is, half of the first cuts have come by {middle}. They come by:"
    yield ""
    yield "| what cuts it first | runs |"
    yield "| --- | ---: |"
    for cause, count in causes.most_common(8):
        yield f"| {cause} | {count} |"


def in_parts(runs: Runs) -> tuple[Hindcast, Hindcast, Hindcast]:
    """The engine of 0.1.0, today's on its network, and today's network, on what both have."""
    old, new = runs.old.scenario, runs.rules[EARLY].scenario
    places = old.network.places.keys() & new.network.places.keys() - {CROSSROADS[1].split(".")[1]}
    events = old.events_on_record.keys() & new.events_on_record.keys()
    found = []
    for scenario, rows in (
        (old, runs.engine), (old, list(rows_of(runs.old))), (new, list(rows_of(runs.rules[EARLY])))
    ):  # fmt: skip
        held = {
            key: replace(holding, places=tuple(p for p in holding.places if p in places))
            for key, holding in scenario.holders_on_record.items()
        }
        came = {key: e for key, e in scenario.events_on_record.items() if key in events}
        both = replace(scenario, holders_on_record=held, events_on_record=came)
        found.append(hindcast(both, rows, question(both, None, AS_OF, ())[0]))
    return found[0], found[1], found[2]


def _same(one: Row, other: Row) -> bool:
    def plain(row: Row) -> list[tuple[str, int, list[str]]]:
        return sorted((place, time, sorted(actors)) for place, time, actors in row["held"])

    return plain(one) == plain(other)


Key = tuple[str, str, str]


def _own(found: Hindcast, model: str = OWN) -> dict[Key, ScoreLine]:
    """The scores that the page tells of a model, by what was asked, at which date, and rule."""
    last = found.question.dates[-1]
    return {
        (x.what, "all dates" if x.date is None else "2016-09-30", x.rule): x
        for x in found.lines
        if x.model == model and x.what in (PLACES, DATES) and x.date in (None, last)
    }


def _changed(before: ScoreLine, after: ScoreLine) -> tuple[float, float, str]:
    """How much higher the second score is, its error, and what that is."""
    apart, error = change(before, after)
    even = abs(apart) < 2 * error or abs(apart) < 1e-12
    return apart, error, "even" if even else "better" if apart < 0 else "worse"


def _said(apart: float, error: float, word: str) -> str:
    return f"{apart:+.3f} ± {error:.3f} {word}"


def _scored(line: ScoreLine) -> str:
    return f"{line.score:.3f} ± {line.error:.3f}"


def _parts(engine: Hindcast, old: Hindcast, new: Hindcast) -> Iterator[str]:
    first, then, now = map(_own, (engine, old, new))
    for key in sorted(first):
        a, b, c = first[key], then[key], now[key]
        cells = (
            _scored(a), _scored(b), _said(*_changed(a, b)), _scored(c), _said(*_changed(b, c))
        )  # fmt: skip
        yield f"| {' | '.join((*key, *cells))} |"


def _events(scenario: Scenario, *those: Hindcast) -> Iterator[str]:
    """Events that came after the forecast, or that come in some run; by their ids."""
    tables = [{row.event: row for row in found.scored} for found in those]
    for event in sorted(tables[0]):
        rows = [table[event] for table in tables]
        if rows[0].came is not None or any(row.chance > 0 for row in rows):
            came = rows[0].came
            until = format_instant(scenario, rows[0].until)
            record = f"not by {until}" if came is None else format_instant(scenario, came)
            yield f"| {rows[0].text} | {record} | {' | '.join(map(_event, rows))} |"


def _event(row: DateRow) -> str:
    return f"{percent(row.chance)}, {row.crps[OWN]:.1f}"


def _claims(runs: Runs) -> Iterator[str]:
    for name, ensembles in runs.claims.items():
        scenario = ensembles[1].scenario
        claim = scenario.claims[scenario.asks or ""]
        cells = [_claim(many, claim.id) for many in ensembles]
        record = "true" if claim.happened else "false"
        yield f"| {name} | {claim.text} | {record} | {' | '.join(cells)} |"


def _claim(many: sim.Ensemble, claim: str) -> str:
    (told,) = (c["probability"] for c in many.summary["claims"] if c["id"] == claim)
    low, high = (f"{100 * told[end]:.0f}" for end in ("low", "high"))
    true = [row["turned"][claim] for row in rows_of(many) if row["claims"][claim] == "true"]
    said = f"{percent(told['value'])} ({low} to {high} %)"
    causes = Counter(f"{cause} at {where}" for cause, where, _ in true if cause)
    return said if not causes else f"{said} [{causes.most_common(1)[0][0]}]"


Change = tuple[Key, ScoreLine, ScoreLine, tuple[float, float, str]]


def _changes(stated: Hindcast, learned: Hindcast) -> Iterator[Change]:
    before, after = _own(stated), _own(learned)
    for key in sorted(before):
        yield key, before[key], after[key], _changed(before[key], after[key])


WORDS = {"better": "helped", "even": "was even", "worse": "hurt"}


def _verdict(told: Sequence[Change]) -> str:
    """What learning did to each score, in words."""
    lines = []
    for word, said in WORDS.items():
        at = [
            f"{what}, {at} ({rule})" for (what, at, rule), _, _, apart in told if apart[2] == word
        ]
        lines.append(f"- Learning **{said}** at {'; '.join(at) or 'none of these scores'}.")
    return "\n".join(lines)


def _learned(stated: Hindcast, told: Sequence[Change]) -> Iterator[str]:
    rate = _own(stated, CONSTANT)
    for key, before, after, apart in told:
        cells = (f"{rate[key].score:.3f}", _scored(before), _scored(after), _said(*apart))
        yield f"| {' | '.join((*key, *cells))} |"


def _places(found: Hindcast) -> int:
    return len({row.place for row in found.places})


def _or_known(crps: float | None) -> str:
    return "known before" if crps is None else f"{crps:.1f}"


def _moved(scored: sim.Scored) -> list[float]:
    """The CRPS of the events that came on record, or in some run."""
    return [r.crps[OWN] for r in scored.found.scored if r.came is not None or r.chance > 0]


def _scores(*those: sim.Scored) -> list[str]:
    told: dict[tuple[str, ...], list[str]] = {}
    for i, scored in enumerate(those):
        for what, date, rule, model, score, error, verdict, _ in scored.table("scores").rows:
            if (what, date) not in (
                (PLACES, "all dates"),
                (PLACES, "2016-09-30"),
                (DATES, "all dates"),
            ):
                continue
            said = f"{score:.3f} ± {error:.3f}" if model == OWN else f"{score:.3f} {verdict}"
            told.setdefault((what, date, rule, model), [""] * len(those))[i] = said
    return [f"| {' | '.join([*key, *cells])} |" for key, cells in sorted(told.items())]


def main() -> None:
    """Write the page, of ensembles in a folder that is named, or of new ones."""
    with tempfile.TemporaryDirectory() as folder:
        runs = carry_out(Path(sys.argv[1] if len(sys.argv) > 1 else folder), RUNS)
        PAGE.write_text(page(runs), "utf-8")
        text = FORCES.read_text("utf-8")
        FORCES.write_text(with_rules(text, by_rule(runs)), "utf-8")
    print(PAGE, FORCES)


if __name__ == "__main__":
    main()
