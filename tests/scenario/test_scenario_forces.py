"""Forces in the scenario language: what is read, what is refused, and damaged files."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from sim import api
from sim.scenario import Diagnostic, Scenario, ScenarioError, dump_resolved, load
from sim.scenario.distributions import Constant, Uniform

DATA = Path(__file__).parent / "data"
NETWORK = (DATA / "network.yaml").read_text("utf-8")
FORCES = """
fighting:
  law: linear
  attack: 0.00002..0.00004 /day
  defend: 0.00003 /day
  breaks: 0.4
  terrain: {town: 2, port: 1.5}
  bands: [{supply: 0 days, effect: 0.4}, {supply: 2 days, effect: 1}, {supply: 12 h, effect: 0.7}]
  unit: 10 persons
operations:
  push:
    actor: red
    strength: 3000..4000 persons
    base: city
    axis: line
    route: [town, gate]
    tempo: {paved: 12 km/day}
    each: 2 kg/person/day
    carries: 4 days
    rings: {town: 5 days}
    on_stall: fall_back
    on_repulse: hold
    again: 2..4 days
    tries: 3
    support: {strikes: {factor: 1.5, from: 2016-06-10, until: 20 days}}
    on_record: {seen: {at: 2016-06-09, place: gate, text: at the gate, trust: A}, far: {at: 3 days, km: 7.5}}
    at: 2016-06-03..2016-06-05
  blow: {actor: red, strength: 100 persons, base: city, axis: line, route: town, tempo: 8 km/day, when: {event: strike}}
  thrust: {actor: blue, strength: 900 persons, base: well, route: gate, tempo: 8 km/day, when: {falls: town}, delay: 1 day}
fronts:
  red: {ratio: 1.5, delay: 12 h, counter: 2, reach: 5..20 km, sees: 40 km, hold: [city], values: {town: 3, gate: 1}}
decisions:
  seat:
    actor: red
    seat: city
    when: {falls: town}
    delay: 2 days
    population: 0.5..1
    hours: -0.2
    options: {stay: {value: 1}, move: {place: town}, strike: {operation: blow, value: 2}}
