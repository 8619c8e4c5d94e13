"""Logins, links and deletions that meet: one user of one identity, one primary provider, no model orphaned."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from support.database import Database
from support.races import Call, Outcome, meet, race

ALICE = "alice@example.com"
BOB = "bob@example.com"


def login(provider: str, identity: str, email: str, *, verified: bool = False) -> Call:
    return Call("SELECT id, is_new FROM user_login(%s, %s, %s, 'Somebody', %s)", (provider, identity, email, verified))


def link(user: Any, provider: str, identity: str) -> Call:
    return Call("SELECT provider FROM provider_link(%s, %s, %s)", (user, provider, identity))


def unlink(user: Any, provider: str) -> Call:
    return Call("SELECT provider_unlink(%s, %s)", (user, provider))


def delete(user: Any, **options: Any) -> Call:
    return Call(
        "SELECT action, new_owner_email FROM user_delete(%s, %s, %s)",
        (user, options.get("transfer_to"), options.get("delete_models", False)),
    )


def change_email(user: Any, email: str) -> Call:
    return Call("SELECT email FROM user_change_email(%s, %s)", (user, email))


def add_user(database: Database, email: str) -> Any:
    with database.connect() as admin:
        admin.execute("SELECT tap.add_user(%s)", (email.partition("@")[0],))
    return ask(database, "SELECT id FROM users WHERE email = %s", email)


def ask(database: Database, query: str, *arguments: Any) -> Any:
    with database.connect() as admin:
        row = admin.execute(query.encode(), arguments).fetchone()
    assert row
    return row[0]


def states(outcomes: list[Outcome]) -> Counter[str | None]:
    return Counter(outcome.sqlstate for outcome in outcomes)


# Logins ------------------------------------------------------------------------------------------------------------


def test_logins_of_one_identity_at_once_make_one_user(database: Database) -> None:
    for number in range(10):
        outcomes = race(database, *[login("google", f"g{number}", f"{number}@example.com")] * 8)
        assert states(outcomes) == {None: 8}, outcomes
        assert len({outcome.rows[0][0] for outcome in outcomes}) == 1
        assert Counter(outcome.rows[0][1] for outcome in outcomes) == {True: 1, False: 7}
    assert ask(database, "SELECT count(*) FROM users") == 10
    assert ask(database, "SELECT count(*) FROM user_providers WHERE is_primary") == 10


def test_logins_of_one_identity_under_different_addresses_make_one_user(database: Database) -> None:
    outcomes = race(database, *[login("google", "g", f"{number}@example.com") for number in range(8)])
    assert states(outcomes) == {None: 8}, outcomes
    assert len({outcome.rows[0][0] for outcome in outcomes}) == 1
    assert ask(database, "SELECT count(*) FROM users") == 1


@pytest.mark.parametrize("verified", [False, True])
def test_ten_logins_of_a_new_address_through_two_providers_make_one_user(database: Database, verified: bool) -> None:
    for number in range(5):
        email = f"{number}@example.com"
        calls = [login(provider, email, email, verified=verified) for provider in ["google", "github"] * 5]
        outcomes = race(database, *calls)
        # Unvouched for, the provider that comes second is refused, every time.
        assert states(outcomes) == ({None: 10} if verified else {None: 5, "TM409": 5}), outcomes
        made = [outcome for outcome in outcomes if outcome.sqlstate is None]
        assert len({outcome.rows[0][0] for outcome in made}) == 1
        assert sum(outcome.rows[0][1] for outcome in made) == 1
    assert ask(database, "SELECT count(*) FROM users") == 5
    assert ask(database, "SELECT count(*) FROM user_providers WHERE is_primary") == 5
    assert ask(database, "SELECT count(*) FROM user_providers") == (10 if verified else 5)


def test_a_login_waits_for_the_deletion_of_its_user_and_makes_a_new_one(database: Database) -> None:
    (made,) = race(database, login("google", "g", ALICE))
    deletion, again = meet(database, delete(made.value), login("google", "g", ALICE))
    assert deletion.sqlstate is None
    assert again.rows[0][1] is True
    assert again.value != made.value


def test_a_login_waits_for_the_unlinking_of_its_identity_and_is_refused(database: Database) -> None:
    (made,) = race(database, login("google", "g", ALICE))
    race(database, link(made.value, "github", "h"))
    unlinking, again = meet(database, unlink(made.value, "google"), login("google", "g", ALICE))
    assert unlinking.sqlstate is None
    assert again.sqlstate == "TM409"


def test_a_login_waits_for_an_address_to_move_and_gets_the_account_that_has_it_then(database: Database) -> None:
    (made,) = race(database, login("google", "g", ALICE))
    moved, other = meet(database, change_email(made.value, BOB), login("github", "h", BOB, verified=True))
    assert moved.value == BOB
    assert other.rows == [(made.value, False)]
    moved, other = meet(database, change_email(made.value, ALICE), login("apple", "a", BOB, verified=True))
    assert moved.value == ALICE
    assert other.rows[0][1] is True, "the address was given up, so that it is somebody else's now"


def test_a_login_that_found_an_address_taken_makes_a_user_of_it_when_it_was_given_up_meanwhile(
    database: Database,
) -> None:
    (made,) = race(database, login("google", "g", ALICE))
    lock = Call("SELECT token_revoke_all(%s)", (made.value,))
    _, other = meet(database, lock, login("apple", "a", ALICE, verified=True), then=change_email(made.value, BOB))
    assert other.rows[0][1] is True


def test_two_users_do_not_get_one_address(database: Database) -> None:
    alice, bob = add_user(database, ALICE), add_user(database, BOB)
    outcomes = race(database, change_email(alice, "new@example.com"), change_email(bob, "new@example.com"))
    assert states(outcomes) == {None: 1, "TM409": 1}, outcomes


# Links -------------------------------------------------------------------------------------------------------------


def test_linking_twice_at_once_makes_one_link(database: Database) -> None:
    alice = add_user(database, ALICE)
    outcomes = race(database, *[link(alice, "google", "g")] * 8)
    assert states(outcomes) == {None: 8}, outcomes
    assert ask(database, "SELECT count(*) FROM user_providers WHERE is_primary") == 1


def test_one_identity_is_linked_to_one_of_those_who_claim_it(database: Database) -> None:
    users = [add_user(database, f"user{number}@example.com") for number in range(8)]
    outcomes = race(database, *[link(user, "google", "g") for user in users])
    assert states(outcomes) == {None: 1, "TM409": 7}, outcomes


def test_an_identity_that_is_being_linked_does_not_make_a_user_of_its_own(database: Database) -> None:
    alice = add_user(database, ALICE)
    linked, made = meet(database, link(alice, "google", "g"), login("google", "g", BOB))
    assert linked.sqlstate is None
    assert made.rows == [(alice, False)]


def test_first_links_at_once_give_one_primary_provider(database: Database) -> None:
    providers = ["google", "github", "microsoft", "apple", "facebook", "twitter"]
    for number in range(5):
        user = add_user(database, f"user{number}@example.com")
        assert states(race(database, *[link(user, provider, str(number)) for provider in providers])) == {None: 6}
    assert ask(database, "SELECT count(*) FROM user_providers WHERE is_primary") == 5


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
def test_of_the_last_two_links_one_stays(database: Database, isolation: str) -> None:
    with database.connect() as admin:
        admin.execute(f"ALTER ROLE test_auth SET default_transaction_isolation TO '{isolation}'".encode())
    try:
        for number in range(10):
            user = add_user(database, f"user{number}@example.com")
            race(database, link(user, "google", str(number)))
            race(database, link(user, "github", str(number)))
            outcomes = race(database, unlink(user, "google"), unlink(user, "github"))
            found = states(outcomes)
            refused = found["TM409"] + (found["40001"] if isolation == "repeatable read" else 0)
            assert (found[None], refused) == (1, 1), outcomes
        assert ask(database, "SELECT count(*) FROM user_providers WHERE is_primary") == 10
    finally:
        with database.connect() as admin:
            admin.execute("ALTER ROLE test_auth RESET default_transaction_isolation")


def test_choosing_and_unlinking_the_primary_provider_at_once_leaves_one(database: Database) -> None:
    choose = "SELECT provider FROM provider_set_primary(%s, %s)"
    for number in range(10):
        user = add_user(database, f"user{number}@example.com")
        for provider in ("google", "github", "apple"):
            race(database, link(user, provider, str(number)))
        outcomes = race(database, unlink(user, "google"), Call(choose, (user, "github")), Call(choose, (user, "apple")))
        assert states(outcomes) == {None: 3}, outcomes
    assert ask(database, "SELECT count(*) FROM user_providers WHERE is_primary") == 10
    assert ask(database, "SELECT count(*) FROM user_providers") == 20


# Deletions ---------------------------------------------------------------------------------------------------------


def create_model(email: str) -> Call:
    return Call("SELECT id FROM threat_model_create('Payments')", email=email)


def transfer(model: Any, email: str, by: str) -> Call:
    return Call("SELECT owner_email FROM threat_model_transfer(%s, %s)", (model, email), by)


def grant(model: Any, email: str, role: str, by: str) -> Call:
    return Call("SELECT role FROM access_grant(%s, %s, %s)", (model, email, role), by)


def test_a_model_that_is_being_created_keeps_its_owner_from_being_deleted(database: Database) -> None:
    alice = add_user(database, ALICE)
    created, deleted = meet(database, create_model(ALICE), delete(alice))
    assert created.sqlstate is None
    assert deleted.sqlstate == "TM409"
    assert ask(database, "SELECT count(*) FROM users") == 1


def test_a_model_that_is_being_created_goes_where_the_deletion_says(database: Database) -> None:
    alice = add_user(database, ALICE)
    add_user(database, BOB)
    _, transferred = meet(database, create_model(ALICE), delete(alice, transfer_to=BOB))
    assert transferred.rows == [("transferred", BOB)]
    bob = ask(database, "SELECT id FROM users WHERE email = %s", BOB)
    _, deleted = meet(database, create_model(BOB), delete(bob, delete_models=True))
    assert deleted.rows == [("deleted", None)] * 2
    assert ask(database, "SELECT count(*) FROM threat_models") == 0


@pytest.mark.parametrize("how", ["create", "copy", "import"])
def test_a_user_who_is_being_deleted_creates_nothing(database: Database, how: str) -> None:
    alice = add_user(database, ALICE)
    add_user(database, BOB)
    model = race(database, create_model(BOB))[0].value
    race(database, grant(model, ALICE, "reader", BOB))
    document = '{"summary": {"title": "Payments"}, "detail": {"diagrams": []}}'
    creates = {
        "create": create_model(ALICE),
        "copy": Call("SELECT id FROM threat_model_copy(%s, 'Again')", (model,), ALICE),
        "import": Call("SELECT threat_model_import(%s)", (document,), ALICE),
    }
    deleted, created = meet(database, delete(alice), creates[how])
    assert (deleted.sqlstate, created.sqlstate) == (None, "TM401")
    assert ask(database, "SELECT count(*) FROM threat_models") == 1


def test_a_user_whose_address_is_being_changed_creates_nothing_under_the_old_one(database: Database) -> None:
    alice = add_user(database, ALICE)
    changed, created = meet(database, change_email(alice, "alice@example.org"), create_model(ALICE))
    assert (changed.sqlstate, created.sqlstate) == (None, "TM401")


def test_a_model_that_is_being_given_to_a_user_is_given_on_when_the_user_is_deleted(database: Database) -> None:
    alice = add_user(database, ALICE)
    add_user(database, BOB)
    (made,) = race(database, create_model(BOB))
    given, deleted = meet(database, transfer(made.value, ALICE, BOB), delete(alice))
    assert given.value == ALICE
    assert deleted.rows == [("transferred", BOB)]
    assert ask(database, "SELECT owner_email FROM threat_models") == BOB


def test_a_user_who_is_being_deleted_is_given_nothing(database: Database) -> None:
    alice = add_user(database, ALICE)
    add_user(database, BOB)
    (made,) = race(database, create_model(BOB))
    deleted, given = meet(database, delete(alice), transfer(made.value, ALICE, BOB))
    assert (deleted.sqlstate, given.sqlstate) == (None, "TM422")
    alice = add_user(database, ALICE)
    deleted, granted = meet(database, delete(alice), grant(made.value, ALICE, "reader", BOB))
    assert (deleted.sqlstate, granted.sqlstate) == (None, "TM422")


def test_access_that_is_being_granted_goes_with_the_user(database: Database) -> None:
    alice = add_user(database, ALICE)
    add_user(database, BOB)
    (made,) = race(database, create_model(BOB))
    granted, deleted = meet(database, grant(made.value, ALICE, "writer", BOB), delete(alice))
    assert (granted.sqlstate, deleted.sqlstate) == (None, None)
    assert ask(database, "SELECT count(*) FROM threat_model_access") == 1


def test_owners_of_each_others_models_who_are_deleted_at_once_leave_no_model_without_an_owner(
    database: Database,
) -> None:
    for _ in range(10):
        users = {email: add_user(database, email) for email in (ALICE, BOB)}
        models = {email: race(database, create_model(email))[0].value for email in (ALICE, BOB)}
        race(database, grant(models[ALICE], BOB, "owner", ALICE))
        race(database, grant(models[BOB], ALICE, "owner", BOB))
        outcomes = race(database, delete(users[ALICE]), delete(users[BOB]))
        assert states(outcomes) == {None: 1, "TM409": 1}, outcomes
        assert ask(database, "SELECT count(DISTINCT owner_email) FROM threat_models") == 1
        (left,) = (ask(database, "SELECT id FROM users"),)
        assert states(race(database, delete(left, delete_models=True))) == {None: 1}


def test_one_is_not_deleted_in_favour_of_another_who_is_deleted_at_once(database: Database) -> None:
    alice, bob = add_user(database, ALICE), add_user(database, BOB)
    outcomes = race(database, delete(alice, transfer_to=BOB), delete(bob, transfer_to=ALICE))
    assert sorted(outcome.sqlstate or "" for outcome in outcomes) == ["", "TM422"], outcomes


def test_who_is_to_get_the_models_of_a_deleted_user_does_not_go_meanwhile(database: Database) -> None:
    alice, bob = add_user(database, ALICE), add_user(database, BOB)
    (made,) = race(database, create_model(ALICE))
    rename = Call("""SELECT name FROM threat_model_update(%s, '{"name": "Renamed"}')""", (made.value,), ALICE)
    _, deleted, refused = meet(database, rename, delete(alice, transfer_to=BOB), delete(bob))
    assert deleted.rows == [("transferred", BOB)]
    assert refused.sqlstate == "TM409"


def test_who_is_being_deleted_does_not_rename_himself(database: Database) -> None:
    alice = add_user(database, ALICE)
    rename = Call("""SELECT name FROM me_update('{"name": "Alicia"}')""", email=ALICE)
    assert meet(database, delete(alice), rename)[1].sqlstate == "TM401"


def test_an_heir_whose_address_moves_meanwhile_inherits_under_the_new_one(database: Database) -> None:
    alice, bob = add_user(database, ALICE), add_user(database, BOB)
    (made,) = race(database, create_model(ALICE))
    race(database, grant(made.value, BOB, "owner", ALICE))
    moved, deleted = meet(database, change_email(bob, "new@example.com"), delete(alice))
    assert moved.value == "new@example.com"
    assert deleted.rows == [("transferred", "new@example.com")]
    carol = add_user(database, "carol@example.com")
    deleted, moved = meet(database, delete(bob, transfer_to="carol@example.com"), change_email(carol, "c@example.com"))
    assert deleted.rows == [("transferred", "carol@example.com")]
    assert moved.value == "c@example.com"
    assert ask(database, "SELECT owner_email FROM threat_models") == "c@example.com"
    assert ask(database, "SELECT user_email FROM threat_model_access") == "c@example.com"
