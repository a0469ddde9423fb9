"""Bands: when profiles multiply, as charts and pages show them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim import api
from sim.measure.bands import Band, Span, bands
from sim.scenario import load
from sim.scenario.model import DAY, Scenario
from sim.view.charts.axis import axis_data, axis_table, draw_axis
from sim.view.charts.fan import FanData, FanPanel, draw_fan, fan_table
from sim.view.data import Page
from sim.view.data import Span as ViewSpan
from sim.view.words import Words

TEXT = """
format: 1
period: {start: 2016-06-01, length: 10 days}
actors: {red: {}}
default_holder: red
profiles:
  rains:
    name: rainy season
    factors: {2016-06-03: 0.5, 2016-06-05: 0.25, 2016-06-08: 1}
    speed: road
  feast: {factors: {2016-06-09: 1.25..1.75}, demand: other/b}
  never: {factors: {2016-06-05: 1}, capacity: road}
network:
  classes: {road: {speed: 30 km/h, capacity: 100 t/day}}
  places: {a: {lat: 0, lon: 0}, b: {lat: 0, lon: 1}}
  roads: {a--b: {km: 100, class: road}}
axes:
  line: {actor: red, sources: {a: {}}, sinks: {b: {demand: 9 t/day}}}
  other: {actor: red, sources: {a: {}}, sinks: {b: {demand: 9 t/day}}}
"""
RAINS = Band("rainy season", (Span(2 * DAY, 4 * DAY, 0.5), Span(4 * DAY, 7 * DAY, 0.25)))


def scenario() -> Scenario:
    return load("small.yaml", text=TEXT)


def test_an_axis_has_the_profiles_that_bear_on_it_where_they_are_not_1() -> None:
    assert bands(scenario(), {}, "line") == [RAINS]
    # what is not drawn is at its median, 1.5
    feast = Band("feast", (Span(8 * DAY, 10 * DAY, 1.5),))
    assert bands(scenario(), {}, "other") == [feast, RAINS]
    drawn = {"profile:feast:2016-06-09": 1.25}
    assert bands(scenario(), drawn, "other")[0].spans[0].factor == 1.25
    assert [band.text for band in bands(scenario(), drawn, "other")] == [
        "feast \u00d7 1.25", "rainy season \u00d7 0.25 to 0.5",
    ]  # fmt: skip
    assert RAINS.steps == [(2 * DAY, 0.5), (4 * DAY, 0.25), (7 * DAY, 1.0)]


def test_more_spans_than_can_be_seen_are_one() -> None:
    dates = "{2016-06-03: 0.5, 2016-06-05: 0.25, 2016-06-08: 1}"
    daily = TEXT.replace(dates, "{06:00: 1, 18:00: 0.5}\n    every: day")
    # each night, and the end of the one before
    (band,) = bands(load("small.yaml", text=daily), {}, "line")
    assert len(band.spans) == 10 + 1
    (band,) = bands(load("small.yaml", text=daily.replace("10 days", "500 days")), {}, "line")
    assert band.spans == (Span(0, 500 * DAY, 0.5),)


def test_the_table_of_a_chart_has_its_bands() -> None:
    data = axis_data(Words(api.run(api.load(TEXT)).analysis), "line")
    rows = [row for row in axis_table(data).rows if str(row[0]).startswith("profile")]
    assert rows == [("profile: rainy season", "1", *step, None) for step in RAINS.steps]
    many = replace(data, bands=(RAINS,) * 9)
    texts = [text.get_text() for text in draw_axis(many).texts]
    # six rows: five profiles, and how many there are besides
    assert texts.count("rainy season \u00d7 0.25 to 0.5") == 5
    assert "and 4 profiles more" in texts


def test_the_fan_of_an_ensemble_has_the_bands_of_its_axis() -> None:
    times = np.array([0.0, 10 * DAY])
    panel = FanPanel("Capacity, t/day", times, np.ones((3, 2)))
    fan = FanData(Page("t"), ViewSpan(10 * DAY), (panel,), (RAINS,))
    rows = [row for row in fan_table(fan).rows if str(row[0]).startswith("profile")]
    assert [(row[1], row[4]) for row in rows] == RAINS.steps
    assert "rainy season \u00d7 0.25 to 0.5" in [text.get_text() for text in draw_fan(fan).texts]
