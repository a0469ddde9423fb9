"""Faults of profiles, of closures that come again, and of events that change an amount."""

from __future__ import annotations

import pytest

from sim.scenario import Diagnostic, ScenarioError, load

START = "period: {start: 2016-06-01, length: 20 days}"
TEXT = f"""
format: 1
id: small
{START}
actors: {{red: {{}}}}
default_holder: red
network:
  classes: {{main: {{speed: 30 km/h, capacity: 100 t/day}}}}
  places: {{a: {{lat: 0, lon: 0}}, b: {{lat: 0, lon: 1}}, main: {{lat: 1, lon: 1}}}}
  roads: {{a--b: {{km: 100, class: main}}}}
axes: {{line: {{actor: red, sources: {{a: 50 t/day}}, sinks: {{b: {{demand: 40 t/day}}}}}}}}
"""


def faults(text: str) -> list[Diagnostic]:
    with pytest.raises(ScenarioError) as caught:
        load("small.yaml", text=text)
    return list(caught.value.diagnostics)


@pytest.mark.parametrize(
    ("profile", "marked", "message", "hint"),
    [
        ("{factors: {2016-06-05: 0.5}, speed: [a--c]}", "a--c", "class or road", "a--b"),
        ("{factors: {2016-06-05: 0.5}, speed: a}", "a}", "unknown road class or road 'a'", None),
        ("{factors: {2016-06-05: 0.5}, supply: line/b}", "line/b", "axis or source", "line/a"),
        ("{factors: {2016-06-05: 0.5}, demand: lin}", "lin", "unknown axis or sink", "'line'"),
        ("{factors: {2016-06-05: 0.5}, capacity: main}", "main", "a road class and a place", None),
        ("{factors: {2016-06-05: -1}, demand: line}", "-1", "cannot be negative", None),
        ("{factors: {2016-06-05: 101}, demand: line}", "101", "a factor is at most 100", None),
        ("{factors: {June: 1}, demand: line}", "June", "'June' is not a number", "2016-06-10"),
        ("{every: day, factors: {6:00: 1}, demand: line}", "6:00", "no instant of a day", "06:00"),
        ("{every: week, factors: {fri: 1}, demand: line}", "fri", "no instant of a week", "friday"),
        ("{every: year, factors: {02-30: 1}, demand: line}", "02-30", "of a year", "07-15"),
        ("{every: month, factors: {1: 1}, demand: line}", "month", "none of year, week, day", None),
        (
            "{factors: {2016-06-05: 1, 2016-06-05T00:00: 2}, demand: line}", "2016-06-05T",
            "'2016-06-05' and '2016-06-05T00:00' are one instant", "keep one",
        ),
        ("{factors: {}, demand: line}", "p", "profile 'p' has no factors", "factors: {2016"),
        ("{factors: {2016-06-05: 1}}", "p", "profile 'p' multiplies nothing", "demand: [AXIS"),
        ("{factors: {2016-06-05: 1}, deman: line}", "deman", "unknown key 'deman'", "'demand'"),
    ],
)  # fmt: skip
def test_a_faulty_profile_is_told_where_it_is(
    profile: str, marked: str, message: str, hint: str | None
) -> None:
    text = f"{TEXT}profiles:\n  p: {profile}\n"
    (fault,) = faults(text)
    line = text.split("\n")[fault.line - 1]
    assert line[fault.column - 1 :].startswith(marked)
    assert message in fault.message
    assert hint is None or hint in (fault.hint or "")


@pytest.mark.parametrize(
    ("event", "marked", "message"),
    [
        ("close: a--b, every: 2 days", "every", "'every' needs 'lasts'"),
        ("close: a--b, lasts: 2 days, every: 2 days", "2 days", "not over before it comes again"),
        ("close: a--b, lasts: 1..3 days, every: 2 days", "1..3", "not over before it comes again"),
        ("supply: line/b, factor: 2", "line/b", "unknown axis or source (AXIS/PLACE) 'line/b'"),
        ("supply: line, factor: 2, to: 3 t/day", "factor", "both say how much it is then"),
        ("demand: line", "e", "event 'e' does not say how much it is then"),
        ("demand: line, factor: 100.5", "100.5", "a factor is at most 100"),
        ("demand: line, to: 3 t", "3 t", "'3 t' is not a flow"),
    ],
)
def test_a_faulty_event_is_told_where_it_is(event: str, marked: str, message: str) -> None:
    text = f"{TEXT}events:\n  e: {{at: 2 days, {event}}}\n"
    (fault,) = faults(text)
    line = text.split("\n")[fault.line - 1]
    assert line[fault.column - 1 :].startswith(marked)
    assert message in fault.message


@pytest.mark.parametrize("every", ["year", "week"])
def test_a_season_needs_a_start(every: str) -> None:
    text = TEXT.replace("start: 2016-06-01, ", "")
    factors = {"year": "{06-05: 0.5}", "week": "{friday: 0.5}"}[every]
    (fault,) = faults(
        f"{text}profiles: {{p: {{every: {every}, factors: {factors}, demand: line}}}}"
    )
    assert fault.message == f"'every: {every}' needs a period with a 'start'"
    day = "profiles: {p: {every: day, factors: {06:00: 0.5}, demand: line}}"
    assert load("small.yaml", text=text + day).profiles["p"].every == "day"


def test_the_forecast_of_work_counts_what_profiles_make_of_demand() -> None:
    text = TEXT.replace("40 t/day", "4000 t/day") + "\nsample: 20 days\n"
    profiles = "profiles: {p: {factors: {2016-06-05: 90}, demand: line}, "
    profiles += "q: {factors: {1 days: 12}, demand: line/b}}"
    # 4,000 t/day in convoys of 20 t are 4,000 in 20 days; times 90 and 12 they are 4,320,000
    assert load("small.yaml", text=text + profiles).profiles
    # times 90 and 14 they are 5,040,000; one may come that was built up before; at the start and
    # the end a look at the sink and one at nothing else
    (fault,) = faults(text + profiles.replace("12}", "14}"))
    assert "sends 5,040,005 convoys" in fault.message
    # 6,000,000 t/day in convoys of 20 t over 20 days
    event = "events: {e: {at: 2 days, demand: line, to: 6000000 t/day}}"
    assert "sends 6,000,005 convoys" in faults(text + event)[0].message


def test_too_many_changes_are_refused_with_their_number() -> None:
    hours = ", ".join(f"{hour:02d}:00: {1 + hour}" for hour in range(24))
    text = TEXT.replace("length: 20 days", "length: 36500 days")
    profile = f"profiles: {{p: {{every: day, factors: {{{hours}}}, {{}}}}}}"
    # 24 changes on each of 36,500 days of one thing are 876,000, of six things 5,256,000
    six = "capacity: [a--b, a, b], speed: a--b, supply: line, demand: line"
    (fault,) = faults(text + profile.replace("{}", six))
    assert "the scenario changes 5,256,000 times, counted for each axis" in fault.message
    assert "more than 5,000,000" in fault.message
    five = six.replace(", b]", "]")
    assert load("small.yaml", text=text + profile.replace("{}", five)).profiles
    # two axes are planned at each of them: the changes of five things count 8,760,000
    other = "other: {actor: red, sources: {a: {}}, sinks: {b: {demand: 1 t/day}}}, "
    two = text.replace("axes: {", "axes: {" + other)
    assert "changes 8,760,000 times" in faults(two + profile.replace("{}", five))[0].message
