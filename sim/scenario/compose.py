"""Files to one tree: ``extends`` merged, the network inlined, overrides and sets applied."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from sim.base.diagnostics import Mark, Report, near_file, safe, split_lines

from .binary_table import ENDING, MAP, check_one, table_of
from .csv_tree import is_table, read_table, tables_of
from .faults import InputError, reported
from .model import Axis, BinaryTable
from .tree import Entry, Items, Map, Node, Scalar, read_file, read_map, read_text
from .written import WrittenNetwork

__all__ = ["KINDS", "Composer", "is_null", "kind_of_ids", "null_means_null", "text_node"]

FORMAT = "1"
_MOST_FILES = 32  # in one chain of extends
_STATED_IN = "stated_in"  # of a claim
_TABLES = (".csv", ".geojson", ".json", ".graphml", ".tntp", ".shp", ".fgb", ".osm", ".pbf")
_OF_FILE = (("network", "table"), ("network", "sha256"))
_NOT_INHERITED = ("format", "id", "title", "about", "tests", "asks", "extends", "overrides")

KINDS = {
    "actors": "actor",
    "axes": "axis",
    "claims": "claim",
    "classes": "road class",
    "commodities": "commodity",
    "decisions": "decision",
    "events": "event",
    "exits": "exit",
    "garrisons": "garrison",
    "groups": "group",
    "holders": "holder",
    "operations": "operation",
    "options": "option",
    "places": "place",
    "profiles": "profile",
    "regroup": "regroup rule",
    "roads": "road",
    "sinks": "sink",
    "sources": "source",
}
"""What the keys of a map by id name, by the key of the map."""


def kind_of_ids(path: Sequence[str]) -> str | None:
    """What the keys of the map at ``path`` name (``axis``, ``road``, ...), or None."""
    inner = tuple(path[1:]) if path[:1] == ("network",) else tuple(path)
    if len(inner) == 1 or (len(inner) == 3 and inner[0] in ("axes", "decisions")):
        return KINDS.get(inner[-1])
    return None


def null_means_null(path: Sequence[str]) -> bool:
    """True for the one key where null is a value ('never') and not an absence."""
    return len(path) == 3 and path[0] == "claims" and path[2] == "value"


class Composer:
    """Reads a scenario file and all that it builds on into one tree.

    ``network_failed`` is True where the network's file could not be read: nothing should
    then be said about places and roads. ``table`` is the binary table that the network names: one
    that is ``held`` in memory is not read from a file.
    """

    def __init__(self, report: Report, held: BinaryTable | None = None) -> None:
        self.report = report
        self.network_failed = False
        self.table: BinaryTable | None = None
        self._held = held
        self._table_failed = False
        self._root = Path()

    def scenario(self, path: Path, text: str | None = None) -> Map | None:
        """The merged tree of a scenario file; None with the reasons in the report.

        ``text`` is what the file holds, where it is not on disk.
        """
        self._root = _project_root(path)
        mark = Mark(str(path))
        own = read_file(path, self.report) if text is None else read_map(text, mark, self.report)
        tree = self._whole(own, path, ())
        return None if self._table_failed else tree

    def network(self, path: Path) -> Map | None:
        """The tree of a network file, without its ``format``."""
        if self._root == Path():
            self._root = _project_root(path)
        node = read_file(path, self.report)
        if node is None:
            return None
        self._check_format(node, path)
        tree = self._laid(_without(node, ("format",)), path)
        return None if self._table_failed else tree

    def _laid(self, own: Map, path: Path) -> Map | None:
        """A network's own map, with the tables that it names read, over its binary table.

        None where that one cannot be read.
        """
        own = self._with_tables(own, WrittenNetwork, path)
        named = own.entries.get("table")
        if named is None or is_null(named.value):
            return own
        with reported(self.report, named.value.mark):
            find = partial(self._path, stated_in=path, key="table", kind="binary")
            self.table, ground = table_of(own, self._held, find, self.report)
            return self._merge(ground, own, ("network",))
        return None

    def _whole(self, own: Map | None, path: Path, chain: tuple[Path, ...]) -> Map | None:
        """A file's own map with all that it builds on; None where it or one of those failed."""
        if own is None:
            return None
        self._check_format(own, path)
        base: Map | None = None
        extends = own.entries.get("extends")
        if extends and not is_null(extends.value):
            with reported(self.report, extends.value.mark):
                target = self._path(extends.value, path, "extends")
                _check_chain(target, (*chain, path))
                base = self._whole(read_file(target, self.report), target, (*chain, path))
            if base is None:
                return None
            base = _told_from(base, target.name, own)
        overrides = own.entries.get("overrides")
        own = self._inline_network(_without(own, ("format", "extends", "overrides")), path)
        own = self._inline_ends(own, path)
        merged = own if base is None else self._merge(_without(base, _NOT_INHERITED), own, ())
        if overrides and not is_null(overrides.value):
            with reported(self.report, overrides.value.mark):
                if not isinstance(overrides.value, Map):
                    raise InputError(
                        "'overrides' is a map of paths to values",
                        "such as 'axes.line.convoy.size: 20 t'",
                    )
                stated = overrides.value.entries.items()
                changes = sorted((tuple(key.split(".")), entry) for key, entry in stated)
                merged = self._apply(merged, changes)
        return merged

    def _check_format(self, node: Map, path: Path) -> None:
        entry = node.entries.get("format")
        if entry is None:
            self.report.error(
                Mark(str(path), 1, 1),
                "'format' is missing",
                f"begin the file with 'format: {FORMAT}'",
            )
        elif not (isinstance(entry.value, Scalar) and entry.value.text == FORMAT):
            self.report.error(
                entry.value.mark, "unknown format", f"this program reads 'format: {FORMAT}'"
            )

    def _path(self, node: Node, stated_in: Path, key: str, kind: str = "YAML") -> Path:
        """The file that ``node`` names, inside the project. Raises InputError for any other."""
        if not isinstance(node, Scalar) or not node.text.strip():
            raise InputError(f"'{key}' takes the path of a file")
        text = node.text.strip()
        if os.path.isabs(text) or "\n" in text:
            raise InputError(
                f"the path '{safe(text)}' is not relative", "write it relative to this file"
            )
        path = Path(os.path.normpath(stated_in.parent / text))
        within, there = True, False
        with suppress(OSError, ValueError):  # such as a name that is too long, or that holds NUL
            within = Path(os.path.realpath(stated_in.parent / text)).is_relative_to(self._root)
            if within and path.is_file():
                return path
            there = path.exists()
        if not within:
            raise InputError(
                f"the path '{safe(text)}' leaves the project",
                "files outside of the project's folder cannot be used",
            )
        if there:
            what = "a folder" if path.is_dir() else "no file to read from"
            raise InputError(f"'{safe(text)}' is {what}", f"'{key}' takes a {kind} file")
        raise InputError(
            f"no such file '{safe(text)}'", near_file(path) or "the path is relative to this file"
        )

    def _inline_network(self, own: Map, path: Path) -> Map:
        entry = own.entries.get("network")
        if entry is None or isinstance(entry.value, Items) or is_null(entry.value):
            return own
        network = None
        with reported(self.report, entry.value.mark):
            network = self._network(entry, path)
        if network is None:
            self.network_failed = True
            return _without(own, ("network",))
        # the mark of the map is a place in the network's file; the key stays where it is stated
        return Map(own.mark, own.entries | {"network": Entry(entry.key_mark, network)})

    def _network(self, entry: Entry, path: Path) -> Map | None:
        """The network that a scenario states, or names the file of."""
        if isinstance(entry.value, Map):
            return self._laid(_without(entry.value, ("format",)), path)
        target = self._path(entry.value, path, "network")
        if target.suffix.lower() in (ENDING, MAP):
            table = Entry(entry.key_mark, entry.value)
            return self._laid(Map(entry.value.mark, {"table": table}), path)
        if target.suffix.lower() in _TABLES:
            out = safe(target.stem)
            raise InputError(
                f"'{safe(target.name)}' is no network in YAML",
                f"make one of it: sim import {safe(target.name)} --out {out}.yaml, or {out}.npz",
            )
        return self.network(target)

    def _inline_ends(self, own: Map, path: Path) -> Map:
        """A file's own map with the tables of sources and sinks of its axes read in."""
        axes = own.entries.get("axes")
        if axes is None or not isinstance(axes.value, Map):
            return own
        inlined = {
            name: Entry(axis.key_mark, self._with_tables(axis.value, Axis, path))
            if isinstance(axis.value, Map)
            else axis
            for name, axis in axes.value.entries.items()
        }
        entry = Entry(axes.key_mark, Map(axes.value.mark, inlined))
        return Map(own.mark, own.entries | {"axes": entry})

    def _with_tables(self, node: Map, cls: type, path: Path) -> Map:
        """The map of a ``cls`` stated in the file ``path``, with the tables that it names read."""
        entries = dict(node.entries)
        for key, hint in tables_of(cls).items():
            entry = entries.get(key)
            if entry is None or not is_table(entry.value):
                continue
            table = None
            with reported(self.report, entry.value.mark):
                table = read_table(self._path(entry.value, path, key, "CSV"), hint, self.report)
            if table is None:
                self._table_failed = True
                del entries[key]
            else:
                entries[key] = Entry(entry.key_mark, table)
        return Map(node.mark, entries)

    def _merge(self, base: Map, over: Map, path: tuple[str, ...]) -> Map:
        entries = dict(base.entries)
        check_one(base, over, over.mark, self.report)
        beneath = {key: over.find(key) for key in entries if over.rows and key in over.rows.ids}
        for key, entry in {**{k: e for k, e in beneath.items() if e}, **over.entries}.items():
            here = (*path, key)
            below = base.find(key)
            if is_null(entry.value) and not null_means_null(here):
                kind = kind_of_ids(path)
                if below is None and kind:
                    self.report.error(
                        entry.key_mark,
                        f"no {kind} '{safe(key)}' to remove",
                        self.report.suggest(key, base.keys())
                        or "null removes what the file that it extends states",
                    )
                if (below is None and not kind) or (base.rows and key in base.rows.ids):
                    entries[key] = entry  # nothing to remove, or to stand over a row: looked at
                else:  # with the other keys
                    entries.pop(key, None)
            elif below and isinstance(below.value, Map) and isinstance(entry.value, Map):
                entries[key] = Entry(entry.key_mark, self._merge(below.value, entry.value, here))
            else:
                entries[key] = entry
        return Map(over.mark, entries, rows=over.rows or base.rows)

    def set(self, tree: Map, sets: Sequence[str]) -> Map:
        """``tree`` with ``a.b.c=VALUE`` texts applied in turn; VALUE is YAML."""
        self.report.sources["--set"] = [" ".join(split_lines(text)) for text in sets]
        changes: list[tuple[tuple[str, ...], Entry]] = []
        for number, text in enumerate(sets, start=1):
            key, equals, value = text.partition("=")
            mark = Mark("--set", number, 1, max(len(key), 1))
            with reported(self.report, mark):
                if not equals or not key.strip():
                    raise InputError(
                        f"'{safe(text)}' is not a setting", "write it as path.to.key=VALUE"
                    )
                if len(split_lines(text)) > 1:
                    raise InputError("a setting is one line")
                node: Node | None = Scalar(Mark("--set", number, len(text) + 1), "", True)
                if value.strip():
                    node = read_text(value, "--set", self.report, line=number, column=len(key) + 2)
                if node is not None:
                    changes.append((tuple(key.strip().split(".")), Entry(mark, node)))
        return self._apply(tree, changes)

    def _apply(self, tree: Map, changes: Iterable[tuple[tuple[str, ...], Entry]]) -> Map:
        tree = _unshared(tree)
        for path, change in changes:
            with reported(self.report, change.key_mark):
                self._change(tree, path, change)
        return tree

    def _change(self, tree: Map, path: tuple[str, ...], change: Entry) -> None:
        """Set one path of a tree. Raises InputError where it cannot be set."""
        dotted = ".".join(path)
        if not all(path) or path[0] in ("format", "extends", "overrides"):
            raise InputError(f"'{safe(dotted)}' cannot be set")
        if (path == ("network",) and isinstance(change.value, Scalar)) or path in _OF_FILE:
            raise InputError(
                "a network's file cannot be set here", "write 'network: PATH' in the scenario"
            )
        if kind_of_ids(path) and is_table(change.value):
            raise InputError(
                "a table's file cannot be set here", f"write '{path[-1]}: PATH' in the scenario"
            )
        if len(path) > 20:
            raise InputError("the path is too long")
        node = tree
        for depth, key in enumerate(path[:-1]):
            entry = node.find(key)
            if entry is None:
                kind = kind_of_ids(path[:depth])
                if self.network_failed and path[0] == "network":
                    return
                if kind:
                    hint = self.report.suggest(key, node.keys())
                    raise InputError(f"unknown {kind} '{safe(key)}'", hint)
                entry = Entry(change.key_mark, Map(change.key_mark))
            node.entries[key] = entry  # one that is made of a row too
            if not isinstance(entry.value, Map):
                what = "a list" if isinstance(entry.value, Items) else f"'{safe(entry.value.text)}'"
                here = safe(".".join(path[: depth + 1]))
                raise InputError(f"'{here}' is {what}, not a map", f"set '{here}' as a whole")
            node = entry.value
        last = path[-1]
        if not is_null(change.value) or null_means_null(path):
            value = _unshared(change.value) if isinstance(change.value, Map) else change.value
            node.entries[last] = Entry(change.key_mark, value)
        elif node.find(last) is not None:
            node.entries.pop(last, None)
            if node.rows is not None and last in node.rows.ids:
                node.entries[last] = change
        elif not self.network_failed:
            hint = self.report.suggest(last, node.keys())
            raise InputError(f"nothing to remove at '{safe(dotted)}'", hint)


