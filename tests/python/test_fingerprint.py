"""The fingerprint sees every change of a definition, and nothing that changes no definition."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from support import database as databases
from support.cluster import Cluster
from tmi_db import installation
from tmi_db.fingerprint import SURROUNDINGS, Comparison, Fingerprint, Key, compare, take

Connection = psycopg.Connection[Any]

# One of each kind that a schema can hold, as small as can be.
ZOO = """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE DOMAIN short AS text CONSTRAINT short_length CHECK (length(VALUE) < 10);
CREATE TYPE pair AS (left_part integer, right_part text);
CREATE TYPE span AS RANGE (subtype = integer);
CREATE SEQUENCE tickets;
CREATE FUNCTION _touch() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$ BEGIN NEW.changed := now(); RETURN NEW; END $$;
CREATE FUNCTION answer(p_x integer, p_y short DEFAULT 'x') RETURNS SETOF integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT SET row_security TO on
AS $$ BEGIN RETURN NEXT 42; END $$;
REVOKE ALL ON FUNCTION answer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION answer TO tmi_app, tmi_auth;
ALTER FUNCTION answer OWNER TO tmi_api;
CREATE TABLE cage (
  id integer GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  mood mood DEFAULT 'glad',
  label short,
  area integer,
  twice integer GENERATED ALWAYS AS (area * 2) STORED,
  ticket bigint DEFAULT nextval('tickets'),
  changed timestamptz,
  CONSTRAINT cage_pkey PRIMARY KEY (id),
  CONSTRAINT cage_name_key UNIQUE (name),
  CONSTRAINT cage_area_check CHECK (area > 0)
) WITH (fillfactor = 80);
COMMENT ON TABLE cage IS 'A cage.';
COMMENT ON COLUMN cage.name IS 'Its name.';
COMMENT ON CONSTRAINT cage_area_check ON cage IS 'Room for somebody.';
CREATE INDEX cage_mood_idx ON cage (mood) WHERE area > 5;
COMMENT ON INDEX cage_mood_idx IS 'Who is glad?';
CREATE TRIGGER cage_touch BEFORE UPDATE ON cage FOR EACH ROW EXECUTE FUNCTION _touch();
COMMENT ON TRIGGER cage_touch ON cage IS 'Time moves on.';
CREATE TABLE animal (
  id integer,
  cage_id integer,
  CONSTRAINT animal_pkey PRIMARY KEY (id),
  CONSTRAINT animal_cage_id_fkey FOREIGN KEY (cage_id) REFERENCES cage (id) ON DELETE CASCADE
);
CREATE STATISTICS animal_stats ON id, cage_id FROM animal;
CREATE VIEW glad WITH (security_invoker = true) AS SELECT c.id FROM cage c WHERE c.mood = 'glad';
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM cage;
CREATE RULE animal_quiet AS ON DELETE TO animal WHERE OLD.id = 0 DO INSTEAD NOTHING;
ALTER TABLE cage ENABLE ROW LEVEL SECURITY;
ALTER TABLE cage FORCE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE (name) ON cage TO tmi_api;
CREATE POLICY cage_select ON cage FOR SELECT TO tmi_api, tmi_report USING (id IN (SELECT answer(1)));
CREATE POLICY cage_update ON cage FOR UPDATE TO tmi_api USING (true) WITH CHECK (area > 0);
COMMENT ON POLICY cage_select ON cage IS 'Who looks.';
"""

# What is changed, the object that must be told of, and the attribute: None for an object more or less.
CHANGES = [
    ("ALTER TABLE cage NO FORCE ROW LEVEL SECURITY", "table cage", "force_row_security"),
    ("ALTER TABLE cage DISABLE ROW LEVEL SECURITY", "table cage", "row_security"),
    ("ALTER TABLE cage OWNER TO tmi_api", "table cage", "owner"),
    ("ALTER TABLE cage SET (fillfactor = 70)", "table cage", "options"),
    ("ALTER TABLE cage SET (toast.autovacuum_enabled = false)", "table cage", "toast_options"),
    ("ALTER TABLE cage REPLICA IDENTITY FULL", "table cage", "replica_identity"),
    ("ALTER TABLE animal SET UNLOGGED", "table animal", "persistence"),
    ("COMMENT ON TABLE cage IS NULL", "table cage", "comment"),
    ("GRANT INSERT ON cage TO tmi_api", "table cage", "granted"),
    ("GRANT SELECT ON cage TO tmi_api WITH GRANT OPTION", "table cage", "granted"),
    ("GRANT SELECT ON cage TO PUBLIC", "table cage", "granted"),
    ("REVOKE SELECT ON cage FROM tmi_api", "table cage", "granted"),
    ("REVOKE DELETE ON cage FROM tmi_owner", "table cage", "revoked"),
    ("REVOKE USAGE ON TYPE cage FROM PUBLIC", "table cage", "type_revoked"),
    ("CREATE TABLE more ()", "table more", None),
    ("ALTER TABLE animal RENAME TO beast", "table beast", None),
    ("ALTER TABLE animal INHERIT parent", "table animal", "parents"),
    ("ALTER TABLE cage ADD COLUMN more text", "column cage.more", None),
    ("ALTER TABLE cage DROP COLUMN label", "column cage.label", None),
    ("ALTER TABLE cage ALTER COLUMN changed TYPE timestamptz(0)", "column cage.changed", "type"),
    ("ALTER TABLE cage ALTER COLUMN area SET NOT NULL", "column cage.area", "not_null"),
    ("ALTER TABLE cage ALTER COLUMN mood SET DEFAULT 'sad'", "column cage.mood", "default"),
    ("ALTER TABLE cage ALTER COLUMN mood DROP DEFAULT", "column cage.mood", "default"),
    ("ALTER TABLE cage ALTER COLUMN twice DROP EXPRESSION", "column cage.twice", "generated"),
    ("ALTER TABLE cage ALTER COLUMN id SET GENERATED BY DEFAULT", "column cage.id", "identity"),
    ('ALTER TABLE cage ALTER COLUMN name TYPE text COLLATE "C"', "column cage.name", "collation"),
    ("ALTER TABLE cage ALTER COLUMN name SET STORAGE external", "column cage.name", "storage"),
    ("ALTER TABLE cage ALTER COLUMN name SET COMPRESSION pglz", "column cage.name", "compression"),
    ("ALTER TABLE cage ALTER COLUMN name SET STATISTICS 500", "column cage.name", "statistics"),
    ("ALTER TABLE cage ALTER COLUMN name SET (n_distinct = 5)", "column cage.name", "options"),
    ("COMMENT ON COLUMN cage.name IS 'Other.'", "column cage.name", "comment"),
    ("GRANT UPDATE (area) ON cage TO tmi_api", "column cage.area", "granted"),
    ("REVOKE UPDATE (name) ON cage FROM tmi_api", "column cage.name", "granted"),
    ("ALTER TABLE cage DROP CONSTRAINT cage_area_check", "constraint cage.cage_area_check", None),
    ("ALTER TABLE cage ADD CONSTRAINT more CHECK (area < 9) NOT VALID", "constraint cage.more", None),
    (
        "ALTER TABLE cage DROP CONSTRAINT cage_area_check; "
        "ALTER TABLE cage ADD CONSTRAINT cage_area_check CHECK (area >= 0)",
        "constraint cage.cage_area_check",
        "definition",
    ),
    (
        "ALTER TABLE cage DROP CONSTRAINT cage_area_check; "
        "ALTER TABLE cage ADD CONSTRAINT cage_area_check CHECK (area > 0) NOT VALID",
        "constraint cage.cage_area_check",
        "validated",
    ),
    (
        "ALTER TABLE animal ALTER CONSTRAINT animal_cage_id_fkey DEFERRABLE",
        "constraint animal.animal_cage_id_fkey",
        "definition",
    ),
    ("ALTER TABLE animal DISABLE TRIGGER ALL", "constraint animal.animal_cage_id_fkey", "triggers"),
    ("COMMENT ON CONSTRAINT cage_area_check ON cage IS ''", "constraint cage.cage_area_check", "comment"),
    ("DROP INDEX cage_mood_idx", "index cage_mood_idx", None),
    (
        "DROP INDEX cage_mood_idx; CREATE INDEX cage_mood_idx ON cage (mood) WHERE area > 6",
        "index cage_mood_idx",
        "definition",
    ),
    ("ALTER INDEX cage_mood_idx SET (fillfactor = 50)", "index cage_mood_idx", "definition"),
    ("ALTER TABLE cage CLUSTER ON cage_name_key", "index cage_name_key", "clustered"),
    ("COMMENT ON INDEX cage_mood_idx IS NULL", "index cage_mood_idx", "comment"),
    (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'cage_mood_idx'::regclass",
        "index cage_mood_idx",
        "valid",
    ),
    ("ALTER TABLE cage DISABLE TRIGGER cage_touch", "trigger cage.cage_touch", "enabled"),
    ("ALTER TABLE cage ENABLE ALWAYS TRIGGER cage_touch", "trigger cage.cage_touch", "enabled"),
    ("DROP TRIGGER cage_touch ON cage", "trigger cage.cage_touch", None),
    (
        "CREATE OR REPLACE TRIGGER cage_touch AFTER UPDATE ON cage FOR EACH ROW EXECUTE FUNCTION _touch()",
        "trigger cage.cage_touch",
        "definition",
    ),
    ("COMMENT ON TRIGGER cage_touch ON cage IS 'Other.'", "trigger cage.cage_touch", "comment"),
    ("ALTER TABLE animal DISABLE RULE animal_quiet", "rule animal.animal_quiet", "enabled"),
    ("DROP RULE animal_quiet ON animal", "rule animal.animal_quiet", None),
    ("DROP POLICY cage_update ON cage", "policy cage.cage_update", None),
    ("ALTER POLICY cage_select ON cage TO tmi_api", "policy cage.cage_select", "roles"),
    ("ALTER POLICY cage_select ON cage USING (true)", "policy cage.cage_select", "using"),
    ("ALTER POLICY cage_update ON cage WITH CHECK (true)", "policy cage.cage_update", "check"),
    (
        "DROP POLICY cage_update ON cage; "
        "CREATE POLICY cage_update ON cage AS RESTRICTIVE FOR UPDATE TO tmi_api USING (true) WITH CHECK (area > 0)",
        "policy cage.cage_update",
        "kind",
    ),
    (
        "DROP POLICY cage_update ON cage; "
        "CREATE POLICY cage_update ON cage TO tmi_api USING (true) WITH CHECK (area > 0)",
        "policy cage.cage_update",
        "command",
    ),
    ("COMMENT ON POLICY cage_select ON cage IS NULL", "policy cage.cage_select", "comment"),
    ("ALTER FUNCTION answer SET search_path TO public", "function answer(integer, short)", "settings"),
    ("ALTER FUNCTION answer RESET row_security", "function answer(integer, short)", "settings"),
    ("ALTER FUNCTION answer SECURITY INVOKER", "function answer(integer, short)", "security_definer"),
    ("ALTER FUNCTION answer OWNER TO tmi_owner", "function answer(integer, short)", "owner"),
    ("ALTER FUNCTION answer LEAKPROOF", "function answer(integer, short)", "leakproof"),
    ("ALTER FUNCTION answer STRICT", "function answer(integer, short)", "strict"),
    ("ALTER FUNCTION answer VOLATILE", "function answer(integer, short)", "volatility"),
    ("ALTER FUNCTION answer PARALLEL SAFE", "function answer(integer, short)", "parallel"),
    ("ALTER FUNCTION answer COST 7", "function answer(integer, short)", "cost"),
    ("ALTER FUNCTION answer ROWS 7", "function answer(integer, short)", "rows"),
    ("GRANT EXECUTE ON FUNCTION answer TO PUBLIC", "function answer(integer, short)", "revoked"),
    ("REVOKE EXECUTE ON FUNCTION answer FROM tmi_auth", "function answer(integer, short)", "granted"),
    ("COMMENT ON FUNCTION answer IS 'Forty-two.'", "function answer(integer, short)", "comment"),
    (
        "CREATE OR REPLACE FUNCTION _touch() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
        "AS $$ BEGIN RETURN NULL; END $$",
        "function _touch()",
        "source",
    ),
    ("CREATE FUNCTION answer() RETURNS integer LANGUAGE sql RETURN 42", "function answer()", None),
    ("ALTER TYPE mood ADD VALUE 'hungry'", "enum mood", "labels"),
    ("ALTER TYPE mood OWNER TO tmi_api", "enum mood", "owner"),
    ("ALTER DOMAIN short SET NOT NULL", "domain short", "not_null"),
    ("ALTER DOMAIN short SET DEFAULT 'x'", "domain short", "default"),
    ("ALTER DOMAIN short DROP CONSTRAINT short_length", "domain short", "constraints"),
    ("ALTER TYPE pair ADD ATTRIBUTE more text", "column pair.more", None),
    ("GRANT USAGE ON TYPE span TO tmi_app WITH GRANT OPTION", "range span", "granted"),
    ("ALTER SEQUENCE tickets INCREMENT BY 2", "sequence tickets", "increment"),
    ("ALTER SEQUENCE tickets OWNED BY cage.ticket", "sequence tickets", "owned_by"),
    ("GRANT USAGE ON SEQUENCE tickets TO tmi_app", "sequence tickets", "granted"),
    ("ALTER VIEW glad SET (security_invoker = false)", "view glad", "options"),
    ("CREATE OR REPLACE VIEW glad WITH (security_invoker = true) AS SELECT id FROM cage", "view glad", "definition"),
    ("DROP MATERIALIZED VIEW counted", "materialized view counted", None),
    ("ALTER STATISTICS animal_stats SET STATISTICS 7", "statistics animal_stats", "target"),
    ("DROP STATISTICS animal_stats", "statistics animal_stats", None),
    ("CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer)", "aggregate total(integer)", None),
    (
        "CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)",
        "operator ===(integer, integer)",
        None,
    ),
    ('CREATE COLLATION plain FROM "C"', "collation plain", None),
    ("CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple)", "text search dictionary words", None),
    ("CREATE CAST (mood AS integer) WITH INOUT", "cast mood AS integer", None),
    ("GRANT CREATE ON SCHEMA {schema} TO tmi_app", "schema", "granted"),
    ("GRANT USAGE ON SCHEMA {schema} TO PUBLIC", "schema", "granted"),
    ("GRANT USAGE ON SCHEMA {schema} TO tmi_app", "schema", "granted"),
    ("COMMENT ON SCHEMA {schema} IS 'Ours.'", "schema", "comment"),
    (
        "ALTER DEFAULT PRIVILEGES FOR ROLE tmi_owner GRANT SELECT ON TABLES TO tmi_app",
        "default privilege tables of tmi_owner",
        None,
    ),
    (
        "ALTER DEFAULT PRIVILEGES FOR ROLE tmi_owner IN SCHEMA {schema} GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
        "default privilege functions of tmi_owner in the schema",
        None,
    ),
    ("CREATE PUBLICATION everything FOR ALL TABLES", "publication everything", None),
    ("CREATE PUBLICATION cages FOR TABLE cage (id)", "publication cages", None),
    ("CREATE EXTENSION pg_trgm SCHEMA public", "extension pg_trgm", None),
    (
        "CREATE FUNCTION public.spy() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$; "
        "CREATE EVENT TRIGGER spy ON ddl_command_end EXECUTE FUNCTION public.spy()",
        "event trigger spy",
        None,
    ),
    ("CREATE FOREIGN DATA WRAPPER away", "foreign data wrapper away", None),
    ("ALTER ROLE tmi_app CREATEDB", "role tmi_app", "create_database"),
    ("ALTER ROLE tmi_owner NOBYPASSRLS", "role tmi_owner", "bypass_row_security"),
    ("GRANT tmi_owner TO tmi_app", "membership tmi_app in tmi_owner", None),
    ("GRANT pg_read_all_data TO tmi_report", "membership tmi_report in pg_read_all_data", None),
    ("REVOKE tmi_api FROM tmi_owner", "membership tmi_owner in tmi_api", None),
    ("ALTER ROLE tmi_app SET row_security TO off", "setting tmi_app", None),
    ("GRANT SET ON PARAMETER log_min_messages TO tmi_app", "parameter privilege log_min_messages", None),
    ("GRANT EXECUTE ON FUNCTION pg_read_file(text) TO tmi_app", "system grant function pg_read_file(text)", None),
    ("REVOKE EXECUTE ON FUNCTION lo_creat(integer) FROM PUBLIC", "system grant function lo_creat(integer)", None),
    ("GRANT SELECT ON pg_authid TO tmi_app", "system grant table pg_authid", None),
]

HARMLESS = {
    "rows are written": "INSERT INTO cage (name, area) VALUES ('a', 1); SELECT nextval('tickets')",
    "statistics are gathered": "INSERT INTO animal VALUES (1); ANALYZE animal",
    "an index is built anew": "REINDEX INDEX cage_mood_idx",
    "a function is made again as it was": (
        "CREATE OR REPLACE FUNCTION _touch() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
        "AS $$ BEGIN NEW.changed := now(); RETURN NEW; END $$"
    ),
    "a policy is dropped and made again": (
        "DROP POLICY cage_update ON cage; "
        "CREATE POLICY cage_update ON cage FOR UPDATE TO tmi_api USING (true) WITH CHECK (area > 0)"
    ),
    "a policy lists its roles in another order": "ALTER POLICY cage_select ON cage TO tmi_report, tmi_api",
    "rights are given in another order": (
        "REVOKE ALL ON FUNCTION answer FROM tmi_app, tmi_auth; GRANT EXECUTE ON FUNCTION answer TO tmi_auth; "
        "GRANT EXECUTE ON FUNCTION answer TO tmi_app"
    ),
    "rights that were there by default are written down": "GRANT ALL ON animal TO tmi_owner",
    "a comment that is not there becomes an empty one": "COMMENT ON TABLE animal IS ''",
    "options are given in another order": "ALTER TABLE cage RESET (fillfactor); ALTER TABLE cage SET (fillfactor = 80)",
    "a column came and went": "ALTER TABLE cage ADD COLUMN brief text; ALTER TABLE cage DROP COLUMN brief",
    "a login may use the schema": "CREATE ROLE zoo_login LOGIN; GRANT USAGE ON SCHEMA {schema} TO zoo_login",
    "a login serves callers": "CREATE ROLE zoo_login LOGIN; GRANT tmi_app TO zoo_login",
    "a login has settings": "CREATE ROLE zoo_login LOGIN; ALTER ROLE zoo_login SET jit TO off",
    "a table stands in another schema": "CREATE TABLE public.other (id integer)",
    "a temporary table stands beside": "CREATE TEMPORARY TABLE cage_of_today (id integer)",
    "a cast between types of another schema": (
        "CREATE TYPE public.a AS ENUM ('x'); CREATE TYPE public.b AS ENUM ('x'); "
        "CREATE CAST (public.a AS public.b) WITH INOUT"
    ),
    "the database gets a comment": "COMMENT ON DATABASE {database} IS 'Ours.'",
    "the search path of the session is another": "SET LOCAL search_path TO public",
}


def build(conn: Connection, schema: str) -> None:
    """Put one of each kind into a schema."""
    installation.initialise(conn, schema)
    with conn.transaction():
        conn.execute("SET LOCAL ROLE tmi_owner")
        conn.execute(f'SET LOCAL search_path TO "{schema}", pg_temp'.encode())
        conn.execute(ZOO.encode())
        conn.execute("CREATE TABLE parent (id integer)")


@pytest.fixture(scope="module")
def zoo(cluster: Cluster) -> Iterator[databases.Database]:
    database = databases.create(cluster)
    with database.connect() as conn:
        build(conn, "zoo")
        build(conn, "zoo.two")
    yield database
    database.drop()


@pytest.fixture
def conn(zoo: databases.Database) -> Iterator[Connection]:
    """A superuser's connection in a transaction that is rolled back."""
    connection = zoo.connect(schema="zoo", autocommit=False)
    connection.execute("SET LOCAL search_path TO zoo, pg_temp")
    yield connection
    connection.rollback()
    connection.close()


