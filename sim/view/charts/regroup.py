"""Where displaced strength went: a block an origin, a bar a destination."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.numbers import number, percent
from sim.base.said import Name, Said, Sentence, counted
from sim.scenario.model import Actor
from sim.state.record import DISPERSE, LOST, STAY, TAKEN, Move
from sim.view.data import Page
from sim.view.draw import MARGIN, context, draw_bar, outline, plain, put, sheet, short, wrap
from sim.view.look import (
    FAINT_INK,
    INK,
    NOBODY,
    RULE,
    SOFT_INK,
    WIDTH,
    Look,
    looks,
)
from sim.view.tables import Numbers
from sim.view.words import Words

HEAD, ROW, BETWEEN = 48.0, 23.0, 20.0

NUMBERS, GUTTER = 150.0, 36.0
"""Pixels for the numbers right of the longest bar, and between two columns."""

NAME_SHARE = 0.3
"""Share of a column's width that the names of destinations take."""

MOST_MOVES, WORDS = 7, 9.2

MOST_TOLD = 4
"""Displaced groups drawn one by one; the title counts all."""


@dataclass(frozen=True, slots=True)
class RegroupMove:
    """Strength that went to one destination: ``persons``, after ``hours`` on the way.

    ``kind``: "place" in the network, "exit" out of it, "stay" (did not move; the name says so),
    "rest" (several destinations together).
    """

    name: str
    persons: float
    hours: float | None = None
    kind: Literal["place", "exit", "stay", "rest"] = "place"


@dataclass(frozen=True, slots=True)
class RegroupGroup:
    """The strength displaced from one place at one time.

    ``persons`` is its strength before it moved and ``lost`` how many did not get away;
    ``when`` is the date as text.
    """

    origin: str
    actor: str
    persons: float
    when: str = ""
    lost: float = 0.0
    moves: tuple[RegroupMove, ...] = ()

    @property
    def bars(self) -> list[RegroupMove]:
        """The moves in order of persons; those beyond ``MOST_MOVES`` as one."""
        moves = sorted(self.moves, key=lambda m: (-m.persons, m.name))
        rest = moves[MOST_MOVES:]
        if len(rest) < 2:
            return moves
        persons = sum(m.persons for m in rest)
        others = RegroupMove(f"{len(rest)} other destinations", persons, kind="rest")
        return [*moves[:MOST_MOVES], others]

    @property
    def height(self) -> float:
        """Pixels of its block."""
        return HEAD + ROW * max(len(self.bars), 1) + BETWEEN


@dataclass(frozen=True, slots=True)
class RegroupData:
    """Where displaced strength went."""

    page: Page
    actors: tuple[Actor, ...]
    groups: tuple[RegroupGroup, ...]


def regroup_data(run: Words) -> RegroupData:
    """Where each displaced garrison went."""
    groups: dict[tuple[int, str, str], list[Move]] = defaultdict(list)
    for move in _displaced(run):
        groups[move.time, move.actor, move.origin].append(move)
    # the greatest groups, in order of time: a page of small ones says nothing
    shown = sorted(groups, key=lambda k: (-sum(m.persons for m in groups[k]), k))[:MOST_TOLD]
    told = Sentence("persons displaced by the loss of their place, by where they chose to go")
    if less := len(groups) - len(shown):
        told = Sentence(told, "; ", counted(less, "smaller group"), " not drawn")
    found = []
    for time, actor, origin in sorted(shown):
        moves = groups[time, actor, origin]
        lost = sum(m.persons for m in moves if m.outcome in (LOST, TAKEN) and m.choice == origin)
        found.append(
            RegroupGroup(
                run.name(origin), actor, sum(m.persons for m in moves), run.date(time), lost,
                tuple(_regroup_move(run, m) for m in moves if m.choice != origin),
            )
        )  # fmt: skip
    return RegroupData(Page(_regroup_title(run), told, run.credit), run.actors, tuple(found))


def _displaced(run: Words) -> list[Move]:
    """The moves of the displaced; reserves that were sent are another thing."""
    return [move for move in run.record.moves if not move.reserve]


def _regroup_move(run: Words, move: Move) -> RegroupMove:
    choice, persons, hours = move.choice, move.persons, round(move.seconds / 3600, 1)
    if choice in (STAY, DISPERSE):
        return RegroupMove("stay" if choice == STAY else "disperse", persons, None, "stay")
    if choice in run.scenario.exits:
        return RegroupMove(run.scenario.exits[choice].name, persons, hours, "exit")
    return RegroupMove(run.name(choice), persons, hours)


def _regroup_title(run: Words) -> Sentence:
    total = sum(m.persons for m in _displaced(run) if m.outcome != "chose again")
    by_choice: dict[str, int] = defaultdict(int)
    lost = sum(m.persons for m in _displaced(run) if m.outcome in (LOST, TAKEN))
    for move in _displaced(run):
        if move.outcome not in (LOST, TAKEN, "chose again"):
            by_choice[move.choice] += move.persons
    if not by_choice:
        return Sentence("All ", Said(number(total), total, "persons"), " displaced are lost")
    first = min(by_choice, key=lambda c: (-by_choice[c], c))
    if first in (STAY, DISPERSE):
        name = "staying" if first == STAY else "dispersal"
    else:
        exit_ = run.scenario.exits.get(first)
        name = exit_.name if exit_ else run.name(first)
    share = by_choice[first] / total
    return Sentence(
        "Of ", Said(number(total), total, "persons"), " displaced ",
        Said(number(lost), lost, "persons"), " are lost; ", Name(name),
        " takes more than any other choice (", Said(percent(share), share, "1"), ")",
    )  # fmt: skip