"""  # noqa: E501
SMALL = (DATA / "small.yaml").read_text("utf-8").replace(
    "exits:", FORCES.lstrip() + "exits:", 1
).replace("ring_loss: 0.7}", "ring_loss: 0.7, reserve: 0.5}")  # fmt: skip


def written(folder: Path, small: str, network: str = NETWORK) -> Path:
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "network.yaml").write_text(network, "utf-8", newline="")
    (folder / "small.yaml").write_text(small, "utf-8", newline="")
    return folder / "small.yaml"


def test_what_is_read(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, SMALL))
    rules = scenario.fighting
    assert rules is not None
    assert (rules.law, rules.unit, rules.terrain) == ("linear", 10, {"port": 1.5, "town": 2.0})
    assert rules.bands == ((172_800, 1.0), (43_200, 0.7), (0, 0.4))  # the most supply first
    push = scenario.operations["push"]
    assert push.route == ("town", "gate")
    assert push.tempo == {"paved": Constant(12.0)}
    assert (push.carries, push.breaks) == (Constant(345_600.0), Constant(0.3))
    assert push.at == Uniform(4 * 86_400, 6 * 86_400)
    assert push.support["strikes"].start == Constant(11 * 86_400)
    assert scenario.operations["thrust"].tempo == {"": Constant(8.0)}
    seen, far = push.on_record["seen"], push.on_record["far"]
    assert (seen.at, seen.place, seen.km, seen.text) == (10 * 86_400, "gate", None, "at the gate")
    assert (far.at, far.place, far.km, far.text) == (3 * 86_400, None, 7.5, None)
    assert scenario.fronts["red"].hold == {"city"}
    assert scenario.fronts["red"].reach == Uniform(5, 20)
    assert scenario.fronts["red"].sees == Constant(40.0)
    seat = scenario.decisions["seat"]
    assert (seat.hours, seat.threat, seat.population) == (Constant(-0.2), None, Uniform(0.5, 1))
    found = {k: (o.place, o.operation, o.axis, o.value) for k, o in seat.options.items()}
    assert found == {
        "stay": (None, None, None, 1.0),
        "move": ("town", None, None, None),
        "strike": ("town", "blow", "line", 2.0),
    }
    text = dump_resolved(scenario)
    again = load(written(tmp_path, text))
    assert again == scenario
    assert dump_resolved(again) == text


FAULTS = [
    # what is written, what is written in its place, what is marked, message, hint
    ("[town, gate]", "[gate]", "gate", "no road joins 'city' and 'gate'", "every place on the way"),
    ("route: gate", "route: town", "town", "no road joins 'well' and 'town'", None),
    ("axis: line", "axis: bread", "bread", "axis 'bread' does not feed 'city'", "sinks are town"),
    ("axis: line", "axis: lin", "lin", "unknown axis 'lin'", "did you mean 'line'?"),
    ("    axis: line\n", "", "each", "'each' is drawn from the stock of an axis", "add 'axis"),
    ("base: well", "base: wel", "wel", "unknown place 'wel'", "did you mean 'well'?"),
    ("{paved: 12", "{pavd: 12", "tempo", "unknown road class 'pavd'", "'paved'"),
    ("rings: {town", "rings: {twn", "twn", "unknown place 'twn'", "'town'"),
    ("actor: blue, strength: 900", "actor: blu, strength: 900", "blu", "unknown actor 'blu'", None),
    ("on_stall: fall_back", "on_stall: run", "run", "", None),
    ("tries: 3", "tries: 0", "0", "", None),
    ("law: linear", "law: cubic", "cubic", "", None),
    ("unit: 10 persons", "unit: 0 persons", "0 persons", "", None),
    ("terrain: {town: 2", "terrain: {town: 0", "0", "must be above 0", None),
    ("breaks: 0.4", "breaks: 1.4", "1.4", "not a share between 0 and 1", None),
    ("hold: [city]", "hold: [cty]", "cty", "unknown place 'cty'", "'city'"),
    ("fronts:\n  red", "fronts:\n  rad", "rad", "unknown actor 'rad'", "'red'"),
    ("effect: 0.7}", "effect: 1.7}", "1.7", "not a share between 0 and 1", None),
    ("effect: 0.7}", "efect: 0.7}", "efect", "unknown key 'efect'", "'effect'"),
    ("sees: 40 km", "sees: 40 t", "40 t", "", None),
    ("reach: 5..20 km", "reach: 0 km", "0 km", "must be above 0", None),
    ("seat: city", "seat: cty", "cty", "unknown place 'cty'", "'city'"),
    ("operation: blow", "operation: bow", "bow", "unknown operation 'bow'", "'blow'"),
    ("event: strike", "event: strik", "strik", "unknown event, operation or option 'strik'", None),
    ("event: strike", "falls: city", "blow", "does not wait for 'strike'", "{event: strike}"),
    ("operation: blow", "operation: thrust", "thrust", "not an operation of 'red'", None),
    ("{stay: {value: 1}", "{push: {value: 1}", "push", "also the id of an operation", "rename"),
    ("options: {stay", "options: {} #", "seat", "has no options", None),
    ("hours: -0.2", "hurs: -0.2", "hurs", "unknown key 'hurs'", "'hours'"),
    ("supply: 12 h", "supply: 48 h", "48 h", "two bands begin at the same supply", None),
    ("rings: {town: 5", "rings: {well: 5", "well", "'well' is not on the route of 'push'", None),
    ("place: gate,", "place: well,", "well", "'well' is not on the route", "how many km"),
    ("place: gate,", "place: gate, km: 3,", "gate", "'place' and 'km' both say where", "keep one"),
    ("km: 7.5}", "}", "far", "does not say where it stood", "'place: PLACE' or 'km: KM'"),
    ("km: 7.5}", "km: -2}", "-2", "", None),
    ("{paved: 12 km/day}", "{track: 9 km/day}", "{", "no tempo for roads of class 'paved'", None),
    (
        "fighting:",
        "rules: {leave: {bleu: {goes: 0.5}}}\nfighting:",
        "bleu",
        "unknown actor 'bleu'",
        "did you mean 'blue'?",
    ),
    (
        "fighting:",
        "rules: {leave: {blue: {goe: 0.5}}}\nfighting:",
        "goe",
        "unknown key 'goe'",
        "'goes'",
    ),
    ("fighting:", "rules: {leave: {blue: {odds: 0}}}\nfighting:", "0", "above 0", None),
    ("fighting:", "rules: {leave: {blue: {takes: 1.2}}}\nfighting:", "1.2", "1.2", None),
]


def named_where_it_stands(
    tmp_path: Path, text: str, mark: str, message: str, hint: str | None
) -> None:
    """A file is refused, with such a message at the mark."""
    with pytest.raises(ScenarioError) as caught:
        load(written(tmp_path, text))
    named = [d for d in caught.value.diagnostics if points_at(d, text, mark)]
    assert any(message in d.message and (hint or "") in (d.hint or "") for d in named), str(
        caught.value
    )


@pytest.mark.parametrize(("old", "new", "mark", "message", "hint"), FAULTS)
def test_a_fault_is_named_where_it_stands(
    tmp_path: Path, old: str, new: str, mark: str, message: str, hint: str | None
) -> None:
    assert old in SMALL
    named_where_it_stands(tmp_path, SMALL.replace(old, new, 1), mark, message, hint)


def points_at(d: Diagnostic, text: str, mark: str) -> bool:
    return text.split("\n")[d.line - 1][d.column - 1 :].startswith(mark)


def test_operations_need_rules_of_battle(tmp_path: Path) -> None:
    start, end = SMALL.index("fighting:"), SMALL.index("operations:")
    with pytest.raises(ScenarioError) as caught:
        load(written(tmp_path, SMALL[:start] + SMALL[end:]))
    (fault,) = caught.value.diagnostics
    assert "operations need 'fighting'" in fault.message


@pytest.mark.parametrize(("seed", "files"), [(8, 50), pytest.param(9, 150, marks=pytest.mark.slow)])
def test_a_damaged_war_runs_or_is_refused(seed: int, files: int, tmp_path: Path) -> None:
    # lines dropped, doubled, swapped, and values exchanged with those of other lines
    rng = random.Random(seed)
    lines = SMALL.split("\n")
    first, last = lines.index("fighting:"), lines.index("exits:")
    loaded = 0
    for _ in range(files):
        hurt = list(lines)
        i, j = rng.randrange(first, last), rng.randrange(first, last)
        kind = rng.randrange(4)
        if kind == 0:
            del hurt[i]
        elif kind == 1:
            hurt.insert(j, hurt[i])
        elif kind == 2:
            hurt[i], hurt[j] = hurt[j], hurt[i]
        else:
            key, colon, _ = hurt[i].partition(":")
            value = hurt[j].partition(":")[2]
            nasty = ["0", "9e99 /day", "1e12 persons", "0 days", "-3", "{uniform: [0, 1]}", value]
            hurt[i] = key + colon + " " + rng.choice(nasty)
        scenario = attempt(written(tmp_path, "\n".join(hurt)))
        if scenario is None:
            continue
        loaded += 1
        summary = api.run(scenario).summary
        assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    assert 5 < loaded < 145


def attempt(path: Path) -> Scenario | None:
    """The scenario, or None where it is refused with at least one message."""
    try:
        return load(path)
    except ScenarioError as error:
        if not error.diagnostics:
            raise
        return None


SENDING = SMALL.replace(
    "options: {stay: {value: 1}",
    "options: {flee: {sends: {from: [town, gate], share: 0.1..0.3, to: desert}}, stay: {value: 1}",
).replace(
    "operations:",
    "rules: {bodies: {red: {size: 50..150 persons, regions: {towns: 20000, dissimilarity: 0.5}}}}\n"
    "operations:",
)  # fmt: skip


def test_men_who_are_sent_and_bodies_are_read_and_written(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, SENDING))
    sends = scenario.decisions["seat"].options["flee"].sends
    assert sends is not None
    assert (sends.places, sends.share, sends.to) == (("gate", "town"), Uniform(0.1, 0.3), "desert")
    rule = scenario.rules.bodies["red"]
    assert (rule.actor, rule.size) == ("red", Uniform(50, 150))
    assert rule.regions is not None
    assert (rule.regions.towns, rule.regions.dissimilarity) == (20_000, Constant(0.5))
    text = dump_resolved(scenario)
    again = load(written(tmp_path, text))
    assert again == scenario
    assert dump_resolved(again) == text


@pytest.mark.parametrize(
    ("old", "new", "mark", "message", "hint"),
    [
        ("to: desert", "to: dessert", "dessert", "unknown place or exit 'dessert'", "'desert'"),
        ("from: [town, gate]", "from: [twn]", "twn", "unknown place 'twn'", "'town'"),
        ("to: desert", "to: gate", "gate", "'gate' would send men to itself", "out of 'from'"),
        ("desert: {name: Desert, actor: red", "desert: {name: Desert, actor: blue", "desert}",
         "'desert' is not an exit of 'red'", None),
        ("share: 0.1..0.3", "share: 1.3", "1.3", "not a share between 0 and 1", None),
        (", share: 0.1..0.3", "", "sends", "needs 'share'", None),
        ("bodies: {red", "bodies: {rad", "rad", "unknown actor 'rad'", "'red'"),
        ("size: 50..150 persons", "size: 0 persons", "0 persons", "must be above 0", None),
        ("dissimilarity: 0.5", "dissimilarity: 0", "0}", "must be above 0", None),
        ("dissimilarity: 0.5", "dissimilarity: 1.5", "1.5", "not a share between 0 and 1", None),
        (", dissimilarity: 0.5", "", "regions", "needs 'dissimilarity'", None),
        ("towns: 20000", "towns: many", "many", "", None),
    ],
)  # fmt: skip
def test_a_fault_of_them_is_named_where_it_stands(
    tmp_path: Path, old: str, new: str, mark: str, message: str, hint: str | None
) -> None:
    assert old in SENDING
    named_where_it_stands(tmp_path, SENDING.replace(old, new, 1), mark, message, hint)


def test_bodies_of_who_chooses_nowhere_are_a_warning(tmp_path: Path) -> None:
    text = SENDING.replace("bodies: {red", "bodies: {blue")
    found = api.validate(written(tmp_path, text)).warnings
    assert any("the bodies of men of 'blue': it has no regroup rule" in d.message for d in found)
