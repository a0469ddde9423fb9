"""What the schema cannot say of depots: which stock each ships from, and in what order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sim.base.diagnostics import Report, safe
from sim.base.numbers import listed

from .blocks import Sharing, sharing
from .model import SUPPLIES
from .validate import Found

Things = Mapping[str, Found]

After = Mapping[str, Mapping[str, str]]
"""By axis those that fill the stocks from which it ships, each with the place of the stock."""


def check_depots(report: Report, things: Mapping[str, Things]) -> None:
    """Each depot ships from one stock, and none from what it is to fill itself by way of others."""
    axes = things["axes"]
    fills: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for name, found in axes.items():
        for place in found.model.sinks:
            fills[place, *_kind(found)].append(name)
    after: dict[str, dict[str, str]] = defaultdict(dict)
    for name, found in axes.items():
        for place, source in found.model.sources.items():
            if not source.from_stock:
                continue
            at = found.at("sources", place, "from_stock", key=True)
            filling = fills[place, *_kind(found)]
            if source.foreign:
                said = f"'{safe(place)}' is foreign, and has no stock of its own"
                report.error(at, said, "leave out 'foreign', or 'from_stock'")
            elif not filling:
                said = f"no axis of the actor and commodity of '{safe(name)}' has a sink at "
                hint = f"add '{safe(place)}' to the sinks of an axis, with its stock and target"
                report.error(at, f"{said}'{safe(place)}'", hint)
            elif len(filling) > 1:
                said = f"there are stocks at '{safe(place)}' of the axes {listed(filling)}"
                report.error(at, said, "join them into one: a depot ships from one stock")
            elif filling != [name]:  # that is a source and a sink of one axis
                after[name][filling[0]] = place
    if not _circular(report, axes, after):
        _check_groups(report, things, after)


def _kind(axis: Found) -> tuple[str, str]:
    """Whose supplies an axis carries, and what."""
    return axis.model.actor, axis.model.commodity or SUPPLIES


def _circular(report: Report, axes: Things, after: After) -> bool:
    """Whether a stock is filled from a depot that it fills, which is told."""
    circle = _circle({axis: list(of) for axis, of in after.items()})
    if not circle:
        return False
    ships = list(zip([*circle[1:], circle[0]], circle, strict=True))
    places = [after[axis][before] for axis, before in ships]
    name, place = ships[0][0], places[0]
    way = " -> ".join(safe(p) for p in [*places, place])
    said = f"depots fill one another in a circle: {way} (axes {listed(circle, most=9)})"
    at = axes[name].at("sources", place, "from_stock", key=True)
    report.error(at, said, "let one of them ship from elsewhere")
    return True


def _check_groups(report: Report, things: Mapping[str, Things], after: After) -> None:
    """No axes are planned together of which one has to be planned before the other."""
    axes, of = things["axes"], sharing_of(things, after)
    for name, before in after.items():
        for other, place in before.items():
            rivals = [n for n, b in after.items() if n < name and b.get(other) == place]
            found = axes[name]
            for mate, does in [(other, "fills"), *((n, "ships from too") for n in rivals)]:
                if of[mate] == of[name] and of[name].rule != "priority":
                    said = f"'{safe(name)}' ships from the stock of '{safe(place)}', which "
                    said += f"'{safe(mate)}' {does}, and both are shared out together"
                    at = found.at("sources", place, "from_stock", key=True)
                    hint = "put them in different groups" if does == "fills" else "join the axes"
                    report.error(at, said, hint)
    waits: dict[str, list[str]] = defaultdict(list)
    for name, before in after.items():
        waits[of[name].name] += [of[o].name for o in before if of[o] != of[name]]
    if circle := _circle(waits):
        name = next(n for n in after if of[n].name == circle[0])
        place = next(iter(after[name].values()))
        told = {each.name: _told(each) for each in of.values()}
        waiting = listed([told[each] for each in circle], most=9)
        said = f"depots make {waiting} wait for one another, and each is planned "
        at = axes[name].at("sources", place, "from_stock", key=True)
        report.error(at, f"{said}as a whole", "put axes that wait in groups of their own")


def sharing_of(things: Mapping[str, Things], after: After) -> dict[str, Sharing]:
    """With whom each axis of a file is planned; ``after`` are those that it waits for."""
    groups, actors = things["groups"], things["actors"]
    return sharing(
        {name: found.model.actor for name, found in things["axes"].items()},
        {name: (found.model.axes, found.model.share_out) for name, found in groups.items()},
        {name: found.model.share_out or "priority" for name, found in actors.items()},
        after,
    )


def _told(of: Sharing) -> str:
    """Who is planned together, for a message."""
    kind = {"groups": "group", "actors": "the axes of", "axes": "axis"}[of.section]
    return f"{kind} '{safe(of.id)}'"


def _circle(after: Mapping[str, Sequence[str]]) -> list[str]:
    """Names of which each waits for the one before it, the first for the last; none: no circle."""
    left = {name: [*before] for name, before in after.items()}
    while free := [n for n, before in left.items() if not any(b in left for b in before)]:
        for name in free:
            del left[name]
    if not left:
        return []
    way = [min(left)]
    while True:
        then = min(name for name in left[way[-1]] if name in left)
        if then in way:
            return way[way.index(then) :][::-1]
        way.append(then)
