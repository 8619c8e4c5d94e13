"""What migrations do with rows that are there already: moved, mended, named, or refused; never guessed, never cut."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from support.database import SCHEMA, Database
from tmi_db import migrate
from tmi_db.tool import ToolError


@dataclass
class Journey:
    """A database on its way through the chain, and what it said on the way."""

    connection: psycopg.Connection[Any]
    warnings: list[str] = field(default_factory=list)

    def up(self, to: int) -> None:
        """Migrate up to a version."""
        migrate.up(self.connection, to=to)
        self.connection.execute(f"SET search_path TO {SCHEMA}")

    def down(self, to: int) -> None:
        """Migrate down to a version."""
        migrate.down(self.connection, to=to)
        self.connection.execute(f"SET search_path TO {SCHEMA}")

    def all(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement; return its rows, if it has any."""
        cursor = self.connection.execute(query.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    def one(self, query: str, *values: Any) -> Any:
        """Run a statement that gives one value."""
        ((value,),) = self.all(query, *values)
        return value

    @contextmanager
    def stopping(self, to: int, words: str) -> Iterator[None]:
        """Expect that migrating stops with these words, and leaves the version before."""
        yield
        with pytest.raises(ToolError, match=words):
            migrate.up(self.connection, to=to)
        self.connection.execute(f"SET search_path TO {SCHEMA}")
        assert self.one("SELECT version FROM schema_migrations") == to - 1

    def user(self, email: str) -> str:
        """Add a user."""
        self.all("INSERT INTO users (email, name) VALUES (%s, 'Somebody')", email)
        return email

    def model(self, owner: str = "alice@example.com") -> UUID:
        """Add a model, and its owner if need be."""
        self.all("INSERT INTO users (email, name) VALUES (%s, 'Somebody') ON CONFLICT DO NOTHING", owner)
        statement = "INSERT INTO threat_models (name, owner_email, created_by) VALUES ('Payments', %s, %s) RETURNING id"
        return UUID(str(self.one(statement, owner, "creator@example.com")))

    def diagram(self, model: UUID, cells: str = "[]") -> UUID:
        """Add a diagram, before 014 or after."""
        column = self.one(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'diagrams'::regclass AND attname IN ('content', 'cells')"
        )
        statement = (
            f"INSERT INTO diagrams (threat_model_id, name, type, {column}) VALUES (%s, 'Login', 'DFD-1.0.0', %s)"
            " RETURNING id"
        )
        return UUID(str(self.one(statement, model, cells)))


@pytest.fixture
def journey(empty_database: Database) -> Iterator[Journey]:
    with empty_database.connect() as connection:
        journey = Journey(connection)
        connection.add_notice_handler(lambda warning: journey.warnings.append(warning.message_primary or ""))
        yield journey


def cell_uuid(diagram: UUID, cell: str) -> UUID:
    """The rule by which a cell is named, written again: version 8 from the sha256 of diagram and cell."""
    digest = bytearray(hashlib.sha256(f"{diagram}/{cell}".encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))


# 008, 010: rules that are made late -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE user_providers SET provider = 'myspace' WHERE provider = 'google'", "user_providers_provider_check"),
        ("UPDATE user_providers SET is_primary = true", "user_providers_unique_primary_per_user"),
        (
            "INSERT INTO user_providers (user_id, provider, provider_user_id)"
            " SELECT id, 'github', 'a' FROM users WHERE email = 'bob@example.com'",
            "user_providers_provider_provider_user_id_key",
        ),
        ("UPDATE threat_models SET name = ''", "threat_models_name_check"),
        (
            "INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by)"
            " SELECT id, owner_email, 'boss', created_by FROM threat_models",
            "threat_model_access_role_check",
        ),
    ],
)
def test_rows_that_break_a_rule_stop_008(journey: Journey, statement: str, words: str) -> None:
    journey.up(7)
    journey.model()
    journey.user("bob@example.com")
    journey.all(
        "INSERT INTO user_providers (user_id, provider, provider_user_id)"
        " SELECT id, unnest(ARRAY['github', 'google']), 'a' FROM users WHERE email = 'alice@example.com'"
    )
    with journey.stopping(8, words):
        journey.all(statement)


def test_an_unknown_severity_stops_010(journey: Journey) -> None:
    journey.up(9)
    model = journey.model()
    with journey.stopping(10, "threats_impact_check"):
        journey.all("INSERT INTO threats (threat_model_id, name, impact) VALUES (%s, 'Replay', 'Dire')", model)


