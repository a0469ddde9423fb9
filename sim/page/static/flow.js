"use strict";
// Flows, cuts, ways and pockets: a second program beside sim/network and sim/state, which tests hold
// it to. It knows no page. Places and roads are numbers, in the order of their ids by code point, as
// in Python; amounts are whole kg/day, Infinity where nothing bounds them; shares are ppm.
//
// A net is {places: n, roads: [[a, b, seconds], ...], road: [[there, back], ...], place: [kg, ...]}
// with the capacities of the run before any share; a state of it {held: [[[actor, ppm], ...], ...],
// ring: [[actor, ...], ...], seal: the same, shut: [0 or 1, ...], keptPlace and keptRoad:
// [[ppm, ...], ...]}; a side {actor, weight: [ppm, ...]}, the share of each actor's places that it may use.

const PPM = 1000000;

/** Arcs with what is left of each; arc 2k + 1 is the way back over the flow of arc 2k. */
class Arcs {
  constructor(nodes) {
    this.out = Array.from({ length: nodes }, () => []);
    this.head = [];
    this.left = [];
    this.cost = [];
    this.count = 0;
  }

  add(tail, head, capacity, cost) {
    this.out[tail].push(2 * this.count);
    this.out[head].push(2 * this.count + 1);
    this.head.push(head, tail);
    this.left.push(capacity, 0);
    this.cost.push(cost, -cost);
    this.count += 1;
  }

  /** Sends all that can go from `root` to `goal`, the cheapest way first; Infinity where no arc bounds it. */
  send(root, goal) {
    for (let sent = 0; ;) {
      const way = this.cheapest(root, goal);
      if (!way) return sent;
      const amount = Math.min(...way.map((arc) => this.left[arc]));
      if (amount === Infinity) return Infinity;
      this.push(way, amount);
      sent += amount;
    }
  }

  push(way, amount) {
    for (const arc of way) {
      this.left[arc] -= amount;
      this.left[arc ^ 1] += amount;
    }
  }

  /** The arcs of a cheapest way by what is left (Bellman 1958, Ford 1956, with a queue); null: none. */
  cheapest(root, goal) {
    const least = this.out.map(() => Infinity), came = this.out.map(() => -1), waits = this.out.map(() => false);
    const queue = [root];
    least[root] = 0;
    for (let i = 0; i < queue.length; i++) {
      const node = queue[i];
      waits[node] = false;
      for (const arc of this.out[node]) {
        const to = this.head[arc], cost = least[node] + this.cost[arc];
        if (!(this.left[arc] > 0) || cost >= least[to]) continue;
        least[to] = cost;
        came[to] = arc;
        if (!waits[to]) queue.push(to);
        waits[to] = true;
      }
    }
    if (least[goal] === Infinity) return null;
    const way = [];
    for (let node = goal; node !== root; node = this.head[came[node] ^ 1]) way.unshift(came[node]);
    return way;
  }

  /** Marks the nodes that lead from `start` by arcs that `open` lets pass, against them where `back` is 1. */
  reached(start, back, open) {
    const seen = this.out.map(() => false), queue = [start];
    seen[start] = true;
    for (let i = 0; i < queue.length; i++) {
      for (const arc of this.out[queue[i]]) {
        if (seen[this.head[arc]] || !open(arc ^ back)) continue;
        seen[this.head[arc]] = true;
        queue.push(this.head[arc]);
      }
    }
    return seen;
  }

  /**
   * Of all flows of this amount and cost, makes it the one with most on the first arc of `order`, then
   * on the second, and so on: by circles of no cost, all of whose arcs a potential shows to be tight.
   */
  settle(order) {
    const price = this.potentials(), fixed = new Set();
    const open = (arc) => this.left[arc] > 0 && !fixed.has(arc >> 1)
      && price[this.head[arc ^ 1]] + this.cost[arc] === price[this.head[arc]];
    for (const number of order) {
      const arc = 2 * number;
      while (open(arc)) {
        fixed.add(number);
        const way = this.first(this.head[arc], this.head[arc ^ 1], open);
        fixed.delete(number);
        if (!way) break;
        const circle = [arc, ...way];
        this.push(circle, Math.min(...circle.map((a) => this.left[a])));
      }
      fixed.add(number);
    }
  }

