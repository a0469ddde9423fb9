"""What the schema cannot say: how the parts of a scenario must fit together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from sim.base.diagnostics import Mark, Report, safe, suggest

from .dates import parse_date
from .distributions import least_of
from .faults import InputError
from .model import Scenario
from .quantities import Quantity
from .tree import Map, Scalar
from .units import format_quantity
from .validate import Found, mark_at
from .work import MOST_WORK, worst
from .written import KIND_OF

Things = Mapping[str, Found]
_Path = tuple[Any, ...]


def check_bands(report: Report, fighting: Found) -> None:
    """No two bands of supply begin at the same supply."""
    least = [round(band.supply.dist.nominal) for band in fighting.model.bands]
    _check_apart(report, fighting, ("bands",), "supply", least)


def check_load_bands(report: Report, rules: Found) -> None:
    """No two bands of a load begin at the same share of it."""
    bands = rules.model.fed.bands if rules.model.fed else ()
    _check_apart(report, rules, ("fed", "bands"), "load", [b.load.dist.nominal for b in bands])


def _check_apart(
    report: Report, found: Found, path: _Path, key: str, least: Sequence[float]
) -> None:
    for index, value in enumerate(least):
        if value in least[:index]:
            report.error(found.at(*path, index, key), f"two bands begin at the same {key}")


RECORDED = frozenset({"holders_on_record", "events_on_record", "moves_on_record", "on_record"})
"""Keys of what is on record: no inputs, so they may be of any day."""


def check_as_of(report: Report, tree: Map, header: Any, *, needed: bool) -> None:
    """A forecast says of which day it is, and no input was public only later.

    Args:
        needed: the day has to be there; a resolved scenario may be older than the key.
    """
    if header.as_of is None:
        if needed and header.kind == "forecast":
            mark = mark_at(tree, ("kind",), tree.mark)
            report.error(
                mark,
                "a forecast needs 'as_of'",
                "add 'as_of: DATE', the day after which nothing that it uses was public",
            )
        return
    if header.kind == "replay":
        return
    for mark, text in _known_on(tree):
        with suppress(InputError):  # what is no date is told where it is read
            if parse_date(text).date() > header.as_of.date():
                said = f"known on {text}, and the forecast is of {header.as_of.date().isoformat()}"
                report.error(mark, said, "leave it out, or make 'as_of' later")


def _known_on(node: Map) -> Iterator[tuple[Mark, str]]:
    """Where an input states on which day it was public, and the day; claims are no inputs."""
    for key, entry in node.entries.items():
        if key == "known_on" and isinstance(entry.value, Scalar):
            yield entry.value.mark, entry.value.text
        elif isinstance(entry.value, Map) and key not in RECORDED | {"claims"}:
            yield from _known_on(entry.value)


def check_asks(report: Report, asks: str | None, claims: Iterable[str], mark: Mark) -> None:
    """The claim that a scenario asks about is one of its own or inherited ones."""
    known = list(claims)
    if asks is not None and asks not in known:
        report.error(mark, f"no claim '{safe(asks)}' to ask about", suggest(asks, known))


class Checks:
    """What the things of a scenario must be to one another, all by section.

    ``roads`` are those of the network, ``ends`` the two places of each; ``crossings`` the places
    that can be sealed, None where they are unknown.
    """

    def __init__(
        self,
        report: Report,
        things: Mapping[str, Things],
        roads: Mapping[str, Any],
        ends: Mapping[str, tuple[str, str]],
        crossings: set[str] | None,
    ) -> None:
        self.report, self.things, self.crossings = report, things, crossings
        self.axes, self.operations = things["axes"], things["operations"]
        self.roads, self.ends = roads, ends

    @cached_property
    def joined(self) -> Mapping[tuple[str, str], Sequence[str]]:
        """The roads by which one may go from one place to another."""
        found: dict[tuple[str, str], list[str]] = {}
        for road, (a, b) in self.ends.items():
            found.setdefault((a, b), []).append(road)
            if road not in self.roads or not self.roads[road].one_way:
                found.setdefault((b, a), []).append(road)
        return found

    def _check_shares(self, shares: Mapping[str, Quantity] | None, found: Found) -> None:
        if shares and (total := math.fsum(s.dist.nominal for s in shares.values())) > 1 + 1e-9:
            mark = found.at("shares", key=True)
            self.report.error(mark, f"the shares sum to {total:.6g}, more than 1")

    def _check_crossing(self, place: str, mark: Mark) -> None:
        if self.crossings is not None and place not in self.crossings:
            self.report.error(
                mark,
                f"'{safe(place)}' is not a crossing, so it cannot be sealed",
                "add 'crossing: true' to the place",
            )

    def holders(self, default: str | None) -> None:
        """Shares sum to at most 1, the besieged hold something, only crossings are sealed."""
        for place, found in self.things["holders"].items():
            model = found.model
            self._check_shares(model.shares, found)
            if model.shares is not None:
                held = {actor for actor, share in model.shares.items() if share.dist.nominal > 0}
            else:
                held = {model.by or default}
            for index, actor in enumerate(model.besieged):
                if actor not in held:
                    self.report.error(
                        found.at("besieged", index),
                        f"'{safe(actor)}' is besieged in '{safe(place)}' but holds none of it",
                        "give it a share",
                    )
            if model.sealed:
                self._check_crossing(place, found.at("sealed", key=True))

    def supply(self) -> None:
        """An axis has sources and sinks, and no place is both."""
        for name, found in self.axes.items():
            for key in ("sources", "sinks"):
                if not getattr(found.model, key):
                    self.report.error(
                        found.at(key, key=True),
                        f"axis '{name}' has no {key[:-1]}",
                        "a place with nothing more to say is written 'place: {}'",
                    )
            for place in found.model.sinks:
                if place in found.model.sources:
                    self.report.error(
                        found.at("sinks", place, key=True),
                        f"'{safe(place)}' is a source and a sink of axis '{name}'",
                    )

    def groups(self) -> None:
        """No axis is in two groups."""
        seen: dict[str, str] = {}
        for name, found in self.things["groups"].items():
            for index, axis in enumerate(found.model.axes):
                if seen.setdefault(axis, name) != name:
                    self.report.error(
                        found.at("axes", index),
                        f"axis '{safe(axis)}' is in group '{safe(seen[axis])}' too",
                        "an axis is planned with one group; leave it out of the other",
                    )

    def happenings(self, happenings: Things) -> None:
        """Shares after a capture, crossings where something is sealed, sinks of ``stock_out``."""
        for name, found in happenings.items():
            model = found.model
            self._check_shares(getattr(model, "shares", None), found)
            kind = KIND_OF.get(model.declared)
            if kind in ("seal", "unseal"):
                for index, place in enumerate(getattr(model, kind)):
                    self._check_crossing(place, found.at(kind, index))
            for condition, path in _conditions(model.when, ("when",)):
                axis = self.axes.get(condition.stock_out or "")
                if condition.at and axis:
                    self._check_sink(
                        axis, condition.at, found.at(*path, "at"),
                        f"'{safe(condition.at)}' is not a sink of axis '{condition.stock_out}'",
                    )  # fmt: skip
                if condition.event == name:
                    self.report.error(found.at(*path, "event"), f"event '{name}' waits for itself")

    def _check_sink(self, axis: Found, place: str, mark: Mark, message: str) -> None:
        if place not in axis.model.sinks:
            self.report.error(mark, message, "its sinks are " + ", ".join(axis.model.sinks))

    def advances(self) -> None:
        """The route hangs together, each road of it has a tempo, and the axis feeds the base."""
        for name, found in self.operations.items():
            model = found.model
            stops = [model.base, *model.route]
            for index, (here, there) in enumerate(itertools.pairwise(stops)):
                roads = self.joined.get((here, there), ())
                if self.joined and not roads:
                    fault = f"no road joins '{safe(here)}' and '{safe(there)}'"
                    if against := self.joined.get((there, here)):
                        fault = f"'{safe(against[0])}' is one-way, from '{safe(there)}' to "
                        fault += f"'{safe(here)}'"
                    mark = found.at("route", index)
                    self.report.error(mark, fault, "name every place on the way")
                needed = {self.roads[road].road_class for road in roads if road in self.roads}
                if isinstance(model.tempo, dict) and (missing := sorted(needed - {*model.tempo})):
                    self.report.error(
                        found.at("tempo"),
                        f"no tempo for roads of class '{missing[0]}' from '{here}' to '{there}'",
                        "give one for every class on the route, or one for all",
                    )
            for place in model.rings:
                if place not in model.route:
                    self.report.error(
                        found.at("rings", place, key=True),
                        f"'{safe(place)}' is not on the route of '{name}'",
                    )
            _check_positions(self.report, found, stops)
            axis, mark = self.axes.get(model.axis or ""), found.at("axis")
            if axis is not None:
                self._check_sink(
                    axis, model.base, mark,
                    f"axis '{model.axis}' does not feed '{safe(model.base)}', the base of '{name}'",
                )  # fmt: skip
            if axis is not None and axis.model.actor != model.actor:
                self.report.error(
                    mark, f"axis '{model.axis}' is not an axis of '{safe(model.actor)}'"
                )

    def options(self, ids: Mapping[str, set[str]]) -> None:
        """Options have ids of their own; an operation that is one waits for being decided on."""
        seen: dict[str, str] = {}
        for name, found in self.things["decisions"].items():
            model = found.model
            if not model.options:
                self.report.error(found.mark, f"decision '{safe(name)}' has no options")
            for key, option in model.options.items():
                other = next((k for k in ("event", "operation") if key in ids.get(k, ())), None)
                if key in seen:
                    other = f"option of '{seen[key]}'"
                if other is not None:
                    self.report.error(
                        found.at("options", key, key=True),
                        f"'{safe(key)}' is also the id of an {other}",
                        "rename one of them",
                    )
                seen[key] = name
                self._check_sending(found, key, option.sends)
                operation = self.operations.get(option.operation or "")
                if operation is None:
                    continue
                at = found.at("options", key, "operation")
                if operation.model.actor != model.actor:
                    self.report.error(
                        at, f"'{option.operation}' is not an operation of '{safe(model.actor)}'"
                    )
                if all(c.event != key for c, _ in _conditions(operation.model.when)):
                    self.report.error(
                        at,
                        f"operation '{option.operation}' does not wait for '{safe(key)}'",
                        f"add 'when: {{event: {key}}}' to the operation",
                    )

    def _check_sending(self, decision: Found, option: str, sends: Any) -> None:
        """Men are sent to another place, or out by an exit of their own."""
        if sends is None:
            return
        at, actor = decision.at("options", option, "sends", "to"), decision.model.actor
        leave = self.things["exits"].get(sends.to)
        if leave is not None and leave.model.actor != actor:
            self.report.error(at, f"'{safe(sends.to)}' is not an exit of '{safe(actor)}'")
        if sends.to in sends.places:
            said = f"'{safe(sends.to)}' would send men to itself"
            self.report.error(at, said, "take it out of 'from'")

    def work(self, scenario: Scenario, sampling: Mark) -> None:
        """Refuse a scenario whose convoys and samples would take hours to run.

        ``sampling`` is where the time between samples is stated, or would be.
        """
        found = worst(scenario)
        if found.total <= MOST_WORK:
            return
        name, count = max(found.convoys.items(), key=lambda c: c[1], default=("", 0.0))
        if count < found.samples:
            said = f"the scenario takes {found.samples:,} samples, more than {MOST_WORK:,}"
            self.report.error(sampling, said, "make 'sample' longer, or the period shorter")
            return
        axis = self.axes[name]
        least = least_of(scenario.axes[name].convoy.size)
        size = max(round(least * found.total / MOST_WORK * 2), 1)
        better = format_quantity(size, "mass")
        self.report.error(
            axis.at("convoy", "size"),
            f"the scenario sends {found.total:,.0f} convoys, more than {MOST_WORK:,}",
            f"make the convoys of axis '{name}' larger, such as {better}, or the period shorter",
        )


def _conditions(condition: Any, path: _Path = ()) -> Iterator[tuple[Any, _Path]]:
    """A condition and all those in it, each with its path; nothing of None."""
    if condition is not None:
        yield condition, path
        for kind in ("all", "any"):
            for index, part in enumerate(getattr(condition, kind) or ()):
                yield from _conditions(part, (*path, kind, index))


def _check_positions(report: Report, found: Found, stops: list[str]) -> None:
    """Each position of a force is a stop of the operation or km along its route, not both."""
    positions: dict[_Path, Any] = {}
    for key, stood in found.model.on_record.items():
        positions["on_record", key] = stood
    if found.model.stands is not None:
        positions["stands",] = found.model.stands
    for path, stood in positions.items():
        place = found.at(*path, "place")
        if stood.place is not None and stood.km is not None:
            report.error(place, "'place' and 'km' both say where it stood", "keep one")
        elif stood.place is None and stood.km is None:
            at = found.at(*path, key=True)
            report.error(at, "does not say where it stood", "add 'place: PLACE' or 'km: KM'")
        elif stood.place is not None and stood.place not in stops:
            report.error(
                place,
                f"'{safe(stood.place)}' is not on the route",
                "say how many km from its base it stood",
            )
