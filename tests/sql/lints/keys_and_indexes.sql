-- What a constraint promises holds for every row, and no deletion reads a whole table to keep it.
SELECT no_plan();

CREATE TEMPORARY VIEW unserved AS
SELECT k.conname::text COLLATE "default"
FROM pg_constraint k
WHERE k.connamespace = current_schema()::regnamespace
  AND k.contype = 'f'
  AND NOT EXISTS (
    SELECT
    FROM pg_index i
    CROSS JOIN LATERAL (SELECT string_to_array(i.indkey::text, ' ')::smallint[]) AS c (columns)
    WHERE i.indrelid = k.conrelid
      AND i.indisvalid
      -- The index may leave out rows that point nowhere.
      AND (
        i.indpred IS NULL
        OR pg_get_expr(i.indpred, i.indrelid) IN (
          SELECT format('(%I IS NOT NULL)', a.attname)
          FROM pg_attribute a
          WHERE a.attrelid = k.conrelid
            AND a.attnum = ANY (k.conkey)
        )
      )
      AND (
        -- It leads with the key's columns, in whatever order,
        c.columns[1:cardinality(k.conkey)] @> k.conkey
        -- or with one of them that alone says which row is meant.
        OR EXISTS (
          SELECT
          FROM unnest(k.conkey, k.confkey) AS pair (own, other)
          JOIN pg_index u ON u.indrelid = k.confrelid AND u.indisunique AND u.indpred IS NULL AND u.indkey::text = pair.other::text
          WHERE pair.own = c.columns[1]
        )
      )
  );
SELECT is_empty('SELECT * FROM unserved', 'every foreign key is served by an index');

CREATE TEMPORARY VIEW undecided AS
SELECT k.conname::text COLLATE "default"
FROM pg_constraint k
WHERE k.connamespace = current_schema()::regnamespace
  AND k.contype = 'f'
  AND k.confdeltype = 'a';
SELECT is_empty('SELECT * FROM undecided', 'every foreign key says what a deletion does');

CREATE TEMPORARY VIEW invalid AS
SELECT c.relname::text COLLATE "default"
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace
  AND NOT (i.indisvalid AND i.indisready AND i.indislive);
SELECT is_empty('SELECT * FROM invalid', 'no index is left invalid');

CREATE TEMPORARY VIEW unvalidated AS
SELECT k.conname::text COLLATE "default"
FROM pg_constraint k
WHERE k.connamespace = current_schema()::regnamespace
  AND NOT k.convalidated;
SELECT is_empty('SELECT * FROM unvalidated', 'no constraint is left unvalidated');

CREATE TEMPORARY VIEW disabled AS
SELECT g.tgname::text COLLATE "default"
FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace
  AND NOT g.tgisinternal
  AND g.tgenabled NOT IN ('O', 'A');
SELECT is_empty('SELECT * FROM disabled', 'no trigger is switched off');

CREATE TEMPORARY VIEW keyless AS
SELECT c.relname::text COLLATE "default"
FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace
  AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p');
SELECT is_empty('SELECT * FROM keyless', 'every table has a primary key');

SAVEPOINT sound;
CREATE TABLE more (id uuid CONSTRAINT more_pkey PRIMARY KEY, user_id uuid CONSTRAINT more_user_id_fkey REFERENCES users (id));
SELECT results_eq('SELECT * FROM unserved', ARRAY['more_user_id_fkey'], 'a foreign key without an index is found');
SELECT results_eq('SELECT * FROM undecided', ARRAY['more_user_id_fkey'], 'as is its silence on deletions');
CREATE INDEX more_idx ON more (user_id) WHERE id IS NOT NULL;
SELECT isnt_empty('SELECT * FROM unserved', 'a partial index does not serve it');
CREATE INDEX more_other_idx ON more (id, user_id);
SELECT isnt_empty('SELECT * FROM unserved', 'nor one that leads with another column');
CREATE INDEX more_right_idx ON more (user_id, id);
SELECT is_empty('SELECT * FROM unserved', 'one that leads with it does');
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'more_right_idx'::regclass;
SELECT results_eq('SELECT * FROM invalid', ARRAY['more_right_idx'], 'an invalid index is found');
SELECT isnt_empty('SELECT * FROM unserved', 'and serves nothing');
ALTER TABLE more ADD CONSTRAINT more_check CHECK (id <> user_id) NOT VALID;
SELECT results_eq('SELECT * FROM unvalidated', ARRAY['more_check'], 'an unvalidated constraint is found');
ALTER TABLE more DROP CONSTRAINT more_pkey;
SELECT results_eq('SELECT * FROM keyless', ARRAY['more'], 'a table without a primary key is found');
ALTER TABLE threats DISABLE TRIGGER threats_touch;
SELECT results_eq('SELECT * FROM disabled', ARRAY['threats_touch'], 'a trigger that is switched off is found');

SELECT * FROM finish();
