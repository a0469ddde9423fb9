// Answers of flow.js to a batch of cases, each as test_page_flow.py tells it; -1 is no limit.
(text) => {
  const batch = JSON.parse(text);
  return JSON.stringify(batch.cases.map(([state, start, side, foreign, load, sources, sinks, supply, demand]) => {
    const net = batch.net;
    const free = (limits) => limits.map((kg) => kg < 0 ? Infinity : kg);
    net.place = free(net.place);
    const limits = passage(net, state, side, foreign, load, batch.truck);
    const begun = passage(net, start, side, foreign, load, batch.truck);
    const wall = barrierOf(net, ownState(net, state, limits), ownState(net, start, begun), sources);
    const told = (kg) => kg === Infinity ? -1 : kg;
    const asked = { supply: free(supply), demand: free(demand) };
    const alone = new Flow(net, sources, sinks, limits), given = new Flow(net, sources, sinks, { ...limits, ...asked });
    const cut = (flow) => flow.value === Infinity ? null : [flow.cut, flow.other].map((c) => c && [c.value, c.places, c.roads]);
    const few = fewestPlaces(net, limits, sources, sinks), fast = fastestRoute(net, limits, sources, sinks);
    return {
      road: limits.road.map((ways) => ways.map(told)), place: limits.place.map(told),
      flows: [alone, given].map((flow) => [told(flow.value), cut(flow), flow.value === Infinity ? null : flow.plan()]),
      barrier: [wall.places, wall.roads],
      fewest: few && few.places, disjoint: disjointRoutes(net, limits, sources, sinks),
      fastest: fast && [fast.seconds, fast.places, fast.roads],
      pockets: pocketsOf(net, state, side.actor, limits, sources),
    };
  }));
}
