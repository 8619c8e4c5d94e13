-- Metadata knew its entity by a bare id: it outlived it, and nobody could tell whose it was. It now names the model, and
-- a cell's metadata the drawing and the cell that its id was made from.

ALTER TABLE metadata
  ADD COLUMN threat_model_id uuid,
  ADD COLUMN diagram_id uuid,
  ADD COLUMN cell_id text;

UPDATE metadata x
SET threat_model_id = m.id
FROM threat_models m
WHERE x.entity_type = 'threat_model'
  AND m.id = x.entity_id;

UPDATE metadata x
SET threat_model_id = e.threat_model_id
FROM threats e
WHERE x.entity_type = 'threat'
  AND e.id = x.entity_id;

UPDATE metadata x
SET threat_model_id = e.threat_model_id
FROM diagrams e
WHERE x.entity_type = 'diagram'
  AND e.id = x.entity_id;

UPDATE metadata x
SET threat_model_id = e.threat_model_id
FROM documents e
WHERE x.entity_type = 'document'
  AND e.id = x.entity_id;

UPDATE metadata x
SET threat_model_id = e.threat_model_id
FROM sources e
WHERE x.entity_type = 'source'
  AND e.id = x.entity_id;

-- Cells by their rule: the version 8 UUID made from the sha256 of diagram and cell.
UPDATE metadata x
SET
  threat_model_id = c.threat_model_id,
  diagram_id = c.diagram_id,
  cell_id = c.cell_id
FROM (
  SELECT DISTINCT
    d.threat_model_id,
    d.id AS diagram_id,
    e.id #>> '{}' AS cell_id
  FROM diagrams d
  CROSS JOIN LATERAL jsonb_path_query(
    d.cells,
    '$[*] ? (@.type() == "object").id ? (@.type() == "string")'
  ) AS e (id)
) c
CROSS JOIN LATERAL sha256(convert_to(c.diagram_id::text || '/' || c.cell_id, 'UTF8')) AS h (digest)
CROSS JOIN LATERAL substring(h.digest FROM 1 FOR 16) AS b (bytes)
WHERE x.entity_type = 'cell'
  AND x.entity_id = encode(
    set_byte(
      set_byte(b.bytes, 6, get_byte(b.bytes, 6) & 15 | 128),
      8, get_byte(b.bytes, 8) & 63 | 128
    ),
    'hex'
  )::uuid;

-- Cells that were named by their own UUID, where one drawing alone holds such a cell: they are renamed by the rule. A
-- UUID that several drawings hold (people copy models) says nothing about whose the row is.
UPDATE metadata x
SET
  entity_id = r.entity_id,
  threat_model_id = c.threat_model_id,
  diagram_id = c.diagram_id,
  cell_id = c.cell_id
FROM (
  SELECT
    s.threat_model_id,
    s.diagram_id,
    s.cell_id,
    count(*) OVER (PARTITION BY lower(s.cell_id)) AS namesakes
  FROM (
    SELECT DISTINCT
      d.threat_model_id,
      d.id AS diagram_id,
      e.id #>> '{}' AS cell_id
    FROM diagrams d
    CROSS JOIN LATERAL jsonb_path_query(
      d.cells,
      '$[*] ? (@.type() == "object").id ? (@.type() == "string")'
    ) AS e (id)
  ) s
) c
CROSS JOIN LATERAL sha256(convert_to(c.diagram_id::text || '/' || c.cell_id, 'UTF8')) AS h (digest)
CROSS JOIN LATERAL substring(h.digest FROM 1 FOR 16) AS b (bytes)
CROSS JOIN LATERAL CAST(
  encode(
    set_byte(
      set_byte(b.bytes, 6, get_byte(b.bytes, 6) & 15 | 128),
      8, get_byte(b.bytes, 8) & 63 | 128
    ),
    'hex'
  ) AS uuid
) AS r (entity_id)
WHERE x.entity_type = 'cell'
  AND x.threat_model_id IS NULL
  AND x.entity_id::text = lower(c.cell_id)
  AND c.namesakes = 1
  AND NOT EXISTS (
    SELECT
    FROM metadata y
    WHERE y.entity_type = 'cell'
      AND y.entity_id = r.entity_id
      AND y.key = x.key
  );

-- What is left describes nothing that exists: no function can reach it.
DO $$
DECLARE
  v_count bigint;
BEGIN
  DELETE FROM metadata
  WHERE threat_model_id IS NULL;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count > 0 THEN
    RAISE WARNING '% metadata rows described an entity that does not exist and are deleted', v_count;
  END IF;
END
$$;

ALTER TABLE metadata
  ALTER COLUMN threat_model_id SET NOT NULL,
  ADD CONSTRAINT metadata_threat_model_id_fkey
    FOREIGN KEY (threat_model_id) REFERENCES threat_models (id) ON DELETE CASCADE NOT VALID,
  ADD CONSTRAINT metadata_diagram_id_fkey
    FOREIGN KEY (threat_model_id, diagram_id) REFERENCES diagrams (threat_model_id, id) ON DELETE CASCADE NOT VALID,
  ADD CONSTRAINT metadata_cell_check CHECK (
    (entity_type = 'cell') = (diagram_id IS NOT NULL)
    AND (entity_type = 'cell') = (cell_id IS NOT NULL)
  ) NOT VALID;

ALTER TABLE metadata
  VALIDATE CONSTRAINT metadata_threat_model_id_fkey,
  VALIDATE CONSTRAINT metadata_diagram_id_fkey,
  VALIDATE CONSTRAINT metadata_cell_check;

-- What metadata is there anywhere in this model, and which of it has this key?
CREATE INDEX idx_metadata_threat_model_id
  ON metadata (threat_model_id, key);

-- Which cells of this diagram have metadata?
CREATE INDEX idx_metadata_diagram_id
  ON metadata (diagram_id)
  WHERE diagram_id IS NOT NULL;
