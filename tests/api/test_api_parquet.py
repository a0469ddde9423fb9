"""Tables as Parquet: the same numbers, with kinds, units and meanings, read again by pandas."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import sim
from sim.cli.program import cli
from sim.tables.schema import ENSEMBLE, RUN

pandas = pytest.importorskip("pandas")
parquet = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def folder(tmp_path: Path, one_way: str) -> Path:
    return sim.run(one_way).write(tmp_path / "run", figures=False)


def cell(value: Any) -> str:
    """A value as the CSV files have it."""
    if pandas.isna(value):
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def test_a_run_has_the_numbers_of_its_csv_files(folder: Path) -> None:
    made = sim.open_run(folder).export_tables(folder.parent / "tables")
    assert sorted(p.stem for p in made.iterdir()) == sorted(RUN)
    for name in set(RUN) - {"measures", "claims"}:
        frame = pandas.read_parquet(made / f"{name}.parquet")
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            stated = list(csv.DictReader(file))
        assert len(frame) == len(stated)
        for column in RUN[name].columns:
            if column in ("day", "probability", "ended_s"):  # rounded, or with gaps, in a file
                found = frame[column].astype(float).fillna(-1).tolist()
                there = [float(row[column] or -1) for row in stated]
                assert found == pytest.approx(there, rel=1e-5, abs=1e-6)
            else:
                assert [cell(v) for v in frame[column]] == [row[column] for row in stated]
    measures = sim.summary(folder)["measures"]
    frame = pandas.read_parquet(made / "measures.parquet")
    assert dict(zip(frame["measure"], frame["unit"], strict=True)) == {
        path: measure["unit"] for path, measure in measures.items()
    }
    for path, value in zip(frame["measure"], frame["value"], strict=True):
        stated = measures[path]["value"]
        assert pandas.isna(value) if stated is None else value == stated


def test_every_column_that_is_written_is_stated_and_says_so(folder: Path) -> None:
    made = sim.open_run(folder).export_tables(folder.parent / "tables")
    for name, said in RUN.items():
        schema = parquet.read_schema(made / f"{name}.parquet")
        assert schema.names == list(said.columns)
        assert schema.metadata[b"about"].decode() == said.about
        for column, stated in said.columns.items():
            metadata = schema.field(column).metadata
            assert metadata[b"meaning"].decode() == stated.meaning
            assert metadata.get(b"unit", b"").decode() == stated.unit
    assert str(parquet.read_schema(made / "flows.parquet").field("date").type) == "timestamp[ms]"


def test_the_same_run_gives_the_same_bytes(folder: Path) -> None:
    run = sim.open_run(folder)
    first, second = (run.export_tables(folder.parent / name) for name in ("a", "b"))
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_an_ensemble_tells_measures_and_inputs_of_each_run(tmp_path: Path, one_way: str) -> None:
    done = sim.ensemble(one_way, 6, out=tmp_path / "many", workers=1, figures=False)
    made = sim.open_ensemble(tmp_path / "many").export_tables(tmp_path / "tables")
    assert sorted(p.stem for p in made.iterdir()) == sorted(ENSEMBLE)
    runs = pandas.read_parquet(made / "replicates.parquet").set_index("replicate")
    inputs = pandas.read_parquet(made / "inputs.parquet").set_index("replicate")
    assert runs.index.tolist() == inputs.index.tolist() == list(range(6))
    delivered = done.measured.columns["axes.line.delivered"]
    assert runs["axes.line.delivered"].tolist() == delivered.tolist()
    units = parquet.read_schema(made / "replicates.parquet")
    assert units.field("axes.line.delivered").metadata[b"unit"] == b"t"
    # what was drawn in a run of the ensemble is what that run says of itself
    for replicate in range(6):
        record = sim.run(one_way, replicate=replicate).record
        stated = record.drawn | record.chances
        found = inputs.loc[replicate].dropna().to_dict()
        assert found == pytest.approx(stated, rel=1e-11)
    # 15 to 25 t/day: kg/day in the table
    assert inputs["class:road:capacity"].between(15_000, 25_000).all()
    # none where the period ended before it was asked
    assert set(inputs["event:gate_falls:happens"].dropna()) == {True, False}
    for name in ("measures", "claims"):
        assert parquet.read_schema(made / f"{name}.parquet").names == list(ENSEMBLE[name].columns)


def test_the_command_writes_a_folder_of_a_run_or_an_ensemble(
    tmp_path: Path, one_way: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["export", *words, "--tables", "parquet"])
        return done.exit_code, done.output

    out = str(tmp_path / "out")
    assert call(str(folder), "--to", out) == (0, f"written to {out}\n")
    code, said = call(str(folder), "--to", out)
    assert (code, "exists already and is not empty" in said) == (2, True)
    sim.ensemble(one_way, 2, out=tmp_path / "many", workers=1, figures=False)
    assert call(str(tmp_path / "many"), "--to", str(tmp_path / "other"))[0] == 0
    code, said = call(str(folder), "--to", str(tmp_path / "no"), "--at", "1 day")
    assert (code, "--axis and --at are for layers" in said) == (2, True)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, said = call(str(folder), "--to", str(tmp_path / "no"))
    assert (code, "pip install 'supply-axis[parquet]'" in said) == (2, True)
    assert not (tmp_path / "no").exists()
