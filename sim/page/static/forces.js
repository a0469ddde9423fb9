"use strict";
// The forces on the map: a flag beside where each stands, the way that it came, what it tells.

const { force: FORCE, signs: SIGNS } = LOOK, FLAG = FORCE.flag;

/** A line of SVG path data through points. */
const through = (points) => "M" + points.map((p) => p.map((v) => v.toFixed(1)).join(",")).join("L");

/** What a force does as a sign round (0, 0); arrows point along the unit vector. */
function sign(doing, [u, v]) {
  if (SIGNS[doing]) return { d: SIGNS[doing].map(through).join(""), class: "open" };
  const r = FORCE.ring, solid = doing === "marching", size = solid ? 1 : FORCE.open_dart;
  if (doing === "besieging") return { d: `M${-r},0a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0Z`, class: "open" };
  const dart = FORCE.dart.map(([f, s]) => [(u * f - v * s) * size, (v * f + u * s) * size]);
  return { d: through(dart) + "Z", class: solid ? "solid" : "open" };
}

/** A flag round (0, 0): the actor's colour and marker, and the sign of what the force does. */
function flag(look, doing, facing) {
  const [w, h] = FLAG.map((v) => v / 2);
  const { d, class: name } = sign(doing, facing);
  const ink = name === "solid" ? { fill: look.ink } : { stroke: look.ink };
  return [
    draw("path", { d: `M${-w},${-h}H${w}V${h}H${-w}Z`, class: "cloth", fill: look.fill }),
    draw("path", { d: outline(look.shape, FORCE.marker), transform: `translate(${FORCE.marker_at - w} 0)`, fill: look.ink }),
    draw("path", { d, class: name, transform: `translate(${w - FORCE.sign_at} 0)`, ...ink }),
  ];
}

