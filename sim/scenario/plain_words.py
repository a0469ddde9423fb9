"""What is wrong in a text that is no YAML, in plain words."""

from __future__ import annotations

from typing import Any

import yaml

from sim.base.diagnostics import safe, split_lines

_INDENTED = (
    "the indentation does not fit the lines above",
    "keys of one map, and dashes of one list, stand in the same column",
)
_UNCLOSED = "a bracket that begins before this is not closed"
_PLAIN_WORDS = {
    "mapping values are not allowed": (
        "a ':' is not allowed here", "check the indentation; put a text that holds ': ' in quotes",
    ),
    "did not find expected key": _INDENTED,
    "expected '-' indicator": _INDENTED,
    "could not find expected ':'": ("a ':' is missing after the key", "write 'key: value'"),
    "',' or ']'": ("expected ',' or ']'", _UNCLOSED),
    "',' or '}'": ("expected ',' or '}'", _UNCLOSED),
    "expected <document start>": ("text after the end of the document", "remove it"),
}  # fmt: skip
"""What is wrong, and a way out, by what libyaml's message holds."""


def plain_words(error: yaml.YAMLError, text: str, mark: Any) -> tuple[str, str | None]:
    """libyaml's message in plain words, with a way out where one is likely."""
    problem = str(getattr(error, "problem", None) or error)
    context = str(getattr(error, "context", None) or "")
    lines = split_lines(text)
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    at = line[mark.column : mark.column + 1] if mark else ""
    no_token, no_map = "cannot start any token" in problem, "mapping values are not" in problem
    if (no_token and at == "\t") or (no_map and "\t" in line[: len(line) - len(line.lstrip())]):
        return "a tab cannot be used for indentation", "use spaces"
    if no_token:
        return f"a text cannot begin with '{safe(at)}'", "put it in quotes"
    if "unexpected end of stream" in problem and "quoted" in context:
        return "the quote that begins before this is never closed", "add the closing quote"
    if "expected key" in problem and at == ":":
        return "a key is missing before ':'", None
    for known, words in _PLAIN_WORDS.items():
        if known in problem:
            return words
    return f"not valid YAML: {problem}" + (f" ({context})" if context else ""), None
