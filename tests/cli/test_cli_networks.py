"""Commands about cuts: the JSON that a script may rely on, exit codes, what people read."""

from __future__ import annotations

import errno
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx
import pytest

BEFORE = Path(__file__).parents[1] / "data" / "before"

PYOMO = """\
from,to,capacity
Start,B,10
Start,C,70
C,B,30
B,End,100
C,D,40
D,End,50
"""


Sim = Callable[..., subprocess.CompletedProcess[str]]
Answer = Callable[..., Any]


@pytest.fixture
def answer(sim: Sim) -> Answer:
    def ask(*args: str, cwd: Path) -> Any:
        done = sim(*args, "--json", cwd=cwd)
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    return ask


@pytest.fixture
def folder(tmp_path: Path, two_ways: str) -> Path:
    (tmp_path / "edges.csv").write_text(PYOMO)
    (tmp_path / "toy.yaml").write_text(two_ways)
    return tmp_path


ENDS = ("--from", "Start", "--to", "End")


def test_interdict_prints_the_frontier(answer: Answer, folder: Path) -> None:
    found = answer(
        "interdict", "edges.csv", *ENDS, "--budget", "2", "--targets", "roads", cwd=folder
    )
    assert [(r["k"], r["flow"], r["proven"]) for r in found["frontier"]] == [
        (0, 80.0, True), (1, 10.0, True), (2, 0.0, True),
    ]  # fmt: skip
    assert found["frontier"][1]["removed"] == ["Start->C"]
    assert found["unit"] == "unit of the file"
    assert "Lagrangian" in found["method"]
    # By hand: two roads stop it if they close both Start-B-End and all of Start-C.
    assert found["optimal_sets"]["complete"]
    assert {frozenset(s) for s in found["optimal_sets"]["sets"]} == {
        frozenset({"Start->B", "Start->C"}), frozenset({"Start->C", "B->End"}),
        frozenset({"C->D", "B->End"}), frozenset({"D->End", "B->End"}),
    }  # fmt: skip


def test_costs_and_protection(answer: Answer, folder: Path) -> None:
    found = answer(
        "interdict", "edges.csv", *ENDS, "-k", "2", "--protect", "Start->C", "--cost", "B->End=2",
        cwd=folder,
    )  # fmt: skip
    # Without Start->C as a target and with B->End at 2: one loss leaves 40 (C->D or D->End);
    # two leave 10 (C->B and C->D: only Start-B-End), where B->End alone leaves 40.
    assert [r["flow"] for r in found["frontier"]] == [80, 40, 10]


def test_cut_prints_the_flow_and_the_cut(answer: Answer, folder: Path) -> None:
    found = answer("cut", "edges.csv", *ENDS, "--cuts", "9", "--gap", "10", cwd=folder)
    assert found["max_flow"] == 80.0
    assert found["cut"] == ["Start->B", "Start->C"]
    assert found["unique"] is False
    assert found["other_cut"] == ["C->B", "C->D", "Start->B"]
    assert found["minimum_cuts"]["complete"]
    assert len(found["minimum_cuts"]["cuts"]) == 2
    assert [c["holds"] for c in found["near_minimum_cuts"]["cuts"]] == [80, 80, 90]


def test_cut_names_weak_points_and_pockets_and_says_why(
    answer: Answer, sim: Sim, folder: Path
) -> None:
    (folder / "far.csv").write_text(PYOMO + "End,F,5\nX,Y,3\n")
    found = answer("cut", "far.csv", *ENDS, cwd=folder)
    # F hangs on End alone; no way leads to X and Y.
    assert found["articulation_points"] == ["End"]
    assert found["bridges"] == ["End->F", "X->Y"]
    assert found["pockets"] == [["X", "Y"]]
    assert [r["flow"] for r in found["routes"]] == [10, 30, 40]
    assert found["explanation"][:-2] == [
        "10 can go by Start \u2013 B \u2013 End.",
        "30 can go by Start \u2013 C \u2013 B \u2013 End.",
        "40 can go by Start \u2013 C \u2013 D \u2013 End.",
    ]
    assert found["explanation"][-2].startswith("Together 80, and no more: all of it crosses Start")
    text = sim("cut", "far.csv", *ENDS, cwd=folder).stdout
    for part in ("routes that share no road: 2", "Together 80", "parts it (2)", "(1): X + Y"):
        assert part in text


