"use strict";
// Data, time, numbers and elements: what the other scripts of the page stand on.

const DATA = JSON.parse(document.getElementById("data").textContent);
const { day: DAY, whole: WHOLE, months: MONTHS, look: LOOK, heads: HEADS } = DATA;
const CALM = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A sentence of the page with its slots filled; of a pair the first where `n` is 1. */
function say(name, slots) {
  const found = DATA.say[name], text = Array.isArray(found) ? found[slots.n === 1 ? 0 : 1] : found;
  return text.replace(/\{(\w+)\}/g, (_, slot) => slots[slot]);
}

/** Index of the time in [time, value, time, value, ...] whose value is in force; -1: none yet. */
function since(changes, time) {
  let low = 0;
  let high = changes.length / 2 - 1;
  if (high < 0 || changes[0] > time) return -1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (changes[2 * middle] <= time) low = middle;
    else high = middle - 1;
  }
  return 2 * low;
}

/** The value in force; `none` before the first, and where nothing ever changes (0). */
function at(changes, time, none) {
  const i = changes ? since(changes, time) : -1;
  return i < 0 ? none : changes[i + 1];
}

/** What a road carries there and back: a pair where it is not the same both ways. */
function eachWay(can) {
  return Array.isArray(can) ? can : [can, can];
}

/** Since when the value in force holds. */
function holdsFrom(changes, time) {
  const i = changes ? since(changes, time) : -1;
  return i < 0 ? 0 : changes[i];
}

/** The value of a series that runs straight from point to point. */
function between(changes, time) {
  const i = since(changes, time);
  if (i < 0) return 0;
  if (i + 2 >= changes.length) return changes[i + 1];
  const share = (time - changes[i]) / (changes[i + 2] - changes[i]);
  return changes[i + 1] + share * (changes[i + 3] - changes[i + 1]);
}

/** Changes with each value made anew. */
const remade = (changes, make) => changes.map((value, i) => i % 2 ? make(value) : value);

/** All times of some series, in order. */
const timesOf = (many) => [...new Set(many.flatMap((c) => c.filter((_, i) => i % 2 === 0)))].sort((a, b) => a - b);

function calendar(run, time) {
  return new Date(Date.parse(run.start + "Z") + time * 1000);
}

/** "4 June 2016", or "day 5". */
function dateOf(run, time) {
  if (!run.start) return "day " + Math.floor(time / DAY);
  const day = calendar(run, time);
  return say("date", { day: day.getUTCDate(), month: MONTHS[day.getUTCMonth()], year: day.getUTCFullYear() });
}

/** "since 4 June 2016", or that it has been so from the start. */
function sinceWords(run, time) {
  return time > 0 ? say("since", { date: dateOf(run, time) }) : say("since_start");
}

function grouped(value, digits) {
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  });
}

/** A number for people: whole from ten on, else two decimals at most. */
function numeral(value) {
  const size = Math.abs(value);
  if (size >= 10) return minus(grouped(Math.round(value), 0));
  if (size > 0 && size < 0.01) return minus(value.toPrecision(2));
  const whole = Math.abs(value - Math.round(value)) < 5e-4;
  return minus(whole ? grouped(Math.round(value), 0) : grouped(value, 2));
}

function minus(text) {
  return text === "-0" ? "0" : text.replace("-", "\u2212");
}

const tonnes = (kg) => numeral(kg / 1000) + " t";
const rate = (kg) => numeral(kg / 1000) + " t/day";

/** An element of HTML; children are elements or text, never markup. */
function make(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An element of SVG. */
function draw(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  put(element, attributes || {});
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function put(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
}

/** A name kept apart from what stands around it, whichever way it is written. */
const nameOf = (text) => make("bdi", {}, text);

/** A table of the page: `rows` of text, numbers to the right. */
function makeTable(caption, head, rows) {
  const right = head.map((_, i) => i > 0 && rows.length && rows.every((r) => /^[\d\u2212,.-]*$/.test(r[i])));
  const cell = (tag, text, i, more) => make(tag, { class: right[i] ? "n" : null, ...more }, nameOf(text));
  const top = make("tr", {}, ...head.map((text, i) => cell("th", text, i, { scope: "col" })));
  const body = rows.map((row) =>
    make("tr", {}, ...row.map((text, i) => i ? cell("td", text, i) : cell("th", text, i, { scope: "row" }))));
  const table = make("table", {}, make("caption", {}, caption), make("thead", {}, top),
    make("tbody", {}, ...body));
  return make("div", { class: "wide", tabindex: 0, role: "region", "aria-label": caption }, table);
}

function placeName(run, index) {
  return run.places[index].name;
}

function roadName(run, index) {
  const road = run.roads[index];
  return `${placeName(run, road.a)} \u2013 ${placeName(run, road.b)}`;
}

function axisOf(run, id) {
  return run.axes.find((axis) => axis.id === id);
}

/** What the reader looks at: a time (s) and an axis; listeners hear of every change. */
const view = {
  time: 0,
  axis: DATA.axis,
  playing: false,
  end: Math.max(...DATA.runs.map((run) => run.end)),
  listeners: [],
  go(time) {
    this.time = Math.min(Math.max(Math.round(time), 0), this.end);
    this.tell("time");
  },
  choose(axis) {
    this.axis = axis;
    this.tell("axis");
  },
  tell(what) {
    for (const listener of this.listeners) listener(what);
  },
};
