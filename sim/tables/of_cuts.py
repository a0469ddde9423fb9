"""What is said of the answers about cuts: sentences and tables, from the documents of ``--json``.

Each number says where its document has it. Amounts in kg/day are told in t/day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.base.numbers import joined_ends, number, whole
from sim.base.said import Name, Said, Sentence, at, names, several, share

from .table import Column, Table

Document = Mapping[str, Any]

MOST_NAMES = 12
"""Places and roads named in one line; the others are counted."""

MOST_OTHERS = 6
"""Those of another cut than the one that is told."""


class Answer:
    """Tells the numbers of a document by the keys that lead to them, see :func:`at`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.names: Mapping[str, str] = document.get("names", {})

    def amount(self, path: str) -> Said | Sentence:
        """A flow; one in kg/day as t/day, one without a limit in words."""
        value = at(self.document, path)
        if value is None:
            return Sentence("unlimited")
        unit = self.document["unit"]
        if unit == "kg/day":
            return Said(f"{number(value / 1000)} t/day", value / 1000, "t/day", path)
        return Said(number(value), value, unit, path)

    def size(self, path: str, unit: str) -> Said:
        """A number that the document has in ``unit``, which is written behind it."""
        value = at(self.document, path)
        return Said(f"{number(value)} {unit}", value, unit, path)

    def length(self, path: str) -> Sentence:
        """The kilometres of a route, whole ones from 10 on; "about" where a road states none."""
        route = at(self.document, path)
        about = "about " if route.get("estimated") else ""
        value = route["km"]
        return Sentence(about, Said(f"{whole(value)} km", value, "km", f"{path}/km"))

    def km(self, path: str) -> Sentence:
        """Kilometres to 100 m; None is no way."""
        value = at(self.document, path)
        if value is None:
            return Sentence("no way")
        return Sentence(Said(f"{value:,.1f} km", value, "km", path))

    def count(self, path: str, unit: str) -> Said:
        """A whole number, or how many things a list has; ``unit`` names them beside it."""
        value = at(self.document, path)
        size = value if isinstance(value, int) else len(value)
        return Said(str(size), size, unit, path)

    def losses(self, path: str) -> Sentence:
        """So many losses."""
        size = self.count(path, "losses")
        return Sentence(size, " loss" if size.value == 1 else " losses")

    def share(self, path: str) -> Said:
        """A share in percent."""
        return share(at(self.document, path), path)

    def named(self, path: str, most: int = MOST_NAMES) -> Sentence:
        """What a list has, by their names."""
        return names([self.called(item) for item in at(self.document, path)], most)

    def name(self, item: str) -> str:
        """What a place, a road or an axis is called; its id, where that is nothing else."""
        return self.names.get(item, item)

    def called(self, item: str) -> Name:
        """The same with its id behind it, by which a scenario and options speak of it."""
        name = self.name(item)
        return Name(item if name == item else f"{name} ({item})")

    def way(self, path: str) -> Name:
        """The places of a route, by their names."""
        return Name(joined_ends(map(self.name, at(self.document, path))))

    def limit(self, path: str, limit: str) -> Sentence:
        """Behind a value that is not proven: its bound, which is a ``limit`` to one side."""
        if at(self.document, f"{path}/proven"):
            return Sentence("")
        return Sentence(f" (not proven; {limit} ", self.amount(f"{path}/bound"), ")")


def title(document: Document) -> Sentence:
    """What was looked at: an axis at a date, or a network, and its ends."""
    tell = Answer(document)
    ends = Sentence(tell.named("from"), " -> ", tell.named("to"))
    if "axis" in document:
        return Sentence(_axis(document), ": ", ends)
    return Sentence(Name(document["title"]), ": ", ends)


def _axis(document: Document) -> Sentence:
    named = Name(document["name"]), " (", Name(document["axis"]), ")"
    return Sentence(*named, " on ", Name(document["at"]))


