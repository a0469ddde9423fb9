"""Distances on the globe."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

RADIUS = 6_371_008.8
"""Mean radius of the earth (metres)."""


def metres(points: Sequence[tuple[float, float]]) -> float:
    """Length of a line of (longitude, latitude) in degrees on a sphere of the mean radius.

    Each part of the line is an arc of a great circle, by the haversine formula.
    """
    total = 0.0
    for (lon1, lat1), (lon2, lat2) in pairwise(points):
        dlat, dlon = math.radians(lat2 - lat1) / 2, math.radians(lon2 - lon1) / 2
        half = math.sin(dlat) ** 2 + math.sin(dlon) ** 2 * math.cos(math.radians(lat1)) * math.cos(
            math.radians(lat2)
        )
        total += 2 * RADIUS * math.asin(min(1.0, math.sqrt(half)))
    return total
