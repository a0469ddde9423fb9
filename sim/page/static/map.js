"use strict";
// The map of one run: places, roads and forces at the chosen instant, seen by the chosen axis.

const BUTTONS = 36; // pixels at the right that are the zoom buttons
const ROAD_PARTS = ["glow", "case", "fill", "flow", "full", "arrow", "oneway", "bars", "cross", "doubt"];

class MapView {
  constructor(run, figure) {
    this.run = run;
    this.figure = figure;
    this.onpick = this.onlook = this.ondraw = null; // of the questions: a thing is chosen or looked at, the map is drawn
    this.instants = run.times.flatMap((time) => [time, 0]);
    this.canvas = figure.querySelector(".canvas");
    this.tip = make("div", { class: "tip", hidden: true });
    this.svg = draw("svg", { role: "group" });
    this.canvas.prepend(this.svg);
    this.canvas.append(this.tip);
    this.asks = DATA.what_if ? { told: { ...DATA.what_if, base: run }, net: netOf(run, DATA.what_if) } : null;
    this.largest = Math.max(0, ...DATA.runs.flatMap((one) => one.roads.flatMap((road) => eachWay(road.whole)))); // one scale for all maps
    this.build();
    this.listen();
    this.listenFlows();
    this.frameAxis();
    new ResizeObserver(() => {
      const { clientWidth, clientHeight } = this.canvas;
      if (clientWidth !== this.width || clientHeight !== this.height) this.layout();
    }).observe(this.canvas);
  }

  build() {
    const layer = (name) => this.svg.appendChild(draw("g", { class: name }));
    this.ground = this.svg.appendChild(document.getElementById("ground").cloneNode(true));
    this.ground.removeAttribute("id");
    this.countries = layer("countries");
    const layers = {};
    for (const part of ROAD_PARTS) {
      layers[part] = layer("roads " + part);
    }
    const hits = layer("hits");
    this.roads = this.run.roads.map((road, i) => {
      const parts = {};
      for (const part of ROAD_PARTS) {
        const tag = ["arrow", "oneway", "bars", "cross", "doubt"].includes(part) ? "path" : "line";
        parts[part] = layers[part].appendChild(draw(tag, {}));
      }
      parts.hit = draw("line", { class: "hit" });
      parts.item = hits.appendChild(draw("g", { role: "img", tabindex: -1, class: "item road", "data-id": road.id }, parts.hit));
      this.follow(parts.item, { kind: "road", index: i });
      return parts;
    });
    this.leaders = layer("leaders");
    const ways = layer("ways"), spots = layer("places");
    this.places = this.run.places.map((place, i) => {
      const item = spots.appendChild(draw("g", { role: "img", tabindex: -1, class: "item place", "data-id": place.id }));
      this.follow(item, { kind: "place", index: i });
      return { item, drawn: "" };
    });
    const afield = layer("forces");
    this.labels = layer("labels");
    this.svg.append(afield);
    this.buildForces(ways, afield);
    this.buildPins(layer("pins"));
    this.scale = layer("scale");
  }

  /** The sentence of the legend on places of several holders. */
  get divided() { return "divided"; }

  // --- looking at a place, road or force ------------------------------------------------------

  follow(item, what) {
    item.addEventListener("click", () => { if (this.onpick && !this.dragged) this.onpick(what); });
    item.addEventListener("focus", () => this.rove(what));
    this.hear(item, what);
  }

  /** Tells of a thing while it is pointed at or has the focus. */
  hear(item, what) {
    item.addEventListener("pointerenter", () => this.look(what));
    item.addEventListener("pointerleave", () => this.look(this.focused));
    item.addEventListener("focus", () => { this.focused = what; this.reveal(what); this.look(what); });
    item.addEventListener("blur", () => { this.focused = null; this.look(null); });
  }

  rove(what) {
    if (this.roving) this.element(this.roving).setAttribute("tabindex", -1);
    this.roving = what;
    this.element(what).setAttribute("tabindex", 0);
  }

