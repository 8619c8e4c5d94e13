"""The API's own functions behind guards that check less, or nothing.

They keep all that a function under row-level security has: the definers' settings, the scope, the policies. What they
cost beside hand-written SQL no such design can fall below, however cheap its checks.
"""

from typing import Any

import psycopg

from .workbench import SCHEMA, value

UNCHECKED = "API, nothing checked"
LEAST = "API, least checked"

_GUARD = """
CREATE OR REPLACE FUNCTION {name}(p_threat_model_id uuid, p_role text) RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $${body}$$;
REVOKE ALL ON FUNCTION {name} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {name} TO tmi_api;
ALTER FUNCTION {name} OWNER TO tmi_guard;
"""
_NOTHING = """
BEGIN
  RETURN set_config('tmi.scope', left(p_role, 1) || ':' || p_threat_model_id, true);
END
"""
# The signature and the access row in one query. Left out is whether the key is retired, whether the context expired or
# is malformed, and what to say to whom.
_SIGNATURE_AND_ROLE = """
DECLARE
  v_context text := current_setting('tmi.context', true);
  v_role text;
BEGIN
  SELECT CASE WHEN set_config('tmi.scope', left(p_role, 1) || ':' || p_threat_model_id, true) <> '' THEN a.role END
  INTO v_role
  FROM threat_model_access a
  WHERE a.threat_model_id = p_threat_model_id
    AND a.user_email = (
      SELECT convert_from(
        decode(translate(split_part(v_context, '.', 3), '-_', '+/') || repeat('=', -length(split_part(v_context, '.', 3)) & 3), 'base64'),
        'UTF8'
      )
      FROM context_keys k
      WHERE k.id = split_part(v_context, '.', 2)
        AND split_part(v_context, '.', 5)
          = encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(left(v_context, -65), 'UTF8'))), 'hex')
    );
  RETURN v_role;
END
"""  # noqa: E501 - SQL
_RIGHTS = """
REVOKE ALL ON FUNCTION {name} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {name} TO tmi_app;
ALTER FUNCTION {name} OWNER TO tmi_api;
"""


def unchecked(owner: psycopg.Connection[Any], call: str) -> str:
    """Copy a function of the API into one that asks neither who calls nor what his role is.

    Args:
        owner: a superuser's connection to a workbench, where the copy stays until it is dropped.
        call: a call of the function that enters one model, which begins with its name.

    Returns:
        The same call of the copy.
    """
    return _behind(owner, call, "unchecked", _NOTHING)


def least_checked(owner: psycopg.Connection[Any], call: str) -> str:
    """Copy a function of the API into one that checks a signature and finds the caller's role, in one query.

    Args:
        owner: a superuser's connection to a workbench, where the copy stays until it is dropped.
        call: a call of the function that enters one model for reading, which begins with its name.

    Returns:
        The same call of the copy.
    """
    return _behind(owner, call, "least_checked", _SIGNATURE_AND_ROLE)


def _behind(owner: psycopg.Connection[Any], call: str, suffix: str, body: str) -> str:
    name, bracket, arguments = call.partition("(")
    copy, guard = f"{name}_{suffix}", f"_enter_{suffix}"
    definition = str(value(owner, "SELECT pg_get_functiondef(%s::regproc)", name))
    definition = definition.replace(f"{SCHEMA}.{name}(", f"{SCHEMA}.{copy}(").replace(" _enter(", f" {guard}(")
    assert copy in definition, definition
    assert f"{guard}(" in definition, definition
    for text in (_GUARD.format(name=guard, body=body), definition, _RIGHTS.format(name=copy)):
        owner.execute(text.encode(), prepare=False)
    return f"{copy}{bracket}{arguments}"
