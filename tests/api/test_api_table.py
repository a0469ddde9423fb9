"""Scenarios on a binary table: the same results as on its YAML, and folders that hold the table."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import sim as program
from sim.api.axes import cuts_at
from sim.api.changes import added
from sim.api.origins import Opened, loaded
from sim.scenario.model import TABLE
from sim.tables.folder import RESOLVED

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory, valley_in: Callable[[Path], Path]) -> Path:
    """The root of a project with the scenario of the valley, ``npz.yaml`` and ``yaml.yaml``."""
    folder = tmp_path_factory.mktemp("valley")
    (folder / "scenarios").mkdir()  # the root of a project
    return valley_in(folder)


@pytest.fixture(scope="module")
def runs(valley: Path) -> dict[str, Path]:
    """The folders of the run on the table and of that on the YAML."""
    return {
        form: program.run(valley / f"{form}.yaml").write(valley / f"run-{form}", figures=False)
        for form in ("npz", "yaml")
    }


def holds(folder: Path) -> bytes:
    """What a folder's table holds."""
    return (folder / TABLE).read_bytes()


def test_a_run_says_the_same_and_holds_the_table(valley: Path, runs: dict[str, Path]) -> None:
    for one in runs["yaml"].glob("*.csv"):
        assert (runs["npz"] / one.name).read_bytes() == one.read_bytes(), one.name
    said = [json.loads((runs[form] / "summary.json").read_bytes()) for form in runs]
    assert said[0] == said[1]
    # 30 t/day by the ford, which is lost for a while, and 20 by the long way
    measures = said[0]["measures"]
    assert measures["axes.food.capacity_start"]["value"] == 50
    assert measures["events.lost.capacity_change.food"]["value"] == -30
    assert holds(runs["npz"]) == (valley / "roads.npz").read_bytes()
    assert not (runs["yaml"] / TABLE).exists()
    text = (runs["npz"] / RESOLVED).read_text()
    assert "Ford--" not in text  # roads stand in the table alone
    scenario = program.load(runs["npz"] / RESOLVED)
    assert scenario.network == program.load(valley / "npz.yaml").network


def test_answers_about_a_table_are_those_about_its_yaml(valley: Path) -> None:
    asked: list[Callable[[Path], Any]] = [
        lambda file: cuts_at(file, [None])[0].document(),
        lambda file: program.rank(file).document(),
        lambda file: program.interdict(file, None, 2).document(),
        lambda file: program.reliability(file, stands={"Ford": 0.9, "Lenn": 0.8}).document(),
    ]
    for ask in asked:
        table, text = ask(valley / "npz.yaml"), ask(valley / "yaml.yaml")
        assert table == text


def test_a_run_is_gone_on_with_from_the_table_of_its_folder(
    runs: dict[str, Path], tmp_path: Path, sim: Command
) -> None:
    alone = tmp_path / "alone"  # away from what it was made of
    subprocess.run(["cp", "-r", str(runs["npz"]), str(alone)], check=True)
    for words in (
        ["report", "alone"], ["figures", "alone"], ["verify", "alone"], ["show", "alone"],
        ["film", "alone", "--fps", "2", "--seconds", "1", "--out", "film.png"],
        ["export", "alone", "--to", "layers.geojson"],
        ["compare", "alone", str(runs["yaml"]), "--no-figures", "--out", "both"],
        ["run", f"alone/{RESOLVED}", "--no-figures", "--out", "again"],
    ):  # fmt: skip
        done = sim(*words, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), words
    for name in (RESOLVED, TABLE, "summary.json", "flows.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (alone / name).read_bytes()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda file: file.unlink(), "no such file 'network.npz', which had the SHA-256 "),
        (lambda file: file.write_bytes(b"PK"), "'network.npz' is another table than this was"),
        (lambda file: file.write_bytes(holds(file.parent) + b"x"), "its SHA-256 is "),
    ],
)
def test_a_table_that_is_not_what_was_written_is_refused(
    runs: dict[str, Path], tmp_path: Path, sim: Command,
    damage: Callable[[Path], Any], said: str,
) -> None:  # fmt: skip
    folder = tmp_path / "run"
    subprocess.run(["cp", "-r", str(runs["npz"]), str(folder)], check=True)
    damage(folder / TABLE)
    for words in (["report", "run"], ["figures", "run"], ["export", "run", "--to", "x.geojson"],
                  ["compare", "run", "run", "--out", "both"]):  # fmt: skip
        done = sim(*words, cwd=tmp_path)
        assert done.returncode == 2, words
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert sim("verify", "run", cwd=tmp_path).returncode == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run"]


