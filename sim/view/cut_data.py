"""What the figures of cuts draw, from the answers of :mod:`sim.cuts`; no matplotlib here.

Amounts are in the answer's unit, kg/day turned into t/day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from sim.base.said import Name, Said, Sentence, counted, listed, several, share
from sim.cuts.attacks import AttackAnswer, DelayFrontier, FlowFrontier, JointFrontier
from sim.cuts.audit import Audit, Differs
from sim.cuts.case import Case
from sim.cuts.ranking import RankedLoss, Ranking
from sim.cuts.weakness import Weakness

from .data import MapData, Page, amount

Frontier = FlowFrontier | DelayFrontier | JointFrontier

MOST_NUMBERED = 9
"""Places that get a number on the cut map."""

MOST_RANKED = 25
"""Rows of a ranking's chart."""


@dataclass(frozen=True, slots=True)
class RankData:
    """Places and roads by what the loss of each alone costs of ``whole``; ``names`` by id.

    ``left_out`` are so many more that cost something, and less.
    """

    page: Page
    unit: str
    whole: float
    rows: tuple[RankedLoss, ...]
    names: Mapping[str, str]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class FrontierData:
    """The least that 0 to K losses leave; greedy's answer and the scenario's own beside it.

    What is removed is said by name; there is a bound only where an attack is not proven.
    ``stopping`` are sets that stop it with the fewest losses, ``complete`` where these are all.
    ``map`` is there where one loss stops it, so that a curve would show zeros alone: it marks
    whatever does so.
    """

    page: Page
    unit: str
    quantity: str
    exact: tuple[AttackAnswer, ...]
    greedy: tuple[AttackAnswer, ...]
    captures: tuple[AttackAnswer, ...]
    stopping: tuple[tuple[str, ...], ...] = ()
    complete: bool = True
    map: MapData | None = None

    def sets(self, attack: AttackAnswer) -> Sentence:
        """What an attack removes, by name; where it stops the flow, what as few do as well."""
        stops = self.stopping and attack.removed in self.stopping
        return one_of(self.stopping if stops else [attack.removed], complete=self.complete)

    @property
    def every(self) -> tuple[AttackAnswer, ...]:
        """All attacks, the scenario's own among them."""
        return (*self.exact, *self.greedy, *self.captures)


@dataclass(frozen=True, slots=True)
class CutMapData:
    """Where an axis can be cut: ``shares`` of ``cuts`` minimum cuts by id, and the ranking.

    ``complete`` is false where there are more cuts than were listed. The map carries the
    page; its cut marks are those of ``shares``.
    """

    map: MapData
    shares: Mapping[str, float]
    cuts: int
    complete: bool
    ranking: RankData

    @property
    def numbered(self) -> tuple[RankedLoss, ...]:
        """The places that get a number on the map, the worst first."""
        return self._costly[:MOST_NUMBERED]

    @property
    def more(self) -> int:
        """How many more places cost something."""
        return len(self._costly) - len(self.numbered) + self.ranking.left_out

    @property
    def _costly(self) -> tuple[RankedLoss, ...]:
        return tuple(r for r in self.ranking.rows if r.kind == "place" and r.loss > 0)


@dataclass(frozen=True, slots=True)
class AuditMapData:
    """A network held against a reference.

    ``lacking`` are pairs of places, ``differ`` and ``lengths`` ids of roads; ``rows`` are the
    kind, the id, the km of the network, those of the reference, and places on the way.
    """

    map: MapData
    lacking: tuple[tuple[str, str], ...]
    differ: frozenset[str]
    lengths: frozenset[str]
    rows: tuple[tuple[str, str, float | None, float | None, str], ...]


def audit_data(base: MapData, audit: Audit) -> AuditMapData:
    """The map of an audit."""
    links = counted(len(audit.lacking), "link")
    title = Sentence(Name(audit.title), " lacks ", links, " that the reference has")
    left = counted(len(audit.not_audited), "place")
    subtitle = Sentence(
        "Held against ", Name(audit.against), "; ", left, " without a road of it nearby left out"
    )
    rows: list[tuple[str, str, float | None, float | None, str]] = [
        ("lacking", lack.road, lack.network_km, lack.km, " ".join(lack.via))
        for lack in audit.lacking
    ]
    for kind in ("over", "absent", "lengths"):
        found: Sequence[Differs] = getattr(audit, kind)
        rows += [(kind, d.road, d.km, d.reference_km, " ".join(d.over)) for d in found]
    return AuditMapData(
        replace(base, page=Page(title, subtitle)),
        tuple((lack.a, lack.b) for lack in audit.lacking),
        frozenset(row.road for row in (*audit.over, *audit.absent)),
        frozenset(row.road for row in audit.lengths),
        tuple(rows),
    )


