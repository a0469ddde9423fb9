"""What the schema cannot say of profiles, and of events that repeat or change an amount."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sim.base.diagnostics import Report, safe

from .faults import reported
from .profiles import cycles_in, place_in_cycle
from .validate import Found
from .written import KIND_OF

MOST_CHANGES = 5_000_000
"""The most changes times axes that a scenario may forecast: each axis is planned at each."""

MOST_FACTOR = 100
"""The largest factor of a profile or an event."""

Things = Mapping[str, Found]

_MULTIPLIED = ("capacity", "speed", "supply", "demand")
_TARGETS = ("road class", "road", "place")


def check_profiles(report: Report, profiles: Things, ids: Mapping[str, set[str]]) -> None:
    """Each profile says when it holds and what it multiplies, and of no id is it in doubt which."""
    for name, found in profiles.items():
        profile = found.model
        if not profile.factors:
            said = f"profile '{safe(name)}' has no factors"
            report.error(found.mark, said, "add 'factors: {2016-07-15: 0.5, 2016-09-15: 1}'")
        if not any(getattr(profile, key) for key in _MULTIPLIED):
            said = f"profile '{safe(name)}' multiplies nothing"
            hint = "name what it bears on: 'capacity: [ROAD]', 'demand: [AXIS/PLACE]'"
            report.error(found.mark, said, hint)
        for key in ("capacity", "speed"):
            for index, target in enumerate(getattr(profile, key)):
                kinds = [k for k in _TARGETS if target in ids.get(k, ())]
                if len(kinds) > 1:
                    said = f"'{safe(target)}' is a {kinds[0]} and a {kinds[1]}"
                    report.error(found.at(key, index), said, "rename one of them")


def check_instants(report: Report, profiles: Things, start: datetime | None) -> None:
    """The instants of each profile are such, each once, and no factor is out of all measure."""
    for name, found in profiles.items():
        profile = found.model
        if profile.every in ("year", "week") and start is None:
            said = f"'every: {profile.every}' needs a period with a 'start'"
            report.error(found.at("every"), said, "give 'period' a 'start', or use 'every: day'")
            continue
        seen: dict[int, str] = {}
        for key, factor in profile.factors.items():
            at = found.at("factors", key, key=True)
            with reported(report, at):
                place = place_in_cycle(key, profile.every, start)
                if place in seen:
                    said = f"'{safe(seen[place])}' and '{safe(key)}' are one instant"
                    report.error(at, said, f"keep one in profile '{safe(name)}'")
                seen[place] = key
            _check_factor(report, found, factor, "factors", key)


def check_repeats(report: Report, events: Things) -> None:
    """A closure is over before it comes again, and no factor is out of all measure."""
    for found in events.values():
        event = found.model
        kind = KIND_OF[event.declared]
        if kind in ("supply", "demand"):
            _check_factor(report, found, event.factor, "factor")
        if kind == "close" and event.every and event.lasts:
            every = event.every.dist.nominal
            if event.lasts.dist.high >= every:
                hint = "make 'lasts' shorter than 'every', or leave 'every' out"
                report.error(found.at("lasts"), "it is not over before it comes again", hint)


def check_changes(
    report: Report, things: Mapping[str, Things], classes: Iterable[str], length: float
) -> None:
    """Refuse profiles and closures whose changes would take hours to run.

    ``classes`` are those of the roads, of each its own.
    """
    of_class = Counter(classes)
    work: list[tuple[float, str, Found]] = []
    for found in things["profiles"].values():
        profile = found.model
        named = [*profile.capacity, *profile.speed]
        things_changed = sum(of_class.get(target, 1) for target in named)
        things_changed += sum(_ends(things["axes"], profile, key) for key in ("supply", "demand"))
        times = len(profile.factors) * cycles_in(length, profile.every)
        work.append((times * things_changed, "profile", found))
    for found in things["events"].values():
        if KIND_OF[found.model.declared] == "close" and found.model.every:
            times = 2 * length / found.model.every.dist.nominal
            work.append((times * len(found.model.close), "event", found))
    total = sum(count for count, _, _ in work) * max(1, len(things["axes"]))
    if total > MOST_CHANGES:
        _, what, found = max(work, key=lambda item: item[0])
        report.error(
            found.mark,
            f"the scenario changes {total:,.0f} times, counted for each axis, more than "
            f"{MOST_CHANGES:,}",
            f"let this {what} change less often or fewer things, or make the period shorter",
        )


def _check_factor(report: Report, found: Found, factor: Any, *path: str) -> None:
    if factor is not None and factor.dist.high > MOST_FACTOR:
        report.error(found.at(*path), f"a factor is at most {MOST_FACTOR}")


def _ends(axes: Things, profile: Any, what: str) -> int:
    """How many sources or sinks a profile names, about."""
    key = "sources" if what == "supply" else "sinks"
    names = getattr(profile, what)
    return sum(len(getattr(axes[name].model, key)) if name in axes else 1 for name in names)
