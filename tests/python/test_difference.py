"""`migrate new` writes what leads from the chain to the declared files and back, and nothing that was not proved."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from support.cluster import Cluster
from support.database import Database, create
from tmi_db import declared, difference, fingerprint, installation, migrate, sql_files
from tmi_db.embedded import copies_in, embed
from tmi_db.tool import ToolError

UUID = """-- The default of every id.
CREATE OR REPLACE FUNCTION new_id() RETURNS uuid
LANGUAGE sql
VOLATILE
PARALLEL SAFE
AS $$ SELECT pg_catalog.gen_random_uuid() $$;
COMMENT ON FUNCTION new_id IS 'Returns an id.';
REVOKE ALL ON FUNCTION new_id FROM PUBLIC;
GRANT EXECUTE ON FUNCTION new_id TO tmi_api;
"""
TOUCH = """-- Time moves with every change.
CREATE OR REPLACE FUNCTION _touch() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
  NEW.changed := now();
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION _touch IS 'Moves the time.';
REVOKE ALL ON FUNCTION _touch FROM PUBLIC;
"""
CAGE = """CREATE TABLE cage (
  id uuid NOT NULL DEFAULT new_id(),
  name text NOT NULL,
  changed timestamptz,
  CONSTRAINT cage_pkey PRIMARY KEY (id),
  CONSTRAINT cage_name_check CHECK (length(name) > 0)
);
COMMENT ON TABLE cage IS 'Where one lives.';
COMMENT ON COLUMN cage.name IS 'Its name.';
CREATE INDEX cage_name_idx ON cage (name);
CREATE OR REPLACE TRIGGER cage_touch BEFORE UPDATE ON cage FOR EACH ROW EXECUTE FUNCTION _touch();
COMMENT ON TRIGGER cage_touch ON cage IS 'When it changed.';
"""
MINE = """-- What the policies compare with.
CREATE OR REPLACE FUNCTION _mine() RETURNS uuid
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $$ SELECT NULL::pg_catalog.uuid $$;
COMMENT ON FUNCTION _mine IS 'Returns whose turn it is.';
REVOKE ALL ON FUNCTION _mine FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _mine TO tmi_api;
ALTER FUNCTION _mine OWNER TO tmi_guard;
"""
GET = """-- Cages are read here.
CREATE OR REPLACE FUNCTION cage_get(
  p_id uuid
) RETURNS SETOF cage
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path FROM CURRENT
SET row_security TO on
AS $$
BEGIN
  RETURN QUERY SELECT c.* FROM cage c WHERE c.id = p_id;
END
$$;
COMMENT ON FUNCTION cage_get IS 'Returns a cage; it is the caller''s.';
REVOKE ALL ON FUNCTION cage_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cage_get TO tmi_app;
ALTER FUNCTION cage_get OWNER TO tmi_api;
"""
CAGE_POLICIES = """ALTER TABLE cage ENABLE ROW LEVEL SECURITY;
ALTER TABLE cage FORCE ROW LEVEL SECURITY;
REVOKE ALL ON cage FROM PUBLIC, tmi_api, tmi_app;
GRANT SELECT, UPDATE (name) ON cage TO tmi_api;

