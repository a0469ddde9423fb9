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

from sim.base.errors import BadInputError
from sim.base.files import whole_file
from sim.scenario.emit import to_yaml

from .changes import Parts, added
from .origins import CLASS, Drawn, Opened, Origin, check, drawn, loaded
from .origins import around as point
from .runs import run
from .scenarios import Scenario, load
from .served import HOST, RefusedError, Served, Told
from .show import Facts, Shown

PATIENCE = 90.0
"""Seconds without a word from the page after which it counts as closed.

Browsers let a page that is not seen speak once a minute.
"""

EMPTY = "0"
"""The number of the page of an empty map."""

_NAME = re.compile(r"\w[\w .-]{0,150}\.ya?ml")


@dataclass(frozen=True)
class Tried:
    """A run that has a page: what it began with, and what was ``added`` for it to that.

    ``base`` is the number of the run that it is shown beside.
    """

    folder: Path
    origin: Origin
    added: Parts
    base: str | None


class Explorer(Shown):
    """The page of a run of a scenario, and of those that its reader changes, on this machine.

    Without a scenario it is an empty map, on which a first one is drawn. Whoever has the address
    runs and saves; pages can be read by all on this machine. It is a context manager, which closes
    it at the end.
    """

    def __init__(
        self, file: str | os.PathLike[str] | None = None, port: int = 0,
        around: tuple[float, float] | None = None,
    ) -> None:  # fmt: skip
        """Run the scenario and take the port; :func:`explore` says what may be wrong."""
        self._file = None if file is None else Path(os.path.abspath(file))
        self._here, opened = Path.cwd(), None
        if self._file is not None:
            opened = Opened(self._file, load(self._file))
            if not opened.scenario.axes:
                raise BadInputError(f"{file} has no axis: there is nothing to ask of its page")
            if around is not None:
                raise BadInputError("around: the map of a scenario is where its places are")
        middle = None if around is None else point({"lat": around[0], "lon": around[1]})
        self._title = opened.scenario.title if opened else "a first scenario"
        acts = {
            "/alive": lambda _: {}, "/check": self._check, "/run": self._run, "/save": self._save,
            **({} if opened else {"/around": self._around}),
        }  # fmt: skip
        self._served = Served(self._find, acts, port)
        self._place = TemporaryDirectory(prefix="sim-explore-", ignore_cleanup_errors=True)
        self._numbers, self._tried = count(0 if opened else 1), dict[str, Tried]()
        self._running, self._saving = Lock(), Lock()
        try:
            if opened:
                self._try(opened, {})
            else:
                self._empty(middle)
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
        return f"Explored: {self._title}", [
            ("address", self.address), ("saves in", str(self._here)),
            ("runs", str(len(self._tried))),
        ]  # fmt: skip

    # --- pages -----------------------------------------------------------------------------------

    def _try(self, origin: Origin, parts: Parts, base: str | None = None) -> str:
        """Run what a scenario is with parts more, and make its page; its number."""
        from sim.page.explored import write_explored

        number = str(next(self._numbers))
        folder = Path(self._place.name, number)
        argv = ["sim", "explore", *([] if self._file is None else [str(self._file)])]
        scenario = self._with(origin, parts) if parts else origin.scenario
        run(scenario).write(folder, figures=False, argv=argv)
        beside = None if base is None else self._tried[base].folder
        write_explored(folder, number, beside, drawn=isinstance(origin, Drawn))
        self._tried[number] = Tried(folder, origin, parts, base)
        return number

    @staticmethod
    def _with(origin: Origin, parts: Parts) -> Scenario:
        """What a scenario is with parts more."""
        return loaded(origin.whole(parts), origin.scenario.network.binary)

    def _empty(self, middle: tuple[float, float] | None) -> None:
        """Make the page of an empty map round a point; None: of the world."""
        from sim.page.first import write_first

        folder = Path(self._place.name, EMPTY)
        folder.mkdir(exist_ok=True)
        write_first(folder, middle, CLASS)

    def _find(self, path: str) -> Path | None:
        """The file of a run under ``/number/name``; its page where no name is given."""
        number, slash, name = path[1:].partition("/")
        folder = Path(self._place.name, number)
        if not slash or not (number in self._tried or (self._file is None and number == EMPTY)):
            return None
        shown = {file.name: file for file in folder.iterdir() if file.is_file()}
        return shown.get(name or "report.html")

    # --- what the page asks for ------------------------------------------------------------------

    def _around(self, told: Told) -> Told:
        """Draw the empty map round a point."""
        self._empty(point(told))
        return {}

    def _check(self, told: Told) -> Told:
        """Say nothing where the scenario with the changes is one, or may become one."""
        if self._draws(told):
            check(told.get("drawn"))
        else:
            origin, parts, _ = self._asked(told)
            self._with(origin, parts)
        return {}

    def _run(self, told: Told) -> Told:
        """Run the scenario with the changes that were asked for; where its page is."""
        if not self._running.acquire(blocking=False):
            raise RefusedError(HTTPStatus.CONFLICT, "a run is on; there is one at a time")
        try:
            return {"page": f"/{self._try(*self._asked(told))}/"}
        finally:
            self._running.release()

    def _save(self, told: Told) -> Told:
        """Write the scenario with the changes as a file; its name."""
        from sim.scenario.loader import read

        name, (origin, parts, _) = told.get("name"), self._asked(told)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise BadInputError(
                "a file in the folder where this was started has a name of letters, digits, '_', "
                "'-', '.' and blanks, and ends in .yaml"
            )
        with self._saving:
            target = self._here / name
            if os.path.lexists(target) and told.get("replace") is not True:
                raise RefusedError(HTTPStatus.PRECONDITION_FAILED, f"{name} is there already")
            text = to_yaml(origin.saved(parts, target))
            read(target, text=text)
            with whole_file(target) as partial_file:
                partial_file.write_text(text, encoding="utf-8", newline="\n")
        return {"name": name}

    def _draws(self, told: Told) -> bool:
        """True where the empty map asks."""
        return self._file is None and told.get("from") == EMPTY

    def _asked(self, told: Told) -> tuple[Origin, Parts, str | None]:
        """What is asked for: what it begins with, what that has more, the run to show it beside.

        What it has more is what the run whose page asks has, and what is told now.

        Raises:
            BadInputError: the page tells of no such run, or of what is no change.
        """
        if self._draws(told):
            return drawn(told.get("drawn")), {}, None
        number = str(told.get("from"))
        asking = self._tried.get(number)
        if asking is None:
            raise BadInputError("from: there is no such run")
        origin, base = asking.origin, asking.base or number
        if isinstance(origin, Drawn) and not (told.get("changes") or told.get("drawn")):
            return origin, asking.added, base
        return origin, added(origin.scenario, asking.added, told), base


def explore(
    file: str | os.PathLike[str] | None = None, *, port: int = 0,
    around: tuple[float, float] | None = None,
) -> Explorer:  # fmt: skip
    """The page of a run of a scenario, on this machine alone, from which others are run.

    >>> page = sim.explore("my_scenario.yaml")
    >>> page.address
    >>> page.serve()

    What its reader changes there is run by the engine, and saved as a scenario in the current
    folder. Without a file it is an empty map, on which a first scenario is drawn. docs/explore.md
    says how, and who may do so.

    Args:
        port: where it is served; 0 is a free one.
        around: degrees north and east of the middle of the empty map; else it is of the world.

    Raises:
        ScenarioError: the scenario is faulty.
        BadInputError: it has no axis, the port cannot be had, or ``around`` is no point of the
            globe or stands beside a file.
        FullDiskError: there is no room for the run.
    """
    return Explorer(file, port, around)
