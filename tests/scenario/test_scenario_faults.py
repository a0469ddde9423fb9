"""Every kind of fault: its message, where it points, and that faults come all at once."""

from pathlib import Path

import pytest

from sim.scenario import Diagnostic, ScenarioError, load, load_network

DATA = Path(__file__).parent / "data"
SMALL = (DATA / "small.yaml").read_text("utf-8")
NETWORK = (DATA / "network.yaml").read_text("utf-8")

PERIOD = "{start: 2016-05-30, end: 2016-07-30}"


def faults(folder: Path, small: str = SMALL, network: str = NETWORK) -> list[Diagnostic]:
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "network.yaml").write_text(network, "utf-8", newline="")
    (folder / "small.yaml").write_text(small, "utf-8", newline="")
    with pytest.raises(ScenarioError) as caught:
        load(folder / "small.yaml")
    assert "Traceback" not in str(caught.value)
    return caught.value.diagnostics


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def check(found: list[Diagnostic], text: str, mark: str, message: str, hint: str | None) -> None:
    """One fault, which points at the first ``mark`` on its line of ``text``."""
    assert [d.message for d in found] == [found[0].message]
    fault = found[0]
    assert message in fault.message
    if hint is not None:
        assert hint in (fault.hint or "")
    line = text.split("\n")[fault.line - 1]
    assert line[fault.column - 1 :].startswith(mark)
    assert fault.length >= 1