DROP POLICY IF EXISTS cage_select ON cage;
CREATE POLICY cage_select ON cage FOR SELECT TO tmi_api USING (id = (SELECT _mine()));
COMMENT ON POLICY cage_select ON cage IS 'One sees one''s own.';
"""
ANIMAL = """CREATE TABLE animal (
  id uuid NOT NULL DEFAULT new_id(),
  cage_id uuid NOT NULL,
  CONSTRAINT animal_pkey PRIMARY KEY (id),
  CONSTRAINT animal_cage_id_fkey FOREIGN KEY (cage_id) REFERENCES cage (id) ON DELETE CASCADE
);
COMMENT ON TABLE animal IS 'Who lives there.';
"""

TREE = {
    "functions/base/new_id.sql": UUID,
    "functions/base/_touch.sql": TOUCH,
    "schema/cage.sql": CAGE,
    "functions/identity/_mine.sql": MINE,
    "functions/cages/cage_get.sql": GET,
    "policies/cage.sql": CAGE_POLICIES,
}
CAGE_GET, MINE_FILE, CAGE_FILE, POLICY_FILE = (
    "functions/cages/cage_get.sql",
    "functions/identity/_mine.sql",
    "schema/cage.sql",
    "policies/cage.sql",
)


def write(root: Path, files: Mapping[str, str | None]) -> None:
    """Write declared files, and remove those whose text is None."""
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text)


@pytest.fixture(scope="module")
def server(cluster: Cluster) -> Iterator[Database]:
    """A database to connect to; a place for scratch databases."""
    database = create(cluster)
    yield database
    assert scratch_databases(database) == []
    database.drop()


@pytest.fixture(scope="module")
def released(server: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small tree of SQL files whose chain holds one migration, written by what is under test."""
    root = tmp_path_factory.mktemp("released") / "sql"
    (root / "migrations").mkdir(parents=True)
    write(root, TREE)
    difference.write_migration("begin", server.dsn, root)
    return root


@pytest.fixture
def root(released: Path, tmp_path: Path) -> Path:
    """A copy of the released tree to change."""
    shutil.copytree(released, tmp_path / "sql")
    return tmp_path / "sql"


def new_migration(server: Database, root: Path, files: Mapping[str, str | None]) -> tuple[str, str]:
    """Change declared files and have the migration written; return its two texts."""
    write(root, files)
    paths = difference.write_migration("change", server.dsn, root)
    assert [path.name for path in paths] == ["002_change.up.sql", "002_change.down.sql"]
    up, down = (path.read_text() for path in paths)
    return up, down


def scratch_databases(server: Database) -> list[Any]:
    with server.connect() as conn:
        return conn.execute("SELECT datname FROM pg_database WHERE datname LIKE 'tmi\\_scratch\\_%'").fetchall()


def catalogue(server: Database, root: Path, *, to: int | None = None) -> fingerprint.Fingerprint:
    """Run the chain in a database of its own and take the fingerprint."""
    database = create(server.cluster)
    try:
        with database.connect() as conn:
            migrate.up(conn, "acme", to=to, options=migrate.Options(root=root))
            return fingerprint.take(conn, "acme").inside()
    finally:
        database.drop()


def declared_catalogue(server: Database, root: Path) -> fingerprint.Fingerprint:
    database = create(server.cluster)
    try:
        with database.connect() as conn:
            installation.initialise(conn, "acme")
            declared.build(conn, "acme", root)
            return fingerprint.take(conn, "acme").inside()
    finally:
        database.drop()


def test_the_first_migration_holds_every_file_byte_for_byte_in_the_order_of_the_build(released: Path) -> None:
    text = (released / "migrations" / "001_begin.up.sql").read_text()
    assert copies_in(text) == TREE
    assert list(copies_in(text)) == [
        "functions/base/_touch.sql",
        "functions/base/new_id.sql",
        "schema/cage.sql",
        "functions/identity/_mine.sql",
        "functions/cages/cage_get.sql",
        "policies/cage.sql",
    ]


def test_what_it_builds_under_any_name_is_what_is_declared(server: Database, released: Path) -> None:
    expected, actual = declared_catalogue(server, released), catalogue(server, released)
    assert str(fingerprint.compare(expected, actual)) == ""


def test_nothing_is_written_when_the_chain_builds_what_is_declared(server: Database, root: Path) -> None:
    before = {path.name: path.read_bytes() for path in (root / "migrations").iterdir()}
    assert difference.write_migration("nothing", server.dsn, root) == []
    assert {path.name: path.read_bytes() for path in (root / "migrations").iterdir()} == before


