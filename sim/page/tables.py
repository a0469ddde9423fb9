"""Tables of pages: axes, claims, stocks, pockets, forces, displaced, measures, luck, manifest."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sim.base.numbers import number
from sim.measure.steps import Steps, is_time

from .markup import Html, details, el, join, listed, named, table
from .run import RunFiles, tonnes

Link = Callable[[str], Html]
"""A link to a file of the run folder, by its name."""

SPARK_WIDTH, SPARK_HEIGHT = 96, 22


def axes(run: RunFiles) -> Html:
    """What each axis could carry at the start and the end, and what became of it."""

    def row(axis: str) -> list[Any]:
        this, stem = run.scenario.axes[axis], f"axes.{axis}"
        dry = [
            when
            for sink in this.sinks
            if (when := run.value(f"{stem}.sinks.{sink}.time_of_exhaustion")) is not None
        ]
        return [
            el("button", named(this.name), type="button", class_="link", data_axis=axis),
            named(run.name(this.actor)),
            _spark(run.capacity(axis), run.scenario.length),
            _number(run.value(f"{stem}.capacity_start")),
            _number(run.value(f"{stem}.capacity_end")),
            number(run.value(f"{stem}.demand_start")),
            run.day(run.value(f"{stem}.time_of_first_cut")),
            run.day(run.value(f"{stem}.time_of_lasting_cut")),
            number(run.value(f"{stem}.delivered")),
            run.day(min(dry, default=None)),
        ]

    ranked = sorted(run.scenario.axes, key=lambda a: (a != run.focus, a))
    return table(
        ["Axis", "Actor", "Capacity over time", "at the start, t/day", "at the end, t/day",
         "Demand, t/day", "First cut", "Cut for good", "Delivered, t", "First out of stock"],
        [row(axis) for axis in ranked], "Every axis of the run; choose one to see it above",
        numbers=(3, 4, 5, 8), class_="axes",
    )  # fmt: skip


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
    return el(
        "svg", line, class_="spark", viewBox=f"0 0 {SPARK_WIDTH} {SPARK_HEIGHT}", role="img",
        width=SPARK_WIDTH, height=SPARK_HEIGHT, aria_label=said + tonnes(min(steps.values)),
    )  # fmt: skip


def percent(share: float) -> str:
    """A share for people."""
    return f"{share * 100:.0f} %"


def sortable(text: str, value: float | None) -> Html:
    """A number for people that a table of class ``sorts`` orders by its value; None comes last."""
    if value is None:
        return join(text)
    return el("data", text, value="Infinity" if value == math.inf else repr(float(value)))


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

    if low is None or high is None:
        said = "no interval"
    else:
        said = "the interval covers 0" if low <= 0 <= high else "the interval leaves out 0"
    middle = SPARK_HEIGHT / 2
    return el(
        "svg",
        el("line", x1=x(0), x2=x(0), y1=1, y2=SPARK_HEIGHT - 1, class_="zero"),
        None if low is None or high is None
        else el("line", x1=x(low), x2=x(high), y1=middle, y2=middle),
        el("circle", cx=x(value), cy=middle, r=2.8),
        class_="spark", viewBox=f"0 0 {SPARK_WIDTH} {SPARK_HEIGHT}", role="img",
        width=SPARK_WIDTH, height=SPARK_HEIGHT, aria_label=said,
    )  # fmt: skip


def claims(run: RunFiles) -> Html:
    """What the scenario claims, and what the run says to it."""
    found = run.summary["claims"]
    if not found:
        return el("p", "The scenario states no claims.")
    count = [(v, sum(c["verdict"] == v for c in found)) for v in ("true", "false", "undecided")]
    if run.scenario.kind == "replay":
        note = " A replay was told the record, so its verdicts say what the record implies."
    else:
        note = ""
    said = el("p", ", ".join(f"{n} {verdict}" for verdict, n in count if n), ".", note)
    rows = [
        [
            el("span", c["verdict"], class_=f"verdict {c['verdict']}"),
            join([named(c["text"]), f" ({c['claim']})" if c["claim"] else ""]),
            join([el("code", c["measure"]), f" {_SIGNS[c['relation']]} {_compared(run, c)}"]),
            "the whole period" if c["when_day"] is None else run.day(c["when_day"]),
            _observed(run, c),
        ]
        for c in found
    ]
    head = ["Verdict", "Claim", "What is compared", "When", "Observed"]
    return join([said, table(head, rows, "Claims, and what the run says to them")])


_SIGNS = {"<": "<", "<=": "\u2264", "=": "=", ">=": "\u2265", ">": ">", "!=": "\u2260"}


def _compared(run: RunFiles, claim: dict[str, Any]) -> str:
    return "never" if claim["value"] is None else _claimed(run, claim["value"], claim["unit"])


def _observed(run: RunFiles, claim: dict[str, Any]) -> str:
    if claim["observed"] is None:
        return "did not come" if is_time(claim["measure"]) else "not in this run"
    return _claimed(run, claim["observed"], claim["unit"])


def _claimed(run: RunFiles, value: Any, unit: str) -> str:
    """A value of a claim for people: claims keep base units."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if unit == "s":
        return run.date(value)
    if unit in ("kg", "kg/day"):
        return f"{tonnes(value)} {unit.replace('kg', 't')}"
    return f"{number(value)} {'' if unit == '1' else unit}".rstrip()


