"""Exploring a scenario by HTTP: who is refused, what is run and saved, and that it ends."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

import sim
from sim.api import exploring
from sim.api.changes import event
from sim.api.exploring import Explorer

Served = Callable[..., AbstractContextManager[Explorer]]
DAY = 86_400
CLOSED = {"from": "0", "changes": [{"close": "hill--port", "at": 2 * DAY}]}
TAKEN = {"from": "0", "changes": [{"take": "hill", "by": "blue", "at": 2 * DAY + 5}]}


@pytest.fixture
def home(tmp_path: Path, two_ways: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a scenario, where the program is started."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "two_ways.yaml").write_text(two_ways, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def parts(explorer: Explorer) -> tuple[str, str]:
    """Host with port, and token, of the address."""
    found = re.fullmatch(r"http://(127\.0\.0\.1:\d+)/0/#token~([\w-]{32})", explorer.address)
    assert found is not None
    return found[1], found[2]


def headers(explorer: Explorer) -> dict[str, str]:
    """What the page sends."""
    host, token = parts(explorer)
    return {
        "Host": host, "Origin": f"http://{host}", "X-Sim-Token": token,
        "Content-Type": "application/json",
    }  # fmt: skip


def send(
    explorer: Explorer, method: str, path: str, told: object = None, **changed: str | None
) -> tuple[int, Any]:
    """One request, with some headers changed or left out (None); its status and answer."""
    given: dict[str, str | None] = {**headers(explorer)}
    given |= {name.replace("_", "-"): value for name, value in changed.items()}
    line = http.client.HTTPConnection(parts(explorer)[0], timeout=20)
    line.putrequest(method, path, skip_host=True)
    body = b"" if told is None else told if isinstance(told, bytes) else json.dumps(told).encode()
    for name, value in {"Content-Length": str(len(body)), **given}.items():
        if value is not None:
            line.putheader(name, value)
    line.endheaders(body)
    answer = line.getresponse()
    text = answer.read().decode()
    line.close()
    return answer.status, json.loads(text) if answer.getheader("Content-Type", "").startswith(
        "application/json"
    ) else text


def ask(explorer: Explorer, path: str, told: Mapping[str, object]) -> tuple[int, Any]:
    return send(explorer, "POST", path, told)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Host": "example.org"}, 403),  # a name of another's that leads here
        ({"Host": None}, 403),
        ({"Origin": "http://example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": None}, 403),
        ({"X_Sim_Token": None}, 403),
        ({"X_Sim_Token": "x" * 32}, 403),
        ({"X_Sim_Token": "\xe9"}, 403),
        ({"Content_Type": "text/plain"}, 415),  # what a form of another page may send
        ({"Content_Length": None}, 411),
        ({"Content_Length": "-1"}, 411),
    ],
)
@pytest.mark.parametrize("path", ["/run", "/save", "/check", "/alive"])
def test_who_is_not_the_page_is_refused(
    explorer: Explorer, home: Path, path: str, changed: dict[str, str | None], status: int
) -> None:
    told = {**CLOSED, "name": "new.yaml"}
    assert send(explorer, "POST", path, told, **changed)[0] == status
    assert os.listdir(home) == ["two_ways.yaml"]
    assert send(explorer, "GET", "/1/")[0] == 404  # nothing was run


def test_pages_are_read_by_this_machine_alone(explorer: Explorer) -> None:
    status, text = send(explorer, "GET", "/0/", Origin=None, X_Sim_Token=None)
    assert status == 200
    assert "Two ways to town" in text
    assert parts(explorer)[1] not in text
    port = parts(explorer)[0].partition(":")[2]
    assert send(explorer, "GET", "/0/events.csv", Host=f"localhost:{port}", Origin=None)[0] == 200
    assert send(explorer, "GET", "/0/", Host="example.org", Origin=None)[0] == 403
    assert send(explorer, "GET", "/0/", Origin="http://example.org")[0] == 403


@pytest.mark.parametrize("path", ["/run", "/save", "/alive"])
def test_nothing_acts_by_get_and_no_page_is_posted_to(explorer: Explorer, path: str) -> None:
    assert send(explorer, "GET", path, CLOSED)[0] == 405
    assert send(explorer, "PUT", path, CLOSED)[0] == 405
    assert send(explorer, "POST", "/0/", CLOSED)[0] == 405


@pytest.mark.parametrize(
    "path",
    ["/", "/0", "/1/", "/0/no.csv", "/0/../0/events.csv", "/0/%2e%2e/0/events.csv",
     "/0//etc/passwd", "/x/"],
)  # fmt: skip
def test_only_files_of_runs_are_shown(explorer: Explorer, path: str) -> None:
    assert send(explorer, "GET", path)[0] == 404


def test_bodies_are_small_objects_of_json(explorer: Explorer) -> None:
    status, answer = send(explorer, "POST", "/run", b"{}", Content_Length="5000001")
    assert (status, answer) == (413, {"message": "a body has 5,000,000 bytes at most"})
    assert send(explorer, "POST", "/run", b"{}", Content_Length="9" * 5000)[0] == 413
    assert send(explorer, "POST", "/run", b"{")[0] == 400
    assert send(explorer, "POST", "/run", b"[" * 100_000)[0] == 400
    assert send(explorer, "POST", "/run", b"[]")[0] == 400


# 20 t/day by the gate until it falls on day 5, 5 t/day by the hill until day 2:
# (2 x 25 + 3 x 20) / 20 = 5.5
@pytest.mark.parametrize("told", [CLOSED, TAKEN])
def test_what_is_run_is_what_is_saved(explorer: Explorer, told: dict[str, Any]) -> None:
    assert ask(explorer, "/run", told) == (200, {"page": "/1/"})
    ran = json.loads(json.dumps(send(explorer, "GET", "/1/summary.json")[1]["measures"]))
    assert ran["axes.line.capacity_mean"]["value"] == pytest.approx(5.5, abs=1e-3)
    assert ask(explorer, "/save", {**told, "name": "new.yaml"}) == (200, {"name": "new.yaml"})
    done = sim.run("new.yaml")
    assert done.scenario.title == "What if: Two ways to town"
    assert json.loads(json.dumps(done.summary["measures"])) == ran


def test_changes_of_a_changed_run_are_added_and_ids_stay_apart(
    home: Path, two_ways: str, served: Served
) -> None:
    text = two_ways.replace("gate_falls:", "what_if_1:")
    (home / "two_ways.yaml").write_text(text, encoding="utf-8")
    with served("two_ways.yaml") as made:
        assert ask(made, "/run", CLOSED)[0] == 200
        more = {"from": "1", "changes": [{"open": "hill--port", "at": 9 * DAY}]}
        assert ask(made, "/save", {**more, "name": "new.yaml"})[0] == 200
    events = sim.load("new.yaml").events
    assert sorted(events) == ["what_if_1", "what_if_2", "what_if_3"]
    assert events["what_if_1"].by == "blue"
    assert events["what_if_3"].roads == ("hill--port",)


@pytest.mark.parametrize(
    "name",
    ["../out.yaml", "/tmp/out.yaml", "sub/out.yaml", "..", ".hidden.yaml", "out.txt", "",
     "a\0.yaml", "a\n.yaml", "..\\out.yaml", "c:out.yaml", "x" * 200 + ".yaml", 7, None],
)  # fmt: skip
def test_a_file_is_in_the_folder_where_it_was_started(
    explorer: Explorer, home: Path, name: object
) -> None:
    (home / "sub").mkdir()
    status, answer = ask(explorer, "/save", {**CLOSED, "name": name})
    assert status == 422
    assert answer["message"].startswith("a file in the folder where this was started has a name")
    assert sorted(os.listdir(home)) == ["sub", "two_ways.yaml"]
    assert os.listdir(home.parent) == ["home"]


def test_nothing_is_written_over_unasked(explorer: Explorer, home: Path) -> None:
    there, outside = home / "there.yaml", home.parent / "outside.yaml"
    there.write_text("there", encoding="utf-8")
    outside.write_text("outside", encoding="utf-8")
    (home / "link.yaml").symlink_to(outside)
    (home / "gone.yaml").symlink_to(home.parent / "no.yaml")
    for name in ("there.yaml", "link.yaml", "gone.yaml", "two_ways.yaml"):
        told = {**CLOSED, "name": name, "replace": "yes"}
        assert ask(explorer, "/save", told) == (412, {"message": f"{name} is there already"})
    assert there.read_text(encoding="utf-8") == "there"
    assert ask(explorer, "/save", {**CLOSED, "name": "there.yaml", "replace": True})[0] == 200
    assert "extends: two_ways.yaml" in there.read_text(encoding="utf-8")
    assert ask(explorer, "/save", {**CLOSED, "name": "link.yaml", "replace": True})[0] == 200
    assert outside.read_text(encoding="utf-8") == "outside"  # the link was replaced
    status, answer = ask(explorer, "/save", {**CLOSED, "name": "two_ways.yaml", "replace": True})
    assert status == 422  # it would build on itself
    assert "extends" in answer["message"]
    assert "Two ways to town" in (home / "two_ways.yaml").read_text(encoding="utf-8")


def test_what_was_run_is_not_saved_over_another_scenario(explorer: Explorer, home: Path) -> None:
    file = home / "two_ways.yaml"
    file.write_text(file.read_text().replace("5 t/day", "6 t/day"), encoding="utf-8")
    status, answer = ask(explorer, "/save", {**CLOSED, "name": "new.yaml"})
    assert status == 422
    assert "was changed meanwhile" in answer["message"]
    assert os.listdir(home) == ["two_ways.yaml"]


def test_a_file_out_of_reach_of_its_scenario_is_refused(
    tmp_path: Path, two_ways: str, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a/two_ways.yaml").write_text(two_ways, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "b")
    with served("../a/two_ways.yaml") as made:
        status, answer = ask(made, "/save", {**CLOSED, "name": "new.yaml"})
    assert status == 422
    assert "leaves the project" in answer["message"]
    assert os.listdir() == []


@pytest.mark.parametrize(
    "change",
    [
        7, {}, {"take": "hill", "at": 5}, {"take": "hill", "by": 3, "at": 5},
        {"close": "hill--port"}, {"close": "hill--port", "at": -1},
        {"close": "hill--port", "at": 21 * DAY}, {"close": "hill--port", "at": True},
        {"close": "hill--port", "at": 1.5}, {"close": ["hill--port"], "at": 1},
        {"close": "hill--port", "by": "blue", "at": 1}, {"close": "a", "open": "b", "at": 1},
        {"capture": "hill", "by": "blue", "at": 1},
    ],
)  # fmt: skip
def test_what_is_no_change_is_named(home: Path, change: object) -> None:
    with pytest.raises(sim.BadInputError, match="is no change of the page's"):
        event(sim.load("two_ways.yaml"), change)


def test_changes_of_what_is_not_there_are_told_as_the_language_does(explorer: Explorer) -> None:
    told = {"from": "0", "changes": [{"close": "hill--prot", "at": 5}]}
    status, answer = ask(explorer, "/run", told)
    assert status == 422
    assert "did you mean 'hill--port'" in answer["message"]
    for wrong in ({**CLOSED, "from": "1"}, {**CLOSED, "changes": []}, {"from": "0"}):
        assert ask(explorer, "/run", wrong)[0] == 422
    assert send(explorer, "GET", "/1/")[0] == 404


MILL = {"mill": {"name": "Mill", "lat": 0.05, "lon": 0.05, "by": "blue"}}
ROAD = {"mill--port": {"km": 7, "class": "road"}}


def test_what_is_drawn_is_part_of_the_network_and_of_what_is_saved(explorer: Explorer) -> None:
    assert ask(explorer, "/check", {"from": "0", "drawn": {"places": MILL}}) == (200, {})
    told = {"from": "0", "drawn": {"places": MILL, "roads": ROAD}}
    assert ask(explorer, "/run", told) == (200, {"page": "/1/"})
    more = {"from": "1", "drawn": {"roads": {"mill--town": {"km": 9.5, "class": "road"}}}}
    assert ask(explorer, "/save", {**more, "name": "new.yaml"})[0] == 200
    found = sim.load("new.yaml")
    assert (found.network.places["mill"].name, found.network.places["mill"].lat) == ("Mill", 0.05)
    assert found.holders["mill"].shares == {"blue": 1_000_000}
    assert {name: found.network.roads[name].km for name in ("mill--port", "mill--town")} == {
        "mill--port": 7, "mill--town": 9.5,
    }  # fmt: skip
    assert sorted(found.events) == ["gate_falls"]


@pytest.mark.parametrize(
    ("drawn", "why"),
    [
        (7, "nothing is changed"),
        ({}, "nothing is changed"),
        ({"axes": {}}, "places and roads are drawn"),
        ({"places": [MILL]}, "places and roads are drawn"),
        ({"places": {"mill": {**MILL["mill"], "capacity": "1 t/day"}}}, "'mill' needs name, lat"),
        ({"places": {"mill": {**MILL["mill"], "lat": "0"}}}, "'mill' needs name, lat"),
        ({"places": {"mill": {**MILL["mill"], "lat": float("nan")}}}, "'mill' needs name, lat"),
        ({"places": {"mill": {**MILL["mill"], "lat": 95}}}, "95 is not between -90 and 90"),
        ({"places": {"mill": {**MILL["mill"], "by": "bleu"}}}, "did you mean 'blue'"),
        ({"places": {"hill": MILL["mill"]}}, "'hill' is there already"),
        ({"roads": ROAD}, "'mill--port'"),  # there is no mill
        ({"roads": {"gate--port": ROAD["mill--port"]}}, "'gate--port' is there already"),
        ({"roads": {"gate--hill": {"km": -1, "class": "road"}}}, "cannot be negative"),
        ({"roads": {"gate--hill": {"km": True, "class": "road"}}}, "'gate--hill' needs km, class"),
    ],
)
def test_what_cannot_be_drawn_is_told(explorer: Explorer, drawn: object, why: str) -> None:
    for path in ("/check", "/run"):
        status, answer = ask(explorer, path, {"from": "0", "drawn": drawn})
        assert status == 422
        assert why in answer["message"]


def test_there_is_one_run_at_a_time(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, done = Event(), Event(), []
    run = exploring.run

    def slow(*args: Any) -> Any:
        begun.set()
        assert go_on.wait(10)
        return run(*args)

    monkeypatch.setattr(exploring, "run", slow)
    first = Thread(target=lambda: done.append(ask(explorer, "/run", CLOSED)))
    first.start()
    assert begun.wait(10)
    assert ask(explorer, "/run", TAKEN) == (409, {"message": "a run is on; there is one at a time"})
    assert ask(explorer, "/alive", {}) == (200, {})
    go_on.set()
    first.join(10)
    assert done == [(200, {"page": "/1/"})]
    assert ask(explorer, "/run", TAKEN) == (200, {"page": "/2/"})


def test_a_run_that_fails_leaves_room_for_the_next(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(exploring, "run", lambda _: 1 / 0)
        status, answer = ask(explorer, "/run", CLOSED)
    assert (status, answer) == (500, {"message": "ZeroDivisionError: division by zero"})
    assert "ZeroDivisionError" in capfd.readouterr().err
    assert ask(explorer, "/run", CLOSED)[0] == 200


@pytest.mark.slow
def test_it_waits_for_its_page_and_ends_when_that_is_silent(home: Path) -> None:
    with sim.explore("two_ways.yaml") as made:
        serving = Thread(target=made.serve, args=[2.0])
        serving.start()
        serving.join(2.5)
        assert serving.is_alive()  # no page was there yet
        assert send(made, "POST", "/alive", {}, X_Sim_Token="x")[0] == 403
        serving.join(2.5)
        assert serving.is_alive()  # it was not heard of by who has no token
        started = time.monotonic()
        for _ in range(12):
            assert ask(made, "/alive", {})[0] == 200
            time.sleep(0.2)
        assert time.monotonic() - started > 2
        serving.join(10)
        assert not serving.is_alive()
        folder = Path(made._place.name)
        assert folder.is_dir()
    assert not folder.exists()
    assert os.listdir(home) == ["two_ways.yaml"]
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(parts(made)[0].partition(":")[2])), 1)


def test_what_cannot_be_explored(home: Path, two_ways: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(sim.BadInputError, match=f"port: {port} cannot be had"):
            sim.explore("two_ways.yaml", port=port)
    bare = two_ways[: two_ways.index("axes:")]
    (home / "bare.yaml").write_text(bare, encoding="utf-8")
    with pytest.raises(sim.BadInputError, match=r"bare\.yaml has no axis"):
        sim.explore("bare.yaml")


def test_an_explorer_shows_itself(explorer: Explorer, home: Path) -> None:
    title, address, saves, runs = repr(explorer).splitlines()
    assert title == "Explored: Two ways to town"
    assert address == f"  address   {explorer.address}"
    assert f"  saves in  {home}".startswith(saves.removesuffix("\u2026"))  # long ones are cut
    assert runs == "  runs      1"


@pytest.fixture
def empty(home: Path, served: Served) -> Iterator[Explorer]:
    """An empty map, served meanwhile."""
    with served() as made:
        yield made


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory, served: Served) -> Iterator[Explorer]:
    """An empty map for all that is refused: it changes nothing, and stands in an empty folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("refusing"))
        with served() as made:
            yield made


