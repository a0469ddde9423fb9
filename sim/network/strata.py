"""Drawn states of a network that may fail, in strata by how many targets are lost.

Where parts are good nearly all states drawn plainly lose nothing, and tell nothing. How likely it
is that k are lost is known, though, and so is how to draw those k; each k is a stratum of its own.
One that has few states is looked at whole.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from sim.base.progress import working

from .graph import BoolArray, FloatArray, IntArray
from .many import batch
from .reliability import Doubts, Outcome
from .tally import Tally

MOST_STRATA = 32
"""Strata of one joint outcome of the shared draws, beyond which neighbours are put together."""

MOST_TABLE = 20_000_000
"""Cells of the table of losses beyond which states are drawn plainly."""

LEAST_DRAWN = 30
"""States that are drawn of a stratum at least."""

NEGLIGIBLE = 1e-15
"""Numbers of losses together as rare as this are put to their neighbours."""

WHOLE = 8
"""A stratum is looked at whole where its states are no more than one in so many of those drawn."""


def drawn(doubts: Doubts, states: int, seed: int) -> list[Tally]:
    """Some ``states`` drawn by ``seed``: in strata, or one tally of plain draws.

    Plain where shared draws have too many joint outcomes, or too many targets may be lost. Raises
    CertificateError where a flow does not prove itself.
    """
    rng = np.random.default_rng(seed)
    fail = 1 - doubts.stands[doubts.own]
    most = _most_lost(fail)
    if doubts.joint is None or (len(fail) + 1) * (most + 1) > MOST_TABLE:
        tally = Tally(doubts.net, stands=doubts.marginal())
        with working("states", states) as done:
            for size in _batches(states, doubts):
                tally.look(plain(doubts, size, rng), of=states)
                done(tally.solves, states)
        return [tally]
    table = losses(fail, most)
    found: list[Tally] = []
    with working("states", states) as done:
        for outcome in doubts.joint:
            for tally in _of_outcome(doubts, outcome, table, states, rng):
                found.append(tally)
                done(min(states, sum(each.solves for each in found)), states)
    return found


def _batches(states: int, doubts: Doubts) -> Iterator[int]:
    """Sizes of the batches in which so many states are drawn."""
    most = batch(doubts.net)
    for done in range(0, states, most):
        yield min(most, states - done)


def plain(doubts: Doubts, states: int, rng: np.random.Generator) -> BoolArray:
    """(k, t) what is lost in states that are drawn one by one."""
    lost = rng.random((states, len(doubts.stands))) >= doubts.stands
    for draw in doubts.shared:
        which = rng.choice(len(draw), states, p=[outcome.chance for outcome in draw])
        for number, outcome in enumerate(draw):
            lost[np.ix_(which == number, list(outcome.lost))] = True
    return lost


def _most_lost(fail: FloatArray) -> int:
    """So many losses that more are next to impossible (Bernstein's inequality)."""
    spread = float((fail * (1 - fail)).sum())
    far = 40.0  # exp(-far) is below what is negligible
    return min(len(fail), math.ceil(float(fail.sum()) + math.sqrt(2 * far * spread) + 2 * far / 3))


def losses(fail: FloatArray, most: int) -> FloatArray:
    """(n + 1, most + 1) the chance that of the targets from i on exactly j are lost."""
    table = np.zeros((len(fail) + 1, most + 1))
    table[-1, 0] = 1.0
    for i in range(len(fail) - 1, -1, -1):
        table[i] = (1 - fail[i]) * table[i + 1]
        table[i, 1:] += fail[i] * table[i + 1, :-1]
    return table


def lost_when(fail: FloatArray, chances: FloatArray) -> FloatArray:
    """(k, n) how likely each target is among those lost where k are, as ``chances`` (k,) has it.

    How many of the others are lost is told by taking one target out of the sum again, from the
    end where that does not add up errors.
    """
    most = len(chances)
    others = np.zeros((most, len(fail)))
    rare = fail <= 0.5
    before = np.zeros(int(rare.sum()))
    for k in range(most):
        before = (chances[k] - fail[rare] * before) / (1 - fail[rare])
        others[k, rare] = before
    before = np.zeros(int((~rare).sum()))
    for k in range(most - 1, 0, -1):
        before = (chances[k] - (1 - fail[~rare]) * before) / fail[~rare]
        others[k - 1, ~rare] = before
    found = np.zeros_like(others)
    some = np.flatnonzero(chances > 0)
    some = some[some > 0]
    found[some] = (fail * others[some - 1] / chances[some, np.newaxis]).clip(0, 1)
    return found


def lost_of(
    fail: FloatArray, table: FloatArray, counts: IntArray, rng: np.random.Generator
) -> BoolArray:
    """(k, n) which targets are lost in states in which so many (k,) are."""
    lost = np.zeros((len(counts), len(fail)), dtype=bool)
    left = counts.copy()
    for i, chance in enumerate(fail.tolist()):
        some = left > 0
        share = np.zeros(len(left))
        share[some] = chance * table[i + 1, left[some] - 1] / table[i, left[some]]
        lost[:, i] = rng.random(len(left)) < share
        left -= lost[:, i]
    return lost


def _of_outcome(
    doubts: Doubts, outcome: Outcome, table: FloatArray, states: int, rng: np.random.Generator
) -> Iterator[Tally]:
    """The strata of one joint outcome of the shared draws."""
    net, own = doubts.net, doubts.own
    fail = 1 - doubts.stands[own]
    always = np.zeros(len(net.targets), dtype=bool)
    always[list(outcome.lost)] = True
    fewest = _fewest_that_stop(doubts, always)
    chances = table[0]
    share = states * outcome.chance

    def look(tally: Tally, lost: BoolArray, by: FloatArray | None = None) -> None:
        state = np.repeat(always[np.newaxis], len(lost), axis=0)
        state[:, own] |= lost
        tally.look(state, by, of=states)

    apart = []
    for k in np.flatnonzero(chances > NEGLIGIBLE**2).tolist():
        if math.comb(len(fail), k) <= max(1.0, share / WHOLE):
            tally = Tally(net, outcome.chance * float(chances[k]), known=True)
            lost = _each_of(len(fail), k)
            by = np.where(lost, fail, 1 - fail).prod(axis=1)
            look(tally, lost, by / by.sum())
            yield tally
        else:
            apart.append(k)
    groups, among = _grouped(apart, chances), lost_when(fail, chances)
    total = float(chances[apart].sum())
    for group in groups:
        weight = float(chances[group].sum())
        size = max(LEAST_DRAWN, round(share * (weight / total + 1 / len(groups)) / 2))
        tally = Tally(net, outcome.chance * weight, opens=group[-1] < fewest)
        tally.stands = np.where(always, 0.0, 1.0)
        tally.stands[own] *= 1 - chances[group] / weight @ among[group]
        for some in _batches(size, doubts):
            counts = rng.choice(group, some, p=chances[group] / weight)
            look(tally, lost_of(fail, table, counts, rng))
        yield tally


def _each_of(n: int, k: int) -> BoolArray:
    """(c, n) every way to lose k of n."""
    ways = np.array(list(itertools.combinations(range(n), k)), dtype=np.int64)
    lost = np.zeros((len(ways), n), dtype=bool)
    np.put_along_axis(lost, ways, True, axis=1)
    return lost


def _grouped(counts: Sequence[int], chances: FloatArray) -> list[IntArray]:
    """Numbers of losses in strata: each alone, but what is next to impossible, or too many."""
    if not counts:
        return []
    each = np.array(counts)
    reached = np.cumsum(chances[each])
    real = (reached > NEGLIGIBLE) & (reached - chances[each] < reached[-1] - NEGLIGIBLE)
    first, last = np.flatnonzero(real)[[0, -1]] if real.any() else (0, 0)
    stratum = np.clip(np.arange(len(each)), first, last) - first
    if stratum[-1] >= MOST_STRATA:
        stratum = np.floor(reached / reached[-1] * (MOST_STRATA - 1e-9)).astype(np.int64)
    edges = np.flatnonzero(np.diff(stratum)) + 1
    return list(np.split(each, edges))


def _fewest_that_stop(doubts: Doubts, always: BoolArray) -> int:
    """The fewest targets with a draw of their own whose loss stops all, others than ``always``."""
    net = doubts.net
    many = len(net.targets) + 1
    own = np.zeros(many, dtype=bool)
    own[doubts.own] = True
    capacity = np.where(own[net.target], 1, many)
    capacity[np.append(always, False)[net.target]] = 0
    return net.solve(capacity).value
