"""What the commands about cuts print for people: the sentences and tables of ``of_cuts``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from sim.base.said import Sentence

from . import of_audit, of_cuts, of_reliability
from .terminal import cleaned, console, print_table

Document = Mapping[str, Any]


def _print(out: Console, lines: Iterable[Sentence]) -> None:
    """Lines that are not folded, so that each can be copied as one."""
    for line in lines:
        out.print(line, soft_wrap=True)


def _titled(lines: Iterable[Sentence], notes: Iterable[str] = ()) -> Console:
    """The lines, the first of them bold, on a console that goes on with what follows.

    ``notes`` say before them how the file was read.
    """
    out = console()
    for note in notes:
        out.print(Text(f"note: {note}", style="dim"), soft_wrap=True)
    title, *rest = lines
    out.print(Text(title, style="bold"), soft_wrap=True)
    _print(out, rest)
    return out


def print_axis_cut(document: Document) -> None:
    """One axis at one date: max flow, cut, routes, in words."""
    _titled(of_cuts.axis_cut(cleaned(document)))


def print_case_cut(document: Document) -> None:
    """Max flow, minimum cut and routes of a network file, in words."""
    document = cleaned(document)
    _titled(of_cuts.case_cut(document), document.get("notes", ()))


def print_interdict(document: Document) -> None:
    """The frontier, the optimal sets, greedy's answer and the scenario's own captures."""
    document = cleaned(document)
    out = _titled([of_cuts.title(document)], document.get("notes", ()))
    print_table(out, of_cuts.frontier(document))
    _print(out, of_cuts.beside_frontier(document))


def print_delay(document: Document) -> None:
    """How slow the fastest route can be made."""
    document = cleaned(document)
    _titled(of_cuts.delay(document), document.get("notes", ()))


def print_joint(document: Document) -> None:
    """One attack on several axes."""
    _titled(of_cuts.joint(cleaned(document)))


def print_rank(document: Document) -> None:
    """The ranking as a table, then the Shapley shares."""
    document = cleaned(document)
    flow = of_cuts.Answer(document).amount("max_flow")
    heads = [of_cuts.title(document), Sentence("max flow: ", flow), *of_cuts.doubts(document)]
    out = _titled(heads, document.get("notes", ()))
    print_table(out, of_cuts.ranking(document))
    _print(out, of_cuts.shapley(document))


def print_reliability(document: Document) -> None:
    """How likely it is open, what it carries, and what each place and road adds."""
    document = cleaned(document)
    heads = [of_cuts.title(document), *of_reliability.reliability(document)]
    out = _titled(heads, document.get("notes", ()))
    print_table(out, of_reliability.carried(document))
    print_table(out, of_reliability.elements(document))
    more = len(document["elements"]) - of_reliability.MOST_ROWS
    if more > 0:
        out.print(f"and {more} more places and roads, all in --json", soft_wrap=True)


def print_audit(document: Document) -> None:
    """What a reference graph says of a network, in words."""
    _titled(of_audit.audit(cleaned(document)))
