"""A forecast held against what is on record, beside models that know nothing of the war.

No model chooses its rows. *Who holds what*: at each date every place of which the side held the
whole or a part on the day of the forecast and that has a record. *When*: every event on record
after that day. *Where to*: the moves on record. Scores are means over these, lower is better;
:mod:`sim.measure.scoring_rules` has the formulas.

The Monte Carlo error of a score of the runs is its deviation over :data:`RESAMPLES` bootstrap
samples of them (Efron 1979); what knows no luck has none.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.scenario.model import DAY, RecordedEvent, Scenario

from . import scoring_rules as rules
from .holders import at_start, day_of
from .on_record import HoldersOnRecord, Rate
from .statistics import Values

RESAMPLES = 400
LISTED = 0.05
"""A place is listed where any model gives a change more than this, or where it changed."""

OWN = "model"
NOTHING, CONSTANT, FRONT = "nothing changes", "constant rate", "rate by front and inner"
NEVER = "never"
PLACES, DATES, MOVES = "who holds what", "when", "where to"

Row = Mapping[str, Any]
"""A row of the journal of an ensemble."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is scored: the side, the day of the forecast, the dates (seconds from the start)."""

    side: str
    as_of: int
    dates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """The mean score of a model over ``n`` things; ``date`` None: over all dates.

    ``error`` is its Monte Carlo error. ``verdict`` is better, worse or even against the runs, ''
    for these themselves. ``drawn`` are the scores of the bootstrap samples of the runs, none of
    what knows no luck; samples of as many runs hold the same ones.
    """

    what: str
    date: int | None
    rule: str
    model: str
    n: int
    score: float
    error: float
    verdict: str
    drawn: tuple[float, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place at a date: whether the side held it on record, and the chance each model gave that.

    ``surprise`` is -ln of the chance that the runs gave to what happened. ``listed``:
    see :data:`LISTED`.
    """

    place: str
    date: int
    front: bool
    held: bool
    chances: Mapping[str, float]
    surprise: float
    listed: bool


@dataclass(frozen=True, slots=True)
class DateRow:
    """An event on record and when the runs have it; ``came`` is None where it had not by ``until``.

    Times are in seconds from the start. ``scored`` is false of what was known on the day of the
    forecast. ``chance`` is the share of runs in which it came by ``until``, ``median`` of all
    runs (None: not by then); ``crps`` in days by model, ``pit`` the ends of the PIT.
    """

    event: str
    text: str
    measure: str
    came: int | None
    until: int
    scored: bool
    chance: float
    median: float | None
    crps: Mapping[str, float]
    pit: tuple[float, float]
    in_50: bool
    in_90: bool


@dataclass(frozen=True, slots=True)
class Hindcast:
    """All scores of an ensemble of ``runs``; ``rates`` are those of the baselines."""

    question: Question
    runs: int
    rates: Mapping[bool | None, Rate]
    record_from: int
    lines: tuple[ScoreLine, ...]
    places: tuple[PlaceRow, ...]
    dates: tuple[DateRow, ...]

    @property
    def listed(self) -> list[PlaceRow]:
        """Places that changed, or that a model gave more than :data:`LISTED` to change."""
        return [row for row in self.places if row.listed]

    @property
    def scored(self) -> list[DateRow]:
        """Events that came, or did not, after the day of the forecast."""
        return [row for row in self.dates if row.scored]

    def coverage(self) -> tuple[float | None, float | None]:
        """Shares of the dates in the central 50 % and 90 % of the runs; None of no dates."""
        scored = self.scored
        if not scored:
            return None, None
        hits = [sum(getattr(r, key) for r in scored) for key in ("in_50", "in_90")]
        return hits[0] / len(scored), hits[1] / len(scored)

    def winners(self) -> list[ScoreLine]:
        """Baselines that beat the runs over all dates."""
        return [x for x in self.lines if x.date is None and x.verdict == "better"]


def change(before: ScoreLine, after: ScoreLine) -> tuple[float, float]:
    """How much higher the second of two scores of runs is, and its Monte Carlo error.

    Both are of as many runs under the same luck, so that the runs are compared in pairs: each
    bootstrap sample holds the same ones of both. Lower scores are better.

    Raises:
        ValueError: they are not of as many samples.
    """
    if len(before.drawn) != len(after.drawn):
        raise ValueError("scores of unlike numbers of samples are not compared in pairs")
    apart = np.subtract(after.drawn, before.drawn)
    error = float(np.std(apart, ddof=1)) if len(apart) > 1 else 0.0
    return after.score - before.score, error


def hindcast(scenario: Scenario, rows: Sequence[Row], question: Question) -> Hindcast:
    """Score the runs of an ensemble.

    Raises:
        KeyError: a row does not tell who held what.
        ValueError: there are no rows.
    """
    record = HoldersOnRecord(scenario)
    weights = _weights(len(rows))
    rates = record.rates(question.side, question.as_of)
    places, lines = _of_places(scenario, record, rows, question, weights, rates)
    dates, more = _of_dates(scenario, rows, question, weights, rates[None])
    lines += [*more, *_of_moves(rows, weights)]
    first = record.times[0] if record.times else question.as_of
    return Hindcast(question, len(rows), rates, first, tuple(lines), tuple(places), tuple(dates))


def _weights(n: int) -> Values:
    """All runs alike in the first row, then bootstrap samples; of luck that is always the same."""
    drawn = np.random.Generator(np.random.PCG64(0)).multinomial(n, [1 / n] * n, RESAMPLES)
    return np.concatenate([np.ones((1, n)), drawn]) / n


def held_in_runs(
    scenario: Scenario, rows: Sequence[Row], side: str, asked: Sequence[tuple[str, int]]
) -> npt.NDArray[np.bool_]:
    """Whether the side held a part of each asked place at its instant, a row a run."""
    found = np.empty((len(rows), len(asked)), dtype=bool)
    for i, row in enumerate(rows):
        changes = defaultdict(list)
        for place, time, actors in row["held"]:
            changes[place].append((time, actors))
        for k, (place, date) in enumerate(asked):
            holders: Sequence[str] = at_start(scenario, place)
            for time, actors in changes.get(place, ()):
                holders = actors if time <= date else holders
            found[i, k] = side in holders
    return found


def _of_places(
    scenario: Scenario, record: HoldersOnRecord, rows: Sequence[Row], question: Question,
    weights: Values, rates: Mapping[bool | None, Rate],
) -> tuple[list[PlaceRow], list[ScoreLine]]:  # fmt: skip
    side, as_of = question.side, question.as_of
    held = record.held_by(side, as_of)
    fronts = {place: record.is_front(place, side, as_of) for place in held}
    asked = [(place, date) for date in question.dates for place in held]
    true = np.array([side in (record.at(*one) or ()) for one in asked], dtype=bool)
    drawn = weights @ held_in_runs(scenario, rows, side, asked)
    stays: dict[str, Values] = {NOTHING: np.ones(len(asked))}
    if rates[None].place_days:
        days = np.array([(date - as_of) / DAY for _, date in asked])
        by_front = np.array([rates[fronts[place]].a_day for place, _ in asked])
        stays[CONSTANT] = np.exp(-rates[None].a_day * days)
        stays[FRONT] = np.exp(-by_front * days)
    lines = []
    for date in (None, *question.dates):
        chosen = np.array([date in (None, d) for _, d in asked], dtype=bool)
        if not chosen.any():
            continue
        for rule, loss in (("log", rules.log_loss), ("brier", rules.squared_error)):
            own = loss(drawn[:, chosen], true[chosen]).mean(axis=1)
            others = {m: float(loss(p[chosen], true[chosen]).mean()) for m, p in stays.items()}
            lines += _compared(PLACES, date, rule, int(chosen.sum()), own, others)
    found = []
    surprise = rules.log_loss(drawn[0], true)
    for k, (place, date) in enumerate(asked):
        chances = {OWN: float(drawn[0, k]), **{m: float(p[k]) for m, p in stays.items()}}
        listed = not true[k] or any(1 - p > LISTED for p in chances.values())
        found.append(
            PlaceRow(place, date, fronts[place], bool(true[k]), chances, float(surprise[k]), listed)
        )
    return found, lines


def _of_dates(
    scenario: Scenario, rows: Sequence[Row], question: Question, weights: Values, rate: Rate
) -> tuple[list[DateRow], list[ScoreLine]]:
    found, totals = [], []
    for event in scenario.events_on_record.values():
        row, drawn = _date_row(scenario, event, rows, question, weights, rate)
        found.append(row)
        if row.scored:
            totals.append(drawn)
    if not totals:
        return found, []
    own = np.mean(totals, axis=0)
    scored = [row for row in found if row.scored]
    others = {m: math.fsum(r.crps[m] for r in scored) / len(scored)
              for m in scored[0].crps if m != OWN}  # fmt: skip
    return found, _compared(DATES, None, "crps", len(scored), own, others)


def _date_row(
    scenario: Scenario, event: RecordedEvent, rows: Sequence[Row], question: Question,
    weights: Values, rate: Rate,
) -> tuple[DateRow, Values]:  # fmt: skip
    """A date, and its CRPS over the resamples. All is counted from the day of the forecast."""
    as_of = question.as_of
    until = scenario.length if event.until is None else event.until
    until = min(until, scenario.length)
    horizon = (until - as_of) / DAY
    came = math.inf if event.at is None else (event.at - as_of) / DAY
    was_so = _so_at_start(scenario, event.measure)
    values = [0.0 if was_so else day_of(scenario, row, event.measure) for row in rows]
    times = np.array([math.inf if v is None else v - as_of / DAY for v in values])
    scored = came > 0 and horizon > 0
    drawn = rules.crps_of_runs(times, weights, came, max(horizon, 0.0))
    crps = {OWN: float(drawn[0]), NEVER: rules.crps_of_rate(0, came, horizon)}
    if rate.place_days:
        crps[CONSTANT] = rules.crps_of_rate(rate.a_day, came, horizon)
    middle = float(np.quantile(times, 0.5, method="inverted_cdf"))
    row = DateRow(
        event.id, event.text or event.id, event.measure, event.at, until, scored,
        float(np.mean(times <= horizon)), middle * DAY + as_of if middle <= horizon else None,
        crps if scored else {OWN: float(drawn[0])}, rules.pit(times, came, horizon),
        rules.covers(times, came, horizon, 0.5), rules.covers(times, came, horizon, 0.9),
    )  # fmt: skip
    return row, drawn


def _so_at_start(scenario: Scenario, measure: str) -> bool:
    """True of the taking of a place by an actor that holds a part of it as the runs begin."""
    match measure.split("."):
        case ["places", place, "time_taken_by", actor]:
            return actor in at_start(scenario, place)
    return False


def _of_moves(rows: Sequence[Row], weights: Values) -> list[ScoreLine]:
    """Scores of where the displaced went, over all moves of all runs in which they moved."""
    models: dict[str, list[list[float]]] = defaultdict(lambda: [[0.0, 0.0, 0.0]] * len(rows))
    for i, row in enumerate(rows):
        for model, moves, log, brier in row.get("foreseen", ()):
            if moves and model != "reserves":
                models[model] = [*models[model]]
                models[model][i] = [moves, moves * log, moves * brier]
    if "logit" not in models:
        return []
    sums = {model: np.array(values) for model, values in models.items()}
    lines = []
    for at, rule in ((1, "log"), (2, "brier")):
        moved = weights @ sums["logit"][:, 0]
        own = (weights @ sums["logit"][:, at])[moved > 0] / moved[moved > 0]
        others = {m: float(v[:, at].sum() / v[:, 0].sum()) for m, v in sums.items() if m != "logit"}
        n = int(sums["logit"][:, 0].sum())
        lines += _compared(MOVES, None, rule, n, own, others)
    return lines


def _compared(
    what: str, date: int | None, rule: str, n: int, own: Values, others: Mapping[str, float]
) -> list[ScoreLine]:
    """The runs' score, the first of ``own``, among the others: those that beat it stand first."""
    score, error = float(own[0]), float(np.std(own[1:], ddof=1)) if len(own) > 2 else 0.0
    line = ScoreLine(what, date, rule, OWN, n, score, error, "", tuple(own[1:].tolist()))
    found = [(score, 1, line)]
    for model, other in others.items():
        even = abs(other - score) < 2 * error or math.isclose(other, score, abs_tol=1e-12)
        verdict = "even" if even else "better" if other < score else "worse"
        place = {"better": 0, "even": 2, "worse": 3}[verdict]
        found.append((other, place, ScoreLine(what, date, rule, model, n, other, 0.0, verdict)))
    return [line for _, _, line in sorted(found, key=lambda f: (f[1], f[0], f[2].model))]
