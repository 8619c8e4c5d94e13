-- modified_at moves with every change of a row, never without one, and never by hand.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');
CREATE TEMP TABLE ids AS SELECT tap.add_model('alice@example.com', 'One') AS model;
INSERT INTO diagrams (threat_model_id, name, type, cells) SELECT model, 'd', 'DFD-1.0.0', '[{"id": "a"}]' FROM ids;
INSERT INTO threats (threat_model_id, name) SELECT model, 't' FROM ids;
INSERT INTO documents (threat_model_id, name, url) SELECT model, 'd', 'https://x' FROM ids;
INSERT INTO sources (threat_model_id, name, url) SELECT model, 's', 'https://x' FROM ids;
INSERT INTO metadata (entity_type, entity_id, key, value) SELECT 'threat', id, 'k', 'v' FROM threats;
INSERT INTO user_providers (user_id, provider, provider_user_id) SELECT id, 'github', 'a' FROM users WHERE email = 'alice@example.com';
INSERT INTO collaboration_sessions (threat_model_id, websocket_url) SELECT model, 'wss://x' FROM ids;
DELETE FROM users WHERE email = 'bob@example.com';

CREATE TEMP TABLE touched (its_table text, change text);
INSERT INTO touched VALUES
  ('users', 'name = name || ''x'''), ('user_providers', 'provider_name = ''x'''), ('threat_models', 'description = ''x'''), ('threats', 'score = 1'), ('diagrams', 'cells = ''[{"id": "b"}]'''),
  ('documents', 'description = ''x'''), ('sources', 'parameters = ''{"refType": "tag", "refValue": "v1"}'''), ('metadata', 'value = ''x'''), ('collaboration_sessions', 'expires_at = now() + interval ''1 day''');
