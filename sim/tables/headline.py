"""What is said first of an axis: its capacity over the whole path, what bound it, what arrived.

Terminal, pages and titles of figures say the same, from the summary of a run alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sim.base.numbers import amount, day_words, whole
from sim.base.said import Name, Said, Sentence, listed, several, share
from sim.scenario.model import ANYONE
from sim.state.control import PROFILE

from .of_run import start_of, value

Document = Mapping[str, Any]

MOST_SINKS = 3
"""Sinks named of those that lacked something; the others are counted."""

LEAST_CAUSE = 0.01
"""The least share of what was missing at which a cause of it is named."""

_CAUSES = {
    "cut": "no way was open",
    "lorries": "its lorries carried no more",
    "roads": "roads and crossings carried no more",
    "sources": "its sources gave no more",
    "on_the_way": "what was sent had not come yet or was lost",
}


class Teller:
    """Tells the measures of a run; ``name`` is how a thing is called, given its id.

    Unless told, by the names that the summary has; those of earlier versions have none.
    """

    def __init__(self, summary: Document, name: Callable[[str], str] | None = None) -> None:
        names: Mapping[str, str] = summary.get("names", {})
        self.summary = summary
        self._name = name or (lambda item: names.get(item, item))
        self._start = start_of(summary)

    def name(self, item: str) -> Name:
        """A thing by its name."""
        return Name(self._name(item))

    def knows(self, path: str) -> bool:
        """Whether the run has a measure: one of an earlier version lacks some."""
        return path in self.summary["measures"]

    def came(self, path: str) -> bool:
        """Whether a time came, or a number is defined."""
        return value(self.summary, path) is not None

    def value(self, path: str) -> float:
        """A measure, 0 where there is none."""
        return value(self.summary, path) or 0.0

    def size(self, path: str, *, unit: bool = True) -> Said:
        """A rate or weight as whole numbers from 10 on, with its unit behind it or without."""
        measure = self.summary["measures"][path]
        text = whole(measure["value"]) + (f" {measure['unit']}" if unit else "")
        return Said(text, measure["value"], measure["unit"], path)

    def days(self, path: str) -> Said:
        """A length of time: "1 day"."""
        return Said(amount(self.value(path), "day"), self.value(path), "day", path)

    def day(self, path: str) -> Said:
        """The date of a time that came."""
        return Said(day_words(self._start, self.value(path)), self.value(path), "day", path)

    def share(self, path: str) -> Said:
        """A share in percent."""
        return share(self.value(path), path)

    def between(self, since: float, until: float) -> Sentence:
        """ "20 April to 10 May 2020": days of changes of the state."""
        first, last = day_words(self._start, since), day_words(self._start, until)
        if self._start is not None and first[-5:] == last[-5:]:
            first = first[:-5]
        return Sentence(Said(first, since, "day"), " to ", Said(last, until, "day"))

    def all_along(self, path: str) -> bool:
        """True where a length of time is the whole period."""
        period: float = self.summary["scenario"]["days"]
        return abs(self.value(path) - period) < 1e-5


def findings(summary: Document) -> list[Sentence]:
    """What a terminal says of every axis, the one in focus first.

    Of the axis in focus all, of others what was not there (and why, where that comes first).
    """
    tell, focus = Teller(summary), summary["scenario"]["focus"]
    found = []
    for axis in sorted(summary["axes"], key=lambda a: (a != focus, a)):
        if axis == focus:
            found += lead(tell, axis)
        elif tell.value(f"axes.{axis}.unmet"):
            found.append(_wanted(tell, axis))
            if alone(tell) and (reasons := because(tell, axis)):
                found.append(reasons)
        looks = summary["axes"][axis]
        cut = looks[-1]["minimum_cut"]
        back = [tell.name(item) for item in (*cut["places"], *cut["roads"])]
        if looks[-1]["capacity_kg_per_day"] == 0 and back:
            reopen = several(back, last=", ")
            found.append(
                Sentence(tell.name(axis), " is cut at the end; it would reopen with: ", reopen)
            )
        elif cut["never_open"] and axis != focus:
            found.append(Sentence(tell.name(axis), " was never open"))
    return found


def lead(tell: Teller, axis: str) -> list[Sentence]:
    """What is said first of an axis: what it could carry, then what arrived of what was needed.

    Where the scenario has no actors, who went short comes first, then why.
    """
    if not alone(tell):
        return [headline(tell, axis), _wanted(tell, axis)]
    why = [reasons] if (reasons := because(tell, axis)) else []
    return [_wanted(tell, axis), *why, headline(tell, axis)]


def titles(tell: Teller, axis: str) -> list[Sentence]:
    """The two parts of a title, in the same order."""
    carried, gone = headline(tell, axis), missing(tell, axis)
    if not alone(tell):
        return [carried, gone]
    return [Sentence(tell.name(axis), ": ", gone), headline(tell, axis, "it")]


def alone(tell: Teller) -> bool:
    """Whether the scenario states no actors, so that nobody holds anything against anybody."""
    measures = tell.summary["measures"]
    return {path.split(".")[1] for path in measures if path.startswith("actors.")} == {ANYONE}


def _wanted(tell: Teller, axis: str) -> Sentence:
    """What arrived at the sinks of an axis, with its name."""
    said = short(tell, axis) if alone(tell) else arrived(tell, axis)
    return Sentence(tell.name(axis), ": ", said)


def headline(tell: Teller, axis: str, called: str = "") -> Sentence:
    """What an axis could carry, and what bound it; it is ``called`` so, or by its name."""
    bound, said = binding(tell, axis), capacity(tell, axis, called)
    return Sentence(said, "; ", bound) if bound else said


def capacity(tell: Teller, axis: str, called: str = "") -> Sentence:
    """What an axis could carry over the whole path: start, end, the least and how long."""
    stem, name = f"axes.{axis}", called or tell.name(axis)
    start, end, least = (tell.value(f"{stem}.capacity_{w}") for w in ("start", "end", "least"))
    first, lasting = (
        value(tell.summary, f"{stem}.time_of_{cut}") for cut in ("first_cut", "lasting_cut")
    )
    before = tell.size(f"{stem}.capacity_start")
    after = tell.size(f"{stem}.capacity_end")
    if first == lasting == 0:
        return Sentence(name, " was never open")
    if not start:
        if end:
            return Sentence(name, " was not open at the start, ends with ", after)
        days = tell.days(f"{stem}.days_cut")
        return Sentence(name, " was not open at the start and is cut at the end, ", days, " in all")
    if lasting is not None:
        found = Sentence(name, " loses all that it could carry, ", before, ": it is cut for good ",
                         "on ", tell.day(f"{stem}.time_of_lasting_cut"))  # fmt: skip
        if first == lasting:
            return found
        return Sentence(found, ", after a first cut on ", tell.day(f"{stem}.time_of_first_cut"))
    ends = _ends(tell, stem)
    if first is not None:
        return Sentence(
            name, " is cut for ", tell.days(f"{stem}.days_cut"), ", first on ",
            tell.day(f"{stem}.time_of_first_cut"), ", and open again at the end with ", ends,
        )  # fmt: skip
    if least < min(start, end):
        return _dip(tell, axis, name, ends)
    bare = tell.size(f"{stem}.capacity_start", unit=False)
    if end < start:
        found = Sentence(name, " goes from ", bare, " to ", after, ", its least")
        path = f"{stem}.time_of_capacity_least"
        return Sentence(found, ", first on ", tell.day(path)) if tell.knows(path) else found
    if end > start:
        return Sentence(name, " goes from ", bare, ", its least, to ", after)
    if tell.all_along(f"{stem}.days_at_capacity_least"):
        return Sentence(name, " keeps all that it could carry, ", before, ", all along")
    return Sentence(name, " never carries less than at the start and at the end, ", before)


def _ends(tell: Teller, stem: str) -> Sentence:
    """With how much of what it had at the start an axis ends."""
    start, end = f"{stem}.capacity_start", f"{stem}.capacity_end"
    same = tell.value(start) == tell.value(end)
    return Sentence("all" if same else tell.size(end, unit=False), " of ", tell.size(start))


def _dip(tell: Teller, axis: str, name: str, ends: Sentence) -> Sentence:
    """A least capacity that is neither that of the start nor that of the end."""
    stem = f"axes.{axis}"
    least = tell.size(f"{stem}.capacity_least")
    looks = tell.summary["axes"][axis]
    lowest = min(look["capacity_kg_per_day"] for look in looks)
    spans = [(a["day"], b["day"]) for a, b in pairwise(looks)
             if a["capacity_kg_per_day"] == lowest]  # fmt: skip
    if len(spans) == 1:
        when = Sentence("from ", tell.between(*spans[0]))
    elif not tell.knows(f"{stem}.days_at_capacity_least"):
        when = Sentence("at times")
    else:
        days = tell.days(f"{stem}.days_at_capacity_least")
        first = tell.day(f"{stem}.time_of_capacity_least")
        when = Sentence("for ", days, " in all, first on ", first)
    if tell.value(f"{stem}.capacity_start") == tell.value(f"{stem}.capacity_end"):
        last = Sentence(", then back to ", tell.size(f"{stem}.capacity_end", unit=False))
    else:
        last = Sentence(", and ends with ", ends)
    return Sentence(name, " falls to ", least, " ", when, last)


def binding(tell: Teller, axis: str) -> Sentence:
    """What bound what an axis could deliver, and how long: lorries, roads, sources, or need.

    Nothing of a run that an earlier version wrote.
    """
    stem = f"axes.{axis}"
    if not tell.knows(f"{stem}.days_nothing_asked"):
        return Sentence("")
    parts = []
    for by in ("lorries", "roads", "sources", "need"):
        path = f"{stem}.days_bound_by_{by}"
        if not tell.knows(path):
            continue
        if tell.all_along(path):
            return Sentence(f"bound by {by} all along")
        if tell.value(path):
            parts.append(Sentence(f"by {by} for ", tell.days(path)))
    idle = f"{stem}.days_nothing_asked"
    if not parts:
        return Sentence("nothing was asked of it")
    found = Sentence("bound ", several(parts))
    return Sentence(found, "; nothing asked for ", tell.days(idle)) if tell.value(idle) else found


def arrived(tell: Teller, axis: str) -> Sentence:
    """What of what was needed at the sinks of an axis was there, in tonnes and percent.

    Nothing of a run that an earlier version wrote.
    """
    stem = f"axes.{axis}"
    if not tell.knows(f"{stem}.needed"):
        return Sentence("")
    if not tell.value(f"{stem}.needed"):
        return Sentence("nothing was needed at its sinks")
    needed = tell.size(f"{stem}.needed")
    if not tell.value(f"{stem}.unmet"):
        there = " needed at its sinks was there"
        return Sentence("all of the ", needed, there, _unreached(tell, axis))
    found = Sentence(
        "of ", needed, " needed at its sinks ", tell.size(f"{stem}.unmet"), " (",
        tell.share(f"{stem}.unmet_share"), ") was not there, over ",
        tell.days(f"{stem}.days_short"),
    )  # fmt: skip
    if tell.knows(f"{stem}.person_days_short"):
        persons = tell.size(f"{stem}.person_days_short")
        found = Sentence(found, " and ", persons)
    return Sentence(found, _worst(tell, axis), _unreached(tell, axis))


def short(tell: Teller, axis: str) -> Sentence:
    """Which sinks of an axis lacked how much of what they needed, and how long; the most first.

    As :func:`arrived` says it where none lacked anything.
    """
    stem = f"axes.{axis}"
    lacked = {s: tell.value(f"{stem}.sinks.{s}.unmet") for s in _sinks(tell, axis)}
    worst = sorted((sink for sink in lacked if lacked[sink]), key=lambda s: (-lacked[s], s))
    if not worst:
        return arrived(tell, axis)
    parts = [
        Sentence(
            tell.name(sink), " ", tell.size(f"{stem}.sinks.{sink}.unmet"), " (",
            tell.share(f"{stem}.sinks.{sink}.unmet_share"), ") over ",
            tell.days(f"{stem}.sinks.{sink}.days_without"),
        )
        for sink in worst[:MOST_SINKS]
    ]  # fmt: skip
    if (more := len(worst) - MOST_SINKS) > 0:
        parts.append(Sentence(Said(f"{more} more", more, "sinks")))
    found = Sentence(
        tell.size(f"{stem}.unmet"), " of the ", tell.size(f"{stem}.needed"), " needed (",
        tell.share(f"{stem}.unmet_share"), ") was not there: ", several(parts),
    )  # fmt: skip
    if not tell.knows(f"{stem}.person_days_short"):
        return found
    return Sentence(found, "; ", tell.size(f"{stem}.person_days_short"), " without")


def because(tell: Teller, axis: str) -> Sentence:
    """What stood in the way of what an axis did not bring: causes with their tonnes, and events.

    Nothing where nothing was missing, or of a run that an earlier version wrote.
    """
    rows = [row for row in tell.summary.get("unmet", ()) if row["axis"] == axis]
    by: Counter[str] = Counter()
    for row in rows:
        by.update(row["unmet_t_by_cause"])
    if not by:
        return Sentence("")
    told = [
        Sentence(_cause(tell, axis, cause), " (", Said(f"{whole(t)} t", t, "t"), ")")
        for cause, t in by.most_common()
        if t >= LEAST_CAUSE * by.total()
    ]
    found = Sentence("why: ", several(told))
    texts = rows[0].get("event_texts", {})  # of earlier versions there are none
    events = [_event(tell, event, texts) for event in rows[0]["events"]]
    if events:
        found = Sentence(found, "; after ", _few(events))
    look = min(tell.summary["axes"][axis], key=lambda look: look["capacity_kg_per_day"])
    cut = [tell.name(item) for kind in ("places", "roads") for item in look["minimum_cut"][kind]]
    needed = tell.value(f"axes.{axis}.needed") / tell.summary["scenario"]["days"]
    if cut and look["capacity_kg_per_day"] / 1000 < needed:
        found = Sentence(found, "; least at ", _few(cut))
    return found


def _cause(tell: Teller, axis: str, cause: str) -> Sentence:
    """What stood in the way, as a clause."""
    if cause in _CAUSES:
        return Sentence(_CAUSES[cause])
    mates = _mates(tell, axis)
    others = sorted(tell.summary["axes"].keys() - {axis, *mates})
    rest = [tell.name(other) for other in others]
    over = Sentence(_few(rest), " went over the same roads")
    if not mates:
        return over
    hauled = Sentence(_few([tell.name(other) for other in mates]), " had the same lorries")
    return Sentence(hauled, " or ", over) if rest else hauled


def _mates(tell: Teller, axis: str) -> list[str]:
    """The other axes whose lorries are those of an axis."""
    rows = (found[0]["axes"] for found in tell.summary.get("fleets", {}).values() if found)
    served = ([row["axis"] for row in axes] for axes in rows)
    return sorted(other for axes in served if axis in axes for other in axes if other != axis)


def _event(tell: Teller, event: str, texts: Mapping[str, str]) -> Name:
    """An event by what the scenario says of it, a profile by its name, else by their ids."""
    if event not in texts:
        return tell.name(event)
    return Name(texts[event] if event.startswith(PROFILE) else f"“{texts[event]}”")


def _few(found: list[Name]) -> Sentence:
    return listed(found, most=MOST_SINKS)


def missing(tell: Teller, axis: str) -> Sentence:
    """The same in a few words, for a title."""
    stem = f"axes.{axis}"
    if not tell.value(f"{stem}.needed"):
        return Sentence("nothing was needed")
    if not tell.value(f"{stem}.unmet"):
        return Sentence("all that was needed was there", _unreached(tell, axis))
    share = tell.share(f"{stem}.unmet_share")
    return Sentence(share, " of what was needed was not there", _worst(tell, axis),
                    _unreached(tell, axis))  # fmt: skip


def _sinks(tell: Teller, axis: str) -> list[str]:
    """The sinks of an axis at which something was needed."""
    stem, last = f"axes.{axis}.sinks.", ".needed"
    return [
        path.removeprefix(stem).removesuffix(last)
        for path, measure in tell.summary["measures"].items()
        if path.startswith(stem) and path.endswith(last) and measure["value"]
    ]


def _worst(tell: Teller, axis: str) -> Sentence:
    """The sink that lacked most of what it needed, where it lacked more than the others."""
    stem = f"axes.{axis}"
    shares = {s: tell.value(f"{stem}.sinks.{s}.unmet_share") for s in _sinks(tell, axis)}
    worst = max(shares, key=lambda sink: shares[sink])
    if shares[worst] == min(shares.values()):
        return Sentence("")
    path = f"{stem}.sinks.{worst}"
    return Sentence("; most at ", tell.name(worst), ", ", tell.share(f"{path}.unmet_share"),
                    " of its ", tell.size(f"{path}.needed"))  # fmt: skip


def _unreached(tell: Teller, axis: str) -> Sentence:
    """The sinks to which nothing was delivered."""
    stem = f"axes.{axis}"
    dead = [s for s in _sinks(tell, axis) if not tell.value(f"{stem}.sinks.{s}.delivered")]
    if not dead:
        return Sentence("")
    return Sentence("; nothing was delivered to ", several([tell.name(s) for s in dead]))


def same_deliveries(
    summaries: Sequence[Document], axis: str, name: Callable[[str], str] | None = None
) -> Sentence | None:
    """Says that runs do not differ in what an axis delivers; None where they do.

    That is, at none of its sinks in what was delivered, nor in what was not there.
    """
    stem = f"axes.{axis}."
    shown = [
        {
            path: measure["value"]
            for path, measure in summary["measures"].items()
            if path.startswith(stem) and path.endswith((".delivered", ".unmet"))
        }
        for summary in summaries
    ]
    if any(measures != shown[0] for measures in shown):
        return None
    tell = Teller(summaries[0], name)
    found = Sentence("deliveries of ", tell.name(axis), " do not differ: ",
                     tell.size(f"{stem}delivered"), " reaches its sinks in each run")  # fmt: skip
    if not tell.value(f"{stem}unmet"):
        return found
    return Sentence(found, ", and ", tell.size(f"{stem}unmet"), " of what was needed is not there")


def common_axis(summaries: Sequence[Document]) -> str | None:
    """The axis that compared runs all have: one in focus of any, else the first by id."""
    shared = set.intersection(*(set(summary["axes"]) for summary in summaries))
    wanted = [*(summary["scenario"]["focus"] for summary in summaries), *sorted(shared)]
    return next((axis for axis in wanted if axis in shared), None)
