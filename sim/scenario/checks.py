"""What the schema cannot say: how the parts of a scenario must fit together."""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from sim.base.diagnostics import Mark, Report, safe

from .distributions import Dist
from .model import DAY, ConvoyRule
from .quantities import Quantity
from .units import format_quantity
from .validate import Found, mark_at
from .written import KIND_OF

MOST_CONVOYS = 5_000_000
"""The most convoys and samples that a scenario may forecast: about a minute of running."""

LONGEST_TIME = 500_000
"""The most hours that a road may take, 57 years: whole seconds of it fit every sum."""

Things = Mapping[str, Found]


def check_places(report: Report, places: Things) -> None:
    """Two places may not have one name."""
    seen: dict[str, tuple[str, Mark]] = {}
    for name, found in places.items():
        shown = found.model.name or name
        plain = " ".join(unicodedata.normalize("NFC", shown).casefold().split())
        mark = found.at("name")
        if plain not in seen:
            seen[plain] = (name, mark)
            continue
        other, first = seen[plain]
        if (first.file, first.line) > (mark.file, mark.line):
            first, mark = mark, first
        report.error(
            mark,
            f"two places are named '{safe(shown)}': '{other}' and '{name}'",
            f"the first is on line {first.line}",
        )
        seen[plain] = (name, mark)


def check_times(report: Report, roads: Things, classes: Things) -> None:
    """No road takes more than ``LONGEST_TIME`` at the speed that is in the middle of its range."""
    for name, found in roads.items():
        stated = found.model.speed
        if stated is None:
            default = classes.get(found.model.road_class)
            stated = default.model.speed if default else None
        if stated is not None and found.model.km > stated.dist.nominal * LONGEST_TIME:
            report.error(
                found.at("km"),
                f"road '{safe(name)}' takes more than {LONGEST_TIME:,} hours to travel",
                "look at its length, and at its speed",
            )


def ends_of(
    report: Report, roads: Things, places: Iterable[str] | None
) -> dict[str, tuple[str, str]]:
    """The two places of each road, from ``between`` or from its id; None: places unknown."""
    ends: dict[str, tuple[str, str]] = {}
    known = None if places is None else set(places)
    for name, found in roads.items():
        if known is not None and name in known:
            report.error(found.mark, f"'{name}' is a road and a place", "rename one of them")
        pair = found.model.between
        if pair is None:
            if known is None:
                continue
            parts = name.split("--")
            splits = [("--".join(parts[:i]), "--".join(parts[i:])) for i in range(1, len(parts))]
            good = [pair for pair in splits if known.issuperset(pair)]
            if len(good) != 1:
                report.error(
                    found.mark,
                    f"road '{safe(name)}' does not say what it joins",
                    "add 'between: [place, place]', or name it place--place",
                )
                continue
            pair = good[0]
        a, b = pair
        if a == b:
            report.error(found.mark, f"road '{safe(name)}' goes from '{safe(a)}' to itself")
        ends[name] = (a, b)
    return ends


def _check_shares(report: Report, shares: Mapping[str, Quantity] | None, found: Found) -> None:
    if shares and (total := math.fsum(s.dist.nominal for s in shares.values())) > 1 + 1e-9:
        report.error(
            found.at("shares", key=True),
            f"the shares sum to {total:.6g}, more than 1",
        )


def check_holders(
    report: Report, holders: Things, crossings: set[str] | None, default: str | None
) -> None:
    """Shares sum to at most 1, the besieged hold something, only crossings are sealed."""
    for place, found in holders.items():
        model = found.model
        _check_shares(report, model.shares, found)
        if model.shares is not None:
            held = {actor for actor, share in model.shares.items() if share.dist.nominal > 0}
        else:
            held = {model.by or default}
        for index, actor in enumerate(model.besieged):
            if actor not in held:
                report.error(
                    found.at("besieged", index),
                    f"'{safe(actor)}' is besieged in '{safe(place)}' but holds none of it",
                    "give it a share",
                )
        if model.sealed and crossings is not None and place not in crossings:
            report.error(
                found.at("sealed", key=True),
                f"'{safe(place)}' is not a crossing, so it cannot be sealed",
                "add 'crossing: true' to the place",
            )


