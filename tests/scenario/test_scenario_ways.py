"""Roads that are one-way, carry less one way than the other, or do not state how long they are."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from sim.scenario import ScenarioError, dump_resolved, load, load_network
from sim.scenario.distributions import Constant, Uniform
from sim.scenario.model import DETOUR, Road

DATA = Path(__file__).parent / "data"
NETWORK = (DATA / "network.yaml").read_text("utf-8")


def roads(folder: Path, *changes: tuple[str, str]) -> dict[str, Road]:
    """The roads of the network, some of its words replaced."""
    text = NETWORK
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "network.yaml").write_text(text, "utf-8")
    return dict(load_network(folder / "network.yaml").roads)


def test_a_one_way_road_leads_from_its_first_place_to_its_second(tmp_path: Path) -> None:
    found = roads(tmp_path, ("km: 45, class", "km: 45, one_way: true, class"))
    back = found["back"]  # between: [well, city]
    assert (back.a, back.b, back.one_way) == ("well", "city", True)
    assert (back.leads_from("well"), back.leads_from("city")) == (True, False)
    classes = load_network(tmp_path / "network.yaml").classes
    # 100 t/day of the class, and nothing back
    assert back.each_way(classes["track"]) == (Constant(100_000.0), Constant(0.0))
    other = found["town--city"]
    assert (other.leads_from("town"), other.leads_from("city")) == (True, True)
    assert other.each_way(classes["paved"]) == (Uniform(600_000.0, 1e6),) * 2


def test_a_road_may_carry_more_one_way(tmp_path: Path) -> None:
    change = ("capacity: 50 t/day", "capacity: {there: 50 t/day, back: 20..30 t/day}")
    road = roads(tmp_path, change)["gate--well"]
    assert (road.capacity, road.back) == (Constant(50_000.0), Uniform(20_000.0, 30_000.0))


def test_a_length_that_is_not_stated_is_the_great_circle_times_the_detour(tmp_path: Path) -> None:
    # gate (1.1, 1.1) to town (1.2, 1.3): so near the equator the cosine of the latitude is that
    # of their middle, 1.15 degrees: sqrt(0.1**2 + (0.2 cos 1.15)**2) degrees of 111.195 km
    straight = math.hypot(0.1, 0.2 * math.cos(math.radians(1.15))) * math.pi / 180 * 6371.0088
    found = roads(tmp_path, ("{km: 20 km, class", "{class"))["gate--town"]
    assert found.estimated
    assert found.km == pytest.approx(straight * DETOUR, abs=1e-3)
    other = roads(tmp_path, ("{km: 20 km, class", "{class"), ("title:", "detour: 2\ntitle:"))
    assert other["gate--town"].km == pytest.approx(straight * 2, abs=1e-3)
    assert [road.id for road in other.values() if road.estimated] == ["gate--town"]


def test_across_the_180th_meridian_the_short_way_counts(tmp_path: Path) -> None:
    found = roads(
        tmp_path,
        ("lat: 1, lon: 1,", "lat: 0, lon: 179.5,"),
        ("lat: 1.1, lon: 1.1,", "lat: 0, lon: -179.5,"),
        ("km: 12.5, class", "class"),
    )
    # a degree of the equator
    assert found["port--gate"].km == pytest.approx(math.pi / 180 * 6371.0088 * 1.3, abs=1e-3)


def scenario(folder: Path, network: str) -> Path:
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "network.yaml").write_text(network, "utf-8")
    (folder / "small.yaml").write_text((DATA / "small.yaml").read_text("utf-8"), "utf-8")
    return folder / "small.yaml"


def test_a_resolved_scenario_says_that_a_length_is_not_stated(tmp_path: Path) -> None:
    network = NETWORK.replace("{km: 20 km, class", "{one_way: true, class").replace(
        "capacity: 50 t/day", "capacity: {there: 50 t/day, back: 20..30 t/day}"
    )
    found = load(scenario(tmp_path, network))
    stated = found.resolved["network"]
    # no length of the road, and what makes one of the distance, though the file leaves it out
    assert "km" not in stated["roads"]["gate--town"]
    assert stated["detour"] == 1.3
    assert stated["roads"]["gate--well"]["capacity"] == {
        "there": "50 t/day",
        "back": "20..30 t/day",
    }
    text = dump_resolved(found)
    (tmp_path / "again.yaml").write_text(text, "utf-8")
    again = load(tmp_path / "again.yaml")
    assert again.network == found.network
    assert dump_resolved(again) == text


def test_without_such_roads_a_resolved_scenario_is_as_it_was(tmp_path: Path) -> None:
    stated = load(scenario(tmp_path, NETWORK)).resolved["network"]
    assert "detour" not in stated
    keys = {key for road in stated["roads"].values() for key in road}
    assert not keys & {"one_way", "back", "estimated"}


def test_a_place_without_coordinates_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        roads(tmp_path, ("lat: 1.2, lon", "lon"), ("{km: 20 km, class", "{class"))
    (fault,) = caught.value.diagnostics
    assert fault.message == "place 'town' needs 'lat'"
    assert (fault.line, fault.column) == (NETWORK[: NETWORK.index("  town:")].count("\n") + 1, 3)


def test_two_places_at_one_spot_have_no_length_between_them(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="'gate--town' has no 'km'"):
        roads(
            tmp_path, ("lat: 1.2, lon: 1.3", "lat: 1.1, lon: 1.1"), ("{km: 20 km, class", "{class")
        )


def test_an_operation_does_not_march_against_a_one_way_road(tmp_path: Path) -> None:
    # 'thrust' marches from the well to the gate; 'gate--well' leads the other way
    text = (DATA / "small.yaml").read_text("utf-8")
    assert "base: well" not in text
    war = (
        text
        + """
fighting: {attack: 0.02 /day, defend: 0.02 /day}
operations:
  thrust: {actor: blue, strength: 9 persons, base: well, route: [gate], tempo: 8 km/day, at: 1 day}
"""
    )
    file = scenario(tmp_path, NETWORK.replace("km: 60,", "km: 60, one_way: true,"))
    file.write_text(war, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    (fault,) = caught.value.diagnostics
    assert fault.message == "'gate--well' is one-way, from 'gate' to 'well'"
    line = war.split("\n")[fault.line - 1]
    assert line[fault.column - 1 :].startswith("gate]")
