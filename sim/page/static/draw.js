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
    Object.assign(this, { map, told, check, onchange, places: [], roads: [], due: 0, turn: 0, pressed: [0, 0] });
    this.layer = map.svg.appendChild(draw("g", { class: "drawn" }));
    this.build();
    const ondraw = map.ondraw;
    map.ondraw = () => { ondraw(); this.show(); };
    map.svg.addEventListener("pointerdown", (event) => { this.pressed = [event.clientX, event.clientY]; });
    map.svg.addEventListener("click", (event) => this.point(event));
  }

  build() {
    const number = () => make("input", { type: "number", step: "any" });
    const label = (name, field) => make("label", {}, say(name), " ", field);
    const form = (check, name, ...fields) => {
      const made = make("form", { class: "explore" }, ...fields, make("button", { type: "submit" }, say(name)));
      made.addEventListener("input", () => { clearTimeout(this.due); this.due = setTimeout(() => this.validate(check()), TYPED); });
      made.addEventListener("submit", (event) => { event.preventDefault(); this.add(check()); });
      return made;
    };
    this.name = make("input", { type: "text" });
    [this.lat, this.lon, this.km] = [number(), number(), number()];
    this.holder = make("select", {}, ...this.map.run.actors.map((actor, i) => make("option", { value: DATA.what_if.ids[i], selected: i === DATA.what_if.axes[view.axis].actor }, actor.name)));
    this.kind = make("select", {}, ...this.told.classes.map((id) => make("option", {}, id)));
    [this.from, this.to] = [make("select"), make("select")];
    for (const end of [this.from, this.to]) end.addEventListener("change", () => this.measure());
    this.list = make("ol", { class: "changes" });
    this.said = make("p", { role: "status" });
    this.box = make("details", { class: "drawing" }, make("summary", {}, say("draw_title")), make("p", {}, say("draw_hint")),
      form(() => this.place(), "draw_place", label("draw_name", this.name), label("draw_lat", this.lat), label("draw_lon", this.lon), label("draw_holder", this.holder)),
      form(() => this.road(), "draw_road", label("draw_from", this.from), label("draw_to", this.to), label("draw_km", this.km), label("draw_class", this.kind)),
      this.said, this.list);
    this.renew();
  }

  /** What is drawn, as the program takes it; with one thing more where it is given. */
  wire(more) {
    const things = more ? [...this.places, ...this.roads, more] : [...this.places, ...this.roads];
    const of = (kind) => Object.fromEntries(things.filter((thing) => thing.kind === kind).map(({ id, said }) => [id, said]));
    return things.length ? { places: of("places"), roads: of("roads") } : {};
  }

  get any() { return this.places.length + this.roads.length > 0; }

  /** The place that is written; null where something is not. */
  place() {
    const name = this.name.value.trim(), [lat, lon] = [this.lat, this.lon].map((field) => field.value === "" ? NaN : Number(field.value));
    if (!name || Number.isNaN(lat) || Number.isNaN(lon)) return null;
    return { kind: "places", id: this.idOf(name), said: { name, lat, lon, by: this.holder.value } };
  }

  /** The road that is written; null where something is not. */
  road() {
    const ends = [this.from.value, this.to.value].sort();
    if (!ends[0] || this.km.value === "") return null;
    return { kind: "roads", id: ends.join("--"), said: { km: Number(this.km.value), class: this.kind.value } };
  }

  /** An id that no place has, made of a name. */
  idOf(name) {
    const plain = name.normalize("NFD").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "") || "place";
    const taken = new Set([...this.map.run.places, ...this.places].map(({ id }) => id));
    let id = plain;
    for (let n = 2; taken.has(id); n += 1) id = `${plain}_${n}`;
    return id;
  }

  /** Says what is wrong with a thing beside what is drawn; true where nothing is. */
  async validate(thing) {
    const turn = this.turn += 1;
    const wrong = thing ? await this.check(this.wire(thing)) : say("draw_lacks");
    if (turn === this.turn) this.said.textContent = wrong || say("draw_fits");
    return turn === this.turn && !wrong;
  }

  async add(thing) {
    clearTimeout(this.due);
    if (!await this.validate(thing)) return;
    this[thing.kind].push(thing);
    for (const field of thing.kind === "places" ? [this.name, this.lat, this.lon] : [this.km]) field.value = "";
    this.said.textContent = say("draw_added");
    this.renew();
  }

  /** Takes a thing away, and the roads that end in it. */
  undo(gone) {
    const ends = (road) => road.id.split("--").includes(gone.id);
    this.places = this.places.filter((place) => place !== gone);
    this.roads = this.roads.filter((road) => road !== gone && !(gone.kind === "places" && ends(road)));
    this.renew();
    this.box.querySelector("summary").focus();
  }

  /** Shows what is drawn in the list, in the ends of roads, and on the map. */
  renew() {
    const places = [...this.map.run.places.map(({ id, name }) => [id, name]), ...this.places.map(({ id, said }) => [id, said.name])];
    for (const end of [this.from, this.to]) {
      const { value } = end;
      end.replaceChildren(make("option", { value: "" }, ""), ...places.map(([id, name]) => make("option", { value: id, selected: id === value }, name)));
    }
    const names = new Map(places);
    const words = ({ kind, id, said }) => kind === "places" ? said.name : say("draw_between", { names: id.split("--").map((end) => names.get(end)).join(" - "), km: numeral(said.km) });
    this.list.replaceChildren(...[...this.places, ...this.roads].map((thing) => {
      const undo = make("button", { type: "button", "aria-label": say("ask_undo_of", { what: words(thing) }) }, say("ask_undo"));
      undo.addEventListener("click", () => this.undo(thing));
      return make("li", {}, nameOf(words(thing)), " ", undo);
    }));
    this.show();
    this.onchange();
  }

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
    const { map } = this, box = map.svg.getBoundingClientRect();
    const on = (pixel, side, k) => (pixel - side / 2) / map.size + map.centre[k];
    const [lat, lon] = this.globe([on(event.clientX - box.left, map.width, 0), on(event.clientY - box.top, map.height, 1)]);
    this.lat.value = lat.toFixed(5);
    this.lon.value = lon.toFixed(5);
    this.name.focus();
  }

  show() {
    if (!this.map.points) return;
    const at = (id) => this.sheet(this.degrees(id)).map((v) => v.toFixed(1));
    const lines = this.roads.map(({ id }) => draw("path", { d: `M${id.split("--").map(at).join("L")}` }));
    const spots = this.places.flatMap(({ id, said }) => {
      const [x, y] = at(id);
      return [draw("circle", { cx: x, cy: y, r: 6 }), draw("text", { x: Number(x) + 9, y: Number(y) + 4 }, said.name)];
    });
    this.layer.replaceChildren(...lines, ...spots);
  }
}
