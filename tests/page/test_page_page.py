"""Pages made from run folders: what they say, and what they refuse."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import api
from sim.base.errors import BadInputError, FolderError
from sim.base.said import Name, Said, Sentence
from sim.measure.compare import compare
from sim.measure.steps import Steps
from sim.page.inputs import inputs
from sim.page.prose import finding, happenings
from sim.page.run import read_run
from sim.page.several import finding as finding_of_several
from sim.page.several import outcome
from sim.page.shell import spare
from sim.page.states import bent, flat
from sim.page.write import write_report
from sim.state.record import EventRow

DAY = 86_400
Document = Callable[[Path], dict[str, Any]]


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def plain(markup: str) -> str:
    """What a reader sees of a piece of markup."""
    from html import unescape

    return unescape(re.sub(r"<[^>]*>", "", markup))


def at(changes: list[Any] | int, time: int, start: Any) -> Any:
    """The value in force, found the slow way."""
    found = start
    for when, value in zip(changes[::2], changes[1::2], strict=True) if changes else ():
        if when <= time:
            found = value
    return found


def test_the_finding_says_what_was_lost_when_and_why(lost: Path) -> None:
    run = read_run(lost)
    what, wanted, why = finding(run)
    # capacity 25, 5 from day 5, 0 from day 8 to day 12, 5 to the end; 8 are asked
    assert what == (
        "The line is cut for 4 days, first on 9 March 2001, and open again at the end with 5 of "
        "25 t/day; bound by roads for 15 days and by need for 5 days."
    )
    # 8 t/day for 20 days, 40 in stock and four convoys of 20: 40 t and five days of 8 t are lacking
    assert wanted == "Of 160 t needed at its sinks 40 t (25 %) was not there, over 5 days."
    name = run.scenario.network.places["gate"].name
    actor = run.scenario.actors["blue"].name
    assert why.startswith(
        f"What cost it: {name} taken by {actor} (6 March 2001, \u221220 t/day) and "
    )
    assert "road closed (9 March 2001, \u22125 t/day)" in why
    assert "runs out of stock on " in why


def said(lost: Path, folder: Path, events: str) -> list[str]:
    """The finding of the scenario with other events, run into ``folder``."""
    text = lost.with_suffix(".yaml").read_text(encoding="utf-8")
    scenario = folder.with_suffix(".yaml")
    scenario.write_text(text[: text.index("events:")] + "events:\n" + events, encoding="utf-8")
    api.run(api.load(scenario)).write(folder, figures=False)
    return [*finding(read_run(folder))]


def test_the_finding_of_a_loss_that_was_given_back(lost: Path, tmp_path: Path) -> None:
    raid = "  raid: {raid: port, by: blue, at: 2001-03-04, lasts: 1 day}\n"
    what, _, why = said(lost, tmp_path / "raid", raid)
    assert what == (
        "The line is cut for 1 day, first on 4 March 2001, and open again at the end with all of "
        "25 t/day; bound by roads for 1 day and by need for 19 days."
    )
    # credited with -25 and then +25, which is nothing on the whole, yet it was what cut it
    assert "raided (4 March 2001, \u221225 t/day); no stock of it runs out." in why


def test_the_finding_where_nothing_or_part_is_lost(lost: Path, tmp_path: Path) -> None:
    shut = "  shut: {close: port--gate, at: 2001-03-04}\n"
    assert said(lost, tmp_path / "shut", shut)[0] == (
        "The line goes from 25 to 5 t/day, its least, first on 4 March 2001; bound by roads for "
        "17 days and by need for 3 days."
    )
    ring = "  ring: {besiege: fort, by: blue, at: 2001-03-04}\n"
    assert said(lost, tmp_path / "ring", ring) == [
        "The line keeps all that it could carry, 25 t/day, all along; bound by need all along.",
        "All of the 160 t needed at its sinks was there.",
        "Nothing that happened cost it capacity; no stock of it runs out.",
    ]


def test_an_order_to_leave_and_what_came_of_it_are_told(lost: Path, tmp_path: Path) -> None:
    order = "  order: {withdraw: [gate, fort], by: red, at: 2001-03-04, text: The leaders tell}\n"
    said(lost, tmp_path / "order", order)
    (found,) = (h for h in happenings(read_run(tmp_path / "order")) if h.time == 3 * DAY)
    assert len(found.causes) == 1
    assert plain(found.causes[0].said).endswith(" ordered to be left: The leaders tell")
    assert any(plain(e).startswith("100 persons of Red in") for e in found.effects)
    assert all("by order" in plain(e) or "are there to leave" in plain(e) for e in found.effects)


def test_each_instant_tells_cause_and_effect(lost: Path) -> None:
    found = {h.time: h for h in happenings(read_run(lost))}
    gate, shut, opens = found[5 * DAY], found[8 * DAY], found[12 * DAY]
    assert "The line: capacity 25 \u2192 5 t/day" in map(plain, gate.effects)
    assert any("100 persons of Red displaced from" in plain(e) for e in gate.effects)
    assert [plain(e) for e in shut.effects] == ["The line: capacity 5 \u2192 0 t/day (cut)"]
    assert [plain(e) for e in opens.effects] == ["The line: capacity 0 \u2192 5 t/day (open again)"]
    assert (gate.axes, shut.axes) == (("line",), ("line",))
    assert sorted(found) == sorted({int(r["time_s"]) for r in rows(lost / "events.csv")})


def test_what_became_of_convoys_is_an_effect(tmp_path: Path) -> None:
    # 24 h from port to gate, 72 h on to town, a convoy a day: three are on that road when it is
    # closed and leave it at the end that leads on, one is before the gate and holds there
    text = """\
