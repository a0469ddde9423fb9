"use strict";
// An empty map that is served: a first scenario is drawn on it, run and saved.

const DRAWN = "sim-drawn";

/** The map of nothing but the ground. */
class EmptyMap extends MapView {
  rove() {} // there is nothing to go to

  frameAxis() {
    const { width, height } = DATA.explore.draw.frame;
    this.framed = [0, 0, width, height];
    this.zoom = 1;
    this.canvas.classList.remove("zoomed");
    this.shift = [0, 0];
    this.layout();
  }

  get pad() { return 0; }

  describe() {
    const said = say(DATA.first.world ? "first_world" : "first_map");
    this.figure.querySelector("h3 .found").replaceChildren(said);
    put(this.svg, { "aria-label": said });
  }

  legend() {}
}

class FirstDrawing extends Drawing {
  forms() {
    const { first } = DATA, label = (name, field) => this.label(name, field), least = { min: 0 };
    this.whole = { title: make("input", { type: "text", value: first.title }) };
    for (const key of ["days", "speed", "capacity"]) this.whole[key] = this.number({ ...least, value: first[key] });
    const { title, days, speed, capacity } = this.whole;
    const said = make("p", { role: "status" });
    const whole = make("form", { class: "explore" }, label("first_name", title), label("first_days", days), label("first_speed", speed), label("first_capacity", capacity), said);
    whole.addEventListener("input", () => { this.keep(); this.later(() => this.wire(), said); });
    whole.addEventListener("submit", (event) => event.preventDefault());
    [this.source, this.sink] = [make("select"), make("select")];
    [this.supply, this.demand, this.stock] = [this.number(least), this.number(least), this.number(least)];
    this.lacks = make("p", {}, say("first_lacks"));
    return [whole, ...super.forms(),
      this.form(() => this.end("sources", this.source, ["supply"]), "first_add_source", [label("first_source", this.source), label("first_supply", this.supply)], [this.source, this.supply]),
      this.form(() => this.end("sinks", this.sink, ["demand", "stock"]), "first_add_sink", [label("first_sink", this.sink), label("first_demand", this.demand), label("first_stock", this.stock)], [this.sink, this.demand, this.stock]),
    ];
  }

  /** The source or sink that is written; null where something is not. */
  end(kind, { value: id }, amounts) {
    const said = Object.fromEntries(amounts.filter((key) => this[key].value !== "").map((key) => [key, Number(this[key].value)]));
    return id && (kind === "sources" || "demand" in said) ? { kind, id, said } : null;
  }

  choices() { return [...super.choices(), this.source, this.sink]; }

  wire(more) {
    const { title, ...numbers } = this.whole;
    const told = Object.entries(numbers).map(([key, field]) => [key, field.value === "" ? null : Number(field.value)]);
    return { ...super.wire(more), title: title.value.trim(), ...Object.fromEntries(told) };
  }

  is(kind, id) { return this.things.some((thing) => thing.kind === kind && (!id || thing.id === id)); }

  get any() { return this.is("sources") && this.is("sinks"); }

  words(thing, names) {
    const { kind, id, said } = thing, name = names.get(id);
    if (kind === "sinks") return say("first_sink_of", { name, n: numeral(said.demand) });
    if (kind === "sources") return "supply" in said ? say("first_source_gives", { name, n: numeral(said.supply) }) : say("first_source_of", { name });
    return super.words(thing, names);
  }

  role(id, x, y) {
    const { end, source, sink } = PLACE, rings = this.is("sources", id) ? source : this.is("sinks", id) ? sink : [];
    return [].concat(rings).map((out) => draw("circle", { cx: x, cy: y, r: end + out, class: "end" }));
  }

  renew() {
    super.renew();
    this.lacks.hidden = this.any;
    this.list.after(this.lacks);
    this.keep();
  }

  /** Keeps what is drawn for this tab, which goes to pages of runs and comes back. */
  keep() {
    if (!this.restored) return;
    sessionStorage.setItem(DRAWN, JSON.stringify({ token: sessionStorage.getItem(KEY), things: this.things, whole: Object.entries(this.whole).map(([key, { value }]) => [key, value]) }));
  }

  /** Draws again what this tab drew for this program. */
  restore() {
    const kept = JSON.parse(sessionStorage.getItem(DRAWN) || "{}");
    this.restored = true;
    if (!kept.token || kept.token !== sessionStorage.getItem(KEY)) return;
    this.things = kept.things;
    for (const [key, value] of kept.whole) this.whole[key].value = value;
    this.renew();
  }
}

/** Where the map lies: pressed on the map of the world, or written. */
class Where {
  constructor(exploring) {
    const { drawing } = exploring, { world } = DATA.first;
    const [lat, lon] = [drawing.number(), drawing.number()];
    const form = make("form", { class: "explore" }, drawing.label("draw_lat", lat), drawing.label("draw_lon", lon), make("button", { type: "submit" }, say("first_around")));
    const said = make("p", { role: "status" });
    this.box = world ? make("div", {}, form, said) : make("details", { class: "elsewhere" }, make("summary", {}, say("first_where")), form, said);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const [status, answer] = await exploring.ask("/around", { lat: lat.value === "" ? null : Number(lat.value), lon: lon.value === "" ? null : Number(lon.value) });
        if (status === 200) location.reload();
        else said.textContent = answer.message;
      } catch {
        said.textContent = say("explore_gone");
      }
    });
    if (world) drawing.map.svg.addEventListener("click", (event) => {
      if (!drawing.map.dragged) [lat.value, lon.value] = drawing.pointed(event).map((degrees) => degrees.toFixed(3));
    });
  }
}

const blank = DATA.runs[0], emptyMap = new EmptyMap(blank, document.querySelector("figure.map"));
const exploring = new Explore({
  map: emptyMap, run: blank, told: { ids: [] }, changes: [], save: document.getElementById("exploring"), onrender() {},
}, FirstDrawing);
const where = new Where(exploring);
if (exploring.token) {
  exploring.drawing.box.open = true;
  exploring.drawing.restore();
  exploring.box[DATA.first.world ? "replaceWith" : "append"](where.box);
}
