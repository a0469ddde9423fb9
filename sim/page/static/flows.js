"use strict";
// The flow on the map: what the axis can carry, what is planned for it, or what all axes load on the roads.

/** What is said of a road in a choice of flow: nothing on it, there, back, both. */
const FLOW_SAID = {
  carry: ["carry_no", "carry_there", "carry_back", "carry_both"],
  loads: ["loads_no", "loads_there", "loads_back", "loads_both"],
};
const FLOW_KEY = { carry: "carry_flow", planned: "planned_flow", loads: "loads_flow" };

Object.assign(MapView.prototype, {
  /** Makes the buttons of a figure choose what the map shows; the first is on. */
  listenFlows() {
    const buttons = [...this.figure.querySelectorAll("[data-flow]")];
    this.mode = buttons.length ? buttons[0].dataset.flow : "planned";
    for (const button of buttons) button.addEventListener("click", () => {
      this.mode = button.dataset.flow;
      for (const other of buttons) put(other, { "aria-pressed": String(other === button) });
      this.state = this.explained = null;
      this.draw();
    });
  },

  /** What each road carries there and back (kg/day) in what the map shows. */
  waysOf(axis) {
    const { run, mode, asks } = this, time = view.time, key = `${mode} ${axis && axis.id} ${since(this.instants, time)}`;
    if (this.ways && this.ways.run === run && this.ways.key === key && !run.asked) return this.ways.found;
    const planned = (i) => { const net = axis ? at(axis.flow[i], time, 0) : 0; return [Math.max(net, 0), Math.max(-net, 0)]; };
    const found = mode === "carry" && axis ? new Look(run, asks.told, asks.net, axis.id, time).flow().plan().map(netOfWays)
      : run.roads.map((_, i) => mode === "loads" ? at(run.loads[i], time, [0, 0]) : planned(i));
    this.ways = { run, key, found };
    return found;
  },

  /** What leaves the sources of the axis (kg/day) and does not come back to them. */
  sent(axis) {
    const out = (i, [there, back]) => there - back, from = (place) => axis.sources.includes(place);
    return this.run.roads.reduce((sum, road, i) => sum + (from(road.a) - from(road.b)) * out(i, this.ways.found[i]), 0);
  },

  /** The map's title where it speaks of the loads of all axes: on how many roads, and the most. */
  findingOfLoads() {
    const { run } = this, most = this.ways.found.map((ways) => Math.max(...ways)), n = most.filter((kg) => kg > 0).length;
    if (!n) return say("loads_none");
    const top = most.indexOf(Math.max(...most));
    return say("loads_most", { n, road: roadName(run, top), rate: rate(most[top]), whole: rate(Math.max(...eachWay(run.roads[top].whole))) });
  },

  /** What the map shows on a road, in words; of the plan the other lines tell. */
  tellFlow(index) {
    const { run, mode } = this, [there, back] = this.ways.found[index], road = run.roads[index];
    if (mode === "planned") return [];
    const slots = { there: rate(there), back: rate(back), to: placeName(run, road.b), from: placeName(run, road.a) };
    return [say(FLOW_SAID[mode][(there ? 1 : 0) + (back ? 2 : 0)], slots)];
  },
});

/** A road's ways less what goes there and back at once. */
const netOfWays = ([there, back]) => [Math.max(there - back, 0), Math.max(back - there, 0)];
