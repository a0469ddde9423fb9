"use strict";
// The marks of the map as shapes: places by holder, roads by state, in pixels round a point.

const { road: ROAD, place: PLACE } = LOOK;

/** Width of a rate on the map, in proportion to it. */
const roadWidth = (kg, largest) => largest > 0 ? ROAD.widest * Math.min(Math.max(kg, 0), largest) / largest : 0;

/** Outline of a marker of a shape round (0, 0). */
function outline(shape, radius) {
  const r = radius * LOOK.optical[shape];
  const spin = (n, turn, size) => Array.from({ length: n }, (_, i) => {
    const a = ((i / n) * 2 + turn) * Math.PI;
    const d = Array.isArray(size) ? size[i % size.length] : size;
    return [d * Math.sin(a), -d * Math.cos(a)];
  });
  const crossed = (turn) => {
    const w = r / 3;
    const arms = [[w, r], [w, w], [r, w], [r, -w], [w, -w], [w, -r], [-w, -r], [-w, -w], [-r, -w], [-r, w], [-w, w], [-w, r]];
    const [c, s] = [Math.cos(turn), Math.sin(turn)];
    return arms.map(([x, y]) => [x * c - y * s, x * s + y * c]);
  };
  const points = {
    square: () => [[-r, -r], [r, -r], [r, r], [-r, r]],
    triangle: () => [[0, -r], [r, r], [-r, r]],
    down: () => [[0, r], [r, -r], [-r, -r]],
    diamond: () => spin(4, 0, r * Math.SQRT2),
    pentagon: () => spin(5, 0, r),
    hexagon: () => spin(6, 0, r),
    plus: () => crossed(0),
    cross: () => crossed(Math.PI / 4),
    star: () => spin(10, 0, [r, r * 0.4]),
  }[shape];
  if (!points) return `M${-r},0a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0Z`;
  return "M" + points().map((p) => p.map((v) => v.toFixed(2)).join(",")).join(" ") + "Z";
}

/** An actor in a key so wide: its short name where there is no room. */
const actorName = (look, width) => width < 520 && look.brief || look.name;

/** What fills the ground of an actor: its colour with its hatch, as in the figures. */
function paint(look) {
  if (!look.hatch) return look.fill;
  const id = `hatch-${look.fill.slice(1)}-${Object.keys(LOOK.hatches).indexOf(look.hatch)}`, side = { width: LOOK.tile, height: LOOK.tile };
  if (!document.getElementById(id)) document.querySelector("svg.hidden defs").append(draw("pattern", { id, ...side, patternUnits: "userSpaceOnUse" },
    draw("rect", { ...side, fill: look.fill }), draw("path", { d: LOOK.hatches[look.hatch], fill: "none", stroke: look.line })));
  return `url(#${id})`;
}

/** A wedge of a divided place, clockwise from the top; shares of one turn. */
function wedge(radius, from, to) {
  const point = (share) => {
    const a = share * 2 * Math.PI;
    return `${(radius * Math.sin(a)).toFixed(2)},${(-radius * Math.cos(a)).toFixed(2)}`;
  };
  return `M0,0L${point(from)}A${radius},${radius} 0 ${to - from > 0.5 ? 1 : 0} 1 ${point(to)}Z`;
}

/** Size of marks, 0.12 to 1: smaller where places stand close together; judged by some of them. */
function crowding(points) {
  const some = points.filter((_, i) => i % Math.ceil(points.length / 100) === 0);
  const apart = some.map(([x, y]) => Math.min(...points.map(([u, v]) => Math.hypot(u - x, v - y) || Infinity)));
  const middle = apart.sort((a, b) => a - b)[apart.length >> 1];
  return Math.min(1, Math.max(0.12, middle / 26));
}

/** Heads along the flow of a road. */
function arrows(a, b, marks) {
  return heads(a, b, ROAD.arrow * marks, ROAD.arrow_at);
}

/** A sample of what a key explains. */
const sampleOf = (...parts) => draw("svg", { class: "sample", viewBox: "-17 -12 34 24", "aria-hidden": true }, ...parts);

/** A sample of a road in layers, each a name, a class, a width, and a path where it is no line. */
const roadSample = (...layers) => sampleOf(...layers.map(([layer, name, width, d]) =>
  draw("g", { class: "roads " + layer }, draw("path", { class: name, "stroke-width": width, d: d || "M-13,0H13" }))));

/** Heads of what goes both ways, each past the middle. */
function bothWays(a, b, marks) {
  return [[a, b], [b, a]].map(([from, to]) => heads(from, to, ROAD.arrow * marks, [[0.7], [0.7]])).join("");
}

/** Smaller heads along a road that is open from a to b alone. */
function oneWays(a, b, marks) {
  return heads(a, b, ROAD.one_way * marks, ROAD.one_way_at);
}

