"""Global sensitivity: which uncertain inputs a measure depends on, by SALib (an extra).

Morris (1991) screening gives mu* (mean absolute effect of an input over the middle 95 % of its
distribution, in the measure's unit) and sigma (how much it depends on the others). Sobol (2001)
indices give the share of variance that an input explains alone (S1) and with others (ST), by
Saltelli's sampling. Both have 95 % intervals by resampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from .statistics import Values

_ENDS = {"morris": (0.025, 0.975), "sobol": (1e-6, 1 - 1e-6)}
"""Quantiles between which inputs are set: Morris takes the ends themselves."""

LEVELS = 4
"""Levels of the grid of Morris."""


_OPTIONS: dict[str, dict[str, Any]] = {
    "morris": {"num_levels": LEVELS}, "sobol": {"calc_second_order": False},
}  # fmt: skip
_FOUND = {"morris": ("mu_star", "mu_star_conf", "sigma"), "sobol": ("ST", "ST_conf", "S1")}
"""Options of each method, and what SALib calls the parts of an :class:`Index`."""


COLUMNS = {"morris": ("mu_star", "half_width", "sigma"), "sobol": ("total", "half_width", "first")}
"""What tables call the numbers of an :class:`Index`, by method."""


class Index(NamedTuple):
    """What one input does to one measure.

    ``main`` is mu* or ST, with half the width of its 95 % interval; ``second`` sigma or S1.
    """

    name: str
    main: float
    half_width: float
    second: float

    @property
    def low(self) -> float:
        """The lower end of the interval; what an input does is nothing at least."""
        return max(self.main - self.half_width, 0.0)

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.main + self.half_width


def installed() -> bool:
    """True where SALib can be imported."""
    return find_spec("SALib") is not None


def _problem(method: str, names: Sequence[str]) -> dict[str, Any]:
    ends = list(_ENDS[method])
    return {"num_vars": len(names), "names": list(names), "bounds": [ends] * len(names)}


def sample(method: str, names: Sequence[str], size: int, seed: int) -> Values:
    """Rows of quantiles to run: size * (inputs + 1) for Morris, size * (inputs + 2) for Sobol."""
    problem = _problem(method, names)
    sampler = import_module(f"SALib.sample.{method}")
    found: Values = sampler.sample(problem, size, **_OPTIONS[method], seed=seed)
    return np.asarray(found, dtype=float)


def analyse(
    method: str, names: Sequence[str], rows: Values, outputs: Values, seed: int
) -> list[Index]:
    """Indices of every input, the greatest first; none where the output never varies.

    Args:
        rows: the sample as :func:`sample` made it.
        outputs: the measure of each row, all finite.
    """
    if not np.ptp(outputs):
        return []
    problem = _problem(method, names)
    analyser = import_module(f"SALib.analyze.{method}")
    given = (rows, outputs) if method == "morris" else (outputs,)
    found = analyser.analyze(problem, *given, **_OPTIONS[method], seed=seed)
    columns = [found[name] for name in _FOUND[method]]
    indices = [
        Index(name, *(float(np.nan_to_num(c[i])) for c in columns)) for i, name in enumerate(names)
    ]
    return sorted(indices, key=lambda index: (-index.main, index.name))
