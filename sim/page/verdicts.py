"""The page of verdicts: question, guess, answer, why, and what would change our mind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.base.numbers import percent
from sim.base.said import Sentence, counted, several
from sim.tables import of_verdicts as words

from . import tables
from .markup import Html, details, el, join, named, source_line
from .shell import document as whole
from .shell import finding_section, section

GUESSES = ("under 10 %", "10 to 33 %", "33 to 67 %", "67 to 90 %", "over 90 %")
"""Between which the reader chooses before the answer is shown."""


def page(document: Mapping[str, Any]) -> str:
    """The page of a document of verdicts."""
    claims, runs = document["claims"], document["runs"]
    about = (
        f"{len(claims)} claims, each answered by {runs['main']} runs. "
        "Guess first; then open the answer."
    )
    parts = [
        finding_section([_finding(document)]),
        *(_claim(document, i) for i in range(len(claims))),
        section("all", "All claims in one table",
                details("The answers, side by side", _table(document))),
        section("rule", "How a verdict is reached", el("p", _RULE)),
    ]  # fmt: skip
    return whole("Claims and their verdicts", about, parts)


_RULE = (
    "A claim that comes true in two runs of three or more is supported, in one of three or fewer "
    "not supported, and in part between; in part too where the record says the contrary, or where "
    "it mostly comes true by something else than it says. Where the interval reaches from one to "
    "the other, most runs are undecided, or the claim is of a kind that no run decides, it is "
    "undecidable from this. The model is one reading of the sources: its chances are no more "
    "certain than its assumptions, which stand under each answer."
)


def _finding(document: Mapping[str, Any]) -> Sentence:
    """How many claims have which verdict."""
    found = [claim["verdict"] for claim in document["claims"]]
    kinds = ("supported", "supported in part", "not supported", "undecidable from this")
    counts = [counted(found.count(kind), kind, kind) for kind in kinds if kind in found]
    claims = counted(len(found), "claim", measure="claims")
    return Sentence("Of ", claims, ": ", several(counts), ".")


def _claim(document: Mapping[str, Any], i: int) -> Html | None:
    claim = document["claims"][i]
    seed = [claim["seed_claim"], ". "] if claim["seed_claim"] else None
    title = join(seed, named(claim["title"]))
    asked = el(
        "p", "As a question: ", named(claim["text"]), ". As the model asks it: ",
        el("code", claim["asked"]),
    )  # fmt: skip
    options = [
        el("label", el("input", type="radio", name=f"guess-{i}"), " ", guess, class_="guess")
        for guess in GUESSES
    ]
    guess = el(
        "fieldset", el("legend", "Your guess: in how many runs of a hundred does it come true?"),
        options, class_="guesses",
    )  # fmt: skip
    hangs = [el("li", sentence) for sentence in words.hangs(document, i)]
    inside = [
        el("p", el("strong", words.verdict(document, i)), " ", words.answer(document, i)),
        _bar(claim["probability"]),
        el("p", words.record(document, i)),
        el("h3", "Why"),
        el("p", several(words.causes(document, i), " ", " ")),
        el("h3", "What would change our mind"),
        el("p", words.flip(document, i)),
        [el("p", "It hangs most on:"), el("ul", hangs)],
        [el("p", "Roads that may not be there:"), el("ul", [el("li", s) for s in links])]
        if (links := words.links(document, i)) else None,
        source_line(
            "Scenario: ", el("code", claim["file"]), ", ", claim["kind"],
            f"; {claim['inputs']} uncertain inputs were looked at, and an input that does nothing "
            "has one chance in twenty to leave out 0 by itself",
        ),
    ]  # fmt: skip
    return el(
        "section", el("h2", title, id=f"claim-{i}-title"), asked, guess,
        details("Show the answer", inside, class_="answer"),
        id=f"claim-{i}", aria_labelledby=f"claim-{i}-title", class_="claim",
    )  # fmt: skip


def _bar(chance: Mapping[str, float] | None) -> Html | None:
    """The chance as a point on a line from 0 to 100 %, with its interval."""
    if chance is None:
        return None

    def x(share: float) -> str:
        return f"{10 + 300 * share:.1f}"

    ticks = [
        join(el("line", x1=x(at), x2=x(at), y1=8, y2=24, class_="zero"),
             el("text", percent(at), x=x(at), y=38, class_="tick"))
        for at in (0.0, 0.5, 1.0)
    ]  # fmt: skip
    line = el("line", x1=x(chance["low"]), x2=x(chance["high"]), y1=16, y2=16)
    dot = el("circle", cx=x(chance["value"]), cy=16, r=4.5)
    base = el("line", x1=x(0), x2=x(1), y1=16, y2=16, class_="zero")
    return el(
        "svg", base, ticks, line, dot, class_="spark chance", viewBox="-8 0 348 44", role="img",
        width=348, height=44, aria_label="The chance with its interval, from none to all",
    )  # fmt: skip


def _table(document: Mapping[str, Any]) -> Html:
    found = words.table(document)
    return tables.html(found, caption="Verdicts", sorts=True)
