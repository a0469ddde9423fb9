"""The page of one run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from . import inputs, tables, what_if
from .ground import stage
from .markup import Html, Piece, el, source_line
from .prose import finding, happenings
from .run import RunFiles
from .shell import (
    NOSCRIPT,
    Links,
    about,
    bar,
    contents,
    curve_figure,
    document,
    entries,
    finding_section,
    holding_figure,
    list_choice,
    map_figure,
    section,
)

NONE_HAPPENED = "Nothing on record changed this axis."

DAYS, HAPPENED = "The run, day by day", "What happened, and what came of it"


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
    # what nobody holds against anybody has no part of its own
    parties = not run.scenario.without_actors
    claims = parties or bool(run.scenario.claims)
    measured = [_finder(), tables.measures(run, link)]
    told_of: list[tuple[str, str, Piece]] = [
        ("beside", "Among many runs", [tables.beside(run, link)]),
        ("claims", "Claims", [tables.claims(run) if claims else None]),
        ("axes", "Axes", [tables.axes(run) if axes else None]),
        ("stocks", "Stocks", [tables.stocks(run, link) if axes else None]),
        ("forces", "Forces", [tables.forces(run)]),
        ("pockets", "Pockets" if parties else "Cut off", [tables.pockets(run)]),
        ("displaced", "Displaced strength", [tables.displaced(run, link)]),
        ("inputs", "Inputs, their sources and doubts",
         [inputs.section(run.scenario),
          source_line("The whole scenario, which runs again to the same bytes: ",
                      link("scenario.resolved.yaml"))]),
        ("measures", "All measures", measured),
        ("luck", "What was drawn", [tables.luck(run)]),
        ("manifest", "Manifest", [tables.manifest(run.manifest, link), _checks(run)]),
    ]  # fmt: skip
    made = [(id_, title, section(id_, title, inside)) for id_, title, inside in told_of]
    listed_parts = [("stage", DAYS), ("events-title", HAPPENED)]
    parts = [
        finding_section(finding(run)),
        contents([*listed_parts, *((id_, title) for id_, title, part in made if part)]),
        beside,
        el("noscript", el("p", NOSCRIPT)),
        section("stage", DAYS, _turns() if axes else None, bar(axes, run.focus),
                _stage(run, link), seen=False),
        *(part for _, _, part in made),
    ]  # fmt: skip
    data, ground = stage([run], run.focus)
    asked = {"what_if": what_if.document(run)} if axes else {}
    shown = {**data, **asked, **told}, ground
    return document(run.scenario.title, about(run), parts, shown, of=[run.folder])


def _stage(run: RunFiles, link: Links) -> Html:
    """The map beside curves and events."""
    parties = not run.scenario.without_actors
    files = ["control.csv", "flows.csv", *(["loads.csv"] if run.loads else [])]
    control = link.data(*files)
    chips = el("ol", id="chips", class_="chips") if run.scenario.axes else None
    return el(
        "div",
        el("div", map_figure(0, "", control, _flows(run), parties=parties), class_="stuck"),
        el(
            "div",
            what_if.panel(parties=parties) if run.scenario.axes else None,
            curve_figure(", over time", link.data("timeseries.csv"), chips),
            el(
                "section",
                el("h3", HAPPENED, id="events-title"),
                list_choice() if run.scenario.axes else None,
                el("p", NONE_HAPPENED, id="none-happened", hidden=True),
                entries(run, happenings(run)),
                source_line(link.data("events.csv")),
                class_="events", aria_labelledby="events-title",
            ),
            None if not parties
            else holding_figure(0, "Who held what", link.data("control.csv")),
        ),
        class_="stage",
    )  # fmt: skip


def _flows(run: RunFiles) -> list[str]:
    """What flow its map can show: loads where the folder tells them."""
    if not run.scenario.axes:
        return []
    return ["carry", "planned", *(["loads"] if run.loads else [])]


def _turns() -> Html:
    """The room of the turning points above the slider; the script fills it."""
    return el("div", id="turns", class_="turns", role="group", aria_label="Turning points",
              hidden=True)  # fmt: skip


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
