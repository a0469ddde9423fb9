"""The page of two runs side by side: what differs, as differences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sim.base.numbers import in_line, short, whole
from sim.base.said import Key, Said, Sentence, listed
from sim.measure.compare import Change, Comparison, Outcome, Row, compare
from sim.tables import of_many
from sim.tables.headline import Teller, common_axis, same_deliveries
from sim.tables.of_run import claim_text

from . import markup, tables
from .ground import stage
from .inputs import LONGEST
from .markup import Html, details, el, join, named, table
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

LETTERS = ("A", "B")
"""What the two runs are called on their page."""


def page(a: RunFiles, b: RunFiles, file: Path) -> str:
    """The page of run B beside run A, the one it is compared with, to be written to ``file``."""
    runs, links = (a, b), (Links(file, a.folder), Links(file, b.folder))
    found = compare([outcome(run) for run in runs])
    common = [(id_, axis.name) for id_, axis in a.scenario.axes.items() if id_ in b.scenario.axes]
    axis = common_axis([a.summary, b.summary])
    names = [join(el("strong", letter), ": ", named(run.scenario.title))
             for letter, run in zip("AB", runs, strict=True)]  # fmt: skip
    who = [
        el("span", name, " (", about(run), ")", class_="line")
        for name, run in zip(names, runs, strict=True)
    ]
    parts = [
        finding_section(finding(a, b, axis, found)),
        _dates(a, b),
        section("settings", "What differs in the scenarios", settings(found)),
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
        section("measures", "Measures", measures(found)),
        section("manifest", "Manifests", [
            join(el("h3", name), tables.manifest(run.manifest, link))
            for name, run, link in zip(names, runs, links, strict=True)]),
    ]  # fmt: skip
    title = f"{b.scenario.title}, compared with {a.scenario.title}"
    return document(title, who, parts, stage(runs, axis))


_MAP = ["control.csv", "flows.csv"]


def finding(a: RunFiles, b: RunFiles, axis: str | None, found: Comparison) -> tuple[Sentence, ...]:
    """What B makes of the axis against A, and what the two differ in.

    Where deliveries do not differ, that comes first.
    """
    second = _apart(found)
    if axis is None:
        return Sentence("The two runs have no axis in common."), second
    tells = [Teller(run.summary, run.name) for run in (a, b)]
    same = same_deliveries([a.summary, b.summary], axis, a.name)
    if same is not None:
        return Sentence(same.capitalized(), "."), _capacities(tells, axis), second
    missing = [t for t in tells if t.knows(f"axes.{axis}.unmet")]
    if len(missing) < len(tells):  # an earlier version wrote one of them
        return _capacities(tells, axis), second
    return _capacities(tells, axis), _unmet(tells, axis), second


def _apart(found: Comparison) -> Sentence:
    """In which settings the scenarios differ, and in how many measures the runs."""
    changed, rows = sum(row.changed for row in found.rows), len(found.rows)
    paths = [Key(change.path) for change in _ranked(found.changes)]
    told = Sentence("The scenarios are the same")
    if paths:
        told = Sentence("They differ in ", listed(paths, most=MOST_NAMED))
    return Sentence(
        told, "; ", Said(f"{changed:,}", changed, "measures"), " of ",
        Said(f"{rows:,}", rows, "measures", "measures"), " measures are not the same.",
    )  # fmt: skip


def _capacities(tells: Sequence[Teller], axis: str) -> Sentence:
    """What the axis can carry at the end of B and of A, or when it is cut; and on average."""
    stem, name = f"axes.{axis}", tells[0].name(axis)
    a, b = (tell.size(f"{stem}.capacity_end", unit=tell is tells[1]) for tell in tells)
    path = f"{stem}.time_of_lasting_cut"
    cuts = [tell.day(path) if tell.came(path) else None for tell in tells]
    if cuts[0] != cuts[1]:
        said = [Sentence("not cut for good") if cut is None else Sentence("cut for good on ", cut)
                for cut in cuts]  # fmt: skip
        first = Sentence(name, " is ", said[1], " in B, and ", said[0], " in A")
    elif a.value != b.value:
        first = Sentence(name, " can carry ", b, " at the end of B, ", a, " at the end of A")
    else:
        first = Sentence(name, " ends alike in both, with ", b)
    path = f"{stem}.capacity_mean"
    gap = round(tells[1].value(path) - tells[0].value(path), 3)
    if not gap:
        return Sentence(first, "; on average it can carry the same.")
    amount = Said(f"{whole(abs(gap))} t/day", abs(gap), "t/day", path)
    less = " less in B." if gap < 0 else " more in B."
    return Sentence(first, "; on average it can carry ", amount, less)


def _unmet(tells: Sequence[Teller], axis: str) -> Sentence:
    """What of what was needed at its sinks was not there in B and in A."""
    stem = f"axes.{axis}.unmet"
    a, b = (Sentence(tell.size(stem), " (", tell.share(f"{stem}_share"), ")") for tell in tells)
    return Sentence("Of what was needed at its sinks ", b, " was not there in B, ", a, " in A.")


def _ranked(changes: Sequence[Change]) -> list[Change]:
    """What makes a difference first, claims and the like after it."""
    quiet = ("claims", "kind", "extends")
    return sorted(changes, key=lambda change: change.path.split(".")[0] in quiet)


def outcome(run: RunFiles) -> Outcome:
    """A run as a comparison takes it."""
    return Outcome(run.scenario.id, run.scenario.resolved, run.summary, run.series, run.events)


def _dates(a: RunFiles, b: RunFiles) -> Html | None:
    if a.scenario.start == b.scenario.start:
        return None
    days = f"A: {a.date(0)}, B: {b.date(0)}"
    said = (
        f"The runs begin on different days ({days}); they stand side by side by the days since "
        "each began, and dates are those of A."
    )
    return el("p", said)


def settings(found: Comparison, names: tuple[str, str] = LETTERS) -> Html:
    """The settings in which two runs differ; ``names`` are what they are called."""
    if not found.changes:
        return el("p", "Nothing: the two scenarios are the same, but perhaps for the seed.")
    rows = [
        [el("code", change.path), *(named(short(in_line(v), LONGEST)) for v in change.values)]
        for change in _ranked(found.changes)
    ]
    head, more = ["Setting", *names], rows[MOST_SETTINGS:]
    made = table(head, rows[:MOST_SETTINGS], "Settings that are not the same")
    if not more:
        return made
    rest = table(head, more, "More settings that are not the same")
    return join(made, details(f"{len(more)} more", rest))


def _data(link: Links, files: Sequence[str]) -> Html:
    return join("Data: ", markup.listed((link(name) for name in files), ", "))


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
        rows.append((verdicts[0] == verdicts[1], id_, [named(claim_text(known)), *shown]))
    if not rows:
        return None
    body = [row for _, _, row in sorted(rows, key=lambda r: r[:2])]
    return table(["Claim", "A", "B"], body, "Claims; those with different verdicts first")


def side_by_side(
    rows: Sequence[Row], caption: str, names: tuple[str, str], gap: str
) -> Html:  # fmt: skip
    """Measures of two runs as a table; ``gap`` is the second less the first."""
    first, second = names
    table = of_many.side_by_side(rows, names, gap)
    keys = ("path", first, second, f"{second} - {first}", "unit")
    return tables.html(table.pick(*keys), caption=caption)


def measures(
    found: Comparison, names: tuple[str, str] = LETTERS, gap: str = "B \u2212 A"
) -> Html:  # fmt: skip
    """The measures that differ, then the others folded."""
    made = partial(side_by_side, names=names, gap=gap)
    same = [row for row in found.rows if not row.changed]
    axes = [row for row in found.rows if row.changed and row.path.startswith("axes.")]
    rest = [row for row in found.rows if row.changed and not row.path.startswith("axes.")]
    parts = [made(axes, "Axes: measures that differ")] if axes else []
    if rest:
        count = f"{len(rest)} other measures that differ"
        parts.append(details(count, made(rest, "Other measures")))
    count = f"{len(same)} measures are the same in both"
    return join(parts, details(count, made(same, "The same in both")))
