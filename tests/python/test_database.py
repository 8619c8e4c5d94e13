"""The wrapper against real servers: who a call acts for, what a lost connection means, and what a call costs.

Every test runs twice, against `Database` and against `AsyncDatabase`.
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from support import database as databases
from support.blocking import Blocking
from support.cluster import Cluster
from support.database import Connection
from support.wire import Wire
from tmi_db import (
    UNSET,
    AsyncDatabase,
    Conflict,
    ConnectionLost,
    Contended,
    Database,
    Forbidden,
    Invalid,
    Key,
    NotFound,
    PoolTimeout,
    Stale,
    TmiError,
    TooLarge,
    Unauthenticated,
    pooling,
)
from tmi_db._generated import functions
from tmi_db.calls import Function, Statements

Open = Callable[..., Any]

ALICE = "alice@example.com"
BOB = "bob@example.com"
NOBODY = "nobody@example.com"


@pytest.fixture(scope="module")
def shop(template: databases.Database) -> Iterator[databases.Database]:
    """A database with two users, in which each test makes its own models."""
    clone = template.copy()
    _add_users(clone)
    yield clone
    clone.drop()


def _add_users(database: databases.Database) -> None:
    with database.connect() as admin:
        for name in ("alice", "bob"):
            admin.execute("SELECT tap.add_user(%s)", (name,))


@pytest.fixture
def admin(shop: databases.Database) -> Iterator[Connection]:
    with shop.connect() as connection:
        yield connection


@pytest.fixture
def app(shop: databases.Database) -> str:
    return shop.dsn_for("app")


@pytest.fixture
def wire(app: str) -> Iterator[Wire]:
    wire = Wire(app)
    yield wire
    wire.close()


@pytest.fixture(params=["sync", "async"])
def open_database(request: pytest.FixtureRequest) -> Iterator[Open]:
    """`open_database(dsn, ...)` opens either twin, with the tests' key unless another is given."""
    with contextlib.ExitStack() as stack:

        def open_it(dsn: str, **options: Any) -> Any:
            options.setdefault("key", databases.KEY)
            options.setdefault("timeout", 20)
            if request.param == "sync":
                return stack.enter_context(Database(dsn, **options))
            return stack.enter_context(Blocking(lambda: AsyncDatabase(dsn, **options)))

        yield open_it


@pytest.fixture
def db(open_database: Open, app: str) -> Any:
    return open_database(app)


@pytest.fixture
def alice(db: Any) -> Any:
    return db.as_user(ALICE)


@pytest.fixture
def bob(db: Any) -> Any:
    return db.as_user(BOB)


@pytest.fixture
def model(alice: Any) -> Any:
    return alice.threat_models.create("Payments")


# Who a call acts for


