"use strict";
// The map of what differs between runs: a place is divided by runs, a road tells which of them may use it.

const LETTER_FROM = 44; // pixels that a road must be long to have letters; half of it from other letters
const MOST_APART = 6; // places that the words about a day name

const letterOf = (number) => "ABCDEF"[number];

/** Several runs as one that the map takes: their places and roads by id, held in equal parts where they differ. */
function runOfAll(runs) {
  const actors = [], byName = new Map();
  for (const actor of runs.flatMap((run) => run.actors)) {
    if (!byName.has(actor.name)) byName.set(actor.name, actors.push(actor) - 1);
  }
  const numbers = (name) => runs.map((run) => new Map(run[name].map((thing, i) => [thing.id, i])));
  const placed = numbers("places"), joined = numbers("roads");
  const every = (name) => [...new Map([...runs].reverse().flatMap((run) => run[name].map((thing) => [thing.id, { run, thing }]))).values()];
  const firstOf = (found, name) => [...found].sort((x, y) => order(x, name) - order(y, name));
  const order = ({ run, thing }, name) => runs.indexOf(run) * 1e6 + run[name].indexOf(thing);
  const places = firstOf(every("places"), "places").map(({ thing }) => {
    const own = runs.map((run, k) => placed[k].has(thing.id) ? run.places[placed[k].get(thing.id)] : null);
    const heldIn = own.map((place, k) => place ? remade(place.held, (held) => held.map(([actor, ppm]) => [byName.get(runs[k].actors[actor].name), ppm])) : null);
    const times = timesOf(heldIn.map((held) => held || [0, []]));
    return { ...thing, ring: 0, seal: 0, heldIn, held: times.flatMap((time) => [time, inEqualParts(heldIn.map((held) => held ? at(held, time, []) : null))]) };
  });
  const index = new Map(places.map((place, i) => [place.id, i]));
  const roads = firstOf(every("roads"), "roads").map(({ run, thing }) => ({ ...thing, shut: 0, in: joined.map((known) => known.get(thing.id) ?? -1),
    a: index.get(run.places[thing.a].id), b: index.get(run.places[thing.b].id) }));
  const [first] = runs, moved = (number) => index.get(first.places[number].id);
  const axes = first.axes.filter((axis) => runs.every((run) => axisOf(run, axis.id))).map((axis) => ({ ...axis, actor: byName.get(first.actors[axis.actor].name),
    sources: axis.sources.map(moved), sinks: axis.sinks.map((sink) => ({ place: moved(sink.place) })), passing: {}, capacity: {}, flow: {}, cuts: [], series: { capacity: [0, 1] } }));
  const times = [...new Set(runs.flatMap((run) => run.times))].sort((x, y) => x - y);
  return { ...first, actors, places, roads, axes, times, end: view.end, loads: {}, forces: [] };
}

/** Whether all that runs have is the same; null is of a run that lacks the thing. */
const alike = (values) => values.every((value) => JSON.stringify(value) === JSON.stringify(values[0]));

/** Whether runs differ in what a road carries there and back; one that a run lacks carries nothing there. */
const carriesApart = (can) => !alike(can.map((ways) => ways || [0, 0]));

/** Holders in each run as one list: those of all where they do not differ, else an equal part a run. */
function inEqualParts(held) {
  if (alike(held)) return held[0] || [];
  return held.flatMap((one) => (one || []).map(([actor, ppm]) => [actor, ppm / held.length]));
}

class ApartMap extends MapView {
  constructor(figure) {
    super(runOfAll(DATA.runs), figure);
  }

  build() {
    super.build();
    this.letters = draw("g", { class: "letters", "aria-hidden": "true" });
    this.labels.before(this.letters);
    this.written = this.roads.map(() => this.letters.appendChild(draw("text", {})));
  }

  /** Who holds a place now in each run, as words; the run may not have it. */
  holders(place) {
    return place.heldIn.map((held) => !held ? say("apart_lacks") : at(held, view.time, []).map(([actor, ppm]) =>
      this.run.actors[actor].name + (ppm === WHOLE ? "" : ` ${numeral(ppm / 10000)} %`)).join(", ") || say("nobody"));
  }

