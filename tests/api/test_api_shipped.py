"""The cases that ship: each runs where it is, and a folder made of one has all that it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.api import shipped

NAMES = ["two_ways", "june_2016", "aid"]


def test_the_cases_are_listed_and_their_scenarios_load_where_they_are() -> None:
    found = sim.examples()
    assert list(found) == NAMES
    for name, case in found.items():
        assert sim.load(case.scenario).title == case.title, name
        assert case.licence


@pytest.mark.parametrize(
    "name", ["two_ways", "june_2016", pytest.param("aid", marks=pytest.mark.slow)]
)
def test_a_folder_of_a_case_needs_nothing_outside(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sim.init(tmp_path / "été à nous", name)
    monkeypatch.chdir(made)
    case = sim.examples()[name]
    own = [f"scenarios/{file}" for file in case.files]
    written = {str(p.relative_to(made)) for p in made.rglob("*") if p.is_file()}
    assert written == {*own, "README.md"}
    for file in own[:2]:
        checked = sim.validate(file)
        assert (checked.error, list(checked.warnings)) == (None, []), file
    lines = Path("README.md").read_text("utf-8").splitlines()
    assert len(lines) == 10
    assert all(word in "\n".join(lines) for word in (*own[:2], case.licence))


def test_no_file_of_a_case_is_one_too_many(tmp_path: Path) -> None:
    """Without any one of them its scenario or its study is refused."""
    for name in NAMES:
        case = sim.examples()[name]
        made = sim.init(tmp_path / name, name) / "scenarios"
        for file in case.files[2:]:
            text = (made / file).read_bytes()
            (made / file).unlink()
            refused = [sim.validate(made / own).error for own in case.files[:2]]
            assert any(refused), file
            (made / file).write_bytes(text)


def test_the_first_case_tells_what_its_comments_say(tmp_path: Path) -> None:
    case = sim.examples()["two_ways"]
    whole = sim.load(case.scenario, sets={"events.gate_falls.chance": 1})
    measures = sim.run(whole, nominal=True).summary["measures"]
    # 20 t/day by the gate and the median of 4 and 6 by the hill, of which the hill is left
    assert measures["axes.line.capacity_start"]["value"] == 25
    assert measures["axes.line.capacity_end"]["value"] == 5


def test_what_cannot_be_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(sim.BadInputError, match="did you mean 'two_ways'"):
        sim.init(tmp_path / "a", "tow_ways")
    with pytest.raises(sim.BadInputError, match="there are two_ways, june_2016, aid"):
        sim.init(tmp_path / "a", "xyzzy")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.yaml").touch()
    with pytest.raises(sim.FolderError, match="not empty"):
        sim.init(tmp_path / "full")
    monkeypatch.setattr(shipped, "_PLACES", (tmp_path,))
    with pytest.raises(sim.BadInputError, match="installed without examples"):
        sim.examples()
    assert not (tmp_path / "a").exists()