def axis_cut(document: Document) -> Iterator[Sentence]:
    """An axis at a date: max flow, cut and routes."""
    tell = Answer(document)
    yield _axis(document)
    flow, fewest = document["max_flow"], document["fewest_places_cut"]
    whole = Said(f"{flow} kg/day", flow, "kg/day", "max_flow")
    yield Sentence("max flow: ", tell.amount("max_flow"), " (", whole, ")")
    if flow:
        yield Sentence(f"minimum cut, {_once(document)}:")
        yield from (Sentence("  ", tell.called(item)) for item in document["cut"])
        if document["other_cut"]:
            others = tell.named("other_cut", MOST_OTHERS)
            yield Sentence("  another, nearest the sinks: ", others)
    elif document["never_open"]:
        yield Sentence("the axis was not open at the start either")
    else:
        yield Sentence("the axis is cut; lost since the start and in the way:")
        yield from (Sentence("  ", tell.called(item)) for item in document["lost_in_the_way"])
        yield Sentence("enough to reopen it: ", _called(tell, document["cut"]))
    if flow and fewest is None:
        yield Sentence("fewest places: no set of places alone cuts it")
    elif flow:
        yield Sentence("fewest places that cut it: ", _called(tell, fewest))
        if other := document["other_fewest_places_cut"]:
            yield Sentence("  or as few, nearest the sinks: ", _called(tell, other))
    for i in range(len(document["routes"])):
        stem = f"routes/{i}"
        rate, hours = tell.amount(f"{stem}/kg_per_day"), tell.size(f"{stem}/hours", "h")
        yield Sentence(
            rate, ", ", hours, ", ", tell.length(stem), ": ",
            tell.way(f"{stem}/places"),
        )  # fmt: skip
    yield from doubts(document)
    yield Sentence("")
    yield from _territory(tell)
    yield from _more_cuts(tell)


def doubts(document: Document) -> Iterator[Sentence]:
    """How many roads may not be there, and which are not in the run looked at."""
    found = document.get("doubtful_roads")
    if found is None:
        return
    tell = Answer(document)
    size = tell.count("doubtful_roads/roads", "roads")
    which: tuple[str, ...] = ("all there in this run",)
    if found["absent"]:
        which = "not there in this run: ", tell.named("doubtful_roads/absent")
    yield Sentence("roads that may not be there (", size, "): ", *which)


def _called(tell: Answer, items: Sequence[str]) -> Sentence:
    return several([tell.called(item) for item in items], last=", ")


def _once(document: Document) -> str:
    return "the only minimum cut" if document["unique"] else "not the only minimum cut"


def case_cut(document: Document) -> Iterator[Sentence]:
    """Max flow, minimum cut and routes of a network file."""
    tell = Answer(document)
    flow = document["max_flow"]
    yield title(document)
    yield Sentence("max flow: ", tell.amount("max_flow"))
    if flow:
        yield Sentence(f"these stop it ({_once(document)}): ", tell.named("cut"))
        if document["other_cut"]:
            yield Sentence("another, nearest the sinks: ", tell.named("other_cut"))
    elif flow == 0:
        yield Sentence("nothing passes")
    if "fewest_roads_cut" in document:
        yield Sentence("fewest roads that cut it: ", tell.named("fewest_roads_cut"))
    if "routes" not in document:
        yield from _more_cuts(tell)
        return
    if flow:
        none = document["fewest_places_cut"] is None
        some = "no set of places alone does" if none else tell.named("fewest_places_cut")
        yield Sentence("fewest places that cut it: ", some)
        if document["other_fewest_places_cut"]:
            other = tell.named("other_fewest_places_cut")
            yield Sentence("or as few, nearest the sinks: ", other)
        yield Sentence("these roads carry it:")
        for i in range(len(document["routes"])):
            stem = f"routes/{i}"
            yield Sentence(
                "  ", tell.amount(f"{stem}/flow"), ", ", tell.length(stem), ": ",
                tell.way(f"{stem}/places"),
            )  # fmt: skip
    yield from _territory(tell)
    yield from _more_cuts(tell)


