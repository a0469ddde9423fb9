"""Fills the chart of one axis over time."""

from __future__ import annotations

from collections.abc import Sequence

from sim.base.numbers import number
from sim.measure.steps import Steps
from sim.scenario.model import DAY
from sim.state.record import EventRow
from sim.view.data import AxisSeries, Curve, EventMark, Page, SinkStock
from sim.view.words import Words, line, steps, tonnes

_AXIS_SUBTITLE = "what the roads can carry, what reaches the sinks, and what they have in store"

MOST_RATES = 400
"""Rates that a chart shows apart: more would fall on less than two pixels each."""

_DONE = {
    "besiege": "besieged", "relieve": "relieved", "close": "closed", "open": "open",
    "damage": "damaged", "seal": "sealed", "unseal": "unsealed", "raid": "raided",
}  # fmt: skip


class Axes(Words):
    """Capacity, deliverable, delivered, demand and stocks, with the events marked."""

    def axis(self, axis: str) -> AxisSeries:
        """One axis over the period."""
        this, analysis = self.scenario.axes[axis], self.analysis

        def over_time(measure: str) -> Curve:
            return steps(analysis.series[f"axis:{axis}", measure])

        sinks = []
        for sink in this.sinks:
            stock = analysis.series[f"sink:{axis}/{sink}", "stock_kg"]
            out = analysis.measures[f"axes.{axis}.sinks.{sink}.time_of_exhaustion"].value
            sinks.append(
                SinkStock(
                    self._name(sink),
                    line(stock),
                    self.record.consumption[axis, sink],
                    None if out is None else round(out * DAY),
                )
            )
        delivered = _rate([analysis.series[f"sink:{axis}/{s}", "delivered_kg"] for s in this.sinks])
        subtitle = f"{this.name}: {_AXIS_SUBTITLE}"
        if delivered is not None and len(delivered.times) > 1:
            step = delivered.times[1] / DAY
            if delivered.times[1] > self.scenario.sample:
                subtitle += f"; deliveries as means over {step:g} days"
        return AxisSeries(
            page=Page(self._axis_title(axis), subtitle, self._credit()),
            span=self.span,
            capacity=over_time("capacity_kg_per_day"),
            deliverable=over_time("deliverable_kg_per_day"),
            demand=over_time("demand_kg_per_day"),
            planned=over_time("planned_kg_per_day"),
            delivered=delivered,
            stocks=tuple(sinks),
            events=self.marks(axis),
        )

    def _axis_title(self, axis: str) -> str:
        name, measures = self.scenario.axes[axis].name, self.analysis.measures
        start = measures[f"axes.{axis}.capacity_start"].value or 0
        end = measures[f"axes.{axis}.capacity_end"].value or 0
        first = measures[f"axes.{axis}.time_of_first_cut"].value
        lasting = measures[f"axes.{axis}.time_of_lasting_cut"].value
        if first is None:
            found = (
                f"{name} keeps its capacity of {tonnes(start)}"
                if start == end
                else f"{name} goes from {number(round(start))} to {tonnes(end)} and is never cut"
            )
        elif lasting is not None:
            found = f"{name} is cut for good on {self._date(round(lasting * DAY))}"
            if lasting != first:
                found += f", first on {self._date(round(first * DAY))}"
        else:
            days = measures[f"axes.{axis}.days_cut"].value
            found = f"{name} is cut for {number(days)} days, then open again"
        empty = [
            (value, self._name(sink))
            for sink in self.scenario.axes[axis].sinks
            if (value := measures[f"axes.{axis}.sinks.{sink}.time_of_exhaustion"].value) is not None
        ]
        if empty:
            day, sink = min(empty)
            return f"{found}; {sink} runs out on {self._date(round(day * DAY))}"
        return f"{found}; no stock runs out"

    def marks(self, axis: str) -> tuple[EventMark, ...]:
        """The scenario's events as they happened; those that changed the axis are major."""
        major = {(r.time, r.event) for r in self.record.credits if r.axis == axis}
        return tuple(
            EventMark(row.time, self._label(row), (row.time, row.cause) in major)
            for row in self.record.events
            if row.cause and (row.kind in _DONE or row.kind in ("capture", "taken", "ring"))
        )

    def _label(self, row: EventRow) -> str:
        """A few words for an event on a time axis."""
        if row.cause in self.scenario.operations:
            return row.text
        what = self._names(row.subject.split(", "), 1)
        event = self.scenario.events[row.cause]
        if row.kind != "capture":
            return f"{what} {_DONE[row.kind]}"
        if event.by is None:
            return f"{what} divided"
        return f"{what} to {self.scenario.actors[event.by].name}"


def _rate(delivered: Sequence[Steps]) -> Curve | None:
    """kg/day unloaded between samples, from the cumulative kg of all sinks of an axis.

    Means over several samples where there are more than ``MOST_RATES``.
    """
    times = sorted({t for steps in delivered for t in steps.times})
    if len(times) < 2:
        return None
    step = -(-(len(times) - 1) // MOST_RATES)
    times = [*times[:-1:step], times[-1]]
    total = [sum(steps.at(t) or 0 for steps in delivered) for t in times]
    rates = [
        (b - a) * DAY / (u - t)
        for t, u, a, b in zip(times, times[1:], total, total[1:], strict=False)
    ]
    return Curve(tuple(times[:-1]), tuple(rates))
