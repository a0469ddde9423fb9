"""The map's frame: which degrees it shows, and where a point falls on the sheet.

Local equirectangular projection around the middle of the frame: east scaled by the cosine of
the middle latitude, so that shapes and distances near it are true (Snyder, 1987, chapter 12).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

KM_PER_DEGREE = 6371.0 * math.pi / 180
"""Kilometres in a degree of latitude, on the sphere of mean radius."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A sheet of ``width`` by ``height`` pixels centred on (east, north), in degrees."""

    east: float
    north: float
    per_degree: float  # pixels in a degree of latitude
    width: float
    height: float

    def xy(self, degrees: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Pixels (n, 2) of points (n, 2) given in degrees east and north."""
        points = np.asarray(degrees, dtype=float).reshape(-1, 2)
        scale = self.per_degree * np.array([_narrowing(self.north), 1.0])
        middle = np.array([self.width / 2, self.height / 2])
        pixels: npt.NDArray[np.float64] = (points - [self.east, self.north]) * scale + middle
        return pixels

    def shows(self, pixels: npt.ArrayLike, margin: float = 0.0) -> npt.NDArray[np.bool_]:
        """Which points (..., 2) in pixels lie inside it, or within ``margin`` outside."""
        points, most = np.asarray(pixels), np.array([self.width, self.height]) + margin
        return np.asarray(((points > -margin) & (points < most)).all(axis=-1))

    def near(self, degrees: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Points (n, 2) in degrees, each by the shorter way round the globe from the middle.

        For places, not for outlines: the points of a line may fall on different sides.
        """
        points = np.array(degrees, dtype=float).reshape(-1, 2)
        across = points[:, 0] - self.east
        far = np.abs(across) > 180
        points[far, 0] = self.east + (across[far] + 180) % 360 - 180
        return points

    def places_xy(self, degrees: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """:meth:`xy` of places, which are drawn where they are :meth:`near`."""
        return self.xy(self.near(degrees))

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Degrees east and north of a point of the sheet (pixels): :meth:`xy` backwards."""
        north = self.north + (y - self.height / 2) / self.per_degree
        across = (x - self.width / 2) / self.per_degree / _narrowing(self.north)
        return self.east + across, north

    def box(self, margin: float = 0.02) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees, with a margin as a share of the frame."""
        half_h = self.height / 2 / self.per_degree * (1 + margin)
        half_w = self.width / 2 / self.per_degree * (1 + margin)
        half_w /= _narrowing(self.north)
        return (self.east - half_w, self.north - half_h, self.east + half_w, self.north + half_h)

    @property
    def km_per_pixel(self) -> float:
        """Kilometres in a pixel, at the middle of the frame."""
        return KM_PER_DEGREE / self.per_degree


def fit(
    degrees: npt.ArrayLike, width: float, height: float, pad: float = 46.0, least_km: float = 12.0
) -> Frame:
    """The frame that shows all points with ``pad`` pixels to spare on each side.

    The shorter side of the frame never shows less than ``least_km``. No points: the equator.
    Points on both sides of the 180th meridian stay together: the frame leaves out the widest
    stretch of longitudes that is empty.
    """
    points = np.array(degrees, dtype=float).reshape(-1, 2)
    if not len(points):
        points = np.zeros((1, 2))
    points[:, 0] = _together(points[:, 0])
    low, high = points.min(axis=0), points.max(axis=0)
    east, north = (float(v) for v in (low + high) / 2)
    span = np.maximum((high - low) * [_narrowing(north), 1.0], 1e-9)
    room = np.array([width - 2 * pad, height - 2 * pad])
    largest = min(width, height) * KM_PER_DEGREE / least_km
    return Frame(east, north, min(float((room / span).min()), largest), width, height)


def _narrowing(north: float) -> float:
    """Degrees of latitude as long as a degree of longitude at a latitude, there no nearer
    a pole than 85 degrees: beyond, the map is too narrow rather than without an end."""
    return math.cos(math.radians(max(-85.0, min(85.0, north))))


def _together(east: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Longitudes with those west of the widest empty stretch a whole turn further east.

    As they are where they span no more than half the globe.
    """
    if np.ptp(east) <= 180:
        return east
    order = np.unique(east)
    gaps = np.diff(order, append=order[0] + 360)
    widest = int(gaps.argmax())
    if widest == len(order) - 1:
        return east
    return np.where(east <= order[widest], east + 360, east)
