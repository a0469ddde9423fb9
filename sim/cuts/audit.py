"""A network audited against a reference graph, and what its axes would be with what it lacks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

from sim.base.errors import BadInputError
from sim.base.globe import metres
from sim.base.names import folded
from sim.cuts.case import Case, Document, unknown
from sim.cuts.ranking import rank_case, ranks_of
from sim.network import fewest_places_cut
from sim.network.audit import Cells, Lacking, checked, lacking, tie
from sim.network.graph import FloatArray

LEAST_KM = 1.0
"""Lengths that differ by less (km) are told of no road, however short."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """From where on something is told.

    ``near_km`` is how far from an edge of the reference a place may lie, ``detour`` the share by
    which the reference's way is shorter, ``length`` the share by which a length differs.
    """

    near_km: float = 5.0
    detour: float = 0.04
    length: float = 0.08

    def __post_init__(self) -> None:
        """Raises BadInputError where one is out of range."""
        if not 0 <= self.near_km <= 1000:
            raise BadInputError(f"near: {self.near_km:g} km is not from 0 to 1000")
        for name in ("detour", "length"):
            if not 0 <= getattr(self, name) < 1:
                raise BadInputError(f"{name}: {getattr(self, name):g} is not a share from 0 to 1")


@dataclass(frozen=True, slots=True)
class Lack:
    """Places ``a`` and ``b``, by id, that the reference joins in ``km`` and no road does.

    ``network_km`` is the network's shortest way, over the places ``via``; None where it has none.
    ``like`` is the road of it that carries least (of the whole network the middle one, where there
    is no way): what the link is taken to be like where its effect is asked for.
    """

    a: str
    b: str
    km: float
    network_km: float | None
    via: tuple[str, ...]
    like: str

    @property
    def road(self) -> str:
        """The id that a road would have."""
        return f"{self.a}--{self.b}"


@dataclass(frozen=True, slots=True)
class Differs:
    """A road, its length and that of the reference's way (None: there is none), both in km.

    ``over`` are the places through whose cells that way runs.
    """

    road: str
    km: float
    reference_km: float | None
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place that the reference has under the same name, so many km away."""

    place: str
    km: float


@dataclass(frozen=True, slots=True)
class Weak:
    """Where an axis is weak: ``alone`` are the places of which the loss of one stops it.

    ``fewest`` is the smallest set of places that does, None where none does; ``ranked`` the
    places whose loss alone costs anything, each with the share it costs, the worst first.
    """

    alone: tuple[str, ...]
    fewest: tuple[str, ...] | None
    ranked: Mapping[str, float]

    def rank(self, place: str) -> int | None:
        """The rank of a place, the better one of equals; None of one whose loss costs nothing."""
        share = self.ranked.get(place)
        return None if share is None else ranks_of(self.ranked.values())[share]


@dataclass(frozen=True, slots=True)
class AxisChange:
    """An axis as the network has it, and with the links that it lacks.

    Either is None where nothing flows or nothing bounds the flow.
    """

    axis: str
    name: str
    before: Weak | None
    after: Weak | None

    @property
    def ranks(self) -> list[tuple[str, int | None, int | None]]:
        """The places whose rank changes: before and after, None beyond the ranking."""
        if self.before is None or self.after is None:
            return []
        places = dict.fromkeys((*self.before.ranked, *self.after.ranked))
        both = [(place, self.before.rank(place), self.after.rank(place)) for place in places]
        return [row for row in both if row[1] != row[2]]

    def document(self) -> Document:
        """The change as ``--json`` has it."""
        ranks = [dict(zip(("place", "before", "after"), row, strict=True)) for row in self.ranks]
        return asdict(self) | {"ranks": ranks}


@dataclass(frozen=True, slots=True)
class Audit:
    """What a reference graph says of a network.

    ``not_audited`` are places without an edge of it nearby; ``over`` are roads that run through
    other places, ``absent`` those without a way of about their length in the reference,
    ``lengths`` those whose length differs. ``axes`` is empty where the network has none.
    """

    title: str
    against: str
    tolerance: Tolerance
    places: int
    roads: int
    not_audited: tuple[str, ...]
    lacking: tuple[Lack, ...]
    over: tuple[Differs, ...]
    absent: tuple[Differs, ...]
    lengths: tuple[Differs, ...]
    elsewhere: tuple[Elsewhere, ...]
    names: Mapping[str, str]
    axes: tuple[AxisChange, ...] = ()

    def document(self) -> Document:
        """What ``sim audit --json`` prints."""
        document = asdict(replace(self, axes=()))
        return document | {"axes": [axis.document() for axis in self.axes]}


