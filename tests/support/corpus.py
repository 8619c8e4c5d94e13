"""Single changes that somebody could make by hand, and what a report must say of each; and changes that are none."""

from __future__ import annotations

from typing import NamedTuple

S, D, B, C = "security", "data", "behaviour", "cosmetic"


class Change(NamedTuple):
    """One change: what is named, how grave it is, and the SQL that makes it."""

    severity: str
    object: str
    sql: str


_TABLES = ("users", "threat_models", "threat_model_access", "threats", "documents", "metadata", "refresh_tokens")
_ENTER = "_enter(uuid, text)"
_TOUCH = "_row_touch()"

_TOUCH_SOURCE = (
    "CREATE OR REPLACE FUNCTION _row_touch() RETURNS trigger LANGUAGE plpgsql "
    "SET search_path TO {schema}, pg_temp "
    "AS $$ BEGIN RETURN NEW; END $$"
)

TABLES = [
    *(Change(S, f"table {t}", f"ALTER TABLE {t} NO FORCE ROW LEVEL SECURITY") for t in _TABLES),
    *(Change(S, f"table {t}", f"ALTER TABLE {t} DISABLE ROW LEVEL SECURITY") for t in _TABLES),
    *(Change(S, f"table {t}", f"ALTER TABLE {t} OWNER TO tmi_guard") for t in ("users", "threats", "sources")),
    *(Change(S, f"table {t}", f"GRANT SELECT ON {t} TO PUBLIC") for t in _TABLES),
    Change(S, "table threats", "GRANT ALL ON threats TO tmi_app"),
    Change(S, "table threats", "GRANT TRUNCATE ON threats TO tmi_api"),
    Change(S, "table threats", "GRANT SELECT ON threats TO tmi_report WITH GRANT OPTION"),
    Change(S, "table threats", "REVOKE SELECT ON threats FROM tmi_report"),
    Change(S, "table users", "REVOKE ALL ON users FROM tmi_guard"),
    Change(S, "table documents", "REVOKE DELETE ON documents FROM tmi_owner"),
    Change(S, "table migration_log", "ALTER TABLE migration_log DISABLE ROW LEVEL SECURITY"),
    Change(S, "table migration_log", "GRANT DELETE ON migration_log TO tmi_owner"),
    Change(S, "table sources", "REVOKE USAGE ON TYPE sources FROM PUBLIC"),
    Change(D, "table metadata", "ALTER TABLE metadata SET UNLOGGED"),
    Change(B, "table threats", "ALTER TABLE threats SET (fillfactor = 55)"),
    Change(B, "table threats", "ALTER TABLE threats SET (autovacuum_enabled = false)"),
    Change(B, "table diagrams", "ALTER TABLE diagrams SET (toast.autovacuum_enabled = false)"),
    Change(B, "table threats", "ALTER TABLE threats REPLICA IDENTITY FULL"),
    Change(B, "table threats", "ALTER TABLE threats REPLICA IDENTITY NOTHING"),
    Change(B, "index threats_pkey", "ALTER TABLE threats REPLICA IDENTITY USING INDEX threats_pkey"),
    Change(C, "table threats", "COMMENT ON TABLE threats IS NULL"),
    Change(C, "table users", "COMMENT ON TABLE users IS 'Somebody.'"),
    Change(B, "table more", "CREATE TABLE more (id integer PRIMARY KEY, at timestamptz DEFAULT now())"),
    Change(S, "table more", "CREATE TABLE more AS SELECT * FROM users; GRANT SELECT ON more TO PUBLIC"),
    Change(B, "table more", "CREATE UNLOGGED TABLE more ()"),
    Change(B, "table more", "CREATE TABLE more (id integer) PARTITION BY RANGE (id)"),
    Change(B, "table more", "CREATE TABLE more () INHERITS (sources)"),
    Change(D, "table context_keys", "DROP TABLE context_keys"),
    Change(D, "table migration_log", "DROP TABLE migration_log"),
    Change(D, "table session_participants", "ALTER TABLE session_participants RENAME TO attendees"),
]

