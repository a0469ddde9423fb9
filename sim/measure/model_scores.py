"""Models of regrouping side by side: their scores against the moves on record, and differences.

The scores themselves are those of :mod:`sim.measure.moves`; lower is better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import statistics as st
from .ensemble import interval, tidy

OWN = "logit"
"""The model that the others are compared with: the run's own."""

MODELS = (OWN, "nearest", "gravity", "reserves")
"""In the order shown; reserves that were sent are scored apart, and compared with none."""

SCORES = "regroup.score."
"""How the paths of the measures that are scores begin."""

RULES = ("log", "brier")


@dataclass(frozen=True, slots=True)
class ModelScore:
    """One score (``rule``: log or brier) of one model in one run, or over the runs of an ensemble.

    ``n`` runs have a score, of ``moves`` moves on average. ``less_own`` is the score less that of
    the run's own model over the same runs, None for that model itself.
    """

    outcome: str
    model: str
    rule: str
    n: int
    moves: float
    score: st.Estimate
    less_own: st.Estimate | None

    @property
    def verdict(self) -> str:
        """Better or worse than the run's own model; '' where there is nothing to compare.

        Of one run the difference itself decides, of many its interval.
        """
        d = self.less_own
        if d is None:
            return ""
        low, high = (d.value, d.value) if d.low is None or d.high is None else (d.low, d.high)
        if low > 0:
            return "worse"
        if high < 0:
            return "better"
        return "no difference found" if low != high else "the same"

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "run": self.outcome,
            "model": self.model,
            "rule": self.rule,
            "runs": self.n,
            "moves": tidy(self.moves),
            "score": interval(self.score),
            "less_own": None if self.less_own is None else interval(self.less_own),
            "verdict": self.verdict,
        }


def run_scores(name: str, measures: Mapping[str, Mapping[str, Any]]) -> list[ModelScore]:
    """Scores of one run, from the measures of its summary; empty where no move was scored."""
    return ensemble_scores(
        name,
        {
            path: np.array([m["value"]], dtype=float)
            for path, m in measures.items()
            if path.startswith(SCORES) and m["value"] is not None
        },
    )


def ensemble_scores(name: str, columns: Mapping[str, st.Values]) -> list[ModelScore]:
    """Scores of an ensemble over those of its runs in which a move was scored."""
    found = []
    for model in MODELS:
        for rule in RULES:
            column = columns.get(f"{SCORES}{model}.{rule}")
            if column is None or not np.isfinite(column).any():
                continue
            scored = np.isfinite(column)
            moves = columns[f"{SCORES}{model}.moves"][scored]
            less = None
            own = columns.get(f"{SCORES}{OWN}.{rule}")
            if model not in (OWN, "reserves") and own is not None:
                both = scored & np.isfinite(own)
                less = st.mean(column[both] - own[both]) if both.any() else None
            found.append(
                ModelScore(
                    name, model, rule, int(scored.sum()), float(moves.mean()),
                    st.mean(column[scored]), less,
                )
            )  # fmt: skip
    return found
