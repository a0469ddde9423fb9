"use strict";
// What happened last, pinned on the map where it did; a pin leads to its entry in the list, and its source.

const PIN = { head: 6.5, hole: 2.3, hit: 12, gap: 2, reach: 74 };

/** A pin whose point is at one place and whose head is round another. */
function pinShape([x, y], [cx, cy]) {
  const long = Math.max(Math.hypot(x - cx, y - cy), PIN.head * 1.05), toward = Math.atan2(y - cy, x - cx), half = Math.acos(PIN.head / long);
  const [a, b] = [half, -half].map((turn) => [cx + PIN.head * Math.cos(toward + turn), cy + PIN.head * Math.sin(toward + turn)].map((v) => v.toFixed(1)));
  return [draw("path", { d: `M${x.toFixed(1)},${y.toFixed(1)}L${a}A${PIN.head},${PIN.head} 0 1 1 ${b}Z` }), draw("circle", { cx: cx.toFixed(1), cy: cy.toFixed(1), r: PIN.hole })];
}

Object.assign(MapView.prototype, {
  buildPins(layer) {
    this.pinLayer = layer;
    this.pins = [];
    this.pinned = null; // the entry of the list
    this.pinnable = new Map(["force", "road", "place"].flatMap((kind) => this.run[`${kind}s`].map(({ id }, index) => [id, { kind, index }])));
  },

  /** Pins an entry of the list: one pin for each place, road or force where any of it happened. */
  pin(entry) {
    if (entry === this.pinned) return;
    this.pinned = entry;
    if (this.seen && this.seen.kind === "pin") { this.focused = null; this.look(null); }
    const sources = entry ? [...entry.querySelectorAll(".told span")] : [], found = new Map();
    for (const li of entry ? entry.querySelectorAll("[data-at]") : []) {
      for (const id of li.dataset.at.split(" ")) {
        if (!found.has(id)) found.set(id, { at: this.pinnable.get(id), said: [], sources: new Set() });
        found.get(id).said.push(li.textContent);
        found.get(id).sources.add(sources[li.dataset.source || 0].textContent);
      }
    }
    this.pins = [...found].map(([id, told], index) => {
      const shape = draw("g", {}), hit = draw("circle", { r: PIN.hit, class: "hit" });
      const item = draw("g", { role: "button", tabindex: 0, class: "item pin", "data-pin": id }, shape, hit);
      this.hearPin(item, { kind: "pin", index });
      return { ...told, item, shape, hit };
    });
    this.pins.forEach((pin, index) => put(pin.item, { "aria-label": this.tellPin(index).join("; ") }));
    this.pinLayer.replaceChildren(...this.pins.map(({ item }) => item));
  },

  hearPin(item, what) {
    item.addEventListener("click", () => { if (!this.dragged) this.openPinned(); });
    item.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      this.openPinned();
    });
    this.hear(item, what);
  },

  /** Goes to the entry in the list, and unfolds its source. */
  openPinned() {
    const entry = this.pinned, fold = entry.querySelector(".told");
    stop();
    if (entry.hidden) document.querySelector("[data-list=all]").click();
    fold.open = true;
    fold.querySelector("summary").focus({ preventScroll: true });
    entry.scrollIntoView({ block: "center", behavior: CALM ? "auto" : "smooth" });
  },

  /** What happened there, when, and the source of it. */
  tellPin(index) {
    const { said, sources } = this.pins[index];
    return [...said, this.pinned.querySelector("time").textContent, ...sources, say("pin_opens")];
  },

  /** The words of the key; it counts what lies outside the frame. */
  pinWords() {
    const date = dateOf(this.run, Number(this.pinned.dataset.time)), n = this.pins.filter((pin) => !pin.point || !this.shows(pin.point)).length;
    return n ? say("pinned_beyond", { date, n }) : say("pinned", { date });
  },

  /** Where a pin points to, and how far round it the mark reaches; a force where it stood then. */
  pinPoint({ kind, index }) {
    if (kind === "force") {
      const stand = this.stand(this.run.forces[index], Number(this.pinned.dataset.time));
      return stand ? [stand.xy, FORCE.dot] : [null, 0];
    }
    return [this.middle({ kind, index }), kind === "place" ? this.radius(this.run.places[index], index, axisOf(this.run, view.axis)) : 3];
  },

  /** Puts the pins where they cover no name and no place; the boxes that they take. */
  drawPins() {
    if (!this.sheet) return [];
    const among = (boxes) => Object.assign(new Sheet(this.width, this.height), { boxes: [...boxes], soft: this.sheet.soft });
    const sheet = among(this.sheet.boxes), bare = among(this.marked), side = 2 * PIN.head + 2;
    for (const pin of this.pins) {
      const [point, radius] = this.pinPoint(pin.at);
      pin.point = point;
      put(pin.item, { visibility: point ? null : "hidden" });
      if (!point) continue;
      const [x, y] = point, gap = radius + PIN.head, reach = Math.min(PIN.reach, this.width * 0.13);
      const found = this.shows(point) ? sheet.place(x, y, side, side, gap, reach) || bare.place(x, y, side, side, gap, reach) : null;
      const [left, top] = pin.box = found ? found.box : [x - side / 2, y - gap - side, x + side / 2, y - gap];
      for (const other of [sheet, bare]) other.boxes.push(pin.box);
      const head = [left + side / 2, top + side / 2], long = Math.hypot(head[0] - x, head[1] - y);
      pin.shape.replaceChildren(...pinShape([0, 1].map((k) => point[k] + (head[k] - point[k]) * radius / long), head));
      put(pin.hit, { cx: head[0].toFixed(1), cy: head[1].toFixed(1) });
      pin.middle = head;
    }
    return this.pins.filter((pin) => pin.point).map(({ box }) => box);
  },
});