def test_nobody_can_be_acted_for_without_a_key(open_database: Open, app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMI_DB_KEY", raising=False)
    db = open_database(app, key=None)
    with pytest.raises(ValueError, match="TMI_DB_KEY"):
        db.as_user(ALICE)
    with pytest.raises(ValueError, match="TMI_DB_KEY"), db.session(ALICE):
        pass


def test_a_key_that_is_none_is_refused_before_anything_is_connected() -> None:
    for kind in (Database, AsyncDatabase):
        with pytest.raises(ValueError, match="a key is written"):
            kind("host=/nowhere", key="not a key")


@pytest.mark.parametrize("key_id", [databases.KEY_ID, "unknown"])
def test_a_forged_context_is_nobodys(open_database: Open, app: str, key_id: str) -> None:
    forger = open_database(app, key=Key.generate(key_id))
    with pytest.raises(Unauthenticated) as refused:
        forger.as_user(ALICE).me()
    assert refused.value.sqlstate == "TM401"
    with pytest.raises(Unauthenticated), forger.session(ALICE) as tmi:
        tmi.threat_models.create("Stolen")


def test_an_expired_context_is_nobodys(alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    past = datetime.now(UTC).timestamp() - 61
    monkeypatch.setattr("tmi_db.context.time", SimpleNamespace(time=lambda: past))
    with pytest.raises(Unauthenticated):
        alice.me()


def test_a_person_without_an_account_is_nobody(db: Any) -> None:
    with pytest.raises(Unauthenticated):
        db.as_user(NOBODY).me()


@pytest.mark.parametrize("email", ["", "al\ud800ice@example.com"])
def test_what_is_no_address_is_refused_before_anything_is_sent(open_database: Open, wire: Wire, email: str) -> None:
    db = open_database(wire.dsn)
    with wire.counting() as trips, pytest.raises(Invalid) as refused:
        db.as_user(email).me()
    assert refused.value.field == "email"
    assert trips == [0]


def test_a_service_cannot_log_users_in_or_maintain(db: Any) -> None:
    with pytest.raises(Forbidden) as refused:
        db.auth.users.login("google", "1", ALICE, "Alice")
    assert refused.value.sqlstate == "42501"
    with pytest.raises(Forbidden):
        db.maintenance.counts.verify()


def test_the_next_user_of_a_connection_is_not_the_last_one(open_database: Open, app: str) -> None:
    db = open_database(app, max_size=1)
    assert db.as_user(ALICE).me().email == ALICE
    with pytest.raises(Unauthenticated):
        db.as_user(NOBODY).me()
    assert db.as_user(BOB).me().email == BOB


def test_an_identity_does_not_outlive_its_session(open_database: Open, app: str) -> None:
    db = open_database(app, max_size=1)
    with db.session(ALICE) as tmi:
        assert tmi.me().email == ALICE
    with pytest.raises(Unauthenticated):
        db.as_user(NOBODY).me()
    with pytest.raises(ZeroDivisionError), db.session(ALICE) as tmi:
        tmi.me()
        _ = 1 / 0
    with db.session(BOB) as tmi:
        assert tmi.me().email == BOB


def test_the_statements_of_a_connection_are_shared_and_its_identity_is_not(open_database: Open, app: str) -> None:
    db = open_database(app, max_size=1, prepare=True)
    for email in (ALICE, BOB) * 5:
        assert db.as_user(email).me().email == email


def test_somebody_else_cannot_see_a_model(bob: Any, model: Any) -> None:
    with pytest.raises(NotFound) as refused:
        bob.threats.list(model.id)
    assert (refused.value.sqlstate, refused.value.table) == ("TM404", "threat_models")
    assert isinstance(refused.value.__cause__, psycopg.Error)


def test_a_reader_cannot_write(alice: Any, bob: Any, model: Any) -> None:
    alice.access.grant(model.id, BOB, "reader")
    with pytest.raises(Forbidden):
        bob.threats.create(model.id, "Spoofing")
    assert bob.threats.list(model.id) == []


def test_the_server_is_left_no_choice_but_to_set_the_identity_before_it_calls(conn: Connection) -> None:
    # In another order the call would still work on most days, which is why the plan is looked at.
    statements = Statements(databases.SCHEMA)
    required = dict(
        conn.execute("SELECT proname, pronargs - pronargdefaults FROM pg_proc WHERE pronamespace = 'tmi'::regnamespace")
    )
    for function in vars(functions).values():
        if not isinstance(function, Function):
            continue
        for given in {required[function.name], len(function.parameters)}:
            arguments = [None if place < given else UNSET for place, _ in enumerate(function.parameters)]
            text, parameters = statements.bind(function, arguments, identify=True)
            plan = conn.execute(
                b"EXPLAIN (VERBOSE, FORMAT JSON) " + re.sub(rb"\$\d+", b"%s", text), parameters
            ).fetchone()
            assert plan
            node = plan[0][0]["Plan"]
            if arguments.count(UNSET) < len(arguments):
                first = node["Function Call"].partition("(")[2]
                assert first.startswith("CASE WHEN (set_config('tmi.context'"), function.name
            else:
                while "Plans" in node:
                    (node,) = node["Plans"]
                assert node["Function Call"].startswith("(set_config('tmi.context'"), function.name
                assert node["Filter"] == "a.a", function.name


# Sessions


def test_a_session_that_an_exception_leaves_saves_nothing(db: Any, alice: Any) -> None:
    id = uuid4()
    with pytest.raises(ZeroDivisionError), db.session(ALICE) as tmi:
        tmi.threat_models.create("Half done", id=id)
        _ = 1 / 0
    with pytest.raises(NotFound):
        alice.threat_models.get(id)


def test_a_session_whose_call_failed_cannot_pretend_to_have_saved(db: Any, alice: Any) -> None:
    id = uuid4()
    with pytest.raises(TmiError, match="nothing was saved") as refused, db.session(ALICE) as tmi:
        tmi.threat_models.create("Half done", id=id)
        with pytest.raises(NotFound):
            tmi.threat_models.get(uuid4())
    assert refused.value.sqlstate == "25P02"
    with pytest.raises(NotFound):
        alice.threat_models.get(id)


def test_a_read_only_session_cannot_write(db: Any) -> None:
    with pytest.raises(TmiError) as refused, db.session(ALICE, read_only=True) as tmi:
        assert tmi.me().email == ALICE
        tmi.threat_models.create("Written")
    assert refused.value.sqlstate == "25006"


def test_a_session_cannot_be_used_after_its_end(db: Any) -> None:
    with db.session(ALICE) as tmi:
        tmi.me()
    with pytest.raises(TmiError, match="the session is over"):
        tmi.me()
    with pytest.raises(ZeroDivisionError), db.session(ALICE) as tmi:
        _ = 1 / 0
    with pytest.raises(TmiError, match="the session is over"):
        tmi.me()


def test_a_session_is_one_transaction(db: Any, alice: Any) -> None:
    with db.session(ALICE) as tmi:
        model = tmi.threat_models.create("Payments")
        threat = tmi.threats.create(model.id, "Token replay", score=80)
        with pytest.raises(NotFound):
            alice.threat_models.get(model.id)
    assert alice.threats.get(model.id, threat.id).score == 80
    assert threat.created_at == model.created_at


def test_a_snapshot_session_sees_one_moment(db: Any, alice: Any, model: Any) -> None:
    with db.session(ALICE, isolation="repeatable read", read_only=True) as tmi:
        assert tmi.threats.list(model.id) == []
        alice.threats.create(model.id, "Spoofing")
        assert tmi.threats.list(model.id) == []
    assert len(alice.threats.list(model.id)) == 1


def test_a_session_whose_first_call_was_refused_unsent_still_acts_for_its_user(db: Any) -> None:
    with db.session(ALICE) as tmi:
        with pytest.raises(Invalid):
            tmi.threat_models.create("a\0b")
        assert tmi.me().email == ALICE
        model = tmi.threat_models.create("Saved")
    assert db.as_user(ALICE).threat_models.get(model.id).name == "Saved"


# What a call costs


def test_a_call_is_one_round_trip(open_database: Open, wire: Wire) -> None:
    db = open_database(wire.dsn, prepare=False)
    alice = db.as_user(ALICE)
    model = alice.threat_models.create("Payments")
    calls: dict[str, Callable[[], object]] = {
        "without an argument": alice.me,
        "with none given": alice.threat_models.list,
        "reading": lambda: alice.threats.list(model.id, limit=10),
        "writing": lambda: alice.threats.create(model.id, "Spoofing"),
        "without a row": lambda: alice.access.role(model.id),
        "many at once": lambda: alice.threats.bulk_create(model.id, [{"name": f"T{n}"} for n in range(20)]),
    }
    for name, call in calls.items():
        for _ in range(4):
            with wire.counting() as trips:
                call()
            assert trips == [1], name


def test_to_prepare_a_statement_is_one_round_trip_more_once_a_connection(open_database: Open, wire: Wire) -> None:
    alice = open_database(wire.dsn, max_size=1).as_user(ALICE)
    with wire.counting() as trips:
        for _ in range(10):
            alice.me()
    assert trips == [11]


def test_a_refused_call_is_one_round_trip_too(open_database: Open, wire: Wire) -> None:
    db = open_database(wire.dsn)
    with wire.counting() as trips, pytest.raises(NotFound):
        db.as_user(ALICE).threat_models.get(uuid4())
    assert trips == [1]


@pytest.mark.parametrize("calls", [1, 2, 5])
def test_a_session_is_one_round_trip_more_than_its_calls(open_database: Open, wire: Wire, calls: int) -> None:
    db = open_database(wire.dsn, prepare=False)
    with wire.counting() as trips, db.session(ALICE) as tmi:
        for _ in range(calls):
            tmi.me()
    assert trips == [calls + 1]


def test_a_session_without_a_call_costs_nothing(open_database: Open, wire: Wire) -> None:
    db = open_database(wire.dsn)
    with wire.counting() as trips, db.session(ALICE):
        pass
    assert trips == [0]


def test_iterating_is_one_round_trip_a_page(open_database: Open, wire: Wire) -> None:
    alice = open_database(wire.dsn).as_user(ALICE)
    model = alice.threat_models.create("Payments")
    made = alice.threats.bulk_create(model.id, [{"name": f"T{n:02}", "score": n % 7} for n in range(25)])
    with wire.counting() as trips:
        seen = list(alice.threats.iterate(model.id, page_size=10))
    assert trips == [3]
    assert {threat.id for threat in seen} == {threat.id for threat in made}
    assert len(seen) == 25
    orders: dict[str, Callable[[Any], Any]] = {"name": lambda t: t.name, "-score": lambda t: -t.score}
    for sort, key in orders.items():
        sorted_threats = list(alice.threats.iterate(model.id, page_size=7, sort=sort))
        assert [key(threat) for threat in sorted_threats] == sorted(map(key, made)), sort


def test_iterating_asks_for_no_page_that_is_not_wanted(open_database: Open, wire: Wire) -> None:
    alice = open_database(wire.dsn).as_user(ALICE)
    model = alice.threat_models.create("Payments")
    alice.threats.bulk_create(model.id, [{"name": f"T{n}"} for n in range(12)])
    with wire.counting() as trips:
        next(iter(alice.threats.iterate(model.id, page_size=5)))
    assert trips == [1]


def test_a_list_without_an_order_of_its_own_is_iterated_too(open_database: Open, shop: databases.Database) -> None:
    auth = open_database(shop.dsn_for("auth")).auth
    assert [user.email for user in auth.users.iterate(page_size=1)] == [ALICE, BOB]


# Many small blocks, which together are more than glibc leaves free, and no large one.
MANY_SMALL_BLOCKS = "SELECT count(*) FROM " + ", ".join(f"generate_series(1, 1) AS g{number}" for number in range(20))


def _pages_taken_anew(connection: Connection) -> float:
    """Tell how many pages of memory the server's process asks the kernel for while it answers one statement."""

    def faults() -> int:
        fields = Path(f"/proc/{connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[7])

    for _ in range(10):
        connection.execute(MANY_SMALL_BLOCKS, prepare=True)
    before = faults()
    for _ in range(50):
        connection.execute(MANY_SMALL_BLOCKS, prepare=True)
    return (faults() - before) / 50


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts a process's page faults in /proc")
def test_the_first_query_of_a_connection_keeps_the_server_s_process_from_giving_back_its_memory(
    shop: databases.Database,
) -> None:
    with shop.connect("app") as plain, shop.connect("app") as kept:
        kept.execute(pooling.FIRST_QUERY)
        assert _pages_taken_anew(plain) >= 1
        assert _pages_taken_anew(kept) < 0.5


@pytest.mark.parametrize("prepare", ["auto", True, False])
def test_every_connection_begins_with_that_query(
    open_database: Open, app: str, admin: Connection, prepare: str | bool
) -> None:
    name = f"begins {uuid4()}"
    open_database(make_conninfo(app, application_name=name), max_size=1, prepare=prepare)
    found = admin.execute("SELECT query FROM pg_stat_activity WHERE application_name = %s", [name]).fetchall()
    assert found == [(pooling.FIRST_QUERY.decode(),)]


# Arguments and answers


def test_what_is_left_out_is_kept_and_none_clears(alice: Any, model: Any) -> None:
    threat = alice.threats.create(model.id, "Spoofing", description="By mail", score=3)
    changed = alice.threats.update(model.id, threat.id, {"description": None})
    assert (changed.description, changed.score) == (None, 3)
    assert alice.threats.create(model.id, "Spoofing").mitigated is False


def test_ids_and_times_stand_inside_json_as_they_are(alice: Any, model: Any) -> None:
    diagram = alice.diagrams.create(model.id, "Flow", cells=[{"id": "a", "shape": "note"}])
    threat = alice.threats.create(model.id, "Spoofing")
    changed = alice.threats.update(model.id, threat.id, {"diagram_id": diagram.id}, if_modified_at=threat.modified_at)
    assert changed.diagram_id == diagram.id
    with pytest.raises(Stale):
        alice.threats.update(model.id, threat.id, {"score": 1}, if_modified_at=threat.modified_at)
    later = alice.threat_models.list(filter={"created_after": changed.created_at})
    assert model.id not in {row.id for row in later}


def test_a_row_is_a_page_s_cursor(alice: Any, model: Any) -> None:
    alice.threats.bulk_create(model.id, [{"name": f"T{n}"} for n in range(3)])
    first, second, third = alice.threats.list(model.id)
    assert alice.threats.list(model.id, after=first) == [second, third]


def test_a_row_cannot_be_changed_and_has_the_types_it_promises(alice: Any, model: Any) -> None:
    threat = alice.threats.create(str(model.id), "Spoofing", id=str(uuid4()))
    with pytest.raises(AttributeError):
        threat.name = "Tampering"
    assert isinstance(threat.id, UUID)
    assert isinstance(threat.created_at, datetime)
    assert threat.created_at.tzinfo is not None
    assert threat == alice.threats.get(model.id, threat.id)
    assert len({threat, alice.threats.get(model.id, threat.id)}) == 1
    with pytest.raises(TypeError):
        vars(threat)


@pytest.mark.parametrize(
    "text", ["", "'; DROP TABLE threats; --", "100%s %(a)s $1 {x}", "\\", "\u202eright to left", "\u00a0", "😀" * 50]
)
def test_text_comes_back_as_it_went(alice: Any, model: Any, text: str) -> None:
    threat = alice.threats.create(model.id, "Spoofing", description=text)
    assert alice.threats.get(model.id, threat.id).description == text


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"description": "a\0b"}, "description"),
        ({"description": "\ud800"}, "description"),
        ({"metadata": {"a": float("nan")}}, "metadata"),
        ({"metadata": {"a": float("inf")}}, "metadata"),
        ({"metadata": {"a": {1, 2}}}, "metadata"),
        ({"metadata": {"a": "\ud800"}}, "metadata"),
        ({"metadata": {"a": datetime(2026, 1, 1)}}, "metadata"),
        ({"score": 10**200_000}, "score"),
        ({"description": object()}, None),
    ],
    ids=lambda value: "" if isinstance(value, str | None) else repr(next(iter(value)))[:20],
)
def test_what_the_database_could_not_take_is_refused_before_the_call_is_sent(
    open_database: Open, wire: Wire, arguments: dict[str, Any], field: str | None
) -> None:
    alice = open_database(wire.dsn).as_user(ALICE)
    model = alice.threat_models.create("Payments")
    with wire.counting() as trips, pytest.raises(Invalid) as refused:
        alice.threats.create(model.id, "Spoofing", **arguments)
    assert trips == [0]
    assert (refused.value.field, refused.value.sqlstate) == (field, None)