def stocks(run: RunFiles, link: Link) -> Html:
    """What each sink had at the start and the end, and when it ran out."""
    rows = []
    for axis, this in run.scenario.axes.items():
        for sink in this.sinks:
            stem = f"axes.{axis}.sinks.{sink}"
            rows.append(
                [
                    named(run.name(sink)),
                    named(this.name),
                    *(
                        number(run.value(f"{stem}.{m}"))
                        for m in ("stock_start", "stock_end", "days_of_supply_end", "delivered")
                    ),
                    run.day(run.value(f"{stem}.time_of_exhaustion")),
                    number(run.value(f"{stem}.days_without")),
                ]
            )
    head = ["Sink", "Axis", "Stock at the start, t", "at the end, t", "Days of supply at the end",
            "Delivered, t", "Ran out", "Days without"]  # fmt: skip
    made = table(head, rows, "Stocks of the sinks", numbers=(2, 3, 4, 5, 7))
    return join([made, el("p", "Every day's stock: ", link("timeseries.csv"), class_="source")])


def pockets(run: RunFiles) -> Html | None:
    """Parts of a territory that no source reached, with who was in them."""
    rows = [
        [
            listed(named(run.name(p)) for p in pocket["places"]),
            named(run.name(pocket["actor"])),
            run.day(pocket["from_day"]),
            "the end of the period" if pocket["to_day"] is None else run.day(pocket["to_day"]),
            number(pocket["persons"]),
            number(pocket["stock_t"]),
        ]
        for pocket in run.summary["pockets"]
    ]
    head = ["Places", "Actor", "From", "To", "Persons then", "Stock then, t"]
    title = "Pockets, with what was in each when it formed"
    return table(head, rows, title, numbers=(4, 5)) if rows else None


def forces(run: RunFiles) -> Html | None:
    """How far each operation came and what became of it."""
    rows = []
    for operation in run.scenario.operations.values():
        stem = f"operations.{operation.id}"
        rows.append(
            [
                named(operation.name),
                named(run.name(operation.actor)),
                *(
                    number(run.value(f"{stem}.{m}"))
                    for m in ("furthest_km", "km_end", "strength_start", "strength_end")
                ),
                *(
                    run.day(run.value(f"{stem}.time_of_{m}"))
                    for m in ("start", "cut_off", "stall", "ring", "repulse")
                ),
            ]
        )
    head = ["Operation", "Actor", "Furthest, km", "At the end, km", "Persons at the start",
            "at the end", "Began", "Cut off", "Stalled", "Closed a ring", "Beaten"]  # fmt: skip
    return table(head, rows, "Operations", numbers=(2, 3, 4, 5)) if rows else None


def displaced(run: RunFiles, link: Link) -> Html | None:
    """Where displaced strength went, by actor and choice."""
    rows = []
    for path, measure in run.summary["measures"].items():
        kind, _, rest = path.partition(".")
        actor, _, tail = rest.partition(".to.")
        choice = tail.removesuffix(".persons")
        if kind == "regroup" and tail != choice and measure["value"]:
            rows.append((actor, -measure["value"], choice))
    if not rows:
        return None
    shown = [
        [
            named(run.name(choice)),
            named(run.name(actor)),
            number(-persons),
            _share(run.value(f"regroup.{actor}.to.{choice}.share")),
            number(run.value(f"regroup.{actor}.to.{choice}.lag")),
        ]
        for actor, persons, choice in sorted(rows)
    ]
    head = ["Went to", "Actor", "Persons", "Share of those displaced", "Days on the way, mean"]
    made = table(head, shown, "Where displaced strength went", numbers=(2, 3, 4))
    total = number(-sum(persons for _, persons, _ in rows))
    return join(
        [
            details(f"{total} persons to {len(rows)} ends", made),
            el("p", "Every move: ", link("regroup.csv"), class_="source"),
        ]
    )


def measures(run: RunFiles, link: Link) -> Html:
    """Every measure with its unit, by what it is about."""
    groups: dict[str, list[list[Any]]] = defaultdict(list)
    for path, m in run.summary["measures"].items():
        kind, _, rest = path.partition(".")
        about, _, what = rest.partition(".")
        unit = "" if m["unit"] == "1" else m["unit"]
        groups[f"{kind}.{about}"].append([el("code", what or path), number(m["value"]), unit])
    return join(
        [
            el("p", "A dash is a time that did not come within the period. All of them: ",
               link("summary.json"), class_="source"),
            el("div", [
                details(
                    join([el("code", group), f" ({len(rows)})"]),
                    table(["Measure", "Value", "Unit"], rows, f"Measures of {group}", numbers=(1,)),
                )
                for group, rows in groups.items()
            ], class_="folds"),
        ]
    )  # fmt: skip


def luck(run: RunFiles) -> Html | None:
    """What was drawn for this run."""
    rows = [[el("code", path), f"{value:,.6g}"] for path, value in run.summary["drawn"].items()]
    if not rows:
        return None
    caption = "Drawn for this run, in base units (kg, kg/day, s, km/h, persons, 1)"
    made = table(["What", "Value"], rows, caption, numbers=(1,))
    return details(f"{len(rows)} uncertain inputs, as drawn", made)


def manifest(document: Mapping[str, Any], link: Link) -> Html:
    """Who made the run, with what, from which files."""
    told = dict(_flat(document))
    hashes = document.get("sha256", {})
    facts = [[name, el("code", str(value))] for name, value in told.items()]
    files = [[link(name), el("code", digest)] for name, digest in sorted(hashes.items())]
    return join(
        [
            table(["What", "Value"], facts, "How the run was made"),
            details(
                f"{len(files)} files of the run, with their sha256",
                table(["File", "sha256"], files, "Files of the run"),
            )
            if files
            else None,
        ]
    )


def _flat(document: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        name = f"{path}{key}"
        if key == "sha256" and not path:
            continue
        if isinstance(value, dict):
            yield from _flat(value, f"{name}, ")
        elif isinstance(value, list):
            yield name, " ".join(map(str, value))
        else:
            yield name, value


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}".replace("%", " %")


def _number(value: float | None) -> str:
    return "-" if value is None else tonnes(value * 1000)
