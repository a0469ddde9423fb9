"""Approximate Bayesian computation: what of stated ranges agrees with a record, by runs alone.

A particle is a vector of quantiles in (0, 1), one an input, so the prior is uniform whatever the
ranges are. Each has a distance between what its run gave and the record. The first round is plain
rejection (Pritchard et al. 1999; Beaumont et al. 2002): of the particles of the prior the nearest
share is kept. Each further round is the adaptive population Monte Carlo of Lenormand, Jabot and
Deffuant (2013): what is kept is drawn from by its weights and moved by a normal kernel whose
variance is, input by input, twice the weighted variance of what is kept (Beaumont et al. 2009);
what leaves (0, 1) is drawn again; the weight of a new particle is the prior over the density that
it was proposed with; of old and new together the nearest are kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LEAST = 1e-3
"""The least standard deviation of the kernel: a population never stands quite still."""


class Population(NamedTuple):
    """Particles: quantiles (n, inputs), weights (n,), distances (n,), nearest first.

    A weight is the prior over the density with which its particle was proposed: 1 of those of the
    first round. ``tolerance`` is the greatest distance among them; ``accepted`` the share of the
    last round's new particles that are among them.
    """

    quantiles: Array
    weights: Array
    distances: Array
    tolerance: float
    accepted: float


def prior(seed: int, n: int, inputs: int) -> Array:
    """The particles of the first round (n, inputs): uniform, by the seed alone."""
    return _random(seed, 0).uniform(size=(n, inputs))


def _random(seed: int, number: int) -> np.random.Generator:
    return np.random.default_rng([seed, number])


def rejected(quantiles: Array, distances: Array, keep: int) -> Population:
    """The nearest ``keep`` particles of the first round, each with the same weight.

    Raises:
        ValueError: fewer than two are to be kept, or more than there are.
    """
    if not 2 <= keep <= len(quantiles):
        raise ValueError(f"of {len(quantiles)} particles 2 at least are kept, not {keep}")
    order = np.argsort(distances, kind="stable")[:keep]
    weights = np.ones(keep)
    return Population(
        quantiles[order], weights, distances[order], float(distances[order][-1]),
        keep / len(quantiles),
    )  # fmt: skip


def spread(population: Population) -> Array:
    """Standard deviation of the kernel (inputs,): that of twice the weighted variance."""
    mean = np.average(population.quantiles, axis=0, weights=population.weights)
    off = population.quantiles - mean
    variance = np.average(off * off, axis=0, weights=population.weights)
    return np.maximum(np.sqrt(2 * variance), LEAST)


def proposed(population: Population, seed: int, number: int, n: int) -> tuple[Array, float]:
    """The particles of a further round (n, inputs), and the share of moves that stayed in (0, 1).

    ``number`` is 1 for the second round.
    """
    rng, sd = _random(seed, number), spread(population)
    odds = population.weights / population.weights.sum()
    found = np.empty((n, population.quantiles.shape[1]))
    tries = 0
    for i in range(n):
        while True:
            tries += 1
            moved = rng.normal(population.quantiles[rng.choice(len(odds), p=odds)], sd)
            if np.all((moved > 0) & (moved < 1)):
                break
        found[i] = moved
    return found, n / tries


def joined(population: Population, quantiles: Array, distances: Array, inside: float) -> Population:
    """What is kept of a population and of the particles that were proposed from it.

    ``inside`` is the share of moves that stayed in (0, 1), by which their density is greater.
    """
    keep, sd = len(population.weights), spread(population)
    off = (quantiles[:, None, :] - population.quantiles[None, :, :]) / sd
    odds = population.weights / population.weights.sum()
    scale = np.prod(sd) * np.sqrt(2 * np.pi) ** quantiles.shape[1] * inside
    density = np.exp(-0.5 * (off * off).sum(axis=2)) @ odds / scale
    every = np.concatenate([population.distances, distances])
    weights = np.concatenate([population.weights, 1 / density])
    order = np.argsort(every, kind="stable")[:keep]
    kept = weights[order]
    place = np.concatenate([population.quantiles, quantiles])[order]
    accepted = float((order >= keep).sum() / len(quantiles))
    return Population(place, kept, every[order], float(every[order][-1]), accepted)


def quantile(population: Population, level: float) -> Array:
    """The weighted quantile of each input (inputs,): the least that has so much weight below it."""
    found = np.empty(population.quantiles.shape[1])
    for k in range(len(found)):
        order = np.argsort(population.quantiles[:, k], kind="stable")
        total = np.cumsum(population.weights[order])
        i = min(int(np.searchsorted(total, level * total[-1] - 1e-12)), len(order) - 1)
        found[k] = population.quantiles[order[i], k]
    return found


def contraction(population: Population) -> Array:
    """1 less the variance of each input over that of its prior (1/12); 0: nothing was learned."""
    mean = np.average(population.quantiles, axis=0, weights=population.weights)
    off = population.quantiles - mean
    return 1 - 12 * np.average(off * off, axis=0, weights=population.weights)
