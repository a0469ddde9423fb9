"""A network held against another graph of the same ground: which roads may be missing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.cuts.audit import Audit, AxisChange, Lack, Tolerance, audit_case, weak_of
from sim.cuts.case import Case, Document

from .axes import axes_at
from .network_answers import Drawn
from .networks import Network
from .scenarios import Scenario, load
from .show import Facts, names

if TYPE_CHECKING:
    from sim.view.cut_files import Drawing

    from .scenarios import When


@dataclass(frozen=True, eq=False, repr=False)
class Audited(Drawn):
    """What a reference graph says of a network; :class:`sim.cuts.audit.Audit` says what is in it.

    ``roads`` are the lacking links as roads of the scenario language, each of the class of the
    road that it is taken to be like; empty for a network that is no YAML.
    """

    audit: Audit
    case: Case
    roads: Mapping[str, Mapping[str, object]]

    def document(self) -> Document:
        """What ``sim audit --json`` prints."""
        return self.audit.document() | {"roads": {r: dict(v) for r, v in self.roads.items()}}

    def drawing(self) -> Drawing:
        """The map of the network with what the reference says of it, and its numbers."""
        from sim.view.cut_files import audit_of

        return audit_of(self.case, self.audit)

    def _glance(self) -> tuple[str, Facts]:
        audit = self.audit
        return f"Audit: {audit.title}", [
            ("against", audit.against),
            ("audited", f"{audit.places - len(audit.not_audited)} of {audit.places} places"),
            (
                "lacking links",
                f"{len(audit.lacking)}: {names(lack.road for lack in audit.lacking)}",
            ),
            ("over other places", names(row.road for row in audit.over)),
            ("not in the reference", names(row.road for row in audit.absent)),
            ("other lengths", names(row.road for row in audit.lengths)),
        ]


def audit(
    network: Scenario | str | os.PathLike[str],
    against: Scenario | str | os.PathLike[str],
    *,
    near: float = 5.0,
    detour: float = 0.04,
    length: float = 0.08,
    skip: Sequence[str] = (),
    sets: Sequence[str] = (),
    at: When | None = None,
) -> Audited:
    """Audit the network of a scenario, or a network file, against a reference graph.

    Of a scenario it is also worked out which places stop each axis, and how they rank, with and
    without the links that the network lacks, in one run each.

    Args:
        network: a scenario, or the path of one or of any network file that has coordinates.
        against: the same, of a graph of the same ground.
        near: how far (km) from an edge of the reference a place may lie.
        detour: the share by which the reference's way between two places has to be shorter.
        length: the share by which the length of a road has to differ.
        skip: places that are left out, such as those at which the reference is known to be wrong.
        sets: values set in a scenario's file.
        at: when axes are looked at; None is the start.

    Raises:
        BadInputError: an option is out of range, a place unknown, or a place without coordinates.
        ScenarioError: a file is faulty.
    """
    tolerance = Tolerance(near, detour, length)
    scenario, net = _read(network, sets)
    _, reference = _read(against)
    found = audit_case(net.case, reference.case, tolerance, skip)
    if scenario is None:
        return Audited(found, net.case, {})
    roads = {lack.road: _road(scenario, lack) for lack in found.lacking}
    if scenario.axes and roads:
        found = replace(found, axes=tuple(_changes(scenario, roads, at)))
    return Audited(found, net.case, roads)


def _read(
    given: Scenario | str | os.PathLike[str], sets: Sequence[str] = ()
) -> tuple[Scenario | None, Network]:
    """The scenario, where it is one or the file of one, and its network, or that of the file."""
    from .files import is_scenario

    if isinstance(given, Scenario):
        return given, Network.from_model(given.network)
    if is_scenario(os.fspath(given)):
        scenario = load(given, sets=sets)
        return scenario, Network.from_model(scenario.network)
    return None, Network.from_file(given)


def _road(scenario: Scenario, lack: Lack) -> dict[str, object]:
    like = scenario.network.roads[lack.like]
    return {"between": [lack.a, lack.b], "km": lack.km, "class": like.road_class}


def _changes(
    scenario: Scenario, roads: Mapping[str, Mapping[str, object]], at: When | None
) -> list[AxisChange]:
    """Where each axis is weak, as it is and with more roads."""
    mended = scenario.with_({f"network.roads.{road}": value for road, value in roads.items()})
    both = zip(
        axes_at(scenario, scenario.axes, at), axes_at(mended, scenario.axes, at), strict=True
    )
    return [
        AxisChange(axis, before.case.title, weak_of(before.case), weak_of(after.case))
        for axis, (before, after) in zip(scenario.axes, both, strict=True)
    ]
