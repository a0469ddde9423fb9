"""What a study found, in words: its measures by name, effects with their intervals, two sentences.

The numbers are those of the study's summary.json; nothing is computed here but the effect of one
factor at each level of another, which in a full grid of two levels each follows from the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.base import numbers
from sim.base.numbers import number, true_minus
from sim.measure.names import name_of
from sim.measure.steps import RESTRICTED_MEAN
from sim.scenario.model import Scenario
from sim.tables import of_many

from .markup import Html, Piece, el, few, join, listed, named

Effect = Mapping[str, Any]
"""A contrast as summary.json of a study has it."""

MOST_NAMED = 3
"""Factors, inputs or measures that a sentence names; the others are counted."""

SETTLED = ("higher", "lower")

_KINDS = frozenset({"sinks", "sources", "to"})
"""Words of a path that only say what kind of thing comes next."""


def measure_name(scenario: Scenario, path: str) -> Html:
    """A measure for people: what it is, and in brackets what it is about.

    ``axes.x.sinks.y.time_of_exhaustion`` is "time of exhaustion (Town, The line)".
    """
    things: list[Html] = []
    said: list[Piece] = []
    for part in path.split(".")[1:]:
        known = name_of(scenario, part)
        if known != part:
            if said:  # time_lost_by.<actor>: the name ends what is said
                said.append(join(" ", named(known)))
            else:
                things.insert(0, named(known))
        elif part not in _KINDS:
            plain = _plain(part)
            said += [" " if said else "", plain]
    if not said:
        return el("code", path)
    return join([said, " (", listed(things, ", "), ")"] if things else said)


def _plain(part: str) -> str:
    """The last word of a path: ``capacity_mean`` is "mean capacity"."""
    stem, _, last = part.rpartition("_")
    words = stem.replace("_", " ")
    if last == "mean":
        return f"mean {words}"
    if last in ("start", "end") and stem and not stem.startswith("time_"):
        return f"{words} at the {last}"
    return part.replace("_", " ")


def amount(value: float, unit: str) -> str:
    """A size with its unit, with a true minus sign: "5 days", "37.3 km"."""
    return true_minus(numbers.amount(value, unit))


def ends(low: float | None, high: float | None) -> str:
    """An interval: "2.85 to 71.7"; a dash where one run, or one pair, tells none."""
    return "-" if low is None else true_minus(f"{number(low)} to {number(high)}")


def interval(low: float | None, high: float | None) -> str:
    """An interval in brackets, for a sentence."""
    if low is None:
        return " (too few pairs for an interval)"
    return f" (95 % interval {ends(low, high)})"


def change(effect: Effect) -> Html:
    """From which level to which, of each factor of an effect."""
    pairs = [join("from ", level(a), " to ", level(b)) for a, b in effect["levels"]]
    return listed(pairs, ", ")


def level(text: str) -> Html:
    """The name of a level; a cell that does not set the factor leaves it as the base has it."""
    return named(of_many.level(text))


def levels(names: Sequence[str], found: Sequence[str]) -> Html:
    """The levels of a cell: "north lost, south held"; the base's where a cell sets none."""
    pairs = zip(names, found, strict=True)
    return listed([join(named(name), " ", level(text)) for name, text in pairs], ", ")


def term(effect: Effect) -> Html:
    """The factor of an effect, or both of an interaction."""
    return listed([named(name) for name in effect["term"]], " \u00d7 ")


def told(effect: Effect, found: Sequence[Effect]) -> Html:
    """The factor of an effect, with its levels where the factor has more effects than one."""
    if sum(e["term"] == effect["term"] for e in found) == 1:
        return term(effect)
    return join(term(effect), " ", change(effect))


def verdict(effect: Effect) -> str:
    """What the pairs of runs settle, and how many would if they do not."""
    if effect["verdict"] == "same":
        return "the same in every pair"
    runs = effect["runs_to_settle"]
    if effect["verdict"] not in SETTLED and runs:
        return f"no difference found; {runs:,} pairs would settle it"
    return str(effect["verdict"])


