"""The page of two runs side by side: what differs, as differences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.base.numbers import in_line, short, whole
from sim.measure.compare import Change, Comparison, Outcome, Row, compare
from sim.tables import of_many

from . import tables
from .ground import stage
from .inputs import LONGEST
from .markup import Html, details, el, few, join, listed, named, table
from .prose import happenings
from .run import RunFiles
from .shell import (
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

MOST_NAMED = 3
"""Settings that the finding names; the others are counted."""

MOST_SETTINGS = 8
"""Settings listed before the maps; the others are folded away."""


def page(a: RunFiles, b: RunFiles, file: Path) -> str:
    """The page of run B beside run A, the one it is compared with, to be written to ``file``."""
    runs, links = (a, b), (Links(file, a.folder), Links(file, b.folder))
    found = compare([_outcome(run) for run in runs])
    common = [(id_, axis.name) for id_, axis in a.scenario.axes.items() if id_ in b.scenario.axes]
    axis = _axis(a, b)
    names = [join(el("strong", letter), ": ", named(run.scenario.title))
             for letter, run in zip("AB", runs, strict=True)]  # fmt: skip
    who = [
        el("span", name, " (", about(run), ")", class_="line")
        for name, run in zip(names, runs, strict=True)
    ]
    parts = [
        finding_section(finding(a, b, axis, found)),
        _dates(a, b),
        section("settings", "What differs in the scenarios", _settings(found)),
        section("stage", "The two runs, day by day", bar(common, axis),
                el("div", [map_figure(i, join(el("strong", "AB"[i]), ": "), _data(link, _MAP))
                           for i, link in enumerate(links)], class_="two"),
                el("p", id="apart", class_="apart"),
                curve_figure(", A, B and B \u2212 A", join(
                    [join(" ", "AB"[i], ": ", link("timeseries.csv"))
                    for i, link in enumerate(links)])),
                seen=False),
        section("events", "What happened in each", _both(
            [join(el("h3", name), entries(run, happenings(run)))
             for name, run in zip(names, runs, strict=True)])),
        section("held", "Who held what", _both(
            [holding_figure(i, names[i], _data(link, ["control.csv"]))
             for i, link in enumerate(links)])),
        section("claims", "Claims", _claims(a, b)),
        section("measures", "Measures", _measures(found)),
        section("manifest", "Manifests", [
            join(el("h3", name), tables.manifest(run.manifest, link))
            for name, run, link in zip(names, runs, links, strict=True)]),
    ]  # fmt: skip
    title = f"{b.scenario.title}, compared with {a.scenario.title}"
    return document(title, who, parts, stage(runs, axis))


_MAP = ["control.csv", "flows.csv"]


def finding(a: RunFiles, b: RunFiles, axis: str | None, found: Comparison) -> tuple[Html, Html]:
    """Two sentences: what B makes of the axis against A, and what the two differ in."""
    changed = sum(row.changed for row in found.rows)
    changes = _ranked(found.changes)
    paths = few([el("code", change.path) for change in changes], MOST_NAMED)
    told = join("They differ in ", listed(paths)) if paths else Html("The scenarios are the same")
    second = join(told, f"; {changed:,} of {len(found.rows):,} measures are not the same.")
    if axis is None:
        return Html("The two runs have no axis in common."), second
    name = named(a.name(axis))
    ends = [run.value(f"axes.{axis}.capacity_end") or 0.0 for run in (a, b)]
    cuts = [run.value(f"axes.{axis}.time_of_lasting_cut") for run in (a, b)]
    if cuts[0] != cuts[1]:
        said = ["not cut for good" if cut is None else f"cut for good on {run.day(cut)}"
                for run, cut in zip((a, b), cuts, strict=True)]  # fmt: skip
        first = f"is {said[1]} in B, and {said[0]} in A"
    elif ends[0] != ends[1]:
        first = f"can carry {whole(ends[1])} t/day at the end of B, "
        first += f"{whole(ends[0])} at the end of A"
    else:
        first = f"ends alike in both, with {whole(ends[0])} t/day"
    mean = [run.value(f"axes.{axis}.capacity_mean") or 0.0 for run in (a, b)]
    gap = round(mean[1] - mean[0], 3)
    more = f"{whole(abs(gap))} t/day {'less' if gap < 0 else 'more'} in B"
    tail = f"; on average it can carry {more if gap else 'the same'}."
    return join(name, " ", first, tail), second


def _ranked(changes: Sequence[Change]) -> list[Change]:
    """What makes a difference first, claims and the like after it."""
    quiet = ("claims", "kind", "extends")
    return sorted(changes, key=lambda change: change.path.split(".")[0] in quiet)


def _outcome(run: RunFiles) -> Outcome:
    return Outcome(run.scenario.id, run.scenario.resolved, run.summary, run.series, run.events)


def _axis(a: RunFiles, b: RunFiles) -> str | None:
    """The axis that both have: the one in focus, else the first of A's."""
    wanted = [a.focus, b.focus, *a.scenario.axes]
    return next((x for x in wanted if x in a.scenario.axes and x in b.scenario.axes), None)


