"""Commands that draw: ``--figure`` of the commands about cuts, and ``sim film``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

Sim = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path, two_ways: str) -> Path:
    (tmp_path / "toy.yaml").write_text(two_ways, encoding="utf-8")
    (tmp_path / "net.csv").write_text("from,to,capacity\na,b,2\nb,c,3\na,c,1\n", encoding="utf-8")
    return tmp_path


def test_a_cut_map_of_an_axis(sim: Sim, folder: Path) -> None:
    done = sim(
        "cut", "toy.yaml", "--axis", "line", "--at", "0 days", "--figure", "cut.png", cwd=folder
    )
    assert done.returncode == 0, done.stderr
    with Image.open(folder / "cut.png") as picture:
        assert picture.width == 1200
    # 25 t/day: 20 by the gate (either road) and 5 over the hill road alone: two minimum cuts
    rows = (folder / "cut.csv").read_text().splitlines()
    assert "road,hill--town,2,2,," in rows
    assert "road,gate--port,1,2,," in rows
    assert "place,gate,0,2,20,0.8" in rows


def test_a_frontier_and_a_ranking_of_a_scenario(sim: Sim, folder: Path) -> None:
    done = sim("interdict", "toy.yaml", "-k", "2", "--figure", "f.svg", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["frontier"][1]["removed"] == ["gate"]
    # what is left in t/day of 25: 5 without the gate, 0 without the hill too; it takes the gate
    assert (folder / "f.csv").read_text().splitlines()[1:4] == [
        "exact,0,25,,", "exact,1,5,,Gate", "exact,2,0,,Gate; Hill",
    ]  # fmt: skip
    assert b"<svg" in (folder / "f.svg").read_bytes()
    done = sim("rank", "toy.yaml", "--targets", "roads", "--figure", "r.png", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "road,gate--port,Gate \u2013 Port,20,0.8," in (folder / "r.csv").read_text()


def test_figures_of_a_file(sim: Sim, folder: Path) -> None:
    ends = ("--from", "a", "--to", "c")
    for command in (("interdict", "net.csv", "-k", "1"), ("rank", "net.csv")):
        done = sim(*command, *ends, "--figure", "out.png", cwd=folder)
        assert done.returncode == 0, done.stderr
        assert (folder / "out.png").stat().st_size
        assert (folder / "out.csv").stat().st_size


def test_a_cut_map_of_a_file_with_coordinates(sim: Sim, folder: Path) -> None:
    places = {"a": (0, 0), "b": (0.1, 0.1), "c": (0, 0.2)}
    lines = [("a", "b", 2), ("b", "c", 3)]
    features = [
        {
            "type": "Feature",
            "properties": {"from": a, "to": b, "capacity": kg},
            "geometry": {"type": "LineString", "coordinates": [places[a][::-1], places[b][::-1]]},
        }
        for a, b, kg in lines
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "net.geojson").write_text(text, encoding="utf-8")
    done = sim(
        "cut", "net.geojson", "--from", "a", "--to", "c", "--figure", "c.png", cwd=folder
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "road," in (folder / "c.csv").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cut", "toy.yaml", "--axis", "line", "--figure", "x.jpg"), "ends in .png or .svg"),
        (("cut", "toy.yaml", "--axis", "line", "--figure", "no/x.png"), "there is no folder no"),
        (("cut", "net.csv", "--from", "a", "--to", "c", "--figure", "x.png"), "needs coordinates"),
        (("rank", "net.csv", "--from", "a", "--to", "c", "--figure", "net.png"), "replace net.csv"),
        (
            ("cut", "toy.yaml", "--axis", "line", "--set", "events.gate_falls.at=1 day",
             "--set", "network.roads.hill--town.closed=true", "--figure", "x.png"),
            "line carries nothing then",
        ),
        (("film", "toy.yaml"), "toy.yaml is not a folder"),
        (("film", ".", "--out", "x.mp4"), "ends in .png, .apng or .gif"),
        (("film", ".", "--fps", "50", "--seconds", "600"), "3,000 frames at most"),
    ],
)  # fmt: skip
def test_mistakes_get_one_message_and_leave_nothing(
    sim: Sim, folder: Path, words: tuple[str, ...], said: str
) -> None:
    before = sorted(folder.iterdir())
    done = sim(*words, cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(folder.iterdir()) == before


def test_a_film_of_a_run_and_of_one_that_was_changed(sim: Sim, folder: Path) -> None:
    assert sim("run", "toy.yaml", "--no-figures", "--out", "a", cwd=folder).returncode == 0
    done = sim("film", "a", "--fps", "2", "--seconds", "2", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("written to a/film.png (")
    with Image.open(folder / "a/film.png") as film:
        assert film.n_frames == 4
    done = sim("film", "a", "--axis", "lane", cwd=folder)
    assert (done.returncode, done.stderr) == (
        2, "error: unknown axis 'lane'; did you mean 'line'?\n",
    )  # fmt: skip
    text = (folder / "a/summary.json").read_text().replace('"value": 25.0', '"value": 24.0')
    (folder / "a/summary.json").write_text(text)
    done = sim("film", "a", "--out", "b.gif", cwd=folder)
    assert done.returncode == 2
    assert "was written by another version" in done.stderr
    assert not (folder / "b.gif").exists()
