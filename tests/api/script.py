"""A user's script: all that the program does for one question, by the API alone."""

from datetime import date

import sim

scenario = sim.load("two_ways.yaml")
lean = scenario.with_(**{"axes.line.sinks.town.stock": "20 t"})

run, other = sim.run(scenario), sim.run(lean, seed=scenario.seed)
print(run)
flows = run.table("flows")
flows.write_csv("flows.csv")
print(flows.columns, len(flows))
run.plot("axis", "line").savefig("axis.png")

cut = sim.cut(run, "line", at=date(2020, 1, 10))
print(cut.capacity, cut.cut.names)
print(sim.interdict(scenario, "line", 1))
print(sim.rank(scenario, "line", targets="places").rows[0])

many = sim.ensemble("one_way.yaml", 20, out="many", workers=2, figures=False)
more = sim.ensemble("one_way.yaml", 20, out="more", workers=2, figures=False)
print(many.table("measures").column("measure")[:3])

print(sim.compare(run, other).table("scenarios").rows)
print(sim.compare(many, more))
run.write("run", figures=False)
print(sim.report("run"), sim.report(many))
