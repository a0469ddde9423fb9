"""The rate at which sides give way, set on made battles before any scenario is run.

Of battles with odds of 1, 1.5 and 3 to 1 on whose defenders' ways back none, half or all are
threatened, without arrivals, a stated share ends by loss; see "Giving way" in docs/forces.md. Rates
of battle and breaking points are drawn from the ranges of a scenario on forces.

    python tools/made_battles.py scenarios/double_offensive_forces.yaml
"""

from __future__ import annotations

import itertools
import math
import sys

import numpy as np
from scipy.optimize import brentq

from sim.engine.forces.lanchester import Fight
from sim.scenario.loader import load

ODDS, WAYS, DRAWS = (1.0, 1.5, 3.0), (0.0, 0.5, 1.0), 400
DEFENDERS = 1_000


def main(path: str, ways: tuple[float, float] = (2.0, 6.0)) -> None:
    """Print the rate (1/day) at which 10, 15 and 20 % of the made battles end by loss."""
    scenario = load(path)
    rules = scenario.fighting
    assert rules is not None
    breaks = [o.breaks for o in scenario.operations.values()]
    rng = np.random.default_rng(1)
    battles = []  # days to the end by loss; how many times the rate both sides together have
    for odds, share, _ in itertools.product(ODDS, WAYS, range(DRAWS)):
        attack, defend, garrison = (
            dist.ppf(rng.uniform()) for dist in (rules.attack, rules.defend, rules.breaks)
        )
        force = breaks[rng.integers(len(breaks))].ppf(rng.uniform())
        fight = Fight(rules.law, attack, defend)
        x, y = odds * DEFENDERS, float(DEFENDERS)
        days = min(
            fight.attackers_at(x, y, x * (1 - force)), fight.defenders_at(x, y, y * (1 - garrison))
        )
        battles.append((days, 2 + rng.uniform(*ways) * share))

    def by_loss(rate: float) -> float:
        return math.fsum(math.exp(-rate * times * days) for days, times in battles) / len(battles)

    days = sorted(days for days, _ in battles)
    print(f"{len(battles)} battles, by loss alone half over after {days[len(days) // 2]:.1f} days")
    for share in (0.10, 0.15, 0.20):
        rate = brentq(lambda r, share=share: by_loss(r) - share, 1e-4, 50)
        print(f"{share:.0%} end by loss at {rate:.3f} a day")


if __name__ == "__main__":
    main(sys.argv[1])
