"""What the small scenario means: every construct of the language, in base units."""

from datetime import date, datetime
from pathlib import Path

import pytest

from sim.scenario import DAY, Scenario, ScenarioError, date_of, format_instant, load, load_network
from sim.scenario.dates import parse_instant
from sim.scenario.distributions import (
    Choice,
    Constant,
    LogNormal,
    Normal,
    Product,
    Triangular,
    Uniform,
)
from sim.scenario.faults import InputError
from sim.scenario.model import Condition

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(DATA / "small.yaml")


def test_the_header(scenario: Scenario) -> None:
    assert (scenario.id, scenario.title, scenario.kind) == ("small", "A small war", "what-if")
    assert scenario.start == datetime(2016, 5, 30)
    assert scenario.length == 61 * DAY  # 2 days of May, 30 of June, 29 of July
    assert (scenario.seed, scenario.sample, scenario.truck_load) == (7, DAY, 10_000)
    assert scenario.tests == ("C1",)
    assert list(scenario.sources) == ["atlas", "gazette"]  # the network's and the scenario's


def test_the_network(scenario: Scenario) -> None:
    network = scenario.network
    assert network == load(DATA / "small.yaml").network
    assert list(network.places) == ["city", "gate", "port", "town", "well"]
    assert list(network.roads) == ["back", "gate--town", "gate--well", "port--gate", "town--city"]
    town = network.places["town"]
    assert (town.lat, town.lon, town.population) == (1.2, 1.3, 20_000)
    assert town.capacity == Constant(500_000)
    assert network.places["city"].billets == 3000
    assert network.places["gate"].crossing
    assert (network.places["port"].provenance.source, town.provenance.source) == ("atlas", None)
    back = network.roads["back"]
    assert (back.a, back.b, back.km, back.road_class) == ("well", "city", 45, "track")
    assert not back.closed  # by the override
    assert load_network(DATA / "network.yaml").roads["back"].closed
    split = network.roads["gate--town"]
    assert (split.a, split.b, split.name) == ("gate", "town", "route 4")
    assert network.roads["town--city"].crossing == "River: bridge"
    assert network.roads["gate--well"].speed == Constant(12)
    assert network.classes["paved"].capacity == Uniform(600_000, 1_000_000)
    assert network.classes["track"].speed == Triangular(10, 15, 20)


def test_actors_and_holders(scenario: Scenario) -> None:
    red = scenario.actors["red"]
    assert red.friends == {"pink"}
    assert red.transit == {"green": 500_000}
    assert scenario.actors["pink"].name == "pink"
    shares = {place: dict(h.shares) for place, h in scenario.holders.items()}
    assert shares == {
        "city": {"blue": 300_000, "red": 700_000},
        "gate": {"red": 1_000_000},
        "port": {"red": 1_000_000},
        "town": {"red": 1_000_000},
        "well": {"green": 1_000_000},
    }
    assert scenario.holders["city"].besieged == {"blue"}
    assert scenario.holders["city"].provenance.known_on == date(2016, 5, 1)
    assert scenario.holders["gate"].sealed == {"blue"}


def test_a_crossing_sealed_to_everyone_and_a_place_of_nobody() -> None:
    scenario = load(DATA / "small.yaml", sets=["holders.gate={sealed: true}", "default_holder="])
    assert scenario.holders["gate"].sealed == {"*"}
    assert dict(scenario.holders["gate"].shares) == {}
    assert dict(scenario.holders["town"].shares) == {}


def test_axes(scenario: Scenario) -> None:
    line, bread = scenario.axes["line"], scenario.axes["bread"]
    assert (line.actor, line.commodity, line.priority, line.name) == (
        "red", "supplies", 1, "The line",
    )  # fmt: skip
    assert line.sources["port"].supply == Constant(30_000)
    assert line.sources["port"].foreign
    assert bread.sources["port"].supply is None
    city = line.sinks["city"]
    assert (city.demand, city.stock, city.target, city.refill) == (
        Constant(20_000), Constant(200_000), None, Constant(10_000),
    )  # fmt: skip
    assert (line.convoy.size, line.convoy.loss) == (Constant(20_000), Constant(0.5))
    assert (bread.convoy.size, bread.convoy.loss) == (Constant(20_000), Constant(1))
    assert {c.id: c.load for c in scenario.commodities.values()} == {
        "food": 5000, "supplies": 10_000,
    }  # fmt: skip


def test_short_forms() -> None:
    scenario = load(
        DATA / "small.yaml",
        sets=[
            "axes.bread.sources.port=30 t/day",
            "holders.gate={sealed: false}",
            "events.shut.against=red",
            "exits.desert.from=well",
            "axes.line.convoy=",
        ],
    )
    assert scenario.axes["bread"].sources["port"].supply == Constant(30_000)
    assert scenario.axes["line"].convoy.loss == Constant(1)
    assert scenario.holders["gate"].sealed == frozenset()
    assert scenario.events["shut"].against == {"red"}
    assert scenario.exits["desert"].places == ("well",)


