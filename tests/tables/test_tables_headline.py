"""What is said first of an axis, on runs whose capacity follows from a few events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim import api
from sim.base.said import Name, Said, Sentence, at, counted, listed, names, several, share
from sim.measure.compare import compare
from sim.scenario.model import DAY, Scenario
from sim.tables.headline import Teller, arrived, binding, capacity, common_axis, headline, missing
from sim.tables.terminal_compare import print_comparison

Make = Callable[..., Scenario]


def to(kg: int, day: float, days: float | None = None) -> dict[str, Any]:
    """The road's 10 t/day become ``kg`` kg/day on a day, for so many days."""
    lasts = None if days is None else days * DAY
    return {"kind": "damage", "roads": "s-t", "loss": 1 - kg / 10_000, "at": day * DAY,
            "lasts": lasts}  # fmt: skip


def opened(day: float) -> dict[str, Any]:
    return {"kind": "open", "roads": "s-t", "at": day * DAY}


def shut(day: float) -> dict[str, Any]:
    return {"kind": "close", "roads": "s-t", "at": day * DAY}


def ran(make: Make, *events: dict[str, Any], road: str = "s-t:1/10000", **axis: Any) -> api.Run:
    line = {"sources": "s", "sinks": {"t": {"demand": 8_000, "stock": 800}}, "size": 10, **axis}
    told = {f"e{i}": event for i, event in enumerate(events)}
    return api.run(make(road, axes={"line": line}, events=told))


@pytest.mark.parametrize(
    ("events", "road", "said"),
    [
        ([], "s-t:1/10000!", "line was never open"),
        ([opened(2)], "s-t:1/10000!", "line was not open at the start, ends with 10 t/day"),
        ([opened(2), shut(7)], "s-t:1/10000!",
         "line was not open at the start and is cut at the end, 5 days in all"),
        ([shut(4)], "s-t:1/10000",
         "line loses all that it could carry, 10 t/day: it is cut for good on day 4"),
        ([shut(2), opened(3), shut(4)], "s-t:1/10000",
         "line loses all that it could carry, 10 t/day: it is cut for good on day 4, after a "
         "first cut on day 2"),
        ([shut(2), opened(3)], "s-t:1/10000",
         "line is cut for 1 day, first on day 2, and open again at the end with all of 10 t/day"),
        ([to(2_000, 3, 4)], "s-t:1/10000", "line falls to 2 t/day from day 3 to day 7, then back "
         "to 10"),
        ([to(2_000, 3, 1), to(2_000, 6, 2)], "s-t:1/10000",
         "line falls to 2 t/day for 3 days in all, first on day 3, then back to 10"),
        ([to(2_000, 3, 1), to(5_000, 6)], "s-t:1/10000",
         "line falls to 2 t/day from day 3 to day 4, and ends with 5 of 10 t/day"),
        ([to(6_000, 3), to(5_000, 6)], "s-t:1/10000",
         "line goes from 10 to 3 t/day, its least, first on day 6"),
        ([], "s-t:1/10000", "line keeps all that it could carry, 10 t/day, all along"),
        ([opened(2), shut(4)], "s-t:1/10000 s-t#2:5/3000",
         "line goes from 13 to 3 t/day, its least, first on day 4"),
        ([{"kind": "open", "roads": "s-t#2", "at": DAY}], "s-t:1/10000 s-t#2:5/3000!",
         "line goes from 10, its least, to 13 t/day"),
        ([{"kind": "open", "roads": "s-t#2", "at": DAY},
          {"kind": "close", "roads": "s-t#2", "at": 2 * DAY}], "s-t:1/10000 s-t#2:5/3000!",
         "line never carries less than at the start and at the end, 10 t/day"),
    ],
)  # fmt: skip
def test_capacity_is_told_over_the_whole_path(
    make: Make, events: list[dict[str, Any]], road: str, said: str
) -> None:
    assert capacity(Teller(ran(make, *events, road=road).summary), "line") == said


def test_what_binds_is_told_with_how_long(make: Make) -> None:
    def told(*events: dict[str, Any], **axis: Any) -> str:
        return binding(Teller(ran(make, *events, **axis).summary), "line")

    # 8 t/day are asked of a road of 10
    assert told() == "bound by need all along"
    assert told(to(2_000, 3, 4)) == "bound by roads for 4 days and by need for 6 days"
    assert told(supply={"s": 5_000}) == "bound by sources all along"
    both = told(to(2_000, 3, 4), supply={"s": 5_000})
    assert both == "bound by roads for 4 days and by sources for 6 days"
    assert told(sinks={"t": {}}) == "nothing was asked of it"
    lost = {"kind": "capture", "places": "t", "by": "blue", "at": 7 * DAY}
    assert told(lost) == "bound by need for 7 days; nothing asked for 3 days"
    assert told(road="s-t:1/10000!") == "bound by roads all along"


