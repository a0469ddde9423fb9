"""What verdicts say, in words made from their numbers, and as a table and Markdown.

Each function takes the document of :func:`sim.many.verdicts.carry_out_verdicts` and the number of
a claim in it; numbers say where in the document they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.base.said import LEVEL, Key, Name, Said, Sentence, at, counted, several, share
from sim.measure.verdicts import LIKELY, UNLIKELY

from .data import DataTable
from .table import Column, Percent, Range, Table, UserText, said

Document = Mapping[str, Any]

MOST_CAUSES = 3
"""Causes that are told of either outcome."""


def answer(document: Document, i: int) -> Sentence:
    """How often the claim came true, with its interval."""
    claim = document["claims"][i]
    if claim["probability"] is None:
        return Sentence("No run decides it.")
    path = f"claims/{i}"
    runs = counted(claim["decided"], "run", measure=f"{path}/decided")
    return Sentence(
        "It comes true in ", _share(document, f"{path}/probability/value"), " of ", runs,
        " (", LEVEL, " interval ", *_ends(document, f"{path}/probability"), ").",
    )  # fmt: skip


def verdict(document: Document, i: int) -> Sentence:
    """The verdict, and why it is not simply what the chance says."""
    claim = document["claims"][i]
    told = Sentence(claim["verdict"]).capitalized()
    if claim["undecidable"]:
        return Sentence(told, ": ", Name(claim["undecidable"]), ".")
    if claim["verdict"] == "undecidable from this":
        return Sentence(told, ": too few runs decide it.")
    why = []
    if claim["verdict"] == "supported in part":
        chance, happened = claim["probability"]["value"], claim["happened"]
        if happened is True and chance <= UNLIKELY:
            why.append("the runs hold it unlikely, and on record it came true")
        if happened is False and chance >= LIKELY:
            why.append("the runs hold it likely, and on record it did not come true")
    if claim["other_cause"]:
        why.append("where it comes true, it is mostly by something else than it says")
    return Sentence(told, *([": ", several(why, last="; ")] if why else []), ".")


def record(document: Document, i: int) -> Sentence:
    """What is on record."""
    claim = document["claims"][i]
    words = {True: "it came true", False: "it did not come true", None: None}[claim["happened"]]
    if words is None and claim["record"] is None:
        return Sentence("Nothing is on record.")
    parts = [Sentence(words)] if words else []
    parts += [Sentence(Name(claim["record"].rstrip(".")))] if claim["record"] else []
    return (
        Sentence("On record ", several(parts, last=": "), ".")
        if words
        else Sentence("On record: ", *parts, ".")
    )


def causes(document: Document, i: int) -> Sentence:
    """By what the claim came true or false, in which share of the runs."""
    claim = document["claims"][i]
    told = []
    if all(cause["cause"] is None for cause in claim["causes"]):
        return Sentence("What it is about turns at no single instant, so no cause is told.")
    for kind, words in (("true", "It comes true"), ("false", "It comes out false")):
        found = [n for n, c in enumerate(claim["causes"]) if c["verdict"] == kind]
        if found:
            parts = [_cause(document, i, n) for n in found[:MOST_CAUSES]]
            more = len(found) - MOST_CAUSES
            if more > 0:
                rest = sum(claim["causes"][n]["share"] for n in found[MOST_CAUSES:])
                others = counted(more, "other cause")
                parts.append(Sentence("by ", others, " in ", share(rest)))
            told.append(Sentence(words, " ", several(parts), " of the runs."))
    if claim["by_intended"] is not None and claim["by_intended"][1]:
        ours, of = claim["by_intended"]
        meant = several([Name(cause) for cause in claim["caused_by"]], last=" or ")
        whole = Said(f"{of:,}", of, "runs", f"claims/{i}/by_intended/1")
        told.append(Sentence(
            "It is meant to come true by ", meant, "; for another reason it did in ",
            Said(f"{of - ours:,}", of - ours, "runs"), " of ", whole, " runs.",
        ))  # fmt: skip
    return Sentence(*several(told, " ", " ").parts)


def _cause(document: Document, i: int, n: int) -> Sentence:
    found = document["claims"][i]["causes"][n]
    if found["cause"] is None:
        by: list[str] = ["by no single instant"]
    elif not found["cause"]:
        by = ["with nothing that happened"]
    else:
        where = [" at ", Name(found["where"])] if found["where"] else []
        by = ["by ", Name(found["cause"]), *where]
    return Sentence(*by, " in ", _share(document, f"claims/{i}/causes/{n}/share"))


def assumption(document: Document, i: int, n: int, kind: str = "assumptions") -> Sentence:
    """How the chance of the claim differs with one input, as drawn and as confirmed."""
    found = document["claims"][i][kind][n]
    path = f"claims/{i}/{kind}/{n}"
    parts: list[str] = [Key(found["input"]), ": ", *_low_high(document, found, path)]
    if not found["clear"]:
        parts.append("; among so many inputs this may be chance")
    if found["confirmed"] is not None:
        pair = _low_high(document, found, f"{path}/confirmed")
        parts += ["; set so in runs of its own ", *pair]
    return Sentence(*parts, ".")


def hangs(document: Document, i: int) -> Sentence:
    """What the claim hangs on most, or that it hangs on nothing that is uncertain."""
    claim = document["claims"][i]
    if claim["probability"] is not None and claim["probability"]["value"] in (0, 1):
        return Sentence("It comes out the same in every run, whatever is drawn.")
    found = [assumption(document, i, n) for n in range(len(claim["assumptions"]))]
    return several(found, " ", " ") if found else Sentence("Nothing that is uncertain.")


def _low_high(document: Document, found: Document, path: str) -> list[str]:
    low, high = (_share(document, f"{path}/{end}/value") for end in ("low", "high"))
    if not found["chance"]:
        values = [Name(f"about {value}") for value in found["values"]]
        return [low, " with ", values[0], ", ", high, " with ", values[1]]
    names = found["values"]
    return [low, f" where it {_is(names[0])}, ", high, f" where it {_is(names[1])}"]


def _is(word: str) -> str:
    """What became of a thing that has a chance, as a verb."""
    return {"not": "does not happen", "happens": "happens"}.get(word, f"is {word}")


def flip(document: Document, i: int) -> Sentence:
    """The smallest change that would flip the claim."""
    claim = document["claims"][i]
    found = claim["flip"]
    if claim["verdict"] == "undecidable from this":
        return Sentence("Not looked for: the claim is undecidable from this.")
    if not claim["flips_sought"]:
        return Sentence("Nothing that was found: no input was confirmed to change its chance.")
    if found is None:
        sought = counted(claim["flips_sought"], "assumption", measure=f"claims/{i}/flips_sought")
        return Sentence("None within the ranges of the ", sought, " confirmed.")
    return Sentence(
        "It flips with ", Key(found["input"]), " at ", Name(found["to"]), " in place of ",
        Name(found["from"]),
        " (the chance of the claim is ", _share(document, f"claims/{i}/flip/probability"),
        " there).",
    )  # fmt: skip


def links(document: Document, i: int) -> list[Sentence]:
    """How the claim moves with each doubtful road."""
    return [assumption(document, i, n, "links") for n in range(len(document["claims"][i]["links"]))]


def _share(document: Document, path: str) -> Said:
    return share(at(document, path), path)


def _ends(document: Document, path: str) -> list[str]:
    return [_share(document, f"{path}/low"), " to ", _share(document, f"{path}/high")]


COLUMNS = (
    Column("claim", "Claim", UserText), Column("title", "In words", UserText),
    Column("text", "As a question", UserText), Column("asked", "As the model asks it", str),
    Column("chance", "Chance", Percent),
    Column("interval", "95 % interval", str), Column("record", "Record", str),
    Column("verdict", "Verdict", str), Column("causes", "What caused it", str),
    Column("hangs", "Hangs most on", str), Column("flip", "What would flip it", str),
    Column("links", "Doubtful links", str),
)  # fmt: skip


def table(document: Document) -> Table:
    """One row a claim."""
    rows = []
    for i, claim in enumerate(document["claims"]):
        chance = claim["probability"]
        rows.append([
            claim["seed_claim"] or claim["claim"], claim["title"], claim["text"], claim["asked"],
            None if chance is None else chance["value"],
            None if chance is None else Range(Percent(chance["low"]), Percent(chance["high"])),
            str(record(document, i)), str(verdict(document, i)), str(causes(document, i)),
            str(hangs(document, i)),
            str(flip(document, i)), " ".join(links(document, i)),
        ])  # fmt: skip
    return Table("Verdicts", COLUMNS, rows)


def markdown(document: Document) -> str:
    """The table as a page of Markdown."""
    runs = document["runs"]
    head = [
        "# Verdicts",
        "",
        "Made by `sim verdict`; not written by hand. Each claim is answered by "
        f"{runs['main']} runs; what it hangs on most is confirmed by {runs['confirm']} runs a "
        f"setting, and what would flip it is sought with {runs['flip']} runs a step. "
        "docs/definitions.md has the rule of verdicts.",
        "",
    ]
    found = table(document)
    lines = [[column.head for column in found.columns], ["---"] * len(found.columns)]
    lines += [[_cell(cell) for cell in row] for row in found.cells]
    return "\n".join([*head, *("| " + " | ".join(line) + " |" for line in lines), ""])


def _cell(value: object) -> str:
    return said(value, lambda days: f"day {days:g}").replace("|", "\\|").replace("\n", " ")


WORDS = [column.key for column in COLUMNS].index("causes")
"""Where the columns of words begin."""

CSV = (
    "file", "claim", "seed_claim", "title", "text", "asked", "verdict", "runs", "decided",
    "probability", "low", "high", "happened", "record",
)  # fmt: skip


def data_table(document: Document) -> DataTable:
    """The numbers of each claim, and its words, as a tidy table."""
    rows = []
    for i, claim in enumerate(document["claims"]):
        chance = claim["probability"] or {"value": None, "low": None, "high": None}
        values = {**claim, "probability": chance["value"], "low": chance["low"],
                  "high": chance["high"]}  # fmt: skip
        row = table(document).rows[i]
        rows.append([*(values[key] for key in CSV), *row[WORDS:]])
    return DataTable("verdicts", (*CSV, *(c.key for c in COLUMNS[WORDS:])), rows)