def test_threats_that_were_there_are_not_mitigated(journey: Journey) -> None:
    journey.up(9)
    model = journey.model()
    journey.all("INSERT INTO threats (threat_model_id, name) VALUES (%s, 'Replay')", model)
    journey.up(10)
    assert journey.one("SELECT mitigated FROM threats") is False


# 014: a drawing becomes cells -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"cells": []}', "is not a JSON array"),
        ("null", "is not a JSON array"),
        ("[{]", "is not JSON"),
        ('["\\u0000"]', "is not JSON"),
        ("<xml/>", "is not JSON"),
    ],
)
def test_a_drawing_that_cannot_be_moved_is_named_and_stops_014(journey: Journey, content: str, words: str) -> None:
    journey.up(13)
    model = journey.model()
    journey.diagram(model, '[{"id": "good"}]')
    bad = journey.diagram(model, content)
    with journey.stopping(14, f"{bad}.*{words}"):
        pass
    assert journey.one("SELECT content FROM diagrams WHERE id = %s", bad) == content


def test_a_drawing_is_moved_and_its_type_is_the_one_type(journey: Journey) -> None:
    journey.up(13)
    model = journey.model()
    drawn = journey.diagram(model, ' [{"id": "a", "shape": "process"}] ')
    blank = [journey.diagram(model, text) for text in ("", " \n")]
    journey.all("UPDATE diagrams SET type = 'whiteboard'")
    missing = journey.diagram(model)
    journey.all("UPDATE diagrams SET content = NULL WHERE id = %s", missing)
    journey.up(14)
    assert journey.one("SELECT cells FROM diagrams WHERE id = %s", drawn) == [{"id": "a", "shape": "process"}]
    assert journey.all("SELECT cells FROM diagrams WHERE id = ANY (%s)", [*blank, missing]) == [([],)] * 3
    assert journey.all("SELECT DISTINCT type, metadata FROM diagrams") == [("DFD-1.0.0", [])]


def test_cells_are_text_again_below_014(journey: Journey) -> None:
    journey.up(14)
    model = journey.model()
    drawn = journey.diagram(model, '[{"id": "a"}]')
    empty = journey.diagram(model)
    journey.down(13)
    assert journey.one("SELECT content FROM diagrams WHERE id = %s", drawn) == '[{"id": "a"}]'
    assert journey.one("SELECT content FROM diagrams WHERE id = %s", empty) is None
    journey.up(14)
    assert journey.one("SELECT cells FROM diagrams WHERE id = %s", drawn) == [{"id": "a"}]


# 017, 018: metadata and counts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["two words", "ümlaut", "dot.ted", "line\n"])
def test_a_key_that_is_no_plain_word_stops_017(journey: Journey, key: str) -> None:
    journey.up(16)
    model = journey.model()
    with journey.stopping(17, "metadata_key_check"):
        journey.all(
            "INSERT INTO metadata (entity_type, entity_id, key, value) VALUES ('threat_model', %s, %s, 'v')", model, key
        )
    assert journey.one("SELECT key FROM metadata") == key


def test_below_017_there_is_no_metadata_of_cells(journey: Journey) -> None:
    journey.up(17)
    for entity in ("cell", "threat"):
        journey.all(
            "INSERT INTO metadata (entity_type, entity_id, key, value) VALUES (%s, %s, 'k', 'v')", entity, uuid4()
        )
    journey.down(16)
    assert journey.all("SELECT entity_type FROM metadata") == [("threat",)]


def test_counts_start_out_right(journey: Journey) -> None:
    journey.up(17)
    full, empty = journey.model(), journey.model()
    rows = (
        "documents (threat_model_id, name, url) SELECT %s, 'x', 'https://example.com' FROM generate_series(1, 1)",
        "sources (threat_model_id, name, url) SELECT %s, 'x', 'https://example.com' FROM generate_series(1, 2)",
        "diagrams (threat_model_id, name, type) SELECT %s, 'x', 'DFD-1.0.0' FROM generate_series(1, 3)",
        "threats (threat_model_id, name) SELECT %s, 'x' FROM generate_series(1, 4)",
    )
    for row in rows:
        journey.all(f"INSERT INTO {row}", full)
    journey.up(18)
    query = "SELECT document_count, source_count, diagram_count, threat_count FROM threat_models WHERE id = %s"
    assert journey.all(query, full) == [(1, 2, 3, 4)]
    assert journey.all(query, empty) == [(0, 0, 0, 0)]


