-- A drawing becomes an array of cells that can be searched and changed one by one, and there is one type of drawing.

ALTER TABLE diagrams
  ADD COLUMN metadata jsonb DEFAULT '[]'::jsonb,
  ADD COLUMN cells jsonb DEFAULT '[]'::jsonb;

-- Row by row, so that a drawing that can't be moved is named. Nothing is guessed: what is not an array stops here.
DO $$
DECLARE
  v_diagram record;
  v_cells jsonb;
BEGIN
  FOR v_diagram IN
    SELECT d.id, d.content
    FROM diagrams d
    WHERE d.content ~ '\S'
    ORDER BY d.id
  LOOP
    v_cells := v_diagram.content::jsonb;
    IF jsonb_typeof(v_cells) <> 'array' THEN
      RAISE EXCEPTION 'diagram %: content is not a JSON array', v_diagram.id
        USING ERRCODE = 'check_violation',
          DETAIL = format('It is of JSON type %s.', jsonb_typeof(v_cells)),
          HINT = 'Make it an array of cells, or empty it, then migrate again.',
          TABLE = 'diagrams', COLUMN = 'content';
    END IF;
    UPDATE diagrams
    SET cells = v_cells
    WHERE id = v_diagram.id;
  END LOOP;
EXCEPTION
  WHEN data_exception OR program_limit_exceeded THEN
    RAISE EXCEPTION 'diagram %: content is not JSON', v_diagram.id
      USING ERRCODE = 'invalid_text_representation',
        DETAIL = SQLERRM,
        HINT = 'Make it an array of cells, or empty it, then migrate again.',
        TABLE = 'diagrams', COLUMN = 'content';
END
$$;

UPDATE diagrams
SET type = 'DFD-1.0.0'
WHERE type <> 'DFD-1.0.0';

ALTER TABLE diagrams
  DROP COLUMN content,
  ADD CONSTRAINT diagrams_type_check CHECK (type = 'DFD-1.0.0');

-- Which diagrams carry this attachment?
CREATE INDEX idx_diagrams_metadata
  ON diagrams USING gin (metadata);

-- Which diagrams hold a cell like this?
CREATE INDEX idx_diagrams_cells
  ON diagrams USING gin (cells);
