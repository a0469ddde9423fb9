"""Fills the map of regrouping, from one run or from many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sim.base.numbers import number
from sim.measure.flows import LOST, Displacement
from sim.scenario.model import Scenario
from sim.view.data import ActorStyle, MapPlace, Page, RegroupArrow, RegroupMapData, RegroupPanel
from sim.view.tables import Table

MOST_PANELS, MOST_ARROWS = 4, 7
"""Fallen places with a map, those of most persons; arrows on each."""

LEAST = 0.02
"""Share below which a destination gets no arrow, and a place no map (of all displaced)."""

_ELSEWHERE = {LOST: "did not get away", "stays": "stay", "disperses": "disperse"}


def regroup_map(
    scenario: Scenario, found: Sequence[Displacement], credit: str, runs: int | None = None
) -> RegroupMapData | None:
    """The maps' data; None where nobody was displaced. ``runs`` is None for one run."""
    groups: dict[tuple[str, str], list[Displacement]] = defaultdict(list)
    for d in found:
        groups[d.actor, d.origin].append(d)
    if not groups:
        return None
    persons = {key: sum(d.persons * d.runs for d in group) for key, group in groups.items()}
    worth = [key for key in groups if persons[key] >= LEAST * sum(persons.values())]
    shown = sorted(worth, key=lambda key: (-persons[key], key))[:MOST_PANELS]
    kind = (
        f"Share of those displaced from each place, mean over {runs} runs with its 95 % interval; "
        "width by share; faded: the interval covers 0"
        if runs
        else "Persons displaced from each place by where they went; width by share"
    )
    page = Page(_title(scenario, groups[shown[0]], runs), kind, credit)
    net = scenario.network
    return RegroupMapData(
        page,
        tuple(ActorStyle(a.id, a.name, a.color) for a in scenario.actors.values()),
        tuple(
            MapPlace(
                p.id, p.name, p.lat, p.lon, tuple(sorted(scenario.holders[p.id].shares.items())),
                kind=p.kind, population=p.population,
            )
            for p in net.places.values()
        ),
        tuple((r.a, r.b) for r in net.roads.values()),
        tuple(_panel(scenario, groups[key], runs) for key in shown),
    )  # fmt: skip


def displacement_table(found: Sequence[Displacement]) -> Table:
    """Everything that the map shows, and what it has no room for."""
    columns = ("actor", "from", "to", "runs", "persons", "share", "low", "high")
    return Table(
        columns,
        [
            (d.actor, d.origin, d.choice, d.runs, d.persons, d.share.value, d.share.low,
             d.share.high)
            for d in found
        ],
    )  # fmt: skip


def _panel(scenario: Scenario, group: Sequence[Displacement], runs: int | None) -> RegroupPanel:
    first = group[0]
    away = [d for d in group if d.choice not in _ELSEWHERE and d.share.value >= LEAST]
    away = away[:MOST_ARROWS]
    total = number(round(sum(d.persons for d in group)))
    often = f", in {first.runs} of {runs} runs" if runs else ""
    words = [f"{_ELSEWHERE[d.choice]}: {_said(d, runs)}" for d in group if d.choice in _ELSEWHERE]
    rest = [d for d in group if d not in away and d.choice not in _ELSEWHERE]
    if rest:
        share = sum(d.share.value for d in rest)
        words.append(f"{len(rest)} other destinations together: {100 * share:.0f} %")
    arrows = tuple(
        RegroupArrow(
            _end(scenario, d), d.share.value, _goal(scenario, d), _said(d, runs), d.settled
        )
        for d in away
    )
    origin, actor = scenario.network.places[first.origin].name, scenario.actors[first.actor].name
    heading = f"{origin} ({actor}): {total} displaced{often}"
    return RegroupPanel(first.actor, first.origin, heading, "; ".join(words), arrows)


def _end(scenario: Scenario, d: Displacement) -> str:
    exit_ = scenario.exits.get(d.choice)
    return d.choice if exit_ is None else exit_.places[0]


def _goal(scenario: Scenario, d: Displacement) -> str:
    """A destination by name; an exit is marked as one."""
    if d.choice in _ELSEWHERE:
        return _ELSEWHERE[d.choice]
    exit_ = scenario.exits.get(d.choice)
    return scenario.network.places[d.choice].name if exit_ is None else f"out: {exit_.name}"


def _said(d: Displacement, runs: int | None) -> str:
    """A share with its interval; of one run the persons and their share."""
    return _range(d) if runs else f"{number(round(d.persons))} ({100 * d.share.value:.0f} %)"


def _range(d: Displacement) -> str:
    """As "34 % (28-41)"."""
    if d.share.low is None or d.share.high is None:
        return f"{100 * d.share.value:.0f} %"
    low, high = max(d.share.low, 0.0), min(d.share.high, 1.0)
    return f"{100 * d.share.value:.0f} % ({100 * low:.0f}-{100 * high:.0f})"


def _title(scenario: Scenario, group: Sequence[Displacement], runs: int | None) -> str:
    """What became of the displaced of the greatest group."""
    origin = scenario.network.places[group[0].origin].name
    said = [f"{_share(d, runs)} do not get away" for d in group if d.choice == LOST]
    away = [d for d in group if d.choice != LOST]
    if away:
        said.append(
            f"{_goal(scenario, away[0])} takes more than any other place, {_share(away[0], runs)}"
        )
    return f"Displaced from {origin}: {'; '.join(said)}"


def _share(d: Displacement, runs: int | None) -> str:
    return _range(d) if runs else f"{100 * d.share.value:.0f} %"
