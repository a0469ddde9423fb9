"""The film: its frames and how long they stay, what changes in them, its bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from sim.scenario.model import Actor
from sim.view.data import (
    WHOLE,
    Curve,
    EventMark,
    MapData,
    MapPlace,
    MapRoad,
    Page,
    Span,
)
from sim.view.draw import context
from sim.view.film.animated import WRITERS, write_gif, write_png
from sim.view.film.frames import HOLD_FIRST, HOLD_LAST, FilmData, film_frames, frame_times

DAY = 86_400


@pytest.fixture(scope="module")
def film() -> FilmData:
    """Ten days; on day 5 the road from the port is cut."""
    places = (
        MapPlace("port", "Port", 46.0, 8.0, (("red", WHOLE),), role="source"),
        MapPlace("fort", "Fort", 46.4, 9.0, (("red", WHOLE),), role="sink"),
    )
    road = MapRoad("port--fort", "port", "fort", 500_000, 500_000, 500_000)
    actors = (Actor("red", "Red"),)
    first = MapData(Page(""), "", "red", actors, places, (road,))
    second = replace(first, roads=(replace(road, flow=0, capacity=0, state="cut"),))
    return FilmData(
        Page("A road is lost"), Span(10 * DAY), ((0, first), (5 * DAY, second)),
        Curve((0, 5 * DAY), (500_000.0, 0.0)), (EventMark(5 * DAY, "$road$ lost", True),),
    )  # fmt: skip


def make_film(data: FilmData, kind: str, fps: float, seconds: float) -> bytes:
    """A film as the bytes of its file."""
    file = io.BytesIO()
    with context():
        WRITERS[f".{kind}"](film_frames(data, fps, seconds), file)
    return file.getvalue()


@pytest.fixture(scope="module")
def made(film: FilmData) -> bytes:
    """Eight frames of it."""
    return make_film(film, "png", fps=4, seconds=2)


def frames(made: bytes) -> list[Image.Image]:
    with Image.open(io.BytesIO(made)) as opened:
        found = []
        for number in range(opened.n_frames):
            opened.seek(number)
            found.append(opened.convert("RGB"))
        return found


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.integers(0, 10**8), st.integers(1, 30), st.integers(1, 30))
def test_frames_stand_for_even_stretches_of_time(end: int, fps: int, seconds: int) -> None:
    times = frame_times(end, fps, seconds)
    assert len(times) == max(2, fps * seconds)
    assert (times[0], times[-1]) == (0, end)
    steps = [b - a for a, b in pairwise(times)]
    assert max(steps) - min(steps) <= 1  # rounded to a second


def test_the_map_changes_with_the_event_and_the_strip_always(made: bytes) -> None:
    # eight frames over ten days: 0, 1.4, 2.9, 4.3, 5.7, ... so the fifth is the first after day 5
    shown = frames(made)
    assert len(shown) == 8
    assert {f.size for f in shown} == {(1000, 780)}
    maps = [f.crop((0, 0, 1000, 690)) for f in shown]
    changed = [ImageChops.difference(a, b).getbbox() is not None for a, b in pairwise(maps)]
    assert changed == [False, False, False, True, False, False, False]
    strips = [f.crop((0, 696, 1000, 780)) for f in shown]
    assert all(ImageChops.difference(a, b).getbbox() for a, b in pairwise(strips))


def test_how_long_frames_stay(made: bytes) -> None:
    durations = []
    with Image.open(io.BytesIO(made)) as opened:
        for number in range(opened.n_frames):
            opened.seek(number)
            durations.append(opened.info["duration"])
    assert durations == [HOLD_FIRST, *[250] * 6, HOLD_LAST]


def test_the_same_film_has_the_same_bytes_and_is_small(film: FilmData, made: bytes) -> None:
    assert make_film(film, "png", fps=4, seconds=2) == made
    assert len(made) < 200_000


def test_a_gif_of_nothing_that_changes(film: FilmData) -> None:
    still = replace(film, maps=film.maps[:1], span=Span(0), capacity=Curve((), ()), events=())
    made = make_film(still, "gif", fps=1, seconds=2)
    assert made.startswith(b"GIF89a")
    assert len(frames(made)) == 1  # equal frames are one that stays longer


def noise(rng: np.random.Generator) -> list[Image.Image]:
    """Frames of one palette: the second is the first, the third differs in two pixels."""
    colours = rng.integers(0, 256, 3 * 255).tolist()
    shades = rng.integers(0, 255, (3, 40, 60), dtype=np.uint8)
    shades[1] = shades[0]
    shades[2] = shades[0]
    shades[2, 5, 7] += 1
    shades[2, 30, 50] += 1
    found = [Image.fromarray(frame, "P") for frame in [*shades, shades[0]]]
    for image in found:
        image.putpalette(colours)
    return found


@pytest.mark.parametrize("write", [write_png, write_gif])
def test_what_is_read_is_what_was_written(write: Callable[..., None]) -> None:
    given_ = noise(np.random.default_rng(1))
    file = io.BytesIO()
    write(zip(given_, [100, 200, 300, 400], strict=True), file)
    shown = frames(file.getvalue())
    expected = [given_[i].convert("RGB") for i in (0, 2, 3)]  # equal ones are one, for 300 ms
    assert [a.tobytes() for a in shown] == [b.tobytes() for b in expected]
    with Image.open(file) as opened:
        stays = []
        for number in range(opened.n_frames):
            opened.seek(number)
            opened.load()
            stays.append(opened.info["duration"])
        assert stays == [300, 300, 400]
        assert opened.info.get("loop") == 0  # again and again
