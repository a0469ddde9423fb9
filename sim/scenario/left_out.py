"""What a merged tree leaves out: keys with null, and the actors of a file that states none."""

from __future__ import annotations

from collections.abc import Sequence

from sim.base.diagnostics import Report, safe

from .compose import is_null, null_means_null, text_node
from .model import ANYONE
from .tree import Entry, Items, Map, Node, Scalar

__all__ = ["with_an_actor", "without_nulls"]


def without_nulls(node: Map, report: Report, path: tuple[str, ...] = ()) -> Map:
    """``node`` without the keys whose value is null: null means that a key is left out."""

    def inside(value: Node, here: tuple[str, ...]) -> Node:
        if isinstance(value, Items):
            return Items(value.mark, [inside(item, (*here, "")) for item in value.items])
        return without_nulls(value, report, here) if isinstance(value, Map) else value

    entries, left_out = {}, {}
    for key, entry in node.entries.items():
        value, here = entry.value, (*path, key)
        if not is_null(value) or null_means_null(here):
            plain = isinstance(value, Scalar)
            entries[key] = entry if plain else Entry(entry.key_mark, inside(value, here))
        elif path[:1] == ("actors",) and key == "color":
            report.error(
                entry.key_mark, "color: empty, because '#' begins a comment", "quote it: '#0072B2'"
            )
        else:
            left_out[key] = entry.key_mark
    return Map(node.mark, entries, left_out, node.rows)


def with_an_actor(tree: Map, report: Report) -> Map:
    """``tree`` with the actor of each axis that names none: the only one, or `ANYONE`.

    That one is there where a file states no actors and no axis names one; it holds every place.
    """
    axes, actors = (tree.entries.get(key) for key in ("axes", "actors"))
    if axes is None or not isinstance(axes.value, Map):
        return tree
    if actors is not None and not isinstance(actors.value, Map):
        return tree  # which is a fault that will be told
    entries, mark, lines = dict(tree.entries), axes.key_mark, axes.value.entries
    known = list(actors.value.entries) if actors and isinstance(actors.value, Map) else []
    unnamed = {
        name: entry
        for name, entry in lines.items()
        if isinstance(entry.value, Map) and "actor" not in entry.value.entries
    }
    if not known and len(unnamed) == len(lines):
        known = [ANYONE]
        name = Map(mark, {"name": Entry(mark, text_node(mark, "Everyone"))})
        entries["actors"] = Entry(mark, Map(mark, {ANYONE: Entry(mark, name)}))
        entries.setdefault("default_holder", Entry(mark, text_node(mark, ANYONE)))
    given = {name: _of(entry, name, known, report) for name, entry in unnamed.items()}
    entries["axes"] = Entry(mark, Map(axes.value.mark, lines | given, axes.value.left_out))
    return Map(tree.mark, entries, tree.left_out)


def _of(axis: Entry, name: str, actors: Sequence[str], report: Report) -> Entry:
    """An axis that names no actor, as that of the only one."""
    if len(actors) != 1:
        hint = "known are " + ", ".join(map(safe, actors)) if actors else None
        report.error(axis.key_mark, f"axis '{safe(name)}' needs 'actor'", hint)
        return axis
    assert isinstance(axis.value, Map)
    own = {"actor": Entry(axis.key_mark, text_node(axis.key_mark, actors[0]))}
    entries = axis.value.entries | own
    return Entry(axis.key_mark, Map(axis.value.mark, entries, axis.value.left_out))
