"""What every page has: head, policy, styles, scripts, data, and the figures' frames."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sim.scenario.model import DAY, PPM
from sim.tables.of_run import luck_of
from sim.tables.verified import told_on_a_page
from sim.view import look

from .inputs import source_of
from .markup import Html, Piece, details, el, join, listed, named, script_json, source_line
from .prose import Cause, Entry, iso
from .run import RunFiles
from .sentences import HEADS, MONTHS, SENTENCES

MAP_SCRIPTS = ("core.js", "marks.js", "map.js", "map_words.js", "flows.js", "forces.js", "pins.js")
SCRIPTS = (
    *MAP_SCRIPTS, "curves.js", "time.js", "picture.js", "print.js", "page.js",
)  # fmt: skip
ASKING_SCRIPTS = (*SCRIPTS[:-1], "flow.js", "ask.js", "what_if.js", "guess.js", SCRIPTS[-1])
"""The scripts of a page on which a reader can ask what if."""

SERVED_SCRIPTS = (*ASKING_SCRIPTS[:-1], "draw.js", "explore.js", ASKING_SCRIPTS[-1])
"""The scripts of such a page that is served, and runs and saves what was asked."""

FIRST_SCRIPTS = (*MAP_SCRIPTS, "draw.js", "explore.js", "first.js", "still.js")
"""The scripts of an empty map that is served, on which a first scenario is drawn."""

CHANCE_SCRIPTS = (*SCRIPTS[:-1], "chances.js", SCRIPTS[-1])
"""The scripts of the page of an ensemble."""

SEVERAL_SCRIPTS = (*SCRIPTS[:-1], "apart.js", SCRIPTS[-1])
"""The scripts of the page of several runs."""

NOSCRIPT = "The map and the curves are drawn by the script in this page; the rest needs none."

STILL_SCRIPTS = ("still.js", "print.js")
"""The script of a page without a time slider."""


_SHARED = {
    "look": look.document(), "say": SENTENCES, "heads": HEADS, "months": MONTHS, "day": DAY,
    "whole": PPM,
}  # fmt: skip
"""What the scripts of every page with a map are told."""

_ONE_FILE = "This page is one file; it opens without a network and sends nothing."
_SERVED = "This page is served on this machine; it speaks to the program there and nowhere else."


Stage = tuple[Mapping[str, Any], Html]
"""What the script of a page draws from, and the ground of its maps."""


class Links:
    """Links from a page to the files of a run folder: relative, so that both can be moved."""

    def __init__(self, page: Path, folder: Path) -> None:
        self._from, self.folder = page.parent, folder

    def __call__(self, name: str) -> Html:
        """A link where the file or folder is there, else its name."""
        file = self.folder / name
        if not file.exists():
            return el("code", name)
        path = os.path.relpath(file.resolve(), self._from.resolve())
        return el("a", name, href=quote(Path(path).as_posix(), safe="/."))

    def data(self, *names: str) -> Html:
        """Says in which files the data are."""
        return join("Data: ", listed(map(self, names), ", "))


@cache
def asset(name: str) -> str:
    """A file of the page's own, as text."""
    return files(__package__).joinpath("static", name).read_text(encoding="utf-8")


