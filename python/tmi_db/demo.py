"""The main job on real input: a threat model goes in, is shared, and only its people see it.

Everything here goes through what a service or a DBA uses: the wrapper, the runner, the installation.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tmi_db import Database, TmiError, installation, migrate
from tmi_db.context import Key
from tmi_db.documents import read_document
from tmi_db.sql_files import sql_root

SERVICE = "tmi_demo_service"
"""The login that stands for a service; `run` makes it."""

_DOCUMENT = "parcel-lockers.json"
_PEOPLE = {"alice": "Alice Owner", "bob": "Bob Reader", "carol": "Carol Writer", "dave": "Dave Stranger"}

_COUNTED = """
SELECT
  ARRAY[m.diagram_count, m.threat_count, m.document_count, m.source_count]::bigint[],
  ARRAY[
    (SELECT count(*) FROM diagrams x WHERE x.threat_model_id = m.id),
    (SELECT count(*) FROM threats x WHERE x.threat_model_id = m.id),
    (SELECT count(*) FROM documents x WHERE x.threat_model_id = m.id),
    (SELECT count(*) FROM sources x WHERE x.threat_model_id = m.id)
  ]
FROM threat_models m
WHERE m.id = %s
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody tried, and what came of it; `refused` is the error's code."""

    who: str
    what: str
    answer: str
    refused: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Cached and real numbers of diagrams, threats, documents and sources after something happened."""

    after: str
    cached: list[int]
    counted: list[int]


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of what somebody's list of threat models shows."""

    who: str
    model: str
    role: str
    diagrams: int
    threats: int


@dataclass(frozen=True, slots=True)
class Story:
    """What the demo did."""

    threat_model_id: UUID
    migrated: int
    attempts: list[Attempt]
    counts: list[Counts]
    seen: list[Seen]


def document() -> Path:
    """The document that the demo imports: `examples/` of a checkout, or its copy in the wheel."""
    return next(
        path for folder in (sql_root().parent / "examples", sql_root().parent) if (path := folder / _DOCUMENT).exists()
    )


def run(dsn: str, schema: str, tell: Callable[[str], None]) -> Story:
    """Migrate, log four people in, import, share, and try what each may do.

    Args:
        dsn: a superuser's connection string.
        schema: the installation; it is made if it is not there.
        tell: is told each step as it begins.

    Returns:
        What happened. Running it again puts a fresh model in the place of the last run's.
    """
    tell("migrating")
    migrated = migrate.up(dsn, schema)
    with psycopg.connect(dsn, autocommit=True) as owner:
        key = _new_key(owner, schema)
        service_dsn = _service(owner, schema, dsn)
        forged = Key.generate("forged")
        with (
            Database(service_dsn, key=key, schema=schema) as db,
            Database(service_dsn, key=forged, schema=schema) as forger,
        ):
            tell("logging in Alice, Bob, Carol and Dave")
            emails = {}
            for number, (who, name) in enumerate(_PEOPLE.items()):
                user = db.auth.users.login("google", f"demo-{number}", f"{who}@example.com", name, email_verified=True)
                emails[who] = user.email
            tell(f"importing {_DOCUMENT} as Alice")
            model_id = _import(db, emails["alice"])
            tell("sharing it: Bob reads, Carol writes, Dave is told nothing")
            with db.session(emails["alice"]) as tmi:
                tmi.access.grant(model_id, emails["bob"], "reader")
                tmi.access.grant(model_id, emails["carol"], "writer")
            counts = [_count(owner, schema, model_id, "the import")]
            tell("trying what each may do")
            attempts = list(_attempts(db, forger, emails, model_id))
            counts.append(_count(owner, schema, model_id, "Carol's 25 threats in one call, one of them deleted"))
            tell("changing rows behind the API's back")
            counts.extend(_tamper(owner, schema, model_id))
            seen = [
                Seen(who.capitalize(), model.name, model.role or "", model.diagram_count, model.threat_count)
                for who in _PEOPLE
                for model in db.as_user(emails[who]).threat_models.list(filter={"name": "Parcel locker"})
            ]
    return Story(model_id, len(migrated.steps), attempts, counts, seen)


def _new_key(owner: psycopg.Connection[Any], schema: str) -> Key:
    """Give the demo's service a key of its own; the one of the last run is retired."""
    key = Key.generate(f"demo-{secrets.token_hex(4)}")
    with _as_owner(owner, schema):
        owner.execute("SELECT key_retire(k.id) FROM key_list() k WHERE k.id LIKE 'demo-%' AND k.retired_at IS NULL")
        owner.execute("SELECT key_new(%s, %s)", [key.id, key.secret])
    return key