def test_ends_of_a_road_whose_places_have_dashes(tmp_path: Path) -> None:
    text = (
        "format: 1\n"
        "classes: {c: {speed: 1 km/h, capacity: 1 t/day}}\n"
        "places: {a--b: {lat: 0, lon: 0}, c: {lat: 0, lon: 0}, d: {lat: 0, lon: 0}}\n"
        "roads: {a--b--c: {km: 1, class: c}, d--c: {km: 0.5 km, class: c}}\n"
    )
    (tmp_path / "n.yaml").write_text(text)
    roads = load_network(tmp_path / "n.yaml").roads
    assert (roads["a--b--c"].a, roads["a--b--c"].b) == ("a--b", "c")
    assert roads["d--c"].km == 0.5
    # with places b--c and a as well, the id can be read in two ways
    both = text.replace("c: {lat: 0, lon: 0}", "c: {lat: 0, lon: 0}, b--c: {lat: 1, lon: 1}")
    both = both.replace("places: {", "places: {a: {lat: 2, lon: 2}, ")
    (tmp_path / "n.yaml").write_text(both)
    with pytest.raises(ScenarioError, match="does not say what it joins"):
        load_network(tmp_path / "n.yaml")
    # a road may not have the id of a place
    clash = text.replace("d--c:", "d: {between: [a--b, c], km: 1, class: c}, d--c:")
    (tmp_path / "n.yaml").write_text(clash)
    with pytest.raises(ScenarioError, match="is a road and a place"):
        load_network(tmp_path / "n.yaml")


def test_a_demand_by_head_is_a_product(scenario: Scenario) -> None:
    demand = scenario.axes["bread"].sinks["town"].demand
    assert demand == Product(Uniform(2000, 3000), Constant(0.5))
    # 2,000 to 3,000 persons at 0.5 kg each
    assert (demand.low, demand.nominal, demand.high, demand.ppf(0.25)) == (1000, 1250, 1500, 1125)
    assert demand.uncertain


def test_products() -> None:
    both = Product(Uniform(1, 3), Uniform(10, 20))
    assert both.ppf(0.5) == 2 * 15  # the two move together
    assert Product(Constant(0), LogNormal(1, 1)).high == 0
    assert not Product(Constant(2), Constant(3)).uncertain
    constant = load(DATA / "small.yaml", sets=[
        "axes.bread.sinks.town.demand={persons: 2000 persons, each: 0.5 kg/person/day}"
    ])  # fmt: skip
    # the persons stay known, for who goes short is told in persons
    assert constant.axes["bread"].sinks["town"].demand == Product(Constant(2000), Constant(0.5))
    assert Product(Uniform(1, 3), Constant(4)).at(0.5) == Product(Constant(2), Constant(4))


def test_garrisons_exits_and_regrouping(scenario: Scenario) -> None:
    g1 = scenario.garrisons["g1"]
    assert (g1.strength, g1.loss, g1.ring_loss) == (
        Uniform(2000, 2500), Uniform(0.1, 0.4), Constant(0.7),
    )  # fmt: skip
    plain = load(DATA / "small.yaml", sets=["garrisons.g1.loss=", "garrisons.g1.ring_loss="])
    assert plain.garrisons["g1"].loss == plain.garrisons["g1"].ring_loss == Constant(0.2)
    desert = scenario.exits["desert"]
    assert (desert.places, desert.seconds, desert.threat, desert.supply, desert.billets) == (
        ("well",), Constant(43_200), 0.2, 0.0, 500,
    )  # fmt: skip
    red = scenario.regroup["red"]
    assert (red.hours, red.threat, red.supply, red.billets, red.value, red.stay) == (
        Constant(-0.1), Uniform(-3, -1), Constant(1), Constant(0.2), Constant(1), None,
    )  # fmt: skip
    assert (red.max_seconds, red.values) == (Constant(3 * DAY), {"city": 2})


def test_events(scenario: Scenario) -> None:
    events = scenario.events
    assert list(events) == sorted(events)
    fall = events["town_falls"]
    assert (fall.kind, fall.places, fall.roads, fall.by) == ("capture", ("town",), (), "blue")
    assert fall.shares == {"blue": 1_000_000}
    assert fall.at == Uniform(9 * DAY, 13 * DAY)  # 8 and 12 June from 30 May
    assert (fall.chance, fall.text) == (0.8, "The town falls.")
    assert events["split"].shares == {"blue": 400_000, "green": 500_000}
    assert events["ring"].at == Choice((21 * DAY, 25 * DAY), (0.5, 0.5))
    assert events["cut_road"].at == Constant(11 * DAY + 6 * 3600)
    assert events["cut_road"].roads == ("gate--town",)
    assert events["mended"].kind == "open"
    bombed = events["bombed"]
    assert (bombed.places, bombed.roads) == (("town",), ("town--city",))
    assert (bombed.loss, bombed.lasts) == (Constant(0.6), Constant(10 * DAY))
    assert bombed.at == Normal(21 * DAY, 2 * DAY, low=0.0)
    assert events["shut"].against == {"red"}
    assert events["unshut"].against == frozenset()
    assert events["stab"].lasts == LogNormal(3 * DAY, 0.5)
    assert events["reaction"].when == Condition("falls", "town", "blue")
    assert events["reaction"].delay == Constant(2 * DAY)
    freed = events["freed"]
    assert freed.delay == Uniform(6 * 3600, 12 * 3600)
    assert freed.when == Condition("all", parts=(
        Condition("event", "ring"),
        Condition("any", parts=(
            Condition("axis_open", "line"), Condition("stock_out", "line", "city"),
        )),
    ))  # fmt: skip


