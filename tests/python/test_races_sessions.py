"""Sessions and drawings in several hands at once: one session wins, and nothing that was drawn is lost."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from support.database import Database
from support.races import Call, Outcome, meet, race

OWNER = "owner@example.com"
WRITERS = [f"writer{number}@example.com" for number in range(5)]
READERS = [f"reader{number}@example.com" for number in range(5)]
EVERYBODY = [OWNER, *WRITERS, *READERS]


@pytest.fixture
def model(database: Database) -> Any:
    with database.connect() as admin, admin.transaction():
        admin.execute("SELECT tap.add_user(split_part(e, '@', 1)) FROM unnest(%s::text[]) AS e", (EVERYBODY,))
        row = admin.execute("SELECT tap.add_model(%s)", (OWNER,)).fetchone()
        assert row
        admin.execute("SELECT tap.share(%s, e, 'writer') FROM unnest(%s::text[]) AS e", (row[0], WRITERS))
        admin.execute("SELECT tap.share(%s, e, 'reader') FROM unnest(%s::text[]) AS e", (row[0], READERS))
    return row[0]


@pytest.fixture
def diagram(database: Database, model: Any) -> Any:
    call = Call("SELECT id FROM diagram_create(%s, 'Flow')", (model,), OWNER)
    return race(database, call)[0].value


@pytest.fixture
def session(database: Database, model: Any, diagram: Any) -> Any:
    return race(database, create(model, diagram, OWNER))[0].value


def create(model: Any, diagram: Any, by: str) -> Call:
    return Call("SELECT id FROM session_create(%s, 'wss://x', %s)", (model, diagram), by)


def act(action: str, model: Any, session: Any, by: str) -> Call:
    return Call(f"SELECT id FROM session_{action}(%s, %s)", (model, session), by)


def draw(model: Any, diagram: Any, by: str, *operations: dict[str, Any]) -> Call:
    statement = "SELECT modified_at FROM cell_apply_ops(%s, %s, %s)"
    return Call(statement, (model, diagram, json.dumps(operations)), by)


def add(name: str) -> dict[str, Any]:
    return {"id": name, "operation": "add", "data": {"shape": "x"}}


def revoke(model: Any, email: str) -> Call:
    return Call("SELECT access_revoke(%s, %s)", (model, email), OWNER)


def states(outcomes: tuple[Outcome, ...] | list[Outcome]) -> list[str | None]:
    return [outcome.sqlstate for outcome in outcomes]


def rows(database: Database, statement: str, *arguments: Any) -> list[Any]:
    with database.connect() as admin:
        return admin.execute(statement.encode(), arguments).fetchall()


def value(database: Database, statement: str, *arguments: Any) -> Any:
    return rows(database, statement, *arguments)[0][0]


PRESENT = """
SELECT u.email
FROM session_participants p
JOIN users u ON u.id = p.user_id
WHERE p.session_id = %s AND p.left_at IS NULL
ORDER BY 1
"""
HOST = """
SELECT u.email, s.ended_at IS NOT NULL
FROM collaboration_sessions s
LEFT JOIN users u ON u.id = s.host_user_id
WHERE s.id = %s
"""


# Sessions -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [False, True], ids=["on a diagram", "on the model"])
def test_of_ten_who_open_a_session_at_once_one_does(database: Database, model: Any, diagram: Any, whole: bool) -> None:
    outcomes = race(database, *(create(model, None if whole else diagram, by) for by in EVERYBODY[:10]))
    assert Counter(states(outcomes)) == {None: 1, "TM409": 9}
    won = next(outcome.value for outcome in outcomes if outcome.sqlstate is None)
    assert all(f"session: {won}" in outcome.message for outcome in outcomes if outcome.sqlstate)
    assert value(database, "SELECT count(*) FROM session_participants WHERE left_at IS NULL") == 1


def test_of_ten_who_replace_an_expired_session_at_once_one_does(database: Database, model: Any, diagram: Any) -> None:
    expired = value(
        database,
        "INSERT INTO collaboration_sessions (threat_model_id, diagram_id, websocket_url, created_at, expires_at)"
        " VALUES (%s, %s, 'wss://old', now() - interval '2 h', now() - interval '1 h') RETURNING id",
        model,
        diagram,
    )
    outcomes = race(database, *(create(model, diagram, by) for by in EVERYBODY[:10]))
    assert Counter(states(outcomes)) == {None: 1, "TM409": 9}
    assert not any(str(expired) in outcome.message for outcome in outcomes)
    assert value(database, "SELECT count(*) FROM collaboration_sessions WHERE ended_at IS NULL") == 1


def test_whoever_joins_many_times_at_once_is_in_once(database: Database, model: Any, session: Any) -> None:
    outcomes = race(database, *(act("join", model, session, by) for by in (WRITERS[0], READERS[0]) for _ in range(5)))
    assert set(states(outcomes)) == {None}
    assert len({outcome.value for outcome in outcomes}) == 2
    assert rows(database, PRESENT, session) == [(email,) for email in sorted([OWNER, READERS[0], WRITERS[0]])]


def test_joining_leaving_and_signs_of_life_take_turns(database: Database, model: Any, session: Any) -> None:
    for _ in range(5):
        calls = [act(action, model, session, by) for by in WRITERS[:3] for action in ("join", "touch", "leave")]
        outcomes = race(database, *calls)
        assert all(outcome.sqlstate in (None, "TM404") for outcome in outcomes), outcomes
        assert set(states(outcomes[0::3])) == {None}
        emails = [row[0] for row in rows(database, PRESENT, session)]
        assert len(emails) == len(set(emails))
        assert OWNER in emails
    assert rows(database, HOST, session) == [(OWNER, False)]


def test_the_host_leaves_while_another_joins(database: Database, model: Any, session: Any) -> None:
    joined, left = meet(database, act("join", model, session, WRITERS[0]), act("leave", model, session, OWNER))
    assert states([joined, left]) == [None, None]
    assert rows(database, HOST, session) == [(WRITERS[0], False)], "who has joined before is the host"
    left, joined = meet(database, act("leave", model, session, WRITERS[0]), act("join", model, session, WRITERS[1]))
    assert states([left, joined]) == [None, "TM409"], "who comes after finds it ended"
    assert rows(database, HOST, session)[0][1]
    assert rows(database, PRESENT, session) == []


def test_at_any_moment_a_session_is_led_by_somebody_in_it_or_over(database: Database, model: Any, diagram: Any) -> None:
    for _ in range(8):
        session = race(database, create(model, diagram, OWNER))[0].value
        race(database, *(act("join", model, session, by) for by in (WRITERS[0], READERS[0])))
        outcomes = race(
            database,
            act("leave", model, session, OWNER),
            act("leave", model, session, WRITERS[0]),
            act("join", model, session, WRITERS[1]),
            act("touch", model, session, READERS[0]),
        )
        assert all(outcome.sqlstate in (None, "TM409") for outcome in outcomes), outcomes
        (host, ended), present = rows(database, HOST, session)[0], rows(database, PRESENT, session)
        assert present == [] if ended else host == WRITERS[1] and (host,) in present
        race(database, act("end", model, session, OWNER))


def test_a_revoke_and_a_join_never_leave_somebody_in_who_may_not_be(
    database: Database, model: Any, session: Any
) -> None:
    assert states(meet(database, act("join", model, session, WRITERS[0]), revoke(model, WRITERS[0]))) == [None, None]
    assert states(meet(database, revoke(model, WRITERS[1]), act("join", model, session, WRITERS[1]))) == [None, "TM404"]
    assert rows(database, PRESENT, session) == [(OWNER,)]
    assert states(meet(database, revoke(model, WRITERS[2]), create(model, None, WRITERS[2]))) == [None, "TM404"]
    for email in READERS:
        race(database, act("join", model, session, email), revoke(model, email), act("touch", model, session, email))
    assert rows(database, PRESENT, session) == [(OWNER,)]


def test_a_host_who_loses_access_hands_over_to_whoever_is_still_there(database: Database, model: Any) -> None:
    session = race(database, create(model, None, WRITERS[0]))[0].value
    race(database, act("join", model, session, WRITERS[1]))
    race(database, act("join", model, session, WRITERS[2]))
    left, revoked = meet(database, act("leave", model, session, WRITERS[1]), revoke(model, WRITERS[0]))
    assert states([left, revoked]) == [None, None]
    assert rows(database, HOST, session) == [(WRITERS[2], False)]


def test_an_owner_who_is_lowered_meanwhile_does_not_end_anothers_session(database: Database, model: Any) -> None:
    session = race(database, create(model, None, READERS[0]))[0].value
    with database.connect() as admin:
        admin.execute("SELECT tap.share(%s, %s, 'owner')", (model, WRITERS[0]))
    lower = Call("SELECT role FROM access_grant(%s, %s, 'writer')", (model, WRITERS[0]), OWNER)
    assert states(meet(database, lower, act("end", model, session, WRITERS[0]))) == [None, "TM403"]
    assert rows(database, HOST, session) == [(READERS[0], False)]


def test_a_drawing_is_deleted_while_people_are_in_its_session(
    database: Database, model: Any, diagram: Any, session: Any
) -> None:
    delete = Call("SELECT diagram_delete(%s, %s)", (model, diagram), WRITERS[0])
    assert states(meet(database, act("touch", model, session, OWNER), delete)) == [None, None]
    assert states(race(database, act("touch", model, session, OWNER))) == ["TM404"]
    other = race(database, Call("SELECT id FROM diagram_create(%s, 'Other')", (model,), OWNER))[0].value
    delete = Call("SELECT diagram_delete(%s, %s)", (model, other), WRITERS[0])
    assert states(meet(database, delete, create(model, other, READERS[0]))) == [None, "TM404"]


def test_an_address_moves_while_its_owner_joins_and_leaves(database: Database, model: Any, session: Any) -> None:
    user = value(database, "SELECT id FROM users WHERE email = %s", WRITERS[0])
    for number in range(5):
        move = Call("SELECT email FROM user_change_email(%s, %s)", (user, f"moved{number}@example.com"))
        emails = [WRITERS[0] if number == 0 else f"moved{number - 1}@example.com"]
        calls = [act(action, model, session, email) for email in emails for action in ("join", "leave", "touch")]
        outcomes = race(database, move, *calls)
        assert outcomes[0].sqlstate is None
        assert all(outcome.sqlstate in (None, "TM401", "TM404") for outcome in outcomes), outcomes


def test_housekeeping_passes_over_a_session_that_somebody_is_at_work_on(
    database: Database, model: Any, session: Any
) -> None:
    with database.connect() as admin, admin.transaction():
        admin.execute("ALTER TABLE collaboration_sessions DISABLE TRIGGER USER")
        admin.execute("UPDATE collaboration_sessions SET modified_at = now() - interval '1 h'")
        admin.execute("UPDATE session_participants SET last_seen_at = now() - interval '1 h'")
        admin.execute("ALTER TABLE collaboration_sessions ENABLE TRIGGER USER")
    purge = Call("SELECT session_purge()", login_name="maintenance")
    with database.connect("app", autocommit=False) as holder:
        assert act("touch", model, session, OWNER).make(holder).sqlstate is None
        assert race(database, purge)[0].value == 0
        holder.commit()
    assert race(database, purge)[0].value == 0
    assert rows(database, HOST, session) == [(OWNER, False)]


# Drawings -------------------------------------------------------------------------------------------------------------


def test_two_editors_of_one_drawing_lose_nothing(database: Database, model: Any, diagram: Any) -> None:
    first, second = WRITERS[:2]
    outcomes = meet(database, draw(model, diagram, first, add("a")), draw(model, diagram, second, add("b")))
    assert states(outcomes) == [None, None]
    outcomes = meet(
        database,
        draw(model, diagram, first, {"id": "a", "operation": "update", "data": {"label": "A", "x": 1}}),
        draw(model, diagram, second, {"id": "a", "operation": "update", "data": {"y": 2}}),
    )
    assert states(outcomes) == [None, None]
    assert value(database, "SELECT cells -> 0 FROM diagrams") == {
        "id": "a",
        "shape": "x",
        "label": "A",
        "x": 1,
        "y": 2,
    }
    outcomes = meet(
        database,
        draw(model, diagram, first, {"id": "a", "operation": "remove"}),
        draw(model, diagram, second, {"id": "a", "operation": "remove"}),
    )
    assert states(outcomes) == [None, None]
    outcomes = meet(database, draw(model, diagram, first, add("c")), draw(model, diagram, second, add("c")))
    assert states(outcomes) == [None, "TM409"]


def test_ten_editors_of_one_drawing_lose_nothing(database: Database, model: Any, diagram: Any) -> None:
    calls = [
        draw(model, diagram, WRITERS[number % 5], *(add(f"{number}-{cell}") for cell in range(20)))
        for number in range(10)
    ]
    outcomes = race(database, *calls)
    assert set(states(outcomes)) == {None}, outcomes
    assert len({outcome.value for outcome in outcomes}) == 10, "each change has a time of its own"
    drawn = [cell["id"] for cell in value(database, "SELECT cells FROM diagrams")]
    assert sorted(drawn) == sorted(f"{number}-{cell}" for number in range(10) for cell in range(20))
    for number in range(10):
        mine = [name for name in drawn if name.startswith(f"{number}-")]
        assert mine == [f"{number}-{cell}" for cell in range(20)], "in the order of each"


def test_of_two_who_have_read_the_same_drawing_one_writes(database: Database, model: Any, diagram: Any) -> None:
    read = value(database, "SELECT modified_at FROM diagrams")
    calls = [
        Call("SELECT cell_count FROM cell_apply_ops(%s, %s, %s, %s)", (model, diagram, json.dumps([add(by)]), read), by)
        for by in WRITERS
    ]
    assert Counter(states(race(database, *calls))) == {None: 1, "TM412": 4}
    assert value(database, "SELECT jsonb_array_length(cells) FROM diagrams") == 1


def test_a_revoke_stops_an_editor_who_waits(database: Database, model: Any, diagram: Any) -> None:
    outcomes = meet(database, revoke(model, WRITERS[0]), draw(model, diagram, WRITERS[0], add("a")))
    assert states(outcomes) == [None, "TM404"]
    assert value(database, "SELECT cells FROM diagrams") == []


def test_a_cell_goes_while_a_threat_or_metadata_is_fixed_to_it(database: Database, model: Any, diagram: Any) -> None:
    remove = {"id": "a", "operation": "remove"}
    threat = Call(
        "SELECT cell_id FROM threat_create(%s, 'T', p_diagram_id => %s, p_cell_id => 'a')", (model, diagram), OWNER
    )
    note = Call(
        "SELECT key FROM metadata_set(%s, 'cell', cell_entity_id(%s, 'a'), 'k', 'v')", (model, diagram), WRITERS[1]
    )
    for fix, late in ((threat, "TM422"), (note, "TM404")):
        race(database, draw(model, diagram, OWNER, add("a")))
        assert states(meet(database, fix, draw(model, diagram, WRITERS[0], remove))) == [None, None]
        race(database, draw(model, diagram, OWNER, add("a")))
        assert states(meet(database, draw(model, diagram, WRITERS[0], remove), fix)) == [None, late]
    assert value(database, "SELECT count(*) FROM threats WHERE cell_id IS NOT NULL") == 0
    assert value(database, "SELECT count(*) FROM metadata") == 0