@pytest.mark.parametrize(
    ("arguments", "field", "sqlstate"),
    [
        ({"score": 2**31}, "score", "22003"),
        ({"score": 10**100}, "score", "22003"),
        ({"score": float("nan")}, "score", "22003"),
        ({"score": 101}, "score", "23514"),
        ({"diagram_id": "not an id"}, "diagram_id", "22P02"),
        ({"metadata": {"a": "\0"}}, "metadata", "22P05"),
        ({"score": "many"}, "score", "22P02"),
        ({"name": None}, "name", None),
    ],
)
def test_a_value_that_the_database_refuses_is_named(
    alice: Any, model: Any, arguments: dict[str, Any], field: str | None, sqlstate: str | None
) -> None:
    with pytest.raises(Invalid) as refused:
        alice.threats.create(model.id, **({"name": "Spoofing"} | arguments))
    assert refused.value.field == field
    assert sqlstate is None or refused.value.sqlstate == sqlstate


def test_a_time_without_a_zone_is_refused(alice: Any, model: Any) -> None:
    with pytest.raises(Invalid, match="time zone") as refused:
        alice.threat_models.update(model.id, {"name": "X"}, if_modified_at=datetime(2026, 1, 1))
    assert refused.value.field == "if_modified_at"


def test_a_document_that_is_nested_too_deep_is_too_large(alice: Any, model: Any) -> None:
    deep: Any = "x"
    for _ in range(200_000):
        deep = [deep]
    with pytest.raises(TooLarge):
        alice.diagrams.create(model.id, "Flow", cells=[{"id": "a", "shape": "x", "data": deep}])


