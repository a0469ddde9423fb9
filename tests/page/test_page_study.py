"""Pages of studies: what they say of factors, cells and inputs, and what they refuse."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import api
from sim.base.errors import DamageWarning, FolderError
from sim.many.design import read_design
from sim.many.engines import Serial
from sim.many.ensemble import Means
from sim.many.studies import begin_study, carry_out_study
from sim.page.markup import Html
from sim.page.study_words import brief, finding, measure_name, split
from sim.page.write import write_report

LEVEL = "<b onclick=alert(1)>lost</b>"


def plain(markup: str) -> str:
    """What a reader sees of a piece of markup."""
    return unescape(re.sub(r"<[^>]*>", "", markup))


def said(folder: Path) -> list[str]:
    """The sentences of the finding on a page."""
    text = (folder / "report.html").read_text(encoding="utf-8")
    found = re.search(r'<section class="finding".*?</section>', text, re.DOTALL)
    assert found is not None
    return [plain(p) for p in re.findall(r"<p>(.*?)</p>", found[0], re.DOTALL)]


def tables(text: str, caption: str) -> list[list[list[str]]]:
    """The rows of the tables whose caption begins so, each cell as its number or its text."""
    found = []
    for table in re.findall(r"<table.*?</table>", text, re.DOTALL):
        if plain(table.partition("</caption>")[0]).startswith(caption):
            body = table.partition("<tbody>")[2]
            rows = body.partition("</tbody>")[0].split("<tr>")[1:]
            found.append([[_value(c) for c in re.split(r"(?=<t[hd])", r)[1:]] for r in rows])
    return found


def _value(cell: str) -> str:
    number = re.search(r'<data value="(.*?)">', cell)
    return number[1] if number else plain(cell)


# 25 t/day with all; without the gate 5 from day 5 on; without the hill 20 from day 8 to day 12,
# without both 25 for 5 days, 5 for 3, 0 for 4, 5 for 8; means over 20 days
MEANS = {
    ("held", "open"): 25.0,
    ("held", "shut"): (25 * 16 + 20 * 4) / 20,
    (LEVEL, "open"): (25 * 5 + 5 * 15) / 20,
    (LEVEL, "shut"): (25 * 5 + 5 * 3 + 5 * 8) / 20,
}


def test_the_finding_of_a_study_is_what_its_cells_imply(study: Path) -> None:
    # gate: (10 - 25 + 9 - 24) / 2 = -15; hill: (24 - 25 + 9 - 10) / 2 = -1, whatever the gate
    assert said(study) == [
        "Of 2 factors, gate <i> moves mean capacity (The line) most: from held to "
        f"{LEVEL} it is 15 t/day lower (95 % interval 15 to 15); hill \u22121 t/day "
        "(\u22121 to \u22121).",
        "The factors do not act on each other: what one does is the same, run by run, at every "
        "level of the others.",
    ]


def test_the_finding_of_factors_that_act_together(study: Path) -> None:
    summary = json.loads((study / "summary.json").read_text(encoding="utf-8"))
    found = {p: summary["effects"][p] for p in ("axes.line.days_cut",)}
    name = {"axes.line.days_cut": Html("days cut")}
    first, second = finding(name, summary["units"], frozenset(), found, 2, True)
    # cut for 4 days where both are lost, else never: 2 days each, and 4 more where the other is
    assert plain(first).endswith(
        "hill move days cut most, and alike: each by +2 days (95 % interval 2 to 2)."
    )
    assert plain(second) == (
        "What gate <i> does depends on hill: 0 days where it is open, +4 days where it is shut; "
        "the difference is +4 days (95 % interval 4 to 4)."
    )
    # where the grid is not whole the two parts are not told apart
    second = finding(name, summary["units"], frozenset(), found, 2, False)[1]
    assert f"from held to {LEVEL}, differs by +4 days between open and shut" in plain(second)


def test_every_cell_stands_with_its_numbers(study: Path) -> None:
    text = (study / "report.html").read_text(encoding="utf-8")
    (rows,) = tables(text, "Cells: mean capacity (The line)")
    # mean, its interval by the lower end, median, range, runs
    assert rows == [[*levels, *[str(v)] * 4, "2.0"] for levels, v in MEANS.items()]
    (rows,) = tables(text, "Cells: time of first cut (The line)")
    # never in three cells; on day 8 where both are lost
    came = [row[len(("gate", "hill")) :] for row in rows]
    assert [row[4] for row in came] == ["0.0", "0.0", "0.0", "1.0"]
    assert came[0][:4] == ["Infinity", "-", "Infinity", "Infinity"]  # later than any
    assert came[3][:4] == ["8.0"] * 4
    assert '<data value="Infinity">never</data>' in text
    assert '<data value="8.0">9 March 2001</data>' in text


def test_effects_stand_with_intervals_and_verdicts(study: Path) -> None:
    text = (study / "report.html").read_text(encoding="utf-8")
    (rows,) = tables(text, "Effects on mean capacity")
    assert [(row[0], row[2], row[3], row[5]) for row in rows] == [
        ("gate <i>", "-15.0", "-15.0", "lower"),
        ("hill", "-1.0", "-1.0", "lower"),
        ("gate <i> \u00d7 hill", "0.0", "0.0", "the same in every pair"),
    ]
    assert text.count("the interval leaves out 0") >= 2


def test_claims_have_their_chance_in_every_cell(study: Path) -> None:
    text = (study / "report.html").read_text(encoding="utf-8")
    assert "The line is <cut>: holds in 0 % to 100 % of runs, by cell" in plain(text)
    # by Wilson's score two of two runs leave 34 % to 100 %, none of two 0 % to 66 %
    (rows,) = tables(text, "Cells: The line is <cut>")
    assert [row[2] for row in rows] == ["0.0", "0.0", "0.0", "1.0"]
    assert "34 % to 100 %" in text
    assert "0 % to 66 %" in text


def test_names_and_levels_of_a_study_are_text(study: Path) -> None:
    text = (study / "report.html").read_text(encoding="utf-8")
    assert text.count("<script") == 1
    assert "onclick=alert(1)>" not in text
    assert "<i>" not in text
    assert "<u>" not in text
    assert "&lt;u&gt;held" in text
    assert 'src="data:image/svg+xml;base64,' in text
    assert " style=" not in text


def test_links_of_a_study_lead_to_files_and_cells(study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a study #1, 50 %"
    shutil.copytree(study, folder)
    page = write_report([folder], tmp_path / "page.html")
    targets = [
        tmp_path / unquote(target)
        for target in re.findall(r'href="([^"#][^"]*)"', page.read_text(encoding="utf-8"))
    ]
    assert all(target.exists() for target in targets)
    names = {target.relative_to(folder).as_posix() for target in targets}
    assert {"study.csv", "effects.csv", "ranks.csv", "summary.json"} <= names
    assert sum(target.is_dir() for target in targets) == len(MEANS)
    assert page.read_bytes() != (study / "report.html").read_bytes()  # links start elsewhere
    write_report([folder])
    assert (folder / "report.html").read_bytes() == (study / "report.html").read_bytes()


def test_a_cell_has_a_page_of_its_own(study: Path, tmp_path: Path) -> None:
    titles = set()
    for cell in sorted((study / "cells").iterdir()):
        text = write_report([cell], tmp_path / "cell.html").read_text(encoding="utf-8")
        title = plain(text[text.index("<h1>") : text.index("</h1>")])
        assert title.endswith(": 2 runs")
        titles.add(title)
        assert "a cell of Do the gate and the hill </title>" in plain(text)
        assert ">Figures<" not in text  # cells have none, so the page has no heading for them
    assert len(titles) == len(MEANS)
    assert f"(gate <i>: {LEVEL}, hill: shut): 2 runs" in " ".join(titles)
    copy = tmp_path / "apart"  # what is no longer in its study has a page all the same
    shutil.copytree(cell, copy)
    assert "a cell of" not in write_report([copy]).read_text(encoding="utf-8")


# --- sentences of made-up effects ---------------------------------------------------------


def effect(
    term: str, value: float, low: float | None, high: float | None, *, pairs: int = 10,
    levels: str = "off on", runs: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """An effect as summary.json has it; ``term`` is one factor or two."""
    verdict = "no difference found"
    if value == 0:
        verdict = "same"
    elif low is not None and high is not None and not low <= 0 <= high:
        verdict = "higher" if low > 0 else "lower"
    names = term.split()
    return {
        "term": names, "levels": [levels.split()] * len(names), "value": value, "low": low,
        "high": high, "verdict": verdict, "pairs": pairs, "runs_to_settle": runs,
    }  # fmt: skip


OPEN = effect("rain", 2, -1, 5, runs=40)


@pytest.mark.parametrize(
    ("found", "late", "first"),
    [
        ([effect("raid", -5, -8, -2)], True,
         "raid moves it: from off to on the restricted mean is 5 days lower (95 % interval "
         "2 to 8)."),
        ([effect("raid", 1, 0.5, 1.5)], True,
         "raid moves it: from off to on the restricted mean is 1 day higher (95 % interval "
         "0.50 to 1.50)."),
        ([effect("raid", 9, 8, 10), effect("rain", 2, 1, 3)], False,
         "Of 2 factors, raid moves it most: from off to on it is 9 days higher (95 % interval 8 to "
         "10); rain +2 days (1 to 3)."),
        ([effect("raid", 9, 8, 10), OPEN], False,
         "Of 2 factors, raid moves it most: from off to on it is 9 days higher (95 % interval 8 to "
         "10); rain +2 days, no difference found (\u22121 to 5)."),
        # what is not settled may be as large as what is
        ([effect("raid", 4, 3, 5), OPEN], False,
         "More than one factor may move it most, for their 95 % intervals overlap: raid +4 days "
         "(3 to 5) and rain +2 days (\u22121 to 5)."),
        ([OPEN], False,
         "No factor is found to change it: the largest difference, rain from off to on, is +2 days "
         "(95 % interval \u22121 to 5); 40 pairs of runs would settle it."),
        ([effect("raid", 3, None, None, pairs=1)], False,
         "No factor is found to change it: the largest difference, raid from off to on, is +3 days "
         "(too few pairs for an interval); 1 of 10 pairs of runs have a value of it."),
        ([effect("raid", 0, 0, 0)], False,
         "Nothing that the study varies changes it: it is the same in every pair of runs."),
        ([], False,
         "What a factor does to it is not known: no two cells that differ in one factor alone have "
         "a value of it in the same run."),
        # of a factor of three levels the one that does most
        ([effect("raid", 2, 1, 3), effect("raid", 9, 8, 10, levels="off twice")], False,
         "raid moves it: from off to twice it is 9 days higher (95 % interval 8 to 10)."),
    ],
)  # fmt: skip
def test_the_first_sentence(found: list[dict[str, Any]], late: bool, first: str) -> None:
    times = frozenset({"m"}) if late else frozenset()
    assert (
        plain(finding({"m": Html("it")}, {"m": "day"}, times, {"m": found}, 10, True)[0]) == first
    )


def test_the_second_sentence() -> None:
    def second(*found: dict[str, Any], **others: Any) -> str:
        effects = {"m": list(found), **{name: [one] for name, one in others.items()}}
        names = {name: Html(name) for name in effects}
        units = dict.fromkeys(effects, "km")
        return plain(finding(names, units, frozenset(), effects, 10, True)[1])

    raid = effect("raid", 4, 3, 5)
    assert second(raid) == "It is the only measure that the study names."
    assert second(raid, a=OPEN) == "Of the other measure none is found to change."
    assert second(raid, a=raid, b=OPEN, c=raid, d=raid, e=raid) == (
        "Of the 5 other measures 4 are found to change: a, c, d and 1 more."
    )
    assert second(raid, effect("raid rain", 2, -1, 5)) == (
        "No interaction is found: the largest, raid \u00d7 rain, is +2 km (95 % interval \u22121 "
        "to 5)."
    )
    # the main effect is of 10 pairs, the interaction of 9: its halves are not known
    assert "differs by +2 km between off and on" in second(
        raid, effect("raid rain", 2, 1, 3, pairs=9)
    )
    assert plain(finding({}, {}, frozenset(), {}, 10, False)[0]) == (
        "No measure of this study has a value in every cell."
    )


def test_a_measure_in_a_few_words() -> None:
    several = [effect("raid", 0.012, 0.01, 0.014), effect("raid", 9, 8, 10, levels="off twice")]
    assert plain(brief("1", several, 10)) == (
        "raid from off to twice +9, raid from off to on +0.012"
    )
    assert plain(brief("km", [OPEN], 12)) == (
        "no difference found; 10 of 12 pairs of runs have a value of it"
    )
    assert plain(brief("km", [effect("raid", 0, 0, 0)], 10)) == "the same in every pair of runs"
    assert plain(brief("km", [], 10)) == "no two cells have a value of it in the same run"


numbers = st.integers(-(10**6), 10**6).map(lambda n: n / 1000)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(numbers, numbers)
def test_an_effect_is_split_by_the_level_of_the_other(before: float, after: float) -> None:
    # two levels: the main effect is the mean of the two, the interaction their difference
    main = effect("raid", float(f"{(before + after) / 2:.9g}"), None, None)
    crossed = effect("raid rain", float(f"{after - before:.9g}"), None, None)
    found = split([main, crossed], crossed)
    assert found is not None
    assert found == pytest.approx((before, after), rel=1e-6, abs=1e-5)
    assert split([crossed], crossed) is None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("axes.line.capacity_mean", "mean capacity (The line)"),
        ("axes.line.capacity_end", "capacity at the end (The line)"),
        ("axes.line.sinks.fort.time_of_exhaustion", "time of exhaustion (FORT, The line)"),
        ("places.fort.time_lost_by.red", "time lost by Red (FORT)"),
        ("regroup.red.to.fort.persons", "persons (FORT, Red)"),
        ("operations.nobody.time_of_start", "nobody time of start"),
        ("nothing", "nothing"),
    ],
)
def test_a_measure_has_a_name_for_people(lost: Path, path: str, name: str) -> None:
    scenario = api.load(lost / "scenario.resolved.yaml")
    fort = scenario.network.places["fort"].name
    assert plain(measure_name(scenario, path)) == name.replace("FORT", fort)


# --- other designs ------------------------------------------------------------------------


def test_a_list_of_cells_run_once(lost: Path, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(
        f"format: 1\nbase: {lost.with_suffix('.yaml').as_posix()}\nn: 1\n"
        "list:\n  - {events.hill_shut.chance: 0}\n  - {axes.line.sinks.town.stock: 8 t}\n"
        "measures: [axes.line.capacity_mean, regroup.red.to.hill.share]\n",
        encoding="utf-8",
    )
    folder = begin_study(read_design(file), tmp_path / "study")
    carry_out_study(folder, Means(Serial()))
    text = plain(write_report([folder]).read_text(encoding="utf-8"))
    # no two cells differ in one factor alone, and one run has no interval
    assert said(folder)[0].startswith("What a factor does to mean capacity (The line) is not known")
    assert "as in the base" in text
    assert "1 runs a cell" not in text
    assert "1 run a cell" in text


def test_a_sensitivity_study_says_what_matters(sensitivity: Path) -> None:
    # 10..30 t/day over the gate and 5 over the hill: across the middle 95 % of it 0.95 * 20 = 19,
    # but for the last kilogram, since capacities are whole
    assert said(sensitivity) == [
        "Of 2 uncertain inputs network.classes.road.capacity (trust: assumed) matters most to "
        "capacity at the end (The line): across the middle 95 % of it the measure changes by "
        "19.00 t/day on average (95 % interval 19.00 to 19.00).",
        "One input does nothing to it; time of first cut (The line) did not come in any of the "
        "12 runs.",
    ]
    text = (sensitivity / "report.html").read_text(encoding="utf-8")
    (rows,) = tables(text, "Inputs that matter to capacity at the end")
    assert [row[0] for row in rows] == ["network.classes.road.capacity"]
    assert rows[0][-3:] == ["10..30 t/day", "A <i>diary</i>", "assumed"]
    assert "1 input that does nothing to it" in text
    assert text.count("<script") == 1


def test_indices_of_sobol_are_shares(sensitivity: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sobol"
    shutil.copytree(sensitivity, folder)
    design = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    wanted = {"method": "sobol", "size": 8}
    (folder / "study.json").write_text(json.dumps({**design, "sensitivity": wanted}))
    road, demand = sorted(design["inputs"], reverse=True)
    head, path = "measure,unit,input,total,half_width,first\n", "axes.line.capacity_end"
    (folder / "sensitivity.csv").write_text(
        f"{head}{path},1,{road},0.75,0.5,0.5\n{path},1,{demand},0.5,0.25,0.125\n"
    )
    with pytest.warns(DamageWarning, match="is not what was written there"):
        write_report([folder])
    # 0.75 - 0.5 to 0.75 + 0.5, of which no more than the whole is said; 0.5 + 0.25 reaches 0.25
    assert said(folder)[0] == (
        f"Of 2 uncertain inputs {road} (trust: assumed) matters most to capacity at the end (The "
        "line): it has a part in 75 % of the variance (95 % interval 25 % to 100 %), but the "
        f"interval of {demand} overlaps with it."
    )
    (rows,) = tables((folder / "report.html").read_text(encoding="utf-8"), "Inputs that matter")
    assert [row[1:3] + row[4:5] for row in rows] == [
        ["0.75", "0.25", "0.5"],
        ["0.5", "0.25", "0.125"],
    ]
    (folder / "sensitivity.csv").write_text(head)
    with pytest.warns(DamageWarning, match="is not what was written there"):
        write_report([folder])
    assert said(folder)[0] == "No measure of this study depends on any of the 2 inputs."
    (folder / "sensitivity.csv").write_text("measure\nsome\n")
    with pytest.raises(FolderError, match=r"sensitivity\.csv cannot be read"):
        write_report([folder])


def test_samples_of_a_sensitivity_have_no_page_of_chances(sensitivity: Path) -> None:
    with pytest.raises(FolderError, match="shares of them are no chances; the page is that of"):
        write_report([sensitivity / "samples"])


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda f: _status(f, "running"), "go on with: sim study --resume"),
        (lambda f: (f / "summary.json").unlink(), r"has no summary\.json"),
        (lambda f: (f / "summary.json").write_text('{"format": 9}'), "another version"),
        (lambda f: (f / "study.json").write_text("{"), "is not as this program writes"),
        (lambda f: shutil.rmtree(sorted((f / "cells").iterdir())[-1]), "is not a folder"),
    ],
)
def test_a_broken_or_unfinished_study_is_refused(
    study: Path, tmp_path: Path, spoil: Callable[[Path], Any], why: str
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(study, folder, ignore=shutil.ignore_patterns("*.html"))
    spoil(folder)
    with pytest.raises(FolderError, match=why):
        write_report([folder])
    assert not list(folder.glob("*.html"))


def _status(folder: Path, status: str) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "status": status}))


def test_failed_runs_are_counted(study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(study, folder, ignore=shutil.ignore_patterns("*.html"))
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    summary["cells"][1] |= {"failed": [2], "n": 1}
    (folder / "summary.json").write_text(json.dumps(summary))
    _status(folder, "failed")
    with pytest.warns(DamageWarning, match="is not what was written there"):
        text = plain(write_report([folder]).read_text(encoding="utf-8"))
    assert "4 cells, 7 runs, 1 failed, seed" in text
    assert "1 to 2 runs a cell" in text


ANSWER = "answer: {comes: axes.line.time_of_first_cut, in: {gate: lost, hill: %s}, not_in: [%s]}\n"


@pytest.mark.parametrize(
    ("hill", "not_in", "first"),
    [
        # the line is cut where both are lost, in every run; nowhere else (see MEANS)
        ("shut", "{gate: lost, hill: open}, {gate: held, hill: shut}", "Yes: in all of 2 runs."),
        ("open", "", "No: in none of 2 runs."),
    ],
)
def test_a_study_answers_its_title_first(
    tmp_path: Path, study: Path, hill: str, not_in: str, first: str
) -> None:
    shutil.copy(study.parent / "base.yaml", tmp_path / "base.yaml")
    file = tmp_path / "study.yaml"
    file.write_text(
        "format: 1\ntitle: Do both together cut the line?\nbase: base.yaml\nn: 2\ngrid:\n"
        "  events.gate_falls.chance: {held: 0, lost: 1}\n"
        "  events.hill_shut.chance: {open: 0, shut: 1}\n"
        "names: {events.gate_falls.chance: gate, events.hill_shut.chance: hill}\n"
        "measures: [axes.line.capacity_mean]\n" + ANSWER % (hill, not_in),
        encoding="utf-8",
    )
    folder = begin_study(read_design(file), tmp_path / "out")
    carry_out_study(folder, Means(Serial()))
    write_report([folder])
    lead = said(folder)[0]
    assert lead.startswith(first + " Counted are runs in which the time of first cut (The line) ")
    assert f"comes with gate lost, hill {hill}" in lead
    assert ("does not in the same run with gate lost, hill open, or with" in lead) == bool(not_in)