  /** Moves the map so that what has the focus is seen. */
  reveal(what) {
    const [x, y] = this.middle(what);
    if (x > 12 && y > 12 && x < this.width - 12 && y < this.height - 12) return;
    this.shift = [this.shift[0] + (x - this.width / 2) / this.size, this.shift[1] + (y - this.height / 2) / this.size];
    this.layout();
  }

  element(what) {
    return { place: this.places, road: this.roads, force: this.forces, pin: this.pins }[what.kind][what.index].item;
  }

  look(what) {
    this.seen = what;
    this.tip.hidden = !what;
    if (!what) return;
    const lines = [...this.tell(what), ...(this.onlook && what.kind !== "pin" ? this.onlook(what) : [])];
    put(this.element(what), { "aria-label": lines.join("; ") });
    const [head, ...rest] = lines;
    this.tip.replaceChildren(make("strong", {}, nameOf(head)), ...rest.map((line) => make("p", {}, line)));
    const [x, y] = this.middle(what);
    const width = this.tip.offsetWidth, height = this.tip.offsetHeight;
    const left = Math.min(Math.max(x + 14, 4), this.width - width - 4);
    const above = y + 14 + height > this.height;
    this.tip.style.left = `${Math.max(4, left)}px`;
    this.tip.style.top = `${Math.max(4, above ? y - height - 14 : y + 14)}px`;
  }

  tell({ kind, index }) {
    if (kind === "place") return this.tellPlace(index);
    if (kind === "pin") return this.tellPin(index);
    return kind === "road" ? this.tellRoad(index) : this.tellForce(index);
  }

  tellPlace(index) {
    const { run } = this, time = view.time, place = run.places[index];
    const axis = axisOf(run, view.axis);
    const actor = (i) => run.actors[i].name;
    const held = at(place.held, time, []);
    const shared = held.map(([a, ppm]) => ppm === WHOLE ? actor(a) : `${actor(a)} ${numeral(ppm / 10000)} %`);
    const lines = [place.name, place.people ? say("people", { kind: place.kind, n: grouped(place.people, 0) }) : place.kind];
    const sinceOf = (changes) => sinceWords(run, holdsFrom(changes, time));
    lines.push(say("held", { who: shared.join(", ") || say("nobody"), since: sinceOf(place.held) }));
    const ring = at(place.ring, time, []), seal = at(place.seal, time, []);
    if (ring.length) lines.push(say("besieged_since", { who: ring.map(actor).join(", "), since: sinceOf(place.ring) }));
    if (seal.length) lines.push(say("sealed_since", { who: seal.map(actor).join(", "), since: sinceOf(place.seal) }));
    if (!axis) return lines;
    if (axis.sources.includes(index)) lines.push(say("source_of", { axis: axis.name }));
    const sink = axis.sinks.find((s) => s.place === index);
    if (sink) lines.push(run.asked ? say("sink_asked", { axis: axis.name }) : say("sink_of", { axis: axis.name, stock: tonnes(between(sink.stock, time)) }));
    lines.push(say(run.asked ? "flow_asked_through" : "flow_through", { rate: rate(this.through(axis, index)) }));
    const limit = at(axis.passing[index], time, -1);
    const can = limit < 0 ? say("no_limit") : limit ? say("at_most", { rate: rate(limit) }) : say("may_not_pass");
    lines.push(say("capacity_since", { axis: axis.name, can, since: sinceOf(axis.passing[index]) }));
    return lines;
  }

