"""The seed's tables, to the letter: what its document says, written out again by hand, against the catalogue after 018.

Nothing here is read from the migrations, so that a slip in one of them can't slip in here too.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import database as databases
from support.cluster import Cluster
from support.database import SCHEMA, Connection
from tmi_db import migrate
from tmi_db.server import installations

SEED = 18

# Column, type, "!" for NOT NULL, default.
COLUMNS = {
    "users": """
        id           uuid         !  uuid_generate_v4()
        email        text         !
        name         text         !
        created_at   timestamptz  !  now()
        modified_at  timestamptz  !  now()
        last_login   timestamptz
    """,
    "user_providers": """
        id                uuid         !  uuid_generate_v4()
        user_id           uuid         !
        provider          text         !
        provider_user_id  text         !
        provider_email    text
        provider_name     text
        is_primary        boolean      -  false
        created_at        timestamptz  !  now()
        modified_at       timestamptz  !  now()
    """,
    "refresh_tokens": """
        id          uuid         !  uuid_generate_v4()
        user_id     uuid         !
        token_hash  text         !
        expires_at  timestamptz  !
        created_at  timestamptz  !  now()
    """,
    "threat_models": """
        id                      uuid         !  uuid_generate_v4()
        name                    text         !
        description             text
        owner_email             text         !
        created_by              text         !
        threat_model_framework  text
        issue_url               text
        document_count          integer      !  0
        source_count            integer      !  0
        diagram_count           integer      !  0
        threat_count            integer      !  0
        created_at              timestamptz  !  now()
        modified_at             timestamptz  !  now()
    """,
    "threat_model_access": """
        id               uuid         !  uuid_generate_v4()
        threat_model_id  uuid         !
        user_email       text         !
        role             text         !
        granted_by       text         !
        granted_at       timestamptz  !  now()
    """,
    "threats": """
        id               uuid         !  uuid_generate_v4()
        threat_model_id  uuid         !
        diagram_id       uuid
        cell_id          text
        name             text         !
        description      text
        impact           text
        likelihood       text
        risk_rating      text
        score            integer
        priority         text
        mitigated        boolean      -  false
        status           text
        threat_type      text
        issue_url        text
        created_at       timestamptz  !  now()
        modified_at      timestamptz  !  now()
    """,
    "diagrams": """
        id               uuid         !  uuid_generate_v4()
        threat_model_id  uuid         !
        name             text         !
        type             text         !
        description      text
        metadata         jsonb        -  '[]'::jsonb
        cells            jsonb        -  '[]'::jsonb
        created_at       timestamptz  !  now()
        modified_at      timestamptz  !  now()
    """,
    "documents": """
        id               uuid         !  uuid_generate_v4()
        threat_model_id  uuid         !
        name             text         !
        url              text         !
        description      text
        created_at       timestamptz  !  now()
        modified_at      timestamptz  !  now()
    """,
    "sources": """
        id               uuid         !  uuid_generate_v4()
        threat_model_id  uuid         !
        name             text         !
        url              text         !
        description      text
        type             text
        parameters       jsonb
        created_at       timestamptz  !  now()
        modified_at      timestamptz  !  now()
    """,
    "metadata": """
        id           uuid         !  uuid_generate_v4()
        entity_type  text         !
        entity_id    uuid         !
        key          text         !
        value        text         !
        created_at   timestamptz  !  now()
        modified_at  timestamptz  !  now()
    """,
    "collaboration_sessions": """
        id               uuid         !  uuid_generate_v4()
        threat_model_id  uuid         !
        diagram_id       uuid
        websocket_url    text         !
        expires_at       timestamptz
        created_at       timestamptz  !  now()
        modified_at      timestamptz  !  now()
    """,
    "session_participants": """
        id          uuid         !  uuid_generate_v4()
        session_id  uuid         !
        user_id     uuid         !
        joined_at   timestamptz  !  now()
        left_at     timestamptz
    """,
    "schema_migrations": """
        version  bigint   !
        dirty    boolean  !
    """,
}


def one_of(column: str, words: str) -> str:
    """What PostgreSQL makes of `CHECK (column IN (...))`."""
    values = ", ".join(f"'{word}'::text" for word in words.split())
    return f"CHECK (({column} = ANY (ARRAY[{values}])))"


def not_empty(column: str) -> str:
    """A CHECK that a text is there."""
    return f"CHECK ((length({column}) > 0))"


def of_model(column: str = "threat_model_id") -> str:
    """A foreign key of something that goes with its model."""
    return f"FOREIGN KEY ({column}) REFERENCES threat_models(id) ON DELETE CASCADE"


def of_user(column: str = "user_id") -> str:
    """A foreign key of something that goes with its user."""
    return f"FOREIGN KEY ({column}) REFERENCES users(id) ON DELETE CASCADE"


SEVERITIES = "Unknown None Low Medium High Critical"

CHECKS = {
    "user_providers_provider_check": one_of("provider", "google github microsoft apple facebook twitter"),
    "refresh_tokens_expires_at_check": "CHECK ((expires_at > created_at))",
    "threat_models_name_check": not_empty("name"),
    "threat_models_threat_model_framework_check": one_of("threat_model_framework", "CIA STRIDE LINDDUN DIE PLOT4ai"),
    "threat_model_access_role_check": one_of("role", "owner writer reader"),
    "threats_name_check": not_empty("name"),
    "threats_impact_check": one_of("impact", SEVERITIES),
    "threats_likelihood_check": one_of("likelihood", SEVERITIES),
    "threats_risk_rating_check": one_of("risk_rating", SEVERITIES),
    "threats_score_check": "CHECK (((score >= 0) AND (score <= 100)))",
    "diagrams_name_check": not_empty("name"),
    "diagrams_type_check": "CHECK ((type = 'DFD-1.0.0'::text))",
    "documents_name_check": not_empty("name"),
    "documents_url_check": not_empty("url"),
    "sources_name_check": not_empty("name"),
    "sources_url_check": not_empty("url"),
    "sources_type_check": one_of("type", "git svn mercurial other"),
    "metadata_entity_type_check": one_of("entity_type", "threat_model threat diagram document source cell"),
    "metadata_key_check": "CHECK ((key ~ '^[a-zA-Z0-9_-]+$'::text))",
    "collaboration_sessions_expires_at_check": "CHECK ((expires_at > created_at))",
}
FOREIGN_KEYS = {
    "user_providers_user_id_fkey": of_user(),
    "refresh_tokens_user_id_fkey": of_user(),
    "threat_models_owner_email_fkey": "FOREIGN KEY (owner_email) REFERENCES users(email) ON DELETE RESTRICT",
    "threat_model_access_threat_model_id_fkey": of_model(),
    "threat_model_access_user_email_fkey": "FOREIGN KEY (user_email) REFERENCES users(email) ON DELETE CASCADE",
    "threats_threat_model_id_fkey": of_model(),
    "threats_diagram_id_fkey": "FOREIGN KEY (diagram_id) REFERENCES diagrams(id) ON DELETE SET NULL",
    "diagrams_threat_model_id_fkey": of_model(),
    "documents_threat_model_id_fkey": of_model(),
    "sources_threat_model_id_fkey": of_model(),
    "collaboration_sessions_threat_model_id_fkey": of_model(),
    "collaboration_sessions_diagram_id_fkey": "FOREIGN KEY (diagram_id) REFERENCES diagrams(id) ON DELETE CASCADE",
    "session_participants_session_id_fkey": (
        "FOREIGN KEY (session_id) REFERENCES collaboration_sessions(id) ON DELETE CASCADE"
    ),
    "session_participants_user_id_fkey": of_user(),
}
PRIMARY_KEYS = {
    f"{table}_pkey": f"PRIMARY KEY ({'version' if table == 'schema_migrations' else 'id'})" for table in COLUMNS
}
UNIQUE = {
    "users_email_idx": "UNIQUE (email)",
    "user_providers_user_id_provider_key": "UNIQUE (user_id, provider)",
    "user_providers_provider_provider_user_id_key": "UNIQUE (provider, provider_user_id)",
    "refresh_tokens_token_hash_key": "UNIQUE (token_hash)",
    "threat_model_access_threat_model_id_user_email_key": "UNIQUE (threat_model_id, user_email)",
    "metadata_entity_type_entity_id_key_key": "UNIQUE (entity_type, entity_id, key)",
}
# Those that no constraint carries; the rest are the primary keys' and the unique constraints' own.
INDEXES = {
    "user_providers_unique_primary_per_user": ("UNIQUE user_providers USING btree (user_id) WHERE is_primary = true"),
    "session_participants_unique_active": (
        "UNIQUE session_participants USING btree (session_id, user_id) WHERE left_at IS NULL"
    ),
    "users_last_login_idx": "users USING btree (last_login)",
    "idx_threat_model_access_threat_model_id": "threat_model_access USING btree (threat_model_id)",
    "idx_threat_model_access_user_email": (
        "threat_model_access USING btree (user_email) INCLUDE (threat_model_id, role)"
    ),
    "idx_threat_models_owner_email": "threat_models USING btree (owner_email, created_at) INCLUDE (id)",
    "idx_threats_diagram_id": "threats USING btree (diagram_id)",
    "idx_sources_parameters": "sources USING gin (parameters)",
    "idx_diagrams_metadata": "diagrams USING gin (metadata)",
    "idx_diagrams_cells": "diagrams USING gin (cells)",
    "idx_threats_threat_model_id_created_at": "threats USING btree (threat_model_id, created_at)",
    "idx_threats_threat_model_id_modified_at": (
        "threats USING btree (threat_model_id, modified_at) INCLUDE (id, created_at)"
    ),
    "idx_diagrams_threat_model_id_created_at": "diagrams USING btree (threat_model_id, created_at)",
    "idx_diagrams_threat_model_id_modified_at": (
        "diagrams USING btree (threat_model_id, modified_at) INCLUDE (id, created_at)"
    ),
    "idx_documents_threat_model_id_created_at": "documents USING btree (threat_model_id, created_at)",
    "idx_documents_threat_model_id_modified_at": (
        "documents USING btree (threat_model_id, modified_at) INCLUDE (id, created_at)"
    ),
    "idx_sources_threat_model_id_created_at": "sources USING btree (threat_model_id, created_at)",
    "idx_sources_threat_model_id_modified_at": (
        "sources USING btree (threat_model_id, modified_at) INCLUDE (id, created_at)"
    ),
    "idx_metadata_threat_model": "metadata USING btree (entity_id) WHERE entity_type = 'threat_model'::text",
    "idx_metadata_threat": "metadata USING btree (entity_id) WHERE entity_type = 'threat'::text",
    "idx_metadata_diagram": "metadata USING btree (entity_id) WHERE entity_type = 'diagram'::text",
    "idx_metadata_document": "metadata USING btree (entity_id) WHERE entity_type = 'document'::text",
    "idx_metadata_source": "metadata USING btree (entity_id) WHERE entity_type = 'source'::text",
    "idx_metadata_cell": "metadata USING btree (entity_id) WHERE entity_type = 'cell'::text",
}
LEDGER = "migration_log"  # the runner's own, beside the seed's tables


@pytest.fixture(scope="module", params=sorted({installation.major for installation in installations()}))
def seed(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A database at version 018, on every major version that is here, whatever `--pg` says."""
    server = Cluster(next(found for found in installations() if found.major == request.param))
    try:
        database = databases.create(server)
        migrate.up(database.dsn, to=SEED)
        with database.connect() as connection:
            yield connection
    finally:
        server.remove()