SCENARIO_FAULTS = [
    # what is written, what is written in its place, what is marked, message, hint
    ("priority: 2", "priorty: 2", "priorty", "unknown key 'priorty' in axis 'bread'", "'priority'"),
    ("actors:", "actrs:", "actrs", "unknown key 'actrs'", "did you mean 'actors'?"),
    ("capture: town", "capture: twon", "twon", "unknown place 'twon'", "did you mean 'town'?"),
    ("gate--town", "gate--twn", "gate--twn", "unknown road 'gate--twn'", "'gate--town'"),
    ("[town--city", "[town-city", "town-city", "unknown place or road", "'town--city'"),
    ("by: blue", "by: bleu", "bleu", "unknown actor 'bleu'", "did you mean 'blue'?"),
    ("friends: [pink]", "friends: [pnk]", "pnk", "unknown actor 'pnk'", "'pink'"),
    ("transit: {green:", "transit: {gren:", "gren", "unknown actor 'gren'", "'green'"),
    (
        "claims:", "asks: c1_opn\nclaims:", "c1_opn", "no claim 'c1_opn' to ask about",
        "did you mean 'c1_open'?",
    ),
    ("axis_open: line", "axis_open: lin", "lin", "unknown axis 'lin'", "did you mean 'line'?"),
    (
        "{event: ring}", "{event: rng}", "rng", "unknown event, operation or option 'rng'",
        "did you mean 'ring'?",
    ),
    ("commodity: food", "commodity: fod", "fod", "unknown commodity 'fod'", "'food'"),
    ("default_holder: red", "default_holder: rad", "rad", "unknown actor 'rad'", "'red'"),
    ("  well: green", "  wel: green", "wel", "unknown place 'wel'", "did you mean 'well'?"),
    ("sinks: {city:", "sinks: {cty:", "cty", "unknown place 'cty'", "did you mean 'city'?"),
    ("demand: 20 t/day", "demand: 20", "20", "'20' needs a unit: t/day or kg/day", "20 t/day"),
    ("demand: 20 t/day", "demand: 20 t", "20 t", "'20 t' is not a flow", "a unit of mass"),
    ("demand: 20 t/day", "demand: -20 t/day", "-20", "demand: cannot be negative", None),
    ("demand: 20 t/day", "demand: .inf t/day", ".inf", "not a finite number", None),
    ("demand: 20 t/day", "demand: nan t/day", "nan", "not a finite number", None),
    ("demand: 20 t/day", "demand: 9e99 t/day", "9e99", "too large: at most 1e12 kg/day", None),
    ("demand: 20 t/day", "demand: [20 t/day]", "[", "not a list", None),
    ("demand: 20 t/day, ", "", "city", "'sinks.city' of axis 'line' needs 'demand'", None),
    ("size: 20 t", "size: 0 t", "0 t", "must be above 0", None),
    ("0.1..0.4", "-0.1..0.4", "-0.1..0.4", "reaches below 0", None),
    ("0.1..0.4", "0.1..1.4", "0.1..1.4", "not a share between 0 and 1", None),
    ("0.1..0.4", "0.4..0.1", "0.4..0.1", "low end of the range is above its high end", None),
    ("0.1..0.4", "0.1..0.2..0.3", "0.1", "is not a range", "two ends"),
    ("ring_loss: 0.7", "ring_loss: {lognormal: [0.5, 1]}", "{", "reaches above 1", "normal"),
    ("[-3, -1]", "[-3, -2, -1]", "[", "'uniform' takes 2 values", "[low, high]"),
    ("{uniform: [", "{unifrom: [", "unifrom", "unknown key 'unifrom'", "'uniform'"),
    ("[3 days, 0.5]", "[3 days, 11]", "11", "sigma is at most 10", None),
    ("[3 days, 0.5]", "[0 days, 0.5]", "0 days", "median must be above 0", None),
    ("0.5, 25 days: 0.5", "0.5, 21 days: 0.5", "{", "a value stands twice", None),
    ("0.5, 25 days: 0.5", "0, 25 days: 0", "{", "all weights are 0", None),
    ("0.5, 25 days: 0.5", "0.5, 25 days: x", "25 days", "'x' is not a number", None),
    ("persons: 2000..3000 persons, ", "", "{", "'persons' is missing", None),
    ("2016-06-10T06:00", "2017-06-10", "2017", "outside the period: at or after its end", None),
    ("2016-06-10T06:00", "2016-07-30", "2016", "outside the period: at or after its end", None),
    ("2016-06-10T06:00", "2016-05-29", "2016", "outside the period: before its start", "holders"),
    ("2016-06-08..2016-06-12", "2016-05-08..2016-06-12", "2016-05-08", "before its start", None),
    ("2016-06-08..2016-06-12", "2016-08-08..2016-08-12", "2016-08-08", "after its end", None),
    ("2016-06-10T06:00", "2016-02-30", "2016-02-30", "'2016-02-30' is not a date", "2016-06-10"),
    ("2016-06-10T06:00", "2016-06-10T06:00Z", "2016", "is not a date", None),
    ("2016-06-10T06:00", "June", "June", "'June' is not a number", "12 days from the start"),
    ("2016-06-10T06:00", "2017-06-10", "2017", "at or after its end", "did you mean 2016-06-10?"),
    ("2016-06-10T06:00", "2016-08-10", "2016", "at or after", "ends before 00:00 of 2016-07-30"),
    ("2016-06-10T06:00", "2016-05-29", "2016", "before its start", "begins on 2016-05-30"),
    ("2016-06-10T06:00", "10/06/2016", "10/06", "not a date", "2016-06-10 or 2016-10-06"),
    ("2016-06-10T06:00", "10 June 2016", "10 June", "not a date", "write it as 2016-06-10"),
    ("2016-06-08..2016-06-12", "8.6.2016..12.6.2016", "8.6", "not a date", "write it as 2016-"),
    ("start: 2016-05-30", "start: 2016/5/30", "2016/5/30", "not a date", "write it as 2016-05-30"),
    ("at: 40 days", "at: 5 weeks", "5 weeks", "not a length", "write it as 35 days from the start"),
    ("0 t/day, claim", "5 tons/day, claim", "5 tons", "unknown unit", "write it as 5 t/day"),
    ("when: 2016-06-02", "when: 2016-08-02", "2016-08-02", "outside the period", None),
    ("known_on: 2016-05-01", "known_on: 2016-05-01T06:00", "2016", "without a time of day", None),
    ("seed: 7", "seed: 7.5", "7.5", "'7.5' is not a whole number", None),
    ("seed: 7", "seed: -7", "-7", "seed: cannot be negative", None),
    ("seed: 7", "seed: " + "7" * 5000, "777", "too many digits", None),
    ("seed: 7", "seed: [7]", "[", "a whole number is needed", None),
    ("title: A small war", "title: {a: b}", "{", "a text is needed here, not a map", None),
    ("kind: what-if", "kind: whatif", "whatif", "is none of forecast", "'what-if'"),
    ("tests: [C1]", "tests: C1", "C1", "'tests' is not a list", None),
    (PERIOD, "{start: 2016-05-30, end: 2016-05-30}", "period", "before it has begun", None),
    (PERIOD, "{start: 2016-05-30}", "period", "does not say when it ends", "end: DATE"),
    (PERIOD, "{start: 2016-05-30, length: 200000 days}", "200000 days", "100 years", None),
    ("period: " + PERIOD, "note: x", "note", "unknown key 'note'", None),
    ("sources: {port: {}}", "sources: {}", "sources", "axis 'bread' has no source", "{}"),
    ("sources: {port: {}}", "sources: {port: }", "sources", "has no source", "'place: {}'"),
    ("sources: {port: {}}", "sources: {town: {}}", "town", "is a source and a sink", None),
    ("red: 0.7", "red: 0.8", "shares", "the shares sum to 1.1, more than 1", None),
    ("blue: 0.4", "blue: 0.6", "shares", "the shares sum to 1.1, more than 1", None),
    ("besieged: [blue]", "besieged: [green]", "green", "besieged in 'city' but holds none", None),
    ("well: green", "well: {by: green, sealed: true}", "sealed", "not a crossing", "crossing:"),
    ("seal: gate", "seal: town", "town", "'town' is not a crossing", "crossing: true"),
    ("by: red, sealed", "by: red, shares: {red: 1}, sealed", "by", "both say who holds", None),
    ("capture: town,", "capture: town, close: gate--town,", "close", "has two kinds", None),
    ("capture: town", "captur: town", "town_falls", "does not say what happens", "'capture'"),
    ("at: 3 days", "at: 3 days, when: {event: ring}", "when", "both say when", None),
    (", at: 3 days", "", "split", "does not say when it happens", "at: DATE"),
    ("city, by: blue, at", "city, at", "ring", "does not say who is besieged", None),
    ("lasts: {lognormal: [3 days, 0.5]}, ", "", "stab", "event 'stab' needs 'lasts'", None),
    ("at: 40 days", "at: 40 days, delay: 1 day", "delay", "'delay' belongs to 'when'", None),
    ("[well]", "[]", "[", "the list is empty", None),
    ("{falls: town, to: blue}", "{}", "{", "a condition has one kind", "one of falls"),
    ("{falls: town,", "{besieged: town, axis_cut: line,", "{", "a condition has one kind", None),
    ("{falls: town, to: blue}", "{event: mended, to: blue}", "blue", "'to' belongs to", None),
    ("{falls: town, to: blue}", "{event: reaction}", "reaction", "waits for itself", None),
    ("line, at: city", "line, at: town", "town", "not a sink of axis 'line'", "city"),
    ("relation: '>'", "relation: '=>'", "'=>'", "is none of <, <=", None),
    ("0 t/day, claim", "0 tday, claim", "0 tday", "unknown unit 'tday'", None),
    (", relation: '=', value: null", ", relation: '='", "c2_never", "needs 'value'", None),
    ("color: '#D55E00'", "color: red", "red", "is not a colour", "#0072B2"),
    ("network.yaml", "netwrk.yaml", "netwrk", "no such file", "did you mean 'network.yaml'?"),
    ("network.yaml", "/etc/passwd", "/etc", "not relative", None),
    ("network.yaml", "../../../etc/passwd", "../", "leaves the project", None),
    ("network: network.yaml", "extends: small.yaml", "small", "in a circle: small.yaml ->", None),
    ("format: 1\n", "format: 2\n", "2", "unknown format", "format: 1"),
    ("back.closed", "bak.closed", "network", "unknown road 'bak'", "did you mean 'back'?"),
    ("network.roads.back.closed: false", "events.twon: null", "events", "nothing to remove", None),
    ("size: 20 t", "size: 1 q", "1 q", "is not a mass", "unknown unit 'q'"),
    ("  g1:", "  g 1:", "g 1", "'g 1' is not an id", None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "mark", "message", "hint"), SCENARIO_FAULTS)
