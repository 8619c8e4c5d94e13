-- The four counts of a model are true after every statement, however rows come and go, and nobody writes them.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');
CREATE TEMP TABLE ids AS SELECT tap.add_model('alice@example.com', 'One') AS one, tap.add_model('bob@example.com', 'Two') AS two;
CREATE FUNCTION tap.add(p_table text, p_model uuid, p_number integer DEFAULT 1) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE CASE p_table
    WHEN 'threats' THEN 'INSERT INTO threats (threat_model_id, name) SELECT $1, ''t'' FROM generate_series(1, $2)'
    WHEN 'diagrams' THEN 'INSERT INTO diagrams (threat_model_id, name, type) SELECT $1, ''d'', ''DFD-1.0.0'' FROM generate_series(1, $2)'
    ELSE format('INSERT INTO %I (threat_model_id, name, url) SELECT $1, ''n'', ''https://x'' FROM generate_series(1, $2)', p_table)
  END USING p_model, p_number;
END
$$;
-- What is cached for a table, model by model, against what is there.
CREATE FUNCTION tap.right_count(p_table text, p_why text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN is_empty(
    format(
      'SELECT m.name, m.%2$I FROM threat_models m WHERE m.%2$I <> (SELECT count(*) FROM %1$I c WHERE c.threat_model_id = m.id)',
      p_table, rtrim(p_table, 's') || '_count'
    ),
    format('%s: %s', p_table, p_why)
  );
END
$$;
CREATE TEMP TABLE counted AS SELECT unnest(ARRAY['threats', 'diagrams', 'documents', 'sources']) AS name;

-- Forged, at the start
INSERT INTO threat_models (name, owner_email, created_by, document_count, source_count, diagram_count, threat_count)
VALUES ('Forged', 'alice@example.com', 'alice@example.com', 1, 2, 3, 4);
SELECT results_eq(
  $$SELECT document_count, source_count, diagram_count, threat_count FROM threat_models WHERE name = 'Forged'$$, 'VALUES (0, 0, 0, 0)',
  'a new model holds nothing, whatever its row says'
);
SELECT throws_ok(
  $$INSERT INTO threat_models (name, owner_email, created_by, threat_count) VALUES ('x', 'alice@example.com', 'alice@example.com', 3) ON CONFLICT (id) DO UPDATE SET threat_count = 3 RETURNING 1 / threat_count$$,
  '22012', NULL, 'its first reader sees that too'
);
-- Forged, later
SELECT throws_ok(format('UPDATE threat_models SET %I = 7', c), 'TM422', c || ' is counted, not written', c || ' cannot be written by a superuser')
FROM unnest(ARRAY['document_count', 'source_count', 'diagram_count', 'threat_count']) AS c;
SET LOCAL ROLE tmi_owner;
SELECT throws_ok('UPDATE threat_models SET threat_count = threat_count + 1', 'TM422', 'threat_count is counted, not written', 'nor by the owner of the table');
SELECT throws_ok($$UPDATE threat_models SET name = 'x', source_count = 9$$, 'TM422', 'source_count is counted, not written', 'nor beside another change');
RESET ROLE;
SELECT throws_ok(
  $$INSERT INTO threat_models (id, name, owner_email, created_by) SELECT one, 'x', 'alice@example.com', 'alice@example.com' FROM ids ON CONFLICT (id) DO UPDATE SET diagram_count = 5$$,
  'TM422', 'diagram_count is counted, not written', 'nor by an upsert'
);
SELECT throws_ok(
  $$MERGE INTO threat_models m USING ids ON m.id = one WHEN MATCHED THEN UPDATE SET threat_count = 5$$,
  'TM422', 'threat_count is counted, not written', 'nor by a merge'
);
SELECT lives_ok('UPDATE threat_models SET threat_count = threat_count, document_count = document_count', 'a count that stays the same may be named');
SELECT tap.api('alice@example.com');
SELECT throws_ok('UPDATE threat_models SET threat_count = 7', '42501', NULL, 'a function of the API has no right to');
SELECT throws_ok($$INSERT INTO threat_models (name, owner_email, created_by, threat_count) VALUES ('x', 'alice@example.com', 'alice@example.com', 1)$$, '42501', NULL, 'not even for a new model');
SELECT tap.reset();

-- Rows come
SELECT tap.add(name, one) FROM counted, ids;
SELECT tap.right_count(name, 'one row counts') FROM counted;
SELECT tap.add(name, one, 3) FROM counted, ids;
SELECT tap.right_count(name, 'several rows of a model count') FROM counted;
SELECT tap.add(name, one, 0) FROM counted, ids;
SELECT tap.right_count(name, 'no rows count nothing') FROM counted;
SELECT results_eq(
  'SELECT document_count, source_count, diagram_count, threat_count FROM threat_models, ids WHERE id = one', 'VALUES (4, 4, 4, 4)', 'each count is of its own table'
);
INSERT INTO threats (threat_model_id, name) SELECT m, 't' FROM ids, unnest(ARRAY[two, one, two, two]) AS m;
INSERT INTO diagrams (threat_model_id, name, type) SELECT m, 'd', 'DFD-1.0.0' FROM ids, unnest(ARRAY[two, one, two]) AS m;
INSERT INTO documents (threat_model_id, name, url) SELECT m, 'd', 'https://x' FROM ids, unnest(ARRAY[two, one, two]) AS m;
INSERT INTO sources (threat_model_id, name, url) SELECT m, 's', 'https://x' FROM ids, unnest(ARRAY[two, one, two]) AS m;
SELECT tap.right_count(name, 'rows of several models count where they belong') FROM counted;
DO $$
BEGIN
  EXECUTE (SELECT format('COPY threats (threat_model_id, name) FROM PROGRAM %L', format('printf "%s\tt\n%s\tt\n%s\tt\n"', one, two, one)) FROM ids);
  EXECUTE (SELECT format('COPY diagrams (threat_model_id, name, type) FROM PROGRAM %L', format('printf "%s\td\tDFD-1.0.0\n"', two)) FROM ids);
  EXECUTE (SELECT format('COPY documents (threat_model_id, name, url) FROM PROGRAM %L', format('printf "%s\td\thttps://x\n"', two)) FROM ids);
  EXECUTE (SELECT format('COPY sources (threat_model_id, name, url) FROM PROGRAM %L', format('printf "%s\td\thttps://x\n"', two)) FROM ids);
END
$$;
SELECT tap.right_count(name, 'rows that were copied in count') FROM counted;
WITH new AS (INSERT INTO threats (threat_model_id, name) SELECT one, 'from a WITH' FROM ids RETURNING threat_model_id)
INSERT INTO documents (threat_model_id, name, url) SELECT threat_model_id, 'd', 'https://x' FROM new;
SELECT tap.right_count(name, 'two tables in one statement count') FROM counted;

-- Upserts
CREATE TEMP TABLE known AS SELECT t.id, t.threat_model_id FROM threats t LIMIT 2;
INSERT INTO threats (id, threat_model_id, name) SELECT id, threat_model_id, 'again' FROM known ON CONFLICT (id) DO NOTHING;
SELECT tap.right_count('threats', 'an insert that does nothing counts nothing');
INSERT INTO threats (id, threat_model_id, name) SELECT id, threat_model_id, 'again' FROM known ON CONFLICT (id) DO UPDATE SET name = excluded.name;
SELECT tap.right_count('threats', 'nor one that changes');
INSERT INTO threats (id, threat_model_id, name)
SELECT id, threat_model_id, 'again' FROM known UNION ALL SELECT uuid_generate_v4(), threat_model_id, 'new' FROM known
ON CONFLICT (id) DO UPDATE SET name = excluded.name;
SELECT tap.right_count('threats', 'one that does both counts the new');
MERGE INTO threats t USING (SELECT id, threat_model_id FROM known UNION ALL SELECT uuid_generate_v4(), one FROM ids) s ON t.id = s.id
WHEN MATCHED THEN DELETE
WHEN NOT MATCHED THEN INSERT (threat_model_id, name) VALUES (s.threat_model_id, 'merged');
SELECT tap.right_count('threats', 'a merge counts what it added and what it took');

-- A statement that fails
SELECT throws_ok($$INSERT INTO threats (threat_model_id, name) SELECT one, n FROM ids, unnest(ARRAY['good', '']) AS n$$, '23514', NULL, 'a bad row among good ones');
SELECT tap.right_count('threats', 'leaves no count behind');
SELECT throws_ok($$INSERT INTO threats (threat_model_id, name) VALUES ('00000000-0000-4000-8000-000000000000', 'x')$$, '23503', NULL, 'a row of no model is the foreign key''s business');

-- Rows go
DELETE FROM threats WHERE id = (SELECT min(id::text)::uuid FROM threats);
SELECT tap.right_count('threats', 'one that goes is taken off');
DELETE FROM threats WHERE false;
SELECT tap.right_count('threats', 'none that goes is not');
DELETE FROM documents d USING ids WHERE d.threat_model_id = one;
DELETE FROM sources s USING ids WHERE s.threat_model_id = two;
DELETE FROM diagrams WHERE id IN (SELECT id FROM diagrams ORDER BY id LIMIT 3);
DELETE FROM threats WHERE id IN (SELECT id FROM threats ORDER BY id LIMIT 3);
SELECT tap.right_count(name, 'several that go are taken off') FROM counted;
SELECT lives_ok('DELETE FROM threat_models m USING ids WHERE m.id = two', 'a model goes with everything in it');
SELECT tap.right_count(name, 'the others'' counts stay') FROM counted;
SELECT tap.add(c.name, m.id, 2) FROM counted c, threat_models m;
SELECT lives_ok('DELETE FROM threat_models m USING ids WHERE m.id <> one', 'so do several');
SELECT tap.right_count(name, 'and the last one''s counts stay') FROM counted;
SELECT tap.add('threats', tap.add_model('bob@example.com', 'Other'), 2);

SAVEPOINT full_tables;
TRUNCATE threats;
SELECT tap.right_count(name, 'a table that is emptied counts for nothing') FROM counted;
SELECT isnt((SELECT sum(diagram_count) FROM threat_models), 0::bigint, 'and the others go on counting');
TRUNCATE documents, sources;
SELECT tap.right_count(name, 'so do two at once') FROM counted;
TRUNCATE diagrams CASCADE;
SELECT tap.right_count(name, 'and one with what refers to it') FROM counted;
ROLLBACK TO full_tables;
SELECT tap.right_count(name, 'emptying that is taken back was none') FROM counted;
SELECT lives_ok('TRUNCATE threat_models CASCADE', 'all models can be emptied');

-- A dump of the data alone: models with their counts first, then what they count.
SELECT tap.add_model('alice@example.com', 'Restored');
CREATE TEMP TABLE dumped AS SELECT uuid_generate_v4() AS id;
INSERT INTO threat_models (id, name, owner_email, created_by, threat_count) SELECT id, 'Dumped', 'alice@example.com', 'alice@example.com', 2 FROM dumped;
INSERT INTO threats (threat_model_id, name) SELECT id, 't' FROM dumped, generate_series(1, 2);
SELECT tap.right_count(name, 'a restore counts nothing twice') FROM counted;
-- And one that holds triggers back, as pg_restore --disable-triggers does.
SET LOCAL session_replication_role TO replica;
INSERT INTO threat_models (name, owner_email, created_by, threat_count) VALUES ('Held back', 'alice@example.com', 'alice@example.com', 2);
INSERT INTO threats (threat_model_id, name) SELECT id, 't' FROM threat_models, generate_series(1, 2) WHERE name = 'Held back';
SET LOCAL session_replication_role TO origin;
SELECT tap.right_count(name, 'nor does one that brings the counts with it') FROM counted;

-- Counting is no change of the model
SELECT is((SELECT modified_at FROM threat_models WHERE name = 'Dumped'), (SELECT created_at FROM threat_models WHERE name = 'Dumped'), 'counting does not move modified_at');

SELECT * FROM finish();
