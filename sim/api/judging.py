"""Verdicts on a folder of claims: read, run or gone on with, written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.base.diagnostics import Diagnostic, ScenarioError, no_folder
from sim.base.errors import BadInputError
from sim.base.files import whole_file, write_json
from sim.many import verdicts as _verdicts
from sim.many.questions import Question, of_scenario, of_study
from sim.tables import of_verdicts
from sim.tables.data import DataTable

from .many import Begun, EngineName, Folder, look_at, means_of, refuse_in_worker
from .sense import findings
from .show import Facts, Found

if TYPE_CHECKING:
    from sim.many.ensemble import Progress
    from sim.view.saving import Drawing


@dataclass(frozen=True, repr=False)
class Verdicts(Found):
    """What the claims of a folder come to, in a folder of runs.

    Table: verdicts (a row a claim). ``document`` is what verdicts.json holds.
    """

    _first = "verdicts", ""

    folder: Path
    document: dict[str, Any]

    def _tables(self) -> Iterable[DataTable]:
        return [of_verdicts.data_table(self.document)]

    def _figures(self) -> Iterable[Drawing]:
        return []

    def markdown(self) -> str:
        """The table as a page of Markdown."""
        return of_verdicts.markdown(self.document)

    def _glance(self) -> tuple[str, Facts]:
        claims = self.document["claims"]
        return f"Verdicts: {len(claims)} claims", [
            ("folder", str(self.folder)),
            *((claim["claim"], claim["verdict"]) for claim in claims[:14]),
        ]


def verdicts(
    folder: Folder,
    n: int | None = None,
    *,
    out: Folder | None = None,
    workers: int | None = None,
    engine: EngineName = "local",
    address: str | None = None,
    progress: Progress | None = None,
    begun: Begun | None = None,
    resume: bool = True,
    across_versions: bool = False,
    argv: Sequence[str] | None = None,
) -> Verdicts:
    """Judge every claim that the files of a folder ask about: scenarios, and studies with claims.

    Each gets about 1,800 runs: ``n`` that answer it, a sixth of that for each setting that
    confirms what it hangs on, and some for the search for what would flip it. Interrupted, the
    same call goes on with it, to the same bytes. docs/definitions.md has the rule of verdicts.

    Args:
        folder: with YAML files of scenarios and studies; of a scenario the claim that it ``asks``
            about is judged, else each of its own. Files without claims of their own are left out.
        n: runs that answer each claim, 600 unless told.
        out: the folder itself; None makes ``results/verdicts/<UTC time>-<hash8>``.
        workers, engine, address, progress, begun, resume, across_versions, argv: as of
            :func:`ensemble`.

    Raises:
        ScenarioError: with the faults of all files; nothing was run.
        BadInputError: an argument is none, or no file has a claim.
        FolderError: there is no such folder, or ``out`` holds something else.
        FailedError: as :func:`ensemble`.
    """
    refuse_in_worker()
    if n is not None and n < 1:
        raise BadInputError(f"n: a claim is answered by one run at least, not {n}")
    means = means_of(engine, workers, address, False, progress, argv, across_versions)
    asked = questions(Path(folder))
    target = None if out is None else Path(out)
    place = _verdicts.begin_verdicts(asked, n, target, resume=resume)
    if begun is not None:
        begun(place)
    document = _verdicts.carry_out_verdicts(place, asked, means)
    found = Verdicts(place, document)
    _write(found, means.argv)
    return found


def _write(found: Verdicts, argv: Sequence[str]) -> None:
    """Write the answers into their folder: JSON, CSV, Markdown and a page."""
    from sim.page.verdicts import page

    texts = {"verdicts.md": found.markdown(), "verdicts.html": page(found.document)}
    for name, text in texts.items():
        with whole_file(found.folder / name) as partial:
            partial.write_text(text, encoding="utf-8", newline="\n")
    of_verdicts.data_table(found.document).write_csv(found.folder / "verdicts.csv")
    with whole_file(found.folder / "verdicts.json") as partial:
        write_json(partial, found.document)
    _verdicts.close(found.folder, argv)


def questions(folder: Path) -> list[Question]:
    """The claims that the files of a folder ask about, in the order of the files.

    Raises:
        FolderError: there is no such folder.
        ScenarioError: with the faults of all files.
    """
    if not folder.is_dir():
        raise no_folder(folder)
    found: list[Question] = []
    faults: list[Diagnostic] = []
    sources: dict[str, Sequence[str]] = {}
    for file in sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml")):
        try:
            found += _of_file(file)
        except ScenarioError as error:
            faults += error.diagnostics
            sources |= error.sources
    if faults:
        raise ScenarioError(faults, sources)
    return found


def _of_file(file: Path) -> list[Question]:
    """The questions of one file. Raises ScenarioError."""
    from sim.many.design import read_design
    from sim.many.studies import check_claims
    from sim.scenario.loader import read

    from .files import is_network_yaml, is_study

    name = str(file)
    if is_network_yaml(name):
        return []
    if not is_study(name):
        loaded = read(file)
        asked = of_scenario(file.name, loaded.scenario)
        if asked:
            findings(loaded)
        return asked
    design = read_design(file)
    if not design.claims:
        return []
    made, cells = look_at(design)
    if wrong := cells.faults():
        raise ScenarioError(wrong, wrong.sources)
    check_claims(design, made)
    return of_study(file.name, design, made)
