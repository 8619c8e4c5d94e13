-- The whole document in a handful of statements: the mapping lives here, so that any client has it.
CREATE OR REPLACE FUNCTION _import_threat_dragon_v2(
  p_threat_model_id uuid,
  p_document jsonb,
  p_name text
) RETURNS jsonb
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
DECLARE
  v_diagrams jsonb := coalesce(p_document #> '{detail,diagrams}', '[]');
  v_path text;
  v_threats bigint;
BEGIN
  v_path := CASE
    WHEN jsonb_typeof(p_document -> 'summary') IS DISTINCT FROM 'object' THEN '$.summary'
    WHEN jsonb_typeof(p_document #> '{summary,title}') NOT IN ('string', 'null') THEN '$.summary.title'
    WHEN jsonb_typeof(p_document -> 'detail') IS DISTINCT FROM 'object' THEN '$.detail'
    WHEN jsonb_typeof(coalesce(p_document #> '{detail,diagrams}', '[]')) <> 'array' THEN '$.detail.diagrams'
  END;
  IF v_path IS NULL THEN
    SELECT format('$.detail.diagrams[%s]', d.n - 1) || CASE WHEN jsonb_typeof(d.diagram) = 'object' THEN '.cells' ELSE '' END
    INTO v_path
    FROM jsonb_array_elements(v_diagrams) WITH ORDINALITY AS d (diagram, n)
    WHERE jsonb_typeof(d.diagram) <> 'object'
      OR jsonb_typeof(coalesce(d.diagram -> 'cells', '[]')) <> 'array'
    ORDER BY d.n
    LIMIT 1;
  END IF;
  IF v_path IS NULL THEN
    SELECT format('$.detail.diagrams[%s].cells[%s]', d.n - 1, c.n - 1)
    INTO v_path
    FROM jsonb_array_elements(v_diagrams) WITH ORDINALITY AS d (diagram, n)
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(d.diagram -> 'cells', '[]')) WITH ORDINALITY AS c (cell, n)
    WHERE jsonb_typeof(c.cell) <> 'object'
      OR EXISTS (
        SELECT
        FROM jsonb_array_elements(CASE WHEN jsonb_typeof(c.cell #> '{data,threats}') = 'array' THEN c.cell #> '{data,threats}' ELSE '[]' END) AS t (threat)
        WHERE jsonb_typeof(t.threat) <> 'object'
      )
    ORDER BY d.n, c.n
    LIMIT 1;
  END IF;
  IF v_path IS NOT NULL THEN
    RAISE EXCEPTION 'this is no Threat Dragon document: % is missing or of the wrong type', v_path USING ERRCODE = 'TM422', DETAIL = 'path: ' || v_path;
  END IF;

  INSERT INTO threat_models (id, name, description, owner_email, created_by, threat_model_framework)
  VALUES (
    p_threat_model_id,
    coalesce(p_name, nullif(p_document #>> '{summary,title}', ''), 'Untitled model'),
    p_document #>> '{summary,description}',
    _actor(),
    _actor(),
    (
      SELECT d.diagram ->> 'diagramType'
      FROM jsonb_array_elements(v_diagrams) AS d (diagram)
      WHERE d.diagram ->> 'diagramType' IN ('CIA', 'STRIDE', 'LINDDUN', 'DIE', 'PLOT4ai')
      GROUP BY 1
      ORDER BY count(*) DESC, 1
      LIMIT 1
    )
  );

  INSERT INTO diagrams (id, threat_model_id, name, type, description, metadata, cells)
  SELECT
    _named_uuid(p_threat_model_id, 'diagram/' || d.n - 1),
    p_threat_model_id,
    coalesce(nullif(d.diagram ->> 'title', ''), 'Untitled diagram'),
    'DFD-1.0.0',
    d.diagram ->> 'description',
    CASE WHEN d.diagram ? 'diagramType' THEN jsonb_build_array(jsonb_build_object('key', 'td-diagram-type', 'value', d.diagram -> 'diagramType')) ELSE '[]' END
      || jsonb_build_array(jsonb_build_object('key', 'td-extra', 'value', d.diagram - ARRAY['title', 'description', 'diagramType', 'cells'])),
    coalesce(
      (
        -- Threats become rows; their ids stay in their place, which keeps their order.
        SELECT jsonb_agg(
          CASE
            WHEN jsonb_typeof(c.cell #> '{data,threats}') = 'array' THEN jsonb_set(
              c.cell,
              '{data,threats}',
              coalesce(
                (
                  SELECT jsonb_agg(_named_uuid(p_threat_model_id, format('threat/%s/%s/%s', d.n - 1, c.n - 1, t.n - 1)) ORDER BY t.n)
                  FROM jsonb_array_elements(c.cell #> '{data,threats}') WITH ORDINALITY AS t (threat, n)
                ),
                '[]'
              )
            )
            ELSE c.cell
          END
          ORDER BY c.n
        )
        FROM jsonb_array_elements(d.diagram -> 'cells') WITH ORDINALITY AS c (cell, n)
      ),
      '[]'
    )
  FROM jsonb_array_elements(v_diagrams) WITH ORDINALITY AS d (diagram, n)
  ORDER BY d.n;

  INSERT INTO threats (id, threat_model_id, diagram_id, cell_id, name, description, risk_rating, score, mitigated, status, threat_type, mitigation)
  SELECT
    _named_uuid(p_threat_model_id, t.place),
    p_threat_model_id,
    _named_uuid(p_threat_model_id, t.diagram_place),
    t.cell_id,
    left(coalesce(nullif(t.threat ->> 'title', ''), 'Untitled threat'), 256),
    t.threat ->> 'description',
    CASE WHEN _severity(t.threat ->> 'severity') IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical') THEN _severity(t.threat ->> 'severity') ELSE 'Unknown' END,
    -- The scale of free text is not known: whole numbers from 0 to 100 are taken as they are, the rest stays in td-extra.
    CASE WHEN t.threat ->> 'score' ~ '^(\d|[1-9]\d|100)$' THEN (t.threat ->> 'score')::integer END,
    t.threat ->> 'status' IS NOT DISTINCT FROM 'Mitigated',
    t.threat ->> 'status',
    t.threat ->> 'type',
    t.threat ->> 'mitigation'
  FROM _threat_dragon_threats(v_diagrams) t
  ORDER BY t.number;
  GET DIAGNOSTICS v_threats = ROW_COUNT;

  -- What no column holds is kept whole, so that an export can give it back.
  INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value)
  SELECT p_threat_model_id, 'threat', _named_uuid(p_threat_model_id, t.place), 'td-extra', e.extra::text
  FROM _threat_dragon_threats(v_diagrams) t
  CROSS JOIN LATERAL (
    SELECT t.threat - ARRAY['description', 'status', 'type', 'mitigation']
      - CASE WHEN length(t.threat ->> 'title') BETWEEN 1 AND 256 THEN 'title' ELSE '' END
      - CASE WHEN t.threat ->> 'severity' IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical') THEN 'severity' ELSE '' END
  ) AS e (extra)
  WHERE e.extra <> '{}';

  INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value)
  SELECT p_threat_model_id, 'threat_model', p_threat_model_id, x.key, x.value
  FROM (
    VALUES
      ('source-format', 'threat-dragon-v2'),
      ('diagram-order', (
        SELECT jsonb_agg(_named_uuid(p_threat_model_id, 'diagram/' || d.n - 1) ORDER BY d.n)::text
        FROM jsonb_array_elements(v_diagrams) WITH ORDINALITY AS d (diagram, n)
      )),
      ('td-owner', nullif(p_document #>> '{summary,owner}', '')),
      ('td-reviewer', nullif(p_document #>> '{detail,reviewer}', '')),
      ('td-contributors', p_document #>> '{detail,contributors}'),
      ('td-extra', jsonb_build_object(
        'top', p_document - ARRAY['summary', 'detail'],
        'summary', (p_document -> 'summary') - ARRAY['title', 'description', 'owner'],
        'detail', (p_document -> 'detail') - ARRAY['diagrams', 'reviewer', 'contributors']
      )::text)
  ) AS x (key, value)
  WHERE x.value IS NOT NULL;

  RETURN jsonb_build_object(
    'threat_model_id', p_threat_model_id,
    'created', jsonb_build_object(
      'diagrams', jsonb_array_length(v_diagrams),
      'cells', (SELECT coalesce(sum(jsonb_array_length(coalesce(d.diagram -> 'cells', '[]'))), 0) FROM jsonb_array_elements(v_diagrams) AS d (diagram)),
      'threats', v_threats
    ),
    'warnings', coalesce(
      (
        SELECT jsonb_agg(jsonb_build_object('path', w.path, 'code', w.code, 'message', w.message) ORDER BY w.path, w.code)
        FROM (
          SELECT t.path || '.severity', 'unknown_severity', 'kept in td-extra, stored as Unknown'
          FROM _threat_dragon_threats(v_diagrams) t
          WHERE t.threat ->> 'severity' <> ''
            AND _severity(t.threat ->> 'severity') NOT IN ('Unknown', 'None', 'Low', 'Medium', 'High', 'Critical')
          UNION ALL
          SELECT t.path || '.title', 'name_too_long', 'cut to 256 characters, whole in td-extra'
          FROM _threat_dragon_threats(v_diagrams) t
          WHERE length(t.threat ->> 'title') > 256
          UNION ALL
          SELECT format('$.detail.diagrams[%s].cells[%s].id', d.n - 1, max(c.n) - 1), 'duplicate_cell_id', 'two cells of the diagram have the same id'
          FROM jsonb_array_elements(v_diagrams) WITH ORDINALITY AS d (diagram, n)
          CROSS JOIN LATERAL jsonb_array_elements(coalesce(d.diagram -> 'cells', '[]')) WITH ORDINALITY AS c (cell, n)
          WHERE c.cell ? 'id'
          GROUP BY d.n, c.cell ->> 'id'
          HAVING count(*) > 1
        ) AS w (path, code, message)
      ),
      '[]'
    )
  );
END
$$;
COMMENT ON FUNCTION _import_threat_dragon_v2 IS
'Writes a Threat Dragon document of version 2 into a new model: diagrams with their cells, threats, and what no column holds as metadata.

p_threat_model_id: the id of the model, entered as new.
p_document: the document.
p_name: the model''s name; the document''s title by default.
Returns what threat_model_import returns, without dry_run.
Raises TM422 that names the JSON path of what is missing or of the wrong type; whatever the tables'' constraints refuse.';
REVOKE ALL ON FUNCTION _import_threat_dragon_v2 FROM PUBLIC;
ALTER FUNCTION _import_threat_dragon_v2 OWNER TO tmi_api;