# 020: one address is one person -----------------------------------------------------------------------------------


def test_addresses_that_differ_in_spelling_only_are_named_and_stop_020(journey: Journey) -> None:
    journey.up(19)
    with journey.stopping(20, "alice@example.com"):
        journey.user("Alice@Example.com")
        journey.user(" alice@example.com")
        journey.user("Bob@example.com")
    assert journey.one("SELECT count(*) FROM users WHERE email = 'Bob@example.com'") == 1


def test_addresses_are_spelled_in_one_way_wherever_they_are_used(journey: Journey) -> None:
    journey.up(19)
    model = journey.model(" Alice@Example.COM ")
    journey.user("Bob@example.com")
    journey.all(
        "INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by)"
        " VALUES (%s, 'Bob@example.com', 'writer', ' Alice@Example.COM ')",
        model,
    )
    journey.up(20)
    assert journey.one("SELECT owner_email FROM threat_models") == "alice@example.com"
    assert journey.all("SELECT user_email, granted_by FROM threat_model_access") == [
        ("bob@example.com", " Alice@Example.COM ")
    ]


def test_below_020_addresses_stay_as_they_are_but_no_longer_move(journey: Journey) -> None:
    journey.up(20)
    journey.model()
    journey.all("UPDATE users SET email = 'ann@example.com'")
    assert journey.one("SELECT owner_email FROM threat_models") == "ann@example.com"
    journey.down(19)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        journey.all("UPDATE users SET email = 'alice@example.com'")


# 021, 022: one model is one model ---------------------------------------------------------------------------------


def test_a_threat_lets_go_of_another_models_diagram_and_a_session_on_one_ends(journey: Journey) -> None:
    journey.up(20)
    mine, other = journey.model(), journey.model("bob@example.com")
    drawn, foreign = journey.diagram(mine), journey.diagram(other)
    for diagram in (drawn, foreign):
        journey.all(
            "INSERT INTO threats (threat_model_id, name, diagram_id, cell_id) VALUES (%s, 'Replay', %s, 'c')",
            mine,
            diagram,
        )
        journey.all(
            "INSERT INTO collaboration_sessions (threat_model_id, diagram_id, websocket_url) VALUES (%s, %s, 'wss://x')",
            mine,
            diagram,
        )
    journey.up(21)
    assert journey.all("SELECT diagram_id, cell_id FROM threats ORDER BY 1") == [(drawn, "c"), (None, None)]
    assert journey.all("SELECT diagram_id FROM collaboration_sessions") == [(drawn,)]
    assert any(warning.startswith("1 threats named a diagram of another model") for warning in journey.warnings)
    assert any(warning.startswith("1 sessions named a diagram of another model") for warning in journey.warnings)
    for table, more, value in (("threats", "name", "'x'"), ("collaboration_sessions", "websocket_url", "'wss://x'")):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            journey.all(
                f"INSERT INTO {table} (threat_model_id, diagram_id, {more}) VALUES (%s, %s, {value})", mine, foreign
            )


def test_the_owner_of_record_gets_an_owners_row_and_others_keep_theirs(journey: Journey) -> None:
    journey.up(21)
    bare, lowered, shared = (journey.model() for _ in range(3))
    journey.user("bob@example.com")
    for model, email, role in ((lowered, "alice", "reader"), (shared, "alice", "owner"), (shared, "bob", "writer")):
        journey.all(
            "INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by, granted_at)"
            " VALUES (%s, %s, %s, 'carol@example.com', '2020-02-02')",
            model,
            f"{email}@example.com",
            role,
        )
    journey.up(22)
    query = (
        "SELECT user_email, role, granted_by, granted_at = m.created_at, model_created_at = m.created_at"
        " FROM threat_model_access JOIN threat_models m ON m.id = threat_model_id WHERE m.id = %s ORDER BY 1"
    )
    assert journey.all(query, bare) == [("alice@example.com", "owner", "creator@example.com", True, True)]
    assert journey.all(query, lowered) == [("alice@example.com", "owner", "creator@example.com", True, True)]
    assert journey.all(query, shared) == [
        ("alice@example.com", "owner", "carol@example.com", False, True),
        ("bob@example.com", "writer", "carol@example.com", False, True),
    ]
    journey.down(21)
    assert journey.one("SELECT count(*) FROM threat_model_access") == 4


