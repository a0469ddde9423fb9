"use strict";
// What if, on the page: the map's towns and roads are chosen, and what follows stands beside what was.

const MOST_NAMES = 4;

class WhatIf {
  constructor(map, charts) {
    const run = this.run = map.run;
    Object.assign(this, map.asks);
    Object.assign(this, { map, charts, on: false, changes: [], chosen: null, lost: [], due: 0, onrender: () => {} });
    this.button = document.getElementById("ask");
    this.panel = document.getElementById("asked");
    this.strip = map.canvas.appendChild(make("div", { class: "chosen", role: "group", hidden: true }));
    this.ghost = map.svg.insertBefore(draw("path", { class: "ghost" }), map.leaders);
    this.build();
    this.button.addEventListener("click", () => this.turn(!this.on));
    this.strip.addEventListener("keydown", (event) => { if (event.key === "Escape") this.leave(true); });
    map.ondraw = () => this.drawGhost();
    addEventListener("hashchange", () => this.read());
  }

  build() {
    this.hint = make("p", {});
    this.list = make("ol", { class: "changes" });
    this.side = make("div", {});
    this.rows = make("div", {});
    this.all = make("details", {}, make("summary", {}, say("ask_all")), this.rows);
    this.all.addEventListener("toggle", () => this.render());
    this.save = make("button", { type: "button" }, say("ask_save"));
    this.save.addEventListener("click", () => this.write());
    this.limits = make("p", { class: "source" });
    this.panel.replaceChildren(this.hint, this.list, this.side, this.all, this.save, this.limits);
  }

  // --- on and off, and the address -------------------------------------------------------------

  turn(on) {
    this.on = on;
    put(this.button, { "aria-pressed": String(on) });
    put(this.panel, { hidden: !on });
    put(this.strip, { hidden: true });
    this.map.onpick = on ? (what) => this.choose(what) : null;
    for (const { item } of [...this.map.places, ...this.map.roads]) put(item, { role: on ? "button" : "img" });
    this.renew();
    view.tell("time");
  }

  /** What the address says of the changes, behind the day. */
  get address() {
    return this.on && this.changes.length ? `&axis~${view.axis}&${packChanges(this.run, this.told, this.changes)}` : "";
  }

  /** Takes up the changes that the address names. */
  read() {
    const asked = /^#day-([\d.]+)/.exec(location.hash), [, axis] = /&axis~([\w-]+)/.exec(location.hash) || [];
    if (asked) view.time = Math.min(Math.round(Number(asked[1]) * DAY), view.end);
    if (axisOf(this.run, axis)) view.choose(axis);
    this.changes = unpackChanges(this.run, this.told, location.hash);
    this.turn(this.on || this.changes.length > 0);
  }

  // --- choosing --------------------------------------------------------------------------------

  choose(what) {
    if (what.kind === "force") return;
    this.chosen = what;
    const close = make("button", { type: "button", "aria-label": say("ask_leave") }, "\u00d7");
    close.addEventListener("click", () => this.leave(true));
    const parts = what.kind === "place" ? this.placeParts(what.index) : this.roadParts(what.index);
    this.strip.replaceChildren(...parts, close);
    put(this.strip, { hidden: null, "aria-label": say("ask_of", { name: this.nameOf(what) }) });
    if (this.map.focused) this.strip.querySelector("select, button").focus();
  }

  placeParts(index) {
    const held = at(this.map.run.places[index].held, view.time, []);
    const others = this.run.actors.map((_, i) => i).filter((i) => held.length !== 1 || held[0][0] !== i);
    if (!others.length) return [make("strong", {}, nameOf(placeName(this.run, index)))];
    const options = others.map((i) => make("option", { value: i, selected: i === this.taker(index, others) }, actorName(this.run.actors[i], this.map.width)));
    const select = make("select", { "aria-label": say("ask_to", { name: placeName(this.run, index) }) }, ...options);
    const take = make("button", { type: "button" }, say("ask_take"));
    take.addEventListener("click", (event) => this.add({ place: index, actor: Number(select.value) }, event));
    return [make("strong", {}, nameOf(placeName(this.run, index))), make("span", {}, say("ask_by")), select, take];
  }

  /** Whom a place is offered to first: the axis, or where it is the axis' own the enemy that holds most round it. */
  taker(index, others) {
    const axis = this.told.axes[view.axis], holds = (i) => at(this.map.run.places[i].held, view.time, []);
    if (!holds(index).some(([actor]) => axis.own.includes(actor))) return axis.actor;
    const near = this.run.roads.filter((road) => road.a === index || road.b === index).map((road) => road.a === index ? road.b : road.a);
    const count = (actor) => near.filter((i) => holds(i).some(([holder]) => holder === actor)).length;
    const foes = others.filter((i) => axis.weight[i] === 0);
    return foes.sort((x, y) => count(y) - count(x) || x - y)[0] ?? others[0];
  }

