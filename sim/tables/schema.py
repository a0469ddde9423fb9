"""What the columns of tables hold, stated once: kinds, units, meanings.

Parquet files carry it with their columns, and docs/export.md lists it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple


class Said(NamedTuple):
    """What a column holds: its kind of values, what they mean, and their unit if they have one."""

    kind: type
    meaning: str
    unit: str = ""


class TableSaid(NamedTuple):
    """What the rows of a table are, and its columns."""

    about: str
    columns: Mapping[str, Said]


_WHEN = {
    "time_s": Said(int, "the instant in seconds from the start", "s"),
    "day": Said(float, "the same in days", "day"),
    "date": Said(datetime, "the same as a date, where the period has a start"),
}
_ENDS = {
    "origin": Said(str, "the place that it goes from"),
    "destination": Said(str, "the place that it goes to"),
    "kg_per_day": Said(int, "what is planned from then on", "kg/day"),
}
_SERIES = {
    "subject": Said(str, "what it is about, as axis:ID, sink:AXIS/PLACE, actor:ID"),
    "measure": Said(str, "what is measured, with its unit at its end"),
    "value": Said(int, "the value from then on, in the unit of its measure"),
}
_MEASURE = {
    "measure": Said(str, "path of a measure"),
    "unit": Said(str, "unit of the measure"),
}
_CLAIM = {
    "claim": Said(str, "id of the claim"),
    "text": Said(str, "what is claimed"),
    "measure": Said(str, "path of the measure that it is about"),
}
_ORIGIN = {"stated_in": Said(str, "the file that an inherited claim is from")}

RUN: Mapping[str, TableSaid] = {
    "measures": TableSaid(
        "what was found, one row a measure",
        {"measure": _MEASURE["measure"],
         "value": Said(float, "its value; none where it did not come or does not apply"),
         "unit": _MEASURE["unit"]},
    ),
    "claims": TableSaid(
        "what the scenario claims, one row a claim",
        {**_CLAIM,
         "when_day": Said(float, "the instant it is about; none: the whole period", "day"),
         "relation": Said(str, "how observed and claimed value are to stand"),
         "value": Said(str, "what is claimed"), "observed": Said(str, "what was observed"),
         "unit": Said(str, "unit of both"), "verdict": Said(str, "true, false or undecided"),
         **_ORIGIN},
    ),
    "control": TableSaid(
        "the state of places and roads, a row for each change",
        {**_WHEN, "kind": Said(str, "place or road"), "id": Said(str, "which"),
         "what": Said(str, "holders, lasting, besieged, sealed, state, kept, capacity, seconds"),
         "value": Said(str, "its value from then on")},
    ),
    "timeseries": TableSaid("values over time of axes, sinks, forces", {**_WHEN, **_SERIES}),
    "flows": TableSaid(
        "what each axis plans to send over each road",
        {**_WHEN, "axis": Said(str, "the axis"), "road": Said(str, "the road"), **_ENDS},
    ),
    "loads": TableSaid(
        "what all axes together plan to send, in standard loads",
        {**_WHEN, "kind": Said(str, "place or road"), "id": Said(str, "which"), **_ENDS},
    ),
    "events": TableSaid(
        "what happened, in order",
        {**_WHEN, "kind": Said(str, "what kind of thing"), "subject": Said(str, "to what"),
         "cause": Said(str, "the event of the scenario behind it"),
         "text": Said(str, "what is said of it")},
    ),
    "regroup": TableSaid(
        "displaced strength, men who were sent, and garrisons that went, one row a move",
        {**_WHEN, "actor": Said(str, "whose men"), "origin": Said(str, "where they set out"),
         "choice": Said(str, "place or exit that they chose"),
         "persons": Said(int, "how many", "persons"),
         "probability": Said(float, "the share that the model of choice gave it"),
         "travel_s": Said(int, "how long the way takes", "s"),
         "outcome": Said(str, "what became of them"),
         "ended_s": Said(int, "when that was, in seconds from the start", "s"),
         "kind": Said(str, "displaced, reserve (sent to a front), sent (by a decision), went, "
                           "broke out or by agreement")},
    ),
    "actors": TableSaid("values over time of the sides", {**_WHEN, **_SERIES}),
}  # fmt: skip
"""The tables of a run."""

ENSEMBLE: Mapping[str, TableSaid] = {
    "measures": TableSaid(
        "what the runs say of each measure",
        {**_MEASURE,
         "n": Said(int, "runs that have a value"),
         "mean": Said(float, "mean over the runs, in the unit of the measure"),
         "low": Said(float, "95 % interval of the mean, its lower end"),
         "high": Said(float, "95 % interval of the mean, its upper end"),
         "median": Said(float, "median"), "q25": Said(float, "quarter of the runs are below it"),
         "q75": Said(float, "three quarters of the runs are below it"),
         "q05": Said(float, "5 % of the runs are below it"),
         "q95": Said(float, "95 % of the runs are below it"),
         "came": Said(float, "share of the runs in which a time came", "1"),
         "restricted_mean": Said(float, "of a time: mean days without it in the period", "day"),
         "restricted_low": Said(float, "95 % interval of that mean, its lower end", "day"),
         "restricted_high": Said(float, "95 % interval of that mean, its upper end", "day")},
    ),
    "claims": TableSaid(
        "in how many runs each claim came out how",
        {**_CLAIM, "true": Said(int, "runs in which it is true"),
         "false": Said(int, "runs in which it is false"),
         "undecided": Said(int, "runs in which it is undecided"), **_ORIGIN},
    ),
    "replicates": TableSaid(
        "one row a run; a column for each measure by its path, `claims.ID` for each verdict",
        {"replicate": Said(int, "number of the run")},
    ),
    "inputs": TableSaid(
        "one row a run; a column for each input in base units and each chance, none if not drawn",
        {"replicate": Said(int, "number of the run")},
    ),
}  # fmt: skip
"""The tables of an ensemble; those of one row a run have a column for each thing besides."""
