"""An ensemble held against the record, and the folder that it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.base.diagnostics import did_you_mean
from sim.base.errors import BadInputError
from sim.base.files import fingerprint, write_json
from sim.measure.hindcast import Hindcast, Question, hindcast
from sim.measure.on_record import HoldersOnRecord
from sim.scenario.dates import parse_instant
from sim.scenario.faults import InputError
from sim.scenario.model import DAY, Scenario
from sim.tables import of_scores
from sim.tables.data import DataTable
from sim.tables.folder import make_folder
from sim.tables.manifest import Draw, draw_into, now, write_manifest

from .ensemble import Ensemble, rows_of

DATES = 5
"""Dates at which places are scored where neither the scenario nor the caller says which."""


@dataclass(frozen=True)
class Scored:
    """The scores of an ensemble's scenario; ``left_out`` are dates that could not be scored."""

    scenario: Scenario
    found: Hindcast
    left_out: tuple[str, ...] = ()

    @property
    def warnings(self) -> list[str]:
        """What is to be said before the scores."""
        found = []
        if self.scenario.kind != "forecast":
            found.append(f"{self.scenario.id} is a {self.scenario.kind}, not a forecast")
        if self.left_out:
            found.append(f"not within the forecast, so not scored: {', '.join(self.left_out)}")
        return found

    def tables(self) -> list[DataTable]:
        """scores, places (every one), listed, events."""
        of, scenario = self.found, self.scenario
        return [
            DataTable.of("scores", of_scores.scores(of, scenario)),
            DataTable.of("places", of_scores.listed(of, scenario, every=True)),
            DataTable.of("listed", of_scores.listed(of, scenario)),
            DataTable.of("events", of_scores.dates(of, scenario)),
        ]


def question(
    scenario: Scenario, side: str | None, as_of: str | None, on: Sequence[str]
) -> tuple[Question, tuple[str, ...]]:
    """What is to be scored, and the dates that are left out since they are not in the forecast.

    Raises:
        BadInputError: the scenario cannot be scored, or what is asked is not in it.
    """
    if scenario.kind == "replay":
        raise BadInputError(
            f"{scenario.id} is a replay: it was told the record, which scores nothing"
        )
    if not scenario.holders_on_record:
        raise BadInputError(f"{scenario.id} states no 'holders_on_record' to score it against")
    if side is None:
        main = scenario.main_axis
        if main is None:
            raise BadInputError("side: the scenario has no axis, so say whose places are scored")
        side = scenario.axes[main].actor
    elif side not in scenario.actors:
        raise BadInputError(f"side: unknown actor '{side}'{_meant(side, scenario.actors)}")
    start = _day_of_forecast(scenario, as_of)
    stated = list(on) or [day.isoformat() for day in scenario.score_on]
    asked = {text: _instant(scenario, "on", text) for text in stated}
    inside = {text: at for text, at in asked.items() if start < at <= scenario.length}
    if stated and not inside:
        raise BadInputError("on: no date lies between the day of the forecast and the end")
    step = (scenario.length - start) / DATES
    spread = (start + round(step * i / DAY) * DAY for i in range(1, DATES + 1))
    dates = inside.values() or (min(at, scenario.length) for at in spread)
    if not HoldersOnRecord(scenario).held_by(side, start):
        raise BadInputError(f"side: '{side}' held no place on record on the day of the forecast")
    _check_measures(scenario)
    left_out = tuple(text for text in asked if text not in inside)
    return Question(side, start, tuple(sorted({*dates}))), left_out


def _day_of_forecast(scenario: Scenario, as_of: str | None) -> int:
    if not (as_of or scenario.as_of):
        raise BadInputError(f"as_of: {scenario.id} does not say as of which day it is a forecast")
    text = as_of or (scenario.as_of.isoformat() if scenario.as_of else "")
    found = _instant(scenario, "as_of", text)
    if not 0 <= found < scenario.length:
        raise BadInputError(f"as_of: {text} is not within the period of the scenario")
    return found


def _instant(scenario: Scenario, name: str, text: str) -> int:
    try:
        return round(parse_instant(text, scenario.start))
    except InputError as error:
        hint = f"; {error.hint}" if error.hint else ""
        raise BadInputError(f"{name}: {error.message}{hint}") from error


def _check_measures(scenario: Scenario) -> None:
    """Raises BadInputError where an event on record names a place or an actor that is none."""
    for event in scenario.events_on_record.values():
        parts = event.measure.split(".")
        if parts[0] != "places":
            continue
        known: list[tuple[str, Iterable[str]]] = [
            ("place", scenario.network.places), ("actor", scenario.actors)
        ]  # fmt: skip
        for name, (kind, names) in zip(parts[1::2], known, strict=False):
            if name not in names:
                raise BadInputError(
                    f"events_on_record.{event.id}: '{event.measure}' names the unknown {kind} "
                    f"'{name}'{_meant(name, names)}"
                )


def _meant(name: str, known: Iterable[str]) -> str:
    near = did_you_mean(name, known)
    return f"; did you mean '{near}'?" if near else ""


def score_ensemble(
    ensemble: Ensemble, side: str | None = None, as_of: str | None = None, on: Sequence[str] = ()
) -> Scored:
    """Score an ensemble against what its scenario states to be on record.

    Raises:
        BadInputError: as :func:`question`, or its journal does not tell who held what.
    """
    asked, left_out = question(ensemble.scenario, side, as_of, on)
    rows = list(rows_of(ensemble))
    if any("held" not in row for row in rows):
        raise BadInputError(
            f"the journal of {ensemble.folder} does not tell who held which place: a version "
            "before this one wrote it; run its scenario again"
        )
    return Scored(ensemble.scenario, hindcast(ensemble.scenario, rows, asked), left_out)


def write_scores(
    scored: Scored, out: Path | None = None, *, draw: Draw | None = None, argv: Sequence[str] = ()
) -> Path:
    """Write the folder of scores, whole or not at all but for its figures, and return it.

    Raises:
        FolderError: the folder holds something already or cannot be written.
        FullDiskError: there is no room for it.
    """
    document = of_scores.document(scored.found, scored.scenario)
    head = {"status": "complete", "seed": scored.scenario.seed, "started": now()}

    def fill(place: Path) -> None:
        write_json(place / "score.json", document)
        text = of_scores.markdown(scored.found, scored.scenario)
        (place / "score.md").write_text(text, encoding="utf-8")
        for table in scored.tables():
            table.write_csv(place / f"{table.name}.csv")
        write_manifest(place, head, argv, pending=draw is not None)

    target = make_folder(out, "score", fingerprint(document), fill)
    draw_into(target, draw)
    return target
