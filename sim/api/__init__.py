"""The public API: what scripts, notebooks and the command line call.

>>> import sim
>>> run = sim.run("my_scenario.yaml")
>>> run.plot("axis", "my_axis")
>>> run.write("my-run")

Nothing here prints, and all that can go wrong for want of right input or room is a
:class:`sim.Error`. Each name is imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.base.diagnostics import ScenarioError
    from sim.base.errors import BadInputError, Error, FailedError, FolderError, FullDiskError
    from sim.tables.data import DataTable

    from .audits import Audited, audit
    from .axes import Cut, cut, interdict, rank, reliability
    from .calibrations import Calibrated, calibrate
    from .comparisons import Comparison, ManyComparison, compare
    from .ensembles import Ensemble, SensitivityStudy, Study
    from .exploring import Explorer, explore
    from .files import CheckedFile, schema, summary, validate
    from .films import film
    from .judging import Verdicts, verdicts
    from .listings import Listing, listing
    from .many import (
        StudyPlan,
        ensemble,
        merge,
        open_ensemble,
        open_study,
        plan_study,
        resume,
        study,
    )
    from .networks import Network
    from .pages import figures, report
    from .reliable import Relied
    from .runs import Run, RunFolder, open_run, run
    from .scenarios import Scenario, load
    from .scores import Scored, score
    from .shipped import Example, examples, init
    from .standings import Beside, beside
    from .verifying import Verified, verify

__all__ = [
    "Audited", "BadInputError", "Beside", "Calibrated", "CheckedFile", "Comparison", "Cut",
    "DataTable", "Ensemble", "Error", "Example", "Explorer", "FailedError", "FolderError",
    "FullDiskError", "Listing", "ManyComparison", "Network", "Relied", "Run", "RunFolder",
    "Scenario", "ScenarioError", "Scored", "SensitivityStudy", "Study", "StudyPlan", "Verdicts",
    "Verified", "audit", "beside", "calibrate", "compare", "cut", "ensemble", "examples", "explore",
    "figures", "film", "init", "interdict", "listing", "load", "merge", "open_ensemble", "open_run",
    "open_study", "plan_study", "rank", "reliability", "report", "resume", "run", "schema", "score",
    "study", "summary", "validate", "verdicts", "verify",
]  # fmt: skip

_HOMES = {
    "sim.base.diagnostics": ("ScenarioError",),
    "sim.base.errors": ("BadInputError", "Error", "FailedError", "FolderError", "FullDiskError"),
    "sim.tables.data": ("DataTable",),
    "sim.api.audits": ("Audited", "audit"),
    "sim.api.calibrations": ("Calibrated", "calibrate"),
    "sim.api.comparisons": ("Comparison", "ManyComparison", "compare"),
    "sim.api.files": ("CheckedFile", "schema", "summary", "validate"),
    "sim.api.films": ("film",),
    "sim.api.ensembles": ("Ensemble", "SensitivityStudy", "Study"),
    "sim.api.many": (
        "StudyPlan", "ensemble", "merge", "open_ensemble", "open_study", "plan_study", "resume",
        "study",
    ),
    "sim.api.exploring": ("Explorer", "explore"),
    "sim.api.judging": ("Verdicts", "verdicts"),
    "sim.api.listings": ("Listing", "listing"),
    "sim.api.axes": ("Cut", "cut", "interdict", "rank", "reliability"),
    "sim.api.networks": ("Network",),
    "sim.api.pages": ("figures", "report"),
    "sim.api.reliable": ("Relied",),
    "sim.api.runs": ("Run", "RunFolder", "open_run", "run"),
    "sim.api.scenarios": ("Scenario", "load"),
    "sim.api.scores": ("Scored", "score"),
    "sim.api.shipped": ("Example", "examples", "init"),
    "sim.api.standings": ("Beside", "beside"),
    "sim.api.verifying": ("Verified", "verify"),
}  # fmt: skip
"""Where each public name is at home."""


if not TYPE_CHECKING:  # for whom a module of any attribute has every one that is misspelt

    def __getattr__(name: str) -> object:
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(home), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