  /** What a road carries there and back for the axis now (kg/day), in each run; null where a run lacks it. */
  rates(road) {
    return road.in.map((number, k) => {
      const axis = axisOf(DATA.runs[k], view.axis), its = DATA.runs[k].roads[number];
      if (!its) return null;
      return eachWay(axis ? at(axis.capacity[number], view.time, 0) : at(its.shut, view.time, 0) || its.absent ? 0 : its.whole);
    });
  }

  layout(dragged) {
    super.layout(dragged);
    if (!this.written || !this.points) return;
    this.run.roads.forEach((road, i) => {
      const [x, y] = this.middle({ kind: "road", index: i });
      put(this.written[i], { x: x.toFixed(1), y: y.toFixed(1) });
    });
  }

  draw() {
    this.lettered = []; // middles of roads that have letters
    super.draw();
  }

  drawRoad(road, i) {
    const parts = this.roads[i], can = this.rates(road), differs = carriesApart(can);
    const users = can.map((ways) => Boolean(ways) && Math.max(...ways) > 0), some = users.some(Boolean), split = differs && !users.every(Boolean) && some;
    for (const part of ROAD_PARTS) put(parts[part], { visibility: "hidden" });
    const wide = (split ? ROAD.widest * 0.6 : ROAD.widest * 0.3) * Math.max(this.marks, 0.6);
    put(parts.case, { visibility: null, class: differs ? null : some ? "quiet" : "unusable", "stroke-width": differs ? (wide + ROAD.edges).toFixed(1) : 1 });
    if (differs) put(parts.fill, { visibility: null, class: split ? "split" : null, "stroke-width": wide.toFixed(1) });
    const [a, b] = [this.points[road.a], this.points[road.b]];
    const [x, y] = this.middle({ kind: "road", index: i }), far = ([u, v]) => Math.hypot(x - u, y - v) >= LETTER_FROM / 2;
    const room = split && Math.hypot(b[0] - a[0], b[1] - a[1]) >= LETTER_FROM && this.lettered.every(far);
    if (room) this.lettered.push([x, y]);
    this.written[i].textContent = room ? users.map((on, k) => on ? letterOf(k) : "").join("") : "";
    put(parts.hit, { "stroke-width": 12 });
    parts.shown = { differs, split, some };
  }

  drawPlace(place, i, axis) {
    const spot = this.places[i], differs = !alike(this.holders(place)), held = at(place.held, view.time, []);
    const source = axis && axis.sources.includes(i), sink = axis && axis.sinks.some((one) => one.place === i);
    const key = JSON.stringify([differs, held, view.axis]);
    spot.shown = { inside: this.shows(this.points[i]), held, differs, source, sink };
    if (key === spot.drawn) return;
    spot.drawn = key;
    const r = this.radius(place, i, axis);
    const drawn = mark(this.run, held, differs ? Math.max(r, PLACE.big) : r * 0.7, { source, sink });
    spot.item.replaceChildren(...drawn);
    spot.item.classList.toggle("same", !differs);
    for (const text of this.labels.querySelectorAll("text")) if (text.dataset.of === place.id) text.classList.toggle("same", !differs);
  }

  label() {
    super.label();
    for (const text of this.labels.querySelectorAll("text")) {
      const i = this.run.places.findIndex((place) => place.id === text.dataset.of);
      if (this.places[i].shown) text.classList.toggle("same", !this.places[i].shown.differs);
    }
  }

  /** How many places and roads differ now. */
  describe() {
    const places = this.places.filter((spot) => spot.shown.differs).length, roads = this.roads.filter((parts) => parts.shown.differs).length;
    const date = dateOf(this.run, view.time), slots = { date, places: say("apart_places", { n: places }), roads: say("apart_roads", { n: roads }) };
    const found = say(places + roads ? "apart_on" : "apart_none", slots);
    this.figure.querySelector("h3 .found").replaceChildren(nameOf(found));
    put(this.svg, { "aria-label": found });
  }

