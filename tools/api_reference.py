"""Writes docs/api.md, the reference of the public API, from its docstrings.

    python tools/api_reference.py

``make docs`` runs it, and a test holds the page to what it would write.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import sim

PAGE = Path(__file__).parent.parent / "docs/api.md"

HEAD = """\
# The Python API

Made by `make docs` from the docstrings of what `import sim` offers; not written by hand.
[notebook.md](notebook.md) shows it at work.

What is wrong is raised as a `sim.Error`: `BadInputError` (and `ScenarioError`, which lists every
fault of a file) for what the caller can mend, `FolderError` for a folder that cannot be read or
written, `FailedError` (and `FullDiskError`) for what could not be done. Nothing is printed.
"""

GROUPS = (
    ("Scenarios", ("load", "Scenario", "validate", "CheckedFile", "listing", "Listing",
                   "schema", "init", "examples", "Example")),
    ("One run", ("run", "Run", "explore", "Explorer", "cut", "Cut", "film")),
    ("Many runs", ("ensemble", "Ensemble", "study", "Study", "SensitivityStudy", "plan_study",
                   "StudyPlan", "resume", "merge", "beside", "Beside", "calibrate", "Calibrated",
                   "verdicts", "Verdicts", "score", "Scored")),
    ("Folders", ("open_run", "RunFolder", "open_ensemble", "open_study", "summary", "compare",
                 "Comparison", "ManyComparison", "report", "figures",
                 "verify", "Verified")),
    ("Networks", ("Network", "audit", "Audited", "interdict", "rank", "reliability", "Relied")),
    ("Tables", ("DataTable",)),
    ("Errors", ("Error", "BadInputError", "ScenarioError", "FolderError", "FailedError",
                "FullDiskError")),
)  # fmt: skip


def page() -> str:
    """The whole page.

    Raises:
        ValueError: a public name is in no group.
    """
    grouped = [name for _, names in GROUPS for name in names]
    if sorted(grouped) != sim.__all__:
        raise ValueError(f"no group, or two, has: {set(grouped) ^ set(sim.__all__)}")
    parts = [HEAD]
    for title, names in GROUPS:
        parts.append(f"## {title}\n")
        for name in names:
            parts.extend(_entry(name, getattr(sim, name)))
    return "\n".join(parts)


def _entry(name: str, thing: object) -> Iterator[str]:
    yield f"### `sim.{name}`\n"
    if not inspect.isclass(thing):
        yield _signature(name, thing)
        yield _told(thing)
        return
    yield _told(thing)
    held = [f"`{f.name}`" for f in fields(thing) if f.name[0] != "_"] if is_dataclass(thing) else []
    if held:
        yield f"Holds {', '.join(held)}.\n"
    for key, member in _members(thing):
        yield f"#### `{name}.{key}`\n"
        if callable(member):
            yield _signature(key, member)
        yield _told(member)


def _members(kind: type) -> Iterator[tuple[str, object]]:
    """Public methods and properties with docstrings of the kind itself and what it builds on."""
    if issubclass(kind, Exception):
        return
    for key in dict.fromkeys(key for base in kind.__mro__ for key in vars(base)):
        member = inspect.getattr_static(kind, key)
        held = inspect.ismemberdescriptor(member) or isinstance(member, str | int | tuple)
        if key[0] != "_" and inspect.getdoc(member) and not held:
            yield key, member


def _signature(name: str, thing: object) -> str:
    assert callable(thing)
    shown = str(inspect.signature(thing)).replace("self, /, ", "").replace("self, ", "")
    shown = re.sub(r"\bself\b", "", shown)
    shown = re.sub(r"(: |-> )'([^']*)'", r"\1\2", shown)  # annotations are texts here
    shown = re.sub(r"\b(?:model|_many|_studies|os)\.(?=[A-Z])", "", shown)
    if len(shown) > 90 and (inner := shown[1 : shown.rindex(")")]):
        told = shown[shown.rindex(")") :]
        lines = ",\n    ".join(_split(inner))
        shown = f"(\n    {lines},\n{told}"
    return f"```python\n{name}{shown}\n```\n"


def _split(inner: str) -> list[str]:
    """Parameters at the commas that are in no bracket."""
    parts, depth = [""], 0
    for character in inner:
        depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(character, 0)
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _told(thing: object) -> str:
    """A docstring as Markdown: roles as code, sections as bold words, items as a list."""
    text = inspect.getdoc(thing) or ""
    text = re.sub(r":[a-z]+:`~?([\w.]+)`", lambda m: f"`{m[1].removeprefix('sim.api.')}`", text)
    text = text.replace("``", "`")
    lines: list[str] = []
    for line in text.splitlines():
        if line in ("Args:", "Raises:", "Returns:"):
            lines += [f"**{line.rstrip(':')}**", ""]
        elif re.match(r"    \S", line):
            key, _, rest = line.strip().partition(": ")
            names = ", ".join(f"`{part}`" for part in key.split(", "))
            lines.append(f"- {names}: {rest}")
        elif line.startswith(">>> "):
            lines += ["```python", line, "```"]
        else:
            lines.append(f"  {line.strip()}" if line.startswith("      ") else line)
    return "\n".join(lines).replace("```\n```python\n", "") + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