def test_a_sink_that_nothing_reaches_is_named_though_the_total_looks_well(make: Make) -> None:
    sinks = {"t": {"demand": 8_000, "stock": 100_000}, "u": {"demand": 500, "stock": 1_000}}
    run = ran(make, road="s-t:1/10000 t-u:1!", sinks=sinks)
    tell = Teller(run.summary, str.upper)
    # u eats 5 t in 10 days and has 1, which lasts 2; all together need 85
    assert arrived(tell, "line") == (
        "of 85 t needed at its sinks 4 t (5 %) was not there, over 8 days; most at U, 80 % of its "
        "5 t; nothing was delivered to U"
    )
    assert missing(tell, "line").startswith("5 % of what was needed was not there; most at U, 80 %")
    sinks = {"t": {"demand": 8_000, "stock": 100_000}, "u": {"demand": 500, "stock": 9_000}}
    tell = Teller(ran(make, road="s-t:1/10000 t-u:1!", sinks=sinks).summary)
    assert arrived(tell, "line") == (
        "all of the 85 t needed at its sinks was there; nothing was delivered to U"
    )
    tell = Teller(ran(make, sinks={"t": {}}).summary)
    assert arrived(tell, "line") == "nothing was needed at its sinks"
    assert missing(tell, "line") == "nothing was needed"


def test_a_share_of_more_than_nothing_is_not_said_to_be_nothing() -> None:
    paths = {"none": 0.0, "few": 0.001, "some": 0.125, "most": 0.999, "all": 1.0}
    measures = {path: {"value": value, "unit": "1"} for path, value in paths.items()}
    tell = Teller({"scenario": {"start": None}, "measures": measures})
    assert [tell.share(p) for p in paths] == ["0 %", "under 1 %", "12 %", "over 99 %", "100 %"]


def test_a_run_of_an_earlier_version_is_told_without_what_it_lacks(make: Make) -> None:
    summary = dict(ran(make, to(5_000, 3)).summary)
    new = ("needed", "bound_by", "nothing_asked", "least", "unmet")
    summary["measures"] = {
        path: measure
        for path, measure in summary["measures"].items()
        if (path.endswith("capacity_least") and "_at_" not in path and "time" not in path)
        or not any(word in path for word in new)
    }  # fmt: skip
    tell = Teller(summary)
    assert headline(tell, "line") == "line goes from 10 to 5 t/day, its least"
    assert arrived(tell, "line") == ""


def test_where_deliveries_do_not_differ_a_comparison_says_so_first(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, less = ran(make), ran(make, to(9_000, 2))
    print_comparison(compare([whole.outcome("a"), less.outcome("b")]))
    first = capsys.readouterr().out.splitlines()[0]
    # a convoy of 10 kg 800 times a day: 80 t, but for those that are on the road at the end
    sent = whole.summary["measures"]["axes.line.delivered"]["value"]
    assert round(sent) == 80
    assert first == "Deliveries of line do not differ: 80 t reaches its sinks in each run"
    print_comparison(compare([whole.outcome("a"), ran(make, to(2_000, 2)).outcome("b")]))
    assert "do not differ" not in capsys.readouterr().out
    assert common_axis([whole.summary, less.summary]) == "line"
    assert common_axis([whole.summary, {**less.summary, "axes": {}}]) is None


def test_a_sentence_knows_its_parts() -> None:
    lost = Said("3 convoys", 3, "convoys", "axes.a.convoys_lost")
    inner = Sentence("of ", Name("Fort 7"))
    sentence = Sentence(lost, " ", inner, " are lost")
    assert sentence == "3 convoys of Fort 7 are lost"
    assert sentence.parts == (lost, " ", "of ", "Fort 7", " are lost")
    assert isinstance(sentence.parts[3], Name)
    assert inner.capitalized() == "Of Fort 7"
    assert sentence.capitalized() == sentence
    assert several([Name("a"), Name("b"), Name("c")]) == "a, b and c"
    assert several([]) == ""
    assert (counted(1, "loss", "losses"), counted(2_000, "convoy")) == ("1 loss", "2,000 convoys")
    assert counted(1, "convoy").unit == "convoys"


def test_a_sentence_has_clauses() -> None:
    found = Sentence("cut on ", Said("9 May", 8.0, "day"), "; ", "held by ", Name("A; B"), "; gone")
    assert found.clauses() == ["cut on 9 May", "held by A; B", "gone"]
    assert found.clauses()[1].capitalized() == "Held by A; B"
    assert [type(part) for part in found.clauses()[0].parts] == [str, Said]


def test_names_are_counted_where_they_are_many() -> None:
    assert (names([], 2), listed([])) == ("nothing", "nothing")
    assert names(["a", "b", "c"], 2) == "a, b and 1 more"
    assert [listed(list("abcde")[:n], "or") for n in (1, 2, 3, 5)] == [
        "a", "a or b", "a, b or c", "a, b, c or 2 more"
    ]  # fmt: skip
    more = next(part for part in listed(list("abcde")).parts if isinstance(part, Said))
    assert (more, more.value, more.unit) == ("2 more", 2, "names")
    assert [share(s) for s in (0, 0.004, 0.34, 0.996, 1)] == [
        "0 %", "under 1 %", "34 %", "over 99 %", "100 %"
    ]  # fmt: skip


def test_a_path_leads_through_maps_and_lists() -> None:
    document = {"a.b": [{"path": "c.d", "x": 3}, {"path": "e", "x": 4}]}
    assert (at(document, "a.b/1/x"), at(document, "a.b/c.d/x")) == (4, 3)
    for lost in ("a.b/7/x", "a/1"):
        with pytest.raises(LookupError):
            at(document, lost)