COLUMNS = [
    Change(B, "column threats.more", "ALTER TABLE threats ADD COLUMN more text"),
    Change(B, "column users.more", "ALTER TABLE users ADD COLUMN more integer NOT NULL DEFAULT 7"),
    Change(B, "column users.more", "ALTER TABLE users ADD COLUMN more text GENERATED ALWAYS AS (upper(email)) STORED"),
    Change(B, "column users.more", "ALTER TABLE users ADD COLUMN more bigint GENERATED ALWAYS AS IDENTITY"),
    Change(D, "column users.last_login", "ALTER TABLE users DROP COLUMN last_login"),
    Change(D, "column threats.issue_url", "ALTER TABLE threats DROP COLUMN issue_url"),
    Change(D, "column threats.priority", "ALTER TABLE threats RENAME COLUMN priority TO urgency"),
    Change(D, "column threats.score", "ALTER TABLE threats ALTER COLUMN score TYPE bigint"),
    Change(D, "column threats.status", "ALTER TABLE threats ALTER COLUMN status TYPE varchar(80)"),
    Change(D, "column users.last_login", "ALTER TABLE users ALTER COLUMN last_login TYPE timestamptz(0)"),
    Change(D, "column threats.status", 'ALTER TABLE threats ALTER COLUMN status TYPE text COLLATE "C"'),
    Change(D, "column threats.name", "ALTER TABLE threats ALTER COLUMN name DROP NOT NULL"),
    Change(D, "column users.name", "ALTER TABLE users ALTER COLUMN name DROP NOT NULL"),
    Change(D, "column threats.status", "ALTER TABLE threats ALTER COLUMN status SET NOT NULL"),
    Change(D, "column threats.mitigated", "ALTER TABLE threats ALTER COLUMN mitigated SET DEFAULT true"),
    Change(D, "column threats.mitigated", "ALTER TABLE threats ALTER COLUMN mitigated DROP DEFAULT"),
    Change(D, "column threats.id", "ALTER TABLE threats ALTER COLUMN id SET DEFAULT gen_random_uuid()"),
    Change(D, "column threats.status", "ALTER TABLE threats ALTER COLUMN status SET DEFAULT 'open'"),
    Change(D, "column migration_log.id", "ALTER TABLE migration_log ALTER COLUMN id SET GENERATED BY DEFAULT"),
    Change(D, "column migration_log.id", "ALTER TABLE migration_log ALTER COLUMN id DROP IDENTITY"),
    Change(C, "column threats.name", "ALTER TABLE threats ALTER COLUMN name SET STORAGE external"),
    Change(C, "column threats.description", "ALTER TABLE threats ALTER COLUMN description SET STORAGE plain"),
    Change(C, "column threats.name", "ALTER TABLE threats ALTER COLUMN name SET COMPRESSION pglz"),
    Change(C, "column threats.status", "ALTER TABLE threats ALTER COLUMN status SET STATISTICS 500"),
    Change(B, "column threats.status", "ALTER TABLE threats ALTER COLUMN status SET (n_distinct = 5)"),
    Change(C, "column threats.name", "COMMENT ON COLUMN threats.name IS NULL"),
    Change(C, "column users.email", "COMMENT ON COLUMN users.email IS 'Post.'"),
    Change(S, "column threats.name", "GRANT UPDATE (name) ON threats TO tmi_report"),
    Change(S, "column users.email", "GRANT SELECT (email) ON users TO PUBLIC"),
    Change(S, "column users.name", "REVOKE UPDATE (name) ON users FROM tmi_api"),
    Change(S, "column threats.threat_model_id", "GRANT UPDATE (threat_model_id) ON threats TO tmi_api"),
]

