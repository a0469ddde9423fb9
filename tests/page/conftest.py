"""Runs of a made-up scenario whose names try to break out of a page, and a browser."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.many.design import read_design
from sim.many.engines import Serial
from sim.many.ensemble import Means
from sim.many.sensitivity import begin_sensitivity, carry_out_sensitivity
from sim.many.studies import begin_study, carry_out_study
from sim.page.write import write_report

NAMES = {
    "script": "<script>document.title='broken'</script>",
    "quotes": "\"double\" 'single' `back` & &amp; </style>",
    "arabic": "\u062d\u0644\u0628 (\u0628\u0627\u0628)",
    "emoji": "Fort \U0001f3f0 of \u2066isolates\u2069",
    "long": "Long" + "long" * 49,
}
"""Names of the places, by their ids."""

ACTOR = "Blue </script><img src=x onerror=document.title='broken'>"
TEXT = "The gate is lost\u2028<b>at night</b> ]]> --> */"


def quoted(text: str) -> str:
    """The text as YAML reads it back: JSON, but for pairs of surrogates."""
    shown = json.dumps(text, ensure_ascii=False)
    return "".join(f"\\u{ord(c):04x}" if "\u2000" <= c <= "\u2069" else c for c in shown)


# port - gate - town carries 20 t/day, port - hill - town 5: 25 until the gate falls on day 5,
# then 5, until the hill road is closed on day 8: 0; it opens on day 12: 5 again
SCENARIO = f"""\
format: 1
title: {quoted("Two ways to " + NAMES["arabic"])}
period: {{start: 2001-03-01, length: 20 days}}
actors: {{red: {{name: Red}}, blue: {{name: {quoted(ACTOR)}}}}}
default_holder: red
sources: {{diary: {quoted("A <i>diary</i>")}}}
network:
  title: Toy
  classes: {{road: {{speed: 50 km/h, capacity: 20 t/day, source: diary, trust: assumed}}}}
  places:
    port: {{name: {quoted(NAMES["script"])}, lat: 47.0, lon: 8.0, population: 200000}}
    gate: {{name: {quoted(NAMES["quotes"])}, lat: 47.1, lon: 8.2}}
    town: {{name: {quoted(NAMES["arabic"])}, lat: 47.0, lon: 8.5}}
    hill: {{name: {quoted(NAMES["emoji"])}, lat: 46.9, lon: 8.2}}
    fort:
      {{name: {quoted(NAMES["long"])}, lat: 47.2, lon: 8.6, source: diary, note: "no <one> knows"}}
  roads:
    port--gate: {{km: 10, class: road}}
    gate--town: {{km: 10, class: road}}
    port--hill: {{km: 20, class: road}}
    hill--town: {{km: 20, class: road, capacity: 5 t/day}}
    fort--town: {{km: 5, class: road}}
axes:
  line:
    name: The line
    actor: red
    sources: {{port: {{}}}}
    sinks: {{town: {{demand: 8 t/day, stock: 40 t}}}}
  spur:
    name: The spur
    actor: red
    sources: {{town: {{}}}}
    sinks: {{fort: {{demand: 1 t/day, stock: 4 t}}}}
garrisons: {{guard: {{actor: red, place: gate, strength: 100 persons, loss: 0}}}}
regroup: {{red: {{}}}}
events:
  gate_falls: {{capture: gate, by: blue, at: 2001-03-06, text: {quoted(TEXT)}}}
  hill_shut: {{close: hill--town, at: 2001-03-09, source: diary, trust: low}}
  hill_opens: {{open: hill--town, at: 2001-03-13}}
  fort_ringed: {{besiege: fort, by: blue, against: [red], at: 2001-03-15}}
claims:
  cut:
    {{text: The line is <cut>, measure: axes.line.time_of_first_cut, relation: '!=', value: null}}
  shut:
    {{text: On the 10th nothing passes, measure: axes.line.capacity, when: 2001-03-10,
     relation: =, value: 0 t/day}}
"""


def _run(folder: Path, text: str) -> Path:
    scenario = folder.with_suffix(".yaml")
    scenario.write_text(text, encoding="utf-8")
    return api.run(api.load(scenario)).write(folder, figures=False, argv=["sim", "run"])


@pytest.fixture(scope="session")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of the scenario, with its page."""
    folder = _run(tmp_path_factory.mktemp("report") / "lost", SCENARIO)
    write_report([folder])
    return folder


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in which the gate does not fall."""
    text = "\n".join(row for row in SCENARIO.splitlines() if "gate_falls" not in row)
    return _run(tmp_path_factory.mktemp("report") / "kept", text + "\n")


LEVEL = "<b onclick=alert(1)>lost</b>"
"""The level of the first factor at which the gate falls."""

STUDY = f"""\
format: 1
title: "Do the gate and the hill </title><script>document.title='broken'</script> act together?"
base: base.yaml
n: 2
grid:
  events.gate_falls.chance: {{held: 0, {quoted(LEVEL)}: 1}}
  events.hill_shut.chance: {{open: 0, shut: 1}}