Object.assign(MapView.prototype, {
  /** Makes the parts of each force once; they are moved about from then on. */
  buildForces(ways, layer) {
    this.forces = this.run.forces.map((force, index) => {
      const parts = { track: draw("path", { class: "way" }), rim: draw("path", { class: "way rim" }), lead: draw("path", { class: "lead" }),
        back: draw("path", { class: "lead rim" }), dot: draw("circle", { r: FORCE.dot, class: "spot", fill: this.run.actors[force.actor].fill }),
        flag: draw("g", {}), words: draw("text", {}), hit: draw("path", { class: "hit" }) };
      parts.item = layer.appendChild(draw("g", { role: "img", tabindex: -1, class: "item force", "data-id": force.id },
        parts.back, parts.lead, parts.dot, parts.flag, parts.words, parts.hit));
      parts.way = ways.appendChild(draw("g", { "data-id": force.id }, parts.rim, parts.track)); // under the places
      this.follow(parts.item, { kind: "force", index });
      return parts;
    });
  },

  /** Where a force is at the chosen instant: null where it is not in the field. */
  stand(force, time = view.time) {
    const doing = at(force.doing, time, ""), men = at(force.strength, time, 0);
    if (!doing || men <= 0) return null;
    const km = between(force.at, time) / 1000;
    const leg = force.km.slice(1, -1).filter((reach) => reach <= km).length;
    const points = force.stops.slice(0, leg + 2).map((stop) => this.points[stop]);
    const [a, b] = points.slice(-2);
    const share = Math.min(1, Math.max(0, (km - force.km[leg]) / Math.max(force.km[leg + 1] - force.km[leg], 1e-9)));
    const along = [b[0] - a[0], b[1] - a[1]], long = Math.max(Math.hypot(...along), 1e-9);
    const turn = doing === "falling back" ? -1 : 1;
    const xy = [a[0] + share * along[0], a[1] + share * along[1]];
    return { doing, men, km, xy, way: [...points.slice(0, -1), xy], facing: along.map((v) => turn * v / long) };
  },

  /** Moves the flags to the chosen instant: off places, names and flows, and off each other. */
  drawForces() {
    const { run } = this;
    const stands = run.forces.map((force) => this.stand(force));
    this.stands = stands;
    const order = stands.map((_, i) => i).filter((i) => stands[i]).sort((i, j) => stands[j].men - stands[i].men || i - j);
    for (const parts of this.forces) this.seeForce(parts, false);
    const pins = this.drawPins();
    if (!order.length || !this.sheet) return;
    const sheet = new Sheet(this.width, this.height);
    sheet.boxes = [...this.sheet.boxes, ...pins, ...order.map((i) => around(stands[i].xy, FORCE.dot + 1))];
    sheet.soft = this.sheet.soft;
    // best off names and flows; then over a name, then over a flow; never over a place
    const flows = this.flowBoxes(), bare = new Sheet(this.width, this.height);
    bare.boxes = [...this.marked, ...pins];
    bare.soft = sheet.soft;
    const isIn = (i) => this.shows(stands[i].xy), named = [];
    for (const i of order.filter(isIn)) this.drawForce(i, stands[i], [[sheet, flows], [bare, flows], [sheet, []], [bare, []]]);
    for (const i of order) if (!isIn(i)) named.push(this.nameOutside(i, stands[i], sheet, named));
  },

  /** Names a force beyond the frame at its edge, with a dart that points to it; its strength alone where there is no room. */
  nameOutside(i, stand, sheet, others) {
    const { high, edge, dart, name } = LOOK.outside, parts = this.forces[i], men = grouped(stand.men, 0), clear = new Sheet(this.width, this.height);
    clear.boxes = others;
    const spotted = [say("beyond", { name: shortened(this.run.forces[i].name, name), men }), men].flatMap((text) =>
      this.edgeSpots(stand.xy, textWidth(text) + dart + 4).map((box) => ({ text, box })));
    const free = spotted.filter(({ box }) => clear.free(box)), { text, box } = free.find((spot) => sheet.free(spot.box)) || free[0] || spotted[0];
    const [left, top, right] = box, y = top + high / 2, after = stand.xy[0] >= this.width / 2, x = after ? right - dart / 2 : left + dart / 2;
    const long = Math.max(Math.hypot(stand.xy[0] - x, stand.xy[1] - y), 1e-9), [u, v] = [(stand.xy[0] - x) / long, (stand.xy[1] - y) / long];
    const d = through(FORCE.dart.map(([f, s]) => [(u * f - v * s) * 0.9, (v * f + u * s) * 0.9])) + "Z";
    put(parts.item, { visibility: null });
    for (const part of [parts.lead, parts.back, parts.track, parts.rim]) put(part, { d: null });
    put(parts.dot, { visibility: "hidden" });
    put(parts.flag, { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
    parts.flag.replaceChildren(draw("path", { d, class: "cloth", fill: this.run.actors[this.run.forces[i].actor].fill }));
    put(parts.words, { x: after ? right - dart - 2 : left + dart + 2, y, "text-anchor": after ? "end" : "start" });
    parts.words.textContent = text;
    put(parts.hit, { d: `M${left},${top}H${right}v${high}H${left}Z` });
    Object.assign(parts, { seen: true, middle: [(left + right) / 2, y] });
    return [left - edge / 2, top - 1, right + edge / 2, top + high + 1];
  },

  /** Boxes along the edge, the nearest to a point outside first; then rows further in. */
  edgeSpots([px, py], wide) {
    const { high, step, edge } = LOOK.outside, { width, height } = this, away = [px - width / 2, py - height / 2];
    const scale = Math.min(width / 2 / Math.max(Math.abs(away[0]), 1e-9), height / 2 / Math.max(Math.abs(away[1]), 1e-9));
    const keep = (v, size, most) => Math.min(Math.max(v - size / 2, edge), most - size - edge);
    const x = keep(width / 2 + away[0] * scale, wide, width), y = keep(height / 2 + away[1] * scale, high, height);
    const upright = Math.abs(away[0]) / width > Math.abs(away[1]) / height; // beyond the left or the right edge
    const shifts = Array.from({ length: Math.floor(Math.max(width, height) / step) }, (_, n) => [n * step, -n * step]).flat();
    const inward = (row, v) => row * step * (v > 0 ? -1 : 1);
    return [0, 1, 2, 3].flatMap((row) => shifts.map((s) => upright ? [x, y + s] : [x + s, y + inward(row, away[1])]))
      .filter(([left, top], n) => !n || (left >= edge && left <= width - wide - edge && top >= edge && top <= height - high - edge))
      .map(([left, top]) => [left, top, left + wide, top + high]);
  },

  seeForce(parts, seen) {
    parts.seen = seen;
    for (const part of [parts.item, parts.way]) put(part, { visibility: seen ? null : "hidden" });
  },

  drawForce(i, stand, tiers) {
    const parts = this.forces[i], look = this.run.actors[this.run.forces[i].actor];
    const [x, y] = stand.xy;
    const near = this.points.findIndex(([u, v], p) => Math.hypot(u - x, v - y) < this.radius(this.run.places[p], p, axisOf(this.run, view.axis)));
    const gap = near < 0 ? 10 : 17 * this.marks + 2;
    const men = grouped(stand.men, 0);
    const wide = textWidth(men) + 4;
    this.seeForce(parts, true);
    let worded = true, found = null;
    for (const [sheet, barred] of tiers) {
      for (const words of [true, false]) {
        if (found) break;
        worded = words;
        found = this.seat(i, stand.xy, FLAG[0] + (words ? wide + 4 : 2), gap, sheet, barred);
      }
    }
    worded = worded && found !== null;
    const [left, top, right, bottom] = found || [x - 16, y - gap - FLAG[1] - 2, x + 16, y - gap];
    const after = worded && (left + right) / 2 < x;
    const cx = after ? right - 1 - FLAG[0] / 2 : left + 1 + FLAG[0] / 2, cy = (top + bottom) / 2;
    const end = [Math.min(Math.max(x, cx - FLAG[0] / 2), cx + FLAG[0] / 2), Math.min(Math.max(y, cy - FLAG[1] / 2), cy + FLAG[1] / 2)];
    const taken = [[left, top, right, bottom], ...[0.2, 0.4, 0.6, 0.8].map((s) => around([x + (end[0] - x) * s, y + (end[1] - y) * s], 2))];
    tiers[0][0].boxes.push(...taken);
    tiers[1][0].boxes.push(taken[0]);
    const lead = through([near < 0 ? [x, y] : this.rim(near, end), end]);
    put(parts.lead, { d: lead });
    put(parts.back, { d: lead });
    const way = beside(stand.way);
    put(parts.track, { d: way.length > 1 ? through(way) : null });
    put(parts.rim, { d: way.length > 1 ? through(way) : null });
    put(parts.dot, { cx: x.toFixed(1), cy: y.toFixed(1), visibility: near < 0 ? null : "hidden" });
    put(parts.flag, { transform: `translate(${cx.toFixed(1)} ${cy.toFixed(1)})` });
    parts.flag.replaceChildren(...flag(look, stand.doing, stand.facing));
    put(parts.words, { x: after ? cx - FLAG[0] / 2 - 3 : cx + FLAG[0] / 2 + 3, y: cy, "text-anchor": after ? "end" : "start" });
    parts.words.textContent = worded ? men : "";
    put(parts.hit, { d: `M${left},${top}H${right}V${bottom}H${left}Z` });
    parts.middle = [cx, cy];
  },

  /** A free box for a flag; while time runs, the side of the last instant if it is free still. */
  seat(i, [x, y], wide, gap, among, barred) {
    const sheet = new Sheet(this.width, this.height);
    sheet.boxes = [...among.boxes, ...barred];
    sheet.soft = among.soft;
    const parts = this.forces[i], tall = FLAG[1] + 2;
    if (view.playing && parts.seat && parts.seat.wide === wide) {
      const [dx, dy] = parts.seat.off, box = [x + dx, y + dy, x + dx + wide, y + dy + tall];
      if (sheet.free(box)) return box;
    }
    const found = sheet.place(x, y, wide, tall, gap, Math.min(80, this.width * 0.13));
    parts.seat = found && { wide, off: [found.box[0] - x, found.box[1] - y] };
    return found && found.box;
  },

  /** The rim of a place on the way to a point. */
  rim(place, [x, y]) {
    const [u, v] = this.points[place], long = Math.max(Math.hypot(x - u, y - v), 1e-9);
    const r = Math.min(12 * this.marks, long);
    return [u + (x - u) / long * r, v + (y - v) / long * r];
  },

  /** Boxes along the roads that carry something now. */
  flowBoxes() {
    return this.run.roads.flatMap((road, i) => {
      if (!this.roads[i].shown.flow) return [];
      const [a, b] = [this.points[road.a], this.points[road.b]];
      const n = Math.min(150, 1 + Math.floor(Math.hypot(b[0] - a[0], b[1] - a[1]) / 10));
      return Array.from({ length: n + 1 }, (_, k) => around([a[0] + (b[0] - a[0]) * k / n, a[1] + (b[1] - a[1]) * k / n], 5));
    });
  },

  /** Force, what it does since when, strength, where, days of supply: as in timeseries.csv. */
  tellForce(index) {
    const { run } = this, time = view.time, force = run.forces[index], stand = this.stand(force);
    if (!stand) return [force.name, say("afield_not")];
    const lines = [force.name, say("force_of", { actor: run.actors[force.actor].name })];
    lines.push(say("doing_since", { doing: stand.doing, since: sinceWords(run, holdsFrom(force.doing, time)) }));
    lines.push(`${grouped(stand.men, 0)} persons`);
    const base = placeName(run, force.stops[0]), end = placeName(run, force.stops[force.stops.length - 1]);
    lines.push(say("km_from", { km: numeral(stand.km), base, end }));
    if (force.supply.length) {
      const days = numeral(between(force.supply, time)), since = sinceWords(run, fedFrom(force, time));
      lines.push(say(at(force.fed, time, 0) ? "fed_since" : "unfed_since", { days, since }));
    }
    return lines;
  },

  /** Rows of the table of the forces in the field. */
  forceRows() {
    const { run } = this;
    return run.forces.map((force) => [force, this.stand(force)]).filter(([, stand]) => stand).map(([force, stand]) => [
      force.name, run.actors[force.actor].name, stand.doing, dateOf(run, holdsFrom(force.doing, view.time)), numeral(stand.km),
      grouped(stand.men, 0), force.supply.length ? numeral(between(force.supply, view.time)) : "",
    ]);
  },
});

/** A small box round a point. */
const around = ([x, y], r) => [x - r, y - r, x + r, y + r];

/** Since when a force has been fed, or not: its rows are samples, so equal ones are passed over. */
function fedFrom(force, time) {
  let i = since(force.fed, time);
  while (i > 1 && force.fed[i - 1] === force.fed[i + 1]) i -= 2;
  return i < 0 ? 0 : force.fed[i];
}

/** A way moved to the side of its roads, so that it hides no flow. */
function beside(points) {
  return points.slice(1).flatMap((b, i) => {
    const a = points[i], along = [b[0] - a[0], b[1] - a[1]], long = Math.hypot(...along);
    if (long < 1e-6) return [];
    const side = [along[1] / long * FORCE.beside, -along[0] / long * FORCE.beside];
    return [[a[0] + side[0], a[1] + side[1]], [b[0] + side[0], b[1] + side[1]]];
  });
}
