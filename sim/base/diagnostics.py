"""Messages about a scenario's text, printed the way a compiler does."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from .errors import BadInputError, FolderError
from .names import folded

__all__ = [
    "Diagnostic",
    "Findings",
    "Mark",
    "Report",
    "ScenarioError",
    "did_you_mean",
    "safe",
    "split_lines",
]

MOST_SHOWN = 50
"""How many diagnostics are printed; the rest are counted."""

MOST_KEPT = 10_000
"""How many diagnostics one report keeps."""

_WIDTH = 120  # characters of a source line that are shown around the caret
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def split_lines(text: str) -> list[str]:
    """The lines of ``text`` as YAML counts them (which differs from ``str.splitlines``)."""
    return _LINE_BREAK.split(text)


def safe(text: str, longest: int = 80) -> str:
    """``text`` fit for a terminal: one line, no control or bidirectional-override characters."""
    clipped = text if len(text) <= longest else text[: longest - 3] + "..."
    return _safe(clipped)


def _safe(text: str) -> str:
    return text if text.isprintable() else "".join(map(_safe_character, text))


def _safe_character(c: str) -> str:
    if c.isprintable() or c == " ":
        return c
    if unicodedata.category(c) == "Zs":
        return " "
    code = ord(c)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def suggest(word: str, known: Iterable[str]) -> str | None:
    """A hint that names the closest of ``known``, or None where nothing is close."""
    close = did_you_mean(word, known)
    return f"did you mean '{safe(close)}'?" if close else None


def near_file(path: Path) -> str | None:
    """A hint that names a file in the same folder with nearly the name of ``path``."""
    try:
        return suggest(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return None


def no_folder(path: Path) -> FolderError:
    """The error of a path at which a folder of results is needed and none is, with what to do."""
    what = f"{path} is not a folder"
    if path.suffix.lower() in (".yaml", ".yml") and path.is_file():
        return FolderError(f"{what}: 'sim run {path}' makes one of a scenario")
    if path.exists():
        return FolderError(what)
    hint = near_file(path)
    return FolderError(f"{what}: nothing is there" + (f"; {hint}" if hint else ""))


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that is closest to ``word``, or None where nothing is close.

    First one that is the same but for case, spaces and signs (``AlBab``, ``Al Bab``: ``al-Bab``),
    then one that has it as the only long word in it (``Bab``), then the most similar letters.
    """
    names = sorted(known)
    plain = folded(word[:200])
    close = [name for name in names if plain and folded(name) == plain]
    close += difflib.get_close_matches(word[:200], names, n=1, cutoff=0.6) if not close else []
    if not close or folded(close[0]) != plain:
        close = [name for name in names if plain in _long_words(name)] or close
    return close[0] if close else None


def _long_words(name: str) -> list[str]:
    """The words in a name of several, if but one of them is no article or the like."""
    words = [folded(word) for word in re.split(r"[^\w]+|_+", name)]
    long = [word for word in words if len(word) > _ARTICLE]
    return long if len(long) == 1 and len(words) > 1 else []


_ARTICLE = 2  # letters of al, el, ar, as, de, la, ...


class Mark(NamedTuple):
    """A stretch of text: file, line and column from 1 (line 0: the whole file), characters."""

    file: str
    line: int = 0
    column: int = 0
    length: int = 1


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message with its place: ``line`` and ``column`` count from 1 (0: the whole file).

    ``length`` is the number of characters to mark; ``hint`` says how to mend it; ``code`` is the
    id of a warning.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"
    length: int = 1
    code: str = ""

    def render(self, source_lines: Sequence[str] = ()) -> str:
        """The message, the line it is about, a caret and the hint, as several lines of text."""
        where = shown_path(self.file)
        if self.line:
            where += f":{self.line}:{self.column}"
        code = f" [{self.code}]" if self.code else ""
        out = [f"{where}: {self.severity}: {safe(self.message, 400)}{code}"]
        if 0 < self.line <= len(source_lines):
            margin = f"{self.line:>5} | "
            text, caret = _window(source_lines[self.line - 1], self.column - 1, self.length)
            out += [margin + text, " " * (len(margin) - 2) + "| " + caret]
        if self.hint:
            out.append(f"      = {safe(self.hint, 400)}")
        return "\n".join(out)