def finding(
    names: Mapping[str, Html], units: Mapping[str, str], late: frozenset[str],
    effects: Mapping[str, Sequence[Effect]], runs: int, whole: bool,
) -> tuple[Html, Html]:  # fmt: skip
    """Two sentences on the first measure: which factor moves it; how factors act together.

    Args:
        names: measures for people, by path.
        late: measures that are times.
        effects: by measure, the one that the study is about first.
        runs: pairs of runs that every effect could have.
        whole: every combination of two levels of every factor is a cell.
    """
    if not effects:
        return (Html("No measure of this study has a value in every cell."),
                Html("What each cell says is below."))  # fmt: skip
    path = next(iter(effects))
    found, unit = effects[path], units[path]
    alone = [e for e in found if len(e["term"]) == 1]
    first = join(_main(names[path], unit, path in late, alone), _known(found, runs), ".")
    crossed = [e for e in found if len(e["term"]) == 2]
    if crossed and any(e["verdict"] != "same" for e in found):
        return first, _together(unit, found, crossed, whole)
    return first, _others(names, effects, path)


def _main(name: Html, unit: str, late: bool, found: Sequence[Effect]) -> Html:
    """Which factor moves the measure most, or that none is found to."""
    best: dict[str, Effect] = {}
    for effect in sorted(found, key=_clear):
        best.setdefault(effect["term"][0], effect)
    ranked = sorted(best.values(), key=_clear)
    if not ranked:
        return join("What a factor does to ", name, " is not known: no two cells that differ in "
                    "one factor alone have a value of it in the same run")  # fmt: skip
    top = ranked[0]
    if top["verdict"] == "same":
        return join("Nothing that the study varies changes ", name,
                    ": it is the same in every pair of runs")  # fmt: skip
    if top["verdict"] not in SETTLED:
        runs = top["runs_to_settle"]
        return join(
            "No factor is found to change ", name, ": the largest difference, ", term(top), " ",
            change(top), ", is ", _signed(top["value"], unit), interval(top["low"], top["high"]),
            f"; {runs:,} pairs of runs would settle it" if runs else "",
        )  # fmt: skip
    rivals = [e for e in ranked[1:] if _reach(e) >= min(abs(top["low"]), abs(top["high"]))]
    if rivals:
        alike = (top, *rivals)
        if all(_sizes(e) == _sizes(top) for e in rivals):
            each = [_signed(top["value"], unit), interval(top["low"], top["high"])]
            who = listed(few([told(e, found) for e in alike], MOST_NAMED))
            return join(who, " move ", name, " most, and alike: each by ", each)
        sized = [join(_moved(e, unit, found), " (", ends(e["low"], e["high"]), ")") for e in alike]
        return join("More than one factor may move ", name, " most, for their 95 % intervals "
                    "overlap: ", listed(few(sized, MOST_NAMED)))  # fmt: skip
    low, high = sorted((abs(top["low"]), abs(top["high"])))
    size, way = amount(abs(top["value"]), unit), top["verdict"]
    said = f" it is {size} "
    if late:  # a difference of times that may not come
        said = f" the {RESTRICTED_MEAN} is {size} "
    most = f"Of {len(best)} factors, " if len(best) > 1 else ""
    return join(
        most, term(top), " moves ", name, " most" if most else "", ": ", change(top), said,
        way, interval(low, high), [_beside(e, unit, found) for e in ranked[1:MOST_NAMED]],
    )  # fmt: skip


def _signed(value: float, unit: str) -> str:
    return ("+" if value > 0 else "") + amount(value, unit)


def _sizes(effect: Effect) -> tuple[float, ...]:
    return effect["value"], effect["low"], effect["high"]


def _known(found: Sequence[Effect], runs: int) -> str:
    """In how many pairs of runs a measure has a value, where not in all."""
    least, most = (pick((e["pairs"] for e in found), default=runs) for pick in (min, max))
    if least == runs:
        return ""
    some = f"{least} to {most}" if least < most else str(least)
    return f"; {some} of {runs:,} pairs of runs have a value of it"


def _reach(effect: Effect) -> float:
    """The greatest size that an effect may have; of one without interval any."""
    if effect["low"] is None:
        return float("inf")
    return float(max(abs(effect["low"]), abs(effect["high"])))