# 023: metadata finds its model ------------------------------------------------------------------------------------


def describe(journey: Journey, entity: str, entity_id: UUID, key: str = "k") -> UUID:
    """Add a metadata row as they were before 023."""
    statement = "INSERT INTO metadata (entity_type, entity_id, key, value) VALUES (%s, %s, %s, 'v') RETURNING id"
    return UUID(str(journey.one(statement, entity, entity_id, key)))


def test_metadata_of_every_kind_of_entity_finds_its_model(journey: Journey) -> None:
    journey.up(22)
    model = journey.model()
    journey.model("bob@example.com")
    diagram = journey.diagram(model, '[{"id": "first"}, {"id": "second"}, 7, {"id": 7}]')
    entities = {"threat_model": model, "diagram": diagram, "cell": cell_uuid(diagram, "second")}
    rows = {
        "threat": "threats (threat_model_id, name) VALUES (%s, 'x')",
        "document": "documents (threat_model_id, name, url) VALUES (%s, 'x', 'https://example.com')",
        "source": "sources (threat_model_id, name, url) VALUES (%s, 'x', 'https://example.com')",
    }
    for entity, row in rows.items():
        entities[entity] = journey.one(f"INSERT INTO {row} RETURNING id", model)
    for entity, entity_id in entities.items():
        describe(journey, entity, entity_id)
    expected = [
        (entity, entity_id, model, *((diagram, "second") if entity == "cell" else (None, None)))
        for entity, entity_id in sorted(entities.items())
    ]
    query = "SELECT entity_type, entity_id, threat_model_id, diagram_id, cell_id FROM metadata ORDER BY 1"
    journey.up(23)
    assert journey.all(query) == expected
    journey.down(22)
    journey.up(23)
    assert journey.all(query) == expected


def test_metadata_of_nothing_is_deleted_and_counted(journey: Journey) -> None:
    journey.up(22)
    model = journey.model()
    diagram = journey.diagram(model, '[{"id": "there"}]')
    for entity in ("threat_model", "threat", "diagram", "document", "source", "cell"):
        describe(journey, entity, uuid4())
    describe(journey, "cell", cell_uuid(diagram, "gone"))
    describe(journey, "threat", model)
    kept = describe(journey, "threat_model", model)
    journey.up(23)
    assert journey.all("SELECT id FROM metadata") == [(kept,)]
    assert any(
        warning.startswith("8 metadata rows described an entity that does not exist") for warning in journey.warnings
    )


def test_a_cell_that_was_named_by_its_own_uuid_is_renamed_unless_two_drawings_hold_it(journey: Journey) -> None:
    journey.up(22)
    model, other = journey.model(), journey.model("bob@example.com")
    alone, copied = uuid4(), uuid4()
    diagram = journey.diagram(model, f'[{{"id": "{str(alone).upper()}"}}, {{"id": "{copied}"}}]')
    journey.diagram(other, f'[{{"id": "{copied}"}}]')
    mine = describe(journey, "cell", alone)
    describe(journey, "cell", copied)
    # The same key under the right name is the newer one: it stays, the older row goes.
    named = describe(journey, "cell", cell_uuid(diagram, str(alone).upper()), "both")
    describe(journey, "cell", alone, "both")
    journey.up(23)
    found = journey.all("SELECT id, entity_id, threat_model_id, diagram_id, cell_id FROM metadata ORDER BY key")
    right = (cell_uuid(diagram, str(alone).upper()), model, diagram, str(alone).upper())
    assert found == [(named, *right), (mine, *right)]


# 026, 028, 029: sessions, lengths, tokens -------------------------------------------------------------------------


def test_of_two_sessions_on_a_diagram_or_on_a_model_as_a_whole_the_newest_stays_open(journey: Journey) -> None:
    journey.up(25)
    model = journey.model()
    drawn, single = journey.diagram(model), journey.diagram(model)
    for diagram, created in (
        (drawn, "2020-01-01"),
        (drawn, "2020-01-02"),
        (single, "2019-01-01"),
        (None, "2020-01-01"),
    ):
        journey.all(
            "INSERT INTO collaboration_sessions (threat_model_id, diagram_id, websocket_url, created_at)"
            " VALUES (%s, %s, 'wss://x', %s)",
            model,
            diagram,
            created,
        )
    journey.all("INSERT INTO collaboration_sessions (threat_model_id, websocket_url) VALUES (%s, 'wss://x')", model)
    journey.up(26)
    query = (
        "SELECT diagram_id, created_at::date::text FROM collaboration_sessions WHERE ended_at IS NOT NULL ORDER BY 1"
    )
    assert journey.all(query) == [(drawn, "2020-01-01"), (None, "2020-01-01")]