def test_claims(scenario: Scenario) -> None:
    c1 = scenario.claims["c1_open"]
    assert (c1.measure, c1.relation, c1.value) == ("axes.line.capacity", ">", 0.0)
    assert (c1.when, c1.seed_claim) == (3 * DAY, "C1")
    assert scenario.claims["c2_never"].value is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("40 t/day", 40_000.0),
        ("3 days", 3.0 * DAY),
        ("40 %", 0.4),
        ("5", 5.0),
        ("-0.5", -0.5),
        ("'5'", "5"),
        ("true", True),
        ("'true'", "true"),
        ("2016-06-02", 3.0 * DAY),
        ("gate--town", "gate--town"),
        ("5 towns", None),
    ],
)
def test_values_of_claims(text: str, value: object) -> None:
    setting = f"claims.c1_open.value={text}"
    if value is None:
        with pytest.raises(ScenarioError, match="unknown unit 'towns'"):
            load(DATA / "small.yaml", sets=[setting])
        return
    found = load(DATA / "small.yaml", sets=[setting]).claims["c1_open"].value
    assert (type(found), found) == (type(value), value)


def test_no_guesses_where_a_text_is_due() -> None:
    sets = ["actors.red.name=NO", "actors.blue.name=12:30", "title=017", "actors.pink.name=1.50"]
    scenario = load(DATA / "small.yaml", sets=sets)
    assert scenario.actors["red"].name == "NO"
    assert scenario.actors["blue"].name == "12:30"
    assert scenario.title == "017"
    assert scenario.actors["pink"].name == "1.50"


def test_periods() -> None:
    for text in ("{start: 2016-05-30, length: 61 days}", "{start: 2016-05-30, end: 2016-07-30}"):
        scenario = load(DATA / "small.yaml", sets=["period=" + text])
        assert (scenario.start, scenario.length) == (datetime(2016, 5, 30), 61 * DAY)
    scenario = load(DATA / "small.yaml", sets=["period={start: 2016-05-30T06:00, end: 2016-07-30}"])
    assert scenario.length == 61 * DAY - 6 * 3600


def test_instants_as_text(scenario: Scenario) -> None:
    assert format_instant(scenario, 11 * DAY) == "2016-06-10"
    assert format_instant(scenario, 11 * DAY + 6 * 3600) == "2016-06-10 06:00"
    assert date_of(scenario, DAY) == datetime(2016, 5, 31)
    gone = ["town_falls", "ring", "cut_road", "bombed"]
    undated = load(
        DATA / "small.yaml",
        sets=["period={length: 61 days}", "claims=", *(f"events.{e}=" for e in gone),
              "events.freed=", "events.mended="],
    )  # fmt: skip
    assert undated.start is None
    assert date_of(undated, 5) is None
    assert format_instant(undated, 11 * DAY) == "day 11"
    assert format_instant(undated, 11 * DAY + 61) == "day 11 00:01:01"


def test_instants_from_text() -> None:
    start = datetime(2016, 5, 30)
    assert parse_instant("2016-06-10T06:00", start) == 11 * DAY + 6 * 3600
    assert parse_instant("12 days", start) == parse_instant("12 days", None) == 12 * DAY
    with pytest.raises(InputError, match="is not a number"):
        parse_instant("soon", start)
    with pytest.raises(ValueError, match="has no start"):
        parse_instant("2016-06-10", None)


@pytest.mark.parametrize("extends", [False, True])
def test_a_comma_in_a_text_makes_no_silent_keys(extends: bool, tmp_path: Path) -> None:
    # in a flow map "note: 3,000 men" is the note "3" and the key "000 men" with null
    text = (DATA / "small.yaml").read_text("utf-8")
    (tmp_path / "network.yaml").write_text((DATA / "network.yaml").read_text("utf-8"), "utf-8")
    wrong = "garrisons: {g1: {actor: red, place: town, strength: 2000 persons, note: 3,000 men}}"
    lines = [wrong if line.startswith("garrisons:") else line for line in text.splitlines()]
    lines = [line for line in lines if not line.startswith("  g1:")]
    path = tmp_path / "s.yaml"
    if extends:
        (tmp_path / "base.yaml").write_text(text, "utf-8")
        path.write_text(f"format: 1\nextends: base.yaml\n{wrong}\n", "utf-8")
    else:
        path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    (only,) = caught.value.diagnostics
    assert only.message == "unknown key '000 men' in garrison 'g1'"
    assert only.hint == "a text with a comma or a colon needs quotes"
