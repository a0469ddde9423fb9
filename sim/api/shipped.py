"""Cases that ship with the program, and a first folder of one's own made from one of them.

A wheel holds them beside this package, packed from ``scenarios/`` when it is built (setup.py);
in a checkout they are read where they stand.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.base.diagnostics import safe, suggest
from sim.base.errors import BadInputError
from sim.base.files import whole_folder

from .show import Facts, Shown

_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE / "examples/scenarios", _PACKAGE.parent / "scenarios")
_LIST = "examples.toml"
_OWN = "scenarios"  # the folder beside which a project ends: files name each other inside it


@dataclass(frozen=True, repr=False)
class Example(Shown):
    """A case that ships: its ``scenario`` and its ``study``, which run where they are.

    ``files`` are all that they rest on, these two first, relative to ``folder``; ``licence`` is
    that of the files.
    """

    name: str
    title: str
    folder: Path
    files: tuple[str, ...]
    licence: str

    @property
    def scenario(self) -> Path:
        """The path of the scenario."""
        return self.folder / self.files[0]

    @property
    def study(self) -> Path:
        """The path of the study."""
        return self.folder / self.files[1]

    def document(self) -> dict[str, Any]:
        """What ``sim example --json`` prints of it."""
        return {
            "name": self.name, "title": self.title, "scenario": str(self.scenario),
            "study": str(self.study), "licence": self.licence,
        }  # fmt: skip

    def _glance(self) -> tuple[str, Facts]:
        paths = [("scenario", str(self.scenario)), ("study", str(self.study))]
        return f"{self.name}: {self.title}", [*paths, ("licence", self.licence)]


def examples() -> Mapping[str, Example]:
    """The cases that ship, by name.

    >>> sim.run(sim.examples()["two_ways"].scenario)

    Raises:
        BadInputError: the program was installed without them.
    """
    found = [place for place in _PLACES if (place / _LIST).is_file()]
    if not found:
        raise BadInputError("this program was installed without examples; install its wheel")
    listed = tomllib.loads((found[0] / _LIST).read_text("utf-8"))
    return {name: _example(name, found[0], stated) for name, stated in listed.items()}


def _example(name: str, place: Path, stated: Mapping[str, Any]) -> Example:
    folder = place / stated["folder"]
    files = (stated["scenario"], stated["study"], *stated["needs"])
    return Example(name, _title(folder / files[0]), folder, files, stated["licence"])


def _title(file: Path) -> str:
    """The title that a scenario states in a line of its own."""
    lines = file.read_text("utf-8").splitlines()
    return next(line for line in lines if line.startswith("title: ")).removeprefix("title: ")


_README = """\
# {title}

    sim validate {scenario}
    sim run {scenario} --out results/first      # once: numbers, tables, figures
    sim report results/first      # one page of it, results/first/report.html
    sim ensemble {scenario} -n 100      # many runs over its ranges and chances
    sim study {study}      # what each factor does

`sim list {scenario}` says what it has, `sim explore {scenario}` asks it in the browser.
Licence of these files: {licence}.
"""


def init(folder: str | os.PathLike[str], example: str = "two_ways") -> Path:
    """Make a folder to begin with: an example's scenario and study, and ten lines that say how.

    Args:
        folder: the new folder; an empty one is filled.
        example: a name of :func:`sim.examples`.

    Raises:
        BadInputError: there is no such example.
        FolderError: the folder holds something, or cannot be made.
        FullDiskError: there is no room for it.
    """
    known = examples()
    if example not in known:
        hint = suggest(example, known) or f"there are {', '.join(known)}"
        raise BadInputError(f"example: there is no '{safe(example)}': {hint}")
    case, target = known[example], Path(folder)
    with whole_folder(target) as partial:
        for name in case.files:
            copy = partial / _OWN / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(case.folder / name, copy)
        readme = _README.format(
            title=case.title,
            scenario=f"{_OWN}/{case.files[0]}",
            study=f"{_OWN}/{case.files[1]}",
            licence=case.licence,
        )
        (partial / "README.md").write_text(readme, encoding="utf-8", newline="\n")
    return target