-- Runs an update of a row; says whether modified_at went on, stayed or went back, as its reader sees it.
CREATE FUNCTION tap.move(p_table text, p_change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_before timestamptz;
  v_returned timestamptz;
  v_after timestamptz;
BEGIN
  EXECUTE format('SELECT modified_at FROM %I', p_table) INTO STRICT v_before;
  EXECUTE format('UPDATE %I SET %s RETURNING modified_at', p_table, p_change) INTO STRICT v_returned;
  EXECUTE format('SELECT modified_at FROM %I', p_table) INTO STRICT v_after;
  RETURN CASE
    WHEN v_after <> v_returned THEN 'told otherwise'
    WHEN v_after > v_before THEN 'on'
    WHEN v_after = v_before THEN 'stays'
    ELSE 'back'
  END;
END
$$;

SELECT set_eq(
  $$SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attname = 'modified_at'$$,
  'SELECT its_table FROM touched', 'every table with the column is tried here'
);
SELECT is(tap.move(its_table, 'modified_at = ''infinity'''), 'stays', its_table || ': nobody sets it ahead') FROM touched;
SELECT is(tap.move(its_table, 'modified_at = ''2000-01-01'''), 'stays', its_table || ': nor back') FROM touched;
SELECT is(tap.move(its_table, 'id = id'), 'stays', its_table || ': an update that changes nothing leaves it') FROM touched;
SELECT is(tap.move(its_table, change), 'on', its_table || ': a change moves it, within a transaction too') FROM touched;
SELECT is(tap.move(its_table, change), CASE its_table WHEN 'users' THEN 'on' ELSE 'stays' END, its_table || ': the same once more does not') FROM touched;
SELECT is(tap.move('threats', 'name = ''y'', modified_at = ''infinity'''), 'on', 'a time beside a change is not taken');
SELECT ok((SELECT modified_at < now() + interval '1 second' FROM threats), 'but the present, or just after the last');

-- What a row held in the future
SET LOCAL session_replication_role TO replica;
UPDATE threats SET modified_at = now() + interval '1 year';
SET LOCAL session_replication_role TO origin;
SELECT is(tap.move('threats', 'name = ''z'''), 'on', 'a row from a clock that was ahead still goes on');
SELECT is((SELECT modified_at FROM threats), now() + interval '1 year 1 microsecond', 'by the least there is');
SET LOCAL session_replication_role TO replica;
UPDATE threats SET modified_at = now() - interval '1 year';
SET LOCAL session_replication_role TO origin;
UPDATE threats SET name = 'w';
SELECT is((SELECT modified_at FROM threats), now(), 'a row of long ago comes to the present');

-- What counts as a change
SELECT is(tap.move('diagrams', 'cells = ''[{"id": "b", "x": 1.0}]'''), 'on', 'a number in a drawing');
SELECT is(tap.move('diagrams', 'cells = ''[{"id": "b", "x": 1.00}]'''), 'on', 'even if only its digits change');
SELECT is(tap.move('diagrams', 'cells = ''[{"x": 1.00, "id": "b"}]'''), 'stays', 'not the order in which a cell was written');
SELECT is(tap.move('threats', 'description = '''''), 'on', 'an empty text is not none');
SELECT is(tap.move('threats', 'description = NULL'), 'on', 'nor none an empty one');
SELECT is(tap.move('threats', 'status = chr(233)'), 'on', 'a letter');
SELECT is(tap.move('threats', 'status = ''e'' || chr(769)'), 'on', 'and the same letter in two characters');
SELECT is(tap.move('threat_models', 'owner_email = owner_email'), 'stays', 'an owner who stays');
SELECT is(tap.move('users', 'last_login = now()'), 'on', 'a login');
INSERT INTO threats (threat_model_id, name) SELECT model, 'second' FROM ids;
SELECT is(tap.move('threat_models', 'name = name'), 'stays', 'a count is none');

-- Every column that a model may change in, but the counts
SELECT results_eq(
  $$SELECT a.attname::text COLLATE "default" FROM pg_attribute a
    WHERE a.attrelid = 'threat_models'::regclass AND a.attnum > 0 AND NOT a.attisdropped
      AND NOT a.attnum = ANY ((SELECT tgattr FROM pg_trigger WHERE tgrelid = a.attrelid AND tgname = 'threat_models_touch')::smallint[])
    ORDER BY 1$$,
  ARRAY['created_at', 'created_by', 'diagram_count', 'document_count', 'id', 'source_count', 'threat_count'],
  'all columns of a model move it, but those that never change and the counts'
);

-- Several rows, several times
CREATE TEMP TABLE before AS SELECT id, modified_at FROM threats;
UPDATE threats SET name = CASE name WHEN 'second' THEN 'changed' ELSE name END;
SELECT results_eq(
  'SELECT t.name FROM threats t JOIN before b USING (id) WHERE t.modified_at > b.modified_at', ARRAY['changed'], 'of many rows in an update only those move that change'
);
INSERT INTO threats (id, threat_model_id, name) SELECT id, threat_model_id, name FROM threats ON CONFLICT (id) DO UPDATE SET name = excluded.name;
SELECT is((SELECT count(*) FROM threats t JOIN before b USING (id) WHERE t.modified_at > b.modified_at), 1::bigint, 'an upsert that changes nothing moves nothing');

-- A long value that does not change is not stored anew.
UPDATE diagrams SET cells = (SELECT jsonb_agg(jsonb_build_object('id', md5(n::text), 'text', repeat(md5(n::text), 3))) FROM generate_series(1, 300) n);
CREATE TEMP TABLE stored AS SELECT pg_relation_size(reltoastrelid) AS size FROM pg_class WHERE oid = 'diagrams'::regclass;
UPDATE diagrams SET name = 'renamed' || n FROM generate_series(1, 1) n;
UPDATE diagrams SET cells = cells, name = name;
UPDATE diagrams SET description = 'described';
SELECT is((SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'diagrams'::regclass), (SELECT size FROM stored), 'a drawing is stored once, however often its row changes');

SELECT * FROM finish();
