-- Metadata describes something that is there, in the model that it names, and goes with it; for every way it can come or go.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');
CREATE TEMP TABLE ids AS
SELECT tap.add_model('alice@example.com', 'Mine') AS model, tap.add_model('bob@example.com', 'Other') AS other,
  uuid_generate_v4() AS diagram, uuid_generate_v4() AS threat, uuid_generate_v4() AS document, uuid_generate_v4() AS source, uuid_generate_v4() AS foreign_threat;
INSERT INTO diagrams (id, threat_model_id, name, type, cells) SELECT diagram, model, 'd', 'DFD-1.0.0', '[{"id": "a"}, {"id": "b"}, {"id": 7}, "a", null]' FROM ids;
INSERT INTO threats (id, threat_model_id, name) SELECT threat, model, 't' FROM ids;
INSERT INTO threats (id, threat_model_id, name) SELECT foreign_threat, other, 't' FROM ids;
INSERT INTO documents (id, threat_model_id, name, url) SELECT document, model, 'd', 'https://x' FROM ids;
INSERT INTO sources (id, threat_model_id, name, url) SELECT source, model, 's', 'https://x' FROM ids;
CREATE TEMP TABLE entities AS
SELECT v.* FROM ids CROSS JOIN LATERAL (VALUES ('threat_model', model), ('threat', threat), ('diagram', diagram), ('document', document), ('source', source)) AS v (entity_type, entity_id);

-- Nothing that is not there
SELECT throws_ok(format($$INSERT INTO metadata (entity_type, entity_id, key, value) VALUES (%L, uuid_generate_v4(), 'k', 'v')$$, entity_type), 'TM422', format('metadata describes a %s that does not exist', entity_type), format('a %s that is not there has no metadata', entity_type))
FROM entities;
SELECT throws_ok(
  format($$INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value) SELECT %L, uuid_generate_v4(), model, 'k', 'v' FROM ids$$, entity_type), 'TM422', format('metadata describes a %s that does not exist', entity_type),
  format('nor when the row names a model, if it is a %s', entity_type)
)
FROM entities;
SELECT throws_ok(
  format($$INSERT INTO metadata (entity_type, entity_id, key, value) VALUES (%L, %L, 'k', 'v')$$, a.entity_type, b.entity_id), 'TM422', format('metadata describes a %s that does not exist', a.entity_type),
  format('a %s is no %s', b.entity_type, a.entity_type)
)
FROM entities a JOIN entities b ON a.entity_type <> b.entity_type;
SELECT throws_ok($$INSERT INTO metadata (entity_type, entity_id, key, value) SELECT 'user', id, 'k', 'v' FROM users LIMIT 1$$, 'TM422', NULL, 'nor is there metadata of anything else');
SELECT throws_ok($$INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value) SELECT 'user', model, model, 'k', 'v' FROM ids$$, '23514', NULL, 'even where a model is named');
SELECT throws_ok($$INSERT INTO metadata (entity_type, key, value) VALUES ('threat', 'k', 'v')$$, 'TM422', NULL, 'nor of nothing');
SELECT throws_ok($$INSERT INTO metadata (entity_type, entity_id, key, value) VALUES (NULL, NULL, 'k', 'v')$$, 'TM422', NULL, 'at all');

-- Nothing of somebody else's
SELECT throws_ok(format($$INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value) SELECT %L, %L, other, 'k', 'v' FROM ids$$, entity_type, entity_id), 'TM422', NULL, format('a %s of one model has no metadata in another', entity_type))
FROM entities;
SELECT throws_ok($$INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value) SELECT 'threat', foreign_threat, model, 'k', 'v' FROM ids$$, 'TM422', 'metadata describes a threat that does not exist', 'nor the other way, and it sounds as if it were not there');
SELECT throws_ok(
  $$INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value) SELECT 'threat', t, model, 'k', 'v' FROM ids, unnest(ARRAY[threat, foreign_threat]) AS t$$, 'TM422', NULL, 'one bad row among good ones'
);
SELECT is_empty('SELECT 1 FROM metadata', 'leaves nothing');
DO $$
BEGIN
  EXECUTE (SELECT format('COPY metadata (entity_type, entity_id, threat_model_id, key, value) FROM PROGRAM %L', format('printf "threat\t%s\t%s\tk\tv\n"', foreign_threat, model)) FROM ids);
  RAISE EXCEPTION 'a copy put metadata on another model''s threat';
