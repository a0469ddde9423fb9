"""Coordinates of other systems as degrees (WGS 84), by pyproj."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from sim.base.errors import BadInputError
from sim.network.graph import FloatArray

if TYPE_CHECKING:
    from pyproj import Transformer


def to_degrees(points: FloatArray, crs: str) -> FloatArray:
    """Points (k, 2) of a coordinate system as longitude and latitude.

    Raises BadInputError where the system is unknown or pyproj is not installed.
    """
    found: FloatArray = np.column_stack(_transformer(crs).transform(points[:, 0], points[:, 1]))
    return found


@cache
def _transformer(crs: str) -> Transformer:
    try:
        from pyproj import Transformer
        from pyproj.exceptions import CRSError
    except ImportError as error:
        raise BadInputError(
            f"the coordinates are in '{crs}', not in degrees (WGS 84); pyproj turns them into "
            'such: pip install "supply-axis[gis]"'
        ) from error
    try:
        return Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
    except CRSError as error:
        raise BadInputError(f"unknown coordinate system '{crs}'") from error