  tellRoad(index) {
    const { run } = this, time = view.time, road = run.roads[index];
    const axis = axisOf(run, view.axis);
    const lines = [roadName(run, index)];
    const sinceOf = (changes) => sinceWords(run, holdsFrom(changes, time));
    const km = road.detour ? say("km_about", { km: numeral(road.km), detour: String(road.detour) }) : say("km", { km: numeral(road.km) });
    lines.push(say(road.name ? "length_named" : "length", { km, kind: road.kind, name: road.name }));
    if (road.exists) lines.push(say(road.absent ? "not_there" : "may_be_there", { chance: numeral(road.exists * 100) }));
    else if (road.absent) lines.push(say("never_there"));
    if (!road.absent) lines.push(say(at(road.shut, time, 0) ? "closed_since" : "open_since", { since: sinceOf(road.shut) }));
    const [a, b] = [road.a, road.b].map((p) => at(run.places[p].held, time, []).map(([i]) => run.actors[i].name).join(", ") || say("nobody"));
    lines.push(say(a === b ? "both_ends" : "ends", { a, b }));
    if (!axis) return lines;
    const flow = at(axis.flow[index], time, 0);
    lines.push(say(run.asked ? flow ? "flow_asked_toward" : "flow_asked" : flow ? "flow_toward" : "flow", { rate: rate(Math.abs(flow)),
      place: placeName(run, flow > 0 ? road.b : road.a), since: sinceOf(axis.flow[index]) }));
    const [there, back] = eachWay(at(axis.capacity[index], time, 0)), [whole, wholeBack] = eachWay(road.whole);
    const kind = road.one_way ? "road_one_way" : Array.isArray(road.whole) ? "road_each_way" : "road_capacity";
    lines.push(say(kind, { axis: axis.name, rate: rate(there), whole: rate(whole), back: rate(back), whole_back: rate(wholeBack),
      to: placeName(run, road.b), from: placeName(run, road.a), since: sinceOf(axis.capacity[index]) }));
    return [...lines, ...this.tellFlow(index)];
  }

  /** Planned flow (kg/day) that comes into a place, or starts there. */
  through(axis, index) {
    let into = 0, out = 0;
    for (const [number, changes] of Object.entries(axis.flow)) {
      const road = this.run.roads[number], flow = at(changes, view.time, 0);
      if (road.b === index) { if (flow > 0) into += flow; else out -= flow; }
      if (road.a === index) { if (flow > 0) out += flow; else into -= flow; }
    }
    return Math.max(into, out);
  }

  // --- where things are ----------------------------------------------------------------

  frameAxis() {
    const axis = axisOf(this.run, view.axis);
    const all = this.run.places.map((p) => [p.x, p.y]);
    this.framed = axis ? axis.frame : [
      Math.min(...all.map((p) => p[0])), Math.min(...all.map((p) => p[1])),
      Math.max(...all.map((p) => p[0])), Math.max(...all.map((p) => p[1])),
    ];
    this.zoom = 1;
    this.canvas.classList.remove("zoomed");
    this.shift = [0, 0];
    this.layout();
  }

  get pad() { return Math.min(46, this.width * 0.08); }

  /** Puts everything where it belongs; while the map is dragged, labels only move along. */
  layout(dragged) {
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    if (!this.width || !this.height) return;
    const [left, top, right, bottom] = this.framed;
    const fit = Math.min(
      (this.width - 2 * this.pad - BUTTONS) / Math.max(right - left, 1),
      (this.height - 2 * this.pad) / Math.max(bottom - top, 1),
      this.width / (12 / DATA.km),
    );
    this.size = fit * this.zoom;
    const aside = BUTTONS / 2 / this.size;
    this.centre = [(left + right) / 2 + aside + this.shift[0], (top + bottom) / 2 + this.shift[1]];
    put(this.svg, { viewBox: `0 0 ${this.width} ${this.height}` });
    const [x, y] = this.xy([0, 0]);
    put(this.ground, { transform: `translate(${x} ${y}) scale(${this.size})` });
    this.points = this.run.places.map((p) => this.xy([p.x, p.y]));
    this.marks = Math.min(this.width < 520 ? 0.75 : 1, crowding(this.points));
    this.fine = Math.min(1, this.marks / 0.5); // of edges, and of what else is thin already
    this.svg.style.setProperty("--fine", this.fine);
    this.run.roads.forEach((road, i) => {
      const [a, b] = [this.points[road.a], this.points[road.b]];
      const ends = { x1: a[0].toFixed(1), y1: a[1].toFixed(1), x2: b[0].toFixed(1), y2: b[1].toFixed(1) };
      for (const part of ["glow", "case", "fill", "flow", "full", "hit"]) put(this.roads[i][part], ends);
    });
    this.places.forEach((place, i) => {
      put(place.item, { transform: `translate(${this.points[i].map((v) => v.toFixed(1)).join(" ")})` });
      place.drawn = "";
    });
    this.state = this.explained = null;
    this.draw();
    const along = dragged ? `translate(${dragged[0]} ${dragged[1]})` : null;
    for (const layer of [this.labels, this.leaders, this.countries]) put(layer, { transform: along });
    if (dragged) return;
    this.label();
    this.drawForces();
  }