def spare(script: str) -> str:
    """A script without what it does not need to run: lines of comments, indents."""
    code = re.sub(r"^\s*/\*\*.*?\*/$", "", script, flags=re.MULTILINE | re.DOTALL)
    lines = map(str.strip, code.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def document(
    title: str,
    about: Piece,
    parts: Iterable[Piece],
    stage: Stage | None = None,
    *,
    of: Iterable[Path] = (),
) -> str:
    """The whole page. Without a ``stage`` it has no map and no time.

    It begins with which files of the folders ``of`` which it tells were changed since.

    Nothing in it may be fetched: the policy allows its own style and script by their hashes, and
    pictures that are part of the page. One that is served speaks to where it is from, alone.
    """
    served = stage is not None and "explore" in stage[0]
    style = look.variables() + asset("page.css")
    script = "\n".join(spare(asset(name)) for name in _scripts(stage))
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
        + ("; connect-src 'self'" if served else "")
    )
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", title),
        el("style", Html(style)),
    )
    body = el(
        "body",
        el("a", "To the finding", class_="skip", href="#main"),
        el(
            "header",
            el("button", "Light or dark", type="button", id="theme"),
            el("h1", named(title)),
            el("p", about, class_="about"),
            el("p", el("strong", told), class_="altered") if (told := told_on_a_page(of)) else None,
        ),
        el("main", parts, id="main"),
        el(
            "footer",
            el("p", "Basemap: Natural Earth (public domain). ", _SERVED if served else _ONE_FILE),
        ),
        _staged(*stage) if stage else None,
        el("script", Html(script)),
    )  # fmt: skip
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def _scripts(stage: Stage | None) -> Sequence[str]:
    if not stage:
        return STILL_SCRIPTS
    if "first" in stage[0]:
        return FIRST_SCRIPTS
    if "explore" in stage[0]:
        return SERVED_SCRIPTS
    if "chances" in stage[0]:
        return CHANCE_SCRIPTS
    if len(stage[0]["runs"]) > 1:
        return SEVERAL_SCRIPTS
    return ASKING_SCRIPTS if "what_if" in stage[0] else SCRIPTS


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _staged(data: Mapping[str, Any], ground: Html) -> Html:
    shown = {"class_": "hidden", "aria_hidden": "true", "focusable": "false"}
    told = script_json({**_SHARED, **data})
    return join(
        el("svg", el("defs", ground), **shown),
        el("script", Html(told), type="application/json", id="data"),
    )


def bar(axes: Sequence[tuple[str, str]], chosen: str | None) -> Html:
    """Play, time and axis: the handles of maps and curves."""
    options = [el("option", name, value=id_, selected=id_ == chosen) for id_, name in axes]
    return el(
        "div",
        el("button", "Play", type="button", id="play"),
        el(
            "div",
            el("button", "\u2039", type="button", id="previous", aria_label="Change before"),
            el("button", "\u203a", type="button", id="next", aria_label="Next change"),
            class_="steps",
        ),
        el("div", id="day"),
        el(
            "div",
            el("label", "Time", for_="time", class_="hidden"),
            el("svg", id="track", aria_hidden="true"),
            el("input", type="range", id="time", min=0, max=0, step=1, value=0),
            el("div", id="marks", aria_hidden="true"),
            class_="track",
        ),
        el("div", el("label", "Axis", for_="axis"), el("select", options, id="axis"), class_="pick")
        if axes
        else None,
        el("p", id="said", class_="hidden", role="status"),
        class_="bar", role="group", aria_label="Time and axis",
    )  # fmt: skip


FLOWS = {"carry": "Can carry", "planned": "Is planned", "loads": "Loads of all axes"}
"""What flow the map of a run can show, the first at once."""


def map_figure(
    number: int, title: Piece, source: Piece, flows: Sequence[str] = (), *, parties: bool = True
) -> Html:
    """The frame of the map of one run, with buttons for some ``FLOWS``; the script fills it.

    Where there are no ``parties`` nobody holds a place.
    """
    buttons = [
        el("button", FLOWS[flow], type="button", data_flow=flow,
           aria_pressed="false" if i else "true")
        for i, flow in enumerate(flows)
    ]  # fmt: skip
    choice = el("div", buttons, class_="flows", role="group", aria_label="Flow on the map")
    note = (
        "Point at a place or road, or go there with Tab and the arrow keys, and it tells "
        f"{'who holds it, ' if parties else ''}what flows, what can, and since when. "
    )
    return _frame("map", [title, _FOUND], [choice if flows else None, _canvas(), _LEGEND],
                  [note, source], "Places and roads of this day as tables", number)  # fmt: skip