names: {{events.gate_falls.chance: "gate <i>", events.hill_shut.chance: hill}}
measures: [axes.line.capacity_mean, axes.line.days_cut, axes.line.time_of_first_cut]
"""


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of the scenario, the gate held or lost by the hill road open or shut."""
    here = tmp_path_factory.mktemp("study")
    (here / "base.yaml").write_text(SCENARIO, encoding="utf-8")
    file = here / "study.yaml"
    file.write_text(STUDY, encoding="utf-8")
    folder = begin_study(read_design(file), here / "study")
    carry_out_study(folder, Means(Serial()))
    figures = folder / "figures"
    figures.mkdir()
    stem = "interaction_axes_line_capacity_mean"
    (figures / f"{stem}.svg").write_text(SVG, encoding="utf-8")
    (figures / f"{stem}.csv").write_text("gate,mean\n<u>held</u>,25\n", encoding="utf-8")
    write_report([folder])
    return folder


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="60">'
    "<script>document.title='broken'</script><rect width='120' height='60'/></svg>"
)


@pytest.fixture(scope="session")
def sensitivity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sensitivity study of the scenario without events, with two ranges in it."""
    here = tmp_path_factory.mktemp("sensitivity")
    text = SCENARIO[: SCENARIO.index("events:")].replace("demand: 8 t/day", "demand: 4..12 t/day")
    text = text.replace("capacity: 20 t/day", "capacity: 10..30 t/day")
    (here / "base.yaml").write_text(text, encoding="utf-8")
    file = here / "study.yaml"
    file.write_text(
        "format: 1\ntitle: What does the line hang on?\nbase: base.yaml\n"
        "sensitivity: {method: morris, trajectories: 4}\n"
        "measures: [axes.line.capacity_end, axes.line.time_of_first_cut]\n",
        encoding="utf-8",
    )
    folder = begin_sensitivity(read_design(file), here / "study")
    carry_out_sensitivity(folder, Means(Serial()))
    write_report([folder])
    return folder


@pytest.fixture(scope="session")
def document() -> Callable[[Path], dict[str, Any]]:
    """The data that a page hands to its script."""

    def read(page: Path) -> dict[str, Any]:
        text = page.read_text(encoding="utf-8")
        start = text.index('id="data">') + len('id="data">')
        found: dict[str, Any] = json.loads(text[start : text.index("</script>", start)])
        return found

    return read


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium of this machine; the tests of a module share it.

    Skips where there is none, unless ``SIM_TESTS_NEED_BROWSER`` is set.
    """
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if path is None:
        missing = "no browser: install Debian's chromium to run the tests of pages"
        assert not os.environ.get("SIM_TESTS_NEED_BROWSER"), missing
        pytest.skip(missing)
    from playwright import sync_api

    quiet = (
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update",
    )  # fmt: skip
    with sync_api.sync_playwright() as play:
        made = play.chromium.launch(executable_path=path, args=list(quiet))
        yield made
        made.close()


class Tabs:
    """Tabs of a browser, used again and again: to make one takes longer than to show a page.

    What a tab asked for and complained about since it was taken is in its ``asked`` and ``wrong``.
    """

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._free: list[Any] = []

    def take(
        self, width: int = 1440, height: int = 844, scheme: str = "light",
        motion: str = "no-preference",
    ) -> Any:  # fmt: skip
        """A tab that shows nothing yet, as a new one."""
        page = self._free.pop() if self._free else self._made()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(media="screen", color_scheme=scheme, reduced_motion=motion)
        page.asked, page.wrong = [], []
        return page

    def _made(self) -> Any:
        page = self._browser.new_context().new_page()
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("console", lambda message: page.wrong.append(message.text))
        return page

    def give(self, page: Any) -> None:
        """Forget what a tab showed and kept, for the next one who takes it."""
        page.mouse.move(0, 0)
        if page.url.startswith("http"):
            page.evaluate("sessionStorage.clear()")
        page.goto("about:blank")
        self._free.append(page)


@pytest.fixture(scope="module")
def tabs(browser: Any) -> Tabs:
    """Tabs that the tests of a module take in turn."""
    return Tabs(browser)


@pytest.fixture
def tab(tabs: Tabs) -> Iterator[Callable[..., Any]]:
    """``tab(width, ...)``: a tab for the test, as :meth:`Tabs.take` gives it."""
    taken = []

    def take(*how: Any, **more: Any) -> Any:
        taken.append(tabs.take(*how, **more))
        return taken[-1]

    yield take
    for page in taken:
        tabs.give(page)


@pytest.fixture
def opened(tab: Callable[..., Any]) -> Callable[..., Any]:
    """``opened(file, address, width, ...)``: a tab on a page.

    All that it asks for and complains about is in its ``wrong``.
    """

    def open_(file: Path, address: str = "", width: int = 1440, **more: Any) -> Any:
        page = tab(width, **more)
        page.wrong = page.asked
        page.goto(file.as_uri() + address)
        page.wait_for_selector("html.ready")
        return page

    return open_


@pytest.fixture(scope="session")
def flagship(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run of the flagship."""
    scenario = api.load(Path(__file__).parents[2] / "scenarios/double_offensive.yaml")
    folder = tmp_path_factory.mktemp("flagship") / "run"
    return write_report([api.run(scenario).write(folder, figures=False)])