def _dates(a: RunFiles, b: RunFiles) -> Html | None:
    if a.scenario.start == b.scenario.start:
        return None
    days = f"A: {a.date(0)}, B: {b.date(0)}"
    said = (
        f"The runs begin on different days ({days}); they stand side by side by the days since "
        "each began, and dates are those of A."
    )
    return el("p", said)


def _settings(found: Comparison) -> Html:
    if not found.changes:
        return el("p", "Nothing: the two scenarios are the same, but perhaps for the seed.")
    rows = [
        [el("code", change.path), *(named(short(in_line(v), LONGEST)) for v in change.values)]
        for change in _ranked(found.changes)
    ]
    head, more = ["Setting", "A", "B"], rows[MOST_SETTINGS:]
    made = table(head, rows[:MOST_SETTINGS], "Settings that are not the same")
    if not more:
        return made
    rest = table(head, more, "More settings that are not the same")
    return join(made, details(f"{len(more)} more", rest))


def _data(link: Links, files: Sequence[str]) -> Html:
    return join("Data: ", listed((link(name) for name in files), ", "))


def _both(pair: Sequence[Html]) -> Html:
    return el("div", [el("div", part) for part in pair], class_="two")


def _claims(a: RunFiles, b: RunFiles) -> Html | None:
    """Claims of both, each with its verdicts; those that differ first."""
    by_id = [{c["id"]: c for c in run.summary["claims"]} for run in (a, b)]
    rows = []
    for id_ in {**by_id[0], **by_id[1]}:
        both = [claims.get(id_) for claims in by_id]
        known = next(claim for claim in both if claim is not None)
        verdicts = ["-" if claim is None else claim["verdict"] for claim in both]
        shown = [el("span", v, class_=f"verdict {'none' if v == '-' else v}") for v in verdicts]
        rows.append((verdicts[0] == verdicts[1], id_, [named(known["text"]), *shown]))
    if not rows:
        return None
    body = [row for _, _, row in sorted(rows, key=lambda r: r[:2])]
    return table(["Claim", "A", "B"], body, "Claims; those with different verdicts first")


def _measures(found: Comparison) -> Html:
    """The measures that differ, then the others folded."""

    def made(rows: Sequence[Row], caption: str) -> Html:
        table = of_many.side_by_side(rows, ("A", "B"), "B \u2212 A")
        return tables.html(table.pick("path", "A", "B", "B - A", "unit"), caption=caption)

    same = [row for row in found.rows if not row.changed]
    axes = [row for row in found.rows if row.changed and row.path.startswith("axes.")]
    rest = [row for row in found.rows if row.changed and not row.path.startswith("axes.")]
    parts = [made(axes, "Axes: measures that differ")] if axes else []
    if rest:
        count = f"{len(rest)} other measures that differ"
        parts.append(details(count, made(rest, "Other measures")))
    count = f"{len(same)} measures are the same in both"
    return join(parts, details(count, made(same, "The same in both")))
