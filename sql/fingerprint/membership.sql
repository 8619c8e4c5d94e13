-- What the managed roles belong to, and who belongs to those that own things. Which logins belong to the calling roles is the deployment's business.
SELECT
  'membership' AS class,
  format('%s in %s', pg_get_userbyid(m.member), pg_get_userbyid(m.roleid)) AS identity,
  jsonb_build_object(
    'admin', bool_or(m.admin_option),
    -- Since PG 16 a membership may leave out what it always gave before.
    'inherit', CASE WHEN NOT bool_or(coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true)) THEN false END,
    'set', CASE WHEN NOT bool_or(coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)) THEN false END
  ) AS attributes
FROM pg_auth_members m
WHERE pg_get_userbyid(m.member) = ANY ($2::text[])
  OR pg_get_userbyid(m.roleid) IN ('tmi_owner', 'tmi_api', 'tmi_guard', 'tmi_identity')
GROUP BY m.member, m.roleid
