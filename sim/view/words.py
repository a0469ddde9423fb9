"""Words and looks that the figures of one run share: names, dates, causes, states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from sim.base.numbers import whole
from sim.base.said import Said, Sentence, listed
from sim.measure.names import name_of
from sim.measure.steps import Steps, credit_levels
from sim.measure.summary import Analysis
from sim.scenario.dates import date_of, format_instant
from sim.scenario.model import DAY, Actor, Axis, Exit, Operation, Place, Scenario
from sim.state.control import Control
from sim.state.rebuild import Rebuilt
from sim.state.record import EventRow
from sim.tables.headline import Teller
from sim.tables.of_run import luck_words
from sim.view.draw import legible

from .data import Curve, Span

Named = TypeVar("Named", Actor, Axis, Exit, Operation, Place)


def written(scenario: Scenario) -> Scenario:
    """The scenario with ids for names of whose letters the font of the figures lacks most."""

    def told(things: Mapping[str, Named]) -> Mapping[str, Named]:
        others = {id_: replace(x, name=id_) for id_, x in things.items() if not legible(x.name)}
        return {**things, **others} if others else things

    network, places = scenario.network, told(scenario.network.places)
    if places is not network.places:  # else the same, so that what is known of it stays known
        network = replace(network, places=places)
    return replace(
        scenario, network=network, actors=told(scenario.actors), axes=told(scenario.axes),
        exits=told(scenario.exits), operations=told(scenario.operations),
    )  # fmt: skip


def course_of(analysis: Analysis, scenario: Scenario) -> Rebuilt:
    """The state at any instant of a run, as its scenario is :func:`written`."""
    record = analysis.record
    known = {0: analysis.start, record.end: analysis.end}
    same = scenario.network is analysis.scenario.network
    return Rebuilt(scenario, record.control, known if same else {})


class Words:
    """A run as its figures tell of it: they look up names, dates, causes and states here."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.scenario = written(analysis.scenario)
        self.record = analysis.record
        self.span = Span(self.scenario.length, self.scenario.start)
        self.actors = tuple(self.scenario.actors.values())

    @cached_property
    def course(self) -> Rebuilt:
        """The state at any instant."""
        return course_of(self.analysis, self.scenario)

    @property
    def credit(self) -> str:
        """Small print of the run's figures: scenario, seed and luck."""
        scenario, record = self.scenario, self.record
        luck = luck_words(record.nominal, len(record.drawn), len(record.chances))
        said = f"{luck}, sim ensemble tells how typical"
        return f"{scenario.title} ({scenario.id}, seed {record.seed}; {said})"

    @cached_property
    def tell(self) -> Teller:
        """Tells the run's measures."""
        return Teller(self.analysis.document, self.name)

    def date(self, seconds: int, measure: str = "") -> Said:
        """An instant for people: "24 August 2016", or "day 86"; ``measure`` is what has it."""
        date = date_of(self.scenario, seconds)
        text = format_instant(self.scenario, seconds)
        if date is not None:
            text = f"{date.day} {date:%B %Y}"
        return Said(text, seconds / DAY, "day", measure)

    def name(self, item: str) -> str:
        """A place by its name, a road by the names of its ends."""
        return name_of(self.scenario, item)

    def names(self, items: Sequence[str], most: int = 3) -> Sentence:
        """Names with commas and "and" between, the last of more than ``most`` counted."""
        return listed([self.name(item) for item in items], most=most) if items else Sentence("")

    def state(self, time: int) -> Control:
        """The state at an instant (seconds), what changes then included."""
        return self.course.at(time)

    def causes(self, axis: str, time: int) -> list[EventRow]:
        """The events credited with a change of an axis at one instant, the greatest first."""
        levels = credit_levels(self.record)
        parts = {
            event: (level.at(time) or 0) - (level.at(time - 1) or 0)
            for (event, of), level in levels.items()
            if of == axis and time in level.times
        }
        rows = [e for e in self.record.events if e.time == time and e.cause in parts]
        return sorted(rows, key=lambda e: (-abs(parts[e.cause]), e.cause))


def rate(axis: str, kg_per_day: float, unit: str = " t/day") -> Said:
    """A capacity for a title: whole tonnes, but not 0 for what is more than nothing."""
    tonnes = kg_per_day / 1000
    return Said(f"{whole(tonnes)}{unit}", tonnes, "t/day", f"axes.{axis}.capacity")


def curve(of: Steps, *, straight: bool = False) -> Curve:
    """A measure that stays until the next row, or runs ``straight`` from sample to sample."""
    return Curve(tuple(of.times), tuple(map(float, of.values)), steps=not straight)


def joined(points: Sequence[tuple[int, float]]) -> Curve | None:
    """Points (time, value) joined by straight lines; None of none."""
    if not points:
        return None
    times, values = zip(*points, strict=True)
    return Curve(times, values, steps=False)