CONSTRAINTS = [
    Change(D, "constraint threats.threats_score_check", "ALTER TABLE threats DROP CONSTRAINT threats_score_check"),
    Change(D, "constraint users.users_email_check", "ALTER TABLE users DROP CONSTRAINT users_email_check"),
    Change(D, "constraint users.users_email_idx", "ALTER TABLE users DROP CONSTRAINT users_email_idx CASCADE"),
    Change(D, "constraint metadata.metadata_pkey", "ALTER TABLE metadata DROP CONSTRAINT metadata_pkey"),
    Change(
        D,
        "constraint documents.documents_threat_model_id_fkey",
        "ALTER TABLE documents DROP CONSTRAINT documents_threat_model_id_fkey",
    ),
    Change(
        D,
        "constraint documents.documents_threat_model_id_fkey",
        "ALTER TABLE documents DROP CONSTRAINT documents_threat_model_id_fkey; ALTER TABLE documents ADD CONSTRAINT "
        "documents_threat_model_id_fkey FOREIGN KEY (threat_model_id) REFERENCES threat_models (id)",
    ),
    Change(
        D,
        "constraint threats.threats_score_check",
        "ALTER TABLE threats DROP CONSTRAINT threats_score_check; "
        "ALTER TABLE threats ADD CONSTRAINT threats_score_check CHECK (score >= 0 AND score <= 1000)",
    ),
    Change(
        D,
        "constraint threats.threats_score_check",
        "ALTER TABLE threats DROP CONSTRAINT threats_score_check; "
        "ALTER TABLE threats ADD CONSTRAINT threats_score_check CHECK (score >= 0 AND score <= 100) NOT VALID",
    ),
    Change(
        D,
        "constraint documents.documents_threat_model_id_fkey",
        "ALTER TABLE documents ALTER CONSTRAINT documents_threat_model_id_fkey DEFERRABLE INITIALLY DEFERRED",
    ),
    Change(D, "constraint threats.more", "ALTER TABLE threats ADD CONSTRAINT more CHECK (score <> 13)"),
    Change(D, "constraint threats.more", "ALTER TABLE threats ADD CONSTRAINT more UNIQUE (threat_model_id, name)"),
    Change(D, "constraint threats.more", "ALTER TABLE threats ADD CONSTRAINT more CHECK (score <> 13) NO INHERIT"),
    Change(
        D,
        "constraint threats.more",
        "ALTER TABLE threats ADD CONSTRAINT more EXCLUDE USING btree (name WITH =) WHERE (name = 'x')",
    ),
    Change(
        D,
        "constraint documents.documents_threat_model_id_fkey",
        "DO $$ DECLARE g name; BEGIN FOR g IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'documents'::regclass "
        "AND tgisinternal LOOP EXECUTE format('ALTER TABLE documents DISABLE TRIGGER %I', g); END LOOP; END $$",
    ),
    Change(
        D,
        "constraint threats.threats_score_check",
        "ALTER TABLE threats RENAME CONSTRAINT threats_score_check TO threats_score_limit",
    ),
    Change(C, "constraint threats.threats_score_check", "COMMENT ON CONSTRAINT threats_score_check ON threats IS NULL"),
]

