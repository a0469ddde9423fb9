"use strict";
// The map of many runs: who holds what in which share of them, day by day; or one run after another.

const STEP = 1000; // ms that one run is shown

/** Who holds a place in a set of actors together: equal parts, as no more is told of many runs. */
const partsOf = (set, share) => DATA.chances.sets[set].map((actor, _, all) => [actor, share / all.length]);

/** Numbers of runs by set as shares by actor, the greatest first. */
function sharesByActor(counts) {
  const shares = new Map();
  for (const [set, runs] of counts) {
    for (const [actor, ppm] of partsOf(set, WHOLE * runs / DATA.chances.n)) shares.set(actor, (shares.get(actor) || 0) + ppm);
  }
  return [...shares].sort((x, y) => y[1] - x[1] || x[0] - y[0]);
}

/** What the page of many tells, as the map takes a run: what it has not is never the case. */
function runOfMany(run) {
  const capacity = run.roads.map((road) => [0, road.shut ? 0 : road.whole]);
  const axes = run.axes.map((axis) => ({ ...axis, capacity, passing: {}, flow: {}, cuts: [], series: { capacity: [0, 1] } }));
  return { ...run, axes, places: run.places.map((place) => ({ ...place, held: remade(place.runs, sharesByActor) })) };
}

DATA.runs = DATA.runs.map(runOfMany);

class ChanceMap extends MapView {
  constructor(run, figure) {
    super(run, figure);
    this.many = run;
    this.button = document.getElementById("alone");
    this.button.addEventListener("click", () => this.turn(!this.alone));
  }

  /** The run that is shown by itself, if one is. */
  get alone() { return DATA.chances.alone[this.number]; }

  /** In how many runs the axis on show can pass a road now; null where the page is not told. */
  passing(axis, index) {
    return this.alone || !axis || !axis.passable ? null : at(axis.passable[index], view.time, 0);
  }

  /** A road as wide as it carries, its core as wide as the share of runs in which it is shut. */
  drawRoad(road, i, axis) {
    super.drawRoad(road, i, axis, false);
    const runs = this.passing(axis, i), parts = this.roads[i], { n } = DATA.chances;
    put(parts.flow, { class: "barred", visibility: "hidden" });
    if (runs === null) return;
    const wide = roadWidth(Math.max(...eachWay(road.whole)), this.largest) * this.marks, core = wide * (1 - runs / n);
    put(parts.case, { class: runs ? null : "unusable", "stroke-width": (runs ? wide + ROAD.edges * this.fine : Math.max(0.6, ROAD.unusable * this.fine)).toFixed(1) });
    put(parts.fill, { visibility: runs ? null : "hidden", "stroke-width": wide.toFixed(1) });
    if (runs && runs < n) put(parts.flow, { visibility: null, "stroke-width": Math.max(core, 0.6).toFixed(1) });
    put(parts.cross, { visibility: runs ? "hidden" : parts.cross.getAttribute("visibility") });
    Object.assign(parts.shown, { can: runs, barred: runs > 0 && runs < n, shut: parts.shown.shut && !runs });
  }

  get divided() { return this.alone ? "divided" : "chance_divided"; }

  /** The share of runs in which an axis is open now, or whether it is in the one on show. */
  finding(axis) {
    const slots = { date: dateOf(this.run, view.time), n: DATA.chances.n, axis: axis && axis.name };
    if (this.alone) {
      const name = !axis ? "alone_held" : at(axis.open_in[this.number], view.time, 0) ? "alone_open" : "alone_cut";
      return say(name, { ...slots, number: this.alone.number });
    }
    return axis ? say("chance_open", { ...slots, share: percent(at(axis.open, view.time, 0)) }) : say("chance_held", slots);
  }

  describe(axis) {
    const found = this.finding(axis);
    this.figure.querySelector("h3 .found").replaceChildren(nameOf(found));
    put(this.svg, { "aria-label": found });
  }

  legend() {
    super.legend(null);
    if (this.roads.some((parts) => parts.shown.barred)) this.figure.querySelector(".legend").append(make("li", {},
      roadSample(["case", null, 9], ["fill", null, 7], ["flow", "barred", 3]), nameOf(say("chance_barred"))));
  }

