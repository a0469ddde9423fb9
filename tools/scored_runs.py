"""The runs that docs/scores.md scores: of today, of version 0.1.0, and of that version's engine.

What the engine of version 0.1.0 gave is run by that engine itself, so the history of the repository
is needed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from against import checkout

import sim
from sim.measure.hindcast import Row
from sim.measure.holders import changes
from sim.scenario.model import Scenario
from sim.state.record import ControlRow, Record

ROOT = Path(__file__).parent.parent
BEFORE = ROOT / "tests/data/before"
RECORD = ROOT / "scenarios/records/north_syria_2016.yaml"
AS_OF = "2016-06-08"
FORECAST = "double_offensive_forces.yaml"
FROM_30_MAY = "double_offensive_from_30_may.yaml"
LEARNED = "calibrations/north_syria_2016_learned.yaml"
CLAIMS = ("c01_forecast", "c01_two_towns")

RULES = ("fed", "manoeuvre", "memory", "reserves", "leave", "bodies", "background")
NONE, ALL, EARLY, EARLY_ALL = "no rule", "all rules", "30 May, no rule", "30 May, all rules"
"""Forecasts that differ by their rules of behaviour, beside those with each rule alone."""

ENGINE = "e02e3b3"
"""A commit with the engine of version 0.1.0, before what it says was mended."""

CROSSROADS = ("places.sfaiyeh.", "places.rusafa.")
"""What the Rasafah crossroads are called in the network of today and in that of version 0.1.0."""


def before(folder: Path) -> Path:
    """The forecast of version 0.1.0 with the record of today, as far as its network has the places.

    The file is written into a folder, with copies of those that it extends.
    """
    old = Path(shutil.copytree(BEFORE, folder / "before"))
    places = yaml.safe_load((old / "networks/north_syria_2016.yaml").read_text("utf-8"))["places"]
    record = yaml.safe_load(RECORD.read_text("utf-8"))
    held: dict[str, Any] = {}
    for key, holding in record["holders_on_record"].items():
        named = holding["place"] if isinstance(holding["place"], list) else [holding["place"]]
        if known := [place for place in named if place in places]:
            held[key] = {"place": known, "by": holding["by"], "at": str(holding["at"])}
    came: dict[str, Any] = {}
    for key, event in record["events_on_record"].items():
        measure = event["measure"].replace(*CROSSROADS)
        if measure.split(".")[1] in places:
            kept = {k: str(v) for k, v in event.items() if k in ("at", "until", "text")}
            came[key] = {**kept, "measure": measure}
    file = old / "scored.yaml"
    document = {
        "format": 1, "id": "before", "title": "Version 0.1.0", "kind": "forecast", "as_of": AS_OF,
        "extends": FORECAST,
        "score_on": [str(day) for day in record["score_on"]],
        "holders_on_record": held, "events_on_record": came,
    }  # fmt: skip
    file.write_text(yaml.safe_dump(document), "utf-8")
    return file


def claim_before(old: Path, name: str) -> Path:
    """The file of a claim beside the scenarios of version 0.1.0, which it extends there."""
    file = old / f"{name}.yaml"
    text = (ROOT / f"scenarios/claims/{name}.yaml").read_text("utf-8")
    file.write_text(text.replace("extends: ../", "extends: "), "utf-8")
    return file


@dataclass(frozen=True)
class Runs:
    """All that is scored. ``engine`` has what the engine of 0.1.0 gave, as rows of a journal.

    ``rules`` has today's forecast with no rule of behaviour, each of ``RULES`` alone, and all, and
    that from 30 May with none and all. ``claims`` has the ensembles of each claim on the roads of
    version 0.1.0, and on those of today.
    """

    old: sim.Ensemble
    rules: dict[str, sim.Ensemble]
    learned: sim.Ensemble
    engine: list[Row]
    claims: dict[str, tuple[sim.Ensemble, sim.Ensemble]]


def carry_out(folder: Path, n: int) -> Runs:
    """So many runs of each forecast in a folder; what is there is not run again."""

    def many(name: str, file: Path, sets: Sequence[str] = ()) -> sim.Ensemble:
        place = folder / name.replace(" ", "_").replace(",", "")
        if place.exists():
            return sim.open_ensemble(place)
        return sim.ensemble(sim.load(file, sets=sets), n, out=place, figures=False)

    with tempfile.TemporaryDirectory() as scratch:
        scored = before(Path(scratch))
        now = ROOT / "scenarios"
        old = many("old", scored)
        claims = {
            name: (
                many(f"old_{name}", claim_before(scored.parent, name)),
                many(f"new_{name}", now / f"claims/{name}.yaml"),
            )
            for name in CLAIMS
        }
    file = folder / "engine.json"
    if not file.exists():
        file.write_text(json.dumps(list(rows_of_engine(old.scenario, n))), "utf-8")
    engine = json.loads(file.read_text("utf-8"))
    rules = {
        name: many(name, now / file, [f"rules.{rule}=null" for rule in RULES if rule not in kept])
        for name, file, kept in variants()
    }
    return Runs(old, rules, many("learned", now / LEARNED), engine, claims)


def variants() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The forecasts that differ by their rules: name, file, and the rules that they keep."""
    yield EARLY, FROM_30_MAY, ()
    yield EARLY_ALL, FROM_30_MAY, RULES
    yield NONE, FORECAST, ()
    for rule in RULES:
        yield rule, FORECAST, (rule,)
    yield ALL, FORECAST, RULES


OTHER_ENGINE = """
import json, sys
from pathlib import Path
from sim.engine import simulation
from sim.measure.summary import Analysis
from sim.scenario.loader import load
scenario = load(Path(sys.argv[1]))
for replicate in range(int(sys.argv[2])):
    record = simulation.run(scenario, replicate=replicate, credit=False)
    measures = Analysis(scenario, record).measures
    print(json.dumps({
        "control": [row for row in record.control if (row.kind, row.what) == ("place", "holders")],
        "measures": {path: measures[path].value for path in sys.argv[3:] if path in measures},
    }))
"""


def rows_of_engine(scenario: Scenario, n: int) -> Iterator[Row]:
    """What runs of the engine of version 0.1.0 gave, as far as scores are made from it.

    No raid is in this scenario, so the holders of an instant are the lasting ones.
    """
    asked = sorted({event.measure for event in scenario.events_on_record.values()})
    done = subprocess.run(
        [sys.executable, "-c", OTHER_ENGINE, str(BEFORE / FORECAST), str(n), *asked],
        env={**os.environ, "PYTHONPATH": str(checkout(ENGINE))},
        cwd=tempfile.gettempdir(), check=True, capture_output=True, text=True,
    )  # fmt: skip
    for replicate, line in enumerate(done.stdout.splitlines()):
        row = json.loads(line)
        control = [ControlRow(*values) for values in row["control"]]
        record = Record(scenario.seed, replicate, scenario.length, control=control)
        yield {"measures": row["measures"], "held": changes(scenario, record)}