format: 1
title: A slow road
period: {start: 2001-03-01, length: 20 days}
actors: {red: {name: Red}}
default_holder: red
network:
  title: Toy
  classes: {road: {speed: 1 km/h, capacity: 20 t/day}}
  places:
    port: {name: Port, lat: 47.0, lon: 8.0}
    gate: {name: Gate, lat: 47.1, lon: 8.2}
    town: {name: Town, lat: 47.0, lon: 8.5}
  roads: {port--gate: {km: 24, class: road}, gate--town: {km: 72, class: road}}
axes:
  line:
    name: The line
    actor: red
    convoy: {size: 10 t, loss: 0}
    sources: {port: {}}
    sinks: {town: {demand: 10 t/day, stock: 100 t}}
events:
  shut: {close: gate--town, at: 2001-03-09T11:00}
"""
    scenario = tmp_path / "slow.yaml"
    scenario.write_text(text)
    folder = api.run(api.load(scenario)).write(tmp_path / "slow", figures=False, argv=[])
    run = read_run(folder)
    shut = next(h for h in happenings(run) if h.causes)
    said = [plain(effect) for effect in shut.effects]
    assert "1 convoy of The line turned" in said
    assert "3 convoys of The line sent another way" in said
    assert run.value("axes.line.convoys_turned") == 1
    assert run.value("axes.line.convoys_rerouted") == 3


def test_stock_that_is_back_for_less_than_a_day_ends_no_want(lost: Path) -> None:
    run = read_run(lost)
    hour = 3600
    kinds = {
        0: "stock_out", 30: "stock_back", 53: "stock_out",  # back for 23 hours
        60: "hand_to_mouth", 70: "stock_back", 71: "stock_out",  # nothing new
        80: "stock_back", 104: "stock_out",  # back for 24
        110: "stock_back",
    }  # fmt: skip
    subject = f"{run.focus}/port"
    events = [EventRow(h * hour, kind, subject, "", "") for h, kind in kinds.items()]
    told = [
        (h.time // hour, plain(*(c.said for c in h.causes)))
        for h in happenings(replace(run, events=events))
    ]
    name = plain(run.name("port"))
    assert told == [
        (0, f"{name} runs out of what The line brings"),
        (30, f"{name} lives from convoy to convoy of The line"),
        (80, f"{name} has stock of The line again"),
        (104, f"{name} runs out of what The line brings"),
        (110, f"{name} has stock of The line again"),
    ]


def test_a_garrison_that_goes_is_told_in_words_measures_and_rows(tmp_path: Path) -> None:
    text = """\
