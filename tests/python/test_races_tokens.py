"""A refresh token that is presented more than once at the same time: one exchange, and theft found out."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import pytest
from support.database import Database
from support.races import Call, Outcome, meet, race


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def issue(user: Any, token: str) -> Call:
    return Call("SELECT user_id FROM token_issue(%s, %s)", (user, digest(token)))


def rotate(old: str, new: str) -> Call:
    return Call("SELECT outcome, user_id, expires_at FROM token_rotate(%s, %s)", (digest(old), digest(new)))


def revoke(token: str) -> Call:
    return Call("SELECT token_revoke(%s)", (digest(token),))


def revoke_all(user: Any) -> Call:
    return Call("SELECT token_revoke_all(%s)", (user,))


@pytest.fixture
def alice(database: Database) -> Any:
    with database.connect() as admin:
        admin.execute("SELECT tap.add_user('alice')")
        row = admin.execute("SELECT id FROM users").fetchone()
    assert row
    return row[0]


def said(outcomes: list[Outcome]) -> Counter[str]:
    """Count what the calls were told: an outcome, or the SQLSTATE of a refusal."""
    return Counter(outcome.sqlstate or str(outcome.rows[0][0]) for outcome in outcomes)


def live(database: Database) -> int:
    """Count the tokens that would be exchanged."""
    with database.connect() as admin:
        row = admin.execute(
            "SELECT count(*) FROM refresh_tokens WHERE revoked_at IS NULL AND rotated_at IS NULL"
        ).fetchone()
    assert row
    return int(row[0])


def test_a_token_presented_by_fifty_at_once_is_exchanged_once_and_its_family_falls(
    database: Database, alice: Any
) -> None:
    race(database, issue(alice, "a"))
    outcomes = race(database, *[rotate("a", f"b{number}") for number in range(50)])
    assert said(outcomes) == {"rotated": 1, "reused": 1, "TM401": 48}, outcomes
    assert live(database) == 0
    (winner,) = (number for number, outcome in enumerate(outcomes) if said([outcome])["rotated"])
    assert said(race(database, rotate(f"b{winner}", "c"))) == {"TM401": 1}, "the winner's token is revoked as well"


def test_one_request_sent_fifty_times_at_once_is_one_exchange(database: Database, alice: Any) -> None:
    race(database, issue(alice, "a"))
    outcomes = race(database, *[rotate("a", "b")] * 50)
    assert said(outcomes) == {"rotated": 50}, outcomes
    assert len({tuple(outcome.rows[0]) for outcome in outcomes}) == 1, "all of them have the same answer"
    assert live(database) == 1
    assert said(race(database, rotate("b", "c"))) == {"rotated": 1}


def test_at_repeatable_read_a_token_is_exchanged_once_too(database: Database, alice: Any) -> None:
    with database.connect() as admin:
        admin.execute("ALTER ROLE test_auth SET default_transaction_isolation TO 'repeatable read'")
    try:
        for round_ in range(5):
            race(database, issue(alice, f"a{round_}"))
            found = said(race(database, *[rotate(f"a{round_}", f"b{round_}-{number}") for number in range(8)]))
            assert found["rotated"] == 1, found
            assert found.keys() <= {"rotated", "reused", "TM401", "40001"}, found
    finally:
        with database.connect() as admin:
            admin.execute("ALTER ROLE test_auth RESET default_transaction_isolation")


def test_two_tokens_are_not_exchanged_for_the_same_new_one(database: Database, alice: Any) -> None:
    race(database, issue(alice, "a"))
    race(database, issue(alice, "b"))
    assert said(race(database, rotate("a", "c"), rotate("b", "c"))) == {"rotated": 1, "TM409": 1}
    assert live(database) == 2


def test_no_successor_slips_through_the_revocation_of_its_family(database: Database, alice: Any) -> None:
    race(database, issue(alice, "a"))
    race(database, rotate("a", "b"))
    exchanged, stolen = meet(database, rotate("b", "c"), rotate("a", "thief"))
    assert said([exchanged, stolen]) == {"rotated": 1, "reused": 1}
    assert live(database) == 0


def test_no_successor_slips_through_signing_out(database: Database, alice: Any) -> None:
    race(database, issue(alice, "a"))
    exchanged, signed_out = meet(database, rotate("a", "b"), revoke("a"))
    assert (exchanged.sqlstate, signed_out.sqlstate) == (None, None)
    assert live(database) == 0
    race(database, issue(alice, "c"))
    exchanged, signed_out = meet(database, rotate("c", "d"), revoke_all(alice))
    assert (exchanged.value, signed_out.value) == ("rotated", 1)
    assert live(database) == 0
    issued, signed_out = meet(database, issue(alice, "e"), revoke_all(alice))
    assert (issued.value, signed_out.value) == (alice, 1)
    assert live(database) == 0


def test_a_token_that_is_being_revoked_is_not_exchanged(database: Database, alice: Any) -> None:
    race(database, issue(alice, "a"))
    _, exchanged = meet(database, revoke("a"), rotate("a", "b"))
    assert said([exchanged]) == {"TM401": 1}
    race(database, issue(alice, "c"))
    _, exchanged = meet(database, revoke_all(alice), rotate("c", "d"))
    assert said([exchanged]) == {"TM401": 1}


def test_a_user_who_is_being_deleted_is_let_in_no_more(database: Database, alice: Any) -> None:
    race(database, issue(alice, "a"))
    deletion = Call("SELECT count(*) FROM user_delete(%s)", (alice,))
    _, exchanged = meet(database, deletion, rotate("a", "b"))
    assert said([exchanged]) == {"TM401": 1}


def test_purges_at_once_share_the_work(database: Database, alice: Any) -> None:
    with database.connect() as admin:
        admin.execute(
            "INSERT INTO refresh_tokens (user_id, token_hash, created_at, expires_at, family_expires_at)"
            " SELECT %s, encode(sha256(n::text::bytea), 'hex'), now() - interval '2 d', now() - interval '1 d',"
            " now() FROM generate_series(1, 1000) AS n",
            (alice,),
        )
    outcomes = race(database, *[Call("SELECT token_purge_expired(200)")] * 5)
    assert {outcome.sqlstate for outcome in outcomes} == {None}, outcomes
    removed = sum(outcome.value for outcome in outcomes)
    assert removed + live(database) == 1000, "nothing is counted twice"
