-- Severity words are taken in any case and stored in the schema's spelling; the table's CHECK judges the result.
-- No SET clause, so that it is inlined.
CREATE OR REPLACE FUNCTION _severity(
  p_word text
) RETURNS text
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $$
  -- By the rules of no language: in Turkish a capital I is not the one of Critical. Words that are right already cost least.
  SELECT CASE
    WHEN p_word IN ('High', 'Medium', 'Low', 'Critical', 'Unknown', 'None') THEN p_word
    ELSE pg_catalog.initcap(pg_catalog.btrim(p_word) COLLATE pg_catalog."C")
  END
$$;
COMMENT ON FUNCTION _severity IS
'Spells a severity word as the schema does: Unknown, None, Low, Medium, High, Critical.

p_word: the word in any case.
Returns the word with a capital first letter; NULL for NULL.';
REVOKE ALL ON FUNCTION _severity FROM PUBLIC;
GRANT EXECUTE ON FUNCTION _severity TO tmi_api;
ALTER FUNCTION _severity OWNER TO tmi_guard;
