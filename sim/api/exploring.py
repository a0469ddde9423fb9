"""The page of a scenario's run on this machine: changed scenarios are run and saved from there."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from types import TracebackType

from sim.base.diagnostics import ScenarioError
from sim.base.errors import BadInputError, FolderError
from sim.base.files import whole_file
from sim.scenario.emit import to_yaml

from .changes import Parts, added, merged
from .runs import run
from .scenarios import Scenario, load
from .served import HOST, RefusedError, Served, Told
from .show import Facts, Shown

PATIENCE = 90.0
"""Seconds without a word from the page after which it counts as closed.

Browsers let a page that is not seen speak once a minute.
"""

_NAME = re.compile(r"\w[\w .-]{0,150}\.ya?ml")


@dataclass(frozen=True)
class Tried:
    """A run that has a page, and what was ``added`` for it to the scenario of the file."""

    folder: Path
    added: Parts


class Explorer(Shown):
    """The page of a run of a scenario, and of those that its reader changes, on this machine.

    Whoever has the address runs and saves; pages can be read by all on this machine. It is a
    context manager, which closes it at the end.
    """

    def __init__(self, file: str | os.PathLike[str], port: int = 0) -> None:
        """Run the scenario and take the port; :func:`explore` says what may be wrong."""
        self._file, self._here = Path(os.path.abspath(file)), Path.cwd()
        self._base = load(file)
        if not self._base.axes:
            raise BadInputError(f"{file} has no axis: there is nothing to ask of its page")
        acts = {
            "/alive": lambda _: {}, "/check": self._check, "/run": self._run, "/save": self._save
        }  # fmt: skip
        self._served = Served(self._find, acts, port)
        self._place = TemporaryDirectory(prefix="sim-explore-", ignore_cleanup_errors=True)
        self._numbers, self._tried = count(), dict[str, Tried]()
        self._running, self._saving = Lock(), Lock()
        try:
            self._try(self._base, {})
        except BaseException:
            self.close()
            raise

    @property
    def address(self) -> str:
        """Where a browser of this machine finds the page, with the token that lets it act."""
        return f"http://{HOST}:{self._served.server_port}/0/#token~{self._served.token}"

    def serve(self, patience: float = PATIENCE) -> None:
        """Answer the page until :meth:`stop`, or until it was closed for ``patience`` seconds."""
        self._served.serve(patience)

    def stop(self) -> None:
        """Let :meth:`serve` end, from another thread."""
        self._served.stopped = True

    def close(self) -> None:
        """Give back the port, and remove the runs that were not saved."""
        self._served.server_close()
        self._place.cleanup()

    def __enter__(self) -> Explorer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def _glance(self) -> tuple[str, Facts]:
        return f"Explored: {self._base.title}", [
            ("address", self.address), ("saves in", str(self._here)),
            ("runs", str(len(self._tried))),
        ]  # fmt: skip

    # --- pages -----------------------------------------------------------------------------------

    def _try(self, scenario: Scenario, parts: Parts) -> str:
        """Run a scenario and make its page; its number."""
        from sim.page.explored import write_explored

        number = str(next(self._numbers))
        folder = Path(self._place.name, number)
        run(scenario).write(folder, figures=False, argv=["sim", "explore", str(self._file)])
        write_explored(folder, number, self._tried["0"].folder if self._tried else None)
        self._tried[number] = Tried(folder, parts)
        return number

    def _find(self, path: str) -> Path | None:
        """The file of a run under ``/number/name``; its page where no name is given."""
        number, slash, name = path[1:].partition("/")
        tried = self._tried.get(number)
        if tried is None or not slash:
            return None
        shown = {file.name: file for file in tried.folder.iterdir() if file.is_file()}
        return shown.get(name or "report.html")

    # --- what the page asks for ------------------------------------------------------------------

    def _check(self, told: Told) -> Told:
        """Say nothing where the scenario with the changes is one."""
        self._changed(self._added(told))
        return {}

    def _run(self, told: Told) -> Told:
        """Run the scenario with the changes that were asked for; where its page is."""
        if not self._running.acquire(blocking=False):
            raise RefusedError(HTTPStatus.CONFLICT, "a run is on; there is one at a time")
        try:
            parts = self._added(told)
            return {"page": f"/{self._try(self._changed(parts), parts)}/"}
        finally:
            self._running.release()

    def _save(self, told: Told) -> Told:
        """Write the scenario with the changes as a file; its name."""
        name, parts = told.get("name"), self._added(told)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise BadInputError(
                "a file in the folder where this was started has a name of letters, digits, '_', "
                "'-', '.' and blanks, and ends in .yaml"
            )
        with self._saving:
            target = self._here / name
            if os.path.lexists(target) and told.get("replace") is not True:
                raise RefusedError(HTTPStatus.PRECONDITION_FAILED, f"{name} is there already")
            text = self._text(parts, target)
            with whole_file(target) as partial_file:
                partial_file.write_text(text, encoding="utf-8", newline="\n")
        return {"name": name}

    def _text(self, parts: Parts, target: Path) -> str:
        """The scenario with parts more as a file that builds on the one that is explored.

        Raises:
            ScenarioError: no file there can build on it.
            FolderError: the file is not any more what was run.
        """
        text = to_yaml(
            {
                "format": 1,
                "extends": Path(os.path.relpath(self._file, target.parent)).as_posix(),
                "title": _titled(self._base),
                **parts,
            }
        )
        if load(self._file).resolved != self._base.resolved:
            raise FolderError(f"{self._file} was changed meanwhile: stop, and explore it again")
        from sim.scenario.loader import read

        read(target, text=text)
        return text

    def _added(self, told: Told) -> Parts:
        """What the scenario has more: what the run whose page asks has, and what is told now.

        Raises:
            BadInputError: the page tells of no such run, or of what is no change.
        """
        asking = self._tried.get(str(told.get("from")))
        if asking is None:
            raise BadInputError("from: there is no such run")
        return added(self._base, asking.added, told)

    def _changed(self, parts: Parts) -> Scenario:
        """The scenario with parts more.

        Raises:
            BadInputError: they do not fit; what is wrong, without the lines of no file.
        """
        try:
            return load({**merged(self._base.resolved, parts), "title": _titled(self._base)})
        except ScenarioError as error:
            hints = ((d.message, d.hint) for d in error.diagnostics)
            said = (f"{message} ({hint})" if hint else message for message, hint in hints)
            raise BadInputError("; ".join(said)) from error


def explore(file: str | os.PathLike[str], *, port: int = 0) -> Explorer:
    """The page of a run of a scenario, on this machine alone, from which others are run.

    >>> page = sim.explore("my_scenario.yaml")
    >>> page.address
    >>> page.serve()

    What its reader changes there is run by the engine, and saved as a scenario in the current
    folder. docs/explore.md says how, and who may do so.

    Args:
        port: where it is served; 0 is a free one.

    Raises:
        ScenarioError: the scenario is faulty.
        BadInputError: it has no axis, or the port cannot be had.
        FullDiskError: there is no room for the run.
    """
    return Explorer(file, port)


def _titled(scenario: Scenario) -> str:
    return f"What if: {scenario.title}"