INDEXES = [
    *(
        Change(B, f"index {i}", f"DROP INDEX {i}")
        for i in ("idx_threats_diagram_id", "idx_threats_words", "users_last_login_idx", "idx_metadata_threat")
    ),
    Change(D, "index session_participants_unique_active", "DROP INDEX session_participants_unique_active"),
    Change(
        B,
        "index idx_threats_diagram_id",
        "DROP INDEX idx_threats_diagram_id; "
        "CREATE INDEX idx_threats_diagram_id ON threats (diagram_id) WHERE cell_id IS NOT NULL",
    ),
    Change(
        B,
        "index idx_threats_diagram_id",
        "DROP INDEX idx_threats_diagram_id; "
        "CREATE INDEX idx_threats_diagram_id ON threats USING hash (diagram_id) WHERE diagram_id IS NOT NULL",
    ),
    Change(
        B,
        "index users_last_login_idx",
        "DROP INDEX users_last_login_idx; CREATE INDEX users_last_login_idx ON users (last_login DESC)",
    ),
    Change(B, "index more", "CREATE INDEX more ON threats (status text_pattern_ops)"),
    Change(B, "index more", 'CREATE INDEX more ON threats (status COLLATE "C")'),
    Change(D, "index more", "CREATE UNIQUE INDEX more ON threats (name)"),
    Change(B, "index more", "CREATE INDEX more ON threats (lower(name))"),
    Change(B, "index idx_threats_diagram_id", "ALTER INDEX idx_threats_diagram_id SET (fillfactor = 50)"),
    Change(B, "index threats_pkey", "ALTER INDEX threats_pkey SET (fillfactor = 50)"),
    Change(C, "index threats_pkey", "ALTER TABLE threats CLUSTER ON threats_pkey"),
    Change(C, "index idx_threats_words", "ALTER INDEX idx_threats_words ALTER COLUMN 1 SET STATISTICS 300"),
    Change(
        B,
        "index idx_threats_diagram_id",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_threats_diagram_id'::regclass",
    ),
    Change(
        B,
        "index idx_threats_diagram_id",
        "UPDATE pg_index SET indisready = false WHERE indexrelid = 'idx_threats_diagram_id'::regclass",
    ),
    Change(B, "index idx_threats_diagram_id", "ALTER INDEX idx_threats_diagram_id RENAME TO idx_threats_d"),
    Change(C, "index idx_threats_diagram_id", "COMMENT ON INDEX idx_threats_diagram_id IS NULL"),
]

TRIGGERS = [
    *(
        Change(D, f"trigger {t}.{g}", f"ALTER TABLE {t} DISABLE TRIGGER {g}")
        for t, g in (("threats", "threats_touch"), ("threats", "threats_count_insert"), ("metadata", "metadata_check"))
    ),
    Change(D, "trigger threats.threats_touch", "ALTER TABLE threats ENABLE ALWAYS TRIGGER threats_touch"),
    Change(D, "trigger threats.threats_touch", "ALTER TABLE threats ENABLE REPLICA TRIGGER threats_touch"),
    Change(D, "trigger threats.threats_freeze", "DROP TRIGGER threats_freeze ON threats"),
    Change(D, "trigger metadata.metadata_check", "DROP TRIGGER metadata_check ON metadata"),
    Change(
        D,
        "trigger threats.threats_touch",
        "CREATE OR REPLACE TRIGGER threats_touch BEFORE UPDATE OF name ON threats "
        "FOR EACH ROW EXECUTE FUNCTION _row_touch()",
    ),
    Change(
        D,
        "trigger threats.threats_touch",
        "CREATE OR REPLACE TRIGGER threats_touch BEFORE UPDATE ON threats "
        "FOR EACH ROW WHEN (OLD.score <> NEW.score) EXECUTE FUNCTION _row_touch()",
    ),
    Change(
        D,
        "trigger threats.more",
        "CREATE TRIGGER more BEFORE INSERT ON threats FOR EACH ROW EXECUTE FUNCTION _row_touch()",
    ),
    Change(
        D,
        "trigger threats.more",
        "CREATE CONSTRAINT TRIGGER more AFTER UPDATE ON threats DEFERRABLE FOR EACH ROW EXECUTE FUNCTION _row_touch()",
    ),
    Change(D, "trigger threats.threats_touch", "ALTER TRIGGER threats_touch ON threats RENAME TO threats_zouch"),
    Change(C, "trigger threats.threats_touch", "COMMENT ON TRIGGER threats_touch ON threats IS NULL"),
    Change(
        S,
        "event trigger spy",
        "CREATE FUNCTION public.spy() RETURNS event_trigger LANGUAGE plpgsql AS "
        "$$ BEGIN END $$; CREATE EVENT TRIGGER spy ON ddl_command_end EXECUTE FUNCTION public.spy()",
    ),
    Change(S, "rule threats.quiet", "CREATE RULE quiet AS ON DELETE TO threats DO INSTEAD NOTHING"),
    Change(S, "rule users.leak", "CREATE RULE leak AS ON UPDATE TO users DO ALSO NOTIFY users"),
]

