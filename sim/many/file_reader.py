"""What the readers of study and calibration files have in common: the values of top-level keys."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sim.base.diagnostics import Mark, Report, safe, suggest
from sim.scenario.tree import Items, Map, Node, Scalar


class FileReader:
    """Reads the values of one file, going on past faults to find them all in ``report``."""

    def __init__(self, report: Report, file: Path, tree: Map) -> None:
        self.report, self.file, self.tree = report, file, tree

    def _check_keys(self, known: Collection[str]) -> None:
        """Refuse unknown keys, and formats that this program does not read."""
        for key, entry in self.tree.entries.items():
            if key not in known:
                self.report.error(entry.key_mark, f"unknown key '{safe(key)}'", suggest(key, known))
        if self._text("format", "") != "1":
            self.report.error(self._mark("format"), "this program reads 'format: 1'")

    def _mark(self, key: str) -> Mark:
        node = self._node(key)
        return Mark(str(self.file), 1, 1) if node is None else node.mark

    def _node(self, key: str) -> Node | None:
        entry = self.tree.entries.get(key)
        return None if entry is None else entry.value

    def _text(self, key: str, default: str) -> str:
        node = self._node(key)
        return default if node is None else self._scalar(node)

    def _scalar(self, node: Node) -> str:
        if isinstance(node, Scalar) and not node.null:
            return node.text
        self.report.error(node.mark, "a text is expected here")
        return ""

    def _whole(self, key: str, default: int | None, least: int, most: int) -> int | None:
        if key not in self.tree.entries:
            return default
        number = self._number(self._text(key, ""), key, least, most)
        return default if number is None else number

    def _number(self, text: str, key: str, least: int, most: int) -> int | None:
        """The whole number that a text under ``key`` says; None where it says none."""
        if text.isdecimal() and len(text) < 20 and least <= int(text) <= most:
            return int(text)
        self.report.error(self._mark(key), f"'{text}' is no whole number from {least} to {most}")
        return None

    def _map(self, key: str) -> dict[str, Node]:
        node = self._node(key)
        if isinstance(node, Map):
            return {k: e.value for k, e in node.entries.items()}
        if node is not None:
            self.report.error(node.mark, f"'{key}' is a map")
        return {}

    def _list(self, key: str) -> list[Node]:
        node = self._node(key)
        if isinstance(node, Items):
            return node.items
        if node is not None:
            self.report.error(node.mark, f"'{key}' is a list")
        return []