  roadParts(index) {
    const road = this.map.run.roads[index], name = make("strong", {}, nameOf(roadName(this.run, index)));
    if (road.absent) return [name, make("span", {}, say("absent_state"))];
    const shut = !at(road.shut, view.time, 0);
    const act = make("button", { type: "button" }, say(shut ? "ask_close" : "ask_open"));
    act.addEventListener("click", (event) => this.add({ road: index, shut }, event));
    return [name, act];
  }

  leave(back) {
    put(this.strip, { hidden: true });
    if (back && this.chosen) this.map.element(this.chosen).focus();
  }

  nameOf({ kind, index }) { return kind === "place" ? placeName(this.run, index) : roadName(this.run, index); }

  // --- changes ---------------------------------------------------------------------------------

  /** When a change of now happens: a second after what the run itself has at this instant. */
  get when() { return this.run.times.includes(view.time) ? Math.min(view.time + 1, this.run.end) : view.time; }

  add(change, event) {
    const when = this.when, same = (c) => c.when === when && c.place === change.place && c.road === change.road;
    this.changes = [...this.changes.filter((c) => !same(c)), { when, ...change }];
    this.leave(event.detail === 0); // by the keyboard
    this.renew();
    view.go(when);
    this.render();
  }

  undo(kept) {
    this.changes = kept;
    this.renew();
    view.tell("time");
    this.render();
    (this.list.querySelector("button") || this.button).focus();
  }

  /** Works the changed run out again: the axis on show over time, the others when they are asked for. */
  renew() {
    this.first = this.on && this.changes.length ? Math.min(...this.changes.map(({ when }) => when)) : Infinity;
    this.changed = this.first < Infinity ? changedRun(this.run, this.told, this.changes) : null;
    const times = new Set([...this.run.times, ...this.changes.map(({ when }) => when)]);
    this.map.instants = [...times].sort((x, y) => x - y).flatMap((time) => [time, 0]);
    this.axis = null;
    this.follow();
    for (const chart of this.charts) chart.layout();
  }

  /** Lets the map show the run that holds at this instant, for this axis. */
  follow() {
    const { changed, run } = this, series = run.axes.map((axis) => axis.series);
    if (this.axis !== view.axis) {
      this.axis = view.axis;
      this.instant = null;
      for (const one of series) delete one.what_if;
      if (changed) {
        const axis = changedAxis(changed, this.told, this.net, view.axis, this.first);
        changed.axes = run.axes.map((one) => one.id === view.axis ? axis : one);
        axisOf(run, view.axis).series.what_if = axis.series.capacity;
      }
    }
    const shown = view.time >= this.first ? changed : run, instant = since(this.map.instants, view.time);
    if (this.map.run === shown && this.instant === instant) return;
    if (shown === changed) axisOf(changed, view.axis).flow = plannedAlone(this.look(changed, view.axis));
    Object.assign(this.map, { run: shown, state: null, explained: null });
    this.instant = instant;
  }

  /** Writes the panel once the reader has stopped moving. */
  soon() {
    clearTimeout(this.due);
    this.due = setTimeout(() => this.render(), 60);
  }

  // --- before and after ------------------------------------------------------------------------

  render() {
    clearTimeout(this.due);
    this.due = 0;
    if (!this.on) return;
    const date = dateOf(this.run, view.time), id = view.axis;
    this.hint.textContent = say("ask_hint", { date: dateOf(this.run, this.when) });
    this.list.replaceChildren(...this.changes.map((change) => this.entry(change)));
    put(this.save, { disabled: !this.changes.length || typeof DecompressionStream === "undefined" });
    this.limits.replaceChildren(say(this.run.nobodys ? "ask_limits_nobodys" : "ask_limits"), " ", make("code", {}, this.told.again.replace("{file}", this.file)));
    this.side.replaceChildren(this.table(date, id));
    if (this.all.open) this.rows.replaceChildren(makeTable(say("ask_axes", { date }), HEADS.asked_axes, this.axisRows()));
    this.drawGhost();
    this.onrender();
  }

  entry(change) {
    const { when, place, actor, road, shut } = change, date = dateOf(this.run, when);
    const name = road === undefined ? placeName(this.run, place) : roadName(this.run, road);
    const words = road === undefined ? say("asked_take", { date, name, actor: this.run.actors[actor].name })
      : say(shut ? "asked_close" : "asked_open", { date, name });
    const undo = make("button", { type: "button", "aria-label": say("ask_undo_of", { what: words }) }, say("ask_undo"));
    undo.addEventListener("click", () => this.undo(this.changes.filter((c) => c !== change)));
    return make("li", {}, nameOf(words), " ", undo);
  }

  look(run, id) { return new Look(run, this.told, this.net, id, view.time); }

