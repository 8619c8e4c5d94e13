-- Lets a role that may not make temporary tables compare sets and bags with the real pgTAP: the superuser makes the
-- table, empty, and hands it to the acting role, which fills it with what it may see. Run with the schema `tap` first in
-- the search_path, after pgTAP. Nothing else in pgTAP minds a change of role: its state is open to PUBLIC.

CREATE OR REPLACE FUNCTION _temptable(text, text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_row record;
BEGIN
  PERFORM _hand_over(format(E'%s\nWITH NO DATA', rtrim(_query($1), E'; \n')), $2);
  FOR v_row IN EXECUTE _query($1) LOOP
    EXECUTE format('INSERT INTO pg_temp.%I SELECT (%L::pg_temp.%I).*', $2, v_row, $2);
  END LOOP;
  RETURN $2;
END
$$;

CREATE OR REPLACE FUNCTION _temptable(anyarray, text) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM _hand_over(format('SELECT u FROM unnest(%L::%s) AS u', $1, pg_typeof($1)), $2);
  RETURN $2;
END
$$;

CREATE FUNCTION _hand_over(p_query text, p_table text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  v_role text := current_setting('role');
BEGIN
  PERFORM set_config('role', 'none', true);
  EXECUTE format('CREATE TEMP TABLE %I AS %s', p_table, p_query);
  IF v_role <> 'none' THEN
    EXECUTE format('ALTER TABLE pg_temp.%I OWNER TO %I', p_table, v_role);
  END IF;
  PERFORM set_config('role', v_role, true);
END
$$;