EXCEPTION
  WHEN SQLSTATE 'TM422' THEN NULL;
END
$$;
SELECT throws_ok(
  $$INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value) SELECT 'threat', foreign_threat, model, 'k', 'v' FROM ids ON CONFLICT (entity_type, entity_id, key) DO NOTHING$$, 'TM422', NULL, 'nor does an upsert'
);

-- What is there
INSERT INTO metadata (entity_type, entity_id, key, value) SELECT entity_type, entity_id, 'plain', 'v' FROM entities;
INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value) SELECT entity_type, entity_id, model, 'named', 'v' FROM entities, ids;
DO $$
BEGIN
  EXECUTE (SELECT format('COPY metadata (entity_type, entity_id, key, value) FROM PROGRAM %L', format('printf "%s"', string_agg(format('%s\t%s\tcopied\tv\n', entity_type, entity_id), ''))) FROM entities);
END
$$;
SELECT results_eq('SELECT DISTINCT threat_model_id FROM metadata', 'SELECT model FROM ids', 'metadata of whatever is in a model is of the model');
SELECT is((SELECT count(*) FROM metadata), 15::bigint, 'inserted with and without it, and copied in');
SELECT throws_ok($$INSERT INTO metadata (entity_type, entity_id, key, value) SELECT 'threat', threat, 'plain', 'w' FROM ids$$, '23505', NULL, 'a key has one value');
INSERT INTO metadata (entity_type, entity_id, key, value) SELECT entity_type, entity_id, k, 'new' FROM entities, unnest(ARRAY['plain', 'fresh']) AS k
ON CONFLICT (entity_type, entity_id, key) DO UPDATE SET value = excluded.value;
SELECT is((SELECT count(*) FROM metadata WHERE value = 'new'), 10::bigint, 'which an upsert sets or changes');
SELECT throws_ok($$UPDATE metadata SET entity_id = foreign_threat, threat_model_id = other FROM ids WHERE entity_type = 'threat'$$, 'TM422', NULL, 'and which stays with what it describes');