def rank_data(ranking: Ranking) -> RankData:
    """The chart of a ranking."""
    case = ranking.case
    unit, scale = unit_of(case)
    whole = ranking.max_flow / scale
    rows = tuple(_scaled(row, scale) for row in ranking.rows[:MOST_RANKED])
    left_out = sum(row.loss > 0 for row in ranking.rows[MOST_RANKED:])
    names = {row.name: case.said(row.name) for row in rows}
    subtitle = Sentence(ends_of(case), ": what the loss of each alone takes from the capacity")
    if left_out:
        more = Said(str(left_out), left_out, "names")
        subtitle = Sentence(subtitle, "; ", more, " more that cost less are not drawn")
    if any(r.interval for r in rows):
        ends = share(0.05), " to ", share(0.95), " of the networks drawn"
        subtitle = Sentence(subtitle, "; whiskers: ", *ends)
    title = Sentence(Name(case.title), ": ", _worst(rows, whole, unit, names))
    return RankData(Page(title, subtitle, credit_of(case)), unit, whole, rows, names, left_out)


def _scaled(row: RankedLoss, scale: float) -> RankedLoss:
    drawn = row.interval
    if drawn is not None:
        low, middle, high = (loss / scale for loss in drawn.losses)
        drawn = replace(drawn, losses=(low, middle, high))
    return replace(row, loss=row.loss / scale, interval=drawn)


def _worst(
    rows: Sequence[RankedLoss], whole: float, unit: str, names: Mapping[str, str]
) -> Sentence:
    if not rows or rows[0].loss <= 0:
        return Sentence("no single loss takes anything from the capacity")
    top = listed([names[r.name] for r in rows if r.loss == rows[0].loss], "or")
    if rows[0].loss >= whole:
        return Sentence("the loss of ", top, " alone stops it")
    costs = amount(rows[0].loss, unit, "rank/0/loss"), amount(whole, unit, "max_flow", bare=True)
    return Sentence("the loss of ", top, " costs most: ", costs[0], " of ", costs[1])


def frontier_data(frontier: Frontier, base: MapData | None = None) -> FrontierData:
    """The chart of a frontier: of the flow left, of the fastest route, or of several axes.

    ``base`` is the map of the network, where it has one: it takes the place of zeros.
    """
    case = frontier.cases[0] if isinstance(frontier, JointFrontier) else frontier.case
    name, of = Sentence(Name(case.title)), ends_of(case)
    unit, scale = unit_of(case)
    quantity, what = "flow left", "the least flow that so many losses leave"
    if isinstance(frontier, JointFrontier):
        name = listed(frontier.axes)
        of = Sentence(Name(", ".join(frontier.axes)), " on ", Name(case.at))
        quantity, what = "weighted flow left", "weighted flow left after so many losses"
    elif isinstance(frontier, DelayFrontier):
        quantity, what = "fastest route", "fastest route after so many losses"
        unit, scale = "h", 1.0
    exact = _told(case, frontier.attacks, scale)
    greedy: tuple[AttackAnswer, ...] = ()
    captures: tuple[AttackAnswer, ...] = ()
    stopping: tuple[tuple[str, ...], ...] = ()
    complete = True
    if isinstance(frontier, FlowFrontier):
        if frontier.stopping is not None:
            complete = frontier.stopping.complete
            stopping = tuple(
                tuple(case.said(name) for name in names)
                for names in frontier.stopping.sets
                if len(names) == min(map(len, frontier.stopping.sets))
            )
        greedy, taken = _told(case, frontier.greedy, scale), frontier.captures
        whole = frontier.attacks[0].left
        if taken is not None and taken.left is not None and taken.left != whole:
            own = AttackAnswer(taken.k, taken.left, taken.places, proven=True, bound=None)
            captures = _told(case, [own], scale)
    targets = "places or roads" if frontier.targets == "both" else frontier.targets
    subtitle = Sentence(of, f": {what.replace('losses', f'losses of {targets}')}")
    key = {"flow left": "flow", "weighted flow left": "total", "fastest route": "hours"}[quantity]
    found = _stops(exact, greedy, unit, key, one_of(stopping, complete=complete))
    title = Sentence(name, ": ", found)
    page = Page(title, subtitle, "" if unit == "h" else credit_of(case))
    shown = None
    if base is not None and isinstance(frontier, FlowFrontier):
        what = Sentence(of, ": each place and road whose loss alone stops the flow")
        shown = _stopped_by_one(base, frontier, replace(page, subtitle=what))
    return FrontierData(page, unit, quantity, exact, greedy, captures, stopping, complete, shown)


