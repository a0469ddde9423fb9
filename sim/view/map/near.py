"""What lies near what, among points in pixels.

Of few points every distance is taken at once: scipy's trees, which beyond them are the quicker
way, take longer to be imported than a whole map to be drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

FEW = 500_000
"""Distances up to which all are taken."""


def ready(count: int) -> None:
    """Load what is used among so many points, once before the process is copied."""
    if count**2 > FEW:
        import scipy.spatial  # noqa: F401


def gaps(points: Points, others: Points) -> Points:
    """How far each point (n, 2) is from the nearest of the others (m, 2), of which there is one."""
    if len(points) * len(others) <= FEW:
        return np.asarray(_distances(points, others).min(axis=1))
    return np.asarray(_tree(others).query(points)[0])


def gaps_within(points: Points) -> Points:
    """How far each of points (n, 2), two at least, is from the nearest other one."""
    if len(points) ** 2 <= FEW:
        apart = _distances(points, points)
        np.fill_diagonal(apart, np.inf)
        return np.asarray(apart.min(axis=1))
    return np.asarray(_tree(points).query(points, k=2)[0][:, 1])


def pairs(points: Points, others: Points, reach: npt.ArrayLike) -> tuple[IntArray, IntArray]:
    """Numbers of the points (n, 2) and of the others (m, 2) no farther than ``reach`` apart.

    It is the same for all points, or each has its own.
    """
    reach = np.broadcast_to(reach, len(points))
    if len(points) * len(others) <= FEW:
        first, second = np.nonzero(_distances(points, others) <= reach[:, None])
        return first, second
    found = _tree(others).query_ball_point(points, reach)
    first = np.repeat(np.arange(len(points)), [len(one) for one in found])
    return first, np.array([i for one in found for i in one], dtype=np.intp)


def groups(count: int, first: IntArray, second: IntArray) -> list[IntArray]:
    """The numbers below ``count`` that pairs of them join, directly or through others.

    Those that none joins are left out; each group is sorted, and they are by their first.
    """
    label = np.arange(count)
    while True:
        least = label.copy()
        np.minimum.at(least, first, label[second])
        np.minimum.at(least, second, label[first])
        least = least[least]
        if (least == label).all():
            break
        label = least
    order = np.argsort(label, kind="stable")
    found = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    return [one for one in found if len(one) > 1]


def _distances(points: Points, others: Points) -> Points:
    across = points[:, None, 0] - others[None, :, 0]
    upward = points[:, None, 1] - others[None, :, 1]
    return np.asarray(np.sqrt(across * across + upward * upward))


def _tree(points: Points) -> Any:
    from scipy.spatial import cKDTree

    return cKDTree(points)