POLICIES = [
    *(Change(S, f"policy {t}.{t}_select_api", f"DROP POLICY {t}_select_api ON {t}") for t in ("threats", "documents")),
    Change(S, "policy threats.threats_select_api", "ALTER POLICY threats_select_api ON threats USING (true)"),
    Change(S, "policy threats.threats_select_report", "ALTER POLICY threats_select_report ON threats USING (true)"),
    Change(S, "policy threats.threats_insert_api", "ALTER POLICY threats_insert_api ON threats WITH CHECK (true)"),
    Change(S, "policy threats.threats_update_api", "ALTER POLICY threats_update_api ON threats WITH CHECK (true)"),
    Change(S, "policy threats.threats_select_api", "ALTER POLICY threats_select_api ON threats TO PUBLIC"),
    Change(S, "policy threats.threats_select_api", "ALTER POLICY threats_select_api ON threats TO tmi_api, tmi_app"),
    Change(S, "policy threats.threats_delete_api", "ALTER POLICY threats_delete_api ON threats RENAME TO other"),
    Change(S, "policy threats.more", "CREATE POLICY more ON threats USING (true)"),
    Change(S, "policy users.more", "CREATE POLICY more ON users FOR SELECT TO tmi_app USING (true)"),
    Change(S, "policy threats.more", "CREATE POLICY more ON threats AS RESTRICTIVE USING (false)"),
    Change(
        S,
        "policy threats.threats_select_guard",
        "DROP POLICY threats_select_guard ON threats; "
        "CREATE POLICY threats_select_guard ON threats TO tmi_guard USING (true)",
    ),
    Change(
        S,
        "policy threats.threats_select_guard",
        "DROP POLICY threats_select_guard ON threats; CREATE POLICY "
        "threats_select_guard ON threats AS RESTRICTIVE FOR SELECT TO tmi_guard USING (true)",
    ),
    Change(C, "policy threats.threats_select_api", "COMMENT ON POLICY threats_select_api ON threats IS 'Other.'"),
]

FUNCTIONS = [
    Change(S, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} RESET search_path"),
    Change(S, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} SET search_path TO public"),
    Change(S, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} RESET row_security"),
    Change(S, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} SET row_security TO off"),
    Change(S, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} SET work_mem TO '1GB'"),
    Change(S, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} SECURITY INVOKER"),
    Change(S, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} LEAKPROOF"),
    Change(S, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} OWNER TO tmi_owner"),
    Change(S, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} OWNER TO postgres"),
    Change(S, f"function {_ENTER}", f"GRANT EXECUTE ON FUNCTION {_ENTER} TO PUBLIC"),
    Change(S, f"function {_ENTER}", f"GRANT EXECUTE ON FUNCTION {_ENTER} TO tmi_app"),
    Change(S, f"function {_ENTER}", f"REVOKE EXECUTE ON FUNCTION {_ENTER} FROM tmi_api"),
    Change(S, "function _open()", "GRANT EXECUTE ON FUNCTION _open() TO tmi_api WITH GRANT OPTION"),
    Change(S, f"function {_TOUCH}", f"ALTER FUNCTION {_TOUCH} SECURITY DEFINER"),
    Change(B, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} STRICT"),
    Change(B, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} STABLE"),
    Change(B, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} PARALLEL SAFE"),
    Change(B, f"function {_ENTER}", f"ALTER FUNCTION {_ENTER} COST 7"),
    Change(B, "function uuid_generate_v4()", "ALTER FUNCTION uuid_generate_v4() STABLE"),
    Change(B, "function _member()", "ALTER FUNCTION _member() ROWS 7"),
    Change(B, f"function {_TOUCH}", _TOUCH_SOURCE),
    Change(C, f"function {_ENTER}", f"COMMENT ON FUNCTION {_ENTER} IS NULL"),
    Change(C, "function _open()", "COMMENT ON FUNCTION _open() IS 'Open.'"),
    Change(S, "function _email(text)", "DROP FUNCTION _email(text)"),
    Change(S, "function more()", "CREATE FUNCTION more() RETURNS integer LANGUAGE sql SECURITY DEFINER RETURN 1"),
    Change(S, "function more()", "CREATE FUNCTION more() RETURNS integer LANGUAGE sql RETURN 1"),
    Change(
        B,
        "function more()",
        "CREATE FUNCTION more() RETURNS integer LANGUAGE sql RETURN 1; REVOKE ALL ON FUNCTION more() FROM PUBLIC",
    ),
    Change(S, "function more(integer)", "CREATE PROCEDURE more(integer) LANGUAGE plpgsql AS $$ BEGIN END $$"),
    Change(S, "function _open(integer)", "CREATE FUNCTION _open(integer) RETURNS integer LANGUAGE sql RETURN 1"),
    Change(B, "aggregate total(integer)", "CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer)"),
]

