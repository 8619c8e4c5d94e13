"""The example service, over real HTTP and real WebSockets."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn
from service.access_tokens import LIFETIME, AccessTokens
from service.application import create_app
from service.identity import FakeIdentityProvider
from service.settings import Settings
from support.database import KEY, Database
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

SECRET = bytes(range(32))
PATIENCE = 30

ALICE = "alice@example.com"
BOB = "bob@example.com"


@dataclass(frozen=True)
class Service:
    """A running service."""

    address: str

    def client(self, headers: dict[str, str] | None = None) -> httpx.Client:
        return httpx.Client(base_url=f"http://{self.address}", headers=headers, timeout=PATIENCE)


@pytest.fixture(scope="module")
def service(template: Database) -> Iterator[Service]:
    database = template.copy()
    app_dsn = database.dsn_for("app")
    settings = Settings(app_dsn, database.dsn_for("auth"), app_dsn, KEY, SECRET)
    app = create_app(settings, FakeIdentityProvider())
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="websockets-sansio", timeout_graceful_shutdown=5))
    with socket.create_server(("127.0.0.1", 0)) as listener:  # clients may connect before anybody answers
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield Service(f"127.0.0.1:{listener.getsockname()[1]}")
        server.should_exit = True
        thread.join()
    database.drop()


@pytest.fixture
def anybody(service: Service) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


@pytest.fixture
def as_(service: Service, anybody: httpx.Client) -> Iterator[Callable[[str], httpx.Client]]:
    """`as_(ALICE)` is a client that has logged in."""
    clients: list[httpx.Client] = []

    def log_in(email: str) -> httpx.Client:
        clients.append(service.client({"Authorization": f"Bearer {_pair(anybody, email)['access_token']}"}))
        return clients[-1]

    yield log_in
    for client in clients:
        client.close()


@pytest.fixture
def alice(as_: Callable[[str], httpx.Client]) -> httpx.Client:
    return as_(ALICE)


@pytest.fixture
def bob(as_: Callable[[str], httpx.Client]) -> httpx.Client:
    return as_(BOB)


@pytest.fixture
def model(alice: httpx.Client) -> str:
    return _id(alice.post("/threat-models", json={"name": "Payments"}))


@pytest.fixture
def threat(alice: httpx.Client, model: str) -> str:
    made = _id(alice.post(f"/threat-models/{model}/threats", json={"name": "Token replay"}))
    return f"/threat-models/{model}/threats/{made}"


def _pair(client: httpx.Client, email: str) -> Any:
    answer = client.post("/login", json={"code": email})
    assert answer.status_code == 200, answer.text
    return answer.json()


def _id(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def _share(alice: httpx.Client, model: str, email: str, role: str) -> None:
    answer = alice.put(f"/threat-models/{model}/access/{email}", json={"role": role})
    assert answer.status_code == 200, answer.text


def _assert_problem(answer: httpx.Response, status: int, **parts: object) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"status": status} | parts == {"status": body["status"]} | {name: body.get(name) for name in parts}


# Logging in


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer x.y", "Basic YTpi", "Bearer \u00e9.\u00e9"])
def test_nobody_gets_in_without_a_token(anybody: httpx.Client, header: str | None) -> None:
    answer = anybody.get("/threat-models", headers={b"Authorization": header.encode()} if header else None)
    _assert_problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_signed_with_another_secret_is_nobodys(anybody: httpx.Client) -> None:
    forged = AccessTokens(bytes(32)).sign(ALICE)
    _assert_problem(anybody.get("/threat-models", headers={"Authorization": f"Bearer {forged}"}), 401)


def test_an_expired_token_is_nobodys() -> None:
    now = SimpleNamespace(time=1000.0)
    tokens = AccessTokens(SECRET, clock=lambda: now.time)
    token = tokens.sign(ALICE)
    assert tokens.read(token) == ALICE
    now.time += LIFETIME
    with pytest.raises(Exception, match="has expired"):
        tokens.read(token)


def test_a_token_of_somebody_without_an_account_is_nobodys(anybody: httpx.Client) -> None:
    signed = AccessTokens(SECRET).sign("ghost@example.com")
    _assert_problem(anybody.get("/threat-models", headers={"Authorization": f"Bearer {signed}"}), 401)


def test_a_provider_that_knows_nobody_of_that_code_lets_nobody_in(anybody: httpx.Client) -> None:
    _assert_problem(anybody.post("/login", json={"code": "nonsense"}), 401)


def test_a_refresh_token_gives_a_new_pair(anybody: httpx.Client) -> None:
    first = _pair(anybody, ALICE)
    second = anybody.post("/token", json={"refresh_token": first["refresh_token"]}).json()
    assert second["refresh_token"] != first["refresh_token"]
    answer = anybody.get("/threat-models", headers={"Authorization": f"Bearer {second['access_token']}"})
    assert answer.status_code == 200


def test_a_stolen_refresh_token_ends_the_login_of_both(anybody: httpx.Client) -> None:
    first = _pair(anybody, ALICE)["refresh_token"]
    second = anybody.post("/token", json={"refresh_token": first}).json()["refresh_token"]
    _assert_problem(anybody.post("/token", json={"refresh_token": first}), 401)
    _assert_problem(anybody.post("/token", json={"refresh_token": second}), 401)


@pytest.mark.parametrize("token", ["", "nonsense", "a\0b", "\u05e9", "x" * 100_000])
def test_what_is_no_refresh_token_gives_no_pair(anybody: httpx.Client, token: str) -> None:
    _assert_problem(anybody.post("/token", json={"refresh_token": token}), 401)


def test_half_a_character_is_no_refresh_token(anybody: httpx.Client) -> None:
    body, headers = b'{"refresh_token": "\\ud800"}', {"Content-Type": "application/json"}
    assert anybody.post("/token", content=body, headers=headers).status_code in (401, 422)


def test_a_login_that_was_ended_gives_no_new_pair(anybody: httpx.Client) -> None:
    token = {"refresh_token": _pair(anybody, ALICE)["refresh_token"]}
    assert anybody.post("/logout", json=token).status_code == 204
    _assert_problem(anybody.post("/token", json=token), 401)


# Threat models


def test_a_model_that_is_not_shared_is_not_there(model: str, bob: httpx.Client) -> None:
    _assert_problem(bob.get(f"/threat-models/{model}"), 404)
    assert model not in [seen["id"] for seen in bob.get("/threat-models").json()["items"]]


def test_what_is_no_id_is_refused_with_its_name(alice: httpx.Client) -> None:
    _assert_problem(alice.get("/threat-models/nonsense"), 422, field="threat_model_id")


def test_an_id_in_use_is_a_conflict(alice: httpx.Client, model: str) -> None:
    _assert_problem(alice.post("/threat-models", json={"name": "Again", "id": model}), 409)


@pytest.mark.parametrize("sort", ["-created_at", "created_at", "name", "-name", "modified_at"])
def test_pages_hold_every_model_once_and_in_order(as_: Callable[[str], httpx.Client], sort: str) -> None:
    carol = as_(f"carol-{uuid4().hex}@example.com")
    names = [f"Model {number}" for number in range(5)]
    for name in names:
        _id(carol.post("/threat-models", json={"name": name}))
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = carol.get("/threat-models", params={"limit": 2, "sort": sort, **after}).json()
        assert len(page["items"]) <= 2
        seen += [model["name"] for model in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == (names[::-1] if sort.startswith("-") else names)


@pytest.mark.parametrize("after", ["nonsense", "bnVsbA==x", "eyJpZCI6MX0=", "\u00e9"])
def test_a_cursor_that_no_page_ended_with_is_refused(alice: httpx.Client, after: str) -> None:
    _assert_problem(alice.get("/threat-models", params={"after": after}), 422)


def test_a_page_that_is_too_large_is_refused(alice: httpx.Client) -> None:
    _assert_problem(alice.get("/threat-models", params={"limit": 201}), 413)


# Threats


def test_a_reader_cannot_edit_a_threat(alice: httpx.Client, bob: httpx.Client, model: str, threat: str) -> None:
    _share(alice, model, BOB, "reader")
    _assert_problem(bob.patch(threat, json={"name": "Mine"}, headers={"If-Match": "*"}), 403)
    assert bob.get(threat).json()["name"] == "Token replay"


def test_an_edit_that_names_no_version_is_refused(alice: httpx.Client, threat: str) -> None:
    _assert_problem(alice.patch(threat, json={"score": 1}), 428)


@pytest.mark.parametrize("version", ['"nonsense"', '"2026-01-01T00:00:00"', '"2026-01-01T00:00:00+00:00"'])
def test_an_edit_of_another_version_is_refused(alice: httpx.Client, threat: str, version: str) -> None:
    _assert_problem(alice.patch(threat, json={"score": 1}, headers={"If-Match": version}), 412)
    _assert_problem(alice.delete(threat, headers={"If-Match": version}), 412)
    assert alice.get(threat).json()["score"] is None


def test_the_second_of_two_editors_is_refused(alice: httpx.Client, bob: httpx.Client, model: str, threat: str) -> None:
    _share(alice, model, BOB, "writer")
    read = {"If-Match": alice.get(threat).headers["etag"]}
    edited = alice.patch(threat, json={"risk_rating": "high"}, headers=read)
    assert (edited.status_code, edited.json()["risk_rating"]) == (200, "High")
    _assert_problem(bob.patch(threat, json={"risk_rating": "Low"}, headers=read), 412)
    again = bob.patch(threat, json={"risk_rating": None}, headers={"If-Match": edited.headers["etag"]})
    assert (again.status_code, again.json()["risk_rating"]) == (200, None)
    assert bob.delete(threat, headers={"If-Match": again.headers["etag"]}).status_code == 204
    _assert_problem(alice.get(threat), 404)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": None}, "name"),
        ({"name": 1}, "name"),
        ({"name": "Fine", "score": "many"}, "score"),
        ({"name": "Fine", "score": 1 << 40}, "score"),
        ({"name": "Fine", "risk_rating": "dreadful"}, "risk_rating"),
        ({"name": "Fine", "owner": "me"}, "owner"),
        ({}, "name"),
    ],
)
def test_a_bad_value_is_refused_with_its_field(
    alice: httpx.Client, model: str, fields: dict[str, Any], field: str
) -> None:
    _assert_problem(alice.post(f"/threat-models/{model}/threats", json=fields), 422, field=field)


def test_half_a_character_is_refused_in_words(alice: httpx.Client, model: str) -> None:
    body = b'{"name": "a\\ud800b"}'
    headers = {"Content-Type": "application/json"}
    _assert_problem(alice.post(f"/threat-models/{model}/threats", content=body, headers=headers), 422, field="name")


def test_text_comes_back_as_it_went_in(alice: httpx.Client, model: str) -> None:
    name = "\u05e9\u05dc\u05d5\u05dd %s \\ ' \" \U0001f3f4\u200d\u2620\ufe0f"
    made = alice.post(f"/threat-models/{model}/threats", json={"name": name, "id": str(uuid4())})
    assert made.json()["name"] == name
    assert [threat["name"] for threat in alice.get(f"/threat-models/{model}/threats").json()["items"]] == [name]
    assert alice.get(f"/threat-models/{model}").json()["threat_count"] == 1


# Drawing together


class Drawer:
    """Somebody at a diagram."""

    def __init__(self, connection: ClientConnection, token: str) -> None:
        self._connection = connection
        self.send(access_token=token)

    def send(self, **message: Any) -> None:
        self._connection.send(json.dumps(message))

    def next(self, event: str) -> Any:
        """Wait for an event of a kind; others may come before it."""
        while True:
            message = json.loads(self._connection.recv(timeout=PATIENCE))
            if message["event"] == event:
                return message

    def until(self, event: str, condition: Callable[[Any], bool]) -> Any:
        """Wait for an event of which something is true."""
        while not condition(message := self.next(event)):
            pass
        return message

    def leave(self) -> None:
        self._connection.close()

    def closed(self) -> tuple[int, str]:
        """Wait until the service hangs up."""
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                self._connection.recv(timeout=PATIENCE)
        assert closed.value.rcvd
        return closed.value.rcvd.code, closed.value.rcvd.reason


@pytest.fixture
def draw(service: Service, anybody: httpx.Client) -> Iterator[Callable[..., Drawer]]:
    """`draw(ALICE, url)` connects; what is still connected at the end is closed."""
    with ExitStack() as connections:

        def join(email: str, url: str, token: str | None = None) -> Drawer:
            connection = connections.enter_context(connect(f"ws://{service.address}{url}/live", proxy=None))
            return Drawer(connection, _pair(anybody, email)["access_token"] if token is None else token)

        yield join


@pytest.fixture
def diagram(alice: httpx.Client, model: str) -> str:
    made = _id(alice.post(f"/threat-models/{model}/diagrams", json={"name": "Flow"}))
    return f"/threat-models/{model}/diagrams/{made}"


def _cell(name: str) -> dict[str, Any]:
    return {"id": name, "shape": "process", "x": 10, "y": 20, "width": 80, "height": 60}


def _add(name: str) -> dict[str, Any]:
    return {"id": name, "operation": "add", "data": _cell(name)}


def _emails(message: Any) -> set[str]:
    return {person["email"] for person in message["people"]}


def _has_cell(name: str) -> Callable[[Any], bool]:
    return lambda message: name in [cell["id"] for cell in message["cells"]]


@pytest.mark.parametrize("token", ["", "nonsense", AccessTokens(bytes(32)).sign(ALICE)])
def test_nobody_draws_without_a_token(draw: Callable[..., Drawer], diagram: str, token: str) -> None:
    assert draw(ALICE, diagram, token).closed()[0] == 4401


def test_a_stranger_cannot_join(draw: Callable[..., Drawer], diagram: str, bob: httpx.Client) -> None:
    assert draw(BOB, diagram).closed() == (4404, "threat model not found")


def test_a_reader_sees_and_cannot_draw(
    draw: Callable[..., Drawer], alice: httpx.Client, bob: httpx.Client, model: str, diagram: str
) -> None:
    _share(alice, model, BOB, "reader")
    reader = draw(BOB, diagram)
    assert reader.next("joined")["people"] == [{"email": BOB, "role": "reader", "host": True}]
    reader.send(ops=[_add("a")])
    assert reader.next("refused")["problem"]["status"] == 403


def test_what_one_draws_the_other_sees(
    draw: Callable[..., Drawer], alice: httpx.Client, bob: httpx.Client, model: str, diagram: str
) -> None:
    _share(alice, model, BOB, "writer")
    first = draw(ALICE, diagram)
    assert first.next("joined")["cells"] == []
    second = draw(BOB, diagram)
    assert _emails(second.next("joined")) == {ALICE, BOB}
    first.until("changed", lambda message: _emails(message) == {ALICE, BOB})
    second.send(ops=[_add("a")])
    applied = second.next("applied")
    seen = first.until("changed", _has_cell("a"))
    assert (seen["cells"], seen["modified_at"]) == ([_cell("a")], applied["modified_at"])


def test_a_drawing_that_has_moved_on_is_not_overwritten(draw: Callable[..., Drawer], diagram: str) -> None:
    drawer = draw(ALICE, diagram)
    read = drawer.next("joined")["modified_at"]
    drawer.send(ops=[_add("a")], if_modified_at=read)
    drawer.next("applied")
    drawer.send(ops=[_add("b")], if_modified_at=read)
    assert drawer.next("refused")["problem"]["status"] == 412


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ({"ops": []}, 422),
        ({"ops": [{"id": "a", "operation": "explode"}]}, 422),
        ({"ops": [{"id": "a", "operation": "update", "data": {}}]}, 404),
        ({"ops": [{"id": "a", "operation": "remove"}] * 1001}, 413),
        ({"paint": "red"}, 422),
        ({"access_token": "nonsense"}, 401),
        ({"access_token": AccessTokens(SECRET).sign(BOB)}, 401),
    ],
)
def test_a_refused_message_ends_nothing(
    draw: Callable[..., Drawer], diagram: str, message: dict[str, Any], status: int
) -> None:
    drawer = draw(ALICE, diagram)
    drawer.send(**message)
    assert drawer.next("refused")["problem"]["status"] == status
    drawer.send(ops=[_add("a")])
    drawer.next("applied")


def test_whoever_loses_access_is_shown_out(
    draw: Callable[..., Drawer], alice: httpx.Client, bob: httpx.Client, model: str, diagram: str
) -> None:
    _share(alice, model, BOB, "writer")
    drawer = draw(BOB, diagram)
    drawer.next("joined")
    assert alice.delete(f"/threat-models/{model}/access/{BOB}").status_code == 204
    assert drawer.closed() == (4404, "threat model not found")


def test_who_leaves_is_seen_to_leave(
    draw: Callable[..., Drawer], alice: httpx.Client, bob: httpx.Client, model: str, diagram: str
) -> None:
    _share(alice, model, BOB, "writer")
    host, guest = draw(ALICE, diagram), draw(BOB, diagram)
    guest.next("joined")
    host.until("changed", lambda message: _emails(message) == {ALICE, BOB})
    host.leave()
    alone = guest.until("changed", lambda message: _emails(message) == {BOB})
    assert alone["people"] == [{"email": BOB, "role": "writer", "host": True}]


def test_who_leaves_one_of_two_drawings_is_seen_to_leave_that_one(
    draw: Callable[..., Drawer], alice: httpx.Client, bob: httpx.Client, model: str, diagram: str
) -> None:
    _share(alice, model, BOB, "writer")
    other = (
        f"/threat-models/{model}/diagrams/{_id(alice.post(f'/threat-models/{model}/diagrams', json={'name': 'Other'}))}"
    )
    guest, guest_of_other = draw(BOB, diagram), draw(BOB, other)
    first, second = draw(ALICE, diagram), draw(ALICE, other)
    guest.until("changed", lambda message: _emails(message) == {ALICE, BOB})
    guest_of_other.until("changed", lambda message: _emails(message) == {ALICE, BOB})
    first.leave()
    guest.until("changed", lambda message: _emails(message) == {BOB})
    second.send(ops=[_add("a")])
    changed = guest_of_other.until("changed", _has_cell("a"))
    assert _emails(changed) == {ALICE, BOB}


def test_who_closes_one_of_two_windows_stays(
    draw: Callable[..., Drawer], alice: httpx.Client, bob: httpx.Client, model: str, diagram: str
) -> None:
    _share(alice, model, BOB, "writer")
    guest, first, second = draw(BOB, diagram), draw(ALICE, diagram), draw(ALICE, diagram)
    guest.until("changed", lambda message: _emails(message) == {ALICE, BOB})
    second.next("joined")
    first.next("joined")
    first.leave()
    second.send(ops=[_add("a")])
    assert _emails(guest.until("changed", _has_cell("a"))) == {ALICE, BOB}
