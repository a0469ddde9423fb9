"use strict";
// The map's words and handles: labels that touch nothing, the legend, keys, zoom.

const { near: NEAR, far: FAR } = LOOK.label;
const pen = document.createElement("canvas").getContext("2d");

/** Pixels that small words take. */
function textWidth(text) {
  pen.font = "12px system-ui, sans-serif";
  return pen.measureText(text).width;
}

/** The text in so many characters, the last of them an ellipsis where it is cut. */
const shortened = (text, most) => text.length > most ? text.slice(0, most - 1).trimEnd() + "\u2026" : text;

/** Boxes [left, top, right, bottom] that nothing may touch, and points better left free. */
class Sheet {
  constructor(width, height) {
    this.bounds = [3, 3, width - 3, height - 3];
    this.boxes = [];
    this.soft = [];
    this.marks = [];  // [x, y, radius] of places, of which a label must show whose it is
  }

  free(box) {
    const b = this.bounds;
    return box[0] >= b[0] && box[1] >= b[1] && box[2] <= b[2] && box[3] <= b[3] &&
      !this.boxes.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1]);
  }

  cost(box) {
    let sum = 0;
    for (const [x, y, price] of this.soft) {
      if (x > box[0] && x < box[2] && y > box[1] && y < box[3]) sum += price;
    }
    return sum;
  }

  /** Whether a box can only be read as the label of the mark at (x, y), as in the figures. */
  plain(box, x, y, far) {
    const gap = ([u, v, r]) => Math.hypot(Math.max(box[0] - u, u - box[2], 0), Math.max(box[1] - v, v - box[3], 0)) - r;
    const own = ([u, v]) => Math.hypot(u - x, v - y) < 1e-6;
    const others = this.marks.filter((mark) => !own(mark));
    const nearest = Math.min(...others.map(gap));
    if (!far) return Math.min(...this.marks.filter(own).map(gap)) + LOOK.label.nearer <= nearest;
    const ends = [Math.min(Math.max(x, box[0]), box[2]) - x, Math.min(Math.max(y, box[1]), box[3]) - y];
    const radius = Math.max(0, ...this.marks.filter(own).map(([, , r]) => r));
    return nearest >= LOOK.label.apart && !others.some(([u, v, r]) => {
      if (Math.hypot(u - x, v - y) <= r + radius) return false;
      const share = ((u - x) * ends[0] + (v - y) * ends[1]) / Math.max(ends[0] ** 2 + ends[1] ** 2, 1e-9);
      const at = Math.min(Math.max(share, 0), 1);
      return Math.hypot(u - x - at * ends[0], v - y - at * ends[1]) < r;
    });
  }

  /** The best free box for a label beside (x, y), at most `reach` away, or null. */
  place(x, y, width, height, gap, reach) {
    let best = null;
    for (const distance of [...NEAR, ...FAR.filter((far) => far <= reach)]) {
      LOOK.label.sides.forEach(([dx, dy], rank) => {
        const { slid, slant } = LOOK.label;
        const off = (gap + distance) * (Math.min(Math.abs(dx), Math.abs(dy)) >= slid ? slant : 1);
        const beside = (part, size) => Math.abs(part) < slid ? part * size : Math.sign(part) * (off + size / 2);
        const cx = x + beside(dx, width), cy = y + beside(dy, height);
        const box = [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2];
        let cost = LOOK.label.side_cost * rank + LOOK.label.distance_cost * distance;
        if ((best && cost >= best.cost) || !this.free(box)) return;
        cost += this.cost(box);
        const far = distance >= FAR[0];
        if ((!best || cost < best.cost) && this.plain(box, x, y, far)) best = { cost, box, far };
      });
    }
    if (best) this.boxes.push(best.box);
    return best;
  }
}