def test_a_table_that_is_a_link_out_of_the_folder_is_not_read(
    runs: dict[str, Path], tmp_path: Path, sim: Command
) -> None:
    subprocess.run(["cp", "-r", str(runs["npz"]), str(tmp_path / "run")], check=True)
    (tmp_path / "run" / TABLE).rename(tmp_path / "elsewhere.npz")
    (tmp_path / "run" / TABLE).symlink_to(tmp_path / "elsewhere.npz")
    done = sim("report", "run", cwd=tmp_path)
    assert done.returncode == 2
    assert "is a link out of" in done.stderr


def test_an_ensemble_on_workers_is_that_on_the_yaml_and_is_gone_on_with(
    valley: Path, tmp_path: Path
) -> None:
    made = {
        form: program.ensemble(
            valley / f"{form}.yaml", 6, out=tmp_path / form, workers=2, figures=False
        )
        for form in ("npz", "yaml")
    }
    rows = [(one.folder / "replicates.csv").read_bytes() for one in made.values()]
    assert rows[0] == rows[1]
    assert program.verify(tmp_path / "npz").whole
    again = program.open_ensemble(tmp_path / "npz")
    assert again.scenario.network.binary == program.load(valley / "npz.yaml").network.binary
    (tmp_path / "npz" / TABLE).write_bytes(b"other")
    with pytest.raises(program.Error, match="another table"):
        program.open_ensemble(tmp_path / "npz")


def test_a_study_holds_its_table_once(valley: Path, tmp_path: Path) -> None:
    design = {
        "format": 1, "base": os.path.relpath(valley / "npz.yaml"), "n": 2,
        "grid": {"network.roads.Amber--Ford.capacity": ["1 t/day", "40 t/day"]},
        "measures": ["axes.food.delivered"],
    }  # fmt: skip
    done = program.study(design, out=tmp_path / "study", figures=False)
    tables = sorted(done.folder.glob(f"cells/*/{TABLE}"))
    assert len(tables) == 2
    assert len({file.stat().st_ino for file in tables}) == 1  # one file on the disk
    assert program.verify(done.folder).whole
    stated = [program.load(file.parent / RESOLVED).network.roads["Amber--Ford"].capacity
              for file in tables]  # fmt: skip
    assert [road and road.nominal for road in stated] == [1_000, 40_000]


def test_changes_in_python_and_on_a_page_keep_the_table(valley: Path) -> None:
    scenario = program.load(valley / "npz.yaml")
    changed = scenario.with_({"network.roads.Amber--Ford": None, "seed": 5})
    assert changed.network.binary == scenario.network.binary
    assert len(changed.network.roads) == len(scenario.network.roads) - 1
    drawn = {"places": {"new": {"name": "New", "lat": 1.0, "lon": 1.0, "by": "red"}}}
    parts = added(scenario, {}, {"drawn": drawn})
    whole = Opened(valley / "npz.yaml", scenario).whole(parts)
    assert len(loaded(whole, scenario.network.binary).network.places) == 5
    drawn = {"places": {"Amber": {"name": "New", "lat": 1.0, "lon": 1.0, "by": "red"}}}
    with pytest.raises(program.Error, match="'Amber' is there already"):
        added(scenario, {}, {"drawn": drawn})


def test_comparisons_call_places_by_the_names_in_the_table(valley: Path, tmp_path: Path) -> None:
    less = valley / "less.yaml"
    less.write_text(
        "format: 1\nextends: npz.yaml\n"
        "overrides: {axes.food.sinks.Mere.stock: 10 t, axes.food.sources.Amber.supply: 11 t/day}\n"
    )
    runs = [program.run(file) for file in (valley / "npz.yaml", less)]
    folders = [run.write(tmp_path / str(i), figures=False) for i, run in enumerate(runs)]
    for those in (runs, folders):
        data = program.compare(*those).plot("compare_food")
        assert "Stock at Lake Mere, t" in texts(data)
    many = [
        program.ensemble(file, 8, out=tmp_path / file.stem, workers=1, figures=False)
        for file in (valley / "npz.yaml", less)
    ]
    assert "food, Lake Mere: unmet" in texts(program.compare(*many).plot("differences"))


def texts(figure: Figure) -> set[str]:
    """What is written on a figure."""
    return {text.get_text() for text in figure.findobj(Text)}
