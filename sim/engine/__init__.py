"""Time: SimPy runs captures, convoys and moves over a scenario, and writes what happened.

The engine knows no files and no plots; it is handed a :class:`~sim.scenario.model.Scenario`
and returns a :class:`~sim.state.record.Record`.
"""
