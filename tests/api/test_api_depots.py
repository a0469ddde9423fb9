"""Depots in all that is done with a scenario: ensembles, studies, comparisons, pages, exports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sim
from sim.many.ensemble import rows_of

HUB = Path(__file__).parents[1] / "data/cases/supply/hub_runs_empty.yaml"
TEXT = HUB.read_text("utf-8").replace("supply: 20 t/day", "supply: 20 t/day, from_stock: true")
SHIPPED = "axes.b_out.sources.hub.shipped"
FLOOR = "axes.b_out.sources.hub.floor"


def summary(ensemble: sim.Ensemble) -> dict[str, float]:
    stated = json.loads((ensemble.folder / "summary.json").read_text("utf-8"))
    return {path: m["mean"]["value"] for path, m in stated["measures"].items() if path == SHIPPED}


@pytest.fixture(scope="module")
def ranged(tmp_path_factory: pytest.TempPathFactory) -> sim.Ensemble:
    scenario, out = sim.load(TEXT, sets={FLOOR: "10..60 t"}), tmp_path_factory.mktemp("depots")
    return sim.ensemble(scenario, 4, out=out / "many", workers=1, figures=False)


def test_a_floor_may_be_a_range_and_each_run_draws_it(ranged: sim.Ensemble) -> None:
    rows = list(rows_of(ranged))
    found = [(r["drawn"]["axis:b_out:source:hub:floor"], r["measures"][SHIPPED]) for r in rows
             if "drawn" in r]  # fmt: skip
    assert len(found) == len({floor for floor, _ in found}) == 4
    # the more is kept, the less is shipped
    assert sorted(found) == sorted(found, key=lambda one: (-one[1], one[0]))


def test_floors_are_compared_and_studied(ranged: sim.Ensemble, tmp_path: Path) -> None:
    none = sim.ensemble(sim.load(TEXT), 4, out=tmp_path / "none", workers=1, figures=False)
    assert summary(none)[SHIPPED] > summary(ranged)[SHIPPED]
    both = sim.compare(ranged, none)
    assert SHIPPED in (both.write(tmp_path / "both", figures=False) / "differences.csv").read_text()
    base = tmp_path / "base.yaml"
    base.write_text(TEXT)
    grid = {"floor": {"none": {"set": {}}, "some": {"set": {FLOOR: "40 t"}}}}
    design = {"format": 1, "title": "t", "base": str(base), "grid": grid, "measures": [SHIPPED]}
    study = sim.study(design, 2, out=tmp_path / "study", workers=1, figures=False)
    assert SHIPPED in (study.folder / "effects.csv").read_text()


def test_a_run_from_a_depot_is_reported_and_exported(tmp_path: Path) -> None:
    folder = sim.run(sim.load(TEXT)).write(tmp_path / "run", figures=False)
    again = sim.run(sim.load(folder / "scenario.resolved.yaml")).write(
        tmp_path / "b", figures=False
    )
    for name in ("timeseries.csv", "events.csv", "flows.csv", "summary.json"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()
    page = sim.report(folder).read_text("utf-8")
    assert "has nothing left to ship for" in page
    sim.open_run(folder).export(tmp_path / "run.geojson")
    assert (tmp_path / "run.geojson").stat().st_size > 0
