"use strict";
// Guess first: the reader clicks the losses that stop the line, then sees the fewest, and why no fewer do.

const MOST_LOSSES = 3;
const MOST_FLOWS = 1200; // of one size of losses: a second or two

/** Limits without some things of the map, each {kind, index}. */
function without({ road, place }, lost) {
  const gone = (kind, index) => lost.some((what) => what.kind === kind && what.index === index);
  return { road: road.map((ways, i) => gone("road", i) ? [0, 0] : ways), place: place.map((kg, i) => gone("place", i) ? 0 : kg) };
}

/** The largest flow (kg/day) that some losses leave to the axis of a look. */
function flowWithout(look, lost) {
  return new Flow(look.net, ...look.ends, without(look.limits, lost));
}

/**
 * The least flow that 0, 1, 2, ... lost places leave (kg/day), and each set that leaves so little: [{left, sets}].
 * It ends where nothing is left, after `most` places, or before a size of which there are too many sets to try. Ends
 * cannot be lost. Only the loss of a place that carries some of a flow lowers it: of each set the places that carry
 * what it leaves are tried next, which finds every set that leaves less than one place fewer can. Where none does, `sets` is empty.
 */
function worstLosses(look, most) {
  const ends = new Set(look.ends.flat()), asLosses = (set) => set.map((index) => ({ kind: "place", index }));
  let tried = [{ set: [], flow: look.flow() }];
  const found = [{ left: tried[0].flow.value, sets: [[]] }];
  while (found.length <= most && found[found.length - 1].left > 0) {
    const sets = new Map(), before = found[found.length - 1].left;
    for (const { set, flow } of tried) {
      flow.visits().forEach((kg, i) => {
        const wider = kg > 0 && !ends.has(i) ? [...set, i].sort((x, y) => x - y) : null;
        if (wider) sets.set(wider.join(), wider);
      });
    }
    if (!sets.size || sets.size > MOST_FLOWS) break;
    tried = [...sets.values()].map((set) => ({ set, flow: flowWithout(look, asLosses(set)) }));
    const left = Math.min(before, ...tried.map(({ flow }) => flow.value));
    found.push({ left, sets: left < before ? tried.filter(({ flow }) => flow.value === left).map(({ set }) => set) : [] });
  }
  return found;
}

/** The fewest losses that cut the axis of a look, {places, roads} and an `other` such set: places, or roads too where no places do. */
function fewestLosses(look) {
  const few = look.fewest(), of = (places) => ({ places, roads: [] });
  if (few) return { ...of(few.places), other: few.other && of(few.other) };
  const { cut, other } = new Flow(look.net, ...look.ends, counting(look.net, look.limits, ...look.ends));
  return { ...cut, other };
}

class Guess {
  constructor(asking) {
    const { map, run } = asking, before = map.ondraw;
    Object.assign(this, { asking, map, run, on: false, picks: [], told: false, ways: [], key: "", now: null });
    this.button = document.getElementById("guess");
    this.panel = document.getElementById("guessed");
    this.routes = map.svg.insertBefore(draw("path", { class: "routes" }), map.leaders);
    this.question = make("p", { role: "status" });
    this.list = make("ol", { class: "changes" });
    this.reveal = make("button", { type: "button" }, say("guess_show"));
    this.answer = make("div", { role: "status" });
    this.count = make("span", {});
    this.strip = map.canvas.appendChild(make("div", { class: "guessing", role: "group", "aria-label": say("guess_title"), hidden: true }, this.count, this.reveal));
    this.panel.replaceChildren(this.question, this.list, this.answer);
    this.reveal.addEventListener("click", () => this.tell());
    this.button.addEventListener("click", () => this.turn(!this.on));
    asking.button.addEventListener("click", () => this.turn(false));
    addEventListener("hashchange", () => this.turn(false));
    view.listeners.push(() => this.follow());
    map.onlook = (what) => this.cost(what);
    map.ondraw = () => { before(); this.drawRoutes(); };
  }

  turn(on) {
    if (on === this.on) return;
    if (on && this.asking.on) this.asking.turn(false);
    this.on = on;
    this.told = false;
    this.picks = [];
    put(this.button, { "aria-pressed": String(on) });
    put(this.panel, { hidden: !on });
    put(this.strip, { hidden: !on });
    if (!this.asking.on) this.handle(on);
    this.render();
  }

  /** Makes places and roads buttons of the guess, or what they are without it. */
  handle(on) {
    this.map.onpick = on ? (what) => this.pick(what) : null;
    for (const { item } of [...this.map.places, ...this.map.roads]) put(item, { role: on ? "button" : "img" });
  }

  /** On another day, or of another axis, the question is another one. */
  follow() {
    const key = `${view.axis} ${since(this.map.instants, view.time)}`;
    if (!this.on || key === this.key) return;
    if (key.split(" ")[0] !== this.key.split(" ")[0]) this.picks = [];
    this.told = false;
    this.render();
  }

  look() { return this.asking.look(this.run, view.axis); }

  pick({ kind, index }) {
    if (kind === "force") return;
    if (kind === "place" && this.look().ends.flat().includes(index)) {
      this.question.textContent = say("guess_end", { name: placeName(this.run, index) });
      return;
    }
    const others = this.picks.filter((what) => what.kind !== kind || what.index !== index);
    this.picks = others.length < this.picks.length ? others : [...this.picks, { kind, index }];
    this.render();
  }

