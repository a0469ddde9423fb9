"""Profiles in a run: at each of their instants what they multiply is multiplied anew."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from sim.scenario.model import PPM, Profile
from sim.scenario.profiles import changes, ends_named, roads_named
from sim.state.control import PROFILE

from .clock import Phase
from .signals import Change
from .world import World


class _Scaled(NamedTuple):
    """What a profile does to things, by id, and whether it bears on what axes can carry."""

    subjects: tuple[str, ...]
    change: Change
    bears: bool


class Profiles:
    """The profiles of a scenario, each on the clock at its next change."""

    def __init__(self, world: World) -> None:
        self._world = world
        for profile in world.scenario.profiles.values():
            times = changes(profile, world.scenario.start, world.scenario.length)
            self._wait(profile, times, PPM)

    def _wait(self, profile: Profile, times: Iterator[tuple[int, str]], ppm: int) -> None:
        """Wait for the next instant at which a profile has another factor than ``ppm``."""
        for time, key in times:
            if (now := self._factor(profile, key)) != ppm:
                act = partial(self._change, profile, times, ppm, now)
                self._world.clock.at(time, Phase.CLOSURES, f"{PROFILE}{profile.id}", act)
                return

    def _factor(self, profile: Profile, key: str) -> int:
        if not key:
            return PPM
        drawn = self._world.luck.value(profile.factors[key], f"profile:{profile.id}:{key}")
        return round(drawn * PPM)

    def _change(
        self, profile: Profile, times: Iterator[tuple[int, str]], before: int, ppm: int
    ) -> None:
        """Multiply by ``ppm`` in place of the factor ``before``."""
        world, cause = self._world, f"{PROFILE}{profile.id}"
        for subjects, change, bears in self._scaled(profile, cause, before, ppm):
            for subject in subjects:
                if bears:
                    world.apply(cause, subject, change, renews=True)
                else:
                    world.alter(subject, change)
        if profile.every in (None, "year"):  # what comes every day or week is no news
            over = ppm == PPM
            text = "over" if over else f"factor {ppm / PPM:g}"
            world.note_event("ends" if over else "profile", cause, cause, text)
        self._wait(profile, times, ppm)

    def _scaled(self, profile: Profile, cause: str, before: int, ppm: int) -> Iterator[_Scaled]:
        scenario = self._world.scenario
        places = tuple(sorted({*profile.capacity} & scenario.network.places.keys()))
        roads, paced = (roads_named(n, scenario) for n in (profile.capacity, profile.speed))
        sources = ends_named(profile.supply, "supply", scenario.axes)
        sinks = ends_named(profile.demand, "demand", scenario.axes)
        stops = not (before and ppm)  # a road on which nobody moves carries nothing
        yield _Scaled(places, lambda c, id_: c.scale("place", id_, cause, ppm), True)
        yield _Scaled(roads, lambda c, id_: c.scale("road", id_, cause, ppm), True)
        yield _Scaled(paced, lambda c, id_: c.slow(id_, cause, ppm), stops)
        yield _Scaled(sources, lambda c, id_: c.scale("source", id_, cause, ppm), False)
        yield _Scaled(sinks, lambda c, id_: c.scale("sink", id_, cause, ppm), False)