def _check_chain(target: Path, chain: tuple[Path, ...]) -> None:
    """Raises InputError where the last of a chain of files must not extend ``target``."""
    real = [os.path.realpath(link) for link in chain]
    if os.path.realpath(target) in real:
        first = real.index(os.path.realpath(target))
        names = " -> ".join(link.name for link in (*chain[first:], target))
        raise InputError(f"'extends' goes round in a circle: {names}")
    if len(chain) >= _MOST_FILES:
        raise InputError(f"more than {_MOST_FILES} files extend one another")


def is_null(node: Node) -> bool:
    """True of what is written as null, or not at all."""
    return isinstance(node, Scalar) and node.null


def _without(node: Map, keys: Sequence[str]) -> Map:
    return Map(node.mark, {key: entry for key, entry in node.entries.items() if key not in keys})


def _told_from(base: Map, file: str, own: Map) -> Map:
    """``base`` with the file that states it in each claim, but those that ``own`` states too."""
    stated = [tree.entries.get("claims") for tree in (base, own)]
    claims, restated = (e.value if e and isinstance(e.value, Map) else None for e in stated)
    if claims is None or stated[0] is None:
        return base
    told = dict(claims.entries)
    for name, claim in claims.entries.items():
        if isinstance(claim.value, Map):
            entries = claim.value.entries
            if restated and name in restated.entries:
                entries = {key: entry for key, entry in entries.items() if key != _STATED_IN}
            elif _STATED_IN not in entries:
                entries = entries | {
                    _STATED_IN: Entry(claim.key_mark, text_node(claim.key_mark, file))
                }
            told[name] = Entry(claim.key_mark, Map(claim.value.mark, entries))
    entry = Entry(stated[0].key_mark, Map(claims.mark, told))
    return Map(base.mark, base.entries | {"claims": entry}, base.left_out)


def text_node(mark: Mark, text: str) -> Scalar:
    """A text as if it stood in quotes."""
    return Scalar(mark, text, plain=False)


def _unshared(node: Map) -> Map:
    """A copy whose maps may be changed: aliases share them, and lists are never entered."""
    return Map(
        node.mark,
        {
            key: Entry(
                entry.key_mark,
                _unshared(entry.value) if isinstance(entry.value, Map) else entry.value,
            )
            for key, entry in node.entries.items()
        },
        rows=node.rows,
    )


def _project_root(path: Path) -> Path:
    """The folder that ``extends`` and ``network`` may not leave."""
    own = Path(os.path.abspath(path)).parent
    for folder in (own, *own.parents):
        if (
            (folder / "pyproject.toml").is_file()
            or (folder / ".git").exists()
            or (folder / "scenarios").is_dir()
        ):
            return Path(os.path.realpath(folder))
    return Path(os.path.realpath(os.path.abspath(path))).parent
