"""Time: SimPy runs captures, convoys and moves over a scenario, and writes what happened.

The engine knows no files and no plots; it is handed a :class:`~sim.scenario.model.Scenario`
and returns a :class:`~sim.state.record.Record`.

Who knows whom, from the bottom up. A :class:`~sim.engine.world.World` is what all parts of a run
share; it knows none of them. Each part is handed the world and the parts that it is built upon:
axes, conditions and events, supply, garrisons, regrouping, combat, operations, decisions. Only
:class:`~sim.engine.simulation.Simulation` knows them all. What a part has to tell those above it
goes by :class:`~sim.engine.signals.Signals`; what the parts of an operation have each other do with
a force, by :class:`~sim.engine.forces.orders.Orders`.

Words of the engine, each for one thing:

=============  ==================================================================================
moment         an action put on the clock, at an instant and in a phase of it; it can be called off
apply          change the state on account of an event, an operation or a raid
settle         take in what an instant changed in all: once, after its last change
signal, tell   call those who subscribed to something
draw, drawn    take a number from luck; it is the same whenever it is asked for
happens        whether luck has it that something takes place at all
due            the day of something has come, or its condition holds and its delay has passed
bring          bring a stock or a battle to now: work out what went on since it was last looked at
locate         bring a force on the road to where it is now
look           see what follows from how things stand now, and see to it
arm            put the next instant at which something will follow from a stock on the clock
foresee        find that instant ahead of time
note           write a number of this instant down, for the series of the record
say            write down what a force did, for the list of what happened
show           write down how a battle stands, which goes on as it would have
post           (actor, place): where a garrison stands
muster         make the force of an operation, at its base
order          what one part of an operation has another do with a force
=============  ==================================================================================

Words of a sink alone (awaited, stale) are in :mod:`~sim.engine.supply.sinks`.
"""
