"""The page of one run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from . import inputs, tables, what_if
from .ground import stage
from .markup import Html, Piece, el, join, listed, source_line
from .prose import finding, happenings
from .run import RunFiles
from .shell import (
    NOSCRIPT,
    Links,
    about,
    bar,
    curve_figure,
    document,
    entries,
    finding_section,
    holding_figure,
    map_figure,
    section,
)


def page(
    run: RunFiles, file: Path, *, told: Mapping[str, Any] = MappingProxyType({}),
    beside: Piece = None,
) -> str:  # fmt: skip
    """The page of a run, to be written to ``file`` (its links start there).

    Args:
        told: what its script is told more.
        beside: a part that stands behind the finding.
    """
    link = Links(file, run.folder)
    axes = [(id_, axis.name) for id_, axis in run.scenario.axes.items()]
    parts = [
        finding_section(finding(run)),
        beside,
        el("noscript", el("p", NOSCRIPT)),
        section("stage", "The run, day by day", bar(axes, run.focus), _stage(run, link),
                seen=False),
        section("beside", "Among many runs", tables.beside(run, link)),
        section("claims", "Claims", tables.claims(run)),
        section("axes", "Axes", tables.axes(run) if axes else None),
        section("stocks", "Stocks", tables.stocks(run, link) if axes else None),
        section("forces", "Forces", tables.forces(run)),
        section("pockets", "Pockets", tables.pockets(run)),
        section("displaced", "Displaced strength", tables.displaced(run, link)),
        section("inputs", "Inputs, their sources and doubts", inputs.section(run.scenario),
                source_line("The whole scenario, which runs again to the same bytes: ",
                            link("scenario.resolved.yaml"))),
        section("measures", "All measures", _finder(), tables.measures(run, link)),
        section("luck", "What was drawn", tables.luck(run)),
        section("manifest", "Manifest", tables.manifest(run.manifest, link),
                _checks(run)),
    ]  # fmt: skip
    data, ground = stage([run], run.focus)
    asked = {"what_if": what_if.document(run)} if axes else {}
    return document(run.scenario.title, about(run), parts, ({**data, **asked, **told}, ground))


def _stage(run: RunFiles, link: Links) -> Html:
    """The map beside curves and events."""
    files = ["control.csv", "flows.csv", *(["loads.csv"] if run.loads else [])]
    control = join("Data: ", listed(map(link, files), ", "))
    series = join("Data: ", link("timeseries.csv"))
    return el(
        "div",
        el("div", map_figure(0, "", control, _flows(run)), class_="stuck"),
        el(
            "div",
            what_if.panel() if run.scenario.axes else None,
            curve_figure(", over time", series),
            el(
                "section",
                el("h3", "What happened, and what came of it", id="events-title"),
                entries(run, happenings(run)),
                source_line("Data: ", link("events.csv")),
                class_="events", aria_labelledby="events-title",
            ),
            holding_figure(0, "Who held what", join("Data: ", link("control.csv"))),
        ),
        class_="stage",
    )  # fmt: skip


def _flows(run: RunFiles) -> list[str]:
    """What flow its map can show: loads where the folder tells them."""
    if not run.scenario.axes:
        return []
    return ["carry", "planned", *(["loads"] if run.loads else [])]


def _finder() -> Html:
    return el(
        "p",
        el("label", "Find a measure: ", for_="find"),
        el("input", type="search", id="find"),
        class_="find",
    )


def _checks(run: RunFiles) -> Html:
    checks = run.summary["checks"]
    return source_line(
        f"{checks['flows_certified']:,} flows were solved, each equal to its cut; kilograms sent "
        "equal kilograms accounted for; capacities were computed again from control.csv."
    )
