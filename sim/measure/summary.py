"""The headline measures of one run: a flat catalogue, each with its unit.

Every measure has a dotted path (``axes.<axis>.time_of_first_cut``), a value and a unit;
docs/definitions.md gives the formula of each. A time that did not come within the period
is None: censored, not zero.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any

from sim.base.collector import collector_paused
from sim.scenario.blocks import fleets_of
from sim.scenario.model import DAY, Operation, Scenario
from sim.state.control import Control
from sim.state.record import Record, Tally

from . import costs, fleets, shares
from .along import Along
from .axis import AxisLens, AxisView, Ways, view_document
from .catalogue import Catalogue, Number
from .causes import Turn, turned
from .claims import verdicts
from .decisions import decided, sent
from .depots import shipped
from .document import persons_in, pockets_document, scenario_document, short_document
from .flows import Went, fates, leavers, went_to
from .ground import ALL, Links, ground, walk
from .holders import seconds_held, taken_and_lost
from .moves import scores
from .names import names_of
from .sides import days_carried, fronts, holders_over_time, on_the_road, person_days
from .steps import Steps, begin_of_last_cut, credit_levels, in_days, in_tonnes, path_of, series_of
from .want import bound, slacks, together
from .watched import watched_places


class Analysis:
    """A record looked at as a whole.

    ``views`` holds, by axis, the look at the start, at each change of its capacity and at the
    end; ``measures`` the catalogue by path; ``document`` what summary.json says. What looked at
    the states ``along`` the run, without flows and cuts, gives the same measures for less, for
    the runs of an ensemble; there are no ``views`` then.
    """

    @collector_paused()
    def __init__(self, scenario: Scenario, record: Record, along: Along | None = None) -> None:
        self.scenario = scenario
        self.record = record
        self.series = series_of(record)
        self.views: dict[str, list[AxisView]] = {axis: [] for axis in scenario.axes}
        self._links: dict[tuple[str, str], Steps] = {}
        self._went = went_to(record.moves)
        self._ways: Mapping[str, Sequence[Ways]] = self.views
        if along is None:
            self.start, self.end = self._walk()
        else:
            self.start, self.end, self._ways = along.start, along.end, along.ways()
            self._count(along.links)
        self._numbers: dict[str, Number] = {}
        self._units: dict[str, str] = {}
        for axis in scenario.axes:
            self._axis(axis)
        self._ground()
        for actor in scenario.actors:
            self._actor(actor)
        self._places()
        for road in scenario.network.roads.values():
            if road.doubtful:
                self._put(f"roads.{road.id}.exists", int(not self.start.absent(road.id)), "1")
        for actor, faced in fronts(scenario, record).items():
            for name, count in faced._asdict().items():
                self._put(f"actors.{actor}.fronts_{name}", count, "fronts")
        for operation in scenario.operations.values():
            self._operation(operation)
        self._advanced()
        self._regroup()
        for actor in leavers(scenario):
            for fate, persons in fates(record.moves, actor).items():
                self._put(f"fates.{actor}.{fate}", persons, "persons")
        for (actor, country), steps in self._links.items():
            path = f"links.{actor}.{country}"
            self._put(f"{path}.time_of_loss", in_days(begin_of_last_cut(steps, record.end)), "day")
            if country != ALL:
                self._put_ends(path, steps, "links")
        self._moves()
        self._scores()
        for path, value, unit in (
            *decided(scenario, record), *sent(scenario, record), *shipped(record, self.series),
            *fleets.measures(record), *costs.measures(scenario, record, self.series),
        ):  # fmt: skip
            self._put(path, value, unit)
        self._credit()
        self.measures = Catalogue(self._numbers, self._units)
        self.verdicts = verdicts(self)

    def at(self, path: str, time: int) -> float | None:
        """A measure that changes in time (``axes.<axis>.capacity``), at ``time`` (seconds).

        In kg/day or kg. Raises KeyError where there is no such measure.
        """
        return self.series[self.timed[path]].at(time)

    @cached_property
    def turns(self) -> dict[str, Turn]:
        """What settled each claim, by its id."""
        return turned(self)

    @cached_property
    def timed(self) -> dict[str, tuple[str, str]]:
        """The measures that change in time: path -> (subject, measure) of the series."""
        return {path_of(*key): key for key in self.series}

    # --- the walk through the states -----------------------------------------------------

    def _walk(self) -> tuple[Control, Control]:
        lenses: dict[str, AxisLens] = {}
        counted = Links(self.scenario)
        first: Control | None = None
        for seen in walk(self.scenario, self.record.control):
            if first is None:
                first = seen.control.copy()
                lenses = {a: AxisLens(self.scenario, a, first) for a in self.scenario.axes}
            counted.look(seen)
            for axis, lens in lenses.items():
                self._look(axis, lens, seen.control, seen.time)
        if first is None:
            raise ValueError("the record has no control rows")
        for axis, lens in lenses.items():
            self.views[axis].append(lens.look(seen.control, self.record.end))
        self._count(counted)
        return first, seen.control

    def _count(self, links: Links) -> None:
        for (actor, country), counts in links.found.items():
            name = f"links:{actor}/{country}"
            steps = Steps([time for time, _ in counts], [count for _, count in counts])
            self._links[actor, country] = self.series[name, "links"] = steps

    def _look(self, axis: str, lens: AxisLens, control: Control, time: int) -> None:
        """Look at an axis where its capacity changed, and check what the run wrote."""
        looks = self.views[axis]
        capacity = self.series[f"axis:{axis}", "capacity_kg_per_day"].at(time)
        if not looks or looks[-1].capacity != capacity:
            looks.append(lens.look(control, time))
            if looks[-1].capacity != capacity:
                raise AssertionError(
                    f"axis {axis} at {time} s: control rows give {looks[-1].capacity} "
                    f"kg/day, the run wrote {capacity}"
                )

    # --- measures ------------------------------------------------------------------------

    def _put(self, path: str, value: Number, unit: str) -> None:
        self._numbers[path], self._units[path] = value, unit

    def _put_ends(self, path: str, steps: Steps, unit: str) -> None:
        """The first and the last value of a series, of kg in tonnes."""
        for name, i in (("start", 0), ("end", -1)):
            value = steps.values[i]
            self._put(f"{path}_{name}", in_tonnes(value) if unit in ("t", "t/day") else value, unit)

    def _axis(self, axis: str) -> None:
        path, end = f"axes.{axis}", self.record.end
        capacity = self.series[f"axis:{axis}", "capacity_kg_per_day"]
        for name in ("capacity", "deliverable", "demand"):
            steps = self.series[f"axis:{axis}", f"{name}_kg_per_day"]
            self._put_ends(f"{path}.{name}", steps, "t/day")
        self._put(f"{path}.capacity_mean", in_tonnes(capacity.mean(end)), "t/day")
        least, spans = min(capacity.values), capacity.spans(end)
        self._put(f"{path}.capacity_least", in_tonnes(least), "t/day")
        since = capacity.times[capacity.values.index(least)]
        self._put(f"{path}.time_of_capacity_least", in_days(since), "day")
        lasts = sum(b - a for a, b, v in spans if v == least)
        self._put(f"{path}.days_at_capacity_least", in_days(lasts), "day")
        cut = [(a, b) for a, b, v in spans if v == 0]
        self._put(f"{path}.time_of_first_cut", in_days(cut[0][0]) if cut else None, "day")
        lasting = begin_of_last_cut(capacity, end)
        self._put(f"{path}.time_of_lasting_cut", in_days(lasting), "day")
        self._put(f"{path}.days_cut", in_days(sum(b - a for a, b in cut)), "day")
        self._bound(axis)
        for name, i in (("start", 0), ("end", -1)):
            view = self._ways[axis][i]
            fastest = view.fastest
            hours = round(fastest.hours, 2) if fastest else None
            self._put(f"{path}.fastest_hours_{name}", hours, "h")
            self._put(f"{path}.fastest_km_{name}", fastest.km if fastest else None, "km")
            self._put(f"{path}.routes_by_roads_{name}", view.routes_by_roads, "routes")
            self._put(f"{path}.routes_by_places_{name}", view.routes_by_places, "routes")
            fewest = None if view.fewest_places is None else len(view.fewest_places)
            self._put(f"{path}.fewest_places_cut_{name}", fewest, "places")
        tallies = {sink: tally for (a, sink), tally in self.record.tallies.items() if a == axis}
        self._convoys(axis, tallies)
        self._want(axis, tallies)

    def _bound(self, axis: str) -> None:
        """What bound an axis, for how long, and its slack over the whole path."""
        path, end = f"axes.{axis}", self.record.end
        bounds = bound(self.series, axis, end)
        fleet = axis in fleets_of(self.scenario)
        for name in (*(["lorries"] if fleet else []), "roads", "sources", "need"):
            self._put(f"{path}.days_bound_by_{name}", in_days(getattr(bounds, name)), "day")
        self._put(f"{path}.days_nothing_asked", in_days(bounds.nothing), "day")
        slack = [None if s is None else round(s, 3) for s in slacks(self.series, axis, end)]
        self._put(f"{path}.slack_start", slack[0], "1")
        self._put(f"{path}.slack_end", slack[-1], "1")
        least = min((s for s in slack if s is not None), default=None)
        self._put(f"{path}.slack_least", least, "1")

    def _want(self, axis: str, tallied: Iterable[str]) -> None:
        """What was needed at the sinks of an axis and was not there."""
        path, record = f"axes.{axis}", self.record
        sinks = [(axis, sink) for sink in tallied]
        for keys, stem in [(sinks, path), *(([k], f"{path}.sinks.{k[1]}") for k in sinks)]:
            needed = sum([record.needed[key] for key in keys])
            unmet = sum([record.unmet[key] for key in keys])
            self._put(f"{stem}.needed", in_tonnes(needed / DAY), "t")
            self._put(f"{stem}.unmet", in_tonnes(unmet / DAY), "t")
            self._put(f"{stem}.unmet_share", round(unmet / needed, 6) if needed else None, "1")
            if record.persons.keys() >= set(keys):  # persons of some sinks alone say little
                days = (record.persons[k] * _length(record.empty.get(k, [])) for k in keys)
                self._put(f"{stem}.person_days_short", in_days(sum(days)), "person-days")
        short = together(span for k in sinks for span in record.empty.get(k, []))
        self._put(f"{path}.days_short", in_days(short), "day")

    def _convoys(self, axis: str, tallies: Mapping[str, Tally]) -> None:
        path = f"axes.{axis}"
        for name, count in zip(_CONVOYS, _sums(tallies.values(), _counts), strict=True):
            self._put(f"{path}.convoys_{name}", count, "convoys")
        for name, kg in zip(_CARRIED, _sums(tallies.values(), _kg), strict=True):
            self._put(f"{path}.{name}", in_tonnes(kg), "t")
        for sink in tallies:
            empty = self.record.empty.get((axis, sink), [])
            stock = self.series[f"sink:{axis}/{sink}", "stock_kg"]
            sub = f"{path}.sinks.{sink}"
            self._put(f"{sub}.time_of_exhaustion", in_days(empty[0][0]) if empty else None, "day")
            self._put(f"{sub}.days_without", in_days(_length(empty)), "day")
            self._put_ends(f"{sub}.stock", stock, "t")
            self._put(f"{sub}.delivered", in_tonnes(tallies[sink].delivered_kg), "t")
            eaten = self.series[f"sink:{axis}/{sink}", "demand_kg_per_day"].values[-1]
            supply = round(stock.values[-1] / eaten, 3) if eaten else None
            self._put(f"{sub}.days_of_supply_end", supply, "day")
            served = shares.served_shares(self.series, f"{axis}/{sink}", self.record.end)
            for name, share in served._asdict().items() if served else ():
                self._put(f"{sub}.served_share_{name}", share, "1")

    def _ground(self) -> None:
        """What each actor holds at the start and at the end, and gained."""
        start, end = (ground(state, self.scenario.actors) for state in (self.start, self.end))
        for actor in self.scenario.actors:
            path = f"actors.{actor}"
            units = (("places", "places"), ("road_km", "km"))
            for (what, unit), first, last in zip(units, start[actor], end[actor], strict=True):
                self._put(f"{path}.{what}_start", first, unit)
                self._put(f"{path}.{what}_end", last, unit)
                gained = round((last or 0) - (first or 0), 3)  # a whole 0 where none is held
                self._put(f"{path}.{what}_gained", gained, unit)

    def _actor(self, actor: str) -> None:
        path = f"actors.{actor}"
        if self.scenario.fighting is not None:
            self._put(f"{path}.fallen", self.record.fallen.get(actor, 0), "persons")
        if actor in self.scenario.fronts:
            sent = [m for m in self.record.moves if m.reserve and m.actor == actor]
            self._put(f"{path}.reserves_sent", sum(m.persons for m in sent), "persons")
            steps = on_the_road(self.record, reserve=True).get(actor, [(0, 0)])
            most = max(men for _, men in steps)
            self._put(f"{path}.reserves_on_road_most", most, "persons")
            days = round(person_days(steps, self.record.end), 3)
            self._put(f"{path}.reserves_on_road", days, "person-days")
        rows = [row for row in self.record.pockets if row.pocket.actor == actor]
        if any(axis.actor == actor for axis in self.scenario.axes.values()):
            self._put(f"{path}.pockets_start", sum(r.time == 0 for r in rows), "pockets")
            self._put(f"{path}.pockets_end", sum(r.ended is None for r in rows), "pockets")
            left = [r.pocket for r in rows if r.ended is None]
            found = (persons_in(self.scenario, pocket) for pocket in left)
            inside = [n for n in found if n is not None]
            known = sum(inside) if inside or not left else None
            self._put(f"{path}.persons_in_pockets_end", known, "persons")

    def _places(self) -> None:
        """When the places that the scenario is about were ringed, taken and lost."""
        ringed: dict[str, int] = {}
        for row in self.record.control:
            if row.what == "besieged" and row.value and row.time:
                ringed.setdefault(row.id, row.time)
        watched = watched_places(self.scenario)
        holders = holders_over_time(self.scenario, self.record, watched)
        for actor, place in sorted({(g.actor, g.place) for g in self.scenario.garrisons.values()}):
            strength = self.series.get((f"garrison:{actor}/{place}", "strength_persons"))
            if place in watched and strength is not None:
                self._put_ends(f"garrisons.{actor}.{place}.strength", strength, "persons")
        for place, actors in sorted(watched.items()):
            path = f"places.{place}"
            self._put(f"{path}.time_of_siege", in_days(ringed.get(place)), "day")
            for actor in sorted(actors):
                taken, lost = taken_and_lost(holders[place], actor)
                self._put(f"{path}.time_taken_by.{actor}", in_days(taken), "day")
                self._put(f"{path}.time_lost_by.{actor}", in_days(lost), "day")
                held = seconds_held(holders[place], actor, self.record.end)
                self._put(f"{path}.days_held_by.{actor}", in_days(held), "day")

    def _operation(self, operation: Operation) -> None:
        """How far a force came, what became of it, and when its supply failed."""
        path, subject = f"operations.{operation.id}", f"operation:{operation.id}"
        position = self.series[subject, "position_m"]
        strength = self.series[subject, "strength_persons"]
        furthest = max(position.values)
        when = position.times[position.values.index(furthest)] if furthest else None
        self._put(f"{path}.furthest_km", round(furthest / 1000, 3), "km")
        self._put(f"{path}.time_of_furthest", in_days(when), "day")
        self._put(f"{path}.km_end", round(position.values[-1] / 1000, 3), "km")
        self._put_ends(f"{path}.strength", strength, "persons")
        carried = days_carried(self.record.drawn, self.series, operation)
        least = min((days for _, days in carried), default=None)
        self._put(f"{path}.days_of_supply_least", None if least is None else round(least, 3), "day")
        for name, kind in (
            ("start", "operation"), ("cut_off", "cut_off"), ("stall", "stalled"),
            ("repulse", "repulsed"), ("ring", "ring"),
        ):  # fmt: skip
            time = self._happened.get((kind, operation.id))
            self._put(f"{path}.time_of_{name}", in_days(time), "day")

    @cached_property
    def _happened(self) -> dict[tuple[str, str], int]:
        """When something of each kind first happened to each subject."""
        return {(row.kind, row.subject): row.time for row in reversed(self.record.events)}

    def _advanced(self) -> None:
        """Road that the forces of each actor came since the start, to where each came furthest."""
        furthest: dict[str, float] = defaultdict(float)
        for operation in self.scenario.operations.values():
            position = self.series[f"operation:{operation.id}", "position_m"]
            furthest[operation.actor] += max(position.values) - position.values[0]
        for actor, metres in furthest.items():
            self._put(f"actors.{actor}.km_advanced", round(metres / 1000, 3), "km")

    def _regroup(self) -> None:
        displaced: dict[str, int] = defaultdict(int)
        for (actor, _), went in self._went.items():
            displaced[actor] += went.persons
        # an exit that nobody took is an answer too: a share of 0, where some were displaced
        exits = {(exit_.actor, exit_.id): Went() for exit_ in self.scenario.exits.values()}
        for actor in sorted({*self.scenario.regroup, *displaced}):
            self._put(f"regroup.{actor}.displaced", displaced[actor], "persons")
        for (actor, choice), went in (exits | self._went).items():
            path = f"regroup.{actor}.to.{choice}"
            self._put(f"{path}.persons", went.persons, "persons")
            total = displaced[actor]
            self._put(f"{path}.share", round(went.persons / total, 4) if total else None, "1")
            took = in_days(went.seconds / went.there) if went.there else None
            self._put(f"{path}.lag", took, "day")

    def _moves(self) -> None:
        """Where men went who moved: the displaced by their last choice, and those who were sent."""
        found: dict[str, Counter[str]] = {actor: Counter() for actor in self.scenario.fronts}
        for exit_ in self.scenario.exits.values():
            found.setdefault(exit_.actor, Counter())[exit_.id] += 0
        for (actor, choice), went in self._went.items():
            found.setdefault(actor, Counter())[choice] += went.persons
        for move in self.record.moves:
            if move.reserve:
                found.setdefault(move.actor, Counter())[move.choice] += move.persons
        for actor, goals in found.items():
            total = goals.total()
            self._put(f"moves.{actor}.persons", total, "persons")
            for goal, persons in goals.items():
                share = round(persons / total, 4) if total else None
                self._put(f"moves.{actor}.to.{goal}.share", share, "1")

    def _scores(self) -> None:
        # a replay was told the record: to score it against the record would say nothing
        if not self.scenario.moves_on_record or self.scenario.kind == "replay":
            return
        for score in scores(self.scenario, self.record):
            path = f"regroup.score.{score.model}"
            self._put(f"{path}.moves", score.moves, "moves")
            for name, value in (("log", score.log), ("brier", score.brier)):
                self._put(f"{path}.{name}", None if value is None else round(value, 6), "1")

    def _credit(self) -> None:
        end = self.record.end
        for (event, axis), level in sorted(credit_levels(self.record).items()):
            spans = level.spans(end)
            most = max(level.values, key=abs)
            days = in_days(sum(b - a for a, b, kg in spans if kg == most))
            total = sum((b - a) * kg for a, b, kg in spans) / DAY
            path = f"events.{event}.capacity_change"
            self._put(f"{path}.{axis}", in_tonnes(most), "t/day")
            self._put(f"{path}_days.{axis}", days, "day")
            self._put(f"{path}_total.{axis}", in_tonnes(total), "t")

    # --- the document --------------------------------------------------------------------

    @cached_property
    def document(self) -> dict[str, Any]:
        """The summary as plain data; ``names`` are those of what it mentions, by id."""
        scenario, record = self.scenario, self.record
        found = {
            "format": 1,
            "scenario": scenario_document(scenario),
            "seed": record.seed,
            "replicate": record.replicate,
            "nominal": record.nominal,
            "measures": {k: {"value": m.value, "unit": m.unit} for k, m in self.measures.items()},
            "axes": {axis: [view_document(v) for v in looks] for axis, looks in self.views.items()},
            "pockets": pockets_document(scenario, record),
            **short_document(scenario, record, self.series),
            "claims": [verdict._asdict() for verdict in self.verdicts],
            "turned": {claim: turn._asdict() for claim, turn in self.turns.items()},
            "drawn": {k: float(f"{v:.12g}") for k, v in record.drawn.items()},
            "chances": record.chances,
            "checks": {
                "flows_certified": record.solves,
                "kg_balanced": True,
                "capacity_recomputed_from_control": True,
            },
        }
        return {**found, "names": names_of(scenario, found)}


_CONVOYS = ("sent", "arrived", "turned", "rerouted", "returned", "lost", "moving")
_CARRIED = ("sent", "delivered", "lost", "returned", "moving")
_counts, _kg = attrgetter(*_CONVOYS), attrgetter(*(f"{name}_kg" for name in _CARRIED))


def _sums(tallies: Iterable[Tally], of: Callable[[Tally], tuple[int, ...]]) -> Iterator[int]:
    """The sums of some counts of tallies."""
    return map(sum, zip(*map(of, tallies), strict=True))


def _length(spans: list[tuple[int, int]]) -> int:
    """Seconds of spans (from, to) that do not overlap."""
    return sum(until - since for since, until in spans)