def test_a_fault_of_a_scenario(
    tmp_path: Path, old: str, new: str, mark: str, message: str, hint: str | None
) -> None:
    text = changed(SMALL, old, new)
    found = faults(tmp_path, text)
    if old.startswith("period"):  # without a period there is a second message: it is missing
        assert any("'period' is missing" in d.message for d in found)
        found = [d for d in found if "'period'" not in d.message]
    check(found, text, mark, message, hint)


NETWORK_FAULTS = [
    ("class: track", "class: trak", "trak", "unknown road class 'trak'", "did you mean 'track'?"),
    ("km: 30", "km: -30", "-30", "km: cannot be negative", None),
    ("km: 30", "km: 0", "0", "km: must be above 0", None),
    ("km: 30", "km: 1e400", "1e400", "too large", None),
    ("km: 30", "km: " + "9" * 400, "999", "too many digits", None),
    ("km: 30", "km: 30 miles", "30 miles", "is not a distance", "write it as 48.28032 km"),
    ("capacity: 100 t/day", "capacity: -100 t/day", "-100", "capacity: cannot be negative", None),
    ("speed: 40 km/h", "speed: 0 km/h", "0 km/h", "speed: must be above 0", None),
    ("lat: 1.2", "lat: 91", "91", "91 is not between -90 and 90", None),
    ("lat: 1.2", "lat: 017", "017", "'017' begins with 0", "write 17"),
    ("lat: 1.2", "lat: 0x1F", "0x1F", "not a decimal number", None),
    ("lat: 1.2", "lat: 1_0", "1_0", "underscores", "write 10"),
    ("lat: 1.2", "lat: 12:30", "12:30", "'12:30' is not a number", None),
    ("lat: 1.2", "lat: .nan", ".nan", "not a finite number", None),
    ("lat: 1.2", "lat: -.inf", "-.inf", "not a finite number", None),
    ("lat: 1.2, ", "", "town", "place 'town' needs 'lat'", None),
    ("crossing: true", "crossing: yes", "yes", "'yes' is neither true nor false", "true or false"),
    ("crossing: true", "crossing: 'true'", "'true'", "neither true nor false", None),
    ("name: Well", "name: ' town '", "' town '", "two places are named", "the first is on line 10"),
    ("[well, city]", "[well, well]", "back", "goes from 'well' to itself", None),
    ("[well, city]", "[well]", "[", "takes at least 2 items, and here are 1", None),
    ("between: [well, city], ", "", "back", "does not say what it joins", "between"),
    ("population: 100000", "population: 1.5", "1.5", "not a whole number", None),
    ("title:", "titel:", "titel", "unknown key 'titel' in the network", "'title'"),
    (
        "km: 30, class: paved", "km: 30, class: paved, one_way: true, capacity: "
        "{there: 9 t/day, back: 5 t/day}", "back",
        "road 'town--city' has 'one_way' and a capacity back", "keep one",
    ),
    ("capacity: 50 t/day", "capacity: {there: 50 t/day}", "{", "'back' is missing", "one_way"),
    ("capacity: 50 t/day", "capacity: {back: 50 t/day}", "{", "'there' is missing", "one_way"),
    (
        "capacity: 50 t/day", "capacity: {there: 5 t/day, back: 5 t/day, bak: 1}", "bak",
        "unknown key 'bak'", "did you mean 'back'?",
    ),
    (
        "capacity: 50 t/day", "capacity: {there: 5 t/day, back: 5 t}", "5 t}",
        "'5 t' is not a flow", "write it as",
    ),
    ("km: 30, class: paved,", "class: paved, one_way: 1,", "1", "neither true nor false", None),
    ("title: Four towns", "title: x\ndetour: 0.9", "0.9", "0.9 is not between 1 and 10", None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "mark", "message", "hint"), NETWORK_FAULTS)
