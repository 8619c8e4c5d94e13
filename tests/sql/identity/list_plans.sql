-- A list must be complete whichever plan is chosen for it: policies read the scope when a plan happens to ask them, so
-- the function must have entered the models before.
SELECT plan(12);
SELECT tap.add_user('alice'), tap.add_user('bob');
INSERT INTO threat_models (name, owner_email, created_by)
SELECT 'Model ' || n, o.email, o.email
FROM (VALUES ('alice@example.com', 40), ('bob@example.com', 2000)) AS o (email, models)
CROSS JOIN LATERAL generate_series(1, o.models) AS n;
ANALYZE threat_models, threat_model_access;

CREATE FUNCTION pg_temp.lists_all(p_off text) RETURNS SETOF text
LANGUAGE plpgsql
AS $$
DECLARE
  v_setting text;
BEGIN
  PERFORM tap.act('alice@example.com');
  FOREACH v_setting IN ARRAY string_to_array(p_off, ' ') LOOP
    PERFORM set_config('enable_' || v_setting, 'off', true);
  END LOOP;
  RETURN NEXT results_eq('SELECT count(*) FROM threat_model_list()', ARRAY[40::bigint], 'the newest, without ' || p_off);
  RETURN NEXT results_eq('SELECT count(*) FROM threat_model_list(p_sort => ''name'')', ARRAY[40::bigint], 'by name, without ' || p_off);
END
$$;

SAVEPOINT unplanned;
SELECT pg_temp.lists_all('nestloop mergejoin');
ROLLBACK TO unplanned;
DISCARD PLANS;
SELECT pg_temp.lists_all('hashjoin mergejoin');
ROLLBACK TO unplanned;
DISCARD PLANS;
SELECT pg_temp.lists_all('hashjoin nestloop');
ROLLBACK TO unplanned;
DISCARD PLANS;
SELECT pg_temp.lists_all('indexscan bitmapscan indexonlyscan');
ROLLBACK TO unplanned;
DISCARD PLANS;
SELECT pg_temp.lists_all('seqscan hashjoin');
ROLLBACK TO unplanned;
DISCARD PLANS;
SELECT pg_temp.lists_all('seqscan nestloop');

SELECT * FROM finish();
