"""What the commands over many runs print for people: numbers with their ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from sim.base.numbers import amount, number, with_unit
from sim.base.said import Said, Sentence, counted
from sim.measure.compare_many import ManyComparison, ManyRow
from sim.measure.hindcast import Hindcast
from sim.measure.sensitivity import Index
from sim.measure.statistics import Paired
from sim.measure.steps import RESTRICTED_MEAN, is_time
from sim.scenario.model import Scenario

from . import of_many, of_scores, of_verdicts
from .data import DataTable
from .identity import PROGRAMS, mixed
from .table import Code, Column
from .terminal import console, print_table, say
from .terminal_compare import print_changes, print_scores

Document = Mapping[str, Any]


def print_ensemble(summary: Document) -> None:
    """The headline of an ensemble: measures that vary, claims with their probability."""
    out = console()
    scenario = summary["scenario"]
    out.print(Text(scenario["title"], style="bold"))
    failed = f", {len(summary['failed'])} failed" if summary["failed"] else ""
    runs = counted(summary["n"], "run")
    say(out, f"{scenario['id']}, {runs}{failed}, seed {summary['seed']}")
    _print_programs(out, summary)
    stem = f"axes.{scenario['focus']}."
    names = {path: path.removeprefix(stem) for path in _told(summary)}
    found = of_many.measures(summary, names, "Measures", stem)
    print_table(out, found.without("chance", "n"))
    same = sum(not _varies(m) for m in summary["measures"].values())
    of = counted(len(summary["measures"]), "measure")
    say(out, f"{same} of {of} {'is' if same == 1 else 'are'} the same in every run")
    doubts = of_many.doubtful_roads(summary, stem)
    if doubts.rows:
        out.print(f"\n{doubts.caption} ({stem}; of a time the chance that it came)")
    print_table(out, doubts.without("what"))
    claims = of_many.claims(summary)
    if claims.rows:
        out.print(f"\n{claims.caption}")
    print_table(out, claims.pick("id", "probability", "interval", "text"))


def _print_programs(out: Console, summary: Document) -> None:
    """That several versions of the program made the runs."""
    if told := mixed(summary.get(PROGRAMS, [])):
        say(out, told)


def _told(summary: Document) -> list[str]:
    """Measures that are printed: headlines of the axis in focus, then those of claims.

    All differ between runs; a sink's that is the axis' own is not printed again.
    """
    focus, found = summary["scenario"]["focus"], summary["measures"]
    first = [path for path in found if of_many.is_headline(path, focus)]
    claimed = sorted({claim["measure"] for claim in summary["claims"] if claim["when_day"] is None})
    told = [path for path in [*first, *claimed] if path in found and _varies(found[path])]
    return of_many.told_once(told, found)


def _varies(measure: Document) -> bool:
    if not measure["n"]:
        return False
    low, high = measure["range_90"]
    came = measure.get("came")
    if came is not None and 0 < came["value"] < 1:
        return True
    spread = measure.get("sd")
    return bool(low != high or spread)


MOST_DIFFERENCES = 40
"""Differences printed at most; all of them are in the tables."""

SHOWN = (
    "what", "unit", "mean_base", "difference", "interval", "higher_in", "verdict", "runs_to_settle",
)  # fmt: skip


def print_many(comparison: ManyComparison, *, everything: bool = False) -> None:
    """The axis in focus, what differs in the scenarios, then the differences of other measures."""
    out = console()
    first = comparison.outcomes[0]
    focus = first.summary["scenario"]["focus"]
    base, names = first.name, [o.name for o in comparison.outcomes[1:]]
    heads = [r for r in comparison.rows if of_many.is_headline(r.path, focus)]
    rest = [r for r in comparison.rows if r not in heads]
    if heads:
        for i, name in enumerate(names):
            out.print(
                Text(f"{focus}: {name} less {base}, {counted(comparison.n, 'pair')}", style="bold")
            )
            _print_differences(out, heads, i, comparison.days, everything)
    print_changes(out, comparison.changes, [base, *names])
    for i, name in enumerate(names if rest else ()):
        out.print(Text(f"\n{name} less {base}, {counted(comparison.n, 'pair')}", style="bold"))
        _print_differences(out, rest, i, comparison.days, everything)
    print_scores(out, comparison.scores)


def _print_differences(
    out: Console, rows: Sequence[ManyRow], i: int, days: float, everything: bool
) -> None:
    """Measures of the i-th ensemble less those of the base, settled differences first.

    Times are compared within a period of so many ``days``.
    """
    pairs = [(p, r) for r in rows if (p := r.against[i].paired) is not None]
    ranked = sorted((x for x in pairs if everything or x[0].verdict != "same"), key=_order)
    shown = ranked if everything else ranked[:MOST_DIFFERENCES]
    table = of_many.differences((row, i) for _, row in shown).ranged()
    what = (f"{row.path} ({RESTRICTED_MEAN})" if is_time(row.path) else row.path
            for _, row in shown)  # fmt: skip
    print_table(out, table.put(Column("what", "Measure", Code), what).pick(*SHOWN))
    if any(is_time(row.path) for _, row in shown):
        out.print(of_times(days))
    if len(ranked) > len(shown):
        out.print(f"... and {len(ranked) - len(shown)} more in the tables")
    same = sum(p.verdict == "same" for p, _ in pairs)
    of = counted(len(pairs), "measure")
    say(out, f"{same} of {of} {'is' if same == 1 else 'are'} the same in every pair")


def _order(found: tuple[Paired, ManyRow]) -> tuple[bool, float, str]:
    """Settled differences first, the clearest of them first."""
    paired, row = found
    return paired.verdict == "no difference found", -paired.clearness, row.path


EFFECTS_SHOWN = ("term", "from", "to", "effect", "interval", "verdict", "runs_to_settle")


def of_times(days: float) -> Sentence:
    """By what times are compared that may not come within the period."""
    period = Said(amount(days, "day"), days, "day", "days")
    return Sentence(
        f"times are compared by their {RESTRICTED_MEAN}: the mean days without it within the "
        "period of ", period,
    )  # fmt: skip


MOST_CELLS = 16
"""Cells of a study whose means are printed; where there are more they are in the tables only."""


def print_study(document: Document) -> None:
    """By measure: the mean of each cell, then effects with intervals."""
    out = console()
    out.print(Text(document["title"], style="bold"))
    if "answer" in document:
        _print_answer(out, document["answer"])
    cells, effects = document["cells"], document["effects"]
    sizes = sorted({cell["n"] for cell in cells})
    runs = counted(sizes[-1], "run")
    if sizes[0] < sizes[-1]:
        runs = Said(f"{sizes[0]} to {runs}", sizes[-1], "runs")
    say(out, f"{counted(len(cells), 'cell')} of {runs}, one luck over all cells")
    _print_programs(out, document)
    for path, found in effects.items():
        out.print(Text(f"\n{with_unit(path, document['units'][path])}", style="bold"))
        if len(cells) <= MOST_CELLS:
            print_table(out, of_many.means(document, path))
        table = of_many.effects({path: found}).ranged()
        print_table(out, table.pick(*EFFECTS_SHOWN))
    if any(len(effect["term"]) > 1 for found in effects.values() for effect in found):
        out.print("\na x b: how much more the one does where the other is at its second level")
    if "days" in document and any(is_time(path) for path, found in effects.items() if found):
        out.print(Sentence("\n", of_times(document["days"])))


def _print_answer(out: Console, found: Document) -> None:
    """The answer to the title of a study, and which runs were counted for it."""
    out.print(Text(f"{of_many.answer(found)}.", style="bold"))
    where = "" if found["cell"] is None else f" in {found['cell']}"
    none = f", and not in {' or '.join(found['others'])}" if found["others"] else ""
    out.print(f"counted: runs in which {found['measure']} comes{where}{none}")


MOST_INPUTS = 8


def print_sensitivity(document: Document) -> None:
    """The inputs that each measure depends on most."""
    out = console()
    out.print(Text(document["title"], style="bold"))
    morris = document["method"] == "morris"
    what = (
        "mean absolute effect over the middle 95 % of an input (Morris)"
        if morris
        else "share of the variance that an input has a part in (Sobol, total)"
    )
    say(out, f"{counted(document['runs'], 'run')}; {what}")
    for path, found in document["indices"].items():
        unit = document["units"][path] if morris else ""
        within = f" (days without it, of {number(document['days'])})" if is_time(path) else ""
        out.print(Text(f"\n{with_unit(path + within, unit)}", style="bold"))
        some = [Index(**index) for index in found if index["main"]]
        print_table(out, of_many.indices(some[:MOST_INPUTS], document["method"], unit))
        if len(some) > MOST_INPUTS:
            more = len(some) - MOST_INPUTS
            say(out, f"  {counted(more, 'more input')} {'does' if more == 1 else 'do'} less")
        if len(some) < len(found):
            idle = len(found) - len(some)
            say(out, f"  {counted(idle, 'input')} {'does' if idle == 1 else 'do'} nothing")


def print_calibration(title: str, tolerances: Sequence[float], found: DataTable) -> None:
    """Ranges before and after, and how near the runs came to the record in each round."""
    out = console()
    out.print(Text(title, style="bold"))
    near = ", ".join(number(t) for t in tolerances)
    out.print(f"greatest distance kept, round by round: {near}")
    print_table(out, of_many.learnt(found))


def print_verdicts(document: Document) -> None:
    """What the claims of a folder come to: the table, then what each comes to by."""
    out = console()
    found = of_verdicts.table(document)
    print_table(out, found.pick("claim", "chance", "interval", "verdict", "text"))
    for i, claim in enumerate(document["claims"]):
        out.print(
            Text(f"\n{claim['seed_claim'] or claim['claim']}: {claim['title']}", style="bold")
        )
        out.print(Text(f"  {claim['text']}?"))
        lines = (of_verdicts.verdict(document, i), of_verdicts.answer(document, i),
                 of_verdicts.record(document, i), *of_verdicts.causes(document, i),
                 *of_verdicts.hangs(document, i),
                 of_verdicts.flip(document, i), *of_verdicts.links(document, i))  # fmt: skip
        for line in lines:
            out.print(Text(f"  {line}"))


def print_score(found: Hindcast, scenario: Scenario) -> None:
    """A forecast against the record: in words, scores, dates, and the places that are listed."""
    out = console()
    out.print(Text(f"{scenario.title}: scores against the record", style="bold"))
    for sentence in of_scores.sentences(found, scenario):
        out.print(sentence)
    print_table(out, of_scores.scores(found, scenario))
    for table in (of_scores.dates(found, scenario), of_scores.listed(found, scenario)):
        out.print(table.caption)
        print_table(out, table)