def _window(line: str, start: int, length: int) -> tuple[str, str]:
    """The part of ``line`` around ``start`` and the marks under it, made safe to print."""
    left = 0 if len(line) <= _WIDTH else max(0, min(start - _WIDTH // 2, len(line) - _WIDTH))
    right = min(len(line), left + _WIDTH)
    end = start + max(length, 1)
    before, after = (_safe(part.replace("\t", " ")) for part in (line[left:start], line[end:right]))
    marked = _safe(line[start : min(right, end)])
    lead = "..." if left else ""
    tail = "..." if right < len(line) else ""
    text = (lead + before + marked + after + tail).rstrip()
    caret = " " * (len(lead) + _columns(before)) + "^" * max(1, _columns(marked))
    return text, caret


def _columns(text: str) -> int:
    """Width on a terminal: East Asian wide characters take two columns, marks none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def shown_path(path: str) -> str:
    """``path`` relative to the current directory where it lies inside it, made safe to print."""
    if os.path.isabs(path):
        try:
            relative = os.path.relpath(path)
        except (OSError, ValueError):  # the current directory is gone, or another drive
            relative = path
        path = path if relative.startswith("..") else relative
    return safe(path, 300)


class Findings(list[Diagnostic]):
    """Diagnostics in the order of files, each once, with the lines of the files they are about."""

    def __init__(
        self,
        diagnostics: Iterable[Diagnostic] = (),
        sources: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(
            sorted(set(diagnostics), key=lambda d: (d.file, d.line, d.column, d.message))
        )
        self.sources: dict[str, Sequence[str]] = {
            d.file: (sources or {}).get(d.file, ()) for d in self
        }

    def render(self) -> str:
        """All of them as text, at most ``MOST_SHOWN``."""
        shown = [d.render(self.sources[d.file]) for d in self[:MOST_SHOWN]]
        more = len(self) - len(shown)
        if more:
            shown.append(f"... and {more} more")
        return "\n".join(shown)


class ScenarioError(BadInputError):
    """A scenario that cannot be used. ``diagnostics`` holds all that is wrong, in file order.

    ``sources`` holds the lines of each file named in the diagnostics.
    """

    def __init__(
        self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.diagnostics = Findings(diagnostics, sources)
        self.sources = self.diagnostics.sources
        super().__init__(self.diagnostics, self.sources)

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[object, object]]:
        return (ScenarioError, (list(self.diagnostics), self.sources))

    def render(self) -> str:
        """All diagnostics as text, at most ``MOST_SHOWN``."""
        return self.diagnostics.render()

    def __str__(self) -> str:
        return self.render()


class Report:
    """Collects diagnostics while a scenario is read, so that all come at once."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.sources: dict[str, list[str]] = {}
        self._hints = 0

    def error(self, mark: Mark, message: str, hint: str | None = None) -> None:
        """Record one error; past ``MOST_KEPT`` they are dropped."""
        if len(self.diagnostics) < MOST_KEPT:
            self.diagnostics.append(
                Diagnostic(mark.file, mark.line, mark.column, message, hint, length=mark.length)
            )

    def suggest(self, word: str, known: Iterable[str]) -> str | None:
        """:func:`suggest`, while hints are likely to be printed: comparing names takes time."""
        self._hints += 1
        return suggest(word, known) if self._hints <= MOST_SHOWN else None

    def stop_on_errors(self) -> None:
        """Raise what was recorded, if anything was."""
        if self.diagnostics:
            raise ScenarioError(self.diagnostics, self.sources)