  /** For each node a price, so that no arc with something left leads to one that is dearer by more than its cost. */
  potentials() {
    const price = this.out.map(() => 0), queue = this.out.map((_, node) => node), waits = this.out.map(() => true);
    for (let i = 0; i < queue.length; i++) {
      const node = queue[i];
      waits[node] = false;
      for (const arc of this.out[node]) {
        const to = this.head[arc], found = price[node] + this.cost[arc];
        if (!(this.left[arc] > 0) || found >= price[to]) continue;
        price[to] = found;
        if (!waits[to]) queue.push(to);
        waits[to] = true;
      }
    }
    return price;
  }

  /** The arcs of a way with fewest arcs that `open` lets pass; null where there is none. */
  first(root, goal, open) {
    const came = this.out.map(() => -1), queue = [root];
    for (let i = 0; i < queue.length; i++) {
      for (const arc of this.out[queue[i]]) {
        const to = this.head[arc];
        if (to === root || came[to] >= 0 || !open(arc)) continue;
        came[to] = arc;
        queue.push(to);
      }
    }
    if (came[goal] < 0) return null;
    const way = [];
    for (let node = goal; node !== root; node = this.head[came[node] ^ 1]) way.unshift(came[node]);
    return way;
  }
}

/**
 * A largest flow of the least total travel time from `sources` to `sinks`, and its minimum cut nearest the
 * sources. `limits`: {road: [[there, back], ...], place: [...], supply, demand}, the last two optional.
 * Of several flows it is the one in which the first source sends most, then the second, then the first road
 * carries most, and so on. Throws a RangeError where amounts are too large to be added exactly.
 */
class Flow {
  constructor(net, sources, sinks, { road, place, supply, demand }) {
    const n = net.places, root = 2 * n, goal = 2 * n + 1;
    this.sources = sources;
    this.sinks = sinks;
    this.first = [0, 2 * net.roads.length, 2 * net.roads.length + n, 2 * net.roads.length + n + sources.length];
    this.limits = [...road.flat(), ...place, ...(supply || sources.map(() => Infinity)), ...(demand || sinks.map(() => Infinity))];
    const finite = this.limits.filter((limit) => limit < Infinity).reduce((sum, limit) => sum + limit, 0);
    if (finite > Number.MAX_SAFE_INTEGER) throw new RangeError("capacities are too large to be added exactly");
    const arcs = this.arcs = new Arcs(2 * n + 2);
    const ends = [...net.roads.flatMap(([a, b]) => [[n + a, b], [n + b, a]]), ...place.map((_, i) => [i, n + i]),
      ...sources.map((i) => [root, i]), ...sinks.map((i) => [n + i, goal])];
    ends.forEach(([tail, head], k) => arcs.add(tail, head, this.limits[k], k < this.first[1] ? net.roads[k >> 1][2] : 0));
    this.value = arcs.send(root, goal);
    if (this.value === Infinity) return;
    const near = arcs.reached(root, 0, (arc) => arcs.left[arc] > 0);
    const far = arcs.reached(goal, 1, (arc) => arcs.left[arc] > 0).map((led) => !led);
    this.cut = this.crossing(near);
    const other = this.crossing(far);
    this.other = other.arcs.join() === this.cut.arcs.join() ? null : other;
  }