def test_a_migration_by_hand_is_listed_once_the_chain_builds_what_is_declared(server: Database, root: Path) -> None:
    write(root, {CAGE_FILE: CAGE.replace("'Where one lives.'", "'Elsewhere.'")})
    for direction, comment in (("up", "Elsewhere."), ("down", "Where one lives.")):
        path = root / "migrations" / f"002_by_hand.{direction}.sql"
        path.write_text(f"COMMENT ON TABLE cage IS '{comment}';\n")
    assert difference.write_migration("nothing", server.dsn, root) == []
    assert {"002_by_hand.up.sql", "002_by_hand.down.sql"} <= sql_files.checksums(root).keys()


def test_what_a_migration_by_hand_leaves_is_written_behind_it(server: Database, root: Path) -> None:
    write(root, {CAGE_FILE: CAGE.replace("'Where one lives.'", "'Elsewhere.'").replace("'Its name.'", "'Called so.'")})
    for direction in ("up", "down"):
        (root / "migrations" / f"002_by_hand.{direction}.sql").write_text("COMMENT ON TABLE cage IS 'Elsewhere.';\n")
    up, _ = difference.write_migration("rest", server.dsn, root)
    assert up.name == "003_rest.up.sql"
    assert "cage.name" in up.read_text()
    assert "TABLE" not in up.read_text()


def test_what_is_written_is_listed_among_the_checksums(server: Database, root: Path) -> None:
    new_migration(server, root, {"schema/animal.sql": ANIMAL})
    assert {"002_change.up.sql", "002_change.down.sql"} <= sql_files.checksums(root).keys()
    sql_files.verify_checksums(root)


def test_a_new_table_goes_in_as_its_file_has_it_and_comes_out_whole(server: Database, root: Path) -> None:
    up, down = new_migration(server, root, {"schema/animal.sql": ANIMAL})
    assert copies_in(up) == {"schema/animal.sql": ANIMAL}
    assert up.startswith("-- New: 1 table, 2 columns, 3 other objects.\n\n-- begin schema/animal.sql\n")
    assert "DROP TABLE animal;" in down
    assert "-- Loses what stands in table animal." in down


def test_a_changed_function_goes_in_byte_for_byte_and_its_former_text_comes_back(server: Database, root: Path) -> None:
    changed = GET.replace("STABLE", "VOLATILE").replace("-- Cages are read here.", "-- Cages are read here: % and $1.")
    up, down = new_migration(server, root, {CAGE_GET: changed})
    assert up == f"-- Changed: 1 function.\n\n{embed(CAGE_GET, changed)}"
    assert down == f"-- Takes back 002_change.\n\n{embed(CAGE_GET, GET)}"


def test_a_function_whose_result_changes_is_dropped_first_and_keeps_its_rights(server: Database, root: Path) -> None:
    changed = GET.replace("RETURNS SETOF cage", "RETURNS TABLE (id uuid)").replace("c.*", "c.id")
    up, down = new_migration(server, root, {CAGE_GET: changed})
    assert up.index("DROP FUNCTION\n  cage_get(uuid);") < up.index(embed(CAGE_GET, changed))
    assert down.index("DROP FUNCTION\n  cage_get(uuid);") < down.index(embed(CAGE_GET, GET))


def test_a_function_whose_arguments_change_replaces_the_former_one(server: Database, root: Path) -> None:
    changed = GET.replace("p_id uuid\n", "p_id uuid,\n  p_name text DEFAULT NULL\n")
    up, down = new_migration(server, root, {CAGE_GET: changed})
    assert "DROP FUNCTION\n  cage_get(uuid);" in up
    assert "DROP FUNCTION\n  cage_get(uuid, text);" in down


def test_a_function_that_is_declared_no_more_is_dropped_and_comes_back(server: Database, root: Path) -> None:
    up, down = new_migration(server, root, {CAGE_GET: None})
    assert up == ("-- Gone: 1 function.\n\n-- What goes, and what has to give way\nDROP FUNCTION\n  cage_get(uuid);\n")
    assert copies_in(down) == {CAGE_GET: GET}


