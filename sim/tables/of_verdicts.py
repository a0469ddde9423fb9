"""What verdicts say, in words made from their numbers, and as a table and Markdown.

Each function takes the document of :func:`sim.many.verdicts.carry_out_verdicts` and the number of
a claim in it; numbers say where in the document they stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sim.base.numbers import amount
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


_ON_RECORD = {True: "came true", False: "did not come true", None: None}


def record(document: Document, i: int) -> Sentence:
    """What is on record."""
    claim = document["claims"][i]
    words = _ON_RECORD[claim["happened"]]
    if words is None and claim["record"] is None:
        return Sentence("Nothing is on record.")
    parts = [Sentence(words)] if words else []
    parts += [Sentence(Name(claim["record"].rstrip(".")))] if claim["record"] else []
    return (
        Sentence("On record it ", several(parts, last=": "), ".")
        if words
        else Sentence("On record: ", *parts, ".")
    )


def causes(document: Document, i: int) -> list[Sentence]:
    """By what the claim came true or false, in which share of the runs."""
    claim = document["claims"][i]
    if claim.get("cells"):
        return _in_cells(document, i)
    if all(cause["cause"] is None for cause in claim["causes"]):
        return [_UNTOLD]
    told = []
    for kind, words in (("true", "It comes true"), ("false", "It comes out false")):
        if found := _shared(document, f"claims/{i}/causes", kind):
            told.append(Sentence(words, " ", several(found), " of the runs."))
    if claim["by_intended"] is not None and claim["by_intended"][1]:
        ours, of = claim["by_intended"]
        meant = several([Name(cause) for cause in claim["caused_by"]], last=" or ")
        whole = Said(f"{of:,}", of, "runs", f"claims/{i}/by_intended/1")
        told.append(Sentence(
            "It is meant to come true by ", meant, "; for another reason it did in ",
            Said(f"{of - ours:,}", of - ours, "runs"), " of ", whole, " runs.",
        ))  # fmt: skip
    return told


_UNTOLD = Sentence("What it is about turns at no single instant, so no cause is told.")


def _in_cells(document: Document, i: int) -> list[Sentence]:
    """The same of a claim over two cells: by what its measure came in each, or its mean in each."""
    cells = document["claims"][i]["cells"]
    names = [Sentence("in ", Name(cell["cell"]), " ") for cell in cells]
    told = [_UNTOLD] if cells[0]["mean"] is not None else []
    if told:
        means = [
            Sentence(name, Said(amount(cell["mean"], cell["unit"]), cell["mean"], cell["unit"],
                                f"claims/{i}/cells/{n}/mean"))
            for n, (name, cell) in enumerate(zip(names, cells, strict=True))
        ]  # fmt: skip
        told.append(Sentence("Its mean is ", several(means), "."))
    else:
        for kind, words in (("true", "Where it comes true"), ("false", "Where it comes out false")):
            places = [f"claims/{i}/cells/{n}/causes" for n in range(len(cells))]
            found = [_shared(document, place, kind, never="never") for place in places]
            if all(found):
                parts = [Sentence(n, several(f)) for n, f in zip(names, found, strict=True)]
                told.append(Sentence(words, ", what is measured came ", several(parts, "; ", "; "),
                                     " of the runs."))  # fmt: skip
    return told


def _shared(
    document: Document, path: str, kind: str, never: str = "with nothing that happened"
) -> list[Sentence]:
    """Each cause of one outcome with its share of the runs, those beyond the first few together.

    ``never`` is said of what came at no instant.
    """
    known = at(document, path)
    found = [n for n, cause in enumerate(known) if cause["verdict"] == kind]
    parts = [_cause(document, f"{path}/{n}", never) for n in found[:MOST_CAUSES]]
    if more := len(found[MOST_CAUSES:]):
        rest = sum(known[n]["share"] for n in found[MOST_CAUSES:])
        parts.append(Sentence("by ", counted(more, "other cause"), " in ", share(rest)))
    return parts


def _cause(document: Document, path: str, never: str) -> Sentence:
    found = at(document, path)
    if found["cause"] is None:
        by: list[str] = ["by no single instant"]
    elif not found["cause"]:
        by = ["with nothing that happened then" if found.get("came") else never]
    else:
        where = [" at ", Name(found["where"])] if found["where"] else []
        by = ["by ", Name(found["cause"]), *where]
    return Sentence(*by, " in ", _share(document, f"{path}/share"))


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


def hangs(document: Document, i: int) -> list[Sentence]:
    """What the claim hangs on most, or that it hangs on nothing that is uncertain."""
    claim = document["claims"][i]
    if _is_same(claim):
        runs = counted(claim["decided"], "run", measure=f"claims/{i}/decided")
        return [Sentence("The same in all ", runs, ": nothing that was drawn moves it.")]
    found = [assumption(document, i, n) for n in range(len(claim["assumptions"]))]
    return found or [Sentence("Nothing that is uncertain.")]


def _is_same(claim: Document) -> bool:
    """True of a claim that comes out the same in every run."""
    return claim["probability"] is not None and claim["probability"]["value"] in (0, 1)


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
    if _is_same(claim):
        return Sentence("Nothing that was drawn", *_nearest(claim.get("same"), i), ".")
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


def _nearest(same: Document | None, i: int) -> list[str]:
    """How near a run came to the contrary, of a claim that comes out the same in every run."""
    if same is None:
        return []
    bound = Name(same["bound"])
    if same["value"] is None:
        return ["; the time that is compared with ", bound, " came in no run"]
    value = Said(same["nearest"], same["value"], same["unit"], f"claims/{i}/same/value")
    return ["; of all runs the nearest to ", bound, " is ", value]


def links(document: Document, i: int) -> list[Sentence]:
    """How the claim moves with each doubtful road."""
    return [assumption(document, i, n, "links") for n in range(len(document["claims"][i]["links"]))]


def _share(document: Document, path: str) -> Said:
    return share(at(document, path), path)


def _ends(document: Document, path: str) -> list[str]:
    return [_share(document, f"{path}/low"), " to ", _share(document, f"{path}/high")]


COLUMNS = (
    Column("claim", "Claim", UserText), Column("title", "In words", UserText),
    Column("text", "Question", UserText), Column("chance", "Chance", Percent),
    Column("interval", "95 % interval", str), Column("on_record", "On record", str),
    Column("verdict", "Verdict", str),
)  # fmt: skip


def table(document: Document) -> Table:
    """One short row a claim."""
    rows = []
    for claim in document["claims"]:
        chance = claim["probability"]
        rows.append([
            claim["seed_claim"] or claim["claim"], claim["title"], claim["text"],
            None if chance is None else chance["value"],
            None if chance is None else Range(Percent(chance["low"]), Percent(chance["high"])),
            _ON_RECORD[claim["happened"]], claim["verdict"],
        ])  # fmt: skip
    return Table("Verdicts", COLUMNS, rows)


def markdown(document: Document) -> str:
    """A page of Markdown: a short table, then what is told of each claim."""
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
    found = table(document).pick("claim", "text", "chance", "interval", "on_record", "verdict")
    lines = [[column.head for column in found.columns], ["---"] * len(found.columns)]
    lines += [[_cell(cell) for cell in row] for row in found.cells]
    about = [line for i in range(len(document["claims"])) for line in _about(document, i)]
    return "\n".join([*head, *("| " + " | ".join(line) + " |" for line in lines), *about, ""])


def _cell(value: object) -> str:
    return _marked(said(value, lambda days: f"day {days:g}")).replace("|", "\\|")


def _about(document: Document, i: int) -> list[str]:
    """What is told of one claim, in lines of Markdown."""
    claim = document["claims"][i]
    title = _marked(f"{claim['seed_claim'] or claim['claim']}: {claim['title']}")
    lines = ["", f"## {title}", "", f"- Question: {_marked(claim['text'])}",
             f"- As the model asks it: `{claim['asked']}`"]  # fmt: skip
    parts: list[tuple[str, list[Sentence]]] = [
        ("Verdict", [verdict(document, i)]), ("Chance", [answer(document, i)]),
        ("", [record(document, i)]), ("Cause", causes(document, i)),
        ("Hangs most on", hangs(document, i)), ("What would flip it", [flip(document, i)]),
        ("Doubtful links", links(document, i)),
    ]  # fmt: skip
    for what, said_of_it in parts:
        if len(said_of_it) == 1:
            lines.append(f"- {f'{what}: ' * bool(what)}{_marked(said_of_it[0])}")
        elif said_of_it:
            lines += [f"- {what}:", *(f"  - {_marked(sentence)}" for sentence in said_of_it)]
    return lines


def _marked(text: str) -> str:
    """Text or a sentence in one line of Markdown, paths as code."""
    parts = text.parts if isinstance(text, Sentence) else (text,)
    return "".join(
        f"`{part}`" if isinstance(part, Key) else _MARKS.sub(r"\\\g<0>", " ".join(part.split("\n")))
        for part in parts
    )


_MARKS = re.compile(r"[\\`*<\[\]]")
"""What would be markup."""

CSV = (
    "file", "claim", "seed_claim", "title", "text", "asked", "verdict", "runs", "decided",
    "probability", "low", "high", "happened", "record", "causes", "hangs", "flip", "links",
)  # fmt: skip


def data_table(document: Document) -> DataTable:
    """The numbers of each claim, and its words, as a tidy table."""
    rows = []
    for i, claim in enumerate(document["claims"]):
        chance = claim["probability"] or {"value": None, "low": None, "high": None}
        values = {**claim, "probability": chance["value"], "low": chance["low"],
                  "high": chance["high"], "causes": " ".join(causes(document, i)),
                  "hangs": " ".join(hangs(document, i)), "flip": str(flip(document, i)),
                  "links": " ".join(links(document, i))}  # fmt: skip
        rows.append([values[key] for key in CSV])
    return DataTable("verdicts", CSV, rows)
