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
    assert "hill_falls at hill" in of_verdicts.causes(found.document, i)[0]
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


def test_a_claim_over_two_cells_says_by_what_it_came_in_each(found: api.Verdicts) -> None:
    """The gate falls on a day of 2 to 12 of which 10 are run, or it never does."""
    i, pair = row(found, "sooner")
    always, never = pair["cells"]
    # never less day t is a day or more where t is 9 or less: in 7 of 10 runs, each by the gate
    (true,) = [c for c in always["causes"] if c["verdict"] == "true"]
    assert (true["cause"], true["where"], true["runs"]) == ("gate_falls", "gate", pair["true"])
    assert 0.5 < pair["probability"]["value"] < 0.85
    # else it falls in the last day or after the end; in the other cell it comes in no run
    false = {(c["cause"], c["came"]) for c in always["causes"] if c["verdict"] == "false"}
    assert false == {("gate_falls", True), ("", False)}
    assert {(c["cause"], c["came"]) for c in never["causes"]} == {("", False)}
    assert sum(c["runs"] for c in never["causes"]) == N
    for said in of_verdicts.causes(found.document, i):
        assert f"in {always['cell']} " in said
        assert "by gate_falls at gate in " in said
        assert f"in {never['cell']} never in " in said


def test_a_total_in_two_cells_has_no_cause_but_a_mean_in_each(found: api.Verdicts) -> None:
    i, pair = row(found, "starves")
    assert {c["cause"] for cell in pair["cells"] for c in cell["causes"]} == {None}
    less, more = (cell["mean"] for cell in pair["cells"])
    assert less < more
    why, means = of_verdicts.causes(found.document, i)
    assert "no cause is told" in why
    assert means.startswith("Its mean is in ")
    assert means.endswith(" t.")


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
    for i in range(len(document["claims"])):
        said: list[Sentence] = [
            of_verdicts.answer(document, i), of_verdicts.verdict(document, i),
            of_verdicts.record(document, i), *of_verdicts.causes(document, i),
            of_verdicts.flip(document, i), *of_verdicts.links(document, i),
            *of_verdicts.hangs(document, i),
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
    assert len([line for line in table.splitlines() if line.startswith("|")]) == 2 + 4
    assert max(len(line) for line in table.splitlines() if line.startswith("|")) < 160
    assert table.count("\n## ") == len(found.document["claims"])
    assert "\n  - `events.gate_falls.chance`: 0 % where it does not happen" in table
    assert "`" not in (found.folder / "verdicts.csv").read_text("utf-8")


@pytest.mark.slow
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


MARCH = """\
format: 1
title: A march on the gate
period: {start: 2020-01-01, length: 10 days}
actors: {red: {}, blue: {}}
default_holder: red
holders: {camp: blue}
network:
  title: Toy
  classes: {road: {speed: 50 km/h, capacity: 20 t/day}}
  places:
    camp: {name: Camp, lat: 0, lon: 0}
    gate: {name: Gate, lat: 0, lon: 0.1}
    town: {name: Town, lat: 0, lon: 0.2}
  roads: {camp--gate: {km: 10, class: road}, gate--town: {km: 10, class: road}}
axes: {line: {actor: red, sources: {gate: {}}, sinks: {town: {demand: 8..9 t/day}}}}
fighting: {attack: 0.02 /day, defend: 0.02 /day}
operations:
  march:
    {actor: blue, strength: 100..200 persons, base: camp, route: gate, tempo: 10 km/day, at: 1 day,
     chance: 0.6}
claims:
  lost:
    {text: The gate is lost, measure: places.gate.time_lost_by.red, relation: '<=', value: 5 days}
"""


def test_the_chance_of_an_operation_is_an_assumption_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys/march.yaml").write_text(MARCH)
    found = api.verdicts(tmp_path / "toys", N, out=tmp_path / "out", workers=1)
    _, lost = row(found, "lost")
    # nobody stands at the gate, which is a day away: it is lost where they march, in 0.6 of all
    first = lost["assumptions"][0]
    assert first["input"] == "operations.march.chance"
    for compared in (first, first["confirmed"]):
        assert (compared["low"]["value"], compared["high"]["value"]) == (0, 1)
    # p + (c - 0.6) (1 - 0) is one half at c = 0.6 + 0.5 - p
    at = 0.6 + 0.5 - lost["true"] / N
    assert lost["flip"]["input"] == "operations.march.chance"
    assert (lost["flip"]["from"], lost["flip"]["to"]) == ("60 %", f"{100 * at:.0f} %")


SAME = """\
  wide:
    text: It carries 30 t/day at most
    measure: axes.line.capacity_start
    relation: '<='
    value: 30 t/day
  back:
    text: Blue loses the gate by day 5
    measure: places.gate.time_lost_by.blue
    relation: '<='
    value: 5 days
"""


def test_what_is_the_same_in_every_run_says_so_and_how_near_it_came(
    tmp_path: Path, held_to: Callable[..., None], of_document: Callable[..., Any]
) -> None:
    folder = tmp_path / "toys"
    folder.mkdir()
    text = (DATA / "one_way.yaml").read_text("utf-8")
    (folder / "one_way.yaml").write_text(text + SAME)
    found = api.verdicts(folder, N, out=tmp_path / "out", workers=1)
    # of 15..25 t/day the nearest to 30 in sixty runs is nearly the most
    i, wide = row(found, "wide")
    assert wide["same"]["bound"] == "30 t/day"
    assert 24 < wide["same"]["value"] <= 25
    # blue never loses what it takes
    j, back = row(found, "back")
    assert back["same"]["value"] is None
    assert row(found, "cut")[1]["same"] is None
    told = [of_verdicts.flip(found.document, n) for n in (i, j)]
    assert told[0].startswith("Nothing that was drawn; of all runs the nearest to 30 t/day is 2")
    assert told[1].endswith("came in no run.")
    same = of_verdicts.hangs(found.document, i)
    assert same == ["The same in all 60 runs: nothing that was drawn moves it."]
    for sentence in (*told, *same):
        held_to(sentence, of_document(found.document), None)


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
def test_the_committed_table_is_reproduced(tmp_path: Path) -> None:
    """On fewer runs, within the intervals; the words are those of its numbers."""
    committed = json.loads((GALLERY / "verdicts.json").read_text("utf-8"))
    assert (GALLERY / "verdicts.md").read_text("utf-8") == of_verdicts.markdown(committed)
    assert len(committed["claims"]) >= 14
    assert agrees(api.verdicts(CLAIMS, 20, out=tmp_path / "less").document, committed)
