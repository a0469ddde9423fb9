"""Global sensitivity: which uncertain inputs a measure depends on, by SALib (an extra).

Morris (1991) screening gives mu* (mean absolute effect of an input over the middle 95 % of its
distribution, in the measure's unit) and sigma (how much it depends on the others). Sobol (2001)
indices give the share of variance that an input explains alone (S1) and with others (ST), by
Saltelli's sampling. Both have 95 % intervals by resampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from .statistics import Values

_ENDS = {"morris": (0.025, 0.975), "sobol": (1e-6, 1 - 1e-6)}
"""Quantiles between which inputs are set: Morris takes the ends themselves."""

LEVELS = 4
"""Levels of the grid of Morris."""


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
    found: Values
    if method == "morris":
        from SALib.sample import morris

        found = morris.sample(problem, size, num_levels=LEVELS, seed=seed)
    else:
        from SALib.sample import sobol

        found = sobol.sample(problem, size, calc_second_order=False, seed=seed)
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
    if method == "morris":
        from SALib.analyze import morris

        found = morris.analyze(problem, rows, outputs, num_levels=LEVELS, seed=seed)
        columns = found["mu_star"], found["mu_star_conf"], found["sigma"]
    else:
        from SALib.analyze import sobol

        found = sobol.analyze(problem, outputs, calc_second_order=False, seed=seed)
        columns = found["ST"], found["ST_conf"], found["S1"]
    indices = [
        Index(name, *(float(np.nan_to_num(c[i])) for c in columns)) for i, name in enumerate(names)
    ]
    return sorted(indices, key=lambda index: (-index.main, index.name))