@pytest.fixture(scope="module")
def expected(zoo: databases.Database) -> Fingerprint:
    with zoo.connect() as connection:
        return take(connection, "zoo")


def changed(conn: Connection, expected: Fingerprint, statements: str) -> Comparison:
    """Make a change and compare."""
    names = {"schema": "zoo", "database": conn.info.dbname}
    for name, value in names.items():
        statements = statements.replace("{" + name + "}", value)
    conn.execute(statements.encode())
    return compare(expected, take(conn, "zoo"))


@pytest.mark.parametrize(("statements", "thing", "attribute"), CHANGES, ids=[change[0][:60] for change in CHANGES])
def test_every_change_is_told_of_as_what_it_is(
    conn: Connection, expected: Fingerprint, statements: str, thing: str, attribute: str | None
) -> None:
    difference = changed(conn, expected, statements)
    if attribute is None:
        assert thing in {str(key) for key in (*difference.added, *difference.removed)}
    else:
        told = {str(change.key): set(change.attributes) for change in difference.changed}
        assert attribute in told.get(thing, set()), str(difference)


@pytest.mark.parametrize("statements", HARMLESS.values(), ids=HARMLESS.keys())
def test_nothing_is_told_when(conn: Connection, expected: Fingerprint, statements: str) -> None:
    assert not changed(conn, expected, statements)
    assert take(conn, "zoo").digest == expected.digest