def chance_figure(source: Piece) -> Html:
    """The frame of the map of many runs, with the button that shows them one by one."""
    button = el("button", "One run a second", type="button", id="alone", aria_pressed="false")
    note = (
        "A place is divided by the shares of runs in which each actor holds it on this day; those "
        "that hold it together have equal parts. Point at a place, or go there with Tab and the "
        "arrow keys, and it tells the numbers. "
    )
    return _frame("map", _FOUND, [button, _canvas(), _LEGEND], [note, source],
                  "Places and roads of this day as tables", 0)  # fmt: skip


def apart_figure(source: Piece) -> Html:
    """The frame of the map of what differs between runs; the script fills it."""
    note = (
        "Only what differs is inked; names stand where they stand in the maps of the runs. Point "
        "at a place or road, or go there with Tab and the arrow keys, and it tells of each run. "
    )
    return _frame("map differ", _FOUND, [_canvas(), _LEGEND], [note, source],
                  "What differs on this day as tables")  # fmt: skip


def curve_figure(title: Piece, source: Piece, above: Piece = None) -> Html:
    """The frame of the curves, with something ``above`` them; the script fills it."""
    note = "Press on a curve to go to that day. "
    return _frame(
        "curves", [_FOUND, title], [above, _PANELS], [note, source], "The curves as tables"
    )


def holding_figure(number: int, title: Piece, source: Piece) -> Html:
    """The frame of the chart of who held what; the script fills it."""
    note = "Places that changed hands or were besieged. "
    return _frame("holdings", title, _PANELS, [note, source], "Who held what as a table", number)


def bare_map(caption: Piece) -> Html:
    """The frame of a map of nothing but the ground; the script fills it."""
    inside = [_room("The map whole"), _LEGEND]
    return el("figure", el("h3", _FOUND), inside, el("figcaption", caption), class_="map bare")


def _room(fitted: str) -> Html:
    """The room of a map, with the buttons that zoom."""
    zoom = [
        el("button", sign, type="button", data_zoom=name, aria_label=said)
        for name, sign, said in (
            ("in", "+", "Nearer"), ("out", "\u2212", "Further"), ("fit", "\u2302", fitted)
        )
    ]  # fmt: skip
    return el("div", el("div", zoom, class_="zoom"), class_="canvas")


def _canvas() -> Html:
    """The room of a map, with its buttons."""
    pictures = [
        el("button", kind.upper(), type="button", data_picture=kind,
           aria_label=f"Picture of this map as {kind.upper()}")
        for kind in ("svg", "png")
    ]  # fmt: skip
    return join(
        _room("The axis whole"),
        el("p", "Picture of this map: ", pictures, class_="pictures"),
    )


_LEGEND = el("ul", class_="legend", aria_label="Legend")
_FOUND, _PANELS = el("span", class_="found"), el("div", class_="panels")


def _frame(
    kind: str, title: Piece, inside: Piece, caption: Piece, rows: str, number: int | None = None
) -> Html:
    """A figure whose parts the script fills, with room for its numbers under ``rows``."""
    folded = details(rows, el("div", class_="rows"), class_="data")
    return el("figure", el("h3", title), inside, el("figcaption", caption), folded,
              class_=kind, data_run=number)  # fmt: skip


def entries(run: RunFiles, found: Iterable[Entry]) -> Html:
    """What happened, one entry an instant; the script makes each move the slider."""
    items = []
    before = ""
    for happening in found:
        day = run.date(happening.time)
        words = day if day != before else f"{day}, {_clock(run, happening.time)}"
        before = day
        effects = [
            el("li", effect, class_="mine" if _is_about(run, happening, effect) else None)
            for effect in happening.effects
        ]
        causes, sources = _causes(run, happening.causes)
        parts = [
            el(
                "h4",
                el(
                    "button",
                    el("time", words, datetime=iso(run, happening.time)),
                    type="button",
                    class_="link",
                ),
            ),
            causes,
            el("ul", effects, class_="effects") if effects else None,
            sources,
        ]
        items.append(
            el("li", parts, data_time=happening.time, data_axes=" ".join(happening.axes) or None)
        )
    return el("ol", items, class_="happenings")


