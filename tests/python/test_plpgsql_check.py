"""What PL/pgSQL looks at only when a line runs, plpgsql_check looks at in every line."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from support.database import SCHEMA, Connection, Database

pytestmark = pytest.mark.needs("plpgsql_check")

# Each function, and each trigger function on each of its tables with its transition tables. A trigger on TRUNCATE can
# have none, and its function is checked as the others on the table see it.
FINDINGS = """
WITH checked AS (
  SELECT p.oid AS function, 0::oid AS relation, NULL::name AS old, NULL::name AS new
  FROM pg_proc p
  JOIN pg_language l ON l.oid = p.prolang
  WHERE l.lanname = 'plpgsql'
    AND p.pronamespace = %(schema)s::regnamespace
    AND p.prorettype <> 'trigger'::regtype
  UNION
  SELECT t.tgfoid, t.tgrelid, t.tgoldtable, t.tgnewtable
  FROM pg_trigger t
  JOIN pg_proc p ON p.oid = t.tgfoid
  WHERE p.pronamespace = %(schema)s::regnamespace
    AND (
      t.tgtype & 32 = 0
      OR NOT EXISTS (
        SELECT
        FROM pg_trigger o
        WHERE o.tgfoid = t.tgfoid
          AND o.tgrelid = t.tgrelid
          AND o.tgtype & 32 = 0
      )
    )
)
SELECT concat_ws(' on ', p.proname, c.relname), concat_ws(': ', f.level || ' in line ' || f.lineno, f.message, f.detail)
FROM checked h
JOIN pg_proc p ON p.oid = h.function
LEFT JOIN pg_class c ON c.oid = h.relation
CROSS JOIN LATERAL checker.plpgsql_check_function_tb(
  h.function, h.relation, fatal_errors => false, performance_warnings => true, security_warnings => true,
  oldtable => h.old, newtable => h.new
) f
ORDER BY 1, 2
"""

UNUSED = """
SELECT p.proname
FROM pg_proc p
WHERE p.pronamespace = %(schema)s::regnamespace
  AND p.prorettype = 'trigger'::regtype
  AND p.oid NOT IN (SELECT tgfoid FROM pg_trigger)
"""

# What is found and is no fault: where, what, why.
FALSE_ALARMS = {
    (".*", 'never read variable "v_entered"'): "an assignment is one expression, where PERFORM is a query",
    ("_row_notify on threat_models", 'record "new" has no field "threat_model_id"'): "the trigger's argument decides",
    (
        "diagram_list|threat_model_search",
        r"OUT variable \S+ is maybe unmodified: cannot to determine result of dynamic",
    ): "the columns of dynamic SQL are known when it runs",
    (
        "(diagram|document|source|threat|threat_model)_list",
        "text type variable is not sanitized: The EXECUTE expression",
    ): "_filter_clause and _page_clause quote by format(), where plpgsql_check does not look",
    ("_search", "text type variable is not sanitized: The EXECUTE expression"): "what is formatted is constants",
    ("cell_apply_ops", r'cast "text" value to "\w+\[\]" type'): "an empty array, as a literal",
}


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    """A superuser's connection to a copy that has the extension, outside the schema under test."""
    with database.connect() as connection:
        connection.execute("CREATE SCHEMA checker")
        connection.execute("CREATE EXTENSION plpgsql_check SCHEMA checker")
        yield connection


def findings(conn: Connection) -> list[str]:
    """Return what plpgsql_check finds in the whole installation, false alarms left out."""
    return [
        f"{where}: {what}"
        for where, what in conn.execute(FINDINGS, {"schema": SCHEMA})
        if not any(re.fullmatch(place, where) and re.search(alarm, what) for place, alarm in FALSE_ALARMS)
    ]


def test_no_line_of_any_function_is_at_fault(conn: Connection) -> None:
    assert findings(conn) == []


def test_every_trigger_function_is_used_by_a_trigger_and_so_checked(conn: Connection) -> None:
    assert conn.execute(UNUSED, {"schema": SCHEMA}).fetchall() == []


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        (
            "BEGIN IF false THEN PERFORM t.nme FROM threats t; END IF; END",
            "error in line 1: column t.nme does not exist",
        ),
        ("DECLARE v_no text; BEGIN NULL; END", 'warning in line 1: unused variable "v_no"'),
        (
            "DECLARE v_id uuid := 'x'; BEGIN RAISE '%', v_id; END",
            "warning in line 1: target type is different type than",
        ),
        ("BEGIN EXECUTE 'SELECT ' || p_text; END", "security in line 1: text type variable is not sanitized"),
    ],
)
def test_a_fault_in_a_function_is_found(conn: Connection, body: str, finding: str) -> None:
    conn.execute(f"CREATE FUNCTION wrong(p_text text) RETURNS void LANGUAGE plpgsql AS $$ {body} $$")
    assert any(found.startswith(f"wrong: {finding}") for found in findings(conn))


def test_a_fault_in_a_trigger_is_found_with_its_transition_table(conn: Connection) -> None:
    conn.execute(
        "CREATE FUNCTION wrong() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM c.id, c.nme FROM changed c; RETURN NULL; END $$;"
        " CREATE TRIGGER wrong AFTER INSERT ON threats REFERENCING NEW TABLE AS changed"
        " FOR EACH STATEMENT EXECUTE FUNCTION wrong()"
    )
    assert "wrong on threats: error in line 1: column c.nme does not exist" in findings(conn)