FIRST: dict[str, Any] = {
    "title": "Mine", "days": 20, "speed": 50, "capacity": 25.5,
    "places": {
        "port": {"name": "Port", "lat": 0, "lon": 0}, "town": {"name": "Town", "lat": 0, "lon": 1},
    },
    "roads": {"port--town": {"km": 111, "class": "road"}},
    "sources": {"port": {}},
    "sinks": {"town": {"demand": 8}},
}  # fmt: skip


def first(**changed: object) -> dict[str, Any]:
    """What the page of an empty map asks with, with some parts changed."""
    return {"from": "0", "drawn": {**FIRST, **changed}}


def test_what_is_drawn_on_an_empty_map_is_run_and_saved_whole(empty: Explorer, home: Path) -> None:
    assert ask(empty, "/run", first()) == (200, {"page": "/1/"})
    ran = send(empty, "GET", "/1/summary.json")[1]["measures"]
    assert ran["axes.line.capacity_start"]["value"] == 25.5
    assert ask(empty, "/save", {**first(), "name": "mine.yaml"}) == (200, {"name": "mine.yaml"})
    done = sim.run("mine.yaml")
    assert json.loads(json.dumps(done.summary["measures"])) == ran
    assert done.scenario.title == "Mine"
    assert done.scenario.axes["line"].name == "Port to Town"
    assert ask(empty, "/save", {**first(), "name": "mine.yaml"})[0] == 412
    changed = {"from": "1", "changes": [{"close": "port--town", "at": 2 * DAY}]}
    assert ask(empty, "/run", changed) == (200, {"page": "/2/"})
    assert "Beside the base" in send(empty, "GET", "/2/")[1]
    assert ask(empty, "/save", {**changed, "name": "more.yaml"})[0] == 200
    assert sim.load("more.yaml").events["what_if_1"].roads == ("port--town",)
    assert ask(empty, "/run", first(title="Other")) == (200, {"page": "/3/"})
    assert "Beside the base" not in send(empty, "GET", "/3/")[1]  # it is a base of its own


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"title": 7}, "needed are title, days, speed, capacity"),
        ({"days": None}, "needed are title, days, speed, capacity"),
        ({"events": {}}, "needed are title, days, speed, capacity"),
        ({"days": 0}, "length: "),
        ({"speed": 0}, "speed: "),
        ({"capacity": -1}, "capacity: cannot be negative"),
        ({"places": []}, "places: they are drawn by their ids"),
        ({"roads": {"port--town": {"km": 1}}}, "'port--town' needs km, class"),
        ({"roads": {"port--tow": {"km": 1, "class": "road"}}}, "'port--tow'"),
        ({"sources": {"port": {"supply": "1"}}}, "'port' needs numbers alone"),
        ({"sources": {"prt": {}}}, "did you mean 'port'"),
        ({"sinks": {"town": {}}}, "'town' needs demand"),
        ({"sinks": {"town": {"demand": 8, "stock": -1}}}, "stock: cannot be negative"),
        ({"sinks": {"town": {"demand": -8}}, "sources": {}}, "demand: cannot be negative"),
    ],
)
def test_what_is_no_first_scenario_is_told(
    refusing: Explorer, changed: dict[str, Any], why: str
) -> None:
    status, answer = ask(refusing, "/check", first(**changed))
    assert status == 422
    assert why in answer["message"]
    assert ask(refusing, "/run", first(**changed))[0] == 422
    assert ask(refusing, "/save", {**first(**changed), "name": "mine.yaml"})[0] == 422
    assert os.listdir() == []


