"""Verdicts on folders of claims: what is run, told, gone on with, and refused."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

import sim as api
from sim.base.diagnostics import ScenarioError
from sim.base.errors import BadInputError, FolderError
from sim.base.said import Sentence
from sim.measure import statistics as st
from sim.page.verdicts import page
from sim.tables import of_verdicts

Sim = Callable[..., CompletedProcess[str]]
DATA = Path(__file__).parent.parent / "data"
GALLERY = Path(__file__).parent.parent.parent / "results/gallery"
CLAIMS = Path(__file__).parent.parent.parent / "scenarios/claims"
N = 60


@pytest.fixture
def toys(tmp_path: Path) -> Path:
    """A folder with a scenario that asks, a study with a claim, and a scenario with one claim."""
    shutil.copytree(DATA / "claims", tmp_path / "toys")
    shutil.copy(DATA / "one_way.yaml", tmp_path)
    shutil.copy(DATA / "one_way.yaml", tmp_path / "toys")
    return tmp_path / "toys"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> api.Verdicts:
    """What the claims of the toys come to."""
    home = tmp_path_factory.mktemp("verdicts")
    shutil.copytree(DATA / "claims", home / "toys")
    shutil.copy(DATA / "one_way.yaml", home)
    shutil.copy(DATA / "one_way.yaml", home / "toys")
    return api.verdicts(home / "toys", N, out=home / "out", workers=1)


def row(found: api.Verdicts, claim: str) -> tuple[int, dict[str, Any]]:
    """The number and the row of a claim."""
    rows = found.document["claims"]
    i = next(i for i, r in enumerate(rows) if r["claim"] == claim)
    return i, rows[i]


def test_a_claim_tied_to_the_wrong_cause_is_caught_by_its_causes(found: api.Verdicts) -> None:
    """Red keeps the gate, and the line is cut at the hill behind it."""
    i, lost = row(found, "border_lost")
    true = [c for c in lost["causes"] if c["verdict"] == "true"]
    assert {(c["cause"], c["where"]) for c in true} == {("hill_falls", "hill")}
    assert lost["other_cause"]
    assert lost["by_intended"] == [0, lost["true"]]
    assert "hill_falls at hill" in of_verdicts.causes(found.document, i)
    assert "something else than it says" in of_verdicts.verdict(found.document, i)


def test_the_chance_of_a_claim_is_that_of_its_scenario(found: api.Verdicts) -> None:
    # cut where the gate falls (0.8) before day 10 of 2 to 12 (0.8): 0.64 in all
    _, cut = row(found, "cut")
    assert cut["probability"]["low"] < 0.64 < cut["probability"]["high"]
    # and by the gate, without which it is never cut
    first = cut["assumptions"][0]
    assert first["input"] == "events.gate_falls.chance"
    assert first["low"]["value"] == first["confirmed"]["low"]["value"] == 0


def test_a_chance_flips_where_the_line_between_its_ends_says(found: api.Verdicts) -> None:
    _, cut = row(found, "cut")
    # p = 0.8 c is one half at c = 0.625; with the noise of so few runs
    assert cut["flip"]["input"] in ("events.gate_falls.chance", "events.gate_falls.at")


def test_a_claim_over_two_cells_is_judged_in_pairs(found: api.Verdicts) -> None:
    _, pair = row(found, "starves")
    assert pair["decided"] == N
    # the gate falls on a day of 2 to 12; 8 t/day are carried, so 10 t are lost where it falls
    # by day 8.75 or so, in 0.675 of the runs; a lost convoy (half of those on the way) may count
    assert 0.4 < pair["probability"]["value"] < 0.9
    assert pair["assumptions"][0]["input"] == "events.gate_falls.at"


def test_a_doubtful_link_is_told(found: api.Verdicts) -> None:
    i, lost = row(found, "border_lost")
    assert [link["input"] for link in lost["links"]] == ["network.roads.gate--town.exists"]
    # with a way round the hill the line is never cut
    assert lost["links"][0]["high"]["value"] == 0
    assert "is there" in str(of_verdicts.links(found.document, i)[0])


def test_other_numbers_make_other_words(found: api.Verdicts) -> None:
    i, _ = row(found, "cut")
    document = copy.deepcopy(found.document)
    claim = document["claims"][i]
    before = of_verdicts.answer(document, i), of_verdicts.verdict(document, i), page(document)
    claim["probability"] = {"value": 0.91, "low": 0.88, "high": 0.94}
    claim.update(verdict="supported in part", happened=False, flip=None)
    after = of_verdicts.answer(document, i), of_verdicts.verdict(document, i), page(document)
    assert "91 %" in after[0]
    assert "91 %" not in before[0]
    assert after[1] == (
        "Supported in part: the runs hold it likely, and on record it did not come true."
    )
    assert "did not come true" in of_verdicts.record(document, i)
    assert "None within the ranges" in of_verdicts.flip(document, i)
    assert before[2] != after[2]


def test_sentences_carry_their_numbers(
    found: api.Verdicts, held_to: Callable[..., None], of_document: Callable[..., Any]
) -> None:
    document = found.document
    for i, claim in enumerate(document["claims"]):
        said: list[Sentence] = [
            of_verdicts.answer(document, i), of_verdicts.verdict(document, i),
            of_verdicts.record(document, i), of_verdicts.causes(document, i),
            of_verdicts.flip(document, i), *of_verdicts.links(document, i),
            *(of_verdicts.assumption(document, i, n) for n in range(len(claim["assumptions"]))),
        ]  # fmt: skip
        for sentence in said:
            held_to(sentence, of_document(document), None)


def test_files_of_verdicts_are_there_and_the_page_hides_answers(found: api.Verdicts) -> None:
    names = {path.name for path in found.folder.iterdir()}
    assert names >= {"verdicts.json", "verdicts.csv", "verdicts.md", "verdicts.html", "runs"}
    text = (found.folder / "verdicts.html").read_text("utf-8")
    assert text.count('class="answer"') == len(found.document["claims"])
    assert text.count("<fieldset") == len(found.document["claims"])
    assert "<script src" not in text
    table = (found.folder / "verdicts.md").read_text("utf-8")
    assert len([line for line in table.splitlines() if line.startswith("|")]) == 2 + 3


def test_stopped_and_gone_on_with_it_is_the_same_bytes(found: api.Verdicts, toys: Path) -> None:
    """Stopped amid the first ensemble, then amid a confirmation."""
    place = toys.parent / "again"
    calls = []

    def stop(done: int, of: int) -> None:
        calls.append(done)
        if len(calls) in (20, 150):
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            api.verdicts(toys, N, out=place, workers=1, progress=stop)
        assert json.loads((place / "manifest.json").read_text())["status"] == "interrupted"
    api.verdicts(toys, out=place, workers=2)
    for name in ("verdicts.json", "verdicts.csv", "verdicts.md", "verdicts.html"):
        assert (place / name).read_bytes() == (found.folder / name).read_bytes()
    with pytest.raises(FolderError, match="another number of runs"):
        api.verdicts(toys, N + 1, out=place, workers=1)


def test_faults_of_all_files_are_told_and_nothing_is_run(toys: Path, sim: Sim) -> None:
    scenario = toys / "elsewhere.yaml"
    scenario.write_text(
        scenario.read_text("utf-8").replace("asks: border_lost", "asks: borde_lost")
    )
    study = toys / "pair.yaml"
    study.write_text(study.read_text("utf-8").replace("{chance: always}", "{chance: allways}"))
    done = sim("verdict", "toys", "--out", "out", cwd=toys.parent)
    assert done.returncode == 2
    assert "no claim 'borde_lost' to ask about" in done.stderr
    assert "did you mean 'border_lost'?" in done.stderr
    assert "no cell has these levels" in done.stderr
    assert not (toys.parent / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("relation: '<='", "relation: '=<'", "'=<' is no relation"),
        ("value: -10", "value: many", "'many' is no number"),
        ("text: The", "txt: The", "unknown key 'txt' in claim 'starves'"),
        ("{chance: always}", "{chanse: always}", "no factor 'chanse'"),
        ("against: {chance: never}", "against: {}", "2 cells have these levels"),
        ("axes.line.delivered", "axes.line.delivred", "no measure 'axes.line.delivred'"),
    ],
)
def test_faults_of_a_claim_of_a_study(toys: Path, old: str, new: str, said: str) -> None:
    file = toys / "pair.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(ScenarioError, match=r"pair\.yaml") as caught:
        api.verdicts(toys, 2, out=toys.parent / "out", workers=1)
    assert said in str(caught.value)


def test_a_folder_without_claims_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no file of the folder states a claim"):
        api.verdicts(tmp_path, 2, workers=1)
    with pytest.raises(FolderError, match="is not a folder"):
        api.verdicts(tmp_path / "nowhere", 2, workers=1)


def agrees(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two tables of the same claims give chances that their intervals allow.

    Newcombe's interval of each difference, at a level that holds for all of the claims together.
    """
    z = st.corrected(len(one["claims"]))
    for a, b in zip(one["claims"], other["claims"], strict=True):
        if a["claim"] != b["claim"]:
            return False
        gap = st.difference_of_probabilities(*((r["true"], r["decided"]) for r in (a, b)), z)
        assert gap.low is not None
        assert gap.high is not None
        if not gap.low <= 0 <= gap.high:
            return False
    return True


def test_a_smaller_table_agrees_with_a_larger_one(found: api.Verdicts, toys: Path) -> None:
    less = api.verdicts(toys, 20, out=toys.parent / "less", workers=1)
    assert agrees(less.document, found.document)
    changed = copy.deepcopy(found.document)
    changed["claims"][0]["true"] = changed["claims"][0]["decided"]
    assert not agrees(less.document, changed)


@pytest.mark.slow
@pytest.mark.skipif(not (GALLERY / "verdicts.json").is_file(), reason="made by make verdicts")
def test_the_committed_table_is_reproduced(tmp_path: Path) -> None:
    """On fewer runs, within the intervals; the words are those of its numbers."""
    committed = json.loads((GALLERY / "verdicts.json").read_text("utf-8"))
    assert (GALLERY / "verdicts.md").read_text("utf-8") == of_verdicts.markdown(committed)
    assert len(committed["claims"]) >= 14
    assert agrees(api.verdicts(CLAIMS, 20, out=tmp_path / "less").document, committed)
