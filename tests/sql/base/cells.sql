-- A cell is named from threats and metadata by an id inside a JSON document: what names one that is gone is let go.
SELECT no_plan();
SELECT tap.add_user('alice');
CREATE TEMP TABLE ids AS SELECT tap.add_model('alice@example.com') AS model, uuid_generate_v4() AS diagram, uuid_generate_v4() AS other;
INSERT INTO diagrams (id, threat_model_id, name, type, cells) SELECT d, model, 'd', 'DFD-1.0.0', '[{"id": "a"}, {"id": "b"}, {"id": "c"}]' FROM ids, unnest(ARRAY[diagram, other]) AS d;
INSERT INTO threats (threat_model_id, name, diagram_id, cell_id) SELECT model, cell || ' in ' || place, d, cell FROM ids, (VALUES ('a'), ('b'), ('c')) AS c (cell), unnest(ARRAY[diagram, other], ARRAY['this', 'that']) AS p (d, place);
INSERT INTO threats (threat_model_id, name, diagram_id) SELECT model, 'none', diagram FROM ids;
INSERT INTO threats (threat_model_id, name) SELECT model, 'nowhere' FROM ids;
INSERT INTO metadata (entity_type, diagram_id, cell_id, key, value) SELECT 'cell', d, cell, 'k', 'v' FROM ids, (VALUES ('a'), ('b'), ('c')) AS c (cell), unnest(ARRAY[diagram, other]) AS d;
INSERT INTO metadata (entity_type, entity_id, key, value) SELECT 'diagram', diagram, 'k', 'v' FROM ids;

-- Runs a statement, says which cells of the one diagram are still named by threats and by metadata, and takes it back.
CREATE FUNCTION tap.named_after(p_statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_named text;
BEGIN
  EXECUTE p_statement;
  SELECT concat(
    (SELECT string_agg(t.cell_id, '' ORDER BY t.cell_id) FROM threats t, ids WHERE t.diagram_id = ids.diagram), '/',
    (SELECT string_agg(x.cell_id, '' ORDER BY x.cell_id) FROM metadata x, ids WHERE x.diagram_id = ids.diagram), ' and ',
    (SELECT string_agg(t.cell_id, '' ORDER BY t.cell_id) FROM threats t, ids WHERE t.diagram_id = ids.other), '/',
    (SELECT string_agg(x.cell_id, '' ORDER BY x.cell_id) FROM metadata x, ids WHERE x.diagram_id = ids.other)
  )
  INTO v_named;
  RAISE EXCEPTION USING ERRCODE = 'AB000', MESSAGE = v_named;
EXCEPTION
  WHEN SQLSTATE 'AB000' THEN RETURN SQLERRM;
END
$$;
SELECT is(tap.named_after(format('UPDATE diagrams SET cells = %s FROM ids WHERE id = diagram', cells)), named || ' and abc/abc', why)
FROM (VALUES
  ($$'[{"id": "a"}, {"id": "c"}]'$$, 'ac/ac', 'a cell that is gone is named no more'),
  ($$'[{"id": "c"}, {"id": "b"}, {"id": "a", "shape": "actor"}]'$$, 'abc/abc', 'cells that moved or changed are'),
  ($$'[{"id": "d"}]'$$, '/', 'all that are gone are not'),
  ($$'[{"id": "A"}, {"id": "b "}, {"id": "c"}]'$$, 'c/c', 'an id is its every letter'),
  ($$'[]'$$, '/', 'an empty drawing has none'),
  ('NULL', '/', 'nor has none'),
  ($$'{"id": 7}'$$, '/', 'nor has something else'),
  ($$'[1, null, "a", ["b"], {"x": "c"}]'$$, '/', 'nor have elements that are no cells'),
  ('cells', 'abc/abc', 'a drawing that stays keeps them')
) AS v (cells, named, why);
SELECT is(tap.named_after($$UPDATE diagrams SET cells = '[{"id": "b"}]'$$), 'b/b and b/b', 'two drawings at once lose each their own');
SELECT is(tap.named_after($$UPDATE diagrams SET name = 'x', metadata = '[]'$$), 'abc/abc and abc/abc', 'other changes lose none');
SELECT is(
  tap.named_after($$INSERT INTO diagrams (id, threat_model_id, name, type, cells) SELECT diagram, model, 'x', 'DFD-1.0.0', '[{"id": "c"}]' FROM ids ON CONFLICT (id) DO UPDATE SET cells = excluded.cells$$),
  'c/c and abc/abc', 'an upsert loses as an update does'
);
SELECT is(tap.named_after($$MERGE INTO diagrams d USING ids ON d.id = diagram WHEN MATCHED THEN UPDATE SET cells = '[{"id": "a"}]'$$), 'a/a and abc/abc', 'and so does a merge');
SELECT is(tap.named_after('DELETE FROM diagrams USING ids WHERE id = diagram'), '/ and abc/abc', 'a diagram that is gone has no cells');

-- What is left
UPDATE threats SET modified_at = DEFAULT;
CREATE TEMP TABLE before AS SELECT name, modified_at FROM threats;
UPDATE diagrams SET cells = '[{"id": "a"}, {"id": "c"}]' FROM ids WHERE id = diagram;
SELECT results_eq('SELECT t.name FROM threats t JOIN before b USING (name) WHERE t.modified_at > b.modified_at', ARRAY['b in this'], 'a threat that lost its cell has changed, and no other has');
SELECT is((SELECT t.diagram_id = ids.diagram AND t.cell_id IS NULL FROM threats t, ids WHERE name = 'b in this'), true, 'it keeps its diagram');
SELECT is((SELECT count(*) FROM metadata WHERE entity_type = 'diagram'), 1::bigint, 'the diagram keeps its own metadata');

-- A threat without its diagram
SELECT throws_ok($$UPDATE threats SET cell_id = 'a' WHERE name = 'nowhere'$$, '23514', NULL, 'a threat of no diagram has no cell');
SELECT throws_ok($$INSERT INTO threats (threat_model_id, name, cell_id) SELECT model, 'x', 'a' FROM ids$$, '23514', NULL, 'not from the start');
SELECT throws_ok($$UPDATE threats SET diagram_id = NULL, cell_id = 'c' WHERE name = 'a in this'$$, '23514', NULL, 'nor one that is given as the diagram is taken');
SELECT throws_ok($$INSERT INTO threats (threat_model_id, name, diagram_id) SELECT tap.add_model('alice@example.com'), 'x', diagram FROM ids$$, '23503', NULL, 'nor has it another model''s diagram');
SELECT lives_ok($$UPDATE threats SET diagram_id = NULL WHERE name = 'a in this'$$, 'the diagram alone may be taken');
SELECT results_eq($$SELECT cell_id, diagram_id FROM threats WHERE name = 'a in this'$$, 'VALUES (NULL::text, NULL::uuid)', 'and takes the cell along');
SELECT lives_ok('DELETE FROM diagrams USING ids WHERE id = diagram', 'and goes, pinned or not');
SELECT results_eq($$SELECT DISTINCT diagram_id, cell_id FROM threats WHERE name LIKE '% in this' OR name = 'none'$$, 'VALUES (NULL::uuid, NULL::text)', 'its threats stay, without it and its cells');
SELECT results_eq($$SELECT count(*) FROM threats WHERE name LIKE '% in that' AND cell_id IS NOT NULL$$, 'VALUES (3::bigint)', 'another''s keep theirs');
SELECT is((SELECT threat_count FROM threat_models, ids WHERE id = model), 8, 'none is lost');

SELECT * FROM finish();