/** Heads of a size from a toward b, at these shares of a short and of a long road. */
function heads(a, b, size, places) {
  const along = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(...along);
  if (length < 4 * size) return "";
  const u = along.map((v) => v / length), side = [-u[1], u[0]];
  return places[length > ROAD.long ? 1 : 0].map((share) => {
    const m = [a[0] + along[0] * share, a[1] + along[1] * share];
    const corner = ([f, s]) => [0, 1].map((k) => (m[k] + (u[k] * f + side[k] * s) * size).toFixed(1)).join(",");
    return `M${ROAD.arrow_corners.map(corner).join(" ")}Z`;
  }).join("");
}

/** A ring on a road that may not be there, with a stroke through it where it is not. */
function doubtRing(a, b, absent, marks) {
  const r = ROAD.doubt * Math.max(marks, 0.7), d = (2 * r).toFixed(1), arm = 1.2 * r;
  const [x, y] = [0, 1].map((k) => a[k] + (b[k] - a[k]) * ROAD.doubt_at);
  const ring = `M${(x - r).toFixed(1)},${y.toFixed(1)}a${r},${r} 0 1 0 ${d},0a${r},${r} 0 1 0 -${d},0Z`;
  return absent ? `${ring}M${(x - arm).toFixed(1)},${(y + arm).toFixed(1)}l${2 * arm},${-2 * arm}` : ring;
}

/** Two bars across a road, as thin boxes. */
function bars(a, b, wide, marks) {
  const along = [b[0] - a[0], b[1] - a[1]];
  const length = Math.max(Math.hypot(...along), 1e-9);
  const u = along.map((v) => v / length), beyond = wide / 2 + ROAD.beyond;
  const half = length < ROAD.short ? Math.max(beyond, ROAD.reach * Math.max(marks, 0.7)) : beyond;
  const m = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  return [-ROAD.bars, ROAD.bars].map((s) => {
    const corner = (f, h) => `${(m[0] + u[0] * f - u[1] * h).toFixed(1)},${(m[1] + u[1] * f + u[0] * h).toFixed(1)}`;
    return `M${corner(s - 1.6, -half)} ${corner(s + 1.6, -half)} ${corner(s + 1.6, half)} ${corner(s - 1.6, half)}Z`;
  }).join("");
}

/** A cross on a road: bold, as a shape, where an event closed it; else two thin lines. */
function cross([x, y], bold) {
  const move = `M${x.toFixed(1)},${y.toFixed(1)}`;
  if (!bold) return `${move}m-4,-4l8,8m0,-8l-8,8`;
  return `${move}m0,-2.2l5,-5l2.2,2.2l-5,5l5,5l-2.2,2.2l-5,-5l-5,5l-2.2,-2.2l5,-5l-5,-5l2.2,-2.2z`;
}

/** The parts of a place's mark round (0, 0): what it is, who holds it, what befell it. */
function mark(run, held, r, { cut, source, sink, sealed, ring, gate }) {
  const parts = [];
  const circle = (radius, name) => parts.push(draw("circle", { r: radius.toFixed(1), class: name }));
  if (cut) { circle(r + PLACE.cut, "cut back"); circle(r + PLACE.cut, "cut"); }
  const roles = (source ? PLACE.source : sink ? PLACE.sink : []).map((more) => r + more);
  for (const radius of roles) { circle(radius, "role back"); circle(radius, "role"); }
  const siege = r + (roles.length ? PLACE.siege_of_end : PLACE.siege), post = r + PLACE.gate;
  if (ring) { circle(siege, "ring back"); circle(siege, "ring"); }
  if (gate) for (const name of ["gate back", "gate"]) parts.push(draw("path", { class: name, d: `M${-post},${-r - 1}V${r + 1}M${post},${-r - 1}V${r + 1}` }));
  const known = held.map(([actor, ppm]) => [run.actors[actor], ppm / WHOLE]);
  const rest = 1 - known.reduce((sum, [, share]) => sum + share, 0);
  if (rest > PLACE.rest || !known.length) known.push([LOOK.nobody, rest]);
  if (known.length === 1) {
    const d = outline(known[0][0].shape, r);
    parts.push(draw("path", { d, class: "rim" }), draw("path", { d, class: "body", fill: known[0][0].fill }));
  } else {
    circle(r + PLACE.plate, "plate");
    let from = 0;
    for (const [look, share] of known) {
      parts.push(draw("path", { d: wedge(r + PLACE.pie, from, from + share), class: "body", fill: paint(look) }));
      from += share;
    }
  }
  if (sealed) for (const name of ["seal back", "seal edge", "seal"]) parts.push(draw("path", { class: name, d: `M${-r - PLACE.seal},0H${r + PLACE.seal}` }));
  parts.push(draw("circle", { r: Math.max(r + 3, 10), class: "hit" }));
  return parts;
}