def _stopped_by_one(base: MapData, frontier: FlowFrontier, page: Page) -> MapData | None:
    """The map of what stops the flow alone; None where one loss does not, or nothing flows."""
    sets = () if frontier.stopping is None else frontier.stopping.sets
    if not frontier.attacks[0].left or not sets or any(len(names) != 1 for names in sets):
        return None
    alone, places = {name for names in sets for name in names}, {p.id for p in base.places}
    return replace(
        base, focus=_focus(base, alone),
        page=replace(page, credit=page.credit or base.page.credit),
        cut_places=frozenset(alone & places), cut_roads=frozenset(alone - places),
        cut_word="its loss alone stops the flow", subjects=frozenset(alone & places),
    )  # fmt: skip


def _told(case: Case, attacks: Sequence[AttackAnswer], scale: float) -> tuple[AttackAnswer, ...]:
    return tuple(
        replace(
            attack,
            left=None if attack.left is None else attack.left / scale,
            removed=tuple(case.said(name) for name in attack.removed),
            bound=None if attack.proven or attack.bound is None else attack.bound / scale,
        )
        for attack in attacks
    )


def _stops(
    exact: Sequence[AttackAnswer], greedy: Sequence[AttackAnswer], unit: str, key: str,
    ways: Sentence,
) -> Sentence:  # fmt: skip
    """The fewest losses that stop it, else what all leave; ``key`` of each in the document.

    ``ways`` are the sets that stop it.
    """
    last, end = exact[-1], len(exact) - 1
    if key == "hours":
        none = next((i for i, a in enumerate(exact) if a.left is None), None)
        if none is not None:
            removed = listed(exact[none].removed)
            return Sentence(_losses(exact, none), " can leave no way: ", removed)
        long = amount(last.left or 0, unit, f"frontier/{end}/hours")
        return Sentence(_losses(exact, end), " can make the fastest route ", long, " long")
    stop = next((i for i, a in enumerate(exact) if a.left == 0 and a.bound is None), None)
    if stop is not None:
        stops = " stops it: " if exact[stop].k == 1 else " stop it: "
        found = Sentence(_losses(exact, stop), stops, ways or listed(exact[stop].removed))
        simple = next((i for i, a in enumerate(greedy) if a.left == 0), None)
        if not greedy or (simple is not None and greedy[simple].k == exact[stop].k):
            return found
        if simple is None:
            return Sentence(found, "; one by one does not within the budget")
        k = greedy[simple].k
        return Sentence(
            found, "; one by one needs ", Said(str(k), k, "losses", f"greedy/{simple}/k")
        )
    if last.left is None:
        return Sentence("no ", _losses(exact, end), " bound the flow")
    left = amount(last.left, unit, f"frontier/{end}/{key}")
    found = Sentence(_losses(exact, end), " can leave ", left)
    if exact[0].left:
        whole = amount(exact[0].left, unit, f"frontier/0/{key}", bare=True)
        found = Sentence(found, " of ", whole)
    if greedy and greedy[-1].left is not None and greedy[-1].left > last.left:
        path = f"greedy/{len(greedy) - 1}/{key}"
        left = amount(greedy[-1].left, unit, path, bare=True)
        found = Sentence(found, "; taken one by one they leave ", left)
    return found


MOST_WAYS = 3
"""Sets that are named of several that do the same."""


def one_of(sets: Sequence[Sequence[str]], *, complete: bool = True) -> Sentence:
    """Sets that do the same, in words: "a", "a or b", "a and b, or c and d, or 2 more"."""
    if not sets:
        return Sentence("")
    shown, more = sets[:MOST_WAYS], len(sets) - MOST_WAYS
    alone = all(len(one) == 1 for one in sets)
    ways = [listed(one) for one in shown]
    if more > 0:
        ways.append(Sentence(Said(f"{more} more", more, "sets") if complete else "others"))
    elif not complete:
        ways.append(Sentence("others"))
    return several(ways, last=" or ") if alone else several(ways, ", or ", ", or ")


