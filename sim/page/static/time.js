"use strict";
// Round the slider: the curve that it lies on, turning points as small maps, causes of losses, the list of one axis.

const MOST_TURNS = 6, TURN = [132, 88]; // small maps, and their size in pixels

/** Where the capacity of an axis changes: [time, kg/day, change], the start with them. */
function turnsOf(axis) {
  const { capacity } = axis.series, turns = [];
  for (let i = 0; i < capacity.length; i += 2) turns.push([capacity[i], capacity[i + 1], i ? capacity[i + 1] - capacity[i - 1] : Infinity]);
  return turns.filter(([, , change]) => change);
}

/** The greatest changes of an axis, at most so many, in the order of time. */
function greatest(turns, most) {
  const kept = [...turns].sort((x, y) => Math.abs(y[2]) - Math.abs(x[2]) || x[0] - y[0]).slice(0, most);
  return turns.filter((turn) => kept.includes(turn));
}

/** A small map of what an axis may use at an instant, its ends, and what binds it or stands in its way. */
function smallMap(run, axis, time, largest) {
  const [wide, high] = TURN, [left, top, right, bottom] = axis.frame, pad = 8;
  const size = Math.min((wide - 2 * pad) / Math.max(right - left, 1), (high - 2 * pad) / Math.max(bottom - top, 1));
  const spotOf = (place) => [wide / 2 + (place.x - (left + right) / 2) * size, high / 2 + (place.y - (top + bottom) / 2) * size].map((v) => v.toFixed(1));
  const cut = at(axis.cuts, time, { places: [], roads: [] }), parts = [];
  run.roads.forEach((road, i) => {
    const [[x1, y1], [x2, y2]] = [road.a, road.b].map((p) => spotOf(run.places[p])), can = Math.max(...eachWay(at(axis.capacity[i], time, 0)));
    const bound = cut.roads.includes(i), line = (name, width) => parts.push(draw("line", { x1, y1, x2, y2, class: name, "stroke-width": width.toFixed(2) }));
    if (bound) line("bound", 5);
    if (can) line("usable", 0.6 + roadWidth(can, largest) / 3);
    else if (bound) line("gone", 1);
  });
  const spot = (i, name, r) => { const [cx, cy] = spotOf(run.places[i]); parts.push(draw("circle", { cx, cy, r, class: name })); };
  for (const i of cut.places) spot(i, "bound", 4.5);
  for (const i of axis.sources) spot(i, "source", 3);
  for (const { place } of axis.sinks) spot(place, "sink", 3.5);
  return draw("svg", { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, "aria-hidden": true }, ...parts);
}

/** Fills the row of turning points of the axis on show. */
function drawTurns(box, run, largest) {
  const axis = axisOf(run, view.axis), turns = axis ? turnsOf(axis) : [], shown = greatest(turns, MOST_TURNS);
  put(box, { hidden: turns.length < 2 });
  const buttons = shown.map(([time, kg]) => {
    const words = [dateOf(run, time), rate(kg)], button = make("button", { type: "button", "data-turn": time, "aria-label": say("turn", { date: words[0], rate: words[1] }) },
      smallMap(run, axis, time, largest), make("strong", {}, words[0]), make("span", {}, words[1]));
    button.addEventListener("click", () => { stop(); view.go(time); });
    return button;
  });
  const more = turns.length - shown.length;
  box.replaceChildren(...buttons, ...(more ? [make("p", {}, say("turns_more", { n: more }))] : []));
}

/** Marks the turning point that holds now. */
function markTurn(box) {
  const buttons = [...box.querySelectorAll("[data-turn]")], now = buttons.filter((button) => Number(button.dataset.turn) <= view.time).pop();
  for (const button of buttons) put(button, { "aria-current": button === now ? "true" : null });
}

/** Draws what the axis can carry as the ground under the slider, as far as its thumb goes. */
function drawTrack(svg, run) {
  const axis = axisOf(run, view.axis), wide = svg.clientWidth, high = svg.clientHeight, thumb = 8;
  if (!axis || !wide) { svg.replaceChildren(); return; }
  const points = corners(axis.series.capacity, view.end, true), top = Math.max(...points.map(([, kg]) => kg), 1);
  const line = points.map(([t, kg]) => `${(thumb + t / view.end * (wide - 2 * thumb)).toFixed(1)},${(high - kg / top * (high - 2)).toFixed(1)}`).join("L");
  put(svg, { viewBox: `0 0 ${wide} ${high}` });
  svg.replaceChildren(draw("path", { class: "under", d: `M${thumb},${high}L${line}V${high}Z` }), draw("path", { class: "curve", d: `M${line}` }));
}

/** The losses of the axis that matter, with what the list says caused each: [time, kg/day lost, causes]. */
function lossesOf(run, items) {
  const axis = axisOf(run, view.axis), losses = axis ? turnsOf(axis).filter(([, , change]) => change < 0) : [];
  return greatest(losses, MOST_TURNS).map(([time, , change]) => {
    const causes = items.filter((one) => one.time === time).flatMap(({ item }) => [...item.querySelectorAll(".causes > li")].map((li) => li.textContent));
    return [time, -change, causes.join("; ")];
  });
}

/** Chips that say what caused the losses of an axis, numbered as the curve is. */
function drawChips(box, run, items) {
  const losses = lossesOf(run, items);
  put(box, { hidden: !losses.length });
  box.replaceChildren(...losses.map(([time, lost, causes], i) => {
    const words = say(causes ? "loss" : "loss_alone", { date: dateOf(run, time), lost: rate(lost), causes });
    const button = make("button", { type: "button" }, make("b", {}, String(i + 1)), make("span", {}, nameOf(words)));
    button.addEventListener("click", () => { stop(); view.go(time); });
    return make("li", {}, button);
  }));
  return losses;
}

/** Shows in the list of what happened all, or what changed the axis on show alone. */
function filterList(items, alone) {
  for (const { item } of items) item.hidden = alone && !(item.dataset.axes || "").split(" ").includes(view.axis);
  const none = document.getElementById("none-happened");
  if (none) none.hidden = items.some(({ item }) => !item.hidden);
}