-- Cells
SELECT throws_ok(format($$INSERT INTO metadata (entity_type, diagram_id, cell_id, key, value) SELECT 'cell', %s, %s, 'k', 'v' FROM ids$$, diagram, cell), 'TM422', NULL, why)
FROM (VALUES
  ('diagram', quote_literal('c'), 'a cell that the drawing lacks has no metadata'),
  ('diagram', quote_literal(''), 'nor one without a name'),
  ('diagram', quote_literal('7'), 'nor one whose id is a number'),
  ('diagram', 'NULL', 'nor none'),
  ('NULL', quote_literal('a'), 'nor one of no drawing'),
  ('model', quote_literal('a'), 'nor one of something else')
) AS v (diagram, cell, why);
SELECT throws_ok($$INSERT INTO metadata (entity_type, entity_id, diagram_id, cell_id, key, value) SELECT 'cell', uuid_generate_v4(), diagram, 'a', 'k', 'v' FROM ids$$, 'TM422', NULL, 'nor under another id than its own');
SELECT throws_ok($$INSERT INTO metadata (entity_type, entity_id, diagram_id, cell_id, key, value) SELECT 'cell', _named_uuid(diagram, 'a'), diagram, 'b', 'k', 'v' FROM ids$$, 'TM422', NULL, 'nor under another cell''s');
SELECT throws_ok($$INSERT INTO metadata (entity_type, diagram_id, cell_id, threat_model_id, key, value) SELECT 'cell', diagram, 'a', other, 'k', 'v' FROM ids$$, '23503', NULL, 'nor in another model');
SELECT throws_ok($$INSERT INTO metadata (entity_type, entity_id, diagram_id, key, value) SELECT 'threat', threat, diagram, 'k', 'v' FROM ids$$, '23514', NULL, 'and only cells name drawings');
SELECT throws_ok($$INSERT INTO metadata (entity_type, entity_id, cell_id, key, value) SELECT 'threat', threat, 'a', 'k', 'v' FROM ids$$, '23514', NULL, 'and cells');
INSERT INTO metadata (entity_type, diagram_id, cell_id, key, value) SELECT 'cell', diagram, cell, 'plain', 'v' FROM ids, unnest(ARRAY['a', 'b']) AS cell;
INSERT INTO metadata (entity_type, entity_id, diagram_id, cell_id, threat_model_id, key, value) SELECT 'cell', _named_uuid(diagram, 'a'), diagram, 'a', model, 'named', 'v' FROM ids;
SELECT results_eq($$SELECT DISTINCT threat_model_id, entity_id FROM metadata WHERE cell_id = 'a'$$, $$SELECT model, _named_uuid(diagram, 'a') FROM ids$$, 'a cell that is there has metadata, under its own id');
SELECT throws_ok($$INSERT INTO metadata (entity_type, diagram_id, cell_id, key, value) SELECT 'cell', diagram, cell, 'more', 'v' FROM ids, unnest(ARRAY['a', 'c', 'b']) AS cell$$, 'TM422', NULL, 'one that is not among those that are');
SELECT throws_ok(
  $$INSERT INTO metadata (entity_type, entity_id, diagram_id, cell_id, key, value)
    SELECT 'threat', threat, NULL, NULL, 'mixed', 'v' FROM ids UNION ALL SELECT 'cell', NULL, diagram, 'c', 'mixed', 'v' FROM ids$$,
  'TM422', 'metadata describes a cell that does not exist', 'nor beside a threat that is'
);

