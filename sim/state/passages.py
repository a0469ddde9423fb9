"""What each actor can pass, kept once for all who ask and brought up to date together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .control import Control, Passage, Side


class Passages:
    """The :class:`~sim.state.control.Passage` of each actor under one state of control."""

    def __init__(self, control: Control, sides: Mapping[str, Side], truck_load: int) -> None:
        self._control = control
        self._sides = sides
        self._truck_load = truck_load
        self._kept: dict[tuple[str, int], dict[frozenset[str], Passage]] = {}

    def of(
        self, actor: str, foreign: frozenset[str] = frozenset(), load: int | None = None
    ) -> Passage:
        """What an actor can pass, with its sources at ``foreign`` places.

        ``load`` (kg a truck) is that of a commodity; None for the standard load.
        """
        load = self._truck_load if load is None else load
        kept = self._kept.setdefault((actor, load), {})
        if foreign not in kept:
            if kept:
                kept[foreign] = next(iter(kept.values())).sourced(foreign)
            else:
                side = self._sides[actor]
                kept[foreign] = Passage(self._control, side, foreign, load, self._truck_load)
        return kept[foreign]

    def refresh(self, places: Iterable[str], roads: Iterable[str]) -> set[Passage]:
        """Take in that places and roads changed; those where a capacity is another now."""
        every = [passage for kept in self._kept.values() for passage in kept.values()]
        return {passage for passage in every if passage.refresh(places, roads)}