def constraints(connection: Connection, kind: str) -> dict[str, str]:
    """Name and definition of the constraints of one kind, the ledger's excepted."""
    return dict(
        connection.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = %s AND connamespace = %s::regnamespace AND conrelid <> %s::regclass",
            (kind, SCHEMA, LEDGER),
        ).fetchall()
    )


def test_there_are_the_seeds_thirteen_tables_and_no_others(seed: Connection) -> None:
    tables = seed.execute(
        "SELECT relname FROM pg_class WHERE relkind NOT IN ('i', 't') AND relnamespace = %s::regnamespace", (SCHEMA,)
    ).fetchall()
    assert {name for (name,) in tables} == {*COLUMNS, LEDGER, f"{LEDGER}_id_seq"}


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_has_the_columns_of_the_seed(seed: Connection, table: str) -> None:
    expected = {}
    for line in COLUMNS[table].strip().splitlines():
        name, kind, required, default = [*line.split(None, 3), "", ""][:4]
        expected[name] = (kind.replace("timestamptz", "timestamp with time zone"), required == "!", default or None)
    found = seed.execute(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)"
        " FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped"
        " AND a.attidentity = '' AND a.attgenerated = ''",
        (table,),
    ).fetchall()
    assert {name: tuple(rest) for name, *rest in found} == expected


