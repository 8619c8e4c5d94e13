"""The linter finds what breaks a rule of the house, names its line, and is silent on what keeps them all."""

import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "lint_sql.py"

FUNCTION = """-- Threats are read here; a definer, since callers have no rights on tables.
CREATE OR REPLACE FUNCTION threat_get(
  p_threat_id uuid
) RETURNS SETOF threats
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_found boolean := false;
BEGIN
  PERFORM _enter(p_threat_id, 'reader');
  RETURN QUERY
  SELECT t.*
  FROM threats t
  WHERE t.id = p_threat_id;
END
$$;
COMMENT ON FUNCTION threat_get IS 'Returns a threat.';
REVOKE ALL ON FUNCTION threat_get FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_get TO tmi_app;
ALTER FUNCTION threat_get OWNER TO tmi_api;
"""
OTHER = FUNCTION.replace("threat_get", "threat_list")
INLINED = """-- Inlined, hence without a SET clause.
CREATE OR REPLACE FUNCTION _one() RETURNS integer
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $$ SELECT 1 $$;
COMMENT ON FUNCTION _one IS 'Returns one.';
REVOKE ALL ON FUNCTION _one FROM PUBLIC;
"""
TABLE = """CREATE TABLE threats (
  id uuid NOT NULL,
  model_id uuid,
  CONSTRAINT threats_pkey PRIMARY KEY (id),
  CONSTRAINT threats_model_id_fkey FOREIGN KEY (model_id) REFERENCES models (id) ON DELETE CASCADE
);
COMMENT ON TABLE threats IS 'Threats.';
COMMENT ON COLUMN threats.id IS 'Which.';
COMMENT ON COLUMN threats.model_id IS 'Whose.';
COMMENT ON CONSTRAINT threats_pkey ON threats IS 'One id.';
COMMENT ON CONSTRAINT threats_model_id_fkey ON threats IS 'Go with the model.';
CREATE INDEX idx_threats_model_id ON threats (model_id);
COMMENT ON INDEX idx_threats_model_id IS 'Which of this model?';
CREATE OR REPLACE TRIGGER threats_touch BEFORE UPDATE ON threats FOR EACH ROW EXECUTE FUNCTION _touch();
COMMENT ON TRIGGER threats_touch ON threats IS 'Time moves on.';
"""
POLICIES = """ALTER TABLE threats ENABLE ROW LEVEL SECURITY;
ALTER TABLE threats FORCE ROW LEVEL SECURITY;
REVOKE ALL ON threats FROM PUBLIC, tmi_api;
DROP POLICY IF EXISTS threats_select_api ON threats;
CREATE POLICY threats_select_api ON threats FOR SELECT TO tmi_api USING (current_setting('tmi.scope') <> '');
COMMENT ON POLICY threats_select_api ON threats IS 'Who looks.';
"""
ANSWER = "BEGIN IF p_all THEN RETURN QUERY SELECT * FROM _enter_page(_limit(1), NULL)"
MIGRATION = "-- Nothing yet.\n\nSET LOCAL lock_timeout TO '1s';\nCREATE INDEX a ON threats (id);\n"

GET, LIST, ONE, TABLE_FILE, POLICY_FILE, UP = (
    "functions/threats/threat_get.sql",
    "functions/threats/threat_list.sql",
    "functions/shared/_one.sql",
    "schema/threats.sql",
    "policies/threats.sql",
    "migrations/001_begin.up.sql",
)
TREE = {GET: FUNCTION, LIST: OTHER, ONE: INLINED, TABLE_FILE: TABLE, POLICY_FILE: POLICIES, UP: MIGRATION}

