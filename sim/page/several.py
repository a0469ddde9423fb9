"""The page of several runs side by side: what differs, as differences from the first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sim.base.numbers import in_line, short, whole
from sim.base.said import Key, Said, Sentence, listed
from sim.base.said import several as in_words
from sim.measure.compare import Change, Comparison, Course, Outcome, Row, compare
from sim.tables import of_many
from sim.tables.headline import Teller, common_axis, same_deliveries
from sim.tables.of_run import claim_text

from . import tables
from .ground import stage
from .inputs import LONGEST
from .markup import Html, details, el, join, named, table
from .prose import happenings
from .run import RunFiles
from .shell import (
    Links,
    about,
    apart_figure,
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

LETTERS = "ABCDEF"
"""What runs are called on their page, in their order."""


def page(runs: Sequence[RunFiles], file: Path) -> str:
    """The page of runs beside the first, which they are compared with, to be written to ``file``.

    Args:
        runs: two to six.
        file: where its links start.
    """
    links = [Links(file, run.folder) for run in runs]
    found = compare([outcome(run) for run in runs])
    first, letters = runs[0], LETTERS[: len(runs)]
    common = [(id_, axis.name) for id_, axis in first.scenario.axes.items()
              if all(id_ in run.scenario.axes for run in runs)]  # fmt: skip
    axis = common_axis([run.summary for run in runs])
    names = [join(el("strong", letter), ": ", named(run.scenario.title))
             for letter, run in zip(letters, runs, strict=True)]  # fmt: skip
    who = [
        el("span", name, " (", about(run), ")", class_="line")
        for name, run in zip(names, runs, strict=True)
    ]
    gaps = GAP if len(runs) == 2 else "each less A"
    parts = [
        finding_section(finding(runs, axis, found)),
        _dates(runs),
        section("settings", "What differs in the scenarios", settings(found, letters)),
        section("stage", "The runs, day by day", bar(common, axis),
                el("div",
                   el("div", apart_figure(_sources(links, "control.csv")),
                      el("p", id="apart", class_="apart"), class_="stuck"),
                   el("div", curve_figure(f", {', '.join(letters)} and {gaps}",
                                          _sources(links, "timeseries.csv"))), class_="stage"),
                _grid([map_figure(i, join(el("strong", letters[i]), ": "),
                                  link.data("control.csv", "flows.csv"))
                       for i, link in enumerate(links)]),
                seen=False),
        section("events", "What happened in each", _happened(runs, names)),
        section("held", "Who held what", _grid(
            [holding_figure(i, names[i], link.data("control.csv"))
             for i, link in enumerate(links)])),
        section("claims", "Claims", _claims(runs)),
        section("measures", "Measures", measures(found, letters)),
        section("manifest", "Manifests", [
            join(el("h3", name), tables.manifest(run.manifest, link))
            for name, run, link in zip(names, runs, links, strict=True)]),
    ]  # fmt: skip
    title = f"{runs[1].scenario.title}, compared with {first.scenario.title}"
    if len(runs) > 2:
        title = f"{len(runs)} runs, the others compared with {first.scenario.title}"
    return document(title, who, parts, stage(runs, axis), of=[run.folder for run in runs])


GAP = "B \u2212 A"
"""The head of differences of two runs."""


def finding(runs: Sequence[RunFiles], axis: str | None, found: Comparison) -> tuple[Sentence, ...]:
    """What each run makes of the axis, and what the runs differ in.

    Where deliveries do not differ, that comes first.
    """
    second = _apart(found)
    if axis is None:
        return Sentence("The runs have no axis in common."), second
    tells = [Teller(run.summary, run.name) for run in runs]
    say = _capacities if len(runs) == 2 else _capacity_of_each
    same = same_deliveries([run.summary for run in runs], axis, runs[0].name)
    if same is not None:
        return Sentence(same.capitalized(), "."), say(tells, axis), second
    if not all(t.knows(f"axes.{axis}.unmet") for t in tells):  # an earlier version wrote one
        return say(tells, axis), second
    return say(tells, axis), _unmet(tells, axis), second


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


def _capacity_of_each(tells: Sequence[Teller], axis: str) -> Sentence:
    """What the axis can carry at the end of each run, or when it is cut for good."""
    stem, name = f"axes.{axis}", tells[0].name(axis)
    cut = f"{stem}.time_of_lasting_cut"
    ends = {(tell.value(f"{stem}.capacity_end"), tell.came(cut) and tell.value(cut))
            for tell in tells}  # fmt: skip
    if len(ends) == 1:
        return Sentence(name, " ends alike in all, with ", tells[0].size(f"{stem}.capacity_end"),
                        ".")  # fmt: skip
    each = []
    for tell, letter in zip(tells, LETTERS, strict=False):
        said = Sentence("is cut for good on ", tell.day(cut)) if tell.came(cut) else Sentence(
            "can carry ", tell.size(f"{stem}.capacity_end"), " at the end"
        )  # fmt: skip
        each.append(Sentence(said, f" in {letter}"))
    return Sentence(name, " ", in_words(each, "; ", "; "), ".")


def _unmet(tells: Sequence[Teller], axis: str) -> Sentence:
    """What of what was needed at its sinks was not there in each run, the last first of two."""
    stem = f"axes.{axis}.unmet"
    each = [Sentence(tell.size(stem), " (", tell.share(f"{stem}_share"), ")") for tell in tells]
    if len(each) == 2:
        a, b = each
        return Sentence("Of what was needed at its sinks ", b, " was not there in B, ", a,
                        " in A.")  # fmt: skip
    told = [Sentence(one, f" in {letter}") for one, letter in zip(each, LETTERS, strict=False)]
    return Sentence("Of what was needed at its sinks was not there: ", in_words(told), ".")


def _ranked(changes: Sequence[Change]) -> list[Change]:
    """What makes a difference first, claims and the like after it."""
    quiet = ("claims", "kind", "extends")
    return sorted(changes, key=lambda change: change.path.split(".")[0] in quiet)


def outcome(run: RunFiles) -> Outcome:
    """A run as a comparison takes it."""
    return Outcome(
        run.scenario.id, run.scenario.resolved, run.summary, run.series, run.events,
        lambda: Course(run.scenario, run.control),
    )  # fmt: skip


def _dates(runs: Sequence[RunFiles]) -> Html | None:
    if all(run.scenario.start == runs[0].scenario.start for run in runs):
        return None
    days = ", ".join(f"{letter}: {run.date(0)}" for letter, run in zip(LETTERS, runs, strict=False))
    said = (
        f"The runs begin on different days ({days}); they stand side by side by the days since "
        "each began, and dates are those of A."
    )
    return el("p", said)


def settings(found: Comparison, names: Sequence[str]) -> Html:
    """The settings in which runs differ; ``names`` are what they are called."""
    if not found.changes:
        return el("p", "Nothing: the scenarios are the same, but perhaps for the seed.")
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


def _sources(links: Sequence[Links], file: str) -> Html:
    """A file of each run, behind its letter."""
    return join([join(" ", letter, ": ", link(file))
                 for letter, link in zip(LETTERS, links, strict=False)])  # fmt: skip


def _grid(parts: Sequence[Html]) -> Html:
    """Parts side by side: two in a row, three where that leaves no row half empty."""
    wide = "two three" if len(parts) in (3, 5, 6) else "two"
    return el("div", [el("div", part) for part in parts], class_=wide)


def _happened(runs: Sequence[RunFiles], names: Sequence[Html]) -> Html:
    """What happened in each run, folded where there are more than two."""
    lists = [entries(run, happenings(run)) for run in runs]
    if len(runs) > 2:
        return join([details(name, made) for name, made in zip(names, lists, strict=True)])
    return _grid([join(el("h3", name), made) for name, made in zip(names, lists, strict=True)])


def _claims(runs: Sequence[RunFiles]) -> Html | None:
    """Claims of all runs, each with its verdicts; those that differ first."""
    by_id = [{c["id"]: c for c in run.summary["claims"]} for run in runs]
    rows = []
    for id_ in dict.fromkeys(id_ for claims in by_id for id_ in claims):
        all_ = [claims.get(id_) for claims in by_id]
        known = next(claim for claim in all_ if claim is not None)
        verdicts = ["-" if claim is None else claim["verdict"] for claim in all_]
        shown = [el("span", v, class_=f"verdict {'none' if v == '-' else v}") for v in verdicts]
        rows.append((len(set(verdicts)) == 1, id_, [named(claim_text(known)), *shown]))
    if not rows:
        return None
    body = [row for _, _, row in sorted(rows, key=lambda r: r[:2])]
    head = ["Claim", *LETTERS[: len(runs)]]
    return table(head, body, "Claims; those with different verdicts first")


def side_by_side(rows: Sequence[Row], caption: str, names: Sequence[str], gap: str) -> Html:
    """Measures of runs as a table; ``gap`` heads the second less the first, where there are two."""
    table = of_many.side_by_side(rows, names, gap)
    gaps = [f"{names[1]} - {names[0]}"] if len(names) == 2 else []
    return tables.html(table.pick("path", *names, *gaps, "unit"), caption=caption)


def measures(found: Comparison, names: Sequence[str], gap: str = GAP) -> Html:
    """The measures that differ, then the others folded."""
    made = partial(side_by_side, names=names, gap=gap)
    every = "both" if len(names) == 2 else "all"
    same = [row for row in found.rows if not row.changed]
    axes = [row for row in found.rows if row.changed and row.path.startswith("axes.")]
    rest = [row for row in found.rows if row.changed and not row.path.startswith("axes.")]
    parts = [made(axes, "Axes: measures that differ")] if axes else []
    if rest:
        count = f"{len(rest)} other measures that differ"
        parts.append(details(count, made(rest, "Other measures")))
    count = f"{len(same)} measures are the same in {every}"
    return join(parts, details(count, made(same, f"The same in {every}")))