def test_cut_of_a_scenario_names_weak_points_and_pockets(answer: Answer, folder: Path) -> None:
    before = answer("cut", "toy.yaml", "--at", "1 days", cwd=folder)
    assert (before["routes_by_roads"], before["articulation_points"]) == (2, [])
    assert "25 t/day, and no more" in before["explanation"][-2]
    # Once gate has fallen, all goes by hill.
    after = answer("cut", "toy.yaml", "--at", "10 days", cwd=folder)
    assert after["articulation_points"] == ["hill"]
    assert after["bridges"] == ["hill--port", "hill--town"]
    assert after["pockets"] == []


def test_no_flow_is_no_error_and_no_limit_is_null(answer: Answer, folder: Path) -> None:
    (folder / "x.csv").write_text("from,to,capacity\na,b,\nc,d,3\n")
    assert answer("cut", "x.csv", "--from", "a", "--to", "d", cwd=folder)["max_flow"] == 0
    found = answer("cut", "x.csv", "--from", "a", "--to", "b", cwd=folder)
    assert (found["max_flow"], found["unlimited"], found["cut"]) == (None, True, [])
    # a -> b states no capacity: that is not one without limit, so it can be cut
    found = answer("interdict", "x.csv", "--from", "a", "--to", "b", "-k", "1", cwd=folder)
    assert [r["flow"] for r in found["frontier"]] == [None, 0]
    (folder / "y.csv").write_text("from,to,capacity\na,b,inf\n")
    found = answer("interdict", "y.csv", "--from", "a", "--to", "b", "-k", "1", cwd=folder)
    assert [(r["flow"], r["unlimited"]) for r in found["frontier"]] == [(None, True)] * 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("cut", "edges.csv", "--from", "Start", "--to", "Ende"), "did you mean 'End'?"),
        (("cut", "edges.csv", "--from", "End", "--to", "End"), "both a source and a sink"),
        (("cut", "edges.csv"), "needs --from and --to"),
        (("cut", "edges.csv", *ENDS, "--axis", "x"), "--axis and --at are for scenarios"),
        (("cut", "edges.csv", *ENDS, "--gap", "wide"), "--gap"),
        (("cut", "toy.yaml", "--axis", "lien"), "did you mean 'line'?"),
        (("cut", "toy.yaml", "--from", "port"), "--from and --to are for network files"),
        (("interdict", "edges.csv", *ENDS, "-k", "1", "--protect", "x"), "--protect"),
        (("interdict", "edges.csv", *ENDS, "-k", "1", "--cost", "B"), "--cost"),
        (("interdict", "edges.csv", *ENDS, "-k", "1", "--cost", "B->End=0"), "--cost"),
        (("interdict", "toy.yaml", "-k", "1", "--at", "2031-01-01"), "outside the period"),
        (("rank", "edges.csv", *ENDS, "--draws", "3"), "--draws"),
        (("rank", "edges.csv", *ENDS, "--captured", "x"), "--captured"),
        (("rank", "edges.csv", *ENDS, "--captured"), "--captured: name places or roads"),
        (("import", "edges.csv", "--out", "x.txt"), "--out"),
        (("cut", "none.csv", *ENDS), "cannot be read"),
        (("cut", "edges.tsv", *ENDS), "'.tsv' is the ending of no network file; such end in .csv,"),
        (("import", "edges", "--out", "x.npz"), "a name without an ending is that of no network"),
        (("cut", "toy.yaml", "--column", "capacity=x"), "are for network files"),
        (("cut", "edges.csv", *ENDS, "--column", "capacity"), "--column: 'capacity' is not"),
        (("cut", "edges.csv", *ENDS, "--column", "capacity=wide"), "--column: there is no column"),
        (("cut", "edges.csv", *ENDS, "--capacity-by", "class=none.csv"), "none.csv: error"),
        (("cut", "edges.csv", *ENDS, "--snap", "near"), "no length such as 5 m"),
        (("cut", "edges.csv", *ENDS, "--default-capacity", "1 t"), "--default-capacity: '1 t'"),
    ],
)
def test_what_a_user_can_mend_is_one_message_and_code_2(
    sim: Sim, folder: Path, args: tuple[str, ...], message: str
) -> None:
    done = sim(*args, cwd=folder)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_row_is_named_by_file_and_line(sim: Sim, folder: Path) -> None:
    (folder / "bad.csv").write_text("from,to,capacity\na,b,1\na,b,-2\n")
    done = sim("cut", "bad.csv", "--from", "a", "--to", "b", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith("bad.csv:3:1: error: capacity '-2'")


def test_a_scenario_is_interdicted_and_its_captures_scored(answer: Answer, folder: Path) -> None:
    found = answer("interdict", "toy.yaml", "-k", "2", cwd=folder)
    assert (found["axis"], found["at"][:10], found["unit"]) == ("line", "2020-01-01", "kg/day")
    # 20 t/day by gate and 5 t/day by hill: gate first, then both.
    assert [(r["flow"], r["removed"]) for r in found["frontier"]] == [
        (25_000, []), (5_000, ["gate"]), (0, ["gate", "hill"]),
    ]  # fmt: skip
    captures = found["captures"]
    assert (captures["places"], captures["flow"], captures["score"]) == (["gate"], 5_000, 1.0)
    assert captures["fewest_that_leave_as_little"] == 1
    later = answer("interdict", "toy.yaml", "-k", "1", "--at", "10 days", cwd=folder)
    assert [(r["flow"], r["removed"]) for r in later["frontier"]] == [(5_000, []), (0, ["hill"])]
    assert later["captures"] is None


def test_rank_gives_each_place_its_share_of_the_planned_flow(answer: Answer, folder: Path) -> None:
    found = answer("rank", "edges.csv", *ENDS, "--targets", "places", cwd=folder)
    rows = {row["name"]: (row["loss"], row["flow_share"]) for row in found["rank"]}
    # 10 by B, 30 by C and B, 40 by C and D. Without B only C - D (40) is left; without C only
    # B (10); without D C sends 30 by B, 40 with the 10 that come there from Start.
    assert rows == {"C": (70, 0.875), "B": (40, 0.5), "D": (40, 0.5)}


def test_rank_of_a_scenario_with_intervals(answer: Answer, folder: Path) -> None:
    found = answer("rank", "toy.yaml", "--draws", "3", "--captured", cwd=folder)
    rows = {row["name"]: row for row in found["rank"]}
    assert (rows["gate"]["loss"], rows["hill"]["loss"]) == (20_000, 5_000)
    # Demand is 8 t/day: hill alone still gives 5 of it, gate alone all.
    assert rows["gate"]["deliverable_loss"] == 3_000
    assert rows["hill"]["deliverable_loss"] == 0
    # By gate 20 km, by hill 40 km at 50 km/h: 0.4 h and 0.8 h.
    assert rows["gate"]["delay_hours"] == pytest.approx(0.4)
    assert rows["hill--town"]["in_minimum_cuts"] == 1
    assert rows["gate--port"]["in_minimum_cuts"] == 0.5
    assert rows["gate"]["rank_interval"] == [1, 1, 1]
    assert found["shapley"] == [{"name": "gate", "share": 20_000, "low": 20_000, "high": 20_000}]
    top = answer("rank", "toy.yaml", "--top", "1", "--targets", "places", cwd=folder)
    assert [row["name"] for row in top["rank"]] == ["gate"]
    assert top["shapley"] is None  # nobody asked


def test_shares_of_nothing_are_told_in_a_line(sim: Sim, answer: Answer, folder: Path) -> None:
    # once gate has fallen on day 5 nothing is captured any more
    later = ("rank", "toy.yaml", "--at", "6 days", "--captured")
    assert answer(*later, cwd=folder)["shapley"] == []
    assert "nothing is captured" in sim(*later, cwd=folder).stdout
    # the axis that goes by hill alone loses nothing where another place falls
    named = ("rank", "toy.yaml", "--at", "6 days", "--captured", "gate")
    assert answer(*named, cwd=folder)["shapley"] == [
        {"name": "gate", "share": 0, "low": 0, "high": 0}
    ]
    assert "captures cost nothing together" in sim(*named, cwd=folder).stdout


def test_import_and_read_back(sim: Sim, answer: Answer, folder: Path) -> None:
    for out in ("edges.yaml", "edges.npz"):
        done = sim("import", "edges.csv", "--two-way", "--out", out, cwd=folder)
        assert done.returncode == 0, done.stderr
    assert answer("cut", "edges.npz", *ENDS, cwd=folder)["max_flow"] == 80.0
    # 80 t/day; roads both ways open no new way here
    assert answer("cut", "edges.yaml", *ENDS, cwd=folder)["max_flow"] == 80_000
    for file in ("edges.csv", "edges.npz", "edges.yaml"):
        assert sim("validate", file, cwd=folder).returncode == 0
    size = {"kind": "network", "places": 5, "roads": 6}
    for file in ("edges.csv", "edges.npz"):
        assert answer("validate", file, cwd=folder)["files"] == [{"file": file, **size}]
    done = sim("validate", "edges.npz", "--set", "x=1", cwd=folder)
    assert done.returncode == 2
    assert done.stderr == "error: --set: edges.npz is a network, not a scenario\n"
    (folder / "cut.npz").write_bytes((folder / "edges.npz").read_bytes()[:300])
    done = sim("validate", "cut.npz", cwd=folder)
    assert done.returncode == 2
    assert "cut.npz: error: not a network table" in done.stdout + done.stderr
    # one-way roads stay so
    assert sim("import", "edges.csv", "--out", "one_way.yaml", cwd=folder).returncode == 0
    assert answer("cut", "one_way.yaml", *ENDS, cwd=folder)["max_flow"] == 80_000
    back = ("--from", "End", "--to", "Start")
    assert answer("cut", "one_way.yaml", *back, cwd=folder)["max_flow"] == 0
    (folder / "bare.csv").write_text("from,to\na,b\n")
    done = sim("import", "bare.csv", "--out", "bare.yaml", cwd=folder)
    assert done.returncode == 2
    assert "bare.csv:2:1" in done.stderr
    assert not (folder / "bare.yaml").exists()


def test_what_people_read(sim: Sim, folder: Path) -> None:
    text = sim("cut", "edges.csv", *ENDS, cwd=folder).stdout
    assert "these stop it (not the only minimum cut): Start->B, Start->C" in text
    assert "these roads carry it" in text
    text = sim("interdict", "toy.yaml", "-k", "1", cwd=folder).stdout
    assert "The line (line)" in text
    assert "the scenario takes Gate (gate) (1): leaves 5 t/day; the best 1 leave 5 t/day: " in text
    text = sim("rank", "toy.yaml", cwd=folder).stdout
    assert "Gate (gate)" in text


def test_a_file_without_capacities_says_so_first(sim: Sim, folder: Path) -> None:
    (folder / "bare.csv").write_text("from,to,km\ns,a,1\na,t,1\ns,t,9\n")
    ends = ("--from", "s", "--to", "t")
    text = sim("interdict", "bare.csv", *ends, "-k", "2", cwd=folder).stdout
    assert text.startswith("note: no road states a capacity: each is without limit")
    assert "no way left" in text
    text = sim("cut", "bare.csv", *ends, cwd=folder).stdout
    assert "max flow: unlimited" in text
    assert "fewest roads that cut it: s->a, s->t" in text


def test_time_hold_chance_and_several_axes(sim: Sim, answer: Answer, folder: Path) -> None:
    slow = answer("interdict", "toy.yaml", "-k", "2", "--objective", "time", cwd=folder)
    # By gate 0.4 h, by hill 0.8 h, then no way.
    assert [r["hours"] for r in slow["frontier"]] == [0.4, 0.8, None]
    late = answer(
        "interdict", "toy.yaml", "-k", "1", "--objective", "time", "--delay", "0.1", "--targets",
        "roads", cwd=folder,
    )  # fmt: skip
    assert [r["hours"] for r in late["frontier"]] == [0.4, 0.5]
    found = answer(
        "interdict", "toy.yaml", "-k", "1", "--hold", "1", "--chance", "0.5", "--chance",
        "hill=1", cwd=folder,
    )  # fmt: skip
    # Gate held, hill falls: 20 t/day are left. Gate at even odds costs 10 t/day on average.
    assert (found["defence"]["held"], found["defence"]["flow"]) == (["gate"], 20_000)
    assert found["uncertain"]["removed"] == ["gate"]
    assert found["uncertain"]["expected_flow"] == pytest.approx(15_000)
    both = answer("interdict", "toy.yaml", "-k", "1", "--weight", "line=2", cwd=folder)
    assert [r["total"] for r in both["frontier"]] == [50_000, 10_000]
    assert sim("interdict", "toy.yaml", "-k", "1", "--weight", "line", cwd=folder).returncode == 2
    ways = ("--objective", "time"), ("--hold", "1", "--chance", "0.5"), ("--weight", "line=1")
    for extra in ways:
        assert sim("interdict", "toy.yaml", "-k", "1", *extra, cwd=folder).returncode == 0


def test_a_scenario_without_an_axis_has_no_cut(sim: Sim, tmp_path: Path) -> None:
    (tmp_path / "bare.yaml").write_text(
        "format: 1\nperiod: {length: 3 days}\nactors: {red: {}}\ndefault_holder: red\n"
        "network: {places: {a: {lat: 0, lon: 0}}}\n"
    )
    for more in ((), ("--figure", "cut.png")):
        done = sim("cut", "bare.yaml", *more, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (2, "error: the scenario has no axis\n")
    assert sim("run", "bare.yaml", "--out", "run", cwd=tmp_path).returncode == 0
    done = sim("film", "run", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "error: the scenario has no axis\n"
    assert not (tmp_path / "cut.png").exists()


def test_each_command_runs_the_scenario_once(
    sim: Sim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.engine import simulation

    runs = []

    class Counted(simulation.Simulation):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            runs.append(args)
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(simulation, "Simulation", Counted)
    twelve = str(BEFORE / "double_offensive.yaml")  # it has twelve axes
    for args, times in (
        (("cut", twelve, "--json"), 1),
        (("cut", "toy.yaml", "--at", "3 days", "--cuts", "4", "--gap", "100"), 1),
        (("cut", "toy.yaml", "--figure", "cut.png"), 1),
        (("interdict", "toy.yaml", "-k", "2", "--hold", "1", "--chance", "0.5"), 1),
        (("interdict", "toy.yaml", "-k", "2", "--figure", "frontier.png"), 1),
        (("interdict", "toy.yaml", "-k", "1", "--objective", "time"), 1),
        (("interdict", twelve, "-k", "1", "--weight", "reb_aleppo=2", "--weight", "reb_azaz=1"), 1),
        (("rank", "toy.yaml", "--figure", "rank.png"), 1),
        (("rank", "toy.yaml", "--draws", "3"), 3),  # once a draw
        (("cut", "edges.csv", *ENDS), 0),
    ):
        runs.clear()
        assert sim(*args, cwd=folder).returncode == 0
        assert (args, len(runs)) == (args, times)


def test_a_wrong_parameter_is_named_by_its_option(sim: Sim, folder: Path) -> None:
    for args, message in (
        (("interdict", "toy.yaml", "-k", "1", "--at", "soon"), "error: --at: 'soon'"),
        (("interdict", "edges.csv", *ENDS, "-k", "1", "--protect", "x"), "error: --protect: unkn"),
        (("interdict", "edges.csv", *ENDS, "-k", "1", "--cost", "C=0"), "error: --cost: 0 of 'C'"),
        (("interdict", "toy.yaml", "-k", "1", "--weight", "line=0"), "error: --weight: 0 is not"),
        (("interdict", "edges.csv", *ENDS, "-k", "1", "--chance", "7"), "error: --chance: 7 is no"),
        (("cut", "edges.csv", *ENDS, "--gap", "-1"), "error: --gap: '-1' is not a number"),
        (("rank", "edges.csv", *ENDS, "--captured", "End"), "error: --captured: a source"),
    ):
        done = sim(*args, cwd=folder)
        assert done.returncode == 2
        assert done.stderr.startswith(message)


def test_a_figure_that_cannot_be_written_leaves_nothing(
    sim: Sim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    before = set(folder.iterdir())
    done = sim("rank", "toy.yaml", "--figure", "rank.png", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: cannot write rank.png: No space left on device\n"
    assert set(folder.iterdir()) == before


def test_an_audit_finds_a_road_that_is_missing_and_what_it_changes(
    answer: Answer, sim: Sim, folder: Path, two_ways: str
) -> None:
    """The reference joins port and town by the sea in 18 km, the toy by the gate in 20."""
    straight = "    gate--port: {km: 10, class: road}\n"
    # the place at sea keeps the road off the gate, which lies on the straight line
    more = two_ways.replace(
        "    hill: {", "    sea: {name: Sea, lat: -0.06, lon: 0.1}\n    hill: {"
    ).replace(
        straight,
        straight + "    port--sea: {km: 9, class: road}\n    sea--town: {km: 9, class: road}\n",
    )
    (folder / "map.yaml").write_text(more)
    found = answer("audit", "toy.yaml", "--against", "map.yaml", cwd=folder)
    assert [(r["a"], r["b"], r["km"], r["network_km"], r["via"]) for r in found["lacking"]] == [
        ("port", "town", 18.0, 20.0, ["gate"])
    ]
    assert found["roads"] == {
        "port--town": {"between": ["port", "town"], "km": 18.0, "class": "road"}
    }
    (line,) = found["axes"]
    # 25 t/day: the gate takes 20 of them, and 20 of 45 with the road by the sea
    assert line["before"]["ranked"] == {"gate": 0.8, "hill": 0.2}
    assert line["after"]["ranked"] == pytest.approx({"gate": 20 / 45, "hill": 5 / 45})
    assert (line["before"]["fewest"], line["after"]["fewest"]) == (["gate", "hill"], None)
    done = sim("audit", "toy.yaml", "--against", "map.yaml", "--figure", "a.png", cwd=folder)
    assert done.returncode == 0
    assert "Port \u2013 Town: 18.0 km; the network has 20.0 km over Gate" in done.stdout
    assert "fewest places that do: Gate and Hill -> none" in done.stdout
    assert (folder / "a.csv").read_text().splitlines()[:2] == [
        "kind,id,km,reference_km,over", "lacking,port--town,20,18,gate",
    ]  # fmt: skip
    none = answer("audit", "map.yaml", "--against", "toy.yaml", cwd=folder)
    assert none["lacking"] == []
    assert answer("audit", "toy.yaml", "--against", "map.yaml", "--detour", "0.2", cwd=folder)[
        "lacking"
    ] == []  # fmt: skip
    for extra, said in (
        (("--against", "edges.csv"), "needs the coordinates of all places"),
        (("--against", "map.yaml", "--near", "-1"), "--near: -1 km is not from 0 to 1000"),
        (("--against", "map.yaml", "--skip", "gat"), "--skip: unknown place 'gat'; did you mean"),
        (("--against", "none.yaml"), "none.yaml"),
    ):
        refused = sim("audit", "toy.yaml", *extra, cwd=folder)
        assert refused.returncode == 2
        assert said in refused.stderr


def exported(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    """Properties by id of what a command wrote as GeoJSON."""
    document = json.loads((folder / name).read_text("utf-8"))
    return {f["properties"]["id"]: f["properties"] for f in document["features"]}


def test_answers_are_exported_with_what_was_found(answer: Answer, folder: Path) -> None:
    def ask(*words: str) -> Any:
        return answer(*words, "--export", "out.geojson", cwd=folder)

    found = ask("rank", "toy.yaml")
    told = exported(folder, "out.geojson")
    for row in found["rank"]:
        here = told[row["name"]]
        assert here["loss_t_day"] == row["loss"] / 1000
        assert [here[key] for key in ("loss_share", "flow_share", "delay_hours")] == [
            row[key] for key in ("loss_share", "flow_share", "delay_hours")
        ]
    assert (told["gate"]["loss_t_day"], told["gate"]["rank"], told["port"]["rank"]) == (20, 1, None)
    found = ask("interdict", "toy.yaml", "--budget", "1")
    told = exported(folder, "out.geojson")
    assert [name for name in told if told[name]["removed"]] == ["gate"]
    # the cut of a scenario is what 'sim export' tells of that run at that date: here its end
    found = ask("cut", "toy.yaml")
    told = exported(folder, "out.geojson")
    assert [name for name in told if told[name]["line_in_cut"]] == found["cut"] == ["hill--town"]
    assert {row["day"] for row in told.values()} == {20}


def test_a_network_without_coordinates_is_exported_as_a_graph_alone(sim: Sim, folder: Path) -> None:
    done = sim("cut", "edges.csv", *ENDS, "--export", "out.geojson", cwd=folder)
    assert done.returncode == 2
    assert "not every place of edges has coordinates; a .graphml file needs none" in done.stderr
    assert not (folder / "out.geojson").exists()
    done = sim("cut", "edges.csv", *ENDS, "--export", "out.graphml", "--quiet", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    graph = networkx.read_graphml(folder / "out.graphml")
    # each row is one way; Start -> C -> B carries 30 and C -> D 40, Start -> B 10
    assert graph.number_of_edges() == 6
    ends = {told["id"]: told["flow"] for _, _, told in graph.edges(data=True)}
    assert ends["Start->B"] == 10
    cut = [told["capacity"] for _, _, told in graph.edges(data=True) if told["in_cut"]]
    assert sum(cut) == networkx.maximum_flow_value(networkx.DiGraph(graph), "Start", "End") == 80


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("out.shp", "out.shp: write to a file that ends in .gpkg, .geojson, .graphml"),
        ("no/out.geojson", "--export: there is no folder no"),
    ],
)
def test_an_export_that_cannot_be_written_is_told_first(
    name: str, said: str, sim: Sim, folder: Path
) -> None:
    for words in (
        ("cut", "toy.yaml"),
        ("rank", "edges.csv", *ENDS),
        ("interdict", "toy.yaml", "-k1"),
    ):
        done = sim(*words, "--export", name, cwd=folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
    (folder / "net.graphml").write_text("<graphml/>")
    done = sim("cut", "net.graphml", *ENDS, "--export", "net.graphml", cwd=folder)
    assert done.returncode == 2
    assert "it would replace net.graphml" in done.stderr


def test_a_folder_that_is_no_network_says_what_one_holds(sim: Sim, folder: Path) -> None:
    (folder / "empty").mkdir()
    done = sim("cut", "empty", "--from", "a", "--to", "b", cwd=folder)
    assert done.returncode == 2
    assert "holds link.csv (GMNS) or routes.csv (Flee)" in done.stderr


def test_reliability_prints_chances(answer: Answer, sim: Sim, folder: Path) -> None:
    stated = ("--stands", "0.9", "--stands", "Start->B=0.5", "--need", "40")
    found = answer("reliability", "edges.csv", *ENDS, *stated, cwd=folder)
    assert (found["method"], found["need"]) == ("exact", 40)
    # 40 and more: Start->C with C->D and D->End, or with C->B and B->End (30) and Start->B (10)
    assert found["met"]["value"] == pytest.approx(0.9 * (1 - (1 - 0.81) * (1 - 0.81 * 0.5)))
    assert sum(level["chance"] for level in found["levels"]) == pytest.approx(1)
    assert found["elements"][0]["name"] == "Start->C"
    text = sim("reliability", "edges.csv", *ENDS, *stated, cwd=folder).stdout
    for part in ("open with a chance of 9", "carries 40 with a chance of 80 %", "exact, from",
                 "at least this", "open gains"):  # fmt: skip
        assert part in text
    drawn = ("--method", "sampled", "--samples", "50")
    text = sim("reliability", "edges.csv", *ENDS, "--together", "Start->B,Start->C=0.8", *drawn,
               cwd=folder).stdout  # fmt: skip
    assert "open with a chance of 80 %" in text


def test_reliability_draws_a_chart_and_a_map(sim: Sim, folder: Path) -> None:
    done = sim(
        "reliability", "toy.yaml", "--stands", "0.9", "--stands", "gate=0.6",
        "--figure", "chart.svg", "--map", "map.png", "--export", "found.geojson", cwd=folder,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "carries 8 t/day with a chance of" in done.stdout
    chart = (folder / "chart.csv").read_text().splitlines()
    assert chart[0].startswith("kind,id,name,carried (t/day),chance")
    gate = next(line for line in (folder / "map.csv").read_text().splitlines() if "gate," in line)
    assert gate.startswith("place,gate,0.6,")
    assert (folder / "map.png").stat().st_size > 10_000
    layers = json.loads((folder / "found.geojson").read_text())
    fields = {f["properties"]["id"]: f["properties"] for f in layers["features"]}
    assert fields["gate"]["stands"] == 0.6
    assert fields["port"]["stands"] == 1.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "error: --stands: nothing is in doubt"),
        (("--stands", "x=2"), "error: --stands: 2 is not from 0 to 1"),
        (("--stands", "x=y"), "error: --stands: 'x=y' is not P or NAME=P"),
        (("--stands", "Strat->B=0.5"), "did you mean 'Start->B'"),
        (("--together", "0.5"), "error: --together: '0.5' is not NAME,NAME=P"),
        (("--stands", "0.5", "--need", "0"), "error: --need: '0' is not an amount above 0"),
        (("--stands", "0.5", "--draws", "9"), "error: --draws is for scenarios"),
        (("--stands", "0.5", "--map", "edges.svg"), "error: --map: its numbers would replace"),
        (("--stands", "0.5", "--map", "net.svg"), "a cut map needs coordinates"),
    ],
)
def test_reliability_says_what_is_wrong(
    sim: Sim, folder: Path, words: tuple[str, ...], said: str
) -> None:
    before = sorted(folder.iterdir())
    done = sim("reliability", "edges.csv", *ENDS, *words, cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert sorted(folder.iterdir()) == before
