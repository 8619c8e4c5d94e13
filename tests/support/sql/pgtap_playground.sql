-- A few objects to make assertions about; see pgtap_examples.sql.
CREATE TABLE things (
  id integer NOT NULL CONSTRAINT things_pkey PRIMARY KEY,
  name text
);
CREATE TYPE pair AS (id integer, name text);
INSERT INTO things VALUES (1, 'one'), (2, 'two'), (3, 'three');
CREATE INDEX things_name_idx ON things (name, id);
CREATE FUNCTION things_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER things_touch BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION things_touch();
CREATE FUNCTION thing_name(p_id integer, p_otherwise text) RETURNS text LANGUAGE sql AS $$ SELECT p_otherwise $$;
REVOKE ALL ON FUNCTION thing_name FROM PUBLIC;
GRANT EXECUTE ON FUNCTION thing_name TO test_app;
ALTER TABLE things ENABLE ROW LEVEL SECURITY;
CREATE POLICY things_select ON things FOR SELECT TO test_app USING (id < 3);
CREATE POLICY "Things insert" ON things FOR INSERT TO test_app WITH CHECK (true);
GRANT SELECT ON things TO test_app;
GRANT UPDATE (name) ON things TO test_auth;
GRANT USAGE ON SCHEMA tmi TO test_app;