def _territory(tell: Answer) -> Iterator[Sentence]:
    """Routes apart from each other, what holds the territory together, and its pockets."""
    document = tell.document
    if document["max_flow"]:
        yield Sentence(
            "routes that share no road: ", tell.count("routes_by_roads", "routes"),
            "; no road and no inner place: ", tell.count("routes_by_places", "routes"),
        )  # fmt: skip
        yield from explained(document)[len(document["routes"]) :]
    for key, what in (
        ("articulation_points", "places whose loss parts the territory"),
        ("bridges", "roads whose loss parts it"),
        ("pockets", "pockets that no source reaches"),
    ):
        if document.get(key):
            items = [
                tell.called(i) if isinstance(i, str) else Name(" + ".join(map(tell.called, i)))
                for i in document[key]
            ]
            size = tell.count(key, key.replace("_", " "))
            yield Sentence(f"{what} (", size, "): ", names(items, MOST_NAMES))


def explained(document: Document) -> list[Sentence]:
    """The flow and its witness in sentences: what carries it, and what stops more."""
    flow, tell = document["max_flow"], Answer(document)
    if flow is None:
        return [Sentence("A way without any limit leads from the sources to the sinks.")]
    if flow == 0:
        return [Sentence("Nothing gets through: no way is open from a source to a sink.")]

    def listed(items: Sequence[str]) -> Name:
        return Name(", ".join(map(tell.name, items)))

    sentences = []
    for i, route in enumerate(document["routes"]):
        key = "kg_per_day" if "kg_per_day" in route else "flow"
        rate, way = tell.amount(f"routes/{i}/{key}"), tell.way(f"routes/{i}/places")
        sentences.append(Sentence(rate, " can go by ", way, "."))
    sentences.append(
        Sentence("Together ", tell.amount("max_flow"), ", and no more: all of it crosses ",
                 listed(document["cut"]), ", and no more than that can.")
    )  # fmt: skip
    if not document["unique"]:
        others = listed(document["other_cut"])
        sentences.append(Sentence("All of it crosses ", others, " too."))
    return sentences


def _more_cuts(tell: Answer) -> Iterator[Sentence]:
    """Minimum and near-minimum cuts, where they were asked for."""
    for key, what in (
        ("minimum_cuts", "minimum cuts"),
        ("near_minimum_cuts", "cuts within the gap"),
    ):
        found = tell.document.get(key)
        if found is not None:
            yield Sentence(f"{what} (", _shown(tell, key, "cuts"), "):")
            for i in range(len(found["cuts"])):
                stem = f"{key}/cuts/{i}"
                yield Sentence("  ", tell.amount(f"{stem}/holds"), ": ", tell.named(f"{stem}/cut"))


def _shown(tell: Answer, key: str, what: str) -> Sentence:
    """How many were found, and whether these are all."""
    which = "all " if at(tell.document, f"{key}/complete") else "the first "
    return Sentence(which, tell.count(f"{key}/{what}", what))


FRONTIER = (
    Column("losses", "losses"), Column("flow", "flow left"), Column("set", "best set", str),
    Column("greedy", "greedy"),
)  # fmt: skip


def frontier(document: Document) -> Table:
    """The least that so many losses leave, and what greedy leaves."""
    tell = Answer(document)
    endless = document["frontier"][0]["flow"] is None

    def left(path: str) -> Said | Sentence:
        """What is left; where nothing bounds the whole, no amount but whether there is a way."""
        if endless and at(document, path) == 0:
            return Sentence("no way left")
        return tell.amount(path)

    rows = []
    for i in range(len(document["frontier"])):
        stem = f"frontier/{i}"
        rows.append([
            tell.count(f"{stem}/k", "losses"),
            Sentence(left(f"{stem}/flow"), tell.limit(stem, "at least")),
            tell.named(f"{stem}/removed"), left(f"greedy/{i}/flow"),
        ])  # fmt: skip
    return Table("Frontier", FRONTIER, rows)