  xy([x, y]) {
    return [(x - this.centre[0]) * this.size + this.width / 2, (y - this.centre[1]) * this.size + this.height / 2];
  }

  /** Whether a point is in the frame of the map. */
  shows([x, y]) { return x > 0 && y > 0 && x < this.width && y < this.height; }

  middle(what) {
    if (what.kind === "place") return this.points[what.index];
    if (what.kind === "force") return this.forces[what.index].middle || [0, 0];
    if (what.kind === "pin") return this.pins[what.index].middle || [0, 0];
    const road = this.run.roads[what.index];
    const [a, b] = [this.points[road.a], this.points[road.b]];
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  }

  // --- drawing one instant -------------------------------------------------------------

  draw() {
    if (!this.points) return;
    const { run } = this, time = view.time, axis = axisOf(run, view.axis);
    const state = `${view.axis} ${since(this.instants, time)}`;
    if (state !== this.state) {
      this.state = state;
      const cut = axis ? at(axis.cuts, time, null) : null;
      const cutPlaces = new Set(cut ? cut.places : []), cutRoads = new Set(cut ? cut.roads : []);
      this.waysOf(axis);
      this.open = axis && at(axis.series.capacity, time, 0) > 0;
      const cuts = this.mode !== "loads"; // which are of the axis alone
      run.roads.forEach((road, i) => this.drawRoad(road, i, axis, cuts && cutRoads.has(i)));
      run.places.forEach((place, i) => this.drawPlace(place, i, axis, cuts && cutPlaces.has(i)));
      this.describe(axis);
      clearTimeout(this.telling);
      this.telling = setTimeout(() => this.tellAll(), this.told ? 150 : 0);
    }
    this.drawForces();
    const afield = this.stands.map((stand) => stand && stand.doing).join();
    const explained = `${state} ${afield} ${this.pinned ? this.pinned.dataset.time : ""}`;
    if (explained !== this.explained) {
      this.explained = explained;
      this.legend(axis);
    }
    if (this.seen) this.look(this.seen);
    if (this.ondraw) this.ondraw();
  }

  drawRoad(road, i, axis, cut) {
    const time = view.time, parts = this.roads[i], whole = !axis || this.mode === "loads";
    const [there, back] = eachWay(!whole ? at(axis.capacity[i], time, 0) : at(road.shut, time, 0) ? 0 : road.whole), can = Math.max(there, back);
    const [go, come] = this.ways.found[i], flow = Math.max(go, come);
    const shut = !road.absent && at(road.shut, time, 0), doubt = road.absent || road.exists;
    const wide = roadWidth(can, this.largest) * this.marks, core = roadWidth(flow, this.largest) * this.marks;
    const faint = flow > 0 && core < ROAD.faint, full = flow > 0 && !faint && (go > 0 && go >= there || come > 0 && come >= back);
    const show = (part, on, width) => put(parts[part], { visibility: on ? null : "hidden", "stroke-width": on && width ? width.toFixed(1) : null });
    put(parts.case, { class: can ? null : "unusable" });
    show("case", true, can ? wide + ROAD.edges * this.fine : Math.max(0.6, ROAD.unusable * this.fine));
    show("fill", can > 0, wide);
    put(parts.flow, { class: faint ? "faint" : null });
    show("flow", flow > 0, faint ? ROAD.faint : core);
    show("full", full, Math.max(1.2 * this.fine, core * ROAD.full_dash));
    show("glow", cut, wide + ROAD.glow);
    show("arrow", flow > 0);
    show("oneway", road.one_way);
    show("bars", cut);
    show("cross", shut && !cut);
    show("doubt", doubt);
    const [a, b] = [this.points[road.a], this.points[road.b]];
    if (flow) put(parts.arrow, { d: go && come ? bothWays(a, b, this.marks) : go ? arrows(a, b, this.marks) : arrows(b, a, this.marks) });
    if (road.one_way) put(parts.oneway, { d: oneWays(this.points[road.a], this.points[road.b], this.marks) });
    if (doubt) put(parts.doubt, { d: doubtRing(this.points[road.a], this.points[road.b], road.absent, this.marks) });
    if (cut) put(parts.bars, { d: bars(a, b, wide, this.marks) });
    const always = shut && at(road.shut, 0, 0) && holdsFrom(road.shut, time) === 0;
    if (shut) put(parts.cross, { d: cross(this.middle({ kind: "road", index: i }), !always), class: always ? "always" : "event" });
    put(parts.hit, { "stroke-width": Math.max(wide + 4, 12) });
    parts.shown = { can, flow, faint, full, shut, always, cut, oneway: road.one_way, absent: road.absent, doubtful: road.exists && !road.absent };
  }

