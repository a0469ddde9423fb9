"use strict";
// The page as it is served: the changed scenario is run, or saved where the program was started.

const BEAT = 20000; // ms between two words that the page is there
const KEY = "sim-token";

/** The token of the address, which is kept for the pages that this tab goes to, and not shown. */
function tokenOf() {
  const [, given] = /^#token~([\w-]+)$/.exec(location.hash) || [];
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(KEY);
}

/** The curves of an axis beside those of the base; none where the page is that of the base. */
function panelsBeside(base, id) {
  if (!base) return [];
  const names = [say("explore_base"), say("explore_this")];
  return panelsOf([base, DATA.runs[0]], id, names).map((panel) => ({ ...panel, title: say("explore_beside", panel) }));
}

class Explore {
  /** `Kind`: of the drawing. */
  constructor(asking, Kind = Drawing) {
    Object.assign(this, { asking, Kind, token: tokenOf(), busy: false, gone: false });
    this.build();
    asking.save.replaceWith(this.box);
    asking.onrender = () => this.follow();
    if (!this.token) return;
    this.beat();
    setInterval(() => this.beat(), BEAT);
  }

  build() {
    const button = (name, act) => {
      const made = make("button", { type: "button" }, say(name));
      made.addEventListener("click", act);
      return made;
    };
    this.run = button("explore_run", () => this.start());
    this.file = make("input", { type: "text", value: DATA.explore.file || this.asking.file, spellcheck: "false" });
    this.save = button("explore_save", () => this.write(false));
    this.replace = button("explore_replace", () => this.write(true));
    this.said = make("p", { role: "status" }, say(this.token ? "explore_ready" : "explore_stranger"));
    this.replace.hidden = true;
    this.file.addEventListener("input", () => { this.replace.hidden = true; });
    const acts = make("div", { class: "explore" }, this.run, make("label", {}, say("explore_file"), " ", this.file), this.save, this.replace, this.said);
    this.drawing = new this.Kind(this.asking.map, DATA.explore.draw, (drawn) => this.check(drawn), () => this.follow());
    this.box = make("div", {}, this.token ? this.drawing.box : null, acts);
    this.follow();
  }

  /** Whether a run that nothing is changed of may be saved: the first of a scenario that was drawn. */
  get whole() { return DATA.explore.file !== null && !DATA.first; }

  /** Lets act who may, where there is something to do and nothing on. */
  follow() {
    const something = this.asking.changes.length > 0 || Boolean(this.drawing && this.drawing.any);
    const idle = this.token && !this.busy && !this.gone;
    put(this.run, { disabled: !(idle && something) });
    for (const button of [this.save, this.replace]) put(button, { disabled: !(idle && (something || this.whole)) });
  }

  /** Asks the program for something: [status, its answer]. */
  async ask(path, told) {
    const headers = { "Content-Type": "application/json", "X-Sim-Token": this.token };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(told) });
    return [answer.status, await answer.json()];
  }

  async beat() {
    let why = "";
    try {
      const [status, answer] = await this.ask("/alive", {});
      if (status !== 200) why = answer.message;
    } catch {
      why = say("explore_gone");
    }
    this.gone = why !== "";
    if (why) this.said.textContent = why;
    this.follow();
  }

  /** The changes as the program takes them. */
  get changes() {
    const { run, told, changes } = this.asking;
    return changes.map(({ when, place, actor, road, shut }) => road === undefined
      ? { take: run.places[place].id, by: told.ids[actor], at: when }
      : { [shut ? "close" : "open"]: run.roads[road].id, at: when });
  }

  told(drawn) { return { from: DATA.explore.run, changes: this.changes, drawn }; }

  /** What is wrong with the scenario with what is drawn, or "". */
  async check(drawn) {
    try {
      const [status, answer] = await this.ask("/check", this.told(drawn));
      return status === 200 ? "" : answer.message;
    } catch {
      return say("explore_gone");
    }
  }

  /** Asks for what acts on the changes; its answer, or null where it was refused and why was said. */
  async act(path, told) {
    this.busy = true;
    this.follow();
    try {
      const [status, answer] = await this.ask(path, { ...this.told(this.drawing.wire()), ...told });
      this.replace.hidden = status !== 412;
      if (status === 200) return answer;
      this.said.textContent = answer.message;
    } catch {
      this.gone = true;
      this.said.textContent = say("explore_gone");
    } finally {
      this.busy = false;
      this.follow();
    }
    return null;
  }

  /** Runs the changed scenario and goes to the page of that run, at the same day. */
  async start() {
    this.said.textContent = say("explore_running");
    const done = await this.act("/run", {});
    if (done) location.assign(view.axis ? `${done.page}#day-${view.time / DAY}&axis~${view.axis}` : done.page);
  }

  async write(replace) {
    const done = await this.act("/save", { name: this.file.value.trim(), replace });
    if (done) this.said.textContent = say("explore_saved", done);
  }
}
