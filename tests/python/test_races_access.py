"""Grants, revocations, transfers and writes that meet each other: what has committed holds for whoever comes after."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from support.database import Database
from support.races import Call, Outcome, meet, race

OWNER, COOWNER, WRITER, OTHER = (f"{name}@example.com" for name in ("owner", "coowner", "writer", "other"))


@pytest.fixture
def model(database: Database) -> Any:
    with database.connect() as admin, admin.transaction():
        admin.execute("SELECT tap.add_user(n) FROM unnest(ARRAY['owner', 'coowner', 'writer', 'other']) AS n")
        row = admin.execute("SELECT tap.add_model(%s)", (OWNER,)).fetchone()
        assert row
        admin.execute("SELECT tap.share(%s, %s, 'owner')", (row[0], COOWNER))
        admin.execute("SELECT tap.share(%s, %s, 'writer')", (row[0], WRITER))
    return row[0]


def grant(model: Any, email: str, role: str, by: str = OWNER) -> Call:
    return Call("SELECT role FROM access_grant(%s, %s, %s)", (model, email, role), by)


def revoke(model: Any, email: str, by: str = OWNER) -> Call:
    return Call("SELECT access_revoke(%s, %s)", (model, email), by)


def replace(model: Any, entries: str, by: str = OWNER) -> Call:
    return Call("SELECT user_email FROM access_replace(%s, %s)", (model, entries), by)


def transfer(model: Any, email: str, by: str = OWNER) -> Call:
    return Call("SELECT owner_email FROM threat_model_transfer(%s, %s)", (model, email), by)


def write(model: Any, by: str = WRITER) -> Call:
    return Call("SELECT name FROM threat_create(%s, 'Replay')", (model,), by)


def rename(model: Any, by: str = WRITER) -> Call:
    return Call("""SELECT name FROM threat_model_update(%s, '{"name": "Renamed"}')""", (model,), by)


def roles(database: Database, model: Any) -> dict[str, str]:
    with database.connect() as admin:
        rows = admin.execute("SELECT user_email, role FROM threat_model_access WHERE threat_model_id = %s", (model,))
        return dict(rows.fetchall())


def states(outcomes: list[Outcome]) -> list[str | None]:
    return [outcome.sqlstate for outcome in outcomes]


def test_a_revoke_stops_every_later_write(database: Database, model: Any) -> None:
    assert states(meet(database, revoke(model, WRITER), write(model))) == [None, "TM404"]
    race(database, grant(model, WRITER, "writer"))
    assert states(meet(database, revoke(model, WRITER), rename(model))) == [None, "TM404"]
    race(database, grant(model, WRITER, "writer"))
    assert states(meet(database, replace(model, "[]"), write(model))) == [None, "TM404"]


def test_a_lowered_role_stops_every_later_write(database: Database, model: Any) -> None:
    assert states(meet(database, grant(model, WRITER, "reader"), write(model))) == [None, "TM403"]
    assert states(meet(database, grant(model, COOWNER, "writer"), revoke(model, WRITER, COOWNER))) == [None, "TM403"]


def test_a_revoke_waits_for_the_write_that_came_first(database: Database, model: Any) -> None:
    assert states(meet(database, write(model), revoke(model, WRITER))) == [None, None]
    assert states(race(database, write(model))) == ["TM404"]


def test_whoever_revokes_is_not_revoked_meanwhile(database: Database, model: Any) -> None:
    race(database, transfer(model, OTHER))
    for _ in range(10):
        race(database, grant(model, OWNER, "owner", OTHER), grant(model, COOWNER, "owner", OTHER))
        outcomes = race(database, revoke(model, COOWNER, OWNER), revoke(model, OWNER, COOWNER))
        assert Counter(states(outcomes)) == {None: 1, "TM404": 1}, outcomes


def test_grants_and_revocations_of_one_person_take_turns(database: Database, model: Any) -> None:
    granted, revoked = meet(database, grant(model, OTHER, "reader"), revoke(model, OTHER, COOWNER))
    assert states([granted, revoked]) == [None, None]
    assert OTHER not in roles(database, model)
    race(database, grant(model, OTHER, "reader"))
    revoked, granted = meet(database, revoke(model, OTHER), grant(model, OTHER, "writer", COOWNER))
    assert states([revoked, granted]) == [None, None]
    assert roles(database, model)[OTHER] == "writer"
    for _ in range(10):
        calls = [grant(model, OTHER, "reader"), revoke(model, OTHER, COOWNER), grant(model, OTHER, "writer", COOWNER)]
        outcomes = race(database, *calls)
        assert outcomes[0].sqlstate is None
        assert outcomes[2].sqlstate is None
        assert outcomes[1].sqlstate in (None, "TM404")


def test_a_transfer_and_writes_take_turns(database: Database, model: Any) -> None:
    assert states(meet(database, transfer(model, OTHER), write(model))) == [None, None]
    assert states(meet(database, write(model), transfer(model, OWNER))) == [None, None]
    outcomes = race(database, transfer(model, OTHER), *[write(model), rename(model)] * 4)
    assert set(states(outcomes)) == {None}, outcomes
    with database.connect() as admin:
        row = admin.execute("SELECT owner_email, threat_count FROM threat_models").fetchone()
    assert row == (OTHER, 6)


def test_two_transfers_at_once_leave_one_owner_of_record_who_is_an_owner(database: Database, model: Any) -> None:
    for _ in range(10):
        outcomes = race(database, transfer(model, WRITER, COOWNER), transfer(model, OTHER, COOWNER))
        assert states(outcomes) == [None, None], outcomes
        with database.connect() as admin:
            row = admin.execute("SELECT owner_email FROM threat_models").fetchone()
        assert row
        assert roles(database, model)[row[0]] == "owner"


def test_a_new_owner_of_record_is_not_put_out_by_a_revoke_that_came_at_the_same_time(
    database: Database, model: Any
) -> None:
    assert states(meet(database, transfer(model, WRITER), revoke(model, WRITER, COOWNER))) == [None, "TM409"]
    assert states(meet(database, transfer(model, OWNER, WRITER), replace(model, "[]", COOWNER))) == [None, None]
    assert roles(database, model) == {OWNER: "owner"}


def test_an_address_moves_while_access_to_its_owners_models_changes(database: Database, model: Any) -> None:
    with database.connect() as admin:
        rows = admin.execute("SELECT email, id FROM users").fetchall()
    ids = dict(rows)
    change = Call("SELECT email FROM user_change_email(%s, %s)", (ids[WRITER], "moved@example.com"))
    assert states(meet(database, write(model), change)) == [None, None]
    back = Call("SELECT email FROM user_change_email(%s, %s)", (ids[WRITER], WRITER))
    assert states(meet(database, back, grant(model, WRITER, "reader"))) == [None, None]
    for number in range(10):
        moved = Call("SELECT email FROM user_change_email(%s, %s)", (ids[OWNER], f"owner{number}@example.com"))
        calls = [grant(model, OTHER, "reader", COOWNER), write(model, COOWNER), rename(model, COOWNER), moved]
        assert set(states(race(database, *calls))) == {None}
    assert roles(database, model)["owner9@example.com"] == "owner"


def test_counts_are_repaired_under_load(database: Database, model: Any) -> None:
    with database.connect() as admin, admin.transaction():
        admin.execute("ALTER TABLE threat_models DISABLE TRIGGER USER")
        admin.execute("UPDATE threat_models SET threat_count = 100")
        admin.execute("ALTER TABLE threat_models ENABLE TRIGGER USER")
    held, repaired = meet(
        database, write(model), Call("SELECT threat_count FROM counts_repair()", login_name="maintenance")
    )
    assert held.sqlstate is None
    assert repaired.value == 1
    repair = Call("SELECT count(*) FROM counts_repair()", login_name="maintenance")
    race(database, *[write(model)] * 6, repair, repair)
    with database.connect() as admin:
        row = admin.execute("SELECT threat_count FROM threat_models").fetchone()
    assert row == (7,)
