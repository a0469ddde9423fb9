"""Files to scenarios: the one way in.

Reading goes through :mod:`~sim.scenario.tree` (YAML to nodes), :mod:`~sim.scenario.compose`
(one tree of several files), :mod:`~sim.scenario.validate` (the schema),
:mod:`~sim.scenario.checks` (what fits together) and :mod:`~sim.scenario.build`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.base.collector import collector_paused
from sim.base.diagnostics import Mark, Report, ScenarioError, did_you_mean, safe
from sim.base.names import as_id

from . import build, checks, network_checks
from .binary_table import Beneath, beneath, written_over
from .compose import KINDS, Composer
from .dates import date_of, format_instant
from .depot_checks import check_depots
from .emit import to_yaml
from .faults import InputError, reported
from .fleet_checks import check_fleets
from .keys import keys_of, sections_of
from .left_out import with_an_actor, without_nulls
from .model import DAY, DETOUR, SUPPLIES, TABLE, BinaryTable, Fighting, Network, Rules, Scenario
from .profile_checks import check_changes, check_instants, check_profiles, check_repeats
from .readers import LONGEST_ID, Context
from .schema import Model, header_of, model_of
from .shared import Shared
from .tree import Entry, Map
from .validate import Found, Validator, mark_at, section
from .warnings import WARNINGS
from .written import Period, ScenarioFile, WrittenNetwork, WrittenScenario

__all__ = [
    "ScenarioError",
    "date_of",
    "dump_resolved",
    "format_instant",
    "load",
    "load_network",
    "read",
]

_NETWORK = ("classes", "places", "roads")
_PLACEHOLDER = datetime(2000, 1, 1)  # for checking dates where the period itself is faulty


@dataclass(frozen=True)
class Loaded:
    """A scenario, and where each part of it is stated.

    ``tree`` is what all of its files say together; ``file`` is the one that was asked for;
    ``sources`` are the lines of each.
    """

    scenario: Scenario
    tree: Map
    file: str
    sources: Mapping[str, Sequence[str]]

    def at(self, *path: str, key: bool = False) -> Mark:
        """Where the value at a path of keys is stated, or with ``key`` its last key.

        Where the files say nothing there, the deepest thing that they state.
        """
        return mark_at(self.tree, path, Mark(self.file, 1, 1), key=key)


def load(
    path: str | os.PathLike[str],
    *,
    sets: Sequence[str] = (),
    seed: int | None = None,
    text: str | None = None,
    table: BinaryTable | None = None,
) -> Scenario:
    """The scenario of a YAML file; :func:`read` says what the arguments are.

    Raises:
        ScenarioError: with every fault found, each with its file, line and column.
    """
    return read(path, sets=sets, seed=seed, text=text, table=table).scenario


@collector_paused()
def read(
    path: str | os.PathLike[str],
    *,
    sets: Sequence[str] = (),
    seed: int | None = None,
    text: str | None = None,
    table: BinaryTable | None = None,
) -> Loaded:
    """The scenario of a YAML file, and where its parts are stated.

    ``sets`` are texts ``dotted.path=VALUE`` applied after everything else; ``seed``
    replaces the scenario's own; ``text`` is what the file holds, where it is not on disk, and
    ``table`` the binary table whose SHA-256 it names, where that one is in memory.

    Raises:
        ScenarioError: with every fault found, each with its file, line and column.
    """
    report = Report()
    file = Path(path)
    composer = Composer(report, table)
    tree = composer.scenario(file, text)
    if tree is not None and sets:
        tree = composer.set(tree, sets)
    scenario = None
    if tree is not None:
        tree = with_an_actor(without_nulls(tree, report), report)
        scenario = _Assembler(report, tree, file, composer).scenario(seed)
    report.stop_on_errors()
    assert tree is not None
    assert scenario is not None  # nothing is wrong, so everything was made
    return Loaded(scenario, tree, str(file), report.sources)


def load_network(path: str | os.PathLike[str]) -> Network:
    """The network of a network file alone.

    Raises:
        ScenarioError: with every fault found.
    """
    report = Report()
    file = Path(path)
    composer = Composer(report)
    tree = composer.network(file)
    network = None
    if tree is not None:
        mark = Mark(str(file), 1, 1)
        whole = Map(mark, {"network": Entry(mark, without_nulls(tree, report))})
        network = _Assembler(report, whole, file, composer).network()
    report.stop_on_errors()
    assert network is not None
    return network


def dump_resolved(scenario: Scenario) -> str:
    """YAML text of the resolved scenario: loading it gives an equal scenario."""
    return to_yaml(scenario.resolved)


class _Assembler:
    """Turns one merged tree into a scenario, going on past faults to find them all."""

    def __init__(self, report: Report, tree: Map, file: Path, composer: Composer) -> None:
        self.report, self.tree, self.file = report, tree, file
        self.top = Mark(str(file), 1, 1)
        self.with_network = not composer.network_failed
        self.table = composer.table
        ids = {
            kind: section(tree, *(("network", key) if key in _NETWORK else (key,))).keys()
            for key, kind in KINDS.items()
        }
        ids["commodity"].add(SUPPLIES)
        decisions = section(self.tree, "decisions").entries
        ids["option"] = {
            option
            for key in decisions
            for option in section(tree, "decisions", key, "options").entries
        }
        ids["warning"] = set(WARNINGS)
        axes = section(tree, "axes").entries
        for end in ("source", "sink"):
            ids[f"{end} (AXIS/PLACE)"] = {
                f"{axis}/{place}"
                for axis in axes
                for place in section(tree, "axes", axis, f"{end}s").entries
            }
        self.context = Context(ids, suggest=report.suggest)
        if not self.with_network:
            self._forget_network()
        self.validator = Validator(report, self.context)
        self.resolved: dict[str, Any] = {}
        self.places: Mapping[str, Any] = {}
        self.roads: Mapping[str, Any] = {}
        self.ends: Mapping[str, tuple[str, str]] = {}
        self.left = Beneath({}, {})
        self.things: dict[str, dict[str, Found]] = {}

    # --- parts ---------------------------------------------------------------------------

    def _all(self, cls: type, *path: str) -> dict[str, dict[str, Found]]:
        """The valid things in each map by id that ``cls`` declares below ``path``."""
        return {
            key: self.validator.all(self.tree, (*path, key), hint)
            for key, hint in sections_of(cls).items()
        }

    def _one(self, cls: type, entry: Entry, label: str) -> Any:
        return self.validator.one(model_of(cls), entry.value, entry.key_mark, label)

    def _dump(self, into: dict[str, Any], key: str, things: dict[str, Found]) -> None:
        if things:
            into[key] = {name: build.dumped(found.model) for name, found in things.items()}

    def _known_keys(self, node: Map, cls: type, what: str) -> None:
        """Refuse unknown keys; one that looks like a section's stands in for it.

        Nothing is then said about things of that section, which would all be unknown.
        """
        known = [key.name for key in keys_of(cls)]
        for key, entry in node.entries.items():
            if key in known:
                continue
            near = did_you_mean(key, known)
            self.report.error(
                entry.key_mark,
                f"unknown key '{safe(key)}' in {what}",
                f"did you mean '{near}'?" if near else "known are " + ", ".join(known),
            )
            if near and near not in node.entries:
                self.context.forget(KINDS.get(near))

    def _header(self, node: Map, cls: type, mark: Mark, label: str) -> Any:
        model = header_of(cls)
        keys = {info.alias for info in model.model_fields.values()}
        own = {key: entry for key, entry in node.entries.items() if key in keys}
        return self.validator.one(model, Map(node.mark, own), mark, label)

    def network(self) -> Network | None:
        """The network below the key ``network``, and its part of the resolved data."""
        node = section(self.tree, "network")
        mark = self.tree.entries["network"].key_mark
        self._known_keys(node, WrittenNetwork, "the network")
        header = self._header(node, WrittenNetwork, mark, "the network")
        things = self._all(WrittenNetwork, "network")
        classes, places, roads = (things[key] for key in _NETWORK)
        self._lay(node, places, roads, mark)
        network_checks.check_places(self.report, places, self.left.places)
        network_checks.check_ways(self.report, roads)
        ends = network_checks.ends_of(self.report, roads, self.context.ids.get("place"))
        self.ends = {n: (r.a, r.b) for n, r in self.left.roads.items()} | ends
        detour = header.detour if header else DETOUR
        lengths = network_checks.lengths_of(self.report, roads, self.places, ends, detour)
        network_checks.check_times(self.report, roads, classes, lengths, self.left.roads, mark)
        if self.context.ids.get("place") == set():
            self.report.error(mark, "the network has no places")
        if self.report.diagnostics or header is None:
            return None
        if any(found.model.km is None for found in roads.values()):
            # stated, so that what hangs on it is to be seen, and is the same in every version
            header = header.model_copy(update={"detour": detour})
        resolved = build.dumped(header)
        if self.table is not None:
            resolved |= {"table": TABLE, "sha256": self.table.sha256}
        for key, found in things.items():
            said = {name: build.dumped(one.model) for name, one in found.items()}
            if said := written_over(node, key, said):
                resolved[key] = said
        keys = [key.name for key in keys_of(WrittenNetwork) if key.name in resolved]
        self.resolved["network"] = {key: resolved[key] for key in keys}
        return build.make_network(
            header, classes, places, roads, ends, lengths, self.left, self.table
        )

    def _lay(
        self, node: Map, places: dict[str, Found], roads: dict[str, Found], mark: Mark
    ) -> None:
        """Lay what is stated over what the table of the network says, if it is of one."""
        self.left = beneath(node)
        self.places = {**self.left.places, **{n: f.model for n, f in places.items()}}
        self.roads = {**self.left.roads, **{n: f.model for n, f in roads.items()}}
        known = [section(node, key).keys() for key in ("places", "classes")]
        network_checks.check_beneath(self.report, self.left, known[0], known[1], mark)

    def _period(self) -> tuple[datetime | None, int | None]:
        """Start and length in seconds; the length is None where the period is faulty."""
        entry = self.tree.entries.get("period")
        if entry is None:
            hint = "add 'period: {start: DATE, end: DATE}'"
            self.report.error(self.top, "'period' is missing", hint)
            return _PLACEHOLDER, None
        period = self._one(Period, entry, "the period")
        if period is None:
            return _PLACEHOLDER, None
        self.resolved["period"] = build.dumped(period)
        if period.length is not None:
            length = round(period.length.dist.nominal)
        else:
            assert period.end is not None
            assert period.start is not None  # the rules of the period saw to both
            length = round((period.end - period.start).total_seconds())
        start: datetime | None = period.start
        with reported(self.report, entry.key_mark):
            if length <= 0 and period.length is not None:
                raise InputError("the period is shorter than a second")
            if length <= 0:
                raise InputError(
                    "the period ends before it has begun", "'end' is later than 'start'"
                )
            if length > 100 * 366 * DAY:
                raise InputError("the period is longer than 100 years")
            if start and start.year + length / (365 * DAY) > 9990:
                raise InputError("the period ends too late")
            return start, length
        return start or _PLACEHOLDER, None

    def _id(self, stated: str | None) -> str:
        if stated:
            return stated
        name = self.file.name
        for suffix in (".yaml", ".yml", ".resolved"):
            name = name.removesuffix(suffix)
        return as_id(name, LONGEST_ID, "scenario")

    # --- the whole -----------------------------------------------------------------------

    def scenario(self, seed: int | None) -> Scenario | None:
        """The scenario, or None where anything is wrong."""
        report, context, tree = self.report, self.context, self.tree
        self._known_keys(tree, ScenarioFile, "the scenario")
        context.start, context.length = self._period()
        header = self._header(tree, WrittenScenario, self.top, "the scenario")
        network = None
        entry = tree.entries.get("network")
        if entry is not None:
            if isinstance(entry.value, Map):
                network = self.network()
            else:
                report.error(entry.value.mark, "'network' is the path of a file or a map")
                self._forget_network()
        elif self.with_network:
            report.error(self.top, "'network' is missing", "add 'network: PATH'")
            self._forget_network()
        if header is not None:
            made = ".resolved." in self.file.name
            checks.check_as_of(report, tree, header, needed=not made)
        things = self.things = self._all(WrittenScenario)
        fighting = self._fighting(things["operations"])
        rules = self._rules()
        check = checks.Checks(report, things, self.roads, self.ends, self._crossings())
        check.holders(header.default_holder if header else None)
        check.supply()
        check.groups()
        check_depots(report, things)
        check_fleets(report, things)
        check.happenings(things["events"])
        check.advances()
        check.options(context.ids)
        check.happenings(things["decisions"])
        check_profiles(report, things["profiles"], context.ids)
        check_instants(report, things["profiles"], context.start)
        check_repeats(report, things["events"])
        if header is not None:
            known = section(tree, "claims").entries
            checks.check_asks(report, header.asks, known, mark_at(tree, ("asks",), self.top))
        if context.length:
            classes = (road.road_class for road in self.roads.values())
            check_changes(report, things, classes, context.length)
        name = self._id(header.id if header else None)
        if seed is not None and not 0 <= seed < 2**63:
            report.error(Mark("--seed"), f"the seed {safe(str(seed))} is not a number from 0")
        if report.diagnostics or header is None or network is None or context.length is None:
            return None
        chosen = header.seed if seed is None else seed
        scenario = self._made(header, network, fighting, rules, id=name, seed=chosen)
        if scenario is not None:
            check.work(scenario, mark_at(tree, ("sample",), self.top))
        return scenario

    def _fighting(self, operations: dict[str, Found]) -> Model | None:
        """The rules of battle; operations need them."""
        entry = self.tree.entries.get("fighting")
        if entry is not None:
            made: Model | None = self._one(Fighting, entry, "the rules of battle")
            if made is not None:
                checks.check_bands(self.report, Found(made, entry.value, entry.key_mark))
                self.resolved["fighting"] = build.dumped(made)
            return made
        if operations:
            first = min(operations.values(), key=lambda f: (f.mark.file, f.mark.line))
            self.report.error(
                first.mark,
                "operations need 'fighting'",
                "add 'fighting: {attack: 0.02 /day, defend: 0.02 /day}'",
            )
        return None

    def _rules(self) -> Model | None:
        """The rules of behaviour that are named."""
        entry = self.tree.entries.get("rules")
        made: Model | None = None
        if entry is not None:
            made = self._one(Rules, entry, "the rules of behaviour")
        if entry is not None and made is not None:
            checks.check_load_bands(self.report, Found(made, entry.value, entry.key_mark))
            self.resolved["rules"] = build.dumped(made)
        return made

    def _forget_network(self) -> None:
        """Say nothing about places and roads: there are none to compare with."""
        self.with_network = False
        for key in _NETWORK:
            self.context.forget(KINDS[key])

    def _crossings(self) -> set[str] | None:
        """Places that can be sealed; None while some places are faulty and so unknown."""
        if len(self.places) != len(self.context.ids.get("place", ())) or not self.places:
            return None
        return {name for name, place in self.places.items() if place.crossing}

    def _made(
        self,
        header: Any,
        network: Network,
        fighting: Model | None,
        rules: Model | None,
        **named: Any,
    ) -> Scenario | None:
        """The scenario of valid parts, None where a shared draw is faulty.

        ``named`` are its id and its seed.
        """
        stated = build.dumped(header) | {"format": 1} | named | self.resolved
        for key, found in self.things.items():
            self._dump(stated, key, found)
        keys = [key.name for key in keys_of(ScenarioFile) if key.name in stated]
        sources = stated["network"].get("sources", {}) | header.sources
        shared = Shared(stated, self.left.roads)
        for path in shared.followers:
            mark = mark_at(self.tree, (*path.split("."), "same_as"), self.top)
            with reported(self.report, mark):
                shared.check(path)
        if self.report.diagnostics:
            return None
        scenario = build.made(
            Scenario,
            header,
            **named,
            start=self.context.start,
            length=int(self.context.length or 0),
            fighting=build.make_fighting(fighting) if fighting else None,
            rules=build.make_rules(rules) if rules else Rules(),
            network=network,
            sources=dict(sorted(sources.items())),
            resolved={key: stated[key] for key in keys},
            ties=shared.ties(),
        )
        return build.filled(scenario, self.things, header.default_holder)