def test_a_function_that_no_migration_holds_as_a_file_comes_back_as_the_catalogue_has_it(
    server: Database, root: Path
) -> None:
    migration = root / "migrations" / "001_begin.up.sql"
    text = migration.read_text()
    migration.write_text(text.replace(f"-- begin {CAGE_GET}\n", "").replace(f"-- end {CAGE_GET}\n", ""))
    (root / "migrations" / "checksums").unlink()
    up, down = new_migration(server, root, {CAGE_GET: GET.replace("STABLE", "VOLATILE")})
    assert CAGE_GET in copies_in(up)
    assert copies_in(down) == {}
    assert "COMMENT ON FUNCTION cage_get(uuid) IS 'Returns a cage; it is the caller''s.';" in down
    assert "ALTER FUNCTION cage_get(uuid) OWNER TO tmi_api;" in down


def test_a_function_that_policies_use_takes_them_along_when_it_changes_its_type(server: Database, root: Path) -> None:
    changed = MINE.replace("RETURNS uuid", "RETURNS text").replace("catalog.uuid", "catalog.text")
    policies = CAGE_POLICIES.replace("_mine())", "_mine())::uuid")
    up, _ = new_migration(server, root, {MINE_FILE: changed, POLICY_FILE: policies})
    assert up.index("DROP POLICY cage_select ON cage;") < up.index("DROP FUNCTION\n  _mine();")
    assert up.index(embed(MINE_FILE, changed)) < up.index(embed(POLICY_FILE, policies))


def test_policies_that_must_give_way_come_back_though_their_file_is_unchanged(server: Database, root: Path) -> None:
    changed = MINE.replace("_mine() RETURNS uuid", "_mine(p_x text DEFAULT '') RETURNS uuid")
    up, down = new_migration(server, root, {MINE_FILE: changed})
    assert copies_in(up) == {MINE_FILE: changed, POLICY_FILE: CAGE_POLICIES}
    assert copies_in(down) == {MINE_FILE: MINE, POLICY_FILE: CAGE_POLICIES}


def test_new_columns_are_appended_in_the_order_of_their_declaration(server: Database, root: Path) -> None:
    changed = CAGE.replace("  changed timestamptz,\n", "  changed timestamptz,\n  zeal text,\n  area integer,\n")
    up, down = new_migration(server, root, {CAGE_FILE: changed})
    assert up.index("ADD COLUMN zeal text") < up.index("ADD COLUMN area int")
    assert "-- Loses what stands in column cage.area." in down
    assert "-- Loses what stands in column cage.zeal." in down


def test_a_column_declared_between_others_is_refused_with_advice(server: Database, root: Path) -> None:
    write(root, {CAGE_FILE: CAGE.replace("  name text NOT NULL,\n", "  area integer,\n  name text NOT NULL,\n")})
    with pytest.raises(ToolError, match="declare a new column last in its table"):
        difference.write_migration("change", server.dsn, root)
    left = sorted(path.name for path in (root / "migrations").iterdir())
    assert left == [
        "001_begin.down.sql",
        "001_begin.up.sql",
        "002_change.down.sql.rejected",
        "002_change.up.sql.rejected",
        "checksums",
    ]


def test_a_dropped_column_is_named_as_a_loss(server: Database, root: Path) -> None:
    changed = CAGE.replace("  changed timestamptz,\n", "").replace(
        "cage_touch BEFORE UPDATE", "cage_touch BEFORE INSERT"
    )
    up, down = new_migration(server, root, {CAGE_FILE: changed})
    assert up.startswith("-- Changed: ")
    assert "-- Loses what stands in column cage.changed.\n" in up
    assert "-- Loses" not in down


