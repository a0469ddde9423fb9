"""Several files to one: extends, the network, overrides and settings, and their limits."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioError, load
from sim.scenario.distributions import Constant

DATA = Path(__file__).parent / "data"
Write = Callable[..., Path]


@pytest.fixture
def write(put: Write) -> Write:
    """Writes a file below a project that holds the small scenario as base.yaml."""
    put("base.yaml", (DATA / "small.yaml").read_text("utf-8"))
    put("network.yaml", (DATA / "network.yaml").read_text("utf-8"))
    return put


def child(write: Write, text: str, name: str = "child.yaml") -> Scenario:
    return load(write(name, "format: 1\nextends: base.yaml\n" + text))


def fault(path: Path, sets: Sequence[str] = ()) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(path, sets=sets)
    return str(caught.value)


def test_maps_merge_lists_and_texts_replace_null_removes(write: Write) -> None:
    base = load(write("base.yaml", (DATA / "small.yaml").read_text("utf-8")))
    scenario = child(
        write,
        """
title: Changed
tests: [C9]
actors: {red: {friends: []}}
axes: {line: {convoy: {size: 40 t}}, bread: null}
events: {town_falls: null, cut_road: {at: 1 day}, split: {shares: {blue: 0.1}}}
holders: {well: {by: pink}}
""",
    )
    assert scenario.id == "child"  # not inherited
    assert scenario.title == "Changed"
    assert scenario.tests == ("C9",)
    assert scenario.actors["red"].friends == frozenset()
    assert scenario.actors["red"].transit == base.actors["red"].transit
    assert list(scenario.axes) == ["line"]
    assert scenario.axes["line"].convoy.size == Constant(40_000)
    assert scenario.axes["line"].convoy.loss == Constant(0.5)
    assert set(base.events) - set(scenario.events) == {"town_falls"}
    assert scenario.events["cut_road"].at == Constant(86_400)
    assert scenario.events["cut_road"].roads == ("gate--town",)
    assert scenario.events["split"].shares == {"blue": 100_000, "green": 500_000}
    # the map replaces the shorthand 'well: green'
    assert scenario.holders["well"].shares == {"pink": 1_000_000}
    # the base's own override holds, and can be overridden again
    assert not scenario.network.roads["back"].closed
    again = child(write, "overrides: {network.roads.back.closed: true}")
    assert again.network.roads["back"].closed


def test_what_a_scenario_says_of_itself_is_not_inherited(write: Write) -> None:
    scenario = child(write, "axes: {bread: null}")
    assert (scenario.title, scenario.about, scenario.tests) == ("child", "", ())


def test_an_inherited_claim_says_from_which_file(write: Write) -> None:
    claim = "text: t, measure: axes.line.capacity_end, relation: '=', value: 0 t/day"
    child(write, f"claims: {{own: {{{claim}}}, c2_never: {{text: Restated}}}}", "mother.yaml")
    write("child.yaml", "format: 1\nextends: mother.yaml\nclaims: {own: {text: Again}}\n")
    scenario = load(write("grandchild.yaml", "format: 1\nextends: child.yaml\n"))
    assert {name: claim.stated_in for name, claim in scenario.claims.items()} == {
        "c1_open": "base.yaml",
        "c2_never": "mother.yaml",  # who states any key of it states the claim
        "own": "child.yaml",
    }
    assert scenario.claims["own"].text == "Again"
    mother = load(
        write("m.yaml", "format: 1\nextends: mother.yaml\nclaims: {c2_never: {value: 1}}")
    )
    assert mother.claims["c2_never"].stated_in is None
    assert mother.claims["c1_open"].stated_in == "base.yaml"


def test_a_network_may_be_changed_or_replaced(write: Write) -> None:
    scenario = child(write, "network: {roads: {back: {km: 99}}}")
    assert scenario.network.roads["back"].km == 99
    assert len(scenario.network.roads) == 5
    text = (DATA / "network.yaml").read_text("utf-8").replace("km: 30", "km: 31")
    write("nets/other.yaml", text)
    replaced = child(write, "network: nets/other.yaml")
    assert replaced.network.roads["town--city"].km == 31


def test_paths_are_relative_to_the_file_that_states_them(write: Write) -> None:
    path = write("a/b/child.yaml", "format: 1\nextends: ../../base.yaml\n")
    assert load(path).network.title == "Four towns"


def test_a_whole_scenario_in_one_file(write: Write) -> None:
    network = "\n".join("  " + line for line in (DATA / "network.yaml").read_text().split("\n"))
    text = (
        (DATA / "small.yaml").read_text().replace("network: network.yaml", "network:\n" + network)
    )
    write("one.yaml", text)
    assert load(write("base.yaml", text), seed=7).network.title == "Four towns"


def test_null_removes_only_what_is_there(write: Write) -> None:
    path = write("child.yaml", "format: 1\nextends: base.yaml\nevents: {town_fals: null}\n")
    message = fault(path)
    assert "child.yaml:3:10: error: no event 'town_fals' to remove" in message
    assert "did you mean 'town_falls'?" in message


@pytest.mark.parametrize(
    ("files", "chain"),
    [
        ({"a.yaml": "a.yaml"}, "a.yaml -> a.yaml"),
        (
            {"a.yaml": "b.yaml", "b.yaml": "c.yaml", "c.yaml": "b.yaml"},
            "b.yaml -> c.yaml -> b.yaml",
        ),
    ],
)
def test_a_circle_of_extends(write: Write, files: dict[str, str], chain: str) -> None:
    for name, base in files.items():
        write(name, f"format: 1\nextends: {base}\n")
    message = fault(write("a.yaml", f"format: 1\nextends: {files['a.yaml']}\n"))
    assert f"'extends' goes round in a circle: {chain}" in message


def test_a_circle_through_a_link(write: Write) -> None:
    path = write("a.yaml", "format: 1\nextends: link.yaml\n")
    (path.parent / "link.yaml").symlink_to(path)
    assert "in a circle" in fault(path)


def test_a_chain_that_is_too_long(write: Write) -> None:
    for i in range(40):
        write(f"s{i}.yaml", f"format: 1\nextends: s{i + 1}.yaml\n")
    assert "more than 32 files extend one another" in fault(
        write("s.yaml", ("format: 1\nextends: s0.yaml\n"))
    )


def test_files_outside_of_the_project_cannot_be_reached(write: Write, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("format: 1\n")
    path = write("a.yaml", "format: 1\nextends: ../outside.yaml\n")
    assert "the path '../outside.yaml' leaves the project" in fault(path)
    (path.parent / "link.yaml").symlink_to(outside)
    path = write("a.yaml", "format: 1\nextends: link.yaml\n")
    assert "the path 'link.yaml' leaves the project" in fault(path)
    path = write("a.yaml", f"format: 1\nextends: {outside}\n")
    assert "is not relative" in fault(path)


def test_missing_files_are_named(write: Write) -> None:
    message = fault(write("a.yaml", "format: 1\nextends: bsae.yaml\n"))
    assert "a.yaml:2:10: error: no such file 'bsae.yaml'" in message
    assert "did you mean 'base.yaml'?" in message
    assert "no such file" in fault(write("a.yaml", f"format: 1\nextends: {'x' * 400}\n"))
    assert "takes the path of a file" in fault(write("a.yaml", "format: 1\nextends: [base.yaml]\n"))


def test_what_is_there_and_is_no_yaml_file(write: Write) -> None:
    path = write("a.yaml", "format: 1\nextends: .\n")
    os.mkfifo(path.parent / "pipe.yaml")
    assert "a.yaml:2:10: error: '.' is a folder" in fault(path)
    message = fault(write("a.yaml", "format: 1\nextends: pipe.yaml\n"))
    assert "'pipe.yaml' is no file to read from" in message
    assert "did you mean" not in message  # the very name that was written
    assert "no such file" in fault(write("a.yaml", 'format: 1\nextends: "a\\0b"\n'))
    write("roads.csv", "from,to,capacity\na,b,1\n")
    message = fault(write("a.yaml", "format: 1\nextends: base.yaml\nnetwork: roads.csv\n"))
    assert "a.yaml:3:10: error: 'roads.csv' is no network in YAML" in message
    assert "sim import roads.csv --out roads.yaml" in message


def test_settings_are_applied_last_and_in_turn() -> None:
    scenario = load(
        DATA / "small.yaml",
        sets=[
            "axes.line.convoy.size=40 t",
            "axes.line.convoy.size=50 t",
            "network.roads.back.closed=true",
            "events.town_falls=null",
            "events.split=",
            "events.new={capture: port, by: blue, at: 5 days}",
            "regroup.red.values.port=-1.5",
            "seed=12",
            "claims.c1_open.value=null",
            "title='NO'",
        ],
    )
    assert scenario.axes["line"].convoy.size == Constant(50_000)
    assert scenario.network.roads["back"].closed
    assert "town_falls" not in scenario.events
    assert "split" not in scenario.events
    assert scenario.events["new"].places == ("port",)
    assert scenario.regroup["red"].values == {"city": 2, "port": -1.5}
    assert scenario.seed == 12
    assert scenario.claims["c1_open"].value is None
    assert scenario.title == "NO"
    assert load(DATA / "small.yaml", sets=["seed=12"], seed=13).seed == 13


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("events.town_falls.at=2016-06-1O", "--set:1:22", "'2016-06-1O' is not a date"),
        ("axes.lin.convoy.size=1 t", "--set:1:1", "unknown axis 'lin'"),
        ("axes.line.sinks.cty.stock=1 t", "--set:1:1", "unknown sink 'cty'"),
        ("axes.line.priorty=2", "--set:1:1", "unknown key 'priorty'"),
        ("holders.well.by=red", "--set:1:1", "'holders.well' is 'green', not a map"),
        ("exits.desert.from.0=city", "--set:1:1", "'exits.desert.from' is a list, not a map"),
        ("network=other.yaml", "--set:1:1", "a network's file cannot be set here"),
        ("extends=other.yaml", "--set:1:1", "cannot be set"),
        ("events..at=1", "--set:1:1", "cannot be set"),
        ("title", "--set:1:1", "is not a setting"),
        ("=3", "--set:1:1", "is not a setting"),
        ("a=1\nb: 2", "--set:1:1", "a setting is one line"),
        ("title=[1, 2", "--set:1:12", "expected ',' or ']'"),
        ("title=!!python/x y", "--set:1:7", "the tag"),
        ("axes.gone=null", "--set:1:1", "nothing to remove at 'axes.gone'"),
        (".".join("a" * 30) + "=1", "--set:1:1", "the path is too long"),
        ("network.roads.back.km=1e5\nx", "--set:1:1", "a setting is one line"),
        (  # 45 km at 0.00001 km/h
            "network.roads.back={between: [well, city], km: 45, class: track, speed: 0.00001 km/h}",
            "--set:1:48",
            "takes more than 500,000 hours",
        ),
        ("period={start: 2016-05-30, length: 0.4 s}", "--set:1:1", "shorter than a second"),
        ("events.town_falls.at=2016-06-10T06:00Z", "--set:1:22", "have no zone"),
        ("axes.line.convoy.size=1e-9 t", "--set:1:23", "such as 1 kg,"),
        ("title=\x00", "--set:1:7", "control character"),
        ("title=\udcff", "--set:1:7", "control character"),  # an argument that is not UTF-8
    ],
)
def test_settings_that_are_refused(text: str, where: str, message: str) -> None:
    printed = fault(DATA / "small.yaml", sets=[text])
    assert f"{where}: error: " in printed
    assert message in printed


def test_overrides_do_not_depend_on_their_order(write: Write) -> None:
    texts = ["events.split: {capture: port, by: blue, at: 5 days}", "events.split.at: 6 days"]
    first, second = (
        child(write, "overrides:\n  " + "\n  ".join(order)) for order in (texts, texts[::-1])
    )
    assert first == second
    assert first.events["split"].at == Constant(6 * 86_400)


def test_a_shared_alias_is_changed_in_one_place_only(write: Write) -> None:
    text = (DATA / "small.yaml").read_text("utf-8")
    text = text.replace("convoy: {size: 20 t, loss: 0.5}", "convoy: &c {size: 20 t}")
    text = text.replace("    commodity: food", "    commodity: food\n    convoy: *c")
    scenario = load(write("base.yaml", text), sets=["axes.line.convoy.size=40 t"])
    assert scenario.axes["line"].convoy.size == Constant(40_000)
    assert scenario.axes["bread"].convoy.size == Constant(20_000)


ALONE = """\
format: 1
period: {length: 3 days}
network:
  classes: {road: {speed: 10 km/h, capacity: 10 t/day}}
  places: {port: {lat: 0, lon: 0}, town: {lat: 0, lon: 0.1}}
  roads: {port--town: {km: 10, class: road}}