def _losses(exact: Sequence[AttackAnswer], i: int) -> Said:
    return counted(exact[i].k, "loss", "losses", measure=f"frontier/{i}/k")


def cut_map_data(base: MapData, weakness: Weakness) -> CutMapData:
    """The cut map: a map of the network, all its minimum cuts and its ranked places."""
    case, found, complete = weakness.case, weakness.cuts.cuts, weakness.cuts.complete
    ranking = rank_data(weakness.ranking)
    count = Counter(name for cut in found for name in cut.cut)
    shares = {name: n / len(found) for name, n in sorted(count.items())}
    places = frozenset(p.id for p in base.places)
    hold = " holds " if len(found) == 1 else " hold "
    more = "" if complete else " (more not listed)"
    whole = amount(ranking.whole, ranking.unit, "max_flow")
    if not ranking.whole:
        title = Sentence(Name(case.title), " carries nothing: there is nothing left to cut")
    else:
        worst = _worst(ranking.rows, ranking.whole, ranking.unit, ranking.names)
        ways = counted(len(found), "minimum cut")
        title = Sentence(Name(case.title), ": ", ways, hold, whole, more, "; ", worst)
    subtitle = Sentence(
        ends_of(case), ": all minimum cuts, and places by what the loss of each alone costs"
    )
    costly = {r.name for r in ranking.rows if r.kind == "place" and r.loss > 0}
    drawn = replace(
        base, focus=_focus(base, {*shares, *costly}), page=Page(title, subtitle, base.page.credit),
        roads=tuple(replace(r, flow=0) for r in base.roads),
        cut_places=frozenset(shares) & places, cut_roads=frozenset(shares) - places,
        cut_word="in a minimum cut",
    )  # fmt: skip
    return CutMapData(drawn, shares, len(found), complete, ranking)


def _focus(base: MapData, items: Set[str]) -> tuple[str, ...]:
    """What a map shows: its own focus, else the ends of the flow with some places and roads."""
    if base.focus:
        return base.focus
    ends = {p.id for p in base.places if p.role is not None or p.id in items}
    return tuple(sorted(ends.union(*((r.a, r.b) for r in base.roads if r.id in items))))


def flow_map_data(base: MapData, case: Case) -> MapData:
    """The map of a network with a largest flow on it and the minimum cut nearest its sources."""
    unit, scale = unit_of(case)
    flow, graph = case.flow, case.graph
    value = case.value(flow.value)
    net = (flow.road_flow[:, 0] - flow.road_flow[:, 1]) * (1000 / (scale * case.scale))
    cut = flow.cut
    title = Sentence(Name(case.title), ": no limit bounds the flow")
    if value is not None:
        most = amount(value / scale, unit, "max_flow")
        names = listed(case.ids(cut.places, cut.roads))
        title = Sentence(Name(case.title), ": ", most, " at most, cut by ", names)
    subtitle = Sentence(
        ends_of(case), ": a largest flow, and the minimum cut nearest where it starts"
    )  # fmt: skip
    return replace(
        base,
        page=Page(title, subtitle, credit_of(case)),
        roads=tuple(
            replace(road, flow=round(net[graph.road_index[road.id]])) for road in base.roads
        ),
        cut_places=frozenset(case.ids(cut.places)),
        cut_roads=frozenset(case.ids((), cut.roads)),
        flow_word="flow",
    )


def unit_of(case: Case) -> tuple[str, float]:
    """The unit in which a case is drawn, and how many of the case's own make one of it."""
    return ("t/day", 1000.0) if case.unit == "kg/day" else ("", 1.0)


def ends_of(case: Case) -> Sentence:
    """What was looked at: an axis at a date, or a network between its ends."""
    if case.axis is not None:
        return Sentence(Name(case.title), " on ", Name(case.at))
    ends = listed(case.ids(case.sources)), " to ", listed(case.ids(case.sinks))
    return Sentence(Name(case.title), ", ", *ends)


def credit_of(case: Case) -> str:
    """Small print: what a flow is counted in that has no unit of its own."""
    return "" if unit_of(case)[0] else f"Amounts are in the {case.unit}."
