"""docs/scores.md: how the forecast on forces does against the record, before and now.

``make scores`` runs both forecasts anew and writes the page; a test holds it to fewer runs.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

import sim
from sim.measure.hindcast import DATES, OWN, PLACES

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/scores.md"
RUNS, AS_OF, START = 200, "2016-06-08", "2016-05-30"
RECORD = ROOT / "scenarios/records/north_syria_2016.yaml"
TEXT = """\
# Scores of the forecast on forces

Made by `make scores`. What each number means: [definitions.md](definitions.md). Lower is better;
the error is that of {runs} runs. The record:
`scenarios/records/north_syria_2016.yaml`.

## Version 0.1.0 and now

The rows differ, since the network has more places now: of those that Daesh held on 8 June 2016
version 0.1.0 has {old_places} and today's network {new_places}.
The baselines on the same rows tell how much of a change comes from that. *better*, *even* and
*worse* are against the model of the same column.

| asked | at | score | model | 0.1.0, from 30 May | 0.1.0 | now |
| --- | --- | --- | --- | ---: | ---: | ---: |
{scores}

## What the army takes, now

| event | record | comes in | CRPS, days |
| --- | --- | ---: | ---: |
{taken}

## What had been measured by hand

On version 0.1.0, 200 runs, the 39 places that Daesh held when the period begins, at 30
September: log score 0.72, Brier score 0.179. The column
*0.1.0, from 30 May* gives both again, and the log score of the constant rate, 0.54. Not found
again:

- 0.83 and 0.180 of 'nothing changes'. On record 8 of these 39 were lost by then, which gives
  0.95 and 0.205; 0.83 and 0.179 belong to 7 of 39, as where
  one of the two bridgeheads that fell by 1 June is put down as known.
- 0.155 of the constant rate's Brier score. No one chance for all places gives it together with
  0.54: with 7 or 8 of 39 lost a log score of 0.54 goes
  with a Brier score of 0.159 or more.
- A mean CRPS of eleven dates of about 31 days: which eleven is not kept. The {moved} events on
  record that came, or that came in some run, have {crps:.0f} days, counted from 30 May.
"""

CROSSROADS = ("places.sfaiyeh.", "places.rusafa.")
"""What the Rasafah crossroads are called in the network of today and in that of version 0.1.0."""


def before(folder: Path) -> Path:
    """The forecast of version 0.1.0 with the record of today, as far as its network has the places.

    The file is written into a folder, with copies of those that it extends.
    """
    old = Path(shutil.copytree(ROOT / "tests/data/before", folder / "before"))
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
        "extends": "double_offensive_forces.yaml",
        "score_on": [str(day) for day in record["score_on"]],
        "holders_on_record": held, "events_on_record": came,
    }  # fmt: skip
    file.write_text(yaml.safe_dump(document), "utf-8")
    return file


def ensembles(folder: Path, n: int) -> tuple[sim.Ensemble, sim.Ensemble]:
    """Both forecasts, so many runs of each, in a folder."""
    now = ROOT / "scenarios/double_offensive_forces.yaml"
    one, two = (
        sim.ensemble(file, n, out=folder / name, figures=False)
        for name, file in (("old", before(folder)), ("new", now))
    )
    return one, two


def page(old: sim.Ensemble, new: sim.Ensemble) -> str:
    """The whole page."""
    first, then, now = (
        sim.score(many, as_of=day) for many, day in ((old, START), (old, AS_OF), (new, AS_OF))
    )
    taken = [row for row in now.table("events").rows if row[0].startswith("The army takes")]
    return TEXT.format(
        runs=RUNS, old_places=_places(then), new_places=_places(now),
        scores="\n".join(_scores(first, then, now)),
        taken="\n".join(
            f"| {r[0]} | {r[1]} | {100 * r[2]:.0f} % | {_or_known(r[4])} |" for r in taken
        ),
        moved=len(_moved(first)), crps=sum(_moved(first)) / len(_moved(first)),
    )  # fmt: skip


def _places(scored: sim.Scored) -> int:
    return len({row.place for row in scored.found.places})


def _or_known(crps: float | None) -> str:
    return "known before" if crps is None else f"{crps:.1f}"


def _moved(scored: sim.Scored) -> list[float]:
    """The CRPS of the events that came on record, or in some run."""
    return [r.crps[OWN] for r in scored.found.scored if r.came is not None or r.chance > 0]


def _scores(*those: sim.Scored) -> list[str]:
    told: dict[tuple[str, ...], list[str]] = {}
    for i, scored in enumerate(those):
        for what, date, rule, model, score, error, verdict, _ in scored.table("scores").rows:
            if (what, date) not in (
                (PLACES, "all dates"),
                (PLACES, "2016-09-30"),
                (DATES, "all dates"),
            ):
                continue
            said = f"{score:.3f} ± {error:.3f}" if model == OWN else f"{score:.3f} {verdict}"
            told.setdefault((what, date, rule, model), [""] * len(those))[i] = said
    return [f"| {' | '.join([*key, *cells])} |" for key, cells in sorted(told.items())]


def main() -> None:
    """Write the page, of ensembles whose folders are given or of new ones."""
    with tempfile.TemporaryDirectory() as folder:
        if len(sys.argv) == 3:
            old, new = map(sim.open_ensemble, sys.argv[1:])
        else:
            old, new = ensembles(Path(folder), RUNS)
        PAGE.write_text(page(old, new), "utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