  /** What leads out of a side: places and roads by number, and whether supplies or demands are in it. */
  crossing(side) {
    const [, places, supplies] = this.first, { head } = this.arcs;
    const arcs = this.limits.map((_, k) => k).filter((k) => side[head[2 * k + 1]] && !side[head[2 * k]] && this.limits[k] > 0);
    return {
      arcs,
      value: arcs.reduce((sum, k) => sum + this.limits[k], 0),
      roads: [...new Set(arcs.filter((k) => k < places).map((k) => k >> 1))],
      places: arcs.filter((k) => k >= places && k < supplies).map((k) => k - places),
      ends: arcs.filter((k) => k >= supplies).map((k) => k - supplies),
    };
  }

  /** What each road carries there and back in the plan; `visits` then tells what goes through places. */
  plan() {
    const [, places, supplies, demands] = this.first, order = [];
    for (let k = supplies; k < demands; k++) order.push(k);
    for (let k = 0; k < places; k++) order.push(k);
    this.arcs.settle(order);
    return this.ways();
  }

  ways() {
    const found = [];
    for (let k = 0; k < this.first[1]; k += 2) found.push([this.arcs.left[2 * k + 1], this.arcs.left[2 * k + 3]]);
    return found;
  }

  visits() {
    const [, places, supplies] = this.first, found = [];
    for (let k = places; k < supplies; k++) found.push(this.arcs.left[2 * k + 1]);
    return found;
  }
}

/** Every road twice, by the place that it leaves: [to, road, way], in the order of places, then roads. */
function neighbours(net) {
  const found = Array.from({ length: net.places }, () => []);
  net.roads.forEach(([a, b], road) => { found[a].push([b, road, 0]); found[b].push([a, road, 1]); });
  for (const near of found) near.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  return found;
}

/** The ways that can be used: a road's own each way, where both of its ends are open. */
function usable(net, { road, place }) {
  return net.roads.map(([a, b], r) => road[r].map((kg) => kg > 0 && place[a] > 0 && place[b] > 0));
}

/** Limits that count things: one a usable way, one an inner place, nothing for sources and sinks. */
function counting(net, limits, sources, sinks) {
  const ends = new Set([...sources, ...sinks]);
  return {
    road: usable(net, limits).map((ways) => ways.map(Number)),
    place: limits.place.map((kg, i) => kg > 0 ? ends.has(i) ? Infinity : 1 : 0),
  };
}

/** The fewest places, ends aside, whose loss cuts, nearest the sources; null where no places do. `other`: as of a cut. */
function fewestPlaces(net, limits, sources, sinks) {
  const { road, place } = counting(net, limits, sources, sinks);
  const flow = new Flow(net, sources, sinks, { road: road.map((ways) => ways.map((way) => way ? Infinity : 0)), place });
  return flow.value === Infinity ? null : { places: flow.cut.places, other: flow.other ? flow.other.places : null };
}

/** The most routes of which no two share a road, or also no inner place: {roads: [...], places: [...]}, roads of each. */
function disjointRoutes(net, limits, sources, sinks) {
  const { road, place } = counting(net, limits, sources, sinks);
  return {
    roads: singly(net, new Flow(net, sources, sinks, { road, place: place.map((kg) => kg ? Infinity : 0) })),
    places: singly(net, new Flow(net, sources, sinks, { road, place })),
  };
}

/** The routes of a flow of ones: roads from a source to a sink. */
function singly(net, flow) {
  const ways = flow.ways(), out = neighbours(net), { left } = flow.arcs, [, , supplies, demands] = flow.first;
  const ending = new Map(flow.sinks.map((place, k) => [place, left[2 * (demands + k) + 1]]));
  return flow.sources.flatMap((source, k) => Array.from({ length: left[2 * (supplies + k) + 1] }, () => {
    const route = [];
    let at = source;
    do {
      const [to, road, way] = out[at].find(([, r, w]) => ways[r][w] > ways[r][1 - w]);
      ways[road][way] -= 1;
      route.push(road);
      at = to;
    } while (!ending.get(at));
    ending.set(at, ending.get(at) - 1);
    return route;
  }));
}