@pytest.mark.parametrize(
    "left_out", [{"sinks"}, {"sources"}, {"sources", "sinks"}, {"roads", "sources", "sinks"},
                 {"places", "roads", "sources", "sinks"}],
)  # fmt: skip
def test_a_part_of_a_first_scenario_is_checked_and_not_run(
    refusing: Explorer, left_out: set[str]
) -> None:
    part = {"from": "0", "drawn": {key: FIRST[key] for key in FIRST if key not in left_out}}
    assert ask(refusing, "/check", part) == (200, {})
    assert ask(refusing, "/run", part) == (422, {"message": "a source and a sink are needed"})


def test_an_empty_map_is_drawn_where_it_is_asked_for(empty: Explorer, home: Path) -> None:
    assert ask(empty, "/around", {"lat": -33.9, "lon": 18.4}) == (200, {})
    assert '"world":false' in send(empty, "GET", "/0/")[1]
    assert ask(empty, "/around", {"lat": 90, "lon": 180})[0] == 200  # a pole has a map too
    for wrong in ({}, {"lat": 91, "lon": 0}, {"lat": True, "lon": 0}, {"lat": "0", "lon": 0}):
        status, answer = ask(empty, "/around", wrong)
        assert (status, answer["message"][:10]) == (422, "a latitude")
    for changed in ({"Host": "example.org"}, {"Origin": None}, {"X_Sim_Token": None}):
        for path in ("/around", "/run", "/save", "/check"):
            told = {**first(), "lat": 0, "lon": 0, "name": "mine.yaml"}
            assert send(empty, "POST", path, told, **changed)[0] == 403
    assert send(empty, "GET", "/1/")[0] == 404
    assert os.listdir(home) == ["two_ways.yaml"]


def test_the_map_of_a_scenario_is_where_its_places_are(explorer: Explorer, home: Path) -> None:
    assert ask(explorer, "/run", first())[0] == 422  # what it takes are changes
    assert send(explorer, "POST", "/around", {"lat": 0, "lon": 0})[0] == 405
    with pytest.raises(sim.BadInputError, match="the map of a scenario is where its places are"):
        sim.explore("two_ways.yaml", around=(0, 0))
    with pytest.raises(sim.BadInputError, match="a latitude from -90 to 90"):
        sim.explore(around=(100, 0))