def test_a_column_under_policies_and_triggers_can_change_its_type(server: Database, root: Path) -> None:
    policies = CAGE_POLICIES.replace("id = (SELECT _mine())", "name = 'mine'")
    trigger = CAGE.replace("BEFORE UPDATE ON", "BEFORE UPDATE OF name ON")
    new_migration(server, root, {POLICY_FILE: policies, CAGE_FILE: trigger})
    write(root, {CAGE_FILE: trigger.replace("name text NOT NULL", "name varchar(200) NOT NULL")})
    up, _ = (path.read_text() for path in difference.write_migration("shorten", server.dsn, root))
    assert up.index("DROP POLICY cage_select ON cage") < up.index("ALTER COLUMN name TYPE varchar(200)")
    assert up.index("DROP TRIGGER cage_touch ON cage") < up.index("ALTER COLUMN name TYPE varchar(200)")
    assert copies_in(up) == {POLICY_FILE: policies}
    assert "COMMENT ON TRIGGER cage_touch ON cage IS 'When it changed.'" in up


@pytest.mark.parametrize(
    ("file", "former", "latter", "forth", "back"),
    [
        (
            CAGE_FILE,
            "'Where one lives.'",
            "'Where one''s home is.'",
            "COMMENT ON TABLE cage IS 'Where one''s home is.';",
            "COMMENT ON TABLE cage IS 'Where one lives.';",
        ),
        (
            CAGE_FILE,
            "COMMENT ON COLUMN cage.name IS 'Its name.';",
            "",
            "COMMENT ON COLUMN cage.name IS NULL;",
            "COMMENT ON COLUMN cage.name IS 'Its name.';",
        ),
        (
            CAGE_FILE,
            "> 0)\n);",
            "> 0)\n) WITH (fillfactor = 80);",
            "ALTER TABLE cage SET (fillfactor = 80);",
            "ALTER TABLE cage RESET (fillfactor);",
        ),
        (
            CAGE_FILE,
            "CREATE INDEX cage_name_idx ON cage (name)",
            "CREATE INDEX cage_name_idx ON cage (name) WITH (fillfactor = 70)",
            "CREATE INDEX cage_name_idx ON cage USING btree (name) WITH (fillfactor='70');",
            "CREATE INDEX cage_name_idx ON cage USING btree (name);",
        ),
        (
            CAGE_FILE,
            "length(name) > 0",
            "length(name) > 1",
            "ALTER TABLE cage ADD CONSTRAINT cage_name_check CHECK (length(name) > 1);",
            "ALTER TABLE cage ADD CONSTRAINT cage_name_check CHECK (length(name) > 0);",
        ),
        (
            CAGE_FILE,
            "BEFORE UPDATE ON",
            "BEFORE INSERT ON",
            "CREATE TRIGGER cage_touch BEFORE INSERT ON cage FOR EACH ROW EXECUTE FUNCTION _touch();",
            "CREATE TRIGGER cage_touch BEFORE UPDATE ON cage FOR EACH ROW EXECUTE FUNCTION _touch();",
        ),
        (
            CAGE_FILE,
            "\nCOMMENT ON TRIGGER",
            "\nALTER TABLE cage DISABLE TRIGGER cage_touch;\nCOMMENT ON TRIGGER",
            "ALTER TABLE cage DISABLE TRIGGER cage_touch;",
            "ALTER TABLE cage ENABLE TRIGGER cage_touch;",
        ),
        (
            POLICY_FILE,
            "ALTER TABLE cage FORCE",
            "ALTER TABLE cage NO FORCE",
            "ALTER TABLE cage NO FORCE ROW LEVEL SECURITY;",
            "ALTER TABLE cage FORCE ROW LEVEL SECURITY;",
        ),
        (
            POLICY_FILE,
            "SELECT, UPDATE (name)",
            "SELECT",
            "GRANT SELECT ON cage TO tmi_api;",
            "GRANT SELECT, UPDATE (name) ON cage TO tmi_api;",
        ),
        (
            POLICY_FILE,
            "SELECT, UPDATE",
            "SELECT, INSERT (name), UPDATE",
            "GRANT SELECT, INSERT (name), UPDATE (name) ON cage TO tmi_api;",
            "GRANT SELECT, UPDATE (name) ON cage TO tmi_api;",
        ),
    ],
    ids=[
        "a comment",
        "no comment",
        "storage of a table",
        "storage of an index",
        "a check",
        "a trigger",
        "a trigger that is off",
        "FORCE ROW LEVEL SECURITY",
        "fewer rights",
        "more rights",
    ],
)
def test_a_change_goes_forth_and_back(
    server: Database, root: Path, file: str, former: str, latter: str, forth: str, back: str
) -> None:
    assert former in TREE[file]
    up, down = new_migration(server, root, {file: TREE[file].replace(former, latter)})
    assert forth in up
    assert back in down


