"use strict";
// The page: time, play, keys, the list of what happened, tables on demand, light and dark.

const $ = (selector) => document.querySelector(selector);
const $$ = (selector) => [...document.querySelectorAll(selector)];
const PERIOD_IN = 24000; // ms that the whole period takes to play
const STILL_STEP = 1500; // ms a state, where motion is not wanted

const apart = $("figure.differ") ? new ApartMap($("figure.differ")) : null;
const mapOf = (run, figure) => DATA.chances ? new ChanceMap(run, figure) : new MapView(run, figure);
const panels = () => DATA.chances ? chancePanels(view.axis) : panelsShown();
const alone = $$("figure.map[data-run]").map((figure) => mapOf(DATA.runs[Number(figure.dataset.run)], figure));
const maps = apart ? [...alone, apart] : alone;
const curves = $("figure.curves") ? [new Curves($("figure.curves"), DATA.runs, panels)] : [];
const holdings = $$("figure.holdings").map((figure) => new Holding(figure, DATA.runs[Number(figure.dataset.run)]));
const slider = $("#time"), day = $("#day"), said = $("#said"), play = $("#play"), choice = $("#axis");
const asking = DATA.what_if ? new WhatIf(maps[0], curves) : null;
const guessing = asking ? new Guess(asking) : null;
const exploring = DATA.explore ? new Explore(asking) : null;
const turns = $("#turns"), chips = $("#chips"), track = $("#track");
const entries = $$("[data-time]").map((item) => ({ item, time: Number(item.dataset.time) }));
const single = DATA.runs.length === 1 && !DATA.chances; // list, map and slider are of the same run
const instants = [...new Set(DATA.runs.flatMap((run) => run.times))].sort((a, b) => a - b);

/** The panels of the axis on show. */
function panelsShown() {
  return [...panelsOf(DATA.runs, view.axis), ...(DATA.explore ? panelsBeside(DATA.explore.base, view.axis) : [])];
}

// --- time ------------------------------------------------------------------------------

let telling = 0;

function show(what) {
  if (what === "axis") {
    choice.value = view.axis;
    if (asking) asking.follow();
    for (const map of maps) map.frameAxis();
    for (const chart of curves) chart.layout();
    surround();
    retable();
  }
  const run = DATA.runs[0];
  slider.value = view.time;
  const words = dateOf(run, view.time), number = Math.floor(view.time / DAY);
  slider.setAttribute("aria-valuetext", words);
  day.replaceChildren(make("strong", {}, words), say("day_of", { n: number, of: Math.round(view.end / DAY) }));
  if (asking) { asking.follow(); asking.soon(); }
  const last = entries.filter((entry) => entry.time <= view.time).map((entry) => entry.time).pop();
  if (single) maps[0].pin((entries.find((entry) => entry.time === last) || { item: null }).item);
  for (const map of maps) map.draw();
  if (turns) markTurn(turns);
  if (apart) $("#apart").replaceChildren(make("strong", {}, "Apart on this day: "), nameOf(apart.words()));
  for (const chart of [...curves, ...holdings]) chart.move();
  for (const { item, time } of entries) put(item, { "aria-current": time === last ? "true" : null });
  clearTimeout(telling);
  if (!view.playing) telling = setTimeout(announce, 500);
}

/** Draws anew what stands round the slider: all of it is of the axis on show. */
function surround() {
  const run = DATA.runs[0];
  if (turns) drawTurns(turns, run, maps[0].largest);
  if (single) drawTrack(track, run);
  if (chips) curves[0].mark(drawChips(chips, run, entries));
  filterList(entries, Boolean($("[data-list=axis][aria-pressed=true]")));
}

