"""What the figures of cuts draw, from the documents that ``sim cut``, ``interdict`` and ``rank``
print; no matplotlib here.

Amounts are in the document's unit, kg/day turned into t/day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.base.numbers import number

from .data import MapData, Page

Document = Mapping[str, Any]
Naming = Callable[[str], str]

MOST_RANKED = 25
"""Rows of a ranking's chart."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the loss of one place or road alone costs.

    ``share`` is the loss as a share of the whole; ``low`` and ``high`` (amounts) and ``ranks``
    (5 %, median, 95 %) come from drawn networks. ``in_cuts`` is the share of the minimum cuts
    that it is in; ``delay`` hours more on the fastest route, None where no way is left.
    """

    id: str
    name: str
    kind: str
    loss: float
    share: float
    in_cuts: float
    delay: float | None
    low: float | None = None
    high: float | None = None
    ranks: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class RankData:
    """Places and roads by what the loss of each alone costs of ``whole``."""

    page: Page
    unit: str
    whole: float
    rows: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True)
class Attack:
    """What ``k`` losses leave at least (None: no way left), and one set that does it.

    ``bound`` is below ``value`` where the value is not proven.
    """

    k: int
    value: float | None
    removed: tuple[str, ...] = ()
    bound: float | None = None


@dataclass(frozen=True, slots=True)
class FrontierData:
    """The least that 0 to K losses leave; greedy's answer and the scenario's own beside it."""

    page: Page
    unit: str
    quantity: str
    exact: tuple[Attack, ...]
    greedy: tuple[Attack, ...] = ()
    captures: Attack | None = None


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


def rank_data(document: Document, naming: Naming) -> RankData:
    """The chart of a ranking, from the document of ``sim rank``."""
    unit, scale = _unit(document)
    whole = (document["max_flow"] or 0) / scale
    rows = []
    for row in document["rank"][:MOST_RANKED]:
        low, high = None, None
        if "loss_interval" in row:
            low, high = row["loss_interval"][0] / scale, row["loss_interval"][2] / scale
        rows.append(
            Ranked(
                row["name"],
                naming(row["name"]),
                row["kind"],
                row["loss"] / scale,
                row["loss_share"],
                row["in_minimum_cuts"],
                row["delay_hours"],
                low,
                high,
                tuple(row["rank_interval"]) if "rank_interval" in row else None,
            )
        )
    drawn = "; whiskers: 5 to 95 % of the networks drawn" if any(r.ranks for r in rows) else ""
    subtitle = f"{_of(document)}: what the loss of each alone takes from the capacity{drawn}"
    title = f"{_name(document)}: {_worst(rows, whole, unit)}"
    return RankData(Page(title, subtitle, _credit(document)), unit, whole, tuple(rows))


def _worst(rows: Sequence[Ranked], whole: float, unit: str) -> str:
    if not rows or rows[0].loss <= 0:
        return "no single loss takes anything from the capacity"
    top = [r.name for r in rows if r.loss == rows[0].loss]
    names = listed(top, "or")
    if rows[0].loss >= whole:
        return f"the loss of {names} alone stops it"
    return f"the loss of {names} costs most: {amount(rows[0].loss, unit)} of {amount(whole, '')}"


def frontier_data(document: Document, naming: Naming) -> FrontierData:
    """The chart of a frontier, from any document of ``sim interdict``."""
    unit, scale = _unit(document)
    key, quantity = "flow", "flow left"
    if "axes" in document:
        key, quantity = "total", "weighted flow left"
    elif any("hours" in row for row in document["frontier"]):
        key, quantity, unit, scale = "hours", "fastest route", "h", 1.0
    exact = _attacks(document["frontier"], key, scale, naming)
    greedy = _attacks(document.get("greedy", ()), key, scale, naming)
    taken = document.get("captures")
    captures = None
    if taken and taken["flow"] is not None:
        names = tuple(naming(p) for p in taken["places"])
        captures = Attack(taken["k"], taken["flow"] / scale, names)
    what = {"flow left": "the least flow that so many losses leave"}.get(
        quantity, f"{quantity} after so many losses"
    )
    targets = f" of {document['targets']}" if "targets" in document else ""
    targets = targets.replace("both", "places or roads")
    subtitle = f"{_of(document)}: {what.replace('losses', f'losses{targets}')}"
    title = f"{_name(document)}: {_stops(exact, greedy, unit, key)}"
    page = Page(title, subtitle, _credit(document))
    return FrontierData(page, unit, quantity, exact, greedy, captures)


def _attacks(
    rows: Sequence[Document], key: str, scale: float, naming: Naming
) -> tuple[Attack, ...]:
    found = []
    for row in rows:
        value, bound = row.get(key), None if row.get("proven", True) else row.get("bound")
        found.append(
            Attack(
                row["k"],
                None if value is None else value / scale,
                tuple(naming(n) for n in row["removed"]),
                None if bound is None else bound / scale,
            )
        )
    return tuple(found)


def _stops(exact: Sequence[Attack], greedy: Sequence[Attack], unit: str, key: str) -> str:
    last = exact[-1]
    if key == "hours":
        none = next((a for a in exact if a.value is None), None)
        if none is not None:
            return f"{_losses(none.k)} can leave no way: {listed(none.removed)}"
        return f"{_losses(last.k)} can make the fastest route {amount(last.value or 0, unit)} long"
    stop = next((a for a in exact if a.value == 0 and a.bound is None), None)
    if stop is not None:
        found = f"{_losses(stop.k, 's')}: {listed(stop.removed)}"
        simple = next((a.k for a in greedy if a.value == 0), None)
        if simple == stop.k or not greedy:
            return found
        late = "does not within the budget" if simple is None else f"needs {simple}"
        return f"{found}; one by one {late}"
    if last.value is None:
        return f"no {_losses(last.k)} bound the flow"
    found = f"{_losses(last.k)} can leave {amount(last.value, unit)}"
    if exact[0].value:
        found += f" of {amount(exact[0].value, '')}"
    if greedy and greedy[-1].value is not None and greedy[-1].value > last.value:
        found += f"; taken one by one they leave {amount(greedy[-1].value, '')}"
    return found


def _losses(k: int, verb: str = "") -> str:
    """ "2 losses", or "2 losses stop it" where ``verb``."""
    word = f"{k} loss" if k == 1 else f"{k} losses"
    return word if not verb else f"{word} {'stops' if k == 1 else 'stop'} it"


def cut_map_data(base: MapData, cuts: Document, ranked: Document, naming: Naming) -> CutMapData:
    """The cut map: a map of the network, all its minimum cuts and its ranked places.

    ``cuts`` is ``minimum_cuts`` of the document of ``sim cut --cuts``.
    """
    ranking = rank_data(ranked, naming)
    found, complete = cuts["cuts"], bool(cuts["complete"])
    count: dict[str, int] = {}
    for cut in found:
        for name in cut["cut"]:
            count[name] = count.get(name, 0) + 1
    shares = {name: n / len(found) for name, n in sorted(count.items())}
    places = frozenset(p.id for p in base.places)
    ways = "1 minimum cut holds" if len(found) == 1 else f"{len(found)} minimum cuts hold"
    more = "" if complete else " (more not listed)"
    whole = amount(ranking.whole, ranking.unit)
    if not ranking.whole:
        title = f"{_name(ranked)} carries nothing: there is nothing left to cut"
    else:
        worst = _worst(ranking.rows, ranking.whole, ranking.unit)
        title = f"{_name(ranked)}: {ways} {whole}{more}; {worst}"
    subtitle = f"{_of(ranked)}: all minimum cuts, and places by what the loss of each alone costs"
    focus = base.focus
    if not focus:
        ends = {p.id for p in base.places if p.role is not None}
        ends |= {end for r in base.roads if r.id in shares for end in (r.a, r.b)}
        ends |= {r.id for r in ranking.rows if r.kind == "place" and r.loss > 0}
        focus = tuple(sorted(ends | (frozenset(shares) & places)))
    drawn = replace(
        base,
        focus=focus,
        page=Page(title, subtitle, base.page.credit),
        roads=tuple(replace(r, flow=0) for r in base.roads),
        cut_places=frozenset(shares) & places,
        cut_roads=frozenset(shares) - places,
        cut_word="in a minimum cut",
    )
    return CutMapData(drawn, shares, len(found), complete, ranking)


def amount(value: float, unit: str) -> str:
    """An amount with its unit; whole numbers from 100 on."""
    shown = round(value) if abs(value) >= 100 else value
    return f"{number(shown)} {unit}".rstrip()


def listed(names: Sequence[str], last: str = "and", most: int = 3) -> str:
    """Names in words: "a, b and c", "a, b, c and 2 more"."""
    if not names:
        return "nothing"
    if len(names) > most:
        return ", ".join(names[:most]) + f" {last} {len(names) - most} more"
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _unit(document: Document) -> tuple[str, float]:
    if document.get("unit") == "kg/day" or "axes" in document:
        return "t/day", 1000.0
    return "", 1.0


def _of(document: Document) -> str:
    """What was looked at: an axis at a date, or a file."""
    if "axes" in document:
        return f"{', '.join(document['axes'])} on {document['at']}"
    if "axis" in document:
        return f"{document['name']} on {document['at']}"
    return f"{document['title']}, {listed(document['from'])} to {listed(document['to'])}"


def _name(document: Document) -> str:
    """The axis, the axes or the file, for a title."""
    if "axes" in document:
        return str(listed(document["axes"]))
    return str(document["name"] if "axis" in document else document["title"])


def _credit(document: Document) -> str:
    """Small print: what a flow in the unit of a file is."""
    return "" if _unit(document)[0] else "Amounts are in the unit of the file."
