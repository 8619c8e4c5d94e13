-- Constraints of tables. NOT NULL belongs to the column, a constraint trigger to the triggers.
SELECT
  'constraint' AS class,
  format('%I.%I', c.relname, k.conname) AS identity,
  jsonb_build_object(
    'definition', pg_get_constraintdef(k.oid),
    'validated', k.convalidated,
    'no_inherit', CASE WHEN k.contype = 'c' AND k.connoinherit THEN true END,
    'inherited', CASE WHEN k.coninhcount > 0 THEN CASE WHEN k.conislocal THEN 'and local' ELSE 'only' END END,
    -- The triggers that keep a foreign key can be switched off without a trace in its definition.
    'triggers', (
      SELECT jsonb_agg(DISTINCT format('%s: %s', tc.relname, CASE g.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END))
      FROM pg_trigger g
      JOIN pg_class tc ON tc.oid = g.tgrelid
      WHERE g.tgconstraint = k.oid
        AND g.tgenabled <> 'O'
    ),
    'comment', obj_description(k.oid, 'pg_constraint')
  ) AS attributes
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1
  AND k.contype NOT IN ('n', 't')