def audit_case(
    case: Case, against: Case, tolerance: Tolerance, skipped: Sequence[str] = ()
) -> Audit:
    """Audit a network against a reference; places of ``skipped`` are left out of it.

    Raises BadInputError where either has no coordinates, and for an unknown place.
    """
    here, there = _coordinates(case), _coordinates(against)
    graph = case.graph
    left = {_place(case, name) for name in skipped}
    found = tie(against.graph, there, here, tolerance.near_km)
    cells = Cells(against.graph, [None if i in left else at for i, at in enumerate(found)])
    like = _Like(case)
    lacks = tuple(like.lack(row) for row in lacking(cells, graph, tolerance.detour))
    over, absent, lengths = [], [], []
    for road in checked(cells, graph):
        km = float(graph.km[road.road])
        told = Differs(graph.roads[road.road], km, _rounded(road.km), case.ids(road.over))
        if road.km is None or (road.over and road.km > km * (1 + tolerance.length)):
            absent.append(told)
        elif road.over:
            over.append(told)
        elif abs(road.km - km) > max(LEAST_KM, tolerance.length * km):
            lengths.append(told)
    return Audit(
        case.title, against.title, tolerance, len(graph.places), len(graph.roads),
        case.ids(i for i, at in enumerate(cells.ties) if at is None), lacks, tuple(over),
        tuple(absent), tuple(lengths), tuple(_elsewhere(case, against, tolerance)), case.names,
    )  # fmt: skip


def weak_of(case: Case) -> Weak | None:
    """Where a case is weak, None where nothing flows or nothing bounds the flow."""
    try:
        rows = rank_case(case, "places", most_cuts=1).rows
    except BadInputError:
        return None
    ranked = {row.name: row.loss_share for row in rows if row.loss > 0}
    if not ranked and not case.flow.value:
        return None
    fewest = fewest_places_cut(case.graph, *case.usable, case.sources, case.sinks)
    return Weak(
        tuple(name for name, share in ranked.items() if share == 1),
        None if fewest is None else case.ids(fewest),
        ranked,
    )


class _Like:
    """The roads of a case by the places that they join, and which one a lacking link is like."""

    def __init__(self, case: Case) -> None:
        self._case, graph = case, case.graph
        self._carries = case.roads.max(axis=1).tolist()
        self._joins: dict[tuple[int, int], list[int]] = {}
        for road, (a, b) in enumerate(zip(graph.a.tolist(), graph.b.tolist(), strict=True)):
            self._joins.setdefault((min(a, b), max(a, b)), []).append(road)

    def lack(self, row: Lacking) -> Lack:
        a, b = row.pair
        stops = (a, *row.via, b)
        roads = [
            min(self._joins[min(pair), max(pair)], key=lambda r: (self._case.graph.km[r], r))
            for pair in pairwise(stops)
        ] if math.isfinite(row.network_km) else []  # fmt: skip
        some = roads or list(range(len(self._carries)))
        by_capacity = sorted(some, key=lambda r: (self._carries[r], r))
        like = by_capacity[0 if roads else len(by_capacity) // 2]
        places, ids = self._case.graph.places, self._case.graph.roads
        return Lack(
            places[a], places[b], round(row.km, 1), _rounded(row.network_km),
            self._case.ids(row.via), ids[like],
        )  # fmt: skip


def _rounded(km: float | None) -> float | None:
    """To 100 m, None for no way."""
    return None if km is None or math.isinf(km) else round(km, 1)


def _elsewhere(case: Case, against: Case, tolerance: Tolerance) -> Iterator[Elsewhere]:
    """The places that have their name or id in the reference too, but all too far away."""
    here, there = _coordinates(case), _coordinates(against)
    known: dict[str, list[int]] = {}
    for i, name in enumerate(against.graph.places):
        for said in {folded(name), folded(against.said(name))}:
            known.setdefault(said, []).append(i)
    for i, name in enumerate(case.graph.places):
        same = {j for said in (name, case.said(name)) for j in known.get(folded(said), ())}
        km = min((_apart_km(here[i], there[j]) for j in same), default=0.0)
        if km > tolerance.near_km:
            yield Elsewhere(name, round(km, 1))


def _apart_km(here: FloatArray, there: FloatArray) -> float:
    return metres([(at[1], at[0]) for at in (here.tolist(), there.tolist())]) / 1000


def _coordinates(case: Case) -> FloatArray:
    if case.located is None:
        raise BadInputError(f"{case.title}: an audit needs the coordinates of all places")
    return case.located


def _place(case: Case, name: str) -> int:
    if name not in case.graph.place_index:
        raise BadInputError(f"skip: {unknown('place', name, case.graph.places)}")
    return case.graph.place_index[name]
