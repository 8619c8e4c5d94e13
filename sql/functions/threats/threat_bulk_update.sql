-- Rendered from templates/bulk_update.sql.j2 by tools/render_sql.py.
-- All or none; rows are locked in the order of their ids whatever the order of the items, so that two such calls never wait in a ring.
CREATE OR REPLACE FUNCTION threat_bulk_update(
  p_threat_model_id uuid,
  p_items jsonb
) RETURNS SETOF threats
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
PARALLEL UNSAFE
SET search_path FROM CURRENT
SET row_security TO on
SET standard_conforming_strings TO on
AS $$
DECLARE
  v_entered text := _enter(p_threat_model_id, 'writer');
BEGIN
  PERFORM _check_items(p_items, '{
    "id": "string", "if_modified_at": "string", "name": "string", "description": "string", "impact": "string", "likelihood": "string",
    "risk_rating": "string", "score": "number", "priority": "string", "mitigated": "boolean", "status": "string", "threat_type": "string",
    "mitigation": "string", "issue_url": "string", "diagram_id": "string", "cell_id": "string", "metadata": "object"
  }');
  PERFORM _check_ids(p_items);
  BEGIN
    RETURN QUERY
    SELECT t.*
    FROM _threats_update(p_threat_model_id, p_items) t;
  EXCEPTION
    WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'TM000' THEN
      PERFORM _blame_item('_threats_update', p_threat_model_id, p_items);
      RAISE;
  END;
END
$$;
COMMENT ON FUNCTION threat_bulk_update IS
'Changes up to 1,000 threats in one statement, all or none.

p_threat_model_id: the model, of which the caller must be a writer at least.
p_items: an array of 1 to 1,000 objects: id; name, description, impact, likelihood, risk_rating, score, priority, mitigated, status, threat_type, mitigation, issue_url, diagram_id, cell_id as far as they change (null clears); if_modified_at to have the call refused if the row has moved on; metadata, an object of keys and text values to set.
Returns rows, in the order of the items.
Raises TM401 without a valid identity; TM403 for a reader; TM404 when the model or a threat does not exist or may not be seen; TM412 when a row has changed since; TM413 above 1,000 items; TM422 for an id named twice, an unknown field or a bad value; DETAIL names the item, counted from 0.';
REVOKE ALL ON FUNCTION threat_bulk_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threat_bulk_update TO tmi_app;
ALTER FUNCTION threat_bulk_update OWNER TO tmi_api;
