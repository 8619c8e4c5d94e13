-- A model as one document, and as a template for the next.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('dave');
SELECT tap.act('alice@example.com');
SELECT count(*) FROM threat_model_create('Payments', 'd', 'STRIDE', p_access => '[{"email": "bob@example.com", "role": "reader"}]', p_metadata => '{"k": "v"}', p_id => '10000000-0000-4000-8000-000000000001');
SELECT count(*) FROM diagram_create('10000000-0000-4000-8000-000000000001', 'Flow', p_cells => '[{"id": "a", "shape": "x"}]', p_metadata => '{"dk": "dv"}', p_id => '40000000-0000-4000-8000-000000000001');
SELECT count(*) FROM threat_create('10000000-0000-4000-8000-000000000001', 'T', p_diagram_id => '40000000-0000-4000-8000-000000000001', p_cell_id => 'a', p_metadata => '{"tk": "tv"}', p_id => '50000000-0000-4000-8000-000000000001');
SELECT count(*) FROM metadata_set('10000000-0000-4000-8000-000000000001', 'cell', cell_entity_id('40000000-0000-4000-8000-000000000001', 'a'), 'ck', 'cv');
SELECT count(*) FROM document_create('10000000-0000-4000-8000-000000000001', 'Doc', 'https://example.com/doc');
SELECT count(*) FROM source_create('10000000-0000-4000-8000-000000000001', 'Repo', 'https://example.com/repo.git', p_type => 'git');

SELECT tap.nobody();
SELECT throws_ok($$SELECT threat_model_document('10000000-0000-4000-8000-000000000001')$$, 'TM401', NULL, 'nobody fetches a document');
SELECT throws_ok($$SELECT * FROM threat_model_copy('10000000-0000-4000-8000-000000000001', 'C')$$, 'TM401', NULL, 'nobody copies');
SELECT tap.act('dave@example.com');
SELECT throws_ok($$SELECT threat_model_document('10000000-0000-4000-8000-000000000001')$$, 'TM404', NULL, 'a stranger fetches no document');
SELECT throws_ok($$SELECT * FROM threat_model_copy('10000000-0000-4000-8000-000000000001', 'C')$$, 'TM404', NULL, 'a stranger copies nothing');
SELECT tap.act('bob@example.com');
SELECT throws_ok($$SELECT threat_model_document('10000000-0000-4000-8000-000000000001', '{secrets}')$$, 'TM422', NULL, 'an unknown part is refused');
SELECT throws_ok($$SELECT * FROM threat_model_copy('10000000-0000-4000-8000-000000000001', 'C', '{access}')$$, 'TM422', NULL, 'access cannot be copied');
SELECT throws_ok($$SELECT * FROM threat_model_copy('10000000-0000-4000-8000-000000000001', '')$$, '23514', NULL, 'a copy needs a name');
SELECT throws_ok($$SELECT * FROM threat_model_copy('10000000-0000-4000-8000-000000000001', 'C', p_id => '10000000-0000-4000-8000-000000000001')$$, 'TM409', NULL, 'and an id of its own');

SELECT is(
  (SELECT jsonb_object_agg(e.key, jsonb_array_length(e.value)) FROM jsonb_each(threat_model_document('10000000-0000-4000-8000-000000000001')) e WHERE jsonb_typeof(e.value) = 'array'),
  '{"access": 2, "metadata": 4, "threats": 1, "diagrams": 1, "documents": 1, "sources": 1}'::jsonb,
  'a document holds every part'
);
SELECT is(threat_model_document('10000000-0000-4000-8000-000000000001') ->> 'role', 'reader', 'and the caller''s role');
SELECT is(
  (SELECT array_agg(e.key ORDER BY e.key) FROM jsonb_each(threat_model_document('10000000-0000-4000-8000-000000000001', '{threats}')) e WHERE jsonb_typeof(e.value) = 'array'),
  ARRAY['threats'], 'or those that are asked for'
);
SELECT is(
  (SELECT (m.name, m.owner_email, m.created_by, m.threat_model_framework, m.role, m.threat_count, m.diagram_count, m.document_count, m.source_count)::text
   FROM threat_model_copy('10000000-0000-4000-8000-000000000001', 'Copy', p_id => '10000000-0000-4000-8000-000000000009') m),
  '(Copy,bob@example.com,bob@example.com,STRIDE,owner,1,1,1,1)', 'a reader''s copy is his own, with everything in it'
);
SELECT results_eq(
  $$SELECT a.user_email FROM access_list('10000000-0000-4000-8000-000000000009') a$$, $$VALUES ('bob@example.com')$$, 'access is not copied'
);
SELECT ok(
  (SELECT t.id <> '50000000-0000-4000-8000-000000000001' AND t.diagram_id = d.id AND t.cell_id = 'a' AND d.id <> '40000000-0000-4000-8000-000000000001'
   FROM threat_list('10000000-0000-4000-8000-000000000009') t, diagram_list('10000000-0000-4000-8000-000000000009') d),
  'ids are new, and references are kept'
);
SELECT is(
  (SELECT d.value FROM diagram_list('10000000-0000-4000-8000-000000000009') g
   CROSS JOIN LATERAL metadata_get('10000000-0000-4000-8000-000000000009', 'cell', cell_entity_id(g.id, 'a'), 'ck') d),
  'cv', 'metadata comes along, that of cells too'
);
SELECT is(
  (SELECT (m.threat_count, m.diagram_count, m.document_count)::text FROM threat_model_copy('10000000-0000-4000-8000-000000000001', 'Part', '{threats,metadata}', '10000000-0000-4000-8000-000000000008') m),
  '(1,0,0)', 'parts can be left out'
);
SELECT is(
  (SELECT t.diagram_id IS NULL AND t.cell_id IS NULL FROM threat_list('10000000-0000-4000-8000-000000000008') t), true, 'then threats point nowhere'
);
SELECT * FROM finish();
