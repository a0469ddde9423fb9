"""What ``sim compare`` prints of models of regrouping: their scores side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.measure.model_scores import OWN, ModelScore
from sim.measure.statistics import Estimate

from .terminal import number


def print_scores(out: Console, scores: Sequence[ModelScore]) -> None:
    """A line for each run and model with both scores; nothing where no move was scored."""
    if not scores:
        return
    out.print(Text("\nModels of regrouping against the moves on record, lower is better",
                   style="bold"))  # fmt: skip
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("run", overflow="fold")
    table.add_column("model")
    for heading in ("moves", "log score", f"less {OWN}", "Brier score", f"less {OWN}"):
        table.add_column(heading, justify="right", overflow="fold")
    lines: dict[tuple[str, str], dict[str, ModelScore]] = {}
    for score in scores:
        lines.setdefault((score.outcome, score.model), {})[score.rule] = score
    for (outcome, model), rules in lines.items():
        moves = next(iter(rules.values())).moves
        cells = [outcome, model, number(round(moves, 2))]
        for rule in ("log", "brier"):
            found = rules.get(rule)
            cells += ["-", "-"] if found is None else [_said(found.score), _less(found)]
        table.add_row(*cells)
    out.print(table)


def _said(estimate: Estimate) -> str:
    text = number(round(estimate.value, 3))
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} ({number(round(estimate.low, 3))} .. {number(round(estimate.high, 3))})"


def _less(score: ModelScore) -> str:
    if score.less_own is None:
        return "-"
    sign = "+" if score.less_own.value > 0 else ""
    return f"{sign}{number(round(score.less_own.value, 3))}, {score.verdict}"