def test_a_policy_that_is_declared_no_more_is_dropped(server: Database, root: Path) -> None:
    changed, _, _ = CAGE_POLICIES.partition("\nDROP POLICY")
    up, down = new_migration(server, root, {POLICY_FILE: changed})
    assert "DROP POLICY cage_select ON cage;" in up
    assert copies_in(down) == {POLICY_FILE: CAGE_POLICIES}


def test_a_table_that_is_declared_no_more_goes_with_its_policies_and_comes_back_whole(
    server: Database, root: Path
) -> None:
    gone = {CAGE_FILE: None, POLICY_FILE: None, CAGE_GET: None}
    up, down = new_migration(server, root, gone)
    assert up.index("DROP FUNCTION\n  cage_get(uuid);") < up.index("DROP TABLE cage;")
    assert "-- Loses what stands in table cage." in up
    assert down.index("CREATE TABLE cage") < down.index("-- begin functions/cages/cage_get.sql")
    assert copies_in(down) == {CAGE_GET: GET, POLICY_FILE: CAGE_POLICIES}


def test_a_function_that_a_default_uses_is_dropped_after_the_default(server: Database, root: Path) -> None:
    changed = {CAGE_FILE: CAGE.replace(" DEFAULT new_id()", ""), "functions/base/new_id.sql": None}
    up, down = new_migration(server, root, changed)
    assert up.index("ALTER COLUMN id DROP DEFAULT") < up.index("DROP FUNCTION\n  new_id();")
    assert down.index("-- begin functions/base/new_id.sql") < down.index("ALTER COLUMN id SET DEFAULT new_id()")


def test_foreign_keys_and_the_keys_they_need_come_in_the_right_order(server: Database, root: Path) -> None:
    new_migration(server, root, {"schema/animal.sql": ANIMAL})
    cage = CAGE.replace("PRIMARY KEY (id),", "PRIMARY KEY (id),\n  CONSTRAINT cage_z_key UNIQUE (id, name),")
    animal = ANIMAL.replace("cage_id uuid NOT NULL,", "cage_id uuid NOT NULL,\n  cage_name text,").replace(
        "FOREIGN KEY (cage_id) REFERENCES cage (id)", "FOREIGN KEY (cage_id, cage_name) REFERENCES cage (id, name)"
    )
    write(root, {CAGE_FILE: cage, "schema/animal.sql": animal})
    assert len(difference.write_migration("compose", server.dsn, root)) == 2


def test_views_types_and_sequences_are_carried_too(server: Database, root: Path) -> None:
    files = {
        "schema/kept.sql": "CREATE VIEW kept WITH (security_invoker = true) AS SELECT c.id FROM cage c;\n"
        "COMMENT ON VIEW kept IS 'Who is there.';\n",
        "schema/mood.sql": "CREATE TYPE mood AS ENUM ('glad', 'sad');\nCOMMENT ON TYPE mood IS 'How one is.';\n",
        "schema/short.sql": "CREATE DOMAIN short AS text CONSTRAINT short_length CHECK (length(VALUE) < 9);\n",
        "schema/ticket.sql": "CREATE SEQUENCE ticket;\nGRANT USAGE ON SEQUENCE ticket TO tmi_api;\n",
    }
    new_migration(server, root, files)
    expected, actual = declared_catalogue(server, root), catalogue(server, root)
    assert str(fingerprint.compare(expected, actual)) == ""