-- What goes takes its metadata along, and nobody else's
INSERT INTO metadata (entity_type, entity_id, key, value) SELECT 'threat', foreign_threat, 'k', 'v' FROM ids;
CREATE FUNCTION tap.left_of(p_statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_left text;
BEGIN
  EXECUTE p_statement;
  SELECT string_agg(DISTINCT entity_type, ' ' ORDER BY entity_type) INTO v_left FROM metadata;
  RAISE EXCEPTION USING ERRCODE = 'AB000', MESSAGE = coalesce(v_left, 'nothing');
EXCEPTION
  WHEN SQLSTATE 'AB000' THEN RETURN SQLERRM;
END
$$;
SELECT is(tap.left_of('DELETE FROM documents'), 'cell diagram source threat threat_model', 'documents take theirs');
SELECT is(tap.left_of('DELETE FROM sources'), 'cell diagram document threat threat_model', 'sources theirs');
SELECT is(tap.left_of('DELETE FROM threats'), 'cell diagram document source threat_model', 'threats theirs');
SELECT is(tap.left_of('DELETE FROM threats USING ids WHERE id = foreign_threat'), 'cell diagram document source threat threat_model', 'one threat its own');
SELECT is(tap.left_of('DELETE FROM diagrams'), 'document source threat threat_model', 'diagrams theirs and that of their cells');
SELECT is(tap.left_of('DELETE FROM threat_models USING ids WHERE id = model'), 'threat', 'a model everything below it');
SELECT is(tap.left_of('DELETE FROM threat_models'), 'nothing', 'all models everything');
SELECT is(tap.left_of('DELETE FROM documents WHERE false'), 'cell diagram document source threat threat_model', 'what does not go takes nothing');
SELECT is(tap.left_of('TRUNCATE documents'), 'cell diagram source threat threat_model', 'documents that are emptied take theirs');
SELECT is(tap.left_of('TRUNCATE sources'), 'cell diagram document threat threat_model', 'sources theirs');
SELECT is(tap.left_of('TRUNCATE threats'), 'cell diagram document source threat_model', 'threats theirs');
SELECT is(tap.left_of('TRUNCATE threat_models CASCADE'), 'nothing', 'models everything');
SELECT is(tap.left_of('MERGE INTO threats t USING ids ON t.threat_model_id = other WHEN MATCHED THEN DELETE; DELETE FROM threats'), 'cell diagram document source threat_model', 'a merge is a way to go');
SELECT is(tap.left_of('WITH gone AS (DELETE FROM documents RETURNING id) DELETE FROM sources'), 'cell diagram threat threat_model', 'two tables in one statement take both');
SELECT is(tap.left_of('UPDATE metadata SET value = ''x'''), 'cell diagram document source threat threat_model', 'what changes stays');

INSERT INTO diagrams (threat_model_id, name, type) SELECT other, 'd', 'DFD-1.0.0' FROM ids;
INSERT INTO documents (threat_model_id, name, url) SELECT other, 'd', 'https://x' FROM ids;
INSERT INTO sources (threat_model_id, name, url) SELECT other, 's', 'https://x' FROM ids;
INSERT INTO metadata (entity_type, entity_id, key, value)
SELECT 'diagram', d.id, 'k', 'v' FROM diagrams d, ids WHERE d.threat_model_id = other
UNION ALL SELECT 'document', d.id, 'k', 'v' FROM documents d, ids WHERE d.threat_model_id = other
UNION ALL SELECT 'source', s.id, 'k', 'v' FROM sources s, ids WHERE s.threat_model_id = other;
SELECT is(tap.left_of(format('DELETE FROM %I USING ids WHERE threat_model_id = model', name)), 'cell diagram document source threat threat_model', name || ' leave other models'' theirs')
FROM unnest(ARRAY['threats', 'documents', 'sources']) AS name;
SELECT is(tap.left_of('DELETE FROM diagrams USING ids WHERE threat_model_id = model'), 'diagram document source threat threat_model', 'so do diagrams');
SELECT is(tap.left_of('DELETE FROM threat_models USING ids WHERE id = model'), 'diagram document source threat', 'and a model');

-- A plan that is made for many rows serves one as well: rows are found by index, not by reading the table.
INSERT INTO threats (threat_model_id, name) SELECT other, 'bulk' FROM ids, generate_series(1, 2000);
INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value) SELECT 'threat', id, threat_model_id, 'k', 'v' FROM threats WHERE name = 'bulk';
-- Forgets the plans that were made so far.
ANALYZE threats, metadata;
DELETE FROM threats WHERE name = 'bulk' AND id IN (SELECT id FROM threats WHERE name = 'bulk' LIMIT 1000);
CREATE FUNCTION tap.scans(p_statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_before bigint := (SELECT sum(seq_scan) FROM pg_stat_xact_user_tables WHERE relname IN ('metadata', 'threats', 'threat_models') AND schemaname = current_schema());
BEGIN
  EXECUTE p_statement;
  RETURN (SELECT sum(seq_scan) FROM pg_stat_xact_user_tables WHERE relname IN ('metadata', 'threats', 'threat_models') AND schemaname = current_schema()) - v_before;
END
$$;
CREATE TEMP TABLE bulk AS SELECT row_number() OVER () AS n, id, threat_model_id FROM threats WHERE name = 'bulk';
SELECT is(tap.scans(format('DELETE FROM threats WHERE id = %L', id)), 0::bigint, 'a threat that goes after many reads no table through') FROM bulk WHERE n = 1;
SELECT is(tap.scans(format('INSERT INTO metadata (entity_type, entity_id, threat_model_id, key, value) VALUES (''threat'', %L, %L, ''new'', ''v'')', id, threat_model_id)), 0::bigint, 'nor does metadata that comes') FROM bulk WHERE n = 2;

SELECT * FROM finish();
