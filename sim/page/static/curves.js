"use strict";
// Curves over time with a cursor, and the chart of who held what.

const NICE = [1, 2, 2.5, 5, 10];

/** Round ticks from `low` to `high`, some `count` of them. */
function ticks(low, high, count) {
  const raw = Math.max(high - low, 1e-9) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = NICE.map((n) => n * power).find((n) => n >= raw - 1e-12);
  const found = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-6; v += step) found.push(Math.abs(v) < step / 1e6 ? 0 : v);
  return found;
}

/** Dates for a time axis: [seconds, label] a readable distance apart. */
function dateTicks(run, end, width) {
  const room = Math.max(2, Math.floor(width / 70));
  const days = end / DAY;
  if (!run.start) return ticks(0, days, room).filter((d) => Number.isInteger(d)).map((d) => [d * DAY, String(d)]);
  const found = [], first = calendar(run, 0);
  const label = (date) => `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()].slice(0, 3)}`;
  if (days > 21) {
    const each = Math.max(1, Math.ceil(days / 30.4 / room));
    const half = days / 15.2 <= room;
    for (let m = 0; m * 30 < days + 60; m++) {
      for (const day of half ? [1, 15] : [1]) {
        const date = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + m, day));
        const time = (date - first) / 1000;
        if (time >= 0 && time <= end && (half || date.getUTCMonth() % each === 0)) found.push([time, label(date)]);
      }
    }
    return found;
  }
  const each = Math.max(1, Math.ceil(days / room));
  for (let d = 0; d <= days; d += each) found.push([d * DAY, label(calendar(run, d * DAY))]);
  return found;
}

/** Points [time, value] of a flat series, ready to be joined: steps get their corners. */
function corners(changes, end, steps) {
  const points = [];
  for (let i = 0; i < changes.length; i += 2) {
    if (steps && points.length) points.push([changes[i], points[points.length - 1][1]]);
    points.push([changes[i], changes[i + 1]]);
  }
  if (points.length && points[points.length - 1][0] < end) points.push([end, points[points.length - 1][1]]);
  return points;
}

/** The sum of some series at all their times, flat again. */
function added(many, read) {
  return timesOf(many).flatMap((t) => [t, many.reduce((sum, c) => sum + read(c, t), 0)]);
}

/** kg/day unloaded between samples, from cumulative kg. */
function rates(total) {
  const found = [];
  for (let i = 0; i + 3 < total.length; i += 2) {
    if (total[i + 2] > total[i]) found.push(total[i], (total[i + 3] - total[i + 1]) * DAY / (total[i + 2] - total[i]));
  }
  return found.length ? found : [0, 0];
}

/** What the panels show of an axis. Each line: name, look, flat series, whether it is stepped; `names` are those of several runs. */
function panelsOf(runs, id, names = [..."ABCDEF"]) {
  const axes = runs.map((run) => axisOf(run, id));
  const stock = (axis) => added(axis.sinks.map((s) => s.stock), between);
  const arrived = (axis) => added(axis.sinks.map((s) => s.delivered), (c, t) => at(c, t, 0));
  if (runs.length > 1) {
    const look = (k) => runs.length === 2 ? ["one", "two"][k] : `line${k} deep${runs.length - 1 - k}`; // equal curves show as nested ones
    const each = (title, unit, read, steps) => {
      const [first, ...others] = axes.map((axis) => axis ? read(axis) : [0, 0]);
      const value = steps ? (c, t) => at(c, t, 0) : between;
      const less = (other) => timesOf([first, other]).flatMap((t) => [t, value(other, t) - value(first, t)]);
      return [
        { title, unit, lines: [first, ...others].map((series, k) => [names[k], look(k), series, steps]) },
        { title: say("difference", { title }), unit, zero: true,
          lines: others.map((series, k) => [`${names[k + 1]} \u2212 ${names[0]}`, runs.length === 2 ? "gap" : look(k + 1), less(series), steps]) },
      ];
    };
    return [
      ...each(say("carry_title"), "t/day", (axis) => axis.series.capacity, true),
      ...each(say("arrived_title"), "t", arrived, true),
      ...each(say("stock_title"), "t", stock, false),
    ];
  }
  const [axis] = axes, [run] = runs;
  const force = (read, steps) => run.forces.slice(0, 6).map((f, i) => [f.name, "line" + i, read(f), steps]);
  const lacking = axis.sinks.length > 6 ? [...axis.sinks].sort((a, b) => b.lacks - a.lacks) : axis.sinks;
  const stocks = say("stock_title") + (lacking.length > 6 ? say("stock_more", { n: lacking.length - 6 }) : "");
  const found = [
    { title: say("carry_title"), unit: "t/day", losses: true, lines: [["capacity", "one area", axis.series.capacity, true],
      ...(axis.series.what_if ? [["what if", "two", axis.series.what_if, true]] : []), ["demand", "dash", axis.series.demand, true]], bands: axis.bands },
    { title: say("given_title"), unit: "t/day", lines: [
      ["delivered", "bars", rates(arrived(axis)), true], ["deliverable", "flow", axis.series.deliverable, true], ["demand", "dash", axis.series.demand, true]],
    short: [axis.series.deliverable, axis.series.demand] },
    { title: stocks, unit: "t", lines: lacking.slice(0, 6).map((s, i) => [placeName(run, s.place), "line" + i, s.stock, false]) },
  ];
  if (run.forces.length) {
    found.push({ title: say("where_title"), unit: "km", lines: force((f) => f.at, false) },
      { title: say("strength_title"), unit: "persons", scale: 1000, lines: force((f) => f.strength, true) });
  }
  return found;
}