@pytest.mark.parametrize("name", ["", "Add", "add-x", "add x", "1st", "add.sql", "../add", "ädd", "add\n"])
def test_a_name_that_is_none_is_refused(server: Database, root: Path, name: str) -> None:
    with pytest.raises(ToolError, match="cannot name a migration") as caught:
        difference.write_migration(name, server.dsn, root)
    assert caught.value.exit_code == 2


def test_a_file_that_does_not_run_is_named_with_its_line(server: Database, root: Path) -> None:
    write(root, {CAGE_GET: GET.replace("STABLE", "STABEL")})
    with pytest.raises(ToolError, match=r"cage_get\.sql, line 6: syntax error"):
        difference.write_migration("change", server.dsn, root)
    assert not list((root / "migrations").glob("002*"))
    assert scratch_databases(server) == []


def test_a_released_file_that_was_changed_is_refused_before_anything_is_built(server: Database, root: Path) -> None:
    path = root / "migrations" / "001_begin.up.sql"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(ToolError, match=r"001_begin\.up\.sql differs from what was released"):
        difference.write_migration("change", server.dsn, root)


def test_scratch_databases_go_when_it_is_interrupted(server: Database, root: Path) -> None:
    seen: list[int] = []

    def interrupt(message: str) -> None:
        seen.append(len(scratch_databases(server)))
        if message.startswith("proving"):
            raise KeyboardInterrupt

    write(root, {"schema/animal.sql": ANIMAL})
    with pytest.raises(KeyboardInterrupt):
        difference.write_migration("change", server.dsn, root, interrupt)
    assert max(seen) > 1
    assert scratch_databases(server) == []
    assert not list((root / "migrations").glob("002*"))


def test_a_login_that_may_not_make_databases_is_told_so(server: Database, root: Path) -> None:
    with server.connect() as conn:
        conn.execute("CREATE ROLE modest LOGIN")
        try:
            with pytest.raises(ToolError, match="modest may not make scratch databases"):
                difference.write_migration("change", server.dsn_for("modest"), root)
        finally:
            conn.execute("DROP ROLE modest")


def test_psql_can_run_the_files_as_they_are(server: Database, root: Path) -> None:
    """The up files in order, run as plain SQL with the search_path set, build the same."""
    new_migration(server, root, {"schema/animal.sql": ANIMAL})
    database = create(server.cluster)
    try:
        with database.connect() as conn:
            installation.initialise(conn, "acme")
            conn.execute("SET ROLE tmi_owner")
            conn.execute("SET search_path TO acme, pg_temp")
            conn.execute((sql_files.sql_root() / "bookkeeping.sql").read_bytes())
            for migration in sql_files.migrations(root):
                conn.execute(migration.up.content)
            actual = fingerprint.take(conn, "acme").inside()
    finally:
        database.drop()
    assert str(fingerprint.compare(declared_catalogue(server, root), actual)) == ""


def test_errors_of_the_server_do_not_pass_for_proofs(
    server: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration that does not lead where it shall is left as rejected."""
    monkeypatch.setattr(difference, "amend", lambda actual, expected: [])
    write(root, {CAGE_FILE: CAGE.replace("'Where one lives.'", "'Elsewhere.'")})
    with pytest.raises(ToolError, match="table cage: comment: expected"):
        difference.write_migration("change", server.dsn, root)
    assert not list((root / "migrations").glob("002*.sql"))


def test_embedded_copies_are_found_whatever_they_hold() -> None:
    text = embed("functions/a/b.sql", "SELECT '-- end functions/a/c.sql';\n") + embed("policies/c.sql", "no newline")
    assert copies_in(text) == {
        "functions/a/b.sql": "SELECT '-- end functions/a/c.sql';\n",
        "policies/c.sql": "no newline\n",
    }


def test_psycopg_stays_the_only_driver() -> None:
    """migra runs on psycopg 3; nothing brings psycopg2 in by the back door."""
    with pytest.raises(ModuleNotFoundError):
        __import__("psycopg2")
    assert psycopg.__version__.startswith("3.")
