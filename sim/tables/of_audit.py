"""What is said of an audit: sentences from the document of ``--json``, as in :mod:`of_cuts`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.base.numbers import joined_ends
from sim.base.said import Name, Sentence, at, counted, several

from .of_cuts import MOST_NAMES, Answer, Document


def audit(document: Document) -> Iterator[Sentence]:
    """What a reference graph says of a network."""
    tell = Answer(document)
    yield Sentence(Name(document["title"]), ", held against ", Name(document["against"]))
    left, places = document["not_audited"], tell.count("places", "places")
    audited = counted(document["places"] - len(left), "place", measure="places - not_audited")
    yield Sentence("audited: ", audited, " of ", places)
    if left:
        near = tell.size("tolerance/near_km", "km")
        yield Sentence("no edge of the reference within ", near, " of: ", _places(tell, left))
    yield from _head(tell, "lacking", "links that it lacks")
    for i, row in enumerate(document["lacking"]):
        stem = f"lacking/{i}"
        pair = joined_ends(tell.name(row[end]) for end in "ab")
        yield Sentence(
            "  ", Name(pair), ": ", tell.km(f"{stem}/km"), "; the network has ",
            tell.km(f"{stem}/network_km"), _over(tell, row["via"]),
        )  # fmt: skip
    for key, head in (
        ("over", "roads that run through other places"),
        ("absent", "roads that the reference does not have"),
        ("lengths", "roads of another length"),
    ):
        yield from _head(tell, key, head)
        for i, row in enumerate(document[key]):
            stem = f"{key}/{i}"
            yield Sentence(
                "  ", Name(row["road"]), ": ", tell.km(f"{stem}/km"), "; the reference has ",
                tell.km(f"{stem}/reference_km"), _over(tell, row["over"]),
            )  # fmt: skip
    yield from _head(tell, "elsewhere", "places that the reference has elsewhere")
    for i, row in enumerate(document["elsewhere"]):
        off = tell.km(f"elsewhere/{i}/km")
        yield Sentence("  ", _places(tell, [row["place"]]), ": ", off, " away")
    for i in range(len(document["axes"])):
        yield from _change(tell, f"axes/{i}")


def _places(tell: Answer, items: Sequence[str]) -> Sentence:
    return several([Name(tell.name(item)) for item in items])


def _over(tell: Answer, places: Sequence[str]) -> Sentence:
    return Sentence(" over ", _places(tell, places)) if places else Sentence("")


def _head(tell: Answer, key: str, what: str) -> Iterator[Sentence]:
    size = len(tell.document[key])
    yield Sentence(f"{what}: ", tell.count(key, key) if size else "none")


def _change(tell: Answer, path: str) -> Iterator[Sentence]:
    """What of an axis is otherwise if the links that the network lacks are there."""
    axis = at(tell.document, path)
    before, after = axis["before"], axis["after"]
    yield Sentence(Name(axis["name"]), " (", Name(axis["axis"]), ") with the links that it lacks:")
    if before is None or after is None:
        both = "in both" if before == after else "in one of the two"
        yield Sentence(f"  carries nothing that can be ranked {both}")
        return
    same = True
    for key, head in (("alone", "one place that stops it"), ("fewest", "fewest places that do")):
        if before[key] != after[key]:
            same = False
            was, now = (_places(tell, found[key] or ()) or "none" for found in (before, after))
            yield Sentence(f"  {head}: ", was, " -> ", now)
    ranks = axis["ranks"]
    for i, row in enumerate(ranks[:MOST_NAMES]):
        was, now = (
            tell.count(f"{path}/ranks/{i}/{end}", "rank") if row[end] else "none"
            for end in ("before", "after")
        )
        yield Sentence("  rank of ", _places(tell, [row["place"]]), ": ", was, " -> ", now)
    if len(ranks) > MOST_NAMES:
        yield Sentence("  and ", counted(len(ranks) - MOST_NAMES, "more rank"))
    if same and not ranks:
        yield Sentence("  nothing changes")
