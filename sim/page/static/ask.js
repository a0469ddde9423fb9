"use strict";
// What if: changes of the reader's to the states of a run, and what follows from them by flow.js.
// A change is {when, place, actor}, a place given to an actor, or {when, road, shut}.

/** The network of a run, for flow.js. */
function netOf(run, told) {
  return {
    places: run.places.length,
    roads: run.roads.map((road, i) => [road.a, road.b, told.seconds[i]]),
    road: run.roads.map((road) => eachWay(road.whole)),
    place: run.places.map((_, i) => told.limit[i] ?? Infinity),
  };
}

/** The network with the travel times of an instant. */
function pacedNet(net, told, time) {
  if (!told.pace) return net;
  return { ...net, roads: net.roads.map(([a, b, seconds], i) => [a, b, at(told.pace[i], time, seconds)]) };
}

/** What an amount is at an instant: a number, or changes. */
function amountAt(amount, time) {
  return Array.isArray(amount) ? at(amount, time, 0) : amount;
}

/** The state of a run at an instant, for flow.js. */
function stateAt(run, told, time) {
  return {
    held: run.places.map((place) => at(place.held, time, [])),
    ring: run.places.map((place) => at(place.ring, time, [])),
    seal: run.places.map((place) => at(place.seal, time, [])),
    shut: run.roads.map((road) => at(road.shut, time, 0)),
    keptPlace: run.places.map((_, i) => at(told.kept.place[i], time, [])),
    keptRoad: run.roads.map((_, i) => at(told.kept.road[i], time, [])),
  };
}

/** `changes` with `value` from `when` on, until the next that they have. */
function spliced(changes, when, value) {
  const old = changes || [], from = old.findIndex((time, i) => i % 2 === 0 && time >= when);
  const kept = from < 0 ? old : old.slice(0, from), after = from < 0 ? [] : old.slice(from);
  return [...kept, when, value, ...after.slice(after[0] === when ? 2 : 0)];
}

/** `changes` up to `when`, and `value` from then on. */
function ended(changes, when, value) {
  return [...(changes || []).filter((_, i) => changes[i - i % 2] < when), when, value];
}

/** Who holds a place that is given to an actor at `when`: the end of a raid of it changes nothing any more. */
function taken(held, when, actor, raidsEnd) {
  const end = raidsEnd.find((time) => time > when);
  const kept = held.filter((_, i) => held[i - i % 2] !== end);
  return spliced(kept, when, [[actor, WHOLE]]);
}

/** The run with the changes in it: who holds what, which roads are closed. What axes can is worked out apart. */
function changedRun(run, told, changes) {
  const places = [...run.places], roads = [...run.roads];
  for (const { when, place, actor, road, shut } of [...changes].sort((x, y) => x.when - y.when)) {
    if (road === undefined) {
      const { held, ring } = places[place];
      places[place] = { ...places[place], held: taken(held, when, actor, told.raids_end[place] || []), ring: ring && spliced(ring, when, []) };
    } else {
      roads[road] = { ...roads[road], shut: shut ? ended(roads[road].shut, when, 1) : spliced(roads[road].shut, when, 0) };
    }
  }
  return { ...run, places, roads, asked: true };
}

/** What an axis can do in a run at an instant. Amounts are kg/day, Infinity where nothing bounds them. */
class Look {
  constructor(run, told, net, id, time) {
    const axis = told.axes[id], state = stateAt(run, told, time);
    this.ends = [axis.sources, axisOf(run, id).sinks.map((sink) => sink.place)];
    this.limits = passage(net, state, axis, axis.foreign, axis.load, told.truck);
    Object.assign(this, { run, told, net: pacedNet(net, told, time), id, axis, state, time });
  }

  get key() { return String([this.limits.road, this.limits.place]); }

  flow() { return new Flow(this.net, ...this.ends, this.limits); }

  /** What binds the axis, or stands in its way; `other` is another minimum cut, where there are several. */
  cut(flow) {
    if (flow.value) return { places: [], roads: [], other: null, ...flow.cut, other: flow.other };
    const own = (look) => ownState(this.net, look.state, look.limits);
    return { ...barrierOf(this.net, own(this), own(new Look(this.told.base, this.told, this.net, this.id, 0)), this.axis.sources), other: null };
  }

  /** What its sinks need, and the flow of what can be delivered of it with what its sources give, within `limits`. */
  delivery(limits = this.limits) {
    const sinks = this.ends[1], holds = (i) => this.state.held[i].some(([actor]) => this.axis.own.includes(actor));
    const demand = sinks.map((i, k) => {
      const { eats, need } = this.axis.sinks[k];
      return this.limits.place[i] > 0 || holds(i) ? at(need, this.time, 0) || amountAt(eats, this.time) : 0;
    });
    const supply = this.axis.supply.map((gives) => amountAt(gives, this.time)).map((kg) => kg < 0 ? Infinity : kg);
    return { need: demand.reduce((sum, kg) => sum + kg, 0), flow: new Flow(this.net, ...this.ends, { ...limits, supply, demand }) };
  }