/**
 * The fastest route from any source to any sink as {seconds, places, roads}, null where there is none. Of
 * several it has fewest places, then the first source, then step by step the first place and road.
 */
function fastestRoute(net, limits, sources, sinks) {
  const ways = usable(net, limits), near = neighbours(net);
  const label = near.map(() => [Infinity, Infinity]), queue = [...sinks].filter((i) => limits.place[i] > 0);
  const less = (x, y) => x[0] < y[0] || (x[0] === y[0] && x[1] < y[1]);
  const beyond = (road, to) => [label[to][0] + net.roads[road][2], label[to][1] + 1];
  for (const sink of queue) label[sink] = [0, 0];
  for (let i = 0; i < queue.length; i++) {
    for (const [from, road, way] of near[queue[i]]) {
      const found = beyond(road, queue[i]);
      if (!ways[road][1 - way] || !less(found, label[from])) continue;
      label[from] = found;
      queue.push(from);
    }
  }
  const start = [...sources].sort((x, y) => x - y).filter((i) => label[i][0] < Infinity)
    .reduce((best, i) => best < 0 || less(label[i], label[best]) ? i : best, -1);
  if (start < 0) return null;
  const route = { seconds: label[start][0], places: [start], roads: [] };
  for (let at = start; label[at][1] > 0;) {
    const [to, road] = near[at].find(([other, r, way]) => ways[r][way] && String(beyond(r, other)) === String(label[at]));
    route.places.push(to);
    route.roads.push(road);
    at = to;
  }
  return route;
}

/** The share (ppm squared) of each place that a side may use; `foreign` places serve it whoever holds them. */
function sharesOf(state, side, foreign) {
  return state.held.map((held, i) => {
    if (state.seal[i].includes(side.actor)) return 0;
    if (foreign.includes(i)) return PPM * PPM;
    return held.reduce((sum, [actor, ppm]) => state.ring[i].includes(actor) ? sum : sum + ppm * side.weight[actor], 0);
  });
}

/** A capacity times a share, a commodity's load against the standard one, and what damages keep; floored once. */
function scaled(whole, share, load, truck, kept) {
  if (!share || !whole) return 0;
  if (whole === Infinity) return Infinity;
  let over = BigInt(whole) * BigInt(share) * BigInt(load), under = BigInt(truck) * BigInt(PPM) * BigInt(PPM);
  for (const ppm of kept) {
    over *= BigInt(ppm);
    under *= BigInt(PPM);
  }
  return Number(over / under);
}

/** What a side can pass in a state, as limits of a flow. */
function passage(net, state, side, foreign, load, truck) {
  return shared(net, state, sharesOf(state, side, foreign), load, truck);
}

/** What closures and damages leave for all actors together. */
function wholePassage(net, state, load, truck) {
  return shared(net, state, state.held.map(() => PPM * PPM), load, truck);
}

/** Limits by the share of each place; a road takes the smaller one of its two ends. */
function shared(net, state, shares, load, truck) {
  return {
    road: net.roads.map(([a, b], r) => {
      const least = state.shut[r] ? 0 : Math.min(shares[a], shares[b]);
      return net.road[r].map((kg) => scaled(kg, least, load, truck, state.keptRoad[r]));
    }),
    place: net.place.map((kg, i) => scaled(kg, shares[i], load, truck, state.keptPlace[i])),
  };
}

/** What takes as many trucks of `of` kg as `kg` takes of `other` kg, rounded up. */
function inLoads(kg, of, other) {
  return of === other ? kg : Number((BigInt(kg) * BigInt(of) + BigInt(other - 1)) / BigInt(other));
}

/** What the plan of a flow uses, in standard loads. */
function usedBy(flow, load, truck) {
  const loads = (kg) => inLoads(kg, truck, load), road = flow.plan().map((ways) => ways.map(loads));
  return { road, place: flow.visits().map(loads) };
}