Object.assign(MapView.prototype, {
  /** Writes the names of places where there is room; they stay put while time goes on. */
  label() {
    const { run } = this, axis = axisOf(run, view.axis);
    const sheet = this.sheet = new Sheet(this.width, this.height);
    const role = (i) => axis && (axis.sources.includes(i) || axis.sinks.some((s) => s.place === i));
    // of all runs of the page, so that names stand alike in their maps
    const onWay = new Set(), shut = new Set(DATA.runs.flatMap((other) => other.roads.filter((road) => road.shut).map((road) => road.id)));
    const number = new Map(run.places.map((place, i) => [place.id, i]));
    for (const other of [run, ...DATA.runs]) {
      const its = axisOf(other, view.axis);
      if (its) for (const way of Object.keys(its.flow)) for (const end of ["a", "b"]) onWay.add(number.get(other.places[other.roads[way][end]].id));
    }
    const outer = (i) => this.radius(run.places[i], i, axis) + (role(i) ? PLACE.sink[1] : run.places[i].gate ? PLACE.gate + 1 : 2);
    const seen = run.places.map((_, i) => i).filter((i) => this.shows(this.points[i]));
    for (const i of seen) {
      const [x, y] = this.points[i], r = outer(i);
      sheet.boxes.push([x - r, y - r, x + r, y + r]);
      sheet.marks.push([x, y, this.radius(run.places[i], i, axis)]);
    }
    sheet.boxes.push([this.width - 46, 0, this.width, 122]); // the zoom buttons
    run.roads.forEach((road, index) => {
      this.soften(sheet, road);
      if (road.exists || road.absent) {
        const [x, y] = [0, 1].map((k) => this.points[road.a][k] * (1 - ROAD.doubt_at) + this.points[road.b][k] * ROAD.doubt_at);
        sheet.boxes.push([x - 7, y - 7, x + 7, y + 7]);
      }
      if (!road.shut && !shut.has(road.id)) return;
      const [x, y] = this.middle({ kind: "road", index });
      sheet.boxes.push([x - 9, y - 9, x + 9, y + 9]);
    });
    this.marked = [...sheet.boxes];
    this.drawScale(sheet);
    const weight = (i) => [!role(i), !onWay.has(i), run.places[i].kind === "border crossing", -(run.places[i].people || 0), i];
    const order = seen.map((i) => [weight(i), i]).sort(([a], [b]) => {
      const k = a.findIndex((v, n) => v !== b[n]);
      return k < 0 ? 0 : a[k] - b[k];
    });
    const crowd = (i) => run.places[i].kind === "border crossing" && !role(i) &&
      seen.some((j) => j !== i && Math.hypot(this.points[i][0] - this.points[j][0], this.points[i][1] - this.points[j][1]) < 30);
    const texts = [], lines = [];
    for (const [, i] of order) {
      if (crowd(i)) continue;
      const points = role(i) ? LOOK.label.points_of_end : LOOK.label.points;
      const size = points * LOOK.dpi / 72 * (this.marks < 1 ? 0.92 : 1), bold = role(i) ? "bold " : "";
      const text = run.places[i].label;
      pen.font = `${bold}${size}px system-ui, sans-serif`;
      const width = pen.measureText(text).width + 5, [x, y] = this.points[i];
      const found = sheet.place(x, y, width, size * 1.3, outer(i) + 1, Math.min(this.width * 0.1, role(i) ? 80 : onWay.has(i) ? 36 : 0));
      if (!found) continue;
      const [left, top, right, bottom] = found.box;
      if (found.far) lines.push(draw("line", { x1: x, y1: y, x2: Math.min(Math.max(x, left), right), y2: Math.min(Math.max(y, top), bottom) }));
      texts.push(draw("text", { x: (left + right) / 2, y: (top + bottom) / 2, "font-size": size, class: role(i) ? "end" : null, "data-of": run.places[i].id }, text));
    }
    this.labels.replaceChildren(...texts);
    this.leaders.replaceChildren(...lines);
    this.nameCountries(sheet);
  },

  /** Points along a road that labels had better not cover. */
  soften(sheet, road) {
    const [a, b] = [this.points[road.a], this.points[road.b]];
    const out = (k, top) => Math.max(a[k], b[k]) < 0 || Math.min(a[k], b[k]) > top;
    if (out(0, this.width) || out(1, this.height)) return;
    const n = Math.min(200, Math.max(2, Math.floor(Math.hypot(b[0] - a[0], b[1] - a[1]) / 7)));
    for (let i = 0; i <= n; i++) {
      sheet.soft.push([a[0] + (b[0] - a[0]) * i / n, a[1] + (b[1] - a[1]) * i / n, 2]);
    }
  },

  /** Each country's name well inside what is seen of its land, where it touches nothing. */
  nameCountries(sheet) {
    const names = [];
    for (const path of this.ground.querySelectorAll("[data-name]")) {
      const inside = [];
      for (let i = 0.5; i < 14; i++) for (let j = 0.5; j < 12; j++) {
        const x = i / 14 * this.width, y = j / 12 * this.height;
        const point = new DOMPoint((x - this.width / 2) / this.size + this.centre[0], (y - this.height / 2) / this.size + this.centre[1]);
        if (path.isPointInFill(point)) inside.push([x, y]);
      }
      if (inside.length < 4) continue;
      const middle = [0, 1].map((k) => inside.reduce((sum, p) => sum + p[k], 0) / inside.length);
      pen.font = "13px system-ui, sans-serif";
      const text = path.dataset.name.toUpperCase();
      const width = pen.measureText(text).width + 2.5 * text.length, half = width / 2 + 4;
      inside.sort((p, q) => Math.hypot(p[0] - middle[0], p[1] - middle[1]) - Math.hypot(q[0] - middle[0], q[1] - middle[1]));
      const boxes = inside.map(([x, y]) => [x - half, y - 10, x + half, y + 10]).filter((b) => sheet.free(b));
      const box = boxes.find((b) => sheet.cost(b) === 0) || boxes.find((b) => sheet.cost(b) < 8);
      if (!box) continue;
      sheet.boxes.push(box);
      names.push(draw("text", { x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2 }, text));
    }
    this.countries.replaceChildren(...names);
  },

  drawScale(sheet) {
    const widest = this.width / 5 / this.size * DATA.km;
    const power = 10 ** Math.floor(Math.log10(widest));
    const km = [5, 2, 1].map((n) => n * power).find((n) => n <= widest);
    const long = km / DATA.km * this.size, wide = long + 70;
    const corners = [[12, this.height - 16], [this.width - wide, this.height - 16], [12, 18]];
    const box = ([x, y]) => [x - 6, y - 12, x + wide - 10, y + 12];
    const [x, y] = corners.find((corner) => sheet.free(box(corner))) || corners[0];
    const d = `M${x},${y - 4}v8v-4h${long}v-4v8`;
    this.scale.replaceChildren(draw("path", { d, class: "back" }), draw("path", { d }),
      draw("text", { x: x + 6 + long, y, "font-size": 12 }, `${km >= 1 ? grouped(km, 0) : km} km`));
    sheet.boxes.push(box([x, y]));
  },

  /** What the marks of this map mean, and no more than it shows. */
  legend(axis) {
    const { run } = this;
    const inside = this.places.filter((p) => p.shown.inside);
    const place = (f) => inside.some((p) => f(p.shown));
    const road = (f) => this.roads.some((p) => f(p.shown));
    const own = axis ? axis.actor : 0, whole = [[own, WHOLE]];
    const sample = (held, more) => sampleOf(
      draw("g", { class: "place", transform: more.cut || more.sink ? "scale(0.75)" : null }, ...mark(run, held, 5, more)));
    const held = new Set(inside.flatMap((p) => p.shown.held.map(([a]) => a)));
    const rows = (run.nobodys ? [] : [...held]).sort((a, b) => (b === own) - (a === own) || a - b).map((a) => [sample([[a, WHOLE]], {}), axis && a === own ? say("own", { actor: actorName(run.actors[a], this.width) }) : actorName(run.actors[a], this.width)]);
    if (place((s) => s.held.length > 1)) rows.push([sample([[own, WHOLE / 2], [(own + 1) % run.actors.length, WHOLE / 2]], {}), say(this.divided)]);
    if (place((s) => s.source)) rows.push([sample(whole, { source: true }), say("source")]);
    if (place((s) => s.sink)) rows.push([sample(whole, { sink: true }), say("sink")]);
    if (place((s) => s.ring)) rows.push([sample(whole, { ring: true }), say("besieged")]);
    if (run.places.some((p) => p.gate)) rows.push([sample(whole, { gate: true }), say("crossing")]);
    if (place((s) => s.sealed)) rows.push([sample(whole, { sealed: true }), say("sealed")]);
    const words = { cut: say(this.open ? "minimum_cut" : "lost") };
    if (place((s) => s.cut)) rows.push([sample(whole, { cut: true }), say("place_cut", words)]);
    const flowWords = say(this.mode === "planned" && run.asked ? "asked_flow" : FLOW_KEY[this.mode]);
    if (road((s) => s.can)) rows.push([roadSample(["case", null, 9], ["fill", null, 7]), axis ? say("usable", { rate: rate(this.largest) }) : say("road")]);
    if (road((s) => s.flow)) rows.push([roadSample(["case", null, 9], ["fill", null, 7], ["flow", null, 4], ["arrow", null, null, arrows([-17, 0], [17, 0], 0.8)]), flowWords]);
    if (road((s) => s.faint)) rows.push([roadSample(["flow", "faint", ROAD.faint]), say("faint", { rate: rate(this.largest * ROAD.faint / ROAD.widest / this.marks) })]);
    if (road((s) => s.full)) rows.push([roadSample(["case", null, 9], ["flow", null, 7], ["full", null, 2.8]), say("full")]);
    if (road((s) => s.oneway)) rows.push([roadSample(["case", null, 9], ["fill", null, 7], ["oneway", null, null, oneWays([-17, 0], [17, 0], 1)]), say("one_way")]);
    if (road((s) => s.cut)) rows.push([roadSample(["glow", null, 16], ["case", null, 7], ["fill", null, 5], ["bars", null, null, bars([-17, 0], [17, 0], 3, 0)]), say("road_cut", words)]);
    if (road((s) => !s.can)) rows.push([roadSample(["case", "unusable", 1.5]), say("unusable")]);
    if (road((s) => s.doubtful)) rows.push([roadSample(["case", null, 9], ["fill", null, 7], ["doubt", null, null, doubtRing([-17, 0], [11, 0], false, 1)]), say("doubtful")]);
    if (road((s) => s.absent)) rows.push([roadSample(["case", "unusable", 1.5], ["doubt", null, null, doubtRing([-17, 0], [11, 0], true, 1)]), say("absent")]);
    if (road((s) => s.shut && s.always)) rows.push([roadSample(["case", "unusable", 1.5], ["cross", "always", null, cross([0, 0], false)]), say("closed")]);
    if (road((s) => s.shut && !s.always)) rows.push([roadSample(["case", "unusable", 1.5], ["cross", "event", null, cross([0, 0], true)]), say("shut")]);
    const abroad = this.stands.filter(Boolean), afield = abroad.filter((stand) => this.shows(stand.xy));
    for (const doing of LOOK.states) {
      if (afield.some((stand) => stand.doing === doing)) {
        rows.push([sampleOf(
          draw("g", { class: "force" }, ...flag(run.actors[own], doing, [doing === "falling back" ? -1 : 1, 0]))), say("force", { doing })]);
      }
    }
    if (afield.some((stand) => stand.km > 0)) rows.push([sampleOf(
      draw("g", { class: "force" }, draw("path", { class: "way", d: "M-15,0H15" }))), say("way")]);
    if (this.pins.length) rows.push([sampleOf(
      draw("g", { class: "pin" }, ...pinShape([0, 10], [0, -3]))), this.pinWords()]);
    if (abroad.length > afield.length) rows.push([sampleOf(
      draw("g", { class: "force" }, draw("path", { class: "cloth", fill: run.actors[own].fill, d: through(FORCE.dart) + "Z" }))), say("beyond_edge")]);
    this.figure.querySelector(".legend").replaceChildren(...rows.map(([shape, text]) => make("li", {}, shape, nameOf(text))));
  },

  // --- keys, zoom, moving about --------------------------------------------------------

  listen() {
    this.rove({ kind: "place", index: this.firstPlace() });
    this.svg.addEventListener("keydown", (event) => this.key(event));
    const buttons = { in: () => this.zoomBy(1.5), out: () => this.zoomBy(1 / 1.5), fit: () => this.frameAxis() };
    for (const [name, act] of Object.entries(buttons)) {
      this.figure.querySelector(`[data-zoom=${name}]`).addEventListener("click", act);
    }
    this.svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2);
    }, { passive: false });
    let drag = null, moved = [0, 0];
    this.svg.addEventListener("pointerdown", (event) => {
      this.dragged = false;
      if (event.pointerType === "touch" && this.zoom <= 1) return;
      drag = [event.clientX, event.clientY];
    });
    addEventListener("pointermove", (event) => {
      if (!drag) return;
      const step = [event.clientX - drag[0], event.clientY - drag[1]];
      if (Math.hypot(...step) < 3) return;
      this.dragged = true;
      drag = [event.clientX, event.clientY];
      moved = moved.map((v, k) => v + step[k]);
      this.shift = this.shift.map((v, k) => v - step[k] / this.size);
      this.layout(moved);
    });
    addEventListener("pointerup", () => {
      if (moved[0] || moved[1]) this.layout();
      drag = null;
      moved = [0, 0];
    });
  },

  firstPlace() {
    const axis = axisOf(this.run, view.axis);
    return axis ? axis.sources[0] : 0;
  },

  zoomBy(factor) {
    this.zoom = Math.min(Math.max(this.zoom * factor, 0.05), 40);
    this.canvas.classList.toggle("zoomed", this.zoom > 1);
    this.layout();
  },

  /** Arrow keys go to the nearest place, road or force that way; Escape puts the tip away, Enter chooses. */
  key(event) {
    if (event.key === "Escape") { this.look(null); return; }
    if (event.key === "Enter" && this.focused && this.onpick) { event.preventDefault(); this.onpick(this.focused); return; }
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way || !this.focused) return;
    event.preventDefault();
    event.stopPropagation();
    const [x, y] = this.middle(this.focused);
    let best = null;
    const items = [...this.places.map((_, index) => ({ kind: "place", index })), ...this.roads.map((_, index) => ({ kind: "road", index })),
      ...this.forces.map((_, index) => ({ kind: "force", index })).filter(({ index }) => this.forces[index].seen)];
    for (const what of items) {
      const [u, v] = this.middle(what), dx = u - x, dy = v - y;
      const ahead = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (ahead < 1 || aside > ahead) continue;
      const cost = ahead + 2 * aside;
      if (!best || cost < best.cost) best = { cost, what };
    }
    if (best) this.element(best.what).focus();
  },
});