def test_a_bulk_call_names_the_item(alice: Any, model: Any) -> None:
    with pytest.raises(Invalid) as refused:
        alice.threats.bulk_create(model.id, [{"name": "a"}, {"name": "b", "score": 101}])
    assert (refused.value.index, refused.value.field) == (1, "score")


def test_a_duplicate_is_a_conflict(alice: Any, model: Any) -> None:
    threat = alice.threats.create(model.id, "Spoofing")
    with pytest.raises(Conflict) as refused:
        alice.threats.create(model.id, "Spoofing", id=threat.id)
    assert refused.value.field == "id"


def test_a_database_that_is_not_open_says_so(app: str) -> None:
    with pytest.raises(TmiError, match="not open") as refused:
        Database(app, key=databases.KEY).as_user(ALICE).me()
    assert "with" in str(refused.value.hint)


# Servers that go away


def test_a_server_that_is_not_there_is_a_timeout_that_says_why(open_database: Open) -> None:
    with pytest.raises(PoolTimeout) as refused:
        open_database("host=/nowhere", timeout=0.5)
    assert "/nowhere" in str(refused.value.detail)


def test_an_exhausted_pool_is_a_timeout(open_database: Open, app: str) -> None:
    db = open_database(app, max_size=1, timeout=0.2)
    with db.session(ALICE) as tmi:
        tmi.me()
        with pytest.raises(PoolTimeout):
            db.as_user(BOB).me()
    assert db.as_user(BOB).me().email == BOB