  legend(axis) {
    const { run } = this, shown = this.places.filter((spot) => spot.shown.inside), rows = [];
    const dot = (held, more) => sampleOf(draw("g", { class: "place", transform: more.sink ? "scale(0.75)" : null }, ...mark(run, held, 5, more)));
    const apart = shown.filter((spot) => spot.shown.differs), roads = this.roads.map((parts) => parts.shown);
    const actors = new Set(shown.flatMap((spot) => spot.shown.held.map(([actor]) => actor)));
    for (const actor of [...actors].sort((x, y) => x - y)) rows.push([dot([[actor, WHOLE]], {}), actorName(run.actors[actor], this.width)]);
    const letters = DATA.runs.map((_, k) => letterOf(k)).join(", ");
    if (apart.length) rows.push([dot(apart[0].shown.held, {}), say("apart_divided", { letters })]);
    if (shown.some((spot) => !spot.shown.differs)) rows.push([sampleOf(draw("g", { class: "place same" }, ...mark(run, shown.find((spot) => !spot.shown.differs).shown.held, 3.5, {}))), say("apart_same")]);
    if (shown.some((spot) => spot.shown.source)) rows.push([dot([[axis.actor, WHOLE]], { source: true }), say("source")]);
    if (shown.some((spot) => spot.shown.sink)) rows.push([dot([[axis.actor, WHOLE]], { sink: true }), say("sink")]);
    if (roads.some((road) => road.split)) rows.push([roadSample(["case", null, 8], ["fill", "split", 5.5]), say("apart_split")]);
    if (roads.some((road) => road.differs && !road.split)) rows.push([roadSample(["case", null, 5], ["fill", null, 2.7]), say("apart_amount")]);
    if (roads.some((road) => !road.differs && road.some)) rows.push([roadSample(["case", "quiet", 1]), say("apart_quiet")]);
    if (roads.some((road) => !road.differs && !road.some)) rows.push([roadSample(["case", "unusable", 1.5]), say("apart_unusable")]);
    this.figure.querySelector(".legend").replaceChildren(...rows.map(([shape, text]) => make("li", {}, shape, nameOf(text))));
  }

  tellPlace(index) {
    const place = this.run.places[index], who = this.holders(place);
    if (alike(who)) return [place.name, say("apart_held_same", { who: who[0] })];
    return [place.name, ...who.map((said, k) => say("apart_in", { letter: letterOf(k), said: say("apart_held", { who: said }) }))];
  }

  tellRoad(index) {
    const can = this.rates(this.run.roads[index]);
    const said = (ways) => !ways ? say("apart_lacks") : alike(ways) ? rate(ways[0]) : say("apart_ways", { there: rate(ways[0]), back: rate(ways[1]) });
    if (!carriesApart(can)) return [roadName(this.run, index), say("apart_carries_same", { rate: said(can.find(Boolean)) })];
    return [roadName(this.run, index), ...can.map((ways, k) => say("apart_in", { letter: letterOf(k), said: said(ways) }))];
  }

  /** The places and roads that differ on this day, a column a run. */
  tables() {
    const { run } = this, date = dateOf(run, view.time), letters = DATA.runs.map((_, k) => letterOf(k));
    const places = run.places.map((place) => [place.name, ...this.holders(place)]).filter(([, ...who]) => !alike(who));
    const amount = (ways) => !ways ? say("apart_lacks") : alike(ways) ? numeral(ways[0] / 1000) : say("ways", { there: numeral(ways[0] / 1000), back: numeral(ways[1] / 1000) });
    const roads = run.roads.map((road, i) => [i, this.rates(road)]).filter(([, can]) => carriesApart(can)).map(([i, can]) => [roadName(run, i), ...can.map(amount)]);
    return [makeTable(say("apart_places_on", { date }), [HEADS.places[0], ...letters], places),
      makeTable(say("apart_roads_on", { date }), [HEADS.roads[0], ...letters], roads)];
  }

  /** The same in a paragraph: the places by name, the roads counted. */
  words() {
    const held = this.run.places.map((place) => [place.name, this.holders(place)]).filter(([, who]) => !alike(who));
    const named = held.slice(0, MOST_APART).map(([name, who]) => say("apart_place", { name, held: who.map((one, k) => `${letterOf(k)}: ${one}`).join(", ") })).join("; ");
    const n = held.length, more = n - MOST_APART, roads = this.run.roads.filter((road) => carriesApart(this.rates(road))).length;
    const places = n ? say("other_holders", { n, names: more > 0 ? say("more_names", { names: named, n: more }) : named }) : say("same_holders");
    return say(roads ? "other_roads" : "no_roads", { places, n: roads });
  }
}
