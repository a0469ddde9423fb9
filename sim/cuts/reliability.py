"""What a case carries where its places and roads may fail: how often, how much, what hangs on each.

Exact where the states can be parted (:mod:`sim.network.reliability`), else drawn in strata
(:mod:`sim.network.strata`), or looked at in replicates of a scenario.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from sim.base.errors import BadInputError
from sim.cuts.case import Amount, Case, Document, flow_document
from sim.cuts.doubts import Standing, doubts_of
from sim.measure.statistics import (
    Estimate,
    proportion,
    stratified_mean,
    stratified_share,
    stratified_shares,
    unseen_share,
)
from sim.network.arcs import Target
from sim.network.graph import FloatArray
from sim.network.many import batch, one_by_one, without_each
from sim.network.reliability import parted
from sim.network.strata import drawn, plain
from sim.network.tally import Tally

MOST_LEVELS = 200
"""Amounts whose chance is told; of more, those that part the chances evenly."""

EXACT, STRATA, PLAIN, REPLICATES = "exact", "stratified", "plain", "replicates"
"""How an answer was found."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: ``need`` (None: whatever the sinks of an axis consume), and how it is found.

    ``need`` counts as capacities do, times ``Case.scale``. ``exact`` None tries, and draws
    ``states`` by ``seed`` where there are too many; ``deliverable`` takes supply and demand as
    limits.
    """

    need: int | None = None
    exact: bool | None = None
    states: int = 10_000
    seed: int = 0
    deliverable: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """An amount (None: without limit), the chance of just this, and of at least this."""

    flow: Amount | None
    chance: float
    at_least: Estimate


@dataclass(frozen=True, slots=True)
class Element:
    """What one place or road contributes.

    ``stands`` is its chance to stand, of replicates the share of them in which it does. ``gain``
    is what its standing adds to the chance that something is carried (Birnbaum 1969),
    ``flow_gain`` to what is carried on average; None where it always stands, or always fails.
    ``in_cut`` is the chance that it is in the minimum cut nearest the sources.
    """

    name: str
    kind: str
    stands: float
    gain: Estimate | None
    flow_gain: float | None
    in_cut: Estimate


@dataclass(frozen=True, slots=True)
class Reliability:
    """How reliably a case carries: every chance with its 95 % interval, which is a point if exact.

    ``open`` is the chance that anything is carried, ``met`` that the ``need`` is; ``mean`` what is
    carried on average, None where it may be without limit. ``solves`` counts the flows solved.
    """

    case: Case
    method: str
    solves: int
    open: Estimate
    need: Amount | None
    met: Estimate | None
    mean: Estimate | None
    levels: tuple[Level, ...]
    elements: tuple[Element, ...]

    def document(self) -> Document:
        """What ``sim reliability --json`` prints."""
        document = self.case.head() | {
            "method": self.method,
            "solves": self.solves,
            "open": asdict(self.open),
            "need": self.need,
            "met": None if self.met is None else asdict(self.met),
            "mean": None if self.mean is None else asdict(self.mean),
            "levels": [
                flow_document(level.flow)
                | {"chance": level.chance, "at_least": asdict(level.at_least)}
                for level in self.levels
            ],
            "elements": [asdict(element) for element in self.elements],
        }
        return self.case.with_names(document)


def reliability_of(case: Case, standing: Standing, asked: Asked) -> Reliability:
    """The reliability of a case whose places and roads fail by chances that are stated.

    Raises BadInputError for an unknown name, a chance beyond 0 to 1, where nothing is in doubt or
    ``exact`` cannot be had, and as :meth:`Case.arcs`.
    """
    doubts = doubts_of(case, standing, deliverable=asked.deliverable)
    if not (doubts.net.targets or standing.stands or standing.together or case.exists):
        raise BadInputError(
            "stands: nothing is in doubt; state the chance that a road, a place or a class of "
            "roads stands"
        )
    whole = parted(doubts, insist=asked.exact is True) if asked.exact is not False else None
    if whole is None and asked.exact:
        raise BadInputError("exact: there are too many states; leave them to be drawn")
    tallies = [whole] if whole else drawn(doubts, asked.states, asked.seed)
    if all(tally.known for tally in tallies):
        method = EXACT
    else:
        method = PLAIN if len(tallies) == 1 else STRATA
    return Counted(case, tallies, doubts.marginal()).answer(method, asked.need)


def reliability_in(cases: Iterable[Case], standing: Standing, asked: Asked) -> Reliability:
    """The reliability of an axis over its cases in replicates, at one instant.

    What is stated besides fails in each by draws of its own. Raises BadInputError for an unknown
    name, a chance beyond 0 to 1, and as :meth:`Case.arcs`.
    """
    every = list(cases)
    roads, places = np.array([c.roads for c in every]), np.array([c.places for c in every])
    case = replace(every[0], roads=roads.max(axis=0), places=places.max(axis=0), exists={})
    differ = [
        *(Target("place", i) for i in np.flatnonzero(np.ptp(places, axis=0) > 0).tolist()),
        *(Target("road", r) for r in np.flatnonzero(np.ptp(roads, axis=0).any(axis=1)).tolist()),
    ]
    doubts = doubts_of(case, standing, differ, deliverable=asked.deliverable)
    net = doubts.net
    rng, tally = np.random.default_rng(asked.seed), Tally(net)
    inner = len(net.road_arcs) + len(net.split)
    for i in range(0, len(every), batch(net)):
        some = slice(i, i + batch(net))
        lost = plain(doubts, len(roads[some]), rng)
        capacity = without_each(net, lost)
        now = np.concatenate(
            [roads[some].reshape(len(lost), -1)[:, net.road_arcs], places[some][:, net.split]],
            axis=1,
        )
        capacity[:, :inner] = np.minimum(capacity[:, :inner], now)
        up = [places[some, t.at] > 0 if t.kind == "place" else roads[some, t.at].any(axis=1)
              for t in net.targets]  # fmt: skip
        standing_now = np.array(up, dtype=bool).reshape(len(up), -1).T & ~lost
        tally.count_flows(one_by_one(net, capacity), capacity, standing_now)
    return Counted(case, [tally], tally.stood / tally.count, shared=True).answer(
        REPLICATES, asked.need
    )


@dataclass(frozen=True, eq=False)
class Counted:
    """What was counted over states of a case; ``marginal`` (t,) is the chance of each target.

    ``shared`` is true where targets do not fail apart from each other, so that one may stand more
    often where the others are lost.
    """

    case: Case
    tallies: Sequence[Tally]
    marginal: FloatArray
    shared: bool = False

    @property
    def _unit(self) -> int:
        """What the unit of the case is of that of its capacities."""
        return 1 if self.case.axis is not None else self.case.scale

    @cached_property
    def _drawn(self) -> list[Tally]:
        return [tally for tally in self.tallies if not tally.known]

    def answer(self, method: str, need: int | None) -> Reliability:
        """All of it; without a ``need`` that which the sinks of an axis consume."""
        case = self.case
        if need is None and case.demand is not None:
            need = int(case.demand.sum())
        met = None if need is None else self.at_least(need)
        return Reliability(
            case, method, sum(tally.solves for tally in self.tallies), self.at_least(1),
            None if need is None else case.value(need), met, self.mean(), self._levels(),
            self._elements(),
        )  # fmt: skip

    def at_least(self, value: int) -> Estimate:
        """The chance that so much is carried."""
        return self._share(
            lambda tally: sum(n for v, n in tally.values.items() if v >= value),
            lambda tally: value == 1 and tally.opens,
        )

    def _share(
        self, hits: Callable[[Tally], float], sure: Callable[[Tally], bool] = lambda _: False
    ) -> Estimate:
        """The chance of something that states have or have not; ``sure`` where all have it."""
        known = [t.weight * hits(t) / t.count for t in self.tallies if t.known]
        known += [t.weight for t in self._drawn if sure(t)]
        some = [t for t in self._drawn if not sure(t)]
        whole = min(1.0, math.fsum(known))
        if not some:
            return Estimate(whole, whole, whole)
        seen = np.array([hits(t) for t in some])
        tries = np.array([t.count for t in some])
        if len(self.tallies) == 1:
            return proportion(int(seen[0]), int(tries[0]))
        found = stratified_share(np.array([t.weight for t in some]), seen, tries)
        value, low, high = (
            min(1.0, whole + (end or 0.0)) for end in (found.value, found.low, found.high)
        )
        return Estimate(value, low, high)

    def mean(self) -> Estimate | None:
        """What is carried on average, in the unit of the case.

        Where all states that were drawn of a stratum carry the same, others may be unseen: no more
        of them than bound a share without a hit.
        """
        net = self.tallies[0].net
        if any(value >= net.enough for tally in self.tallies for value in tally.values):
            return None
        moments = {id(t): _moments(t, self._unit) for t in self.tallies}
        whole = math.fsum(t.weight * moments[id(t)][0] for t in self.tallies if t.known)
        if not self._drawn:
            return Estimate(whole, whole, whole)
        means, variances = np.array([moments[id(t)] for t in self._drawn]).T
        weights, tries = np.array([(t.weight, t.count) for t in self._drawn]).T
        found = stratified_mean(weights, means, variances, tries)
        if found.low is None or found.high is None:
            return Estimate(whole + found.value, None, None)
        most = net.solve(net.capacity).value / self._unit
        unseen = float(unseen_share(np.where(variances > 0, 0.0, weights), tries))
        same = means[variances == 0]
        low = whole + found.low - unseen * float(same.max(initial=0.0))
        high = whole + found.high + unseen * (most - float(same.min(initial=most)))
        return Estimate(whole + found.value, max(0.0, low), high)

    def _levels(self) -> tuple[Level, ...]:
        """The amounts that are carried, the greatest first."""
        chances: dict[int, float] = {}
        for tally in self.tallies:
            for value, n in tally.values.items():
                shown = tally.net.shown(value)
                chances[shown] = chances.get(shown, 0.0) + tally.weight * n / tally.count
        values = sorted(chances, reverse=True)
        reached = np.cumsum([chances[value] for value in values])
        if len(values) > MOST_LEVELS:
            even = np.searchsorted(reached, np.linspace(0, reached[-1], MOST_LEVELS))
            keep = sorted({*even.clip(max=len(values) - 1).tolist(), len(values) - 1})
        else:
            keep = list(range(len(values)))
        just = np.diff(reached[keep], prepend=0.0).tolist()
        endless = self.tallies[0].net.enough
        return tuple(
            Level(
                self.case.value(values[i]), chance,
                self.at_least(min(values[i], endless)) if values[i] else Estimate(1.0, 1.0, 1.0),
            )
            for i, chance in zip(keep, just, strict=True)
        )  # fmt: skip

    def _elements(self) -> tuple[Element, ...]:
        """What may fail, and what is in a cut, that of most gain first."""
        net, graph = self.tallies[0].net, self.case.graph
        cuts = self._cuts()
        rows = []
        gains = self._gains()
        for number, target in enumerate(net.targets):
            gain, flow_gain = gains[number]
            in_cut = cuts.pop(target, None) or self._share(lambda _: 0.0)
            if gain is not None or in_cut.value:
                stands = float(self.marginal[number])
                rows.append(Element(net.name(number), target.kind, stands, gain, flow_gain, in_cut))
        for target, in_cut in cuts.items():
            name = (graph.places if target.kind == "place" else graph.roads)[target.at]
            rows.append(Element(name, target.kind, 1.0, None, None, in_cut))
        return tuple(sorted(rows, key=lambda row: (
            -(row.gain.value if row.gain else 0.0), -row.in_cut.value, row.kind, row.name
        )))  # fmt: skip

    def _cuts(self) -> dict[Target, Estimate]:
        """The chance of everything that is ever in the cut to be in it."""
        net, first = self.tallies[0].net, len(self.tallies[0].net.road_arcs)
        arcs: dict[Target, list[int]] = {}
        seen = np.flatnonzero(np.array([tally.cut for tally in self.tallies]).any(axis=0))
        for arc in seen[seen < first + len(net.split)].tolist():
            place = arc >= first
            at = net.split[arc - first] if place else net.road_arcs[arc] >> 1
            arcs.setdefault(Target("place" if place else "road", int(at)), []).append(arc)
        return {target: self._share(partial(_in_cut, of)) for target, of in arcs.items()}

    def _gains(self) -> list[tuple[Estimate | None, float | None]]:
        """What the standing of each target adds to the chance that it is open, and to the flow.

        Each is the difference of the averages where it stands and where it is lost, the interval
        from those of both (Newcombe 1998). Where all fail apart it is never below 0.
        """
        up, down = self._given(stands=True), self._given(stands=False)
        gain = up.open - down.open
        low = gain - np.hypot(up.open - up.low, down.high - down.open)
        high = gain + np.hypot(up.high - up.open, down.open - down.low)
        if not self.shared:
            low = low.clip(0)
        flow = (up.flow - down.flow) / self._unit
        endless = self.mean() is None
        rows = zip(*(v.tolist() for v in (gain, low, high, flow)), strict=True)
        return [
            (Estimate(value, least, most), None if endless else more)
            if min(share) > 0
            else (None, None)
            for (value, least, most, more), share in zip(
                rows, zip(up.chance.tolist(), down.chance.tolist(), strict=True), strict=True
            )
        ]  # fmt: skip

    def _given(self, *, stands: bool) -> _Given:
        """Averages over the states in which each target stands, or is lost."""
        tallies = self.tallies
        stood = np.array([t.stood for t in tallies])
        count = np.array([[t.count] for t in tallies])
        sure = np.array([t.stood / t.count if t.stands is None else t.stands for t in tallies])
        opened, flow = np.array([t.stood_open for t in tallies]), [t.stood_flow for t in tallies]
        carried = np.array(flow)
        every_open = np.array([[_opened(t)] for t in tallies])
        every_flow = np.array([[_carried(t)] for t in tallies])
        if not stands:
            stood, opened, carried = count - stood, every_open - opened, every_flow - carried
            sure = 1 - sure
        weights = np.array([[t.weight] for t in tallies]) * sure
        chance = weights.sum(axis=0)
        weights = np.divide(weights, chance, out=np.zeros_like(weights), where=chance > 0)
        seen = np.where(stood > 0, stood, 1.0)
        unseen = every_flow / count  # of a stratum in which the target was never so
        known = np.array([t.known for t in tallies])
        value = (weights * np.where(stood > 0, opened / seen, 0.0))[known].sum(axis=0)
        part, low, high = stratified_shares(weights[~known], opened[~known], stood[~known])
        flow_there = (weights * np.where(stood > 0, carried / seen, unseen)).sum(axis=0)
        return _Given(chance, value + part, value + low, value + high, flow_there)


class _Given(NamedTuple):
    """By target (t,): the chance of what is given, the chance then to be open, and the flow."""

    chance: FloatArray
    open: FloatArray
    low: FloatArray
    high: FloatArray
    flow: FloatArray


def _moments(tally: Tally, unit: float) -> tuple[float, float]:
    """Mean and variance of what the states of a tally carry."""
    values = np.array(list(tally.values), dtype=np.float64) / unit
    often = np.array(list(tally.values.values()))
    mean = float(values @ often) / tally.count
    return mean, float((values - mean) ** 2 @ often) / max(1.0, tally.count - 1)


def _in_cut(arcs: Sequence[int], tally: Tally) -> float:
    """In how many states an arc of these is in the cut: never two of a thing at once."""
    return float(tally.cut[arcs].sum())


def _opened(tally: Tally) -> float:
    return sum(n for value, n in tally.values.items() if value)


def _carried(tally: Tally) -> float:
    return sum(n * value for value, n in tally.values.items())