def test_connections_that_broke_while_idle_are_replaced(open_database: Open, wire: Wire) -> None:
    db = open_database(wire.dsn, min_size=3, max_size=3)
    alice = db.as_user(ALICE)
    for _ in range(2):
        model = alice.threat_models.create("Payments")
        wire.cut()
    with db.session(ALICE) as tmi:
        assert tmi.threat_models.get(model.id) == model


def test_sessions_that_the_server_ended_are_replaced(open_database: Open, app: str, admin: Connection) -> None:
    db = open_database(app, min_size=2, max_size=2)
    alice = db.as_user(ALICE)
    alice.me()
    admin.execute(
        """
        SELECT pg_terminate_backend(pid, 5000)
        FROM pg_stat_activity
        WHERE usename = 'test_app' AND datname = current_database()
        """
    )
    assert alice.threat_models.create("Payments").name == "Payments"


def test_a_write_whose_answer_was_lost_is_not_repeated(open_database: Open, wire: Wire) -> None:
    alice = open_database(wire.dsn).as_user(ALICE)
    id = uuid4()
    wire.lose_answer(b"threat_model_create")
    with pytest.raises(ConnectionLost) as lost:
        alice.threat_models.create("Payments", id=id)
    assert lost.value.outcome_unknown
    assert isinstance(lost.value.__cause__, psycopg.Error)
    with pytest.raises(Conflict):
        alice.threat_models.create("Payments", id=id)


def test_a_write_that_was_lost_on_its_way_is_not_repeated_either(open_database: Open, wire: Wire) -> None:
    alice = open_database(wire.dsn).as_user(ALICE)
    id = uuid4()
    wire.lose_request(b"threat_model_create")
    with pytest.raises(ConnectionLost) as lost:
        alice.threat_models.create("Payments", id=id)
    assert lost.value.outcome_unknown
    with pytest.raises(NotFound):
        alice.threat_models.get(id)