def test_a_cell_without_a_diagram_is_let_go(journey: Journey) -> None:
    journey.up(27)
    model = journey.model()
    diagram = journey.diagram(model, '[{"id": "c"}]')
    for its in (diagram, None):
        journey.all(
            "INSERT INTO threats (threat_model_id, name, diagram_id, cell_id) VALUES (%s, 'Replay', %s, 'c')",
            model,
            its,
        )
    journey.up(28)
    assert journey.all("SELECT diagram_id, cell_id FROM threats ORDER BY 1") == [(diagram, "c"), (None, None)]


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE threat_models SET name = repeat('x', 257)", "threat_models_name_length_check"),
        ("UPDATE threat_models SET description = repeat('x', 1000001)", "threat_models_description_length_check"),
        ("UPDATE threat_models SET issue_url = repeat('x', 1025)", "threat_models_issue_url_length_check"),
        ("UPDATE users SET name = repeat('x', 257)", "users_name_length_check"),
        ("UPDATE metadata SET value = ''", "metadata_value_length_check"),
        ("UPDATE metadata SET value = repeat('x', 65536)", "metadata_value_length_check"),
        ("UPDATE metadata SET key = 'td-extra', value = repeat('x', 8388609)", "metadata_value_length_check"),
        ("UPDATE metadata SET key = repeat('x', 129)", "metadata_key_length_check"),
    ],
)
def test_a_text_that_is_too_long_stops_028_and_is_not_cut(journey: Journey, statement: str, constraint: str) -> None:
    journey.up(27)
    model = journey.model()
    journey.all(
        "INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value)"
        " VALUES ('threat_model', %(model)s, %(model)s, 'k', 'v')".replace("%(model)s", f"'{model}'")
    )
    with journey.stopping(28, constraint):
        journey.all(statement)


def test_texts_at_their_limit_pass_028(journey: Journey) -> None:
    journey.up(27)
    model = journey.model()
    # Four bytes a character: limits count characters.
    journey.all("UPDATE threat_models SET name = repeat('😀', 256), issue_url = repeat('😀', 1024)")
    for key, length in (("k" * 128, 65535), ("td-extra", 8388608)):
        journey.all(
            "INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value)"
            " SELECT 'threat_model', m.id, m.id, %s, repeat('x', %s) FROM threat_models m",
            key,
            length,
        )
    journey.up(28)
    assert journey.one("SELECT length(name) FROM threat_models WHERE id = %s", model) == 256


def test_a_token_that_was_there_is_a_family_of_its_own(journey: Journey) -> None:
    journey.up(28)
    journey.user("alice@example.com")
    journey.all(
        "INSERT INTO refresh_tokens (user_id, token_hash, expires_at)"
        " SELECT id, hash, now() + interval '1 day' FROM users, unnest(ARRAY['a', 'b']) AS hash"
    )
    journey.up(29)
    assert journey.one("SELECT count(DISTINCT family_id) FROM refresh_tokens WHERE family_expires_at = expires_at") == 2


def test_below_029_no_revoked_or_rotated_token_is_good_again(journey: Journey) -> None:
    journey.up(29)
    journey.user("alice@example.com")
    journey.all(
        "INSERT INTO refresh_tokens"
        " (user_id, token_hash, expires_at, family_expires_at, revoked_at, rotated_at, replaced_by)"
        " SELECT u.id, t.hash, t.later, t.later, t.revoked, t.rotated, t.next FROM users u, (VALUES"
        " ('good', now() + interval '1 day', NULL::timestamptz, NULL::timestamptz, NULL),"
        " ('revoked', now() + interval '1 day', now(), NULL, NULL),"
        " ('rotated', now() + interval '1 day', NULL, now(), 'good')) AS t (hash, later, revoked, rotated, next)"
    )
    journey.down(28)
    assert journey.all("SELECT token_hash FROM refresh_tokens") == [("good",)]