def test_a_fault_of_a_network(
    tmp_path: Path, old: str, new: str, mark: str, message: str, hint: str | None
) -> None:
    text = changed(NETWORK, old, new)
    check(faults(tmp_path, network=text), text, mark, message, hint)
    with pytest.raises(ScenarioError) as caught:
        load_network(tmp_path / "network.yaml")
    check(caught.value.diagnostics, text, mark, message, hint)


def test_faults_come_all_at_once_in_order(tmp_path: Path) -> None:
    # a syntax-level fault, a schema fault, a reference in the same axis, and one in the network
    text = changed(SMALL, "size: 20 t", "size: -1 t")
    text = changed(text, "sinks: {city:", "sinks: {cty:")
    text = changed(text, "seed: 7", "seed: 7\nseed: 8")
    text = changed(text, "at: 3 days", "at: 900 days")
    network = changed(NETWORK, "km: 30", "km: x")
    found = faults(tmp_path, text, network)
    assert [(Path(d.file).name, d.line) for d in found] == [
        ("network.yaml", 16), ("small.yaml", 9), ("small.yaml", 28), ("small.yaml", 29),
        ("small.yaml", 44),
    ]  # fmt: skip


def test_a_faulty_thing_is_still_known_to_others(tmp_path: Path) -> None:
    # the town has no latitude; that nothing else is said shows that references to it hold
    found = faults(tmp_path, network=changed(NETWORK, "lat: 1.2, ", ""))
    assert len(found) == 1