# The file, what is replaced by what in it, and what must be found.
BREACHES = [
    (GET, "RETURN QUERY\n", "RETURN QERY\n", "2: syntax: "),
    (TABLE_FILE, "id uuid NOT NULL", "id uuid NOT NUL", "2: syntax: syntax error"),
    (GET, "FUNCTION threat_get(", "FUNCTION threat_fetch(", "2: file-name: the function is threat_fetch"),
    (GET, "COMMENT ON", "CREATE FUNCTION more() RETURNS int LANGUAGE sql RETURN 1;\nCOMMENT ON", "1: one-function: "),
    (GET, "-- Threats are read here; a definer, since callers have no rights on tables.\n", "", "1: why: "),
    (GET, "CREATE OR REPLACE", "CREATE", "2: replace: "),
    (GET, "STABLE\n", "", "2: volatility: "),
    (GET, "PARALLEL UNSAFE\n", "", "2: parallel: "),
    (GET, "SET search_path FROM CURRENT\n", "", "2: search-path: "),
    (GET, "SET search_path FROM CURRENT", "SET search_path TO pg_temp", "2: search-path: "),
    (ONE, "LANGUAGE sql\n", "LANGUAGE sql\nSECURITY DEFINER\n", "2: search-path: "),
    (
        GET,
        "SET row_security TO on\n",
        "",
        "2: definer-settings: a SECURITY DEFINER function needs SET row_security TO on",
    ),
    (GET, "SET row_security TO on", "SET row_security TO off", "2: definer-settings: "),
    (GET, "SET standard_conforming_strings TO on\n", "", "2: definer-settings: "),
    (GET, "ALTER FUNCTION threat_get OWNER TO tmi_api;\n", "", "2: definer-owner: "),
    (GET, "OWNER TO tmi_api", "OWNER TO tmi_owner", "2: definer-owner: "),
    (GET, "COMMENT ON FUNCTION threat_get IS 'Returns a threat.';\n", "", "1: comment: COMMENT ON FUNCTION threat_get"),
    (GET, "IS 'Returns a threat.'", "IS NULL", "1: comment: COMMENT ON FUNCTION threat_get"),
    (GET, "REVOKE ALL ON FUNCTION threat_get FROM PUBLIC;\n", "", "1: revoke: "),
    (
        GET,
        "REVOKE ALL ON FUNCTION threat_get FROM PUBLIC",
        "REVOKE ALL ON FUNCTION threat_get FROM tmi_auth",
        "1: revoke: ",
    ),
    (GET, "TO tmi_app;", "TO tmi_app, PUBLIC;", "25: public: "),
    (GET, "  PERFORM _enter(p_threat_id, 'reader');\n", "", "2: enter-first: "),
    (GET, "  PERFORM _enter", "  DELETE FROM threats;\n  PERFORM _enter", "2: enter-first: "),
    (GET, "  PERFORM _enter", "  PERFORM lower('a');\n  PERFORM _enter", "2: enter-first: "),
    (
        GET,
        "PERFORM _enter(p_threat_id, 'reader')",
        "IF _enter(p_threat_id, 'reader') = '' THEN END IF",
        "2: enter-first: ",
    ),
    (
        GET,
        "PERFORM _enter(p_threat_id, 'reader')",
        "SELECT * INTO v_x FROM _enter_all() e",
        "2: enter-first: ",
    ),
    (GET, "boolean := false", "text := lower('A')", "2: enter-first: "),
    (GET, "  PERFORM _enter(", "  -- _enter(\n  PERFORM lower(", "2: enter-first: "),
    (
        GET,
        "FROM threats t\n",
        "FROM threat_list(p_threat_id) t\n",
        "19: api-calls-api: an API function calls another: threat_list",
    ),
    (GET, "SECURITY DEFINER\n", "", "2: api-definer: "),
    (GET, "FROM threats t\n", "FROM tmi.threats t\n", "19: schema-name: tmi names a schema"),
    (GET, "FROM threats t\n", 'FROM "public".threats t\n', '19: schema-name: "public" names a schema'),
    (TABLE_FILE, "CREATE TABLE threats", "CREATE TABLE tmi.threats", "1: schema-name: "),
    (TABLE_FILE, " ON DELETE CASCADE", "", "5: on-delete: foreign key threats_model_id_fkey does not say ON DELETE"),
    (TABLE_FILE, "CONSTRAINT threats_pkey PRIMARY KEY (id)", "PRIMARY KEY (id)", "4: named-constraint: "),
    (TABLE_FILE, "model_id uuid,", "model_id uuid CHECK (model_id <> id),", "3: named-constraint: "),
    (TABLE_FILE, "INDEX idx_threats_model_id ON", "INDEX ON", "12: named-index: "),
    (TABLE_FILE, "COMMENT ON TABLE threats IS 'Threats.';\n", "", "1: comment: COMMENT ON TABLE threats is missing"),
    (
        TABLE_FILE,
        "COMMENT ON COLUMN threats.model_id IS 'Whose.';\n",
        "",
        "3: comment: COMMENT ON COLUMN threats.model_id",
    ),
    (
        TABLE_FILE,
        "COMMENT ON CONSTRAINT threats_pkey ON threats IS 'One id.';\n",
        "",
        "4: comment: COMMENT ON CONSTRAINT",
    ),
    (
        TABLE_FILE,
        "COMMENT ON INDEX idx_threats_model_id IS 'Which of this model?';\n",
        "",
        "12: comment: COMMENT ON INDEX",
    ),
    (
        TABLE_FILE,
        "COMMENT ON TRIGGER threats_touch ON threats IS 'Time moves on.';\n",
        "",
        "14: comment: COMMENT ON TRIGGER",
    ),
    (
        POLICY_FILE,
        "ALTER TABLE threats ENABLE ROW LEVEL SECURITY;\n",
        "",
        "1: row-security: ALTER TABLE threats ENABLE",
    ),
    (POLICY_FILE, "ALTER TABLE threats FORCE ROW LEVEL SECURITY;\n", "", "1: row-security: ALTER TABLE threats FORCE"),
    (POLICY_FILE, "FORCE ROW", "NO FORCE ROW", "1: row-security: ALTER TABLE threats FORCE"),
    (POLICY_FILE, "DROP POLICY IF EXISTS threats_select_api ON threats;\n", "", "4: replace: "),
    (POLICY_FILE, "DROP POLICY IF EXISTS", "DROP POLICY", "5: replace: "),
    (
        POLICY_FILE,
        "COMMENT ON POLICY threats_select_api ON threats IS 'Who looks.';\n",
        "",
        "5: comment: COMMENT ON POLICY",
    ),
    (POLICY_FILE, "CREATE POLICY threats_select_api", "CREATE POLICY select_api", "5: policy-name: "),
    (POLICY_FILE, "ON threats FOR SELECT", "ON models FOR SELECT", "5: policy-name: "),
    (POLICY_FILE, "FOR SELECT TO tmi_api", "FOR SELECT", "5: public: "),
    (UP, "CREATE INDEX", "BEGIN;\nCREATE INDEX", "4: transaction: "),
    (UP, "(id);\n", "(id);\nCOMMIT;\n", "5: transaction: "),
    (UP, "SET LOCAL lock_timeout TO '1s'", "SET search_path TO a", "3: session: "),
    (UP, "SET LOCAL lock_timeout TO '1s'", "SET ROLE tmi_owner", "3: session: "),
    (UP, "CREATE INDEX a ON", "CREATE INDEX ON", "4: named-index: "),
    (
        UP,
        "CREATE INDEX a ON threats (id)",
        "ALTER TABLE threats ADD FOREIGN KEY (id) REFERENCES a (id)",
        "4: on-delete: ",
    ),
]