@context()
def draw_regroup(data: RegroupData) -> Figure:
    """Bars of persons by destination for each displaced force, on one scale for all.

    Destinations come in order of persons; those beyond ``MOST_MOVES`` are a sum.
    Each block's head says how many were displaced and how many did not get away. More than
    two blocks stand in two columns, read line by line.
    """
    columns = 2 if len(data.groups) > 2 else 1
    lines = [data.groups[i : i + columns] for i in range(0, len(data.groups), columns)]
    body = sum(max(group.height for group in line) for line in lines)
    page = sheet(data.page, height=max(320.0, body + 134.0))
    strip = page.canvas(0, page.bottom, page.width, page.top - page.bottom)
    top = page.top - page.bottom - 4
    known = looks(data.actors)
    width = (WIDTH - 2 * MARGIN - GUTTER * (columns - 1)) / columns
    bars = [m for group in data.groups for m in group.bars if m.kind != "rest"]
    longest = max((m.persons for m in bars), default=0.0)
    scale = (width * (1 - NAME_SHARE) - NUMBERS) / longest if longest > 0 else 0.0
    for line in lines:
        for nth, group in enumerate(line):
            slot = _Slot(strip, MARGIN + nth * (width + GUTTER), width, scale)
            _draw_block(slot, group, known.get(group.actor, NOBODY), top)
        top -= max(group.height for group in line)
    words = "Beside the bars: persons, share of the displaced, hours on the way."
    page.text(MARGIN, page.bottom + 4, words, size=8.2, color=FAINT_INK)
    return page.figure


@dataclass(frozen=True, slots=True)
class _Slot:
    """A column of the sheet: pixel axes, its left edge and width, pixels a person."""

    axes: Axes
    left: float
    width: float
    scale: float

    @property
    def zero(self) -> float:
        """Where bars begin."""
        return self.left + self.width * NAME_SHARE


def _persons(men: float) -> str:
    return f"{men:,.0f}"


def _draw_block(slot: _Slot, group: RegroupGroup, look: Look, top: float) -> None:
    axes = slot.axes
    axes.plot([slot.left, slot.left + slot.width], [top - 2, top - 2], color=RULE, lw=0.9)
    title = wrap(f"{plain(look.name)} from {group.origin}", 10.5, slot.width, 1, "bold")
    put(axes, slot.left, top - 15, "".join(title), 10.5, color=INK, weight="bold")
    put(axes, slot.left, top - 34, _summary(group), 9.5, color=SOFT_INK)
    y = top - HEAD - ROW / 2
    for move in group.bars:
        if move.kind == "rest":
            put(axes, slot.zero - 8, y, move.name, WORDS, color=SOFT_INK, ha="right")
            together = f"{_facts(move, group)} together"
            put(axes, slot.zero + 2, y, together, WORDS, color=SOFT_INK)
        else:
            _draw_move(slot, move, group, look, y)
        y -= ROW
    if not group.moves:
        put(axes, slot.zero, y, "nobody moved", WORDS, color=SOFT_INK)


def _summary(group: RegroupGroup) -> str:
    words = f"{short(group.when, 40)}: " if group.when else ""
    words += f"{_persons(group.persons)} displaced" if group.persons else "nobody displaced"
    if group.lost > 0:
        share = f" ({percent(group.lost / group.persons)})" if group.persons else ""
        words += f", {_persons(group.lost)}{share} did not get away"
    return words


def _draw_move(slot: _Slot, move: RegroupMove, group: RegroupGroup, look: Look, y: float) -> None:
    prefix = "out: " if move.kind == "exit" else ""
    name = wrap(prefix + move.name, WORDS, slot.width * NAME_SHARE - 14, 1)
    put(slot.axes, slot.zero - 8, y, "".join(name), WORDS, color=INK, ha="right")
    corner, tall = (slot.zero, y - ROW * 0.33), ROW * 0.66
    long = move.persons * slot.scale
    draw_bar(slot.axes, look, corner, long, tall)
    outline(slot.axes, corner, long, tall)
    put(slot.axes, slot.zero + long + 8, y, _facts(move, group), WORDS, color=INK)


def _facts(move: RegroupMove, group: RegroupGroup) -> str:
    text = _persons(move.persons)
    if group.persons > 0:
        text += f" ({percent(move.persons / group.persons)})"
    if move.hours is not None and move.kind != "stay":
        text += f", {move.hours:.3g} h"
    return text


def regroup_table(data: RegroupData) -> Numbers:
    """Persons of each displaced force by destination."""
    rows: list[tuple[object, ...]] = []
    for group in data.groups:
        head = (group.origin, group.actor, group.when, group.persons, group.lost)
        rows += [(*head, m.name, m.kind, m.persons, None, None, m.hours) for m in group.moves]
        if not group.moves:
            rows.append((*head, None, None, None, None, None, None))
    columns = (
        "origin", "actor", "when", "displaced", "lost", "destination", "kind", "persons", "low",
        "high", "hours",
    )  # fmt: skip
    return Numbers(columns, rows)