def check_axes(report: Report, axes: Things) -> None:
    """An axis has sources and sinks, and no place is both."""
    for name, found in axes.items():
        for key in ("sources", "sinks"):
            if not getattr(found.model, key):
                report.error(
                    found.at(key, key=True),
                    f"axis '{name}' has no {key[:-1]}",
                    "a place with nothing more to say is written 'place: {}'",
                )
        for place in found.model.sinks:
            if place in found.model.sources:
                report.error(
                    found.at("sinks", place, key=True),
                    f"'{safe(place)}' is a source and a sink of axis '{name}'",
                )


def check_events(report: Report, events: Things, axes: Things, crossings: set[str] | None) -> None:
    """Shares after a capture, crossings where something is sealed, sinks of ``stock_out``."""
    for name, found in events.items():
        model = found.model
        _check_shares(report, getattr(model, "shares", None), found)
        kind = KIND_OF.get(model.declared)
        if kind in ("seal", "unseal") and crossings is not None:
            for index, place in enumerate(getattr(model, kind)):
                if place not in crossings:
                    report.error(
                        found.at(kind, index),
                        f"'{safe(place)}' is not a crossing, so it cannot be sealed",
                        "add 'crossing: true' to the place",
                    )
        if model.when is not None:
            _check_condition(report, model.when, found, ("when",), axes, name)


def _check_condition(
    report: Report,
    condition: Any,
    found: Found,
    path: tuple[Any, ...],
    axes: Things,
    event: str,
) -> None:
    axis = axes.get(condition.stock_out or "")
    if condition.at and axis and condition.at not in axis.model.sinks:
        report.error(
            found.at(*path, "at"),
            f"'{safe(condition.at)}' is not a sink of axis '{condition.stock_out}'",
            "its sinks are " + ", ".join(axis.model.sinks),
        )
    if condition.event == event:
        report.error(found.at(*path, "event"), f"event '{event}' waits for itself")
    for kind, parts in (("all", condition.all), ("any", condition.any)):
        for index, part in enumerate(parts or ()):
            _check_condition(report, part, found, (*path, kind, index), axes, event)


def check_bands(report: Report, fighting: Any, node: Any, mark: Mark) -> None:
    """No two bands of supply begin at the same supply."""
    seen: set[int] = set()
    for index, band in enumerate(fighting.bands):
        least = round(band.supply.dist.nominal)
        if least in seen:
            report.error(
                mark_at(node, ("bands", index, "supply"), mark),
                "two bands begin at the same supply",
            )
        seen.add(least)


def check_operations(
    report: Report,
    operations: Things,
    axes: Things,
    ends: Mapping[str, tuple[str, str]],
    classes: Mapping[str, str],
) -> None:
    """The route hangs together, each road of it has a tempo, and the axis feeds the base.

    ``ends`` and ``classes`` are the two places and the class of each road.
    """
    joined: dict[frozenset[str], list[str]] = {}
    for road, pair in ends.items():
        joined.setdefault(frozenset(pair), []).append(road)
    for name, found in operations.items():
        model = found.model
        stops = [model.base, *model.route]
        for index, (here, there) in enumerate(itertools.pairwise(stops)):
            if joined and frozenset((here, there)) not in joined:
                report.error(
                    found.at("route", index),
                    f"no road joins '{safe(here)}' and '{safe(there)}'",
                    "name every place on the way",
                )
            tempo = model.tempo
            needed = {classes[r] for r in joined.get(frozenset((here, there)), ()) if r in classes}
            if isinstance(tempo, dict) and (missing := sorted(needed - tempo.keys())):
                report.error(
                    found.at("tempo"),
                    f"no tempo for roads of class '{missing[0]}' from '{here}' to '{there}'",
                    "give one for every class on the route, or one for all",
                )
        for place in model.rings:
            if place not in model.route:
                report.error(
                    found.at("rings", place, key=True),
                    f"'{safe(place)}' is not on the route of '{name}'",
                )
        _check_record(report, found, stops)
        axis = axes.get(model.axis or "")
        if axis is not None and model.base not in axis.model.sinks:
            report.error(
                found.at("axis"),
                f"axis '{model.axis}' does not feed '{safe(model.base)}', the base of '{name}'",
                "its sinks are " + ", ".join(axis.model.sinks),
            )
        if axis is not None and axis.model.actor != model.actor:
            report.error(
                found.at("axis"),
                f"axis '{model.axis}' is not an axis of '{safe(model.actor)}'",
            )