OTHERS = [
    Change(S, "view more", "CREATE VIEW more AS SELECT * FROM threats"),
    Change(S, "view more", "CREATE VIEW more WITH (security_invoker = true) AS SELECT id FROM users"),
    Change(S, "materialized view more", "CREATE MATERIALIZED VIEW more AS SELECT count(*) FROM threats"),
    Change(B, "sequence more", "CREATE SEQUENCE more"),
    Change(B, "sequence migration_log_id_seq", "ALTER SEQUENCE migration_log_id_seq INCREMENT BY 5"),
    Change(B, "sequence migration_log_id_seq", "ALTER SEQUENCE migration_log_id_seq CYCLE"),
    Change(B, "sequence migration_log_id_seq", "ALTER SEQUENCE migration_log_id_seq CACHE 50"),
    Change(S, "sequence migration_log_id_seq", "GRANT USAGE ON SEQUENCE migration_log_id_seq TO PUBLIC"),
    Change(D, "domain short", "CREATE DOMAIN short AS text CHECK (length(VALUE) < 9)"),
    Change(B, "enum mood", "CREATE TYPE mood AS ENUM ('glad', 'sad')"),
    Change(B, "type pair", "CREATE TYPE pair AS (a integer, b text)"),
    Change(B, "range span", "CREATE TYPE span AS RANGE (subtype = integer)"),
    Change(
        B,
        "operator ===(integer, integer)",
        "CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)",
    ),
    Change(B, "operator family ours USING btree", "CREATE OPERATOR FAMILY ours USING btree"),
    Change(
        B,
        "operator class ours USING btree",
        "CREATE OPERATOR CLASS ours FOR TYPE integer USING btree AS OPERATOR 3 =, FUNCTION 1 btint4cmp(int4, int4)",
    ),
    Change(B, "collation plain", 'CREATE COLLATION plain FROM "C"'),
    Change(B, "text search dictionary words", "CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple)"),
    Change(B, "text search configuration words", "CREATE TEXT SEARCH CONFIGURATION words (COPY = simple)"),
    Change(C, "statistics more", "CREATE STATISTICS more ON status, priority FROM threats"),
    Change(S, "cast text AS integer", "CREATE CAST (text AS integer) WITH INOUT AS IMPLICIT"),
    Change(S, "foreign data wrapper away", "CREATE FOREIGN DATA WRAPPER away"),
    Change(
        S, "foreign server there", "CREATE FOREIGN DATA WRAPPER away; CREATE SERVER there FOREIGN DATA WRAPPER away"
    ),
    Change(S, "publication everything", "CREATE PUBLICATION everything FOR ALL TABLES"),
    Change(S, "publication few", "CREATE PUBLICATION few FOR TABLE users (id, email)"),
    Change(S, "extension pg_trgm", "CREATE EXTENSION pg_trgm SCHEMA public"),
    Change(S, "system grant language sql", "REVOKE USAGE ON LANGUAGE sql FROM PUBLIC"),
    Change(S, "system grant function pg_read_file(text)", "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO tmi_app"),
    Change(S, "system grant table pg_authid", "GRANT SELECT ON pg_authid TO tmi_report"),
    Change(S, "system grant function lo_creat(integer)", "GRANT EXECUTE ON FUNCTION lo_creat(integer) TO PUBLIC"),
    Change(S, "parameter privilege log_statement", "GRANT SET ON PARAMETER log_statement TO tmi_app"),
]