def test_a_read_whose_answer_was_lost_is_repeated_once(open_database: Open, wire: Wire) -> None:
    alice = open_database(wire.dsn).as_user(ALICE)
    wire.lose_answer()
    assert alice.me().email == ALICE
    model = alice.threat_models.create("Payments")
    wire.lose_answer(b"threat_model_get")
    wire.lose_request(b"threat_model_get")
    with pytest.raises(ConnectionLost) as lost:
        alice.threat_models.get(model.id)
    assert not lost.value.outcome_unknown


def test_a_connection_lost_in_a_session_means_that_nothing_was_saved(open_database: Open, wire: Wire) -> None:
    db = open_database(wire.dsn)
    id = uuid4()
    with pytest.raises(ConnectionLost) as lost, db.session(ALICE) as tmi:
        tmi.threat_models.create("Payments", id=id)
        wire.cut()
        tmi.me()
    assert not lost.value.outcome_unknown
    with pytest.raises(ConnectionLost) as lost, db.session(ALICE) as tmi:
        tmi.threat_models.create("Payments", id=id)
        wire.cut()
        tmi.threat_models.create("Orders")
    assert not lost.value.outcome_unknown
    with pytest.raises(ConnectionLost) as lost, db.session(ALICE) as tmi:
        tmi.threat_models.create("Payments", id=id)
        wire.cut()
        with pytest.raises(ConnectionLost):
            tmi.me()
    assert not lost.value.outcome_unknown
    with pytest.raises(NotFound):
        db.as_user(ALICE).threat_models.get(id)


@pytest.mark.parametrize("arrives", [False, True])
def test_a_connection_lost_while_committing_leaves_the_outcome_unknown(
    open_database: Open, wire: Wire, arrives: bool
) -> None:
    db = open_database(wire.dsn)
    id = uuid4()
    with pytest.raises(ConnectionLost) as lost, db.session(ALICE) as tmi:
        tmi.threat_models.create("Payments", id=id)
        (wire.lose_answer if arrives else wire.lose_request)(b"COMMIT")
    assert lost.value.outcome_unknown
    found = {model.id for model in db.as_user(ALICE).threat_models.list()}
    assert (id in found) == arrives


def test_a_server_that_restarts_is_found_again(
    open_database: Open, durable_cluster: Callable[..., Cluster], template: databases.Database
) -> None:
    server = durable_cluster()
    database = databases.create(server)
    databases.build(database)
    _add_users(database)
    db = open_database(database.dsn_for("app"), min_size=2)
    alice = db.as_user(ALICE)
    made = alice.threat_models.create("Before")
    server.restart()
    assert alice.threat_models.get(made.id) == made
    assert alice.threat_models.create("After").name == "After"


# Contention


def test_a_deadlock_is_resolved_by_running_the_loser_again(open_database: Open, database: databases.Database) -> None:
    _add_users(database)
    with database.connect() as admin:
        admin.execute(f"ALTER DATABASE \"{database.name}\" SET deadlock_timeout = '20ms'")
    db = open_database(database.dsn_for("app"), min_size=2)
    alice = db.as_user(ALICE)
    models = [alice.threat_models.create(name).id for name in ("A", "B")]
    both_hold_one = threading.Barrier(2)
    tries = [0, 0]

    def work(number: int) -> Callable[[Any], None]:
        def change(tmi: Any) -> None:
            tries[number] += 1
            tmi.threats.create(models[number], f"by {number}")
            if tries[number] == 1:
                both_hold_one.wait(20)
            tmi.threats.create(models[1 - number], f"by {number}")

        return change

    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            db.run(ALICE, work(number))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(tries) == 3
    for model in models:
        assert sorted(threat.name for threat in alice.threats.list(model)) == ["by 0", "by 1"]


@pytest.fixture
def contended(database: databases.Database) -> Iterator[Connection]:
    """A database in which creating a threat fails as often as `failures` says, and `tries` counts."""
    _add_users(database)
    with database.connect() as admin:
        admin.execute("CREATE SEQUENCE tap.tries")
        admin.execute("CREATE TABLE tap.failing (times integer, sqlstate text)")
        admin.execute(
            """
            CREATE FUNCTION tap.fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            DECLARE
              v_failing tap.failing;
            BEGIN
              SELECT * INTO v_failing FROM tap.failing;
              IF nextval('tap.tries') <= v_failing.times THEN
                RAISE EXCEPTION 'others were here' USING ERRCODE = v_failing.sqlstate;
              END IF;
              RETURN NEW;
            END $$
            """
        )
        admin.execute("CREATE TRIGGER zz_fail BEFORE INSERT ON threats FOR EACH ROW EXECUTE FUNCTION tap.fail()")
        yield admin


def _fail(admin: Connection, times: int, sqlstate: str) -> None:
    admin.execute("DELETE FROM tap.failing")
    admin.execute("INSERT INTO tap.failing VALUES (%s, %s)", (times, sqlstate))
    admin.execute("ALTER SEQUENCE tap.tries RESTART")