  looks(id) { return [this.look(this.run, id), this.look(view.time >= this.first ? this.changed : this.run, id)]; }

  table(date, id) {
    const [before, after] = this.looks(id), sides = [before, after].map((look) => this.rowsOf(look));
    const was = before.fastest(), is = after.fastest();
    this.lost = was ? was.roads.filter((road) => !is || !is.roads.includes(road)) : [];
    const rows = sides[0].map(([title, value], k) => [title, value, sides[1][k][1]]);
    const found = makeTable(say("ask_axis", { date, axis: axisOf(this.run, id).name }), HEADS.asked, rows);
    found.querySelectorAll("tbody tr").forEach((row, k) => put(row, { class: rows[k][1] === rows[k][2] ? null : "moved" }));
    if (this.lost.length) found.append(make("p", { class: "source" }, say("ask_ghost")));
    return found;
  }

  /** What stands of an axis on one side of the table: [title, words]. */
  rowsOf(look) {
    const flow = look.flow(), cut = look.cut(flow), { roads, places } = look.disjoint(), few = look.fewest(), way = look.fastest();
    const { need, flow: { value: can } } = look.delivery(), pockets = look.pockets();
    const stock = axisOf(this.run, look.id).sinks.reduce((sum, sink) => sum + between(sink.stock, look.time), 0);
    const set = (c) => this.names([...c.places.map((i) => placeName(this.run, i)), ...c.roads.map((i) => roadName(this.run, i))]);
    const of = (list) => list && list.length ? this.names(list.map((i) => placeName(this.run, i))) : say("ask_none");
    const or = (one, other) => other ? say("ask_or", { one, other }) : one;
    const shown = (kg) => (this.told.depots || []).includes(look.id) ? say("ask_depots", { n: grouped(kg, 0) }) : grouped(kg, 0);
    const unknown = this.told.unknown[look.id], driven = this.told.lorries.includes(look.id), dearer = this.told.cheapest.includes(look.id);
    const untold = { rule: "ask_by_rule", lorries: "ask_by_lorries", cost: "ask_by_cost" }[unknown], lasting = unknown === "rule" || driven;
    return [
      [say("ask_carry"), flow.value === Infinity ? say("no_limit") : grouped(flow.value, 0)],
      [say("ask_cut"), flow.value ? or(set(cut), cut.other && set(cut.other)) : say("ask_lost", { names: set(cut) })],
      [say("ask_fewest"), !flow.value ? say("ask_is_cut") : few === null ? say("ask_no_places") : or(of(few.places), few.other && of(few.other))],
      [say("ask_disjoint"), say("ask_counts", { roads: roads.length, places: places.length })],
      [say("ask_fastest"), way ? say("ask_way", { hours: numeral(way.seconds / 3600), km: numeral(way.roads.reduce((sum, r) => sum + this.run.roads[r].km, 0)) }) : say("ask_none")],
      [say("ask_need"), grouped(need, 0)],
      [say("ask_can"), driven ? say("ask_any_lorries", { amount: shown(can) }) : dearer ? say("ask_dearer", { amount: shown(can) }) : shown(can)],
      [say("ask_beside"), untold ? say(untold) : shown(look.beside())],
      [say("ask_lasts"), lasting ? say(untold) : can >= need ? say("ask_lasting") : numeral(stock / (need - can))],
      [this.run.nobodys ? say("ask_cut_off") : say("ask_pockets", { actor: this.run.actors[look.axis.actor].name }), pockets.length ? pockets.map((part) => of(part)).join("; ") : say("ask_none")],
    ];
  }

  names(list) {
    if (!list.length) return say("ask_none");
    const few = list.slice(0, MOST_NAMES).join(", "), n = list.length - MOST_NAMES;
    return n > 0 ? say("more_names", { names: few, n }) : few;
  }

  axisRows() {
    return this.run.axes.map((axis) => [axis.name, ...this.looks(axis.id).map((look) => grouped(look.flow().value, 0))]);
  }

  /** The roads of the fastest way as it was that it takes no longer. */
  drawGhost() {
    const point = (i) => this.map.points[i].map((v) => v.toFixed(1)).join(",");
    const lines = this.on && this.map.points ? this.lost.map((i) => `M${point(this.run.roads[i].a)}L${point(this.run.roads[i].b)}`) : [];
    put(this.ghost, { d: lines.join("") || null });
  }

  // --- the scenario ----------------------------------------------------------------------------

  get file() { return `${this.run.id}_what_if.yaml`; }

  /** The whole scenario of the run with the changes as events. */
  async scenario() {
    const packed = Uint8Array.from(atob(this.told.text), (c) => c.charCodeAt(0));
    const text = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return scenarioWith(await new Response(text).text(), this.run, this.told, this.changes);
  }

  async write() {
    download(new Blob([await this.scenario()], { type: "application/yaml" }), this.file);
  }
}