  radius(place, i, axis) {
    const role = axis && (axis.sources.includes(i) || axis.sinks.some((s) => s.place === i));
    const base = role ? PLACE.end : place.people >= PLACE.big_town ? PLACE.big : ["town", "city"].includes(place.kind) ? PLACE.town : PLACE.other;
    return base * Math.max(this.marks, role ? Math.min(0.7, this.width / 720) : 0);
  }

  drawPlace(place, i, axis, cut) {
    const { run } = this, time = view.time, spot = this.places[i];
    const held = at(place.held, time, []), ring = at(place.ring, time, []), seal = at(place.seal, time, []);
    const source = axis && axis.sources.includes(i), sink = axis && axis.sinks.some((s) => s.place === i);
    const sealed = axis ? seal.includes(axis.actor) : seal.length > 0;
    const key = JSON.stringify([held, ring.length, sealed, cut, view.axis]);
    spot.shown = { inside: this.shows(this.points[i]), held, ring: ring.length > 0, sealed, source, sink, cut };
    if (key === spot.drawn) return;
    spot.drawn = key;
    spot.item.replaceChildren(...mark(run, held, this.radius(place, i, axis), {
      cut, source, sink, sealed, ring: ring.length > 0, gate: place.gate,
    }));
  }

  /** What the axis can carry now, and what binds it or stands in its way. */
  finding(axis) {
    const { run } = this, now = at(axis.series.capacity, view.time, 0);
    const cut = at(axis.cuts, view.time, { places: [], roads: [] });
    if (this.mode === "loads") return this.findingOfLoads();
    const names = [...cut.places.map((p) => placeName(run, p)), ...cut.roads.map((r) => roadName(run, r))];
    const few = names.slice(0, 3).join(", "), n = names.length;
    const slots = { axis: axis.name, rate: rate(now), planned: rate(this.sent(axis)), n, names: n > 3 ? say("more_names", { names: few, n: n - 3 }) : few };
    if (!now) return say(n ? "cut_by" : "cut", slots);
    return say((this.mode === "planned" ? ["planned_carries", "planned_carries_bound"] : ["carries", "carries_bound"])[n ? 1 : 0], slots);
  }

  /** Gives every place and road its words, once time has stood still for a moment. */
  tellAll() {
    this.told = true;
    this.roads.forEach((parts, i) => put(parts.item, { "aria-label": this.tellRoad(i).join("; ") }));
    this.places.forEach((spot, i) => put(spot.item, { "aria-label": this.tellPlace(i).join("; ") }));
    this.forces.forEach((parts, i) => put(parts.item, { "aria-label": this.tellForce(i).join("; ") }));
  }

  /** What the map says as a whole, for those who hear it. */
  describe(axis) {
    const { run } = this;
    const date = dateOf(run, view.time);
    const held = new Map();
    for (const place of this.places) {
      for (const [actor] of place.shown.held) held.set(actor, (held.get(actor) || 0) + 1);
    }
    const who = [...held].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([a, n]) => `${run.actors[a].name} ${n}`).join(", ");
    const is = axis ? this.finding(axis) : "Who holds what", found = run.asked ? say(this.mode === "loads" ? "asked_loads" : "asked", { found: is }) : is;
    this.figure.querySelector("h3 .found").replaceChildren(nameOf(found));
    put(this.svg, { "aria-label": say("map_told", { date, found, who }) });
  }
}