  tellPlace(index) {
    const place = this.run.places[index], axis = axisOf(this.run, view.axis);
    const lines = [place.name, place.people ? say("people", { kind: place.kind, n: grouped(place.people, 0) }) : place.kind];
    if (this.alone) lines.push(say("alone_by", { who: at(place.held, view.time, []).map(([actor]) => this.run.actors[actor].name).join(", ") || say("nobody") }));
    for (const [set, runs] of at(place.runs, view.time, [])) lines.push(say("chance_by", { who: whoIn(set), share: percent(runs), runs, n: DATA.chances.n }));
    if (axis && axis.sources.includes(index)) lines.push(say("source_of", { axis: axis.name }));
    if (axis && axis.sinks.some((sink) => sink.place === index)) lines.push(say("chance_sink", { axis: axis.name }));
    return lines;
  }

  tellRoad(index) {
    const lines = super.tellRoad(index).slice(0, 2), axis = axisOf(this.run, view.axis), runs = this.passing(axis, index); // its name and length
    return runs === null ? lines : [...lines, say("chance_passes", { axis: axis.name, share: percent(runs), runs, n: DATA.chances.n })];
  }

  /** In how many runs the axis on show can pass each road on this day, where the page is told. */
  roadTable() {
    const axis = axisOf(this.many, view.axis), { n } = DATA.chances;
    if (!axis || !axis.passable) return [];
    const rows = this.run.roads.map((_, i) => [roadName(this.run, i), at(axis.passable[i], view.time, 0)]).map(([name, runs]) => [name, percent(runs), String(runs)]);
    return [makeTable(say("chance_roads", { axis: axis.name, date: dateOf(this.run, view.time), n }), HEADS.chance_roads, rows)];
  }

  /** Who holds each place in how many runs on this day. */
  table() {
    const rows = this.run.places.flatMap((place) => at(place.runs, view.time, []).map(([set, runs]) => [place.name, whoIn(set), percent(runs), String(runs)]));
    return makeTable(say("chance_table", { date: dateOf(this.run, view.time), n: DATA.chances.n }), HEADS.chances, rows);
  }

  // --- one run a second ------------------------------------------------------------------------

  turn(on) {
    put(this.button, { "aria-pressed": String(on) });
    if (on) this.ticking = setInterval(() => this.show(this.number + 1), STEP);
    this.show(on ? 0 : undefined);
  }

  /** Draws one of the runs; all of them together where there is none of this number. */
  show(number) {
    this.number = number;
    if (!this.alone) {
      clearInterval(this.ticking);
      put(this.button, { "aria-pressed": "false" });
    }
    const { start } = DATA.chances, held = this.alone && this.alone.held;
    const ofRun = (place, i) => i in start ? { ...place, held: remade(held[i] || [0, start[i]], (set) => partsOf(set, WHOLE)) } : place;
    this.run = held ? { ...this.many, places: this.many.places.map(ofRun) } : this.many;
    this.state = this.explained = null;
    this.draw();
  }
}

const percent = (runs) => sharePercent(runs / DATA.chances.n);

/** A share as people read it: what is not all and not none is not said to be. */
function sharePercent(share) {
  if (share > 0 && share < 0.01) return say("least_share");
  if (share < 1 && share > 0.99) return say("most_share");
  return `${Math.round(share * 100)} %`;
}

/** The names of a set of holders. */
const whoIn = (set) => DATA.chances.sets[set].map((actor) => DATA.runs[0].actors[actor].name).join(", ") || say("nobody");

/** What the curves of many runs show of an axis. */
function chancePanels(id) {
  const axis = axisOf(DATA.runs[0], id), { n } = DATA.chances;
  if (!axis) return [];
  return [
    { title: say("chance_open_title"), unit: say("of_runs"), scale: 1000, lines: [[say("is_open"), "one area", remade(axis.open, (runs) => 100 * runs / n), true],
      [say("never_cut"), "line1", remade(axis.never, (runs) => 100 * runs / n), true]] },
    { title: say("carry_title"), unit: "t/day", lines: [[say("middle_run"), "one area", axis.middle, true],
      [say("low_run"), "line1", axis.low, true], [say("high_run"), "line2", axis.high, true]] },
  ];
}