def _beside(effect: Effect, unit: str, found: Sequence[Effect]) -> Html:
    """What another factor does, behind the one that does most."""
    if effect["verdict"] == "same":
        return join("; ", term(effect), " changes nothing in any pair of runs")
    open_ = "" if effect["verdict"] in SETTLED else ", no difference found"
    return join("; ", _moved(effect, unit, found), open_,
                f" ({ends(effect['low'], effect['high'])})")  # fmt: skip


def _moved(effect: Effect, unit: str, found: Sequence[Effect]) -> Html:
    """A factor and by how much it moves the measure."""
    return join(told(effect, found), " ", _signed(effect["value"], unit))


def _clear(effect: Effect) -> tuple[bool, float]:
    """Ranks effects: settled ones first, the largest of them first."""
    return effect["verdict"] not in SETTLED, -abs(effect["value"])


def _together(unit: str, found: Sequence[Effect], crossed: Sequence[Effect], whole: bool) -> Html:
    """Whether what one factor does depends on another: the clearest interaction."""
    ranked = sorted(crossed, key=_clear)
    top = ranked[0]
    if top["verdict"] == "same":
        return Html("The factors do not act on each other: what one does is the same, run by run, "
                    "at every level of the others.")  # fmt: skip
    size = interval(top["low"], top["high"])
    if top["verdict"] not in SETTLED:
        return join("No interaction is found: the largest, ", term(top), ", is ",
                    _signed(top["value"], unit), size, ".")  # fmt: skip
    one, other = map(named, top["term"])
    before, after = map(level, top["levels"][1])
    parts = split(found, top) if whole else None
    if parts is None:
        said = join(", ", change({"levels": top["levels"][:1]}), ", differs by ",
                    _signed(top["value"], unit), " between ", before, " and ", after)  # fmt: skip
    else:
        said = join(": ", _signed(parts[0], unit), " where it is ", before, ", ",
                    _signed(parts[1], unit), " where it is ", after, "; the difference is ",
                    _signed(top["value"], unit))  # fmt: skip
    more = len([e for e in crossed if e["verdict"] in SETTLED]) - 1
    tail = f", and {more} more interaction{'s' if more > 1 else ''} found" if more else ""
    return join("What ", one, " does depends on ", other, said, size, tail, ".")


def split(found: Sequence[Effect], crossed: Effect) -> tuple[float, float] | None:
    """The effect of an interaction's first factor at both levels of the second.

    With two levels each, the main effect is the mean of the two and the interaction their
    difference. None where the three were not taken over the same pairs of runs.
    """
    main = next((e for e in found if e["term"] == crossed["term"][:1]), None)
    if main is None or main["pairs"] != crossed["pairs"]:
        return None
    half = crossed["value"] / 2
    slack = 1e-8 * (abs(main["value"]) + abs(half))  # summary.json keeps nine digits
    before, after = (
        v if abs(v) > slack else 0.0 for v in (main["value"] - half, main["value"] + half)
    )
    return before, after


def _others(names: Mapping[str, Html], effects: Mapping[str, Sequence[Effect]], path: str) -> Html:
    """What is found in the measures beside the first."""
    rest = [(other, {e["verdict"] for e in found}) for other, found in effects.items()
            if other != path]  # fmt: skip
    moved = [names[other] for other, said in rest if said & set(SETTLED)]
    if not rest:
        return Html("It is the only measure that the study names.")
    count = f"Of the {len(rest)} other measures" if len(rest) > 1 else "Of the other measure"
    if not moved:
        return Html(f"{count} none is found to change.")
    found = "one is" if len(moved) == 1 else f"{len(moved)} are"
    return join(f"{count} {found} found to change: ", listed(few(moved, MOST_NAMED)), ".")


def brief(unit: str, found: Sequence[Effect], runs: int) -> Html:
    """The effects of one measure in a few words: those that are settled, else why none is."""
    if not found:
        return Html("no two cells have a value of it in the same run")
    settled = [e for e in found if e["verdict"] in SETTLED]
    said: Piece = "no difference found"
    if settled:
        ranked = sorted(settled, key=lambda e: (len(e["term"]), -abs(e["value"])))
        shown = [_moved(e, unit, found) for e in ranked[:MOST_NAMED]]
        more = len(settled) - len(shown)
        said = [listed(shown, ", "), f" and {more} more" if more else ""]
    elif all(e["verdict"] == "same" for e in found):
        said = "the same in every pair of runs"
    return join(said, _known(found, runs))