AROUND = [
    Change(S, "schema", "GRANT CREATE ON SCHEMA {schema} TO tmi_app"),
    Change(S, "schema", "GRANT USAGE ON SCHEMA {schema} TO PUBLIC"),
    Change(S, "schema", "REVOKE USAGE ON SCHEMA {schema} FROM tmi_api"),
    Change(S, "schema", "ALTER SCHEMA {schema} OWNER TO tmi_guard"),
    Change(C, "schema", "COMMENT ON SCHEMA {schema} IS 'Ours.'"),
    Change(S, "database", "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC"),
    Change(S, "database", "GRANT CREATE ON DATABASE {database} TO tmi_app"),
    Change(B, "database", "ALTER DATABASE {database} CONNECTION LIMIT 5"),
    *(
        Change(S, f"role {role}", f"ALTER ROLE {role} {option}")
        for role, option in (
            ("tmi_app", "SUPERUSER"),
            ("tmi_app", "CREATEDB"),
            ("tmi_app", "LOGIN"),
            ("tmi_api", "BYPASSRLS"),
            ("tmi_auth", "CREATEROLE"),
            ("tmi_report", "REPLICATION"),
            ("tmi_guard", "NOINHERIT"),
            ("tmi_owner", "NOBYPASSRLS"),
            ("tmi_maintenance", "VALID UNTIL '2030-01-01'"),
        )
    ),
    Change(B, "role tmi_app", "ALTER ROLE tmi_app CONNECTION LIMIT 5"),
    Change(C, "role tmi_app", "COMMENT ON ROLE tmi_app IS NULL"),
    Change(S, "membership tmi_app in tmi_owner", "GRANT tmi_owner TO tmi_app"),
    Change(S, "membership tmi_report in pg_read_all_data", "GRANT pg_read_all_data TO tmi_report"),
    Change(S, "membership tmi_owner in tmi_api", "REVOKE tmi_api FROM tmi_owner"),
    Change(S, "membership tmi_owner in tmi_guard", "GRANT tmi_guard TO tmi_owner WITH ADMIN OPTION"),
    Change(S, "membership tmi_app in tmi_guard", "GRANT tmi_guard TO tmi_app"),
    Change(S, "setting tmi_app", "ALTER ROLE tmi_app SET row_security TO off"),
    Change(S, "setting tmi_api in the database", "ALTER ROLE tmi_api IN DATABASE {database} SET search_path TO public"),
    Change(B, "setting every role in the database", "ALTER DATABASE {database} SET work_mem TO '1GB'"),
    Change(
        S,
        "default privilege tables of tmi_owner",
        "ALTER DEFAULT PRIVILEGES FOR ROLE tmi_owner GRANT SELECT ON TABLES TO tmi_app",
    ),
    Change(
        S,
        "default privilege functions of tmi_api",
        "ALTER DEFAULT PRIVILEGES FOR ROLE tmi_api GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
    ),
    Change(
        S,
        "default privilege sequences of tmi_owner in the schema",
        "ALTER DEFAULT PRIVILEGES FOR ROLE tmi_owner IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO tmi_app",
    ),
]

CHANGES = [*TABLES, *COLUMNS, *CONSTRAINTS, *INDEXES, *TRIGGERS, *POLICIES, *FUNCTIONS, *OTHERS, *AROUND]

