"""What a forecast may use: nothing that was public only after its day."""

from __future__ import annotations

from pathlib import Path

from sim.scenario.loader import ScenarioError, dump_resolved, load

SMALL = """\
format: 1
kind: forecast
as_of: 2016-06-08
period: {start: 2016-05-30, end: 2016-07-30}
network:
  places: {a: {lat: 36, lon: 38}, b: {lat: 36, lon: 39}}
  classes: {road: {speed: 30 km/h, capacity: 10 t/day}}
  roads: {a--b: {km: 90, class: road}}
actors: {red: {}, blue: {}}
default_holder: red
events:
  fall: {capture: b, by: blue, at: 2016-06-20, known_on: 2016-06-08}
"""


def told(text: str, name: str = "small.yaml") -> list[str]:
    """The faults of a scenario, as line:column and message."""
    try:
        load(name, text=text)
    except ScenarioError as error:
        return [f"{d.line}:{d.column} {d.message}; {d.hint}" for d in error.diagnostics]
    return []


def test_what_was_public_on_the_day_itself_may_be_used() -> None:
    assert told(SMALL) == []


def test_a_forecast_needs_its_day() -> None:
    text = SMALL.replace("as_of: 2016-06-08\n", "")
    (fault,) = told(text)
    assert fault.startswith("2:7 a forecast needs 'as_of'; add 'as_of: DATE'")
    assert told(text.replace("forecast", "what-if")) == []


def test_an_input_of_a_later_day_is_an_error_where_it_stands() -> None:
    text = SMALL.replace("known_on: 2016-06-08}", "known_on: 2016-06-09}")
    (fault,) = told(text)
    line = text.splitlines().index(text.splitlines()[-1]) + 1
    column = text.splitlines()[-1].index("2016-06-09") + 1
    assert fault.startswith(
        f"{line}:{column} known on 2016-06-09, and the forecast is of 2016-06-0"
    )
    # the network is an input as well
    late = SMALL.replace("{km: 90,", "{km: 90, known_on: 2017-03-25,")
    assert [fault.partition(";")[0][-10:] for fault in told(late)] == ["2016-06-08"]


def test_what_is_on_record_is_no_input() -> None:
    record = """\
claims:
  c: {text: It falls., measure: places.b.time_taken_by.blue, relation: '<=', value: 2016-07-01,
      happened: true, record: It fell., known_on: 2016-08-01}
holders_on_record: {h: {place: b, by: blue, at: 2016-08-01, known_on: 2016-08-01}}
events_on_record: {e: {measure: places.b.time_taken_by.blue, at: 2016-08-01, known_on: 2016-08-01}}
moves_on_record: {m: {actor: red, from: b, to: a, at: 2016-08-01, known_on: 2016-08-01}}
"""
    assert told(SMALL + record) == []


def test_a_resolved_scenario_that_is_older_than_the_key_is_read_still(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    file.write_text(SMALL, "utf-8")
    resolved = dump_resolved(load(file))
    assert 'as_of: "2016-06-08"\n' in resolved
    old = resolved.replace('as_of: "2016-06-08"\n', "")
    assert told(old, "scenario.resolved.yaml") == []
    assert len(told(old, "old.yaml")) == 1
