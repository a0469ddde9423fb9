"""The shipped studies: every cell fits its base, and every measure is there to be studied."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.many.design import read_design
from sim.many.inputs import uncertain
from sim.many.studies import check_measures, scenarios

STUDIES = sorted((Path(__file__).parents[1] / "scenarios" / "studies").glob("*.yaml"))


MANY_CELLS = {"coordination", "fronts_1_to_5", "three_towns"}
"""Studies whose cells take seconds to make."""


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (path.stem in MANY_CELLS))
        for path in STUDIES
    ],
)
def test_a_study_can_be_run(path: Path) -> None:
    design = read_design(path)
    if design.sensitivity is None:
        made = scenarios(design)
        assert len({scenario.id for scenario in made}) == len(design.cells) > 1
        assert len({scenario.seed for scenario in made}) == 1
    else:
        from sim.scenario.loader import load

        base = load(design.base)
        check_measures(design, [base])
        assert uncertain(base)
