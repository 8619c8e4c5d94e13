-- Threats lie three levels deep in the document, and several statements ask for them. No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _threat_dragon_threats(
  p_diagrams jsonb
) RETURNS TABLE (
  number bigint[],
  path text,
  place text,
  diagram_place text,
  cell_id text,
  threat jsonb
)
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $$
  SELECT
    ARRAY[d.n, c.n, t.n],
    pg_catalog.format('$.detail.diagrams[%s].cells[%s].data.threats[%s]', d.n OPERATOR(pg_catalog.-) 1, c.n OPERATOR(pg_catalog.-) 1, t.n OPERATOR(pg_catalog.-) 1),
    pg_catalog.format('threat/%s/%s/%s', d.n OPERATOR(pg_catalog.-) 1, c.n OPERATOR(pg_catalog.-) 1, t.n OPERATOR(pg_catalog.-) 1),
    pg_catalog.format('diagram/%s', d.n OPERATOR(pg_catalog.-) 1),
    c.cell OPERATOR(pg_catalog.->>) 'id',
    t.threat
  FROM pg_catalog.jsonb_array_elements(p_diagrams) WITH ORDINALITY AS d (diagram, n)
  CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(coalesce(d.diagram OPERATOR(pg_catalog.->) 'cells', '[]')) WITH ORDINALITY AS c (cell, n)
  CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(
    CASE WHEN pg_catalog.jsonb_typeof(c.cell OPERATOR(pg_catalog.#>) '{data,threats}') OPERATOR(pg_catalog.=) 'array' THEN c.cell OPERATOR(pg_catalog.#>) '{data,threats}' ELSE '[]' END
  ) WITH ORDINALITY AS t (threat, n)
$$;
COMMENT ON FUNCTION _threat_dragon_threats IS
'Takes the threats out of the diagrams of a Threat Dragon document of version 2.

p_diagrams: the document''s array of diagrams.
Returns rows: the numbers of diagram, cell and threat, for sorting; the threat''s JSON path; the places that its id and its diagram''s are made from; its cell''s id; the threat as it is written.';
REVOKE ALL ON FUNCTION _threat_dragon_threats FROM PUBLIC;
ALTER FUNCTION _threat_dragon_threats OWNER TO tmi_api;