def test_a_broken_network_file_silences_its_references(tmp_path: Path) -> None:
    found = faults(tmp_path, network="format: 1\nplaces: [\n")
    assert [Path(d.file).name for d in found] == ["network.yaml"]
    found = faults(tmp_path, network="")
    assert [d.message for d in found] == ["the file is empty"]


def test_a_network_without_places(tmp_path: Path) -> None:
    assert faults(tmp_path, network="format: 1\n")[0].message == "the network has no places"


def test_missing_keys_of_the_scenario(tmp_path: Path) -> None:
    messages = {d.message for d in faults(tmp_path, "title: Nothing else\n")}
    assert messages == {"'format' is missing", "'period' is missing", "'network' is missing"}


def test_more_than_five_million_convoys(tmp_path: Path) -> None:
    # (20 + 10) t/day in convoys of 1 kg over 61 days are 1.83 million, so 3 times that are too many
    text = changed(SMALL, "size: 20 t", "size: 1 kg")
    (tmp_path / ".git").mkdir()
    (tmp_path / "network.yaml").write_text(NETWORK, "utf-8")
    (tmp_path / "small.yaml").write_text(text, "utf-8")
    load(tmp_path / "small.yaml")
    text = changed(text, "refill: 10 t/day", "refill: 70 t/day")  # 90,000 a day: 5.49 million
    check(faults(tmp_path, text), text, "1 kg", "convoys, more than 5,000,000", "axis 'line'")
    text = changed(text, "size: 1 kg", "size: {normal: [2 kg, 9 kg]}")  # at worst 0.02 kg
    check(faults(tmp_path, text), text, "{", "convoys, more than 5,000,000", None)


def test_what_forces_eat_counts_as_convoys(tmp_path: Path) -> None:
    # 2,000,000 men of 5 kg a day are 10,000 t/day, in convoys of 1 kg 10 million a day
    text = (
        changed(SMALL, "size: 20 t", "size: 1 kg")
        + "fighting: {attack: 0.02 /day, defend: 0.02 /day}\n"
        "operations:\n  host:\n    {actor: red, axis: line, base: city, route: [town], at: 1 day,\n"
        "    tempo: 10 km/day, strength: 2000000 persons, each: 5 kg/person/day}\n"
    )
    check(faults(tmp_path, text), text, "1 kg", "convoys, more than 5,000,000", "axis 'line'")


def test_too_many_samples(tmp_path: Path) -> None:
    # 61 days are 5,270,400 s: with the start one look more, of two sinks and of what looks
    text = changed(SMALL, "seed: 7", "seed: 7\nsample: 1 s")
    check(faults(tmp_path, text), text, "1 s", "takes 15,811,203 samples", "'sample' longer")