  /** Shows the answer; the keyboard goes on from where the guess was asked for. */
  tell() {
    this.told = true;
    this.render();
    this.button.focus({ preventScroll: true });
  }

  render() {
    const axis = axisOf(this.run, view.axis), date = dateOf(this.run, view.time), open = at(axis.series.capacity, view.time, 0) > 0;
    this.key = `${view.axis} ${since(this.map.instants, view.time)}`;
    const picked = (kind, i) => this.on && this.picks.some((what) => what.kind === kind && what.index === i);
    for (const [kind, things] of [["place", this.map.places], ["road", this.map.roads]]) {
      things.forEach(({ item }, i) => {
        item.classList.toggle("picked", picked(kind, i));
        put(item, { "aria-pressed": this.on ? String(picked(kind, i)) : null });
      });
    }
    this.question.textContent = say(open ? "guess_ask" : "guess_cut", { axis: axis.name, date });
    this.list.replaceChildren(...this.picks.map((what) => this.entry(what)));
    put(this.reveal, { disabled: !open, hidden: this.told });
    this.count.textContent = say(open ? "guess_count" : "guess_cut", { axis: axis.name, date, n: this.picks.length });
    this.ways = [];
    this.answer.replaceChildren(...(this.on && this.told && open ? this.answers() : []));
    this.drawRoutes();
  }

  entry(what) {
    const name = this.asking.nameOf(what), back = make("button", { type: "button", "aria-label": say("ask_undo_of", { what: name }) }, say("ask_undo"));
    back.addEventListener("click", () => { this.pick(what); (this.list.querySelector("button") || this.button).focus(); });
    return make("li", {}, nameOf(name), " ", back);
  }

  // --- the answer ------------------------------------------------------------------------------

  answers() {
    const look = this.look(), fewest = fewestLosses(look), n = fewest.places.length + fewest.roads.length;
    const whole = look.flow().value, left = flowWithout(look, this.picks).value, picks = this.picks.length;
    this.ways = look.disjoint().places;
    const name = left ? "guess_leaves" : picks === n ? "guess_right" : "guess_more";
    const verdict = picks ? say(name, { n: picks, least: n, left: this.words(left), whole: this.words(whole) }) : say("guess_none", { n });
    const names = fewest.other ? say("ask_or", { one: this.setOf(fewest), other: this.setOf(fewest.other) }) : this.setOf(fewest);
    this.count.textContent = verdict;
    return [make("p", {}, make("strong", {}, verdict)), make("p", {}, nameOf(say("guess_enough", { n, names }))),
      make("p", {}, say("guess_proof", { n })), this.table(worstLosses(look, Math.min(n, MOST_LOSSES)))];
  }

  words(kg) { return kg === Infinity ? say("no_limit") : rate(kg); }

  setOf({ places, roads }) {
    return this.asking.names([...places.map((i) => placeName(this.run, i)), ...roads.map((i) => roadName(this.run, i))]);
  }

  table(frontier) {
    const row = ({ left, sets }, k) => {
      const [one, other] = sets.slice(0, 2).map((places) => this.setOf({ places, roads: [] })), n = sets.length - 2;
      const both = other ? say("ask_or", { one, other }) : one;
      return [String(k), left === Infinity ? say("no_limit") : numeral(left / 1000), !sets.length ? say("guess_no_less") : n > 0 ? say("guess_sets", { sets: both, n }) : both];
    };
    return makeTable(say("guess_worst", { date: dateOf(this.run, view.time) }), HEADS.guess_worst, frontier.map(row));
  }

  /** Routes that share nothing but their ends: each of them needs a loss of its own. */
  drawRoutes() {
    const point = (i) => this.map.points[i].map((v) => v.toFixed(1)).join(",");
    const lines = this.map.points ? this.ways.flat().map((i) => `M${point(this.run.roads[i].a)}L${point(this.run.roads[i].b)}`) : [];
    put(this.routes, { d: lines.join("") || null });
  }

  // --- what a single loss costs ----------------------------------------------------------------

  /** What the loss of a place or road would leave the axis now, in words; nothing while the reader guesses. */
  cost({ kind, index }) {
    const { map } = this, axis = axisOf(map.run, view.axis);
    if (kind === "force" || view.playing || (this.on && !this.told) || !at(axis.series.capacity, view.time, 0)) return [];
    const instant = since(map.instants, view.time);
    if (!this.now || this.now.run !== map.run || this.now.id !== view.axis || this.now.instant !== instant) {
      const look = this.asking.look(map.run, view.axis);
      this.now = { run: map.run, id: view.axis, instant, look, flow: look.flow() };
    }
    const { look, flow } = this.now;
    if (flow.value === Infinity) return [];
    const used = kind === "place" ? flow.visits()[index] : Math.max(...flow.ways()[index]);
    const left = used ? flowWithout(look, [{ kind, index }]).value : flow.value;
    const name = left === flow.value ? "loss_nothing" : left ? "loss_leaves" : "loss_cuts";
    return [say(name, { axis: axis.name, left: rate(left), whole: rate(flow.value) })];
  }
}
