"use strict";
// Places and roads that the reader adds to the network, on the map of a served page.

const TYPED = 400; // ms after the last key before what was written is checked

/** Kilometres between two points [lat, lon] along the globe (haversine). */
function kilometres([lat, lon], [lat2, lon2]) {
  const rad = Math.PI / 180, half = (x) => Math.sin(x * rad / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(half(lat2 - lat) + Math.cos(lat * rad) * Math.cos(lat2 * rad) * half(lon2 - lon)));
}

class Drawing {
  /** `told`: classes of roads and the frame of the map; `check(drawn)`: what is wrong with it, or "". */
  constructor(map, told, check, onchange) {
    Object.assign(this, { map, told, check, onchange, things: [], due: 0, turn: 0, pressed: [0, 0] });
    this.layer = map.svg.appendChild(draw("g", { class: "drawn" }));
    this.build();
    const ondraw = map.ondraw;
    map.ondraw = () => { if (ondraw) ondraw(); this.show(); };
    map.svg.addEventListener("pointerdown", (event) => { this.pressed = [event.clientX, event.clientY]; });
    map.svg.addEventListener("click", (event) => this.point(event));
  }

  get places() { return this.things.filter(({ kind }) => kind === "places"); }

  get roads() { return this.things.filter(({ kind }) => kind === "roads"); }

  number(more) { return make("input", { type: "number", step: "any", ...more }); }

  label(name, field) { return make("label", {}, say(name), " ", field); }

  /** A form whose `fields` are what `read` makes a thing of; they are emptied when it is added. */
  form(read, name, labels, fields) {
    const said = make("p", { role: "status" });
    const made = make("form", { class: "explore" }, ...labels, make("button", { type: "submit" }, say(name)), said);
    made.addEventListener("input", () => this.later(() => { const thing = read(); return thing && this.wire(thing); }, said));
    made.addEventListener("submit", (event) => { event.preventDefault(); this.add(read(), fields, said); });
    return made;
  }

  /** Checks what `drawn` gives once nothing was written for a moment, and says in `said` what is wrong. */
  later(drawn, said) {
    clearTimeout(this.due);
    this.due = setTimeout(() => this.validate(drawn(), said), TYPED);
  }

  build() {
    this.list = make("ol", { class: "changes" });
    this.box = make("details", { class: "drawing" }, make("summary", {}, say("draw_title")), make("p", {}, say("draw_hint")),
      ...this.forms(), this.list);
    this.renew();
  }

  /** What is written; who holds a place and what class a road has where there is a choice. */
  forms() {
    const { actors } = this.map.run, { classes } = this.told;
    this.name = make("input", { type: "text" });
    [this.lat, this.lon, this.km, this.own] = [this.number(), this.number(), this.number({ min: 0 }), this.number({ min: 0 })];
    this.holder = make("select", {}, ...actors.map((actor, i) => make("option", { value: DATA.what_if.ids[i], selected: i === DATA.what_if.axes[view.axis].actor }, actor.name)));
    this.kind = make("select", {}, ...classes.map((id) => make("option", {}, id)));
    [this.from, this.to] = [make("select"), make("select")];
    for (const end of [this.from, this.to]) end.addEventListener("change", () => this.measure());
    const label = (name, field) => this.label(name, field);
    return [
      this.form(() => this.place(), "draw_place", [label("draw_name", this.name), label("draw_lat", this.lat), label("draw_lon", this.lon),
        actors.length > 1 ? label("draw_holder", this.holder) : null], [this.name, this.lat, this.lon]),
      this.form(() => this.road(), "draw_road", [label("draw_from", this.from), label("draw_to", this.to), label("draw_km", this.km),
        classes.length > 1 ? label("draw_class", this.kind) : null, label("draw_capacity", this.own)], [this.km, this.own]),
    ];
  }

  /** What is drawn, as the program takes it; with one thing more where it is given. */
  wire(more) {
    const found = {};
    for (const { kind, id, said } of more ? [...this.things, more] : this.things) (found[kind] = found[kind] || {})[id] = said;
    return found;
  }

  /** Whether there is something to run. */
  get any() { return this.things.length > 0; }

  /** The place that is written; null where something is not. */
  place() {
    const name = this.name.value.trim(), [lat, lon] = [this.lat, this.lon].map((field) => field.value === "" ? NaN : Number(field.value));
    if (!name || Number.isNaN(lat) || Number.isNaN(lon)) return null;
    return { kind: "places", id: this.idOf(name), said: { name, lat, lon, ...(this.holder.value && { by: this.holder.value }) } };
  }

  /** The road that is written; null where something is not. */
  road() {
    const ends = [this.from.value, this.to.value].sort(), { own } = this;
    if (!ends[0] || this.km.value === "") return null;
    const said = { km: Number(this.km.value), class: this.kind.value, ...(own.value !== "" && { capacity: Number(own.value) }) };
    return { kind: "roads", id: ends.join("--"), said };
  }

