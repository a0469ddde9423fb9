"""Small made-up data for the figures."""

from __future__ import annotations

from datetime import datetime

import pytest

from sim.scenario.model import Actor
from sim.view.charts.axis import AxisSeries, SinkStock
from sim.view.charts.compare_figures import CompareData, ComparePanel
from sim.view.charts.control import ControlData, HoldSpan, PlaceRow
from sim.view.charts.regroup import RegroupData, RegroupGroup, RegroupMove
from sim.view.data import (
    WHOLE,
    Curve,
    EventMark,
    MapData,
    MapPlace,
    MapRoad,
    Page,
    Span,
)

DAY = 86_400
ACTORS = (Actor("red", "Red side"), Actor("blue", "Blue side"))
SPAN = Span(30 * DAY, datetime(2001, 3, 1))
EVENTS = (EventMark(5 * DAY, "bridge lost", True), EventMark(6 * DAY, "ford opened"))


@pytest.fixture
def page() -> Page:
    return Page("One loss stops the axis", "Capacity and flow", "Scenario made_up, seed 1.")


@pytest.fixture
def map_data(page: Page) -> MapData:
    places = (
        MapPlace("port", "Port", 46.0, 8.0, (("red", WHOLE),), role="source", population=200_000),
        MapPlace("ford", "Ford", 46.3, 8.4, (("red", 600_000), ("blue", 400_000)), crossing=True),
        MapPlace("mill", "Mill", 46.1, 8.6, (("blue", WHOLE),), besieged=frozenset({"blue"})),
        MapPlace("gate", "Gate", 46.5, 8.1, sealed=True, crossing=True, kind="border crossing"),
        MapPlace("fort", "Fort", 46.4, 9.0, (("red", WHOLE),), role="sink"),
    )
    roads = (
        MapRoad("port--ford", "port", "ford", 500_000, 800_000, 500_000),
        MapRoad("ford--fort", "fort", "ford", 800_000, 800_000, -500_000),
        MapRoad("mill--fort", "mill", "fort", 0, 400_000, 0, "cut"),
        MapRoad("gate--ford", "gate", "ford", 0, 400_000, 0, "closed"),
    )
    cut = frozenset({"port--ford"})
    return MapData(page, "1 March 2001", "red", ACTORS, places, roads, frozenset({"ford"}), cut)


@pytest.fixture
def axis_data(page: Page) -> AxisSeries:
    steps = Curve((0, 5 * DAY), (500_000, 0))
    rate = Curve((0, 5 * DAY), (25_000, 0))
    times = (0, 5 * DAY, 9 * DAY, 30 * DAY)
    stock = Curve(times, (100_000, 100_000, 0, 0), steps=False)
    days = Curve(times, (4, 4, 0, 0), steps=False)
    return AxisSeries(
        page,
        SPAN,
        steps,
        rate,
        demand=Curve((0,), (25_000,)),
        planned=rate,
        delivered=Curve((0, 3 * DAY, 4 * DAY), (0, 40_000, 0)),
        stocks=(SinkStock("Fort", stock, days, 9 * DAY),),
        events=EVENTS,
    )


@pytest.fixture
def compare_data(page: Page) -> CompareData:
    first, second = Curve((0,), (500_000,)), Curve((0, 5 * DAY), (500_000, 0))
    panel = ComparePanel("Capacity", "t/day", (first, second, second, None), 1000, True)
    return CompareData(page, SPAN, ("base", "loss", "loss again", "absent"), (panel,))


@pytest.fixture
def control_data(page: Page) -> ControlData:
    whole_red, whole_blue = (("red", WHOLE),), (("blue", WHOLE),)
    rows = (
        PlaceRow("Quiet", (HoldSpan(0, 30 * DAY, whole_red),)),
        PlaceRow(
            "Ford",
            (
                HoldSpan(0, 5 * DAY, whole_red),
                HoldSpan(5 * DAY, 30 * DAY, (("red", 500_000), ("blue", 500_000))),
            ),
        ),
        PlaceRow(
            "Mill",
            (
                HoldSpan(0, 3 * DAY, whole_blue, frozenset({"blue"})),
                HoldSpan(3 * DAY, 30 * DAY, whole_blue),
            ),
        ),
    )
    return ControlData(page, SPAN, ACTORS, rows)


@pytest.fixture
def regroup_data(page: Page) -> RegroupData:
    moves = (
        RegroupMove("Fort", 600, 5.5),
        RegroupMove("the hills", 100, 20, "exit"),
        RegroupMove("Ford", 50, None, "stay"),
    )
    return RegroupData(page, ACTORS, (RegroupGroup("Ford", "red", 1000, "6 March", 250, moves),))
