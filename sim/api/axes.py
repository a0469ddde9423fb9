"""The axes of a scenario at an instant of a run: what cuts them, and what each loss costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sim.base.collector import collector_paused
from sim.base.errors import BadInputError
from sim.base.progress import told
from sim.measure.axis import AxisLens, AxisView
from sim.network.arcs import Kinds
from sim.scenario.model import DAY, Scenario
from sim.state.rebuild import Rebuilt, States

from .between import Between
from .network_answers import Interdicted, RankedLosses
from .show import Facts, Shown, amount, made, names

if TYPE_CHECKING:
    from pathlib import Path

    from sim.cuts.from_scenario import AxisCut
    from sim.network.interdict import Method
    from sim.network.readers.objects import Number

    from .reliable import ReliabilityMethod, Relied
    from .runs import Run
    from .scenarios import Source, When

T = TypeVar("T")


def axis_at(
    scenario: Run | Scenario | Source,
    axis: str | None = None,
    at: When | None = None,
    seed: int | None = None,
    *,
    replicate: int = 0,
) -> Between:
    """An axis (None: the one in focus) at an instant of a run (None: its start).

    A scenario is run; a run is looked at.

    Raises:
        BadInputError: there is no such axis; ``at`` is no instant of the period.
        ScenarioError: the scenario is faulty.
    """
    return axes_at(scenario, [axis], at, seed, replicate=replicate)[0]


def axes_at(
    scenario: Run | Scenario | Source,
    axes: Iterable[str | None],
    at: When | None = None,
    seed: int | None = None,
    *,
    replicate: int = 0,
    to_end: bool = True,
) -> list[Between]:
    """As :func:`axis_at`, several axes of one run.

    What the scenario captures later is known where the run goes ``to_end``.
    """
    from sim.cuts.from_scenario import case_of_record

    cases = _each_axis(case_of_record, scenario, axes, at, seed, replicate=replicate, to_end=to_end)
    return [Between(case) for case in cases]


def cuts_at(
    scenario: Run | Scenario | Source,
    axes: Iterable[str | None],
    at: When | None = None,
    seed: int | None = None,
) -> list[AxisCut]:
    """What several axes can carry, and what cuts them, at an instant of one run (None: its end).

    Raises:
        BadInputError, ScenarioError: as :func:`axis_at`.
    """
    from sim.cuts.from_scenario import cut_of_axis

    return _each_axis(cut_of_axis, scenario, axes, at, seed, at_end=True, to_end=False)


@collector_paused()
def _each_axis(
    ask: Callable[[Scenario, States, str, int], T],
    scenario: Run | Scenario | Source, axes: Iterable[str | None], at: When | None,
    seed: int | None, *, replicate: int = 0, at_end: bool = False, to_end: bool,
) -> list[T]:  # fmt: skip
    """The answer of each axis at ``at``, unless told at the start or the end of the period.

    A scenario is run until then, or ``to_end``.
    """
    from sim.engine import simulation

    from .scenarios import axis_of, seconds_of, seeded

    run, given = _given(scenario)
    found = seeded(given, seed)
    names = [axis_of(found, axis) for axis in axes]
    time = seconds_of(found, at, found.length if at_end else 0)
    course: States
    if run is not None and found is given and replicate == 0:
        course = Rebuilt(found, run.record.control)
    else:
        times = (0, time, found.length) if to_end else (0, time)
        course = simulation.states_at(found, times, replicate=replicate)
    return [ask(found, course, name, time) for name in names]


def _given(scenario: Run | Scenario | Source) -> tuple[Run | None, Scenario]:
    """The run, where it is one, and the scenario.

    Who has only a scenario loads nothing of what measures runs.
    """
    from .scenarios import scenario_of

    if not isinstance(scenario, Scenario):
        from .runs import Run

        if isinstance(scenario, Run):
            return scenario, scenario.scenario
    return None, scenario_of(scenario)


def interdict(
    scenario: Run | Scenario | Source,
    axis: str | Mapping[str, int] | None,
    k: int,
    *,
    at: When | None = None,
    seed: int | None = None,
    targets: Kinds | None = None,
    protect: Iterable[str] = (),
    cost: Mapping[str, int] | None = None,
    method: Method = "auto",
    sets: int = 10,
) -> Interdicted:
    """The least flow that 0 to ``k`` losses leave of an axis, proven.

    Args:
        axis: its id; None is the one in focus; axes with weights are attacked together, for the
            least weighted sum of their flows.
        at: the instant; None is the start. For the rest see :class:`Between`.

    Raises:
        BadInputError: as :func:`axis_at` and :meth:`Between.interdict`.
    """
    from sim.cuts.attacks import Losses, least_weighted_flow

    if not isinstance(axis, Mapping):
        return axis_at(scenario, axis, at, seed).interdict(
            k, targets=targets, protect=protect, cost=cost, method=method, sets=sets
        )
    cases = [between.case for between in axes_at(scenario, axis, at, seed)]
    losses = Losses(k, targets or "places", tuple(protect), cost or {})
    found = least_weighted_flow(cases, list(axis.values()), losses)
    return Interdicted(cases[0], {}, found)


def rank(
    scenario: Run | Scenario | Source,
    axis: str | None = None,
    *,
    at: When | None = None,
    seed: int | None = None,
    targets: Kinds = "both",
    top: int | None = None,
    captured: Sequence[str] | None = None,
    draws: int | None = None,
) -> RankedLosses:
    """Places and roads of an axis by what the loss of each alone costs.

    Args:
        axis: its id; None is the one in focus.
        at: the instant; None is the start.
        captured: share out the joint loss of these; of the scenario's own captures where empty.
        draws: rank again in so many replicates, and give each rank with its interval.

    Raises:
        BadInputError: as :func:`axis_at` and :meth:`Between.rank`.
    """
    from sim.cuts.ranking import with_intervals

    if draws is not None and draws < 2:
        raise BadInputError(f"draws: {draws} are too few for an interval")
    run, stated = _given(scenario)
    scenario = run or stated
    with collector_paused():
        [first] = axes_at(scenario, [axis], at, seed, to_end=captured is not None)
        found = first.rank(targets=targets, top=top, captured=captured, seed=seed or 0)
    if draws is None:
        return found
    more = (
        axes_at(scenario, [axis], at, seed, replicate=i, to_end=False)[0].case
        for i in told("draws", range(1, draws))
    )
    ranking = with_intervals(found.ranking, (first.case, *more), targets, top)
    return replace(found, ranking=ranking)


def reliability(
    scenario: Scenario | Source,
    axis: str | None = None,
    stands: Mapping[str, float] | float | None = None, *,
    at: When | None = None, seed: int | None = None, draws: int | None = None,
    together: Mapping[tuple[str, ...], float] | None = None, need: Number | str | None = None,
    method: ReliabilityMethod = "auto", samples: int = 10_000, deliverable: bool = False,
) -> Relied:  # fmt: skip
    """How likely an axis is open at an instant, and how much it carries.

    Roads that may not be there (``exists``) are in doubt as the scenario states it, those that
    share a draw together. All else is as in one run, unless ``draws`` replicates are looked at:
    then every draw of the scenario counts, and what is stated besides fails in each of them.

    Args:
        axis: its id; None is the one in focus.
        at: the instant; None is the start.
        seed: of all luck.
        draws: look at so many replicates.
        stands: and all others as :meth:`Between.reliability` takes them.

    Raises:
        BadInputError: as :meth:`Between.reliability`, and for an unknown axis or instant.
        ScenarioError: the scenario is faulty.
    """
    from sim.cuts.from_scenario import all_there, in_doubt
    from sim.cuts.reliability import reliability_in

    from .reliable import Relied, asked_of, relied, standing_of
    from .scenarios import scenario_of

    given = scenario_of(scenario)
    standing, luck = standing_of(stands, together), seed or 0
    if draws is None:
        between = axis_at(all_there(given), axis, at, seed)
        between = replace(between, case=in_doubt(between.case, given))
        asked = asked_of(between.case, need, method, samples, luck, deliverable=deliverable)
        return relied(between.case, between.nodes, standing, asked)
    if draws < 2:
        raise BadInputError(f"draws: {draws} are too few for an interval")
    cases = [
        axes_at(given, [axis], at, seed, replicate=i, to_end=False)[0].case
        for i in told("draws", range(draws))
    ]
    asked = asked_of(cases[0], need, method, samples, luck, deliverable=deliverable)
    if asked.exact:
        raise BadInputError("method: replicates are drawn, so nothing of them is exact")
    found = reliability_in(cases, standing, asked)
    return Relied(found.case, {}, found)


class Cut(Shown, AxisView):
    """What an axis can carry at an instant (kg/day), what cuts it, and over which routes.

    :class:`sim.measure.axis.AxisView` says what it holds.
    """

    def _glance(self) -> tuple[str, Facts]:
        fewest = self.fewest_places
        return f"Cut on day {self.time / DAY:g}", [
            ("max flow", amount(self.capacity / 1000, "t/day")),
            ("minimum cut", names(self.cut.names)),
            ("the only one", "yes" if self.cut.unique else "no"),
            ("fewest places", "no places alone cut it" if fewest is None else names(fewest)),
            ("routes apart by roads", str(self.routes_by_roads)),
            ("routes apart by places", str(self.routes_by_places)),
        ]


def cut(
    scenario: Run | Scenario | Source,
    axis: str | None = None,
    at: When | None = None,
    seed: int | None = None,
) -> Cut:
    """Max flow, minimum cut and routes of one axis at an instant of a run.

    Args:
        scenario: a scenario, which is run, or a run.
        axis: None is the one in focus.
        at: a date, "12 days", or seconds from the start; None is the end of the period.
        seed: in place of the scenario's own.

    Raises:
        BadInputError: there is no such axis, or no such instant in the period.
        ScenarioError: the scenario is faulty.
    """
    from .runs import Run

    if isinstance(scenario, Run) and seed not in (None, scenario.record.seed):
        raise BadInputError("seed: a run has one already; give its scenario for another")
    [found] = _each_axis(_look, scenario, [axis], at, seed, at_end=True, to_end=False)
    return made(Cut, found)


def _look(scenario: Scenario, course: States, axis: str, time: int) -> AxisView:
    return AxisLens(scenario, axis, course.at(0)).look(course.at(time), time)


def save_cut(run: Run, axis: str | None, at: When | None, target: Path) -> None:
    """Write the cut map of an axis at an instant of a run (None: its end), its numbers beside it.

    Raises:
        BadInputError: there is no such axis or instant, or nothing flows then.
        FullDiskError: there is no room for it.
    """
    from sim.view.cut_files import cut_of_run, write_drawing

    from .drawing import weakness_of
    from .scenarios import axis_of, seconds_of

    name, time = axis_of(run.scenario, axis), seconds_of(run.scenario, at, run.scenario.length)
    weak = weakness_of(run.analysis, name, time)
    write_drawing(cut_of_run(run.analysis, name, time, weak), target)
