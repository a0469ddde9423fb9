"""The seeds and the scenarios name each other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from sim.many.design import read_design
from sim.scenario.loader import load

ROOT = Path(__file__).parents[1]
CLAIMS = ROOT / "scenarios" / "claims"
FORECASTS = [
    path
    for folder in ("scenarios", "scenarios/claims")
    for path in sorted((ROOT / folder).glob("*.yaml"))
    if "kind: forecast" in path.read_text("utf-8")
]


def test_each_claim_names_the_scenarios_that_bear_on_it() -> None:
    claims = yaml.safe_load((ROOT / "seeds" / "claims.yaml").read_text(encoding="utf-8"))["claims"]
    bearing: dict[str, set[str]] = {claim: set() for claim in claims}
    for path in (ROOT / "scenarios").glob("*.yaml"):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        sharper = [c["claim"] for c in told.get("claims", {}).values() if c and "claim" in c]
        for claim in {*told.get("tests", ()), *sharper}:
            bearing[claim].add(path.stem)
    assert {claim: set(told["scenarios"]) for claim, told in claims.items()} == bearing
    assert all(bearing.values())


def seeds() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "seeds" / "claims.yaml").read_text("utf-8"))
    return found["claims"]


@cache
def asked(path: Path) -> tuple[str, str, bool]:
    """The seed's claim that a file asks, the measure of its claim, and whether it is decidable."""
    told = yaml.safe_load(path.read_text("utf-8"))
    if "base" in told:
        (claim,) = read_design(path).claims
    else:
        scenario = load(path)
        assert scenario.asks is not None, path.name
        claim = scenario.claims[scenario.asks]
    assert claim.seed_claim is not None, path.name
    assert claim.record, f"{path.name}: what is on record?"
    return claim.seed_claim, claim.measure, claim.undecidable is None


def test_each_claim_is_asked_by_a_file_of_its_own() -> None:
    by_file = {path.stem: asked(path)[0] for path in CLAIMS.glob("*.yaml")}
    judged = {stem: claim for claim, told in seeds().items() for stem in told["judged_by"]}
    assert by_file == judged
    assert set(by_file.values()) == {f"C{n}" for n in range(1, 15)}


def test_claims_are_asked_by_measures_that_mean_them() -> None:
    found = {claim: told for claim, *told in map(asked, CLAIMS.glob("*.yaml"))}
    # the border is a matter of gates that are held, not of what a line carries
    assert found["C3"][0].startswith("links.")
    assert found["C13"][0] == "links.daesh.TR.time_of_loss"
    # a claim about men asks of all who moved, the sent among them
    assert found["C6"][0] == "moves.daesh.to.jordan_border.share"
    assert {claim for claim, (_, decidable) in found.items() if not decidable} == {"C9", "C10"}


@pytest.mark.parametrize("path", sorted(CLAIMS.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_file_of_a_claim_is_valid_without_a_warning(path: Path) -> None:
    checked = sim.validate(path)
    assert checked.error is None
    assert not checked.warnings


RECORD = {"holders_on_record", "events_on_record", "moves_on_record", "on_record", "claims"}
WORDS = {
    "accepts", "about", "as_of", "asks", "color", "country", "credit", "format", "id", "kind",
    "known_on", "luck", "name", "note", "period", "sample", "score_on", "seed", "source", "sources",
    "tests", "text", "title", "truck_load", "trust",
}  # fmt: skip


def unfounded(value: Any, path: tuple[str, ...] = (), covered: bool = False) -> Iterator[str]:
    """Numbers of a scenario that neither say when they were known, nor that they are assumed.

    Either may be said of the number, or of the thing or section that it stands in.
    """
    if isinstance(value, dict):
        covered = covered or "known_on" in value or "assumed" in str(value.get("trust", ""))
        for key, part in value.items():
            if key not in RECORD | WORDS:
                yield from unfounded(part, (*path, str(key)), covered)
    elif isinstance(value, list):
        for part in value:
            yield from unfounded(part, path, covered)
    elif not covered and not isinstance(value, bool) and any(c.isdigit() for c in str(value)):
        yield ".".join(path)


@pytest.mark.parametrize("path", FORECASTS, ids=lambda p: p.stem)
def test_every_number_of_a_forecast_was_known_or_is_assumed(path: Path) -> None:
    scenario = load(path)
    assert str(scenario.as_of) == "2016-06-08"
    assert list(unfounded(dict(scenario.resolved))) == []


def test_what_was_learned_is_a_forecast_of_the_day_on_which_its_window_ends() -> None:
    learned = load(ROOT / "scenarios/calibrations/north_syria_2016_learned.yaml")
    assert (learned.kind, str(learned.as_of)) == ("forecast", "2016-06-21")
    assert list(unfounded(dict(learned.resolved))) == []


def test_a_number_without_a_day_is_found() -> None:
    toy: dict[str, Any] = {
        "axes": {"line": {"sinks": {"town": {"demand": "4 t/day"}}, "priority": 1}}
    }
    assert list(unfounded(toy)) == ["axes.line.sinks.town.demand", "axes.line.priority"]
    toy["axes"]["line"]["trust"] = "tonnage assumed"
    assert list(unfounded(toy)) == []