def test_two_schemas_of_other_names_have_the_same_fingerprint(zoo: databases.Database, expected: Fingerprint) -> None:
    with zoo.connect() as connection:
        other = take(connection, "zoo.two")
    assert str(compare(expected.inside(), other.inside())) == ""
    assert other.digest == expected.digest


def test_one_change_makes_another_digest(conn: Connection, expected: Fingerprint) -> None:
    conn.execute("COMMENT ON TABLE cage IS 'Another cage.'")
    actual = take(conn, "zoo")
    assert actual.digest != expected.digest
    key = Key("table", "cage")
    assert actual.digest_of(key) != expected.digest_of(key)
    assert actual.digest_of(Key("table", "animal")) == expected.digest_of(Key("table", "animal"))


def test_a_changed_attribute_is_told_of_with_both_values(conn: Connection, expected: Fingerprint) -> None:
    conn.execute("ALTER FUNCTION answer COST 7")
    (change,) = compare(expected, take(conn, "zoo")).changed
    assert change.attributes == {"cost": (100, 7)}


def test_a_dropped_column_does_not_make_its_neighbours_differ(conn: Connection, expected: Fingerprint) -> None:
    conn.execute("ALTER TABLE cage DROP COLUMN changed")
    difference = compare(expected, take(conn, "zoo"))
    assert [str(key) for key in difference.removed] == ["column cage.changed"]
    assert difference.changed == []


