-- Patches of models and diagrams, and the whole drawing at once.
SELECT no_plan();
-- How a call is refused: SQLSTATE, constraint, and DETAIL where it is our own.
CREATE FUNCTION pg_temp.fault(p_query text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_state text;
  v_constraint text;
  v_detail text;
BEGIN
  EXECUTE p_query;
  RETURN 'no fault';
EXCEPTION
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_constraint = CONSTRAINT_NAME, v_detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', v_state, nullif(v_constraint, ''), substring(v_detail FROM '^(?:item|field|path).*'));
END
$$;
SELECT tap.add_user('alice'), tap.add_user('bob'), tap.add_user('dave');
CREATE TEMP TABLE ids AS
SELECT tap.add_model('alice@example.com', 'Payments') AS model, tap.add_model('alice@example.com', 'Other') AS other, '40000000-0000-4000-8000-000000000001'::uuid AS diagram;
GRANT SELECT ON ids TO PUBLIC;
SELECT tap.share(model, 'bob@example.com', 'reader') FROM ids;
INSERT INTO diagrams (id, threat_model_id, name, type, cells)
SELECT diagram, model, 'Login', 'DFD-1.0.0', '[{"id": "a", "shape": "x"}, {"id": "b", "shape": "x"}]'::jsonb FROM ids
UNION ALL
SELECT '40000000-0000-4000-8000-000000000009'::uuid, other, 'Elsewhere', 'DFD-1.0.0', '[]'::jsonb FROM ids;
INSERT INTO threats (id, threat_model_id, name, diagram_id, cell_id) SELECT '50000000-0000-4000-8000-000000000001', model, 'Replay', diagram, 'a' FROM ids;

CREATE FUNCTION pg_temp.patch_model(p_operations text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT threat_model_patch(%L, %L)', i.model, p_operations)) FROM ids i $$;
CREATE FUNCTION pg_temp.patch_diagram(p_operations text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT diagram_patch(%L, %L, %L)', i.model, i.diagram, p_operations)) FROM ids i $$;
CREATE FUNCTION pg_temp.update_diagram(p_changes text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT diagram_update(%L, %L, %L)', i.model, i.diagram, p_changes)) FROM ids i $$;
CREATE FUNCTION pg_temp.create_diagrams(p_items text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT * FROM diagram_bulk_create(%L, %L)', i.model, p_items)) FROM ids i $$;

SELECT tap.nobody();
SELECT is(pg_temp.patch_model('[]'), 'TM401', 'nobody patches a model');
SELECT is(pg_temp.patch_diagram('[]'), 'TM401', 'or a diagram');
SELECT is(pg_temp.update_diagram('{}'), 'TM401', 'or changes one');
SELECT is(pg_temp.create_diagrams('[{"name": "D"}]'), 'TM401', 'or draws many');
SELECT tap.act('dave@example.com');
SELECT is(pg_temp.patch_model('[]'), 'TM404', 'a stranger patches no model');
SELECT is(pg_temp.patch_diagram('[]'), 'TM404', 'or diagram');
SELECT is(pg_temp.update_diagram('{}'), 'TM404', 'or changes one');
SELECT is(pg_temp.create_diagrams('[{"name": "D"}]'), 'TM404', 'or draws many');
SELECT tap.act('bob@example.com');
SELECT is(pg_temp.patch_model('[]'), 'TM403', 'a reader patches no model');
SELECT is(pg_temp.patch_diagram('[]'), 'TM403', 'or diagram');
SELECT is(pg_temp.update_diagram('{}'), 'TM403', 'or changes one');
SELECT is(pg_temp.create_diagrams('[{"name": "D"}]'), 'TM403', 'or draws many');
SELECT tap.act('alice@example.com');

-- Models
SELECT is(pg_temp.patch_model('[{"op": "replace", "path": "/owner_email", "value": "dave@example.com"}]'), 'TM422 item 0: /owner_email', 'a patch gives a model to nobody');
SELECT is(pg_temp.patch_model('[{"op": "replace", "path": "/threat_count", "value": 7}]'), 'TM422 item 0: /threat_count', 'nor writes a count');
SELECT is(pg_temp.patch_model('[{"op": "copy", "from": "/created_by", "path": "/name"}]'), 'TM422 item 0: /created_by', 'nor reads what it does not write');
SELECT is(pg_temp.patch_model('[{"op": "test", "path": "/name", "value": "x"}]'), 'TM409 item 0: /name', 'a test that fails stops it');
SELECT is(pg_temp.patch_model('[{"op": "replace", "path": "/threat_model_framework", "value": "ASF"}]'), '23514 threat_models_threat_model_framework_check', 'a framework is one of five');
SELECT is(pg_temp.patch_model('[{"op": "remove", "path": "/name"}]'), '23502', 'a name is not removed');
SELECT is(pg_temp.fault(format('SELECT threat_model_patch(%L, ''[]'', ''2001-01-01'')', model)), 'TM412 field: if_modified_at', 'a stale patch is refused') FROM ids;
SELECT results_eq(
  $$SELECT m.name, m.description, m.threat_model_framework, m.owner_email, m.role FROM ids i, threat_model_patch(i.model, '[
    {"op": "test", "path": "/description", "value": null},
    {"op": "copy", "from": "/name", "path": "/description"},
    {"op": "add", "path": "/threat_model_framework", "value": "STRIDE"},
    {"op": "replace", "path": "/name", "value": "Billing"}
  ]') m$$,
  $$VALUES ('Billing', 'Payments', 'STRIDE', 'alice@example.com', 'owner')$$, 'a patch changes a model''s own fields'
);

-- Diagrams
SELECT is(pg_temp.patch_diagram('[{"op": "remove", "path": "/cells/0"}]'), 'TM422 item 0: /cells/0', 'a patch does not reach the cells');
SELECT is(pg_temp.patch_diagram('[{"op": "replace", "path": "/type", "value": "x"}]'), 'TM422 item 0: /type', 'nor the type');
SELECT is(pg_temp.patch_diagram('[{"op": "remove", "path": "/name"}]'), '23502', 'a name is not removed');
SELECT is(pg_temp.fault(format('SELECT diagram_patch(%L, %L, ''[]'', ''2001-01-01'')', model, diagram)), 'TM412 field: if_modified_at', 'a stale patch is refused') FROM ids;
SELECT is(pg_temp.fault(format('SELECT diagram_patch(%L, ''40000000-0000-4000-8000-000000000009'', ''[]'')', model)), 'TM404', 'a diagram of another model is not found') FROM ids;
SELECT results_eq(
  $$SELECT d.name, d.description, jsonb_array_length(d.cells) FROM ids i, diagram_patch(i.model, i.diagram, '[{"op": "move", "from": "/name", "path": "/description"}, {"op": "add", "path": "/name", "value": "Sign in"}]') d$$,
  $$VALUES ('Sign in', 'Login', 2)$$, 'a patch changes name and description'
);
SELECT is(pg_temp.update_diagram('{"type": "DFD-1.0.0"}'), 'TM422 field: type', 'an update does not reach the type');
SELECT is(pg_temp.update_diagram('{"cells": {}}'), 'TM422 field: cells', 'cells are an array');
SELECT is(pg_temp.update_diagram('{"cells": null}'), 'TM422 field: cells', 'and never none');
SELECT is(pg_temp.update_diagram('{"cells": [{"id": "a"}]}'), 'TM422 field: cells[0].shape', 'a cell has a shape');
SELECT is(pg_temp.update_diagram('{"metadata": {}}'), 'TM422 field: metadata', 'what is attached is an array');
SELECT is(pg_temp.update_diagram(format('{"metadata": [%s]}', to_json(repeat('x', 8500000)))), 'TM413 field: metadata', 'of at most 8 MB');
SELECT is(pg_temp.update_diagram((SELECT jsonb_build_object('cells', jsonb_agg(jsonb_build_object('id', g::text, 'shape', 'x')))::text FROM generate_series(1, 10001) g)), 'TM413 field: cells', '10,001 cells are too many');
SELECT is(pg_temp.fault(format('SELECT diagram_update(%L, %L, ''{}'', ''2001-01-01'')', model, diagram)), 'TM412 field: if_modified_at', 'a stale update is refused') FROM ids;
SELECT is(pg_temp.fault(format('SELECT diagram_update(%L, ''40000000-0000-4000-8000-000000000009'', ''{}'')', model)), 'TM404', 'a diagram of another model is not found') FROM ids;
SELECT results_eq(
  $$SELECT d.name, d.description, d.metadata, jsonb_array_length(d.cells) FROM ids i, diagram_update(i.model, i.diagram, '{"description": null, "metadata": [{"key": "zoom", "value": 2}]}') d$$,
  $$VALUES ('Sign in', NULL::text, '[{"key": "zoom", "value": 2}]'::jsonb, 2)$$, 'what is named is set, the rest is kept'
);
SELECT is((SELECT t.cell_id FROM ids i, threat_get(i.model, '50000000-0000-4000-8000-000000000001') t), 'a', 'threats stay where they are');
SELECT results_eq(
  $$SELECT d.name, d.metadata, d.cells FROM ids i, diagram_update(i.model, i.diagram, '{"name": "Login", "metadata": null, "cells": [{"id": "b", "shape": "x"}]}') d$$,
  $$VALUES ('Login', '[]'::jsonb, '[{"id": "b", "shape": "x"}]'::jsonb)$$, 'a drawing is replaced whole'
);
SELECT is((SELECT t.cell_id FROM ids i, threat_get(i.model, '50000000-0000-4000-8000-000000000001') t), NULL, 'and lets go of threats in cells that are gone');

-- Many diagrams
SELECT is(pg_temp.create_diagrams('[]'), 'TM422 field: items', 'diagrams are not none');
SELECT is(pg_temp.create_diagrams((SELECT jsonb_agg('{"name": "D"}'::jsonb)::text FROM generate_series(1, 1001))), 'TM413 field: items', 'nor 1,001');
SELECT is(pg_temp.create_diagrams('[{"name": "D"}, {"name": ""}]'), '23514 diagrams_name_check item 1', 'the one that is wrong is named');
SELECT is(pg_temp.create_diagrams('[{"name": "D"}, {"name": "E", "type": "UML"}]'), '23514 diagrams_type_check item 1', 'by its type');
SELECT is(pg_temp.create_diagrams('[{"name": "D"}, {"name": "E", "cells": [{"id": "a"}]}]'), 'TM422 item 1: cells[0].shape', 'or by its cell');
SELECT is(pg_temp.create_diagrams('[{"name": "D"}, {"name": "E", "cells": "a"}]'), 'TM422 item 1: cells', 'cells are an array');
SELECT is(pg_temp.create_diagrams('[{"name": "D", "id": "40000000-0000-4000-8000-000000000009"}]'), 'TM409 item 0: id', 'an id is used once');
SELECT is((SELECT m.diagram_count FROM ids i, threat_model_get(i.model) m), 1, 'what was refused is not counted');
SELECT results_eq(
  $$SELECT d.name, d.type, d.cells FROM ids i, diagram_bulk_create(i.model, '[
    {"name": "B", "cells": [{"id": "a", "shape": "x"}], "metadata": {"team": "blue"}, "id": "40000000-0000-4000-8000-000000000002"}, {"name": "A", "cells": null}
  ]') WITH ORDINALITY d$$,
  $$VALUES ('B', 'DFD-1.0.0', '[{"id": "a", "shape": "x"}]'::jsonb), ('A', 'DFD-1.0.0', '[]')$$, 'diagrams come back in the order of the items'
);
SELECT results_eq($$SELECT m.value FROM ids i, metadata_list(i.model, 'diagram', '40000000-0000-4000-8000-000000000002') m$$, ARRAY['blue'], 'with the metadata that they carry');
SELECT is((SELECT m.diagram_count FROM ids i, threat_model_get(i.model) m), 3, 'and are counted');
SELECT * FROM finish();