class Curves {
  constructor(figure, runs, panels) {
    this.figure = figure;
    this.runs = runs;
    this.panels = panels;
    this.end = Math.max(...runs.map((run) => run.end));
    this.box = figure.querySelector(".panels");
    new ResizeObserver(() => { if (this.box.clientWidth !== this.width) this.layout(); }).observe(this.box);
    this.layout();
  }

  layout() {
    this.width = this.box.clientWidth;
    if (!this.width) return;
    this.left = 46;
    this.right = this.width - 12;
    this.cursors = [];
    this.values = [];
    const axis = this.runs.map((run) => axisOf(run, view.axis)).find(Boolean);
    this.figure.querySelector("h3 .found").replaceChildren(nameOf(axis ? axis.name : "Nothing"));
    this.box.replaceChildren(...this.panels().flatMap((panel, i, all) => this.panel(panel, i === all.length - 1)));
    this.move();
  }

  x(time) { return this.left + time / this.end * (this.right - this.left); }

  panel(panel, last) {
    const bands = panel.bands || [], high = panel.zero ? 96 : 124, foot = (last ? 22 : 6) + 12 * bands.length;
    const scale = 1000 / (panel.scale || 1);
    const points = panel.lines.map(([, , series, steps]) => corners(series, this.end, steps).map(([t, v]) => [t, v / scale]));
    const all = points.flat().map((p) => p[1]);
    const top = Math.max(0, ...all), low = Math.min(0, ...all);
    const span = top - low || 1, lowest = low < 0 ? low - span * 0.08 : 0, highest = top > 0 || low === 0 ? top + span * 0.1 : span * 0.1;
    const y = (v) => 4 + (highest - v) / (highest - lowest) * (high - 8);
    const svg = draw("svg", { class: "panel", role: "img", width: this.width, height: high + foot, viewBox: `0 0 ${this.width} ${high + foot}`, "aria-label": this.tell(panel) });
    for (const v of ticks(lowest, highest, 3)) {
      svg.append(draw("path", { class: panel.zero && v === 0 ? "zero" : "grid", d: `M${this.left},${y(v).toFixed(1)}H${this.right}` }),
        draw("text", { x: this.left - 6, y: y(v), class: "value" }, numeral(v)));
    }
    for (const [time, label] of last ? dateTicks(this.runs[0], this.end, this.right - this.left) : []) {
      svg.append(draw("text", { x: Math.min(this.x(time), this.right - 8), y: high + 14, class: "date" }, label));
    }
    bands.forEach(([text, spans], row) => svg.append(...this.band(row + 1, text, spans, high + 4 + 12 * row)));
    for (const time of this.marks()) svg.append(draw("path", { class: "event", d: `M${this.x(time).toFixed(1)},4V${high - 4}` }));
    if (panel.short) svg.append(draw("path", { class: "short", d: this.shortfall(panel.short, scale, y) }));
    panel.lines.forEach(([, look], i) => {
      const path = points[i].map(([t, v]) => `${this.x(t).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
      if (/area|bars|gap/.test(look)) svg.append(draw("path", { class: look + " under", d: `M${this.x(points[i][0][0]).toFixed(1)},${y(0).toFixed(1)}L${path}L${this.right},${y(0).toFixed(1)}Z` }));
      svg.append(draw("path", { class: "curve " + look, d: "M" + path }));
    });
    if (panel.losses) svg.append(...this.numbers(y, scale));
    const cursor = draw("path", { class: "cursor" });
    svg.append(cursor);
    this.cursors.push([cursor, high]);
    this.drag(svg);
    const names = panel.lines.map(([name, look, series, steps]) => {
      const value = make("output", {});
      this.values.push([value, (t) => (steps ? at(series, t, 0) : between(series, t)) / scale, panel.unit]);
      const sample = draw("svg", { class: "sample", viewBox: "0 0 24 12", "aria-hidden": true }, draw("path", { class: "curve " + look, d: "M1,6H23" }));
      return make("li", {}, sample, nameOf(name), " ", value);
    });
    if (panel.short) {
      const sample = draw("svg", { class: "sample", viewBox: "0 0 24 12", "aria-hidden": true }, draw("rect", { class: "short", width: 24, height: 12 }));
      names.push(make("li", {}, sample, say("shortfall")));
    }
    bands.forEach(([text], row) => names.push(make("li", {}, `${row + 1}: `, nameOf(text))));
    return [make("h4", {}, nameOf(panel.title), make("span", {}, ", " + panel.unit)), make("ul", { class: "names" }, ...names), svg];
  }

  /** Numbers on the first curve the losses [time, kg/day lost, ...]; they stay while it is drawn anew. */
  mark(losses) {
    this.losses = losses;
    this.layout();
  }

  /** The numbers of the losses on a panel, each where the curve falls, none on another. */
  numbers(y, scale) {
    const axis = axisOf(this.runs[0], view.axis), seen = [];
    return (axis ? this.losses || [] : []).map(([time], i) => {
      const x = this.x(time), before = at(axis.series.capacity, time - 1, 0) / scale, row = seen.filter((other) => Math.abs(other - x) < 16).length;
      seen.push(x);
      const cx = Math.min(x + 9, this.right - 8), cy = y(before) + 10 + 17 * row;
      return draw("g", { class: "loss" }, draw("circle", { cx, cy, r: 7.5 }), draw("text", { x: cx, y: cy }, String(i + 1)));
    });
  }

  /** A row below a panel: when a profile multiplies; outlined where by more than 1. */
  band(number, text, spans, y) {
    const found = [draw("text", { x: this.left - 6, y: y + 3, class: "value" }, String(number))];
    for (let i = 0; i < spans.length; i += 3) {
      const [from, until, factor] = spans.slice(i, i + 3), x = this.x(from);
      const look = { class: factor < 1 ? "band" : "band more", x: x.toFixed(1), y, width: (this.x(until) - x).toFixed(1), height: 6 };
      found.push(draw("rect", look, draw("title", {}, text)));
    }
    return found;
  }

  /** Boxes where what could be delivered is less than what is asked for. */
  shortfall([given, asked], scale, y) {
    const times = timesOf([given, asked]);
    return times.map((t, i) => {
      const [low, high] = [at(given, t, 0) / scale, at(asked, t, 0) / scale];
      const to = i + 1 < times.length ? times[i + 1] : this.end;
      if (low >= high) return "";
      return `M${this.x(t).toFixed(1)},${y(low).toFixed(1)}V${y(high).toFixed(1)}H${this.x(to).toFixed(1)}V${y(low).toFixed(1)}Z`;
    }).join("");
  }

  /** The panel in words, for those who do not see it. */
  tell(panel) {
    const scale = 1000 / (panel.scale || 1);
    const lines = panel.lines.map(([name, , series]) => {
      const values = series.filter((_, i) => i % 2).map((v) => v / scale);
      const [first, last, least, greatest] = [values[0], values[values.length - 1], Math.min(...values), Math.max(...values)].map(numeral);
      return say("line_told", { name, first, last, least, greatest });
    });
    return say("panel_told", { title: panel.title, unit: panel.unit, lines: lines.join("; ") });
  }

  /** Instants at which something changed the axis. */
  marks() {
    return this.runs.flatMap((run) => {
      const axis = axisOf(run, view.axis);
      return axis ? axis.series.capacity.filter((_, i) => i % 2 === 0 && i) : [];
    });
  }

  drag(svg) {
    const go = (event) => {
      const x = event.clientX - svg.getBoundingClientRect().left;
      view.go((x - this.left) / (this.right - this.left) * this.end);
    };
    svg.addEventListener("pointerdown", (event) => {
      go(event);
      if (event.pointerType === "touch") return;
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", (event) => { if (event.buttons && svg.hasPointerCapture(event.pointerId)) go(event); });
  }

  move() {
    if (!this.cursors) return;
    const x = this.x(view.time).toFixed(1);
    for (const [cursor, high] of this.cursors) put(cursor, { d: `M${x},0V${high}` });
    for (const [output, read, unit] of this.values) output.textContent = `${numeral(read(view.time))} ${unit}`;
  }
}

/** Who held each place that changed hands or was besieged: a row a place. */
class Holding {
  constructor(figure, run) {
    Object.assign(this, { figure, run });
    this.box = figure.querySelector(".panels");
    const changed = (c, least) => Array.isArray(c) && c.length > least;
    this.rows = run.places.map((place, i) => ({ place, i }))
      .filter(({ place }) => changed(place.held, 2) || changed(place.ring, 2))
      .map((row) => ({ ...row, first: Math.min(...[row.place.held, row.place.ring].filter((c) => changed(c, 2)).map((c) => c[2])) }))
      .sort((a, b) => a.first - b.first || a.i - b.i);
    if (!this.rows.length) this.box.replaceChildren(make("p", {}, say("holding_none")));
    new ResizeObserver(() => { if (this.box.clientWidth !== this.width) this.layout(); }).observe(this.box);
    this.layout();
  }

  x(time) { return this.left + time / view.end * (this.width - 10 - this.left); }

  layout() {
    this.width = this.box.clientWidth;
    if (!this.width || !this.rows.length) return;
    this.left = this.width < 500 ? 108 : 190;
    const { run } = this, row = 24, high = this.rows.length * row;
    const svg = draw("svg", { class: "panel holding", role: "img", width: this.width, height: high + 24, viewBox: `0 0 ${this.width} ${high + 24}`, "aria-label": this.tell() });
    this.rows.forEach(({ place }, n) => {
      const y = n * row + 4;
      svg.append(draw("text", { x: this.left - 8, y: y + 8, class: "value" }, fitted(place.label, this.left - 10)));
      for (const [from, to, held] of spans(place.held, run.end)) {
        let top = y;
        const parts = held.length ? held : [[-1, WHOLE]];
        for (const [actor, ppm] of parts) {
          const tall = 16 * ppm / WHOLE;
          svg.append(draw("rect", { x: this.x(from).toFixed(1), y: top.toFixed(1), width: Math.max(1, this.x(to) - this.x(from)).toFixed(1), height: tall.toFixed(1), fill: paint(actor < 0 ? LOOK.nobody : run.actors[actor]) }));
          top += tall;
        }
      }
      for (const [from, to, ring] of spans(place.ring || [0, []], run.end)) {
        if (ring.length) svg.append(draw("path", { class: "siege", d: `M${this.x(from).toFixed(1)},${y + 18.5}H${this.x(to).toFixed(1)}` }));
      }
    });
    for (const [time, label] of dateTicks(run, view.end, this.width - this.left)) {
      svg.append(draw("text", { x: this.x(time), y: high + 16, class: "date" }, label));
    }
    this.cursor = svg.appendChild(draw("path", { class: "cursor" }));
    this.high = high;
    svg.addEventListener("pointerdown", (event) => {
      view.go((event.clientX - svg.getBoundingClientRect().left - this.left) / (this.width - 10 - this.left) * view.end);
    });
    const held = [...new Set(this.rows.flatMap(({ place }) => place.held.filter((_, i) => i % 2).flat().map(([a]) => a)))].sort((a, b) => a - b);
    const key = held.map((a) => make("li", {}, draw("svg", { class: "sample", viewBox: "0 0 24 12", "aria-hidden": true }, draw("rect", { width: 24, height: 12, fill: paint(run.actors[a]), class: "swatch" })), nameOf(actorName(run.actors[a], this.width))));
    key.push(make("li", {}, draw("svg", { class: "sample", viewBox: "0 0 24 12", "aria-hidden": true }, draw("path", { class: "siege", d: "M0,6H24" })), say("besieged")));
    this.box.replaceChildren(make("ul", { class: "names" }, ...key), svg);
    this.move();
  }

  /** The rows in words and numbers: place, from, to, holders, besieged. */
  table() {
    const { run } = this, rows = [];
    for (const { place } of this.rows) {
      for (const [from, to, held] of spans(place.held, run.end)) {
        const who = held.map(([a, ppm]) => run.actors[a].name + (ppm === WHOLE ? "" : ` ${numeral(ppm / 10000)} %`));
        rows.push([place.name, dateOf(run, from), dateOf(run, to), who.join(", ") || say("nobody")]);
      }
    }
    return makeTable(say("held_table"), HEADS.holding, rows);
  }

  tell() {
    return say("holding_told", { n: this.rows.length });
  }

  move() {
    if (this.cursor) put(this.cursor, { d: `M${this.x(view.time).toFixed(1)},0V${this.high}` });
  }
}

/** The text in so many pixels, with an ellipsis where it is cut. */
function fitted(text, room) {
  const cut = (n) => n < text.length ? text.slice(0, n).trimEnd() + "\u2026" : text;
  let n = text.length;
  while (n > 1 && textWidth(cut(n)) > room) n -= 1;
  return cut(n);
}

/** [from, to, value] of a list of changes over the period. */
function spans(changes, end) {
  const found = [];
  for (let i = 0; i < changes.length; i += 2) {
    const to = i + 2 < changes.length ? changes[i + 2] : end;
    if (to > changes[i]) found.push([changes[i], to, changes[i + 1]]);
  }
  return found;
}