def test_columns_in_another_order_are_a_difference(conn: Connection, expected: Fingerprint) -> None:
    conn.execute("ALTER TABLE animal RENAME COLUMN id TO x")
    conn.execute("ALTER TABLE animal RENAME COLUMN cage_id TO id")
    conn.execute("ALTER TABLE animal RENAME COLUMN x TO cage_id")
    told = {str(change.key): change.attributes for change in compare(expected, take(conn, "zoo")).changed}
    assert told["table animal"]["column_order"] == (["id", "cage_id"], ["cage_id", "id"])


def test_what_surrounds_the_schema_can_be_left_out(conn: Connection, expected: Fingerprint) -> None:
    conn.execute("ALTER ROLE tmi_app CREATEDB")
    actual = take(conn, "zoo")
    assert compare(expected, actual)
    assert not compare(expected.inside(), actual.inside())
    assert not {key.kind for key in expected.inside().objects} & SURROUNDINGS


def test_it_survives_being_written_and_read(expected: Fingerprint) -> None:
    assert Fingerprint.loads(expected.dumps()) == replace(expected)
    assert Fingerprint.loads(expected.dumps()).digest == expected.digest


def test_it_is_taken_without_writing(zoo: databases.Database, expected: Fingerprint) -> None:
    with zoo.connect() as connection:
        connection.execute("SET default_transaction_read_only TO on")
        assert take(connection, "zoo") == expected
        # The path of the session is as it was.
        assert connection.execute("SHOW search_path").fetchone() == ("tmi,tap,pg_temp",)


def test_it_is_taken_by_a_login_without_rights(zoo: databases.Database, expected: Fingerprint) -> None:
    with zoo.connect() as connection:
        connection.execute("CREATE ROLE zoo_onlooker LOGIN")
        try:
            with zoo.connect("zoo_onlooker") as onlooker:
                assert take(onlooker, "zoo") == expected
        finally:
            connection.execute("DROP ROLE zoo_onlooker")


def test_objects_in_the_schema_cannot_lead_it_astray(conn: Connection, expected: Fingerprint) -> None:
    conn.execute("CREATE FUNCTION obj_description(oid, text) RETURNS text LANGUAGE sql RETURN 'hijacked'")
    conn.execute("CREATE TEMPORARY VIEW pg_class AS SELECT")
    conn.execute("SET LOCAL search_path TO pg_temp, zoo, pg_catalog")
    assert [str(key) for key in compare(expected, take(conn, "zoo")).added] == ["function obj_description(oid, text)"]