/** Limits less what some plans use. */
function less(limits, plans, load, truck) {
  const left = (kg, used) => Math.max(0, kg - inLoads(used.reduce((sum, one) => sum + one, 0), load, truck));
  return {
    road: limits.road.map((ways, r) => ways.map((kg, way) => left(kg, plans.map(({ used }) => used.road[r][way])))),
    place: limits.place.map((kg, i) => left(kg, plans.map(({ used }) => used.place[i]))),
  };
}

/**
 * What is left to an actor beside the plans before its own, each {actor, limits, used}: of its share what its
 * own ones leave and, where it meets others, of the whole (a function that gives it) what all of them leave.
 */
function besides(limits, whole, plans, actor, load, truck) {
  const own = plans.filter((plan) => plan.actor === actor), left = own.length ? less(limits, own, load, truck) : limits;
  const meets = (plan) => plan.actor !== actor && plan.limits.place.some((kg, i) => kg > 0 && limits.place[i] > 0);
  if (!plans.some(meets)) return left;
  const all = less(whole(), plans, load, truck);
  return {
    road: left.road.map((ways, r) => ways.map((kg, way) => Math.min(kg, all.road[r][way]))),
    place: left.place.map((kg, i) => Math.min(kg, all.place[i])),
  };
}

/** Which roads are open each way by their own state, their ends aside, and which places a side can pass. */
function ownState(net, state, limits) {
  const kept = (r) => !state.shut[r] && state.keptRoad[r].every((ppm) => ppm > 0);
  return { road: net.road.map((ways, r) => ways.map((kg) => kg > 0 && kept(r))), place: limits.place.map((kg) => kg > 0) };
}

/** The places that some places lead to, themselves included, by ways that `passes` lets. */
function spread(near, roots, passes) {
  const seen = new Set(roots);
  for (const at of seen) for (const [to, road, way] of near[at]) if (passes(road, way, to)) seen.add(to); // grows while it is read
  return seen;
}

/** What was lost since the start (two own states) and touches the part that the sources still reach. */
function barrierOf(net, now, start, sources) {
  const near = neighbours(net), lost = (i) => start.place[i] && !now.place[i];
  const open = (road, way, to) => now.road[road][way] && now.place[to];
  const reached = spread(near, sources.filter((i) => now.place[i]), open);
  const places = new Set(sources.filter(lost)), roads = new Set();
  for (const at of reached) {
    for (const [to, road, way] of near[at]) {
      const is = now.road[road][way];
      if (lost(to) && (is || start.road[road][way])) places.add(to);
      if (!is && start.road[road][way]) roads.add(road);
    }
  }
  const sorted = (set) => [...set].sort((x, y) => x - y);
  return { places: sorted(places), roads: sorted(roads) };
}

/**
 * Parts of an actor's territory that no place of `sources` reaches, each its places, sorted. A part hangs
 * together by roads that can be used either way; a place that nothing passes is one by itself.
 */
function pocketsOf(net, state, actor, limits, sources) {
  const ways = usable(net, limits), near = neighbours(net), open = limits.place.map((kg) => kg > 0);
  const mine = state.held.map((held) => held.some(([holder]) => holder === actor));
  const reached = spread(near, sources.filter((i) => open[i]), (road, way) => ways[road][way]);
  const done = new Set(reached), found = [];
  open.forEach((is, i) => {
    if (!is || done.has(i)) return;
    const part = spread(near, [i], (road, _, to) => (ways[road][0] || ways[road][1]) && !reached.has(to));
    for (const place of part) done.add(place);
    found.push([...part].filter((place) => mine[place]).sort((x, y) => x - y));
  });
  mine.forEach((is, i) => { if (is && !open[i]) found.push([i]); });
  const before = (x, y) => { const k = x.findIndex((place, i) => place !== y[i]); return k < 0 ? -1 : k >= y.length ? 1 : x[k] - y[k]; };
  return found.filter((part) => part.length).sort(before);
}