def test_there_are_a_hundred_columns(seed: Connection) -> None:
    (count,) = seed.execute(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = %s AND NOT table_name = ANY (%s)",
        (SCHEMA, [LEDGER, "schema_migrations"]),
    ).fetchone() or (None,)
    assert count == 100


@pytest.mark.parametrize(
    ("kind", "expected", "number"),
    [("c", CHECKS, 20), ("f", FOREIGN_KEYS, 14), ("p", PRIMARY_KEYS, 13), ("u", UNIQUE, 6), ("x", {}, 0), ("t", {}, 0)],
    ids=["check", "foreign key", "primary key", "unique", "exclusion", "trigger"],
)
def test_constraints_have_the_names_and_definitions_of_the_seed(
    seed: Connection, kind: str, expected: dict[str, str], number: int
) -> None:
    assert constraints(seed, kind) == expected
    assert len(expected) == number


def test_every_constraint_is_validated_and_none_can_be_deferred(seed: Connection) -> None:
    assert (
        seed.execute(
            "SELECT conname FROM pg_constraint WHERE connamespace = %s::regnamespace"
            " AND (NOT convalidated OR condeferrable)",
            (SCHEMA,),
        ).fetchall()
        == []
    )


def test_there_are_the_forty_three_indexes_of_the_seed(seed: Connection) -> None:
    found = seed.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid, 0, true), i.indisunique FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE c.relnamespace = %s::regnamespace AND i.indrelid <> %s::regclass",
        (SCHEMA, LEDGER),
    ).fetchall()
    assert len(found) == 43
    assert {name for name, _, _ in found} == {*PRIMARY_KEYS, *UNIQUE, *INDEXES}
    by_name = {name: definition for name, definition, _ in found}
    for name, definition in INDEXES.items():
        unique = "UNIQUE " if definition.startswith("UNIQUE") else ""
        assert by_name[name] == f"CREATE {unique}INDEX {name} ON {definition.removeprefix('UNIQUE ')}"
    assert {name for name, _, unique in found if unique} == {
        *PRIMARY_KEYS,
        *UNIQUE,
        "user_providers_unique_primary_per_user",
        "session_participants_unique_active",
    }


def test_ids_are_random(seed: Connection) -> None:
    (version, variant) = seed.execute(
        "SELECT substr(u.id, 15, 1), substr(u.id, 20, 1) FROM (SELECT uuid_generate_v4()::text AS id) u"
    ).fetchone() or (None, None)
    assert version == "4"
    assert variant in {"8", "9", "a", "b"}


def test_nothing_else_is_there_yet(seed: Connection) -> None:
    """The seed has no trigger and no type, and one function."""
    triggers = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    assert seed.execute(triggers).fetchall() == []
    functions = "SELECT proname FROM pg_proc WHERE pronamespace = %s::regnamespace"
    assert seed.execute(functions, (SCHEMA,)).fetchall() == [("uuid_generate_v4",)]
    types = "SELECT typname FROM pg_type WHERE typnamespace = %s::regnamespace AND typtype <> 'c' AND typelem = 0"
    assert seed.execute(types, (SCHEMA,)).fetchall() == []