@pytest.fixture(scope="module")
def linter() -> Any:
    spec = importlib.util.spec_from_file_location("lint_sql", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["lint_sql"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["lint_sql"]


def write(root: Path, files: Mapping[str, str]) -> Path:
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def found(linter: Any, root: Path) -> list[str]:
    return [str(finding).removeprefix(f"{root}/") for finding in linter.lint(root)]


def test_files_that_keep_every_rule_pass(linter: Any, tmp_path: Path) -> None:
    assert found(linter, write(tmp_path, TREE)) == []


@pytest.mark.parametrize(
    ("file", "former", "latter", "finding"),
    BREACHES,
    ids=[f"{n}-{each[3].split(':')[1].strip()}" for n, each in enumerate(BREACHES)],
)
def test_a_breach_is_found_where_it_stands(
    linter: Any, tmp_path: Path, file: str, former: str, latter: str, finding: str
) -> None:
    assert former in TREE[file]
    write(tmp_path, TREE | {file: TREE[file].replace(former, latter, 1)})
    lines = found(linter, tmp_path)
    assert any(line.startswith(f"{file}:{finding}") for line in lines), lines


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN PERFORM _open(); END",
        "BEGIN PERFORM _enter_new(p_id); END",
        "DECLARE v_actor text := _open(); v_id uuid := lower('a'); BEGIN END",
        "DECLARE v_x integer := 1; v_role text; BEGIN v_role := _enter(p_id, 'owner'); END",
        f"{ANSWER}; RETURN; END IF; PERFORM _open(); END",
    ],
)
def test_what_comes_first_may_be_worded_in_several_ways(linter: Any, body: str) -> None:
    assert linter.enters_first(body)


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN END",
        "BEGIN RETURN 1; PERFORM _open(); END",
        "BEGIN v_x := 1; PERFORM _open(); END",
        "BEGIN SELECT 1 INTO v_x FROM threats WHERE _open() = ''; END",
        "DECLARE v_x text := now(); BEGIN PERFORM _open(); END",
        "BEGIN PERFORM '_open()'; PERFORM lower(''); END",
        f"{ANSWER}; RETURN; END IF; DELETE FROM threats; END",
        f"{ANSWER}; END IF; PERFORM _open(); END",
        f"{ANSWER} p, threats t; RETURN; END IF; PERFORM _open(); END",
        f"{ANSWER.replace('p_all', 'lower(a) = b')}; RETURN; END IF; PERFORM _open(); END",
    ],
)
def test_anything_before_it_counts(linter: Any, body: str) -> None:
    assert not linter.enters_first(body)


def test_the_names_of_settings_are_not_names_of_schemas(linter: Any, tmp_path: Path) -> None:
    text = FUNCTION.replace("t.id = p_threat_id", "current_setting('tmi.scope', true) = 'public.x' -- tmi.x\n")
    assert found(linter, write(tmp_path, TREE | {GET: text})) == []


def test_a_variable_may_hold_rows_of_a_table(linter: Any, tmp_path: Path) -> None:
    text = FUNCTION.replace("v_found boolean := false;", "v_found threats[];")
    assert found(linter, write(tmp_path, TREE | {GET: text})) == []


def test_findings_are_lines_on_the_screen_and_an_exit_code(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    command = [sys.executable, str(SCRIPT), str(tmp_path)]
    assert subprocess.run(command, check=False, capture_output=True, text=True).returncode == 0
    write(tmp_path, {UP: "COMMIT;\n"})
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == f"{tmp_path}/{UP}:1: transaction: the runner begins and commits\n"


def test_the_project_keeps_its_own_rules() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT)], check=False, capture_output=True, text=True)
    assert done.stdout == ""
    assert done.returncode == 0