def beside_frontier(document: Document) -> Iterator[Sentence]:
    """The optimal sets, the scenario's own captures, and what else was asked."""
    tell = Answer(document)
    best = document["optimal_sets"]
    if best is not None and len(best["sets"]) > 1:
        yield Sentence("optimal sets (", _shown(tell, "optimal_sets", "sets"), "):")
        for i in range(len(best["sets"])):
            yield Sentence("  ", tell.named(f"optimal_sets/sets/{i}"))
    if document.get("captures"):
        k = tell.count("captures/k", "losses")
        yield Sentence(
            "the scenario takes ", tell.named("captures/places"), " (", k, "): leaves ",
            tell.amount("captures/flow"), "; the best ", k, " leave ",
            tell.amount("captures/best/flow"), ": ", tell.named("captures/best/removed"),
        )  # fmt: skip
    if document.get("defence"):
        yield Sentence(
            "to hold: ", tell.named("defence/held"), " keeps ", tell.amount("defence/flow"),
            tell.limit("defence", "at most"), " against the best attack: ",
            tell.named("defence/attack"),
        )  # fmt: skip
    if document.get("uncertain"):
        most = "" if document["uncertain"]["exact"] else "at most "
        yield Sentence(
            "where losses may fail: ", tell.named("uncertain/removed"), f" leaves {most}",
            tell.amount("uncertain/expected_flow"), " on average",
            tell.limit("uncertain", "at least"),
        )  # fmt: skip


def delay(document: Document) -> Iterator[Sentence]:
    """How slow the fastest route can be made."""
    tell = Answer(document)
    yield title(document)
    for i, row in enumerate(document["frontier"]):
        stem = f"frontier/{i}"
        hours = "no way left" if row["unreachable"] else tell.size(f"{stem}/hours", "h")
        yield Sentence(tell.losses(f"{stem}/k"), ": ", hours, _sure(row), ": ",
                       tell.named(f"{stem}/removed"))  # fmt: skip


def _sure(row: Document) -> str:
    return "" if row["proven"] else " (not proven)"


def joint(document: Document) -> Iterator[Sentence]:
    """One attack on several axes."""
    tell = Answer(document)
    yield Sentence(tell.named("axes"), " on ", Name(document["at"]))
    for i, row in enumerate(document["frontier"]):
        stem = f"frontier/{i}"
        flows = [
            Sentence(Name(tell.name(axis)), " ", tell.amount(f"{stem}/flows/{axis}"))
            for axis in row["flows"]
        ]
        total, losses = tell.amount(f"{stem}/total"), tell.losses(f"{stem}/k")
        leave = " leaves " if row["k"] == 1 else " leave "
        yield Sentence(losses, leave, total, " weighted", _sure(row), " (",
                       several(flows, last=", "), "): ", tell.named(f"{stem}/removed"))  # fmt: skip


RANKING = (
    Column("name", "", str), Column("loss", "loss"), Column("flow", "flow"),
    Column("cuts", "in cuts"), Column("delay", "delay h"), Column("shuts_off", "shuts off"),
    Column("ranks", "rank 5-50-95 %"),
)  # fmt: skip


def ranking(document: Document) -> Table:
    """Places and roads by what the loss of each alone costs."""
    tell = Answer(document)
    rows: list[list[str]] = []
    for i, row in enumerate(document["rank"]):
        stem = f"rank/{i}"
        delay, ranks = row["delay_hours"], len(row.get("rank_interval", ()))
        places = "places_shut_off"
        rows.append([
            tell.called(row["name"]), tell.amount(f"{stem}/loss"), tell.share(f"{stem}/flow_share"),
            tell.share(f"{stem}/in_minimum_cuts"),
            "no way" if delay is None else Said(number(delay), delay, "h", f"{stem}/delay_hours"),
            tell.count(f"{stem}/{places}", "places") if places in row else "",
            several([tell.count(f"{stem}/rank_interval/{n}", "rank") for n in range(ranks)],
                    "-", "-"),
        ])  # fmt: skip
    table = Table("Ranking", RANKING, rows)
    return table if any(table["ranks"]) else table.without("ranks")


def shapley(document: Document) -> Iterator[Sentence]:
    """What each captured place has in what they cost together."""
    tell, shares = Answer(document), document["shapley"]
    if shares is None:
        return
    if not any(row["share"] for row in shares):
        yield Sentence("captures cost nothing together" if shares else "nothing is captured")
        return
    yield Sentence("share of each captured place in what they cost together:")
    for i, row in enumerate(shares):
        stem = f"shapley/{i}"
        span = Sentence("")
        if row["low"] != row["high"]:
            low, high = (tell.amount(f"{stem}/{end}") for end in ("low", "high"))
            span = Sentence(" (", low, " to ", high, ")")
        yield Sentence("  ", tell.called(row["name"]), ": ", tell.amount(f"{stem}/share"), span)
