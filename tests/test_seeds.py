"""The seeds and the scenarios name each other."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


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
