-- A Threat Dragon document goes in whole, or not at all.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('bob');
CREATE TEMP TABLE given AS SELECT '{
  "version": "2.0", "summary": {"title": "Shop", "owner": "Team", "description": "d", "id": 4},
  "detail": {"contributors": [{"name": "A"}], "reviewer": "R", "diagramTop": 1, "threatTop": 2, "diagrams": [
    {"id": 0, "title": "Main", "diagramType": "STRIDE", "cells": [
      {"id": "c1", "shape": "process", "data": {"name": "P", "threats": [
        {"id": "t1", "title": "One", "severity": "High", "status": "Mitigated", "type": "Tampering", "mitigation": "Do it", "description": "x", "score": "55", "number": 1},
        {"id": "t1", "title": "", "severity": "TBD", "status": "Open", "score": "7.5"}
      ]}},
      {"id": "c1", "shape": "flow", "data": {"threats": []}},
      {"shape": "td-text-block"}
    ]},
    {"id": 1, "title": "", "diagramType": "LINDDUN"}
  ]}
}'::jsonb AS doc;
GRANT SELECT ON given TO PUBLIC;

SELECT tap.nobody();
SELECT throws_ok('SELECT threat_model_import(g.doc) FROM given g', 'TM401', NULL, 'nobody cannot import');
SELECT tap.act('alice@example.com');
SELECT throws_ok($$SELECT threat_model_import('[]')$$, 'TM422', NULL, 'an array is no document');
SELECT throws_ok($$SELECT threat_model_import(NULL)$$, 'TM422', NULL, 'nothing is no document');
SELECT throws_ok($$SELECT threat_model_import('{"otmVersion": "0.2.0"}')$$, 'TM422', NULL, 'an unknown format is refused');
SELECT throws_ok($$SELECT threat_model_import(g.doc, 'yaml') FROM given g$$, 'TM422', NULL, 'so is one that is asked for');
SELECT throws_ok($$SELECT threat_model_import(g.doc, p_options => '{"owner": "bob"}') FROM given g$$, 'TM422', NULL, 'so is an unknown option');
SELECT throws_ok($$SELECT threat_model_import('{"summary": [], "detail": {}}')$$, 'TM422', 'this is no Threat Dragon document: $.summary is missing or of the wrong type', 'the path of what is wrong is named');
SELECT throws_ok(
  $$SELECT threat_model_import('{"summary": {"title": "x"}, "detail": {"diagrams": [{}, {"cells": [{}, 7]}]}}')$$,
  'TM422', 'this is no Threat Dragon document: $.detail.diagrams[1].cells[1] is missing or of the wrong type', 'however deep it stands'
);
SELECT throws_ok($$SELECT threat_model_import('{"summary": {"title": "x"}, "detail": {"diagrams": [{"diagramJson": {"cells": []}}]}}')$$, 'TM422', 'this is a Threat Dragon document of version 1', 'version 1 is told apart');
SELECT throws_ok(
  $$SELECT threat_model_import(jsonb_set(g.doc, '{detail,diagrams,0,cells,0,data,threats,0,mitigation}', to_jsonb(repeat('x', 1000001)))) FROM given g$$,
  '23514', NULL, 'a text that no column holds is refused'
);
SELECT throws_ok(
  format($$SELECT threat_model_import(%L)$$, '{"summary": {"title": "x"}, "detail": {}, "x": ' || repeat('[', 100) || repeat(']', 100) || '}'),
  'TM413', 'JSON is nested at most 100 deep', 'a document nested 101 deep is refused'
);
SELECT is_empty('SELECT * FROM threat_model_list()', 'and nothing of all that is left');
SELECT is(
  (SELECT threat_model_import(g.doc, p_options => '{"dry_run": true}') - 'threat_model_id' - 'warnings' FROM given g),
  '{"created": {"diagrams": 2, "cells": 3, "threats": 2}, "dry_run": true}'::jsonb, 'a dry run says what it would do'
);
SELECT is_empty('SELECT * FROM threat_model_list()', 'and does not do it');

SELECT is(
  (SELECT threat_model_import(g.doc, p_options => '{"id": "10000000-0000-4000-8000-000000000001"}') -> 'warnings' FROM given g),
  '[
    {"path": "$.detail.diagrams[0].cells[0].data.threats[1].severity", "code": "unknown_severity", "message": "kept in td-extra, stored as Unknown"},
    {"path": "$.detail.diagrams[0].cells[1].id", "code": "duplicate_cell_id", "message": "two cells of the diagram have the same id"}
  ]'::jsonb,
  'what is odd is imported, and named'
);
SELECT throws_ok($$SELECT threat_model_import(g.doc, p_options => '{"id": "10000000-0000-4000-8000-000000000001"}') FROM given g$$, 'TM409', NULL, 'sending it again with its id does not double it');
SELECT is(
  (SELECT (m.name, m.description, m.owner_email, m.threat_model_framework, m.diagram_count, m.threat_count)::text FROM threat_model_get('10000000-0000-4000-8000-000000000001') m),
  '(Shop,d,alice@example.com,LINDDUN,2,2)', 'the importer owns the model; counts are true'
);
SELECT results_eq(
  $$SELECT t.name, t.risk_rating, t.score, t.mitigated, t.status, t.threat_type, t.mitigation, t.cell_id FROM threat_list('10000000-0000-4000-8000-000000000001', p_sort => 'name') t$$,
  $$VALUES ('One', 'High', 55, true, 'Mitigated', 'Tampering', 'Do it', 'c1'), ('Untitled threat', 'Unknown', NULL, false, 'Open', NULL, NULL, 'c1')$$,
  'threats become rows'
);
SELECT is(
  (SELECT jsonb_array_length(d.cells #> '{0,data,threats}') || ' ' || (d.cells -> 2)::text FROM diagram_list('10000000-0000-4000-8000-000000000001', p_filter => '{"name": "Main"}') l
    CROSS JOIN LATERAL diagram_get('10000000-0000-4000-8000-000000000001', l.id) d),
  '2 {"shape": "td-text-block"}', 'cells stay as they were, with the ids of their threats'
);
SELECT tap.reset();
SELECT is(
  (SELECT d.value::jsonb FROM metadata d JOIN threats t ON t.id = d.entity_id WHERE d.key = 'td-extra' AND t.name = 'Untitled threat'),
  '{"id": "t1", "title": "", "severity": "TBD", "score": "7.5"}'::jsonb, 'what no column holds is kept'
);
SELECT is(
  (SELECT jsonb_object_agg(d.key, d.value) - 'diagram-order' - 'td-extra' FROM metadata d WHERE d.entity_type = 'threat_model' AND d.threat_model_id = '10000000-0000-4000-8000-000000000001'),
  '{"td-owner": "Team", "td-reviewer": "R", "td-contributors": "[{\"name\": \"A\"}]", "source-format": "threat-dragon-v2"}'::jsonb, 'for the model too'
);
SELECT tap.act('bob@example.com');
SELECT throws_ok($$SELECT * FROM threat_model_get('10000000-0000-4000-8000-000000000001')$$, 'TM404', NULL, 'a document grants nobody access');
SELECT * FROM finish();
