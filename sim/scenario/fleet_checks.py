"""What must hold of lorries and costs: when lorries are in use, and of which axes."""

from __future__ import annotations

from collections.abc import Mapping

from sim.base.diagnostics import Report, safe

from .depot_checks import sharing_of
from .model import DAY
from .validate import Found

Things = Mapping[str, Found]


def check_fleets(report: Report, things: Mapping[str, Things]) -> None:
    """They are in use for some part of a day, and serve axes that are planned by priority."""
    for section in ("actors", "axes"):
        for found in things[section].values():
            hours = found.model.fleet.hours.dist if found.model.fleet else None
            if hours is not None and not 0 < hours.low <= hours.high <= DAY:
                fault = "lorries are in use more than 0 and up to 24 hours a day"
                report.error(found.at("fleet", "hours"), fault, "write it as 10 h")
    rules = sharing_of(things, {})
    for name, found in things["axes"].items():
        rule = rules[name].rule
        if rule != "priority" and found.model.prefer == "cost":
            report.error(
                found.at("prefer", key=True),
                f"axis '{safe(name)}' prefers the least cost, and shares by the rule '{rule}'",
                "that is for axes that are planned by priority: leave out one of the two",
            )
        owner = found if found.model.fleet else things["actors"].get(found.model.actor)
        if rule != "priority" and owner is not None and owner.model.fleet:
            report.error(
                owner.at("fleet", key=True),
                f"axis '{safe(name)}' has lorries, and is shared out by the rule '{rule}'",
                "lorries are for axes that are planned by priority: leave out one of the two",
            )