def _causes(run: RunFiles, causes: Sequence[Cause]) -> tuple[Html, Html]:
    """The causes, each with where it was and the number of its source; the sources, folded.

    The script pins the causes on the map by these, and tells their sources there.
    """
    stated = [source_of(run.scenario, cause.about) for cause in causes]
    sources = list(dict.fromkeys(stated))
    told = [
        el("li", cause.said, data_at=" ".join(cause.items) or None,
           data_source=sources.index(source) or None)
        for cause, source in zip(causes, stated, strict=True)
    ]  # fmt: skip
    folded = []
    for source in sources:
        of_it = [c.said for c, other in zip(causes, stated, strict=True) if other == source]
        about = [[said, "; "] for said in of_it[:-1]], of_it[-1], ": "
        folded.append(el("p", about if len(sources) > 1 else None, el("span", source)))
    return el("ul", told, class_="causes"), details("Source", folded, class_="told")


def _clock(run: RunFiles, seconds: int) -> str:
    """The time of day of an instant, which tells it from others of its day."""
    started = run.scenario.start
    minutes = (seconds + (started.hour * 3600 + started.minute * 60 if started else 0)) // 60
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def list_choice() -> Html:
    """Buttons that show all that happened, or what changed the axis on show alone."""
    return el(
        "div",
        el("button", "All", type="button", data_list="all", aria_pressed="true"),
        el("button", "This axis", type="button", data_list="axis", aria_pressed="false"),
        class_="flows", role="group", aria_label="What the list has",
    )  # fmt: skip


def contents(parts: Iterable[tuple[str, str]]) -> Html:
    """Links to the parts of the page, each an id and a title."""
    links = [el("li", el("a", title, href=f"#{id_}")) for id_, title in parts]
    return el("nav", el("ul", links), class_="contents", aria_label="On this page")


def _is_about(run: RunFiles, happening: Entry, effect: str) -> bool:
    """True for a change of the axis in focus."""
    focus = run.focus
    return (
        focus is not None and focus in happening.axes and effect.startswith(f"{run.name(focus)}:")
    )


def measure_fold(title: Piece, path: str, *inside: Piece, unfolded: bool) -> Html:
    """What is said of one measure, folded under its title."""
    said = source_line(el("code", path)), *inside
    return details(title, said, open=unfolded, class_="measure")


def finding_section(sentences: Iterable[Piece]) -> Html:
    """The finding, at the head of the page."""
    said = [el("p", sentence) for sentence in sentences]
    return el("section", said, class_="finding", aria_label="The finding")


def section(id_: str, title: str, *parts: Piece, seen: bool = True) -> Html | None:
    """A titled part of the page; None where there is nothing in it. ``seen``: its title is."""
    inside = [part for part in map(join, parts) if part]
    if not inside:
        return None
    heading = el("h2", title, id=f"{id_}-title", class_=None if seen else "hidden")
    return el("section", heading, inside, id=id_, aria_labelledby=f"{id_}-title")


def about(run: RunFiles) -> Html:
    """One line on a run: its id, kind, period, seed and luck."""
    scenario, summary = run.scenario, run.summary
    days = scenario.length / DAY
    period = f"{run.date(0)} to {run.date(scenario.length)}" if scenario.start else f"{days:g} days"
    replicate = summary.get("replicate")
    more = f", replicate {replicate}" if replicate else ""
    return join(
        el("code", scenario.id), f", {scenario.kind}, {period}, seed {summary['seed']}{more}, ",
        luck_of(summary),
    )  # fmt: skip
