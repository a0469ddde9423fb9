"""Tables of pages: the tables of :mod:`sim.tables` as HTML, with pictures in some cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from sim.base.numbers import day_words, number, percent, tonnes, true_minus
from sim.base.said import Sentence, counted
from sim.measure.steps import Steps
from sim.tables import of_many, of_run
from sim.tables.identity import PROGRAMS, mixed
from sim.tables.manifest import DIGEST, PARTS
from sim.tables.table import Code, Column, Id, Ids, Range, Table, UserText, said

from .markup import Html, Piece, details, el, join, listed, named, source_line, table
from .run import RunFiles

Link = Callable[[str], Html]
"""A link to a file of the run folder, by its name."""

SPARK_WIDTH, SPARK_HEIGHT = 96, 22


def html(
    of: Table, name: Callable[[str], str] = str, *, caption: Piece = None, sorts: bool = False,
    most: int | None = None, **attributes: str | bool | None,
) -> Html:  # fmt: skip
    """A table as HTML; cells that are HTML stand as they are.

    Args:
        name: the name of a thing of the scenario by its id.
        caption: in place of the table's own.
        sorts: the reader may sort it, numbers and times by their values.
        most: rows shown; the caption says where there are more.
    """
    date = partial(day_words, of.start)
    more = most is not None and len(of.rows) > most
    first = f" (the first {most})" if more else ""
    return table(
        [_piece(column.head, name, date) for column in of.columns],
        [[_piece(cell, name, date, sorts=sorts) for cell in row] for row in of.cells[:most]],
        join(of.caption if caption is None else caption, first),
        numbers=[i for i, column in enumerate(of.columns) if column.numeric],
        **({"class_": "sorts"} if sorts else {}), **attributes,
    )  # fmt: skip


def _piece(
    cell: object, name: Callable[[str], str], date: Callable[[float], str], *, sorts: bool = False
) -> Piece:
    match cell:
        case Html():
            return cell
        case Id():
            return named(name(cell))
        case Ids():
            return listed(named(name(item)) for item in cell)
        case UserText():
            return named(cell)
        case Code():
            return el("code", cell)
        case int() | float() | Range():
            text = true_minus(said(cell, date))
            return _sortable(text, cell) if sorts else text
    return said(cell, date)


def _sortable(text: str, cell: float | Range) -> Html:
    """A number for people that sorts by its value, a range by its lower end."""
    value = float(cell.low if isinstance(cell, Range) else cell)
    return el("data", text, value="Infinity" if value == math.inf else repr(value))


def axes(run: RunFiles) -> Html:
    """What each axis could carry at the start and the end, and what became of it."""
    found = of_run.axes(run.summary)
    ids = found["axis"]
    known = run.scenario.axes
    buttons = [
        el("button", named(known[id_].name), type="button", class_="link", data_axis=id_)
        for id_ in ids
    ]
    found = found.put(Column("name", "Axis", str), buttons)
    parties = [] if run.scenario.without_actors else ["actor"]
    found = found.put(Column("actor", "Actor", Id), [known[id_].actor for id_ in ids])
    sparks = [_spark(run.capacity(id_), run.scenario.length) for id_ in ids]
    found = found.put(Column("over_time", "Capacity over time", str), sparks)
    rest = [column.key for column in of_run.AXES if column.key not in ("axis", "capacity")]
    return html(found.pick("name", *parties, "over_time", *rest), run.name, class_="axes")


def _spark(steps: Steps, end: int) -> Html:
    """A step curve a line of text high, with its range in words."""
    top = max(max(steps.values), 1)
    points: list[str] = []
    last = None
    for a, _, value in steps.spans(end):
        x = a / end * SPARK_WIDTH
        y = SPARK_HEIGHT - 2 - value / top * (SPARK_HEIGHT - 4)
        points += [f"{x:.1f},{last:.1f}"] if last is not None else []
        points.append(f"{x:.1f},{y:.1f}")
        last = y
    points.append(f"{SPARK_WIDTH},{last:.1f}")
    said = f"from {tonnes(steps.values[0])} to {tonnes(steps.values[-1])} t/day, at least "
    line = el("polyline", points=" ".join(points))
    return _picture(said + tonnes(min(steps.values)), line)


def _picture(said: str, *lines: Piece) -> Html:
    return el(
        "svg", *lines, class_="spark", viewBox=f"0 0 {SPARK_WIDTH} {SPARK_HEIGHT}", role="img",
        width=SPARK_WIDTH, height=SPARK_HEIGHT, aria_label=said,
    )  # fmt: skip


def whisker(
    value: float, low: float | None, high: float | None, most: float, zero: float = 0.5
) -> Html:
    """A number as a dot and its interval as a line, against 0.

    Args:
        most: the end of the scale.
        zero: where 0 stands in the picture, as a share of its width.
    """

    def x(at: float) -> str:
        return f"{5 + (SPARK_WIDTH - 10) * (zero + at / most * (1 - zero)):.1f}"

    middle = SPARK_HEIGHT / 2
    said, line = "no interval", None
    if low is not None and high is not None:
        said = f"the interval {'covers' if low <= 0 <= high else 'leaves out'} 0"
        line = el("line", x1=x(low), x2=x(high), y1=middle, y2=middle)
    zero_line = el("line", x1=x(0), x2=x(0), y1=1, y2=SPARK_HEIGHT - 1, class_="zero")
    return _picture(said, zero_line, line, el("circle", cx=x(value), cy=middle, r=2.8))


def claims(run: RunFiles) -> Html:
    """What the scenario claims, and what the run says to it."""
    found = of_run.claims(run.summary)
    if not found.rows:
        return el("p", "The scenario states no claims.")
    replay = run.scenario.kind == "replay"
    note = " A replay was told the record, so its verdicts say what the record implies."
    text = el("p", of_run.verdict_counts(found), ".", note if replay else "")
    shown = [
        (
            el("span", claim["verdict"], class_=f"verdict {claim['verdict']}"),
            join(named(of_run.claim_text(claim)), f" ({claim['claim']})" if claim["claim"] else ""),
            join(el("code", claim["measure"]), f" {stated}"),
        )
        for claim, stated in zip(run.summary["claims"], found["stated"], strict=True)
    ]
    for (key, head), cells in zip(_CLAIM_HEADS.items(), zip(*shown, strict=True), strict=True):
        found = found.put(Column(key, head, str), cells)
    return join(text, html(found.pick(*_CLAIM_HEADS, "when", "observed")))


_CLAIM_HEADS = {"shown": "Verdict", "claim": "Claim", "compared": "What is compared"}


def stocks(run: RunFiles, link: Link) -> Html:
    """What each sink had at the start and the end, and when it ran out."""
    made = html(of_run.stocks(run.summary), run.name)
    return join(made, source_line("Every day's stock: ", link("timeseries.csv")))


def pockets(run: RunFiles) -> Html | None:
    """Parts of a territory that no source reached, with who was in them."""
    if not run.scenario.without_actors:
        found = of_run.pockets(run.summary)
    else:
        shut = of_run.pockets({**run.summary, "pockets": of_run.unsupplied(run.summary)}, "Cut off")
        found = shut.pick("places", "from_day", "to_day", "stock_t")
    return html(found, run.name) if found.rows else None


def forces(run: RunFiles) -> Html | None:
    """How far each operation came and what became of it."""
    found = of_run.forces(run.summary)
    actors = [run.scenario.operations[id_].actor for id_ in found["operation"]]
    first, *rest = (column.key for column in found.columns)
    found = found.put(Column("actor", "Actor", Id), actors).pick(first, "actor", *rest)
    return html(found, run.name) if found.rows else None


def displaced(run: RunFiles, link: Link) -> Html | None:
    """Where displaced strength went, by actor and choice."""
    found = of_run.displaced(run.summary)
    if not found.rows:
        return None
    total = sum(found["persons"])
    return join(
        details(f"{number(total)} persons to {len(found.rows)} ends", html(found, run.name)),
        source_line("Every move: ", link("regroup.csv")),
    )


def measures(run: RunFiles, link: Link) -> Html:
    """Every measure with its unit, by what it is about."""
    return join(
        source_line("A dash is a time that did not come within the period. All of them: ",
                    link("summary.json")),
        folds(of_run.measures(run.summary)),
    )  # fmt: skip


def folds(groups: Mapping[str, Table]) -> Html:
    """Tables by the path that they are about, each folded away."""
    return el("div", [
        details(join(el("code", group), f" ({len(found.rows)})"), html(found))
        for group, found in groups.items()
    ], class_="folds")  # fmt: skip


def luck(run: RunFiles) -> Html | None:
    """What was drawn for this run."""
    found = of_run.luck(run.summary)
    said = el("p", typical(of_run.luck_of(run.summary)))
    if not found.rows:
        return said
    return join(said, details(f"{len(found.rows)} uncertain inputs", html(found)))


def beside(run: RunFiles, link: Link) -> Html | None:
    """Where the run lies among the runs of an ensemble, measure by measure."""
    if run.beside is None:
        return None
    among, axis = run.beside, run.focus
    found = of_many.standings(among.standings, axis, run.scenario.start)
    strips = [_among(percentile) for percentile in found["percentile"]]
    head, *rest = (column.key for column in found.columns)
    found = found.put(Column("among", "Among them", str), strips)
    found = found.pick(head, "value", "percentile", "among", *rest[2:])
    runs = counted(among.runs, "run")
    text = Sentence(
        "Beside ", runs, " of its scenario. A percentile is the share of them with less, and half "
        "of those with as much; a time that did not come is later than any. The line spans nine "
        "runs in ten."
    )  # fmt: skip
    source = source_line("The ensemble: ", el("code", among.ensemble), "; ", link("beside.json"))
    return join(el("p", text), html(found), source)


def _among(percentile: float) -> Html:
    """A dot at a percentile, on the line in which nine runs in ten lie."""
    middle, room = SPARK_HEIGHT / 2, SPARK_WIDTH - 10
    line = el("line", x1=5 + 0.05 * room, x2=5 + 0.95 * room, y1=middle, y2=middle)
    dot = el("circle", cx=f"{5 + percentile * room:.1f}", cy=middle, r=2.8)
    return _picture(f"at {percent(percentile)}", line, dot)


def typical(luck: str) -> Html:
    """What of luck is in a run, and how to see how typical that makes it."""
    return join(
        f"This run is {luck}. How typical it is, many runs tell: ",
        el("code", "sim ensemble scenario.resolved.yaml"), ".",
    )  # fmt: skip


def programs(summary: Mapping[str, Any]) -> str:
    """That several versions of the program made the runs, behind a comma; nothing of one."""
    told = mixed(summary.get(PROGRAMS, []))
    return told and f", {told}"


def manifest(document: Mapping[str, Any], link: Link) -> Html:
    """Who made the run, with what, from which files; pages and what they change left out."""
    told = dict(_flat({k: v for k, v in document.items() if k not in _LEFT_OUT}))
    hashes = document.get("sha256", {})
    facts = [[name, el("code", str(value))] for name, value in told.items()]
    files = [
        [link(name), el("code", digest)]
        for name, digest in sorted(hashes.items())
        if not name.endswith(".html")
    ]
    made = table(["What", "Value"], facts, "How the run was made")
    if not files:
        return made
    count = f"{len(files)} files of the run, with their sha256"
    return join(made, details(count, table(["File", "sha256"], files, "Files of the run")))


_LEFT_OUT = ("sha256", DIGEST, PARTS, PROGRAMS)
"""Keys of a manifest that are told otherwise, or that the page itself changes."""


def _flat(document: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        name = f"{path}{key}"
        if isinstance(value, dict):
            yield from _flat(value, f"{name}, ")
        elif isinstance(value, list):
            yield name, " ".join(map(str, value))
        else:
            yield name, value
