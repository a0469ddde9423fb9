"""What flows through a case, what cuts it, and what holds its territory together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation

from sim.base.errors import BadInputError
from sim.cuts.case import Amount, Case, Document, flow_document
from sim.network import (
    Route,
    components,
    decompose,
    disjoint_routes,
    fastest_route,
    fewest_places_cut,
    reach,
)
from sim.network.cuts import other_fewest_places
from sim.network.mincuts import CutList, minimum_cuts, near_minimum_cuts
from sim.network.territory import weak_points
from sim.tables.of_cuts import explained

Gap = float | Decimal | str
"""How much more than the least a cut may hold: a number, or its text."""

MOST_LISTED = 100
"""Cuts that are listed unless told."""


@dataclass(frozen=True, slots=True)
class Way:
    """One route: ids of its places, its length, and what it carries (None: without limit).

    ``estimated`` is true where a road of it states no length.
    """

    places: tuple[str, ...]
    flow: Amount | None
    km: float
    estimated: bool = False

    @classmethod
    def of(cls, case: Case, route: Route, flow: Amount | None) -> Way:
        """A route of a case."""
        estimated = not case.estimated.isdisjoint(case.ids((), route.roads))
        return cls(case.ids(route.places), flow, round(route.km, 3), estimated)

    def document(self) -> Document:
        """The route as plain data."""
        return {"places": self.places, "flow": self.flow, **self.length()}

    def length(self) -> Document:
        """Its length as plain data, and that it is estimated where it is."""
        return {"km": self.km} | ({"estimated": True} if self.estimated else {})


@dataclass(frozen=True, slots=True)
class Ways:
    """The routes of a case, and how far it can do without some of them.

    ``fewest_places`` is None where no set of places alone cuts it; ``fastest`` where no way is.
    """

    fewest_places: tuple[str, ...] | None
    routes_by_roads: int
    routes_by_places: int
    fastest: Way | None
    routes: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class WeakPoints:
    """What holds a territory together, and its parts that no source reaches; by ids."""

    articulation_points: tuple[str, ...]
    bridges: tuple[str, ...]
    pockets: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """The largest flow of a network between places, and the minimum cut that proves it.

    ``max_flow`` is None where nothing bounds it. ``cut`` is the one nearest the sources;
    ``other_cut`` the one nearest the sinks, empty where that is the same. ``ways`` and
    ``territory`` are None where the network is too large for them. ``fewest_roads`` cut a network
    whose flow has no limit because roads state no capacity.
    """

    case: Case
    max_flow: Amount | None
    cut: tuple[str, ...]
    unique: bool
    other_cut: tuple[str, ...]
    ways: Ways | None
    territory: WeakPoints | None
    fewest_roads: tuple[str, ...] | None = None

    def document(self, most: int | None = None, gap: Gap | None = None) -> Document:
        """What ``sim cut --json`` prints of a network file; of more cuts as :func:`more_cuts`."""
        document = self.case.with_names(self._document() | more_cuts(self.case, most, gap))
        return document | ({} if self.ways is None else {"explanation": explained(document)})

    def _document(self) -> Document:
        document = self.case.head() | flow_document(self.max_flow, "max_flow")
        document |= {"cut": self.cut, "unique": self.unique, "other_cut": self.other_cut}
        if self.fewest_roads is not None:
            document["fewest_roads_cut"] = self.fewest_roads
        if self.ways is None or self.territory is None:
            return document
        fastest = self.ways.fastest
        document |= {
            "fewest_places_cut": self.ways.fewest_places,
            "other_fewest_places_cut": other_fewest(self.case),
            "routes_by_roads": self.ways.routes_by_roads,
            "routes_by_places": self.ways.routes_by_places,
            **asdict(self.territory),
            "fastest": None if fastest is None else {"places": fastest.places, **fastest.length()},
            "routes": [way.document() for way in self.ways.routes],
        }
        return document


def cut_of_case(case: Case) -> CutAnswer:
    """Max flow, minimum cut, routes and weak points. Raises BadInputError as ``Case.flow``."""
    flow = case.flow
    far = flow.cut.sink_side_cut
    return CutAnswer(
        case, case.value(flow.value), case.ids(flow.cut.places, flow.cut.roads), far is None,
        () if far is None else case.ids(far.places, far.roads), _ways(case) if case.small else None,
        territory_of(case) if case.small else None, _fewest_roads(case),
    )  # fmt: skip


def _fewest_roads(case: Case) -> tuple[str, ...] | None:
    """The fewest roads that cut a case that no capacity bounds, None where there are none."""
    if not case.flow.unlimited or case.counted is None:
        return None
    flow = case.counted.flow
    return None if flow.unlimited else case.ids((), flow.cut.roads)


def _ways(case: Case) -> Ways:
    whole = case.graph, *case.usable, case.sources, case.sinks
    fewest = fewest_places_cut(*whole)
    disjoint = disjoint_routes(*whole)
    fastest = fastest_route(*whole)
    routes = () if case.flow.unlimited else decompose(case.problem, case.flow)
    return Ways(
        None if fewest is None else case.ids(fewest),
        disjoint.by_roads,
        disjoint.by_places,
        None if fastest is None else Way.of(case, fastest, None),
        tuple(Way.of(case, route, case.value(route.rate)) for route in routes),
    )


def other_fewest(case: Case) -> tuple[str, ...]:
    """As few places that cut a case, those nearest its sinks; none where only one set does."""
    whole = case.graph, *case.usable, case.sources, case.sinks
    return case.ids(other_fewest_places(*whole))


def territory_of(case: Case) -> WeakPoints:
    """What holds the territory together, and its parts that no source reaches.

    The territory is what the flow may use; the pockets of a scenario's actor are those that the
    engine lists, else all that no way leads to from a source.
    """
    roads, places = case.usable
    weak = weak_points(case.graph, roads, places)
    if case.pockets is not None:
        apart = case.pockets()
    else:
        fed = reach(case.graph, roads, places, case.sources)
        apart = tuple(components(case.graph, roads, places & ~fed))
    return WeakPoints(
        case.ids(weak.places), case.ids((), weak.roads), tuple(case.ids(part) for part in apart)
    )


@dataclass(frozen=True, slots=True)
class NamedCut:
    """One cut: what it holds, and the ids of its places and roads."""

    holds: Amount | None
    cut: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedCuts:
    """Cuts, those that hold least first; ``complete`` where these are all."""

    complete: bool
    cuts: tuple[NamedCut, ...]


def every_minimum_cut(case: Case, most: int) -> NamedCuts:
    """All minimum cuts up to ``most``; none where the flow is unlimited or 0."""
    return _named(case, minimum_cuts(case.arcs(()), most))


def every_near_cut(case: Case, gap: Gap, most: int) -> NamedCuts:
    """All cuts up to ``most`` that hold up to ``gap`` more than the least.

    Raises BadInputError for a gap that is no number of at least 0.
    """
    try:
        extra = Decimal(str(gap)) * case.scale
    except InvalidOperation:
        extra = Decimal("nan")
    if not extra.is_finite() or extra < 0:
        raise BadInputError(f"gap: '{gap}' is not a number of at least 0")
    return _named(case, near_minimum_cuts(case.arcs(()), int(extra), most))


def more_cuts(case: Case, most: int | None, gap: Gap | None) -> Document:
    """Up to ``most`` minimum cuts, and cuts within a gap of them, where either is asked for."""
    if most is None and gap is None:
        return {}
    document: Document = {"minimum_cuts": asdict(every_minimum_cut(case, most or MOST_LISTED))}
    if gap is not None:
        document["near_minimum_cuts"] = asdict(every_near_cut(case, gap, most or MOST_LISTED))
    return document


def _named(case: Case, found: CutList) -> NamedCuts:
    cuts = (NamedCut(case.value(c.value), case.ids(c.places, c.roads)) for c in found.cuts)
    return NamedCuts(found.complete, tuple(cuts))
