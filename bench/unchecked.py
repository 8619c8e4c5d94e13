"""The API's own functions behind a guard that checks nothing.

They keep all that a function under row-level security has: the definers' settings, the scope, the policies. What they
cost beside hand-written SQL no such design can fall below, however cheap its checks.
"""

from typing import Any

import psycopg

from .workbench import SCHEMA, value

UNCHECKED = "API, nothing checked"

_GUARD = """
CREATE OR REPLACE FUNCTION _enter_unchecked(p_threat_model_id uuid, p_role text) RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
BEGIN
  RETURN set_config('tmi.scope', left(p_role, 1) || ':' || p_threat_model_id, true);
END
$$;
REVOKE ALL ON FUNCTION _enter_unchecked FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _enter_unchecked TO tmi_api;
ALTER FUNCTION _enter_unchecked OWNER TO tmi_guard;
"""
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
    name, bracket, arguments = call.partition("(")
    copy = f"{name}_unchecked"
    definition = str(value(owner, "SELECT pg_get_functiondef(%s::regproc)", name))
    definition = definition.replace(f"{SCHEMA}.{name}(", f"{SCHEMA}.{copy}(").replace(" _enter(", " _enter_unchecked(")
    assert copy in definition, definition
    assert "_enter_unchecked(" in definition, definition
    for text in (_GUARD, definition, _RIGHTS.format(name=copy)):
        owner.execute(text.encode(), prepare=False)
    return f"{copy}{bracket}{arguments}"
