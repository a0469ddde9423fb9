"""What whoever waits at a terminal sees: one bar, of what is worked at and how far it is."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sim.base.progress import listening, tell

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE, PAUSE = 2.0, 0.1
"""Seconds after which it is told how far a command is, and from then on between two times."""

LEAST_WIDTH = 60
"""Columns of a terminal from which a bar is drawn beside the numbers."""

RUNS = "runs"
"""Work that is told from its begin on, since each of its parts may take longer than that."""

tell_runs = partial(tell, RUNS)
"""Tells how many runs are done, as (done, of)."""


@contextmanager
def told_how_far(*, quiet: bool) -> Iterator[None]:
    """Tell how far the command is, if standard error is a terminal."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    bar = Bar()
    try:
        with listening(bar.tell):
            yield
    finally:
        bar.clear()


class Bar:
    """What is worked at, how much of it is done, how quickly, and how long the rest takes.

    Of work within work the inner one is shown; in the end the bar is gone. Nothing runs beside the
    command, so that it can fork; the copies keep silent.
    """

    def __init__(self) -> None:
        self.process, self.begun = os.getpid(), dict[str, tuple[float, int]]()
        self.shown: Progress | None = None
        self.last = -math.inf

    def tell(self, what: str, done: int, of: int) -> None:
        """As :data:`sim.base.progress.Listener`; work within work has a time of its own."""
        if os.getpid() != self.process:
            return
        if done >= of:
            self.begun.pop(what, None)
            self.clear()
            return
        now = time.monotonic()
        if done == 0 or what not in self.begun:  # what goes on did not begin with nothing
            self.begun[what] = now, done
        since, before = self.begun[what]
        spent, made = now - since, done - before
        if (what == RUNS or (made and spent >= PATIENCE)) and now - self.last >= PAUSE:
            self.draw(what, done, of, spent / made if made else math.inf)
            self.last = now

    def draw(self, what: str, done: int, of: int, each: float) -> None:
        """Show it; one takes ``each`` seconds, without end where none is done yet."""
        rate = left = ""
        if each < math.inf:
            rate = f"{each:.1f} s each" if each > 1 else f"{1 / max(each, 1e-6):,.1f}/s"
            left = f"{timedelta(seconds=math.ceil(each * (of - done)))} left"
        shown = self.shown = self.shown or _bar()
        for task in shown.task_ids:
            shown.update(task, description=what, completed=done, total=of, rate=rate, left=left)
        shown.start() if not shown.live.is_started else shown.refresh()

    def clear(self) -> None:
        """Take the bar away."""
        if self.shown is not None:
            self.shown.stop()
        self.shown = None


def _bar() -> Progress:
    """A bar that is not begun yet; where there is little room the numbers alone, words last."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn

    console = Console(stderr=True)
    what, rate, left = "{task.description}", "{task.fields[rate]}", "{task.fields[left]}"
    columns: list[ProgressColumn] = [
        TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn(rate), TextColumn(left)
    ]  # fmt: skip
    if console.width < LEAST_WIDTH:
        columns = [TextColumn(f"{{task.completed}}/{{task.total}} {left} {what}")]
    bar = Progress(
        *columns, console=console, transient=True, auto_refresh=False, redirect_stdout=False
    )
    bar.add_task("", rate="", left="")
    return bar
