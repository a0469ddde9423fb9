"""Where displaced strength went: a map for each fallen place, arrows as wide as their share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from sim.base.numbers import number, percent
from sim.base.said import LEVEL, Name, Said, Sentence, counted, several, share
from sim.measure.flows import Displacement, displaced, displacements
from sim.scenario.model import Actor, Scenario
from sim.state.record import LOST, TAKEN
from sim.view.data import MapPlace, Page
from sim.view.draw import MARGIN, context, halo_text, outline, sheet_for, short, text_size, wrap
from sim.view.look import (
    FAINT_INK,
    INK,
    LABEL,
    NOBODY,
    SOFT_INK,
    VERMILLION,
    WHITE,
    WIDTH,
    Look,
    ink_on,
    looks,
)
from sim.view.map import marks
from sim.view.map.base import draw_base, draw_scale, name_countries
from sim.view.map.frame import fit
from sim.view.map.labels import Marks, Placed, Request, Taken, place
from sim.view.map.layout import Line, around
from sim.view.tables import Numbers
from sim.view.words import Words

MOST_PANELS, MOST_ARROWS = 4, 7
"""Fallen places with a map, those of most persons; arrows on each."""

LEAST = 0.02
"""Share below which a destination gets no arrow, and a place no map (of all displaced)."""

_ELSEWHERE = {LOST: "did not get away", TAKEN: "taken prisoner", "stays": "stay",
              "disperses": "disperse"}  # fmt: skip

WIDEST, THIN = 24.0, 2.4
"""Pixels across the arrow of the greatest share; the others in proportion, ``THIN`` at least."""

BEND = 0.12
"""How far an arrow bows out, as a share of its length, so that there and back do not meet."""

ROAD = "#c2bcb0"

RADIUS, SMALL = 6.0, 3.4

HEAD, LINE, GAP = 44.0, 15.0, 26.0
"""Pixels above a map for its words, for one line of them more, and between two maps."""

ONE, TWO = 640.0, 400.0
"""Height of a map that stands alone in its line, and of one of two."""


@dataclass(frozen=True, slots=True)
class RegroupArrow:
    """To a destination (the id of a place): ``name`` and ``words`` are written beside its end.

    ``share`` is that of those displaced, 0 to 1; not ``settled`` where its interval covers 0.
    """

    to: str
    share: float
    name: str
    words: str
    settled: bool = True


@dataclass(frozen=True, slots=True)
class RegroupPanel:
    """The displaced of one place: ``heading`` and ``words`` stand above their map."""

    actor: str
    origin: str
    heading: str
    words: str
    arrows: tuple[RegroupArrow, ...] = ()


@dataclass(frozen=True, slots=True)
class RegroupMapData:
    """Where displaced strength went, a map for each fallen place.

    ``places`` with their holders at the start, ``roads`` as pairs of places.
    """

    page: Page
    actors: tuple[Actor, ...]
    places: tuple[MapPlace, ...]
    roads: tuple[tuple[str, str], ...]
    panels: tuple[RegroupPanel, ...]


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
    kind = Sentence("Persons displaced from each place by where they went; width by share")
    if runs:
        kind = Sentence(
            "Share of those displaced from each place, mean over ",
            Said(f"{runs:,} runs", runs, "runs", "n"), " with its ", LEVEL, " interval; width by "
            "share; faded: the interval covers ", Said("0", 0.0, "1"),
        )  # fmt: skip
    if less := len(groups) - len(shown):
        left_out = counted(less, "place"), " with fewer displaced without a map"
        kind = Sentence(kind, "; ", *left_out)
    page = Page(_title(scenario, groups[shown[0]], runs), kind, credit)
    net = scenario.network
    return RegroupMapData(
        page,
        tuple(scenario.actors.values()),
        tuple(
            MapPlace(
                p.id, p.name, p.lat, p.lon, tuple(sorted(scenario.holders[p.id].shares.items())),
                kind=p.kind, population=p.population
            )
            for p in net.places.values()
        ),
        tuple((r.a, r.b) for r in net.roads.values()),
        tuple(_panel(scenario, groups[key], runs) for key in shown),
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
        together = sum(d.share.value for d in rest)
        words.append(f"{counted(len(rest), 'other destination')} together: {percent(together)}")
    arrows = tuple(_arrow(scenario, d, runs) for d in away)
    origin, actor = scenario.network.places[first.origin].name, scenario.actors[first.actor].name
    heading = f"{origin} ({actor}): {total} displaced{often}"
    return RegroupPanel(first.actor, first.origin, heading, "; ".join(words), arrows)


def _arrow(scenario: Scenario, d: Displacement, runs: int | None) -> RegroupArrow:
    exit_ = scenario.exits.get(d.choice)
    end = d.choice if exit_ is None else exit_.places[0]
    return RegroupArrow(end, d.share.value, _goal(scenario, d), _said(d, runs), d.settled)


def _goal(scenario: Scenario, d: Displacement) -> str:
    """A destination by name; an exit is marked as one."""
    if d.choice in _ELSEWHERE:
        return _ELSEWHERE[d.choice]
    exit_ = scenario.exits.get(d.choice)
    return scenario.network.places[d.choice].name if exit_ is None else f"out: {exit_.name}"


def _said(d: Displacement, runs: int | None) -> str:
    """A share with its interval; of one run the persons and their share."""
    return _range(d) if runs else f"{number(round(d.persons))} ({percent(d.share.value)})"


def _range(d: Displacement) -> str:
    """As "34 % (28 to 41)", with a dash."""
    if d.share.low is None or d.share.high is None:
        return percent(d.share.value)
    low, high = max(d.share.low, 0.0), min(d.share.high, 1.0)
    return f"{percent(d.share.value)} ({100 * low:.0f}\u2013{100 * high:.0f})"


def _title(scenario: Scenario, group: Sequence[Displacement], runs: int | None) -> Sentence:
    """What became of the displaced of the greatest group."""
    origin = Name(scenario.network.places[group[0].origin].name)
    said = [Sentence(_share(d, runs), " do not get away") for d in group if d.choice == LOST]
    away = [d for d in group if d.choice not in (LOST, TAKEN)]
    if away:
        goal = Name(_goal(scenario, away[0]))
        more = " takes more than any other place, "
        said.append(Sentence(goal, more, _share(away[0], runs)))
    return Sentence("Displaced from ", origin, ": ", several(said, "; ", "; "))


def _share(d: Displacement, runs: int | None) -> Sentence:
    """A share; over many runs with its interval, as far as that is within none and all."""
    path = f"displaced/{d.actor}/{d.origin}/{d.choice}"
    value, low, high = d.share.value, d.share.low, d.share.high
    if not runs or low is None or high is None:
        return Sentence(share(value, f"{path}/share"))
    ends = share(max(low, 0.0), f"{path}/low"), share(min(high, 1.0), f"{path}/high")
    return Sentence(share(value, f"{path}/share"), " (", ends[0], " to ", ends[1], ")")


@context()
def draw_regroup_map(data: RegroupMapData) -> Figure:
    """A map for each fallen place, with arrows to where its displaced went.

    Widths are on one scale. An arrow whose interval covers 0 is faded.
    """
    columns = 2 if len(data.panels) > 1 else 1
    lines = -(-len(data.panels) // columns)
    tall = TWO if columns > 1 else ONE
    wide = (WIDTH - 2 * MARGIN - GAP * (columns - 1)) / columns
    words = [wrap(panel.words, 9, wide, 2) for panel in data.panels]
    head = HEAD + LINE * (max(map(len, words), default=1) - 1)
    page = sheet_for(data.page, lines * (tall + head) + (lines - 1) * 10 + 4)
    largest = max((a.share for p in data.panels for a in p.arrows), default=0.0)
    for nth, panel in enumerate(data.panels):
        line, column = divmod(nth, columns)
        left = MARGIN + column * (wide + GAP)
        top = page.top - line * (tall + head + 10)
        heading = wrap(panel.heading, 11, wide, 1, "bold")[0]
        page.text(left, top - 4, heading, size=11, weight="bold", va="top")
        for row, more in enumerate(words[nth]):
            page.text(left, top - 23 - LINE * row, more, size=9, color=SOFT_INK, va="top")
        axes = page.canvas(left, top - head - tall, wide, tall)
        _Panel(axes, data, panel, (wide, tall)).draw(WIDEST / largest if largest else 0.0)
    return page.figure


class _Panel:
    """The map of one fallen place: where its places lie, in pixels, and what is taken."""

    def __init__(
        self, axes: Axes, data: RegroupMapData, panel: RegroupPanel, size: tuple[float, float]
    ) -> None:
        self.axes, self.panel, self.known = axes, panel, looks(data.actors)
        degrees = {p.id: (p.lon, p.lat) for p in data.places}
        self.ends = {panel.origin, *(a.to for a in panel.arrows)}
        self.frame = fit([degrees[p] for p in sorted(self.ends)], *size, pad=74.0, least_km=30)
        self.degrees = np.array(list(degrees.values()))
        self.xy = dict(zip(degrees, self.frame.places_xy(self.degrees), strict=True))
        self.inside = [p for p in data.places if self.frame.shows(self.xy[p.id])]
        self.names = {p.id: p.name for p in data.places}
        self.roads = [np.array([self.xy[a], self.xy[b]]) for a, b in data.roads]
        self.marks = Marks([(*self.xy[p.id], self._radius(p)) for p in self.inside])

    def draw(self, scale: float) -> None:
        """Draws it; ``scale`` is pixels across the arrow of a share of one."""
        axes, frame, xy, origin = self.axes, self.frame, self.xy, self.panel.origin
        base = draw_base(axes, frame, self.degrees)
        marks.strokes(axes, self.roads, ROAD, 1.6, 2)
        shapes = [_Arrow(a, xy[origin], xy[a.to], a.share * scale) for a in self.panel.arrows]
        _draw_arrows(axes, shapes, self.known.get(self.panel.actor, NOBODY))
        self._draw_places()
        marks.rings(axes, [xy[origin]], [RADIUS + 5], VERMILLION, 2.4)
        dots = np.array([xy[p.id] for p in self.inside]).reshape(-1, 2)
        soft = [np.column_stack([dots, np.full(len(dots), 25.0)])]
        soft += [np.column_stack([s.path, np.full(len(s.path), 6.0)]) for s in shapes]
        taken = self.taken = Taken((5, 5, frame.width - 5, frame.height - 5), np.concatenate(soft))
        taken.take(
            around(xy[p.id], RADIUS + 7 if p.id == origin else self._radius(p) + 2)
            for p in self.inside
        )
        self._name_ends()
        taken.take(around(point, 3) for s in shapes for point in s.path)
        draw_scale(axes, frame, taken)  # before the names that may go without
        self._name_others()
        name_countries(axes, frame, base, taken)
        outline(axes, (0, 0), frame.width, frame.height, FAINT_INK, 1.2, 20)

    def _radius(self, p: MapPlace) -> float:
        return RADIUS if p.id in self.ends else SMALL

    def _draw_places(self) -> None:
        """Places by who held them; the ends of arrows larger."""
        for look in [*self.known.values(), NOBODY]:
            held = [p for p in self.inside if _look(p, self.known) == look]
            radii = [self._radius(p) for p in held]
            marks.markers(self.axes, [self.xy[p.id] for p in held], radii, look)

    def _name_ends(self) -> None:
        """The fallen place, then the destinations with their shares, the greatest first."""
        origin = self.panel.origin
        self._label(origin, [(self.names[origin], "bold", INK)], RADIUS + 8)
        for arrow in sorted(self.panel.arrows, key=lambda a: (-a.share, a.to)):
            colour = INK if arrow.settled else SOFT_INK
            lines = [(arrow.name, "normal", colour), (arrow.words, "bold", colour)]
            self._label(arrow.to, lines, RADIUS + 2)

    def _label(self, of: str, lines: Sequence[tuple[str, str, str]], gap: float) -> None:
        """Lines of (text, weight, colour) beside a place, tied to it where they stand off."""
        points = 9.0
        shown = [(short(text, LABEL.name), weight, colour) for text, weight, colour in lines]
        wide = max(text_size(text, points, weight)[0] for text, weight, _ in shown) + 4
        row = points * 1.55
        x, y = map(float, self.xy[of])
        request = Request(x, y, wide, row * len(shown) + 2, gap, far=True)
        placed = place([request], self.taken, marks=self.marks)[0]
        if placed is None:  # among the marks of others, with a line to its own
            found = place([request], self.taken)[0]
            if found is None:
                return
            placed = Placed(found.box, leader=True)
        if placed.leader:
            near_x, near_y = placed.near(x, y)
            self.axes.plot([x, near_x], [y, near_y], color=SOFT_INK, lw=0.8, zorder=9)
        edge, across = placed.edge(x)
        for nth, (text, weight, colour) in enumerate(shown):
            _write(
                self.axes, self.xy[of], placed, (edge, placed.box[3] - 1 - row * (nth + 0.5)),
                text, size=points, weight=weight, color=colour, ha=across, zorder=10,
            )  # fmt: skip

    def _name_others(self) -> None:
        """Names of the other places as far as there is room beside them."""
        others = [p for p in self.inside if p.id not in self.ends]
        others.sort(key=lambda p: (-(p.population or 0), p.id))
        texts = [short(p.name, LABEL.name) for p in others]
        requests = []
        for p, text in zip(others, texts, strict=True):
            (x, y), (w, h) = map(float, self.xy[p.id]), text_size(text, 8)
            requests.append(Request(x, y, w + 4, h + 2, SMALL + 1))
        found = place(requests, self.taken, marks=self.marks)
        for p, text, placed in zip(others, texts, found, strict=True):
            if placed is not None:
                left, low, right, high = placed.box
                _write(
                    self.axes, self.xy[p.id], placed, ((left + right) / 2, (low + high) / 2), text,
                    size=8, color=SOFT_INK, ha="center", zorder=9,
                )  # fmt: skip


def _write(
    axes: Axes, of: Line, placed: Placed, at: tuple[float, float], text: str, **style: Any
) -> None:  # fmt: skip
    """One line of the label of a place, which lies at ``of``."""
    halo_text(axes, *at, text, va="center_baseline", **style)


def _look(p: MapPlace, known: Mapping[str, Look]) -> Look:
    """The look of the holder of the greatest share."""
    if not p.holders:
        return NOBODY
    return known.get(max(p.holders, key=lambda h: (h[1], h[0]))[0], NOBODY)


class _Arrow:
    """An arrow in pixels: the middle of its body as a line, and its outline."""

    def __init__(self, arrow: RegroupArrow, start: Line, end: Line, width: float) -> None:
        self.arrow = arrow
        along = end - start
        length = max(float(np.hypot(*along)), 1e-9)
        side = np.array([-along[1], along[0]]) / length
        bow = (start + end) / 2 + side * length * BEND
        width = max(width, THIN)
        head = min(max(1.3 * width, 11.0), length * 0.5)
        t = np.linspace(0, 1, 40)[:, None]
        line = (1 - t) ** 2 * start + 2 * t * (1 - t) * bow + t**2 * end
        gone = np.hypot(*(line - start).T) > RADIUS + 2
        left = np.hypot(*(line - end).T) > RADIUS + 3
        kept = line[gone & left]
        self.path = kept if len(kept) > 2 else line
        body = self.path[np.hypot(*(self.path - self.path[-1]).T) > head * 0.92]
        body = body if len(body) > 1 else self.path[:2]
        normal = np.gradient(body, axis=0)
        normal = np.column_stack([-normal[:, 1], normal[:, 0]])
        normal /= np.maximum(np.hypot(*normal.T), 1e-9)[:, None]
        half = width / 2
        wing = max(0.95 * width, half + 4.5)
        self.outline = np.concatenate(
            [
                body + normal * half,
                [body[-1] + normal[-1] * wing, self.path[-1], body[-1] - normal[-1] * wing],
                (body - normal * half)[::-1],
            ]
        )


def _draw_arrows(axes: Axes, shapes: Sequence[_Arrow], look: Look) -> None:
    """The widest below; a white rim sets those apart that run side by side."""
    for nth, shape in enumerate(sorted(shapes, key=lambda s: -s.arrow.share)):
        settled = shape.arrow.settled
        rim = WHITE if settled else ink_on_white(look.fill)
        axes.add_collection(
            PolyCollection(
                [shape.outline], facecolors=look.fill if settled else WHITE, edgecolors=rim,
                linewidths=1.3 if settled else 0.9, zorder=4 + nth / 100,
                linestyles=["-" if settled else (0, (2.5, 1.5))],
            )
        )  # fmt: skip
        if settled and look.fill != ink_on_white(look.fill):
            axes.add_collection(
                PolyCollection(
                    [shape.outline], facecolors="none", edgecolors=INK, linewidths=0.6,
                    zorder=4.005 + nth / 100,
                )
            )  # fmt: skip


def ink_on_white(fill: str) -> str:
    """The colour itself where it shows on white, else ink."""
    return fill if ink_on(fill) == WHITE else INK


def displacements_of(run: Words) -> list[Displacement]:
    """Shares of the displaced of each place of a run by where they went."""
    moves = [[*ends, persons] for ends, persons in displaced(run.record.moves).items()]
    return displacements([{"moves": moves}])


def displacement_table(found: Sequence[Displacement]) -> Numbers:
    """Everything that the map shows, and what it has no room for."""
    columns = ("actor", "from", "to", "runs", "persons", "share", "low", "high")
    rows = [
        (d.actor, d.origin, d.choice, d.runs, d.persons, share.value, share.low, share.high)
        for d in found
        for share in [d.share]
    ]
    return Numbers(columns, rows)
