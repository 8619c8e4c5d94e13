-- Rights that objects to come will have: those set for the managed roles, and those set for this schema.
SELECT
  'default privilege' AS class,
  format('%s of %s%s', CASE d.defaclobjtype
    WHEN 'r' THEN 'tables'
    WHEN 'S' THEN 'sequences'
    WHEN 'f' THEN 'functions'
    WHEN 'T' THEN 'types'
    WHEN 'n' THEN 'schemas'
    ELSE 'large objects'
  END, pg_get_userbyid(d.defaclrole), CASE WHEN d.defaclnamespace <> 0 THEN ' in the schema' ELSE '' END) AS identity,
  jsonb_build_object(
    'acl', d.defaclacl::text[],
    'acl_default', CASE
      WHEN d.defaclnamespace <> 0 OR d.defaclobjtype NOT IN ('r', 'S', 'f', 'T', 'n') THEN ARRAY[]::text[]
      ELSE acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's'::"char" ELSE d.defaclobjtype END, d.defaclrole)::text[]
    END
  ) AS attributes
FROM pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
WHERE n.nspname = $1
  OR (d.defaclnamespace = 0 AND pg_get_userbyid(d.defaclrole) = ANY ($2::text[]))
