"""What `sim validate` says of a scenario that can be read: warnings, and faults of its claims.

What runs a scenario is imported where one is run, which most checks need not wait for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sim.base.diagnostics import Diagnostic, Findings, ScenarioError
from sim.measure.claims import faults
from sim.scenario.loader import Loaded
from sim.scenario.model import Scenario
from sim.scenario.sense import Doubt, diagnostic, doubts


def findings(loaded: Loaded) -> Findings:
    """The warnings that a scenario raises and does not accept.

    Raises:
        ScenarioError: a claim is over no measure of the scenario, or its value is of another unit.
    """
    wrong = list(faults_of_claims(loaded))
    if wrong:
        raise ScenarioError(wrong, loaded.sources)
    accepted = loaded.scenario.accepts
    found = [*doubts(loaded.scenario), *order_of_ids(loaded.scenario)]
    told = not_accepted(loaded, found)
    for warning in sorted(accepted.keys() - {doubt.warning for doubt in found}):
        said = f"this scenario does not raise '{warning}'"
        idle = diagnostic(loaded, Doubt("accepts_nothing", ("accepts", warning), said, True))
        if idle.file in (loaded.file, "--set"):  # what a file inherits it need not raise itself
            told.append(idle)
    return Findings(told, loaded.sources)


def not_accepted(loaded: Loaded, found: Sequence[Doubt]) -> list[Diagnostic]:
    """The doubts that the scenario does not accept, as warnings."""
    accepted = loaded.scenario.accepts
    return [diagnostic(loaded, doubt) for doubt in found if doubt.warning not in accepted]


def faults_of_claims(loaded: Loaded) -> Iterator[Diagnostic]:
    """Faults of claims, by the measures that a run of the first instant has."""
    if not loaded.scenario.claims:
        return
    from sim.engine import simulation
    from sim.measure.along import Along
    from sim.measure.summary import Analysis

    first = replace(loaded.scenario, length=1)
    record = simulation.run(first, credit=False)
    run = Analysis(first, record, Along.of(first, record))
    for fault in faults(run):
        mark = loaded.at("claims", fault.claim, fault.key)
        yield Diagnostic(
            mark.file, mark.line, mark.column, f"claim '{fault.claim}': {fault.message}",
            fault.hint, length=mark.length,
        )  # fmt: skip


def order_of_ids(scenario: Scenario) -> Iterator[Doubt]:
    """Where a nominal run says that the order of ids decided between axes."""
    ranks = {(axis.priority, axis.actor) for axis in scenario.axes.values()}
    if len({priority for priority, _ in ranks}) == len(ranks):
        return  # no two actors have an axis of equal priority
    from sim.engine import simulation

    for event in simulation.run(scenario, credit=False, nominal=True).events:
        if event.kind == "order_of_ids":
            yield Doubt("order_of_ids", ("axes", event.subject, "priority"), event.text)
