"""The tables of many runs: ensembles, studies, and comparisons of runs and of ensembles."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sim.base.numbers import number, with_unit
from sim.base.said import LEVEL, Sentence, counted, share
from sim.measure.claims import VERDICTS
from sim.measure.compare import Row
from sim.measure.compare_many import ManyRow
from sim.measure.ensemble import tidy
from sim.measure.model_scores import OWN, ModelScore
from sim.measure.sensitivity import Index
from sim.measure.statistics import Estimate
from sim.measure.steps import compared, is_time
from sim.measure.typical import Standing

from .data import DataTable
from .of_run import claim_text, start_of
from .table import Code, Column, Day, Gap, Never, Percent, Range, Table, Unit, UserText, day

Document = Mapping[str, Any]


HEADLINES = (
    "capacity_end", "capacity_mean", "capacity_least", "time_of_first_cut", "time_of_lasting_cut",
    "days_cut", "delivered", "unmet", "unmet_share", "time_of_exhaustion", "days_without",
)  # fmt: skip
"""Measures of the axis in focus and its sinks that people are told first."""


def is_headline(path: str, axis: str | None) -> bool:
    """True for a measure that is told first of an axis."""
    return path.startswith(f"axes.{axis}.") and path.rpartition(".")[2] in HEADLINES


def what_matters_first(rows: Iterable[Row], axis: str | None) -> list[Row]:
    """Measures of runs: headlines of an axis that differ, what else differs, then what does not."""
    return sorted(rows, key=lambda r: (not r.changed, not is_headline(r.path, axis), r.path))


def told_once(paths: Iterable[str], measures: Document) -> list[str]:
    """The paths, without those of a sink that say what its axis says: it may be the only one."""
    found = []
    for path in dict.fromkeys(paths):
        kind, thing, *_, last = path.split(".")
        own = f"{kind}.{thing}.{last}"
        if path == own or measures.get(path) != measures.get(own):
            found.append(path)
    return found


def interval(found: Document | None, kind: Callable[[float], float] = float) -> Range | None:
    """The 95 % interval of an estimate as plain data; None where one run, or pair, tells none."""
    if found is None or found["low"] is None:
        return None
    return Range(kind(found["low"]), kind(found["high"]))


SPREAD = (
    Column("mean", "Mean"), Column("interval", "95 % interval"), Column("median", "Median"),
    Column("range_90", "90 % of runs"), Column("came", "Came in", Percent),
    Column("chance", "95 % interval of the chance"), Column("n", "Runs"),
)  # fmt: skip


def spread(measure: Document | None) -> list[object]:
    """One measure over many runs as ``SPREAD`` shows it; a time as a date, or never."""
    if measure is None or not measure["n"]:
        return [*[None] * (len(SPREAD) - 1), 0]
    came, mean = measure.get("came"), measure.get("mean")
    if came is None:
        assert mean is not None  # what is no time has a mean where it has a value
        middle: list[object] = [mean["value"], interval(mean), measure["median"]]
        return [*middle, Range(*measure["range_90"]), "", "", measure["n"]]
    # older folders state a mean of what did not come in every run
    known = None if mean is None or came["value"] < 1 else Day(mean["value"])
    return [
        known if came["value"] else Never(math.inf),
        None if known is None else interval(mean, Day), day(measure["median"]),
        Range(*map(day, measure["range_90"])), came["value"], interval(came, Percent), measure["n"],
    ]  # fmt: skip


def measures(
    summary: Document, names: Mapping[str, str], caption: str, head: str = "Measure"
) -> Table:
    """Measures of an ensemble, by the names under ``head`` to show for their paths."""
    found = summary["measures"]
    rows = [
        [name, *spread(found[path]), "" if "came" in found[path] else found[path]["unit"]]
        for path, name in names.items()
    ]
    columns = (Column("measure", head, Code), *SPREAD, Column("unit", "Unit", Unit))
    return Table(caption, columns, rows, start_of(summary))


STANDINGS = (
    Column("value", "This run"),
    Column("percentile", "Percentile", Percent), Column("median", "Median"),
    Column("range_90", "90 % of runs"), Column("unit", "Unit", Unit),
)  # fmt: skip


def standings(found: Iterable[Standing], axis: str | None, start: datetime | None) -> Table:
    """Where a run lies among many, by measure of an axis."""
    stem, rows = f"axes.{axis}.", []
    for s in found:
        time = is_time(s.path)
        ends: list[Any] = [day(x) if time else x for x in (s.value, s.median, s.low, s.high)]
        value, median, low, high = ends
        name, unit = s.path.removeprefix(stem), "" if time else s.unit
        rows.append([name, value, s.percentile, median, Range(low, high), unit])
    heads = (Column("measure", stem, Code), *STANDINGS)
    return Table("Where this run lies among them", heads, rows, start)


def answer(found: Document) -> Sentence:
    """What answers the title of a study, in a few words: "No: in none of 800 runs".

    Where it came in no cell at all, the runs of all cells are counted.
    """
    came, n = found["came"], found["n"] if found["anywhere"] else found["runs"]
    of = counted(n, "run", measure="answer/n" if found["anywhere"] else "answer/runs")
    if not came:
        return Sentence("No: in none of ", of) if n > 1 else Sentence("No: not in its one run")
    if came == n:
        return Sentence("Yes: in all of ", of) if n > 1 else Sentence("Yes: in its one run")
    low, high = (share(found[end], f"answer/{end}") for end in ("low", "high"))
    return Sentence(
        "In some: in ", share(found["value"], "answer/value"), " of ", of, " (", LEVEL,
        " interval ", low, " to ", high, ")",
    )  # fmt: skip


CHANCE = (
    Column("probability", "Holds in", Percent), Column("interval", "95 % interval"),
    *(Column(verdict, verdict.capitalize()) for verdict in VERDICTS),
)  # fmt: skip


def chance(claim: Document) -> list[object]:
    """In how many runs a claim holds, as ``CHANCE`` shows it."""
    p = claim["probability"]
    share = "undecided" if p is None else p["value"]
    return [share, interval(p, Percent), *(claim[verdict] for verdict in VERDICTS)]


def claims(summary: Document) -> Table:
    """The chance of each claim of an ensemble."""
    rows = [[claim["id"], claim_text(claim), *chance(claim)] for claim in summary["claims"]]
    columns = (Column("id", "Id", Code), Column("text", "Claim", UserText), *CHANCE)
    return Table("Claims, and the share of runs in which they hold", columns, rows)


DOUBTFUL_ROADS = (
    Column("road", "Road", Code), Column("exists", "May be there", Percent),
    Column("measure", "Measure", Code), Column("unit", "Unit", Unit),
    Column("what", "What", str), Column("runs_with", "Runs with it"),
    Column("runs_without", "Runs without"), Column("with", "With it"), Column("without", "Without"),
    Column("difference", "Difference", Gap), Column("low", "95 % from"), Column("high", "95 % to"),
    Column("verdict", "Finding", str),
)  # fmt: skip


def doubtful_roads(summary: Document, stem: str = "") -> Table:
    """What hangs on each road that may not be there: runs with it against runs without it.

    Measures are named without ``stem``.
    """
    rows = [
        [d["road"], d["exists"], d["measure"].removeprefix(stem), d["unit"], d["what"],
         *d["runs"], *d["values"],
         *((d["difference"] or {}).get(key) for key in ("value", "low", "high")), d["verdict"]]
        for d in summary.get("doubtful_roads", ())
    ]  # fmt: skip
    return Table(
        "Runs with a road that may not be there, less those without it", DOUBTFUL_ROADS, rows
    )


# --- comparisons -----------------------------------------------------------------------------


def side_by_side(rows: Iterable[Row], names: Sequence[str], gap: str = "Difference") -> Table:
    """Measures of several runs, and each run but the first less the first, as ``y - x``."""
    gaps = [f"{name} - {names[0]}" for name in names[1:]]
    columns = [Column("path", "Measure", Code), Column("unit", "Unit", Unit)]
    columns += [Column(name, name) for name in names]
    columns += [Column(key, gap, Gap) for key in gaps]
    made = [[row.path, row.unit, *row.values, *row.differences[1:]] for row in rows]
    return Table("Measures of the runs", columns, made)


DIFFERENCES = (
    Column("path", "Measure", Code), Column("unit", "Unit", Unit),
    Column("ensemble", "Ensemble", str), Column("compared", "Compared", str),
    Column("pairs", "Pairs of runs"),
    Column("mean_base", "Mean in base"), Column("mean", "Mean"),
    Column("difference", "Difference", Gap), Column("low", "95 % from"), Column("high", "95 % to"),
    Column("unpaired_low", "95 % from, unpaired"), Column("unpaired_high", "95 % to, unpaired"),
    Column("higher_in", "Higher in", Percent), Column("lower_in", "Lower in", Percent),
    Column("beats", "Beats", Percent), Column("verdict", "Finding", str),
    Column("runs_to_settle", "Pairs needed"), Column("log_rank_p", "Log-rank p"),
)  # fmt: skip


def differences(rows: Iterable[tuple[ManyRow, int]]) -> Table:
    """A measure of one ensemble less that of the base, run by run, where both have it.

    Means are those of the runs that are compared, of times restricted to the period.

    Args:
        rows: a measure, and which of the ensembles it is ``against``.
    """
    made: list[list[object]] = []
    for row, which in rows:
        found = row.against[which].paired
        if found is None:
            continue
        d, apart = found.difference, found.unpaired
        made.append([
            row.path, row.unit, row.against[which].name, compared(row.path), found.n,
            *map(tidy, (*found.means, d.value, d.low, d.high, apart.low, apart.high)),
            *map(tidy, (found.above, found.below, found.beats)), found.verdict, found.runs,
            tidy(row.against[which].log_rank),
        ])  # fmt: skip
    return Table("Differences, run by run", DIFFERENCES, made)


SCORES = (
    Column("run", "Run", str), Column("model", "Model", str), Column("rule", "Score", str),
    Column("runs", "Runs"), Column("moves", "Moves"), Column("score", "Mean"),
    Column("low", "95 % from"), Column("high", "95 % to"), Column("less_own", f"less {OWN}", Gap),
    Column("less_own_low", "95 % from"), Column("less_own_high", "95 % to"),
    Column("verdict", "Finding", str),
)  # fmt: skip


def scores(found: Iterable[ModelScore]) -> Table:
    """Scores of models of regrouping, by run, model and rule."""
    rows = []
    for s in found:
        ends = [tidy(x) for e in (s.score, s.less_own) for x in _estimate(e)]
        rows.append([s.outcome, s.model, s.rule, s.n, tidy(s.moves), *ends, s.verdict])
    caption = "Models of regrouping against the moves on record, lower is better"
    return Table(caption, SCORES, rows)


def _estimate(found: Estimate | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if found is None else (found.value, found.low, found.high)


# --- studies ---------------------------------------------------------------------------------


def by_level(
    factors: Sequence[str], columns: Sequence[Column],
    cells: Iterable[tuple[Sequence[str], list[object]]], start: datetime | None = None,
) -> Table:  # fmt: skip
    """Cells of a study: the level of each factor, then what ``columns`` say of the cell."""
    heads = [Column(f"factor {name}", UserText(name), UserText) for name in factors]
    rows = [[*map(level, levels), *values] for levels, values in cells]
    return Table("Cells", [*heads, *columns], rows, start)


def level(name: str) -> str:
    """A level for people; a cell that does not set the factor leaves it as the base has it."""
    return name or "as in the base"


def means(study: Document, path: str) -> Table:
    """The mean of a measure in each cell of a study.

    Of a time the restricted mean, and in how many runs it came.
    """
    found = [(cell["levels"], cell["means"][path]) for cell in study["cells"]]
    late = any(mean is not None and "came" in mean for _, mean in found)
    columns = [
        Column("mean", compared(path).capitalize()), Column("interval", "95 % interval"),
    ]  # fmt: skip
    columns += [Column("came", "Came in", Percent)] if late else []
    return by_level(
        study["factors"], columns, [(levels, _in_cell(mean, late)) for levels, mean in found]
    )


def _in_cell(mean: Document | None, late: bool) -> list[object]:
    if mean is None:
        return [None] * (3 if late else 2)
    if mean.get("came") == 0:
        return ["never", None, 0]
    found = mean.get("restricted_mean", mean)  # older folders state none
    return [found["value"], interval(found), *([mean["came"]] if late else [])]


EFFECTS = (
    Column("measure", "Measure", Code), Column("compared", "Compared", str),
    Column("term", "Factor", str), Column("from", "From", str),
    Column("to", "To", str), Column("effect", "Effect", Gap), Column("low", "95 % from"),
    Column("high", "95 % to"), Column("verdict", "Finding", str), Column("pairs", "Pairs of runs"),
    Column("runs_to_settle", "Pairs needed"),
)  # fmt: skip


def effects(study: Mapping[str, Iterable[Document]]) -> Table:
    """Effects of the factors of a study, by measure, and what the pairs of runs settle."""
    rows = [
        [path, compared(path), " x ".join(e["term"]),
         *map(" x ".join, zip(*e["levels"], strict=True)), e["value"],
         e["low"], e["high"], e["verdict"], e["pairs"], e["runs_to_settle"]]
        for path, found in study.items() for e in found
    ]  # fmt: skip
    return Table("Effects", EFFECTS, rows)


INDICES = {"morris": ("mu*", "sigma"), "sobol": ("Total index", "First-order index")}


def indices(found: Iterable[Index], method: str, unit: str = "") -> Table:
    """What inputs do to one measure; the unit is that of the indices of Morris."""
    main, second = INDICES[method]
    columns = (
        Column("input", "Input", Code), Column("main", with_unit(main, unit)),
        Column("interval", "95 % interval"), Column("second", with_unit(second, unit)),
    )  # fmt: skip
    return Table(
        "Inputs", columns, [[i.name, i.main, Range(i.low, i.high), i.second] for i in found]
    )


def learnt(found: DataTable) -> Table:
    """Ranges of inputs as stated and as learned: medians with their 90 % ranges."""
    rows = [
        (Code(row[0]), row[1], _ranged(*row[2:5]), _ranged(*row[5:8]), row[8]) for row in found.rows
    ]
    columns = (
        Column("input", "Input", Code), Column("unit", "Unit", Unit),
        Column("stated", "As stated", str), Column("learned", "As learned", str),
        Column("contraction", "Narrowed", Percent),
    )  # fmt: skip
    return Table("What was learned: medians and 90 % ranges", columns, rows)


def _ranged(low: float | None, middle: float, high: float | None) -> str:
    if low is None or high is None:
        return number(middle)
    return f"{number(middle)} ({number(low)} to {number(high)})"