axes: {line: {sources: {port: {}}, sinks: {town: {demand: 1 t/day}}}}
"""


@pytest.mark.parametrize("stated", ["", "actors: {}\n", "actors: null\n"])
def test_a_file_that_states_no_actors_has_one_who_holds_every_place(
    write: Write, stated: str
) -> None:
    scenario = load(write("alone.yaml", ALONE + stated))
    assert list(scenario.actors) == ["all"]
    assert scenario.actors["all"].name == "Everyone"
    assert scenario.axes["line"].actor == "all"
    assert {holder.place for holder in scenario.holders.values()} == {"port", "town"}
    # the same as stated
    said = "actors: {all: {name: Everyone}}\ndefault_holder: all\n"
    text = ALONE.replace("line: {", "line: {actor: all, ") + said
    assert load(write("told.yaml", text)).resolved | {"id": "alone"} == scenario.resolved


def test_an_axis_is_that_of_the_only_actor_and_of_several_has_to_name_one(write: Write) -> None:
    one = load(write("one.yaml", ALONE + "actors: {red: {}}\nholders: {port: red}\n"))
    assert one.axes["line"].actor == "red"
    assert [dict(one.holders[place].shares) for place in ("port", "town")] == [{"red": 1e6}, {}]
    said = fault(write("two.yaml", ALONE + "actors: {red: {}, blue: {}}\n"))
    assert "7:8: error: axis 'line' needs 'actor'" in said
    assert "known are red, blue" in said


def test_without_axes_no_actor_is_made_up(write: Write) -> None:
    text = "".join(line for line in ALONE.splitlines(True) if not line.startswith("axes"))
    assert load(write("none.yaml", text)).actors == {}
