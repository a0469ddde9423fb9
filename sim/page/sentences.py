"""What the scripts of a page say: sentences with slots, which a script fills.

A slot is a word in braces. Of two sentences in a pair the first is said of one thing (the slot
``n`` is 1), the second of none or several. Dates, numbers and names are put in as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.view.look import MEANINGS

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

SENTENCES: Mapping[str, str | tuple[str, str]] = {
    # time and amounts
    "date": "{day} {month} {year}",
    "day_of": "day {n} of {of}",
    "since": "since {date}",
    "since_start": "since the start",
    "nobody": "nobody",
    "more_names": "{names} and {n} more",
    # a place
    "people": "{kind}, {n} people",
    "held": "held by {who} {since}",
    "besieged_since": "besieged: {who} {since}",
    "sealed_since": "sealed to {who} {since}",
    "source_of": "source of {axis}",
    "sink_of": "sink of {axis}: stock {stock}",
    "flow_through": "flow through it: {rate} planned",
    "capacity_since": "capacity for {axis}: {can} {since}",
    "no_limit": "no limit of its own",
    "at_most": "at most {rate}",
    "may_not_pass": "may not pass",
    # a road
    "km": "{km} km",
    "km_about": "about {km} km (great circle \u00d7 {detour})",
    "length": "{km}, {kind}",
    "length_named": "{km}, {kind}, {name}",
    "closed_since": "closed {since}",
    "open_since": "open {since}",
    "may_be_there": "may not be there, {chance} %: in this run it is",
    "not_there": "may not be there, {chance} %: in this run it is not",
    "never_there": "not there",
    "absent_state": "not there",
    "both_ends": "both ends held by {a}",
    "ends": "ends held by {a} and by {b}",
    "flow_toward": "flow: {rate} planned toward {place} {since}",
    "flow": "flow: {rate} planned {since}",
    "road_capacity": "capacity for {axis}: {rate} each way of {whole} {since}",
    "road_one_way": "one-way; capacity for {axis}: {rate} toward {to} of {whole} {since}",
    "road_each_way": (
        "capacity for {axis}: {rate} toward {to} of {whole}, {back} toward {from} of {whole_back} "
        "{since}"
    ),
    "ways": "{there} there, {back} back",
    # what if
    "asked": "What if: {found}",
    "flow_asked": "flow: none for what the sinks need",
    "flow_asked_toward": "flow: {rate} toward {place} for what the sinks need, the axis alone",
    "flow_asked_through": "flow through it: {rate} for what the sinks need, the axis alone",
    "asked_flow": "flow for what the sinks need, the axis alone",
    "sink_asked": "sink of {axis}: only a run tells its stock",
    "ask_hint": (
        "Choose a town or road on the map: press on it, tap it, or go there with Tab and the arrow "
        "keys and press Enter. What you change holds from {date} on, where the slider stands."
    ),
    "ask_of": "What becomes of {name}",
    "ask_by": "is taken by",
    "ask_to": "Who takes {name}",
    "ask_take": "Take",
    "ask_close": "Close",
    "ask_open": "Open",
    "ask_leave": "Leave it as it is",
    "asked_take": "{date}: {name} goes to {actor}",
    "asked_close": "{date}: {name} is closed",
    "asked_open": "{date}: {name} is opened",
    "ask_undo": "Undo",
    "ask_undo_of": "Undo: {what}",
    "ask_axis": "{axis} on {date}",
    "ask_axes": "What each axis can carry on {date}, kg/day",
    "ask_all": "All axes",
    "ask_carry": "Can carry, kg/day",
    "ask_cut": "Minimum cut",
    "ask_lost": "it is cut; lost, and in the way: {names}",
    "ask_or": "{one} or {other}",
    "ask_none": "none",
    "ask_fewest": "Fewest places whose loss cuts it",
    "ask_is_cut": "it is cut",
    "ask_no_places": "no places do: a road joins its ends",
    "ask_disjoint": "Routes that share no road; no place either",
    "ask_counts": "{roads}; {places}",
    "ask_fastest": "Fastest way",
    "ask_way": "{hours} h, {km} km",
    "ask_ghost": "Grey dots on the map: roads that the fastest way has left.",
    "ask_need": "Needed at its sinks, kg/day",
    "ask_can": "Can be delivered of it, kg/day",
    "ask_beside": "The same beside the axes before it, if no stock is refilled",
    "ask_by_rule": "only a run tells: shared out by a stated rule, and here is capacity alone",
    "ask_depots": "{n}, if the depots that it ships from give what they gave in the run",
    "ask_by_lorries": "only a run tells: lorries bind it, and here is what roads and sources allow",
    "ask_by_cost": "only a run tells: an axis before it is planned by cost, here by travel time",
    "ask_any_lorries": "{amount}, with any number of lorries",
    "ask_dearer": "{amount}; the run plans it by cost, the map here by travel time",
    "ask_lasts": "Days that the run's stocks last at that, if nothing else changes",
    "ask_lasting": "no end",
    "ask_pockets": "Pockets of {actor}",
    "ask_cut_off": "No source reaches",
    "ask_save": "Save as scenario",
    "ask_limits": (
        "Worked out here: capacities, cuts, ways and pockets, as the program does. What "
        "the run had after a change still happens on its day. Convoys, stocks, forces, men, and "
        "what would follow from a change only a run tells: save the scenario, then"
    ),
    "ask_limits_nobodys": (
        "Worked out here: capacities, cuts, ways, and what no source reaches, as the program "
        "does. What the run had after a change still happens on its day. Convoys, stocks, and "
        "what would follow from a change only a run tells: save the scenario, then"
    ),
    # a force
    "afield_not": "not in the field",
    "force_of": "force of {actor}",
    "doing_since": "{doing} {since}",
    "km_from": "{km} km from {base} on its route to {end}",
    "fed_since": "{days} days of supply with it, fed {since}",
    "unfed_since": "{days} days of supply with it, not fed {since}",
    # the map as a whole
    "cut": "{axis} is cut",
    "cut_by": (
        "{axis} is cut; {names} stands in the way",
        "{axis} is cut; {names} stand in the way",
    ),
    "carries": "{axis} can carry {rate}",
    "carries_bound": "{axis} can carry {rate}, bound by {names}",
    "planned_carries": "{axis} can carry {rate}; {planned} is planned",
    "planned_carries_bound": "{axis} can carry {rate}, bound by {names}; {planned} is planned",
    "loads_none": "No axis plans to send anything",
    "loads_most": (
        "All axes together load 1 road: {road}, {rate} of {whole}",
        "All axes together load {n} roads, {road} most: {rate} of {whole}",
    ),
    "asked_loads": "In the run, without what if: {found}",
    "carry_no": "no part of the largest flow",
    "carry_there": "largest flow: {there} toward {to}",
    "carry_back": "largest flow: {back} toward {from}",
    "carry_both": "largest flow: {there} toward {to}, {back} toward {from}",
    "loads_no": "no axis loads it",
    "loads_there": "all axes: {there} in standard loads toward {to}",
    "loads_back": "all axes: {back} in standard loads toward {from}",
    "loads_both": "all axes: {there} in standard loads toward {to}, {back} toward {from}",
    # what happened, pinned on the map
    "pin_opens": "Enter or a press opens its entry in the list",
    "pinned": "what happened last, on {date}",
    "pinned_beyond": (
        "what happened last, on {date}; 1 place of it is outside the map",
        "what happened last, on {date}; {n} places of it are outside the map",
    ),
    "turn": "{date}: can carry {rate}",
    "turns_more": ("and 1 smaller change", "and {n} smaller changes"),
    "loss": "{date}, \u2212{lost}: {causes}",
    "loss_alone": "{date}, \u2212{lost}",
    "map_told": ("Map, {date}. {found}. Places held: {who}. Arrow keys go from place to place."),
    "announced": "{date}: {found}",
    # its legend
    **MEANINGS,
    "own": "{actor} (the axis)",
    "place_cut": "place: {cut}",
    "road_cut": "road: {cut}",
    "minimum_cut": "minimum cut",
    "lost": "lost, and in the way",
    "usable": "usable; width in proportion to capacity, at most {rate}",
    "road": "road",
    "planned_flow": "planned flow, its width on the same scale",
    "carry_flow": "largest flow, its width on the same scale",
    "loads_flow": "loads of all axes, their width on the same scale",
    "faint": "too little for its width: less than {rate}",
    "force": "force, {doing}",
    "way": "way that a force came",
    "beyond": "{name}, {men}",
    "beyond_edge": "force beyond the edge",
    # guess first
    "guess_ask": (
        "How many losses stop {axis} on {date}? Choose places or roads on the map: press on them, "
        "or go there with Tab and the arrow keys and press Enter. Its sources and sinks stay."
    ),
    "guess_end": "{name} is a source or sink of the line: it stays. Choose what lies between.",
    "guess_cut": "{axis} is cut on {date}: nothing is left to stop. Choose another day.",
    "guess_title": "Your guess",
    "guess_count": ("1 loss chosen", "{n} losses chosen"),
    "guess_show": "Show the answer",
    "guess_none": ("1 loss stops it.", "{n} losses stop it."),
    "guess_right": (
        "Right: your loss stops it, and none is too few.",
        "Right: your {n} losses stop it, and fewer do not.",
    ),
    "guess_more": (
        "Your loss stops it; {least} would do.",
        "Your {n} losses stop it; {least} would do.",
    ),
    "guess_leaves": (
        "Your loss leaves {left} of {whole}; it takes {least} to stop it.",
        "Your {n} losses leave {left} of {whole}; it takes {least} to stop it.",
    ),
    "guess_enough": ("1 is enough: {names}.", "{n} are enough: {names}."),
    "guess_proof": (
        "None is too few: there is a way, which is drawn on the map.",
        "Fewer are not: {n} ways share no road and no place but their ends, and each of them takes "
        "a loss of its own. They are drawn on the map.",
    ),
    "guess_worst": "The most that lost places take, {date}",
    "guess_no_less": "no set takes more than one place fewer does",
    "guess_sets": ("{sets}, or 1 more set", "{sets}, or {n} more sets"),
    "loss_nothing": "its loss alone would cost {axis} nothing",
    "loss_leaves": "its loss alone would leave {axis} {left} of {whole}",
    "loss_cuts": "its loss alone would cut {axis}",
    # many runs
    "chance_open": (
        "{axis} is open on {date} in {share} of 1 run",
        "{axis} is open on {date} in {share} of {n} runs",
    ),
    "chance_held": ("Who holds what on {date} in 1 run", "Who holds what on {date} in {n} runs"),
    "chance_by": "held by {who} in {share} of runs ({runs} of {n})",
    "chance_sink": "sink of {axis}",
    "chance_divided": "held by several: shares of runs",
    "chance_table": ("Who holds what on {date}, 1 run", "Who holds what on {date}, {n} runs"),
    "chance_passes": "{axis} can pass it in {share} of runs ({runs} of {n})",
    "chance_barred": "core: as wide as the share of runs in which the axis cannot pass it",
    "chance_roads": (
        "Roads that {axis} can pass on {date}, 1 run",
        "Roads that {axis} can pass on {date}, {n} runs",
    ),
    "chance_open_title": "Runs in which the axis is open",
    "is_open": "open",
    "never_cut": "not cut so far",
    "of_runs": "% of runs",
    "middle_run": "middle run",
    "low_run": "1 run in 20 can carry less",
    "high_run": "1 run in 20 can carry more",
    "least_share": "under 1 %",
    "most_share": "over 99 %",
    "alone_open": "Run {number}: {axis} is open on {date}",
    "alone_cut": "Run {number}: {axis} is cut on {date}",
    "alone_by": "held by {who} in this run",
    "alone_held": "Run {number}: who holds what on {date}",
    # runs side by side
    "apart_place": "{name} ({held})",
    "apart_places": ("1 place is held by others", "{n} places are held by others"),
    "apart_roads": ("1 road carries another amount", "{n} roads carry other amounts"),
    "apart_on": "What differs on {date}: {places}, {roads}",
    "apart_none": "On {date} nothing on the map differs",
    "apart_lacks": "not there",
    "apart_in": "{letter}: {said}",
    "apart_held": "held by {who}",
    "apart_held_same": "held by {who} in every run",
    "apart_ways": "{there}, {back} back",
    "apart_carries_same": "carries {rate} for the axis in every run",
    "apart_divided": "held by others: a part for each of {letters}, clockwise from the top",
    "apart_same": "small and pale: held alike",
    "apart_split": "passable in some runs only: their letters, where there is room",
    "apart_amount": "passable in every run, with another capacity",
    "apart_quiet": "the same in every run",
    "apart_unusable": "not passable in any run",
    "apart_places_on": "Places that differ on {date}",
    "apart_roads_on": "Roads that differ on {date}, by what they carry for the axis, t/day",
    "same_holders": "every place has the same holders",
    "other_holders": (
        "1 place has another holder: {names}",
        "{n} places have other holders: {names}",
    ),
    "other_roads": (
        "{places}; 1 road has another capacity for the axis.",
        "{places}; {n} roads have another capacity for the axis.",
    ),
    "no_roads": "{places}; no roads have another capacity for the axis.",
    # curves
    "carry_title": "What the network could carry",
    "given_title": "What is asked for, could be delivered, and is",
    "arrived_title": "What has arrived in all",
    "stock_title": "What the sinks hold",
    "stock_more": "; the six that lack most, and {n} more in the tables",
    "where_title": "How far the forces stand from their bases",
    "strength_title": "Strength of the forces",
    "difference": "{title}: difference",
    "shortfall": "shortfall",
    "panel_told": "{title}, {unit}: {lines}",
    "line_told": "{name} from {first} to {last}, least {least}, greatest {greatest}",
    "holding_none": "No place changed hands, and none was besieged.",
    "holding_told": (
        "Who held what: 1 place changed hands or was besieged; the table below has it",
        "Who held what: {n} places changed hands or were besieged; the table below has them all",
    ),
    # tables
    "places_on": "Places on {date}",
    "roads_on": "Roads on {date}, for {axis}",
    "forces_on": "Forces on {date}",
    "held_table": "Who held the places that changed",
}

EXPLORING: Mapping[str, str] = {
    "explore_run": "Run",
    "explore_file": "File",
    "explore_save": "Save",
    "explore_replace": "Write over it",
    "explore_ready": "Run works out all that follows; Save writes the changed scenario as a file.",
    "explore_running": "It runs\u2026",
    "explore_saved": "Saved. To run it: sim run {name}",
    "explore_stranger": (
        "This page may look, but neither run nor save: open the address that the program told."
    ),
    "explore_gone": "The program has ended: start it again to run and save.",
    "draw_title": "Draw places and roads",
    "draw_hint": (
        "Press on the map where a place is, or write its degrees. What is drawn is part of the "
        "network from the start of the next run on. A road is as long as the straight line, "
        "until you write another length."
    ),
    "draw_place": "Add place",
    "draw_road": "Add road",
    "draw_name": "Name",
    "draw_lat": "Latitude",
    "draw_lon": "Longitude",
    "draw_holder": "Held by",
    "draw_from": "From",
    "draw_to": "To",
    "draw_km": "Kilometres",
    "draw_class": "Class",
    "draw_capacity": "At most, t/day",
    "draw_lacks": "Something is not written yet.",
    "draw_fits": "It fits.",
    "draw_added": "Added. Run shows what comes of it.",
    "draw_between": "{names}, {km} km",
    "explore_base": "base",
    "explore_this": "this run",
    "explore_beside": "{title}, beside the base",
    "first_map": "Press on the map where a place is",
    "first_world": "Where does it lie? Press on the map, or write degrees.",
    "first_where": "Draw elsewhere",
    "first_around": "Show the map here",
    "first_name": "Title",
    "first_days": "Days",
    "first_speed": "All roads, km/h",
    "first_capacity": "All roads, t/day",
    "first_source": "Goods come from",
    "first_supply": "Gives at most, t/day",
    "first_add_source": "Add source",
    "first_sink": "Goods go to",
    "first_demand": "Needs t/day",
    "first_stock": "Has in stock, t",
    "first_add_sink": "Add sink",
    "first_source_of": "{name} is a source",
    "first_source_gives": "{name} is a source, of {n} t/day",
    "first_sink_of": "{name} is a sink and needs {n} t/day",
    "first_lacks": "Run and Save need a source and a sink.",
}
"""What the page says more where it is served."""

HEADS: Mapping[str, tuple[str, ...]] = {
    "places": ("Place", "Held by", "Since", "Besieged", "Sealed to"),
    "roads": (
        "Road", "State", "Since", "Capacity for the axis, t/day", "Road's own, t/day",
        "Planned flow, t/day", "Toward",
    ),
    "forces": (
        "Force", "Of", "State", "Since", "Km from its base", "Persons", "Days of supply",
    ),
    "curves": ("Date", "Day"),
    "asked": ("", "Before", "After"),
    "asked_axes": ("Axis", "Before", "After"),
    "guess_worst": ("Places lost", "Left, t/day", "Worst"),
    "chances": ("Place", "Held by", "Share of runs", "Runs"),
    "chance_roads": ("Road", "Passable in", "Runs"),
    "holding": ("Place", "From", "To", "Held by"),
}  # fmt: skip
"""The heads of the tables that a script fills."""