/** Says the day and what the axis on show can carry, once the reader has stopped moving. */
function announce() {
  const run = asking ? asking.map.run : DATA.runs[0], axis = axisOf(run, view.axis);
  const date = dateOf(run, view.time), more = asking ? asking.address : "";
  const map = asking ? asking.map : maps[0];
  said.textContent = DATA.chances ? map.finding(axisOf(map.run, view.axis)) : axis ? say("announced", { date, found: map.finding(axis) }) : date;
  const digits = more ? 6 : 2; // changes hold from a second on
  if (view.time > 0) history.replaceState(null, "", "#day-" + (view.time / DAY).toFixed(digits).replace(/\.?0+$/, "") + more);
}

const next = () => instants.find((t) => t > view.time) ?? view.end;
const previous = () => [...instants].reverse().find((t) => t < view.time) ?? 0;

function steer(event) {
  const step = {
    ArrowRight: () => view.go(next()), ArrowLeft: () => view.go(previous()),
    ArrowUp: () => view.go(view.time + DAY), ArrowDown: () => view.go(view.time - DAY),
    PageUp: () => view.go(view.time + 7 * DAY), PageDown: () => view.go(view.time - 7 * DAY),
    Home: () => view.go(0), End: () => view.go(view.end), " ": toggle,
  }[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  if (event.key !== " ") stop();
  step();
}

// --- play ------------------------------------------------------------------------------

let frame = 0, before = 0;

function toggle() {
  if (view.playing) { stop(); return; }
  if (view.time >= view.end) view.go(0);
  view.playing = true;
  before = 0;
  label();
  if (CALM) frame = setInterval(hop, STILL_STEP);
  else frame = requestAnimationFrame(run);
}

function run(now) {
  if (!view.playing) return;
  if (before) view.go(view.time + (now - before) / PERIOD_IN * view.end);
  before = now;
  if (view.time >= view.end) stop();
  else frame = requestAnimationFrame(run);
}

function hop() {
  view.go(next());
  if (view.time >= view.end) stop();
}

function stop() {
  if (!view.playing) return;
  view.playing = false;
  if (CALM) clearInterval(frame);
  else cancelAnimationFrame(frame);
  label();
  announce();
}

function label() {
  play.textContent = view.playing ? "Pause" : "Play";
}

// --- tables under the figures ----------------------------------------------------------

function mapTables(run) {
  const axis = axisOf(run, view.axis), time = view.time, date = dateOf(run, time);
  const names = (list) => list.map((a) => run.actors[a].name).join(", ");
  const places = run.places.map((place) => {
    const held = at(place.held, time, []).map(([a, ppm]) => run.actors[a].name + (ppm === WHOLE ? "" : ` ${numeral(ppm / 10000)} %`));
    return [place.name, held.join(", ") || say("nobody"), dateOf(run, holdsFrom(place.held, time)),
      names(at(place.ring, time, [])), names(at(place.seal, time, []))];
  });
  const roads = run.roads.map((road, i) => {
    const flow = axis ? at(axis.flow[i], time, 0) : 0;
    const ways = (kg) => Array.isArray(kg) ? say("ways", { there: numeral(kg[0] / 1000), back: numeral(kg[1] / 1000) }) : numeral(kg / 1000);
    return [roadName(run, i), road.absent ? say("absent_state") : at(road.shut, time, 0) ? "closed" : "open", dateOf(run, holdsFrom(road.shut, time)),
      ways(axis ? at(axis.capacity[i], time, 0) : 0), ways(road.whole),
      numeral(Math.abs(flow) / 1000), flow ? placeName(run, flow > 0 ? road.b : road.a) : ""];
  });
  return [makeTable(say("places_on", { date }), HEADS.places, places),
    makeTable(say("roads_on", { date, axis: axis ? axis.name : say("nobody") }), HEADS.roads, roads)];
}

/** The forces in the field on this day, where there are any operations. */
function forceTable(map) {
  if (!map.run.forces.length) return [];
  return [makeTable(say("forces_on", { date: dateOf(map.run, view.time) }), HEADS.forces, map.forceRows())];
}

function curveTables() {
  const run = DATA.runs[0];
  return panels().map((panel) => {
    const scale = 1000 / (panel.scale || 1);
    const rows = timesOf(panel.lines.map(([, , series]) => series)).map((t) => [dateOf(run, t), (t / DAY).toFixed(2), ...panel.lines.map(([, , series, steps]) =>
      numeral((steps ? at(series, t, 0) : between(series, t)) / scale))]);
    return makeTable(`${panel.title}, ${panel.unit}`, [...HEADS.curves, ...panel.lines.map(([name]) => name)], rows);
  });
}

const tables = [
  ...maps.map((map) => [map.figure, () => DATA.chances ? [map.table(), ...map.roadTable()] : map === apart ? map.tables() : [...mapTables(map.run), ...forceTable(map)]]),
  ...curves.map((chart) => [chart.figure, curveTables]),
  ...holdings.map((chart) => [chart.figure, () => [chart.table()]]),
];

function retable() {
  for (const [figure, build] of tables) {
    const fold = figure.querySelector("details.data");
    if (fold && fold.open) fold.querySelector(".rows").replaceChildren(...build());
  }
}

for (const [figure] of tables) {
  const fold = figure.querySelector("details.data");
  if (fold) fold.addEventListener("toggle", retable);
}

// --- print: the chosen instant, with all that is folded on the screen ------------------

addEventListener("beforeprint", () => {
  stop();
  retable();
});

// --- hands -----------------------------------------------------------------------------

slider.max = view.end;
slider.addEventListener("input", () => { stop(); view.go(Number(slider.value)); });
slider.addEventListener("change", retable);
slider.addEventListener("keydown", (event) => { steer(event); event.stopPropagation(); });
play.addEventListener("click", toggle);
$("#next").addEventListener("click", () => { stop(); view.go(next()); });
$("#previous").addEventListener("click", () => { stop(); view.go(previous()); });
if (choice) choice.addEventListener("change", () => view.choose(choice.value));
for (const { item, time } of entries) {
  item.querySelector("button").addEventListener("click", () => { stop(); view.go(time); });
}
for (const button of $$("[data-list]")) {
  button.addEventListener("click", () => {
    for (const other of $$("[data-list]")) put(other, { "aria-pressed": String(other === button) });
    surround();
  });
}
new ResizeObserver(() => { if (single) drawTrack(track, DATA.runs[0]); }).observe(track);
for (const button of $$("button[data-axis]")) {
  button.addEventListener("click", () => {
    view.choose(button.dataset.axis);
    $("#stage").scrollIntoView({ behavior: CALM ? "auto" : "smooth" });
  });
}
document.addEventListener("keydown", (event) => {
  const busy = event.target.closest("input, select, textarea, button, summary, a, .wide");
  if (!busy) steer(event);
});
const marks = $("#marks");
if (marks) {
  marks.replaceChildren(...[...new Set(entries.map((entry) => entry.time))].map((time) => {
    const tick = make("i");
    tick.style.left = `${time / view.end * 100}%`;
    return tick;
  }));
}

const theme = $("#theme");
theme.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

const finder = $("#find");
if (finder) {
  finder.addEventListener("input", () => {
    const words = finder.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const group of $$("#measures details")) {
      const head = group.querySelector("summary").textContent.toLowerCase();
      let any = false;
      for (const row of group.querySelectorAll("tbody tr")) {
        const hit = words.every((word) => (head + " " + row.textContent.toLowerCase()).includes(word));
        row.hidden = !hit;
        any = any || hit;
      }
      group.hidden = !any;
      group.open = words.length > 0 && any;
    }
  });
}

view.listeners.push(show);
const asked = /^#day-([\d.]+)/.exec(location.hash);
view.time = asked ? Math.min(Math.round(Number(asked[1]) * DAY), view.end) : 0;
if (asking && location.hash.includes("&")) asking.read();
surround();
document.documentElement.classList.add("ready");
show("time");