def _service(owner: psycopg.Connection[Any], schema: str, dsn: str) -> str:
    """Make the service's login, let it in, and give its connection string."""
    password = secrets.token_urlsafe(24)
    login = sql.Identifier(SERVICE)
    if owner.execute("SELECT FROM pg_catalog.pg_roles WHERE rolname = %s", [SERVICE]).fetchone() is None:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(login))
    owner.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, sql.Literal(password)))
    installation.run(owner, installation.grant_sql(owner, schema, SERVICE, ("app", "auth")))
    return make_conninfo(dsn, user=SERVICE, password=password)


def _import(db: Database, email: str) -> UUID:
    """Import the document; the model of the last run goes."""
    text = read_document(document())
    with db.session(email) as tmi:
        for old in tmi.threat_models.list(filter={"name": "Parcel locker network", "role": "owner"}):
            tmi.threat_models.delete(old.id, force=True)
        return UUID(tmi.threat_models.import_(json.loads(text))["threat_model_id"])


def _attempts(db: Database, forger: Database, emails: dict[str, str], model_id: UUID) -> Iterator[Attempt]:
    alice, bob, carol, dave = (db.as_user(emails[who]) for who in _PEOPLE)
    threat = bob.threats.list(model_id, limit=1, sort="name")[0]
    made = {"name": "Found in the demo", "risk_rating": "medium"}

    def attempt(who: str, what: str, call: Callable[[], Any], show: Callable[[Any], str] = lambda _: "done") -> Attempt:
        try:
            answer = call()
        except TmiError as error:
            return Attempt(who, what, str(error), error.sqlstate)
        return Attempt(who, what, show(answer), None)

    yield attempt("Dave", "reads the model", lambda: dave.threat_models.get(model_id))
    yield attempt("Dave", "reads a threat by its id", lambda: dave.threats.get(model_id, threat.id))
    yield attempt(
        "Bob",
        "reads the model",
        lambda: bob.threat_models.get(model_id),
        lambda m: f"{m.threat_count} threats in {m.diagram_count} diagrams",
    )
    yield attempt("Bob", "changes a threat", lambda: bob.threats.update(model_id, threat.id, {"score": 1}))
    yield attempt("Bob", "adds threats", lambda: bob.threats.bulk_create(model_id, [made]))
    yield attempt(
        "Carol",
        "adds 25 threats at once",
        lambda: carol.threats.bulk_create(model_id, [made] * 25),
        lambda rows: f"{len(rows)} threats",
    )
    yield attempt(
        "Carol",
        "deletes one of them",
        lambda: carol.threats.delete(model_id, carol.threats.list(model_id, limit=1)[0].id),
    )
    yield attempt("Carol", "changes a threat", lambda: carol.threats.update(model_id, threat.id, {"priority": "first"}))
    yield attempt(
        "Alice",
        "changes it by what she read before",
        lambda: alice.threats.update(model_id, threat.id, {"priority": "last"}, if_modified_at=threat.modified_at),
    )
    yield attempt(
        "Carol",
        "rates a threat \u201cdreadful\u201d",
        lambda: carol.threats.update(model_id, threat.id, {"risk_rating": "dreadful"}),
    )
    yield attempt("Carol", "makes herself owner", lambda: carol.access.grant(model_id, emails["carol"], "owner"))
    yield attempt("Carol", "deletes the model", lambda: carol.threat_models.delete(model_id))
    yield attempt("Alice", "gives up her own role", lambda: alice.access.grant(model_id, emails["alice"], "reader"))
    yield attempt("a forger", "calls with a key of his own", lambda: forger.as_user(emails["alice"]).me())


def _tamper(owner: psycopg.Connection[Any], schema: str, model_id: UUID) -> Iterator[Counts]:
    """What a DBA might do by hand: the counts hold all the same."""
    with _as_owner(owner, schema):
        copy = owner.cursor().copy("COPY threats (threat_model_id, name) FROM STDIN")
        with copy as rows:
            for number in range(1000):
                rows.write_row((model_id, f"Loaded {number}"))
    yield _count(owner, schema, model_id, "COPY of 1,000 threats by the owner")
    with _as_owner(owner, schema):
        owner.execute("DELETE FROM threats WHERE threat_model_id = %s AND name LIKE 'Loaded %%'", [model_id])
    yield _count(owner, schema, model_id, "DELETE of them again")


def _count(owner: psycopg.Connection[Any], schema: str, model_id: UUID, after: str) -> Counts:
    with _as_owner(owner, schema):
        row = owner.execute(_COUNTED, [model_id]).fetchone()
    assert row is not None
    return Counts(after, *row)


@contextmanager
def _as_owner(owner: psycopg.Connection[Any], schema: str) -> Iterator[None]:
    with owner.transaction():
        installation.act_as_owner(owner, schema)
        yield