def _tries(admin: Connection) -> int:
    row = admin.execute("SELECT last_value FROM tap.tries").fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_contention_is_retried_but_not_for_ever(
    open_database: Open, database: databases.Database, contended: Connection, sqlstate: str
) -> None:
    db = open_database(database.dsn_for("app"), retries=2)
    alice = db.as_user(ALICE)
    model = alice.threat_models.create("Payments")
    _fail(contended, 3, sqlstate)
    with pytest.raises(Contended) as refused:
        alice.threats.create(model.id, "Spoofing")
    assert (refused.value.sqlstate, _tries(contended)) == (sqlstate, 3)
    _fail(contended, 2, sqlstate)
    assert alice.threats.create(model.id, "Spoofing").name == "Spoofing"
    assert _tries(contended) == 3
    _fail(contended, 2, sqlstate)
    assert db.run(ALICE, lambda tmi: tmi.threats.create(model.id, "Tampering").name) == "Tampering"
    assert _tries(contended) == 3


def test_contention_in_a_session_is_left_to_its_author(
    open_database: Open, database: databases.Database, contended: Connection
) -> None:
    db = open_database(database.dsn_for("app"))
    model = db.as_user(ALICE).threat_models.create("Payments")
    _fail(contended, 1, "40001")
    with pytest.raises(Contended), db.session(ALICE) as tmi:
        tmi.threats.create(model.id, "Spoofing")
    assert _tries(contended) == 1


@pytest.mark.parametrize("sqlstate", ["TM409", "23514", "57014", "55P03"])
def test_nothing_else_is_retried(
    open_database: Open, database: databases.Database, contended: Connection, sqlstate: str
) -> None:
    db = open_database(database.dsn_for("app"))
    model = db.as_user(ALICE).threat_models.create("Payments")
    _fail(contended, 1, sqlstate)
    with pytest.raises(TmiError) as refused:
        db.as_user(ALICE).threats.create(model.id, "Spoofing")
    assert (refused.value.sqlstate, _tries(contended)) == (sqlstate, 1)


def test_work_that_fails_for_another_reason_is_not_run_again(db: Any) -> None:
    tries: list[str] = []

    def work(tmi: Any) -> None:
        tries.append(tmi.me().email)
        tmi.threat_models.get(uuid4())

    with pytest.raises(NotFound):
        db.run(ALICE, work)
    assert tries == [ALICE]


def test_work_whose_connection_broke_before_the_commit_is_run_again(open_database: Open, wire: Wire) -> None:
    db = open_database(wire.dsn)
    tries: list[int] = []

    def work(tmi: Any) -> Any:
        tries.append(1)
        model = tmi.threat_models.create("Payments")
        if len(tries) == 1:
            wire.cut()
        return tmi.threat_models.get(model.id)

    made = db.run(ALICE, work)
    assert len(tries) == 2
    assert db.as_user(ALICE).threat_models.get(made.id) == made


def test_a_serialization_failure_between_two_real_transactions_is_retried(
    open_database: Open, database: databases.Database
) -> None:
    _add_users(database)
    db = open_database(database.dsn_for("app"), min_size=2)
    alice = db.as_user(ALICE)
    model = alice.threat_models.create("Payments")
    tries: list[int] = []

    def rename(tmi: Any) -> str:
        tries.append(1)
        name = tmi.threat_models.get(model.id).name
        if len(tries) == 1:
            alice.threat_models.update(model.id, {"name": "Meanwhile"})
        return str(tmi.threat_models.update(model.id, {"name": f"{name}, renamed"}).name)

    assert db.run(ALICE, rename, isolation="repeatable read") == "Meanwhile, renamed"
    assert len(tries) == 2


# Poolers and changes of the schema


def test_no_statement_is_prepared_behind_a_pooler(open_database: Open, wire: Wire) -> None:
    wire.disguise = True
    alice = open_database(wire.dsn).as_user(ALICE)
    for _ in range(10):
        alice.me()
    assert b"_pg3_" not in wire.sent


def test_statements_are_prepared_on_a_direct_connection(open_database: Open, wire: Wire) -> None:
    alice = open_database(wire.dsn).as_user(ALICE)
    for _ in range(10):
        alice.me()
    assert b"_pg3_" in wire.sent
    assert wire.sent.count(b"SELECT (r.f)") < 10


def test_no_session_is_given_a_setting_that_a_pooler_would_hand_to_others(open_database: Open, wire: Wire) -> None:
    db = open_database(wire.dsn)
    db.as_user(ALICE).me()
    with db.session(ALICE, isolation="serializable") as tmi:
        tmi.me()
    assert b"options" not in wire.sent
    assert b"SET " not in wire.sent.replace(b"OFFSET ", b"")
    assert b"LISTEN" not in wire.sent


def test_an_identity_is_never_part_of_a_statement_s_text(open_database: Open, database: databases.Database) -> None:
    # Another session of the same login can read the text of a running statement.
    _add_users(database)
    db = open_database(database.dsn_for("app"), max_size=1)
    db.as_user(ALICE).me()
    with db.session(ALICE) as tmi, database.connect() as admin:
        tmi.me()
        shown = admin.execute(
            "SELECT string_agg(query, E'\\n') FROM pg_stat_activity WHERE usename = 'test_app'"
        ).fetchone()
    assert shown
    assert "_as" in shown[0]
    assert "v1." not in shown[0]


