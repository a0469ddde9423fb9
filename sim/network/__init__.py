"""Places and roads as arrays: flows, cuts, routes and connected parts.

This package knows no time, no actor and no file. It is handed a
:class:`~sim.network.graph.Graph` built once, and masks and capacities that change.
"""

from .certificate import UNLIMITED, CertificateError, Cut, Flow
from .cuts import (
    Barrier,
    DisjointRoutes,
    Reopening,
    Spare,
    barrier,
    disjoint_routes,
    fewest_places_cut,
    first_minimal,
    reopening_set,
    spare,
)
from .fastest import FastestWays
from .flow import FlowProblem, Prices, certify
from .graph import BoolArray, FloatArray, Graph, IntArray, components, reach
from .routes import UNREACHABLE, Route, TravelTimes, decompose, fastest_route, times_from, times_to

__all__ = [
    "UNLIMITED",
    "UNREACHABLE",
    "Barrier",
    "BoolArray",
    "CertificateError",
    "Cut",
    "DisjointRoutes",
    "FastestWays",
    "FloatArray",
    "Flow",
    "FlowProblem",
    "Graph",
    "IntArray",
    "Prices",
    "Reopening",
    "Route",
    "Spare",
    "TravelTimes",
    "barrier",
    "certify",
    "components",
    "decompose",
    "disjoint_routes",
    "fastest_route",
    "fewest_places_cut",
    "first_minimal",
    "reach",
    "reopening_set",
    "spare",
    "times_from",
    "times_to",
]