  /** An id that no place has, made of a name. */
  idOf(name) {
    const plain = name.normalize("NFD").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "") || "place";
    const taken = new Set([...this.map.run.places, ...this.places].map(({ id }) => id));
    let id = plain;
    for (let n = 2; taken.has(id); n += 1) id = `${plain}_${n}`;
    return id;
  }

  /** Says what is wrong with what would be drawn, null where something is not written; true where nothing is. */
  async validate(drawn, said) {
    const turn = this.turn += 1;
    const wrong = drawn ? await this.check(drawn) : say("draw_lacks");
    for (const other of this.box.querySelectorAll("form [role=status]")) if (other !== said) other.textContent = "";
    if (turn === this.turn) said.textContent = wrong || say("draw_fits");
    return turn === this.turn && !wrong;
  }

  /** Adds a thing; one that is drawn again takes the place of what it was. */
  async add(thing, fields, said) {
    clearTimeout(this.due);
    if (!await this.validate(thing && this.wire(thing), said)) return;
    this.things = [...this.things.filter(({ kind, id }) => kind !== thing.kind || id !== thing.id), thing];
    for (const field of fields) field.value = "";
    said.textContent = say("draw_added");
    this.renew();
  }

  /** Takes a thing away, and of a place what hangs on it. */
  undo(gone) {
    const hangs = ({ id }) => gone.kind === "places" && id.split("--").includes(gone.id);
    this.things = this.things.filter((thing) => thing !== gone && !hangs(thing));
    this.renew();
    this.box.querySelector("summary").focus();
  }

  /** A thing in words; `names`: of the places, by their ids. */
  words({ kind, id, said }, names) {
    return kind === "places" ? said.name : say("draw_between", { names: id.split("--").map((end) => names.get(end)).join(" \u2013 "), km: numeral(said.km) });
  }

  /** Offers the places in a choice, and keeps what is chosen. */
  offer(choice, places) {
    const { value } = choice;
    choice.replaceChildren(make("option", { value: "" }, ""), ...places.map(([id, name]) => make("option", { value: id, selected: id === value }, name)));
  }

  /** Shows what is drawn in the list, in the ends of roads, and on the map. */
  renew() {
    const places = [...this.map.run.places.map(({ id, name }) => [id, name]), ...this.places.map(({ id, said }) => [id, said.name])];
    for (const end of this.choices()) this.offer(end, places);
    const names = new Map(places);
    this.list.replaceChildren(...this.things.map((thing) => {
      const words = this.words(thing, names);
      const undo = make("button", { type: "button", "aria-label": say("ask_undo_of", { what: words }) }, say("ask_undo"));
      undo.addEventListener("click", () => this.undo(thing));
      return make("li", {}, nameOf(words), " ", undo);
    }));
    this.show();
    this.onchange();
  }

  /** Where a place is chosen. */
  choices() { return [this.from, this.to]; }

  /** Writes the length of the straight line between the ends of a road. */
  measure() {
    const [a, b] = [this.from, this.to].map((end) => this.degrees(end.value));
    if (a && b) this.km.value = kilometres(a, b).toFixed(1);
  }

  // --- on the map ------------------------------------------------------------------------------

  /** Latitude and longitude of a place by its id. */
  degrees(id) {
    const drawn = this.places.find((place) => place.id === id), known = this.map.run.places.find((place) => place.id === id);
    return drawn ? [drawn.said.lat, drawn.said.lon] : known ? this.globe([known.x, known.y]) : null;
  }

  globe([x, y]) {
    const { east, north, across, up, width, height } = this.told.frame;
    return [north - (y - height / 2) / up, east + (x - width / 2) / across];
  }

  sheet([lat, lon]) {
    const { east, north, across, up, width, height } = this.told.frame;
    return this.map.xy([(lon - east) * across + width / 2, height / 2 - (lat - north) * up]);
  }

  /** Takes the degrees of where the map was pressed, but for things on it and where it was dragged. */
  point(event) {
    const moved = Math.hypot(event.clientX - this.pressed[0], event.clientY - this.pressed[1]);
    if (!this.box.open || moved > 5 || event.target.closest(".item")) return;
    const [lat, lon] = this.pointed(event);
    this.lat.value = lat.toFixed(5);
    this.lon.value = lon.toFixed(5);
    this.name.focus();
  }

  /** Latitude and longitude of where the map was pressed. */
  pointed(event) {
    const { map } = this, box = map.svg.getBoundingClientRect();
    const on = (pixel, side, k) => (pixel - side / 2) / map.size + map.centre[k];
    const [lat, lon] = this.globe([on(event.clientX - box.left, map.width, 0), on(event.clientY - box.top, map.height, 1)]);
    return [lat, Math.abs(lon) > 180 ? lon - 360 * Math.sign(lon) : lon];
  }

  show() {
    if (!this.map.points) return;
    const at = (id) => this.sheet(this.degrees(id)).map((v) => v.toFixed(1));
    const lines = this.roads.map(({ id }) => draw("path", { d: `M${id.split("--").map(at).join("L")}` }));
    const spots = this.places.flatMap(({ id, said }) => {
      const [x, y] = at(id);
      const role = this.role(id, Number(x), Number(y));
      return [draw("circle", { cx: x, cy: y, r: 6 }), ...role, draw("text", { x: Number(x) + (role.length ? 14 : 9), y: Number(y) + 4 }, said.name)];
    });
    this.layer.replaceChildren(...lines, ...spots);
  }
  /** What shows the part that a place plays. */
  role() { return []; }
}
