"""Who goes short: shares of what is wanted that are lexicographically max-min.

Several commodities from their sources to their sinks use the same roads and places. The least
share served of any want is as large as can be, then the next one, and so on; with weights it is
share over weight. An :class:`Asked` says what is wanted and what there is room for,
:func:`share_out` gives the plan, with the proof of each level in whole numbers.

The parts: :mod:`~sim.network.shares.asked`, the linear :mod:`~sim.network.shares.program`, the
:mod:`~sim.network.shares.proof`, :mod:`~sim.network.shares.settle` of ties, and
:mod:`~sim.network.shares.whole`, which cuts the answer into routes of whole kg/day.
"""

from .asked import Asked, Line, Room, Want
from .levels import Level, SharePlan, Standing, share_out, standing
from .whole import LinePlan

__all__ = [
    "Asked",
    "Level",
    "Line",
    "LinePlan",
    "Room",
    "SharePlan",
    "Standing",
    "Want",
    "share_out",
    "standing",
]
