"""Scenarios in Python: loaded from a file, a text or plain data; changed; asked about."""

from __future__ import annotations

import json
import operator
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from numbers import Real
from pathlib import Path
from typing import Any, SupportsIndex

from sim.base.diagnostics import ScenarioError
from sim.base.errors import BadInputError
from sim.scenario import model
from sim.scenario.dates import format_instant, parse_instant
from sim.scenario.units import UnitError

from .show import Facts, Shown, chosen, made, names

When = str | date | float
"""An instant: a date ("2016-06-10" or a date of Python), "12 days", or seconds from the start."""

Source = str | os.PathLike[str] | Mapping[str, Any]
"""The path of a YAML file, YAML text (of more than one line), or what such a text holds."""


class Scenario(Shown, model.Scenario):
    """A scenario, resolved and checked; :class:`sim.scenario.model.Scenario` says what is in it."""

    def with_(self, changes: Mapping[str, object] | None = None, /, **more: object) -> Scenario:
        """The scenario with some values set by their dotted paths; no file is read again.

        >>> scenario.with_(**{"axes.x.convoy.size": "10 t", "events.raid": None})

        Values are what YAML takes: texts with units, numbers, dates, lists, maps; None removes.

        Raises:
            ScenarioError: a path or a value does not fit; all that is wrong at once.
        """
        from sim.scenario.loader import dump_resolved, load

        sets = settings({**(changes or {}), **more})
        try:
            table = self.network.binary
            changed = load(Path(self.id), sets=sets, text=dump_resolved(self), table=table)
        except ScenarioError as error:
            raise _said_by("with_", error) from None
        return made(Scenario, changed)

    def _glance(self) -> tuple[str, Facts]:
        period = f"{format_instant(self, 0)} to {format_instant(self, self.length)}"
        return f"Scenario: {self.title}", [
            ("id", self.id),
            ("kind", self.kind),
            ("period", f"{period}, {self.length / model.DAY:g} days"),
            ("seed", str(self.seed)),
            ("network", f"{len(self.network.places)} places, {len(self.network.roads)} roads"),
            ("actors", names(self.actors)),
            ("axes", names(self.axes)),
            ("operations", names(self.operations)),
            ("events", names(self.events)),
            ("claims", names(self.claims)),
        ]


def load(
    source: Source, *, sets: Sequence[str] | Mapping[str, object] = (), seed: int | None = None
) -> Scenario:
    """A scenario from a YAML file, a YAML text, or a mapping that holds what such a text says.

    Paths in a text or a mapping are relative to the current folder.

    Args:
        sets: values set by their dotted paths after everything else: texts ``path=value`` as
            ``--set`` takes them, or a mapping as :meth:`Scenario.with_` takes.
        seed: in place of the scenario's own.

    Raises:
        ScenarioError: with every fault found, each with its file, line and column.
        BadInputError: ``source`` is none of these.
    """
    from sim.scenario.loader import load as read

    texts = settings(sets) if isinstance(sets, Mapping) else sets
    path, text = path_and_text(source, "scenario")
    return made(Scenario, read(path, sets=texts, seed=seed, text=text))


def path_and_text(source: Source, what: str) -> tuple[str | os.PathLike[str], str | None]:
    """The path of a file; of a text or a mapping ``what`` it is, and its text.

    Raises:
        BadInputError: ``source`` is none of these.
    """
    from sim.scenario.emit import to_yaml

    if isinstance(source, Mapping):
        return what, to_yaml(_plain(source))
    if isinstance(source, str) and "\n" in source:
        return what, source
    if isinstance(source, str | os.PathLike):
        return source, None
    raise BadInputError(f"a {what} is a path, a text or a mapping, not of type {_kind(source)}")


def scenario_of(given: Scenario | model.Scenario | Source) -> model.Scenario:
    """The scenario that was given, loaded where it was given by its path, text or mapping.

    Raises:
        ScenarioError, BadInputError: as :func:`load`.
    """
    return given if isinstance(given, model.Scenario) else load(given)


def seeded(scenario: model.Scenario, seed: SupportsIndex | None) -> model.Scenario:
    """The scenario with another seed (None: its own), in its resolved text too.

    Raises:
        BadInputError: no scenario can state it.
    """
    if seed is None or seed == scenario.seed:
        return scenario
    number = operator.index(seed) if isinstance(seed, SupportsIndex) else -1
    if not 0 <= number < 2**63:
        raise BadInputError(f"seed: {seed!r} is not a whole number from 0 to 2**63 - 1")
    return scenario.seeded(number)


def axis_of(scenario: model.Scenario, axis: str | None) -> str:
    """The named axis, else the one in focus.

    Raises:
        BadInputError: there is no such axis; the message names the nearest.
    """
    if axis is None:
        axis = scenario.main_axis
        if axis is None:
            raise BadInputError("the scenario has no axis")
    return chosen(axis, scenario.axes, "axis")


def seconds_of(scenario: model.Scenario, at: When | None, default: int) -> int:
    """Seconds from the start of an instant; ``default`` where none is named.

    Raises:
        BadInputError: it is no instant, or one outside the period.
    """
    if at is None:
        return default
    if isinstance(at, bool) or not isinstance(at, str | date | Real):
        raise BadInputError(
            f"at: a date, '12 days' or seconds are needed, not a value of type {_kind(at)}"
        )
    text = at.isoformat() if isinstance(at, date) else str(at)
    try:
        seconds = float(at) if isinstance(at, Real) else parse_instant(text, scenario.start)
    except (UnitError, ValueError) as error:
        hint = getattr(error, "hint", None)
        raise BadInputError(f"at: {error}" + (f"; {hint}" if hint else "")) from error
    if not 0 <= seconds <= scenario.length:
        raise BadInputError(
            f"at: {text} lies outside the period, {format_instant(scenario, 0)} to "
            f"{format_instant(scenario, scenario.length)}"
        )
    return round(seconds)


def settings(changes: Mapping[str, object]) -> list[str]:
    """Texts ``path=value`` of values by dotted path."""
    return [f"{path}={_text(value)}" for path, value in changes.items()]


def _text(value: object) -> str:
    """A value as YAML text of one line."""
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Plain data of a YAML file: dates are texts, tuples lists, paths texts."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise BadInputError(f"a scenario holds no value of type {_kind(value)}")


def _kind(value: object) -> str:
    return type(value).__name__


def _said_by(name: str, error: ScenarioError) -> ScenarioError:
    """The same faults, told as those of a call."""
    faults = [replace(d, file=name) if d.file == "--set" else d for d in error.diagnostics]
    return ScenarioError(faults, {**error.sources, name: error.sources.get("--set", ())})