  /** What can be delivered beside the axes before it, each of which takes what its sinks need. */
  beside() {
    const { net, told } = this, { truck } = told, plans = [];
    const within = ({ limits, axis: { actor, load } }) =>
      besides(limits, () => wholePassage(net, this.state, load, truck), plans, actor, load, truck);
    for (const id of told.order.slice(0, told.order.indexOf(this.id))) {
      const look = new Look(this.run, told, net, id, this.time), { flow } = look.delivery(within(look));
      if (flow.value) plans.push({ actor: look.axis.actor, limits: look.limits, used: usedBy(flow, look.axis.load, truck) });
    }
    return this.delivery(within(this)).flow.value;
  }

  fewest() { return fewestPlaces(this.net, this.limits, ...this.ends); }

  disjoint() { return disjointRoutes(this.net, this.limits, ...this.ends); }

  fastest() { return fastestRoute(this.net, this.limits, ...this.ends); }

  /** The pockets of the actor of the axis. */
  pockets() {
    const mine = this.told.territories.find(({ actor }) => actor === this.axis.actor);
    const limits = passage(this.net, this.state, mine, mine.foreign, this.told.truck, this.told.truck);
    return pocketsOf(this.net, this.state, mine.actor, limits, mine.sources);
  }
}

/** The axis of a changed run with capacities, cuts and the curve of its capacity worked out from `first` on. */
function changedAxis(run, told, net, id, first) {
  const axis = axisOf(run, id), base = axisOf(told.base, id);
  const moves = [...run.places.flatMap((p) => [p.held, p.ring, p.seal]), ...run.roads.map((r) => r.shut),
    ...Object.values(told.kept.place), ...Object.values(told.kept.road)];
  const times = new Set(moves.flatMap((changes) => (changes || []).filter((time, i) => i % 2 === 0 && time >= first)));
  const until = (changes) => (changes || []).filter((_, i) => changes[i - i % 2] < first);
  const put = (changes, time, value) => {
    if (!changes.length || String(changes[changes.length - 1]) !== String(value)) changes.push(time, value);
  };
  const capacity = run.roads.map((_, i) => until(base.capacity[i])), passing = run.places.map((_, i) => until(base.passing[i]));
  const cuts = until(base.cuts), series = until(base.series.capacity);
  let key = "";
  for (const time of [...times].sort((x, y) => x - y)) {
    const look = new Look(run, told, net, id, time);
    if (look.key === key) continue;
    key = look.key;
    const flow = look.flow(), { places, roads } = look.cut(flow);
    run.roads.forEach((road, i) => put(capacity[i], time, Array.isArray(road.whole) ? look.limits.road[i] : look.limits.road[i][0]));
    run.places.forEach((_, i) => put(passing[i], time, look.limits.place[i] === Infinity ? -1 : look.limits.place[i]));
    cuts.push(time, { places, roads });
    put(series, time, flow.value);
  }
  return { ...axis, capacity, passing, cuts, series: { ...axis.series, capacity: series } };
}

/** The plan of what a look's axis can deliver alone, as the map has planned flows: [0, net kg/day] of each road that carries any. */
function plannedAlone(look) {
  const ways = look.delivery().flow.plan();
  return Object.fromEntries(ways.flatMap(([there, back], road) => there === back ? [] : [[road, [0, there - back]]]));
}

// --- changes as text ------------------------------------------------------------------------

/** Changes as part of an address: kind, id, actor where there is one, seconds. */
function packChanges(run, told, changes) {
  const words = ({ when, place, actor, road, shut }) => road === undefined
    ? ["take", run.places[place].id, told.ids[actor], when]
    : [shut ? "close" : "open", run.roads[road].id, when];
  return changes.map((change) => words(change).map(encodeURIComponent).join("~")).join("&");
}

/** The changes that an address names; what it names wrongly is left out. */
function unpackChanges(run, told, text) {
  const number = (things, id) => things.findIndex((thing) => thing.id === id);
  return text.split("&").flatMap((part) => {
    const [kind, id, ...rest] = part.split("~").map(decodeURIComponent), when = Number(rest.pop());
    const place = number(run.places, id), road = number(run.roads, id), actor = told.ids.indexOf(rest[0]);
    if (!Number.isInteger(when) || when < 0 || when > run.end) return [];
    if (kind === "take") return place < 0 || actor < 0 ? [] : [{ when, place, actor }];
    return (kind === "close" || kind === "open") && road >= 0 && !run.roads[road].absent ? [{ when, road, shut: kind === "close" }] : [];
  });
}

/** An instant as a scenario states it. */
function instantOf(run, time) {
  return run.start ? calendar(run, time).toISOString().slice(0, 19) : `${time} s`;
}

/** The text of a scenario with the changes as events of it. */
function scenarioWith(text, run, told, changes) {
  let number = 0;
  const lines = changes.flatMap(({ when, place, actor, road, shut }) => {
    do number += 1; while (text.includes(`what_if_${number}`));
    const targets = road === undefined ? [`capture: [${JSON.stringify(run.places[place].id)}]`, `by: ${JSON.stringify(told.ids[actor])}`]
      : [`${shut ? "close" : "open"}: [${JSON.stringify(run.roads[road].id)}]`];
    return [`  what_if_${number}:`, `    at: "${instantOf(run, when)}"`, "    text: What if", ...targets.map((line) => `    ${line}`)];
  });
  const events = `events:\n${lines.join("\n")}\n`;
  return /^events:\n/m.test(text) ? text.replace(/^events:\n/m, () => events) : `${text}${events}`;
}