HARMLESS = {
    "a row is written": "INSERT INTO users (email, name) VALUES ('a@example.com', 'A')",
    "rows are deleted": "DELETE FROM metadata",
    "statistics are gathered": "ANALYZE users",
    "statistics of all tables are gathered": "ANALYZE",
    "an index is built anew": "REINDEX INDEX idx_threats_diagram_id",
    "a table's indexes are built anew": "REINDEX TABLE threats",
    "a table is written anew": "CLUSTER threats USING threats_pkey; ALTER TABLE threats SET WITHOUT CLUSTER",
    "a table is emptied": "TRUNCATE metadata",
    "a sequence counts": "SELECT nextval('migration_log_id_seq')",
    "a column came and went": "ALTER TABLE threats ADD COLUMN brief text; ALTER TABLE threats DROP COLUMN brief",
    "a table came and went": "CREATE TABLE brief (); DROP TABLE brief",
    "an index is dropped and made again": (
        "DROP INDEX idx_threats_diagram_id; "
        "CREATE INDEX idx_threats_diagram_id ON threats (diagram_id) WHERE diagram_id IS NOT NULL; "
        "DO $$ BEGIN EXECUTE format('COMMENT ON INDEX idx_threats_diagram_id IS %L', {index_comment}); END $$"
    ),
    "a policy lists a role twice": "ALTER POLICY threats_select_guard ON threats TO tmi_guard, tmi_guard",
    "a trigger is switched off and on": (
        "ALTER TABLE threats DISABLE TRIGGER threats_touch; ALTER TABLE threats ENABLE TRIGGER threats_touch"
    ),
    "row security is switched off and on": (
        "ALTER TABLE threats DISABLE ROW LEVEL SECURITY; ALTER TABLE threats ENABLE ROW LEVEL SECURITY"
    ),
    "rights are given in another order": (
        "REVOKE SELECT ON threats FROM tmi_api, tmi_guard, tmi_report; GRANT SELECT ON threats TO tmi_report; "
        "GRANT SELECT ON threats TO tmi_guard; GRANT SELECT ON threats TO tmi_api"
    ),
    "a right is given twice": "GRANT SELECT ON threats TO tmi_report; GRANT SELECT ON threats TO tmi_report",
    "rights that are there by default are written down": "GRANT ALL ON threats TO tmi_owner",
    "a column's right repeats the table's owner's": "GRANT USAGE ON TYPE threats TO tmi_owner",
    "a comment that is not there becomes an empty one": (
        "CREATE TABLE public.elsewhere (); COMMENT ON TABLE public.elsewhere IS ''"
    ),
    "options are set and reset": "ALTER TABLE users SET (fillfactor = 60); ALTER TABLE users RESET (fillfactor)",
    "a default is stated again": "ALTER TABLE threats ALTER COLUMN mitigated SET DEFAULT false",
    "a column is NOT NULL once more": "ALTER TABLE threats ALTER COLUMN name SET NOT NULL",
    "a constraint is validated once more": "ALTER TABLE threats VALIDATE CONSTRAINT threats_score_check",
    "the statistics target is the default": "ALTER TABLE threats ALTER COLUMN status SET STATISTICS -1",
    "a function's attributes are stated again": "ALTER FUNCTION _enter(uuid, text) VOLATILE SECURITY DEFINER",
    "a name goes away and comes back": "ALTER TABLE sources RENAME TO s; ALTER TABLE s RENAME TO sources",
    "a login serves callers": "CREATE ROLE corpus_login LOGIN; GRANT tmi_app TO corpus_login",
    "a login may use the schema": "CREATE ROLE corpus_login LOGIN; GRANT USAGE ON SCHEMA {schema} TO corpus_login",
    "a login has settings": "CREATE ROLE corpus_login LOGIN; ALTER ROLE corpus_login SET jit TO off",
    "a login has a password": "CREATE ROLE corpus_login LOGIN PASSWORD 'secret'",
    "a table stands in another schema": "CREATE TABLE public.other (id integer)",
    "another schema is made": "CREATE SCHEMA other; CREATE FUNCTION other.f() RETURNS integer LANGUAGE sql RETURN 1",
    "a temporary table stands beside": "CREATE TEMPORARY TABLE threats_of_today (id integer)",
    "the database gets a comment": "COMMENT ON DATABASE {database} IS 'Ours.'",
    "the search path of the session is another": "SET LOCAL search_path TO public",
}
