-- Aggregate functions.
SELECT
  'aggregate' AS class,
  format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) AS identity,
  jsonb_build_object(
    'owner', pg_get_userbyid(p.proowner),
    'acl', coalesce(p.proacl, acldefault('f', p.proowner))::text[],
    'acl_default', acldefault('f', p.proowner)::text[],
    'returns', pg_get_function_result(p.oid),
    'parallel', CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END,
    'kind', a.aggkind,
    'direct_arguments', a.aggnumdirectargs,
    'transition', a.aggtransfn::text,
    'final', nullif(a.aggfinalfn::text, '-'),
    'combine', nullif(a.aggcombinefn::text, '-'),
    'serialize', nullif(a.aggserialfn::text, '-'),
    'deserialize', nullif(a.aggdeserialfn::text, '-'),
    'moving_transition', nullif(a.aggmtransfn::text, '-'),
    'moving_inverse', nullif(a.aggminvtransfn::text, '-'),
    'moving_final', nullif(a.aggmfinalfn::text, '-'),
    'final_extra', a.aggfinalextra,
    'final_modify', a.aggfinalmodify,
    'sort_operator', CASE WHEN a.aggsortop <> 0 THEN a.aggsortop::regoperator::text END,
    'state', format_type(a.aggtranstype, NULL),
    'initial', a.agginitval,
    'moving_state', CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END,
    'moving_initial', a.aggminitval,
    'comment', obj_description(p.oid, 'pg_proc')
  ) AS attributes
FROM pg_proc p
JOIN pg_aggregate a ON a.aggfnoid = p.oid
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = $1
  AND NOT EXISTS (
    SELECT
    FROM pg_depend d
    WHERE d.classid = 'pg_proc'::regclass
      AND d.objid = p.oid
      AND d.deptype = 'e'
  )
