"""A curve in one line of text."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS, PLAIN = "\u00b7\u2582\u2583\u2584\u2585\u2586\u2587\u2588", "_:-=+*%#"
"""Nothing, unlike all others, then seven heights; ``PLAIN`` for terminals that know ASCII alone."""


def spark(
    steps: Sequence[tuple[float, float]], end: float, width: int, *, ascii_only: bool = False
) -> str:
    """A stepped curve from 0 to ``end`` in ``width`` characters, scaled to its greatest value.

    ``steps`` are (from when on, value of at least 0), in order, the first at 0. A character
    shows the mean over its part of the time; the lowest is for exactly nothing.
    """
    marks = PLAIN if ascii_only else BLOCKS
    highest = max((value for _, value in steps), default=0.0)
    if highest <= 0 or end <= 0 or width < 1:
        return marks[0] * max(width, 0)
    drawn = []
    for i in range(width):
        low, high = i * end / width, (i + 1) * end / width
        total = 0.0
        for number, (start, value) in enumerate(steps):
            stop = steps[number + 1][0] if number + 1 < len(steps) else end
            total += value * max(0.0, min(stop, high) - max(start, low))
        share = total / (high - low) / highest
        drawn.append(marks[0] if share <= 1e-12 else marks[max(1, min(7, round(share * 7)))])
    return "".join(drawn)
