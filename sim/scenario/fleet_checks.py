"""What must hold of lorries: when they are in use, and whom they serve."""

from __future__ import annotations

from collections.abc import Mapping

from sim.base.diagnostics import Report, safe

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
    rules = {name: found.model.share_out for name, found in things["actors"].items()}
    grouped = {
        axis: found.model.share_out
        for found in things["groups"].values()
        for axis in found.model.axes
    }
    for name, found in things["axes"].items():
        rule = grouped.get(name) or rules.get(found.model.actor) or "priority"
        owner = found if found.model.fleet else things["actors"].get(found.model.actor)
        if rule != "priority" and owner is not None and owner.model.fleet:
            report.error(
                owner.at("fleet", key=True),
                f"axis '{safe(name)}' has lorries, and is shared out by the rule '{rule}'",
                "lorries are for axes that are planned by priority: leave out one of the two",
            )