def check_decisions(
    report: Report, decisions: Things, operations: Things, ids: Mapping[str, set[str]]
) -> None:
    """Options have ids of their own, and an operation that is one waits for being decided on."""
    seen: dict[str, str] = {}
    for name, found in decisions.items():
        model = found.model
        if not model.options:
            report.error(found.mark, f"decision '{safe(name)}' has no options")
        for key, option in model.options.items():
            mark = found.at("options", key, key=True)
            other = next((k for k in ("event", "operation") if key in ids.get(k, ())), None)
            if key in seen:
                other = f"option of '{seen[key]}'"
            if other is not None:
                report.error(
                    mark, f"'{safe(key)}' is also the id of an {other}", "rename one of them"
                )
            seen[key] = name
            operation = operations.get(option.operation or "")
            if operation is None:
                continue
            at = found.at("options", key, "operation")
            if operation.model.actor != model.actor:
                report.error(
                    at, f"'{option.operation}' is not an operation of '{safe(model.actor)}'"
                )
            if not _waits_for(operation.model.when, key):
                report.error(
                    at,
                    f"operation '{option.operation}' does not wait for '{safe(key)}'",
                    f"add 'when: {{event: {key}}}' to the operation",
                )


def _waits_for(condition: Any, event: str) -> bool:
    """True where an event is named in a condition."""
    if condition is None:
        return False
    parts = [*(condition.all or ()), *(condition.any or ())]
    return condition.event == event or any(_waits_for(part, event) for part in parts)


def _check_record(report: Report, found: Found, stops: list[str]) -> None:
    """Each position on record is a stop of the operation or km along its route, not both."""
    for key, stood in found.model.on_record.items():
        place = found.at("on_record", key, "place")
        if stood.place is not None and stood.km is not None:
            report.error(place, "'place' and 'km' both say where it stood", "keep one")
        elif stood.place is None and stood.km is None:
            at = found.at("on_record", key, key=True)
            report.error(at, "does not say where it stood", "add 'place: PLACE' or 'km: KM'")
        elif stood.place is not None and stood.place not in stops:
            report.error(
                place,
                f"'{safe(stood.place)}' is not on the route",
                "say how many km from its base it stood",
            )


def _most(dist: Dist) -> float:
    """The upper end, or where there is none the 99.9th percentile."""
    return dist.high if math.isfinite(dist.high) else dist.ppf(0.999)


def _least(dist: Dist) -> float:
    return dist.low if dist.low > 0 else dist.ppf(0.001)


def check_work(report: Report, axes: Things, length: float, sample: float) -> None:
    """Refuse a scenario whose convoys and samples would take hours to run."""
    days = length / DAY
    sinks = 0
    work: list[tuple[float, str]] = []
    for name, found in axes.items():
        convoy = found.model.convoy
        size = _least(convoy.size.dist if convoy and convoy.size else ConvoyRule().size)
        daily = sum(
            _most(sink.demand.dist) + (_most(sink.refill.dist) if sink.refill else 0.0)
            for sink in found.model.sinks.values()
        )
        sinks += len(found.model.sinks)
        work.append((daily / max(size, 1e-9) * days, name))
    samples = sinks * length / sample
    total = sum(count for count, _ in work) + samples
    if total <= MOST_CONVOYS or not work:
        return
    count, name = max(work)
    found = axes[name]
    if count < samples:
        report.error(
            found.mark,
            f"the scenario takes {samples:,.0f} samples of stocks, more than {MOST_CONVOYS:,}",
            "make 'sample' longer",
        )
        return
    convoy = found.model.convoy
    size = _least(convoy.size.dist if convoy and convoy.size else ConvoyRule().size)
    better = format_quantity(max(round(size * total / MOST_CONVOYS * 2), 1), "mass")
    report.error(
        found.at("convoy", "size"),
        f"the scenario sends {total:,.0f} convoys, more than {MOST_CONVOYS:,}",
        f"make the convoys of axis '{name}' larger, such as {better}, or the period shorter",
    )