def test_too_many_samples_where_there_is_nothing_to_look_at() -> None:
    text = """\
format: 1
period: {length: 36000 days}
sample: 1 s
default_holder: red
actors: {red: {}}
network:
  classes: {road: {speed: 50 km/h, capacity: 20 t/day}}
  places: {a: {lat: 0, lon: 0}, b: {lat: 0, lon: 1}}
  roads: {a--b: {km: 10, class: road}}
"""
    with pytest.raises(ScenarioError, match=r"takes 3,110,400,001 samples, more than 5,000,000"):
        load("lazy.yaml", text=text)


def test_a_colour_lost_to_a_comment(tmp_path: Path) -> None:
    text = changed(SMALL, "blue: {name: Blue, color: '#D55E00'}", "blue:\n    color: #D55E00")
    check(faults(tmp_path, text), text, "color", "begins a comment", "quote it")


def test_a_period_without_start_takes_no_dates(tmp_path: Path) -> None:
    found = faults(tmp_path, changed(SMALL, PERIOD, "{length: 61 days}"))
    assert {d.message.split("' ")[-1] for d in found} == {"is a date, but the period has no start"}
    assert len(found) == 5  # four events and a claim


def test_a_faulty_period_hides_no_other_fault(tmp_path: Path) -> None:
    text = changed(SMALL, PERIOD, "{start: 2016-05-30, end: soon}")
    found = faults(tmp_path, changed(text, "by: blue", "by: bleu"))
    assert [d.line for d in found] == [7, 42]


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_out_of_range(seed: int) -> None:
    with pytest.raises(ScenarioError, match="the seed"):
        load(DATA / "small.yaml", seed=seed)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for name, message in (("small.yml", "no such file"), (".", "is a folder"), ("a" * 300, "")):
        with pytest.raises(ScenarioError) as caught:
            load(tmp_path / name)
        assert message in caught.value.diagnostics[0].message
    (tmp_path / "small.yaml").write_text(SMALL, "utf-8")
    with pytest.raises(ScenarioError, match=r"did you mean 'small\.yaml'\?"):
        load(tmp_path / "small.yml")


FORECAST = changed(SMALL, "kind: what-if", "kind: forecast\nas_of: 2016-06-08")
LATE = "{uniform: [1 t/day, 2 t/day], known_on: 2016-06-09}"


def test_a_forecast_states_its_day(tmp_path: Path) -> None:
    small = changed(SMALL, "kind: what-if", "kind: forecast")
    found = faults(tmp_path, small)
    check(found, small, "forecast", "a forecast needs 'as_of'", "add 'as_of: DATE'")
    # what a run has resolved may be older than the key
    resolved = tmp_path / "small.resolved.yaml"
    resolved.write_text(small, "utf-8")
    assert load(resolved).as_of is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("known_on: 2016-05-01", "known_on: 2016-06-09"),  # of a thing
        ("demand: 20 t/day", f"demand: {LATE}"),  # of a number
    ],
)
def test_a_forecast_uses_nothing_that_was_public_later(tmp_path: Path, old: str, new: str) -> None:
    small = changed(FORECAST, old, new)
    found = faults(tmp_path, small)
    said = "known on 2016-06-09, and the forecast is of 2016-06-08"
    check(found, small, "2016-06-09", said, "leave it out")


def test_a_network_is_known_by_its_own_day(tmp_path: Path) -> None:
    network = "known_on: 2016-06-09\n" + NETWORK
    (fault,) = faults(tmp_path, FORECAST, network)
    assert (Path(fault.file).name, fault.line) == ("network.yaml", 1)


def test_what_is_on_record_may_be_of_any_day(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text(NETWORK, "utf-8")
    held = "{place: town, by: blue, at: 2016-09-01, known_on: 2016-09-02}"
    small = FORECAST + f"\nholders_on_record:\n  later: {held}\n"
    (tmp_path / "small.yaml").write_text(small, "utf-8")
    assert str(load(tmp_path / "small.yaml").as_of) == "2016-06-08"