def test_a_column_that_a_later_release_appends_disturbs_nobody(
    open_database: Open, database: databases.Database
) -> None:
    _add_users(database)
    alice = open_database(database.dsn_for("app"), max_size=1).as_user(ALICE)
    model = alice.threat_models.create("Payments")
    before = [alice.threats.create(model.id, f"T{n}") for n in range(4)][-1]
    for _ in range(4):
        alice.threats.get(model.id, before.id)
    with database.connect() as admin:
        admin.execute("ALTER TABLE threats ADD COLUMN later text DEFAULT 'x'")
    assert alice.threats.get(model.id, before.id) == before  # a prepared statement
    assert alice.threats.list(model.id, limit=1) == [before]  # one that is parsed now
    assert alice.threats.create(model.id, "After").name == "After"


def test_a_prepared_statement_whose_function_was_changed_is_prepared_again(
    open_database: Open, database: databases.Database
) -> None:
    _add_users(database)
    alice = open_database(database.dsn_for("app"), max_size=1).as_user(ALICE)
    model = alice.threat_models.create("Payments")
    for _ in range(4):
        assert alice.access.role(model.id) == "owner"
    with database.connect() as admin, admin.transaction():
        row = admin.execute("SELECT pg_get_functiondef('access_role'::regproc)").fetchone()
        assert row
        admin.execute("DROP FUNCTION access_role")
        admin.execute(row[0].replace("RETURNS text", "RETURNS varchar"))
        admin.execute("GRANT EXECUTE ON FUNCTION access_role TO tmi_app")
        admin.execute("ALTER FUNCTION access_role OWNER TO tmi_api")
    assert alice.access.role(model.id) == "owner"


def test_another_schema_is_another_installation(open_database: Open, app: str) -> None:
    alice = open_database(app, schema='no "such" schema').as_user(ALICE)
    with pytest.raises(TmiError) as refused:
        alice.me()
    assert refused.value.sqlstate == "3F000"
    assert "migrate status" in str(refused.value.hint)


# Refresh tokens


@pytest.fixture
def login_service(open_database: Open, shop: databases.Database) -> Any:
    return open_database(shop.dsn_for("auth"), key=None)


@pytest.fixture
def carol(login_service: Any) -> Any:
    return login_service.auth.users.login("github", str(uuid4()), f"{uuid4()}@example.com", "Carol")


def test_a_token_that_is_unknown_or_no_token_at_all_lets_nobody_in(login_service: Any) -> None:
    for token in ("", "\ud800", "a\0b", "A" * 43):
        with pytest.raises(Unauthenticated):
            login_service.refresh_tokens.rotate(token)


def test_a_token_that_is_presented_twice_ends_its_family(login_service: Any, carol: Any) -> None:
    first, _ = login_service.refresh_tokens.issue(carol.id)
    second, rotated = login_service.refresh_tokens.rotate(first)
    assert rotated.user_id == carol.id
    with pytest.raises(Unauthenticated, match="exchanged before"):
        login_service.refresh_tokens.rotate(first)
    with pytest.raises(Unauthenticated):
        login_service.refresh_tokens.rotate(second)


def test_a_token_that_was_revoked_lets_nobody_in(login_service: Any, carol: Any) -> None:
    token, _ = login_service.refresh_tokens.issue(carol.id, ttl=timedelta(hours=1), family_ttl=timedelta(days=1))
    for _ in range(2):
        login_service.refresh_tokens.revoke(token)
    with pytest.raises(Unauthenticated):
        login_service.refresh_tokens.rotate(token)


@pytest.mark.parametrize("arrives", [False, True])
def test_an_exchange_whose_answer_was_lost_is_no_theft(
    open_database: Open, shop: databases.Database, login_service: Any, carol: Any, arrives: bool
) -> None:
    token, _ = login_service.refresh_tokens.issue(carol.id)
    wire = Wire(shop.dsn_for("auth"))
    db = open_database(wire.dsn)
    (wire.lose_answer if arrives else wire.lose_request)(b"token_rotate")
    new, _ = db.refresh_tokens.rotate(token)
    assert login_service.refresh_tokens.rotate(new)[1].user_id == carol.id
    wire.close()


def test_the_database_never_sees_a_token(open_database: Open, shop: databases.Database, carol: Any) -> None:
    wire = Wire(shop.dsn_for("auth"))
    db = open_database(wire.dsn)
    first, _ = db.refresh_tokens.issue(carol.id)
    second, _ = db.refresh_tokens.rotate(first)
    db.refresh_tokens.revoke(second)
    assert len({first, second}) == 2
    for token in (first, second):
        assert len(token) == 43
        assert token.encode() not in wire.sent
    wire.close()
