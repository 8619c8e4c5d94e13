-- An address that is shown as a link is run by whoever clicks it: only schemes that fetch something are taken.

-- Nothing is rewritten: an address that names no such scheme has to be mended by somebody who knows what it meant.
DO $$
DECLARE
  v_rows text;
BEGIN
  SELECT string_agg(r.name, ', ' ORDER BY r.name)
  INTO v_rows
  FROM (
    SELECT 'document ' || d.id AS name
    FROM documents d
    WHERE d.url !~* '^(https?|ssh|git|file)://[^\x01-\x1f\x7f]+$'
    UNION ALL
    SELECT 'source ' || s.id
    FROM sources s
    WHERE s.url !~* '^(https?|ssh|git|file)://[^\x01-\x1f\x7f]+$'
    LIMIT 20
  ) r;
  IF v_rows IS NOT NULL THEN
    RAISE EXCEPTION 'addresses must begin with http://, https://, ssh://, git:// or file://, and these do not: %', v_rows
      USING ERRCODE = 'check_violation',
        HINT = 'Correct the url of each, then migrate again; 20 are named at the most.';
  END IF;
END
$$;

ALTER TABLE documents
  ADD CONSTRAINT documents_url_scheme_check
  CHECK (url ~* '^(https?|ssh|git|file)://[^\x01-\x1f\x7f]+$') NOT VALID;

ALTER TABLE documents
  VALIDATE CONSTRAINT documents_url_scheme_check;

ALTER TABLE sources
  ADD CONSTRAINT sources_url_scheme_check
  CHECK (url ~* '^(https?|ssh|git|file)://[^\x01-\x1f\x7f]+$') NOT VALID;

ALTER TABLE sources
  VALIDATE CONSTRAINT sources_url_scheme_check;
