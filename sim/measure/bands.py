"""Bands: when the profiles that bear on an axis multiply by something else than 1."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from sim.scenario.model import Profile, Scenario
from sim.scenario.profiles import changes, ends_named

MOST = 400
"""Spans of a band; where there are more, one stands for all: the eye could not part them."""


class Span(NamedTuple):
    """A factor that is not 1, from ``since`` to ``until`` (s)."""

    since: int
    until: int
    factor: float


class Band(NamedTuple):
    """A profile by its name, with the spans in which it multiplies."""

    name: str
    spans: tuple[Span, ...]

    @property
    def steps(self) -> list[tuple[int, float]]:
        """(time, factor) from each instant on: that of each span, and 1 after the last of a row."""
        after = [*(span.since for span in self.spans[1:]), None]
        found: list[tuple[int, float]] = []
        for (since, until, factor), following in zip(self.spans, after, strict=True):
            found.append((since, factor))
            if following != until:
                found.append((until, 1.0))
        return found

    @property
    def text(self) -> str:
        """The name and the factors, the least first, as "rains x 0.25 to 0.5"."""
        factors = sorted({span.factor for span in self.spans})
        said = f"{factors[0]:.3g}"
        if len(factors) > 1:
            said += f" to {factors[-1]:.3g}"
        return f"{self.name} \u00d7 {said}"


def bands(scenario: Scenario, drawn: Mapping[str, float], axis: str) -> list[Band]:
    """The bands of an axis: profiles of capacity or speed, and those of its sources or sinks.

    ``drawn`` are the uncertain quantities of the run, by their keys.
    """
    return [
        Band(profile.name, spans)
        for profile in scenario.profiles.values()
        if _bears(scenario, profile, axis) and (spans := _spans(scenario, profile, drawn))
    ]


def _bears(scenario: Scenario, profile: Profile, axis: str) -> bool:
    ends = (
        *ends_named(profile.supply, "supply", scenario.axes),
        *ends_named(profile.demand, "demand", scenario.axes),
    )
    return bool(profile.capacity or profile.speed) or any(
        end.startswith(f"{axis}/") for end in ends
    )


def _spans(scenario: Scenario, profile: Profile, drawn: Mapping[str, float]) -> tuple[Span, ...]:
    known = [*changes(profile, scenario.start, scenario.length), (scenario.length, "")]
    spans = []
    for (since, key), (until, _) in pairwise(known):
        if key:
            stated = profile.factors[key].nominal
            factor = drawn.get(f"profile:{profile.id}:{key}", stated)
            if factor != 1:
                spans.append(Span(since, until, factor))
    if len(spans) > MOST:
        least = min(span.factor for span in spans)
        return (Span(spans[0].since, spans[-1].until, least),)
    return tuple(spans)