format: 1
title: They go
period: {length: 3 days}
actors: {red: {name: Red}, blue: {name: Blue}}
default_holder: blue
holders: {base: red}
network:
  classes: {road: {speed: 10 km/h, capacity: 10 t/day}}
  places: {base: {lat: 0, lon: 0}, town: {lat: 0, lon: 0.1}, rear: {lat: 0, lon: 0.2}}
  roads: {base--town: {km: 10, class: road}, town--rear: {km: 10, class: road}}
garrisons: {men: {actor: blue, place: town, strength: 400 persons}}
fighting: {attack: 0.02 /day, defend: 0.02 /day}
rules: {leave: {blue: {odds: 3, within: 5 km, goes: 1, goes_loss: 10 %, taken: 50 %}}}
operations:
  push:
    {actor: red, strength: 2000 persons, base: base, route: [town], tempo: 10 km/day, at: 0 days}
"""
    (tmp_path / "go.yaml").write_text(text)
    folder = api.run(api.load(tmp_path / "go.yaml")).write(tmp_path / "go", figures=False, argv=[])
    run = read_run(folder)
    said = [plain(e.said) for h in happenings(run) for e in h.causes]
    assert "400 persons of Blue in town leave for rear before 2,000 persons" in said
    fates = {f: run.value(f"fates.blue.{f}") for f in ("went", "dead", "taken", "broke_out")}
    assert fates == {"went": 360, "dead": 20, "taken": 20, "broke_out": 0}
    moves = [(r["outcome"], r["kind"], r["persons"]) for r in rows(folder / "regroup.csv")]
    assert moves == [("lost", "went", "20"), ("taken", "went", "20"), ("arrived", "went", "360")]
    assert run.value("regroup.blue.to.taken.persons") == 20


def test_the_states_are_those_of_the_csv(lost: Path, document: Document) -> None:
    run = document(lost / "report.html")["runs"][0]
    places = {p["id"]: p for p in run["places"]}
    roads = {r["id"]: r for r in run["roads"]}
    actors = list(api.load(lost / "scenario.resolved.yaml").actors)
    checked = 0
    for row in rows(lost / "control.csv"):
        time, what, value = int(row["time_s"]), row["what"], row["value"]
        if what == "holders":
            held = at(places[row["id"]]["held"], time, None)
            said = ";".join(f"{actors[a]}={ppm / 1e6:g}" for a, ppm in held)
            assert said == value
        elif what == "besieged":
            names = [actors[a] for a in at(places[row["id"]]["ring"], time, [])]
            assert ";".join(names) == value
        elif what == "state":
            assert at(roads[row["id"]]["shut"], time, 0) == (value == "closed")
        elif what == "capacity_kg_per_day":
            assert roads[row["id"]]["whole"] == int(value)
        else:
            continue
        checked += 1
    assert checked >= 5 + 5 + 5 + 4  # holders, capacities, states at the start, four events


def test_flows_and_capacities_are_those_of_the_csv(lost: Path, document: Document) -> None:
    run = document(lost / "report.html")["runs"][0]
    roads = {r["id"]: i for i, r in enumerate(run["roads"])}
    ends = [run["places"][r["a"]]["id"] for r in run["roads"]]
    axes = {axis["id"]: axis for axis in run["axes"]}
    for row in rows(lost / "flows.csv"):
        road = roads[row["road"]]
        flow = at(axes[row["axis"]]["flow"][str(road)], int(row["time_s"]), 0)
        sign = 1 if row["origin"] == ends[road] else -1
        assert flow == sign * int(row["kg_per_day"])
    line = axes["line"]
    for row in rows(lost / "timeseries.csv"):
        if row["subject"] == "axis:line" and row["measure"] == "capacity_kg_per_day":
            assert at(line["series"]["capacity"], int(row["time_s"]), -1) == int(row["value"])
    # the gate's two roads carry 20 t/day until it falls, then nothing that red may use
    for road in ("port--gate", "gate--town"):
        found = line["capacity"][str(roads[road])]
        assert found == [0, 20_000, 5 * DAY, 0]
    # 5 t/day over the hill, closed from day 8 to day 12
    assert line["capacity"][str(roads["hill--town"])] == [0, 5000, 8 * DAY, 0, 12 * DAY, 5000]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_series_lose_points_that_say_nothing(values: list[int]) -> None:
    steps = Steps([7 * i for i in range(len(values))], values)
    stepped, line = flat(steps), bent(steps)
    for time in range(7 * len(values)):
        assert at(stepped, time, None) == steps.at(time)
        # the line between two samples, from the points that are kept
        before = max(t for t in line[::2] if t <= time)
        after = min((t for t in line[::2] if t > time), default=before)
        known = dict(zip(line[::2], line[1::2], strict=True))
        low, high = known[before], known[after]
        place = Fraction(time - before, after - before) if after > before else 0
        i, rest = divmod(time, 7)
        following = values[min(i + 1, len(values) - 1)]
        assert low + place * (high - low) == values[i] + Fraction(rest, 7) * (following - values[i])
    # a run of equal values keeps its ends: 0 0 0 0 1 is 0 .. 0 1, as a line too
    assert flat(Steps([0, 1, 2, 3, 4], [0, 0, 0, 0, 1])) == [0, 0, 3, 0, 4, 1]
    # 0 2 4 6 5 bends once
    assert bent(Steps([0, 1, 2, 3, 4], [0, 2, 4, 6, 5])) == [0, 0, 3, 6, 4, 5]


def test_scripts_travel_without_comments_and_indents() -> None:
    script = '/** Of a\n * thing. */\nlet a = "/*"; // said\n  // more\n\n  b = a\n    * 2;\n'
    assert spare(script) == 'let a = "/*"; // said\nb = a\n* 2;'


def test_the_page_is_the_same_from_the_same_files(lost: Path, tmp_path: Path) -> None:
    first = (lost / "report.html").read_bytes()
    copy = tmp_path / "elsewhere"
    shutil.copytree(lost, copy)
    assert write_report([copy]) == copy / "report.html"
    assert (copy / "report.html").read_bytes() == first
    assert len(first) < 300_000


def test_names_are_text(lost: Path, document: Document) -> None:
    text = (lost / "report.html").read_text(encoding="utf-8")
    assert text.count("<script") == 2  # the data and the page's own
    assert "onerror=document.title='broken'>" not in text
    assert "\u2028<b>" not in text
    names = [p["name"] for p in document(lost / "report.html")["runs"][0]["places"]]
    scenario = api.load(lost / "scenario.resolved.yaml")
    assert names == [p.name for p in scenario.network.places.values()]
    assert "&lt;script&gt;document.title=&#x27;broken&#x27;&lt;/script&gt;" in text


def test_nothing_may_be_fetched(lost: Path) -> None:
    text = (lost / "report.html").read_text(encoding="utf-8")
    policy = re.search(r'content="(default-src [^"]*)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src &#x27;none&#x27;;")
    assert "unsafe" not in policy[1]
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
    assert not re.search(r"url\((?!#)", text)  # but of hatches, which are in the page
    assert "@import" not in text
    assert " style=" not in text  # the policy lets no attribute be a style


def test_links_lead_to_the_files(lost: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a run #1, 50 %"
    shutil.copytree(lost, folder)
    page = write_report([folder], tmp_path / "page.html")
    targets = re.findall(r'href="([^"#][^"]*)"', page.read_text(encoding="utf-8"))
    assert len(targets) > 5
    for target in targets:
        assert (tmp_path / unquote(target)).is_file(), target


def test_inputs_carry_source_trust_and_doubts(lost: Path) -> None:
    found = {".".join(i.path): i for i in inputs(read_run(lost).scenario.resolved)}
    fort = found["network.places.fort"]
    assert (fort.source, fort.note) == ("diary", "no <one> knows")
    assert found["events.hill_shut"].trust == "low"
    assert "network.places.port" not in found
    text = (lost / "report.html").read_text(encoding="utf-8")
    assert "no &lt;one&gt; knows" in text
    assert "A &lt;i&gt;diary&lt;/i&gt;" in text


def test_claims_stand_with_their_verdicts(lost: Path) -> None:
    text = plain((lost / "report.html").read_text(encoding="utf-8"))
    # cut: the first cut came, on day 8; shut: nothing passes on the 10th
    assert "2 true." in text
    assert "The line is <cut>" in text
    assert "axes.line.time_of_first_cut \u2260 never" in text


def test_two_runs_show_differences(lost: Path, kept: Path, tmp_path: Path) -> None:
    page = write_report([kept, lost], tmp_path / "both.html")
    text = plain(page.read_text(encoding="utf-8"))
    # kept: 25, and 20 while the hill road is closed for 4 of 20 days, 24 on average;
    # lost: 25 for 5 days, 5 for 3, 0 for 4, 5 for 8, (125 + 15 + 40) / 20 = 9 on average
    assert "can carry 5 t/day at the end of B, 25 at the end of A" in text
    assert "Of what was needed at its sinks 40 t (25 %) was not there in B, 0 t (0 %) in A." in text
    assert "on average it can carry 15 t/day less in B." in text
    assert text.index("What differs in the scenarios") < text.index("Measures")
    assert "events.gate_falls" in text
    row = re.search(r"axes\.line\.capacity_end\s*255\u221220t/day", text)
    assert row is not None


def test_numbers_of_two_runs_are_those_of_one_or_their_difference(lost: Path, kept: Path) -> None:
    runs = read_run(kept), read_run(lost)
    found = compare([outcome(run) for run in runs])
    numbers = 0
    for sentence in finding_of_several(runs, "line", found)[:-1]:
        assert isinstance(sentence, Sentence)
        for part in sentence.parts:
            if isinstance(part, Said):
                a, b = (run.value(part.measure) or 0.0 for run in runs)
                assert part.value in (a, b, abs(b - a)), part
                numbers += 1
            assert isinstance(part, Said | Name) or not re.search(r"\d", part), part
    # capacity at the end of each, the mean less the other, what was not there in t and percent
    assert numbers == 7


def test_where_deliveries_do_not_differ_that_is_said_first(lost: Path, tmp_path: Path) -> None:
    # 20 t/day over the gate and 5 over the hill: without the hill the 8 that are asked come still,
    # a convoy of 20 t each 2.5 days, and the eighth leaves with the end of the 20 days
    runs = []
    for name, events in (("whole", "{}\n"), ("shut", "{x: {close: hill--town, at: 5 days}}\n")):
        text = lost.with_suffix(".yaml").read_text(encoding="utf-8")
        scenario = tmp_path / f"{name}.yaml"
        scenario.write_text(text[: text.index("events:")] + "events: " + events, encoding="utf-8")
        runs.append(api.run(api.load(scenario)).write(tmp_path / name, figures=False))
    text = plain(write_report(runs, tmp_path / "both.html").read_text(encoding="utf-8"))
    same = "Deliveries of The line do not differ: 140 t reaches its sinks in each run."
    assert same in text
    assert text.index(same) < text.index("can carry 20 t/day at the end of B, 25 at the end of A")


def test_two_runs_go_into_the_second_folder(lost: Path, kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lost"
    shutil.copytree(lost, folder)
    assert write_report([kept, folder]) == folder / "comparison.html"


def test_a_scenario_without_axis_or_date(tmp_path: Path) -> None:
    scenario = tmp_path / "bare.yaml"
    scenario.write_text(
        "format: 1\ntitle: Bare\nperiod: {length: 3 days}\nactors: {red: {name: Red}}\n"
        "default_holder: red\nnetwork:\n  title: Toy\n"
        "  classes: {road: {speed: 50 km/h, capacity: 1 t/day}}\n"
        "  places: {a: {name: A, lat: 0, lon: 0}, b: {name: B, lat: 0, lon: 1}}\n"
        "  roads: {a--b: {km: 10, class: road}}\n",
        encoding="utf-8",
    )
    folder = api.run(api.load(scenario)).write(tmp_path / "bare", figures=False)
    text = plain(write_report([folder]).read_text(encoding="utf-8"))
    assert "This scenario has no axis." in text


def test_an_ensemble_has_a_page_of_chances(tmp_path: Path, lost: Path) -> None:
    scenario = api.load(lost / "scenario.resolved.yaml")
    done = api.ensemble(scenario, 3, out=tmp_path / "many", workers=1, figures=False)
    figures = tmp_path / "many" / "figures"
    figures.mkdir()
    (figures / "fan_line.png").write_bytes(b"\x89PNG")
    (figures / "fan_line.csv").write_text("time_s,q50\n0,<b>\n", encoding="utf-8")
    text = write_report([done.folder]).read_text(encoding="utf-8")
    assert "cut at some time in 100 % of 3 runs" in plain(text)
    assert 'src="data:image/png;base64,iVBORw=="' in text
    assert "&lt;b&gt;" in text
    assert text.count("<script") == 2  # its data and its script


def test_what_is_no_run_is_refused(lost: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="is not a folder"):
        write_report([tmp_path / "nowhere"])
    with pytest.raises(FolderError, match=r"has no manifest\.json"):
        write_report([tmp_path])
    with pytest.raises(FolderError, match="is a folder; name the file"):
        write_report([lost], tmp_path)
    with pytest.raises(FolderError, match="cannot write"):
        write_report([lost], tmp_path / "no" / "page.html")
    with pytest.raises(BadInputError, match="one folder or of 2 to 6"):
        write_report([])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: (f / "control.csv").unlink(), r"has no control\.csv"),
        (lambda f: (f / "flows.csv").write_text("time_s\nnoon\n"), r"flows\.csv cannot be read"),
        (lambda f: (f / "summary.json").write_text('{"format": 0}'), "is not the folder of a run"),
        (lambda f: (f / "summary.json").write_text("[]"), "is not as this program writes"),
        (lambda f: (f / "manifest.json").write_text("{"), "is not as this program writes"),
        (
            lambda f: _rewrite(f, pockets=[{"actor": "red"}]),
            "writes run folders .KeyError: 'places'",
        ),
        (lambda f: _rewrite(f, format=9), "another version of this program .format 9"),
        (lambda f: _rewrite(f, axes={}), "lacks capacity of line, capacity of spur"),
    ],
)
def test_a_broken_or_older_run_is_refused(
    lost: Path, tmp_path: Path, spoil: Callable[[Path], Any], said: str
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(lost, folder, ignore=shutil.ignore_patterns("*.html"))
    spoil(folder)
    with pytest.raises(FolderError, match=said):
        write_report([folder])
    assert not list(folder.glob("*.html"))


def _rewrite(folder: Path, **changes: Any) -> None:
    path = folder / "summary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_page_of_an_ensemble_beside_a_run_is_refused(lost: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    (many / "manifest.json").write_text('{"kind": "ensemble"}')
    with pytest.raises(FolderError, match="a page of several compares single runs"):
        write_report([lost, many])
    with pytest.raises(FolderError, match="is not complete; go on with"):
        write_report([many])
    (many / "manifest.json").write_text('{"kind": "study"}')
    with pytest.raises(FolderError, match="is a study that is not complete"):
        write_report([many])
    (many / "manifest.json").write_text('{"kind": "comparison"}')
    with pytest.raises(FolderError, match="is a comparison: there is no page of one"):
        write_report([many])


def test_the_command(sim: Callable[..., Any], lost: Path, tmp_path: Path) -> None:
    done = sim("report", str(lost), "--out", "page.html", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "written to page.html\n")
    assert (tmp_path / "page.html").is_file()
    for wrong in (["nowhere"], [], ["a", "b", "c"]):
        assert sim("report", *wrong, cwd=tmp_path).returncode == 2
